"""Private data, outsiders' words and a way out in the hands of one agent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property, partial

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.counting import Tally
from meshmodel.analysis.crossing import Source
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import MOST_LIT, lit, titles
from meshmodel.analysis.toxic import hearers, private_reads, reads, toxic_agents, ways_out


def _find(facts: Facts) -> Iterator[Case]:
    words = _Words(facts)
    for agent in bits(toxic_agents(facts.reaches)):
        name = facts.mesh.agents[agent]
        yield Case(name, "critical", partial(words.told, agent), (name,))


class _Systems:
    """Systems by agent: of each agent the first ones, as many as a finding lights, and how many in all.

    For there can be thousands of agents with thousands of systems each.
    """

    def __init__(self, agents_of: Iterable[tuple[int, int]]) -> None:
        """Args: systems in their order, each with its agents as bits."""
        self.first: defaultdict[int, list[int]] = defaultdict(list)
        self._count, left = Tally(), -1
        for system, agents in agents_of:
            self._count.add(agents)
            for agent in bits(agents & left):
                self.first[agent].append(system)
                if len(self.first[agent]) == MOST_LIT:
                    left &= ~(1 << agent)

    def number(self, agent: int) -> int:
        """How many an agent has."""
        return self._count.total(1 << agent)


class _Words:
    """Puts the flows of a mesh in words."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def _parts(self) -> tuple[_Systems, _Systems, _Systems]:
        """Where each agent hears outsiders, what it reads, and where it carries that out."""
        mesh, reaches = self._facts.mesh, self._facts.reaches
        alike: defaultdict[Source, dict[int, int]] = defaultdict(dict)
        for read in private_reads(mesh):
            alike[reaches.as_source[read // 5]][read // 5] = reads(reaches, read // 5)
        private, shown = dict[int, int](), defaultdict[int, int](int)
        for systems in alike.values():
            readers, leaving = union(systems.values()), 0
            for out in ways_out(reaches, next(iter(systems))):
                some = reaches.alone.reach[out] & readers
                shown[out // 5] |= some
                leaving |= some
            private.update((system, some & leaving) for system, some in systems.items())
        return _Systems(hearers(reaches)), _Systems(sorted(private.items())), _Systems(sorted(shown.items()))

    def told(self, agent: int) -> Told:
        """What a finding says."""
        mesh, snapshot = self._facts.mesh, self._facts.snapshot
        names = [[mesh.systems[each] for each in part.first[agent]] for part in self._parts]
        through, what, where = (
            titles(snapshot, "system", some, total=part.number(agent))
            for some, part in zip(names, self._parts, strict=True)
        )
        record = snapshot.agent[mesh.agents[agent]]
        return Told(
            f"{record.title} hears outsiders through {through}, reads {what}, and can carry it out through "
            f"{where}; nobody is asked on the way",
            (("agent", record.id), *dict.fromkeys(place for each in names for place in lit("system", each))),
        )


RULE = Rule(
    id="toxic-flow",
    severity="critical",
    detects=(
        "Without being asked, one agent that can be instructed hears outsiders' words, reads confidential "
        "data, and has a way to carry it out to where outsiders see it"
    ),
    remedy=(
        "Take one of the three away from the agent, or give it to a second one that returns values alone: "
        "outsiders' words, the confidential data, or the way out; or place a decision before one of them"
    ),
    references=("ASI01:2026", "ASI02:2026", "ATLAS AML.T0051", "ATLAS AML.T0086", "SP 800-53 AC-4"),
    false_positives="What is marked as exposed shows outsiders nothing of the agent's: not even an address",
    find=_find,
)
