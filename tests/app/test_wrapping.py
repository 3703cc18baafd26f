"""Rows that take several lines: nothing of them is lost, and no line begins under their beginning."""

from pathlib import Path

import pytest
from textual.widgets import Static

from meshmodel.api import analyse
from meshmodel.app.dialogs.help import help_rows
from meshmodel.app.panels.explanation import ExplanationList
from meshmodel.app.panels.reach_matrix import ReachMatrix
from meshmodel.app.presentation.inspection import reach_sections
from meshmodel.app.theme import PALETTES
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.form_rows import LABEL_WIDTH, form_row, label
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, line
from meshmodel.model.records import Agent, Credential, Custody, Grant, Hold, System
from meshmodel.model.schema import SCHEMA
from tests.app.desk import desk
from tests.app.form_host import Host
from tests.edits.models import HOSTILE, full_snapshot, snapshot_of

SENTENCE = "1 reads Pipeline secrets as svc-codegen with Forge token ✖ no checkpoint"


def lines_of(rows: RowList) -> list[str]:
    """All lines of the list as they are on the screen."""
    return [rows.render_line(y).text.rstrip() for y in range(rows.size.height)]


@pytest.mark.parametrize("width", [30, 44, 62, 100])
@pytest.mark.parametrize("many", [1, 40])
async def test_no_word_of_a_long_row_is_lost_whether_or_not_the_list_scrolls(width: int, many: int) -> None:
    listing = FilterList()
    app = Host(listing, full_snapshot())
    async with app.run_test(size=(width, 24)) as pilot:
        listing.set_rows(
            ListRow(number, line(f"{number + 10} ", f"{SENTENCE} {HOSTILE}"), number, indent=3)
            for number in range(many)
        )
        await pilot.pause()
        lines = lines_of(listing.rows)
        starts = [at for at, text in enumerate(lines) if text[:2].strip()]
        assert lines[0].startswith("10 1 reads")
        first = lines[: starts[1]] if many > 1 else lines
        said = " ".join(text.removeprefix("10").strip() for text in first).split()
        assert said == f"{SENTENCE} {HOSTILE}".split()


@pytest.mark.parametrize("width", [29, 36, 60])
async def test_a_long_value_goes_below_the_name_of_its_field_and_no_word_of_it_is_broken(width: int) -> None:
    values = {
        "a": "short",
        "b": "what is said in two lines",
        "c": "a_name_of_24_characters_x",
        "d": SENTENCE * 4,
    }
    listing = FilterList(form_row(key, line(value), value=key) for key, value in values.items())
    async with Host(listing, full_snapshot()).run_test(size=(width, 40)) as pilot:
        await pilot.pause()
        lines = lines_of(listing.rows)
        said = " ".join(lines).split()
        assert said == " ".join(f"{key} {value}" for key, value in values.items()).split()
        assert lines[0].split() == ["a", "short"]
        at = next(number for number, text in enumerate(lines) if text.startswith("d"))
        assert lines[at].strip() == "d"
        below = [text for text in lines[at + 1 :] if text]
        assert all(text.startswith("  ") for text in below)
        assert len(below) <= 1 + len(values["d"]) * 4 // (3 * (width - 3))
        assert listing.rows.virtual_size.height == len([text for text in lines if text])


async def test_the_keys_of_the_help_stand_alone_in_their_column() -> None:
    listing = FilterList(help_rows())
    app = Host(listing, full_snapshot())
    async with app.run_test(size=(50, 400)) as pilot:
        await pilot.pause()
        for text in lines_of(listing.rows):
            if text.startswith(" "):
                assert text.startswith("  ")
        assert sum(len(text) > 0 for text in lines_of(listing.rows)) > len(list(help_rows()))


def test_a_gap_follows_every_name_of_a_field() -> None:
    keys = [field.key for table in SCHEMA.values() for field in table.fields]
    assert all(len(label(key)) == LABEL_WIDTH and label(key).endswith(" ") for key in keys)
    assert label("a name longer than its column").endswith(" ")


async def test_the_steps_of_a_way_are_told_in_whole_sentences_under_their_numbers(tmp_path: Path) -> None:
    async with desk(tmp_path, "code-agent", size=(120, 40)) as running:
        await running.press("f", "enter")
        how = running.bench.query_one(ExplanationList)
        wanted = " ".join(row.content.plain for row in how.rows.shown_rows).split()
        await running.pilot.pause()
        assert how.rows.virtual_size.height >= len(how.rows.shown_rows)
        shown: list[str] = []
        for top in range(how.rows.virtual_size.height):
            how.rows.scroll_to(y=top, animate=False, immediate=True)
            await running.pilot.pause()
            offset = how.rows.scroll_offset.y
            if top - offset < how.rows.size.height:
                shown.append(how.rows.render_line(top - offset).text)
        assert " ".join(shown).split() == wanted


async def test_what_a_record_reaches_is_counted_and_parted_from_how() -> None:
    snapshot = snapshot_of(
        [
            System("a_system_with_a_long_name"),
            Agent("bot"),
            Credential("key"),
            Hold("bot", "key"),
            Grant("key", "a_system_with_a_long_name", ("read", "write", "execute", "issue", "admin")),
        ]
    )
    analysis = analyse(snapshot)
    (section,) = reach_sections(snapshot, analysis, snapshot.agent["bot"])
    assert section.title == "can act as 1 identity and reach 1 system"
    identity, system = ("".join(text for text, _ in each.words()) for each in section.lines)
    assert identity.split() == ["as", "key", "direct"]
    assert " rwxia direct" in system
    assert "a_syste" in system


def test_the_identities_that_an_agent_holds_are_told_apart_from_all_that_it_ends_up_with() -> None:
    held, found = Credential("key"), Credential("found")
    opened = System("files"), Grant("key", "files", ("read",)), Custody("files", "found")
    snapshot = snapshot_of([Agent("bot"), Agent("idle"), held, found, Hold("bot", "key"), *opened])
    analysis = analyse(snapshot)
    titles = [
        reach_sections(snapshot, analysis, snapshot.agent[each])[0].title.partition(" and ")[0]
        for each in ("bot", "idle")
    ]
    assert titles == ["can act as 2 identities (1 held)", "can act as 0 identities"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_reach_matrix_shows_its_whole_legend_and_a_quiet_cursor(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, "code-agent", size=size) as running:
        await running.press("r")
        await running.pilot.pause()
        matrix = running.bench.query_one(ReachMatrix)
        legend = matrix.query_one(Static)
        wanted = str(legend.content).split()
        assert wanted[:2] == ["rwxia", "·r"]
        lines = running.screen_text().splitlines()
        top, left = legend.region.y, legend.region.x
        shown = " ".join(each[left : left + legend.size.width] for each in lines[top : legend.region.bottom])
        assert shown.split() == wanted
        table = matrix.table
        palette = PALETTES[running.app.theme]
        segments = list(table.render_line(1 + table.cursor - table.scroll_offset.y))
        grounds = {
            segment.style.bgcolor.name for segment in segments if segment.style and segment.style.bgcolor
        }
        assert palette.cursor in grounds
        assert not any(segment.style and segment.style.reverse for segment in segments)
