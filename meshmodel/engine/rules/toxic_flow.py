"""Private data, outsiders' words and a way out in the hands of one agent."""

from collections.abc import Iterator
from functools import cached_property, partial

from meshmodel.engine.bitset import bits
from meshmodel.engine.crossing import Source
from meshmodel.engine.results import Told
from meshmodel.engine.rules.base import Case, Facts, Rule
from meshmodel.engine.rules.phrases import lit, titles
from meshmodel.engine.toxic import heard_reads, open_triggers, private_reads, reads, toxic_agents, ways_out


def _find(facts: Facts) -> Iterator[Case]:
    words = _Words(facts)
    for agent in bits(toxic_agents(facts.reaches)):
        name = facts.mesh.agents[agent]
        yield Case(name, "critical", partial(words.told, agent), (name,))


class _Words:
    """Puts the flows of a mesh in words."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def _private(self) -> dict[Source, list[int]]:
        """The systems that are confidential or above, by what matters of them as sources."""
        found: dict[Source, list[int]] = {}
        for read in private_reads(self._facts.mesh):
            found.setdefault(self._facts.reaches.as_source[read // 5], []).append(read // 5)
        return found

    @cached_property
    def _out(self) -> dict[Source, list[int]]:
        """The accesses that carry out what is read there."""
        reaches = self._facts.reaches
        return {source: list(ways_out(reaches, systems[0])) for source, systems in self._private.items()}

    def told(self, agent: int) -> Told:
        """What a finding says."""
        mesh, reaches, snapshot = self._facts.mesh, self._facts.reaches, self._facts.snapshot
        reach = reaches.alone.reach
        heard = {step[0] // 5 for step in open_triggers(reaches, agent)}
        heard |= {each // 5 for each in heard_reads(reaches) if reads(reaches, each // 5) >> agent & 1}
        private, shown = set[int](), set[int]()
        for source, systems in self._private.items():
            read = {each for each in systems if reads(reaches, each) >> agent & 1}
            out = {each // 5 for each in self._out[source] if reach[each] >> agent & 1} if read else ()
            if out:
                private, shown = private | read, shown | set(out)
        parts = [[mesh.systems[each] for each in sorted(some)] for some in (heard, private, shown)]
        through, what, where = (titles(snapshot, "system", each) for each in parts)
        record = snapshot.agent[mesh.agents[agent]]
        return Told(
            f"{record.title} hears outsiders through {through}, reads {what}, and can carry it out through "
            f"{where}; nobody is asked on the way",
            (("agent", record.id), *dict.fromkeys(place for each in parts for place in lit("system", each))),
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
