"""What every agent reaches, as JSON (``docs/json.md``) and as blocks."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from meshmodel.analysis.results import AgentReach, How, SystemReach
from meshmodel.answers.blocks import Answer, Block, Paragraph, Row, Section, Table
from meshmodel.answers.lines import Words
from meshmodel.model.text import counted, one_line
from meshmodel.model.vocabulary import Action

_IDENTITIES: Final[dict[How, str]] = {"direct": "held", "hidden": "found", "deputy": "through a deputy"}
_HOW: Final[dict[How, str]] = {
    "direct": "direct",
    "hidden": "hidden: with something found or exchanged on the way",
    "deputy": "hidden: through a deputy",
}


def reach_json(reach: Iterable[AgentReach]) -> Answer:
    """``meshmodel-reach/1``: every active agent with the systems it reaches."""
    return {"format": "meshmodel-reach/1", "agents": [_agent(each) for each in reach]}


def _agent(reach: AgentReach) -> Answer:
    return {
        "agent": reach.agent,
        "identities": list(reach.identities),
        "direct_identities": list(reach.direct_identities),
        "own_identities": list(reach.own_identities),
        "reach": [{"system": each.system, **reached_json(each)} for each in reach.reach],
    }


def reached_json(reach: SystemReach) -> Answer:
    """What an agent reaches on a system, without its name."""
    return {
        "actions": list(reach.actions),
        "direct": list(reach.direct),
        "own": list(reach.own),
        "unchecked": list(reach.unchecked),
    }


def reach_blocks(reach: Sequence[AgentReach]) -> Iterator[Block]:
    """Every active agent: the identities it carries, then a row for every system and way of reaching it."""
    if not reach:
        yield Section("", [Paragraph("No active agent.")])
    for agent in reach:
        carried = counted(len(agent.identities), "identity", "identities")
        identities = [
            Paragraph(f"{_IDENTITIES[how]}: {', '.join(names)}", indent=2, hang=4)
            for how, names in agent.identities_by_way.items()
            if names
        ]
        rows = [row for system in agent.reach for row in _rows(system)]
        reached = Table((*rows,), indent=4) if rows else Paragraph("reaches no system", indent=4)
        title: Words = (one_line(agent.agent), "strong"), (f"  {carried}", "")
        yield Section(title, [*identities, reached], indent=0)


def _rows(system: SystemReach) -> Iterator[Row]:
    ways: dict[str, list[str]] = {}
    for action in system.actions:
        ways.setdefault(_how(system, action), []).append(action)
    for how, actions in ways.items():
        yield Row((system.system, ", ".join(actions), how))


def _how(system: SystemReach, action: Action) -> str:
    """How an action is reached, and whether only behind a checkpoint."""
    how = _HOW[system.how(action)]
    return how if action in system.unchecked else f"{how}, behind a checkpoint"
