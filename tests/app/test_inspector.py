"""The inspector: every field of the schema can be edited, with choices from the vocabulary."""

from collections.abc import Hashable
from datetime import date
from typing import Any

import pytest
from textual.pilot import Pilot

from meshmodel.api import analyse
from meshmodel.app.dialogs.base import Dialog, Picker, TextEntry
from meshmodel.app.dialogs.field import MultiPicker
from meshmodel.app.messages import FindingOpened, Notice, SelectionRequested
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.state import WorkbenchState
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.model.records import Grant, Snapshot, System, key_of
from meshmodel.model.schema import SCHEMA
from meshmodel.model.validation import check_snapshot
from tests.app.form_host import Host, enter
from tests.edits.models import HOSTILE, full_snapshot

SHOWN = {
    "about": None,
    "zone": ("zone", "desk"),
    "system": ("system", "files"),
    "agent": ("agent", "bot"),
    "credential": ("credential", "file-key"),
    "hold": ("hold", ("worker", "role")),
    "grant": ("grant", ("file-key", "files")),
    "custody": ("custody", ("tickets", "role")),
    "exchange": ("exchange", ("ticket-token", "role")),
    "delegation": ("delegation", ("bot", "worker")),
    "trigger": ("trigger", ("tickets", "worker")),
    "intent": ("intent", ("bot", "tickets")),
    "checkpoint": ("checkpoint", "ask"),
    "note": ("note", "who"),
    "acceptance": ("acceptance", ("missing-checkpoint", "file-key>files")),
}

KEYS: dict[tuple[str, str], tuple[list[str], Any]] = {
    # what is pressed once the editor of the field is open, and the value that it must then have
    ("zone", "at"): (["=0,2"], (0, 2)),
    ("system", "zone"): (["=desk"], "desk"),
    ("agent", "home"): (["=clo"], "cloud"),
    ("agent", "steerable"): (["=no"], False),
    ("delegation", "from"): (["=third"], "third"),
    ("delegation", "to"): (["=third"], "third"),
    ("agent", "runs_on"): (["=lone"], "lone"),
    ("credential", "lifetime"): (["=15m"], "15m"),
    ("hold", "agent"): (["=bot"], "bot"),
    ("hold", "credential"): (["=file-key"], "file-key"),
    ("grant", "credential"): (["=ticket"], "ticket-token"),
    ("grant", "system"): (["=lone"], "lone"),
    ("custody", "system"): (["=lone"], "lone"),
    ("custody", "credential"): (["=file-key"], "file-key"),
    ("exchange", "from"): (["=file-key"], "file-key"),
    ("exchange", "to"): (["=file-key"], "file-key"),
    ("exchange", "at"): (["=lone"], "lone"),
    ("trigger", "system"): (["=lone"], "lone"),
    ("trigger", "agent"): (["=bot"], "bot"),
    ("intent", "agent"): (["=worker"], "worker"),
    ("intent", "system"): (["=lone"], "lone"),
    ("checkpoint", "step"): (["=hold", "enter", "=worker"], "hold"),
    ("checkpoint", "from"): (["=ticket"], "ticket-token"),
    ("checkpoint", "to"): (["=lone"], "lone"),
    ("checkpoint", "decided_at"): (["=gateway"], "gateway"),
    ("checkpoint", "approvers"): (["=lone,gateway"], ("gateway", "lone")),
    ("checkpoint", "kind"): (["=policy"], "policy-decision"),
    ("delegation", "only"): (["space"], ("files:read",)),
    ("note", "about"): (["=credential:ro"], "credential:role"),
    ("note", "due"): (["=2028-02-29"], date(2028, 2, 29)),
    ("acceptance", "rule"): (["=toxic-flow"], "toxic-flow"),
    ("acceptance", "until"): (["=2028-02-29"], date(2028, 2, 29)),
}


