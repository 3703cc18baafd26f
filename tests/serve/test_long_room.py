"""Rooms over a long time: guests who edit, reload, are lost and come back, and a host who starts again.

``python -m tests.serve.test_long_room ROOMS GUESTS EDITS`` does more of it than the test, and prints figures.
"""

import asyncio
import contextlib
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.serve.room import Browser, Room, browsing, free_port, lose, serving

PHASES = 3
"""Between two the server is ended and started again."""


@dataclass
class Guest:
    """One person: what they drew, and what happened to them."""

    name: str
    cookie: str
    chance: random.Random
    drawn: list[str] = field(default_factory=list)
    reloads: int = 0
    losses: int = 0

    async def work(self, room: Room, edits: int) -> None:
        """Draw and undo so often; a reload or a loss comes at any moment between two edits."""
        left = edits
        while left:
            async with browsing(room, self.cookie, 110, 30, page=f"{self.reloads}") as browser:
                await browser.shows("quick line")
                while left:
                    await self._edit(browser, room.model, is_last=left == 1)
                    left -= 1
                    match self.chance.randrange(8):
                        case 0:
                            self.reloads += 1
                            break
                        case 1:
                            self.losses += 1
                            lose(browser)
                            break

    async def _edit(self, browser: Browser, model: Path, *, is_last: bool) -> None:
        agent = f"{self.name.lower()}-{len(self.drawn)}"
        await browser.draw(agent)
        self.drawn.append(agent)
        while is_last and agent not in (await asyncio.to_thread(load, model)).agent:
            pass  # what is typed is on the screen before it is an edit, and who leaves leaves it undone
        if not is_last:  # what is undone stays in the journal, and the model stays as small as it was
            await browser.type("u")
            await browser.shows(f"undid: {agent} ")


def memory(room: Room) -> int:
    """Bytes that the server itself takes, without what it shares."""
    status = Path(f"/proc/{room.process.pid}/smaps_rollup").read_text(encoding="utf-8")
    return sum(int(row.split()[1]) * 1024 for row in status.splitlines() if row.startswith("Private_"))


async def long_room(folder: Path, guests: int, edits: int, seed: int) -> None:
    """All that is to hold of a room after so many edits of each guest, and figures of it."""
    port, chance, people, sizes = free_port(), random.Random(seed), list[Guest](), list[int]()
    began = time.monotonic()
    for _ in range(PHASES):
        with serving(folder, "support-agent", "--keep-links", port=port) as room:
            if not people:
                names = [f"Guest{each + 1}" for each in range(guests)]
                people = [Guest(each, room.join(each), random.Random(chance.random())) for each in names]
            for _ in range(2):  # the first one takes what every room takes
                share = max(edits // PHASES // 2, 1)
                await asyncio.gather(*(each.work(room, share) for each in people))
                sizes.append(memory(room))
    with Store.open(folder / "mesh.mesh", read_only=True) as store:
        entries = [(each.person, each.label, each.undone) for each in store.journal()]
        there = set(store.snapshot.agent)
    for each in people:
        mine = [label for person, label, _ in entries if person == each.name]
        assert len(mine) == len(each.drawn), f"{each.name}: {len(mine)} of {len(each.drawn)} edits are kept"
        assert all(agent in label for agent, label in zip(each.drawn, mine, strict=True)), "by whom they are"
    assert len(entries) == sum(len(each.drawn) for each in people), "nobody else edited"
    last = {agent for each in people for agent in each.drawn[-1:]}
    assert last <= there
    pairs = zip(sizes[::2], sizes[1::2], strict=True)
    growth = max(after / before for before, after in pairs)
    assert growth < 1.1, f"the memory of the server grew: {sizes}"
    figures = (
        f"{guests} guests, {len(entries)} edits in {time.monotonic() - began:.0f} s, "
        f"{sum(each.reloads for each in people)} reloads, {sum(each.losses for each in people)} losses, "
        f"{PHASES - 1} restarts; server {', '.join(f'{each / 2**20:.1f}' for each in sizes)} MB"
    )
    print(figures)


@pytest.mark.slow
async def test_nothing_is_lost_nobody_is_named_wrongly_and_memory_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    await long_room(tmp_path, guests=5, edits=18, seed=1)


@pytest.mark.slow
async def test_what_a_connection_took_is_given_back_when_it_has_ended(tmp_path: Path) -> None:
    """Without the collector of garbage, each connection kept 0.12 MB, most of it for its compression."""
    with serving(tmp_path) as room:
        cookie, sizes = room.join("Ann"), list[int]()
        for number in range(50):
            if number in {15, 49}:  # the first ones take what every room takes
                sizes.append(memory(room))
            async with browsing(room, cookie, 20, 6, page=str(number)) as browser:
                await browser.until(lambda browser=browser: browser.attached and browser.received)
                if number % 2:
                    lose(browser)
    assert sizes[1] - sizes[0] < 2 * 2**20, f"the memory of the server grew: {sizes}"


async def main(rooms: int, guests: int, edits: int) -> None:
    with contextlib.ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(rooms)]
        each = (long_room(folder, guests, edits, seed) for seed, folder in enumerate(folders))
        await asyncio.gather(*each)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
