"""What a scan tells in at most 19 lines: agents, what they reach as whom, the worst way, what to ask.

See ``docs/scan.md#the-lines``.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Any, Final, NamedTuple

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.analysis.results import AgentReach, Door, Explanation
from meshmodel.edits.edit import Change, Edit, Put, Remove, apply_edit
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Agent, Note, System
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.stop import Stop
from meshmodel.model.text import counted, first_few, one_line, pad, shorten, width
from meshmodel.model.vocabulary import SEVERITIES, Action, Severity

COLUMNS: Final = 100
LINES: Final = 19
AGENT_LINES: Final = 6
_NAMES: Final = 34
"""The most columns of their names."""
_TRIED: Final = 40
"""The most questions whose answers are tried, those nearest to the worst way first."""
_WORST: Final = 40
"""The most doors among which the worst way is looked for."""
_ASKED: Final = 3
_WEIGHED: Final[tuple[Severity, ...]] = ("critical", "high", "medium")
"""The severities by whose numbers of missing checkpoints an answer is weighed, in this order."""
_CHANGES: Final[frozenset[Action]] = frozenset({"write", "admin", "issue"})
_PROMPTS: Final = re.compile(
    r"\"?What does (.+) ask before it uses a tool of a server, and who can change that\?\"?"
)
"""What an import asks of a client whose prompts no file says."""
_UNSAID: Final = "what it asks is not in these files"
_RANK: Final = {severity: number for number, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class ScanScope:
    """What was looked at, whatever it says.

    Attributes:
        name: of the folder.
        also: what was looked at besides it, in words.
        files: how many files there are.
        read: the files that were read, with the titles of their forms.
        unread: those that could not be read, and why.
        examples: how many were left out as tests, examples and documentation.
        unopened: files that hold secrets, which nobody opened.
        late: how many were left out for want of time.
        is_whole: whether all that was recognised was read.
        switched_off: how many servers are switched off, of which nothing is drawn.
        model: the file that keeps the model, as it is typed.
        is_kept: whether it has been kept.
    """

    name: str
    also: str
    files: int
    read: Sequence[tuple[str, str]]
    unread: Sequence[tuple[str, str]]
    examples: int
    unopened: Sequence[str]
    late: int
    is_whole: bool
    switched_off: int
    model: str
    is_kept: bool


class Group(NamedTuple):
    """Agents that reach the same, as the same, and are asked alike.

    Attributes:
        agents: their ids.
        titles: what they are called, but for those that another one sets to work.
        reads, changes, runs: titles of systems; ``⚑`` follows one in which outsiders write.
        identities: as whom.
        asks: whether somebody is asked: ``asks``, ``asks for some of it``, ``does not ask``, or that no file
            says it.
    """

    agents: tuple[str, ...]
    titles: tuple[str, ...]
    reads: tuple[str, ...]
    changes: tuple[str, ...]
    runs: tuple[str, ...]
    identities: tuple[str, ...]
    asks: str


class Worst(NamedTuple):
    """The worst way, and who else has one like it.

    Attributes:
        door: the missing checkpoint at its end.
        explanation: the way.
        others: further agents with that door.
        asked: why nobody is asked on it, in words.
        is_heard: whether outsiders' words come to where it begins.
    """

    door: Door
    explanation: Explanation
    others: tuple[str, ...]
    asked: str
    is_heard: bool


class Asked(NamedTuple):
    """A question, and what its answer changes.

    Attributes:
        about: the element.
        text: the question, with what it is about.
        answer: the answer that changes most; empty where none was tried.
        effect: what it changes, in words.
    """

    about: str
    text: str
    answer: str
    effect: str


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """All that a scan tells."""

    scope: ScanScope
    groups: tuple[Group, ...]
    worst: Worst | None
    why: str
    questions: tuple[Asked, ...]
    snapshot: Snapshot


def answer_scan(scope: ScanScope, snapshot: Snapshot, stop: Stop) -> ScanAnswer:
    """Work out what a scan tells of a model.

    Args:
        scope: what was looked at.
        snapshot: the model that was made of it.
        stop: when answers to questions are no longer tried; all else is told in full.
    """
    analysis = analyse(snapshot)
    worst = _worst(analysis)
    return ScanAnswer(
        scope,
        tuple(_groups(analysis)),
        worst,
        _why(worst, analysis),
        tuple(_questions(analysis, worst, stop)),
        snapshot,
    )


# Agents ---------------------------------------------------------------------------------------------------


def _groups(analysis: Analysis) -> list[Group]:
    """The agents that decide by themselves, those alike together; where none reaches any, all but people."""
    agents, found = analysis.snapshot.agent, dict[Group, list[str]]()
    rows = [each for each in analysis.reach() if not agents[each.agent].is_person]
    steerable = [each for each in rows if agents[each.agent].is_steerable]
    for row in steerable if any(each.reach for each in steerable) else rows:
        found.setdefault(_group(analysis, row), []).append(row.agent)
    helpers = _helpers(analysis.snapshot)
    made = []
    for group, names in found.items():
        names.sort(key=lambda each: each in helpers)
        titles = tuple(agents[each].title for each in names if each not in helpers)
        made.append(group._replace(agents=tuple(names), titles=titles or (agents[names[0]].title,)))
    order = {"does not ask": 0, _UNSAID: 1, "asks for some of it": 2, "asks": 3}
    return sorted(made, key=lambda each: (order.get(each.asks, 4), -_size(each), each.titles))


def _helpers(snapshot: Snapshot) -> set[str]:
    """The agents that another one that decides by itself sets to work."""
    agents = snapshot.agent
    return {to for from_, to in snapshot.delegation if agents[from_].is_steerable}


def _size(group: Group) -> int:
    return len(group.reads) + len(group.changes) + len(group.runs)


def _group(analysis: Analysis, row: AgentReach) -> Group:
    snapshot, heard = analysis.snapshot, {each.system for each in analysis.heard if each.first_hand}
    reads, changes, runs = list[str](), list[str](), list[str]()
    acts = asked = 0
    for reach in row.reach:
        title = snapshot.system[reach.system].title + (" ⚑" if reach.system in heard else "")
        done = [each for each in reach.actions if each != "read"]
        acts += len(done)
        asked += sum(each not in reach.unchecked for each in done)
        if _CHANGES & set(reach.actions):
            changes.append(title)
        elif "execute" in reach.actions:
            runs.append(title)
        elif "read" in reach.actions:
            reads.append(title)
    asks = "" if not acts else "asks" if asked == acts else "asks for some of it" if asked else "does not ask"
    if asks == "does not ask" and row.agent in _unsaid(snapshot):
        asks = _UNSAID
    return Group((), (), tuple(reads), tuple(changes), tuple(runs), row.identities, asks)


def _unsaid(snapshot: Snapshot) -> set[str]:
    """The clients of which it is asked what they ask, since no file that was read says it."""
    agents, found = snapshot.agent, set[str]()
    for note in snapshot.note.values():
        known, asked = _PROMPTS.fullmatch(note.text), agents.get((note.about or "").removeprefix("agent:"))
        if note.state != "open" or known is None or asked is None:
            continue
        for each in agents.values():
            if each.home == asked.home and f"{each.title} in ".startswith(f"{known[1]} in "):
                found.add(each.id)
    return found


# The worst way --------------------------------------------------------------------------------------------


def _worst(analysis: Analysis) -> Worst | None:
    """The worst way: of the highest severity, outsiders' words first, what changes something, more agents.

    Where the highest is low there is none to tell: mostly an agent that calls its own model.
    """
    doors = [each for each in analysis.doors if each.severity in _WEIGHED]
    doors.sort(key=lambda each: (-_RANK[each.severity], -len(each.agents), each.subject))
    heard, agents = {each.system for each in analysis.heard}, analysis.snapshot.agent
    helpers = _helpers(analysis.snapshot)

    def rank(agent: str) -> tuple[bool, bool]:
        return not agents[agent].is_steerable, agent in helpers

    found: list[tuple[tuple[object, ...], Door, Explanation]] = []
    for door in [each for each in doors if each.severity == doors[0].severity][:_WORST]:
        for agent in sorted(door.agents, key=rank)[:_ASKED]:
            way = analysis.explain(agent, door.system, _worst_action(door))
            if way is None or not way.steps or way.state != "uncontrolled":
                continue
            order = (
                -_RANK[way.severity or "low"],
                way.source not in heard,
                way.action not in _CHANGES,
                rank(agent),
                -len(door.agents),
                len(way.steps),
                door.subject,
                agent,
            )
            found.append((order, door, way))
    if not found:
        return None
    nearest = sorted(found, key=lambda each: each[0])[:_ASKED]
    ways = [(door, _from_first_hand(analysis, way)) for _, door, way in nearest]
    first_hand = {each.system for each in analysis.heard if each.first_hand}
    door, way = min(ways, key=lambda each: each[1].source in heard and each[1].source not in first_hand)
    others = tuple(sorted((each for each in door.agents if each != way.agent), key=rank))
    return Worst(door, way, others, _why_unasked(analysis.snapshot, way), way.source in heard)


def _from_first_hand(analysis: Analysis, way: Explanation) -> Explanation:
    """The same from where outsiders write themselves, if it is as bad: carried words are hard to see."""
    first_hand = [each.system for each in analysis.heard if each.first_hand]
    if way.source in first_hand or way.source not in {each.system for each in analysis.heard}:
        return way
    for source in first_hand[:_WORST]:
        other = analysis.explain(way.agent, way.system, way.action, source)
        if other is not None and other.steps and (other.state, other.severity) == (way.state, way.severity):
            return other
    return way


def _worst_action(door: Door) -> Action:
    """The action that is told: what changes something, if anything does."""
    return next((each for each in ("write", "execute", "issue", "admin") if each in door.actions), "read")


def _why_unasked(snapshot: Snapshot, way: Explanation) -> str:
    """Why nobody is asked on a way: there is no checkpoint, or one that does not count, and why."""
    ends = {(each.step, each.from_.partition(":")[2], each.to.partition(":")[2]) for each in way.steps}
    on_it = [each for each in snapshot.checkpoint.values() if (each.step, each.from_, each.to) in ends]
    who = snapshot.agent[way.agent].title
    for each in on_it:
        if each.freshness == "per-action" and each.state == "enforced" and each.decided_at is not None:
            where = snapshot.system[each.decided_at].title
            return f"somebody is asked, but {who} may change that itself, in {where}"
    if any(each.freshness != "per-action" for each in on_it):
        return "somebody is asked once, and not again"
    if way.agent in _unsaid(snapshot):
        return "whether somebody is asked is not in these files"
    if ("delegation", way.agent) in {(each.step, each.to) for each in snapshot.checkpoint.values()}:
        return "somebody is asked before it is set to work, and not about what it then does"
    return "nobody is asked"


def _why(worst: Worst | None, analysis: Analysis) -> str:
    if worst is None:
        if analysis.doors:
            return "In what is drawn an agent crosses unasked only where little is at stake."
        if not analysis.summary.crossings:
            return "In what is drawn nothing is read in one place and used in another."
        return "In what is drawn somebody is asked, or it is intended, wherever an agent acts across systems."
    if worst.is_heard:
        if worst.explanation.source in {each.system for each in analysis.heard if each.first_hand}:
            return "So whoever can write there acts with these rights, and no login of theirs is needed."
        return "So whoever wrote what is carried there acts with these rights, without a login of theirs."
    if worst.explanation.action == "read":
        return "Each login is valid by itself; together they show one place what lies in another."
    return "Each login is valid by itself; together they carry one place into another, and nobody decides it."


# Questions ------------------------------------------------------------------------------------------------


def _questions(analysis: Analysis, worst: Worst | None, stop: Stop) -> Iterator[Asked]:
    """The questions whose answers change most, each about another element."""
    before, tried = _missing(analysis), list[tuple[tuple[int, ...], Asked]]()
    texts = set[str]()
    for note in _nearest_first(analysis.snapshot, worst)[:_TRIED]:
        if note.text in texts:  # of the same program, started by another client
            continue
        texts.add(note.text)
        text = _with_subject(analysis.snapshot, note)
        best, asked = (0,) * len(_WEIGHED), Asked(note.about or "", text, "", "")
        for answer, changes in () if stop() else _answers(analysis.snapshot, note):
            try:
                after = _missing(analyse(apply_edit(analysis.snapshot, Edit("what if", changes))))
            except InvalidModelError:
                continue
            weight = tuple(abs(before[each] - after[each]) for each in _WEIGHED)
            if weight > best:
                best, asked = weight, Asked(note.about or "", text, answer, _effect(before, after))
        tried.append((best, asked))
    said = set[str]()
    for _, asked in sorted(tried, key=lambda each: tuple(-number for number in each[0])):
        if said.isdisjoint((asked.about, asked.text)) and len(said) < 2 * _ASKED:
            said |= {asked.about, asked.text}
            yield asked


def _missing(analysis: Analysis) -> Counter[Severity]:
    return Counter(each.severity for each in analysis.doors)


def _nearest_first(snapshot: Snapshot, worst: Worst | None) -> list[Note]:
    """The open questions and assumptions, those about what the worst way passes first."""
    passed = set[str]()
    if worst is not None:
        passed = {each for step in worst.explanation.steps for each in (step.from_, step.to)}
        passed |= {f"system:{worst.explanation.source}", f"agent:{worst.explanation.agent}"}
    notes = [
        each
        for each in snapshot.note.values()
        if each.state == "open" and each.kind in {"question", "assumption"} and each.about
    ]
    return sorted(notes, key=lambda each: (each.about not in passed, each.about or "", each.id))


def _with_subject(snapshot: Snapshot, note: Note) -> str:
    """The text of a note, after what it is about where it does not name that."""
    table, _, name = (note.about or "").partition(":")
    title = getattr(snapshot.get(table, name), "title", "")
    return note.text if not title or title in note.text else f"{title}: {note.text}"


def _answers(snapshot: Snapshot, note: Note) -> Iterator[tuple[str, tuple[Change, ...]]]:
    """What an answer to a question would change in the model: an answer in words, and the changes."""
    table, _, name = (note.about or "").partition(":")
    record = snapshot.get(table, name)
    if isinstance(record, System):
        if record.sensitivity is None:
            yield "if it holds secrets", (Put(replace(record, sensitivity="restricted")),)
            yield "if all of it is public", (Put(replace(record, sensitivity="public")),)
        if record.untrusted_input:
            changes = (Put(replace(record, untrusted_input=False)),)
            yield "if only your own people write there", changes
    otherwise = "if not" if note.kind == "assumption" else "without it"
    if table == "credential":
        grants = tuple(Remove("grant", key) for key in snapshot.grant if key[0] == name)
        if grants:
            yield otherwise, grants
    if isinstance(record, Agent) and not record.is_steerable:
        yield otherwise, (Remove("agent", name),)


def _effect(before: Mapping[Severity, int], after: Mapping[Severity, int]) -> str:
    """What changes, worst first: ``3 critical become high``, ``2 high go``, ``1 critical more``."""
    change = {each: after.get(each, 0) - before.get(each, 0) for each in reversed(SEVERITIES)}
    change = {each: number for each, number in change.items() if number}
    match list(change.items()):
        case [(one, few), (other, many)] if few == -many:
            worse = few > 0
            became, was, number = (one, other, few) if worse else (other, one, many)
            return f"{number} {was} become{'s' if number == 1 else ''} {became}"
        case changed:
            parts = [
                f"{number} {each} more"
                if number > 0
                else f"{-number} {each} go{'es' if number == -1 else ''}"
                for each, number in changed
            ]
            return ", ".join(parts[:2])


# Lines ----------------------------------------------------------------------------------------------------


def scan_lines(found: ScanAnswer, columns: int = COLUMNS) -> list[str]:
    """The answer as 19 lines at most, of so many columns."""
    scope = found.scope
    lines = [
        *_head(scope),
        *_agent_lines(found, columns),
        *_way_lines(found),
        found.why if found.groups else "",
    ]
    lines = [each for each in lines if each]
    lines += _shown_questions(found.questions, LINES - len(lines) - 1, columns)
    shows = f"meshmodel open {scope.model} shows the way"
    lines.append(f"-o {scope.model} keeps this model; then {shows}" if not scope.is_kept else shows)
    return [shorten(one_line(each, 1_000), columns) for each in lines]


def _head(scope: ScanScope) -> Iterator[str]:
    parts = [
        *([counted(scope.files, "file")] if scope.files else []),
        f"{counted(len(scope.read), 'configuration')} read",
        f"{len(scope.unread)} not read",
    ]
    if scope.late:
        parts.append(f"{scope.late} beyond the limits")
    elif not scope.is_whole and not scope.unread:
        parts.append("not all was looked at")
    if scope.switched_off:
        parts.append(f"{counted(scope.switched_off, 'server')} switched off")
    if scope.examples:
        parts.append(f"{scope.examples} of tests and examples left out")
    yield f"{scope.name}{scope.also}: {', '.join(parts)}"


def _agent_lines(found: ScanAnswer, columns: int) -> Iterator[str]:
    if not found.groups:
        yield "Nothing in it tells of agents."
        return
    shown = found.groups if len(found.groups) <= AGENT_LINES else found.groups[: AGENT_LINES - 1]
    names = [_names_of(each) for each in shown]
    wide = min(_NAMES, max(map(width, names)))
    each_has = 2 if 2 * len(shown) <= AGENT_LINES else 1
    for name, group in zip(names, shown, strict=True):
        lines = _reach_lines(group, columns - wide - 2, each_has, found.snapshot)
        yield f"{pad(name, wide)}  {lines[0]}"
        yield from (f"{' ' * wide}  {each}" for each in lines[1:])
    left = sum(len(each.agents) for each in found.groups[len(shown) :])
    if left:
        yield f"… and {left} more"


def _names_of(group: Group) -> str:
    """As many of their names as there is room for, and how many more there are."""
    for most in (3, 2, 1):
        named = group.titles[:most]  # those that another one sets to work have none here
        left = len(group.agents) - len(named)
        names = ", ".join(named) + (f" and {left} more" if left else "")
        if width(names) <= _NAMES:
            return names
    return shorten(group.titles[0], _NAMES - len(f" and {left} more")) + (f" and {left} more" if left else "")


def _reach_lines(group: Group, room: int, most: int, snapshot: Snapshot) -> list[str]:
    """What a group reaches and as whom, as much as so many lines hold; first whether somebody is asked."""
    if not _size(group):
        return ["reaches nothing in what is drawn"]
    asks = f"{group.asks}: " if group.asks else ""
    parts = {"runs": group.runs, "changes": group.changes, "reads": group.reads}
    whom = _as_whom(group, snapshot)
    lines = list[str]()
    for number, tail in ((6, whom), (4, whom), (3, whom), (2, whom), (1, whom), (1, "")):
        reached = [f"{verb} {first_few(some, number)}" for verb, some in parts.items() if some]
        lines = wrap(asks + ", ".join(reached) + tail, room)
        if len(lines) <= most:
            return lines
    return [*lines[: most - 1], shorten(" ".join(lines[most - 1 :]), room)]


def _as_whom(group: Group, snapshot: Snapshot) -> str:
    """As whom: the rights of the person at the machine are said to be yours."""
    yours = {each.principal for each in snapshot.credential.values() if each.subject == "human"}
    others = [each for each in group.identities if each not in yours]
    names = ["you"] * (len(others) < len(group.identities))
    names += [_identity(snapshot, each) for each in others]
    return f", as {first_few(names, 1)}" if names else ""


def _identity(snapshot: Snapshot, principal: str) -> str:
    """An identity as a reader knows it: one that is only the id of its credential by the name of that."""
    credential = snapshot.credential.get(principal)
    return principal if credential is None or credential.identity else credential.title


def _way_lines(found: ScanAnswer) -> Iterator[str]:
    worst, snapshot = found.worst, found.snapshot
    if worst is None:
        return
    way = worst.explanation
    yield f"Worst way: {snapshot.agent[way.agent].title}"
    yield f"  {_begin(snapshot, worst)},"
    target = snapshot.system[way.system].title
    whom = _whom(snapshot, way)
    between = _between(snapshot, way)
    yield f"  then {_DEEDS[way.action or 'read']} {target}{whom}{between};"
    yield f"  {worst.asked}."
    if worst.others:
        agents = sorted(
            (snapshot.agent[each] for each in worst.others), key=lambda each: not each.is_steerable
        )
        titles = list(dict.fromkeys(each.title for each in agents))
        yield f"The same holds for {first_few(titles, 3)}."


def _whom(snapshot: Snapshot, way: Explanation) -> str:
    """The identity with which a way ends."""
    used = [each.from_.partition(":")[2] for each in way.steps if each.step == "grant"]
    if not used:
        return ""
    credential = snapshot.credential[used[-1]]
    return " as you" if credential.subject == "human" else f" as {_identity(snapshot, credential.principal)}"


_DEEDS: Final[Mapping[str, str]] = {
    "read": "reads",
    "write": "writes into",
    "execute": "runs things in",
    "issue": "is given keys by",
    "admin": "controls",
}


def _begin(snapshot: Snapshot, worst: Worst) -> str:
    way = worst.explanation
    if way.source is None:
        home = snapshot.agent[way.agent].home
        return f"works in {snapshot.zone[home].title}" if home else "works in a place that is not known"
    system = snapshot.system[way.source]
    if worst.is_heard and system.untrusted_input:
        return f"reads {system.title} ⚑: what outsiders write there can instruct it"
    if worst.is_heard:
        return f"reads {system.title}: what outsiders wrote is carried there and can instruct it"
    return f"reads {system.title}" + (f" ({system.sensitivity})" if system.sensitivity else "")


def _between(snapshot: Snapshot, way: Explanation) -> str:
    """The agents and stores by which it gets there."""
    passed = [
        each.to.partition(":") for each in way.steps if each.step in {"delegation", "custody", "trigger"}
    ]
    names = [
        str(snapshot.table(table)[name].title)
        for table, _, name in passed
        if table in {"agent", "system"} and name not in {way.agent, way.system}
    ]
    return f", by way of {first_few(list(dict.fromkeys(names)), 2)}" if names else ""


def _shown_questions(questions: Sequence[Asked], most: int, columns: int) -> Iterator[str]:
    """The questions in so many lines, after one that says what they are; each whole if lines are left."""
    if not questions:
        return
    yield "What to find out first:"
    spare = max(most - 1 - len(questions), 0)
    for number, each in enumerate(questions, 1):
        told = _question_lines(number, each, 1 + spare, columns)
        spare -= len(told) - 1
        yield from told


def _question_lines(number: int, asked: Asked, most: int, columns: int) -> list[str]:
    """A question with what its answer changes, in so many lines; else its first sentence, cut at the end."""
    effect = f"  {asked.answer}: {asked.effect}" if asked.effect else ""
    room = max(columns - 3 - width(effect), 20)
    first, full_stop, _ = asked.text.partition(". ")
    text = asked.text if width(asked.text) <= room else first + full_stop.strip()
    lines = wrap(text, room) or [""]
    if len(lines) > most:
        lines = [*lines[: most - 1], shorten(" ".join(lines[most - 1 :]), room)]
    lines[-1] += effect
    return [f"{number}  {lines[0]}", *(f"   {each}" for each in lines[1:])]


# JSON -----------------------------------------------------------------------------------------------------


def scan_json(found: ScanAnswer) -> dict[str, Any]:
    """The machine-readable answer (``docs/json.md``)."""
    scope, worst = found.scope, found.worst
    return {
        "format": "meshmodel-scan/1",
        "folder": scope.name + scope.also,
        "complete": scope.is_whole,
        "files": scope.files,
        "read": [{"file": file, "form": form} for file, form in scope.read],
        "not_read": [{"file": file, "why": why} for file, why in scope.unread],
        "examples": scope.examples,
        "switched_off": scope.switched_off,
        "not_opened": list(scope.unopened),
        "late": scope.late,
        "agents": [
            {
                "agents": list(each.agents),
                "reads": list(each.reads),
                "changes": list(each.changes),
                "runs": list(each.runs),
                "identities": list(each.identities),
                "asks": each.asks,
            }
            for each in found.groups
        ],
        "worst": None
        if worst is None
        else {
            "agent": worst.explanation.agent,
            "source": worst.explanation.source,
            "system": worst.explanation.system,
            "action": worst.explanation.action,
            "severity": worst.explanation.severity,
            "credential": worst.door.credential,
            "others": list(worst.others),
            "sentences": list(worst.explanation.sentences),
            "asked": worst.asked,
        },
        "why": found.why,
        "questions": [each._asdict() for each in found.questions],
        "lines": scan_lines(found),
    }
