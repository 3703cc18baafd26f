"""Programs pass on either the words or the structure of an answer: each alone is a whole one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshmodel.mcp_server.tools import ServerOptions, tools_of
from meshmodel.store.load import load

MODELS = Path(__file__).parents[2] / "models"
TOOLS = ("describe", "reach", "findings", "explain", "fix", "plan", "questions", "compromise")


def texts(value: Any) -> Iterator[str]:
    """All texts in a structure."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(each)


@pytest.mark.parametrize("name", TOOLS)
def test_every_id_of_the_structure_stands_in_the_words(name):
    for path in sorted(MODELS.glob("*.toml")):
        served = ServerOptions(path, None, None, may_approve=False)
        tool, model = tools_of(served)[name], load(path)
        answer = tool.answer(served, tool.takes(**({"start": "outsider"} if name == "compromise" else {})))
        ids = {*model.agent, *model.system, *model.credential, *model.zone} & {*texts(answer.json)}
        assert ids <= {*re.findall(r"[\w.-]+", answer.words)}


@pytest.mark.parametrize("name", ["describe", "fix", "plan"])
def test_every_line_of_the_words_stands_in_the_structure(name):
    for path in sorted(MODELS.glob("*.toml")):
        served = ServerOptions(path, None, None, may_approve=False)
        tool = tools_of(served)[name]
        answer = tool.answer(served, tool.takes())
        assert answer.json["lines"] == answer.words.splitlines()
