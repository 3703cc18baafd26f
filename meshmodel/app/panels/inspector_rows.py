"""What the inspector says of a record beside its fields: relations, reach, findings, questions."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from meshmodel.app.panels.findings import SEVERITY_STYLES
from meshmodel.app.widgets.form_rows import LABEL_WIDTH, MUTED, WARNING
from meshmodel.app.widgets.rows import Part, Row, heading, line, saying
from meshmodel.edits.checkpoint_places import checkpoints_on
from meshmodel.edits.notes import ELEMENT_TABLES, notes_about, subject_of
from meshmodel.model.phrases import GLYPHS, glyph_of, letters, phrase, step_phrase
from meshmodel.model.records import (
    About,
    Agent,
    Credential,
    Key,
    Note,
    Record,
    Reference,
    System,
    Zone,
    key_of,
)
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.snapshot import Snapshot, table_of
from meshmodel.model.text import pad
from meshmodel.reports.acceptances import accepted_words
from meshmodel.reports.findings_index import findings_index

if TYPE_CHECKING:
    from meshmodel.analysis.results import AgentReach, Finding, SystemReach
    from meshmodel.api import Analysis

_RELATIONS: Final = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "intent")
_ENDS: Final = {each: STEP_ENDS.get(each, ("agent", "system")) for each in _RELATIONS}
"""What they join: steps as always, and an intent an agent with a system."""
_COUNTED: Final = 10
"""Of more findings the heading says how many there are."""
Block = list[Callable[[], Row]]
"""Rows that stand together, each made when it is first seen."""


@dataclass(frozen=True, slots=True)
class NewNote:
    """What the row that adds a note stands for; its subject is ``kind:id``, or ``None`` for the model."""

    subject: str | None


def record_of(snapshot: Snapshot, reference: Reference) -> Record | None:
    """The record that a reference names; ``None`` for steps without a record, or one that is gone."""
    table, key = reference
    return None if table == "hosting" else snapshot.get(table, key)


def reference_after(record: Record, values: Mapping[str, Any]) -> Reference | None:
    """What to select after a change: the record under its new key; nothing for the model itself."""
    if isinstance(record, About):
        return None
    after = replace(record, **values)
    return table_of(record), key_of(after)


def title_row(record: Record) -> Row:
    """The first row: sign, name and kind of record."""
    table = table_of(record)
    if isinstance(record, About):
        return _title((record.name or "this model", "bold"), ("  model", MUTED))
    key = key_of(record)
    name = getattr(record, "title", None) or (key if isinstance(key, str) else " > ".join(key))
    return _title(f"{glyph_of(record)} ", (str(name), "bold"), (f"  {table}", MUTED))


def _title(*parts: Part) -> Row:
    return Row("title", line(*parts), heading=True, said=True)


def rows_without_record(snapshot: Snapshot, reference: Reference) -> list[Row]:
    """What is selected has no fields of its own: a hosting, a trigger that arises by itself, a thing gone."""
    table, key = reference
    if not isinstance(key, tuple):
        return [saying("nothing is there any more")]
    start, end = key
    rows = [saying(step_phrase(table, start, end))]
    if table == "trigger":
        rows.append(saying("arises by itself: the agent hears outsiders' words there"))
    for each, name in (("system", start), ("agent", end)):
        if name in snapshot.table(each):
            rows.append(_record_row(each, name, f"{each} {name}"))
    rows += [
        _record_row("checkpoint", each.id, phrase(each))
        for each in checkpoints_on(snapshot, table, start, end)
    ]
    return rows


def relation_rows(snapshot: Snapshot, record: Record) -> list[Row]:
    """The relations of an element, or the ends and checkpoints of a relation; each can be selected."""
    table, key = table_of(record), key_of(record)
    if isinstance(record, Zone | System | Agent | Credential):
        rows = [
            _record_row(each, found, phrase(snapshot.table(each)[found]))
            for each, found in _related(snapshot, table, str(key))
        ]
        return [heading("relations"), *rows] if rows else []
    if isinstance(record, Note) and record.about is not None:
        end, _, name = record.about.partition(":")
        return [heading("about"), _record_row(end, name, f"{end} {name}")]
    if table not in _ENDS or not isinstance(key, tuple):
        return []
    rows = [_record_row(end, name, f"{end} {name}") for end, name in zip(_ENDS[table], key, strict=True)]
    if table != "intent":
        rows += [
            _record_row("checkpoint", each.id, f"{phrase(each)} ({each.state}, {each.freshness})")
            for each in checkpoints_on(snapshot, table, *key)
        ]
    return [heading("joins"), *rows]


def note_rows(snapshot: Snapshot, record: Record) -> Block:
    """The notes about an element, or all where the model is shown; and the row that adds one."""
    if not isinstance(record, About) and table_of(record) not in ELEMENT_TABLES:
        return []
    subject = subject_of(record)
    rows = [partial(_note_row, each, subject) for each in notes_about(snapshot, subject)]
    return [partial(heading, "notes"), *rows, partial(_adding_row, subject)]


def _note_row(note: Note, subject: str | None) -> Row:
    about = "" if note.about == subject or note.about is None else f"  {note.about.replace(':', ' ')}"
    said = [each for each in (note.owner, f"due {note.due}" if note.due else "") if each]
    if note.state == "done":
        said.append("done")
    kind = "" if note.kind == "note" else f"{note.kind}: "
    words = line(
        f"{GLYPHS['note']} ", (kind, MUTED), note.text, (about, MUTED), ("  ".join(["", *said]), MUTED)
    )
    return Row(("note", note.id), words, ("note", note.id), indent=2)


def _adding_row(subject: str | None) -> Row:
    return Row("new note", line("+ ", ("add a note", MUTED)), NewNote(subject), indent=2)


def _record_row(table: str, key: Key, text: str) -> Row:
    return Row((table, key), line(f"{GLYPHS.get(table, ' ')} ", text), (table, key), indent=2)


def _related(snapshot: Snapshot, table: str, key: str) -> Iterator[tuple[str, Any]]:
    for each in _RELATIONS:
        ends = _ENDS[each]
        for found in snapshot.table(each):
            if (ends[0] == table and found[0] == key) or (ends[1] == table and found[1] == key):
                yield each, found
    if table == "zone":
        yield from (("system", system.id) for system in snapshot.system.values() if system.zone == key)
        yield from (("agent", agent.id) for agent in snapshot.agent.values() if agent.home == key)
    if table == "system":
        yield from (("agent", agent.id) for agent in snapshot.agent.values() if agent.runs_on == key)
    yield from (
        ("checkpoint", each.id)
        for each in snapshot.checkpoint.values()
        if each.decided_at == key and table == "system"
    )


def reach_rows(snapshot: Snapshot, analysis: "Analysis | None", record: Record) -> Block:
    """What an agent ends up with, who reaches a system, and who ends up acting as an identity."""
    if analysis is None:
        return []
    if isinstance(record, Agent):
        return _agent_reach(analysis, record)
    if isinstance(record, System):
        return _system_reach(analysis, record)
    if isinstance(record, Credential):
        return _credential_reach(snapshot, analysis, record)
    return []


def _name(text: str) -> str:
    """An id as it is, padded to its column; a gap always follows."""
    return pad(text, LABEL_WIDTH - 3) + " "


def _counts(identities: int, systems: int) -> str:
    who = "identity" if identities == 1 else "identities"
    where = "system" if systems == 1 else "systems"
    return f"ends up with {identities} {who}, {systems} {where}"


def _agent_reach(analysis: "Analysis", agent: Agent) -> Block:
    found = analysis.agent_reach(agent.id)
    if found is None:
        return []
    return [
        partial(heading, _counts(len(found.identities), len(found.reach))),
        *(partial(_identity_row, found, each) for each in found.identities),
        *(partial(_reach_row, each) for each in found.reach),
    ]


def _identity_row(found: "AgentReach", identity: str) -> Row:
    how = _how(identity in found.direct_identities, identity in found.own_identities)
    return Row(("identity", identity), line("  as ", _name(identity), *how), None, indent=2)


def _reach_row(each: "SystemReach") -> Row:
    hidden = [action for action in each.actions if action not in each.direct]
    how = _how(not hidden, all(action in each.own for action in each.actions))
    text = f"{_name(each.system)} {letters(each.actions):<5} "
    return Row(("reach", each.system), line("  ", text, *how), ("system", each.system), indent=2)


def _system_reach(analysis: "Analysis", system: System) -> Block:
    rows = [partial(_reached_row, *each) for each in analysis.reach_table.reaching(system.id)]
    return [
        *_carried_here(analysis, system),
        *([partial(heading, "who ends up here"), *rows] if rows else []),
    ]


def _carried_here(analysis: "Analysis", system: System) -> Block:
    """The agents that carry outsiders' words to a system where outsiders cannot write themselves."""
    if system.untrusted_input or all(each.system != system.id for each in getattr(analysis, "heard", ())):
        return []
    rows = [partial(_carrier_row, agent) for agent in analysis.carried_by(system.id)]
    return [partial(heading, "⚐ outsiders' words, carried here by"), *rows]


