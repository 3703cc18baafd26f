"""The public interface for other programs: load a model, analyse it.

    import meshmodel

    analysis = meshmodel.analyse(meshmodel.load("models/support-agent.toml"))
    for door in analysis.doors:
        print(door.subject, door.severity)

``load`` reads an interchange file or a model file and raises ``MeshmodelError`` with one clear line
where it cannot. ``analyse`` answers with an ``Analysis``, whose results are the frozen types of
``meshmodel.analysis.results``. Nothing here imports the workbench.
"""

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.model.errors import InvalidModelError, MeshmodelError, StoreError
from meshmodel.model.records import Snapshot
from meshmodel.store.load import load

__all__ = [
    "Analysis",
    "InvalidModelError",
    "MeshmodelError",
    "Snapshot",
    "StoreError",
    "analyse",
    "load",
]
