"""Both analyses of a model, as built and as designed; what an edit leaves of those before it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from meshmodel.answers.causes import counts_of
from meshmodel.edits.edit import differ_only_in
from meshmodel.model.records import Snapshot

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.canvas.scene import CanvasFacts
    from meshmodel.model.vocabulary import View

_PLACES: Final = frozenset({"at"}), frozenset[str]()
"""Fields, and tables, on which no answer depends."""
_WORDS: Final = (
    frozenset({"at", "name", "owner", "known_as", "description"}),
    frozenset({"note", "about", "acceptance"}),
)
"""Those on which only the words of the answers depend, and what is asked or accepted."""


@dataclass(frozen=True, slots=True)
class Results:
    """The analyses of one snapshot as built and as designed.

    Attributes:
        facts: what they add to the drawing, by view; ``None``: what panels ask for is still being made.
    """

    snapshot: Snapshot
    built: "Analysis"
    designed: "Analysis"
    facts: "Mapping[View, CanvasFacts] | None" = None


def unchanged(known: Results | None, snapshot: Snapshot) -> Results | None:
    """The results of a snapshot, if no answer can differ from those that are known; else ``None``."""
    if known is None or not differ_only_in(known.snapshot, snapshot, _PLACES):
        return None
    return replace(known, snapshot=snapshot)


def analyse_both(
    snapshot: Snapshot,
    known: Results | None,
    is_cancelled: Callable[[], bool],
) -> Results | None:
    """Analyse a snapshot as built and as designed; any thread may call it.

    Args:
        snapshot: the model.
        known: results of an earlier one, kept where only words changed.
        is_cancelled: asked between the stages.

    Returns:
        ``None`` where it was cancelled.
    """
    built, designed = _readings(snapshot, known)
    for each in dict.fromkeys((built, designed)):
        for _ in _stages(each):
            if is_cancelled():
                return None
    return Results(snapshot, built, designed)


def _readings(snapshot: Snapshot, known: Results | None) -> "tuple[Analysis, Analysis]":
    """Both analyses of a snapshot, of which nothing has been computed yet; they are one where nothing is
    planned.
    """
    if known is not None and differ_only_in(known.snapshot, snapshot, _WORDS):
        built = known.built.with_words_of(snapshot)
        is_one = known.designed is known.built
        return built, built if is_one else known.designed.with_words_of(snapshot)
    from meshmodel.analysis.analysis import analyse

    built = analyse(snapshot)
    planned = any(each.state == "planned" for each in snapshot.checkpoint.values())
    return built, analyse(snapshot, view="designed") if planned else built


def _stages(of: "Analysis") -> Iterator[object]:
    """Compute what the first row tells of an analysis, one part after the other, each kept in it."""
    yield of.engine.starts
    yield of.engine.crossings
    yield of.engine.doors
    yield of.summary
    yield of.doors
    yield of.findings
    yield counts_of(of)
