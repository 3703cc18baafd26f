"""An edit as an assistant writes it: what is wrong or doubtful in it, and what it would change.

What it approves, hides or lowers an assistant may not decide by itself: ``docs/mcp.md#what-is-refused``.
"""

import difflib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Final, TypeVar

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import Finding
from meshmodel.answers.causes import is_accepted
from meshmodel.edits.edit import Edit, Put, apply_edit, difference
from meshmodel.edits.ids import exact_id_of
from meshmodel.edits.merge import edit_of
from meshmodel.interchange import RecordProblem, is_fragment, read_records, toml_value
from meshmodel.language import (
    LINES_LIMIT,
    Unclear,
    lines_of,
    read_sentences,
    single_sentences,
    with_units,
)
from meshmodel.mcp_server.quoting import in_quotes, quoted, quoted_record
from meshmodel.mcp_server.tool_answers import ToolAnswer, marked_json, marked_words
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.phrases import phrase
from meshmodel.model.records import (
    Acceptance,
    Agent,
    Checkpoint,
    Credential,
    Custody,
    Delegation,
    Grant,
    Intent,
    Note,
    Record,
    Snapshot,
    System,
    key_of,
    table_of,
)
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.model.secrets import masked
from meshmodel.model.text import one_line
from meshmodel.model.values import CONVERTERS, RefusedValueError
from meshmodel.model.vocabulary import ELEMENT_TABLES, INTEGRITIES, SENSITIVITIES, SEVERITIES

_ACCESS: Final = frozenset(
    {"agent", "system", "credential", "hold", "grant", "custody", "exchange", "delegation", "trigger"}
)
"""The tables of which a record that is removed takes access away."""


def approvals(before: Snapshot, after: Snapshot) -> list[str]:
    """Why an edit needs a person, one line each; empty where it needs none.

    Three rules. No record that the edit puts may approve (``_approves``); no open question may be
    closed; and once all that takes access away
    is done, the rest of the edit may hide or lower no finding.
    """
    changes = difference(before, after)
    said = [
        f"{phrase(quoted_record(now))}: {why}"
        for _, _, was, now in changes
        for why in (*_approves(was, now), *_intends(was, now, after))
        if now
    ]
    said += _unasked(before, after)
    left = ((table, key, was, _reduced(table, was, now)) for table, key, was, now in changes)
    taken = tuple(each for each in left if each[2] != each[3])
    reduced = apply_edit(before, edit_of("", taken)) if taken else before
    return [*said, *_hidden(reduced, after)] if difference(reduced, after) else said


