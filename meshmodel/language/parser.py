"""Parses a text of sentences to an edit with a preview, or to the first problem in it."""

import difflib
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import zip_longest
from typing import Final, NamedTuple

from meshmodel.edits.approvers import new_doubts
from meshmodel.edits.draft import ELEMENTS, WITH_IDS, Draft, Name, SentenceError
from meshmodel.edits.edit import Edit, Put, Remove, Rename, unused_id
from meshmodel.edits.ids import exact_id_of
from meshmodel.language import catalogue, chains, checkpoints, descriptions, notes, verbs
from meshmodel.language.result import Problem, Sentence
from meshmodel.language.tokens import Token, as_typed, is_alone, name_of, sentences, span, split
from meshmodel.language.verbs import VERBS
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.phrases import phrase
from meshmodel.model.records import About, Acceptance, Reference, Slot, Snapshot, table_of
from meshmodel.model.secrets import masked
from meshmodel.model.text import clean_line, first_few, one_line
from meshmodel.model.vocabulary import CHECKPOINT_STATES, FRESHNESSES

_SHORTEST: Final = 5
"""Shorter verbs are like too many other words: ``my`` is like ``may``."""
_VERBS: Final = tuple(dict.fromkeys(verb[0] for verb in VERBS if len(verb[0]) >= _SHORTEST))
_ALL_VERBS: Final = frozenset(verb[0] for verb in VERBS)
_JOINING: Final = frozenset(
    {"approves", "can", "expires", "has", "have", "must", "needs", "requires", "should"}.union(
        {"by", "on", "with", "using", "via", "for", "from", "to", "at"}, CHECKPOINT_STATES, FRESHNESSES
    )
)
"""Words that usually say more about what stands before them, and seldom are part of a name."""
_LIKENESS: Final = 0.75
"""Two letters in the wrong order, one too few or too many; ``token`` is less like ``opens``."""


def verb_meant(token: Token) -> str | None:
    """The verb that a word looks like; ``None`` for a verb itself, other words, and quoted ones."""
    word = token.text.lower()
    if token.kind != "word" or word in _VERBS or len(word) > 2 * max(map(len, _VERBS)):
        return None
    found = difflib.get_close_matches(word, _VERBS, n=1, cutoff=_LIKENESS)
    return found[0] if found else None


