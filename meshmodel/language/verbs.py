"""Sentences with a verb: ``ci stores deploy-key``, ``tickets is saas, confidential``, and the like."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from meshmodel.edits import relations
from meshmodel.edits.checkpoint_places import renamed_for_kind
from meshmodel.edits.draft import ELEMENTS, WITH_IDS, Draft, Name, SentenceError
from meshmodel.edits.edit import Rename
from meshmodel.edits.fields import number, parse_value
from meshmodel.language import limits
from meshmodel.language.actions import action_words, read_actions
from meshmodel.language.qualifiers import TABLES, close_word, qualifier, qualifiers
from meshmodel.language.tokens import Token, as_typed, name_of, span, split
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.phrases import listed
from meshmodel.model.records import Checkpoint, Credential
from meshmodel.model.schema import SCHEMA
from meshmodel.model.vocabulary import Action

FIELDS: Final[Mapping[tuple[str, ...], str]] = {
    tuple(key.split("_")): key
    for key in sorted(
        (field.key for table in (*ELEMENTS, "checkpoint") for field in SCHEMA[table].fields),
        key=lambda key: -key.count("_"),
    )
    if key not in {"id", "at", "step", "from", "to", "home", "runs_on"}
}
"""Every field that ``X FIELD value`` can set, by its words; longer ones before those they begin with.

