"""A log that is laid on a model: bounded memory, and never taken for whole where it is not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.trace_records import TraceCounts
from meshmodel.app.presentation import laid_log
from meshmodel.app.presentation.laid_log import lay_log
from meshmodel.app.presentation.log_words import (
    WORDS,
    LaidLog,
    column_widths,
    incomplete_words,
    summary_words,
)
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.events import Event
from meshmodel.model.stop import Task
from meshmodel.store.load import load
from tests.app.desk import MODELS

ANALYSIS = analyse(load(MODELS / "support-agent.toml"))
QUIET = Event(1, 1.7e9, agent="support-bot", credential="ticket-token", system="tickets", action="read")
TELLING = Event(1, 1.7e9, identity="svc-unknown", system="attachments", action="write")
LOG = Path("logs/observed.jsonl")


def numbered(*events: Event) -> Iterator[Event]:
    return (replace(each, number=number) for number, each in enumerate(events, 1))


def test_memory_is_bounded_and_what_is_left_out_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laid_log, "EVERY", 3)
    monkeypatch.setattr(laid_log, "WORTH", 5)
    laid = lay_log(ANALYSIS, numbered(*[QUIET] * 10, *[TELLING] * 10), LOG, Task())
    assert [each.event.number for each in laid.events] == [1, 2, 3, 11, 12]
    assert (laid.tally.events, laid.left_out, laid.is_complete) == (20, 15, True)
    assert summary_words(laid).startswith("20 events (15 of them counted, not listed), ")


def test_it_keeps_what_was_read_before_a_damaged_line_and_says_where_that_is() -> None:
    def damaged(before: int) -> Iterator[Event]:
        yield from numbered(*[QUIET] * before)
        raise MeshmodelError("logs/observed.jsonl, line 3: no JSON")

    laid = lay_log(ANALYSIS, damaged(2), LOG, Task())
    assert (laid.tally.events, laid.problem) == (2, "observed.jsonl, line 3: no JSON")
    with pytest.raises(MeshmodelError, match="line 3"):
        lay_log(ANALYSIS, damaged(0), LOG, Task())


def test_it_ends_where_it_is_stopped() -> None:
    task = Task()

    def stopped() -> Iterator[Event]:
        yield from numbered(QUIET, QUIET)
        task.cancel()
        yield from numbered(QUIET)

    laid = lay_log(ANALYSIS, stopped(), LOG, task)
    assert (laid.tally.events, laid.stopped, laid.is_complete) == (2, True, False)


def test_an_incomplete_log_is_never_taken_for_a_whole_one() -> None:
    for laid in (
        LaidLog((), TraceCounts(), 0, "line 3: no JSON"),
        LaidLog((), TraceCounts(), 0, stopped=True),
    ):
        assert not laid.is_complete
        assert incomplete_words(laid).startswith("INCOMPLETE after event 0: ")


@pytest.mark.parametrize("room", [60, 80, 120])
def test_each_decision_has_room_in_its_column(room: int) -> None:
    longest = max(WORDS.values() if room < 75 else [*WORDS.values(), "not explained"], key=len)
    assert len(f"? {longest}") < column_widths(room)[2], "with a space behind it"
