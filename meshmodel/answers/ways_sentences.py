"""The sentences of ``explain --all``: what all paths pass, or what is between an agent and a target."""

from collections.abc import Iterable, Iterator

from meshmodel.analysis.results import Blocker, Element, LastDoor, Opening, StepKey, Ways
from meshmodel.model.records import Snapshot
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.text import enumeration


def ways_sentences(snapshot: Snapshot, ways: Ways) -> tuple[str, ...]:
    """The sentences about all ways, or, if there is none, about what is reached and what would open one."""
    words = _Words(snapshot)
    return tuple(words.reached(ways) if ways.explanation.steps else words.unreached(ways))


class _Words:
    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def reached(self, ways: Ways) -> Iterator[str]:
        """How all paths enter the system, what they pass, what closes them, and where checkpoints decide."""
        unguarded = ways.explanation.state == "uncontrolled"
        kind = "unchecked paths" if unguarded else "paths"
        where = self._title(f"system:{ways.explanation.system}")
        entering = [door for door in ways.doors if not (unguarded and door.intended)]
        yield f"All {kind} enter {where} with {'; '.join(map(self._door, entering))}."
        meant = [door for door in ways.doors if unguarded and door.intended]
        if meant:
            yield f"Intended, and so not counted: {'; '.join(map(self._door, meant))}."
        passed = "; ".join(map(self._element, ways.through))
        yield f"All {kind} pass {passed}." if passed else f"No element is on all {kind}."
        yield self._cut(ways, unguarded=unguarded)
        if not unguarded:
            yield self._asked(ways)

    def _cut(self, ways: Ways, *, unguarded: bool) -> str:
        steps = ways.single or ways.cut
        number = len(steps)
        if ways.single:
            these = "this step" if number == 1 else f"any one of these {number} steps"
            stops = f"A checkpoint on {these} stops them all"
            stops = stops if unguarded else f"Without {these} there would be no path"
        else:
            stops = f"No single checkpoint stops them all. {number} do, on these steps"
            without = f"No single step is on all of them. Without these {number} there would be no path"
            stops = stops if unguarded else without
        return f"{stops}: {'; '.join(map(self._step, steps))}."

    def unreached(self, ways: Ways) -> Iterator[str]:
        """What the agent reaches, what leads to the access, and what would close the gap."""
        who = self._title(f"agent:{ways.explanation.agent}")
        where = self._title(f"system:{ways.explanation.system}")
        far = self._elements(ways.reached_from)
        yield f"{who} can reach {self._elements(ways.reaches) or 'nothing'}."
        yield f"{where} can be reached from {far}." if far else f"Nothing leads to {where}."
        yield from map(self._blocked, ways.blocked)
        number = sum(each.number for each in ways.openings)
        if number == 1:
            yield "One single relation would open a path:"
        else:
            each_by_itself = f"{number} single relations would open a path, each by itself:"
            yield each_by_itself if number else "No single relation would open a path by its own step."
        yield from map(self._opening, ways.openings)
        if not ways.openings_complete:
            yield (
                "Not listed: relations that open a path only within a call with limits, or because an agent "
                "then reads untrusted content."
            )

    def _step(self, step: StepKey) -> str:
        """A step as a short clause."""
        kind, from_, to = step
        if kind == "boundary":
            return f"the boundary from {self._zone(from_)} to {self._zone(to)}"
        ends = zip(STEP_ENDS[kind], (from_, to), strict=True)
        one, other = (self._title(f"{table}:{name}") for table, name in ends)
        match kind:
            case "custody":
                return f"{one} {self.snapshot.custody[from_, to].how} {other}"
            case _:
                return _CLAUSES[kind].format(one, other)

    def _door(self, door: LastDoor) -> str:
        return f"{self._title(f'credential:{door.credential}')} ({', '.join(door.actions)})"

    def _asked(self, ways: Ways) -> str:
        if not ways.standing:
            return "No effective checkpoint is on them."
        listed = "; ".join(
            f"{each}, {'on' if step[0] == 'boundary' else 'where'} {self._step(step)}"
            for each, step in ways.standing
        )
        how = "Some path passes none." if ways.unasked else "Every path passes one."
        return f"Effective checkpoints on them: {listed}. {how}"

    def _element(self, element: Element) -> str:
        reference, actions = element
        return f"{self._title(reference)} ({', '.join(actions)})" if actions else self._title(reference)

    def _elements(self, elements: Iterable[Element]) -> str:
        """Elements as a list: agents, credentials, systems."""
        kinds: dict[str, list[str]] = {"agent": [], "credential": [], "system": []}
        for each in elements:
            kinds[each[0].partition(":")[0]].append(self._element(each))
        return "; ".join(", ".join(each) for each in kinds.values() if each)

    def _blocked(self, each: Blocker) -> str:
        title = self._title(f"{'agent' if each.because == 'retired' else 'credential'}:{each.element}")
        if each.because == "bound":
            useless = "works only with its key or host. If it worked alone, it would open a path."
            return f"{title} is stored in {self._title(f'system:{each.system}')}, but {useless}"
        needed = "active" if each.because == "retired" else "valid"
        return f"{title} is {each.because}. If it were {needed}, it would open a path."

    def _opening(self, opening: Opening) -> str:
        kind = opening.relation
        ends = (self._either(ends, kind) for ends in (opening.from_, opening.to))
        limit = " without a limit" if kind == "delegation" else ""
        return f"{kind}, {opening.number}: {_CLAUSES[kind].format(*ends)}{limit}"

    def _either(self, elements: Iterable[Element], kind: str) -> str:
        """Ends as a list; the actions only where they are part of the choice."""
        chosen = kind in ("grant", "custody")
        every = [
            f"{self._title(name)} ({' or '.join(actions)})" if actions and chosen else self._title(name)
            for name, actions in elements
        ]
        return enumeration(every, "or")

    def _title(self, reference: str) -> str:
        table, _, name = reference.partition(":")
        return str(self.snapshot.table(table)[name].title)

    def _zone(self, zone: str) -> str:
        return self._title(zone if zone.startswith("system:") else f"zone:{zone}")


_CLAUSES = {
    "hold": "{0} holds {1}",
    "grant": "{0} opens {1}",
    "custody": "{0} gives out {1}",
    "exchange": "{0} is exchanged for {1}",
    "delegation": "{0} calls {1}",
    "trigger": "{0} starts {1}",
    "hearing": "{1} may follow what it reads in {0}",
    "hosting": "{1} runs on {0}",
}
