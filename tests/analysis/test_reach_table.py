"""The reach asked for cell by cell is the reach told as a whole, after edits too."""

import contextlib
import random

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.api import Analysis, analyse
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import apply_edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model


def assert_same(analysis: Analysis) -> None:
    table, whole = analysis.reach_table, analysis.reach()
    assert table.agents == tuple(each.agent for each in whole)
    assert table.systems == tuple(sorted({cell.system for each in whole for cell in each.reach}))
    for each in whole:
        cells = (table.cell(each.agent, system) for system in table.systems)
        assert tuple(cell for cell in cells if cell) == each.reach
    for agents, systems in ((table.agents, table.systems), (table.agents[::2], table.systems[1:])):
        kept = [cell for each in whole if each.agent in agents for cell in each.reach]
        assert table.count(agents, systems) == sum(cell.system in systems for cell in kept)
    for system in analysis.snapshot.system:
        reaching = [(each.agent, cell) for each in whole for cell in each.reach if cell.system == system]
        assert list(table.reaching(system)) == reaching
    for identity in {each.principal for each in analysis.snapshot.credential.values()}:
        assert list(table.carrying(identity)) == [
            (each.agent, identity in each.direct_identities, identity in each.own_identities)
            for each in whole
            if identity in each.identities
        ]


@given(st.integers(0, 2**32), st.integers(0, 9), st.sampled_from(["built", "designed"]))
def test_each_cell_is_what_the_whole_says(seed, size, view):
    assert_same(analyse(random_model(seed, size), view=view, today=TODAY))


@given(st.integers(0, 2**32))
def test_each_cell_follows_edits(seed):
    snapshot = random_model(seed, 6)
    analysis = analyse(snapshot, today=TODAY)
    rng = random.Random(seed)
    for _ in range(4):
        with contextlib.suppress(InvalidModelError):
            snapshot = apply_edit(snapshot, RandomEdits(rng).edit(snapshot, analysis.findings))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert_same(analysis)