def _unasked(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """The open questions that are not asked any more, be they done, deleted, with their element too, worded
    otherwise, or asked of another element; a new id of theirs makes it no other one.
    """
    asked = {(each.text, each.about) for each in after.note.values() if _is_open(each)}
    renamed = {text for text, about in asked if about and not _is_there(about, before)}
    for each in before.note.values():
        is_asked = (each.text, each.about) in asked or (
            each.text in renamed and each.about is not None and not _is_there(each.about, after)
        )
        if _is_open(each) and not is_asked:
            yield f"the open question {each.id} would no longer be asked: {in_quotes(one_line(each.text))}"


def _is_there(about: str, model: Snapshot) -> bool:
    table, _, key = about.partition(":")
    return key in model.table(table)


def _is_open(note: Note) -> bool:
    return (note.kind, note.state) == ("question", "open")


def _approves(before: Record | None, after: Record | None) -> Iterator[str]:
    """What a record says now that makes findings fewer or less, against what it said or by default is."""
    match after:
        case Acceptance() if after != before:
            yield "accepts a finding"
        case Checkpoint(state="enforced") if after != before:
            yield "a checkpoint is added or changed as enforced; as planned it may be"
        case Delegation(returns="values") if not isinstance(before, Delegation) or before.returns != "values":
            yield "returns is set to values"
        case Agent():
            was = before if isinstance(before, Agent) else Agent(after.id, kind=after.kind)
            if was.is_steerable and not after.is_steerable:
                yield "steerable is set to false"
            if isinstance(before, Agent) and after.is_person and not was.is_person:
                yield "an agent becomes a person"
        case System():
            yield from _lowers(before if isinstance(before, System) else replace(after, typed=False), after)


def _intends(before: Record | None, now: Record | None, after: Snapshot) -> Iterator[str]:
    """Why an intent needs a person, with what is to be said instead of it: access, or a question."""
    if not isinstance(now, Intent) or _is_within(before, now):
        return
    held = {grant.system for grant in after.grant.values() if (now.agent, grant.credential) in after.hold}
    ask = f"question on agent {now.agent}: May it {' and '.join(now.actions)} {now.system}?"
    access = f"; for access: {now.agent} > {now.system}: {', '.join(now.actions)}"
    yield f"intended use approves a path; write {ask}{'' if now.system in held else access}"


def _lowers(was: System, now: System) -> Iterator[str]:
    if SENSITIVITIES.index(now.computed_sensitivity) < SENSITIVITIES.index(was.computed_sensitivity):
        yield f"sensitivity is lowered from {was.computed_sensitivity} to {now.computed_sensitivity}"
    if INTEGRITIES.index(now.computed_integrity) < INTEGRITIES.index(was.computed_integrity):
        yield f"integrity is lowered from {was.computed_integrity} to {now.computed_integrity}"
    if now.typed and not was.typed:
        yield "typed is set"
    if was.untrusted_input and not now.untrusted_input:
        yield "untrusted_input is set to false"


def _is_within(before: Record | None, after: Intent) -> bool:
    """Whether an intent approves no more than before; how often a day it is used approves nothing."""
    if not isinstance(before, Intent) or not {*after.actions} <= {*before.actions}:
        return False
    return _fewer(before.from_, after.from_)


def _fewer(before: tuple[str, ...] | None, after: tuple[str, ...] | None) -> bool:
    """Whether a list limits at least as much as another; none is no limit."""
    return before is None or (after is not None and {*after} <= {*before})


def _reduced(table: str, before: Record | None, after: Record | None) -> Record | None:
    """What is left of a record where of its change only that is done which takes access away."""
    match before, after:
        case (_, None) if table in _ACCESS:
            return None
        case (Agent() | Credential(), Agent() | Credential()) if not after.is_active:
            return replace(before, status=after.status)
        case Grant(), Grant():
            both = tuple(each for each in before.actions if each in after.actions)
            return replace(before, actions=both) if both else None
        case Custody(), Custody():
            both = tuple(each for each in before.obtained_by if each in after.obtained_by)
            return before if both == before.obtained_by else replace(before, by=both) if both else None
        case Delegation(), Delegation():
            passes = tuple(each for each in before.passes or () if each in (after.passes or ()))
            limited = after.only if _fewer(before.only, after.only) else before.only
            return replace(before, passes=passes or None, only=limited)
    return before


def _hidden(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """The findings that are gone or less, with the same access."""
    now = {(each.rule, each.subject): each for each in analyse(after).findings}
    for was in analyse(before).findings:
        left = now.get((was.rule, was.subject))
        if left is None or _is_less(was, left):
            how = "is gone" if left is None else "is lowered"
            yield f"the finding {was.rule} of {was.subject} {how}, and no access was taken away for it"


def _is_less(was: Finding, now: Finding) -> bool:
    return (
        SEVERITIES.index(now.severity) < SEVERITIES.index(was.severity)
        or (is_accepted(now) and not is_accepted(was))
        or not {*was.agents} <= {*now.agents}
        or not {*was.actions} <= {*now.actions}
    )


_FIRST: Final = 2_000
_EACH: Final = 400
"""An answer has at most so many bytes for the first sentence and for each that follows, in both forms."""
_SHOWN: Final = (*((most, 160) for most in (100, 30, 10, 5, 3, 2, 1, 0)), (0, 60), (0, 0))
"""How many of all that it does and opens are told, and with messages of how many characters. What is left
out is said; critical and high findings that are new or worse are always told."""
_COUNTED: Final = {
    "does": "changes",
    "findings": "findings",
    "needs_a_person": "reasons why a person has to decide",
    "allowed": "approvals",
}
_FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class EditProposal:
    """What an assistant wrote, read on one model.

    Attributes:
        before: the model.
        edit: what it means, without what has a problem.
        does: one line for each change.
        problems: the sentences or lines that cannot be carried out, as they are told.
        doubts: the sentences that are perhaps not meant so, as they are told.
        size: how many sentences or records there are.
        may_approve: whether this session may do what else a person has to decide.
    """

    before: Snapshot
    edit: Edit
    does: Sequence[str]
    problems: Sequence[Mapping[str, Any]] = ()
    doubts: Sequence[Mapping[str, Any]] = ()
    size: int = field(default=1)
    may_approve: bool = False

    @cached_property
    def after(self) -> Snapshot:
        """The model with the edit."""
        return apply_edit(self.before, self.edit)

    @cached_property
    def needs_a_person(self) -> list[str]:
        """Why a person has to decide it, one line each."""
        return approvals(self.before, self.after)

    @cached_property
    def _findings(self) -> list[dict[str, str]]:
        """The findings that are new, worse or closed, the worst first."""
        from meshmodel.answers.diff.compare import compare

        old = analyse(quoted(self.before))
        diff = compare(old, analyse(quoted(self.after), today=old.today))
        changed = [each for each in diff.findings if each.change != "still"]
        changed.sort(key=lambda each: (each.change == "closed", -SEVERITIES.index(each.finding.severity)))
        return [
            {
                "change": each.change,
                "severity": each.finding.severity,
                "rule": each.finding.rule,
                "subject": each.finding.subject,
                "message": each.finding.message,
            }
            for each in changed
        ]

    def refusal(self) -> str | None:
        """Why it must not be done, in one line; ``None``: it may."""
        reasons = [] if self.may_approve else self.needs_a_person
        if self.problems:
            return "nothing was changed: a sentence or record has a problem; send all of them again"
        if self.doubts:
            return "nothing was changed: a sentence may not be meant as it reads; send all of them again"
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        said = "nothing was changed, since a person has to decide it"
        return f"{said}: {reasons[0]}{more}" if reasons else None

    def answer(self, *, applied: bool = False, refused: str | None = None) -> ToolAnswer:
        """What is told of it, in as many bytes as its size allows.

        Args:
            applied: whether it was done.
            refused: why it was not.
        """
        limit = _FIRST + _EACH * max(0, self.size - 1)
        for shown in _SHOWN:
            answer = self._answer(*shown, applied=applied, refused=refused)
            if _bytes(answer) <= limit:
                break
        return answer

    def _answer(self, most: int, length: int, *, applied: bool, refused: str | None) -> ToolAnswer:
        told: dict[str, Any] = {"format": "meshmodel-proposal/1", "applied": applied}
        left = list[str]()
        if refused:
            told["refused"] = refused
        for key, unclear in ("problems", self.problems), ("doubts", self.doubts):
            if unclear:
                told[key] = [*unclear]
        if not self.problems or self.needs_a_person:
            decided = "allowed" if self.may_approve else "needs_a_person"
            told[decided] = _first(decided, self.needs_a_person, max(most, 1), left)
        if not self.problems and not refused:
            told["does"] = _first("does", self.does, most, left)
            serious = sum(map(_is_serious, self._findings))
            found = _first("findings", self._findings, max(most, serious), left)
            cut = Counter(f"{each['change']} {each['severity']}" for each in self._findings[len(found) :])
            left += [f"{number} {what} (ask findings)" for what, number in cut.items()]
            told["findings"] = [
                {key: one_line(said, length) if key == "message" else said for key, said in each.items()}
                if length
                else {key: said for key, said in each.items() if key != "message"}
                for each in found
            ]
        return ToolAnswer(told, _words(told, left), bool(refused or self.problems), tuple(left))


def _is_serious(finding: Mapping[str, str]) -> bool:
    return finding["change"] != "closed" and finding["severity"] in {"critical", "high"}


def _first(key: str, items: Sequence[_Item], most: int, left: list[str]) -> list[_Item]:
    """The first items, with a line in ``left`` where that is not all of them."""
    if len(items) > most:
        left.append(f"{len(items) - most} of {len(items)} {_COUNTED[key]}")
    return list(items[:most])


def _unclear_json(unclear: Unclear) -> dict[str, Any]:
    told = asdict(unclear) | {"write": list(unclear.write)}
    return {key: each for key, each in told.items() if each}


def _words(contents: dict[str, Any], left: Sequence[str]) -> str:
    """The same as the JSON of a proposal, in lines."""
    words = [contents["refused"]] if "refused" in contents else ["Applied."] if contents["applied"] else []
    for key, what in ("problems", "problem"), ("doubts", "doubt"):
        for each in contents.get(key, ()):
            place = f"sentence {each['sentence']}" if "sentence" in each else f"line {each['line']}"
            words += [f"{place}, {what}: {each['text']}", f"  {each['why']}"]
            words += [f"  {'or' if at else 'write'}: {said}" for at, said in enumerate(each.get("write", ()))]
            words += [f"  a sentence is like: {each['like']}"] if "like" in each else []
    words += contents.get("does", ())
    words += [f"needs a person: {each}" for each in contents.get("needs_a_person", ())]
    words += [f"allowed in this session: {each}" for each in contents.get("allowed", ())]
    for each in contents.get("findings", ()):
        change, *told = each.values()
        words.append(": ".join([change, " ".join(told[:3]), *told[3:]]))
    words += [f"left out: {each}" for each in left]
    return "\n".join(words) or "Nothing changes."


def _bytes(answer: ToolAnswer) -> int:
    """The size of both forms together, as they are sent."""
    both = marked_words(answer.words), marked_json(answer.json, answer.left_out)
    return sum(len(json.dumps(each, ensure_ascii=False).encode()) for each in both)


def read_proposal(text: str, model: Snapshot, *, may_approve: bool = False) -> EditProposal:
    """What an assistant wrote, read on a model.

    Args:
        text: sentences, or records in TOML.
        model: as it is; it stays so.
        may_approve: whether this session may do what else a person has to decide.

    Raises:
        MeshmodelError: it is too long, or its records are no TOML.
    """
    if is_fragment(text):
        return _read_records(text, model, may_approve=may_approve)
    said = [each for line in lines_of(text) for each in single_sentences(line)]
    if len(said) > LINES_LIMIT:
        raise MeshmodelError(f"text: has {len(said):,} sentences; at most {LINES_LIMIT} are taken at once")
    read = read_sentences(said, model)
    problems, doubts = ([_unclear_json(each) for each in several] for several in (read.problems, read.doubts))
    return EditProposal(model, read.edit, read.previews, problems, doubts, len(said), may_approve)


def _read_records(text: str, model: Snapshot, *, may_approve: bool) -> EditProposal:
    records, refused = read_records(text, model, "text")
    edit = Edit(f"{len(records)} records", tuple(map(Put, records)))
    if not refused:
        return EditProposal(model, edit, _put_words(model, edit), size=len(records), may_approve=may_approve)
    ids = {table: {*model.table(table)} for table in ELEMENT_TABLES}
    for record in records:
        ids.get(table_of(record), set[str]()).add(str(key_of(record)))
    problems, lines = list[dict[str, Any]](), text.splitlines()
    for each in refused:
        written = lines[each.line - 1].strip() if each.line else ""
        told = {
            "line": each.line or 1,
            "text": one_line(masked(written), 160),
            "why": one_line(each.why, 300),
        }
        right = _right_line(each, ids)
        problems.append(told | ({"write": [right]} if right else {}))
    return EditProposal(model, Edit("", ()), (), problems, size=len(problems), may_approve=may_approve)


def _right_line(problem: RecordProblem, ids: Mapping[str, Collection[str]]) -> str | None:
    """The likeliest line in the place of a problem; ``None`` where none is likely.

    Args:
        problem: of a record.
        ids: of all elements that may be named, by table.
    """
    fields = {each.key: each for each in SCHEMA[problem.table].fields}
    near = difflib.get_close_matches(problem.key or "", fields, n=1)
    if not near or problem.value is None:
        return None
    field = fields[near[0]]
    named = {each for target in field.refers for each in ids[target]}
    for value in _candidates(problem.value, [*field.choices, *named]):
        if (field.key, value) != (problem.key, problem.value) and _fits(field, problem.table, value, named):
            return f"{field.key} = {toml_value(field, value)}"
    return None


def _candidates(value: Any, known: list[str]) -> Iterator[Any]:
    """A value, and what it may be meant to be."""
    yield value
    if isinstance(value, list):
        yield [each for item in value for each in difflib.get_close_matches(str(item).lower(), known, n=1)]
    elif isinstance(value, str):
        said = value.strip().lower()
        yield _FLAGS.get(said)
        yield with_units(said)
        yield from difflib.get_close_matches(said, known, n=1)
        yield exact_id_of(value)
        yield [each for each in re.split(r"[,\s]+", said) if each]


def _fits(field: Field, table: str, value: Any, named: Collection[str]) -> bool:
    try:
        CONVERTERS[table][field.key][1](value)
    except RefusedValueError:
        return False
    return not field.refers or {*(value if isinstance(value, list) else [value])} <= {*named}


def _put_words(model: Snapshot, edit: Edit) -> list[str]:
    said = []
    for table, _, was, now in difference(model, apply_edit(model, edit)):
        if record := now or was:
            change = "removed" if now is None else "added" if was is None else "changed"
            said.append(f"{change} {table}: {phrase(quoted_record(record))}")
    return said
