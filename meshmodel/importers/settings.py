"""Variables, secrets and programs that stand in the settings of a client."""

import posixpath
import re
import shlex
from collections.abc import Container
from typing import Final

from meshmodel.importers.clients import Client
from meshmodel.importers.common_systems import HOME
from meshmodel.importers.document import Node
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.meanings import meaning_of
from meshmodel.importers.rule_tables import SHARED
from meshmodel.importers.unclear_names import ask_if_secret
from meshmodel.importers.withheld import (
    host_of,
    is_empty,
    is_reference,
    name_to_show,
    names_secret,
    shows_secret,
    variable_of,
)
from meshmodel.model.records import Grant, Hold

_REFUSE: Final = frozenset({"PreToolUse", "BeforeTool"})
_COMMAND_LIMIT: Final = 4_000
"""Characters of a command that are looked at."""
_INTERPRETERS: Final = frozenset({"sh", "bash", "zsh", "node", "bun", "python", "python3", "ruby", "perl"})
_NO_SCRIPT: Final = frozenset({"-c", "-lc", "-e", "-m"})
"""Options of these behind which no file stands."""
_PROJECT: Final = re.compile(r"^(?:\$\{?(?:CLAUDE|GEMINI)_PROJECT_DIR\}?/|\./)")
"""What stands for the folder of the project before a path."""
ANSWER: Final = "PermissionRequest"
"""The event of hooks that may answer prompts."""


def take_variable(client: Client, name: str, value: Node) -> None:
    """Take a variable that the client and what it starts are given: a credential where it is a secret."""
    _take_secret(client, name, value, name)


def _take_secret(client: Client, name: str, value: Node, variable: str = "") -> None:
    """Take a value that may be a secret, or a reference to one; ``variable``: the one that it sets."""
    out, text = client.out, value.text
    meaning = "secret" if shows_secret(text) else meaning_of(name) if names_secret(name) else "setting"
    if meaning == "unclear":
        ask_if_secret(out, ("agent", client.agent), name_to_show(name), value)
    if meaning != "secret" or is_empty(text):
        out.take(value, SHARED["setting"])
        return
    variable = variable_of(text, name) if is_reference(text) else variable
    row = out.catalogue.variable_named(variable or name)
    key = ("variable", variable) if variable else ("literal", *client.key, name)
    credential = out.element(
        "credential", key, name_to_show(variable or name), at=value, scope="" if variable else value.source,
        kind=row.kind if row and row.is_secret else "static-secret", subject=row.subject if row else None,
    )  # fmt: skip
    records: list[Became] = [("credential", credential)]
    records.append(out.relate(Hold(client.agent, credential), at=value))
    if row is not None and row.model:
        api = client.systems.model_asked(row, name, value)
        records.append(out.relate(Grant(credential, api, ("execute",)), at=value))
    if not is_reference(text):
        records += client.keep(credential, at=value)
    out.take(value, SHARED["client-variable"] if is_reference(text) else SHARED["literal-secret"], *records)


def take_settings(
    client: Client, node: Node, rule: FormRule = SHARED["setting"], but: Container[str] = ()
) -> None:
    """Take what changes nothing about who may do what; a secret in it is a credential of the client.

    Args:
        client: whose it is.
        node: the settings.
        rule: the one that takes them.
        but: keys of it with secrets of their own, such as servers: what is left of these is taken as it is.
    """
    for key, each in node.items():
        if key in but:
            client.out.take(each, SHARED["setting"])
    for leaf in node.leaves():
        if but and _first_key(leaf, node) in but:
            continue
        named = leaf.parent if isinstance(leaf.key, int) else leaf
        name = str(named.key) if named is not None else ""
        if isinstance(leaf.value, str) and names_secret(name) and meaning_of(name) == "secret":
            _take_secret(client, name, leaf)
    client.out.take(node, rule)


def _first_key(leaf: Node, above: Node) -> str:
    """The key of a node under which a leaf stands."""
    while leaf.parent is not None and leaf.parent is not above:
        leaf = leaf.parent
    return str(leaf.key)


def script_in(command: str) -> str:
    """The file of the project that a command runs, from its folder; empty where it runs none."""
    try:
        words = shlex.split(command[:_COMMAND_LIMIT]) or [""]
    except ValueError:
        return ""
    is_given = words[0].rpartition("/")[2] in _INTERPRETERS
    if is_given:
        at = next((at for at, each in enumerate(words) if at and not each.startswith("-")), 0)
        words = words[at:] if at and _NO_SCRIPT.isdisjoint(words[:at]) else [""]
    path = _PROJECT.sub("", words[0])
    is_path = is_given or "/" in words[0]
    is_outside = path.startswith(("/", "~")) or ".." in path.split("/")
    is_plain = path.strip(".") and not any(each in path for each in "$`;|&<>\\") and not shows_secret(path)
    return posixpath.normpath(path) if is_path and is_plain and not is_outside else ""


def read_hooks(client: Client, hooks: Node, where: str = "") -> None:
    """Read hooks: each is a program that acts with the account of the person.

    Args:
        client: who starts them.
        hooks: by event the groups, each with what it matches and its hooks.
        where: what else has them, such as a plug-in.
    """
    out = client.out
    for event, groups in hooks.items():
        for node in (each for group in groups for each in group["hooks"]):
            name = f"hook of {event}{f' of {where}' if where else ''}"
            text = f"What does the {name} do, and who can change it?"
            if event == ANSWER:
                text = f"What does the {name} do, and which prompts does it answer?"
            elif event in _REFUSE:
                text = f"What does the {name} refuse, and who can change it?"
            records = client.hook(name, at=node, text=text)
            host = host_of(node["url"].text)
            if host and not shows_secret(host):
                records = (*records, ("system", client.systems.site(host, node)))
            script = script_in(node["command"].text)
            if script and client.folder != HOME:
                agent = str(records[0][1])
                records = (*records, *client.script(script, agent, at=node))
            for key in ("command", "commandWindows", "url", "prompt"):
                out.take(node[key], SHARED["hook-answers"] if event == ANSWER else SHARED["hook"], *records)
            take_settings(client, node)
    out.take(hooks, SHARED["setting"])
