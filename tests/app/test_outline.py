"""The outline: what stands out about each element, worked out when it is seen."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import Door
from meshmodel.app.presentation.outline import marks_of, outline_lines
from meshmodel.model.records import Agent
from meshmodel.store.examples import ORDER
from meshmodel.store.load import load
from tests.app.desk import MODELS
from tests.canvas.building import snapshot_of
from tests.reference.random_models import random_model


@pytest.mark.parametrize("name", [*ORDER, 1, 2, 3, 4])
def test_every_element_tells_what_stands_out(name: str | int) -> None:
    snapshot = random_model(name, 12, "words") if isinstance(name, int) else load(MODELS / f"{name}.toml")
    analysis = analyse(snapshot)
    mark = marks_of(snapshot, analysis)
    heard = {each.system: "⚑" if each.first_hand else "⚐" for each in analysis.heard}
    for agent in snapshot.agent:
        number = sum(agent in door.agents for door in analysis.doors)
        assert mark(("agent", agent)) == (f"✖{number}" if number else "")
    for credential in snapshot.credential:
        number = sum(door.credential == credential for door in analysis.doors)
        assert mark(("credential", credential)) == (f"✖{number}" if number else "")
    for system in snapshot.system.values():
        assert mark(("system", system.id)) == heard.get(system.id, "")
    for zone in snapshot.zone:
        assert mark(("zone", zone)) == ""


class Many(tuple[str, ...]):
    """The agents of a door, of whom it takes long to go through all."""

    __slots__ = ()

    def __iter__(self) -> Any:
        raise AssertionError("all were gone through")


def test_nobody_goes_through_all_agents_of_all_doors() -> None:
    names = [f"agent-{number:04}" for number in range(1_000)]
    snapshot = snapshot_of(*map(Agent, names))
    doors = (Door("key", "files", ("read",), Many(names[1:]), "high"),)
    analysis = cast("Any", SimpleNamespace(doors=doors, heard=()))
    lines = [*outline_lines(snapshot, analysis, 40)]
    assert [each.text.split()[-1] for each in lines[1:4]] == ["agent-0000", "✖1", "✖1"]


def test_names_that_begin_alike_are_told_apart() -> None:
    snapshot = snapshot_of(Agent("customer-support-reader"), Agent("customer-support-writer"))
    lines = [each.text for each in outline_lines(snapshot, None, 20)]
    assert [each.split()[-1] for each in lines[1:]] == ["customer…-reader", "customer…-writer"]
