"""A guided round in a room: five people in terminals of their own follow one, and answer in turn."""

import asyncio
import contextlib
import json
from pathlib import Path

import pytest

from meshmodel.store.store import Store
from tests.commands.running import run
from tests.serve.room import Browser, browsing, lose, serving

pytestmark = pytest.mark.slow

PEOPLE = ["Ada", "Bo", "Kim", "Lou", "Zoe"]


async def all_show(people: list[Browser], *words: str) -> None:
    for each in words:
        await asyncio.gather(*(who.shows(each) for who in people))


async def go_on(who: Browser, words: str) -> None:
    """Go on in the round, once the stop has been found anew after an edit."""
    await who.type(" ")
    await who.until(lambda: words in who.text or "press the key again" in who.text)
    while words not in who.text:
        await who.type("!!")  # says something else
        await who.shows("your hand is lowered")
        await who.type(" ")
        await who.until(lambda: words in who.text or "press the key again" in who.text)


async def enter(who: Browser, *texts: str) -> None:
    """Type what dialogs ask for, each once what was typed before is seen."""
    for text in texts:
        await who.type(text)
        await who.shows(text)
        await who.type("\r")


async def test_a_leader_who_reloads_still_leads_and_who_follows_still_follows(tmp_path: Path) -> None:
    with serving(tmp_path, "crm-assistant-gateway") as room:
        leader, follower = room.join("Ada"), room.join("Bo")
        async with browsing(room, follower) as bo, browsing(room, leader) as ada:
            await all_show([ada, bo], "quick line")
            await ada.type("@")
            await ada.shows("76 → 40")
            await ada.type("P")
            await bo.shows("Ada leads: & follows")
            await bo.type("&")
            await ada.shows("Ada leads, 1 follow")
            async with browsing(room, follower) as again:  # takes over, as a reload does
                await again.shows("Ada leads")
                lose(ada)
                async with browsing(room, leader) as back:
                    await back.shows("Ada leads, 1 follow")
                    await go_on(back, "Topic 2")
                    await again.shows("Topic 2")
                    lose(back)
                    await again.shows("Ada (away) leads")
                await again.type("P")
                await again.shows("Bo leads")
                async with browsing(room, leader) as late:
                    await late.shows("Bo leads")
                    await again.shows("Bo leads, 1 follow")


async def test_five_people_follow_one_and_answer_in_turn_and_the_summary_names_each(tmp_path: Path) -> None:
    with serving(tmp_path, "crm-assistant-gateway") as room:
        async with contextlib.AsyncExitStack() as stack:
            people = [await stack.enter_async_context(browsing(room, room.join(each))) for each in PEOPLE]
            ada, bo, kim, lou, zoe = people
            others = people[1:]
            await all_show(people, "quick line")

            await ada.type("@")
            await ada.shows("76 → 40")
            await ada.type("P")
            await all_show(others, "Ada leads: & follows")
            for each in others:
                await each.type("&")
            await all_show(people, "┃ CUSTOMER ASSISTANT", "76 → 40 unchecked paths")
            await ada.shows("Ada leads, 4 follow")
            await zoe.type("!")
            await all_show(people[:4], "Zoe ✋")

            await ada.type("d")
            await all_show(people, "✔ done: 40 unchecked")
            await go_on(ada, "Topic 2")
            await all_show(people, "Topic 2", "40 → 6")
            await bo.type("p")
            await bo.shows("planned: policy check")
            await go_on(ada, "Topic 3")
            await all_show(people, "Topic 3")
            await kim.type("x")
            await enter(kim, "Kim", "a trial")
            await kim.type("\r")
            await all_show(people, "✔ done")

            await lou.type("\x1b")  # looks around
            await ada.shows("3 follow · Zoe ✋")
            await go_on(ada, "Topic 4")
            await all_show([ada, bo, kim, zoe], "Topic 4")
            assert "Topic 4" not in lou.text
            await lou.type("&")
            await lou.shows("Topic 4")
            await lou.type("A")
            await enter(lou, "the gateway sees all")
            await zoe.type("k")
            await enter(zoe, "who reads it?")
            await all_show(people, "who reads it?")

            for name, each in zip(PEOPLE, people, strict=True):  # all at once: none is lost
                await each.type("N")
                await each.type(f"seen by {name}")
                await each.shows(f"seen by {name}")
            for each in people:
                await each.type("\r")
            await ada.type("J")
            for each in PEOPLE:
                await ada.shows(f"noted: seen by {each}")
            await asyncio.gather(*(each.until(lambda each=each: "leads" not in each.text) for each in others))
    with Store.open(room.model) as store:
        entries = [(each.person, each.label.partition(" ")[0]) for each in store.journal()]
    assert entries[:5] == [
        ("Ada", "policy"),
        ("Bo", "planned:"),
        ("Kim", "accepted"),
        ("Lou", "assumed:"),
        ("Zoe", "parked:"),
    ]
    assert sorted(entries[5:]) == [(each, "noted:") for each in PEOPLE]
    text = run("round", room.model, "--summary").stdout
    summary = json.loads(run("round", room.model, "--summary", "--json").stdout)
    assert summary["people"] == PEOPLE
    decisions = {(each["what"], each["who"]) for each in summary["decisions"]}
    assert decisions == {
        ("decided", "Ada"), ("planned", "Bo"), ("accepted", "Kim"), ("assumed", "Lou"), ("parked", "Zoe"),
        *(("noted", each) for each in PEOPLE),
    }  # fmt: skip
    assert [summary[each]["uncontrolled"] for each in ("before", "after")] == [76, 40]
    assert all(each in text for each in PEOPLE)
