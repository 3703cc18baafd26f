"""The ``reason`` texts of a policy stub."""

from collections.abc import Mapping, Sequence
from typing import Any

from meshmodel.analysis.starts import HOME
from meshmodel.exporters.policies.facts import EffectiveAccess, PolicyFacts
from meshmodel.model.text import enumeration
from meshmodel.model.vocabulary import Action

_VERBS: Mapping[Action, str] = {
    "read": "reads",
    "write": "writes",
    "execute": "executes on",
    "issue": "issues at",
    "admin": "administers",
}


class PolicyWords:
    """Makes the sentences that say why a decision is due, or why an access is denied."""

    def __init__(self, facts: PolicyFacts) -> None:
        self._facts, self._mesh = facts, facts.mesh

    def required(self, access: EffectiveAccess, table: Mapping[str, Any]) -> str:
        """What the agent does there, as whom, coming from its worst source.

        Args:
            access: the first of the table.
            table: the table, for its system, its actions and its doors.
        """
        sources = self._facts.uncontrolled_sources(access)
        worst = min(sources, key=lambda each: (-sources[each], self._facts.source(each)))
        verbs = enumeration([_VERBS[action] for action in table["actions"]])
        acts = f"{verbs} {table['system']} as {self._identities(table['credentials'])}"
        return f"{acts} {self._coming(access.agent, worst)}; no checkpoint decides"

    def _coming(self, agent: int, source: int) -> str:
        if source == HOME:
            return f"from home {self._mesh.snapshot.agent[self._mesh.agents[agent]].home}"
        system = self._mesh.systems[source]
        if not self._facts.can_read(agent, source):
            return f"after being started by {system}"
        used = self._facts.names(self._facts.granting(agent, 5 * source))
        return f"after reading {system} as {self._identities(used)}"

    def _identities(self, credentials: Sequence[str]) -> str:
        known = self._mesh.snapshot.credential
        names = sorted({known[each].principal for each in credentials})
        if len(names) > 3:
            return f"one of {len(names)} identities"
        return " or ".join(names)

    def denied(self, access: EffectiveAccess, table: Mapping[str, Any]) -> str:
        """Why the accesses of a table are denied, and what would make the denial hold.

        Args:
            access: the first of the table.
            table: the table, for its system and how it is reached.
        """
        if table["enforceable"]:
            system = table["system"]
            return f"not intended; no other agent reaches these credentials, so {system} can refuse them"
        if table["via"] == "deputy":
            deputy, step = self._deputy(access)
            seen = f"reached through agent {deputy}, whose credential the target sees"
            return f"not intended; {seen}: place a checkpoint on the {step}, or require the actor chain"
        others = self._facts.others(access)
        kind = "person" if self._mesh.snapshot.agent[others[0]].is_person else "agent"
        who = f"{kind} {others[0]}" if len(others) == 1 else f"{len(others)} other agents"
        also = "also reaches" if len(others) == 1 else "also reach"
        return (
            f"not intended; {who} {also} these credentials, so the target cannot tell who asks: "
            "give this agent a credential of its own, or take it away"
        )

    def _deputy(self, access: EffectiveAccess) -> tuple[str, str]:
        """The last agent on a shortest way to an access, and the kind of step that sets it to work.

        Of several the first by name, so that the order in which the mesh was made does not matter.
        """
        mesh = self._mesh
        known = last = {mesh.first_agent + access.agent: ("", "")}
        while access.node not in last:
            found: dict[int, tuple[str, str]] = {}
            for node, driven in last.items():
                for step in mesh.leaving(node):
                    each = step[1]
                    if each not in known:
                        drives = mesh.original(each) >= mesh.first_agent
                        new = (mesh.name(each), mesh.kind(*step)) if drives else driven
                        found[each] = min(found.get(each, new), new)
            last, known = found, known | found
        return last[access.node]
