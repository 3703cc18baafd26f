"""What a scan tells in at most 19 lines: agents, their identities, the worst path, what to ask.

See ``docs/scan.md#the-lines``.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from textwrap import wrap
from typing import Any, Final, NamedTuple

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.analysis.results import AgentReach, Door, Explanation
from meshmodel.answers.blocks import fields_json
from meshmodel.edits.edit import Change, Edit, Put, Remove, apply_edit
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import (
    Agent,
    Checkpoint,
    Delegation,
    Note,
    Reference,
    Snapshot,
    System,
)
from meshmodel.model.stop import Stop
from meshmodel.model.text import counted, first_few, one_line, pad, shorten, width
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, STEERABLE_KINDS, Action, Severity

COLUMNS: Final = 100
LINES: Final = 19
AGENT_LINES: Final = 6
_NAMES: Final = 34
"""The most columns of their names."""
_TRIED: Final = 40
"""The most questions whose answers are tried, those nearest to the worst path first."""
_EXPLAINED: Final = 12
"""The most ends of one harm among which the worst path is looked for."""
_ALONE: Final = 20
"""The most agents of which it is worked out what they reach without the others."""
_ASKED: Final = 3
_WEIGHED: Final[tuple[Severity, ...]] = ("critical", "high", "medium")
"""The severities by whose numbers of missing checkpoints an answer is weighed, in this order."""
_POWER: Final[tuple[Action, ...]] = ("write", "execute", "admin")
"""The actions on a system by which what is decided there is changed."""
_CHANGES: Final[frozenset[Action]] = frozenset({"write", "admin", "issue"})
_ASSUMED: Final = " (assumed)"
_SEEMING: Final = "These look like agents and are not read: "
_YOU_ASSUMED: Final = f"you{_ASSUMED}"
_UNSAID: Final = "what it asks is not in these files"
_LOGINS: Final = ", with your logins to clouds, clusters and code"
"""What any command reaches besides: no file says which logins there are, so the model has none of them."""
_RANK: Final = {severity: number for number, severity in enumerate(SEVERITIES)}


Marked = Mapping[Reference, str]
"""Records that an import says something of, with the words that go with it."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What an import knows of its records beside what the model keeps of them (``Proposal.mark``).

    Attributes:
        unsaid: agents of which no file that was read says what they ask.
        default: agents that are computed with the defaults of their product.
        partly: agents that do not ask before they use some tools of a server, and do before others.
        condition: jobs of which the file does not say when their condition holds.
        called: jobs of workflows that others call, none of which was read.
        switched_off: questions about a server that one file switches off and another one starts; that it
            does.
        taken: agents that are only taken to be agents, and the assumptions that say so.
        updater: where a program opens pull requests for new versions, and the assumption on it; its name.
        guessed: systems that stand for what tools of code are taken to act on by their names.
        assumed: credentials that no file names.
        network: credentials that stand for what needs none.
        assistant: agents that work for a person at that person's machine.
        commands: systems that stand for any command on a machine.
        site: systems that are one host, where its owner writes and not anybody.
        account: systems where nobody writes who has no account.
        short: systems and credentials whose names tell them apart from others of one short name, which it is.
    """

    unsaid: Marked = field(default_factory=dict)
    default: Marked = field(default_factory=dict)
    partly: Marked = field(default_factory=dict)
    condition: Marked = field(default_factory=dict)
    called: Marked = field(default_factory=dict)
    switched_off: Marked = field(default_factory=dict)
    taken: Marked = field(default_factory=dict)
    updater: Marked = field(default_factory=dict)
    guessed: Marked = field(default_factory=dict)
    assumed: Marked = field(default_factory=dict)
    network: Marked = field(default_factory=dict)
    assistant: Marked = field(default_factory=dict)
    commands: Marked = field(default_factory=dict)
    site: Marked = field(default_factory=dict)
    account: Marked = field(default_factory=dict)
    short: Marked = field(default_factory=dict)


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
        idle: how many workflows lie where GitHub runs none.
        seeming: files that look like agents and are not read, and what they are of.
        rated: the systems of which a file states how sensitive they are; for the others it is assumed.
        model: the file that keeps the model, as it is typed.
        is_kept: whether it has been kept.
        marks: what else the import knows of the records of the model.
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
    idle: int
    seeming: Sequence[tuple[str, str]]
    rated: AbstractSet[str]
    model: str
    is_kept: bool
    marks: Marks = Marks()


class Group(NamedTuple):
    """Agents that reach the same, as the same, and are asked alike.

    Attributes:
        agents: their ids.
        titles: what they are called, and ``(assumed)`` where that they are agents is; but for those that
            another one calls.
        reads, changes, runs: titles of systems; ``⚑`` follows one in which outsiders write.
        identities: with which it acts.
        asks: whether somebody is asked before it acts or reads across a boundary: ``asks``, ``asks for some
            of it``, ``does not ask``, or that no file says it.
        is_default: whether that is assumed, since it holds by default.
        asks_before: of those systems the ones before each use of which it asks, where it does not ask
            otherwise, or where it only reads.
    """

    agents: tuple[str, ...]
    titles: tuple[tuple[str, str], ...]
    reads: tuple[str, ...]
    changes: tuple[str, ...]
    runs: tuple[str, ...]
    identities: tuple[str, ...]
    asks: str
    is_default: bool
    asks_before: tuple[str, ...]

    @property
    def asks_in_words(self) -> str:
        """Whether it asks, and whether that is assumed."""
        return f"{self.asks}{_ASSUMED if self.is_default else ''}"


class Worst(NamedTuple):
    """The worst path, and who else has one like it.

    Attributes:
        door: the missing checkpoint at its end.
        explanation: the path.
        source: where untrusted content is read: where the path begins, or where it ends for an agent that
            reads there too; ``None``: nowhere.
        others: further agents with that missing checkpoint.
        asked: why no checkpoint decides on it, in words.
        is_heard: whether untrusted content comes to where it begins.
        after: what comes before that outsiders cannot do, in words; empty: nothing.
    """

    door: Door
    explanation: Explanation
    source: str | None
    others: tuple[str, ...]
    asked: str
    is_heard: bool
    after: str


class ScanQuestion(NamedTuple):
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
    """All that a scan tells.

    Attributes:
        scope: what was looked at.
        groups: the agents that decide by themselves.
        worst: the worst path, if there is one to tell.
        why: why it counts, or why there is none.
        questions: what to find out first.
        others: how many programs act by themselves, in words; empty: none.
        snapshot: the model.
    """

    scope: ScanScope
    groups: tuple[Group, ...]
    worst: Worst | None
    why: str
    questions: tuple[ScanQuestion, ...]
    others: str
    snapshot: Snapshot


def answer_scan(scope: ScanScope, snapshot: Snapshot, stop: Stop) -> ScanAnswer:
    """Work out what a scan tells of a model.

    Args:
        scope: what was looked at.
        snapshot: the model that was made of it.
        stop: when answers to questions are no longer tried; all else is told in full.
    """
    analysis = analyse(snapshot)
    reaches, marks = {each.agent: each for each in _OwnReach(analysis).of_all()}, scope.marks
    worst = _worst(analysis, reaches, marks)
    return ScanAnswer(
        scope,
        tuple(_groups(analysis, reaches.values(), marks)),
        worst,
        _why_with_gravest(worst, analysis, reaches, marks),
        tuple(_questions(analysis, worst, marks, stop)),
        _by_themselves(snapshot),
        snapshot,
    )


# Agents ---------------------------------------------------------------------------------------------------


def _groups(analysis: Analysis, reaches: Iterable["_Own"], marks: Marks) -> list[Group]:
    """The agents that decide by themselves, those alike together; AI agents first."""
    agents, found = analysis.snapshot.agent, dict[tuple[Group, tuple[str, ...]], list[str]]()
    for own in reaches:
        group = _group(analysis, own, marks)
        starts = () if _size(group) else _begun_by([own.agent], analysis.snapshot)
        found.setdefault((group, starts), []).append(own.agent)
    helpers, made = _helpers(analysis.snapshot), []
    for (group, _), names in found.items():
        names.sort(key=lambda each: each in helpers)
        shown = [(agents[each].title, _ASSUMED if ("agent", each) in marks.taken else "") for each in names]
        titles = tuple(title for each, title in zip(names, shown, strict=True) if each not in helpers)
        made.append(group._replace(agents=tuple(names), titles=titles or (shown[0],)))
    order = {"does not ask": 0, _UNSAID: 1, "asks for some of it": 2, "asks": 3}
    return sorted(
        made,
        key=lambda each: (
            agents[each.agents[0]].kind not in STEERABLE_KINDS,
            order.get(each.asks, 4),
            -_size(each),
            each.titles,
        ),
    )


def _begun_by(agents: Collection[str], snapshot: Snapshot) -> tuple[str, ...]:
    """The agents that some set to work."""
    return tuple(dict.fromkeys(to for from_, to in sorted(snapshot.delegation) if from_ in agents))


def _helpers(snapshot: Snapshot) -> set[str]:
    """The agents that another one that decides by itself calls."""
    agents = snapshot.agent
    return {to for from_, to in snapshot.delegation if agents[from_].is_steerable}


class _Own(NamedTuple):
    """What an agent reaches as itself and by the tools that it calls, and with which identity.

    What it could have another agent do that it may influence is left to the model.

    Attributes:
        agent: its id.
        reach: by system the actions that it takes itself, and which of them no checkpoint decides.
        identities: with which it acts.
    """

    agent: str
    reach: Mapping[str, tuple[tuple[Action, ...], tuple[Action, ...]]]
    identities: tuple[str, ...]

    def takes(self, system: str, action: Action) -> bool:
        return action in self.reach.get(system, ((), ()))[0]

    def takes_unchecked(self, system: str, action: Action) -> bool:
        return self.takes(system, action) and action in self.reach[system][1]


class _OwnReach:
    """What each agent that decides by itself reaches as itself."""

    def __init__(self, analysis: Analysis) -> None:
        self._snapshot, self._agents = analysis.snapshot, analysis.snapshot.agent
        self._left = _ALONE
        self._rows = {each.agent: each for each in analysis.reach()}
        self._calls: dict[str, list[Delegation]] = {}
        for each in analysis.snapshot.delegation.values():
            self._calls.setdefault(each.from_, []).append(each)

    def of_all(self) -> list[_Own]:
        return [self.of(each) for each in self._rows if self._agents[each].is_steerable]

    def of(self, agent: str) -> _Own:
        row, own = self._rows[agent], dict[str, set[Action]]()
        tools = self._tools(agent)
        for each, limits in tools.items():
            for reach in self._rows[each].reach:
                done = {
                    one for one in reach.own
                    if all(f"{reach.system}:{one}" in limit for limit in limits)
                }  # fmt: skip
                own.setdefault(reach.system, set()).update(done)
        identities = {one for each in tools for one in self._rows[each].own_identities}
        alone = self._alone(row, tools.keys(), own)
        unchecked = {each.system: each.unchecked for each in alone.reach}
        return _Own(
            agent,
            {
                each.system: (
                    tuple(one for one in each.actions if one in own.get(each.system, ())),
                    unchecked.get(each.system, ()),
                )
                for each in row.reach
                if own.get(each.system)
            },
            tuple(each for each in row.identities if each in identities),
        )

    def _alone(
        self, row: AgentReach, tools: AbstractSet[str], own: Mapping[str, AbstractSet[Action]]
    ) -> AgentReach:
        """What an agent reaches if no other one decides by itself.

        It makes a difference where a checkpoint decides on what it does itself, and another agent may do
        the same unasked.
        """
        held = {credential for holder, credential in self._snapshot.hold if holder in tools}
        unchecked = {
            each.system: own[each.system] & {*each.unchecked} for each in row.reach if each.system in own
        }
        differs = any(
            each.from_ in tools
            if each.step == "delegation"
            else each.from_ in held and unchecked.get(each.to, set()) & {*(each.actions or ACTIONS)}
            for each in self._snapshot.checkpoint.values()
        )
        others = [Remove("agent", each.id) for each in self._agents.values() if each.is_steerable]
        others = [each for each in others if each.key != row.agent]
        if not (differs and others and self._left):
            return row
        self._left -= 1
        alone = analyse(apply_edit(self._snapshot, Edit("alone", tuple(others)))).agent_reach(row.agent)
        return alone or row

    def _tools(self, agent: str) -> dict[str, tuple[Sequence[str], ...]]:
        """The agent and the programs that it calls, servers and hooks, each with what limits the calls."""
        found, queue = dict[str, tuple[Sequence[str], ...]]({agent: ()}), [agent]
        for each in queue:
            for call in self._calls.get(each, ()):
                to = call.to
                if to not in found and to in self._rows and not self._agents[to].is_steerable:
                    found[to] = (*found[each], *([call.only] if call.only is not None else []))
                    queue.append(to)
        return found


def _by_themselves(snapshot: Snapshot) -> str:
    """How many programs act by themselves, those that no agent calls and that call none, in words.

    An MCP server that nothing calls acts for clients that are not in the model.
    """
    agents = snapshot.agent
    busy = {each.id for each in agents.values() if each.is_steerable or each.is_person or not each.is_active}
    linked = {*busy}
    for _ in agents:
        more = {
            each
            for pair in snapshot.delegation
            if not linked.isdisjoint(pair) and not agents[pair[0]].is_person
            for each in pair
        } - linked
        if not more:
            break
        linked |= more
    left, called = (
        [each for each in agents.values() if each.id not in linked],
        {to for _, to in snapshot.delegation},
    )
    served = [
        each
        for each in left
        if each.runs_on and snapshot.system[each.runs_on].kind == "mcp-server" and each.id not in called
    ]
    kinds = Counter(each.kind or "program" for each in left if each not in served)
    names = {"workflow": "job"}  # each job of a workflow, or of a cluster, acts on its own
    most_first = sorted(kinds.items(), key=lambda each: -each[1])
    told = [counted(number, names.get(kind, kind)) for kind, number in most_first]
    whole = " and ".join(told)
    acts = f"{whole} act{'s by itself' if sum(kinds.values()) == 1 else ' by themselves'}." if told else ""
    waits = (
        f"{counted(len(served), 'MCP server')} wait{'s' * (len(served) == 1)} for clients not in these files."
    )
    return " ".join(each for each in (acts, waits if served else "") if each)


def _size(group: Group) -> int:
    return len(group.reads) + len(group.changes) + len(group.runs)


def _group(analysis: Analysis, own: _Own, marks: Marks) -> Group:
    snapshot, heard = analysis.snapshot, {each.system for each in analysis.heard if each.first_hand}
    reads, changes, runs = list[str](), list[str](), list[str]()
    missing = {
        each.system
        for each in analysis.doors
        if each.severity in _WEIGHED and own.agent in each.agents and "read" in each.actions
    }
    titles, acts, asked = dict[str, str](), 0, 0
    for system, (actions, unchecked) in _gravest_first(snapshot, own):
        title = titles[system] = _part(snapshot, system, marks)
        done = [each for each in actions if each != "read" or system in missing]
        acts += len(done)
        asked += sum(each not in unchecked for each in done)
        if _CHANGES & set(actions):
            changes.append(title)
        elif "execute" in actions:
            runs.append(title)
        elif "read" in actions:
            reads.append(title)
    asks = "" if not acts else "asks" if asked == acts else "asks for some of it" if asked else "does not ask"
    before: tuple[str, ...] = ()
    if asks in {"", "does not ask"}:
        asked_of = _asked_of(snapshot, own.agent)
        before = tuple(title for system, title in titles.items() if system in asked_of)
        if len(before) == len(titles):
            asks, before = asks or "asks", ()
    if asks == "does not ask" and own.agent in _unsaid(snapshot, marks):
        asks = _UNSAID
    if asks == "does not ask" and _asks_for_other_tools(snapshot, own.agent, marks):
        asks = "asks for some of it"
    is_default = bool(asks) and _is_by_default(snapshot, own.agent, asks, marks)
    flagged = {title for system, title in titles.items() if system in heard}
    changed, run, read, told = (
        tuple(dict.fromkeys(f"{each} ⚑" if each in flagged else each for each in some))
        for some in (changes, runs, reads, before)
    )
    read = tuple(each for each in read if each not in changed)
    return Group((), (), read, changed, run, own.identities, asks, is_default, told)


def _gravest_first(
    snapshot: Snapshot, own: _Own
) -> list[tuple[str, tuple[tuple[Action, ...], tuple[Action, ...]]]]:
    """What an agent reaches itself, where it can do most harm first."""
    return sorted(
        own.reach.items(),
        key=lambda each: min(_harm(snapshot.system[each[0]], action) for action in each[1][0]),
    )


def _part(snapshot: Snapshot, system: str, marks: Marks) -> str:
    """A system as a reader knows it: parts of a repository are one, whoever writes there."""
    known = marks.short.get(("system", system)) or snapshot.system[system].title
    return f"{known}{_ASSUMED}" if ("system", system) in marks.guessed else known


def _asked_of(snapshot: Snapshot, agent: str) -> set[str]:
    """The systems before each use of which an agent asks, with its credentials and those of what it calls.

    Whether it could change that is left to the worst path.
    """
    covered: dict[tuple[str, str, str], set[Action]] = {}
    for each in snapshot.checkpoint.values():
        if (each.state, each.freshness) == ("enforced", "per-action"):
            covered.setdefault((each.step, each.from_, each.to), set()).update(each.actions or ACTIONS)
    asked, unasked = set[str](), set[str]()
    called = [
        to for from_, to in snapshot.delegation if from_ == agent and not snapshot.agent[to].is_steerable
    ]
    for one in (agent, *called):
        is_asked = ("delegation", agent, one) in covered
        for credential in (held for holder, held in snapshot.hold if holder == one):
            for grant in (grant for grant in snapshot.grant.values() if grant.credential == credential):
                found = covered.get(("grant", credential, grant.system), set[Action]())
                (asked if is_asked or found >= {*grant.actions} else unasked).add(grant.system)
    return asked - unasked


def _asks_for_other_tools(snapshot: Snapshot, agent: str, marks: Marks) -> bool:
    """Whether an agent asks before it uses some tools of its servers, and has no other credentials.

    What each unasked tool does is asked, so that no prompt is drawn.
    """
    return ("agent", agent) in marks.partly and not any(holder == agent for holder, _ in snapshot.hold)


def _is_by_default(snapshot: Snapshot, agent: str, asks: str, marks: Marks) -> bool:
    """Whether what a client asks is its default, for no file that was read says it, or that of who starts it.

    What an agent asks less than the client that starts it, with an account of its own, a file says.
    """
    started = [
        from_ for from_, to in snapshot.delegation if to == agent and ("agent", from_) in marks.default
    ]
    shared = any(
        (each, held) in snapshot.hold for each in started for who, held in snapshot.hold if who == agent
    )
    return ("agent", agent) in marks.default or (bool(started) and (shared or asks != "does not ask"))


def _is_unasked_by_default(snapshot: Snapshot, agent: str, marks: Marks) -> bool:
    """Whether what an agent does not ask is its default, and no file names tools that it uses so."""
    return ("agent", agent) not in marks.partly and _is_by_default(snapshot, agent, "does not ask", marks)


def _unsaid(snapshot: Snapshot, marks: Marks) -> set[str]:
    """The clients of which no file that was read says what they ask; one whose settings were read has the
    person's account.
    """
    said = {agent for agent, held in snapshot.hold if snapshot.credential[held].identity == "the user"}
    return {str(agent) for _, agent in marks.unsaid} - said


# The worst path -------------------------------------------------------------------------------------------


def _harm(system: System, action: Action) -> int:
    """How grave an action on a system is, 0 the gravest: its place in ``docs/scan.md#the-worst-path``."""
    kind = system.kind
    if action in {"admin", "issue"}:
        return 1
    if action == "execute":
        is_host = kind == "other" and system.integrity in {"high", "critical"}
        return 0 if is_host else _RUNS.get(kind or "", 8)
    if action == "write":
        return 4 if system.integrity == "critical" else _WRITES.get(kind or "", 8)
    if kind == "secrets-manager" or system.sensitivity == "restricted":
        return 5
    return 6 if system.untrusted_input and system.exposes_requests else 9


