"""One table of commands drives bindings, footer, palette, help and key list: here they are held together."""

import pytest
from textual.app import App

from meshmodel.app.app import MeshmodelApp
from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.commands import BY_ID, COMMANDS, FOOTERS, TASKS, bindings, problems, shown_key, shown_keys
from meshmodel.app.dialogs.add import AddDialog
from meshmodel.app.dialogs.find import Palette
from meshmodel.app.dialogs.help import HelpScreen
from meshmodel.app.panels.footer import MeshFooter
from meshmodel.app.panels.round import RoundPanel
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.workbench.screen import Workbench
from meshmodel.commands.keys import key_table
from meshmodel.model.records import Snapshot
from tests.app.desk import SIZES, desk

HOMES = {"canvas": CanvasView, "round": RoundPanel, "workbench": Workbench, "program": MeshmodelApp}


def test_every_command_is_bound_where_the_table_says() -> None:
    for command in COMMANDS:
        bound = {binding.id: binding for binding in HOMES[command.context].BINDINGS}
        assert bound[command.id].key == ",".join(command.keys)
        assert sum(map(bool, (command.run, command.on_canvas, command.in_round, command.in_program))) == 1


def test_no_binding_is_missing_from_the_table() -> None:
    for context, home in HOMES.items():
        assert [each.id for each in home.BINDINGS] == [each.id for each in bindings(context)]


def test_ids_are_unique_tasks_known_and_keys_do_not_clash() -> None:
    assert len(BY_ID) == len(COMMANDS)
    assert {action.task for action in COMMANDS} == set(TASKS)
    assert problems({}) == ()


def test_a_keymap_is_checked() -> None:
    assert "no action 'nothing'" in problems({"nothing": "k"})[0]
    (clash,) = problems({"undo": "c"})
    assert "c is both" in clash
    assert "connect" in clash
    assert "undo" in clash
    assert "has no key" in problems({"undo": " "})[0]
    assert problems({"undo": "b,ctrl+k"}) == ()


def test_the_key_list_has_every_action() -> None:
    table = key_table()
    for action in COMMANDS:
        assert action.description in table
        for key in action.keys:
            assert f"`{shown_key(key)}`" in table


async def test_help_and_palette_list_every_action() -> None:
    app: App[None] = App()
    async with app.run_test(size=(120, 60)) as pilot:
        for screen, wanted in (
            (HelpScreen(), COMMANDS),
            (Palette(WorkbenchState(Snapshot()), {}), [action for action in COMMANDS if action.palette]),
        ):
            await app.push_screen(screen)
            await pilot.pause()
            text = "\n".join(row.content.plain for row in screen.query_one(FilterList).rows.shown_rows)
            for action in wanted:
                assert action.description in text
                for key in shown_keys(action).split("  "):
                    assert key in text
            await pilot.press("escape")


@pytest.mark.parametrize("focus", FOOTERS)
@pytest.mark.parametrize("is_squeezed", [False, True])
def test_the_footer_fits_and_always_tells_the_way_to_help(focus, is_squeezed) -> None:
    """Arranging is offered where cards that were placed by hand squeeze names."""
    footer = MeshFooter()
    footer.follow(WorkbenchState(Snapshot(), focus=focus, is_squeezed=is_squeezed))
    for room in (40, 80, 120, 200):
        items = footer.items(room)
        last, key, x = items[-1]
        assert last.id == "help"
        assert x + len(key) + 1 + len(last.label) <= room
    offered = [each.id for each in FOOTERS[focus] if is_squeezed or each.id != "arrange"]
    assert [each.id for each, _, _ in footer.items(200)] == offered
    labels = {each.label for each, _, _ in footer.items(200)}
    wanted = {"canvas": {"find"}, "round": set()}  # which is no list
    assert {"find", "filter"} & labels == wanted.get(focus, {"filter"})


async def test_the_footer_tells_what_can_be_done_where_the_focus_is(tmp_path) -> None:
    async with desk(tmp_path) as it:
        footer = it.bench.query_one(MeshFooter)
        assert footer.items(120)[0][0].id == "connect"
        await it.press("f")
        assert footer.items(120)[0][0].id == "checkpoint"
        await it.press("escape")
        assert footer.items(120)[0][0].id == "connect"
        await it.press("o", "down")
        assert [each.id for each, _, _ in footer.items(120)][1:3] == ["rename", "delete"]
        selected, elements = it.bench.shown.selected, it.model.elements
        await it.press("x")
        assert it.model.elements < elements, "the keys of the footer are about the row under the cursor"
        assert it.model.get(*selected) is None


@pytest.mark.parametrize("size", SIZES)
async def test_the_footer_tells_what_the_inspector_can_do(tmp_path, size) -> None:
    async with desk(tmp_path, size=size) as it:
        await it.select("grant", ("file-sas", "attachments"))
        await it.press("enter")
        assert it.bench.shown.focus == "inspector"
        footer = it.screen_text().splitlines()[-1]
        for each in ("n name", "a add", "p checkpoint", "x delete", "u undo", "Esc back", "? all keys"):
            assert each in footer
        assert ("c connect" in footer) is (size[0] > 80)
        await it.press("p")
        assert len(it.model.checkpoint) == 1
        await it.press("a")
        assert isinstance(it.app.screen, AddDialog)
