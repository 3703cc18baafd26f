"""What every agent reaches, as JSON (``docs/json.md``) and as blocks."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from meshmodel.analysis.results import HOW_WORDS, AgentReach, How, SystemReach
from meshmodel.answers.blocks import Answer, Block, Paragraph, Row, Section, Table, fields_json
from meshmodel.model.records import Snapshot
from meshmodel.model.text import counted

_IDENTITIES: Final[dict[How, str]] = {
    "direct": "its own credential",
    "hidden": "found",
    "deputy": "through another agent",
}
_HOW: Final[dict[How, str]] = {
    "direct": "its own credentials allow it: an access review shows this",
    "hidden": "with a credential that it finds or exchanges elsewhere (lateral movement)",
    "deputy": "only through another agent that it calls or influences (confused deputy)",
}
"""What it means how an action is reached."""


def reach_json(reach: Iterable[AgentReach]) -> Answer:
    """``meshmodel-reach/1``: every active agent with the systems it reaches."""
    return {"format": "meshmodel-reach/1", "agents": fields_json(tuple(reach))}


def reach_blocks(snapshot: Snapshot, reach: Sequence[AgentReach]) -> Iterator[Block]:
    """Every active agent: its identities, then a row for every system and how that is reached."""
    if not reach:
        yield Section("", [Paragraph("No active agent.")])
    for agent in reach:
        who = getattr(snapshot.get("agent", agent.agent), "title", agent.agent)
        rows = [row for system in agent.reach for row in _rows(snapshot, system)]
        head = ("System", "Actions", "How", "Checkpoint")
        reached = Table((*rows,), head, indent=2) if rows else Paragraph("It reaches no system.", indent=2)
        yield Section("", [Paragraph(_identity_words(who, agent), "strong", hang=4), reached], indent=0)
    if any(each.reach for each in reach):
        yield Section("", [Table(tuple(Row((HOW_WORDS[how], said)) for how, said in _HOW.items()))], indent=0)


def _identity_words(who: str, agent: AgentReach) -> str:
    """The identities of an agent, by how it comes to them."""
    if not agent.identities:
        return f"{who} can act as no identity"
    carried = counted(len(agent.identities), "identity", "identities")
    ways = [
        f"{', '.join(names)} ({_IDENTITIES[how]})" for how, names in agent.identities_by_way.items() if names
    ]
    return f"{who} can act as {carried}: {'; '.join(ways)}"


def _rows(snapshot: Snapshot, system: SystemReach) -> Iterator[Row]:
    title = getattr(snapshot.get("system", system.system), "title", system.system)
    ways: dict[tuple[str, str], list[str]] = {}
    for action in system.actions:
        checked = "none" if action in system.unchecked else "on every route"
        ways.setdefault((HOW_WORDS[system.how(action)], checked), []).append(action)
    for (how, checked), actions in ways.items():
        yield Row((title, ", ".join(actions), how, checked))
