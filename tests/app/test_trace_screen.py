"""A log laid on the model: choosing it, the table, lighting and telling an event, and what is partial."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from meshmodel.analysis.trace_records import TraceCounts, Verdict
from meshmodel.api import analyse
from meshmodel.app.dialogs.choose_log import LogDialog
from meshmodel.app.panels.trace import TracePanel, TraceView
from meshmodel.app.presentation.log_request import LogRequest, suggested_log
from meshmodel.app.presentation.log_words import WORDS, cells_of_event, highlighted_by_event
from meshmodel.app.widgets.row_list import RowList
from meshmodel.model.events import Event
from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.app.desk import MODELS, SIZES, Desk, desk
from tests.edits.models import HOSTILE

MODEL = load(MODELS / "support-agent.toml")
EVENTS = [
    {
        "time": "2026-05-01T10:00:00Z",
        "agent": "support-bot",
        "credential": "ticket-token",
        "system": "tickets",
        "action": "read",
    },
    {
        "time": "2026-05-01T10:00:05Z",
        "agent": "support-bot",
        "credential": "file-sas",
        "system": "attachments",
        "action": "read",
    },
    {"time": "2026-05-01T10:00:09Z", "identity": "svc-unknown", "system": "attachments", "action": "write"},
]


def log(folder: Path, events: list[dict[str, str]], ending: str = "jsonl") -> Path:
    path = folder / f"observed.{ending}"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in events), encoding="utf-8")
    return path


async def followed(it: Desk, path: Path) -> TraceView:
    await it.press("L")
    dialog = it.app.screen
    assert isinstance(dialog, LogDialog)
    await choose(it, path)
    await it.computed()
    return it.bench.query_one(TraceView)


async def choose(it: Desk, path: Path) -> None:
    await it.press("enter")
    it.app.screen.query_one("#text", Input).value = str(path)
    await it.press("enter", "enter")


def head(it: Desk) -> str:
    return " ".join(str(it.bench.query_one(TracePanel).query_one(Static).content).split())


@pytest.mark.parametrize("size", SIZES)
async def test_a_log_is_chosen_and_its_events_are_listed_lit_and_told(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, size=size) as it:
        await it.shows("unchecked")
        table = await followed(it, log(tmp_path, EVENTS))
        expected = list(analyse(MODEL).trace(follow(tmp_path / "observed.jsonl")))
        assert list(table.traced) == expected
        assert [each.recheck for each in expected] == ["none-due", "missing", "unknown"]
        assert "3 events" in head(it)
        assert "1 missing" in head(it)
        assert "1 not explained by the model" in head(it)
        await it.press("down")
        assert it.bench.shown.traced == expected[1]
        drawing = it.bench.context.canvas.drawing
        assert drawing is not None
        assert it.bench.context.canvas.lighting.highlighted == drawing.highlight(
            highlighted_by_event(expected[1])
        )
        assert ("grant", ("file-sas", "attachments")) in highlighted_by_event(expected[1])
        await it.shows("Support bot reads Attachments as")
        await it.shows("no checkpoint decides after Tickets was read")
        await it.press("escape", "escape")
        assert it.bench.shown.traced is None
        assert not it.bench.context.canvas.lighting.highlighted


def follow(path: Path) -> Iterator[Event]:
    from meshmodel.logs.events import read_events

    return read_events(path)


async def test_events_are_filtered_and_chosen_by_mouse(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.shows("unchecked")
        table = await followed(it, log(tmp_path, EVENTS))
        await it.pilot.click(TraceView, offset=(10, 2))
        await it.pilot.pause()
        assert it.bench.shown.traced is not None
        assert it.bench.shown.traced.event.number == 2
        await it.press("/")
        await it.type("cannot tell")
        assert [each.event.number for each in table.traced] == [3]
        await it.press("escape")
        assert len(table.traced) == 3
        assert it.bench.focused is table


async def test_a_csv_is_read_and_a_mapped_log_asks_for_its_map(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.shows("unchecked")
        path = tmp_path / "observed.csv"
        path.write_text("agent,system,action\nsupport-bot,tickets,read\n", encoding="utf-8")
        table = await followed(it, path)
        assert len(table.traced) == 1
        await it.press("L")
        dialog = it.app.screen
        assert isinstance(dialog, LogDialog)
        assert dialog.path == path
        dialog.form = "cloudtrail"
        await it.press("ctrl+s")
        assert "map: needed" in str(dialog.query_one("#problem", Static).content)
        dialog.path = tmp_path / "nothing.jsonl"
        await it.press("ctrl+s")
        assert "there is no such file" in str(dialog.query_one("#problem", Static).content)


async def test_opened_again_it_asks_for_another_log_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.shows("unchecked")
        path = log(tmp_path, EVENTS[:2])
        await followed(it, path)
        await it.press("L")
        dialog = it.app.screen
        assert isinstance(dialog, LogDialog)
        rows = dialog.query_one(RowList)
        assert dialog.focused is rows
        assert rows.row is not None
        assert rows.row.key == ("field", "file")
        await it.press("tab", "up")
        assert dialog.focused is rows, "and Up goes back to it from the button"
        await it.press("enter")
        entry = it.app.screen.query_one("#text", Input)
        assert entry.selected_text == entry.value == str(path)
        other = log(tmp_path, EVENTS, "ndjson")
        await it.type(str(other))
        await it.press("enter", "ctrl+s")
        await it.computed()
        assert len(it.bench.query_one(TraceView).traced) == 3


async def test_a_log_that_breaks_off_keeps_what_was_read_and_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.shows("unchecked")
        path = log(tmp_path, EVENTS[:2])
        path.write_text(path.read_text(encoding="utf-8") + "{no json\n", encoding="utf-8")
        table = await followed(it, path)
        assert len(table.traced) == 2
        assert "INCOMPLETE after event 2" in head(it)
        assert "line 3" in head(it)


async def test_a_log_that_cannot_be_begun_says_why(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.shows("unchecked")
        path = tmp_path / "observed.jsonl"
        path.write_text("{no json\n", encoding="utf-8")
        table = await followed(it, path)
        assert not table.traced
        assert "could not be followed" in head(it)


async def test_it_can_be_stopped_and_then_is_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def endless(path: Path, form: object = None, mapper: object = None) -> Iterator[Event]:
        del path, form, mapper
        number = 0
        while True:
            number += 1
            begun.set()
            yield Event(number, agent="support-bot", system="tickets", action="read")

    monkeypatch.setattr("meshmodel.logs.events.read_events", endless)
    async with desk(tmp_path) as it:
        await it.shows("unchecked")
        await it.press("L")
        await choose(it, log(tmp_path, EVENTS))
        begun.wait(5)
        assert "Esc stops it" in head(it)
        await it.press("escape")
        await it.computed()
        assert "INCOMPLETE" in head(it)
        assert "stopped" in head(it)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_partial_is_seen_first_and_whole_however_many_counts_there_are(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, size=size) as it:
        await it.shows("unchecked")
        path = log(tmp_path, EVENTS[:2])
        path.write_text(path.read_text(encoding="utf-8") + '{"agent": oops\n', encoding="utf-8")
        await followed(it, path)
        tracing = it.bench.shown.tracing
        assert tracing is not None
        assert tracing.result is not None
        counted: dict[Verdict, int] = dict.fromkeys(WORDS, 123_456)
        tally = TraceCounts(1_234_567, counted, 123_456)
        laid = replace(tracing.result, tally=tally, left_out=1_000_000)
        it.bench.context.update(tracing=replace(tracing, result=laid))
        await it.sentence("ask policy-decision on file-sas > attachments")
        await it.press("L", "escape")  # the dialog, for it is of the model before: it is closed again
        it.bench.context.open_list("trace")
        await it.pilot.pause()
        region = it.bench.query_one(TracePanel).region
        rows = [line[region.x : region.right] for line in it.screen_text().split("\n")]
        seen = " ".join(" ".join(rows[region.y : region.bottom]).split())
        assert seen.startswith("INCOMPLETE after event 1,234,567: ")
        assert "line 3: is no JSON: Expecting value (column 11)" in seen
        assert "of the model before the last edit, or in the other view: L lays it on this one" in seen
        assert "observed.jsonl: 1,234,567 events" in seen
        every = all(f"123,456 {word}" in seen for verdict, word in WORDS.items() if verdict != "none-due")
        assert every or "…" in seen, "of the counts it is seen that they go on"
        heads = [row.split()[:1] for row in rows[region.y : region.bottom - 2]]
        assert ["event"] in heads, "the table is still there, with rows below its head"


async def test_after_an_edit_it_says_that_it_is_of_the_model_before(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.shows("unchecked")
        table = await followed(it, log(tmp_path, EVENTS))
        await it.press("down")
        await it.sentence("ask policy-decision on file-sas > attachments")
        assert it.bench.shown.traced is None
        assert "of the model before the last edit" in head(it)
        await it.press("u")
        assert "of the model before" not in head(it), "it is that model again"
        await it.press("U")
        assert "of the model before the last edit" in head(it)
        await it.press("L", "enter")
        await it.computed()
        assert "of the model before" not in head(it)
        assert [each.recheck for each in table.traced] == ["none-due", "unrecorded", "unknown"]


async def test_the_log_of_an_example_is_offered_and_one_beside_the_model_first(tmp_path: Path) -> None:
    copy = tmp_path / "token-leak-2.mesh"
    Store.create(copy, load(MODELS / "token-leak.toml")).close()
    assert suggested_log(copy) == LogRequest(MODELS / "token-leak.jsonl")
    assert suggested_log(tmp_path / "mine.mesh") is None
    async with desk(tmp_path, copy) as it:
        await it.press("L", "enter")
        await it.computed()
        assert "5 events" in head(it)
        await it.press("/")
        await it.type("nothing like it")
        assert not it.bench.query_one(TraceView).traced
        assert "5 left out by the filter" in head(it)
    answer_desk = MODELS / "answer-desk"
    logs = [answer_desk / name for name in ("cloudtrail.json", "okta.json", "spans.log", "vault.log")]
    copy = tmp_path / "answer-desk.mesh"
    Store.create(copy, load(answer_desk.with_suffix(".toml"))).close()
    assert suggested_log(copy) == LogRequest(logs[0], None, answer_desk / "map.toml", tuple(logs[1:]))
    async with desk(tmp_path, copy) as it:
        await it.press("L")
        await it.shows("okta.json, spans.log, vault.log")
        await it.press("enter")
        await it.computed()
        assert "99 events" in head(it)
        await it.press("E")
        assert it.bench.state.unused
    own = copy.with_suffix(".csv")
    own.write_text("agent\n", encoding="utf-8")
    assert suggested_log(copy) == LogRequest(own)


@pytest.mark.parametrize(
    ("agent", "identity", "shown"),
    [
        ("bot", "svc-files", "bot as svc-files"),
        ("chat-service", "chat-integration", "ch…ce as chat-integration"),
        ("chat-service", "chat-integration-of-sales", "chat-integration-of-sales"),
    ],
)
def test_a_narrow_table_of_events_shows_the_identity_whole(agent: str, identity: str, shown: str) -> None:
    (traced,) = analyse(MODEL).trace([Event(1, agent=agent, identity=identity, system="tickets")])
    assert cells_of_event(traced, room=99)[3] == shown
    assert cells_of_event(traced)[3] == f"{agent} as {identity}"


@pytest.mark.parametrize("room", [200, 99, 70], ids=["wide", "narrow", "tight"])
def test_a_decision_by_itself_is_for_its_agent_and_made_as_nobody(room: int) -> None:
    decided = Event(1, agent="support-bot", checkpoint="attachment-decision")
    (traced,) = analyse(MODEL).trace([decided])
    row = cells_of_event(traced, room)
    assert row[3:5] == ("for support-bot", "decides")
    (traced,) = analyse(MODEL).trace([replace(decided, agent=None)])
    assert cells_of_event(traced, room)[3] == "for somebody"


def test_names_in_a_log_are_text() -> None:
    (traced,) = analyse(MODEL).trace([Event(1, agent=HOSTILE, system="tickets", action="read")])
    assert any("[bold red]" in each for each in cells_of_event(traced))


async def test_no_checkpoint_is_placed_where_a_filter_leaves_no_event(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", size=SIZES[0]) as it:
        await followed(it, log(tmp_path, EVENTS))
        await it.press("/", *"zzz", "enter", "p")
        await it.shows("checkpoint: no row is shown by this filter; Esc clears it")
        assert it.app.screen is it.bench
        await it.press("escape")
        await it.pilot.pause()
        assert "no row is shown" not in it.screen_text()


async def test_what_is_told_is_the_event_under_the_cursor_and_no_finding_of_before(tmp_path: Path) -> None:
    async with desk(tmp_path, size=SIZES[0]) as it:
        await it.press("f")
        assert it.bench.shown.finding is not None
        table = await followed(it, log(tmp_path, EVENTS))
        assert it.bench.shown.traced is table.at is not None
        assert it.bench.shown.finding is None
        await it.press("f")
        assert it.bench.shown.finding is not None
        await it.press("L")
        assert it.bench.shown.traced is table.at
        await it.shows("L again chooses another log")


def acted(second: int, credential: str, system: str, session: str) -> dict[str, str]:
    who = {"time": f"2026-05-01T10:00:0{second}Z", "agent": "chat-service", "session": session}
    return {**who, "credential": credential, "system": system, "action": "read"}


TWO = {
    "crm": [acted(0, "refresh-token", "crm", "a"), acted(3, "refresh-token", "crm", "b")],
    "bucket": [acted(2, "cloud-key", "bucket", "a")],
}


async def test_several_logs_are_merged_and_a_session_and_a_chain_are_stayed_with(tmp_path: Path) -> None:
    paths = [log(tmp_path, events).rename(tmp_path / f"{name}.jsonl") for name, events in TWO.items()]
    async with desk(tmp_path, "token-leak", size=(160, 40)) as it:
        await it.shows("unchecked")
        await it.press("L")
        dialog = it.app.screen
        assert isinstance(dialog, LogDialog)
        dialog.path, dialog.more = paths[0], (paths[1],)
        await it.press("ctrl+s")
        await it.computed()
        table = it.bench.query_one(TraceView)
        listed = [(each.event.number, each.event.log, each.event.session) for each in table.traced]
        assert listed == [(1, "crm.jsonl", "a"), (2, "bucket.jsonl", "a"), (3, "crm.jsonl", "b")]
        assert table.head_of(range(4)) == ["event", "time", "log", "session"]
        await it.press("down", "b")
        assert [each.event.number for each in table.traced] == [1, 2]
        assert "1 left out by session a" in head(it)
        drawing, canvas = it.bench.context.canvas.drawing, it.bench.context.canvas
        assert drawing is not None
        found = ("custody", ("crm", "cloud-key"))
        first = frozenset({("credential", "cloud-key"), ("system", "crm"), found})
        held = ("hold", ("chat-service", "refresh-token"))
        second = frozenset({("credential", "refresh-token"), ("agent", "chat-service"), held})
        for lit, said in (
            (first | second, "the chain: cloud-key ← refresh-token"),
            (first, "link 1 of 2: cloud-key as svc-export, handed out by crm (event 1)"),
            (second, "link 2 of 2: refresh-token as chat-integration, held"),
        ):
            await it.press("asterisk")
            assert canvas.lighting.highlighted == drawing.highlight(lit)
            assert it.bench.shown.message_text.startswith(said)
        await it.press("asterisk")
        assert it.bench.shown.traced is not None
        assert canvas.lighting.highlighted == drawing.highlight(highlighted_by_event(it.bench.shown.traced))
        await it.press("escape")
        assert len(table.traced) == 3


async def test_names_that_nothing_knows_are_listed(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.shows("unchecked")
        await followed(it, log(tmp_path, [{**EVENTS[0], "agent": "support-boy"}, EVENTS[1]]))
        await it.press("K")
        await it.computed()
        rows = it.app.screen.query_one(RowList)
        texts = [str(each.content).strip() for each in rows.shown_rows]
        assert "support-boy" in texts
        assert "1 name in 2 records that neither a map nor the model knows" in texts
        await it.press("escape")
        assert it.bench.focused is it.bench.query_one(TraceView)


async def test_grants_never_used_are_drawn_faint_and_taken_away(tmp_path: Path) -> None:
    events = [*TWO["crm"], *TWO["bucket"]]
    async with desk(tmp_path, "token-leak", size=(160, 40)) as it:
        await it.shows("unchecked")
        await followed(it, log(tmp_path, sorted(events, key=lambda each: each["time"])))
        used, canvas = it.bench.query_one(TracePanel).used, it.bench.context.canvas
        await it.press("E")
        assert it.bench.focused is used
        faint = ("grant", ("warehouse-key", "warehouse"))
        assert faint in it.bench.shown.unused
        assert canvas.lighting.shown is not None
        assert faint not in canvas.lighting.shown
        assert ("grant", ("cloud-key", "bucket")) in canvas.lighting.shown
        await it.shows("between 2026-05-01T10:00:00Z and 2026-05-01T10:00:03Z")
        used.go_to(("never", "warehouse-key", "warehouse"))
        await it.pilot.pause()
        before = it.model
        assert it.bench.shown.preview_changes == {("grant", "warehouse-key", "warehouse"): "dropped"}
        await it.press("enter")
        assert ("warehouse-key", "warehouse") not in it.model.grant
        assert all(each.key != ("never", "warehouse-key", "warehouse") for each in used.shown_rows)
        await it.press("u")
        assert it.model.grant == before.grant
        assert not any(isinstance(each.key, tuple) and each.key[0] == "intend" for each in used.shown_rows), (
            "what had no decision is not proposed"
        )
        await it.press("escape")
        assert not it.bench.shown.unused
        assert it.bench.focused is it.bench.query_one(TraceView)