_RUNS: Final[Mapping[str, int]] = {
    "kubernetes-cluster": 0,
    "cloud-account": 0,
    "ci-pipeline": 2,
    "code-repository": 2,
    "payment": 3,
    "database": 4,
    "browser": 6,
}
"""By kind of a system how grave it is to run something there."""
_WRITES: Final[Mapping[str, int]] = {
    "kubernetes-cluster": 1,
    "cloud-account": 1,
    "identity-provider": 1,
    "secrets-manager": 1,
    "code-repository": 2,
    "ci-pipeline": 2,
    "deployment-target": 2,
    "object-storage": 2,
    "payment": 3,
    "database": 4,
    "data-warehouse": 4,
    "message-queue": 4,
    "browser": 6,
    "messaging": 6,
}


_GRAVE: Final = 6
"""What harms less (``_harm``) is not told where no path leads to it."""


class _PathEnd(NamedTuple):
    """Where a path may end: the less, the worse."""

    harm: int
    is_not_heard: bool
    through_others: int
    after: str
    severity: int
    others: int
    subject: str
    agent: str
    action: Action
    door: Door


def _worst(analysis: Analysis, reaches: Mapping[str, _Own], marks: Marks) -> Worst | None:
    """The path of an AI agent that does most harm; of these the one with the fewest steps.

    Where no missing checkpoint is more than low there is none to tell: mostly an agent that calls its own
    model.
    """
    snapshot = analysis.snapshot
    first_hand = [each.system for each in analysis.heard if each.first_hand]
    sources = {agent: _sources(snapshot, own, first_hand, marks) for agent, own in reaches.items()}
    helpers = _helpers(snapshot)
    found, tried = list[tuple[tuple[object, ...], Door, Explanation, str | None]](), Counter[int]()
    for each in _candidates(analysis, reaches, sources, helpers, marks):
        if found and each.harm > found[0][0][0]:  # type: ignore[operator]
            break
        if tried[each.harm] >= _EXPLAINED:
            continue
        tried[each.harm] += 1
        own = reaches[each.agent]
        way = _explained(analysis, each, sources[each.agent], own, marks)
        if way is not None and not _leads_through_script(snapshot, way):
            source = way.source or _read_at_the_end(own, each, first_hand)
            needs = _needed(snapshot, own, source, marks)
            order = (each.harm, source not in first_hand, each[2], *needs, len(way.steps), *each[4:-1])
            found.append((order, each.door, way, source))
    if not found:
        return None
    _, door, way, source = min(found, key=lambda each: each[0])
    action = way.action or "read"
    after = _before(snapshot, reaches[way.agent], source, marks)
    alike = {
        each
        for each in door.agents
        if each in reaches
        and reaches[each].takes_unchecked(way.system, action)
        and (source not in first_hand or source in sources[each])
        and _before(snapshot, reaches[each], source, marks) == after
    }
    others = sorted(alike - {way.agent}, key=lambda each: (each in helpers, each))
    heard, asked = {each.system for each in analysis.heard}, _why_unchecked(analysis, way, marks)
    return Worst(door, way, source, tuple(others), asked, source in heard, after)


