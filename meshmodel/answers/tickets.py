"""Tickets for a tracker: the items of the list of work, each with the missing checkpoints that it closes.

The id of a ticket is made of what it is about alone, so that a second import finds the ticket of the first:
``checkpoint:STEP:FROM>TO``, ``measure:RULE:SUBJECT``, ``missing-checkpoint:CREDENTIAL>SYSTEM``, and
``note:ID`` of an open question or action. Words, severity, state and number may change.
"""

import csv
import io
import json
import shlex
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from meshmodel.analysis.fix.results import FIX
from meshmodel.answers.plan_options import plan_options, usual_options
from meshmodel.answers.plan_state import in_order
from meshmodel.answers.report.markdown import escaped
from meshmodel.answers.work import Item, Owned, work_of
from meshmodel.edits.plan_notes import SOURCE as PLAN
from meshmodel.exporters.policies.snippets import Snippets
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.note_subject import note_subject
from meshmodel.model.phrases import step_phrase, subject_phrase
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
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet computes (OWASP, CSV Injection); the last four are full-width."""
_LONGEST_TITLE: Final = 250
"""Characters: Jira takes 255, Azure Boards as many."""
MOST_IN_AZURE: Final = 1_000
"""So many work items Azure Boards imports from one file."""


class Ticket(NamedTuple):
    """One thing to do.

    Attributes:
        number: as in the list of work: ``3``, and ``3.1`` of a missing checkpoint that item 3 closes; of
            notes ``N1`` and on.
        id: stable; see above.
        parent: the id of the ticket that closes it; empty for an item of work.
        kind: ``checkpoint``, of the plan also ``drop`` or ``limit``, ``measure``; ``missing-checkpoint``; or
            ``question`` or ``action`` of a note.
        severity: the highest of what it closes; of a note ``low``, for nothing says how grave it is.
        state: ``accepted`` while acceptances cover all that it closes, else ``open``.
        title: one line.
        description: what is the matter, and whom it concerns.
        remedy: what to do.
        decided: where a checkpoint decides.
        step, from_, to: on what it is to stand (``docs/semantics.md#checkpoints-that-count``).
        actions: for which nobody is asked; none: all.
        agents: that come there.
        credential_owners, agent_owners, target_owners: each element with its owner, by name.
        closes: how many uncontrolled crossings a checkpoint closes alone; ``None`` where it was not counted.
        daily: decisions a day, where intents say so; else empty.
        cedar, rego, toml: the policy that asks for the decision.
        denied: a request as JSON that must be denied then, since it has no decision.
        references: to standards.
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


def tickets(analysis: "Analysis", by: By | None = None) -> tuple[Ticket, ...]:
    """The tickets of a model: its list of work, each followed by the missing checkpoints that it closes; then
    the open questions and actions that were noted.

    Args:
        analysis: of the model.
        by: whether the list begins with the minimum fix or with the plan; ``None``: with the plan where an
            intent says how often a day it is used. No limit of time is set to either.
    """
    stop, snippets = CURRENT.get(), Snippets(analysis)
    chosen = {"fix": lambda _: FIX, "plan": plan_options, None: usual_options}[by](analysis.snapshot)
    work = work_of(analysis, in_order(analysis.cheapest_plan(chosen, cancelled=stop)))
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
        Owned(table, one.title, one.owner)
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
    analysis: "Analysis", item: Item, snippets: Snippets, doors: "dict[str, Door]"
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
        f"{item.title}, {item.decided}" if item.decided else item.title,
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
    )
    for number, finding in enumerate(item.doors, 1):
        yield _door(analysis, item, number, finding, doors[finding.subject], snippets)


def _door(
    analysis: "Analysis", item: Item, number: int, finding: "Finding", door: "Door", snippets: Snippets
) -> Ticket:
    snapshot, accepted = analysis.snapshot, finding.accepted
    credential, system = snapshot.credential[door.credential], snapshot.system[door.system]
    elements = [Owned("credential", credential.title, credential.owner)]
    elements += [
        Owned("agent", snapshot.agent[each].title, snapshot.agent[each].owner) for each in door.agents
    ]
    elements.append(Owned("system", system.title, system.owner))
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
    )


def _description(item: Item) -> str:
    if item.key.startswith("measure:"):
        return "; ".join(each.message for each in item.findings)
    alone = (
        "" if not item.crossings else f" Alone it closes {counted(item.crossings, 'uncontrolled crossing')}."
    )
    closes = "; ".join(each.message for each in item.findings)
    begins = "It closes" if item.number == 1 else "Once those before it are done, it closes"
    together = f" {begins}: {closes}." if closes else ""
    if item.step is None:
        return f"A measure of the plan: {item.title}.{together}"
    where = step_phrase(*item.step)
    return f"A checkpoint on the {item.step[0]} step {where}.{alone}{together}"


def _owners(elements: "Sequence[Owned]") -> tuple[str, str, str]:
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
        "tickets": [_named(each) for each in tickets(analysis, by)],
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def tickets_csv(analysis: "Analysis", by: By | None = None) -> str:
    """The tickets as CSV (RFC 4180), its columns the keys of the JSON; no cell is a formula."""
    return _csv(_KEYS, (_named(each).values() for each in tickets(analysis, by)))


_KEYS: Final = tuple(name.rstrip("_") for name in Ticket._fields)
_JIRA_PRIORITIES: Final[dict[Severity, str]] = {
    "critical": "Highest",
    "high": "High",
    "medium": "Medium",
    "low": "Low",
}
_AZURE_PRIORITIES: Final[dict[Severity, int]] = {"critical": 1, "high": 2, "medium": 3, "low": 4}


