"""How agents come by credentials and use them, as relations have it and as events show it (section 7)."""

from dataclasses import dataclass
from typing import Literal

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.model.actions import ADMIN, action_mask
from meshmodel.model.vocabulary import Action

How = Literal["held", "passed", "custody", "exchange"]


@dataclass(frozen=True, slots=True)
class Yielded:
    """How an agent came by the credential that it presented.

    Attributes:
        how: ``held``; ``passed`` by an agent that sets it to work; handed out by a system (``custody``),
            or got for another credential (``exchange``).
        by: the agent that passed it, or the credential exchanged, else ``None``.
        system: the system that yielded it, or ``None``.
        event: the event in which that was seen, or ``None``.
    """

    how: How
    by: str | None = None
    system: str | None = None
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Obtained:
    """How an agent was seen to come by a credential.

    Attributes:
        system: the system that handed it out.
        event: the number of the event in which it did.
        steps: the step by which, in each of the forms that it may have had.
        credential: the one with which the agent acted there; ``None`` where that is not known.
        actions: what it did there, as bits.
        exchanged: whether it was an exchange of that credential.
        stated: whether the event says so itself; else the model lets one infer it.
    """

    system: str
    event: int
    steps: tuple[Step, ...]
    credential: str | None
    actions: int
    exchanged: bool = False
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """What an agent did: with a credential, on which system, by which action."""

    agent: str
    credential: str
    system: str
    action: Action


class Credentials:
    """What the relations of a model say of credentials."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh, self._snapshot = mesh, mesh.snapshot
        self._holds = frozenset(mesh.steps["hold"])
        self._exchanging = {(each.from_, each.at) for each in mesh.snapshot.exchange.values()}

    def is_held(self, agent: str, credential: str) -> bool:
        """Whether an agent holds a credential, or is passed it."""
        return (self._mesh.node("agent", agent), self._mesh.node("credential", credential)) in self._holds

    def grants(self, credential: str, system: str, action: int) -> list[Step]:
        """The grant steps by which a credential opens a system for an action, itself or as part of admin."""
        grant, node = (
            self._snapshot.grant.get((credential, system)),
            self._mesh.node("credential", credential),
        )
        if node is None or grant is None:
            return []
        granted = action_mask(grant.actions) & (1 << action | 1 << ADMIN)
        return [(node, self._mesh.access(system, each)) for each in bits(granted)]

    def exchanges(self, credential: str, system: str, action: Action) -> bool:
        """Whether a system issues another credential for this one."""
        return action == "issue" and (credential, system) in self._exchanging