def _leads_through_script(snapshot: Snapshot, way: Explanation) -> bool:
    """Whether on a path a job would copy what it reads: its script says what it does, and is not drawn."""
    asking = {from_ for from_, to in snapshot.delegation if snapshot.agent[to].is_steerable}
    hearing = (snapshot.agent[each.ends[1]] for each in way.steps if each.step == "hearing")
    return any(each.kind == "workflow" and not (each.is_steerable or each.id in asking) for each in hearing)


def _candidates(
    analysis: Analysis,
    reaches: Mapping[str, _Own],
    sources: Mapping[str, Sequence[str]],
    helpers: AbstractSet[str],
    marks: Marks,
) -> list[_PathEnd]:
    """Where paths may end, the worst first."""
    snapshot = analysis.snapshot
    return sorted(
        (
            _PathEnd(
                _harm(snapshot.system[door.system], action),
                not sources[agent],
                2 - 2 * reaches[agent].takes_unchecked(door.system, action) + (agent in helpers),
                _after(snapshot, agent, None, marks),
                -_RANK[door.severity],
                -len(door.agents),
                door.subject,
                agent,
                action,
                door,
            )
            for door in analysis.doors
            for agent in door.agents
            if agent in reaches
            for action in door.actions
            if door.severity in _WEIGHED or _is_sent_away(snapshot, agent, door.system, action, marks)
            if (snapshot.system[door.system].kind, action) != ("saas", "execute")  # all call a model
        ),
        key=lambda each: each[:-1],
    )


