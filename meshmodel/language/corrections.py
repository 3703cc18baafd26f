"""Sentences that would be right in place of one that cannot be carried out or may not be meant so."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from meshmodel.edits.draft import ELEMENTS, Draft
from meshmodel.edits.edit import Change, Edit, Remove, apply_edit, difference
from meshmodel.edits.ids import exact_id_of
from meshmodel.language.parser import doubt, first_mistyped, label_of, parse, read_names
from meshmodel.language.qualifiers import TABLES, close_word, qualifiers
from meshmodel.language.result import Sentence
from meshmodel.language.sentences import SENTENCES
from meshmodel.language.tokens import name_of, sentences, split
from meshmodel.model.records import Snapshot
from meshmodel.model.secrets import masked
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import ACTIONS

_STEP_OF_ASK: Final = re.compile(r"^(ask\s+\S.*?)\s+on\s+(.+?)\s*>\s*(.+?)(?=\s+(?:by|at|rate)\s|[:,]|$)")
_MOST: Final = 2
_KIND: Final = "(?:agent|credential|system|zone)"
_ACTION: Final = "(read|write|execute|issue|admin)s?"
_NOTE: Final = "(note|question|assumption|action)"
_EXPIRES: Final = (
    r"(?:expires|lasts|lives|(?:is\s+)?(?:valid|rotated)|rotates|(?:(?:has|with)\s+)?(?:an?\s+)?(?:lifetime|ttl))"
    r"(?:\s+(?:in|after|for|is|of|every))?"
)
_NO_EXPIRY: Final = r"(?:never\s+expires|does(?:\s+not|n't)\s+expire|(?:has\s+)?no\s+(?:expiry|lifetime))"
_REWRITTEN: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (rf"^(.+?)\s+(?:(?:has|with)\s+)?(?:an?\s+)?{_NOTE}\s*:\s*(.+)$", r"\2 on \1: \3"),
        (rf"^{_NOTE}\s+(?:for|about|to|of)\s+", r"\1 on "),
        (rf"([(,]\s*){_EXPIRES}\s+(?=\d)", r"\1"),
        (r"([(,]\s*)zone\s+", r"\1in "),
        (r"([(,]\s*)(?:outsiders|anyone|anybody|everybody)\s+(?:can|may)\s+write\b", r"\1untrusted"),
        (rf"([(,]\s*){_NO_EXPIRY}", r"\1unlimited"),
        (rf"\s+{_EXPIRES}\s+(?=\d)", " lifetime "),
        (r"^(.+?)\s+(?:is|are)\s+(?:stored|kept|saved)\s+(?:in|at|on)\s+(.+)$", r"\2 stores \1"),
        (r"^(.+?)\s+(?:is|are)\s+(?:held|used)\s+by\s+(.+)$", r"\2 holds \1"),
        (r"^(.+?)\s+(?:is|are)\s+issued\s+by\s+(.+)$", r"\2 issues \1"),
        (r"^(.+?)\s+(?:is|are)\s+(?:started|triggered)\s+by\s+(.+)$", r"\2 triggers \1"),
        (r"^(.+?)\s+(?:is|are)\s+(?:called|invoked)\s+by\s+(.+)$", r"\2 delegates \1"),
        (r"^(.+?)\s+(?:is|are)\s+(?:hosted|run|running)\s+(?:by|in|on)\s+(.+)$", r"\1 runs on \2"),
        (r"\s+(?:is|should\s+be)\s+allowed\s+to\s+", " may "),
        (rf"\s+{_NO_EXPIRY}$", " lifetime unlimited"),
        (
            rf"^(?:create|define|make|new|add)\s+(?:an?\s+|the\s+)?({_KIND})\s+(?:called\s+|named\s+)?",
            r"add \1 ",
        ),
        (
            rf"^add\s+({_KIND})\s+(.+?)\s+(?:of\s+)?kind\s+(\S+)\s+in\s+(?:zone\s+)?(\S+)$",
            r"\1 \2 (\3 in \4)",
        ),
        (rf"^add\s+({_KIND})\s+(.+?)\s+in\s+(?:zone\s+)?(\S+)$", r"\1 \2 (in \3)"),
        (r"^outsiders?\s+(?:can\s+|may\s+)?writes?\s+(?:(?:in|into|to)\s+)?(.+)$", r"\1 is untrusted"),
        (r"^((.+?)\s*>.+?)\s+on\s+behalf\s+of\s+(.+)$", r"\1; \2 on behalf of \3"),
        (rf"^(.+?)\s+(?:opens|grants|allows)\s+{_ACTION}\s+(?:on|to|in)\s+(.+)$", r"\1 > \3: \2"),
        (rf"\s+is\s+an?\s+{_KIND}\s+in\s+(?:zone\s+)?", " in "),
        (r">[^>]+(>[^>(]+\()mcp[- ]server\b", r"\1service"),
        (r"(?:\ban?\s+)?\bmcp[- ]server\b", "service"),
        (r"\s+is\s+(?:located\s+|placed\s+)?in\s+(?:the\s+)?", " in "),
        (rf"(?<!\S)(?:the\s+)?{_KIND}\s+(?=\S)", ""),
        (
            rf"^(.+?)\s+(?:calls|invokes|uses|delegates(?:\s+to)?)\s+(.+?)\s*:\s*only\s+{_ACTION}\s+(\S+)$",
            r"\1 delegates \2 only \4:\3",
        ),
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
        (rf"(\s+only)\s+{_ACTION}\s+([\w.-]+)", r"\1 \3:\2"),
        (r"\s+(?:calls|invokes)\s+", " delegates "),
        (r"\s+(?:starts|wakes)\s+", " triggers "),
        (r"\s+(?:lives|lies|sits)\s+in\s+", " in "),
        (r"([(,]\s*|\s+)(?:is\s+owned|owned|owner)\s+(?:by|is|of|to)\s+", r"\1owner "),
        (r"\s+stores\s+", " holds "),
        (r"^(.+?)\s+(?:must\s+)?approves?\s+(.+>.+)$", r"ask human-approval by \1 on \2, planned"),
        (r"^(ask\s.+?)\s+(planned|enforced|advisory)$", r"\1, \2"),
        (r"^(?=\S+\s+on\s)", "ask "),
        (r"^ask\s(?:.*?\s)?by\s+(.+?)(?:\s+(?:on|between)\s.*|\s*,.*)?$", r"\1 is person; \g<0>"),
    )
)
"""Other words for what a sentence says, and the words of the quick line."""
_KIND_SAID: Final = re.compile(rf"^(.+?)\s+(?:is\s+(?:an?\s+|the\s+)?|\(\s*)({_KIND})\s*\)?$", re.IGNORECASE)
_CALLED: Final = re.compile(
    rf"^(?:calls|invokes|uses)\s+(\S+?)\s*:\s*only\s+{_ACTION}\s+(\S+)$", re.IGNORECASE
)
"""A call without who makes it."""
_ACTS: Final = re.compile(r"^(.+?)\s+acts?\s+(on\s+behalf\s+of|as)\s+(.+)$", re.IGNORECASE)
_SERVER: Final = re.compile(r'^add\s+mcp-server\s+"?([^"]+?)"?\s+for\s+([^,]+)$', re.IGNORECASE)
_USED: Final = re.compile(rf"^(.+?)\s+uses\s+(.+?)\s+to\s+{_ACTION}\s+(\S+)$", re.IGNORECASE)
_NEEDS: Final = re.compile(
    r"^(.+?)\s+(?:needs?|requires?|is|must\s+be)\s+(?:an?\s+)?(?:(?:human|manual)[-\s])?(?:approval|approved)"
    r"\s+(?:by|from|of)\s+(.+?)(?:\s+(?:to|before\s+it|when\s+it)\s+(.+))?$",
    re.IGNORECASE,
)
"""What needs whose approval, to do what."""
_APPROVES: Final = re.compile(
    r"^(.+?)\s+(?:must\s+)?approves?\s+(?:(?:each|every|all|any)\s+)?(.+)$", re.IGNORECASE
)
_USE: Final = re.compile(
    r"^(?:(?P<agent>.+?)(?:'s)?\s+)?(?P<action>read|writ|execut|issu|admin)(?:s|es|e|ing)?\s+"
    r"(?:(?:to|on|in|of|from)\s+)?(?P<system>.+?)(?:\s+by\s+(?P<by>.+))?$",
    re.IGNORECASE,
)
"""What an approval is about: each write of whom to which system."""
_DAYS: Final = {"week": 7, "month": 30, "year": 365}
_DURATION: Final = re.compile(
    r"\b(\d{1,7})[\s-]*(second|sec|minute|min|hour|hr|day|week|month|year)s?\b", re.IGNORECASE
)
_MOST_PROBLEMS: Final = 8
_LEAST_ALIKE: Final = 0.55
"""A sentence of the help that is less like a text has nothing to do with it."""


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
    """
    changes, previews, after = list[Change](), list[str](), snapshot
    problems, doubts = list[Unclear](), list[Unclear]()
    for number, text in enumerate(texts, 1):
        read = parse(text, after)
        if read.problem is not None or read.warnings:
            better = corrections(text, after)
            (doubts if read.problem is None else problems).append(_unclear(number, read, better, after))
            read = better[0] if better and read.problem is not None else read
        if read.edit is not None:
            previews += read.preview
            changes += read.edit.changes
            after = apply_edit(after, read.edit)
    edit = Edit(label_of(" · ".join(texts)), tuple(changes))
    return Sentences(edit, tuple(previews), tuple(problems), tuple(doubts))


