"""Merging two models with a common ancestor: by tables of cases, and random edits on both sides."""

import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.edit import Edit, Put, Remove, Rename, apply_edit
from meshmodel.edits.three_way import merge
from meshmodel.interchange import read_text, write_text
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import TABLES, Snapshot
from tests.edits.models import full_snapshot
from tests.reference.random_models import random_model
from tests.rows import all_rows

BASE = full_snapshot()


def changed(model, *changes):
    return apply_edit(model, Edit("change", changes))


def on(table, key, **values):
    """A change of some fields of a record of the base."""
    return Put(replace(BASE.get(table, key), **values))


def test_what_each_side_changed_is_there():
    ours = changed(BASE, on("system", "files", owner="ann"), Put(r.Agent("new")))
    theirs = changed(BASE, on("system", "files", vendor="Maker"), Remove("agent", "third"))
    found = merge(BASE, ours, theirs)
    assert found.conflicts == ()
    system = found.snapshot.system["files"]
    assert (system.owner, system.vendor) == ("ann", "Maker")
    assert "new" in found.snapshot.agent
    assert "third" not in found.snapshot.agent
    assert apply_edit(ours, found.edit) == found.snapshot


GRANT = ("file-key", "files")
CONFLICTS = {
    "the same field": (
        [on("grant", GRANT, actions=("read", "write"))],
        [on("grant", GRANT, actions=("admin",))],
        'grant "file-key" > "files": both changed "actions": ours read, write; theirs admin',
    ),
    "removed and changed": (
        [Remove("agent", "third")],
        [on("agent", "third", owner="ann")],
        'agent "third": removed by ours, changed by theirs',
    ),
    "changed and removed": (
        [on("agent", "third", owner="ann")],
        [Remove("agent", "third")],
        'agent "third": removed by theirs, changed by ours',
    ),
    "added by both": (
        [Put(r.Agent("new", owner="ann"))],
        [Put(r.Agent("new", owner="ben"))],
        'agent "new": added by both, and not alike',
    ),
    "the name of the model": (
        [Put(r.About("Ours"))],
        [Put(r.About("Theirs"))],
        'the model: both changed "name": ours Ours; theirs Theirs',
    ),
    "a removed system that the other grants on": (
        [Remove("system", "lone")],
        [Put(r.Grant("role", "lone", ("read",)))],
        'the merged model would be invalid: grant "role" > "lone", key "system"',
    ),
    "a grant on a system that the other removed": (
        [Put(r.Grant("role", "lone", ("read",)))],
        [Remove("system", "lone")],
        'the merged model would be invalid: grant "role" > "lone" needs what theirs removed',
    ),
    "a renamed system that the other grants on": (
        [Rename("system", "lone", "other")],
        [Put(r.Grant("role", "lone", ("read",)))],
        'the merged model would be invalid: grant "role" > "lone", key "system"',
    ),
}


@all_rows("case", CONFLICTS)
def test_contradictions_are_told_and_nothing_is_merged(case):
    mine, others, expected = CONFLICTS[case]
    ours = changed(BASE, *mine)
    found = merge(BASE, ours, changed(BASE, *others))
    (line,) = found.conflicts
    assert line.startswith(expected)
    assert found.snapshot == ours


def test_every_conflict_is_told():
    ours = changed(BASE, Put(r.About("Ours")), on("agent", "third", owner="ann"))
    theirs = changed(BASE, Put(r.About("Theirs")), on("agent", "third", owner="ben"))
    assert len(merge(BASE, ours, theirs).conflicts) == 2


def test_a_place_on_the_canvas_is_no_conflict():
    ours = changed(BASE, on("agent", "bot", at=(1, 1)), on("agent", "third", at=(1, 2)))
    theirs = changed(BASE, on("agent", "bot", at=(2, 2), owner="ann"), Remove("agent", "third"))
    for one, other in ((ours, theirs), (theirs, ours)):
        found = merge(BASE, one, other)
        assert found.conflicts == ()
        assert found.snapshot.agent["bot"] == replace(BASE.agent["bot"], at=one.agent["bot"].at, owner="ann")
        assert "third" not in found.snapshot.agent
    moved = changed(BASE, on("agent", "bot", at=(2, 2)))
    assert merge(BASE, BASE, moved).snapshot == moved


def test_without_an_ancestor_what_is_alike_is_no_conflict():
    assert merge(Snapshot(), BASE, BASE).conflicts == ()
    assert merge(Snapshot(), Snapshot(), BASE).snapshot == BASE


@st.composite
def edited(draw, base):
    donor = random_model(draw(st.integers(0, 500)), 5)
    model = base
    for _ in range(draw(st.integers(0, 4))):
        records = [(name, key) for name in TABLES for key in sorted(model.table(name))]
        table, key = draw(st.sampled_from(records))
        other = donor.get(table, key)
        change = Put(other) if other and draw(st.booleans()) else Remove(table, key)
        added = draw(st.sampled_from([each for name in TABLES for each in donor.table(name).values()]))
        for each in (change, Put(added)):
            try:
                model = changed(model, each)
            except InvalidModelError:
                continue
    return model


@st.composite
def triples(draw):
    base = random_model(draw(st.integers(0, 500)), 5)
    return base, draw(edited(base)), draw(edited(base))


def naive(base, ours, theirs):
    """The merge written out, record by record and field by field; ``None``: a contradiction."""
    tables = {}
    for name in TABLES:
        found = {}
        for key in {*base.table(name), *ours.table(name), *theirs.table(name)}:
            was, one, other = (side.get(name, key) for side in (base, ours, theirs))
            if other in (one, was):
                chosen = one
            elif one == was:
                chosen = other
            elif None in (was, one, other):
                return None
            else:
                values = {}
                for field in one.__dataclass_fields__:
                    a, b, c = (getattr(each, field) for each in (was, one, other))
                    if b != c and a not in (b, c):
                        return None
                    values[field] = c if b == a else b
                chosen = type(one)(**values)
            if chosen is not None:
                found[key] = chosen
        tables[name] = found
    return Snapshot(**tables)


@given(triples())
def test_random_edits_merge_as_the_naive_reading_does(triple):
    base, ours, theirs = triple
    found = merge(base, ours, theirs)
    expected = naive(*triple)
    if expected is None:
        assert found.conflicts
        assert found.snapshot == ours
        return
    try:
        valid = read_text(write_text(expected)) == expected
    except InvalidModelError:
        valid = False
    assert (found.conflicts == ()) is valid
    assert found.snapshot == (expected if valid else ours)


@given(triples())
def test_a_side_that_changed_nothing_takes_what_the_other_did(triple):
    base, ours, theirs = triple
    for found, expected in ((merge(base, base, theirs), theirs), (merge(base, ours, base), ours)):
        assert (found.snapshot, found.conflicts) == (expected, ())
    assert merge(base, ours, ours).snapshot == ours


@pytest.mark.slow
@given(triples())
def test_a_merge_of_interchange_files_by_lines_is_the_same_where_it_is_a_model(triple):
    """Why no driver is set up for them; where both changed one record, git tells a conflict."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for path, model in zip(paths, (triple[1], triple[0], triple[2]), strict=True):
            path.write_text(write_text(model), encoding="utf-8")
        command = ["git", "merge-file", "-p", *map(str, paths)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    found = merge(*triple)
    if done.returncode == 0:
        try:
            by_lines = read_text(done.stdout)
        except InvalidModelError:
            assert found.conflicts
        else:
            assert (by_lines, found.conflicts) == (found.snapshot, ())