def usual_keys(table: str, key: str) -> tuple[list[str], Any]:
    """What is pressed, and what must come of it, where the table above says nothing else."""
    field = SCHEMA[table].field(key)
    match field.type:
        case "id":
            return ["=new-id"], "new-id"
        case "line" | "paragraph":
            return ["=ab c"], "ab c"
        case "integer":
            return ["=42"], 42
        case "number":
            return ["=0.25"], 0.25
        case "slot":
            return ["=3,4"], (3, 4)
        case "names":
            return ["=svc-b,svc-a"], ("svc-a", "svc-b")
        case "aliases":
            return ["=svc-b,svc-a"], ("svc-a", "svc-b")
        case "choice" | "suggestion":
            return [f"={field.choices[-1]}"], field.choices[-1]
        case "actions":
            return ["x"], None
        case "references":
            return ["down", "space"], None
        case _:
            return ["down"], None


async def clear(pilot: Pilot[Any], app: Host) -> None:
    """Take the text away that an editor begins with."""
    if isinstance(app.screen, TextEntry):
        await pilot.press("home", "ctrl+k")


async def edit_one(pilot: Pilot[Any], app: Host, inspector: Inspector, table: str, key: str) -> None:
    """Edit one field of a fresh model through its row, and look at the record afterwards."""
    app.edits.clear()
    app.show(WorkbenchState(full_snapshot_with_two_ways(), selected=SHOWN[table]))
    await pilot.pause()
    before = inspector.record
    inspector.focus_list()
    assert inspector.rows.go_to(("field", key)), f"the inspector has no row for {table}.{key}"
    await pilot.press("enter")
    await pilot.pause()
    assert isinstance(app.screen, Dialog)
    keys, wanted = KEYS.get((table, key)) or usual_keys(table, key)
    await clear(pilot, app)
    await enter(pilot, *keys, "enter")
    await pilot.pause()
    assert not isinstance(app.screen, Dialog), f"{table}.{key} was not accepted"
    assert len(app.edits) == 1, f"{table}.{key}: one edit a field"
    check_snapshot(app.snapshot)
    record = inspector.record
    attribute = SCHEMA[table].field(key).attribute
    assert record is not None
    assert getattr(record, attribute) != getattr(before, attribute), f"{table}.{key} stayed as it was"
    if wanted is not None:
        assert getattr(record, attribute) == wanted


async def unfold(pilot: Pilot[Any], inspector: Inspector) -> None:
    """Show all fields, where some are folded."""
    await pilot.pause()
    inspector.focus_list()
    if inspector.rows.go_to("more fields"):
        await pilot.press("enter")
        await pilot.pause()


async def test_fields_that_are_neither_first_nor_set_are_shown_on_request() -> None:
    inspector = Inspector()
    snapshot = apply_edit(Snapshot(), Edit("one", (Put(System("files", vendor="ACME")),)))
    app = Host(inspector, snapshot, ("system", "files"))
    async with app.run_test(size=(40, 40)) as pilot:

        def fields() -> list[str]:
            rows = inspector.rows.shown_rows
            return [row.key[1] for row in rows if isinstance(row.key, tuple) and row.key[0] == "field"]

        await pilot.pause()
        first = ["id", "name", "kind", "zone", "sensitivity", "untrusted_input", "owner"]
        assert fields() == [*first, "vendor"]
        inspector.focus_list()
        await pilot.press("/", *"partitioned")
        await pilot.pause()
        assert fields() == ["partitioned"], "a filter looks at all"
        await pilot.press("escape")
        await unfold(pilot, inspector)
        assert sorted(fields()) == sorted(each.key for each in SCHEMA["system"].fields)
        assert inspector.rows.go_to("more fields")
        await pilot.press("enter")
        await pilot.pause()
        assert fields() == [*first, "vendor"]


@pytest.mark.slow
@pytest.mark.parametrize("table", list(SCHEMA))
async def test_every_field_can_be_edited(table: str) -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot())
    async with app.run_test(size=(40, 40)) as pilot:
        app.show(WorkbenchState(full_snapshot_with_two_ways(), selected=SHOWN[table]))
        await unfold(pilot, inspector)
        for field in SCHEMA[table].fields:
            await edit_one(pilot, app, inspector, table, field.key)


def full_snapshot_with_two_ways() -> Snapshot:
    return apply_edit(full_snapshot(), Edit("more", (Put(Grant("file-key", "lone", ("read",))),)))


