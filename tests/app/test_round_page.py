"""The guided round in the workbench: the counts follow, each answer is one entry, and a stop fits."""

import asyncio
import random
import threading
from datetime import date
from pathlib import Path

import pytest

from meshmodel.answers.round.stops import RoundStop, round_of
from meshmodel.api import analyse
from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.commands import COMMANDS
from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.panels.round import RoundPanel
from meshmodel.app.presentation.round_answers import acceptable
from meshmodel.app.presentation.rounding import RoundState, found_stop
from meshmodel.app.workbench.controllers import round as controller
from meshmodel.edits.edit import Edit, Put, Remove
from meshmodel.interchange.writer import write_text
from meshmodel.model.records import Acceptance, Note
from meshmodel.store.load import load
from meshmodel.store.shared_state import GuidedRound
from meshmodel.store.store import Store
from tests.app.desk import MODELS, SIZES, Desk, desk

GATEWAY = "crm-assistant-gateway"
APPROVER = ["minus" if each == "-" else each for each in "release-operator"]


def known(it: Desk) -> RoundState:
    rounding = it.bench.shown.rounding
    assert rounding is not None
    assert rounding.result is not None
    return rounding.result


def stop_of(it: Desk) -> RoundStop:
    stop = known(it).stop
    assert stop is not None
    return stop


def uncontrolled(it: Desk) -> int:
    assert it.bench.shown.built is not None
    return it.bench.shown.built.summary.uncontrolled


async def press(it: Desk, *keys: str) -> None:
    """Press keys, each once what followed the one before was found."""
    for each in keys:
        await it.press(each)
        await it.computed()


def labels(it: Desk) -> list[str]:
    return [each.label for each in it.bench.session.journal()]


async def test_deciding_at_each_stop_follows_the_counts_foretold_and_undo_takes_all_back(
    tmp_path: Path,
) -> None:
    foretold = round_of(analyse(load(MODELS / f"{GATEWAY}.toml")))
    counts = [each.after for each in foretold.stops if each.step is not None]
    assert [foretold.stops[0].before, *counts] == [76, 40, 6, 0]
    async with desk(tmp_path, GATEWAY) as it:
        before = write_text(it.model)
        await press(it, "@")
        for stop, count in zip(foretold.stops, counts, strict=False):
            shown = stop_of(it)
            assert (shown.key, shown.before, shown.after) == (stop.key, stop.before, count)
            assert it.bench.shown.selected == (stop.key[0], stop.key[1:])
            assert it.bench.shown.explanation == stop.way, "its worst way is lit"
            entries = len(labels(it))
            await press(it, "d")
            assert labels(it)[entries:] == [f"policy check {labels(it)[-1].partition('check ')[2]}"]
            assert known(it).is_done
            assert uncontrolled(it) == count
            await press(it, "space")
        standing = stop_of(it)
        assert standing.step is None, "what no checkpoint mends comes then"
        await press(it, *("u" for _ in counts))
        assert write_text(it.model) == before
        assert uncontrolled(it) == 76


async def test_each_answer_is_one_entry_whose_label_begins_with_it(tmp_path: Path) -> None:
    async with desk(tmp_path, GATEWAY) as it:
        await press(it, "@")
        for keys, label in (
            (("l", "enter", "w", "enter"), "fewer actions: "),
            (("h", *APPROVER, "enter"), "a person approves (release-operator) when"),
            (("p",), "planned: policy check when"),
            (("t", "2", "h", "enter"), "lifetime: "),
            (("o", *"Kim", "enter"), "owner: "),
            (("b", "down", "enter"), "binding: "),
            (("k", *"who?", "enter"), "parked: who?"),
            (("A", *"so", "enter"), "assumed: so"),
            (("N", *"hm", "enter"), "noted: hm"),
            (("n", "enter"), "no, taken away: "),
            (("space", "space", "y", *"ok", "enter"), "yes, intended: "),
        ):
            entries = len(labels(it))
            await press(it, *keys)
            assert it.app.screen is it.bench, label
            made = labels(it)[entries:]
            assert [each[: len(label)] for each in made] == [label]
            await press(it, "u")
        assert all(each.undone for each in it.bench.session.journal())


