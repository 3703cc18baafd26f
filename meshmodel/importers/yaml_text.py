"""Reads YAML 1.2 into nodes with lines, by the composer of ruamel.yaml: no object is constructed.

``on`` and ``yes`` stay words, as YAML 1.2 has it. A tag of the file's own is left aside, a key that stands
twice is refused or its earlier values are told, and aliases are copied as long as the tree stays within its
limits. What a tag of CloudFormation refers to is written as ``${NAME}``.
"""

import re
import warnings
from io import StringIO
from typing import Any, Final

from meshmodel.importers.document import DEPTH_LIMIT, ForeignFileError, Node, ReplacedValue, Scalar
from meshmodel.model.secrets import masked
from meshmodel.model.stop import check_current
from meshmodel.model.text import one_line

SIZE_LIMIT: Final = 4 << 20
"""The longest text, in characters: YAML takes seconds for a megabyte."""
NODE_LIMIT: Final = 200_000
"""The most nodes, aliases expanded."""
_TEMPLATE: Final = re.compile(r"^[ \t]*+\{\{-? ", re.MULTILINE)
_PIECE: Final = 1 << 14
"""Characters that are read in one go: with fewer, a long word is copied too often as it grows."""
_REFERRING: Final = frozenset({"!Ref", "!GetAtt", "!ImportValue"})
_TAG_LIMIT: Final = 1_000
_NUMBER_LIMIT: Final = 100
"""The longest number or truth value, in characters; a longer one stays a text, as in no file that works."""


def read_yaml(
    text: str, source: str, first_line: int = 1, replaced: list[ReplacedValue] | None = None
) -> list[Node]:
    """The trees of the documents of a YAML text; empty documents are left out.

    Args:
        text: YAML.
        source: what the file is called.
        first_line: the line of the file on which the text begins.
        replaced: is given the values that another one under the same key replaces; ``None``: such a key is
            refused.

    Raises:
        ForeignFileError: it is no YAML, names a key twice, or is too large.
    """
    from ruamel.yaml.composer import MaxDepthExceededError
    from ruamel.yaml.error import YAMLError

    if len(text) > SIZE_LIMIT:
        raise ForeignFileError(source, None, "is longer than 4 MiB, too much for YAML; split it")
    parser = _parser()
    tree, pieces = _Tree(source, first_line, replaced), _YamlText(text, newline="")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an anchor may be given anew
            return [tree.build(each) for each in parser.compose_all(pieces) if each is not None]
    except (RecursionError, MaxDepthExceededError):
        raise ForeignFileError(source, None, "is nested too deeply") from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = None if mark is None else mark.line + first_line
        reason = one_line(masked(str(getattr(error, "problem", None) or "it cannot be read")), 200)
        if _TEMPLATE.search(text):
            reason += "; it looks like a template: render it first"
        raise ForeignFileError(source, line, f"is no YAML: {reason}") from None
    except (ValueError, AssertionError) as error:  # it refuses some characters and tags so
        raise ForeignFileError(source, None, f"is no YAML: {one_line(masked(str(error)), 200)}") from None


def _parser() -> Any:
    """The parser, which refuses long tags: the time in which it decodes one grows with its square."""
    from ruamel.yaml import YAML
    from ruamel.yaml.scanner import Scanner, ScannerError

    class ShortTags(Scanner):
        def scan_tag(self) -> Any:
            token = super().scan_tag()
            if sum(len(each or "") for each in token.value) > _TAG_LIMIT:
                reason = f"a tag is longer than {_TAG_LIMIT} characters"
                raise ScannerError(None, None, reason, token.start_mark)
            return token

    parser = YAML(typ="safe", pure=True)
    parser.Scanner = ShortTags
    parser.max_depth = DEPTH_LIMIT
    return parser


class _YamlText(StringIO):
    """A text that is read piece by piece, until ``CURRENT`` says to stop."""

    def read(self, _: int | None = -1, /) -> str:
        check_current()
        return super().read(_PIECE)


