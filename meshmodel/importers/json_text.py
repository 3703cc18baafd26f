"""Reads JSON and JSONC (comments, trailing commas) into nodes with lines.

The standard parser decides whether it is JSON; the nodes are then made of its tokens, found by one
regular expression, since no parser tells positions. Comments and trailing commas are first replaced by
as many spaces, so that every position stays.
"""

import json
import re
from bisect import bisect_right
from typing import Final, NoReturn

from meshmodel.importers.document import DEPTH_LIMIT, NODE_LIMIT, ForeignFileError, Node
from meshmodel.model.secrets import masked
from meshmodel.model.stop import CURRENT
from meshmodel.model.text import one_line

_STRING: Final = r'"(?:[^"\\\n]++|\\.)*+"'
_EXTRA: Final = re.compile(rf"(?P<kept>{_STRING})|//[^\n]*+|/\*(?s:.*?)(?:\*/|\Z)")
_COMMA: Final = re.compile(rf"{_STRING}|,(?=[ \t\r\n]*+[\]}}])")
_TOKEN: Final = re.compile(rf"{_STRING}|[\[\]{{}}]|[^\s,:\[\]{{}}\"]++")


def read_json(text: str, source: str) -> Node:
    """The tree of a JSON or JSONC text.

    Raises:
        ForeignFileError: it is neither, names a key twice, or is too large.
    """
    plain = without_comments(text)
    try:
        value = json.loads(plain, parse_constant=_no_constant)
    except RecursionError:
        raise ForeignFileError(source, None, "is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ForeignFileError(source, error.lineno, f"is no JSON: {one_line(error.msg)}") from None
    except ValueError as error:
        raise ForeignFileError(source, None, f"is no JSON: {one_line(error)}") from None
    if not isinstance(value, list | dict):
        return Node(value, 1, source)
    return _tree(plain, source)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def without_comments(text: str) -> str:
    """The text with spaces in place of comments and trailing commas, of the same length and lines."""
    if "//" in text or "/*" in text:
        text = _EXTRA.sub(_blank, text)
    return _COMMA.sub(lambda found: " " if _is_trailing(found, text) else found[0], text)


def _is_trailing(found: re.Match[str], text: str) -> bool:
    """Whether a match is a comma that ends a list or map with something in it: ``[,]`` is a mistake."""
    if found[0] != ",":
        return False
    before = found.start() - 1
    while before >= 0 and text[before] in " \t\r\n":
        before -= 1
    return before >= 0 and text[before] not in "[{,:"


def _blank(found: re.Match[str]) -> str:
    return found["kept"] or re.sub(r"[^\n]", " ", found[0])


def _tree(text: str, source: str) -> Node:
    """The tree of a text that is JSON and holds a list or a map."""
    breaks = [found.start() for found in re.finditer("\n", text)]
    top = Node([], 0, source)
    open_nodes, key, count, stop = [top], None, 0, CURRENT.get()
    for found in _TOKEN.finditer(text):
        word, above = found[0], open_nodes[-1]
        if word in {"]", "}"}:
            open_nodes.pop()
            continue
        line = bisect_right(breaks, found.start()) + 1
        if key is None and isinstance(above.value, dict):
            key = str(_scalar(word))
            if key in above.value:
                shown = one_line(masked(key), 80)
                raise ForeignFileError(source, line, f"has the key “{shown}” twice; which one is meant?")
            continue
        node = Node([] if word == "[" else {} if word == "{" else _scalar(word), line, source, above)
        if isinstance(above.value, dict):
            above.value[str(key)], node.key, key = node, key, None
        elif isinstance(above.value, list):
            node.key = len(above.value)
            above.value.append(node)
        if word in {"[", "{"}:
            open_nodes.append(node)
        count += 1
        stop.check()
        if count > NODE_LIMIT or len(open_nodes) > DEPTH_LIMIT:
            too = "has too many values" if count > NODE_LIMIT else "is nested too deeply"
            raise ForeignFileError(source, line, f"{too} to be imported")
    root = top[0]
    root.parent = root.key = None
    return root


def _scalar(word: str) -> str | int | float | bool | None:
    if word[0] == '"' and "\\" not in word:
        return word[1:-1]
    value: str | int | float | bool | None = json.loads(word)
    return value