def _sources(snapshot: Snapshot, own: _Own, first_hand: Sequence[str], marks: Marks) -> list[str]:
    """Where outsiders write what an agent reads itself, or what starts it: what they need least for first."""
    started = _started_by(snapshot, own)
    read = (each for each in first_hand if each in started or own.takes(each, "read"))
    return sorted(read, key=lambda each: (_needed(snapshot, own, each, marks), each not in started))


def _started_by(snapshot: Snapshot, own: _Own) -> set[str]:
    """The systems whose content starts an agent."""
    starters = {own.agent, *_starters(snapshot, own.agent)}
    return {system for system, to in snapshot.trigger if to in starters}


def _needed(snapshot: Snapshot, own: _Own, source: str | None, marks: Marks) -> tuple[object, ...]:
    """What whoever writes in a source needs, least first: that the defaults of a product hold, that somebody
    lets the agent read it, to be the one who runs it, and what comes before the agent works.
    """
    is_default = _is_unasked_by_default(snapshot, own.agent, marks)
    is_site, after = ("system", source or "") in marks.site, _after(snapshot, own.agent, source, marks)
    return is_default, _asks_to_read(snapshot, own, source), is_site, after


def _asks_to_read(snapshot: Snapshot, own: _Own, system: str | None) -> bool:
    """Whether somebody is asked before an agent reads a system, which does not start it either."""
    return (
        system is not None
        and own.takes(system, "read")
        and not own.takes_unchecked(system, "read")
        and system not in _started_by(snapshot, own)
    )


def _starters(snapshot: Snapshot, agent: str) -> list[str]:
    """The programs that call an agent: the jobs that it is a step of, and those that start these, if nothing
    else does.
    """
    found, started = [agent], {to for _, to in snapshot.trigger}
    for each in found:
        if each in started and each != agent:
            continue
        callers = [from_ for from_, to in snapshot.delegation if to == each]
        found += [one for one in callers if not snapshot.agent[one].is_steerable and one not in found]
    return found[1:]


