"""What a script of ``actions/github-script`` sets an output to, by the event that starts it.

Read is one chain of ``if`` and ``else if`` whose branches set the output to a text: a branch that compares
with events such as ``issues.opened`` is taken or not by the event, and any other one may be.
"""

import re
from collections.abc import Iterator
from typing import Final

from meshmodel.importers.syntax import LANGUAGES, Syntax, parse

_LENGTH_LIMIT: Final = 20_000
_STEP_LIMIT: Final = 1_000
"""Rounds of the parser, as for scripts of a shell."""
_SET: Final = re.compile(
    r"\bsetOutput\(\s*['\"]([\w-]{1,100})['\"]\s*,\s*(?:['\"]([\w .-]{0,100})['\"]\s*\))?"
)
_EVENT: Final = re.compile(r"['\"]([a-z_]{1,40}\.[a-z_]{1,40})['\"]")
_OF_EVENTS: Final = re.compile(
    r"\(?\s*(?:\[['\"a-z_.,\s]{1,500}\]\.includes\(\w{1,100}\)|\w{1,100}\s*===?\s*\S{1,100})\s*\)?"
)
"""A condition that does nothing but compare, with one text or several."""
Branch = tuple[frozenset[str], dict[str, str]]
"""The events for which it is taken, empty where something else decides; by output the text that it sets."""


def branches_of(script: str) -> list[Branch]:
    """The branches of a script that set outputs to texts, in order; those of more than one chain are none."""
    if "setOutput" not in script or len(script) > _LENGTH_LIMIT:
        return []
    root = parse(script, LANGUAGES[".ts"], _STEP_LIMIT)
    chains = [each for each in root.below() if each.kind == "if_statement" and "setOutput" in each.text]
    outer = [each for each in chains if not any(above.kind == "if_statement" for above in each.above)]
    return [*_branches(outer[0])] if len(outer) == 1 else []


def _branches(statement: Syntax) -> Iterator[Branch]:
    condition, taken = (
        statement.field("condition").text,
        dict(_SET.findall(statement.field("consequence").text)),
    )
    events = _EVENT.findall(condition) if _OF_EVENTS.fullmatch(condition) else ()
    yield frozenset(events), taken
    other = statement.field("alternative")
    following = next((each for each in other.named if each.kind == "if_statement"), None)
    if following is not None:
        yield from _branches(following)
    else:
        yield frozenset(), dict(_SET.findall(other.text))


def values_of(output: str, script: str, branches: list[Branch], event: str) -> frozenset[str]:
    """What a script may set an output to when an event starts it; empty: that is not known.

    Args:
        output: its name.
        script: its text.
        branches: those of the script.
        event: with its action, as in ``issues.opened``.
    """
    written = [text for name, text in _SET.findall(script) if name == output]
    if not written or "" in written or len(written) != sum(output in each for _, each in branches):
        return frozenset()
    found = set[str]()
    for events, taken in branches:
        if not events or event in events:
            found.add(taken.get(output, ""))
        if event in events:
            break
    return frozenset(found)
