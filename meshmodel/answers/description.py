"""The drawing in words, lane by lane: for screen readers, and for wherever no picture can be seen."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from meshmodel.answers.style import Style, wrap
from meshmodel.model.phrases import daily, listed
from meshmodel.model.records import Agent, Checkpoint, Credential, Reference, System
from meshmodel.model.text import counted

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import StepKey, StepMark

_MARKS: Final[Mapping[str, str]] = {
    "missing": "no checkpoint decides: one is missing",
    "counts": "a checkpoint decides",
    "does-not-count": "a checkpoint that is not effective",
}

_T = TypeVar("_T")
_K = TypeVar("_K")

Line = tuple[Reference | None, str]
"""A line, and the record that it is about."""


class Description:
    """Puts a model into words: each element with its relations, and what the canvas marks on them."""

    def __init__(self, analysis: "Analysis") -> None:
        """Arguments: of the model, as built or as designed."""
        self._analysis = analysis
        self._snapshot = analysis.snapshot
        self._marks: Mapping[StepKey, StepMark] = analysis.marks()
        self._heard = {each.system for each in analysis.heard}
        self._identities = analysis.identity_counts()
        self._placed: defaultdict[tuple[str, str, str], list[Checkpoint]] = defaultdict(list)
        for each in self._snapshot.checkpoint.values():
            self._placed[each.step, each.from_, each.to].append(each)
        snapshot = self._snapshot
        self._holds = _grouped(snapshot.hold, lambda each: each[0])
        self._delegations = _grouped(snapshot.delegation.values(), lambda each: each.from_)
        self._intents = _grouped(snapshot.intent.values(), lambda each: each.agent)
        self._custodies = _grouped(snapshot.custody.values(), lambda each: each.system)
        self._triggers = _grouped(snapshot.trigger, lambda each: each[0])
        self._hearings = _grouped(self._placed, lambda each: each[:2])
        self._grants = _grouped(snapshot.grant.values(), lambda each: each.credential)
        self._exchanges = _grouped(snapshot.exchange.values(), lambda each: each.from_)

    def lines(self) -> Iterator[Line]:
        """All of it, one line each, indented by two spaces a level, with what it is about."""
        snapshot, missing = self._snapshot, self._analysis.summary.missing
        yield None, snapshot.about.name or "A model without a name"
        if snapshot.about.description:
            yield None, snapshot.about.description
        sizes = f"{counted(len(snapshot.agent), 'agent')}, {counted(len(snapshot.system), 'system')}"
        sizes += f", {counted(len(snapshot.credential), 'credential')}"
        yield None, f"{sizes}; {counted(missing, 'missing checkpoint')}"
        for zone, title, agents, systems in self._lanes():
            yield None, ""
            yield zone, title
            for agent in agents:
                yield from self._agent(agent)
            for system in systems:
                yield from self._system(system)
        held = {key for _, key in snapshot.hold} | {key for _, key in snapshot.custody}
        loose = [each for each in snapshot.credential.values() if each.id not in held]
        if loose:
            yield None, ""
            yield None, "Credentials that nobody holds or stores"
            for each in loose:
                yield ("credential", each.id), f"  credential {each.title}{self._opened(each.id)}"
        yield from self._boundaries()
        yield from self._moved()

    def _lanes(self) -> Iterator[tuple[Reference | None, str, list[Agent], list[System]]]:
        """Zones with what lies in them; then systems without a zone, and agents without a home."""
        snapshot = self._snapshot
        agents = _grouped(snapshot.agent.values(), lambda each: each.home)
        systems = _grouped(snapshot.system.values(), lambda each: each.zone)
        for zone in snapshot.zone.values():
            kind = f", {zone.environment}" if zone.environment else ""
            yield ("zone", zone.id), f"Zone {zone.title}{kind}", agents[zone.id], systems[zone.id]
        if systems[None]:
            yield None, "Systems that are zones of their own", [], systems[None]
        if agents[None]:
            yield None, "Agents without a home", agents[None], []

    def _agent(self, agent: Agent) -> Iterator[Line]:
        number = self._identities.get(agent.id)
        carries = "" if number is None else f", acts as {counted(number, 'identity', 'identities')}"
        steerable = f"can{'' if agent.is_steerable else 'not'} be prompt-injected"
        kind = f"{agent.kind}, " if agent.kind else ""
        status = "" if agent.status == "active" else f", {agent.status}"
        known = _known_as(agent)
        yield ("agent", agent.id), f"  agent {agent.title}: {kind}{steerable}{carries}{status}{known}"
        if agent.runs_on is not None:
            where = self._mark("hosting", agent.runs_on, agent.id)
            runs = f"    runs on {self._title('system', agent.runs_on)}{where}"
            yield ("hosting", (agent.runs_on, agent.id)), runs
        for holder, credential in self._holds[agent.id]:
            holds = f"    holds {self._credential(credential)}{self._opened(credential)}"
            yield ("hold", (holder, credential)), holds
        for each in self._delegations[agent.id]:
            passing = "" if not each.passes else f", handing over {listed(each.passes)}"
            only = "" if each.only is None else f", for {listed(map(str, each.only))} only"
            values = ", values come back" if each.returns == "values" else ""
            where = self._mark("delegation", agent.id, each.to)
            delegates = f"    calls {self._title('agent', each.to)}{passing}{only}{values}{where}"
            yield ("delegation", (agent.id, each.to)), delegates
        for intent in self._intents[agent.id]:
            often = f", {daily(intent.per_day)}" if intent.per_day else ""
            system = self._title("system", intent.system)
            may = f"    may {listed(intent.actions)} {system}, as intended{often}"
            yield ("intent", (intent.agent, intent.system)), may

    def _system(self, system: System) -> Iterator[Line]:
        said = [system.kind or "", system.sensitivity or ""]
        said += ["outsiders write here"] if system.untrusted_input else []
        if system.id in self._heard and not system.untrusted_input:
            said.append("agents can bring untrusted content here")
        said += ["outsiders see what is written here"] if system.is_exposed else []
        said += ["outsiders see what is asked of it"] if system.exposes_requests else []
        said += ["typed values only"] if system.typed else []
        words = ", ".join(each for each in said if each)
        about = (f": {words}" if words else "") + _known_as(system)
        yield ("system", system.id), f"  system {system.title}{about}"
        for each in self._custodies[system.id]:
            by = "" if each.by is None else f" to whoever may {listed(each.obtained_by)}"
            name, opened = self._credential(each.credential), self._opened(each.credential)
            where = self._mark("custody", system.id, each.credential)
            yield ("custody", (system.id, each.credential)), f"    {each.how} {name}{by}{opened}{where}"
        for start, agent in self._triggers[system.id]:
            triggers = f"    triggers {self._title('agent', agent)}{self._mark('trigger', start, agent)}"
            if self._placed["trigger", start, agent] and self._snapshot.agent[agent].is_steerable:
                triggers += "; it decides who may start it, not about the words that it reads there"
            yield ("trigger", (start, agent)), triggers
        for step, start, agent in self._hearings["hearing", system.id]:
            reader = f"{self._title('agent', agent)}{self._mark(step, start, agent)}"
            reads = f"    its untrusted content is read by {reader}"
            yield ("hearing", (start, agent)), reads

    def _credential(self, credential: str) -> str:
        record = self._snapshot.credential[credential]
        identity = "" if record.identity in (None, record.id) else f" (as {record.identity})"
        return f"credential {record.title}{identity}{_known_as(record)}"

    def _opened(self, credential: str) -> str:
        """What a credential opens and is exchanged for, in the same line."""
        grants = [
            f"{self._title('system', each.system)} ({listed(each.actions)}"
            f"{self._mark('grant', credential, each.system)})"
            for each in self._grants[credential]
        ]
        exchanged = [
            f"{self._credential(each.to)}{self._mark('exchange', credential, each.to)}"
            for each in self._exchanges[credential]
        ]
        opens = f", opens {listed(grants)}" if grants else ""
        return opens + (f", is exchanged for {listed(exchanged)}" if exchanged else "")

    def _mark(self, step: str, start: str, end: str) -> str:
        """What the canvas marks on a step, and which checkpoints stand there."""
        mark = self._marks.get((step, start, end))  # type: ignore[arg-type]  # a step of the model
        placed = [
            f"{each.kind}{' planned' if each.state == 'planned' else ''}"
            f"{f' for {listed(each.actions)}' if each.actions else ''}{_approved_by(each)}"
            for each in self._placed[step, start, end]
        ]
        said = [_MARKS[mark]] if mark is not None else []
        return "".join(f"; {each}" for each in (*said, *placed))

    def _boundaries(self) -> Iterator[Line]:
        placed = [each for each in self._snapshot.checkpoint.values() if each.step == "boundary"]
        if placed:
            yield None, ""
            yield None, "Checkpoints on boundaries"
        for each in placed:
            said = f"  {each.kind} from {each.from_} to {each.to}, {each.state}{_approved_by(each)}"
            yield ("checkpoint", each.id), said

    def _moved(self) -> Iterator[Line]:
        """What became of checkpoints that the file has on triggers that are not drawn."""
        moved = [each for each in self._snapshot.checkpoint.values() if each.id in self._snapshot.moved]
        if moved:
            yield None, ""
            yield None, "Checkpoints that the file has on triggers that are not drawn"
        for each in moved:
            who, where = self._title("agent", each.to), self._title("system", each.from_)
            counts = "counts as one on the reading of untrusted content"
            said = f"  {each.id}: {counts}, and judges what {who} reads in {where}"
            yield ("checkpoint", each.id), said

    def _title(self, table: str, key: str) -> str:
        return str(self._snapshot.table(table)[key].title)


def _approved_by(checkpoint: Checkpoint) -> str:
    return f", approved by {listed(checkpoint.approvers)}" if checkpoint.approvers else ""


def _known_as(record: Agent | Credential | System) -> str:
    """By which names logs and other files call it, to follow what is said of it."""
    return f", known as {listed(record.known_as)}" if record.known_as else ""


def _grouped(records: Iterable[_T], key: Callable[[_T], _K]) -> defaultdict[_K, list[_T]]:
    """The records by what they have in common, in their order."""
    found: defaultdict[_K, list[_T]] = defaultdict(list)
    for each in records:
        found[key(each)].append(each)
    return found


def description(analysis: "Analysis", style: Style) -> str:
    """The drawing of a model in words, lane by lane.

    Args:
        analysis: of the model, as built or as designed.
        style: gives the columns.
    """
    lines: list[str] = []
    for _, line in Description(analysis).lines():
        indent = " " * (len(line) - len(line.lstrip()))
        lines += wrap(line, style, f"{indent}    ", indent) if line else [""]
    return "\n".join(lines)


def line_about(lines: Sequence[Line], reference: Reference | None) -> int | None:
    """The number of the line about a record; of one that is told in the line of another, that line's.

    Args:
        lines: as :meth:`Description.lines` gives them.
        reference: what is looked for, such as a grant, which is told with whoever has its credential.
    """
    if reference is None:
        return None
    known = [about for about, _ in lines]
    table, key = reference
    if reference in known:
        return known.index(reference)
    credential = key if table == "credential" else key[0] if table in {"grant", "exchange"} else None
    told = (
        number
        for number, about in enumerate(known)
        if about == ("credential", credential)
        or (about is not None and about[0] in {"hold", "custody"} and about[1][1] == credential)
    )
    return next(told, None)
