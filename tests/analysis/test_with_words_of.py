"""The analysis of a model with other words shares the sets, and says what one from scratch says."""

import gc
import weakref
from dataclasses import replace

import pytest

from meshmodel.api import Analysis, analyse
from meshmodel.model.records import Snapshot
from tests.reference.random_models import few_and_many, random_model


def renamed(snapshot: Snapshot) -> Snapshot:
    """The same model, every element with another name, owner, description and place."""
    tables = {
        table: {
            key: replace(record, name=f"New {key}", description=f"Once {record.title}", at=(1, number))
            for number, (key, record) in enumerate(snapshot.table(table).items())
        }
        for table in ("zone", "system", "agent", "credential")
    }
    for table in ("system", "agent", "credential"):
        tables[table] = {
            key: replace(record, owner=None if record.owner else "somebody")
            for key, record in tables[table].items()
        }
    return replace(snapshot, **tables)


def said(analysis: Analysis) -> object:
    """All that an analysis says in words, and its counts."""
    return (
        analysis.summary,
        analysis.doors,
        [(each, each.message, each.about, each.remedy) for each in analysis.findings],
        analysis.questions,
        [analysis.explain_finding(each) for each in analysis.findings],
        analysis.marks(),
        analysis.reach(),
    )


@pytest.mark.parametrize("view", ["built", "designed"])
@few_and_many(1, 3)
def test_other_words_are_said_of_the_same_sets(drawn, view):
    for seed, flavour in drawn:
        snapshot = random_model(seed, 5, flavour)
        before = analyse(snapshot, view=view)
        said(before)
        after = renamed(snapshot)
        shared = before.with_words_of(after)
        assert said(shared) == said(analyse(after, view=view, today=shared.today))
        assert shared.engine.starts is before.engine.starts
        assert shared.snapshot is after


def test_what_was_analysed_is_let_go_at_once():
    analysis = analyse(random_model(1, 6, "limited"))
    said(analysis)
    parts = [weakref.ref(each) for each in (analysis, analysis.engine, analysis.engine.mesh)]
    gc.disable()
    try:
        del analysis
        assert [each() for each in parts] == [None, None, None]
    finally:
        gc.enable()
