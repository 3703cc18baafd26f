"""The causes of an analysis as lines of a list: those that are open, those accepted, and those gone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

from meshmodel.analysis.results import Door, Finding, Summary
from meshmodel.answers.acceptances import acceptance_words, accepted_words, rule_title
from meshmodel.answers.causes import Cause, causes_of, is_accepted
from meshmodel.answers.lines import Line, Words, heading
from meshmodel.model.records import Acceptance, Agent, Snapshot, System
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.stop import check_current
from meshmodel.model.text import counted, name_list, shorten, shorten_name, width
from meshmodel.model.vocabulary import Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis


_Group = str | tuple[str, ...]
Order = Literal["severity", "door", "agents", "rule"]
"""What findings are listed by: one after the other by severity, or in groups."""
ORDERS: Final[tuple[Order, ...]] = get_args(Order)
NAMED: Final = 1
"""So many of more than two agents are named in a line of unknown width: how many is what must be seen."""


class CauseWords(NamedTuple):
    """What a row says of a cause, in parts.

    Attributes:
        severity: the highest of all that the row says, as they are counted.
        is_settled: whether nothing of it is open.
        title: that of its rule.
        subject: what people call that which it is about: of a step its two ends.
        about: the severity of the finding itself where another that is folded under it is higher; the actions
            of its step.
        agents: the names of all who come to its step.
        others: how many findings of other rules are folded under it.
        accepted: who accepted it, until when and why.
    """

    severity: Severity
    is_settled: bool
    title: str
    subject: tuple[str, ...]
    about: tuple[str, ...]
    agents: tuple[str, ...]
    others: int
    accepted: str


def cause_words(cause: Cause, doors: Mapping[str, Door], snapshot: Snapshot, *, unfolded: bool) -> CauseWords:
    """What the row of a cause says.

    Args:
        cause: that of the row.
        doors: by their subjects.
        snapshot: the model.
        unfolded: whether what other rules say has rows of its own.
    """
    finding = cause.finding
    door = doors.get(finding.subject) if finding.rule == DOOR else None
    is_alone = unfolded or not cause.also
    severity = finding.severity if is_alone else cause.severity
    return CauseWords(
        severity,
        is_accepted(finding) if is_alone else cause.is_settled,
        finding.title,
        finding.named,
        (
            *((f"(itself {finding.severity})",) if severity != finding.severity else ()),
            *((", ".join(door.actions),) if door else ()),
        ),
        tuple(snapshot.agent[each].title for each in door.agents) if door else (),
        0 if is_alone else len(cause.also),
        "" if finding.accepted is None else accepted_words(finding.accepted),
    )


def severity_sign(finding: Finding) -> str:
    """✖ where a checkpoint is missing, ≈ where it is accepted, ▲ otherwise."""
    if is_accepted(finding):
        return "≈"
    return "✖" if finding.rule == DOOR else "▲"


def words_of_none(summary: Summary, questions: int) -> list[str]:
    """What is true where nothing is found: no checkpoint is missing, and what decides on each path.

    Args:
        summary: the counts.
        questions: how many notes ask about what is not drawn.
    """
    lines = ["no findings: no checkpoint is missing"]
    if questions:
        lines[0] += " in what is drawn"
        lines.append(f"{counted(questions, 'open question')} about what is not, in the notes")
    if not summary.crossings:
        return [*lines, "no path crosses a trust boundary"]
    paths = counted(summary.crossings, "path")
    parts = ((summary.approved, "are intended uses"), (summary.controlled, "have a checkpoint"))
    return [*lines, *(f"{number:,} of {paths} {how}" for number, how in parts if number)]


def cause_lines(
    analysis: "Analysis", unfolded: frozenset[tuple[str, str]], by: Order = "severity"
) -> list[Line]:
    """The causes in their order, what is accepted below the others.

    Args:
        analysis: whose causes.
        unfolded: rule and subject of those after which what other rules say has lines of its own.
        by: how those that are open are grouped; the group with the most severe one comes first.
    """
    snapshot, doors = analysis.snapshot, {door.subject: door for door in analysis.doors}
    shared: dict[int, str] = {}

    def lines(causes: Iterable[Cause]) -> Iterator[Line]:
        for cause in causes:
            check_current()
            is_unfolded = bool(unfolded) and (cause.finding.rule, cause.finding.subject) in unfolded
            yield _line(cause, doors, snapshot, shared, unfolded=is_unfolded)
            if is_unfolded:
                yield from (_line(Cause(each), doors, snapshot, shared, below=True) for each in cause.also)

    settled = [cause for cause in causes_of(analysis) if cause.is_settled]
    groups: defaultdict[_Group, list[Cause]] = defaultdict(list)
    for cause in causes_of(analysis):
        if not cause.is_settled:
            groups[_group(cause.finding, by)].append(cause)
    found, titles = list[Line](), {} if by == "severity" else _titles(groups, by, analysis.snapshot)
    for group, causes in groups.items():
        if titles:
            found.append(heading(f"{_number(causes):,} {titles[group]}")._replace(key=("heading", group)))
        found += lines(causes)
    return [*found, heading(f"accepted: {_number(settled):,}"), *lines(settled)] if settled else found


def _number(causes: Iterable[Cause]) -> int:
    """How many findings rows stand for."""
    return sum(1 + len(each.also) for each in causes)


def _group(finding: Finding, by: Order) -> _Group:
    """What a finding is listed under: the system that its door opens, all its agents, or its rule."""
    if by == "door":
        return next((key[1] for step, key in finding.about if step == "grant"), "")
    if by == "agents":
        return finding.agents
    return finding.rule if by == "rule" else ""


def _titles(groups: Collection[_Group], by: Order, snapshot: Snapshot) -> dict[_Group, str]:
    """The titles of groups in words, no two alike: where they would be, ids and what few share come first."""
    found, alike = dict[_Group, str](), defaultdict[str, list[_Group]](list)
    for group in groups:
        alike[_title(group, by, snapshot, 2)].append(group)
    for title, same in alike.items():
        found[same[0]] = title
        shared = Counter(agent for group in same for agent in group) if by == "agents" else Counter[str]()
        for most in range(2, 2 + max(map(len, same))) if len(same) > 1 else ():
            found |= {group: _title(group, by, snapshot, most, shared) for group in same}
            if len({found[group] for group in same}) == len(same):
                break
    return found


def _title(
    group: _Group, by: Order, snapshot: Snapshot, most: int, shared: Counter[str] | None = None
) -> str:
    """The title of a group in words.

    Args:
        group: what it is listed under.
        by: what kind of group it is.
        snapshot: the model.
        most: so many agents are named.
        shared: where others have the same title, how many of these each agent is in.
    """

    def name(record: Agent | System) -> str:
        return (
            record.title if shared is None or record.title == record.id else f"{record.title} ({record.id})"
        )

    if isinstance(group, tuple):
        agents = sorted(group, key=shared.__getitem__) if shared else group
        return "of " + (name_list([name(snapshot.agent[each]) for each in agents], most) or "no agent")
    if by == "door":
        return f"on {name(snapshot.system[group])}" if group else "on no single system"
    return rule_title(group)


def lost_lines(lost: list[Acceptance]) -> list[Line]:
    """Acceptances whose findings are gone."""
    return [heading(f"accepted, but no longer found: {len(lost)}"), *map(_lost_line, lost)] if lost else []


def _line(
    cause: Cause,
    doors: Mapping[str, Door],
    snapshot: Snapshot,
    shared: dict[int, str],
    *,
    unfolded: bool = False,
    below: bool = False,
) -> Line:
    """The line of a cause, or of what another rule says of the one above.

    Args:
        cause: that of the line.
        doors: by their subjects.
        snapshot: the model.
        shared: the names of agents as one text, by the ``id`` of the agents: most doors have the same.
        unfolded: whether those others have lines of their own.
        below: whether this is one of them.
    """
    finding = cause.finding
    words_of = partial(cause_words, cause, doors, snapshot, unfolded=unfolded)
    fitted = partial(_words, finding, words_of, below=below)
    search = partial(_searched, cause, words_of, doors, shared)
    return Line((finding.rule, finding.subject), partial(fitted, 0), finding, 0, search=search, fitted=fitted)


def _words(finding: Finding, words_of: Callable[[], CauseWords], cells: int, *, below: bool) -> Words:
    """Sign, severity, how many others are folded under it, its rule and subject; then, as far as there is
    room, actions and agents of its step.

    With 0 cells, the room is unknown: all is said, but as few agents are named as ever.
    """
    words = words_of()
    is_open = finding.accepted is not None and finding.accepted.open
    parts: Words = (
        (
            f"{'  ' if below else ''}{severity_sign(finding)} {words.severity:<8} ",
            "muted" if words.is_settled else words.severity,
        ),
        (f"{f'+{words.others}' if words.others else '':<3}", "muted"),
        (f"{words.title}: ", ""),
    )
    room = cells - sum(width(text) for text, _ in parts) if cells else width(" → ".join(words.subject))
    parts += ((_subject(words.subject, room), "" if is_accepted(finding) else "bold"),)
    if words.accepted:
        return (*parts, (f"  {words.accepted}", "warning" if is_open else "muted"))
    for each in (*words.about, words.agents):
        used = sum(width(text) for text, _ in parts) + 2
        more = each if isinstance(each, str) else _named(each, cells - used if cells else 0)
        if cells and used + width(more) > cells:
            break
        parts += ((more and f"  {more}", "muted"),)
    return parts


def _named(agents: Sequence[str], room: int) -> str:
    """As many names as fit into the room, or how many there are; as few as ever in a room of 0 cells."""
    found = name_list(agents, NAMED)
    if len(agents) > 1 and width(found) > room > 0:
        return counted(len(agents), "agent")
    for number in range(NAMED + 1, len(agents)):
        longer = name_list(agents, number)
        if width(longer) > room:
            break
        found = longer
    return found


def _searched(
    cause: Cause, words_of: Callable[[], CauseWords], doors: Mapping[str, Door], shared: dict[int, str]
) -> tuple[str, str]:
    """All that the line says, the messages, the ids, and the names of all agents of a door."""
    words, door = words_of(), doors.get(cause.finding.subject)
    messages = [
        f"{each.severity} {each.rule} {each.title} {each.message}" for each in (cause.finding, *cause.also)
    ]
    subject = " → ".join(words.subject)
    text = " ".join([*messages, cause.finding.subject, subject, *words.about, words.accepted])
    if door is None or not words.agents:
        return text.casefold(), ""
    names = shared.get(id(door.agents))  # nothing else has that id while the doors are kept
    if names is None:
        names = shared[id(door.agents)] = ", ".join((*door.agents, *words.agents)).casefold()
    return text.casefold(), names


def _subject(names: tuple[str, ...], room: int) -> str:
    """What people call the ends of a step, in so many cells: the longest of the names is cut first."""
    rooms = [*map(width, names)]
    left = room - 3 * (len(names) - 1)
    while sum(rooms) > max(left, 3 * len(names)):
        rooms[rooms.index(max(rooms))] -= 1
    return " → ".join(map(shorten_name, names, rooms))


def _lost_line(record: Acceptance) -> Line:
    words = acceptance_words(record)
    parts: Words = (
        ("≈ accepted    ", "muted"),
        (f"{rule_title(record.rule)}: ", ""),
        (record.subject.replace(">", " → "), ""),
        (f"  {words}", "muted"),
    )
    searched = f"accepted {record.rule} {rule_title(record.rule)} {record.subject} {words}".casefold(), ""
    return Line(("acceptance", record.rule, record.subject), parts, record, 0, search=lambda: searched)


def headline(finding: Finding, cells: int) -> str:
    """What a finding says in at most so many cells."""
    message = finding.message
    return message if width(message) <= cells else shorten(finding.headline, cells)
