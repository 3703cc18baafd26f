"""Parts of the catalogue in the workbench: by keys and by mouse, one edit, undone by one key."""

from pathlib import Path

from meshmodel.interchange import write_text
from tests.app.desk import desk


async def test_a_part_is_added_by_keys_beside_the_selection(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24)) as it:
        before = write_text(it.model)
        await it.select("agent", "support-bot")
        await it.press("a")
        await it.shows("one agent writes it, another reads it")
        await it.press("1")
        await it.type("files")
        await it.press("enter")
        assert it.model.delegation["support-bot", "files"].only == ("files-data:read",)
        assert it.model.agent["files"].home == it.model.agent["support-bot"].home
        assert it.bench.shown.selected == ("agent", "files")
        await it.shows("add mcp-server: system files-data, agent files, credential files-secret")
        await it.press("u")
        assert write_text(it.model) == before


async def test_the_agents_of_the_model_are_offered_first_for_a_part(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24)) as it:
        agents = set(it.model.agent)
        await it.press("a", "1")
        await it.type("mail")
        await it.press("enter")
        await it.shows("For which agent?")
        assert "assistant" not in it.model.agent
        await it.type("support")
        await it.shows("a new agent, support")
        await it.press("enter")
        assert ("support-bot", "mail") in it.model.delegation
        assert set(it.model.agent) == agents | {"mail"}
