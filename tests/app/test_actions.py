"""One table of actions drives bindings, footer, palette, help and key list: here they are held together."""

from textual.app import App

from meshmodel.app.app import MeshmodelApp
from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.commands import ACTIONS, BY_ID, TASKS, bindings, problems, shown_key, shown_keys
from meshmodel.app.dialogs.help import HelpScreen
from meshmodel.app.dialogs.palette import Palette
from meshmodel.app.panels.footer import RANKED, MeshFooter
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.workbench.screen import Workbench
from meshmodel.commands.keys import key_table
from meshmodel.model.snapshot import Snapshot

HOMES = {"canvas": CanvasView, "workbench": Workbench, "program": MeshmodelApp}


def test_every_action_is_bound_and_carried_out_where_the_table_says() -> None:
    for action in ACTIONS:
        home = HOMES[action.context]
        assert hasattr(home, f"action_{action.id}"), action.id
        bound = {binding.id: binding for binding in home.BINDINGS}
        assert bound[action.id].key == ",".join(action.keys)


def test_no_binding_is_missing_from_the_table() -> None:
    for context, home in HOMES.items():
        assert [each.id for each in home.BINDINGS] == [each.id for each in bindings(context)]


def test_ids_are_unique_tasks_known_and_keys_do_not_clash() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert {action.task for action in ACTIONS} == set(TASKS)
    assert problems({}) == ()


def test_a_keymap_is_checked() -> None:
    assert "no action 'nothing'" in problems({"nothing": "k"})[0]
    (clash,) = problems({"undo": "c"})
    assert "c is both" in clash
    assert "connect" in clash
    assert "undo" in clash
    assert "has no key" in problems({"undo": " "})[0]
    assert problems({"undo": "k,ctrl+k"}) == ()


def test_the_key_list_has_every_action() -> None:
    table = key_table()
    for action in ACTIONS:
        assert action.description in table
        for key in action.keys:
            assert f"`{shown_key(key)}`" in table


async def test_help_and_palette_list_every_action() -> None:
    app: App[None] = App()
    async with app.run_test(size=(120, 60)) as pilot:
        for screen, wanted in (
            (HelpScreen(), ACTIONS),
            (Palette(Snapshot(), {}), [action for action in ACTIONS if action.palette]),
        ):
            await app.push_screen(screen)
            await pilot.pause()
            text = "\n".join(row.content.plain for row in screen.query_one(FilterList).rows.shown_rows)
            for action in wanted:
                assert action.description in text
                for key in shown_keys(action).split("  "):
                    assert key in text
            await pilot.press("escape")


def test_the_footer_fits_and_always_tells_the_way_to_help() -> None:
    footer = MeshFooter()
    for room in (40, 80, 120, 200):
        items = footer.items(room)
        last, key, x = items[-1]
        assert last.id == "help"
        assert x + len(key) + 1 + len(last.label) <= room
    assert len(footer.items(200)) == len(RANKED)
    footer.read_only = True
    assert not any(action.changes for action, _, _ in footer.items(200))


def test_the_footer_shows_remapped_keys() -> None:
    footer = MeshFooter({"connect": "k"})
    assert footer.items(120)[0][:2] == (BY_ID["connect"], "k")
