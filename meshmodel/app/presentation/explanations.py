"""Answers of why and why not: the way of an agent to a system, and all ways in sentences."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from meshmodel.answers.ways_sentences import ways_sentences
from meshmodel.model.vocabulary import Action

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Explanation, Finding


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """What is asked: an agent, a system, and perhaps an action and where the agent comes from.

    Of what is left open the worst is told: of an agent the way to the system where it does most harm.
    """

    agent: str | None
    system: str | None
    action: Action | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """The way that was asked about, and whether a finding that was to say so did."""

    asked: PathQuestion
    explanation: "Explanation | None"
    is_of_finding: bool | None = None


def asked_of(way: "Explanation") -> PathQuestion:
    """The question to which a way is the answer."""
    return PathQuestion(
        way.agent, way.system, way.action, way.source or ("home" if way.state is not None else None)
    )


def way_of(
    analysis: "Analysis",
    asked: PathQuestion,
    about: "Finding | None" = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> PathAnswer:
    """The way of what is asked; where nothing is reached, of the first agent and system. Any thread may ask.

    Args:
        analysis: of the model.
        asked: what is asked.
        about: a finding whose way says what is asked, where it has one.
        is_cancelled: asked now and then.

    Raises:
        Stopped: it was cancelled.
    """
    is_of_finding = None
    if about is not None:
        first = analysis.explain_finding(about)
        is_of_finding = first is not None
        asked = asked if first is None else asked_of(first)
    way = analysis.explain(asked.agent, asked.system, asked.action, asked.source, cancelled=is_cancelled)
    if way is None and None in {asked.agent, asked.system}:  # nothing is reached: of the first it is said
        snapshot = analysis.snapshot
        asked = replace(
            asked, agent=asked.agent or min(snapshot.agent), system=asked.system or min(snapshot.system)
        )
        way = analysis.explain(asked.agent, asked.system, asked.action, asked.source, cancelled=is_cancelled)
    elif way is not None:
        asked = replace(asked, agent=way.agent, system=way.system)
    return PathAnswer(asked, way, is_of_finding)


def ways_in_words(
    analysis: "Analysis", asked: PathQuestion, is_cancelled: Callable[[], bool] | None = None
) -> list[str]:
    """Through which doors and steps all ways run, in sentences; any thread may ask.

    Raises:
        Stopped: it was cancelled.
    """
    ways = analysis.all_ways(asked.agent, asked.system, asked.action, asked.source, cancelled=is_cancelled)
    return [] if ways is None else list(ways_sentences(analysis.snapshot, ways))