async def test_other_ends_take_the_checkpoints_with_them() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("grant", ("file-key", "files")))
    async with app.run_test(size=(40, 40)) as pilot:
        inspector.edit_field("system")
        await pilot.pause()
        await enter(pilot, "=lone", "enter")
        await pilot.pause()
        assert ("file-key", "files") not in app.snapshot.grant
        assert app.snapshot.checkpoint["ask"].to == "lone"
        assert app.shown.selected == ("grant", ("file-key", "lone"))


async def test_a_value_that_does_not_fit_is_refused_in_one_line_and_nothing_changes() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("credential", "file-key"))
    async with app.run_test(size=(40, 40)) as pilot:
        inspector.edit_field("lifetime")
        await pilot.pause()
        await enter(pilot, "=soon", "enter")
        await pilot.pause()
        assert isinstance(app.screen, TextEntry)
        said = str(app.screen.query_one("#problem").render())
        assert "lifetime" in said or "unlimited" in said
        await pilot.press("escape")
        await pilot.pause()
        inspector.edit_field("name")
        await pilot.pause()
        await enter(pilot, "=ghp_0123456789abcdefghijABCDEFGHIJ012345", "enter")
        await pilot.pause()
        assert isinstance(app.screen, TextEntry), "a secret is never a name"
        assert app.edits == []


async def test_an_id_that_is_taken_is_refused() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("agent", "bot"))
    async with app.run_test(size=(40, 40)) as pilot:
        inspector.edit_field("id")
        await pilot.pause()
        await enter(pilot, "home", "ctrl+k", "=worker", "enter")
        await pilot.pause()
        assert isinstance(app.screen, TextEntry)
        await pilot.press("2", "enter")
        await pilot.pause()
        assert ("worker2", "file-key") in app.snapshot.hold


async def test_a_limit_is_chosen_among_what_the_second_agent_is_granted_first() -> None:
    inspector = Inspector()
    granted = Edit("more", (Put(Grant("role", "gateway", ("write",))),))
    app = Host(inspector, apply_edit(full_snapshot(), granted), ("delegation", ("bot", "worker")))
    async with app.run_test(size=(60, 40)) as pilot:
        assert "(no limit)" in "".join(row.content.plain for row in inspector.rows.shown_rows)
        inspector.edit_field("only")
        await pilot.pause()
        await pilot.press("space", "down", "space", "enter")
        await pilot.pause()
        limited = app.snapshot.delegation["bot", "worker"]
        assert limited.only == ("files:read", "gateway:write")
        assert app.edits[-1].label == "bot > worker: only files:read, gateway:write"
        inspector.edit_field("only")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.edits) == 1, "nothing was chosen otherwise"
        inspector.focus_list()
        inspector.rows.go_to(("field", "returns"))
        await pilot.press("space")
        await pilot.pause()
        assert app.snapshot.delegation["bot", "worker"].returns == "values"


async def test_unset_fields_show_what_they_count_as() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("system", "files"))
    async with app.run_test(size=(60, 40)) as pilot:
        await pilot.pause()

        def shown(key: str) -> str:
            (row,) = (row for row in inspector.rows.shown_rows if row.key == ("field", key))
            return row.content.plain

        await unfold(pilot, inspector)
        assert "(high)" in shown("integrity")  # as it is confidential
        assert "(no)" in shown("exposed_requests")
        inspector.focus_list()
        inspector.rows.go_to(("field", "exposed"))
        await pilot.press("space")
        await pilot.pause()
        assert "(yes)" in shown("exposed_requests")


async def test_space_goes_through_yes_no_unset() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("system", "files"))
    async with app.run_test(size=(40, 40)) as pilot:
        await unfold(pilot, inspector)
        inspector.rows.go_to(("field", "exposed"))
        await pilot.press("space")
        await pilot.pause()
        assert app.snapshot.system["files"].exposed is True
        await pilot.press("space")
        await pilot.pause()
        assert app.snapshot.system["files"].exposed in {False, None}
        assert not app.snapshot.system["files"].is_exposed


async def test_a_word_that_no_list_has_can_be_a_kind_but_no_sensitivity() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("system", "files"))
    async with app.run_test(size=(40, 40)) as pilot:
        inspector.edit_field("kind")
        await pilot.pause()
        await enter(pilot, "=ledger", "enter")
        await pilot.pause()
        assert app.snapshot.system["files"].kind == "ledger"
        inspector.edit_field("sensitivity")
        await pilot.pause()
        await enter(pilot, "=ledger", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Picker), "nothing fits, so nothing is chosen"
        assert app.snapshot.system["files"].sensitivity == "confidential"


