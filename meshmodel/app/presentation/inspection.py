"""What is said of a record beside its fields: relations, notes, reach, findings and questions."""

from collections.abc import Iterator
from functools import partial
from itertools import starmap
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from meshmodel.analysis.results import HOW_WORDS, MOST_HIGHLIGHTED, How
from meshmodel.answers.acceptances import accepted_words
from meshmodel.answers.lines import Line, Section, Words, heading, space
from meshmodel.answers.questions import questions_of
from meshmodel.app.presentation.findings_index import findings_index, may_be_about
from meshmodel.edits.checkpoint_places import checkpoints_on
from meshmodel.edits.notes import notes_about, subject_of
from meshmodel.model.note_subject import note_subject
from meshmodel.model.phrases import (
    GLYPHS,
    glyph_of,
    letters,
    listed,
    phrase,
    sign_in,
    step_phrase,
    subject_phrase,
)
from meshmodel.model.records import (
    About,
    Agent,
    Checkpoint,
    Credential,
    Key,
    Note,
    Record,
    Reference,
    Snapshot,
    System,
    key_of,
    table_of,
)
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.text import pad, plural
from meshmodel.model.vocabulary import ELEMENT_TABLES, RELATION_TABLES

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import AgentReach, Finding, SystemReach

_ENDS: Final = {each: STEP_ENDS.get(each, ("agent", "system")) for each in RELATION_TABLES}
"""What they join: steps as always, and an intent an agent with a system."""
_COUNTED: Final = 10
"""Of more findings the title says how many there are."""
_NAME: Final = 14
"""Cells of a column of names."""


class NewNote(NamedTuple):
    """What the line that adds a note stands for; its subject is ``kind:id``, or ``None`` for the model."""

    subject: str | None


def _record_line(record: Record, more: str = "") -> Line:
    """The line of another record that this one is related to."""
    reference = table_of(record), key_of(record)
    return Line(reference, ((f"{glyph_of(record)} {phrase(record)}{more}", ""),), reference)


def _end_line(snapshot: Snapshot, table: str, key: str) -> Line:
    """The line of an element at the end of a relation."""
    return Line((table, key), ((f"{sign_in(snapshot, table, key)} {table} {key}", ""),), (table, key))


def lines_about(snapshot: Snapshot, analysis: "Analysis | None", record: Record) -> Iterator[Line]:
    """All that is said of a record beside its fields."""
    for name, sections in (
        ("relations", relation_sections(snapshot, record)),
        ("notes", note_sections(snapshot, record)),
        ("reach", reach_sections(snapshot, analysis, record)),
        ("findings", finding_sections(analysis, record)),
    ):
        if sections:
            yield space(name)
        for section in sections:
            if section.title:
                yield heading(section.title)
            yield from section.lines


def title_words(record: Record) -> Words:
    """The first line: sign, name and kind of record."""
    if isinstance(record, About):
        return (record.name or "this model", "bold"), ("  model", "muted")
    key = key_of(record)
    name = getattr(record, "title", None) or (key if isinstance(key, str) else " > ".join(key))
    return (f"{glyph_of(record)} ", ""), (str(name), "bold"), (f"  {table_of(record)}", "muted")


def without_record(snapshot: Snapshot, reference: Reference) -> tuple[list[str], list[Line]]:
    """What is said of a hosting, of what an agent reads there, or of a thing that is gone.

    Returns:
        What it is in sentences; then the lines of its ends and of the checkpoints on it.
    """
    table, key = reference
    if not isinstance(key, tuple):
        return ["nothing is there any more"], []
    said = [step_phrase(table, *key)]
    if table == "hearing":
        said.append("is there wherever the agent reads untrusted content; a checkpoint filters what it reads")
    ends = [end for end in zip(("system", "agent"), key, strict=True) if end[1] in snapshot.table(end[0])]
    on_it = map(_record_line, checkpoints_on(snapshot, table, *key))
    return said, [*starmap(partial(_end_line, snapshot), ends), *on_it]


