"""Whether answers have the keys that ``json_words`` says, and what the page says of them."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tests.docs.json_words import Document

WRITTEN_OUT = 2
"""So many entries of a list the page shows."""
OPEN = {"summary.recheck", "summary.credential_state"}
"""Objects whose keys are values."""


_TYPES: Final = {"string": {str}, "integer": {int}, "number": {int, float}, "boolean": {bool}}


def differences(document: Document, answer: dict[str, Any]) -> Iterator[str]:
    """Where an answer has other keys, another order or other types than the words say."""
    yield from _object(_tree(document), "", answer)


def _tree(document: Document) -> dict[str, list[tuple[str, bool, str]]]:
    """By path of an object its keys in order: name, whether it may be absent, type."""
    tree: dict[str, list[tuple[str, bool, str]]] = {}
    for path, kind, _ in document.keys:
        parent, _, name = path.rstrip("?").rpartition(".")
        tree.setdefault(parent, []).append((name, path.endswith("?"), kind))
    return tree


def _object(tree: dict[str, Any], path: str, value: dict[str, Any]) -> Iterator[str]:
    keys = tree.get(path, [])
    there = [name for name, optional, _ in keys if not optional or name in value]
    if list(value) != there:
        yield f"{path or 'the document'}: {list(value)} instead of {there}"
        return
    for name, _, kind in keys:
        if name in value:
            yield from _value(tree, f"{path}.{name}" if path else name, kind, value[name])


def _value(tree: dict[str, Any], path: str, kind: str, value: Any) -> Iterator[str]:
    plain, _, null = kind.partition(" or ")
    if value is None:
        fits = null == "null"
    elif plain == "object":
        if path not in OPEN:
            yield from _object(tree, path, value)
        fits = isinstance(value, dict)
    elif plain == "list of objects":
        for each in value:
            yield from _object(tree, f"{path}[]", each)
        fits = isinstance(value, list)
    elif plain == "list of lists of strings":
        fits = all(_are_strings(each) for each in value)
    elif plain == "list of strings":
        fits = _are_strings(value)
    else:
        fits = type(value) in _TYPES[plain]
    if not fits:
        yield f"{path}: {value!r} is no {kind}"


def _are_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def seen(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all keys in an answer that have a value, but null and nothing."""
    if isinstance(value, dict):
        for key, each in value.items():
            below = f"{path}.{key}" if path else key
            if each is not None:
                yield below
            if below not in OPEN:
                yield from seen(each, below)
    elif isinstance(value, list):
        for each in value:
            yield from seen(each, f"{path}[]")


def section(document: Document, answers: Sequence[dict[str, Any]]) -> str:
    """What the page says of a form of answer: its keys, and an answer."""
    rows = [
        f"| `{path.rstrip('?')}` | {kind} | {words}{'; may be absent' if path.endswith('?') else ''} |"
        for path, kind, words in document.keys
    ]
    ends = [answers[0], *answers[1:][-1:]]
    shown = [json.dumps(_short(each), ensure_ascii=False, indent=2) for each in ends]
    first = " with documents of which these are the first and the last" if len(answers) > 1 else ""
    return "\n".join(
        [
            "| key | type | what |",
            "|---|---|---|",
            *rows,
            "",
            f"`meshmodel {document.shown}` answers{first} (on one line):",
            "",
            "```json",
            *shown,
            "```",
        ]
    )


def _short(value: Any) -> Any:
    """The same with the first entries of each list of objects."""
    if isinstance(value, dict):
        return {key: _short(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_short(each) for each in (value[:WRITTEN_OUT] if not _are_strings(value) else value)]
    return value
