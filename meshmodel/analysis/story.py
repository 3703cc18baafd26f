"""Witnesses told in sentences."""

from collections.abc import Mapping, Sequence
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import CrossingState, WitnessStep
from meshmodel.analysis.rules.base import verb
from meshmodel.analysis.witness import Paths
from meshmodel.model.snapshot import Snapshot

_MOST_KNOWN: Final = 10_000
"""As whom agents read is kept for so many pairs; then it is forgotten."""
UNASKED: Final = " ✖ nobody asks"
INTENDED: Final = " ◇ nobody asks, which is intended"
AGAIN: Final = ", nobody asks again"


class Story:
    """Tells what happens along a path, one numbered sentence for what one does in one go."""

    def __init__(self, engine: Engine, paths: Paths) -> None:
        self.engine = engine
        self.paths = paths
        self._reading: dict[tuple[int, int], str | None] = {}

    @property
    def snapshot(self) -> Snapshot:
        """The model."""
        return self.engine.snapshot

    def reading_identity(self, agent: int, access: int) -> str | None:
        """The identity as which an agent comes to an access, by a shortest effective path."""
        known = self._reading
        if len(known) > _MOST_KNOWN:
            known = self._reading = {}
        if (agent, access) not in known:
            known[agent, access] = self._identity(agent, access)
        return known[agent, access]

    def _identity(self, agent: int, access: int) -> str | None:
        mesh = self.engine.mesh
        path = self.paths.shortest([agent], access) or []
        for node in reversed(path):
            if mesh.first_credential <= node < mesh.first_agent:
                return self.snapshot.credential[mesh.credentials[node - mesh.first_credential]].principal
        return None

    def tell(
        self,
        agent: str,
        source: str | None,
        steps: Sequence[WitnessStep],
        *,
        state: CrossingState | None,
        readable: bool,
        unasked: Mapping[int, str],
    ) -> tuple[str, ...]:
        """An opening, the numbered sentences, and the zones crossed if any are.

        What is no crossing is told without the signs of one: no decision is due on it.

        Args:
            agent: who acts.
            source: the system that the agent comes from.
            steps: what happens.
            state: the state of the crossing.
            readable: whether the agent reads the source.
            unasked: what is said of steps, counted from 0, on which nobody asks though none is missing.
        """
        told = [self._opening(agent, source, state=state, readable=readable)]
        sentences = self._sentences(agent, steps, state, unasked)
        told.extend(f"{number} {text}" for number, text in enumerate(sentences, 1))
        zones: list[str] = []
        for step in steps:
            if step.zone_to is not None:
                for zone in (step.zone_from, step.zone_to):
                    if zone is not None and zones[-1:] != [zone]:
                        zones.append(zone)
        if len(zones) > 1:
            passes = "crosses" if state is not None else "passes"
            told.append(f"{passes} {' → '.join(self._zone(each) for each in zones)}")
        return tuple(told)

    def _zone(self, zone: str) -> str:
        record = self.snapshot.zone.get(zone)
        if record is not None:
            return record.title
        system = self.snapshot.system.get(zone.removeprefix("system:"))
        return zone if system is None else system.title

    def _opening(self, agent: str, source: str | None, *, state: CrossingState | None, readable: bool) -> str:
        who = self.snapshot.agent[agent]
        if source is None:
            if state is None or who.home is None:
                return f"{who.title}"
            return f"{who.title} starts at home in {self._zone(who.home)}, then"
        system = self.snapshot.system[source]
        name = f"{system.title}, where outsiders write," if system.untrusted_input else system.title
        if not readable:
            return f"what is written into {name} triggers {who.title}, which"
        mesh = self.engine.mesh
        identity = self.reading_identity(mesh.agent_node[agent], mesh.access_node(source, 0))
        return f"{who.title} reads {name} as {identity}, then"

    def _sentences(
        self,
        agent: str,
        steps: Sequence[WitnessStep],
        state: CrossingState | None,
        unasked: Mapping[int, str],
    ) -> list[str]:
        sentences: list[str] = []
        acting = agent
        held: WitnessStep | None = None
        asked: list[str] = []
        last = max((number for number, step in enumerate(steps) if step.step == "grant"), default=-1)
        for number, step in enumerate(steps):
            subject = "" if acting == agent else f"{self._title(f'agent:{acting}')} "
            if step.checkpoint is not None:
                asked.append(step.checkpoint)
            if step.step == "hold":
                held = step
                continue
            text = self._sentence(step, held, next(iter(steps[number + 1 :]), None))
            if text is None:
                continue
            mark = f" ◆ {asked[0]} asks" if asked else ""
            if step.step == "grant" and not asked and step.zone_to is not None and state is not None:
                mark = unasked.get(number, UNASKED)
            elif step.step == "grant" and not asked and number == last and state == "uncontrolled":
                mark = UNASKED
            sentences.append(f"{subject}{text}{mark}")
            held, asked = None, []
            if step.to.startswith("agent:"):
                acting = step.to.removeprefix("agent:")
        return sentences

    def _sentence(self, step: WitnessStep, held: WitnessStep | None, after: WitnessStep | None) -> str | None:
        one, other = self._title(step.from_), self._title(step.to)
        match step.step:
            case "grant":
                word = verb(step.action or "read")
                unnamed = step.from_ == f"credential:{step.identity}"  # it names its identity itself
                using = f" with {one}" if held is not None and not unnamed else ""
                more = ""
                if after is not None and after.step == "implies":
                    more = f", which includes {after.action}"
                return f"{word} {other} as {step.identity}{using}{more}"
            case "custody":
                custody = self.snapshot.custody[step.from_.partition(":")[2], step.to.partition(":")[2]]
                return (
                    f"is issued {other} by {one}"
                    if custody.how == "issues"
                    else f"finds {other} stored in {one}"
                )
            case "exchange":
                place = "" if step.yielded_by is None else f" at {self._title(f'system:{step.yielded_by}')}"
                return f"exchanges {one} for {other}{place}"
            case "delegation":
                return f"sets {other} to work"
            case "trigger":
                return f"steers {other} by what it writes into {one}"
            case "hosting":
                return f"takes over {other}, which runs on {one}"
            case _:
                return None

    def _title(self, reference: str) -> str:
        table, _, key = reference.partition(":")
        return str(self.snapshot.table(table)[key].title)
