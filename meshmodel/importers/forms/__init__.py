"""The forms that ``meshmodel import`` reads: each is one module or folder with the table of its mapping.

A form is data, one file of the folder ``data`` (``meshmodel.importers.data_form``), or code where it needs
more.

How a form is written as code (``mcp`` is the example)
----------------------------------------------
A form is a module with three names (``FormReader``), a table beside it in TOML, with how its files are found
and its table of mapping (``meshmodel.importers.rule_tables``), and one row in ``_ORDER`` below::

    RULES: Mapping[str, Rule]                      its table of mapping; the manual shows it
    def recognise(document: Document) -> bool      whether a file is of this form, by its content
    def read(documents: Sequence[Document], out: Proposal) -> None

``read`` gets all files of the form that one import names, so that manifests, called workflows and the like
are understood together. It walks their nodes (``meshmodel.importers.document``: nothing in a ``Node``
raises, what is missing is ``ABSENT`` and false) and tells ``out`` (``meshmodel.importers.proposal``) two
things: the records that they mean, and what became of each leaf.

Records. ``out.element(table, key, name, at=node, **fields)`` makes an element (or checkpoint) and returns
its id within the import, to be used in relations. ``key`` is the stable key of what came in (an ARN, a
namespace, kind and name, a job's id; never a display name), a tuple of texts; ``scope=node.source`` where
the key is unique within its file only, and nothing where it is the same thing in every file. The same key
again is the same element. ``out.relate(Grant(credential, system, actions), at=node)`` adds a relation; the
same ends again unite their actions. ``at`` is where it stands: it also says which file it came from.
``out.ask(about, text, RULES["name"], at=node)`` asks a question, which becomes a note with its source;
``out.partial(source, why)`` says that a file was read in part, so that nothing of it is taken for gone.

Leaves. ``out.take(node, RULES["name"], *records)`` says what became of a leaf, or of all leaves below a
list or map that nobody took yet; records are ``("agent", id)`` or ``("grant", (credential, system))``. Every
leaf ends in exactly one row of the ledger: what no rule takes is *not understood*, by itself. What is
understood and means nothing for the model is taken by a rule that says so, with no records.

Secrets. No value of a file may come into a record but names; ``out`` hides what looks like a secret in
every text, the ledger holds no values, and a leaf that looks like a secret is *secret withheld* by itself.
What does not look so and is one (``-e NAME=value``, a header) the form takes with a rule of that verdict;
``meshmodel.importers.withheld`` finds these.

Tests. ``tests/importers/foreign.py`` reads a text or a fixture and compares it with goldens of the model
and of the ledger; fixtures lie in a folder of the form beside it, with a note of their source and licence.

Forms that are read as one. ``mcp`` and the forms of clients (``Form.joins``) share one proposal, and in it
``out.part(Clients)`` (``meshmodel.importers.clients``): each says of its client what the files say, in any
order, and what is asked before which access is drawn when all have been read.

A form raises nothing for what it does not know. ``ForeignFileError`` (one line) is for what cannot be read
as this form at all. Heavy libraries are imported inside functions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

if TYPE_CHECKING:
    from meshmodel.importers.data_form import DataForm
    from meshmodel.importers.document import Document
    from meshmodel.importers.ledger import FormRule
    from meshmodel.importers.proposal import Proposal


CODE_FORM: Final = "code"
"""What all forms of code propose together, and those that name agents whose code another one reads."""


class FormReader(Protocol):
    """What the module of a form has."""

    @property
    def RULES(self) -> "Mapping[str, FormRule]":  # noqa: N802  # a constant of a module
        """Its table of mapping, by name (``meshmodel.importers.rule_tables``)."""
        ...

    def recognise(self, document: "Document") -> bool:
        """Whether a file is of this form, by its content."""
        ...

    def read(self, documents: "Sequence[Document]", out: "Proposal") -> None:
        """Propose what the files say, understood together."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    Attributes:
        name: what it is called in ``--as`` and in the model file.
        title: what people call such a file.
        files: the names by which a folder picks such files up, as patterns of the end of a path.
        load: imports the module that reads it.
        picks: whether it heeds ``Proposal.picked``, what ``--only`` names.
        marks: of files with common names: what begins a line near the beginning of each that may be meant;
            one of several where ``|`` stands between.
        joins: the form with whose files its own are read as one: clients of one workstation, whose settings
            say what is asked before servers of another file are used. Empty: they stand alone.
        last_wins: whether of a key that stands twice the last value counts; else such a file is refused.
        holds: of names with ``*``: texts that are near the beginning of each file that may be meant; one of
            several where ``|`` stands between.
        packages: of code: what a file imports that may be meant.
        calls: of code: further callees that are read.
    """

    name: str
    title: str
    files: tuple[str, ...]
    load: Callable[[], FormReader]
    picks: bool = False
    marks: tuple[str, ...] = ()
    joins: str = ""
    last_wins: bool = False
    holds: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()

    @property
    def is_common(self) -> bool:
        """Whether its files have names that many others have too, so that their first lines decide."""
        return bool(self.marks or self.holds or self.packages)

    @property
    def proposal(self) -> str:
        """What all forms whose files are read as one propose together; all of code do, as one file may be of
        several.
        """
        return self.joins or (CODE_FORM if self.packages else self.name)

    def has_place_for(self, source: str) -> bool:
        """Whether a file lies in a folder that the product has for such files, by its path."""
        path = PurePosixPath("/", source)
        return any(path.match(pattern) for pattern in self.files if "/" in pattern)


_ORDER: Final = {
    "editors": "editors",
    "claude-code": "claude_code",
    "codex": "codex",
    "opencode": "opencode",
    "home-files": "home_files",
    "gemini": "gemini",
    "goose": "data/goose",
    "continue": "data/continue",
    "mcp": "mcp",
    "github-actions": "github/rules",
    "aws-iam": "aws/iam",
    "kubernetes": "kubernetes/rules",
    "compose": "compose",
    "agentgateway": "agentgateway",
    "threat-dragon": "threat_dragon",
    "threagile": "threagile",
}
"""Where the tables of forms lie whose order matters: the more particular come before the more general. Those
beside code are read by the module of the same name, or by the one that they name ``reader``."""


class Forms(Mapping[str, Form]):
    """Every form by name; those that are data are read when they are needed."""

    def __init__(self, folder: Path) -> None:
        others = {each.stem: each for each in sorted(folder.glob("data/*.toml"))}
        first = {name: folder / f"{each}.toml" for name, each in _ORDER.items()}
        self._found: dict[str, Form | Path] = {**{n: p for n, p in others.items() if n not in first}, **first}

    def add(self, *folders: Path) -> None:
        """Add the forms of folders, before the others.

        Raises:
            MeshmodelError: one of them is no form, or is called as another.
        """
        from meshmodel.importers.data_form import FormError, read_form
        from meshmodel.model.text import one_line

        for path in (each for folder in folders for each in sorted(folder.glob("*.toml"))):
            form = _of_file(path, read_form(path))
            if form.name in self._found:
                raise FormError(f"{one_line(path, 400)}: there is a form {form.name}; give it another name")
            self._found = {form.name: form, **self._found}

    def __getitem__(self, name: str) -> Form:
        found = self._found[name]
        if isinstance(found, Path):
            found = self._found[name] = _of_file(found)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _of_file(path: Path, read: "DataForm | None" = None) -> Form:
    """A form by its table; its rows, or its module, are read when a file may be of it.

    Args:
        path: the table.
        read: what is in it, where that has been read.
    """
    import tomli

    head = tomli.loads(path.read_text(encoding="utf-8"))

    @cache
    def load() -> FormReader:
        if read is not None or path.parent.name == "data":
            from meshmodel.importers.data_form import read_form
            from meshmodel.importers.data_reader import DataReader

            return DataReader(read or read_form(path))
        above = path.parent.relative_to(_FOLDER).parts
        return cast("FormReader", import_module(".".join((__name__, *above, head.get("reader", path.stem)))))

    lists = {key: head.get(key, []) for key in ("files", "marks", "holds", "packages", "calls")}
    texts: dict[str, Any] = {
        key: (each,) if isinstance(each, str) else tuple(each) for key, each in lists.items()
    }
    others = {key: head[key] for key in ("joins", "picks", "last_wins") if key in head}
    return Form(head["name"], head["title"], load=load, **texts, **others)


_FOLDER: Final = Path(__file__).parent
FORMS: Final = Forms(_FOLDER)
"""Every form by name; a file is of the first one that recognises it."""