def tickets_jira(analysis: "Analysis", by: By | None = None) -> str:
    """The tickets as CSV for the importer of Jira: tasks, and below them sub-tasks.

    ``Issue ID`` and ``Parent`` join them, and all parents stand before all children, as Atlassian's page on
    parents and children in an import has it.
    """
    made = tickets(analysis, by)
    ids = {each.id: number for number, each in enumerate(made, 1)}
    rows = (
        (
            "Sub-task" if each.parent else "Task",
            ids[each.id],
            ids[each.parent] if each.parent else "",
            f"{each.number} {one_line(each.title, _LONGEST_TITLE)}",
            _JIRA_PRIORITIES[each.severity],
            "meshmodel",
            _jira_text(each),
        )
        for each in sorted(made, key=lambda each: bool(each.parent))
    )
    return _csv(("Issue Type", "Issue ID", "Parent", "Summary", "Priority", "Labels", "Description"), rows)


def tickets_azure(analysis: "Analysis", by: By | None = None) -> str:
    """The tickets as CSV for the importer of Azure Boards: issues, and below them tasks.

    New work items have neither ``ID`` nor ``State``; a child has its title in the column ``Title 2``, below
    its parent.

    Raises:
        MeshmodelError: there are more than Azure Boards imports from one file.
    """
    made = tickets(analysis, by)
    if len(made) > MOST_IN_AZURE:
        raise MeshmodelError(
            f"Azure Boards imports {MOST_IN_AZURE:,} work items from one file at most, and there are "
            f"{len(made):,}; write tickets and cut them"
        )
    rows = (
        (
            "Task" if each.parent else "Issue",
            *(["", title] if each.parent else [title, ""]),
            _AZURE_PRIORITIES[each.severity],
            "meshmodel",
            _html(each),
        )
        for each in made
        for title in [f"{each.number} {one_line(each.title, _LONGEST_TITLE)}"]
    )
    return _csv(("Work Item Type", "Title 1", "Title 2", "Priority", "Tags", "Description"), rows)


def tickets_github(analysis: "Analysis", by: By | None = None) -> str:
    """The items of work as commands of ``gh``, in the words of which a shell computes nothing."""
    made = tickets(analysis, by)
    lines = [
        "#!/bin/sh",
        "# An issue for each item of work, with a task for each missing checkpoint.",
        "set -e",
    ]
    for each in made:
        if each.parent:
            continue
        children = [child for child in made if child.parent == each.id]
        body = [
            *_markdown(each),
            *(f"- [ ] {escaped(child.number)} {escaped(child.title)}" for child in children),
        ]
        title = shlex.quote(f"{each.number} {one_line(each.title, _LONGEST_TITLE)}")
        lines.append(f"gh issue create --title {title} --body {shlex.quote(chr(10).join(body))}")
    return "\n".join(lines) + "\n"


def _paragraphs(ticket: Ticket) -> Iterator[tuple[str, str]]:
    """What a ticket says, name by name."""
    yield "What is the matter", ticket.description
    yield "What to do", ticket.remedy
    yield "Where it decides", ticket.decided
    yield "Credential, and who owns it", ticket.credential_owners
    yield "Agent, and who owns it", ticket.agent_owners
    yield "Target, and who owns it", ticket.target_owners
    yield "Decisions a day", ticket.daily
    yield "References", ", ".join(ticket.references)
    yield "Ticket", ticket.id


def _snippets(ticket: Ticket) -> Iterator[tuple[str, str]]:
    yield "Policy in Cedar", ticket.cedar
    yield "Policy in Rego", ticket.rego
    yield "Policy stub (TOML)", ticket.toml
    yield "Test: this request must be denied", ticket.denied


def _jira_text(ticket: Ticket) -> str:
    """The text in the markup of Jira; names are no markup in it."""

    def plain(text: str) -> str:
        return "".join(f"\\{each}" if each in "{}[]*_|!^~" else each for each in text)

    def fenced(text: str) -> str:
        return text.rstrip().replace("{noformat}", "{ noformat}")

    said = [f"*{name}:* {plain(text)}" for name, text in _paragraphs(ticket) if text]
    said += [
        f"*{name}:*\n{{noformat}}\n{fenced(text)}\n{{noformat}}" for name, text in _snippets(ticket) if text
    ]
    return "\n\n".join(said)


def _html(ticket: Ticket) -> str:
    said = [f"<p><b>{name}:</b> {escape(text)}</p>" for name, text in _paragraphs(ticket) if text]
    said += [
        f"<p><b>{name}:</b></p><pre>{escape(text.rstrip())}</pre>" for name, text in _snippets(ticket) if text
    ]
    return "".join(said)


def _markdown(ticket: Ticket) -> list[str]:
    said = []
    for name, text in _paragraphs(ticket):
        said += [f"**{name}:** {escaped(text)}", ""] if text else []
    for name, text in _snippets(ticket):
        said += [f"**{name}:**", "", "````", text.rstrip(), "````", ""] if text else []
    return said


def _csv(head: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _named(ticket: Ticket) -> dict[str, object]:
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in zip(_KEYS, ticket, strict=True)
    }


def _cell(value: object) -> str:
    """A value as text that no spreadsheet computes: an apostrophe before what could be a formula."""
    text = "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text