async def test_accepting_covers_all_that_the_step_closes_and_the_stop_is_done(tmp_path: Path) -> None:
    async with desk(tmp_path, GATEWAY) as it:
        await press(it, "@", "x", *"Lou", "enter", *"trial", "enter", "enter")
        stop = stop_of(it)
        assert {each[1] for each in it.model.acceptance} == {each.subject for each in stop.changes}
        assert len(it.model.acceptance) == 3
        assert all(each.severity and each.until > date(2026, 1, 1) for each in it.model.acceptance.values())
        assert known(it).is_done
        assert labels(it)[-1].startswith("accepted until ")
        await press(it, "space")
        assert stop_of(it).key != stop.key


async def test_a_parked_stop_comes_last_and_one_that_is_left_not_at_all(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await press(it, "@")
        parked = stop_of(it)
        await press(it, "k", *"why", "enter", "space")
        note = next(iter(it.model.note.values()))
        assert (note.kind, note.source, note.about) == ("question", "round", parked.about)
        assert stop_of(it).key != parked.key
        seen = []
        while (stop := known(it).stop) is not None:
            seen.append(stop.key)
            await press(it, "space")
        assert seen[-1] == parked.key
        assert len(set(seen)) == len(seen)
        await it.shows("Unchecked paths")
        await press(it, "left")
        assert stop_of(it).key == parked.key


async def test_where_it_began_is_kept_in_the_model_until_no_stop_is_left(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.sentence("note: before the round")
        path, since = it.bench.session.path, len(labels(it))
        await press(it, "@", "d")
        assert it.bench.session.guided_round == GuidedRound(since, over=False)
    async with desk(tmp_path) as it:
        await press(it, "@")
        assert it.bench.session.guided_round == GuidedRound(since, over=False), "it goes on in another window"
        while known(it).stop is not None:
            await press(it, "space")
        assert it.bench.session.guided_round == GuidedRound(since, over=True)
        await it.shows("policy-decision on CRM refresh token > CRM")
        await it.shows("Not decided: 3")
        assert "before the round" not in it.screen_text()
        await it.press("e", "ctrl+s")
        await it.shows("written: ")
        (minutes,) = await asyncio.to_thread(lambda: list(tmp_path.rglob("*.minutes.md")))
        assert "when Cloud key is used on Export bucket" in minutes.read_text()
        await press(it, "@")
        assert it.bench.session.guided_round == GuidedRound(len(labels(it)), over=False), "the next one"
    with Store.open(path, read_only=True) as store:
        assert store.guided_round() is not None


async def test_what_cannot_be_answered_is_not_offered_and_its_key_says_why(tmp_path: Path) -> None:
    async with desk(tmp_path, GATEWAY) as it:
        await press(it, "@", "space", "space", "space")
        assert stop_of(it).step is None
        entries = labels(it)
        assert "policy check" not in it.screen_text()
        await press(it, "d")
        assert labels(it) == entries
        await it.shows("review: this needs a change")


async def test_a_stop_is_found_anew_when_another_program_edits(tmp_path: Path) -> None:
    async with desk(tmp_path, GATEWAY) as it:
        await press(it, "@")
        stop = stop_of(it)
        with Store.open(it.bench.session.path) as other:
            other.apply(Edit("gone", (Remove("credential", str(stop.credential)),)))
        it.bench.poll()
        await it.pilot.pause()
        await it.computed()
        assert stop_of(it).key != stop.key
        assert known(it).analysis.snapshot is it.model


async def test_what_was_typed_stays_where_another_program_answers_first(tmp_path: Path) -> None:
    async with desk(tmp_path, GATEWAY) as it:
        await press(it, "@", "x", *"Lou", "enter", *"trial")
        dialog, stop = it.app.screen, stop_of(it)
        assert isinstance(dialog, Dialog)
        found = acceptable(stop)[0]
        theirs = Acceptance(found.rule, found.subject, "known", "Grace", date(2099, 1, 1))
        with Store.open(it.bench.session.path) as other:
            other.apply(Edit("accept it", (Put(theirs),)))
        await press(it, "enter", "enter")
        assert it.app.screen is dialog
        await it.shows("trial")
        await press(it, "escape")
        it.bench.poll()
        await it.pilot.pause()
        assert {each.by for each in it.model.acceptance.values()} == {"Grace"}


async def test_a_step_forward_holds_where_another_program_edits_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, GATEWAY) as it:
        await press(it, "@")
        first, gate = stop_of(it).key, threading.Event()

        def held(*arguments: object) -> RoundState:
            assert gate.wait(60)
            return found_stop(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(controller, "found_stop", held)
        await it.press("space")
        with Store.open(it.bench.session.path) as other:
            other.apply(Edit("a note", (Put(Note("hm", "hm")),)))
        it.bench.poll()
        await it.pilot.pause()
        gate.set()
        await it.computed()
        assert known(it).analysis.snapshot is it.model
        assert stop_of(it).key != first


@pytest.mark.parametrize("size", SIZES)
async def test_a_stop_fits_and_is_answered_by_mouse(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, GATEWAY, size=size) as it:
        await press(it, "@")
        panel = it.bench.query_one(RoundPanel)
        assert panel.max_scroll_y == 0, "all of it is seen"
        text = it.screen_text()
        for words in ("76 → 40", "n no", "d policy check", "t lifetime", "i what it records", "Esc leave"):
            assert words in text
        if size[1] == 40:
            assert it.bench.query_one(CanvasView).size.height >= 12
        rows = text.splitlines()
        at = next((row.index("policy check"), y) for y, row in enumerate(rows) if "policy check" in row)
        await it.pilot.click(offset=at)
        await it.computed()
        assert labels(it)[-1].startswith("policy check")
        await press(it, "escape")
        assert it.bench.focused is it.bench.context.canvas


@pytest.mark.parametrize("size", SIZES)
async def test_a_room_sees_the_way_in_large_cards_and_answers_go_on(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, GATEWAY, size=size) as it:
        await press(it, "@", "P")
        text = it.screen_text()
        for words in (
            "┃ CUSTOMER ASSISTANT",
            "┃ CUSTOMER CHAT",
            "━━ Identity of the",
            "WHO DECIDES EACH TIME",
            "76 → 40 un",
        ):
            assert words in text
        (card,) = (row for row in text.splitlines() if "┃ CUSTOMER CHAT" in row)
        assert card.count("┃") == 4, "both cards are whole"
        assert it.bench.query_one(RoundPanel).max_scroll_y == 0
        await press(it, "d")
        assert uncontrolled(it) == 40
        await press(it, "space")
        assert it.bench.query_one(RoundPanel).max_scroll_y == 0, "nor is more told at the next one"
        await press(it, "escape")
        assert not it.bench.shown.presents
        assert it.bench.shown.focus == "round", "the round goes on"


KEYS = [each.keys[0] for each in COMMANDS if each.context == "round"]


async def walk(it: Desk, seed: int, steps: int) -> None:
    """A random walk of answers, undos and edits of a second program while a stop is open."""
    chance = random.Random(seed)
    await press(it, "@")
    with Store.open(it.bench.session.path) as other:
        for _ in range(steps):
            before, entries = it.model, len(labels(it))
            match chance.randrange(6):
                case 0:
                    await press(it, "u")
                    continue
                case 1:
                    elsewhere(chance, other)
                    if chance.random() < 0.5:  # else it is learnt of while an answer is given
                        it.bench.poll()
                        await it.pilot.pause()
                    await it.computed()
                    continue
            key = chance.choice(KEYS)
            it.bench.context.say("")
            await press(it, key)
            await answer(chance, it)
            made = [each for each in it.bench.session.journal()[entries:] if each.own and not each.undone]
            assert len(made) <= 1, f"{seed}: {key} made {made}"
            is_answered = made or key in {"space", "left", "P"} or it.model is not before
            assert is_answered or it.bench.shown.message.text, f"{seed}: {key} says nothing"


async def answer(chance: random.Random, it: Desk) -> None:
    """Answer what is asked, with anything; a dialog that refuses says why, and is left."""
    for _ in range(6):
        if not isinstance(it.app.screen, Dialog):
            return
        await press(it, *chance.choice([("enter",), ("down", "enter"), ("space", "enter"), (*"1h", "enter")]))
    while isinstance(it.app.screen, Dialog):
        await press(it, "escape")
        it.bench.context.say("left")


def elsewhere(chance: random.Random, other: Store) -> None:
    """An edit of another program."""
    other.refresh()
    model = other.snapshot
    table = chance.choice(["grant", "hold", "checkpoint", "note", "credential", "exchange"])
    keys = [*model.table(table)]
    edit = Edit("a note", (Put(Note(f"other-{chance.randrange(10**6)}", "hm")),))
    if keys and chance.random() < 0.7:
        edit = Edit("take away", (Remove(table, chance.choice(keys)),))
    other.apply(edit)


@pytest.mark.parametrize("seed", range(2))
async def test_random_walks_raise_nothing_and_each_answer_is_one_entry(tmp_path: Path, seed: int) -> None:
    async with desk(tmp_path, "support-agent", size=SIZES[seed]) as it:
        await walk(it, seed, 6)
