"""All ways told in sentences; each names the elements, and none leaves any out."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from meshmodel.analysis.openings import RELATION_KINDS, Blocked, End, Opening
from meshmodel.analysis.results import StepKey
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import Action

if TYPE_CHECKING:
    from meshmodel.analysis.ways import LastDoor, Passed, Reached, Ways


def tell(snapshot: Snapshot, ways: "Ways") -> tuple[str, ...]:
    """The sentences of all ways, or of what is in between."""
    words = _Words(snapshot)
    return tuple(words.reached(ways) if ways.cut is not None else words.unreached(ways))


class _Words:
    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def reached(self, ways: "Ways") -> Iterator[str]:
        """What all ways pass, where they end, what cuts them, and who is asked on them."""
        cut = ways.cut
        assert cut is not None
        unguarded = ways.explanation.state == "uncontrolled"
        itself = f"agent:{ways.explanation.agent}"
        passed = list(self._passed(each for each in ways.through if each.element != itself))
        where = "way on which nobody is asked" if unguarded else "way, asked or not,"
        if passed:
            yield f"Every {where} passes: {'; '.join(passed)}"
        else:
            yield f"No element and no step is on every {where.removesuffix(',')}"
        ends = [door for door in ways.doors if not (unguarded and door.intended)]
        yield f"They end at {_counted(len(ends), 'door')}: {'; '.join(self._door(each) for each in ends)}"
        meant = [door for door in ways.doors if unguarded and door.intended]
        if meant:
            told = "; ".join(self._door(each) for each in meant)
            yield f"Not counted, since an intent covers {'it' if len(meant) == 1 else 'them'}: {told}"
        if cut.size == 1:
            steps = "this step" if len(cut.steps) == 1 else f"any one of these {len(cut.steps)} steps"
            yield (
                f"One checkpoint on {steps} stops them all"
                if unguarded
                else f"Without {steps} there would be no way"
            )
        else:
            yield (
                f"No single checkpoint stops them all; {cut.size} do"
                if unguarded
                else f"There would be a way without any one step, but not without {cut.size}"
            )
            yield f"Nearest to the start: {self._steps(cut.near_start)}"
            if cut.near_target != cut.near_start:
                yield f"Nearest to the target: {self._steps(cut.near_target)}"
            if len(cut.steps) == cut.size:
                yield "There is no other set as small"
            else:
                yield f"Steps that are in some smallest set, {len(cut.steps)}: {self._steps(cut.steps)}"
        if not unguarded:
            yield self._asked(ways)

    def unreached(self, ways: "Ways") -> Iterator[str]:
        """What the agent reaches, what reaches the access, and what would close the gap."""
        explanation = ways.explanation
        who = self._title("agent", explanation.agent)
        where = self._title("system", explanation.system)
        assert ways.reaches is not None
        assert ways.reached_from is not None
        near = list(self._reach(ways.reaches))
        yield f"{who} reaches {'; '.join(near)}" if near else f"{who} reaches nothing"
        far = list(self._reach(ways.reached_from))
        yield f"{where} is reached from {'; '.join(far)}" if far else f"Nothing leads to {where}"
        for each in ways.blocked:
            yield self._blocked(each)
        number = sum(each.number for each in ways.openings)
        if not number:
            yield "No single relation would open a way"
            return
        yield (
            "One single relation would open a way:"
            if number == 1
            else f"{number} single relations would open a way, each by itself:"
        )
        for kind in RELATION_KINDS:
            for opening in ways.openings:
                if opening.relation == kind:
                    yield self._opening(opening)

    def _passed(self, passed: "Iterable[Passed]") -> Iterator[str]:
        """The steps, and the elements that no step beside them names."""
        through = tuple(passed)
        named = {end for each in through if each.step is not None for end in _ends(each.step)}
        for each in through:
            if each.step is not None:
                yield self.step(each.step)
            elif each.element is not None and (each.element not in named or each.action is not None):
                table, _, name = each.element.partition(":")
                action = "" if each.action is None else f" ({each.action})"
                yield f"{self._title(table, name)}{action}"

    def step(self, step: StepKey) -> str:
        """A step as a short clause."""
        kind, from_, to = step
        snapshot = self.snapshot
        match kind:
            case "hold":
                return f"{self._title('agent', from_)} holds {self._title('credential', to)}"
            case "grant":
                return f"{self._title('system', to)} accepts {self._title('credential', from_)}"
            case "custody":
                how = snapshot.custody[from_, to].how
                return f"{self._title('system', from_)} {how} {self._title('credential', to)}"
            case "exchange":
                one, other = self._title("credential", from_), self._title("credential", to)
                return f"{one} is exchanged for {other}"
            case "delegation":
                return f"{self._title('agent', from_)} sets {self._title('agent', to)} to work"
            case "trigger":
                one, other = self._title("system", from_), self._title("agent", to)
                if (from_, to) in snapshot.trigger:
                    return f"{one} triggers {other}"
                return f"{other} is steered by what it reads in {one}"
            case "hosting":
                return f"{self._title('system', from_)} runs {self._title('agent', to)}"
            case "boundary":
                return f"the boundary from {self._zone(from_)} to {self._zone(to)}"

    def _steps(self, steps: Iterable[StepKey]) -> str:
        return "; ".join(self.step(each) for each in steps)

    def _door(self, door: "LastDoor") -> str:
        credential = self._title("credential", door.credential)
        asked = "" if door.checkpoint is None else f", where {door.checkpoint} asks"
        actions = ", ".join(door.actions)
        return f"{self._title('system', door.system)} accepts {credential} ({actions}){asked}"

    def _asked(self, ways: "Ways") -> str:
        if not ways.standing:
            return "No checkpoint that counts stands on them"
        told = "; ".join(f"{each.checkpoint}, {self._on(each.step)}" for each in ways.standing)
        how = "but some way passes none" if ways.unasked else "and every way passes one"
        return f"On them {'stands' if len(ways.standing) == 1 else 'stand'} {told} — {how}"

    def _on(self, step: StepKey) -> str:
        return f"on {self.step(step)}" if step[0] == "boundary" else f"where {self.step(step)}"

    def _reach(self, reached: "Reached") -> Iterator[str]:
        for table, names in (("agent", reached.agents), ("credential", reached.credentials)):
            if names:
                yield ", ".join(self._title(table, each) for each in names)
        if reached.systems:
            yield ", ".join(
                f"{self._title('system', each)} ({', '.join(actions)})" for each, actions in reached.systems
            )

    def _blocked(self, each: Blocked) -> str:
        if each.because == "retired":
            what = f"{self._title('agent', each.element)} is retired; active, it"
        elif each.because == "revoked":
            what = f"{self._title('credential', each.element)} is revoked; valid, it"
        else:
            assert each.system is not None
            what = (
                f"{self._title('credential', each.element)} lies in {self._title('system', each.system)} and "
                "is of no use without its key or host; if it were of use, it"
            )
        return f"{what} would open a way{'' if each.alone else ', but only together with others of these'}"

    def _opening(self, opening: Opening) -> str:
        one, other = self._listed(opening.relation, opening)
        match opening.relation:
            case "hold":
                text = f"{one} holds {other}"
            case "grant":
                text = f"{other} accepts {one}"
            case "custody":
                text = f"{one} yields {other}"
            case "exchange":
                text = f"{one} is exchanged for {other}"
            case "delegation":
                text = f"{one} sets {other} to work"
            case "trigger":
                text = f"{one} triggers {other}"
            case "runs_on":
                text = f"{other} runs on {one}"
        why = ", since an agent would then be steered by what it reads" if opening.steering else ""
        return f"{opening.relation}, {opening.number}: {text}{why}"

    def _listed(self, kind: str, opening: Opening) -> tuple[str, str]:
        """The two ends of relations, each a list; the actions only where they are part of the choice."""
        tables = STEP_ENDS["hosting" if kind == "runs_on" else kind]
        sides = (opening.from_, opening.to)
        one, other = (
            _or(self._end(table, end, actions=kind in ("grant", "custody")) for end in _by_name(side))
            for table, side in zip(tables, sides, strict=True)
        )
        return one, other

    def _end(self, table: str, end: tuple[str, tuple[Action, ...]], *, actions: bool) -> str:
        name, listed = end
        return (
            f"{self._title(table, name)} ({' or '.join(listed)})"
            if listed and actions
            else self._title(table, name)
        )

    def _title(self, table: str, name: str) -> str:
        return str(self.snapshot.table(table)[name].title)

    def _zone(self, zone: str) -> str:
        if zone.startswith("system:"):
            return self._title("system", zone.removeprefix("system:"))
        return self._title("zone", zone)


def _by_name(ends: Iterable[End]) -> list[tuple[str, tuple[Action, ...]]]:
    found: dict[str, list[Action]] = {}
    for name, action in ends:
        found.setdefault(name, []).extend([] if action is None else [action])
    return [(name, tuple(actions)) for name, actions in found.items()]


def _ends(step: StepKey) -> tuple[str, str]:
    first, second = STEP_ENDS[step[0]]
    return f"{first}:{step[1]}", f"{second}:{step[2]}"


def _or(words: Iterable[str]) -> str:
    every = list(words)
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} or {every[-1]}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
