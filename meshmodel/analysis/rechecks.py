"""Where a decision was due for an observed action, and which checkpoints of the model it could have been.

For one agent, one source that it has read, and one credential with which it acts: whether that is a
crossing (section 6), and the checkpoints in the way. In the way is what counts for the start and sits on
the grant step, on the boundary, or on a step by which the credential was come by after the source.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.credential_use import Credentials, Obtained, Use
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import Reach, Step
from meshmodel.analysis.starts import HOME
from meshmodel.model.actions import NUMBER, action_mask, implied
from meshmodel.model.vocabulary import SEVERITIES, Action, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.listing import Coming, Listing


@dataclass(frozen=True, slots=True)
class Due:
    """What was due when an agent acted after reading one source.

    Attributes:
        once: the checkpoints in the way that decide about this very action (on the grant or boundary).
        before: those on the way to the credential.
        approved: whether an intent excuses that there is none.
        severity: of the crossing where there is none.
    """

    once: frozenset[str]
    before: frozenset[str]
    approved: bool
    severity: Severity


class Rechecks:
    """Answers for one model in one view; what it keeps is bounded by the model."""

    def __init__(self, engine: Engine, listing: "Listing", credentials: Credentials) -> None:
        self._engine, self._listing, self._credentials = engine, listing, credentials
        self._mesh, self._snapshot = engine.mesh, engine.snapshot
        self._coming: dict[str, dict[int, Coming]] = {}

    def due(self, source: str | None, use: Use, obtained: Mapping[str, Obtained]) -> Due | None:
        """What was due; ``None`` where that is no crossing.

        Args:
            source: a system that the agent read, or that triggers it; ``None`` for home.
            use: what it did with an active credential; the agent is active, and no person.
            obtained: how it was seen to come by credentials.
        """
        if not self.crosses(use.agent, source, use.system, use.action):
            return None
        grants = self._credentials.grants(use.credential, use.system, NUMBER[use.action])
        if not grants and self._credentials.exchanges(use.credential, use.system, use.action):
            return None  # an exchange is no access; what guards it is due when its yield is presented
        coming, records = self._from(use.agent, source), self._engine.checkpoints.records
        power = self._engine.starts.power
        counting = {number for number in range(len(records)) if not power[number] >> coming.start & 1}
        once = self._guards(grants, counting) | self._on_boundary(source, use) & counting
        before = self._on_the_way(source, use, obtained, counting)
        access = self._mesh.access(use.system, NUMBER[use.action])
        node = self._mesh.first_credential + self._mesh.credential[use.credential]
        return Due(
            frozenset(records[number].id for number in once),
            frozenset(records[number].id for number in before),
            self._is_approved(source, use),
            SEVERITIES[self._listing.severity(coming, access, node)],
        )

    def crosses(self, agent: str, source: str | None, target: str, action: Action) -> bool:
        """Whether an action after reading a source is a crossing (section 6)."""
        access = self._mesh.access(target, NUMBER[action])
        return self._listing.crosses(self._from(agent, source), access)

    def _from(self, agent: str, source: str | None) -> "Coming":
        """An agent that comes from a source; what the model does not have it read adds nothing to it."""
        if agent not in self._coming:
            sources = self._listing.sources(self._mesh.agent[agent])
            self._coming[agent] = {each.source: each for each in sources}
        known, number = self._coming[agent], HOME if source is None else self._mesh.system[source]
        if number not in known:
            known[number] = self._listing.coming(self._mesh.agent[agent], number)
        return known[number]

    def _on_boundary(self, source: str | None, use: Use) -> set[int]:
        """The checkpoints between the zones left and entered that cover the action."""
        systems = self._snapshot.system
        left = self._snapshot.agent[use.agent].home if source is None else systems[source].domain
        return {
            each.number
            for each in self._engine.checkpoints.boundaries
            if (each.zone_from, each.zone_to) == (left, systems[use.system].domain)
            and each.actions >> NUMBER[use.action] & 1
        }

    def _on_the_way(
        self, source: str | None, use: Use, obtained: Mapping[str, Obtained], counting: set[int]
    ) -> set[int]:
        """The checkpoints on the steps by which a credential was come by, back to the source."""
        found, passed, current = set[int](), set[str](), use.credential
        while current in self._mesh.credential and current not in passed:
            passed.add(current)
            way = obtained.get(current)
            if self._credentials.is_held(use.agent, current) and not (way is not None and way.stated):
                agent, credential = self._mesh.agent[use.agent], self._mesh.credential[current]
                held = self._mesh.first_agent + agent, self._mesh.first_credential + credential
                return found | self._guards([held], counting)
            if way is None:
                return found
            found |= self._guards(way.steps, counting)
            if way.credential is None or (way.system == source and not way.exchanged):
                return found
            if not way.exchanged:
                for number in bits(way.actions):
                    forms = self._credentials.grants(way.credential, way.system, number)
                    found |= self._guards(forms, counting)
            current = way.credential
        return found

    def _guards(self, steps: Iterable[Step], counting: set[int]) -> set[int]:
        """The checkpoints on a step that may have had several forms; none if one form is unguarded."""
        found = [counting.intersection(self._engine.checkpoints.guards.get(step, ())) for step in steps]
        return set().union(*found) if all(found) else set()

    @cached_property
    def _intended(self) -> Reach:
        return self._mesh.graph_of("hold", "exchange").spread(self._mesh.agent_seeds())

    def _is_approved(self, source: str | None, use: Use) -> bool:
        """Whether using a credential is approved (section 6), if the door is open."""
        mesh, agent, target = self._mesh, self._mesh.agent[use.agent], self._mesh.system[use.system]
        intent = self._snapshot.intent.get((use.agent, use.system))
        if intent is None or not implied(action_mask(intent.actions)) >> NUMBER[use.action] & 1:
            return False
        home, origins = self._snapshot.agent[use.agent].home, intent.from_ or ("home",)
        if source is None:
            is_covered = "home" in origins
        else:
            at_home = home is not None and self._snapshot.system[source].domain == home
            is_covered = source in origins or ("home" in origins and at_home)
            is_heard = self._engine.reaches.heard[mesh.system[source]]
            is_covered = is_covered and not (is_heard and mesh.words.instructed >> agent & 1)
        credential = mesh.first_credential + mesh.credential[use.credential]
        return is_covered and mesh.traceable[target] and bool(self._intended[credential] >> agent & 1)
