"""Checkpoints in words: ``ask human-approval by ann on file-key > files: read, planned``."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from meshmodel.edits import checkpoint_places
from meshmodel.edits.approvers import why_no_approver
from meshmodel.edits.draft import Draft, Name, SentenceError
from meshmodel.edits.fields import actions_in_order
from meshmodel.language.actions import action_words
from meshmodel.language.tokens import Token, name_of, span, split
from meshmodel.model import vocabulary as v
from meshmodel.model.phrases import listed, step_phrase
from meshmodel.model.records import Checkpoint
from meshmodel.model.schema import STEP_ENDS

LINKS: Final[Mapping[tuple[str, ...], str]] = {
    ("holds",): "hold",
    ("opens",): "grant",
    ("stores",): "custody",
    ("issues",): "custody",
    ("yields",): "custody",
    ("exchanges",): "exchange",
    ("delegates", "to"): "delegation",
    ("delegates",): "delegation",
    ("triggers",): "trigger",
    ("hears",): "hearing",
    ("hosts",): "hosting",
    ("runs", "on"): "hosting",
}
"""The verbs that name a step; with ``runs on`` and ``hears`` the ends stand the other way round."""

OPTIONS: Final = ("at", "by", "rate")
_CHAIN_STEPS: Final = ("grant", "hold", "exchange", "delegation", "custody", "trigger")


def find_link(tokens: Sequence[Token]) -> tuple[int, int, str] | None:
    """The first verb that names a step: where it begins and ends among the tokens, and its step."""
    for index in range(1, len(tokens)):
        for link, step in LINKS.items():
            part = tokens[index : index + len(link)]
            if len(part) == len(link) and all(
                token.is_word(word) for token, word in zip(part, link, strict=True)
            ):
                return index, index + len(link), step
    return None


def carry_out(tokens: Sequence[Token], draft: Draft) -> None:
    """Place a checkpoint, or change the one of the same kind that is there already."""
    kind, first, rest = _kind(tokens)
    head, options = _cut_options(rest[1:])
    options = {**first, **options}
    place, details = _cut_details(head)
    step, start, end = (_boundary if rest[0].is_word("between") else _step)(place, draft, span(tokens))
    values = _values(details, options, draft)
    if values.get("actions") and step not in checkpoint_places.STEPS_WITH_ACTIONS:
        raise SentenceError(
            f"a checkpoint on a {step} is for all actions; only grant, custody and boundary can be limited",
            *span(details, span(tokens)),
        )
    same = [
        each
        for each in checkpoint_places.checkpoints_on(draft.snapshot, step, start, end)
        if each.kind == kind
    ]
    if same:
        record = replace(same[0], **values)
        if record == same[0] and record.state != "enforced" and "state" not in values:
            draft.warnings.append(
                f"{record.id} is there and stays {record.state}: say enforced, or {record.state}"
            )
    else:
        id_ = checkpoint_places.checkpoint_id(draft.snapshot, kind, end)
        record = Checkpoint(id_, kind, step, start, end, **values)  # type: ignore[arg-type] # a step of STEP_ENDS
    where = step_phrase(step, start, end)
    said = [record.state, record.freshness, *(record.actions or ())]
    decided = f", decided at {record.decided_at}" if record.decided_at else ""
    by = f", approved by {listed(record.approvers)}" if record.approvers else ""
    draft.put(record, f"checkpoint {record.id}: {kind} on {where} ({listed(said)}{decided}{by})")


def _kind(tokens: Sequence[Token]) -> tuple[str, dict[str, list[Token]], Sequence[Token]]:
    """The kind of checkpoint after ``ask``, the options behind it, the tokens from ``on`` or ``between``."""
    usage = "write: ask human-approval on key > system, or: ask policy-decision between a and b at gateway"
    index = next((at for at, token in enumerate(tokens) if at and token.is_word("on", "between")), 0)
    if not index:
        raise SentenceError(usage, *span(tokens))
    head, options = _cut_options(tokens[:index])
    words = "-".join(token.text.lower() for token in head[1:])
    if not words:
        raise SentenceError(f"which kind? {', '.join(v.DECISION_KINDS)}", *span(tokens))
    fitting = [kind for kind in v.CHECKPOINT_KINDS if kind == words] or [
        kind for kind in v.CHECKPOINT_KINDS if kind.startswith(words) and len(words) > 2
    ]
    if len(fitting) != 1:
        raise SentenceError(f"checkpoints are {', '.join(v.CHECKPOINT_KINDS)}", *span(head[1:]))
    return fitting[0], options, tokens[index:]


def _cut_options(tokens: Sequence[Token]) -> tuple[list[Token], dict[str, list[Token]]]:
    """The tokens before the first of ``at``, ``by`` and ``rate``, and those after each of them."""
    head: list[Token] = []
    options: dict[str, list[Token]] = {}
    current = head
    for index, token in enumerate(tokens):
        if index and not tokens[index - 1].is_sign(">") and token.is_word(*OPTIONS):
            current = options.setdefault(token.text.lower(), [])
        else:
            current.append(token)
    return head, options


def _cut_details(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """The place, and the words after its colon or first comma."""
    for index, token in enumerate(tokens):
        if token.kind == "sign" and token.text in {":", ","}:
            return list(tokens[:index]), list(tokens[index + 1 :])
    return list(tokens), []


def _values(details: Sequence[Token], options: Mapping[str, Sequence[Token]], draft: Draft) -> dict[str, Any]:
    values: dict[str, Any] = {}
    actions: list[str] = []
    late = [part for tokens in options.values() for part in split(tokens, ",")[1:]]
    for token in (*details, *(token for part in late for token in part)):
        word = token.text.lower()
        if token.kind == "sign":
            continue
        if word in v.CHECKPOINT_STATES:
            values["state"] = word
        elif word in v.FRESHNESSES:
            values["freshness"] = word
        elif action_words(word):
            actions.extend(action_words(word))
        elif token not in options.get("by", ()):
            known = (*v.CHECKPOINT_STATES, *v.FRESHNESSES, *v.ACTIONS)
            raise SentenceError(f"not known here: say {', '.join(known)}", token.start, token.end)
    if actions:
        values["actions"] = actions_in_order(actions)
    for option, tokens in options.items():
        _option(option, tokens, values, draft)
    return values


def _option(option: str, tokens: Sequence[Token], values: dict[str, Any], draft: Draft) -> None:
    parts = split(tokens, ",")
    name = name_of(parts[0])
    if name is None:
        raise SentenceError(f"a name is needed after {option}", *span(tokens))
    if option == "at":
        values["decided_at"] = draft.find_or_add(name, "system")
    elif option == "by":
        names = [each for each in (name_of(part) for part in parts) if each is not None]
        reserved = {*v.CHECKPOINT_STATES, *v.FRESHNESSES, *v.ACTIONS}
        approving = [each for each in names if each.text.lower() not in reserved]
        for each in approving:
            why = why_no_approver(draft.snapshot, each.text)
            if why is not None:
                raise SentenceError(why, each.start, each.end)
        values["approvers"] = tuple(sorted({each.text for each in approving}))
    elif name.text.isascii() and name.text.isdigit() and len(name.text) < 11:
        values["rate"] = int(name.text)
    else:
        raise SentenceError("rate: a whole number of decisions a day", name.start, name.end)


def _boundary(tokens: Sequence[Token], draft: Draft, where: tuple[int, int]) -> tuple[str, str, str]:
    for index, token in enumerate(tokens):
        if token.is_word("and") or token.is_sign(">"):
            start, end = name_of(tokens[:index]), name_of(tokens[index + 1 :])
            if start is not None and end is not None:
                return "boundary", _domain(start, draft), _domain(end, draft)
    raise SentenceError("write: ask policy-decision between one-zone and another at gateway", *where)


def _domain(name: Name, draft: Draft) -> str:
    """A zone, or ``system:ID`` of a system without one; a missing zone is made."""
    zones = draft.find(name, ("zone",))
    if zones or name.table == "zone":
        return draft.find_or_add(name, "zone")
    systems = [key for _, key in draft.find(name, ("system",)) if draft.snapshot.system[key].zone is None]
    if systems:
        return f"system:{systems[0]}"
    if draft.find(name, ("system",)):
        raise SentenceError(f"{name.text!r} is in a zone: name the zone", name.start, name.end)
    return draft.find_or_add(name, "zone")


def existing_step(tokens: Sequence[Token], draft: Draft) -> tuple[str, str, str]:
    """The step that ``a > b`` or ``a verb b`` names: its kind and its ends; raises SentenceError."""
    return _step(tokens, draft, span(tokens))


def _step(tokens: Sequence[Token], draft: Draft, where: tuple[int, int]) -> tuple[str, str, str]:
    parts = split(tokens, ">")
    if len(parts) == 2:
        start, end = name_of(parts[0]), name_of(parts[1])
        if len(parts[0]) > 1 and tokens[0].is_word("hearing"):
            return _named_step(name_of(parts[0][1:]), end, ("hearing",), draft, where)
        return _named_step(start, end, _CHAIN_STEPS, draft, where)
    found = find_link(tokens)
    if found is None:
        raise SentenceError("name a step: key > system, bot > key, system stores key, …", *where)
    begin, after, step = found
    start, end = name_of(tokens[:begin]), name_of(tokens[after:])
    if tokens[begin].is_word("runs", "hears"):
        start, end = end, start
    return _named_step(start, end, (step,), draft, where)


def _named_step(
    start: Name | None, end: Name | None, steps: Sequence[str], draft: Draft, where: tuple[int, int]
) -> tuple[str, str, str]:
    """The step between two names; from a system to an agent it is hearing, of which the two are enough.

    That guards the trigger between them too. It is the trigger alone where that is named, or where what the
    agent reads cannot change what it does.
    """
    if start is None or end is None:
        raise SentenceError("name both ends of the step", *where)
    found = []
    for step in steps:
        for _, first in draft.find(start, (STEP_ENDS[step][0],)):
            for _, last in draft.find(end, (STEP_ENDS[step][1],)):
                usual = checkpoint_places.exists(draft.snapshot, step, first, last)
                is_named = len(steps) == 1
                if step == "trigger" and (
                    not usual or (not is_named and draft.snapshot.agent[last].is_steerable)
                ):
                    found.append(("hearing", first, last))
                elif usual:
                    found.append((step, first, last))
    if not found:
        raise SentenceError(
            f"there is no such step from {start.text!r} to {end.text!r}: connect them first", *where
        )
    if len(found) > 1:
        ways = " or ".join(
            f"{STEP_ENDS[step][0]}:{first} > {STEP_ENDS[step][1]}:{last}" for step, first, last in found
        )
        raise SentenceError(f"several steps fit: write {ways}", *where)
    return found[0]
