"""The customer-support copilot drawn from an empty canvas in a real terminal: by mouse, keys or sentences.

Each alone, and each comes to the same interchange text but for ids, which follow the names that are given.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.edits.edit import Edit, Put, Rename, apply_edit
from meshmodel.interchange import write_text
from meshmodel.model.phrases import GLYPHS
from meshmodel.model.records import Snapshot
from meshmodel.store.store import Store
from tests.language.test_short_sentences import COPILOT, LINES
from tests.terminal.terminals import LOOK, Typist, available, running

NAME = "Customer-support copilot"
SIZE = (120, 40)
pytestmark = pytest.mark.slow


@pytest.fixture
def kind() -> str:
    """The first kind of terminal that there is; what differs between them is tested with less."""
    return available()[0]


def read(path: Path) -> Snapshot:
    with Store.open(path, read_only=True) as store:
        return store.snapshot


def judge(path: Path, ids: Mapping[str, str]) -> None:
    """Whether the file has the copilot's text, once what was called otherwise is called as there."""
    drawn = read(path)
    for table in ("zone", "system", "agent", "credential", "checkpoint"):
        for key in list(drawn.table(table)):
            if key in ids:
                drawn = apply_edit(drawn, Edit("", (Rename(table, key, ids[key]),)))
        for record in list(drawn.table(table).values()):
            if table != "checkpoint" and record.at is not None:
                drawn = apply_edit(drawn, Edit("", (Put(replace(record, at=None)),)))
    assert write_text(drawn) == write_text(COPILOT)


@contextmanager
def empty(kind: str, folder: Path, size: tuple[int, int]) -> Iterator[tuple[Typist, Path]]:
    path = folder / "mesh.mesh"
    Store.create(path).close()
    with running(kind, ["open", path.name], folder, size) as hands:
        hands.wait("Nothing here yet")
        yield hands, path


def settled(hands: Typist) -> list[str]:
    """The rows of the screen once they stand still for half a second; a busy machine may take as long."""
    lines, since = hands.terminal.lines(), time.monotonic()
    while time.monotonic() < since + 0.5:
        time.sleep(LOOK)
        if lines != (lines := hands.terminal.lines()):
            since = time.monotonic()
    return lines


def cards(lines: list[str], name: str) -> list[tuple[int, int]]:
    """Where cards of a name begin, which takes two rows where one is too narrow."""
    heads = [found.end() for found in re.finditer("-", name)] + [len(name)]
    starts = []
    for head in heads:
        card = re.compile(rf"▌\S {re.escape(name[:head])}(?![\w-])")
        for y, row in enumerate(lines):
            for found in card.finditer(row):
                rest = lines[y + 1][found.start() :] if y + 1 < len(lines) else ""
                if head == len(name) or re.match(rf"▌  {re.escape(name[head:])}(?![\w-])", rest):
                    starts.append((found.start(), y))
    return starts


