"""Keys of one burst: none is lost, and each finds what the one before it has done."""

from collections.abc import Callable

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from meshmodel.app.dialogs.choose_log import LogDialog
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.workbench import screen
from meshmodel.model.records import Snapshot
from tests.app.desk import SIZES, Desk, desk

pytestmark = pytest.mark.slow

NAMES = {"⏎": "enter", "⎋": "escape", "⇥": "tab"}


def burst(it: Desk, text: str) -> None:
    """Send all keys at once, as a terminal does that was held up."""
    for letter in text:
        if letter in NAMES:
            it.app.post_message(events.Key(NAMES[letter], None))
        else:
            it.app.post_message(events.Key(_character_to_key(letter), letter))


async def until(it: Desk, holds: Callable[[Snapshot], bool]) -> None:
    for _ in range(100):
        if holds(it.model):
            return
        await it.pilot.pause()
    raise AssertionError(f"it never came to that:\n{it.screen_text()}")


async def test_names_and_what_follows_them_in_one_burst(tmp_path):
    async with desk(tmp_path, Snapshot(), size=(80, 24)) as it:
        burst(it, "azhelp⏎asticks⏎aabot⏎ackey⏎")
        await until(it, lambda model: "key" in model.credential)
        assert (list(it.model.zone), list(it.model.agent), list(it.model.system)) == (
            ["help"],
            ["bot"],
            ["ticks"],
        )
        burst(it, "uuU")
        await until(it, lambda model: "bot" in model.agent and "key" not in model.credential)


async def test_after_escape_in_one_burst(tmp_path):
    async with desk(tmp_path, Snapshot(), size=(80, 24)) as it:
        burst(it, "aax⎋⎋:bot > key > files: read⏎⎋aasecond⏎⎋:third home zone⏎⎋as⎋azlast⏎")
        await until(it, lambda model: "last" in model.zone)
        assert sorted(it.model.agent) == ["bot", "second", "third"]
        assert sorted(it.model.system) == ["files"]
        assert ("bot", "key") in it.model.hold


async def test_from_list_to_dialog_to_canvas_in_one_burst(tmp_path):
    async with desk(tmp_path, size=(120, 40)) as it:
        before = it.missing
        burst(it, "fp⎋aanew⏎x")
        await until(it, lambda model: len(model.checkpoint) == 1)
        await until(it, lambda model: it.bench.session.journal()[-1].label == "delete agent new")
        assert it.missing == before - 1
        assert "new" not in it.model.agent


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("p⏎", ("checkpoint", "policy-decision-attachments")),
        (":bot > key > files: read⏎⎋p⏎", ("checkpoint", "policy-decision-files")),
        ("aabot⏎⏎", ("agent", "bot")),
        ("aabot⏎⇥", ("agent", "bot")),
    ],
)
async def test_a_key_of_the_canvas_finds_what_the_edit_before_selected(tmp_path, monkeypatch, keys, expected):
    async with desk(tmp_path, size=SIZES[0]) as it:
        await it.select("grant", ("file-sas", "attachments"))
        with it.held(), monkeypatch.context() as patched:
            patched.setattr(screen, "TOGETHER", 60)  # what is held is painted for the key, or never
            burst(it, keys)
            inspector, canvas = it.bench.query_one(Inspector), it.bench.context.canvas
            if keys.endswith("⏎"):
                await until(it, lambda model: inspector.record == model.get(*expected) is not None)
            else:
                await until(it, lambda model: model.get(*expected) is not None)
                await until(
                    it, lambda _: it.bench.shown.selected == canvas.drawing.next_in_order(expected, 1)
                )


async def test_the_next_sentence_knows_the_last_one_however_late_that_is_painted(tmp_path):
    async with desk(tmp_path, Snapshot(), size=(80, 24)) as it:
        quick, context = it.bench.query_one(QuickLine), it.bench.context
        await it.press(":")
        for sentence in ("bot > key > files: read", "ask human on key > files"):
            quick.open_line(sentence)
            quick.action_submit()
            context.update()  # the model without the edit is painted once more
            context.hold(60)
            await Pilot.pause(it.pilot)
        context.release()
        assert list(it.model.checkpoint) == ["human-approval-files"]


@pytest.mark.parametrize("letter", ["a", "q"])
async def test_escape_and_a_letter_that_the_terminal_takes_for_alt(tmp_path, letter):
    async with desk(tmp_path, Snapshot(), size=(80, 24)) as it:
        await it.press(":")
        it.app.post_message(events.Key(f"alt+{letter}", None))
        if letter == "a":
            burst(it, "znew⏎")
            await until(it, lambda model: "new" in model.zone)
        else:
            for _ in range(200):
                await it.pilot.pause()
                if it.app.return_code is not None:
                    break
            assert it.app.return_code is not None


async def test_no_key_is_handed_over_while_the_program_ends(tmp_path, monkeypatch):
    async with desk(tmp_path, Snapshot(), size=(80, 24)) as it:
        it.app.hold_keys()
        burst(it, "q")
        await it.pilot.pause()
        with monkeypatch.context() as ending:
            ending.setattr(it.app, "_running", False)  # as the toolkit does before it takes the screens away
            it.app.release_keys()
            await it.pilot.pause()
        assert it.app.return_code is None


async def test_escape_and_a_capital_in_one_burst_are_both_heard(tmp_path):
    async with desk(tmp_path, size=(80, 24)) as it:
        await it.press("f")
        assert it.bench.shown.lists_open
        it.app.post_message(events.Key("alt+shift+l", "L"))  # Escape leaves the list, L asks for a log
        for _ in range(200):
            await it.pilot.pause()
            if isinstance(it.app.screen, LogDialog):
                break
        assert isinstance(it.app.screen, LogDialog)
        assert not it.bench.shown.lists_open
