"""Reads JSON and JSONC (comments, trailing commas) into nodes with lines.

The standard parser decides whether it is JSON; the nodes are then made of its tokens, found by one
regular expression, since no parser tells positions. Comments and trailing commas are first replaced by
as many spaces, so that every position stays.
"""

import json
import re
from bisect import bisect_right
from typing import Any, Final, NoReturn

from meshmodel.importers.document import DEPTH_LIMIT, NODE_LIMIT, ForeignFileError, Node
from meshmodel.model.secrets import masked
from meshmodel.model.stop import CURRENT, check_current
from meshmodel.model.text import one_line

_STRING: Final = r'"(?:[^"\\\n]++|\\.)*+"?'
"""A string, also one that does not end, which is then not looked at again from each quote in it."""
_MARK: Final = re.compile(rf"{_STRING}|//[^\n]*+|/\*")
_COMMA: Final = re.compile(rf"{_STRING}|[\[{{,:][ \t\r\n]*+,|,(?=[ \t\r\n]*+[\]}}])")
"""A comma is trailing before a bracket, and a mistake after one, as in ``[,]``."""
_TOKEN: Final = re.compile(rf"{_STRING}|[\[\]{{}}]|[^\s,:\[\]{{}}\"]++")


def read_json(text: str, source: str) -> Node:
    """The tree of a JSON or JSONC text.

    Raises:
        ForeignFileError: it is neither, names a key twice, or is too large.
    """
    try:
        value, plain = _parsed(text)
    except RecursionError:
        raise ForeignFileError(source, None, "is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ForeignFileError(source, error.lineno, f"is no JSON: {one_line(error.msg)}") from None
    except ValueError as error:
        raise ForeignFileError(source, None, f"is no JSON: {one_line(error)}") from None
    if not isinstance(value, list | dict):
        return Node(value, 1, source)
    return _tree(plain, source)


def _parsed(text: str) -> tuple[Any, str]:
    """The value of a text, and the text without comments and trailing commas; most have neither."""
    try:
        return json.loads(text, parse_constant=_no_constant), text
    except json.JSONDecodeError:
        check_current()
        plain = without_comments(text)
        check_current()
        return json.loads(plain, parse_constant=_no_constant), plain


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def without_comments(text: str) -> str:
    """The text with spaces in place of comments and trailing commas, of the same length and lines."""
    stop = CURRENT.get()

    def replaced(found: re.Match[str]) -> str:
        stop.check()
        return " " if found[0] == "," else found[0]

    return _COMMA.sub(replaced, _without_comments(text) if "//" in text or "/*" in text else text)


def _without_comments(text: str) -> str:
    pieces, at, kept, stop = list[str](), 0, 0, CURRENT.get()
    while found := _MARK.search(text, at):
        stop.check()
        at = found.end()
        if found[0].startswith('"'):
            continue
        if found[0] == "/*":
            end = text.find("*/", at)
            at = len(text) if end < 0 else end + 2
        pieces += text[kept : found.start()], _blank(text[found.start() : at])
        kept = at
    return "".join([*pieces, text[kept:]])


def _blank(comment: str) -> str:
    return "\n".join(" " * len(line) for line in comment.split("\n"))


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