class Mouse:
    """Does everything with the mouse; counts its clicks, its drags and the steps of its wheel."""

    def __init__(self, hands: Typist, path: Path) -> None:
        self.hands = hands
        self.path = path
        self.input_count = 0

    @property
    def model(self) -> Snapshot:
        return read(self.path)

    def until(self, holds: Callable[[Snapshot], object]) -> None:
        self.hands.wait(lambda: bool(holds(self.model)))

    def click(self, text: str, after: str = "") -> None:
        x, y = self.hands.still(text, after)
        self.hands.click(x + (len(text) > 1) + (text[0] == "▏"), y)
        self.input_count += 1

    def choose(self, text: str, title: str) -> None:
        """Click on a row of a dialog, turning the wheel until it is seen."""
        row = re.compile(rf"│\s+(■ |□ )?(\w  )?{re.escape(text)}(  |…| │)")
        for _ in range(40):
            x, y = self.hands.still(title)
            for line, shown in enumerate(self.hands.terminal.lines()):
                found = row.search(shown) if line > y else None
                if found and found.start() < x + 40:
                    self.hands.click(found.end() - 4, line)
                    self.input_count += 1
                    return
            self.hands.mouse(65, x + 4, y + 3)
            self.input_count += 1
        raise AssertionError(f"{text} is not in the list:\n{self.hands.screen()}")

    def add(self, what: str, kind: str = "") -> None:
        """Add an element in the zone of what is selected."""
        many = len(self.model.table(what))
        self.click("a add")
        self._fill(what, kind)
        self.until(lambda model: len(model.table(what)) > many)

    def _fill(self, what: str, kind: str = "") -> None:
        self.hands.wait("proof of one identity")
        self.click(f"{what[0]} {GLYPHS[what]} {what} ")
        if kind:
            self.choose(kind, f" add {what}")
        self.click(" Add ")
        self.hands.wait(lambda: " Add " not in self.hands.screen())

    def card(self, name: str) -> tuple[int, int]:
        """Where a card begins."""
        self.hands.wait(lambda: bool(cards(self.hands.terminal.lines(), name)))
        return cards(settled(self.hands), name)[0]

    def _arrows(self, y: int) -> set[int]:
        return {found.start() for found in re.finditer("─▶", self.hands.terminal.lines()[y])}

    def drag(self, start: str, end: str) -> None:
        """Connect a card with another."""
        self._draw(start, self.card(end))

    def draw_new(self, start: str, what: str, kind: str = "") -> None:
        """Connect a card with a new element, on empty ground."""
        lines = self.hands.terminal.lines()
        self._draw(start, (len(lines[0]) // 3, len(lines) // 2 + 3))
        self._fill(what, kind)

    def _draw(self, start: str, end: tuple[int, int]) -> None:
        """Drag from the handle that the pointer brings up at the right end of a card."""
        x, y = self.card(start)
        before = self._arrows(y)
        self.hands.mouse(35, x + 3, y)
        self.hands.wait(lambda: self._arrows(y) > before)
        self.hands.drag((min(self._arrows(y) - before), y), end)
        self.input_count += 1

    def set(self, name: str, field: str, value: str) -> None:
        """Set a field in the inspector, which a double click opens."""
        x, y = self.card(name)
        self.hands.click(x + 4, y)
        self.hands.click(x + 4, y)
        self.input_count += 2
        self.set_shown(f" {name}  system", field, value)

    def set_shown(self, title: str, field: str, value: str) -> None:
        """Set a field of what the inspector shows."""
        self.click(f"▏ {field}", after=title)
        self.choose(value, f"─ {field} ─")

    def name(self, text: str) -> None:
        """Name the model; the terminal pastes the text."""
        rows = self.hands.terminal.lines()
        ground = len(rows[0]) // 3, len(rows) - 14
        self.hands.mouse(2, *ground)
        self.hands.mouse(2, *ground, up=True)
        self.click("name and describe")
        self.click("▏ name", after="this model")
        self.hands.wait("the name of the model")
        self.hands.terminal.send(f"\x1b[200~{text}\x1b[201~")
        self.click(" Done ")
        self.input_count += 2

    def connect(self, *actions: str, title: str) -> None:
        """Switch actions or limits in the dialog that is open, and connect."""
        for each in actions:
            self.choose(each, title)
        self.click(" Connect ")
        self.hands.wait(lambda: " Connect " not in self.hands.screen())


def draw_by_mouse(mouse: Mouse) -> None:
    """Everything is called as its kind; the name of the model is pasted, as the middle button does."""
    mouse.add("zone")
    mouse.add("agent", "service")
    mouse.add("system", "messaging")
    mouse.add("system", "saas")
    mouse.add("zone")
    mouse.add("system", "kubernetes-cluster")
    mouse.add("system", "ci-pipeline")
    mouse.add("zone")
    mouse.add("system", "knowledge-base")
    mouse.add("system", "token-service")
    mouse.add("agent", "person")
    mouse.add("agent", "ai-agent")
    for name, value in (("messaging", "confidential"), ("saas", "restricted"),
                        ("kubernetes-cluster", "restricted"), ("knowledge-base", "internal")):  # fmt: skip
        mouse.set(name, "sensitivity", value)
        mouse.until(lambda model, name=name, value=value: model.system[name].sensitivity == value)
    mouse.set("messaging", "untrusted input", "yes")
    mouse.until(lambda model: model.system["messaging"].untrusted_input)

    mouse.drag("service", "messaging")
    mouse.click("new credential", after="─ service → messaging ─")
    mouse.connect("write", title="service → messaging")
    mouse.drag("ai-agent", "knowledge-base")
    mouse.click("new credential", after="─ ai-agent → knowledge-base ─")
    mouse.connect(title="ai-agent → knowledge-base")
    mouse.drag("ai-agent", "ci-pipeline")
    mouse.click("new credential", after="─ ai-agent → ci-pipeline ─")
    mouse.connect("execute", title="ai-agent → ci-pipeline")
    mouse.drag("ai-agent", "service")
    mouse.connect("messaging:read", title="ai-agent → service")

    mouse.draw_new("ai-agent", "credential", "oauth-user-delegated")
    mouse.draw_new("oauth-user-delegated", "credential", "exchanged-token")
    mouse.choose("at token-service", "oauth-user-delegated → ")
    mouse.drag("exchanged-token", "saas")
    mouse.click("exchanged-token opens", after="─ exchanged-token → saas ─")
    mouse.connect("write", title="exchanged-token → saas")
    mouse.until(lambda model: ("exchanged-token", "saas") in model.grant)
    mouse.click("p checkpoint")
    mouse.until(lambda model: model.checkpoint)
    mouse.click("Enter edit  ")
    mouse.set_shown("◆ policy-decision-saas", "kind", "human-approval")
    mouse.until(lambda model: "human-approval-saas" in model.checkpoint)
    mouse.set_shown("◆ human-approval-saas", "actions", "write")
    mouse.click(" Done ")
    mouse.until(lambda model: model.checkpoint["human-approval-saas"].actions)

    mouse.draw_new("ci-pipeline", "credential")
    mouse.choose("ci-pipeline stores credential", "ci-pipeline → ")
    mouse.drag("credential", "kubernetes-cluster")
    mouse.click("credential opens", after="─ credential → kubernetes-cluster ─")
    mouse.connect("read", "admin", title="credential → kubernetes-cluster")
    mouse.name(NAME)
    mouse.until(lambda model: model.about.name == NAME)


def label_of(hands: Typist, name: str) -> str:
    """The jump label that stands on a card."""
    card = re.compile(rf" (\w)[◉◎♙▣▤◪] {re.escape(name)}(?![\w-])")
    hands.wait(lambda: bool(card.search(hands.screen())))
    found = card.search(hands.screen())
    assert found is not None
    return found[1]


def draw_by_keys(hands: Typist, path: Path) -> None:
    """What is pressed: ⏎ Enter, ⇥ Tab, ␣ Space, ⎋ Escape, arrows; ⟨name⟩ jumps there.

    Two credentials are called as their kind, the other new ones as the program proposes; all else is named.
    """
    for line in KEYS.split("\n"):
        for part in re.split(r"(⟨.*?⟩)", line):
            if part.startswith("⟨"):
                hands.press("g")
                hands.press(label_of(hands, part[1:-1]))
            else:
                hands.press(*(PRESSED.get(each, each) for each in part))
        settled(hands)


PRESSED = {"⏎": "enter", "⇥": "tab", "␣": " ", "⎋": "escape", "↓": "down", "↑": "up"}
KEYS = """\
M⏎Customer-support copilot⏎
azvendors⏎
aamail-server⇥s⏎
Nsmailbox⇥ing⏎w⏎
↓↓↓↓↓␣
↑↑⏎c⏎
ascrm⇥sa⏎
⏎r⏎
azprod⏎
ascluster⇥ku⏎
⏎r⏎
asci⇥ci⏎
Ncdeploy-key⏎⏎
c⟨cluster⟩⏎␣↑␣⏎
azsupport⏎
aaapprover⇥p⏎
assts⇥t⏎
aacopilot⇥a⏎
Nskb⇥kn⏎⏎⏎
⏎⏎i⏎
⎋⟨copilot⟩
c⟨mail-server⟩↓␣⏎
⟨copilot⟩
c⟨ci⟩x⏎
⟨copilot⟩
Nc⇥us⏎
Nc⇥e⏎⏎
c⟨crm⟩w⏎
p
⏎⏎h⏎
↓↓↓↓⏎w⏎"""


def test_by_keys(tmp_path: Path, kind: str) -> None:
    with empty(kind, tmp_path, SIZE) as (hands, path):
        draw_by_keys(hands, path)
        hands.wait(lambda: any(each.actions for each in read(path).checkpoint.values()))
        assert hands.keys <= 250
    judge(path, {"ci-key": "ci-token", "mailbox-key": "mail-token", "oauth-user-delegated": "user-token",
                 "exchanged-token": "crm-token", "human-approval-crm": "crm-approval"})  # fmt: skip


def test_by_mouse(tmp_path: Path, kind: str) -> None:
    with empty(kind, tmp_path, SIZE) as (hands, path):
        draw_by_mouse(Mouse(hands, path))
        assert hands.keys == 0
    judge(path, CALLED)


CALLED = {
    "zone": "vendors", "zone-2": "prod", "zone-3": "support",
    "messaging": "mailbox", "saas": "crm", "kubernetes-cluster": "cluster", "ci-pipeline": "ci",
    "knowledge-base": "kb", "token-service": "sts",
    "service": "mail-server", "person": "approver", "ai-agent": "copilot",
    "messaging-key": "mail-token", "knowledge-base-key": "kb-key", "ci-pipeline-key": "ci-token",
    "oauth-user-delegated": "user-token", "exchanged-token": "crm-token", "credential": "deploy-key",
    "human-approval-saas": "crm-approval",
}  # fmt: skip


def test_by_sentences(tmp_path: Path, kind: str) -> None:
    with empty(kind, tmp_path, SIZE) as (hands, path):
        hands.press(":")
        for line, table in zip(LINES, ("grant", "checkpoint", "zone"), strict=True):
            hands.wait("Tab completes")
            hands.type(line)
            hands.wait(line[-10:])
            hands.press("enter")
            hands.wait(lambda table=table: bool(read(path).table(table)))
        hands.press("escape")
        assert hands.keys <= 450
    judge(path, dict.fromkeys(read(path).checkpoint, "crm-approval"))
