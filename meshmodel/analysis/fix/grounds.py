"""A reading in pieces: one as a rule, and one for each batch of agents of a large sparse mesh.

What is uncontrolled from an agent depends on what that agent reaches alone, so each piece finds its own
proofs. Relations are numbered anew in each of them, and have one number for all.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from meshmodel.analysis.checkpoints import steps_covered
from meshmodel.analysis.collecting import collector_at_rest
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.ground import Ground
from meshmodel.analysis.fix.guarded import Guarded
from meshmodel.analysis.fix.hitting import Some
from meshmodel.analysis.fix.proofs import Proofs
from meshmodel.analysis.fix.relations import ORDER
from meshmodel.analysis.fix.stopping import Stop, Stopped
from meshmodel.analysis.fix.trying import Trying
from meshmodel.analysis.parts import Batches
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.steps import Mesh, Pair
from meshmodel.model.records import Checkpoint

_COUNTED: Final = 16
"""So many of the counts of a piece are kept."""
_MAKING: Final = 0.8
"""The share of the time in which the pieces must be there."""


class Piece:
    """Some agents of a reading, all as a rule.

    Attributes:
        ground: the reading of these agents.
        numbers: for each relation of it the number that it has for all.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.numbers: list[int] = []
        self._place: dict[int, int] = {}
        self._proofs = Proofs(ground)
        self._clean: int | None = None
        self._counted: dict[int, int] = {}

    def number(self, number_of: dict[StepKey, int]) -> None:
        """Say which numbers the relations have for all."""
        self.numbers = [number_of[key] for key in self.ground.relations.keys]
        self._place = {number: place for place, number in enumerate(self.numbers)}

    def inside(self, some: Some) -> int:
        """Those of these relations that it has, as bits of its own numbers."""
        place = self._place
        # Of the two the smaller one is gone through.
        both = some.intersection(place) if len(place) < len(some) else place.keys() & some
        return sum(1 << place[number] for number in both)

    def named(self, relations: Iterable[int]) -> Some:
        """Relations as they are numbered for all."""
        return frozenset(map(self.numbers.__getitem__, relations))

    def against(self, closed: Some, found: set[Some]) -> None:
        """Add proofs of what remains uncontrolled here.

        Raises:
            Stopped: it was time to stop before it was known whether there are more.
        """
        inside = self.inside(closed)
        # Guarding more leaves nothing open that was not.
        if self._clean is not None and not self._clean & ~inside:
            return
        here: set[Some] = set()
        try:
            self._proofs.against(Trying(self.ground, inside), here)
        finally:
            found.update(map(self.named, here))
        if not here:
            self._clean = inside

    def uncontrolled(self, closed: Some) -> int:
        """How many crossings of its agents are uncontrolled.

        Raises:
            Stopped: it was time to stop before that was known.
        """
        inside = self.inside(closed)
        known = self._counted.get(inside)
        if known is None:
            if len(self._counted) >= _COUNTED:
                self._counted.clear()
            known = self._counted[inside] = Trying(self.ground, inside).uncontrolled()
        return known


class Grounds:
    """All pieces of a reading.

    Attributes:
        pieces: none where there was no time to make them all.
        complete: whether there was.
        has_intents: whether any agent of the reading has a declared intent.
        keys: what each relation is called that is in one of them or has a door, in the fixed order.
        number_of: the number of each of these.
    """

    @collector_at_rest()
    def __init__(
        self, engine: Engine, doors: Iterable[StepKey], stop: Stop, batches: Batches | None = None
    ) -> None:
        self.stop = stop
        self.pieces: list[Piece] = []
        self.complete = True
        self.has_intents = any(True for _ in engine.intents())
        names = set(doors)
        # Pieces are of no use unless there is time left to look at them.
        making = stop.after(_MAKING)
        try:
            for each in (engine,) if batches is None else batches.passing():
                making.check()
                self.pieces.append(Piece(Ground(each, stop)))
            self._number(names, making)
        except Stopped:
            self.complete = False
            self.pieces.clear()
            self._number(names, None)

    def _number(self, names: set[StepKey], stop: Stop | None) -> None:
        """Number all relations of the pieces and these.

        Raises:
            Stopped: it was time to stop before all pieces knew the numbers.
        """
        every = set(names)
        for piece in self.pieces:
            if stop is not None:
                stop.check()
            every.update(piece.ground.relations.keys)
        self.keys = []
        for kind in ORDER:
            if stop is not None:
                stop.check()
            self.keys += sorted([key for key in every if key[0] == kind])
        self.number_of = {key: number for number, key in enumerate(self.keys)}
        for piece in self.pieces:
            if stop is not None:
                stop.check()
            piece.number(self.number_of)

    @collector_at_rest()
    def against(self, closed: Some) -> set[Some] | None:
        """Proofs of what remains uncontrolled while these relations are guarded.

        None are left only if nothing remains; ``None``: it was time to stop before that was known.
        """
        found: set[Some] = set()
        try:
            for piece in self.pieces:
                self.stop.check()
                piece.against(closed, found)
        except Stopped:
            return found or None
        return found if found or self.complete else None

    def uncontrolled(self, closed: Some) -> int:
        """How many crossings are uncontrolled then; for all agents, so all pieces must be there.

        Raises:
            Stopped: it was time to stop before that was known.
        """
        return sum(piece.uncontrolled(closed) for piece in self.pieces)

    def named(self, closed: Some) -> tuple[StepKey, ...]:
        """What these relations are called, in the fixed order."""
        return tuple(self.keys[relation] for relation in sorted(closed))


def closing(engine: Engine, steps: Iterable[StepKey], before: int, batches: Batches | None) -> int:
    """How many uncontrolled crossings it closes to guard these steps.

    Args:
        engine: the reading.
        steps: each is guarded with all its actions.
        before: how many crossings are uncontrolled.
        batches: those of a large sparse mesh; only those that come to the steps are looked at.

    Raises:
        KeyError: there is no such step, or it is a boundary.
    """
    exists = dict(enumerate(engine.effective.successors))
    pairs = [pair for step in set(steps) for pair in _pairs(engine.mesh, exists, step)]
    if batches is None:
        return before - Counts(Guarded(engine, pairs)).uncontrolled
    closed = 0
    for part in batches.passing(frozenset(leaves for leaves, _ in pairs)):
        here = part.mesh.here
        inside = [(here[leaves], here[enters]) for leaves, enters in pairs if leaves in here]
        closed += Counts(part).uncontrolled - Counts(Guarded(part, inside)).uncontrolled
    return closed


def _pairs(mesh: Mesh, exists: Mapping[int, Sequence[int]], step: StepKey) -> list[Pair]:
    """The pairs of nodes of a step, with all its actions."""
    pairs = steps_covered(mesh, Checkpoint("", "policy-decision", *step), exists)
    if not pairs:
        raise KeyError(step)
    return pairs