def relation_sections(snapshot: Snapshot, record: Record) -> list[Section]:
    """The relations of an element, or the ends and checkpoints of a relation; each can be selected."""
    table, key = table_of(record), key_of(record)
    if table in ELEMENT_TABLES and isinstance(key, str):
        lines = [_record_line(each) for each in _related(snapshot, table, key)]
        return [Section("relations", lines)] if lines else []
    if isinstance(record, Note) and record.about is not None:
        elements = note_subject(record.about).elements
        return [Section("about", [_end_line(snapshot, end, str(name)) for end, name in elements])]
    if table not in _ENDS or not isinstance(key, tuple):
        return []
    lines = [*map(partial(_end_line, snapshot), _ENDS[table], key)]
    if table != "intent":
        steps = ("hearing", table) if table == "trigger" else (table,)  # one on hearing guards the start too
        on_it = [each for step in steps for each in checkpoints_on(snapshot, step, *key)]
        lines += [_record_line(each, _asked_for(each)) for each in on_it]
    return [Section("joins", lines)]


def _asked_for(checkpoint: Checkpoint) -> str:
    """For which actions a checkpoint is, unless for all, and how it stands."""
    actions = f" for {listed(checkpoint.actions)}" if checkpoint.actions else ""
    return f"{actions} ({checkpoint.state}, {checkpoint.freshness})"


def _related(snapshot: Snapshot, table: str, key: str) -> Iterator[Any]:
    """The relations of an element, what lies in a zone or runs on a system, what is decided there, and the
    checkpoints on hearing.
    """
    for each in RELATION_TABLES:
        ends = _ENDS[each]
        for pair, record in snapshot.table(each).items():
            if (ends[0] == table and pair[0] == key) or (ends[1] == table and pair[1] == key):
                yield record
    if table == "zone":
        yield from (system for system in snapshot.system.values() if system.zone == key)
        yield from (agent for agent in snapshot.agent.values() if agent.home == key)
    if table == "system":
        yield from (agent for agent in snapshot.agent.values() if agent.runs_on == key)
        yield from (each for each in snapshot.checkpoint.values() if each.decided_at == key)
    if table in STEP_ENDS["hearing"]:
        end = STEP_ENDS["hearing"].index(table)
        placed = (each for each in snapshot.checkpoint.values() if each.step == "hearing")
        yield from (each for each in placed if (each.from_, each.to)[end] == key)


def note_sections(snapshot: Snapshot, record: Record) -> list[Section]:
    """The notes about an element, or all where the model is shown; and the line that adds one."""
    subject = subject_of(record)
    if not isinstance(record, About) and subject is None:
        return []
    lines = [
        Line(("note", each.id), partial(_note_words, each, subject), ("note", each.id))
        for each in notes_about(snapshot, subject)
    ]
    adding = Line("new note", (("+ ", ""), ("add a note", "muted")), NewNote(subject))
    return [Section("notes", [*lines, adding])]


def _note_words(note: Note, subject: str | None) -> Words:
    about = "" if note.about == subject or note.about is None else f"  {subject_phrase(note.about)}"
    said = [each for each in (note.owner, f"due {note.due}" if note.due else "") if each]
    if note.state == "done":
        said.append("done")
    kind = "" if note.kind == "note" else f"{note.kind}: "
    return (
        (f"{GLYPHS['note']} ", ""),
        (kind, "muted"),
        (note.text, ""),
        (about, "muted"),
        ("  ".join(["", *said]), "muted"),
    )


def reach_sections(snapshot: Snapshot, analysis: "Analysis | None", record: Record) -> list[Section]:
    """What an agent ends up with, who reaches a system, and who ends up acting as an identity."""
    match record:
        case _ if analysis is None:
            return []
        case Agent():
            return _agent_reach(analysis, record.id)
        case System():
            return _system_reach(analysis, record)
        case Credential():
            return _credential_reach(snapshot, analysis, record)
        case _:
            return []


def _name(text: str) -> str:
    """An id as it is, padded to its column; a gap always follows."""
    return pad(text, _NAME) + " "


def _agent_reach(analysis: "Analysis", agent: str) -> list[Section]:
    found = analysis.agent_reach(agent)
    if found is None:
        return []
    identities, systems = len(found.identities), len(found.reach)
    held = len(found.direct_identities)
    who = f"{identities} {plural(identities, 'identity', 'identities')}"
    who += f" ({held} held)" if held < identities else ""
    lines = [
        *(Line(("identity", each), partial(_identity_words, found, each)) for each in found.identities),
        *(
            Line(("reach", each.system), partial(_reach_words, each), ("system", each.system))
            for each in found.reach
        ),
    ]
    return [Section(f"can act as {who} and reach {systems} {plural(systems, 'system')}", lines)]


