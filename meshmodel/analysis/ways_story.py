"""All ways told in sentences; each names the elements, and none leaves any out."""

from collections.abc import Iterable, Iterator

from meshmodel.analysis.openings import RELATION_KINDS
from meshmodel.analysis.results import Blocked, Cut, End, LastDoor, Opening, Passed, Reached, StepKey, Ways
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import Action


def tell(snapshot: Snapshot, ways: Ways) -> tuple[str, ...]:
    """The sentences of all ways, or of what is in between."""
    words = _Words(snapshot)
    return tuple(words.unreached(ways) if ways.cut is None else words.reached(ways, ways.cut))


class _Words:
    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def reached(self, ways: Ways, cut: Cut) -> Iterator[str]:
        """What all ways pass, where they end, what cuts them, and who is asked on them."""
        unguarded = ways.explanation.state == "uncontrolled"
        itself = f"agent:{ways.explanation.agent}"
        passed = list(self._passed([each for each in ways.through if each.element != itself]))
        where = "way on which nobody is asked" if unguarded else "way, asked or not,"
        if passed:
            yield f"Every {where} passes: {'; '.join(passed)}"
        else:
            yield f"No element and no step is on every {where.removesuffix(',')}"
        ends = [door for door in ways.doors if not (unguarded and door.intended)]
        number = "1 door" if len(ends) == 1 else f"{len(ends)} doors"
        yield f"They end at {number}: {'; '.join(self._door(each) for each in ends)}"
        meant = [door for door in ways.doors if unguarded and door.intended]
        if meant:
            told = "; ".join(self._door(each) for each in meant)
            yield f"Not counted, since an intent covers {'it' if len(meant) == 1 else 'them'}: {told}"
        yield from self._cut(cut, unguarded=unguarded)
        if not unguarded:
            yield self._asked(ways)

    def _cut(self, cut: Cut, *, unguarded: bool) -> Iterator[str]:
        if cut.size == 1:
            steps = "this step" if len(cut.steps) == 1 else f"any one of these {len(cut.steps)} steps"
            stops = f"One checkpoint on {steps} stops them all"
            yield stops if unguarded else f"Without {steps} there would be no way"
            return
        stops = f"No single checkpoint stops them all; {cut.size} do"
        yield stops if unguarded else f"There would be a way without any one step, but not without {cut.size}"
        yield f"Nearest to the start: {self._steps(cut.near_start)}"
        if cut.near_target != cut.near_start:
            yield f"Nearest to the target: {self._steps(cut.near_target)}"

    def unreached(self, ways: Ways) -> Iterator[str]:
        """What the agent reaches, what leads to the access, and what would close the gap."""
        who = self._title("agent", ways.explanation.agent)
        where = self._title("system", ways.explanation.system)
        near, far = self._reach(ways.reaches), self._reach(ways.reached_from)
        yield f"{who} reaches {near or 'nothing'}"
        yield f"{where} is reached from {far}" if far else f"Nothing leads to {where}"
        yield from map(self._blocked, ways.blocked)
        number = sum(each.number for each in ways.openings)
        if number == 1:
            yield "One single relation would open a way:"
        else:
            each_by_itself = f"{number} single relations would open a way, each by itself:"
            yield each_by_itself if number else "No single relation would open a way by its own step"
        yield from map(self._opening, ways.openings)
        if not ways.openings_complete:
            yield (
                "Not listed: relations that open a way only within a limited delegation, or because an agent "
                "then hears outsiders' words"
            )

    def _passed(self, through: Iterable[Passed]) -> Iterator[str]:
        """The steps, and the elements that no step beside them names."""
        steps = [each.step for each in through if each.step is not None]
        named = {
            f"{table}:{end}"
            for kind, *ends in steps
            for table, end in zip(STEP_ENDS[kind], ends, strict=True)
        }
        for each in through:
            if each.step is not None:
                yield self.step(each.step)
            elif each.element is not None and (each.element not in named or each.action is not None):
                action = "" if each.action is None else f" ({each.action})"
                yield f"{self._title(*each.element.split(':'))}{action}"

    def step(self, step: StepKey) -> str:
        """A step as a short clause."""
        kind, from_, to = step
        if kind == "boundary":
            return f"the boundary from {self._zone(from_)} to {self._zone(to)}"
        one, other = (self._title(*end) for end in zip(STEP_ENDS[kind], (from_, to), strict=True))
        match kind:
            case "custody":
                return f"{one} {self.snapshot.custody[from_, to].how} {other}"
            case "trigger" if (from_, to) not in self.snapshot.trigger:
                return f"{other} is steered by what it reads in {one}"
            case "hosting":
                return f"{one} runs {other}"
            case _:
                return _CLAUSES[kind].format(one, other)

    def _steps(self, steps: Iterable[StepKey]) -> str:
        return "; ".join(map(self.step, steps))

    def _door(self, door: LastDoor) -> str:
        asked = "" if door.checkpoint is None else f", where {door.checkpoint} asks"
        return f"{self.step(('grant', door.credential, door.system))} ({', '.join(door.actions)}){asked}"

    def _asked(self, ways: Ways) -> str:
        if not ways.standing:
            return "No checkpoint that counts stands on them"
        told = "; ".join(
            f"{each.checkpoint}, {'on' if each.step[0] == 'boundary' else 'where'} {self.step(each.step)}"
            for each in ways.standing
        )
        how = "but some way passes none" if ways.unasked else "and every way passes one"
        return f"On them {'stands' if len(ways.standing) == 1 else 'stand'} {told} — {how}"

    def _reach(self, reached: Reached | None) -> str:
        if reached is None:
            return ""
        agents = ", ".join(self._title("agent", each) for each in reached.agents)
        credentials = ", ".join(self._title("credential", each) for each in reached.credentials)
        systems = ", ".join(f"{self._title('system', s)} ({', '.join(x)})" for s, x in reached.systems)
        return "; ".join(filter(None, (agents, credentials, systems)))

    def _blocked(self, each: Blocked) -> str:
        alone = "" if each.alone else ", but only together with others of these"
        match each.because:
            case "retired":
                what = f"{self._title('agent', each.element)} is retired; active, it"
            case "revoked":
                what = f"{self._title('credential', each.element)} is revoked; valid, it"
            case "limited":
                one, other = (self._title("agent", end) for end in each.element.split(">"))
                what = f"what {one} sets {other} to do is limited; without the limit, it"
            case "bound":
                where = self._title("system", each.system or "")
                useless = "is of no use without its key or host; if it were of use, it"
                what = f"{self._title('credential', each.element)} lies in {where} and {useless}"
        return f"{what} would open a way{alone}"

    def _opening(self, opening: Opening) -> str:
        kind = opening.relation
        one, other = (
            self._either(table, ends, actions=kind in ("grant", "custody"))
            for table, ends in zip(RELATION_KINDS[kind], (opening.from_, opening.to), strict=True)
        )
        return f"{kind}, {opening.number}: {_CLAUSES[kind].format(one, other)}"

    def _either(self, table: str, ends: Iterable[End], *, actions: bool) -> str:
        """Ends as a list; the actions only where they are part of the choice."""
        found: dict[str, list[Action]] = {}
        for name, action in ends:
            found.setdefault(name, []).extend([action] if action is not None and actions else [])
        every = [
            f"{self._title(table, name)} ({' or '.join(some)})" if some else self._title(table, name)
            for name, some in found.items()
        ]
        return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} or {every[-1]}"

    def _title(self, table: str, name: str) -> str:
        return str(self.snapshot.table(table)[name].title)

    def _zone(self, zone: str) -> str:
        system = zone.startswith("system:")
        return self._title("system" if system else "zone", zone.removeprefix("system:"))


_CLAUSES = {
    "hold": "{0} holds {1}",
    "grant": "{1} accepts {0}",
    "custody": "{0} yields {1}",
    "exchange": "{0} is exchanged for {1}",
    "delegation": "{0} sets {1} to work",
    "trigger": "{0} triggers {1}",
    "runs_on": "{1} runs on {0}",
}
