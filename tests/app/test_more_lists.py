"""The tabs of the first hour: three, open questions, and what else there is behind *More*."""

from pathlib import Path

from meshmodel.app.commands import COMMANDS
from meshmodel.app.concepts import CONCEPTS
from meshmodel.app.dialogs.find import Palette
from meshmodel.app.dialogs.help import HelpScreen
from meshmodel.app.panels.tabs import TabRow
from meshmodel.app.widgets.filter_list import FilterList
from tests.app.desk import Desk, desk


def tabs_of(it: Desk) -> list[str]:
    return [tab for tab, _ in it.bench.query_one(TabRow).labels()]


async def test_a_list_has_a_tab_once_it_was_opened(tmp_path: Path) -> None:
    async with desk(tmp_path, "code-agent", (80, 24)) as it:
        await it.press("f")
        assert tabs_of(it) == ["findings", "fix", "reach", "more"], "nothing is asked of it"
        before = sum(len(text) + 1 for _, text in it.bench.query_one(TabRow).labels()[:3])
        await it.pilot.click("#tabs", offset=(before + 2, 0))
        await it.shows("guided review")
        await it.press("J")
        assert it.bench.shown.page == "journal"
        await it.press("f")
        assert tabs_of(it) == ["findings", "fix", "reach", "journal", "more"]


async def test_open_questions_have_a_tab(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", (80, 24)) as it:
        await it.press("f")
        assert "questions" in tabs_of(it)


def test_words_of_the_field_belong_to_commands_and_are_many() -> None:
    words = [each.strip() for text in CONCEPTS.values() for each in text.split(",")]
    assert len(words) >= 60
    assert all(words)
    assert set(CONCEPTS) <= {each.id for each in COMMANDS}


async def test_help_and_palette_find_a_command_by_what_the_field_calls_it(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", (120, 40)) as it:
        for key, kind in (("?", HelpScreen), ("ctrl+p", Palette)):
            await it.press(key)
            assert isinstance(it.app.screen, kind)
            await it.type("lateral movement")
            rows = it.app.screen.query_one(FilterList).rows.shown_rows
            found = [getattr(row.value, "id", row.value) for row in rows if row.value is not None]
            assert "why" in found
            assert "arrange" not in found
            await it.press("escape", "escape")
