"""All that doors follow from, group by group, and what an edit changes about it."""

from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import chain, compress
from operator import or_
from typing import Final

from meshmodel.analysis.approvals import Approval
from meshmodel.analysis.closure import union
from meshmodel.analysis.doors import MissingCheckpoints
from meshmodel.analysis.engine import Group, Traveller
from meshmodel.analysis.sources import Likeness, Sources, likeness
from meshmodel.analysis.steps import Pair, bits, without
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved
from meshmodel.analysis.updating.marks import Marks, Sample, Turned, toggle
from meshmodel.analysis.updating.preparing import Pause, no_pause

Profile = tuple[str | None, bool, Likeness, tuple[int, int] | None]
"""What doors ask of a group: the agent's home, whether it is a source, and what the others are like."""
Excuses = dict[str, list[Approval]]

_ONES: Final = bytes.maketrans(b"01", b"\0\1")


class Noted(MissingCheckpoints):
    """What the doors of one reading follow from, mark by mark."""

    def __init__(self, kept: Kept, excuses: Excuses, pause: Pause = no_pause) -> None:
        """Arguments: the reading, what intents excuse, and what is called between pieces of the work."""
        engine, mesh = kept.engine, kept.engine.mesh
        self.engine, self.mesh = engine, mesh
        self.marks = Marks.none(mesh)
        self._first = self._everyone = (1 << self.marks.agents) - 1
        self._likeness: dict[tuple[int, bool], Likeness] = {}
        self._profiles: dict[int, Profile] = {}
        self._home: dict[str, int] = {}
        self._from_home = 0
        number = mesh.first_agent - mesh.first_credential
        self._carried, self._own = [0] * number, [0] * number
        self._component = self._own_component = range(-mesh.first_credential, number)
        self.open_in: dict[Pair, int] = {}
        # The groups by the checkpoints over which they have power.
        self._dropping: dict[int, int] = {}
        self._approvals: dict[int, list[tuple[int, Traveller, Group, Approval]]] = {}
        self._approved: dict[str, frozenset[int]] = {}
        self._held: dict[int, int] = {}
        self._outside = Sources()
        self._inside = [Sources() for _ in range(4)]
        for agent, credential in mesh.steps["hold"]:
            self._held[credential] = self._held.get(credential, 0) | 1 << agent - mesh.first_agent
        # Never less than so many agents hold one credential.
        self._most_held = max(map(int.bit_count, self._held.values()), default=0)
        self._prepare_boundaries()
        self._prepare_guarded()
        self._turn((), engine.travellers, excuses, pause=pause)
        pause()
        self._reach_own({each.node: kept.own.row(each.node) for each in engine.travellers}, 0)
        self._prepare_kinds()
        self._forget()

    # What the marks mean ----------------------------------------------------------------------

    def _turn(
        self,
        gone: Iterable[Traveller],
        come: Iterable[Traveller],
        excuses: Excuses,
        remade: int = 0,
        near: Iterable[int] = (),
        lost: int = 0,
        pause: Pause = no_pause,
    ) -> tuple[int, int, set[Pair], set[Pair], set[str]]:
        """Give marks to groups; the credentials that agents who are gone carried, and those that it concerns
        otherwise; the guarded steps that were open for agents who are gone, and those that are open for
        others; and the systems where intents excuse something else.
        """
        gone, come = tuple(gone), tuple(come)
        pause()
        turned = self.marks.turn(gone, come, excuses, lost, pause)
        pause()
        turned.again = self.marks.among(remade, near, turned) if remade else []
        left, credentials = self._carry(turned)
        pause()
        credentials |= self._profile(turned, pause)
        pause()
        for shared in turned.shared:
            sample = self.marks.samples[shared]
            # For others that have it some guarded step may be open still.
            if shared in turned.left and not sample[1].unchecked.dropped:
                left |= self.marks.carried(sample)
            else:
                credentials |= self.marks.carried(sample)
        if self._bounded:
            # Sources can be like others together, and a boundary part others of them from a target.
            for now, _ in turned.again:
                credentials |= self.marks.carried(now)
        left_open, opened = self._open_again(turned)
        return left, credentials, left_open, opened, self._excuse(gone, come, excuses)

    def _carry(self, turned: Turned) -> tuple[int, int]:
        """Note who comes to which credentials; those to which others come: agents who are gone no more, and
        others.
        """
        alike: dict[int, int] = {}
        for was, now, marks in turned.alike:
            difference = (self.marks.carried(was) ^ self.marks.carried(now)) >> self.mesh.first_credential
            if difference:
                alike[difference] = alike.get(difference, 0) | marks
        toggle(self._carried, alike)
        return self._parted(alike, turned.ended)

    def _parted(self, alike: Mapping[int, int], ended: int) -> tuple[int, int]:
        """The credentials of which these marks are among some, and of which others are.

        Args:
            alike: for sets of credentials, by their numbers, their marks.
            ended: those marks.
        """
        left = others = 0
        for places, marks in alike.items():
            if marks & ended:
                left |= places
            if without(marks, ended):
                others |= places
        return left << self.mesh.first_credential, others << self.mesh.first_credential

    def _profile(self, turned: Turned, pause: Pause) -> int:
        """Note what the sources of groups are like; the credentials of those that are like others now."""
        found = 0
        left: dict[Profile, list[int]] = {}
        alike: dict[Profile, int] = {}
        known: dict[tuple[int, str | None, bool], Profile] = {}
        for now, marks in chain(((now, marks) for _, now, marks in turned.alike), turned.again):
            pause()
            was = self._profiles.get((marks & -marks).bit_length() - 1)
            profile = None
            if now is not None:
                # Many agents have the very same groups, and it takes long to look large sets up.
                key = id(now[1]), now[0].home, now[0].steered
                profile = known.get(key) or self._profile_of(now)
                known[key] = profile
            if profile == was:
                continue
            for number in bits(marks):
                former = self._profiles.pop(number, None)
                if former is not None:
                    left.setdefault(former, []).append(number)
            if profile is not None:
                self._profiles.update(dict.fromkeys(bits(marks), profile))
                alike[profile] = alike.get(profile, 0) | marks
                found |= self.marks.carried(now)
        if left or alike:
            self._outside, self._inside = self._outside.copy(), [each.copy() for each in self._inside]
        for (home, from_home, told_of, _), numbers in left.items():
            marks = union(numbers)
            if home is not None:
                self._home[home] = without(self._home[home], marks)
                if from_home:
                    self._from_home = without(self._from_home, marks)
            for sources, zones in zip((self._outside, *self._inside), told_of, strict=True):
                sources.remove(marks, zones)
        for (home, from_home, told_of, _), marks in alike.items():
            pause()
            if home is not None:
                self._home[home] = self._home.get(home, 0) | marks
                if from_home:
                    self._from_home |= marks
            for sources, zones in zip((self._outside, *self._inside), told_of, strict=True):
                sources.add(marks, zones)
        return found

    def _profile_of(self, sample: Sample) -> Profile:
        traveller, group = sample
        key = group.sources, traveller.steered
        known = self._likeness.get(key)
        if known is None:
            known = likeness(self.mesh, group.sources, steered=traveller.steered)
            self._likeness[key] = known
        # A boundary parts some sources from a target: there it matters which they are.
        exact = (group.sources, group.unchecked.dropped) if self._bounded else None
        return traveller.home, group.home, known, exact

    def _open_again(self, turned: Turned) -> tuple[set[Pair], set[Pair]]:
        """Note for whom guarded steps are open; those that are no more for agents who are gone, and are as
        they were for all others, and those that are for others.
        """
        numbers = 0
        for was, now, marks in turned.alike:
            old = 0 if was is None else was[1].unchecked.dropped
            new = 0 if now is None else now[1].unchecked.dropped
            if old == new:
                continue
            numbers |= old ^ new
            self._dropping[old] = without(self._dropping.get(old, 0), marks)
            self._dropping[new] = self._dropping.get(new, 0) | marks
        left: set[Pair] = set()
        others: set[Pair] = set()
        for step in set(chain.from_iterable(map(self.engine.candidates.covered.__getitem__, bits(numbers)))):
            different = self._open(step)
            if different:
                (others if without(different, turned.ended) else left).add(step)
        return left, others

    def _open(self, step: Pair) -> int:
        """Note for whom a guarded step is open; those for whom it was not, or is not any more."""
        guards = self.engine.candidates.guards.get(step, 0)
        known = self.open_in.pop(step, 0)
        found = [marks for dropped, marks in self._dropping.items() if not guards & ~dropped]
        marks = reduce(or_, found, 0) if guards else 0
        if marks:
            self.open_in[step] = marks
        return marks ^ known

    def _guard(self, moved: Moved) -> set[Pair]:
        """Note for whom steps are open that are guarded otherwise; all of these."""
        for step in moved.guards.steps:
            self._open(step)
        return moved.guards.steps | set(moved.edit.gone) | set(moved.edit.come)

    def _excuse(self, gone: Iterable[Traveller], come: Iterable[Traveller], excuses: Excuses) -> set[str]:
        """Note what intents excuse for these agents; the systems where they do or did."""
        systems: set[int] = set()
        agents = self._approved.keys() & {each.id for each in gone}
        for agent in agents:
            systems |= self._approved.pop(agent)
        for system in systems:
            left = [each for each in self._approvals.get(system, ()) if each[1].id not in agents]
            if left:
                self._approvals[system] = left
            else:
                self._approvals.pop(system, None)
        for traveller in come if excuses else ():
            here = excuses.get(traveller.id)
            if not here:
                continue
            number = traveller.node - self.mesh.first_agent
            numbers = (*((number,) if traveller.groups else ()), *self.marks.others.get(number, ()))
            self._approved[traveller.id] = frozenset(each.system for each in here)
            systems |= self._approved[traveller.id]
            for approval in here:
                self._approvals[approval.system] = [
                    *self._approvals.get(approval.system, ()),
                    *((each, *self.marks.samples[each], approval) for each in numbers),
                ]
        return {self.mesh.systems[system] for system in systems}

    # What agents hold and come by -------------------------------------------------------------

    def _reach_own(self, differences: dict[int, int], lost: int) -> tuple[int, int]:
        """Note what agents reach as themselves and did not, or did and do not; the credentials that agents
        reached who are gone, and those of others.

        Args:
            differences: by the nodes of agents.
            lost: those who are gone, as bits.
        """
        # It takes long to look large sets up, so all else is left out before.
        together: dict[int, list[int]] = {}
        for node, rows in differences.items():
            together.setdefault(id(rows), []).append(node)
        alike: dict[int, int] = {}
        for nodes in together.values():
            rows = differences[nodes[0]]
            difference = (rows & self.marks.credentials) >> self.mesh.first_credential
            if difference:
                marks = union([node - self.mesh.first_agent for node in nodes])
                alike[difference] = alike.get(difference, 0) | marks
        if alike:
            self._own = self._own.copy()
        toggle(self._own, alike)
        return self._parted(alike, lost)

    def _hold(self, moved: Moved, lost: int) -> tuple[int, int]:
        """Note who holds what; the credentials that agents held who are gone, and those of others."""
        mesh = self.mesh
        left = others = 0
        for steps, come in ((moved.edit.gone, False), (moved.edit.come, True)):
            for agent, credential in steps:
                if agent < mesh.first_agent or credential >= mesh.first_agent:
                    continue
                if not left | others:
                    self._held = self._held.copy()
                mark = 1 << agent - mesh.first_agent
                if mark & lost:
                    left |= 1 << credential
                else:
                    others |= 1 << credential
                known = self._held.get(credential, 0)
                self._held[credential] = known | mark if come else known & ~mark
                self._most_held = max(self._most_held, self._held[credential].bit_count())
        return left, others

    def _note_guarded(self, steps: Iterable[Pair]) -> None:
        """Note the grants whose steps these are where some step is guarded now, or none is any more."""
        guards, first = self.engine.candidates.guards, self.mesh.first_credential
        self._guarded = self._guarded.copy()
        for leaves, system in {(leaves, enters // 5) for leaves, enters in steps if enters < first <= leaves}:
            some = self._guarded.get(leaves, set()) - {system}
            if any((leaves, 5 * system + action) in guards for action in range(5)):
                some.add(system)
            self._guarded[leaves] = some

    # Overridden -------------------------------------------------------------------------------

    def _by_number(self) -> Iterable[tuple[int, Traveller, Group]]:
        return ((number, *each) for number, each in self.marks.samples.items())

    def _expand(self, marks: int) -> int:
        agents = marks & self._first
        for number in bits((marks ^ agents) >> self.marks.agents):
            agents |= self.marks.holders[number + self.marks.agents]
        return agents

    def _named(self, agents: int) -> tuple[str, ...]:
        known = self._names.get(agents)
        if known is None:
            chosen = bin(agents)[:1:-1].encode().translate(_ONES)
            known = self._names[agents] = tuple(sorted(compress(self.mesh.agents, chosen)))
        return known