async def test_actions_by_letters_or_in_the_list_and_never_none() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("grant", ("file-key", "files")))
    async with app.run_test(size=(40, 40)) as pilot:
        inspector.edit_field("actions")
        await pilot.pause()
        await pilot.press("r", "enter")
        await pilot.pause()
        assert isinstance(app.screen, MultiPicker), "a grant without actions is none"
        await pilot.press("w", "a", "i", "up", "space", "enter")
        await pilot.pause()
        assert app.snapshot.grant["file-key", "files"].actions == ("write", "admin")


async def test_relations_reach_and_findings_of_what_is_selected() -> None:
    snapshot = full_snapshot()
    built = analyse(snapshot)
    inspector = Inspector()
    app = Host(inspector, snapshot, ("credential", "role"))
    async with app.run_test(size=(60, 50)) as pilot:
        app.show(WorkbenchState(snapshot, built=built, designed=built, selected=("credential", "role")))
        await pilot.pause()
        text = "\n".join(row.content.plain for row in inspector.rows.shown_rows)
        assert "worker holds role" in text
        assert "tickets stores role" in text
        assert "who can get it" in text
        assert "found" in text
        inspector.focus_list()
        assert inspector.rows.go_to(("hold", ("worker", "role")))
        await pilot.press("enter")
        await pilot.pause()
        heard = [each for each in app.heard if isinstance(each, SelectionRequested)]
        assert heard[-1].reference == ("hold", ("worker", "role"))
        for finding in built.findings:
            table, key = finding.about[0]
            app.show(WorkbenchState(snapshot, built=built, designed=built, selected=(table, key)))
            await pilot.pause()
            assert inspector.rows.go_to(("finding", finding.rule, finding.subject))
            await pilot.press("enter")
            await pilot.pause()
            assert [each.finding for each in app.heard if isinstance(each, FindingOpened)][-1] == finding


async def test_nothing_is_edited_where_the_model_is_read_only() -> None:
    snapshot = full_snapshot()
    inspector = Inspector()
    app = Host(inspector, snapshot)
    async with app.run_test() as pilot:
        app.show(WorkbenchState(snapshot, selected=("agent", "bot"), why_read_only="a copy"))
        inspector.edit_field("name")
        await pilot.pause()
        assert not isinstance(app.screen, Dialog)
        assert any(isinstance(each, Notice) for each in app.heard)


async def test_steps_without_a_record_and_things_that_are_gone() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("hearing", ("tickets", "bot")))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "wherever the agent reads untrusted content" in "".join(
            row.content.plain for row in inspector.rows.shown_rows
        )
        for reference in (("agent", "gone"), ("hosting", ("lone", "bot")), ("grant", ("a", "b"))):
            app.select(reference)
            await pilot.pause()
            assert inspector.rows.shown_rows


async def test_names_are_text_and_the_filter_finds_fields() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("system", "files"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert any(HOSTILE in row.content.plain for row in inspector.rows.shown_rows)
        inspector.focus_list()
        await enter(pilot, "/", "=sensi")
        await pilot.pause()
        shown = [row for row in inspector.rows.shown_rows if not row.heading]
        assert [row.key for row in shown] == [("field", "sensitivity")]
        await pilot.press("escape")
        await pilot.pause()
        assert len(inspector.rows.shown_rows) > 10
        assert key_of(inspector.record) == "files"  # type: ignore[arg-type] # a record


async def test_another_record_begins_at_the_field_that_was_edited_last_else_at_its_kind() -> None:
    inspector = Inspector()
    app = Host(inspector, full_snapshot(), ("system", "files"))
    async with app.run_test(size=(60, 40)) as pilot:
        await pilot.pause()

        def at() -> Hashable:
            return None if inspector.rows.row is None else inspector.rows.row.key

        assert at() == ("field", "kind")
        inspector.rows.focus()
        inspector.rows.go_to(("field", "sensitivity"))
        await enter(pilot, "space")
        app.select(("agent", "bot"))
        assert at() == ("field", "kind")
        app.select(("system", "tickets"))
        assert at() == ("field", "sensitivity")
