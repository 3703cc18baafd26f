"""Connection menu and dialogs: by keyboard and by mouse, with the safe answer in focus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Button, Static

from meshmodel.app.dialogs.add import AddDialog
from meshmodel.app.dialogs.base import Confirm, Dialog, TextEntry
from meshmodel.app.dialogs.checkpoint import CheckpointDialog
from meshmodel.app.dialogs.connect import CheckpointChoice, ConnectMenu
from meshmodel.app.dialogs.field import MultiPicker
from meshmodel.app.dialogs.find import FindDialog
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.model.records import Agent, Checkpoint, Credential, Record, Snapshot, System, Zone
from meshmodel.model.vocabulary import ACTIONS
from tests.app.desk import desk
from tests.app.form_host import enter
from tests.edits.models import HOSTILE, full_snapshot, snapshot_of


class Asking(App[Any]):
    """Pushes one dialog and keeps its answers."""

    def __init__(self, dialog: Dialog[Any]) -> None:
        super().__init__()
        self.dialog = dialog
        self.answers: list[Any] = []

    def compose(self) -> ComposeResult:
        yield Static("below")

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.answers.append)


@asynccontextmanager
async def asking(dialog: Dialog[Any]) -> AsyncIterator[tuple[Asking, Pilot[Any]]]:
    """The dialog in a small terminal, once it is there."""
    app = Asking(dialog)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield app, pilot


def after(edit: Any) -> Snapshot:
    assert isinstance(edit, Edit)
    return apply_edit(full_snapshot(), edit)


async def test_the_usual_relation_is_two_keys_away() -> None:
    async with asking(ConnectMenu(full_snapshot(), ("agent", "bot"), ("system", "lone"), at=(70, 20))) as (
        app,
        pilot,
    ):
        await pilot.press("enter")
        await pilot.press("enter")
        await pilot.pause()
        drawn = after(app.answers[0])
        assert drawn.grant["lone-key", "lone"].actions == ("read",)
        assert ("bot", "lone-key") in drawn.hold


@pytest.mark.parametrize("at", [(0, 0), (79, 23), (70, 2), (3, 22), None])
async def test_the_menu_lies_wholly_on_the_screen(at: tuple[int, int] | None) -> None:
    menu = ConnectMenu(full_snapshot(), ("agent", "bot"), ("system", "files"), at=at)
    app = Asking(menu)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(2):
            await pilot.pause()
            box = menu.query_one("#dialog").region
            assert menu.region.contains_region(box)
            await pilot.press("enter")


@pytest.mark.parametrize("onward", ["tab", "down"])
async def test_a_typed_name_replaces_the_one_proposed_and_letters_switch_actions_below_it(
    onward: str,
) -> None:
    async with asking(ConnectMenu(full_snapshot(), ("agent", "bot"), ("system", "lone"))) as (app, pilot):
        await pilot.press("enter", *"raw", onward, "w", "a", "r", "i", "enter")
        await pilot.pause()
        drawn = after(app.answers[0])
        assert drawn.grant["raw", "lone"].actions == ("write",), "no letter grants admin or issue"


async def test_one_click_is_one_toggle_and_the_button_connects() -> None:
    async with asking(ConnectMenu(full_snapshot(), ("agent", "bot"), ("system", "lone"))) as (app, pilot):
        await pilot.click("#offers", offset=(2, 0))
        await pilot.pause()
        for row in (ACTIONS.index("write"), ACTIONS.index("admin"), ACTIONS.index("admin")):
            await pilot.click("#toggles RowList", offset=(2, row))
            await pilot.pause()
        assert app.answers == []
        await pilot.click("#accept")
        await pilot.pause()
        assert after(app.answers[0]).grant["lone-key", "lone"].actions == ("read", "write")


async def test_a_click_in_a_list_of_several_switches_one_and_enter_accepts() -> None:
    async with asking(MultiPicker("actions", [(each, "") for each in ACTIONS], ["read"])) as (app, pilot):
        await pilot.click("ToggleList RowList", offset=(2, ACTIONS.index("write")))
        await pilot.pause()
        assert app.answers == []
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [("read", "write")]


async def test_no_action_is_refused_and_escape_goes_back_and_then_away() -> None:
    menu = ConnectMenu(full_snapshot(), ("agent", "bot"), ("system", "lone"))
    async with asking(menu) as (app, pilot):
        await pilot.press("enter", "tab", "r", "enter")
        await pilot.pause()
        assert app.answers == []
        assert "at least one action" in str(menu.query_one("#problem", Static).content)
        await pilot.press("escape")
        await pilot.pause()
        assert app.answers == []
        assert not menu.has_class("-details")
        await pilot.press("escape")
        await pilot.pause()
        assert app.answers == [None]


async def test_two_zones_ask_for_a_checkpoint() -> None:
    async with asking(ConnectMenu(full_snapshot(), ("zone", "desk"), ("zone", "cloud"))) as (app, pilot):
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [CheckpointChoice("boundary", "desk", "cloud")]


async def test_a_checkpoint_on_what_an_agent_reads_is_placed_from_the_menu_of_connections() -> None:
    async with asking(ConnectMenu(full_snapshot(), ("system", "tickets"), ("agent", "bot"))) as (app, pilot):
        await pilot.press("end", "enter")
        await pilot.pause()
        assert app.answers == [CheckpointChoice("hearing", "tickets", "bot")]
    async with asking(CheckpointDialog(full_snapshot(), ("hearing", "tickets", "bot"))) as (app, pilot):
        await pilot.press("enter")
        await pilot.pause()
        assert after(app.answers[0]).checkpoint["policy-decision-bot"] == Checkpoint(
            "policy-decision-bot", "policy-decision", "hearing", "tickets", "bot"
        )


async def test_a_checkpoint_is_placed_by_one_key() -> None:
    async with asking(CheckpointDialog(full_snapshot(), ("grant", "ticket-token", "tickets"))) as (
        app,
        pilot,
    ):
        assert isinstance(app.screen.focused, Button)
        await pilot.press("enter")
        await pilot.pause()
        assert after(app.answers[0]).checkpoint["policy-decision-tickets"] == Checkpoint(
            "policy-decision-tickets", "policy-decision", "grant", "ticket-token", "tickets"
        )


async def test_the_details_of_a_checkpoint() -> None:
    people = Edit("people", (Put(Agent("lead", kind="person")), Put(Agent("boss", kind="person"))))
    dialog = CheckpointDialog(apply_edit(full_snapshot(), people), ("boundary", "desk", "cloud"))
    async with asking(dialog) as (app, pilot):

        def said() -> str:
            return str(dialog.query_one("#hint", Static).content)

        assert "gateway" in said()
        await pilot.press("up", "enter")
        await enter(pilot, "=human", "enter")
        await pilot.pause()
        assert dialog.checkpoint is not None
        assert (dialog.checkpoint.kind, dialog.checkpoint.id) == ("human-approval", "human-approval-cloud")
        for key, keys in {
            "decided_at": ["=gateway", "enter"],
            "approvers": ["=lead,boss", "enter"],
            "actions": ["w", "enter"],
        }.items():
            dialog.query_one("#fields").go_to(("field", key))  # type: ignore[attr-defined] # a RowList
            await pilot.press("enter")
            await pilot.pause()
            await enter(pilot, *keys)
            await pilot.pause()
        assert "effective" in said()
        dialog.query_one("#fields").go_to(("field", "state"))  # type: ignore[attr-defined] # a RowList
        await pilot.press("space")
        await pilot.pause()
        assert "planned only" in said()
        await pilot.press("ctrl+s")
        await pilot.pause()
        found = after(app.answers[0]).checkpoint["human-approval-cloud"]
        assert (found.decided_at, found.approvers, found.actions, found.state) == (
            "gateway",
            ("boss", "lead"),
            ("write",),
            "planned",
        )


async def test_nothing_to_place_a_checkpoint_on() -> None:
    async with asking(CheckpointDialog(Snapshot())) as (app, pilot):
        await pilot.press("ctrl+s", "space", "escape")
        await pilot.pause()
        assert app.answers == [None]


async def test_adding_by_letter_and_name() -> None:
    async with asking(AddDialog(full_snapshot(), "desk")) as (app, pilot):
        await enter(pilot, "s", "enter", "=Knowledge Base", "enter")
        await pilot.pause()
        edit, reference = app.answers[0]
        assert reference == ("system", "knowledge-base")
        assert after(edit).system["knowledge-base"] == System("knowledge-base", "Knowledge Base", zone="desk")


async def test_adding_by_mouse_and_what_is_refused() -> None:
    dialog = AddDialog(full_snapshot(), "desk")
    async with asking(dialog) as (app, pilot):
        await pilot.click("RowList", offset=(3, 0))
        await pilot.pause()
        await enter(pilot, "=ghp_0123456789abcdefghijABCDEFGHIJ012345", "enter")
        await pilot.pause()
        assert app.answers == []
        assert str(dialog.query_one("#problem", Static).content).startswith("✖")
        await enter(pilot, "home", "ctrl+k", "=bot", "enter")
        await pilot.pause()
        edit, _ = app.answers[0]
        assert after(edit).agent["bot-2"] == Agent("bot-2", "bot", home="desk")


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        (("s", "=Box", "tab", "=object", "enter"), System("box", "Box", kind="object-storage", zone="desk")),
        (("s", "tab", "=messagin", "enter"), System("messaging", kind="messaging", zone="desk")),
        (
            ("a", "=Al", "tab", "down", "down", "enter"),
            Agent("al", "Al", kind="orchestrator", home="desk"),
        ),
        (("c", "tab", "=sas", "enter"), Credential("sas-token", kind="sas-token")),
    ],
)
async def test_adding_with_a_kind_and_perhaps_called_as_it(keys: tuple[str, ...], wanted: Record) -> None:
    async with asking(AddDialog(full_snapshot(), "desk")) as (app, pilot):
        await enter(pilot, *keys)
        await pilot.pause()
        edit, reference = app.answers[0]
        assert after(edit).get(*reference) == wanted


async def test_an_unknown_kind_is_refused_and_enter_alone_adds_nothing() -> None:
    dialog = AddDialog(full_snapshot(), "desk")
    async with asking(dialog) as (app, pilot):
        await enter(pilot, "z", "enter", "s", "up", "escape")
        dialog = AddDialog(full_snapshot(), "desk")
        app.push_screen(dialog, app.answers.append)
        await pilot.pause()
        await enter(pilot, "s", "=Box", "tab", "=nothing such", "enter")
        assert "no kind of system is called so" in str(dialog.query_one("#problem", Static).content)
        assert app.answers == [None]


async def test_adding_by_mouse_alone_each_by_three_clicks_called_as_its_kind() -> None:
    app = Asking(AddDialog(full_snapshot(), "desk"))
    async with app.run_test(size=(80, 24)) as pilot:
        for row, kind in ((3, None), (1, 6), (1, 6)):
            if app.answers:
                app.push_screen(AddDialog(after(app.answers[-1][0]), "desk"), app.answers.append)
            await pilot.pause()
            await pilot.click("AddDialog RowList", offset=(3, row))
            await pilot.pause()
            if kind is not None:
                await pilot.click("AddDialog RowList", offset=(3, kind))
                await pilot.pause()
            await pilot.click("#add")
            await pilot.pause()
        kinds = [reference for _, reference in app.answers]
        assert kinds == [("zone", "zone"), ("system", "object-storage"), ("system", "object-storage-2")]


async def test_find_by_id_name_and_relation() -> None:
    for text, wanted in (
        ("file-k", ("credential", "file-key")),
        ("مرحبا", ("system", "files")),
        ("worker holds", ("hold", ("worker", "role"))),
    ):
        async with asking(FindDialog(full_snapshot())) as (app, pilot):
            await enter(pilot, f"={text}", "enter")
            await pilot.pause()
            assert app.answers == [wanted]


async def test_the_safe_button_is_in_focus() -> None:
    async with asking(Confirm("delete", f"Really {HOSTILE}?", do="Delete")) as (app, pilot):
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [False]
    async with asking(Confirm("delete", "Really?", do="Delete")) as (app, pilot):
        await pilot.press("left", "enter")
        await pilot.pause()
        assert app.answers == [True]


async def test_text_entry_shows_why_and_a_click_beside_closes() -> None:
    entry = TextEntry("name", "old", check=lambda text: None if text == "new" else "[b]no[/]")
    async with asking(entry) as (app, pilot):
        await pilot.press("x", "enter")
        await pilot.pause()
        assert str(entry.query_one("#problem", Static).content) == "✖ [b]no[/]"
        await pilot.press("backspace")
        await pilot.click(offset=(0, 0))
        await pilot.pause()
        assert app.answers == [None]


async def test_after_enter_on_no_row_a_dialog_goes_on_taking_letters(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", size=(120, 40)) as it:
        system = next(iter(it.model.system))
        await it.press("/", *"zzz", "enter", *["backspace"] * 3, *system)
        await it.shows(system)
        await it.press("enter")
        assert it.bench.shown.selected == ("system", system)


async def test_a_second_zone_of_the_same_name_is_refused_and_a_part_asks_for_its_name_alone() -> None:
    zones = snapshot_of([Zone("vendors"), Zone("z", "Mail & co")])
    dialog = AddDialog(zones)
    async with asking(dialog) as (app, pilot):
        await pilot.press("z")
        for name in ("vendors", "Mail & co"):
            await enter(pilot, "home", "ctrl+k", f"={name}", "enter")
            assert app.answers == []
            assert "already" in str(dialog.query_one("#problem", Static).content)
        await enter(pilot, "home", "ctrl+k", "enter")
        assert str(dialog.query_one("#problem", Static).content) == "✖ a name is needed"
        await enter(pilot, "=partners", "enter")
        await pilot.pause()
        assert apply_edit(zones, app.answers[0][0]).zone["partners"] == Zone("partners")
