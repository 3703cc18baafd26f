"""The outline: what stands out about each element, worked out when it is seen."""

import pytest

from meshmodel.analysis.analysis import analyse
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


def test_names_that_begin_alike_are_told_apart() -> None:
    snapshot = snapshot_of(Agent("customer-support-reader"), Agent("customer-support-writer"))
    lines = [each.text for each in outline_lines(snapshot, None, 20)]
    assert [each.split()[-1] for each in lines[1:]] == ["customer…-reader", "customer…-writer"]
