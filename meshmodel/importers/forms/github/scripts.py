"""The script of a step, with the scripts of the repository that it has run."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from meshmodel.importers.document import Node
from meshmodel.importers.forms.github.model_programs import (
    INLINE,
    ModelProgram,
    model_program,
    program_of_text,
)
from meshmodel.importers.forms.github.shell import ScriptCommand, started_in
from meshmodel.importers.forms.github.words import SERVICES, path_of, root_of
from meshmodel.importers.json_text import read_json
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.seeming_agents import calls_model_api
from meshmodel.importers.syntax import LANGUAGES
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import read_small_file, real_path

_FILE_LIMIT: Final = 20
"""The most files that are followed from one step."""
_ENDINGS: Final = frozenset({"", ".sh", ".bash", ".zsh"})
_FOLDER: Final = re.compile(r"\$\{\{\s?github\.(workspace|action_path)\s?\}\}")
_VARIABLE: Final = re.compile(r"\$\{?GITHUB_(WORKSPACE|ACTION_PATH)\}?/?")


@dataclass(slots=True)
class Script:
    """What a step runs.

    Attributes:
        text: its own script, and those that it has run.
        commands: their commands, in order.
        files: by path in the repository where the scripts that were followed lie, and their texts.
        programs: likewise where the programs that it starts lie.
        models: by name the programs among them that call a model, and count as agents.
        root: the folder of the repository, as paths in the model are written.
        has_key: whether its job is given the key of a model: without one no program calls a model there.
    """

    text: str
    commands: list[ScriptCommand] = field(default_factory=list)
    files: dict[str, tuple[Path, str]] = field(default_factory=dict)
    programs: dict[str, Path] = field(default_factory=dict)
    models: dict[str, ModelProgram] = field(default_factory=dict)
    root: str = ""
    has_key: bool = False
    _called: dict[str, str] = field(default_factory=dict)
    """By what a command calls a program that counts as an agent its name."""

    def start(self, called: str, path: str, file: Path) -> None:
        """Add a program that a command starts, by what the command calls it."""
        if path in self.programs:
            return
        self.programs[path] = file
        if not self.has_key:
            return
        program = model_program(file, posixpath.normpath(posixpath.join(self.root, path)))
        if program is not None:
            name = self._called[called] = PurePosixPath(path).name
            self.models[name] = program

    def with_models(self, inline: str) -> "Script":
        """The same, where commands start the programs that call a model as they start agents.

        Args:
            inline: a script that is given to an action.
        """
        program = program_of_text(f"{self.text}\n{inline}") if self.has_key else None
        if program is not None:
            self.models[INLINE] = program
        for at, each in enumerate(self.commands):
            words = {part for word in each.words for part in (word, f"/{word}")}
            named = (name for called, name in self._called.items() if any(map(called.endswith, words)))
            product = next(named, INLINE if each.sends and calls_model_api(" ".join(each.words)) else "")
            if product in self.models and not each.product:
                self.commands[at] = replace(each, product=product)
        return self

    @property
    def products(self) -> list[str]:
        """The agents that it starts, or is itself."""
        return list(dict.fromkeys([*(each.product for each in self.commands if each.product), *self.models]))

    def service(self, variables: Iterable[Node]) -> str:
        """The host of an agent that works elsewhere and is asked to; empty: none.

        Args:
            variables: what its addresses may stand in besides itself.
        """
        texts = [self.text, *(each.text for each in variables)]
        named = (host for host in SERVICES if any(host in text for text in texts))
        return next(named, "") if any(each.sends for each in self.commands) else ""

    def leaves(self, product: str, out: Proposal) -> Iterator[Node]:
        """The leaves by which the ledger knows the scripts and programs that start an agent, or are one; they
        count as read.
        """
        named = {
            posixpath.normpath(posixpath.join(self.root, path)): file
            for path, (file, text) in self.files.items()
            if product in {each.product for each in started_in(text)}
        }
        for source, file in {
            **named,
            **(self.models[product].files if product in self.models else {}),
        }.items():
            root = (out.read.get(source) or out.followed(source, file)).root
            assert isinstance(root.value, dict), "what is followed is a map"
            yield root.value.setdefault(product, Node(product, 1, source, root, product))


def script_of(step: Node, job: Node, out: Proposal, *, has_key: bool = False) -> Script:
    """The script of a step, with those of the repository that it has run.

    Args:
        step: of a job or of a composite action.
        job: its job.
        out: knows where the workflow lies.
        has_key: whether the job is given the key of a model.
    """
    text = _FOLDER.sub(lambda found: f"${{GITHUB_{found[1].upper()}}}", step["run"].text)
    script = Script(text, root=root_of(step.source), has_key=has_key)

    def follow(name: str) -> str:
        above, within = _begun_at(step, job, name)
        path = posixpath.normpath(posixpath.join(above, within))
        if path in script.files or len(script.files) >= _FILE_LIMIT:
            return ""
        file = file_of(out, step, path)
        if file is None:
            path, file = _module(out, step, path)
        if file is None:
            below, _, task = name.rpartition("/")
            return _task(file_of(out, step, posixpath.join(above, below, "package.json")), task)
        if file.suffix in LANGUAGES:
            script.start(name, path, file)
        text = "" if PurePosixPath(path).suffix not in _ENDINGS else _read(file)
        if text:
            script.files[path] = file, text
            script.text += f"\n{text}"
        return text

    script.commands = [*started_in(script.text, follow)]
    return script.with_models(step.get("with", "script").text)


def _begun_at(step: Node, job: Node, name: str) -> tuple[str, str]:
    """The folder of the repository in which a script of a step finds a name, and the name in it."""
    variable = _VARIABLE.match(name)
    if variable is not None:
        is_of_action = variable[1] == "ACTION_PATH"
        return path_of(step.source).rpartition("/")[0] if is_of_action else "", name[variable.end() :]
    workflow = job.parent.parent if job.parent is not None else None
    defaults = [job, *([workflow] if workflow is not None else [])]
    folders = [
        step["working-directory"],
        *(each["defaults"]["run"]["working-directory"] for each in defaults),
    ]
    return next((each.text for each in folders if each.text), ""), name


def file_of(out: Proposal, at: Node, name: str) -> Path | None:
    """A file of the repository that a workflow lies in, by its path there; ``None``: there is none.

    A link out of the repository is none.
    """
    path = out.paths.get(at.source)
    parts = path.absolute().parts if path is not None else ()
    if ".github" not in parts:
        return None
    root = real_path(Path(*parts[: len(parts) - 1 - parts[::-1].index(".github")]))
    try:
        file = real_path(root / name)
        return file if file.is_relative_to(root) and file.is_file() else None
    except (OSError, ValueError):
        return None


def _module(out: Proposal, at: Node, path: str) -> tuple[str, Path | None]:
    """The file of a module of Python, as in ``python -m shop.run``, with its path."""
    base = path.replace(".", "/")
    found = ((each, file_of(out, at, each)) for each in (f"{base}.py", f"{base}/__main__.py"))
    return next((each for each in found if each[1] is not None), (path, None))


def _task(manifest: Path | None, name: str) -> str:
    """The command of a task of npm, as in ``npm run NAME``; empty: there is none."""
    try:
        return "" if manifest is None else read_json(_text(manifest), "")["scripts"][name].text
    except MeshmodelError:
        return ""


def _read(file: Path) -> str:
    """The text of a shell script; empty: it is none."""
    text = _text(file)
    first = text.partition("\n")[0]
    return "" if "\0" in text or (first.startswith("#!") and "sh" not in first) else text


def _text(file: Path) -> str:
    """What stands in a small file; empty: it cannot be read."""
    try:
        return read_small_file(file).decode("utf-8")
    except (OSError, ValueError, MeshmodelError):
        return ""
