"""Tickets for a tracker: the items of the list of actions, each with the missing checkpoints that it closes.

The id of a ticket is made of what it is about alone, so that a second import finds the ticket of the first:
``checkpoint:STEP:FROM>TO``, ``measure:RULE:SUBJECT``, ``missing-checkpoint:CREDENTIAL>SYSTEM``, and
``note:ID`` of an open question or action. Words, severity, state and number may change.
"""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from meshmodel.analysis.fix.results import FIX
from meshmodel.answers.blocks import fields_json
from meshmodel.answers.plan_options import plan_options, usual_options
from meshmodel.answers.plan_state import in_order
from meshmodel.answers.report.markdown import escaped
from meshmodel.answers.work import Item, OwnedElement, work_of
from meshmodel.edits.notes import SOURCE as PLAN
from meshmodel.exporters.policies.snippets import Snippets
from meshmodel.model.note_subject import note_subject
from meshmodel.model.phrases import subject_phrase
from meshmodel.model.records import Agent, Credential, Note, System
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.stop import CURRENT
from meshmodel.model.text import counted, one_line
from meshmodel.model.vocabulary import Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Door, Finding

By = Literal["fix", "plan"]
FORMAT: Final = "meshmodel-tickets/2"
_LONGEST_TITLE: Final = 250
"""Characters."""


class Ticket(NamedTuple):
    """One thing to do.

    Attributes:
        number: as in the list of actions: ``3``, and ``3.1`` of a missing checkpoint that item 3 closes; of
            notes ``N1`` and on.
        id: stable; see above.
        parent: the id of the ticket that closes it; empty for an action.
        kind: ``checkpoint``, of the plan also ``drop`` or ``limit``, ``measure``; ``missing-checkpoint``; or
            ``question`` or ``action`` of a note.
        severity: the highest of what it closes; of a note ``low``, for nothing says how grave it is.
        state: ``accepted`` while acceptances cover all that it closes, else ``open``.
        title: one line.
        description: what is the matter, and whom it concerns.
        remedy: what to do.
        decided: where a checkpoint decides.
        step, from_, to: on what it is to stand (``docs/semantics.md#effective-checkpoints``).
        actions: that no checkpoint decides; none: all.
        agents: that come there.
        credential_owners, agent_owners, target_owners: each element with its owner, by name.
        closes: how many unchecked paths a checkpoint closes alone; ``None`` where it was not counted.
        daily: decisions a day, where intents say so; else empty.
        cedar, rego, toml: the policy that asks for the decision.
        denied: a request as JSON that must be denied then, since it has no decision.
        references: to standards.
        done_when: the command that tells whether it is done, with what it then says; of notes empty.
    """

    number: str
    id: str
    parent: str
    kind: str
    severity: Severity
    state: str
    title: str
    description: str
    remedy: str
    decided: str
    step: str
    from_: str
    to: str
    actions: tuple[str, ...]
    agents: tuple[str, ...]
    credential_owners: str
    agent_owners: str
    target_owners: str
    closes: int | None
    daily: str
    cedar: str
    rego: str
    toml: str
    denied: str
    references: tuple[str, ...]
    done_when: str = ""


def tickets(analysis: "Analysis", by: By | None = None) -> tuple[Ticket, ...]:
    """The tickets of a model: its list of actions, each followed by the missing checkpoints it closes; then
    the open questions and actions that were noted.

    Args:
        analysis: of the model.
        by: whether the list begins with the minimum fix or with the plan; ``None``: with the plan where an
            intent says how often a day it is used. No limit of time is set to either.
    """
    stop, snippets = CURRENT.get(), Snippets(analysis)
    chosen = {"fix": lambda _: FIX, "plan": plan_options, None: usual_options}[by](analysis.snapshot)
    work = work_of(analysis, in_order(analysis, analysis.cheapest_plan(chosen, cancelled=stop)))
    doors = {each.subject: each for each in analysis.doors}
    made = [each for item in work.items for each in _tickets(analysis, item, snippets, doors)]
    every = (note for _, note in sorted(analysis.snapshot.note.items()) if note.state == "open")
    # Those of a plan say what it is to heed, and nothing to be done.
    noted = (each for each in every if each.kind in {"question", "action"} and each.source != PLAN)
    return (*made, *(_noted(analysis, number, note) for number, note in enumerate(noted, 1)))


def _noted(analysis: "Analysis", number: int, note: Note) -> Ticket:
    snapshot, subject = analysis.snapshot, note_subject(note.about or "")
    named = () if note.about is None else subject.elements
    owned = [
        OwnedElement(table, one.title, one.owner)
        for table, key in named
        if isinstance(one := snapshot.get(table, key), System | Agent | Credential)
    ]
    who = note.owner or "nobody yet"
    due = "" if note.due is None else f", due {note.due.isoformat()}"
    step, from_, to = subject.step or ("", "", "")
    does = "Answer it in the model" if note.kind == "question" else "Do it"
    return Ticket(
        f"N{number}",
        f"note:{note.id}",
        "",
        note.kind,
        "low",
        "open",
        one_line(note.text, _LONGEST_TITLE),
        f"Noted about {subject_phrase(note.about)}: {note.text} ({who}{due})",
        f"{does}, and mark the note {note.id} as done",
        "",
        step,
        from_,
        to,
        (subject.action,) if subject.action else (),
        (),
        *_owners(owned),
        None,
        "",
        "",
        "",
        "",
        "",
        (),
    )