def _carrier_row(agent: str) -> Row:
    return Row(("carrier", agent), line("◉ ", agent), ("agent", agent), indent=2)


def _reached_row(agent: str, each: "SystemReach") -> Row:
    how = _how(each.direct == each.actions, each.own == each.actions)
    text = f"{_name(agent)} {letters(each.actions):<5} "
    return Row(("reached", agent), line("◉ ", text, *how), ("agent", agent), indent=2)


def _credential_reach(snapshot: Snapshot, analysis: "Analysis", credential: Credential) -> Block:
    shared = [each for each in snapshot.credential.values() if each.principal == credential.principal]
    title = "who ends up with it" if len(shared) == 1 else f"who ends up acting as {credential.principal}"
    rows = [partial(_carried_row, *each) for each in analysis.reach_table.carrying(credential.principal)]
    return [partial(heading, title), *rows] if rows else []


def _carried_row(agent: str, direct: bool, own: bool) -> Row:
    return Row(("has", agent), line("◉ ", _name(agent), *_how(direct, own)), ("agent", agent), indent=2)


def _how(direct: bool, own: bool) -> tuple[tuple[str, str], ...]:
    if direct:
        return (("direct", MUTED),)
    return (("hidden", WARNING),) if own else (("deputy", WARNING),)


def finding_rows(analysis: "Analysis | None", record: Record) -> Block:
    """The findings and questions about a record."""
    if analysis is None or isinstance(record, About):
        return []
    table, key = table_of(record), key_of(record)
    rows = [partial(_finding_row, each) for each in findings_index(analysis).about(table, key)]
    asked = [
        partial(Row, ("question", text), line("? ", text), None, indent=2)
        for question in analysis.questions
        if question.element == f"{table}:{key}"
        for text in question.asks
    ]
    title = "findings" if len(rows) <= _COUNTED else f"{len(rows)} findings"
    found = [partial(heading, title), *rows] if rows else []
    return [*found, *([partial(heading, "questions"), *asked] if asked else [])]


def _finding_row(each: "Finding") -> Row:
    accepted = () if each.accepted is None else ((f"  {accepted_words(each.accepted)}", MUTED),)
    words = line(
        "✖ ",
        (f"{each.severity:<9}", SEVERITY_STYLES[each.severity]),
        each.rule.replace("-", " "),
        (f"  {each.subject}", MUTED),
        *accepted,
    )
    return Row(("finding", each.rule, each.subject), words, each, indent=2)
