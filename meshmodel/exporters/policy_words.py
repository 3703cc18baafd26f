"""The sentences of a policy stub, for the person who fills it in."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from meshmodel.analysis.engine import Engine, Traveller
from meshmodel.analysis.steps import ADMIN, READ, STEP_ORDER
from meshmodel.model.vocabulary import Action

_VERBS: Mapping[Action, str] = {
    "read": "reads",
    "write": "writes",
    "execute": "executes on",
    "issue": "issues at",
    "admin": "administers",
}
_DRIVES = {
    "delegation": "place a checkpoint on the delegation, or require the actor chain",
    "trigger": "place a checkpoint on the trigger, or require the actor chain",
    "hosting": "place a checkpoint on the hosting, or require the actor chain",
}


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


class Wording:
    """Says why a decision is due, or why an access is denied."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        self._successors = self.mesh.adjacency(STEP_ORDER)

    def required(
        self,
        traveller: Traveller,
        table: Mapping[str, Any],
        actions: Sequence[Action],
        worst: int | None,
    ) -> str:
        """What the agent does there, as whom, coming from its worst source.

        Args:
            traveller: the agent.
            table: the table, for its system and its doors.
            actions: what it does there.
            worst: the source of its worst uncontrolled crossing: the number of a system, or home.
        """
        verbs = listed([_VERBS[action] for action in actions])
        acts = f"{verbs} {table['system']} as {self._identities(table['credentials'])}"
        return f"{acts} {self._coming(traveller, worst)}; nobody is asked"

    def _coming(self, traveller: Traveller, source: int | None) -> str:
        if source is None:
            return f"coming from home {traveller.home}"
        system = self.mesh.systems[source]
        access = 5 * source + READ
        row = self.engine.effective.row(traveller.node)
        if not row >> access & 1:
            return f"after being started by {system}"
        used = sorted(
            self.mesh.credentials[credential - self.mesh.first_credential]
            for credential, end in self.mesh.steps["grant"]
            if end in {access, 5 * source + ADMIN} and row >> credential & 1
        )
        return f"after reading {system} as {self._identities(used)}"

    def _identities(self, credentials: Sequence[str]) -> str:
        known = self.engine.snapshot.credential
        names = sorted({known[each].principal for each in credentials})
        if len(names) > 3:
            return f"one of {len(names)} identities"
        return " or ".join(names)

    def denied(
        self, traveller: Traveller, table: Mapping[str, Any], access: int, others: Sequence[str]
    ) -> str:
        """Why the access is denied, and what would make the denial hold.

        Args:
            traveller: the agent.
            table: the table, for its credentials and how they are reached.
            access: one access of the table.
            others: the other active agents that reach one of its credentials.
        """
        if table["enforceable"]:
            system = table["system"]
            return f"not intended; no other agent reaches these credentials, so {system} can refuse them"
        if table["via"] == "deputy":
            deputy, step = self._deputy(traveller.node, access)
            seen = f"reached through agent {deputy}, whose credential the target sees"
            return f"not intended; {seen}: {_DRIVES[step]}"
        kind = "person" if self.engine.snapshot.agent[others[0]].is_person else "agent"
        who = f"{kind} {others[0]}" if len(others) == 1 else f"{len(others)} other agents"
        also = "also reaches" if len(others) == 1 else "also reach"
        return (
            f"not intended; {who} {also} these credentials, so the target cannot tell who asks: "
            "give this agent a credential of its own, or take it away"
        )

    def _deputy(self, start: int, access: int) -> tuple[str, str]:
        """The last agent on a shortest way to an access, and the kind of step that sets it to work."""
        before: dict[int, int] = {start: start}
        queue = deque([start])
        while access not in before:
            node = queue.popleft()
            for after in self._successors[node]:
                if after not in before:
                    before[after] = node
                    queue.append(after)
        node = access
        while node < self.mesh.first_agent:
            node = before[node]
        return self.mesh.agents[node - self.mesh.first_agent], self.mesh.kind(before[node], node)