def _unclear(number: int, read: Sentence, better: Sequence[Sentence], model: Snapshot) -> Unclear:
    said = [each.shown.lstrip("✖ ") for each in _mended(read, model) if each.problem is not None]
    why = "; ".join(said or read.warnings)
    like = None if better else _similar_example(read.text)
    write = tuple(each.text for each in better)
    return Unclear(number, one_line(masked(read.text), 160), one_line(why, 300), write, like)


def _mended(read: Sentence, snapshot: Snapshot) -> Iterator[Sentence]:
    """A reading, and those after it with the known word that is most like the one where the problem was."""
    yield read
    for _ in range(_MOST_PROBLEMS):
        place = read.problem
        close = None if place is None else close_word(TABLES, read.text[place.start : place.end])
        if place is None or close is None or close == read.text[place.start : place.end]:
            return
        read = parse(_replaced(read.text, place.start, place.end, close), snapshot)
        if read.problem is not None and read.problem.start <= place.start:
            return  # that word was not meant
        yield read


def corrections(text: str, snapshot: Snapshot) -> tuple[Sentence, ...]:
    """What a sentence was perhaps meant to say: readings without a problem and without a doubt.

    Returns:
        At most two, the likelier first; empty where none is found.
    """
    found: dict[str, Sentence] = {}
    known, lifetimes = _with_known_names(text, snapshot), with_units(text)
    _add_first(found, _of_the_model(text, snapshot), snapshot, _MOST)
    for candidates in (
        (known,),
        (lifetimes,),
        _at_the_problem(text, snapshot),
        _reworded(lifetimes),
        (done for each in (lifetimes, *_reworded(lifetimes)) for done in _repaired(each, snapshot)),
    ):
        _add_first(found, candidates, snapshot, 1)
    for each in dict.fromkeys((text, known)):
        _add_first(found, _by_names(each, snapshot, shorten=not found), snapshot, _MOST)
    return tuple(found.values())


