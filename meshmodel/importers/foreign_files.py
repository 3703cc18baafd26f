"""Reads the files that an import names, and folders of them, into the documents of each form."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

from meshmodel.importers.catalogue import Catalogue
from meshmodel.importers.document import Document, ForeignFileError, Node, ReplacedValue, Syntax
from meshmodel.importers.first_lines import ENDINGS_OF_CODE, shown_by
from meshmodel.importers.forms import CODE_FORM, FORMS, Form
from meshmodel.importers.proposal import Pick, Proposal, ProposedModel, clean_text
from meshmodel.model.errors import CombinedError, MeshmodelError, RequestError
from meshmodel.model.open_file import open_file, real_path
from meshmodel.model.stop import check_current
from meshmodel.model.text import one_line

SIZE_LIMIT: Final = 16 << 20
"""The most bytes of one file."""
FOLDER_LIMIT: Final = 20_000
"""The most files of a folder that are looked at."""
_SOURCE_LIMIT: Final = 180
_SYNTAXES: Final[dict[str, Syntax]] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".md": "markdown",
    ".markdown": "markdown",
}
CODE: Final = frozenset({"python", "typescript"})
"""Syntaxes of programs, of which only what calls a package that a form is about is read."""
_ENDINGS: Final = (*_SYNTAXES, ".json", ".jsonc")
_OF_AGENTS: Final = re.compile(
    r"mcp|agent|claude|codex|gemini|copilot|cursor|opencode|goose|windsurf|cline|roo|continue|\.vscode|kiro"
)
"""What is in the paths of files that are about agents."""
_NO_NAME: Final = "no form knows its name"
_UNKNOWN: Final = "is of no form that is known; say as which it is read (meshmodel forms lists them)"
_NOT_ENTERED: Final = frozenset({".git", "node_modules", ".venv", "__pycache__"})


@dataclass(slots=True)
class Reading:
    """What was read.

    Attributes:
        documents: the files by form, in the order named.
        skipped: files of a folder that were left out, and why, the most relevant first.
        in_folders: those that were found in a folder, by what they are called: they may be left out.
    """

    documents: dict[str, list[Document]] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    in_folders: set[str] = field(default_factory=set)

    def leave_out(self, document: Document, why: str) -> None:
        """Leave out a file of a folder."""
        self.skipped.append((document.source, why))
        self.documents = {
            form: kept
            for form, documents in self.documents.items()
            if (kept := [each for each in documents if each is not document])
        }

    def propose(self, picked: Pick | None = None, catalogue: Catalogue | None = None) -> list[ProposedModel]:
        """What each form makes of its files, read together.

        Args:
            picked: of which users and roles alone something is made.
            catalogue: the well-known servers; those that the program and the person have, if not given.

        Raises:
            MeshmodelError: a form refuses a file, or picks nothing.
        """
        proposals: dict[str, Proposal] = {}
        documents: dict[str, list[Document]] = {}
        named = (each for each in FORMS if each in self.documents)
        for name in sorted(named, key=lambda each: FORMS[each].joins != CODE_FORM):  # what names code first
            if picked is not None and not FORMS[name].picks:
                able = ", ".join(each.name for each in FORMS.values() if each.picks)
                why = f"picks are users and roles, in files of the form {able}, not {name}"
                raise RequestError("only", why)
            for each in self.documents[name]:
                _refuse_replaced(each, FORMS[name])
            joined = FORMS[name].proposal
            proposal = proposals.setdefault(joined, Proposal(joined, picked, catalogue))
            proposal.beside = proposals
            proposal.read |= {each.source: each for each in self.all_documents()}
            proposal.paths.update((each.source, each.path) for each in self.documents[name])
            FORMS[name].load().read(self.documents[name], proposal)
            known = documents.setdefault(joined, [])
            here = (*self.documents[name], *proposal.also_read)
            known += [each for each in here if not any(each is one for one in known)]
            proposal.also_read = []
        holding = [name for name, each in proposals.items() if each.has("credential")]
        if picked is None and holding and not any(each.has("agent") for each in proposals.values()):
            proposals[holding[0]].ask_for_agents(documents[holding[0]][0].root)
        return [replace(made.finish(), documents=documents[name]) for name, made in proposals.items()]

    def all_documents(self) -> list[Document]:
        """The files of all forms, each once."""
        found = {id(each): each for documents in self.documents.values() for each in documents}
        return list(found.values())

    def add(self, document: Document, forms: Sequence[str]) -> None:
        """Add a file of some forms."""
        for each in forms:
            self.documents.setdefault(each, []).append(document)

    def forms_by_file(self) -> dict[str, list[str]]:
        """By what a file is called its forms, in the order of names."""
        found: dict[str, list[str]] = {}
        for form, documents in self.documents.items():
            for each in documents:
                found.setdefault(each.source, []).append(form)
        return dict(sorted(found.items()))


def read_files(paths: Sequence[Path], base: Path, form: str | None = None) -> Reading:
    """Read files and folders.

    Args:
        paths: what was named; of a folder the files with names that a form knows.
        base: the folder from which the files are named in the model: that of the model.
        form: the form of all of them; by default each file's content says it.

    Raises:
        ForeignFileError: a file that was named cannot be read.
        RequestError: one is of no form, or there is none in a folder.
    """
    reading, refused = Reading(), list[MeshmodelError]()
    for path in paths:
        if path.is_dir():
            _read_folder(path, base, form, reading)
            continue
        try:
            document = read_document(path, base)
            found = _forms_of(document, form)
        except ForeignFileError as error:
            refused.append(error)
            continue
        if not found:
            refused.append(RequestError("form", f"{one_line(path, 400)}: {_UNKNOWN}"))
        reading.add(document, found)
    if refused:
        raise refused[0] if len(refused) == 1 else CombinedError(refused)
    reading.skipped.sort(key=_relevance)
    twice = [real_path(each.path) for each in reading.all_documents()]
    if len(set(twice)) < len(twice):
        raise MeshmodelError("a file is named twice; name each once")
    if not reading.documents:
        names = ", ".join(one_line(each) for each in paths)
        raise RequestError(
            "form", f"{names}: holds no file that can be imported; name the file itself, and say what it is"
        )
    return reading


def read_document(path: Path, base: Path, source: str | None = None) -> Document:
    """One file as a tree.

    Args:
        path: where it lies.
        base: the folder from which it is named in the model, unless that is said.
        source: what it is called in the model.

    Raises:
        ForeignFileError: it cannot be read.
        Stopped: ``CURRENT`` says so.
    """
    check_current()
    shown = one_line(path, 400)
    source = _source_of(path, base) if source is None else source
    try:
        with open_file(path) as file:
            content = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise ForeignFileError(shown, None, f"cannot be read: {one_line(reason)}") from None
    if len(content) > SIZE_LIMIT:
        raise ForeignFileError(shown, None, "is larger than 16 MiB; split it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ForeignFileError(shown, line, "is not UTF-8 text") from None
    if "\0" in text:
        raise ForeignFileError(shown, text.count("\n", 0, text.index("\0")) + 1, "holds a NUL; it is no text")
    ending = path.suffix.lower()
    code: Syntax = "python" if ending == ".py" else "typescript"
    syntaxes: dict[str, Syntax] = {**_SYNTAXES, ".tf": "terraform", **dict.fromkeys(ENDINGS_OF_CODE, code)}
    syntax = syntaxes.get(ending, "json" if text.lstrip()[:1] in {"{", "[", "/"} else "yaml")
    return _parse(Document(source, path, syntax, Node(None), ()), text)


def _parse(document: Document, text: str) -> Document:
    source, syntax = document.source, document.syntax
    if syntax == "yaml":
        from meshmodel.importers.yaml_text import read_yaml

        replaced: list[ReplacedValue] = []
        roots = read_yaml(text, source, replaced=replaced)
        root = roots[0] if len(roots) == 1 else Node(list(roots), 1, source)
        if len(roots) != 1:
            for number, each in enumerate(roots):
                each.parent, each.key = root, number
        return replace(document, root=root, roots=tuple(roots), replaced=tuple(replaced))
    if syntax == "markdown":
        from meshmodel.importers.yaml_text import front_matter

        root = front_matter(text, source)
    elif syntax in CODE:
        from meshmodel.importers.code_tree import read_code

        packages = [one for each in FORMS.values() for one in each.packages]
        calls = [one for each in FORMS.values() for one in each.calls]
        root = read_code(text, document.path, source, packages, calls)
    elif syntax == "terraform":
        from meshmodel.importers.hcl_text import read_hcl

        root = read_hcl(text, source)
    elif syntax == "toml":
        from meshmodel.importers.toml_text import read_toml

        root = read_toml(text, source)
    else:
        from meshmodel.importers.json_text import read_json

        root = read_json(text, source)
    return replace(document, root=root, roots=(root,))


def _refuse_replaced(document: Document, form: Form) -> None:
    """Refuse a file with a key that stands twice, unless the form says which value counts."""
    if document.replaced and not form.last_wins:
        from meshmodel.importers.yaml_text import twice

        raise twice(document.replaced[0])


def _forms_of(document: Document, form: str | None) -> list[str]:
    found = forms_of(document) if form is None else [form]
    for each in found:
        _refuse_replaced(document, FORMS[each])
    return found


def forms_of(document: Document) -> list[str]:
    """The forms that recognise a file: of code each, since it may use several packages, else the first."""
    is_code = document.syntax in CODE
    known = (each for each in FORMS.values() if bool(each.packages) or not is_code)
    found = (each.name for each in known if each.load().recognise(document))
    return list(found if is_code else islice(found, 1))


def _source_of(path: Path, base: Path) -> str:
    """What a file is called in the model: its path from the model's folder, with slashes."""
    try:
        relative = os.path.relpath(real_path(path), real_path(base))
    except ValueError:  # on another drive
        relative = str(path)
    return clean_text(relative.replace(os.sep, "/"), _SOURCE_LIMIT)