def _tickets(
    analysis: "Analysis", item: Item, snippets: Snippets, doors: dict[str, "Door"]
) -> "Iterator[Ticket]":
    closed = [doors[each.subject] for each in item.doors if each.subject in doors]
    grants = [(each.credential, each.system) for each in closed]
    step, from_, to = item.step or ("", "", "")
    if step == "grant":
        grants.append((from_, to))
    yield Ticket(
        f"{item.number}",
        item.key,
        "",
        item.key.partition(":")[0],
        item.severity,
        "accepted" if item.is_accepted else "open",
        item.title,
        _description(item),
        f"{item.title}, {item.decided}" if item.decided else item.remedy or item.title,
        item.decided,
        step,
        from_,
        to,
        (),
        tuple(sorted({agent for each in item.findings for agent in each.agents})),
        *_owners(item.elements),
        item.crossings,
        "" if item.daily is None else f"{item.daily:g}",
        *snippets.about(grants if item.step is not None else ()),
        tuple(dict.fromkeys(name for each in item.findings for name in each.references)),
        item.done_when,
    )
    for number, finding in enumerate(item.doors, 1):
        yield _door(analysis, item, number, finding, doors[finding.subject], snippets)


def _door(
    analysis: "Analysis", item: Item, number: int, finding: "Finding", door: "Door", snippets: Snippets
) -> Ticket:
    snapshot, accepted = analysis.snapshot, finding.accepted
    credential, system = snapshot.credential[door.credential], snapshot.system[door.system]
    elements = [OwnedElement("credential", credential.title, credential.owner)]
    elements += [
        OwnedElement("agent", snapshot.agent[each].title, snapshot.agent[each].owner) for each in door.agents
    ]
    elements.append(OwnedElement("system", system.title, system.owner))
    names = f"{credential.title} > {system.title}"
    return Ticket(
        f"{item.number}.{number}",
        f"{DOOR}:{finding.subject}",
        item.key,
        DOOR,
        finding.severity,
        "accepted" if accepted is not None and not accepted.open else "open",
        one_line(f"Missing checkpoint on {names}: {', '.join(door.actions)}", _LONGEST_TITLE),
        finding.message,
        finding.remedy,
        f"closed by item {item.number}: {item.decided}",
        "grant",
        door.credential,
        door.system,
        door.actions,
        door.agents,
        *_owners(elements),
        None,
        "",
        *snippets.about([(door.credential, door.system)]),
        finding.references,
        item.done_when,
    )


def _description(item: Item) -> str:
    if item.key.startswith("measure:"):
        return " ".join(each.message for each in item.findings)
    alone = "" if not item.crossings else f" Alone it closes {counted(item.crossings, 'unchecked path')}."
    closes = "; ".join(each.headline for each in item.findings)
    begins = "It closes" if item.number == 1 else "Once those before it are done, it closes"
    together = f" {begins}: {closes}." if closes else ""
    what = item.title if item.step else f"A measure of the plan: {item.title}"
    return f"{what}.{alone}{together}"


def _owners(elements: "Sequence[OwnedElement]") -> tuple[str, str, str]:
    """Credentials, agents and targets, each with its owner."""

    def owners(kind: str) -> str:
        some = (f"{each.title}: {each.owner or 'not stated'}" for each in elements if each.kind == kind)
        return ", ".join(some)

    return owners("credential"), owners("agent"), owners("system")


# Forms ----------------------------------------------------------------------------------------------------


def tickets_json(analysis: "Analysis", by: By | None = None) -> str:
    """The tickets as ``meshmodel-tickets/2``."""
    content = {
        "format": FORMAT,
        "model": analysis.snapshot.about.name or "",
        "view": analysis.view,
        "tickets": fields_json(tuple(tickets(analysis, by))),
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def tickets_markdown(analysis: "Analysis", by: By | None = None) -> str:
    """The tickets as Markdown: a chapter for each action, below it one for each that it closes."""
    made = tickets(analysis, by)
    lines = [f"# Tickets of {escaped(analysis.snapshot.about.name or 'the model')}", ""]
    for each in made:
        lines += [f"{'###' if each.parent else '##'} {each.number} {escaped(each.title)}", ""]
        lines += [f"{each.severity}, {each.state}", "", *_markdown(each)]
    return "\n".join(lines if made else [*lines, "Nothing is to be done.", ""])


def _markdown(ticket: Ticket) -> Iterator[str]:
    said = {
        "What is the matter": ticket.description,
        "What to do": ticket.remedy,
        "Where it decides": ticket.decided,
        "Credential, and who owns it": ticket.credential_owners,
        "Agent, and who owns it": ticket.agent_owners,
        "Target, and who owns it": ticket.target_owners,
        "Decisions a day": ticket.daily,
        "Done when": ticket.done_when,
        "References": ", ".join(ticket.references),
        "Ticket": ticket.id,
    }
    for name, text in said.items():
        yield from [f"**{name}:** {escaped(text)}", ""] if text else []
    snippets = {
        "Policy in Cedar": ticket.cedar,
        "Policy in Rego": ticket.rego,
        "Policy stub (TOML)": ticket.toml,
        "Test: this request must be denied": ticket.denied,
    }
    for name, text in snippets.items():
        yield from [f"**{name}:**", "", "````", text.rstrip(), "````", ""] if text else []