def _add_first(found: dict[str, Sentence], candidates: Iterable[str], snapshot: Snapshot, most: int) -> None:
    """Add candidates that are read without a problem and without a doubt, until there are so many."""
    for candidate in dict.fromkeys(candidates):
        if len(found) >= most:
            return
        read = parse(candidate, snapshot)
        if read.problem is None and not read.warnings and read.preview:
            found[candidate] = read


def _similar_example(text: str) -> str | None:
    """The sentence of the help that is most like a text, if one is."""
    known = [each for each, _ in SENTENCES]
    return next(iter(difflib.get_close_matches(text[:200], known, n=1, cutoff=_LEAST_ALIKE)), None)


def _of_the_model(text: str, snapshot: Snapshot) -> Iterator[str]:
    """What only the model tells: the steps that are approved, the state of a checkpoint, a server's kind."""
    yield from _of_agents(text, snapshot)
    read = parse(text, snapshot)
    if said := _APPROVES.match(_NEEDS.sub(r"\2 approves \1 \3", text).strip()):
        asked = [] if Draft(snapshot).lookup("agent", said[1].strip('"')) else [f"{said[1]} is person"]
        asked += [
            f"ask human-approval by {said[1]} on {step}, planned" for step in _steps_meant(said[2], snapshot)
        ]
        ask = "; ".join(asked)
        if "ask " in ask:
            yield ask if parse(ask, snapshot).problem is None else f"{said[2]}; {ask}"
    elif read.problem is None and text.lower().startswith("ask "):
        yield from (f"{text}, enforced", f"{text}, planned")
    elif read.problem is None and read.warnings:
        yield from _as_service(text, snapshot)
        yield re.sub(r"(>[^>:]+):[^>]*$", r"\1", text)  # what a known credential opens stays as it is


