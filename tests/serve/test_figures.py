"""What a room of fifteen costs, and how soon they see each other's edits."""

import asyncio
import contextlib
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from meshmodel.store.load import load
from tests.serve.room import Browser, Room, browsing, ended, serving

pytestmark = pytest.mark.slow

PEOPLE = 15
DRAW = 5
"""So many of them draw, while all look."""
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process: int) -> float:
    """Seconds that a process has computed."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def private_megabytes(process: int) -> float:
    """Memory that a process shares with no other."""
    rows = (line.split() for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines())
    return sum(int(row[1]) for row in rows if row[0].startswith("Private_")) / 1024


def p95(figures: Sequence[float]) -> float:
    return sorted(figures)[int(len(figures) * 0.95)]


def machine_seconds() -> float:
    """Seconds that the processors of the machine have computed."""
    user, nice, system, _, _, interrupts, soft, *_ = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + interrupts + soft) / TICKS


async def test_a_room_of_fifteen(tmp_path: Path, record_property) -> None:
    began, computed, own = time.monotonic(), machine_seconds(), time.process_time()
    with serving(tmp_path, "crm-assistant-gateway") as room:
        async with browsing(room, room.join("First")) as first:  # the parent has imported all by then
            await first.shows("quick line")
        cookies = [room.join(f"P{number}") for number in range(PEOPLE)]
        _, *left = room.children()
        assert await asyncio.to_thread(ended, left, 30)
        async with contextlib.AsyncExitStack() as stack:
            opened = time.monotonic()
            people = [await stack.enter_async_context(browsing(room, each)) for each in cookies]
            await asyncio.gather(*(each.shows("quick line") for each in people))
            first_pictures = time.monotonic() - opened
            guests = room.children()[1:]
            assert len(guests) == PEOPLE
            starts = [cpu_seconds(each) for each in guests]
            idle = await idle_share(guests)
            memory = [private_megabytes(each) for each in guests]
            sent = sum(await asyncio.gather(*map(keys, people)), list[int]())
            seen = await edits(people)
            figures = {
                "start_cpu": max(starts),
                "first_pictures": first_pictures,
                "private_mb": max(memory),
                "idle_share": max(idle),
                "key_p95_bytes": p95(sent),
                "edit_p95_seconds": p95(seen),
            }
            for name, value in figures.items():
                record_property(name, value)
            own = time.process_time() - own + sum(map(cpu_seconds, (room.process.pid, *room.children())))
            others = machine_seconds() - computed - own
            free = 1 - others / (time.monotonic() - began) / (os.cpu_count() or 1)
            record_property("free", free)
        check_nothing_is_lost(room)
    slow = 1.5 / max(free, 0.1)  # others may compute here too, and a virtual machine is not always as fast
    assert figures["start_cpu"] <= 0.6 * 1.5
    assert figures["private_mb"] <= 45
    assert figures["first_pictures"] <= 5 * slow
    assert figures["idle_share"] <= 0.01 * 1.5
    assert figures["key_p95_bytes"] <= 4096
    assert figures["edit_p95_seconds"] <= slow


async def keys(who: Browser) -> list[int]:
    """The bytes that keys were answered with: to move on the canvas, to paint it otherwise, and to type."""
    sent = []
    for key in ("\x1b[C", "\x1b[D", "\x1b[B", "\x1b[A", "\t", *"l-+o", "\x1b", *":assistant", "\x1b"):
        before = who.received
        await who.type(key)
        await asyncio.sleep(0.5)  # it is painted with one of the next frames
        sent.append(who.received - before)
    return sent


async def edits(people: list[Browser]) -> list[float]:
    """Some draw an agent: after how many seconds each of the others has it in their journal."""
    seen: list[float] = []
    for each in people:
        await each.type("J")
    await asyncio.gather(*(each.shows("[Journal]") for each in people))
    for number, who in enumerate(people[:DRAW]):
        await who.type(f":p{number}x holds p{number}x-key")
        await who.shows(f"p{number}x-key")
        await who.type("\r")
        began = time.monotonic()
        others = (each for each in people if each is not who)
        seen += await asyncio.gather(*(seconds_until(each, f"P{number}  ", began) for each in others))
        await who.type("\x1b")
    return seen


async def seconds_until(who: Browser, text: str, began: float) -> float:
    """After how many seconds a text was on a screen."""
    await who.shows(text)
    return time.monotonic() - began


async def idle_share(processes: list[int]) -> list[float]:
    """Which part of a core each process takes while nobody does anything."""
    before = [cpu_seconds(each) for each in processes]
    await asyncio.sleep(20)
    return [(cpu_seconds(each) - then) / 20 for each, then in zip(processes, before, strict=True)]


def check_nothing_is_lost(room: Room) -> None:
    assert {f"p{number}x" for number in range(DRAW)} <= set(load(room.model).agent)
