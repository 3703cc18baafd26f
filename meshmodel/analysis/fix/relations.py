"""The steps that can be guarded, numbered; a set of them is an integer with one bit each."""

from typing import Final

from meshmodel.analysis.results import StepKey
from meshmodel.analysis.steps import Mesh, Pair
from meshmodel.model.vocabulary import CheckpointStep

ORDER: Final[tuple[CheckpointStep, ...]] = (
    "grant",
    "custody",
    "exchange",
    "hold",
    "delegation",
    "trigger",
    "hosting",
)
"""The fixed order: decisions about the very action first, then where a credential is handed out,
then the coarse ones, which are asked about everything that follows."""


class Relations:
    """Every step of a mesh that a new checkpoint can sit on, in the fixed order.

    Each relation counts once, with all its actions. A hold that a delegation passes on and one that
    is declared are the same step; a trigger that arises by itself is one too.

    Attributes:
        keys: what each of them is called.
        of: the number of the relation that a pair of nodes belongs to; implies steps have none.
    """

    def __init__(self, mesh: Mesh) -> None:
        pairs_of: dict[StepKey, list[Pair]] = {}
        for kind in ORDER:
            for pair in mesh.steps[kind]:  # type: ignore[index] # every kind but a boundary is one
                pairs_of.setdefault((kind, _name(mesh, pair[0]), _name(mesh, pair[1])), []).append(pair)
        self.keys = sorted(pairs_of, key=lambda key: (ORDER.index(key[0]), key[1], key[2]))
        self.of = {pair: number for number, key in enumerate(self.keys) for pair in pairs_of[key]}


def _name(mesh: Mesh, node: int) -> str:
    if node >= mesh.first_agent:
        return mesh.agents[node - mesh.first_agent]
    if node >= mesh.first_credential:
        return mesh.credentials[node - mesh.first_credential]
    return mesh.systems[node // 5]
