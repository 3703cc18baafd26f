"""Completions at the cursor of the quick line: verbs, names and words that can follow."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from meshmodel.edits.approvers import known_approvers
from meshmodel.edits.checkpoint_places import usable_steps
from meshmodel.edits.draft import ELEMENTS, WITH_IDS, Draft, Name
from meshmodel.language import catalogue, checkpoints, descriptions, limits, notes, verbs
from meshmodel.language.parser import model_after
from meshmodel.language.qualifiers import TABLES, qualifiers
from meshmodel.language.result import Completion
from meshmodel.language.tokens import SEPARATORS, Token, name_of, sentences
from meshmodel.model import vocabulary as v
from meshmodel.model.records import Snapshot
from meshmodel.model.schema import SCHEMA

LIMIT: Final = 12
"""The most completions that are offered at once."""

_AFTER: Final = {
    "holds": ("credential",),
    "opens": ("system",),
    "stores": ("credential",),
    "issues": ("credential",),
    "exchanges": ("credential",),
    "passing": ("credential",),
    "delegates": ("agent",),
    "triggers": ("agent",),
    "hosts": ("agent",),
    "at": ("system",),
    "from": ("system",),
    "in": ("zone",),
    "home": ("zone",),
    "zone": ("zone",),
    "for": ("agent", "system"),
    "between": ("zone", "system"),
    "audience": ("system",),
    "delete": WITH_IDS,
    "rename": WITH_IDS,
    "name": ELEMENTS,
}
"""The tables of which a name may follow a word."""

_VERBS_OF: Final = {
    "agent": ("holds", "may", "delegates", "runs on", "home", "is"),
    "system": ("stores", "issues", "triggers", "hosts", "in", "is"),
    "credential": ("opens", "exchanges", "as", "is"),
    "zone": ("is",),
    "checkpoint": ("is",),
    "note": ("is",),
}

_ASKED: Final = (("by", "who approves"), ("at", "the system that decides"), ("rate", "decisions a day"))
Option = tuple[str, str]


def completions(text: str, cursor: int, snapshot: Snapshot) -> tuple[list[Completion], int]:
    """What could stand at the cursor, best first, at most :data:`LIMIT`; and how many more there are.

    Args:
        text: what was typed.
        cursor: the place in it, in characters.
        snapshot: the model whose names are offered.
    """
    head = text[: max(cursor, 0)]
    last = _start_of_sentence(head)
    if last:
        snapshot = model_after(head[:last], snapshot)
    tokens = _tokens_from(head, last)
    partial = tokens[-1] if tokens and tokens[-1].end == len(head) else None
    if partial is not None and partial.kind in {"sign", "quoted"}:
        partial = None
    before = tokens[:-1] if partial is not None else tokens
    typed = partial.text.lower() if partial is not None else ""
    start = partial.start if partial is not None else len(head)
    seen, starting, within = set[str](), list[Option](), list[Option]()
    for word, hint in _options(before, snapshot):
        low = word.lower()
        if word in seen or low == typed or typed not in low:
            continue
        seen.add(word)
        (starting if low.startswith(typed) else within).append((word, hint))
    found = [*starting, *within]
    best = [Completion(word, start, len(head), hint) for word, hint in found[:LIMIT]]
    return best, max(0, len(found) - LIMIT)


def _start_of_sentence(head: str) -> int:
    """Where the last sentence of a text begins."""
    last = max((head.rfind(separator) for separator in SEPARATORS), default=-1)
    while last >= 0 and head[:last].count('"') % 2:  # this separator stands within quotes
        last = max(head.rfind(separator, 0, last) for separator in SEPARATORS)
    return last + 1


def _tokens_from(head: str, start: int) -> list[Token]:
    """The tokens of the last sentence, with their places in the whole text."""
    found = sentences(" " * start + head[start:])
    return found[-1] if found else []


def _options(before: Sequence[Token], snapshot: Snapshot) -> Iterator[Option]:
    """What may follow these tokens of one sentence, the most likely first."""
    about = None
    if before and not notes.is_note(before):
        before, about = descriptions.closed_and_open(before)
    if about is not None:
        yield from _qualifiers(name_of(about), snapshot)
    elif not before:
        yield from _at_the_beginning(snapshot)
    else:
        yield from _in_sentence(before, snapshot)


def _in_sentence(before: Sequence[Token], snapshot: Snapshot) -> Iterator[Option]:
    """What may follow the tokens of a sentence that has begun."""
    first, last = before[0], before[-1]
    words = [token.text.lower() for token in before]
    if first.is_word("add") and len(before) == 1:
        yield from ((kind, "a new one") for kind in ELEMENTS)
        yield from ((each.key, each.what) for each in catalogue.ENTRIES)
    elif first.is_word("ask"):
        yield from _in_checkpoint(words, snapshot)
    elif notes.is_note(before) or (len(before) == 1 and _begins_note(first, snapshot)):
        yield from _in_note(before, snapshot)
    elif last.is_word("only", "returns") or (last.is_sign(",") and _is_limited(words)):
        yield from _in_limits(words, snapshot)
    elif last.is_sign(":") or ("may" in words and (last.is_word("may") or last.text in v.ACTIONS)):
        yield from ((action, "action") for action in v.ACTIONS)
        if "may" in words:
            yield from _names(snapshot, ("system",))
    elif last.is_sign(","):
        yield from _after_comma(before, words, snapshot)
    elif last.is_sign(">"):
        yield from _names(snapshot, _next_in_chain(before, snapshot))
    elif last.is_word("is"):
        yield from _qualifiers(name_of(before[:-1]), snapshot)
    elif last.kind == "word":
        yield from _after_word(before, words, snapshot)
    else:
        yield from _verbs(before, words, snapshot)


def _after_word(before: Sequence[Token], words: list[str], snapshot: Snapshot) -> Iterator[Option]:
    """What may follow a verb, the words of a field, or a name."""
    if words[-2:] == ["runs", "on"]:
        yield from _names(snapshot, ("system",))
    elif words[-2:] == ["delegates", "to"]:
        yield from _names(snapshot, ("agent",))
    elif len(before) > 1 and before[-2].is_sign(">"):
        yield from _verbs(before, words, snapshot)  # only a name can stand there
    elif words[-1] in _AFTER and len(before) > (0 if words[-1] in {"delete", "rename", "name"} else 1):
        if words[-1] == "from" and "may" in words:
            yield "home", "the home of the agent"
        yield from _names(snapshot, _AFTER[words[-1]])
    elif (key := _field_before(words)) is not None:
        yield from _field_values(key)
    else:
        yield from _verbs(before, words, snapshot)


def _at_the_beginning(snapshot: Snapshot) -> Iterator[Option]:
    """What a sentence may begin with."""
    yield from _names(snapshot, ("agent", "system", "credential", "zone"))
    yield from (
        ("ask", "a checkpoint"),
        ("add", "an element, or a part such as an MCP server"),
        ("rename", "another id"),
        ("delete", ""),
        ("name", "what it is called"),
        *((kind, "kept beside the model") for kind in v.NOTE_KINDS),
    )
    yield from ((kind, "a new one") for kind in ELEMENTS)


def _names(snapshot: Snapshot, tables: Iterable[str]) -> Iterator[Option]:
    for table in tables:
        for key, record in snapshot.table(table).items():
            name = getattr(record, "name", None)
            yield str(key), f"{table}  {name}" if name else table


def _next_in_chain(before: Sequence[Token], snapshot: Snapshot) -> tuple[str, ...]:
    """The tables that can follow in a chain, by what stands before the last sign."""
    cut = max((index for index, token in enumerate(before[:-1]) if token.is_sign(">")), default=-1)
    part = list(before[cut + 1 : -1])
    if any(token.is_sign(":") for token in part):
        return ("credential", "agent")
    name = name_of(part)
    found = [] if name is None else [table for table, _ in Draft(snapshot).find(name, ELEMENTS)]
    if found == ["agent"]:
        return ("credential", "agent", "system")
    if found == ["credential"] or (cut >= 0 and not found):
        return ("system", "credential")
    if found == ["system"]:
        return ("credential", "agent")
    return ("credential", "system", "agent")


def _after_comma(before: Sequence[Token], words: list[str], snapshot: Snapshot) -> Iterator[Option]:
    """What may follow a comma: more of the kind that stands before it."""
    if ":" in words:
        said = _after_last(words, ":")
        yield from ((action, "action") for action in v.ACTIONS if action not in said)
        return
    if "is" in words[1:]:
        at = len(words) - 1 - words[::-1].index("is")
        yield from _qualifiers(name_of(before[:at]), snapshot)
        return
    for word in reversed(words):
        if word == "from" and "may" in words:
            yield "home", "the home of the agent"
        if word in _AFTER:
            yield from _names(snapshot, _AFTER[word])
            return
    yield from _names(snapshot, ELEMENTS)


def _qualifiers(name: Name | None, snapshot: Snapshot) -> Iterator[Option]:
    found = [] if name is None else [table for table, _ in Draft(snapshot).find(name, TABLES)]
    for table in found or TABLES[: len(ELEMENTS)]:
        for word, meant in qualifiers(table).items():
            yield word, f"{table} {meant.attribute.replace('_', ' ')}"


def _field_before(words: list[str]) -> str | None:
    """The field whose words stand before the cursor, behind something that has it."""
    for many in (3, 2, 1):
        key = verbs.FIELDS.get(tuple(words[-many:])) if len(words) > many else None
        if key is not None:
            return key
    return None


def _field_values(key: str) -> Iterator[Option]:
    for table in (*ELEMENTS, "checkpoint"):
        for field in SCHEMA[table].fields:
            if field.key == key:
                said = key.replace("_", " ")
                yield from ((choice, f"{table} {said}") for choice in field.choices)
                if field.type == "boolean":
                    yield from (("yes", said), ("no", said))


def _begins_note(first: Token, snapshot: Snapshot) -> bool:
    name = name_of([first])
    return first.is_word(*v.NOTE_KINDS) and name is not None and not Draft(snapshot).find(name, WITH_IDS)


def _in_note(before: Sequence[Token], snapshot: Snapshot) -> Iterator[Option]:
    """What may follow within ``note on …``, up to its colon: from there on it is free text."""
    words = [token.text.lower() for token in before]
    if ":" in words:
        return
    if words[-1] == "on":
        yield from _names(snapshot, ELEMENTS)
        yield from ((table, "its name follows") for table in ELEMENTS)
    elif words[-1] in ELEMENTS:
        yield from _names(snapshot, (words[-1],))
    elif words[-1] not in notes.OPTIONS:
        said = (("on", "what it is about"), ("by", "who answers for it"), ("due", "a day like 2027-01-31"))
        yield from (each for each in said if each[0] not in words)


def _in_limits(words: list[str], snapshot: Snapshot) -> Iterator[Option]:
    """What may follow ``only``, ``returns`` or a comma in what is said of a delegation."""
    option = next((word for word in reversed(words) if word in limits.OPTIONS), "")
    if option == "returns":
        yield from ((each, "what comes back") for each in v.RETURNS)
    elif option == "only":
        said = {"".join(words[at : at + 3]) for at in range(len(words))}
        every = (f"{system}:{action}" for system in snapshot.system for action in v.ACTIONS)
        yield from ((each, "all that it does for the first") for each in every if each not in said)
    else:
        yield from _names(snapshot, ("credential",))


def _is_limited(words: list[str]) -> bool:
    """Whether options of a delegation stand in the last link of a chain, or behind its verb."""
    return "delegates" in words or any(each in limits.OPTIONS for each in _after_last(words, ">")[1:])


def _after_last(words: list[str], sign: str) -> list[str]:
    return words[len(words) - words[::-1].index(sign) :] if sign in words else []


def _verbs(before: Sequence[Token], words: list[str], snapshot: Snapshot) -> Iterator[Option]:
    """What may follow a name, or a name after a verb."""
    if "may" in words and "from" not in words:
        yield "from", "where the agent comes from"
    if "may" in words and words[-1].replace(".", "", 1).isdigit():
        yield "times a day", "how often it is used"
    if "exchanges" in words:
        yield from (
            ("at", "the system that issues it"),
            ("delegation", ""),
            ("impersonation", ""),
            ("unpinned", ""),
        )
    if "delegates" in words:
        said = ("credentials handed over", "all that it does for the first", "what comes back")
        offered = zip(limits.OPTIONS, said, strict=True)
        yield from (each for each in offered if each[0] not in words)
    found = verbs.find(before, Draft(snapshot))
    if found is None and not any(token.is_sign(">") for token in before):
        name = name_of(before)
        tables = [] if name is None else [table for table, _ in Draft(snapshot).find(name, WITH_IDS)]
        for table in tables or ELEMENTS:
            does = f"what {'an' if table == 'agent' else 'a'} {table} does"
            yield from ((verb, "describe it" if verb == "is" else does) for verb in _VERBS_OF[table])
        for table in tables:
            for field in SCHEMA[table].fields:
                shown = field.key.replace("_", " ")
                if tuple(field.key.split("_")) in verbs.FIELDS:
                    yield shown, field.hint
    elif found is not None:
        yield from ((word, "go on") for word in ("in", "is", "home", "as"))


def _in_checkpoint(words: list[str], snapshot: Snapshot) -> Iterator[Option]:
    """What may follow within ``ask …``."""
    last = words[-1]
    if "on" not in words and "between" not in words:
        if len(words) == 1:
            yield from ((kind, "checkpoint") for kind in v.CHECKPOINT_KINDS)
        elif last == "by":
            yield from _approvers(snapshot)
        elif last == "at":
            yield from _names(snapshot, ("system",))
        else:
            yield from (("on", "a step"), ("between", "two zones"))
            yield from ((each, hint) for each, hint in _ASKED if each not in words)
    elif last == "on":
        yield from _steps(snapshot)
    elif last in {">", "at", "between", "and", "hearing"} or last in {link[-1] for link in checkpoints.LINKS}:
        zones = (
            ("zone", "system") if "between" in words and last != "at" else ("system", "credential", "agent")
        )
        yield from _names(snapshot, ("system",) if last in {"at", "hearing"} else zones)
    elif last == "by":
        yield from _approvers(snapshot)
    elif last in {":", ","}:
        yield from ((word, "") for word in (*v.ACTIONS, *v.CHECKPOINT_STATES, *v.FRESHNESSES))
    else:
        if "between" in words and "and" not in words:
            yield "and", "the other zone"
        yield from ((each, hint) for each, hint in _ASKED if each not in words)
        yield from ((link[0], step) for link, step in checkpoints.LINKS.items())


def _steps(snapshot: Snapshot) -> Iterator[Option]:
    """The steps on which one is asked: usual ones whole, of others what begins them."""
    for step in usable_steps(snapshot):
        if step in {"hold", "grant", "exchange"}:
            yield from ((f"{start} > {end}", step) for start, end in snapshot.table(step))
    yield from _names(snapshot, ELEMENTS[:3])


def _approvers(snapshot: Snapshot) -> Iterator[Option]:
    """Who can approve: persons and identities; a name of several words stands in quotes."""
    for name in dict.fromkeys(known_approvers(snapshot)):
        yield f'"{name}"' if " " in name else name, "approves"
