"""Agents that nothing is drawn between yet: what they take grows with their number, not its square."""

import tracemalloc

from meshmodel.analysis.analysis import analyse
from meshmodel.model.records import Agent, Snapshot


def _peak(count: int) -> int:
    """The most bytes in use while so many agents are analysed."""
    snapshot = Snapshot(agent={each: Agent(each) for each in (f"a{number}" for number in range(count))})
    tracemalloc.start()
    try:
        analysis = analyse(snapshot)
        found = analysis.findings, analysis.questions, analysis.summary, analysis.doors
        assert len(found) == 4
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_four_times_as_many_take_about_four_times_the_memory() -> None:
    _peak(10)  # what is imported on the way counts for nothing
    assert _peak(12_000) < 6 * _peak(3_000)