class _Tree:
    """Makes nodes of the composed nodes of one text, and counts them."""

    def __init__(self, source: str, first_line: int, replaced: list[ReplacedValue] | None) -> None:
        self._source = source
        self._replaced = replaced
        self._first_line = first_line
        self._count = 0

    def build(
        self, composed: Any, parent: Node | None = None, key: str | int | None = None, depth: int = 1
    ) -> Node:
        """The node of a composed node."""
        line = composed.start_mark.line + self._first_line
        self._count += 1
        check_current()
        if self._count > NODE_LIMIT or depth > DEPTH_LIMIT:
            too = "has too many values, aliases counted" if depth <= DEPTH_LIMIT else "is nested too deeply"
            raise ForeignFileError(self._source, line, f"{too}, to be imported")
        node = Node(None, line, self._source, parent, key)
        if composed.id == "mapping":
            node.value = self._mapping(composed, node, depth)
        elif composed.id == "sequence":
            node.value = [
                self.build(each, node, number, depth + 1) for number, each in enumerate(composed.value)
            ]
        else:
            node.value = _scalar(composed)
        return node

    def _mapping(self, composed: Any, node: Node, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for name, value in composed.value:
            line = name.start_mark.line + self._first_line
            if name.id != "scalar":
                reason = "has a list or map as a key; only words can be keys"
                if name.id == "mapping" and name.flow_style:  # {{ .Values.name }}
                    reason += "; it looks like a template: render it first"
                raise ForeignFileError(self._source, line, reason)
            if name.value in found:
                earlier = ReplacedValue(found[name.value], line)
                if self._replaced is None:
                    raise twice(earlier)
                self._replaced.append(earlier)
            found[name.value] = self.build(value, node, name.value, depth + 1)
        return found


def twice(replaced: ReplacedValue) -> ForeignFileError:
    """The error for a key that stands twice."""
    shown = one_line(masked(str(replaced.node.key)), 80)
    reason = f"has the key “{shown}” twice; which one is meant?"
    return ForeignFileError(replaced.node.source, replaced.line, reason)


def _scalar(composed: Any) -> Scalar:
    """The value of a scalar; what is no plain number, truth value or null stays a text."""
    text: str = composed.value
    if str(composed.tag) in _REFERRING:
        return f"${{{text}}}"
    if len(text) > _NUMBER_LIMIT:
        return text
    try:
        match str(composed.tag).rpartition(":")[2]:
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return int(text.replace("_", ""), 0)
            case "float":
                return float(text.replace("_", ""))
    except ValueError:
        pass
    return text


def front_matter(text: str, source: str) -> Node:
    """The tree of Markdown: the map of its front matter, with what follows under the key ``body``.

    Front matter that is no YAML, but has a key and a text on each line, is read so, as clients read that of
    their agents: ``description: Use it when: …``.
    """
    found = re.match(r"---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", text, re.DOTALL | re.MULTILINE)
    try:
        documents = read_yaml(found[1], source, 2) if found else []
        root = documents[0] if documents and documents[0].is_map else Node({}, 1, source)
    except ForeignFileError:
        assert found is not None, "there is nothing else to be refused"
        plain = _plain_lines(found[1], source)
        if plain is None:
            raise
        root = plain
    end = found.end() if found else 0
    if isinstance(root.value, dict):
        root.value["body"] = Node(text[end:], text.count("\n", 0, end) + 1, source, root, "body")
    return root


def _plain_lines(text: str, source: str) -> Node | None:
    """A map of lines that are each a key and a text; ``None`` where one is not, or a key is there twice."""
    root: dict[str, Node] = {}
    node = Node(root, 2, source)
    for number, line in enumerate(text.splitlines(), 2):
        if not line.strip():
            continue
        found = re.match(r"([A-Za-z][A-Za-z0-9_-]{0,40}):(?:[ \t]+(.*))?", line)
        value = (found[2] or "").strip() if found else ""
        if found is None or found.end() < len(line) or found[1] in root or not value.isprintable():
            return None
        root[found[1]] = Node(value, number, source, node, found[1])
    return node if root else None
