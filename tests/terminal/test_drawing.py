"""The support agent's mesh drawn from an empty canvas in a real terminal: by keyboard, and by mouse."""

from pathlib import Path

import pytest

from meshmodel.api import analyse
from meshmodel.model.phrases import GLYPHS
from meshmodel.model.records import Snapshot
from meshmodel.store.store import Store
from tests.terminal.terminals import Typist, available, running

KEY_LIMIT = 250

SENTENCES = (
    "support-bot > ticket-token > tickets: read, write",
    "support-bot > file-sas > attachments: read",
    "tickets in helpdesk is confidential, untrusted",
    "attachments in cloud is confidential",
    "support-bot home helpdesk is ai-agent",
)


def read(path: Path) -> Snapshot:
    with Store.open(path, read_only=True) as store:
        return store.snapshot


def judge(path: Path, severity: str = "high") -> None:
    """What the worked example comes to: one door at the attachments, two identities."""
    snapshot = read(path)
    analysis = analyse(snapshot)
    assert [(door.system, door.severity) for door in analysis.doors] == [("attachments", severity)]
    reached = analysis.agent_reach("support-bot")
    assert reached is not None
    assert len(reached.identities) == 2
    assert snapshot.system["tickets"].untrusted_input
    assert snapshot.agent["support-bot"].home == "helpdesk"
    assert snapshot.system["attachments"].zone == "cloud"


@pytest.fixture(params=available())
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_by_keyboard_and_quick_line(tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    path = tmp_path / "mesh.mesh"
    Store.create(path).close()
    with running(kind, ["open", path.name], tmp_path, size) as hands:
        hands.wait("Nothing here yet")
        hands.press(":")
        for sentence in SENTENCES:
            hands.wait("Tab completes")
            hands.type(sentence)
            hands.wait(lambda: "Tab completes" not in hands.screen())
            hands.wait(sentence[-12:])
            hands.press("enter")
        hands.wait("1 finding")
        hands.press("escape")
        hands.wait(lambda: "Tab completes" not in hands.screen())
        assert hands.keys < KEY_LIMIT
        judge(path)
        hands.press("f")
        hands.wait("✖ no checkpoint")
        hands.press("p")
        hands.wait("0 unchecked")
        hands.press("q")
        hands.wait(lambda: not hands.terminal.is_running())
    assert [each.to for each in read(path).checkpoint.values()] == ["attachments"]
    assert [each.name for each in tmp_path.glob("mesh.mesh*")] == ["mesh.mesh"]


def add(hands: Typist, what: str, name: str) -> None:
    """Add an element by mouse; only its name is typed."""
    hands.click_on("a add")
    hands.wait("proof of one identity")
    hands.click_on(f"{GLYPHS[what]} {what} ")
    hands.wait(f"add {what}")
    hands.type(name)
    hands.press("enter")
    hands.wait(lambda: "proof of one identity" not in hands.screen() and name in hands.screen())


def connect(hands: Typist, target: str) -> None:
    """Drag from the edge of the agent's card to a system, and take the first offer."""
    card, y = hands.still("▌◉ support-bot")
    hands.drag((card + len("▌  2 identities") - 1, y), hands.still(target))
    hands.click_on("new credential")
    hands.click_on(" Connect ")
    hands.wait(lambda: "new credential" not in hands.screen())


def test_by_mouse(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "mesh.mesh"
    Store.create(path).close()
    with running(kind, ["open", path.name], tmp_path, (120, 40)) as hands:
        hands.wait("Nothing here yet")
        add(hands, "zone", "helpdesk")
        add(hands, "agent", "support-bot")
        add(hands, "system", "tickets")
        add(hands, "zone", "cloud")
        add(hands, "system", "attachments")
        connect(hands, "tickets")
        connect(hands, "attachments")
        hands.wait("1 finding")
        for system in ("tickets", "attachments"):
            x, y = hands.still(f"▌▣ {system}")
            hands.click(x + 3, y)
            hands.click(x + 3, y)
            hands.wait(f"▣ {system}  system")
            hands.click_on("sensitivity")
            hands.click_on("confidential", after="type to filter")
            hands.wait(lambda name=system: read(path).system[name].sensitivity == "confidential")
            if system == "tickets":
                hands.click_on("untrusted input")
                hands.click_on("yes", after="type to filter")
                hands.wait(lambda: read(path).system["tickets"].untrusted_input)
                hands.wait("confidential ⚑")
        judge(path, "medium")  # the bot can only read: there is no way out
        tickets = hands.still("▌▣ tickets")
        hands.drag((tickets[0] + 3, tickets[1]), hands.where("▌▣ attachments"))
        hands.wait(lambda: read(path).system["tickets"].zone == "cloud")
        hands.click_on("u undo")
        hands.wait(lambda: read(path).system["tickets"].zone == "helpdesk")
    judge(path, "medium")
