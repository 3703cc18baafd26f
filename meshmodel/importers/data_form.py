"""A form that is data: one TOML file that says by which names files are found, and what stands where in them.

``docs/forms.md`` tells how one is written. ``DataForm`` makes facts of its rows (``vocabulary``), which
``data_reader`` has drawn.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path as FilePath
from typing import Any, Final, cast, get_type_hints

from meshmodel.importers.document import Document, Node
from meshmodel.importers.ledger import VERDICTS, FormRule, Verdict
from meshmodel.importers.paths import Path, PathError, PathText, glob, path_of, text_of
from meshmodel.importers.vocabulary import (
    WORDS,
    AgentFact,
    Fact,
    Hands,
    IgnoredFact,
    LinkFact,
    Lists,
    Many,
    Names,
    Otherwise,
    Pairs,
    Words,
)
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.stop import check_current
from meshmodel.model.text import did_you_mean, one_line

FORMAT: Final = "meshmodel-form/1"
ASKINGS: Final = ("allowed", "judged", "once", "session", "asked", "denied")
GROUPS: Final = ("read", "edit", "run", "fetch", "search")
"""The tools that a client has of its own."""
_USUAL: Final[Mapping[str, Mapping[str, Any]]] = {
    "server": {
        "words": ["command", "args"],
        "address": "url | serverUrl | httpUrl | endpoint",
        "env": "env",
        "headers": "headers",
        "logins": ["oauth", "auth", "scopes"],
        "tools": "allowedTools | includeTools | enabledTools | enabled_tools | allowed_tools",
        "refused": "excludeTools | disabledTools | disabled_tools",
    }
}
"""Fields that stand under the same keys nearly everywhere, where a row does not say otherwise."""
_OF_ROW: Final = ("name", "at", "is", "about", "why", "verdict", "in", "takes")
_OF_FACT: Final = frozenset({"at", "rule", "used", "above"})


class FormError(MeshmodelError):
    """A file that is no form, or a row of it that is not as it should be; one line."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row: what is selected, and what it means.

    Attributes:
        rule: its name, what it is about, and why, for the ledger.
        word: of the vocabulary.
        at: what is selected, from the whole document on.
        inside: the names of the files that it is about, as patterns; none: all of the form.
        values: by field what it is made of.
        takes: the leaves that it is about, from what is selected on; none: those that its fields are made of.
    """

    rule: FormRule
    word: type[Fact]
    at: Path
    inside: tuple[str, ...]
    values: Mapping[str, Any]
    takes: tuple[Path, ...]

    @property
    def rules(self) -> tuple[FormRule, ...]:
        """All that it takes leaves by."""
        return (self.rule, *(each.rule for each in self.values.values() if isinstance(each, _OtherwiseTable)))

    def facts(self, document: Document, called: Mapping[Node, str]) -> Iterator[Fact]:
        """What a document says by this row."""
        if self.inside and not any(is_named(document.source, each) for each in self.inside):
            return
        for root in _roots(document):
            for node in self.at.nodes(root):
                check_current()
                yield self._fact(node, called)

    def _fact(self, node: Node, called: Mapping[Node, str]) -> Fact:
        used: list[Node] = [node] if node.is_leaf else []
        made = {name: _made(value, node, used) for name, value in self.values.items()}
        if self.takes:
            used = [leaf for path in self.takes for each in path.nodes(node) for leaf in each.leaves()]
        return self.word(
            at=node,
            rule=self.rule,
            used=tuple(dict.fromkeys(used)),
            above=_above(node, called, self.word),
            **made,
        )


def _roots(document: Document) -> Iterator[Node]:
    """What is at the top of a document: of a list of one, as an export of all makes it, that one."""
    return (root[0] if root.is_list and len([*root]) == 1 else root for root in document.roots)


def _above(node: Node, called: Mapping[Node, str], word: type[Fact]) -> Names:
    """What the nodes are called in which one stands, the nearest first."""
    found: list[str] = []
    here = node.parent if word in {AgentFact, Hands, LinkFact} else node
    while here is not None:
        if here in called:
            found.append(called[here])
        here = here.parent
    return tuple(found)


def _made(value: Any, node: Node, used: list[Node]) -> Any:
    """The value of a field for a node."""
    match value:
        case PathText():
            return value.of(node, used)
        case Path():
            found = value.first(node)
            used += [found] if found.is_leaf else []
            return found
        case _Many(paths):
            each = tuple(one for path in paths for some in path.nodes(node) for one in some.each())
            used += [one for one in each if one.is_leaf]
            return each
        case _Pairs(path):
            pairs = tuple(pair for each in path.nodes(node) for pair in _pairs(each))
            used += [one for _, one in pairs if one.is_leaf]
            return pairs
        case _ListTables(paths):
            lists = tuple(each for path in paths for each in path.nodes(node))
            used += [leaf for each in lists for leaf in each.leaves()]
            return lists
        case _Texts(texts):
            return tuple(text for each in texts for text in each.each(node, used) if text)
        case _OtherwiseTable(rule, ask):
            return Otherwise(rule, ask.of(node))
    return value


def _pairs(node: Node) -> Iterator[tuple[str, Node]]:
    """Names and values of a map, or of a list of them."""
    if node.is_map:
        yield from node.items()
        return
    for each in node:
        name = each["name"] or each["key"]
        if name.text:
            yield name.text, each["value"]


@dataclass(frozen=True, slots=True)
class _Many:
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Pairs:
    path: Path


@dataclass(frozen=True, slots=True)
class _ListTables:
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Texts:
    texts: tuple[PathText, ...]


@dataclass(frozen=True, slots=True)
class _OtherwiseTable:
    rule: FormRule
    ask: PathText


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKind:
    """A client of a person's workstation.

    Attributes:
        name: what people call it.
        when: by what a file is of this one; ``None``: every file.
        ends: the names under which its files lie in a folder, as patterns; that is above them.
        settings: whether its files decide what is asked, so that to write them is to decide it.
        asks: what is asked where no row says it, by group of its own tools and ``*``; none: it is not known.
        between: what stands between the name of a server and that of its tool.
        but: keys with servers or secrets of their own, which are no settings.
    """

    name: str
    when: Path | None = None
    ends: tuple[str, ...] = ()
    settings: bool = False
    asks: Mapping[str, str] | None = None
    between: str = ""
    but: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTools:
    """Tools that a client has of its own, as what is asked before them names them.

    Attributes:
        does: what they do: one of ``GROUPS``.
        tools: their names.
        there: what must be in one of the files for them to be there.
        without: a name of a file; where there is none so called they are there.
        named_only: whether those of which no row says anything are left aside where one says it of another.
    """

    does: str
    tools: tuple[str, ...] = ()
    there: Path | None = None
    without: str = ""
    named_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Where the agents of a form run that are no clients of a workstation.

    Attributes:
        zone: what the place is called; by default as the folder that all its files lie in.
        key: what tells it from others; empty: each folder is a place of its own.
        secrets: what credentials are called that are kept in this place under a name.
    """

    zone: PathText | None = None
    key: str = ""
    secrets: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormExample:
    """Files with what they say: the test of the rows.

    Attributes:
        files: by name their text.
        says: lines of the model that they become, ``*`` for any text.
        never: lines that it does not have.
    """

    files: Mapping[str, str]
    says: tuple[str, ...]
    never: tuple[str, ...] = ()


