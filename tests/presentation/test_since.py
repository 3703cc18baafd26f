"""A model compared with an earlier one, as the workbench shows it: the signs, and the list."""

import pytest
from hypothesis import given

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.diff.compare import compare
from meshmodel.answers.diff.sections import row_table, sections
from meshmodel.app.presentation.lenses import facts_of
from meshmodel.app.presentation.since import Since, compared_lines, mark
from meshmodel.canvas.draw import draw
from meshmodel.canvas.scene import Options
from meshmodel.edits.edit import Put, Remove
from meshmodel.model import records as r
from meshmodel.model.stop import Stop, Stopped
from meshmodel.store.load import load
from tests.edits.models import MODELS
from tests.reference.pairs import changed, pairs

SUPPORT = load(MODELS / "support-agent.toml")
WIDER = changed(SUPPORT, Remove("system", "attachments"), Put(r.Agent("helper", home="helpdesk")))


@given(pairs())
def test_whatever_was_removed_is_drawn_among_what_is_there(pair):
    old, new = pair
    marked = mark(old, new)
    drawing = draw(marked.both, facts_of(analyse(new)), Options())
    for table in ("zone", "system", "agent", "credential"):
        before, after = old.table(table), new.table(table)
        expected = dict.fromkeys(before.keys() - after.keys(), "-")
        expected |= dict.fromkeys(after.keys() - before.keys(), "+")
        signs = {key: sign for (name, key), sign in marked.signs.items() if name == table and sign != "~"}
        assert signs == expected
        assert {("system", key) for key in expected if table == "system"} <= marked.shown
        assert all(drawing.box_of((table, key)) for key in expected if table != "credential")
    assert marked.signs.keys() <= marked.shown


@given(pairs())
def test_the_list_has_every_row_of_diff_in_its_words(pair):
    old, new = pair[0], analyse(pair[1])
    before = analyse(old, today=new.today)
    found = sections(compare(before, new), before, new, shown=None)
    rows = [row.made for each in found for row in row_table(each).rows]
    lines = [each for each in compared_lines(Since("entry 3", old), new) if each.kind == "choice"]
    assert [each.text.split() for each in lines] == ["  ".join(row).split() for row in rows]
    known = {(table, key) for side in pair for table in ("system", "agent") for key in side.table(table)}
    leads = [each.value for each in lines if each.value and each.value[0] in {"system", "agent"}]
    assert set(leads) <= known


def test_rows_lead_to_what_they_are_about():
    lines = compared_lines(Since("entry 3", SUPPORT), analyse(WIDER))
    assert lines[0].text.startswith("since entry 3, as built: ")
    led = {" ".join(each.text.split()[:3]): each.value for each in lines}
    assert led["- system attachments:"] == ("system", "attachments")
    assert led["+ agent helper"] == ("agent", "helper")
    assert led["- action Support"] == ("agent", "support-bot")
    assert mark(SUPPORT, WIDER).says == "+ 1 added, - 2 removed, ~ 1 changed"


def test_nothing_is_marked_where_only_places_differ():
    moved = changed(SUPPORT, Put(r.Agent("a", at=(1, 1))))
    again = changed(moved, Put(r.Agent("a", at=(0, 2))))
    assert not mark(moved, again).signs
    assert mark(moved, again).says == "nothing"


def test_it_can_be_stopped():
    with pytest.raises(Stopped):
        compared_lines(Since("entry 3", SUPPORT), analyse(WIDER), Stop(None, lambda: True))
