"""Arrange: offered where cards placed by hand shorten names, and undone by one key."""

from pathlib import Path

import pytest

from meshmodel.edits.edit import Edit
from meshmodel.interchange import write_text
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from tests.app.desk import Desk, desk

OFFER = "A arrange"


async def settled(it: Desk) -> str:
    """The footer once everything in the background has ended."""
    await it.computed()
    return it.screen_text().splitlines()[-1]


def drawn(it: Desk) -> str:
    drawing = it.bench.context.canvas.drawing
    assert drawing is not None
    return drawing.as_text()


async def test_it_is_offered_where_cards_by_hand_shorten_names_and_undone(tmp_path: Path) -> None:
    async with desk(tmp_path, "code-agent", size=(120, 40)) as it:
        assert OFFER not in await settled(it)
        assert "…" not in drawn(it)
        for system in ("cluster", "pipeline", "pipeline-secrets"):
            await it.select("system", system)
            await it.press("m", "down", "right", "enter")
        assert OFFER in await settled(it)
        squeezed, model = drawn(it), write_text(it.model)
        assert "…" in squeezed
        await it.press("A")
        assert it.bench.shown.message.text == "arranged; u undoes it"
        assert OFFER not in await settled(it)
        assert "…" not in drawn(it)
        await it.press("u")
        assert OFFER in await settled(it)
        assert it.bench.shown.message.text == "undid: arrange"
        assert (drawn(it), write_text(it.model)) == (squeezed, model)


async def test_it_is_not_offered_where_names_are_shortened_anyway(tmp_path: Path) -> None:
    async with desk(tmp_path, "finance-orchestrator", size=(80, 24)) as it:
        assert "…" in drawn(it)
        await it.select("system", "case-memory")
        await it.press("m", "up", "down", "enter")
        assert OFFER not in await settled(it)


async def test_a_refusal_stays_and_nothing_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(tmp_path, "code-agent", size=(120, 40)) as it:
        await it.select("system", "pipeline")
        await it.press("m", "down", "right", "enter")
        before = drawn(it)

        def refuse(wanted: Edit, select: Reference | None = None, *, on: object) -> MeshmodelError:
            del wanted, select, on
            return MeshmodelError("the disk is full")

        monkeypatch.setattr(it.bench.context, "refusal", refuse)
        await it.press("A")
        assert it.bench.shown.message.text == "the disk is full"
        assert drawn(it) == before
