"""The script of the page, run by Node in place of a browser: what it does with keys and with pastes."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from meshmodel.serve import page

NODE = shutil.which("node")
pytestmark = [pytest.mark.slow, pytest.mark.engines]

STUB = """
const heard = {}, said = { hidden: true };
globalThis.window = globalThis;
globalThis.WebSocket = class {};
globalThis.setTimeout = () => {};
globalThis.addEventListener = (kind, hear, capture) => { (heard[kind] ??= []).push({ hear, capture }); };
globalThis.document = { querySelector: () => said };
const fired = (kind, given) => {
  const kept = [];
  const event = { ...given };
  event.stopImmediatePropagation = () => kept.push("stopped");
  event.preventDefault = () => kept.push("prevented");
  for (const { hear } of heard[kind]) hear(event);
  return [heard[kind].every(({ capture }) => capture), kept, said.hidden];
};
const key = (key, more) => fired("keydown", { key, ctrlKey: true, altKey: false, metaKey: false, ...more });
const paste = (text) => fired("paste", { clipboardData: text === null ? null : { getData: () => text } });
"""


def answer(expression: str) -> Any:
    assert NODE is not None
    script = f"{STUB}{page.script()}\nconsole.log(JSON.stringify({expression}));"
    done = subprocess.run([NODE, "-"], input=script, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


PLAIN = "{ ctrlKey: false }"
ALT = "{ ctrlKey: false, altKey: true }"


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("v", "{}"),
        ("V", "{}"),
        ("r", "{}"),
        ("F5", PLAIN),
        ("F5", "{}"),
        ("F11", PLAIN),
        ("F12", PLAIN),
        ("d", ALT),
    ],
)
def test_keys_of_the_browser_are_left_to_it(key: str, more: str) -> None:
    assert answer(f"key({key!r}, {more})") == [True, ["stopped"], True], (
        "the terminal does not hear of it first"
    )


@pytest.mark.parametrize(
    "call",
    [
        "key('c', {})",
        "key('v', { ctrlKey: false })",
        "key('v', { altKey: true })",
        "key('@', { ctrlKey: false, altKey: true })",
        "key('F6', { ctrlKey: false })",
        "key('Alt', { ctrlKey: false, altKey: true })",
    ],
)
def test_other_keys_go_to_the_terminal(call: str) -> None:
    assert answer(call) == [True, [], True]


@pytest.mark.parametrize("text", ["'é'.repeat(32768)", "''", "null"])
def test_a_text_of_64_kb_is_pasted(text: str) -> None:
    assert answer(f"paste({text})") == [True, [], True]


@pytest.mark.parametrize(
    ("where", "shift", "kept"),
    [("true", "false", ["prevented"]), ("true", "true", []), ("false", "false", [])],
)
def test_a_right_click_on_the_terminal_opens_no_menu_of_the_browser(
    where: str, shift: str, kept: list[str]
) -> None:
    click = f"{{ target: {{ closest: () => {where} }}, shiftKey: {shift} }}"
    assert answer(f"fired('contextmenu', {click})") == [True, kept, True]


def test_a_longer_one_is_refused_by_a_sentence_on_the_page_and_not_sent() -> None:
    refused, said = answer("[paste('é'.repeat(32769)), said.textContent]")
    assert refused == [True, ["stopped", "prevented"], False]
    assert said.startswith("Nothing was pasted: the text has more than 64 kB.")