def _relevance(skipped: tuple[str, str]) -> tuple[bool, bool]:
    """What a form should have read first, then what is about agents, then the rest."""
    source, why = skipped
    return why == _NO_NAME, _OF_AGENTS.search(source.lower()) is None


def _read_folder(folder: Path, base: Path, form: str | None, reading: Reading) -> None:
    for path in _files_in(folder):
        shown = _source_of(path, base)
        called = [each for each in FORMS.values() if _is_called(path, each) and form in {None, each.name}]
        known = [each for each in called if each.marks] + shown_by(
            path, shown, (each for each in called if not each.marks)
        )
        if not known:
            if path.suffix.lower() in _ENDINGS:
                reading.skipped.append((shown, _NO_NAME))
            continue
        try:
            document = read_document(path, base)
            found = _forms_of(document, form)
        except ForeignFileError as error:
            reading.skipped.append((shown, error.reason))
            continue
        if not found:
            reading.skipped.append((shown, _UNKNOWN))
            continue
        reading.add(document, found)
        reading.in_folders.add(document.source)


def _files_in(folder: Path) -> Iterator[Path]:
    """The files of a folder and those below, in order; links are not followed."""
    count = 0
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in _NOT_ENTERED)
        for name in sorted(names):
            count += 1
            if count > FOLDER_LIMIT:
                raise ForeignFileError(
                    str(folder), None, f"holds more than {FOLDER_LIMIT} files; name one below it"
                )
            path = Path(here, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _is_called(path: Path, form: Form) -> bool:
    return any(path.absolute().match(pattern) for pattern in form.files)
