"""Interactive trust-boundary modelling for AI-agent workflows."""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from meshmodel.api import Analysis as Analysis
    from meshmodel.api import InvalidModelError as InvalidModelError
    from meshmodel.api import MeshmodelError as MeshmodelError
    from meshmodel.api import Snapshot as Snapshot
    from meshmodel.api import StoreError as StoreError
    from meshmodel.api import analyse as analyse
    from meshmodel.api import load as load

__version__: Final = "0.9.0"

__all__ = [
    "Analysis",
    "InvalidModelError",
    "MeshmodelError",
    "Snapshot",
    "StoreError",
    "__version__",
    "analyse",
    "load",
]


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used, so that small commands start fast."""
    if name in __all__:
        from meshmodel import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