class DataForm:
    """One form.

    Attributes:
        name, title, files, marks, joins, last_wins: as of ``forms.Form``.
        holds: texts that stand somewhere near the beginning of each file that may be meant.
        packages: of code: what a file imports that is meant.
        calls: of code: callees that are read besides those of the packages.
        together: which files are understood as one: ``file``, ``folder`` or ``project``.
        copies: where files say the same that are copies, which are understood as one; none: nowhere.
        loads: the files that a framework loads by their names where the first is; others that set ``entry``
            are of it if a file beside or above them imports them.
        named: whether a file is of it only if it is called so.
    """

    def __init__(self, path: FilePath, data: Mapping[str, Any]) -> None:
        self.path = path
        read = _FileTable(path, data, "")
        if read.text("format", "") != FORMAT:
            raise FormError(f'{one_line(path, 400)}: is no form: it has no line format = "{FORMAT}"')
        self.name = read.text("name")
        self.title = read.text("title")
        self.source = read.text("source", "")
        self.files = read.texts("files")
        self.marks = read.texts("marks")
        self.holds = read.texts("holds")
        self.packages = read.texts("packages")
        self.calls = read.texts("calls")
        self.joins = read.text("joins", "")
        self.last_wins = read.flag("last_wins")
        self.together = read.one_of("together", ("file", "folder", "project"), "file")
        self.copies = read.paths("copies")
        self.loads = read.texts("loads")
        self.entry = read.text("entry", "")
        self.named = read.flag("named")
        self._recognised = tuple(
            tuple(read.as_path("recognise", one) for one in each.split("&"))
            for each in read.texts("recognise")
        )
        self.clients = tuple(_client(each) for each in read.tables("client"))
        self.own = tuple(_own(each) for each in read.tables("own"))
        self.application = _application(read.table("app"))
        self.examples = tuple(_example(each) for each in read.tables("example"))
        self.rows = tuple(_row(each) for each in read.tables("row"))
        read.end()
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", self.name):
            raise FormError(f"{one_line(path, 400)}: name is to be letters, digits and hyphens")
        names = [rule.name for each in self.rows for rule in each.rules]
        twice = next((each for each in names if names.count(each) > 1), None)
        if twice is not None:
            raise FormError(f"{one_line(path, 400)}: row {twice} is there twice")
        if not (self.rows and self.files and self._recognised):
            raise FormError(f"{one_line(path, 400)}: lacks files, recognise or row")

    def recognise(self, document: Document) -> bool:
        """Whether a file is of this form, by what is in it and how it is called."""
        if document.syntax in {"python", "typescript"}:
            is_meant = any(each.text in self.packages for each in document.root["@packages"].each())
            return is_meant and self._is_loaded(document.path)
        if (self.named or document.syntax == "markdown") and not self._knows(document):
            return False
        return any(
            all(one.nodes(root) for one in some) for root in _roots(document) for some in self._recognised
        )

    def _knows(self, document: Document) -> bool:
        """Whether it names files that are written so."""
        return any(is_named(document.source, each) for each in self.files)

    def _is_loaded(self, path: FilePath) -> bool:
        """Whether a framework that loads files by their names loads one, or another file imports it."""
        if not self.loads or path.name in self.loads or not (path.parent / self.loads[0]).is_file():
            return True
        if not re.search(rf"(?m)^{re.escape(self.entry)}\b", _text_of(path)):
            return True
        imported = re.compile(rf"\b(?:from|import)\b[^\n]*[\s.,]{re.escape(path.stem)}\b")
        others = (each for folder in path.parents[:2] for each in folder.glob("*.py") if each != path)
        return "." not in path.stem and any(imported.search(_text_of(each)) for each in others)

    def groups(self, documents: Sequence[Document]) -> Iterable[Sequence[Document]]:
        """The files that are understood as one."""
        of: Mapping[str, Callable[[Document], str]] = {
            "file": lambda each: self._copied(each) or each.source,
            "folder": lambda each: each.source.rpartition("/")[0],
            "project": project_of,
        }
        found: dict[str, list[Document]] = {}
        for each in documents:
            found.setdefault(of[self.together](each), []).append(each)
        return found.values()

    def _copied(self, document: Document) -> str:
        """What copies of a file have in common; empty: nothing."""
        found = [[each.text for each in path.nodes(document.root)] for path in self.copies]
        return repr(found) if any(found) else ""

    def without(self, row: FormRow) -> "DataForm":
        """The same form but for one row, by which a test finds what the row does."""
        made = copy(self)
        made.rows = tuple(each for each in self.rows if each is not row)
        return made

    def facts(self, documents: Sequence[Document]) -> list[Fact]:
        """What the files say, row by row; agents first, since others are theirs by where they stand."""
        called: dict[Node, str] = {}
        found: list[Fact] = []
        for row in sorted(self.rows, key=lambda each: (each.word is IgnoredFact, each.word is not AgentFact)):
            for document in documents:
                for fact in row.facts(document, called):
                    if isinstance(fact, AgentFact):
                        named = fact.called or f"{fact.at.source}:{fact.at.line}"
                        called.setdefault(fact.at, named)
                        found.append(replace(fact, called=named))
                    else:
                        found.append(fact)
        return found