What only notes have is no such field: their words are too usual to be verbs."""

LISTS: Final = frozenset(
    words
    for words, key in FIELDS.items()
    if any(
        field.key == key and field.type in {"references", "aliases"}
        for table in (*ELEMENTS, "checkpoint")
        for field in SCHEMA[table].fields
    )
)
"""The words of the fields whose values are several, with commas between them."""

_CONTINUED: Final = frozenset({("in",), ("is",), ("home",), ("as",)})
_QUOTES: Final = "a name that it is part of stands in quotes"
VerbMatch = tuple[int, int, tuple[str, ...]]


def find(tokens: Sequence[Token], draft: Draft) -> VerbMatch | None:
    """The verb of a sentence: where it begins and ends among the tokens, and its words.

    Names may have several words, so a verb whose left side is known is better than the first one; ``as`` in
    ``known as`` is no verb of its own.
    """
    fields = _all(tokens, tuple(FIELDS))
    verbs = [each for each in _all(tokens, VERBS) if not any(f[0] < each[0] < f[1] for f in fields)]
    found = [*verbs, *fields]
    for each in found:
        name = name_of(tokens[: each[0]])
        if name is not None and draft.find(name, WITH_IDS):
            return each
    return found[0] if found else None


def read_as_verb(tokens: Sequence[Token], verb: VerbMatch, draft: Draft) -> list[str]:
    """A line that says which word is read as the verb, where the name before it is new and could go on over
    that word up to a later verb.
    """
    name = name_of(tokens[: verb[0]])
    later = [each for each in _all(tokens, VERBS) if verb[1] < each[0] and each[1] < len(tokens)]
    is_quoted = tokens[verb[0] - 1].kind == "quoted"
    is_continued = verb[2] in _CONTINUED and all(each[2] in _CONTINUED for each in later)
    if not later or is_continued or is_quoted or name is None or draft.find(name, WITH_IDS):
        return []
    words = as_typed(tokens[verb[0] : verb[1]])
    return [f"“{words}” is read as the verb; {_QUOTES}"]


def carry_out(tokens: Sequence[Token], verb: VerbMatch, draft: Draft) -> None:
    """Do what a sentence with a verb says; raises SentenceError or InvalidModelError."""
    begin, after, words = verb
    subjects = _names(tokens[:begin], span(tokens))
    rest = list(tokens[after:])
    where = span(tokens[begin:after])
    if words not in _CONTINUED:
        for subject in subjects:
            _simple(words, subject, rest, where, draft)
        return
    later = [each for each in _all(rest, VERBS) if each[2] in _CONTINUED]
    cut = min((each[0] for each in later), default=len(rest))
    for subject in subjects:
        _simple(words, subject, rest[:cut], where, draft)
    if later:
        _, next_after, next_words = min(later)
        carry_out([*tokens[:begin], *rest[cut:]], (begin, begin + next_after - cut, next_words), draft)


def _all(tokens: Sequence[Token], verbs: tuple[tuple[str, ...], ...]) -> list[VerbMatch]:
    """Every position after the first token at which a verb begins; the longest verb at each."""
    found = (verb_at(tokens, index, verbs) for index in range(1, len(tokens)))
    return [each for each in found if each is not None]


def verb_at(
    tokens: Sequence[Token], index: int, verbs: tuple[tuple[str, ...], ...] | None = None
) -> VerbMatch | None:
    """The longest verb that begins at a position; of ``VERBS``, unless others are asked for."""
    for verb in VERBS if verbs is None else verbs:
        part = tokens[index : index + len(verb)]
        if len(part) == len(verb) and all(t.is_word(w) for t, w in zip(part, verb, strict=True)):
            return index, index + len(verb), verb
    return None


def _names(tokens: Sequence[Token], where: tuple[int, int]) -> list[Name]:
    names = [name_of(part) for part in split(tokens, ",")]
    if not names or any(name is None or not name.text for name in names):
        said = "a name is needed " + ("here" if tokens else f"behind this verb; {_QUOTES}")
        raise SentenceError(said, *span(tokens, where))
    return [name for name in names if name is not None]


def _simple(
    words: tuple[str, ...], subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft
) -> None:
    """One subject, one verb, one object."""
    if words in _DOES:
        _DOES[words](subject, rest, where, draft)
    else:
        _field(FIELDS[words], subject, rest, where, draft)


def _holds(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    agent = draft.find_or_add(subject, "agent")
    for name in _names(rest, where):
        relations.hold(draft, agent, draft.find_or_add(name, "credential"))


def _opens(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    names, actions = _with_actions(rest, where)
    credential = draft.find_or_add(subject, "credential")
    for name in names:
        relations.grant(draft, credential, draft.find_or_add(name, "system"), actions or ("read",))


def _stores(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    _keeps("stores", subject, rest, where, draft)


def _issues(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    _keeps("issues", subject, rest, where, draft)


def _keeps(how: str, subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    head, by = _cut(rest, "by")
    names, actions = _with_actions(head, where)
    if by is not None:
        actions = read_actions(by, span(by, where))
    system = draft.find_or_add(subject, "system")
    for name in names:
        relations.custody(draft, system, draft.find_or_add(name, "credential"), how, actions)


def _exchanges(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    said = ("delegation", "impersonation", "pinned", "unpinned")
    words = [token.text.lower() for token in rest if token.is_word(*said)]
    plain = [token for token in rest if not token.is_word(*said) and not token.is_sign(",")]
    head, at = _cut(plain, "at")
    target = _one(head, where)
    start = draft.find_or_add(subject, "credential")
    end = draft.find_or_add(target, "credential")
    relations.exchange(
        draft, start, end, None if at is None else draft.find_or_add(_one(at, where), "system"), words
    )


def _delegates(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    head, options = limits.split_options(rest, draft)
    target = _one(head, where)
    start = draft.find_or_add(subject, "agent")
    end = draft.find_or_add(target, "agent")
    passed = limits.passed(options, where, draft)
    relations.delegation(draft, start, end, passed, **limits.values(options, where, draft))


def _triggers(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    names = _names(rest, where)
    system = draft.find_or_add(subject, "system")
    for name in names:
        relations.trigger(draft, system, draft.find_or_add(name, "agent"))


def _runs_on(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    host = _one(rest, where)
    set_values(
        "agent", draft.find_or_add(subject, "agent"), {"runs_on": draft.find_or_add(host, "system")}, draft
    )


def _hosts(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    names = _names(rest, where)
    system = draft.find_or_add(subject, "system")
    for name in names:
        set_values("agent", draft.find_or_add(name, "agent"), {"runs_on": system}, draft)


def _in(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    place, *more = split(rest, ",")
    said = [part for part in more if any(qualifier(table, as_typed(part)) for table in ("system", "agent"))]
    zone = _one(place if more and said == more else rest, where)  # what else it is may stand behind its zone
    found = [each for each in draft.find(subject, ELEMENTS) if each[0] in {"system", "agent"}]
    table, key = draft.single_match(subject, found) if found else ("", "")
    if not found:
        others = draft.find(subject, ("credential", "zone"))
        if others and subject.table is None:
            raise SentenceError(f"a {others[0][0]} is in no zone", subject.start, subject.end)
        table = "agent" if subject.table == "agent" else "system"
        key = draft.find_or_add(subject, table)
    attribute = "zone" if table == "system" else "home"
    set_values(table, key, {attribute: _zone(zone, key, draft)}, draft)
    for part in said:
        _is(subject, part, where, draft)


def _home(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    zone = _one(rest, where)
    agent = draft.find_or_add(subject, "agent")
    set_values("agent", agent, {"home": _zone(zone, agent, draft)}, draft)


def _zone(name: Name, key: str, draft: Draft) -> str:
    """The zone in which an element lies; a new one may be called as the element, and hardly as another."""
    is_new = name.table is None and not draft.find(name, ("zone",))
    for table, other in draft.find(name, ELEMENTS) if is_new else ():
        if other != key:
            draft.warnings.append(f"{name.text!r} becomes a new zone, though there is the {table} {other}")
    return draft.find_or_add(name, "zone")


def _as(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    if len(split(rest, ",")) > 1 or not rest:
        _one(rest, where)
    identity = {"identity": as_typed(rest)}
    set_values("credential", draft.find_or_add(subject, "credential"), identity, draft)


def _may(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    rest, per_day = _cut_daily(rest)
    head, sources = _cut(rest, "from")
    index = 0
    while index < len(head) and (
        head[index].is_sign(",") or head[index].is_word("and") or action_words(head[index].text)
    ):
        index += 1
    if index and index == len(head):
        index -= 1
    actions = read_actions(head[:index], where)
    system_name = _one(head[index:], where)
    names = [] if sources is None else _names(sources, where)
    agent = draft.find_or_add(subject, "agent")
    system = draft.find_or_add(system_name, "system")
    coming = [
        "home" if name.text == "home" and name.table is None else draft.find_or_add(name, "system")
        for name in names
    ]
    relations.intent(draft, agent, system, actions, coming, per_day)


def _cut_daily(tokens: list[Token]) -> tuple[list[Token], float | None]:
    """The tokens without ``40 times a day`` and a comma before it, and that number."""
    for index in range(1, len(tokens) - 1):
        if tokens[index].is_word("a") and tokens[index + 1].is_word("day"):
            begin = index - 2 if tokens[index - 1].is_word("times") else index - 1
            if begin < 1:
                break
            said = tokens[begin]
            try:
                per_day = number("a day", said.text)
            except InvalidModelError as error:
                raise SentenceError(str(error), said.start, said.end) from None
            comma = tokens[begin - 1].is_sign(",")
            return [*tokens[: begin - comma], *tokens[index + 2 :]], per_day
    return tokens, None


def _is(subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    parts = [part for part in split(rest, ",") if part]
    if not parts:
        raise SentenceError("is what? such as: tickets is saas, confidential, untrusted", *where)
    found = [table for table, _ in draft.find(subject, WITH_IDS)]
    possible = found or ([subject.table] if subject.table else [*TABLES[: len(ELEMENTS)]])
    said = [" ".join(token.text for token in part) for part in parts]
    fitting = [table for table in possible if all(qualifier(table, word) for word in said)]
    if not fitting:
        raise _made_a_system(subject, said, draft) or _unknown_word(possible, parts, said)
    if len(fitting) > 1 and not found:  # a whole word rather than the beginning of another
        whole = [
            table for table in fitting if all(qualifier(table, word, abbreviated=False) for word in said)
        ]
        fitting = whole or fitting
    if len(fitting) > 1 and not found and "agent" in fitting and "human" in {each.lower() for each in said}:
        fitting = [
            "agent"
        ]  # a human is a person; that a credential is a person's is said of one that is there
    if len(fitting) > 1 and found:
        draft.single_match(subject, draft.find(subject, fitting))
    if len(fitting) > 1:
        ways = " or ".join(f"{table}:{subject.text}" for table in fitting)
        raise SentenceError(f"what is {subject.text!r}? write {ways}", subject.start, subject.end)
    table = fitting[0]
    key = draft.find_or_add(subject, table) if table in ELEMENTS else draft.find_one(subject, (table,))[1]
    values = dict[str, Any]()
    for part, word in zip(parts, said, strict=True):
        meant = qualifier(table, word)
        assert meant is not None
        if values.setdefault(meant.attribute, meant.value) != meant.value:
            why = f"its {meant.attribute.replace('_', ' ')} is {_shown(values[meant.attribute])} already here"
            raise SentenceError(f"{word!r}: {why}", *span(part))
    set_values(table, key, values, draft)


def _made_a_system(subject: Name, qualifiers_given: list[str], draft: Draft) -> SentenceError | None:
    """What to say of words that describe an agent, where ``in`` made a new system of it in this text."""
    key = draft.lookup("system", subject.text)
    zone = None if key is None else draft.snapshot.system[key].zone
    is_new = subject.text.casefold() in {each.text.casefold() for each in draft.added}
    if zone is None or not is_new or not all(qualifier("agent", word) for word in qualifiers_given):
        return None
    first, then = f"{subject.text} is {', '.join(qualifiers_given)}", f"{subject.text} in {zone}"
    return SentenceError(f"in made it a system here; write: {first}; {then}", subject.start, subject.end)


def _unknown_word(tables: Sequence[str], parts: list[list[Token]], written: list[str]) -> SentenceError:
    for part, word in zip(parts, written, strict=True):
        if not any(qualifier(table, word) for table in tables):
            several = [
                each for table in tables for each in qualifiers(table) if each.startswith(word.lower())
            ]
            if len(several) > 1:
                return SentenceError(f"{word!r} begins several words: {', '.join(several[:4])}", *span(part))
            close = close_word(tuple(tables), word)
            hint = (
                f"; did you mean {close}?" if close else f"; say {', '.join([*qualifiers(tables[0])][:6])}, …"
            )
            return SentenceError(f"{word!r} says nothing of a {' or '.join(tables)}{hint}", *span(part))
    return SentenceError("no element can be all of this", *span([*parts[0], *parts[-1]]))


def _field(key: str, subject: Name, rest: list[Token], where: tuple[int, int], draft: Draft) -> None:
    fitting = [
        table
        for table in WITH_IDS
        if any(field.key == key for field in SCHEMA[table].fields)
        and (subject.table is None or subject.table == table)
    ]
    found = draft.find(subject, fitting)
    if found:
        table, id_ = draft.single_match(subject, found)
    elif draft.find(subject, WITH_IDS):
        raise SentenceError(f"{subject.text!r} has no field {key}", *where)
    elif len(fitting) == 1 and fitting[0] in ELEMENTS:
        table, id_ = fitting[0], draft.find_or_add(subject, fitting[0])
    else:
        raise SentenceError(f"there is no element {subject.text!r}", subject.start, subject.end)
    field = SCHEMA[table].field(key)
    text = as_typed(rest)
    if not text:
        raise SentenceError(f"a value for {key} is needed (or unset)", *where)
    if text == "unset" and not field.required:
        set_values(table, id_, {field.attribute: field.default}, draft)
        return
    if field.type == "line" and len(rest) > 1 and rest[0].is_word("by", "is", "of", "to"):
        draft.warnings.append(f"“{rest[0].text}” is taken as the first word of the {key}")
    value: Any
    if field.type in {"reference", "references"}:
        ids = [draft.find_one(name, field.refers)[1] for name in _names(rest, where)]
        value = ids[0] if field.type == "reference" else tuple(ids)
    elif field.type == "aliases":
        value = tuple(dict.fromkeys(filter(None, (as_typed(part) for part in split(rest, ",")))))
    else:
        value = parse_value(field, text)
    set_values(table, id_, {field.attribute: value}, draft)


def set_values(table: str, key: str, values: Mapping[str, Any], draft: Draft) -> None:
    """Set attributes of an element, and say which changed."""
    before = draft.snapshot.get(table, key)
    assert before is not None
    after = replace(before, **values)
    said = [
        f"{attribute.replace('_', ' ')} {_shown(value)}"
        for attribute, value in values.items()
        if getattr(before, attribute) != value
    ]
    if isinstance(after, Credential) and "identity" in values:
        said = [each.replace("identity ", "acts as ", 1) for each in said]
    if isinstance(before, Checkpoint) and isinstance(after, Checkpoint):
        new = renamed_for_kind(draft.snapshot, before, after.kind)
        if new is not None:
            draft.change(Rename(table, key, new), f"rename {table} {key} to {new}")
            key, after = new, replace(after, id=new)
    draft.put(after, f"{key}: {', '.join(said)}")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "unset"
    return listed(value) if isinstance(value, tuple) else str(value)


def _cut(tokens: Sequence[Token], word: str) -> tuple[list[Token], list[Token] | None]:
    """The tokens before and after a word; ``None`` after where the word is missing."""
    for index, token in enumerate(tokens):
        if index and token.is_word(word):
            return list(tokens[:index]), list(tokens[index + 1 :])
    return list(tokens), None


def _with_actions(
    tokens: Sequence[Token], where: tuple[int, int]
) -> tuple[list[Name], tuple[Action, ...] | None]:
    before, *after = split(tokens, ":")
    actions = read_actions([token for part in after for token in part], where) if after else None
    return _names(before, where), actions


def _one(tokens: Sequence[Token], where: tuple[int, int]) -> Name:
    names = _names(tokens, where)
    if len(names) > 1:
        raise SentenceError("just one name fits here", names[1].start, names[1].end)
    return names[0]


_DOES: Final[Mapping[tuple[str, ...], Callable[[Name, list[Token], tuple[int, int], Draft], None]]] = {
    ("may",): _may,
    ("holds",): _holds,
    ("opens",): _opens,
    ("stores",): _stores,
    ("issues",): _issues,
    ("exchanges",): _exchanges,
    ("delegates", "to"): _delegates,
    ("delegates",): _delegates,
    ("triggers",): _triggers,
    ("runs", "on"): _runs_on,
    ("hosts",): _hosts,
    ("in",): _in,
    ("is",): _is,
    ("home",): _home,
    ("as",): _as,
}
VERBS: Final = tuple(_DOES)
"""The verbs of the quick line; longer ones before those they begin with."""