def _of_agents(text: str, snapshot: Snapshot) -> Iterator[str]:
    """What only the agents of the model tell: who calls, and what those who act for somebody hold."""
    if said := _KIND_SAID.match(text):
        yield f"add {said[2].lower()} {said[1]}"
    if said := _CALLED.match(text):
        for caller in snapshot.agent:
            if caller != said[1]:
                yield f"{caller} delegates {said[1]} only {said[3]}:{said[2].lower()}"
    if (said := _USED.match(text)) and Draft(snapshot).lookup("agent", said[2]):
        yield f"{said[1]} delegates {said[2]} only {said[4]}:{said[3].lower()}"
    if said := _ACTS.match(text):
        agent = Draft(snapshot).lookup("agent", said[1])
        yield "; ".join(f"{key} {said[2]} {said[3]}" for holder, key in snapshot.hold if holder == agent)
    if said := _SERVER.match(text):
        if said[1].lower() != said[2].lower():
            yield f"{said[2]} delegates {said[1]}"
        yield f"add mcp-server {said[1]}-server for {said[2]}"


def _steps_meant(what: str, snapshot: Snapshot) -> Iterator[str]:
    """The steps that words such as ``each write to mail``, ``bot > mail: write`` and ``bot`` are about."""
    ends, _, actions = what.partition(":")
    names = [each.strip() for each in ends.split(">")]
    draft, said = Draft(snapshot), f": {actions.strip()}" if actions else ""
    agent, system = draft.lookup("agent", names[0]), draft.lookup("system", names[-1])
    use = _USE.match(what) if len(names) == 1 else None
    if use:
        user = use["agent"] or use["by"]
        agent = draft.lookup("agent", user or "")
        system = draft.lookup("system", use["system"])
        said = ": " + next(each for each in ACTIONS if each.startswith(use["action"].lower()))
        if system is None or (user and agent is None):
            return
    elif agent is None or len(names) > 2:
        yield " > ".join(names[-2:]) + said
        return
    for each in snapshot.grant.values():
        is_held = agent is None or (agent, each.credential) in snapshot.hold
        if (
            is_held
            and each.system == (system or each.system)
            and {*re.findall(r"\w+", said)} <= {*each.actions}
        ):
            yield f"{each.credential} > {each.system}{said}"


def _as_service(text: str, snapshot: Snapshot) -> Iterator[str]:
    """A text whose subject is an MCP server that is drawn as a system and has no relation, as a service."""
    for key, each in snapshot.system.items():
        subject = re.match(rf"{re.escape(key)}(?=\s+(?:holds\s|>))", text, re.IGNORECASE)
        if subject and each.kind == "mcp-server":
            without = apply_edit(snapshot, Edit("", (Remove("system", key),)))
            if len(difference(snapshot, without)) == 1:
                zone = f" in {each.zone}" if each.zone else ""
                yield f"delete system:{key}; {key} (service{zone}){text[subject.end() :]}"


