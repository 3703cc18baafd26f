"""What commands answer of examples: look at the difference, then accept it with ``UPDATE_GOLDENS=1``."""

import os
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from meshmodel import cli
from meshmodel.model.text import width
from tests.commands.running import MODELS

FOLDER = Path(__file__).parent / "goldens"
CALLS = {
    "code-agent": (
        "check code-agent.toml",
        "explain code-agent.toml --all",
        "reach code-agent.toml",
        "fix code-agent.toml",
        "review code-agent.toml",
        "blast-radius code-agent.toml agent:code-agent",
        "offboard code-agent.toml agent:code-agent",
        "rules secret-at-rest",
    ),
    "finance-orchestrator": (
        "check finance-orchestrator.toml",
        "explain finance-orchestrator.toml --all",
        "reach finance-orchestrator.toml",
        "fix finance-orchestrator.toml",
        "plan --curve finance-orchestrator.toml",
        "review finance-orchestrator.toml",
    ),
    "token-leak": ("trace token-leak.toml token-leak.jsonl",),
    "support-agent": ("diff --as-designed support-agent.toml support-agent.toml",),
}


class Screen(StringIO):
    """A terminal that keeps what it shows."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def shown(call: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a command shows on a terminal of so many columns, below how it was called."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Screen()
    with chdir(MODELS), redirect_stdout(screen):
        assert cli.main(call.split()) in {0, 1}
    return f"$ meshmodel {call}\n{screen.getvalue()}"


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("example", CALLS)
def test_answers(example: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(shown(each, columns, monkeypatch) for each in CALLS[example])
    path = FOLDER / f"{example}-{columns}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert max(map(width, text.splitlines())) <= columns
    assert "…" not in text, "nothing is cut"
