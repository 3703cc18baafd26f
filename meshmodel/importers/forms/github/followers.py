"""What follows an agent in its job, and does something with what it wrote or said."""

import functools
import operator
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from meshmodel.importers.catalogue import Catalogue
from meshmodel.importers.document import Node
from meshmodel.importers.forms.github.options import ANYTHING, NOTHING, Reach, reach_of_command
from meshmodel.importers.forms.github.scripts import Script
from meshmodel.importers.forms.github.shell import ScriptCommand, started_in
from meshmodel.importers.forms.github.words import secrets_in

WRITES: Final = frozenset({"files:write", "working-copy:write"})
FILES: Final = frozenset({*WRITES, "files:read", "working-copy:read"})
_CAPTURED: Final = re.compile(r"[|>`]|\$\(")
"""What keeps or hands on the words that a command prints."""
_BUILTINS: Final = frozenset(
    {
        "exit",
        "set",
        "export",
        "read",
        "local",
        "declare",
        "unset",
        "return",
        "shift",
        "break",
        "continue",
        "wait",
    }
)
_KEEPING: Final = re.compile(r"actions/(?:upload-artifact|download-artifact|cache(?:/\w+)?|setup-[\w-]+)")
"""Actions that run nothing of what lies in the job's folder."""
_CALL: Final = re.compile(r"\.rest\.(\w+)\.(\w+)\(")
_READING: Final = re.compile(r"(?:get|list|check)[A-Z]\w*")
_OTHERWISE: Final = re.compile(r"\brequire\(|\bimport\b|\bexec\b|\bgraphql\b|\brequest\(|\bpaginate\(")
"""What a script of ``actions/github-script`` may do more by."""
_NAMESPACES: Final = {
    "issues": ("issues", "pull requests"),
    "reactions": ("issues", "pull requests"),
    "pulls": ("pull requests",),
    "repos": ("code",),
    "git": ("code",),
    "checks": ("pipeline",),
    "actions": ("pipeline",),
}


def is_taken_up(step: Node, script: Script, reached: AbstractSet[str], rows: Catalogue) -> bool:
    """Whether what follows an agent in its job, or in its script, can use files or words that it wrote."""
    steps, printed = step.parent, _output_of(step)
    is_printed = steps is not None and any(printed.search(each.text) for each in steps.leaves())
    if not (reached & WRITES or _CAPTURED.search(script.text) or is_printed):
        return False
    mere = (_does(each, rows).accesses for each in _commands_after(script))
    return _steps_after(step) != [] or not all(each is not None and each <= FILES for each in mere)


def gives_secrets_after(step: Node) -> bool:
    """Whether steps after one are given secrets, or tokens of apps: more than the token of the job."""
    after = _steps_after(step)
    texts = [leaf.text for each in after or () for leaf in each.leaves()]
    return after is None or any(secrets_in(each) or ".outputs.token" in each for each in texts)


def reach_after(step: Node, script: Script, reached: AbstractSet[str], rows: Catalogue) -> Reach:
    """What is done with what an agent wrote: by the commands after it, and the steps."""
    if not is_taken_up(step, script, reached, rows):
        return NOTHING
    after = _steps_after(step)
    if after is None:
        return ANYTHING
    done = [_does(each, rows) for each in _commands_after(script)]
    done += [_done_by(each, _output_of(step), rows) for each in after]
    return functools.reduce(operator.or_, done, NOTHING)


def _output_of(step: Node) -> re.Pattern[str]:
    """What asks for an output of a step."""
    return re.compile(rf"\bsteps\.{re.escape(step['id'].text)}\." if step["id"].text else r"(?!)")


def _steps_after(step: Node) -> list[Node] | None:
    """The steps after one in its list; ``None``: what follows is not known, as within an action."""
    steps = step.parent
    if steps is None or steps.key != "steps" or not isinstance(step.key, int):
        return None
    return [*steps][step.key + 1 :]


def _commands_after(script: Script) -> list[ScriptCommand]:
    """The commands of a script that can follow its first agent, without further agents."""
    first = next((at for at, each in enumerate(script.commands) if each.product), -1)
    is_inner = "$(" in script.text or "`" in script.text
    return [each for each in script.commands[0 if is_inner else first + 1 :] if not each.product]


def _does(command: ScriptCommand, rows: Catalogue) -> Reach:
    line = " ".join(command.words)
    return NOTHING if not line or command.words[0] in _BUILTINS else reach_of_command(line, rows)


def _done_by(step: Node, printed: re.Pattern[str], rows: Catalogue) -> Reach:
    """What a step does; one whose script has words of the agent in it does what these say."""
    if any(printed.search(each.text) for each in (step["run"], step.get("with", "script"))):
        return ANYTHING
    action = step["uses"].text.partition("@")[0].lower()
    if step["run"].text:
        return functools.reduce(
            operator.or_, (_does(each, rows) for each in started_in(step["run"].text)), NOTHING
        )
    if action == "actions/github-script":
        return calls_of(step.get("with", "script").text)
    return NOTHING if _KEEPING.fullmatch(action) else ANYTHING


def calls_of(script: str) -> Reach:
    """What a script of ``actions/github-script`` does, by the methods that it calls."""
    plain = re.sub(r"\brequire\(\s*['\"](?:node:)?(?:fs|path)['\"]\s*\)", "", script)
    calls: Iterable[tuple[str, str]] = _CALL.findall(plain)
    if _OTHERWISE.search(plain) or any(space not in _NAMESPACES for space, _ in calls):
        return ANYTHING
    found = (
        f"github/{part}:{'read' if _READING.fullmatch(method) else 'write'}"
        for space, method in calls
        for part in (*_NAMESPACES[space], *(["code"] if method == "merge" else []))
    )
    return Reach(frozenset(found))
