"""Two programs on one file: neither loses or overwrites what the other did, whatever is open meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from meshmodel.app.workbench import screen
from meshmodel.app.workbench.controllers.checkpoints import ask_checkpoint
from meshmodel.edits.edit import Change, Put, Remove, Rename, edit
from meshmodel.edits.notes import note_addition
from meshmodel.model.errors import StoreError
from meshmodel.model.records import About, Agent, Checkpoint, Hold, Snapshot
from meshmodel.store.store import Store
from tests.app.desk import MODELS, Desk, desk

TICKETS = ("system", "tickets")


def elsewhere(it: Desk, *changes: Change, by: str = "") -> Snapshot:
    """Another program edits the file; the model as it left it."""
    with Store.open(it.bench.session.path, person=by) as other:
        return other.apply(edit("elsewhere", changes))


def said(it: Desk) -> str:
    """What the message line says."""
    return str(it.bench.query_one("#told").message_text)


async def heard(it: Desk) -> None:
    """The workbench has heard of what another program did."""
    it.bench.session.refresh()
    await it.pilot.pause()
    await it.pilot.pause()


async def open_field(it: Desk, key: str) -> None:
    await it.select(*TICKETS)
    await it.press("enter")
    it.bench.query_one("#inspector").edit_field(key)
    await it.pilot.pause()


async def zone(it: Desk) -> None:
    await open_field(it, "zone")
    await it.press("up")


async def name(it: Desk) -> None:
    await open_field(it, "name")
    await it.type("Hijack")


async def description(it: Desk) -> None:
    await open_field(it, "description")
    await it.type("Hijack")


async def rename(it: Desk) -> None:
    await it.select(*TICKETS)
    await it.press("n")
    await it.type("Renamed")


async def checkpoint(it: Desk) -> None:
    await it.select(*TICKETS)
    with it.bench.context.batch():
        ask_checkpoint(it.bench.context, ("grant", "ticket-token", "tickets"))
    await it.pilot.pause()


async def connect(it: Desk) -> None:
    await it.select("agent", "support-bot")
    await it.press("c")
    it.bench.context.canvas.gestures.aim(TICKETS)
    await it.press("enter")
    labels = [row.content.plain for row in it.app.screen.query_one("#offers").shown_rows]
    at = next(n for n, each in enumerate(labels) if "intended" in each)
    await it.press(*(["down"] * at), "enter")


async def accept(it: Desk) -> None:
    await it.press("f", "y")
    await it.type("somebody")
    await it.press("enter")
    await it.type("because")
    await it.press("enter")


async def offboard(it: Desk) -> None:
    await it.select("agent", "support-bot")
    await it.press("D", "tab")


CHANGES = [Remove("system", "tickets"), Rename("system", "tickets", "tix")]


@pytest.mark.parametrize("open_", [zone, name, description, rename, checkpoint])
async def test_what_was_open_stays_open_and_is_refused_once_its_element_is_gone(
    tmp_path: Path, open_: Callable[[Desk], Awaitable[None]]
) -> None:
    async with desk(tmp_path) as it:
        await open_(it)
        dialog = it.app.screen
        assert dialog is not it.bench, "a dialog is open"
        theirs = elsewhere(it, Remove("system", "tickets"), by="Ada")
        await heard(it)
        await it.press("enter")
        if open_ is checkpoint:
            await it.shows("was not done")
        else:
            await it.shows("Ada removed system tickets; yours is below")
        assert it.app.screen is dialog
        await it.press("escape")
        assert it.app.screen is it.bench
        assert replace(it.model, revision=0) == replace(theirs, revision=0)


@pytest.mark.parametrize(
    ("open_", "key", "value"),
    [(name, "name", "Hijack"), (description, "description", "Hijack"), (rename, "name", "Renamed")],
)
async def test_what_was_typed_goes_to_an_element_that_was_renamed(
    tmp_path: Path, open_: Callable[[Desk], Awaitable[None]], key: str, value: str
) -> None:
    async with desk(tmp_path) as it:
        await open_(it)
        elsewhere(it, CHANGES[1], by="Ada")
        await heard(it)
        await it.press("enter")
        await it.shows("Ada changed the id; yours is below.")
        await it.shows("id: tix")
        await it.press("enter")
        assert it.app.screen is it.bench
        assert getattr(it.model.system["tix"], key).endswith(value)


@pytest.mark.parametrize("change", CHANGES, ids=["deleted", "renamed"])
async def test_a_connection_is_refused_once_its_end_is_gone(tmp_path: Path, change: Change) -> None:
    async with desk(tmp_path) as it:
        await connect(it)
        dialog = it.app.screen
        theirs = elsewhere(it, change)
        await heard(it)
        await it.press("enter")
        await it.shows("was not done")
        assert it.app.screen is dialog
        assert replace(it.model, revision=0) == replace(theirs, revision=0)


@pytest.mark.parametrize(("open_", "key"), [(name, "name"), (description, "description")])
async def test_a_conflict_keeps_what_was_typed_and_shows_what_the_other_one_wrote(
    tmp_path: Path, open_: Callable[[Desk], Awaitable[None]], key: str
) -> None:
    async with desk(tmp_path) as it:
        await open_(it)
        dialog = it.app.screen
        tickets = it.model.system["tickets"]
        elsewhere(it, Put(replace(tickets, **{key: "What the other one wrote"})), by="Ada")
        await heard(it)
        await it.press("enter")
        await it.shows(f"Ada changed the {key}; yours is below.")
        await it.shows(f"{key}: What the other one wrote")
        assert it.app.screen is dialog
        assert "Hijack" in dialog.typed
        assert getattr(it.model.system["tickets"], key) == "What the other one wrote"
        await it.type(" and more")
        elsewhere(it, Put(replace(it.model.system["tickets"], **{key: "Once more"})))
        await it.press("enter")
        await it.shows(f"Another program changed the {key}; yours is below.")
        await it.shows(f"{key}: Once more")
        assert "What the other one wrote" not in it.screen_text()
        await it.press("enter")
        assert it.app.screen is it.bench
        assert getattr(it.model.system["tickets"], key).endswith("Hijack and more")
        with Store.open(it.bench.session.path) as other:
            assert [each.person for each in other.journal()] == ["Ada", "", ""]


async def add(it: Desk) -> None:
    await it.press("a", "s")
    await it.type("Newcomer")


async def note(it: Desk) -> None:
    await it.select(*TICKETS)
    await it.press("enter")
    inspector = it.bench.query_one("#inspector")
    assert inspector.rows.go_to("new note")
    await it.press("enter")
    await it.type("A long remark")


@pytest.mark.parametrize("open_", [name, description, rename, add, note, accept])
async def test_what_was_typed_while_the_database_is_away_is_kept_until_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_: Callable[[Desk], Awaitable[None]]
) -> None:
    async with desk(tmp_path) as it:
        await open_(it)
        dialog, before = it.app.screen, it.model
        apply = it.bench.session.apply

        def away(*_: object, **__: object) -> None:
            raise StoreError("company#payments: the connection to the server was cut; nothing was changed")

        monkeypatch.setattr(it.bench.session, "apply", away)
        await it.press("enter")
        await it.shows("connection to the server was cut")
        assert it.app.screen is dialog
        assert dialog.typed
        assert it.model is before
        monkeypatch.setattr(it.bench.session, "apply", apply)
        await it.press("enter")
        assert it.app.screen is it.bench
        assert it.model is not before


async def test_two_notes_that_were_typed_at_once_are_both_kept(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await note(it)
        with Store.open(it.bench.session.path) as other:
            other.apply(note_addition(other.snapshot, "system:tickets", "Another remark"))
        await it.press("enter")
        assert len(it.model.note) == 2


async def test_what_others_do_is_said_by_name_behind_what_was_said_of_oneself(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        elsewhere(it, Put(Agent("ash")), by="Ada")
        await heard(it)
        assert said(it) == "Ada: elsewhere"
        elsewhere(it, Put(Agent("oak")))
        await heard(it)
        assert said(it) == "another program: elsewhere"
        await it.select(*TICKETS)
        await it.press("d")
        assert said(it) == "duplicate system tickets-2"
        elsewhere(it, Put(Agent("elm")), by="Bo")
        await heard(it)
        assert said(it) == "duplicate system tickets-2 · Bo: elsewhere"
        with Store.open(it.bench.session.path, person="Ada") as ada:
            assert ada.undo() is not None
        await heard(it)
        assert said(it) == "duplicate system tickets-2 · Ada: undid: elsewhere"
        await it.press("u")
        assert said(it).startswith("undid: duplicate system tickets")


async def test_what_others_do_never_takes_the_place_of_a_refusal_or_closes_a_finding_over_it(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as it:
        await it.press("f", "U")
        refused = said(it)
        assert refused == "nothing to redo"
        elsewhere(it, *(Remove("grant", key) for key in it.model.grant), by="Ada")
        await heard(it)
        assert said(it).startswith(f"{refused} · Ada: elsewhere; closed: "), said(it)


@pytest.mark.parametrize("open_", [offboard])
async def test_offboarding_somebody_who_is_gone_says_so(
    tmp_path: Path, open_: Callable[[Desk], Awaitable[None]]
) -> None:
    async with desk(tmp_path) as it:
        await open_(it)
        theirs = elsewhere(it, Remove("agent", "support-bot"))
        await heard(it)
        await it.press("enter")
        assert replace(it.model, revision=0) == replace(theirs, revision=0)
        await it.shows("another program removed or renamed it meanwhile")


async def test_a_field_that_both_changed_is_not_overwritten_and_another_one_is_kept(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await name(it)
        tickets = it.model.system["tickets"]
        elsewhere(it, Put(replace(tickets, name="Theirs")))
        await heard(it)
        await it.press("enter")
        assert it.model.system["tickets"].name == "Theirs"
        await it.shows("Another program changed the name; yours is below.")
        await it.press("escape")
        await name(it)
        elsewhere(it, Put(replace(it.model.system["tickets"], owner="somebody")))
        await heard(it)
        await it.press("enter")
        tickets = it.model.system["tickets"]
        assert (tickets.name, tickets.owner) == ("Hijack", "somebody")


async def test_a_new_element_does_not_replace_one_that_another_program_added(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("a", "a")
        await it.type("helper")
        elsewhere(it, Put(Agent("helper", owner="them")), Put(Hold("helper", "file-sas")))
        await heard(it)
        await it.press("enter")
        assert it.model.agent["helper"].owner == "them"


async def test_what_another_program_does_is_painted_once_with_what_follows_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "TOGETHER_ELSEWHERE", 60.0)
    async with desk(tmp_path) as it:
        drawn: list[object] = []
        show = it.bench.context.canvas.show
        monkeypatch.setattr(
            it.bench.context.canvas, "show", lambda drawing: drawn.append(drawing) or show(drawing)
        )
        before = it.missing
        elsewhere(it, Remove("grant", ("file-sas", "attachments")))
        await heard(it)
        assert it.missing == before - 1
        assert len(drawn) == 1


@pytest.mark.parametrize("key", ["f", "J", "right"])
async def test_a_key_pressed_meanwhile_is_answered_at_once(tmp_path: Path, key: str) -> None:
    async with desk(tmp_path) as it:
        with it.held(60):
            elsewhere(it, Put(Agent("helper")))
            it.bench.session.refresh()
            await Pilot.press(it.pilot, key)
            assert not it.bench.context.is_held
            await it.shows("helper")


async def test_a_new_checkpoint_does_not_replace_one_that_another_program_placed(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await checkpoint(it)
        theirs = Checkpoint(
            "policy-decision-tickets", "policy-decision", "grant", "file-sas", "attachments", state="planned"
        )
        elsewhere(it, Put(theirs))
        await heard(it)
        await it.press("enter")
        assert it.model.checkpoint == {theirs.id: theirs}


@pytest.mark.slow
async def test_an_acceptance_that_another_program_made_is_not_overwritten(tmp_path: Path) -> None:
    async with desk(tmp_path) as it, desk_of(tmp_path, it) as other:
        await accept(it)
        await accept(other)
        await other.press("enter")
        theirs = dict(other.model.acceptance)
        assert len(theirs) == 1
        await heard(it)
        before = next(iter(theirs.values()))
        elsewhere(it, Put(replace(before, by="them")))
        await heard(it)
        await it.press("enter")
        assert next(iter(it.model.acceptance.values())).by == "them"


def desk_of(folder: Path, it: Desk) -> object:
    second = folder / "second"
    second.mkdir()
    return desk(second, it.bench.session.path)


@pytest.mark.parametrize("change", ["deleted", "changed"])
async def test_a_move_in_progress_ends_where_its_card_is_changed(tmp_path: Path, change: str) -> None:
    async with desk(tmp_path) as it:
        await it.select(*TICKETS)
        await it.press("m", "right")
        assert it.bench.shown.tentative is not None
        tickets = it.model.system["tickets"]
        if change == "deleted":
            theirs = elsewhere(it, Remove(*TICKETS))
        else:
            theirs = elsewhere(it, Put(replace(tickets, name="Theirs")))
        await heard(it)
        assert it.bench.shown.tentative is None
        assert not it.bench.context.canvas.gestures.is_busy
        assert "was not moved" in it.bench.query_one("#told").message_text
        await it.press("escape")
        assert replace(it.model, revision=0) == replace(theirs, revision=0)


async def test_a_move_in_progress_shows_what_another_program_does_elsewhere(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select(*TICKETS)
        await it.press("m", "right")
        elsewhere(it, Put(Agent("helper")), Put(About("Ours", "both")))
        await heard(it)
        assert it.bench.shown.tentative is not None
        assert "helper" in it.bench.shown.tentative.agent
        await it.press("enter")
        assert it.model.system["tickets"].at is not None
        assert it.model.about.name == "Ours"


async def test_connecting_with_what_is_gone_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select("agent", "support-bot")
        await it.press("c")
        it.bench.context.canvas.gestures.aim(TICKETS)
        elsewhere(it, Remove(*TICKETS), Remove("agent", "support-bot"))
        await heard(it)
        await it.press("left", "right", "enter")
        assert not it.model.agent
        await it.press("escape", "escape")
        assert not it.bench.context.canvas.gestures.is_busy


@pytest.mark.slow
@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
async def test_a_file_that_is_gone_is_told_and_what_is_shown_can_be_saved(tmp_path: Path, how: str) -> None:
    async with desk(tmp_path) as it:
        path = it.bench.session.path
        if how == "deleted":
            path.unlink()
        else:
            path.rename(tmp_path / "elsewhere.mesh")
        if how == "replaced":
            Store.create(path).close()
        await it.shows("file gone")
        assert " saved" not in it.screen_text().splitlines()[0]
        before = it.model
        await it.press(":")
        await it.type("newx > newy > newz: read")
        await it.press("enter")
        assert it.model is before
        line = it.bench.query_one("#quick-line")
        assert line.text == "newx > newy > newz: read", "a refused sentence is not lost"
        assert "newz" not in line.snapshot.system, "nor is what it names known"
        assert "export (e) saves what is shown" in it.bench.query_one("#told").message_text
        await it.press("escape", "e")
        dialog = it.app.screen
        assert dialog.request.format == "mesh"
        saved = dialog.path
        await it.press("ctrl+s")
        await it.shows("written: ")  # a notice, which goes again, perhaps before all work is done
        await it.app.workers.wait_for_complete()
        assert it.bench.session.path == saved
        assert saved.exists()
        assert replace(it.model, revision=0) == replace(before, revision=0)
        await it.shows("as built  saved")
        await it.sentence("newx > newy > newz: read")
        assert "newz" in it.model.system


async def test_a_file_that_is_there_again_is_written_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        path = it.bench.session.path
        path.rename(tmp_path / "elsewhere.mesh")
        await it.shows("file gone")
        (tmp_path / "elsewhere.mesh").rename(path)
        await it.shows("is there again")
        await it.sentence("newx > newy > newz: read")
        assert "newz" in it.model.system


async def test_an_interchange_file_that_changes_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "mesh.toml"
    text = (MODELS / "support-agent.toml").read_text()
    path.write_text(text)
    async with desk(tmp_path, path) as it:
        before = it.model
        path.write_text("no such thing")
        await it.shows("line 1: is not TOML")
        assert it.model is before
        path.write_text(text.replace('name = "Support agent"', 'name = "Other agent"', 1))
        await it.shows("was changed: read again")
        await it.shows("Other agent")
        path.unlink()
        await it.shows("No such file")
        assert it.model.about.name == "Other agent"