def _after(snapshot: Snapshot, agent: str, source: str | None, marks: Marks) -> str:
    """What comes before an agent works that is started only where outsiders do not write, in words.

    What a program writes that opens pull requests for new versions is of outsiders where the path begins
    there.
    """
    callers = {agent, *_starters(snapshot, agent)}
    jobs: set[Reference] = {("agent", each) for each in callers}
    if not jobs.isdisjoint(marks.called):
        return "another workflow calls it"
    updaters = {each: name for (table, each), name in marks.updater.items() if table == "system"}
    started = [system for system, to in snapshot.trigger if to in callers]
    by_account = {each for each in started if ("system", each) in marks.account}
    is_open = any(
        snapshot.system[each].untrusted_input for each in {*started} - by_account if each not in updaters
    )
    if not started or is_open or (source in updaters and source in started):
        return ""
    by = [updaters[each] for each in started if each in updaters]
    if by:
        return f"{by[0]} starts it"
    if not jobs.isdisjoint(marks.condition):
        return "its condition lets it start"
    return "somebody with an account starts it" if by_account else "a member starts it"


def _before(snapshot: Snapshot, own: _Own, source: str | None, marks: Marks) -> str:
    """What comes before a path that outsiders cannot do, in words; empty: nothing."""
    asked = "somebody lets it read that" if _asks_to_read(snapshot, own, source) else ""
    return _after(snapshot, own.agent, source, marks) or asked


def _explained(
    analysis: Analysis, end: _PathEnd, sources: Sequence[str], own: _Own, marks: Marks
) -> Explanation | None:
    """The shortest unchecked path to an end from where outsiders write what the agent reads.

    Else one that begins where the agent works or with what it reads itself; else any.
    """
    found = [way for source in sources[:_ASKED] if (way := _unchecked(analysis, end, source, marks))]
    if found:
        return min(
            found, key=lambda each: (_needed(analysis.snapshot, own, each.source, marks), len(each.steps))
        )
    any_way = _unchecked(analysis, end, None, marks)
    if end.door.system in sources or (any_way and any_way.source and not own.takes(any_way.source, "read")):
        return _unchecked(analysis, end, "home", marks) or any_way
    return any_way


def _unchecked(analysis: Analysis, end: _PathEnd, source: str | None, marks: Marks) -> Explanation | None:
    """The path to an end from a system or from home, if no checkpoint decides on it and it is worth it."""
    way = analysis.explain(end.agent, end.door.system, end.action, source)
    if way is None or not way.steps or way.state != "uncontrolled":
        return None
    is_sent = _is_sent_away(analysis.snapshot, end.agent, end.door.system, end.action, marks)
    return way if way.severity in _WEIGHED or is_sent else None


def _is_sent_away(snapshot: Snapshot, agent: str, system: str, action: Action, marks: Marks) -> bool:
    """Whether an assistant of a person asks where outsiders write and see it: it may send what it knows."""
    asked = snapshot.system[system]
    is_seen = asked.exposes_requests and asked.untrusted_input and ("system", system) not in marks.site
    return is_seen and action == "read" and ("agent", agent) in marks.assistant


def _read_at_the_end(own: _Own, end: _PathEnd, first_hand: Sequence[str]) -> str | None:
    """The system where a path from home ends, where outsiders write and the agent itself reads unasked.

    To act on a system after reading it crosses no boundary, so no path begins there.
    """
    system = end.door.system
    return system if own.takes_unchecked(system, "read") and system in first_hand else None


def _why_unchecked(analysis: Analysis, way: Explanation, marks: Marks) -> str:
    """Why no checkpoint decides on a path: there is none, or one that is not effective, and why."""
    snapshot = analysis.snapshot
    who = snapshot.agent[way.agent].title
    for each in _on(snapshot, way, marks):
        if each.freshness != "per-action":
            return "a checkpoint decides once, and not again"
        if each.state != "enforced":
            return f"a checkpoint on it is {'only planned' if each.state == 'planned' else 'only a prompt'}"
        if each.decided_at is not None:
            by = next(
                (how for action in _POWER if (how := _reached(analysis, way, each.decided_at, action))), None
            )
            if by is not None:
                where = _between(snapshot, by) or f" in {snapshot.system[each.decided_at].title}"
                return f"a checkpoint decides, but {who} can change it{where}"
        return "a checkpoint decides, but it is not effective"
    if way.agent in _unsaid(snapshot, marks):
        return "whether a checkpoint decides is not in these files"
    if ("delegation", way.agent) in {(each.step, each.to) for each in snapshot.checkpoint.values()}:
        return "a checkpoint decides whether it is called, and not what it then does"
    return "no checkpoint decides" + _ASSUMED * _is_unasked_by_default(snapshot, way.agent, marks)


def _reached(analysis: Analysis, way: Explanation, system: str, action: Action) -> Explanation | None:
    """How the agent of a path takes an action on a system; ``None``: it does not."""
    how = analysis.explain(way.agent, system, action, None)
    return how if how is not None and how.steps else None


def _on(snapshot: Snapshot, way: Explanation, marks: Marks) -> list[Checkpoint]:
    """The checkpoints on the steps of a path, for the action that is told."""
    ends = {each.relation for each in way.steps}
    return [
        each
        for each in snapshot.checkpoint.values()
        if (each.step, each.from_, each.to) in ends
        and not (each.state == "planned" and ("system", each.to) in marks.short)  # of runs that it starts
        and (not each.actions or each.to != way.system or way.action in each.actions)
    ]


def _gravest(analysis: Analysis, reaches: Mapping[str, _Own], marks: Marks, than: Worst | None = None) -> str:
    """What an AI agent does unchecked that is grave in itself, though no path to it is; empty: nothing that
    is graver than the worst path.
    """
    snapshot, helpers = analysis.snapshot, _helpers(analysis.snapshot)
    found = [
        (_harm_alone(snapshot, system, action, marks), agent in helpers, agent, system, action)
        for agent, own in reaches.items()
        for system, (actions, unchecked) in own.reach.items()
        for action in unchecked
        if action in actions and (snapshot.system[system].kind, action) != ("saas", "execute")
    ]
    harm, _, agent, system, action = min(found, default=(9, False, "", "", "read"))
    told = _GRAVE
    if than is not None:
        told = _harm_alone(snapshot, than.door.system, than.explanation.action or "read", marks) - 1
    if harm > min(told, _GRAVE):
        return ""
    first_hand = [each.system for each in analysis.heard if each.first_hand]
    sources = [each for each in _sources(snapshot, reaches[agent], first_hand, marks) if each != system]
    reads = "no untrusted content reaches it"
    if sources:
        reads = f"no boundary lies between that and {snapshot.system[sources[0]].title} ⚑, which it reads"
    does = _deed(snapshot, snapshot.system[system], action, marks)
    return f"{snapshot.agent[agent].title} {does}, and no checkpoint decides; in what is drawn {reads}"


def _harm_alone(snapshot: Snapshot, system: str, action: Action, marks: Marks) -> int:
    """How grave an action is in itself; any command is the gravest, wherever it runs."""
    is_command = _is_any_command(snapshot.system[system], action, marks)
    return -1 if is_command else _harm(snapshot.system[system], action)


def _why_with_gravest(
    worst: Worst | None, analysis: Analysis, reaches: Mapping[str, _Own], marks: Marks
) -> str:
    """Why the worst path counts, and what is graver though no path leads to it."""
    why = _why(worst, analysis, reaches, marks)
    graver = "" if worst is None else _gravest(analysis, reaches, marks, worst)
    return f"{why} Besides, {graver}." if graver else why