def with_units(text: str) -> str:
    """A text with its durations written as lifetimes: ``30 days`` is ``30d``, ``6 months`` is ``180d``."""

    def written(match: re.Match[str]) -> str:
        unit = match[2].lower()
        days = _DAYS.get(unit)
        return f"{int(match[1]) * days}d" if days else f"{match[1]}{unit[0]}"

    return _DURATION.sub(written, text)


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


def _repaired(text: str, snapshot: Snapshot) -> Iterator[str]:
    """The text with one problem after the other mended, each so that the next is nearest to the end."""
    left = _after_problem(text, snapshot)
    for _ in range(_MOST_PROBLEMS):
        candidates = dict.fromkeys((*_at_the_problem(text, snapshot), *_reworded(text)))
        best = min(candidates, key=lambda each: _after_problem(each, snapshot), default=text)
        if _after_problem(best, snapshot) >= left:
            return
        text, left = best, _after_problem(best, snapshot)
        yield text


def _after_problem(text: str, snapshot: Snapshot) -> int:
    """How many characters stand from the problem of a text on."""
    problem = parse(text, snapshot).problem
    return 0 if problem is None else len(text) - problem.start


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
    for each in (word for table in TABLES for word in qualifiers(table)):
        if each.startswith(words.lower()):
            yield _replaced(text, problem.start, problem.end, each)
    *_, mended = _mended(parse(text, snapshot), snapshot)
    yield mended.text
    before = text[: problem.start].rstrip()
    if before.endswith(","):  # a zone, or the next sentence
        yield f"{before[:-1]}{' in' if '(' in before else ';'} {text[problem.start :]}"
    known = [str(key) for table in ELEMENTS for key in snapshot.table(table)]
    for each in difflib.get_close_matches(words[:40].lower(), known, n=1):
        yield _replaced(text, problem.start, problem.end, each)
    for table in ELEMENTS:
        yield _replaced(text, problem.start, problem.end, f"{table}:{exact_id_of(words)}")
    if "(" in text[: problem.start]:
        yield _replaced(text, problem.start, problem.end, "other")


def _by_names(text: str, snapshot: Snapshot, *, shorten: bool) -> Iterator[str]:
    """The text without the rest of a doubtful name, and with the name in quotes or its kind before it."""
    draft, is_read = read_names(text, snapshot), parse(text, snapshot).problem is None
    for name in draft.added:
        found = doubt(name, text, draft)
        others = {table for table, _ in Draft(snapshot).find(name, ELEMENTS)}
        if is_read and found is None and not others:
            continue
        slip = found is not None and found.instead is not None
        if found is not None and not slip and shorten:
            yield _replaced(text, found.start, name.end, "").rstrip()
        if '"' not in name.text:
            yield _replaced(text, name.start, name.end, f'"{name.text}"')
        for table in () if slip else ELEMENTS:
            if not others or table in {"zone", *others}:  # never a second element of that name
                yield _replaced(text, name.start, name.end, f"{table}:{exact_id_of(name.text)}")
    if not is_read:
        return
    for tokens in sentences(text):  # a word that is read as the verb, though the name could go on over it
        for part in split(tokens, ">"):
            for cut in range(2, len(part)):
                name_read = name_of(part[:cut])
                if name_read is not None and part[0].kind == "word":
                    yield _replaced(text, name_read.start, name_read.end, f'"{name_read.text}"')


def _with_known_names(text: str, snapshot: Snapshot) -> str:
    """The text with known names in the places of new ones that are one letter away."""
    draft = read_names(text, snapshot)
    for name in sorted(draft.added, key=lambda each: -each.start):
        found = doubt(name, text, draft)
        if found is not None and found.instead is not None:
            text = _replaced(text, name.start, name.end, found.instead)
    return text


def _replaced(text: str, start: int, end: int, instead: str) -> str:
    return text[:start] + instead + text[end:]