def _text_of(path: FilePath) -> str:
    """What is in a file of code; of a link or what cannot be read nothing."""
    try:
        return "" if path.is_symlink() else path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""


def project_of(document: Document) -> str:
    """The folder of the project that a file is of, by what projects have at their top; else empty."""
    parts = document.source.split("/")[:-1]
    for above, folder in enumerate(document.path.absolute().parents):
        if above > len(parts) or document.source.startswith(("/", "~")):
            break
        if any((folder / each).exists() for each in _OF_PROJECT):
            return "/".join(parts[: len(parts) - above])
    return ""


_OF_PROJECT: Final = (
    "pyproject.toml", "requirements.txt", "setup.py", "package.json", "langgraph.json", "uv.lock", ".git",
)  # fmt: skip


def is_named(source: str, pattern: str) -> bool:
    """Whether a path ends as a pattern says, in which ``*`` stands for any text within a folder."""
    parts, wanted = source.split("/"), pattern.split("/")
    return len(parts) >= len(wanted) and all(
        glob(one).fullmatch(part) for one, part in zip(wanted, parts[-len(wanted) :], strict=True)
    )


# Reading a file -----------------------------------------------------------------------------------


def read_form(path: FilePath) -> DataForm:
    """A form as its file says it.

    Raises:
        MeshmodelError: it is none; one line with the row and what is wrong.
    """
    from meshmodel.interchange.toml_text import read_toml_file

    return DataForm(path, read_toml_file(path))