def _why(worst: Worst | None, analysis: Analysis, reaches: Mapping[str, _Own], marks: Marks) -> str:
    if worst is None:
        agents, notes = analysis.snapshot.agent, analysis.snapshot.note.values()
        said = "a checkpoint decides, or it is intended, wherever an agent crosses a boundary"
        if any(agents[each].is_steerable for door in analysis.doors for each in door.agents):
            said = "an agent acts unchecked only where little is at stake"
        elif not analysis.summary.crossings:
            said = "nothing is read in one place and used in another"
        asked = sum(each.state == "open" and each.kind == "question" for each in notes)
        unknown = f", but {counted(asked, 'open question')} can hide worse" if asked else ""
        return f"{_gravest(analysis, reaches, marks) or f'In what is drawn {said}'}{unknown}."
    if worst.is_heard:
        if worst.source not in {each.system for each in analysis.heard if each.first_hand}:
            return "So whoever wrote what is carried there acts with these rights, without a login of theirs."
        if ("system", worst.source) in marks.account:
            return "So whoever has an account there acts with these rights."
        if worst.after:
            return f"So whoever can write there acts with these rights, after {worst.after}."
        if _is_asked_who_sends(worst, analysis):
            return "If outsiders can send to it, whoever does acts with these rights."
        return "So whoever can write there acts with these rights, and no login of theirs is needed."
    if worst.explanation.action == "read":
        return "Each login is valid by itself; together they show one place what is in another."
    return "Each login is valid by itself; together they carry one place into another unchecked."


def _is_asked_who_sends(worst: Worst, analysis: Analysis) -> bool:
    """Whether it is an open assumption that outsiders write in what starts the agents of a path."""
    snapshot = analysis.snapshot
    asked = any(
        each.about == f"system:{worst.source}" and each.kind == "assumption" and each.state == "open"
        for each in snapshot.note.values()
    )
    return asked and any(system == worst.source for system, _ in snapshot.trigger)


# Questions ------------------------------------------------------------------------------------------------


def _questions(analysis: Analysis, worst: Worst | None, marks: Marks, stop: Stop) -> Iterator[ScanQuestion]:
    """The questions whose answers change the worst path most, then the rest; each about another element."""
    before, tried = _missing(analysis), list[tuple[tuple[int, ...], ScanQuestion]]()
    texts, passed = set[str](), _passed(analysis.snapshot, worst)
    for note in _nearest_first(analysis.snapshot, passed)[:_TRIED]:
        is_told = ("note", note.id) in marks.switched_off  # of the same program, started by another client
        if note.text in texts or is_told:
            continue
        texts.add(note.text)
        text = _with_subject(analysis.snapshot, note)
        nothing = (0,) * (1 + len(_WEIGHED))
        best, asked = nothing, ScanQuestion(note.about or "", text, "", "")
        for answer, changes in () if stop() else _answers(analysis.snapshot, note, marks):
            try:
                other = analyse(apply_edit(analysis.snapshot, Edit("what if", changes)))
            except InvalidModelError:
                continue
            after = _missing(other)
            weight = (_change_of(worst, other), *(abs(before[each] - after[each]) for each in _WEIGHED))
            if weight > best:
                best, asked = weight, ScanQuestion(note.about or "", text, answer, _effect(before, after))
        if best > nothing or (note.kind == "question" and (worst is None or note.about in passed)):
            tried.append((best, asked))
    said = set[str]()
    for _, asked in sorted(tried, key=lambda each: tuple(-number for number in each[0])):
        if said.isdisjoint((asked.about, asked.text)) and len(said) < 2 * _ASKED:
            said |= {asked.about, asked.text}
            yield asked


def _change_of(worst: Worst | None, other: Analysis) -> int:
    """By how much the missing checkpoint at the end of the worst path is another one in another model."""
    if worst is None:
        return 0
    now = next((_RANK[each.severity] for each in other.doors if each.subject == worst.door.subject), -1)
    return abs(_RANK[worst.door.severity] - now)


def _passed(snapshot: Snapshot, worst: Worst | None) -> set[str]:
    """The elements on the worst path, and the jobs that start its agent."""
    if worst is None:
        return set()
    way = worst.explanation
    passed = {each for step in way.steps for each in (step.from_, step.to)}
    starters = (f"agent:{each}" for each in _starters(snapshot, way.agent))
    return passed | {f"system:{worst.source}", f"agent:{way.agent}", *starters}


def _missing(analysis: Analysis) -> Counter[Severity]:
    return Counter(each.severity for each in analysis.doors)


def _nearest_first(snapshot: Snapshot, passed: AbstractSet[str]) -> list[Note]:
    """The open questions and assumptions, those about what the worst path passes first."""
    near = passed | {
        f"zone:{snapshot.system[each.removeprefix('system:')].zone}"
        for each in passed
        if each.removeprefix("system:") in snapshot.system
    }
    notes = [
        each
        for each in snapshot.note.values()
        if each.state == "open" and each.kind in {"question", "assumption"} and each.about
    ]
    return sorted(notes, key=lambda each: (each.about not in near, each.about or "", each.id))


def _with_subject(snapshot: Snapshot, note: Note) -> str:
    """The text of a note, after what it is about where it does not name that."""
    table, _, name = (note.about or "").partition(":")
    title = getattr(snapshot.get(table, name), "title", "")
    return note.text if not title or title in note.text else f"{title}: {note.text}"


def _answers(snapshot: Snapshot, note: Note, marks: Marks) -> Iterator[tuple[str, tuple[Change, ...]]]:
    """What an answer to a question would change in the model: an answer in words, and the changes."""
    table, _, name = (note.about or "").partition(":")
    record = snapshot.get(table, name)
    if isinstance(record, System) and ("note", note.id) in marks.updater:
        yield "if not", (Put(replace(record, untrusted_input=False)),)
    elif isinstance(record, System):
        if record.sensitivity is None:
            yield "if it holds secrets", (Put(replace(record, sensitivity="restricted")),)
            yield "if all of it is public", (Put(replace(record, sensitivity="public")),)
        if record.untrusted_input:
            changes = (Put(replace(record, untrusted_input=False)),)
            yield "if only your own people write there", changes
    if table == "zone":
        public = [each for each in snapshot.system.values() if each.zone == name and each.untrusted_input]
        if public:
            yield "if not", tuple(Put(replace(each, untrusted_input=False)) for each in public)
    otherwise = "if not" if note.kind == "assumption" else "without it"
    if table == "credential":
        grants = tuple(Remove("grant", key) for key in snapshot.grant if key[0] == name)
        if grants:
            yield otherwise, grants
    if isinstance(record, Agent) and (not record.is_steerable or ("note", note.id) in marks.taken):
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
        *_way_lines(found, columns),
        found.why if found.groups else "",
    ]
    lines = [part for each in lines if each for part in _wrapped(one_line(each, 1_000), columns)]
    lines += _shown_questions(found.questions, LINES - len(lines) - 1, columns)
    shows = f"meshmodel open {scope.model} shows the path"
    lines.append(f"-o {scope.model} keeps this model; then {shows}" if not scope.is_kept else shows)
    return [shorten(one_line(each, 1_000), columns) for each in lines]