def _identity_words(found: "AgentReach", identity: str) -> Words:
    how = found.how(identity)
    return (f"  as {_name(identity)}", ""), (HOW_WORDS[how], _LOOKS[how])


def _reach_words(each: "SystemReach") -> Words:
    return (f"  {_name(each.system)} {letters(each.actions):<5} ", ""), _how_reached(each)


def _system_reach(analysis: "Analysis", system: System) -> list[Section]:
    sections = []
    if not system.untrusted_input and any(each.system == system.id for each in analysis.heard):
        carriers = [
            Line(
                ("carrier", each),
                ((f"{sign_in(analysis.snapshot, 'agent', each)} {each}", ""),),
                ("agent", each),
            )
            for each in analysis.carried_by(system.id)
        ]
        by_themselves = "⚐ outsiders write here, with a credential that they get"
        sections.append(
            Section("⚐ untrusted content, brought here by" if carriers else by_themselves, carriers)
        )
    reached = [
        Line(("reached", agent), partial(_reached_words, analysis.snapshot, agent, each), ("agent", agent))
        for agent, each in analysis.reach_table.reaching(system.id)
    ]
    return [*sections, *([Section("who can reach it", reached)] if reached else [])]


def _reached_words(snapshot: Snapshot, agent: str, each: "SystemReach") -> Words:
    sign = sign_in(snapshot, "agent", agent)
    return (f"{sign} {_name(agent)} {letters(each.actions):<5} ", ""), _how_reached(each)


def _credential_reach(snapshot: Snapshot, analysis: "Analysis", credential: Credential) -> list[Section]:
    shared = [each for each in snapshot.credential.values() if each.principal == credential.principal]
    title = "who can get it" if len(shared) == 1 else f"who can act as {credential.principal}"

    def words(agent: str, how: How) -> Words:
        return (f"{sign_in(snapshot, 'agent', agent)} {_name(agent)}", ""), (HOW_WORDS[how], _LOOKS[how])

    lines = [
        Line(("has", each[0]), partial(words, *each), ("agent", each[0]))
        for each in analysis.reach_table.carrying(credential.principal)
    ]
    return [Section(title, lines)] if lines else []


def _how_reached(each: "SystemReach") -> tuple[str, Literal["muted", "warning"]]:
    return HOW_WORDS[each.farthest], _LOOKS[each.farthest]


_LOOKS: Final[dict[How, Literal["muted", "warning"]]] = {
    "direct": "muted",
    "hidden": "warning",
    "deputy": "warning",
}


def finding_sections(analysis: "Analysis | None", record: Record) -> list[Section]:
    """The findings and questions about a record, and how many findings more may be about it."""
    if analysis is None or isinstance(record, About):
        return []
    table, key = table_of(record), key_of(record)
    found = [
        Line(("finding", each.rule, each.subject), partial(_finding_words, each), each)
        for each in findings_index(analysis).about(table, key)
    ]
    asked = [
        Line(("question", text), ((f"? {text}", ""),), answerable.get(text))
        for question in questions_of(analysis)
        if question.element == f"{table}:{key}"
        for answerable in [{each.ask: each for each in question.answerable}]
        for text in question.asks
    ]
    title = "findings" if len(found) <= _COUNTED else f"{len(found)} findings"
    sections = (
        Section(title, found),
        Section("questions", asked),
        Section("", _unnamed(analysis, table, key)),
    )
    return [each for each in sections if each.lines]


def _finding_words(each: "Finding") -> Words:
    return (
        ("✖ ", ""),
        (f"{each.severity:<9}", each.severity),
        (f"{each.title}: ", ""),
        (" → ".join(each.named), "muted"),
        ("" if each.accepted is None else f"  {accepted_words(each.accepted)}", "muted"),
    )


def _unnamed(analysis: "Analysis", table: str, key: Key) -> list[Line]:
    """One line that says how many findings more may be about a record; none where there is none."""
    more = sum(
        may_be_about(each, analysis, table, key) for each in findings_index(analysis).truncated.get(table, ())
    )
    said = f"{more} more may be about it: each names {MOST_HIGHLIGHTED} {table}s and leaves others out"
    return [Line(("unnamed", table), (("  ", ""), (said, "muted")))] if more else []