class _FileTable:
    """A table of the file, each key of which is read once; ``end`` refuses those that nobody read."""

    def __init__(self, path: FilePath, data: Any, where: str) -> None:
        self._where = f"{one_line(path, 400)}{f': {where}' if where else ''}"
        self._path = path
        if not isinstance(data, dict):
            raise FormError(f"{self._where}: is no table")
        self.data: dict[str, Any] = dict(data)
        self._known: list[str] = []

    def error(self, text: str) -> FormError:
        return FormError(f"{self._where}: {text}")

    def take(self, key: str, default: Any = MISSING) -> Any:
        self._known.append(key)
        found = self.data.pop(key, default)
        if found is MISSING:
            raise self.error(f"lacks {key}")
        return found

    def text(self, key: str, default: Any = MISSING) -> str:
        found = self.take(key, default)
        if not isinstance(found, str):
            raise self.error(f"{key} is to be a text")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        found = self.take(key, [])
        found = [found] if isinstance(found, str) else found
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.error(f"{key} is to be a text or a list of texts")
        return tuple(found)

    def flag(self, key: str) -> bool:
        found = self.take(key, False)
        if not isinstance(found, bool):
            raise self.error(f"{key} is to be true or false")
        return found

    def one_of(self, key: str, words: Sequence[str], default: Any = MISSING) -> str:
        found = self.text(key, default)
        if found not in words:
            hint = did_you_mean(found, [*words]) or f"it is one of {', '.join(words)}"
            raise self.error(f"{key} = “{one_line(found, 60)}” is not known; {hint}")
        return found

    def verdict(self, usual: Verdict) -> Verdict:
        return cast("Verdict", self.one_of("verdict", VERDICTS, usual))

    def words(self, key: str) -> dict[str, str]:
        found = self.take(key, {})
        if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
            raise self.error(f"{key} is to be a table of texts")
        return dict(found)

    def path(self, key: str, default: Any = MISSING) -> Path | None:
        found = self.take(key, default)
        return None if found is None else self.as_path(key, found)

    def paths(self, key: str) -> tuple[Path, ...]:
        return tuple(self.as_path(key, each) for each in self.texts(key))

    def as_path(self, key: str, text: Any) -> Path:
        if not isinstance(text, str):
            raise self.error(f"{key} is to be a path")
        try:
            return path_of(text)
        except PathError as error:
            raise self.error(f"{key}: {error}") from None

    def as_text(self, key: str, text: Any) -> PathText:
        if not isinstance(text, str):
            raise self.error(f"{key} is to be a text")
        try:
            return text_of(text)
        except PathError as error:
            raise self.error(f"{key}: {error}") from None

    def table(self, key: str) -> "_FileTable":
        return _FileTable(self._path, self.take(key, {}), key)

    def tables(self, key: str) -> Iterator["_FileTable"]:
        found = self.take(key, [])
        if not isinstance(found, list):
            raise self.error(f"{key} is to be written as [[{key}]]")
        for number, each in enumerate(found, 1):
            named = each.get("name", number) if isinstance(each, dict) else number
            yield _FileTable(self._path, each, f"{key} {one_line(named, 60)}")

    def end(self) -> None:
        for key in self.data:
            hint = did_you_mean(key, self._known) or f"it has {', '.join(sorted(self._known))}"
            raise self.error(f"{one_line(key, 60)} is no key of it; {hint}")