def _wrapped(line: str, columns: int) -> list[str]:
    """A line in as many as it takes, those after the first one further in."""
    if width(line) <= columns:
        return [line]
    further_in = " " * (len(line) - len(line.lstrip()) + 2)
    return wrap(line, columns, subsequent_indent=further_in)


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
    if scope.idle:
        parts.append(f"{counted(scope.idle, 'workflow')} where GitHub runs none")
    if scope.examples:
        parts.append(f"{scope.examples} of tests, examples and templates left out")
    yield f"{scope.name}{scope.also}: {', '.join(parts)}"


def _agent_lines(found: ScanAnswer, columns: int) -> Iterator[str]:
    if not found.groups:
        yield "No agent that I can read."
    yield from _groups_lines(found, columns)
    if found.scope.seeming:
        named = [f"{file} ({what})" for file, what in found.scope.seeming]
        told = (_SEEMING + first_few(named, most) for most in (3, 2, 1))
        fitting = next((each for each in told if width(each) <= columns), "")
        yield from [fitting] if fitting else wrap(_SEEMING + first_few(named, 1), columns)
    yield from [*found.scope.marks.switched_off.values()][:1]
    if found.others:
        yield found.others


def _groups_lines(found: ScanAnswer, columns: int) -> Iterator[str]:
    """What each group reaches; of too many how many more there are."""
    if not found.groups:
        return
    shown = found.groups if len(found.groups) <= AGENT_LINES else found.groups[: AGENT_LINES - 1]
    names = [_names_of(each, _NAMES * columns // COLUMNS) for each in shown]
    wide = max(map(width, names))
    each_has = 2 if 2 * len(shown) <= AGENT_LINES else 1
    for name, group in zip(names, shown, strict=True):
        lines = _reach_lines(group, columns - wide - 2, each_has, found)
        yield f"{pad(name, wide)}  {lines[0]}"
        yield from (f"{' ' * wide}  {each}" for each in lines[1:])
    left = sum(len(each.agents) for each in found.groups[len(shown) :])
    if left:
        yield f"… and {left} more"


def _names_of(group: Group, room: int) -> str:
    """As many of their names as there is room for, and how many more there are."""
    for most in (3, 2, 1):
        named = group.titles[:most]  # those that another one calls have none here
        left = len(group.agents) - len(named)
        names = ", ".join(map("".join, named)) + (f" and {left} more" if left else "")
        if width(names) <= room:
            return names
    name, assumed = group.titles[0]
    tail = assumed + (f" and {left} more" if left else "")
    return shorten(name, room - len(tail)) + tail


def _reach_lines(group: Group, room: int, most: int, found: ScanAnswer) -> list[str]:
    """What a group reaches, with which identity, as much as so many lines hold; first whether it asks."""
    snapshot = found.snapshot
    if not _size(group):
        begun = _begun_by(group.agents, snapshot)
        named = first_few([snapshot.agent[each].title for each in begun], 3)
        return [shorten(f"starts {named}", room) if begun else "nothing that it reaches was read"]
    asks, whom = f"{group.asks_in_words}: " if group.asks else "", _as_whom(group, found)
    if group.asks_before:
        whom += f"; asks before {first_few(group.asks_before, 2)}"
    reach = (("runs", group.runs), ("changes", group.changes), ("reads", group.reads))
    left = ((verb, [each for each in some if each not in group.asks_before]) for verb, some in reach)
    parts = [each for each in left if each[1]]
    if _models(snapshot).issuperset(group.runs):
        parts.sort(key=lambda each: each[0] == "runs")
    shorter = [(parts[:count], most_of, "") for count in range(len(parts), 0, -1) for most_of in (4, 2, 1)]
    lines = list[str]()
    for shown, number, tail in (*((parts, number, whom) for number in (6, 4, 3, 2, 1)), *shorter):
        reached = ", ".join(f"{verb} {first_few(some, number)}" for verb, some in shown)
        lines = wrap(asks + reached + tail, room)
        if len(lines) <= most:
            return lines
    return [*lines[: most - 1], shorten(" ".join(lines[most - 1 :]), room)]


def _models(snapshot: Snapshot) -> set[str]:
    """The titles of what all agents run: services of others, such as the API of a model."""
    return {each.title for each in snapshot.system.values() if each.kind == "saas"}


def _as_whom(group: Group, found: ScanAnswer) -> str:
    """As whom: first you, as the person at the machine is called; then who may most; last of whom it is not
    known.
    """
    snapshot, marks, most = found.snapshot, found.scope.marks, dict[str, int]()
    for grant in snapshot.grant.values():
        principal, kind = snapshot.credential[grant.credential].principal, snapshot.system[grant.system].kind
        asks_model = grant.actions == ("execute",) and kind == "saas"
        rank = 2 if asks_model else 1 if grant.actions == ("read",) else 0
        most[principal] = min(rank, most.get(principal, rank))
    known = [each for each in group.identities if ("credential", each) not in marks.network]
    names = {_identity(snapshot, each, marks): most.get(each, 3) for each in known}
    first = sorted(names, key=lambda each: (each not in {"you", _YOU_ASSUMED}, names[each], each))
    return f", as {first_few(first, 1)}" if first else ""


def _identity(snapshot: Snapshot, principal: str, marks: Marks) -> str:
    """An identity as a reader knows it: "you", or by the name of its credential where that is all it has.

    Of a credential that no file names, and a row of the catalogue does, it is said that it is assumed.
    """
    assumed = _ASSUMED if _is_assumed(snapshot, principal, marks) else ""
    if _is_person(snapshot, principal):
        return f"you{assumed}"
    credential = snapshot.credential.get(principal)
    known = marks.short.get(("credential", principal)) or (credential.title if credential else "")
    return principal if credential is None or credential.identity else f"{known}{assumed}"


def _is_person(snapshot: Snapshot, principal: str) -> bool:
    """Whether an identity is that of a person, who is the reader."""
    held = snapshot.credential.values()
    return any(each.subject == "human" for each in held if each.principal == principal)


def _is_assumed(snapshot: Snapshot, principal: str, marks: Marks) -> bool:
    """Whether no file names a credential of an identity that is called by it, or of a person."""
    held = [each for each in snapshot.credential.values() if each.principal == principal]
    is_named = any(each.identity for each in held) and not _is_person(snapshot, principal)
    return not is_named and all(("credential", each.id) in marks.assumed for each in held)


def _way_lines(found: ScanAnswer, columns: int) -> Iterator[str]:
    worst, snapshot = found.worst, found.snapshot
    if worst is None:
        return
    way = worst.explanation
    marks = found.scope.marks
    assumed = _ASSUMED if ("agent", way.agent) in marks.taken else ""
    by_default = ", by its defaults" if worst.asked.endswith(_ASSUMED) else ""
    yield f"Worst path: {snapshot.agent[way.agent].title}{by_default}{assumed}"
    yield f"  {_begin(snapshot, worst, found.scope.rated)},"
    target, action = snapshot.system[way.system], way.action or "read"
    whom = _whom(snapshot, way, marks)
    between = _between(snapshot, way)
    if whom == " as you" and _is_any_command(target, action, marks):
        whom += _LOGINS
    elif _is_any_command(target, action, marks):
        group = next(each for each in found.groups if way.agent in each.agents)
        whom += _as_whom(group, found).replace(", as ", ", with ")
    if action == "read" and target.kind == "secrets-manager":
        group = next(each for each in found.groups if way.agent in each.agents)
        seen = [each.removesuffix(" ⚑") for each in group.changes if each.endswith("⚑")]
        whom += f", and can show them in {first_few(seen, 2)}" if seen else ""
    yield f"  then {_deed(snapshot, target, action, marks)}{whom}{between};"
    yield f"  {worst.asked}."
    if worst.others:
        titles = list(dict.fromkeys(snapshot.agent[each].title for each in worst.others))
        told = [f"The same holds for {first_few(titles, most)}." for most in (3, 2, 1)]
        yield next((each for each in told if width(each) <= columns), told[-1])


def _deed(snapshot: Snapshot, target: System, action: Action, marks: Marks) -> str:
    """What is done at the end of a path."""
    if _is_any_command(target, action, marks):
        return f"runs any {target.title}"
    if action == "read" and target.untrusted_input and target.exposes_requests:
        return "asks for any address, which can carry away what it has read"
    if action == "execute" and _harm(target, action) == 0 and target.kind == "other":
        return f"runs {target.title}"
    return f"{_DEEDS[action]} {_part(snapshot, target.id, marks)}"


def _is_any_command(target: System, action: Action, marks: Marks) -> bool:
    return action == "execute" and ("system", target.id) in marks.commands


def _whom(snapshot: Snapshot, way: Explanation, marks: Marks) -> str:
    """The identity with which a way ends."""
    used = _used(way)
    if ("credential", used) in marks.network:
        return ""
    return f" as {_identity(snapshot, snapshot.credential[used].principal, marks)}" if used else ""


def _used(way: Explanation) -> str:
    """The credential with which a way ends; empty: none."""
    return next((each.ends[0] for each in reversed(way.steps) if each.step == "grant"), "")


_DEEDS: Final[Mapping[Action, str]] = {
    "read": "reads",
    "write": "writes into",
    "execute": "runs things in",
    "issue": "is given keys by",
    "admin": "controls",
}


def _begin(snapshot: Snapshot, worst: Worst, rated: AbstractSet[str]) -> str:
    way = worst.explanation
    if worst.source is None:
        home = snapshot.agent[way.agent].home
        return f"works in {snapshot.zone[home].title}" if home else "works in a place that is not known"
    system = snapshot.system[worst.source]
    after = f", after {worst.after}" if worst.after else ""
    if worst.is_heard and system.untrusted_input:
        return f"reads {system.title} ⚑ (untrusted content){after}, and may follow it"
    if worst.is_heard:
        return f"reads {system.title}, where untrusted content is copied{after}, and may follow it"
    if system.sensitivity is None:
        return f"reads {system.title}"
    return f"reads {system.title} ({system.sensitivity}{'' if system.id in rated else ', assumed'})"


def _between(snapshot: Snapshot, way: Explanation) -> str:
    """The agents and stores by which it gets there."""
    kinds = {"delegation", "custody", "trigger", "hearing"}
    passed = [each.to.partition(":") for each in way.steps if each.step in kinds]
    names = [
        str(snapshot.table(table)[name].title)
        for table, _, name in passed
        if table in {"agent", "system"} and name not in {way.agent, way.system}
    ]
    return f", by way of {first_few(list(dict.fromkeys(names)), 2)}" if names else ""


def _shown_questions(questions: Sequence[ScanQuestion], most: int, columns: int) -> Iterator[str]:
    """The questions in so many lines, after one that says what they are; each whole if lines are left."""
    if not questions or most < 2:
        return
    yield "What to find out first:"
    questions = questions[: most - 1]
    spare = most - 1 - len(questions)
    for number, each in enumerate(questions, 1):
        told = _question_lines(number, each, 1 + spare, columns)
        spare -= len(told) - 1
        yield from told


def _question_lines(number: int, asked: ScanQuestion, most: int, columns: int) -> list[str]:
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


def _assumed_of(snapshot: Snapshot, group: Group, marks: Marks) -> list[str]:
    """Which agents of a group, and which of its identities, are only assumed."""
    agents = (each for each in group.agents if ("agent", each) in marks.taken)
    return [*agents, *(each for each in group.identities if _is_assumed(snapshot, each, marks))]


def _assumed_on(found: ScanAnswer, worst: Worst) -> list[str]:
    """What of the worst path is only assumed, by the names of its keys; of a source how sensitive it is."""
    way, snapshot, marks, used = (
        worst.explanation,
        found.snapshot,
        found.scope.marks,
        _used(worst.explanation),
    )
    source = snapshot.system[worst.source] if worst.source else None
    said = {
        "agent": ("agent", way.agent) in marks.taken,
        "source": source is not None
        and not worst.is_heard
        and source.sensitivity is not None
        and source.id not in found.scope.rated,
        "credential": bool(used) and _is_assumed(snapshot, snapshot.credential[used].principal, marks),
        "system": ("system", way.system) in marks.guessed,
    }
    return [key for key, is_assumed in said.items() if is_assumed]


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
        "idle": scope.idle,
        "look_like_agents": [{"file": file, "of": what} for file, what in scope.seeming],
        "not_opened": list(scope.unopened),
        "late": scope.late,
        "agents": [
            {
                **fields_json(each, "agents", "reads", "changes", "runs", "identities"),
                "assumed": _assumed_of(found.snapshot, each, scope.marks),
                "asks": each.asks_in_words,
                "asks_before": list(each.asks_before),
            }
            for each in found.groups
        ],
        "others": found.others,
        "worst": None
        if worst is None
        else {
            "agent": worst.explanation.agent,
            "source": worst.source,
            **fields_json(worst.explanation, "system", "action", "severity"),
            "credential": _used(worst.explanation) or worst.door.credential,
            "others": list(worst.others),
            "sentences": list(worst.explanation.sentences),
            "assumed": _assumed_on(found, worst),
            "asked": worst.asked,
            "after": worst.after,
        },
        "why": found.why,
        "questions": fields_json(found.questions),
        "lines": scan_lines(found),
    }
