"""Sentences that would be right in place of one that cannot be carried out or may not be meant so."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from meshmodel.edits.draft import ELEMENTS
from meshmodel.edits.edit import Change, Edit, apply_edit
from meshmodel.edits.ids import exact_id_of
from meshmodel.language.parser import doubt, first_mistyped, label_of, parse, read_names
from meshmodel.language.qualifiers import TABLES, close_word
from meshmodel.language.result import Sentence
from meshmodel.language.sentences import SENTENCES
from meshmodel.language.tokens import name_of, sentences, split
from meshmodel.model.secrets import masked
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line

_STEP_OF_ASK: Final = re.compile(r"^(ask\s+\S.*?)\s+on\s+(.+?)\s*>\s*(.+?)(?=\s+(?:by|at|rate)\s|[:,]|$)")
_MOST: Final = 2
_KIND: Final = "(?:agent|credential|system|zone)"
_ACTION: Final = "(read|write|execute|issue|admin)s?"
_REWRITTEN: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (
            rf"^(?:create|define|make|new|add)\s+(?:an?\s+|the\s+)?({_KIND})\s+(?:called\s+|named\s+)?",
            r"add \1 ",
        ),
        (
            rf"^add\s+({_KIND})\s+(.+?)\s+(?:of\s+)?kind\s+(\S+)\s+in\s+(?:zone\s+)?(\S+)$",
            r"\1 \2 (\3 in \4)",
        ),
        (rf"^add\s+({_KIND})\s+(.+?)\s+in\s+(?:zone\s+)?(\S+)$", r"\1 \2 (in \3)"),
        (r"^outsiders?\s+(?:can\s+|may\s+)?writes?\s+(?:in)?(?:to\s+)?(.+)$", r"\1 is untrusted"),
        (r"^((.+?)\s*>.+?)\s+on\s+behalf\s+of\s+(.+)$", r"\1; \2 on behalf of \3"),
        (rf"^(.+?)\s+(?:opens|grants|allows)\s+{_ACTION}\s+(?:on|to|in)\s+(.+)$", r"\1 > \3: \2"),
        (rf"\s+is\s+an?\s+{_KIND}\s+in\s+(?:zone\s+)?", " in "),
        (r"\s+is\s+(?:an?|the)\s+", " is "),
        (rf"(?<!\S)(?:the\s+)?{_KIND}\s+(?=\S)", ""),
        (rf"^(.+?)\s+uses\s+(.+?)\s+to\s+{_ACTION}\s+(.+)$", r"\1 > \2 > \4: \3"),
        (rf"^(.+?)\s+(?:can\s+|may\s+)?{_ACTION}\s+(.+?)\s+(?:using|with|via)\s+(.+)$", r"\1 > \4 > \3: \2"),
        (r"^(.+?)\s+(?:accesses|connects\s+to)\s+(.+?)\s+(?:using|with|via)\s+(.+)$", r"\1 > \3 > \2"),
        (rf"^(.+?)\s+(?:can\s+)?{_ACTION}\s+([^:]+)$", r"\1 > \3: \2"),
        (
            r"\s+with\s+((?:read|write|execute|issue|admin)(?:[,\s]+(?:and\s+)?(?:read|write|execute|admin))*)$",
            r": \1",
        ),
        (r"\s+(?:has|have|uses|carries|presents)\s+", " holds "),
        (r"\s+(?:grants|allows|unlocks|accesses)\s+", " opens "),
        (r"\s+(?:contains|keeps)\s+(?:secret\s+)?", " stores "),
        (r"\s+(?:calls|invokes)\s+", " delegates "),
        (r"\s+(?:starts|wakes)\s+", " triggers "),
        (r"\s+(?:lives|lies|sits)\s+in\s+", " in "),
        (r"^(ask\s.+?)\s+(planned|enforced|advisory)$", r"\1, \2"),
        (r"^(?=\S+\s+on\s)", "ask "),
        (r"^(.*\sby\s+)(\w[\w.-]*)(.*)$", r"\2 is person; \g<0>"),
    )
)
"""Other words for what a sentence says, and the words of the quick line."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A sentence that has a problem, or is perhaps not meant as it is read.

    Attributes:
        sentence: its number, from 1.
        text: what was written, in one line.
        why: one line.
        write: sentences that would be right, the likelier first.
        like: a sentence of the help, where none of those is found.
    """

    sentence: int
    text: str
    why: str
    write: tuple[str, ...]
    like: str | None


class Sentences(NamedTuple):
    """What several sentences mean.

    Attributes:
        edit: all of them as one edit, those with a problem as their likeliest correction.
        previews: one line for each thing that changes.
        problems: the sentences that cannot be carried out.
        doubts: the sentences that are perhaps not meant so.
    """

    edit: Edit
    previews: tuple[str, ...]
    problems: tuple[Unclear, ...]
    doubts: tuple[Unclear, ...]


def read_sentences(texts: Sequence[str], snapshot: Snapshot) -> Sentences:
    """What sentences would do one after the other, and everything that is wrong or doubtful in them.

    One with a problem is read as its likeliest correction, so that it makes no problems of those after it.

    Args:
        texts: the sentences.
        snapshot: the model as it is; it stays so.
    """
    changes, previews, after = list[Change](), list[str](), snapshot
    problems, doubts = list[Unclear](), list[Unclear]()
    for number, text in enumerate(texts, 1):
        read = parse(text, after)
        if read.problem is not None or read.warnings:
            better = corrections(text, after)
            (doubts if read.problem is None else problems).append(_unclear(number, read, better))
            read = better[0] if better and read.problem is not None else read
        if read.edit is not None:
            previews += read.preview
            changes += read.edit.changes
            after = apply_edit(after, read.edit)
    edit = Edit(label_of(" · ".join(texts)), tuple(changes))
    return Sentences(edit, tuple(previews), tuple(problems), tuple(doubts))


def _unclear(number: int, read: Sentence, better: Sequence[Sentence]) -> Unclear:
    why = read.shown if read.problem is not None else "; ".join(read.warnings)
    like = None if better else _similar_example(read.text)
    write = tuple(each.text for each in better)
    return Unclear(number, one_line(masked(read.text), 160), one_line(why.lstrip("✖ "), 200), write, like)


def corrections(text: str, snapshot: Snapshot) -> tuple[Sentence, ...]:
    """What a sentence was perhaps meant to say: readings without a problem and without a doubt.

    Args:
        text: a sentence with a problem or a warning.
        snapshot: the model as it is; it stays so.

    Returns:
        At most two, the likelier first; empty where none is found.
    """
    found: dict[str, Sentence] = {}
    for candidates in (_at_the_problem(text, snapshot), _reworded(text)):
        _add_first(found, candidates, snapshot, 1)
    _add_first(found, _by_names(text, snapshot, shorten=not found), snapshot, _MOST)
    return tuple(found.values())


def _add_first(found: dict[str, Sentence], candidates: Iterable[str], snapshot: Snapshot, most: int) -> None:
    """Add candidates that are read without a problem and without a doubt, until there are so many."""
    for candidate in dict.fromkeys(candidates):
        if len(found) >= most:
            return
        read = parse(candidate, snapshot)
        if read.problem is None and not read.warnings and read.preview:
            found[candidate] = read


def _similar_example(text: str) -> str:
    """The sentence of the help that is most like a text."""
    known = [each for each, _ in SENTENCES]
    return difflib.get_close_matches(text[:200], known, n=1, cutoff=0.0)[0]


def _reworded(text: str) -> Iterator[str]:
    """The text with one other wording replaced, and with this and all later ones."""
    for index, (pattern, instead) in enumerate(_REWRITTEN):
        once = pattern.sub(instead, text, count=1)
        if once == text:
            continue
        yield once
        for later, then in _REWRITTEN[index + 1 :]:
            again = later.sub(then, once, count=1)
            if again != once:
                yield again


def _at_the_problem(text: str, snapshot: Snapshot) -> Iterator[str]:
    """The text with another word where the problem is: one that is like it, or its kind before it."""
    for tokens in sentences(text):
        mistyped = first_mistyped(tokens)
        if mistyped is not None:
            yield _replaced(text, mistyped[0].start, mistyped[0].end, mistyped[1])
    problem = parse(text, snapshot).problem
    if problem is None:
        return
    step = _STEP_OF_ASK.match(text)
    if step and {step[2], step[3]} <= {*snapshot.zone}:
        yield f"{step[1]} between {step[2]} and {step[3]}{text[step.end() :]}"
    elif step:
        yield f"{step[2]} > {step[3]}; {text}"
    words = text[problem.start : problem.end]
    close = close_word(TABLES, words)
    if close is not None:
        yield _replaced(text, problem.start, problem.end, close)
    known = [str(key) for table in ELEMENTS for key in snapshot.table(table)]
    for each in difflib.get_close_matches(words[:40].lower(), known, n=1):
        yield _replaced(text, problem.start, problem.end, each)
    for table in ELEMENTS:
        yield _replaced(text, problem.start, problem.end, f"{table}:{exact_id_of(words)}")


def _by_names(text: str, snapshot: Snapshot, *, shorten: bool) -> Iterator[str]:
    """The text without the rest of a doubtful name, and with the name in quotes or its kind before it."""
    draft = read_names(text, snapshot)
    for name in draft.added:
        found = doubt(name, text, draft)
        if found is not None and shorten:
            yield _replaced(text, found.start, name.end, "").rstrip()
        if '"' not in name.text:
            yield _replaced(text, name.start, name.end, f'"{name.text}"')
        for table in ELEMENTS:
            yield _replaced(text, name.start, name.end, f"{table}:{exact_id_of(name.text)}")
    if parse(text, snapshot).problem is not None:
        return
    for tokens in sentences(text):  # a word that is read as the verb, though the name could go on over it
        for part in split(tokens, ">"):
            for cut in range(2, len(part)):
                name_read = name_of(part[:cut])
                if name_read is not None and part[0].kind == "word":
                    yield _replaced(text, name_read.start, name_read.end, f'"{name_read.text}"')


def _replaced(text: str, start: int, end: int, instead: str) -> str:
    return text[:start] + instead + text[end:]