def _client(read: _FileTable) -> ClientKind:
    found = ClientKind(
        name=read.text("name"),
        when=read.path("when", None),
        ends=read.texts("ends"),
        settings=read.flag("settings"),
        asks=read.words("asks") if "asks" in read.data else None,
        between=read.text("between", ""),
        but=read.texts("but"),
    )
    read.end()
    for group, asking in (found.asks or {}).items():
        if group not in {*GROUPS, "*"} or asking not in ASKINGS:
            raise read.error(f"asks: {one_line(group, 60)} = {one_line(asking, 60)} is not known")
    return found


def _own(read: _FileTable) -> OwnTools:
    found = OwnTools(
        does=read.one_of("does", GROUPS),
        tools=read.texts("tools"),
        there=read.path("there", None),
        without=read.text("without", ""),
        named_only=read.flag("named_only"),
    )
    read.end()
    return found


def _application(read: _FileTable) -> Application:
    zone = read.take("zone", None)
    found = Application(
        zone=None if zone is None else read.as_text("zone", zone),
        key=read.text("key", ""),
        secrets=read.text("secrets", ""),
    )
    read.end()
    return found


def _example(read: _FileTable) -> FormExample:
    read.text("name", "")
    found = FormExample(files=read.words("files"), says=read.texts("says"), never=read.texts("never"))
    read.end()
    return found


def _row(read: _FileTable) -> FormRow:
    """A row, or what is wrong with it."""
    name, word = read.text("name"), read.one_of("is", tuple(WORDS))
    made, verdict = WORDS[word]
    known = {*_OF_ROW, *(each.name for each in fields(made) if each.name not in _OF_FACT)}
    unknown = next((each for each in read.data if each not in known), None)
    if unknown is not None:
        hint = did_you_mean(unknown, sorted(known)) or f"it has {', '.join(sorted(known))}"
        raise read.error(f"{one_line(unknown, 60)} is no key of a row that is {word}; {hint}")
    rule = FormRule(name, read.text("about"), read.verdict(verdict), read.text("why"))
    at = read.as_path("at", read.take("at"))
    inside, takes = read.texts("in"), read.paths("takes")
    for key, value in _USUAL.get(word, {}).items():
        read.data.setdefault(key, value)
    hints, values = get_type_hints(made, include_extras=True), dict[str, Any]()
    for each in fields(made):
        if each.name in _OF_FACT:
            continue
        if each.name in read.data:
            values[each.name] = _field(read, each.name, hints[each.name], rule)
        elif each.default is MISSING:
            raise read.error(f"lacks {each.name}")
        else:
            read.take(each.name, None)
    read.end()
    return FormRow(rule, made, at, inside, values, takes)


def _otherwise(read: _FileTable, key: str, rule: FormRule) -> _OtherwiseTable:
    verdict = read.verdict("question")
    name, about = read.text("name", f"{rule.name}-{key}"), read.text("about", rule.construct)
    found = _OtherwiseTable(
        FormRule(name, about, verdict, read.text("why")), read.as_text("ask", read.text("ask", ""))
    )
    read.end()
    return found


def _field(read: _FileTable, key: str, hint: Any, rule: FormRule) -> Any:
    """What a field is made of."""
    if hint is bool:
        return read.flag(key)
    if hint == Otherwise | None:
        return _otherwise(read.table(key), key, rule)
    if hint == Lists:
        return _ListTables(read.paths(key))
    if hint == Node:
        return read.as_path(key, read.take(key))
    if hint == Many:
        return _Many(read.paths(key))
    if hint == Pairs:
        return _Pairs(read.as_path(key, read.take(key)))
    if hint == Words:
        found = read.words(key)
        wrong = next((each for each in found.values() if each not in ASKINGS), None)
        if wrong is not None:
            raise read.error(f"{key}: “{one_line(wrong, 60)}” is none of {', '.join(ASKINGS)}")
        return found
    if hint == Names:
        return _Texts(tuple(read.as_text(key, each) for each in read.texts(key)))
    return read.as_text(key, read.take(key))
