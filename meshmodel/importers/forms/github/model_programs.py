"""Programs and scripts that a job runs and that call a model themselves, without a framework."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshmodel.importers.seeming_agents import asks_model, calls_model_api, product_in
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import read_small_file

INLINE: Final = "script"
"""What a script is called that calls a model by the address of its API."""
_READS_EVENT: Final = re.compile(r"\bGITHUB_EVENT_PATH\b|\bcontext\.payload\b")
_RUNS_COMMANDS: Final = re.compile(r"\b(?:subprocess|child_process|execa|os\.system|zx|simple-git)\b")


@dataclass(frozen=True, slots=True)
class ModelProgram:
    """A program that calls a model.

    Attributes:
        files: those of its files that do, by what they are called in the model.
        reads_event: whether it reads the event that started the workflow.
        runs_commands: whether it runs commands.
    """

    files: Mapping[str, Path]
    reads_event: bool
    runs_commands: bool


def model_program(path: Path, source: str) -> ModelProgram | None:
    """What a program is that calls a model; ``None``: none of its files does, or a framework does it.

    Args:
        path: where it begins.
        source: what that is called in the model.
    """
    from meshmodel.importers.code_names import led_to

    texts = {each: _text(file) for each, file in led_to(path, source).items()}
    products = {each: product_in(text, Path(each).suffix) for each, text in texts.items()}
    if not all(asks_model(each) for each in products.values() if each):
        return None
    files = {each: file for each, file in led_to(path, source).items() if products[each]}
    whole = "\n".join(texts.values())
    if not files:
        return None
    return ModelProgram(files, bool(_READS_EVENT.search(whole)), bool(_RUNS_COMMANDS.search(whole)))


def program_of_text(text: str) -> ModelProgram | None:
    """What a script in a workflow is that calls a model, by the address of its API or in code; else none."""
    if not (calls_model_api(text) or any(asks_model(product_in(text, each)) for each in (".py", ".js"))):
        return None
    return ModelProgram({}, bool(_READS_EVENT.search(text)), bool(_RUNS_COMMANDS.search(text)))


def _text(file: Path) -> str:
    try:
        return read_small_file(file).decode("utf-8", "replace")
    except (OSError, MeshmodelError):
        return ""