def first_mistyped(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """The first word after the subject that looks like a verb, and that verb."""
    found = ((token, verb_meant(token)) for token in tokens[1:])
    return next(((token, verb) for token, verb in found if verb is not None), None)


def warnings(tokens: Sequence[Token], added: Iterable[Name], draft: Draft) -> list[str]:
    """One line for each new name that was perhaps not meant so, and each word within one that is or looks
    like a verb.

    Args:
        tokens: of the sentence.
        added: the names that it added elements for.
        draft: the model with them.
    """
    said = []
    for name in added:
        within = _within(tokens, name)
        for token in within[1:-1]:
            verb = verb_meant(token)
            if token.is_word(*_ALL_VERBS):
                said.append(f"“{token.text}” is taken as part of the name {name.text!r}, not as a verb")
            elif verb is not None:
                said.append(
                    f"“{token.text}” is taken as part of the name {name.text!r}: did you mean {verb}?"
                )
        found = _doubt(within, draft)
        if found is not None:
            said.append(
                f"{name.text!r} is taken as one new name, {found.why}; quotes around it say that it is"
            )
    return said


class Doubt(NamedTuple):
    """Why a new name may not be meant, where what it goes on with begins, and which is known instead."""

    why: str
    start: int
    instead: str | None = None


def doubt(name: Name, text: str, draft: Draft) -> Doubt | None:
    """Why a new name that a text has added may be more than a name, or another one mistyped."""
    return _doubt(_within([each for tokens in sentences(text) for each in tokens], name), draft)


def _within(tokens: Sequence[Token], name: Name) -> list[Token]:
    return [token for token in tokens if name.start <= token.start and token.end <= name.end]


def _doubt(within: Sequence[Token], draft: Draft) -> Doubt | None:
    named = name_of(within) if all(each.kind == "word" for each in within) else None
    for table, key in [] if named is None else draft.find(named, ELEMENTS):
        for other in map(str, draft.snapshot.table(table)):
            if _is_slip(key, other):
                return Doubt(f"though the {table} {other} is one letter away", within[0].start, other)
    if len(within) < 2:
        return None
    for end in range(len(within) - 1, 0, -1):
        begun = name_of(within[:end])
        known = draft.find(begun, ELEMENTS) if begun is not None else []
        if known:
            table, key = known[0]
            return Doubt(f"though it begins like the {table} {key}", within[end - 1].end)
    if within[0].is_word(*ELEMENTS):
        return Doubt(f"though “{within[0].text}” is no part of most names", within[0].start)
    for at, word in enumerate(within):
        if word.is_word(*_JOINING):
            return Doubt(f"though “{word.text}” is in it", within[at - 1].end if at else word.start)
    return None


def _is_slip(one: str, other: str) -> bool:
    """Whether ids differ in one letter of one word: one too few, another, or two in the wrong order."""
    words = zip_longest(one.split("-"), other.split("-"), fillvalue="")
    differing = [each for each in words if each[0] != each[1]]
    if len(differing) != 1 or max(map(len, differing[0])) < _SHORTEST:
        return False
    one, other = differing[0]
    same = next(at for at, (each, its) in enumerate(zip_longest(one, other)) if each != its)
    rest, others = one[same:], other[same:]
    if not (rest[:1] + others[:1]).isalpha():
        return False  # numbers tell most names apart
    swapped = others[1::-1] + others[2:]
    return rest[1:] in {others, others[1:]} or rest in {others[1:], swapped}


TEXT_LIMIT: Final = 4_000
"""The longest text that is read, in characters."""

_LABEL_LIMIT: Final = 100
_ADDED: Final = (*ELEMENTS, *(each.key for each in catalogue.ENTRIES))


def parse(text: str, snapshot: Snapshot) -> Sentence:
    """What a text of one or several sentences would do to a model.

    Args:
        text: the sentences, separated by ``·`` or ``;``.
        snapshot: the model as it is; it stays so.

    Returns:
        The preview and one edit for all of it, or the first problem with its place. Nothing is
        raised, whatever the text.
    """
    if len(text) > TEXT_LIMIT:
        return Sentence(text, problem=Problem(f"at most {TEXT_LIMIT:,} characters", TEXT_LIMIT, len(text)))
    draft = Draft(snapshot)
    parts = _read(text)
    for tokens in parts:
        try:
            _carry_out(tokens, draft)
        except (SentenceError, InvalidModelError) as error:
            start, end = (error.start, error.end) if isinstance(error, SentenceError) else span(tokens)
            return _refused(text, draft, Problem(one_line(masked(str(error)), 200), start, end))
    if not draft.changes:
        said = ("nothing to change: it is so already",) if parts else ()
        return Sentence(text, said, warnings=_warnings(draft))
    edit = Edit(label_of(text), tuple(draft.changes))
    draft.warnings += new_doubts(snapshot, draft.snapshot)
    return Sentence(text, tuple(draft.preview), edit, warnings=_warnings(draft))


def label_of(text: str) -> str:
    """What the edit of a text is called: the text itself, in one line of limited length."""
    label = clean_line(text)
    return label if len(label) <= _LABEL_LIMIT else f"{label[: _LABEL_LIMIT - 1].rstrip()}…"


def _refused(text: str, draft: Draft, problem: Problem) -> Sentence:
    return Sentence(text, tuple(draft.preview), problem=problem, warnings=_warnings(draft))


def _warnings(draft: Draft) -> tuple[str, ...]:
    return tuple(one_line(masked(each), 200) for each in dict.fromkeys(draft.warnings))


def model_after(text: str, snapshot: Snapshot) -> Snapshot:
    """The model as the sentences of a text would leave it, up to the first with a problem."""
    return read_names(text, snapshot).snapshot


def read_names(text: str, snapshot: Snapshot) -> Draft:
    """The model and the names added, after the sentences of a text up to the first with a problem."""
    draft = Draft(snapshot)
    for tokens in _read(text[:TEXT_LIMIT]):
        try:
            _carry_out(tokens, draft)
        except (SentenceError, InvalidModelError):
            break
    return draft


def single_sentences(line: str) -> list[str]:
    """The sentences of a line, each with those that go on from it with ``>``."""
    found: list[str] = []
    for tokens in sentences(line):
        start, end = span(tokens)
        said = line[start:end]
        if found and tokens[0].is_sign(">"):
            found[-1] += f"; {said}"
        else:
            found.append(said)
    return found


def add_entry(
    entry: catalogue.Entry,
    name: str,
    snapshot: Snapshot,
    connected_to: Reference | None = None,
    where: tuple[str | None, Slot | None] = (None, None),
    agent: str = "",
) -> tuple[Edit, Reference]:
    """The edit that adds an entry of the catalogue; as ``catalogue.addition``."""
    part = model_after(entry.sentences, Snapshot())
    return catalogue.addition(entry, part, name, snapshot, connected_to, where, agent)


def _read(text: str) -> list[list[Token]]:
    """The sentences of a text; one that begins with ``>`` has the subject of the sentence before."""
    found: list[list[Token]] = []
    for tokens in sentences(text):
        goes_on = bool(found) and tokens[0].is_sign(">")
        found.append([*descriptions.subject(found[-1]), *tokens] if goes_on else tokens)
    return found


def _carry_out(tokens: Sequence[Token], draft: Draft) -> None:
    """Do what one sentence says, and warn of what it looks like besides."""
    known = len(draft.added)
    _do(tokens, draft)
    draft.warnings += warnings(tokens, draft.added[known:], draft)


def _do(tokens: Sequence[Token], draft: Draft) -> None:
    first = tokens[0]
    alone = is_alone(tokens)
    if not alone and first.is_word("ask"):
        checkpoints.carry_out(tokens, draft)
        return
    if not alone and first.is_word("accept"):
        _accept(tokens, draft)
        return
    if not alone and first.is_word("delete", "remove"):
        _delete(tokens, draft)
        return
    if notes.is_note(tokens):
        notes.carry_out(tokens, draft)
        return
    fields: Sequence[Sequence[Token]] = ()
    plain = tokens
    if alone or not first.is_word("name", "rename"):
        plain, fields = descriptions.carry_out(tokens, draft)
    if len(plain) == len(tokens) or not _is_known(plain, draft):
        _do_plain(plain, draft)
    for field in fields:
        _do_plain(field, draft)


def _do_plain(tokens: Sequence[Token], draft: Draft) -> None:
    """Do what a sentence without descriptions says."""
    if any(token.is_sign(">") for token in tokens):
        chains.carry_out(tokens, draft)
        return
    verb = verbs.find(tokens, draft)
    known = name_of(tokens[: verb[0]]) if verb else None
    if (
        not is_alone(tokens)
        and not (known and draft.find(known, WITH_IDS))
        and _began(tokens, verb is None, draft)
    ):
        return
    if verb is None:
        raise _not_understood(tokens, draft)
    draft.warnings += verbs.read_as_verb(tokens, verb, draft)
    verbs.carry_out(tokens, verb, draft)


def _began(tokens: Sequence[Token], has_no_verb: bool, draft: Draft) -> bool:
    """Carry out a sentence whose first word says what to do; whether it was one."""
    first = tokens[0]
    if first.is_word("rename"):
        _rename(tokens, draft)
    elif first.is_word("name"):
        _name(tokens, draft)
    elif first.is_word("add") or (first.is_word(*ELEMENTS) and has_no_verb):
        _add(tokens, draft)
    else:
        return False
    return True


def _not_understood(tokens: Sequence[Token], draft: Draft) -> SentenceError:
    name = name_of(tokens)
    if name is not None and draft.find(name, ELEMENTS):
        hint = f"what about {name.text!r}? go on with > or a word such as is, in, holds, stores"
        return SentenceError(hint, *span(tokens))
    mistyped = first_mistyped(tokens)
    if mistyped is not None:
        token, verb = mistyped
        return SentenceError(f"no verb: did you mean {verb}?", token.start, token.end)
    hint = "a sentence is like: bot > key > files: read · or: files is database, confidential"
    return SentenceError(hint, *span(tokens))


def _delete(tokens: Sequence[Token], draft: Draft) -> None:
    rest = list(tokens[1:])
    parts = split(rest, ">")
    link = checkpoints.find_link(rest)
    if len(parts) == 2 or (link is not None and not _is_known(rest, draft)):
        _delete_relation(rest, draft)
        return
    for part in split(rest, ","):
        name = name_of(part)
        if name is None:
            raise SentenceError("delete what? a name, or a relation such as bot > key", *span(tokens))
        table, key = draft.find_one(name, WITH_IDS)
        related = " with its relations" if table in ELEMENTS else ""
        draft.change(Remove(table, key), f"delete {table} {key}{related}")


def _is_known(tokens: Sequence[Token], draft: Draft) -> bool:
    name = name_of(tokens)
    return name is not None and bool(draft.find(name, WITH_IDS))


def _delete_relation(tokens: Sequence[Token], draft: Draft) -> None:
    step, start, end = checkpoints.existing_step(tokens, draft)
    if step == "hosting":
        verbs.set_values("agent", end, {"runs_on": None}, draft)
        return
    if draft.snapshot.get(step, (start, end)) is None:
        raise SentenceError("there is no such relation to delete", *span(tokens))
    draft.change(Remove(step, (start, end)), f"delete {step} {start} > {end}")


def _rename(tokens: Sequence[Token], draft: Draft) -> None:
    rest = [token for token in tokens[1:] if not token.is_sign(",")]
    for index in range(1, len(rest)):
        if rest[index].is_word("to") and index + 1 < len(rest):
            old, new = name_of(rest[:index]), name_of(rest[index + 1 :])
            break
    else:
        old, new = name_of(rest[:1]), name_of(rest[1:])
    if old is None or new is None or not new.text:
        raise SentenceError("write: rename old new", *span(tokens))
    table, key = draft.find_one(old, WITH_IDS)
    wanted = exact_id_of(new.text)
    if not wanted:
        raise SentenceError("an id has letters a-z, digits and . _ - ; try: name x “…”", new.start, new.end)
    if wanted == key:
        return
    draft.change(Rename(table, key, wanted), f"rename {table} {key} to {wanted}")
    if new.text != wanted and table in ELEMENTS:
        verbs.set_values(table, wanted, {"name": new.text}, draft)


def _name(tokens: Sequence[Token], draft: Draft) -> None:
    if len(tokens) < 3:
        raise SentenceError("write: name x “the name”", *span(tokens))
    quoted = [index for index, token in enumerate(tokens) if token.kind == "quoted" and index > 1]
    cut = quoted[0] if quoted else 2
    subject, named = name_of(tokens[1:cut]), name_of(tokens[cut:])
    if subject is None or named is None or not named.text:
        raise SentenceError("write: name x “the name”", *span(tokens))
    if subject.text == "model" and not draft.find(subject, ELEMENTS):
        about = draft.snapshot.about
        draft.put(About(named.text, about.description), f"the model is called {named.text}")
        return
    table, key = draft.find_one(subject, ELEMENTS)
    verbs.set_values(table, key, {"name": named.text}, draft)


def _add(tokens: Sequence[Token], draft: Draft) -> None:
    rest = tokens[1:] if tokens[0].is_word("add") else tokens
    table = rest[0].text.lower()
    entry = catalogue.entry(table)
    if entry is not None and len(rest) > 1:
        _add_entry(entry, rest[1:], draft)
        return
    if table not in ELEMENTS or len(rest) < 2:
        raise SentenceError(f"add what? {', '.join(_ADDED)}; and a name", *span(rest))
    for part in split(rest[1:], ","):
        name = name_of(part)
        if name is None:
            raise SentenceError(f"a name for the {table} is needed", *span(rest))
        draft.find_or_add(name, table)


def _add_entry(entry: catalogue.Entry, tokens: Sequence[Token], draft: Draft) -> None:
    """``add mcp-server files for bot``: a part of the catalogue, and elements in places of it."""
    cut = next((at for at, token in enumerate(tokens) if at and token.is_word("for")), len(tokens))
    name = name_of(tokens[:cut])
    others = [name_of(each) for each in split(tokens[cut + 1 :], ",")] if cut < len(tokens) else []
    if name is None or not name.text or None in others:
        raise SentenceError(f"write: add {entry.key} NAME for bot", *span(tokens))
    connected_to, agent = None, ""
    for other in filter(None, others):
        is_new = "agent" in entry.takes and not agent and not draft.find(other, ELEMENTS)
        is_new = is_new and other.table in {None, "agent"}
        if agent and "system" in entry.takes and other.table is None and not draft.find(other, ELEMENTS):
            draft.find_or_add(other, "system")
        found = ("agent", other.text) if is_new else draft.find_one(other, [*entry.takes])
        if found[0] == "agent":
            agent = found[1]
        else:
            connected_to = found
    if connected_to is None and agent in draft.snapshot.agent:
        connected_to = "agent", agent
    if not agent and catalogue.needs_agent(entry, draft.snapshot, connected_to):
        known = first_few([*draft.snapshot.agent], 3) or "no agent yet"
        said = f"for which agent? {known}; or a new name: add {entry.key} {name.text} for bot"
        raise SentenceError(said, *span(tokens))
    made, (table, key) = add_entry(entry, name.text, draft.snapshot, connected_to, agent=agent)
    alone = unused_id(Snapshot(), table, name.text)
    if key != alone or (table == "agent" and agent and alone == exact_id_of(agent)):
        raise SentenceError(f"it needs a name of its own: there is the {table} {alone}", name.start, name.end)
    for change in made.changes:
        assert isinstance(change, Put)
        is_element = table_of(change.record) in ELEMENTS
        draft.put(change.record, f"new {phrase(change.record)}" if is_element else None)


_ACCEPT_USAGE: Final = "write: accept RULE of SUBJECT by WHO until 2027-01-31: the reason"


def _accept(tokens: Sequence[Token], draft: Draft) -> None:
    """Accept a finding by its rule and subject, until a day and for a reason."""
    parts: dict[str, list[Token]] = {}
    current: list[Token] = []
    for token in tokens[1:]:
        word = token.text.lower()
        if token.kind in {"word", "sign"} and word in {"of", "by", "until", ":"} and word not in parts:
            current = parts.setdefault(word, [])
        else:
            current = parts.setdefault("", current) if not parts else current
            current.append(token)
    missing = [name for name in ("", "of", "by", "until", ":") if not parts.get(name)]
    if missing:
        raise SentenceError(_ACCEPT_USAGE, *span(tokens))
    try:
        until = date.fromisoformat(_joined(parts["until"], ""))
    except ValueError:
        raise SentenceError("until: a date like 2027-01-31", *span(parts["until"])) from None
    rule, subject = _joined(parts[""], "-"), _joined(parts["of"], "")
    record = Acceptance(rule, subject, as_typed(parts[":"]), as_typed(parts["by"]), until)
    draft.put(record, f"accept {rule} of {subject} until {until.isoformat()}")


def _joined(tokens: Sequence[Token], between: str) -> str:
    """The words of tokens; signs stand right behind the word before them."""
    text = ""
    for token in tokens:
        text += token.text if not text or token.kind == "sign" else between + token.text
    return text
