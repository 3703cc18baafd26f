"""Reads what a folder has of agents into one model.

One walk finds what tells of agents by names alone, before anything is opened: see ``docs/scan.md``.
"""

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import inf
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

from meshmodel.importers.catalogue import Catalogue
from meshmodel.importers.document import Document, ForeignFileError
from meshmodel.importers.first_lines import shown_by
from meshmodel.importers.foreign_files import Reading, forms_of, read_document
from meshmodel.importers.forms import CODE_FORM, FORMS, Form
from meshmodel.importers.forms.home_files import existing
from meshmodel.importers.importing import Import, prepare_read
from meshmodel.importers.name_index import NameIndex
from meshmodel.importers.proposal import clean_text
from meshmodel.importers.seeming_agents import INSTRUCTIONS, is_source, seeming_in, seems_named
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import real_path
from meshmodel.model.records import About, Snapshot
from meshmodel.model.stop import CURRENT, Stop, Stopped
from meshmodel.model.text import LINE_LIMIT, counted

ENTRY_LIMIT: Final = 200_000
"""The most files and folders that are looked at."""
_LISTS: Final = WordLists(__file__)
NOT_ENTERED: Final = _LISTS.all_of("not-entered")
"""Folders of what others wrote, or of what is made from the files beside them."""
_MADE: Final = frozenset({"pyvenv.cfg", "CACHEDIR.TAG"})
"""A folder with one of these holds an environment or a cache."""
EXAMPLES: Final = _LISTS.all_of("examples")
"""Below folders so named there are models of other people's agents, or what is yet to be filled in."""
_EXAMPLE: Final = re.compile(r".*[.-](?:example|sample|template)s?\.\w+", re.IGNORECASE)
"""Names of files likewise."""
_WORKFLOWS: Final = "/.github/workflows/"
_WITH_SECRETS: Final = re.compile(
    r"\.env(\..*)?|.*\.(pem|key|p12|pfx|kdbx)|id_(rsa|dsa|ecdsa|ed25519)|auth\.json|\.credentials\.json"
    r"|oauth_creds\.json|secrets?\.ya?ml|.*\.secrets?\.ya?ml",
    re.IGNORECASE,
)
"""Names of files that hold secrets, and nothing that a model needs."""


class Candidate(NamedTuple):
    """A file with a name that forms know.

    Attributes:
        path: where it lies.
        source: its path from the folder that was walked, with slashes.
        forms: the forms that know its name, in their order.
    """

    path: Path
    source: str
    forms: tuple[Form, ...]


HOME: Final = _LISTS.many("home")
"""A person's own configuration, below the home folder."""
_APPLICATIONS: Final = (
    *(
        f"{editor}/User/{file}"
        for editor in ("Code", "Code - Insiders", "VSCodium")
        for file in ("settings.json", "mcp.json", "globalStorage/*/settings/*mcp_settings.json")
    ),
    "Claude/claude_desktop_config.json",
)
"""Likewise below the folder of each application."""
_APPLICATION_FOLDERS: Final = (".config", "Library/Application Support", "AppData/Roaming")
MANAGED: Final = _LISTS.many("managed")
"""What an administrator sets, below ``/etc``."""


@dataclass(slots=True)
class Walk:
    """What a walk found.

    Attributes:
        files: how many files there are.
        found: what forms know by name, the nearest to the folder first.
        examples: likewise below folders of tests, examples and documentation: other people's agents.
        unopened: files that hold secrets: that they exist is all that is known of them.
        idle: workflows below folders that are no repositories: GitHub runs none of them.
        seeming: files that look like agents by their names, and of which product each is.
        code: source code, manifests and files with images, whose beginnings tell more.
        refused: folders that may not be listed, and why.
        is_whole: whether all was walked; else the limit of entries or of time was reached.
        is_late: whether it was time that was up.
    """

    files: int = 0
    found: list[Candidate] = field(default_factory=list)
    examples: list[Candidate] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    idle: list[Candidate] = field(default_factory=list)
    seeming: list[tuple[str, str]] = field(default_factory=list)
    code: list[tuple[Path, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    is_whole: bool = True
    is_late: bool = False


class _FormNames:
    """The names of all forms' files."""

    def __init__(self, forms: Iterable[Form]) -> None:
        patterns = [(pattern, form) for form in forms for pattern in form.files]
        self._index = NameIndex(patterns)
        self._folders = {each for pattern, _ in patterns for each in pattern.split("/")[:-1]}

    def has_folder(self, name: str) -> bool:
        """Whether forms look for files in folders of that name."""
        return name in self._folders

    def forms_of(self, source: str, name: str) -> tuple[Form, ...]:
        return tuple({each.name: each for each in self._index.values(source, name)}.values())


def walk(folder: Path, forms: Sequence[Form], stop: Stop) -> Walk:
    """Look at the names in a folder and all below; links and other file systems are not followed.

    Args:
        folder: where to begin.
        forms: those whose names are looked for.
        stop: says when the time is up.
    """
    made, names, entries = Walk(), _FormNames(forms), 0
    device = folder.stat().st_dev
    waiting, repositories = deque([(str(folder), "", False)]), {""}
    while waiting:
        here, source, is_example = waiting.popleft()
        listed = _listed(here, source, made)
        if source and any(each.name in _MADE for each in listed):
            continue
        if any(each.name == ".git" for each in listed):
            repositories.add(source)
        entries += len(listed)
        made.is_late = stop()
        if entries > ENTRY_LIMIT or made.is_late:
            made.is_whole = False
            break
        for entry in listed:
            below = f"{source}/{entry.name}" if source else entry.name
            if (
                entry.is_dir(follow_symlinks=False)
                and entry.name not in NOT_ENTERED
                and _is_on(entry, device)
            ):
                is_known = names.has_folder(entry.name)
                enter = waiting.appendleft if is_known else waiting.append
                enter((entry.path, below, is_example or entry.name.lower() in EXAMPLES))
            elif entry.is_file(follow_symlinks=False):
                _note(made, Path(entry.path), below, names, repositories, is_example=is_example)
    return made


def _listed(folder: str, source: str, made: Walk) -> "list[os.DirEntry[str]]":
    """What a folder holds, by name; where it may not be listed, nothing, and why is noted."""
    try:
        with os.scandir(folder) as listing:
            return sorted(listing, key=lambda each: each.name)
    except OSError as error:
        made.refused.append((source or ".", error.strerror or "cannot be listed"))
        return []


def _note(
    made: Walk,
    path: Path,
    source: str,
    names: _FormNames,
    repositories: AbstractSet[str],
    *,
    is_example: bool,
) -> None:
    """Note a file by its name."""
    made.files += 1
    if _WITH_SECRETS.fullmatch(path.name):
        made.unopened.append(source)
        return
    known = names.forms_of(source, path.name)
    is_example |= _EXAMPLE.fullmatch(path.name) is not None
    if known:
        above, is_workflow, _ = f"/{source}".partition(_WORKFLOWS)
        is_idle = is_workflow and above.lstrip("/") not in repositories
        listed = made.examples if is_example else made.idle if is_idle else made.found
        listed.append(Candidate(path, source, known))
    if is_example:
        return
    what = seems_named(source, path.name)
    if what:
        made.seeming.append((source, what))
    elif is_source(path.name):
        made.code.append((path, source))


def _is_on(entry: "os.DirEntry[str]", device: int) -> bool:
    """Whether a folder lies on the same file system."""
    try:
        return entry.stat(follow_symlinks=False).st_dev == device
    except OSError:
        return False


def home_files(home: Path, forms: Sequence[Form], etc: Path = Path("/etc")) -> list[Candidate]:
    """A person's own configuration and what an administrator sets for it, called ``~/…`` and ``/etc/…``."""
    names = _FormNames(forms)
    patterns = [*HOME, *(f"{folder}/{file}" for folder in _APPLICATION_FOLDERS for file in _APPLICATIONS)]
    found = []
    for root, shown, some in ((home, "~", patterns), (etc, "/etc", MANAGED)):
        for path in sorted({path for pattern in some for path in root.glob(pattern)}):
            source = path.relative_to(root).as_posix()
            known = names.forms_of(source, path.name)
            if known and path.is_file() and not path.is_symlink():
                found.append(Candidate(path, f"{shown}/{source}", known))
    return found


FILE_LIMIT: Final = 2_000
"""The most files that are read."""
BYTE_LIMIT: Final = 1 << 20
"""The most bytes of one file."""
TOTAL_LIMIT: Final = 16 << 20
"""The most bytes of all of them."""
_ENDING: Final = re.compile(r"\*\.\w+")
"""A name of which only the ending is said."""
_KIND: Final = re.compile(rb"^kind:[ \t]*[\"']?(\w+)", re.MULTILINE)
_SCHEMA: Final = b"CustomResourceDefinition"
"""Manifests of this kind only are large, say how others are written, and give nobody anything."""
_TIME_IS_UP: Final = "the time was up"


@dataclass(slots=True)
class Scan:
    """What a scan found.

    Attributes:
        name: of the folder.
        walked: what the walk found.
        done: the model of all that was read, as the import that makes it.
        unread: files that were recognised and could not be read, and why.
        late: how many files were left out, since a limit of time or number was reached.
        is_late: whether it was the time.
        seeming: files that look like agents and are not read, and of which product each is.
        is_searched: whether all code was searched for these.
    """

    name: str
    walked: Walk
    done: Import
    unread: list[tuple[str, str]] = field(default_factory=list)
    late: int = 0
    is_late: bool = False
    seeming: list[tuple[str, str]] = field(default_factory=list)
    is_searched: bool = True

    @property
    def missing(self) -> list[str]:
        """What was left out for want of time, or since there is too much, and what to do about it."""
        more = "the time was up; --deadline gives more seconds"
        found = list[str]()
        if not self.walked.is_whole:
            why = more if self.walked.is_late else f"there are more than {ENTRY_LIMIT:,} entries; scan a part"
            found.append(f"not all folders were looked at: {why}")
        if self.late:
            why = more if self.is_late else "there are too many; scan a part"
            found.append(f"{counted(self.late, 'file')} not read: {why}")
        if any(reason == _TIME_IS_UP for _, reason in self.unread):
            found.append(f"not all that was read is understood: {more}")
        if not self.is_searched:
            found.append(f"not all code was searched for what looks like an agent: {more}")
        return found

    @property
    def is_whole(self) -> bool:
        """Whether all that was recognised was read."""
        is_read = not (self.unread or self.late or self.walked.refused)
        return self.walked.is_whole and self.is_searched and is_read

    @property
    def read(self) -> list[tuple[str, str]]:
        """The files that were read, those that others name too, with the titles of their forms, in order."""
        named = {one.source: [each.form] for each in self.done.proposals for one in each.documents}
        files = sorted({**named, **self.done.reading.forms_by_file()}.items())
        return [(source, "; ".join(_title(each) for each in forms)) for source, forms in files]


def _title(form: str) -> str:
    """What a form is called; a file of code that an agent calls is of none."""
    return "source code" if form == CODE_FORM else FORMS[form].title


def scan(
    folders: Sequence[Path],
    base: Path,
    stop: Stop,
    home: Path | None = None,
    catalogue: Catalogue | None = None,
) -> Scan:
    """Walk through folders and make one model of what is found.

    Args:
        folders: where to look; the first one names the model.
        base: the folder of the model, from which the files are named in it.
        stop: when walking and reading end; what was read by then is a model all the same. To understand it
            may take as long again: the largest files that take longer are left out.
        home: the home folder of the person whose own configuration is read as well.
        catalogue: the well-known servers; those that the program and the person have, if not given.

    Raises:
        MeshmodelError: a folder is none.
    """
    for each in folders:
        if not each.is_dir():
            raise MeshmodelError(f"{each}: is no folder; name one, or import the file")
    forms, walked, made = list(FORMS.values()), Walk(), _CandidateReader(base, stop, catalogue)
    for each in folders:
        _join(walked, walk(each, forms, stop))
    walked.found.sort(key=_how_common)
    walked.examples = [each for each in walked.examples if stop() or _seems_meant(each)]
    if home is not None:
        made.add(existing(home))
    made.read([*(home_files(home, forms) if home is not None else ()), *walked.found])
    name = clean_text(folders[0].resolve().name if folders else "home", LINE_LIMIT) or "scan"
    done = made.understand(Snapshot(about=About(name=name)))
    seeming, late = _seeming(walked, made, done, stop), made.is_late
    is_searched = not (walked.code and stop())
    return Scan(name, walked, done, sorted(made.unread), made.late, late, seeming, is_searched)


def _seeming(walked: Walk, made: "_CandidateReader", done: Import, stop: Stop) -> list[tuple[str, str]]:
    """What looks like an agent and is not read; instructions only where no agent is told of."""
    read = {each for each in made.sources if each not in dict(made.unread)}
    followed = {real_path(one.path) for each in done.proposals for one in each.documents}
    named = [each for each in walked.seeming if each[0] not in read]
    code = [each for each in walked.code if each[1] not in read and real_path(each[0]) not in followed]
    found = [each for each in named if each[1] != INSTRUCTIONS]
    found += seeming_in(code, stop, [*made.titles(), *named])
    return found if done.after.agent else [*found, *(each for each in named if each[1] == INSTRUCTIONS)]


def _join(all_of: Walk, more: Walk) -> None:
    all_of.files += more.files
    for name in ("found", "examples", "unopened", "idle", "seeming", "code", "refused"):
        getattr(all_of, name).extend(getattr(more, name))
    all_of.is_whole &= more.is_whole
    all_of.is_late |= more.is_late


class _CandidateReader:
    """Reads candidates within the limits."""

    def __init__(self, base: Path, stop: Stop, catalogue: Catalogue | None) -> None:
        self._base, self._stop, self._catalogue = base, stop, catalogue
        self._seconds = stop.remaining()
        self._left, self._count = TOTAL_LIMIT, 0
        self._reading = Reading()
        self._walked: dict[str, str] = {}  # by the source that the model names: the path in the folder
        self.unread: list[tuple[str, str]] = []
        self.late = 0
        self.is_late = False

    @property
    def sources(self) -> Iterable[str]:
        """The files that were read, as they lie in the folder."""
        return self._walked.values()

    def titles(self) -> Iterator[tuple[str, str]]:
        """The files that were read, as they lie in the folder, with the titles of their forms."""
        for source, forms in self._reading.forms_by_file().items():
            yield from ((self._walked.get(source, source), FORMS[each].title) for each in forms)

    def add(self, documents: Sequence[Document]) -> None:
        """Files of a home folder that are known by name, and not read."""
        if documents:
            self._reading.documents["home-files"] = [*documents]

    def read(self, candidates: Sequence[Candidate]) -> None:
        token = CURRENT.set(self._stop)
        try:
            for number, each in enumerate(candidates):
                if self._count >= FILE_LIMIT or self._stop():
                    self.late = len(candidates) - number
                    self.is_late = self._count < FILE_LIMIT
                    break
                self._read_one(each)
        finally:
            CURRENT.reset(token)

    def _read_one(self, candidate: Candidate) -> None:
        try:
            document = self._document(candidate) if _may_be_meant(candidate) else None
            forms = [] if document is None else forms_of(document)
        except ForeignFileError as error:
            self.unread.append((candidate.source, error.reason))
        except OSError as error:
            self.unread.append((candidate.source, f"cannot be read: {error.strerror}"))
        except Stopped:
            self.unread.append((candidate.source, _TIME_IS_UP))
        else:
            if document is not None and forms:
                self._reading.add(document, forms)
                self._walked[document.source] = candidate.source

    def _document(self, candidate: Candidate) -> Document:
        """A file that is small enough, and the same when it has been read."""
        path, source = candidate.path, candidate.source
        before, is_own = path.stat(), source.startswith("~/")  # one's own hold conversations too
        left = BYTE_LIMIT if before.st_size > BYTE_LIMIT else self._left
        if before.st_size > left and not is_own:
            limit = "1 MiB" if left == BYTE_LIMIT else "what is left of 16 MiB for all files"
            raise ForeignFileError(source, None, f"is larger than {limit}; import it by itself")
        self._left -= 0 if is_own else before.st_size
        self._count += 1
        document = read_document(path, self._base, source if source.startswith(("~/", "/")) else None)
        after = path.stat()
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            raise ForeignFileError(source, None, "changed while it was read; scan again")
        return document

    def understand(self, empty: Snapshot) -> Import:
        """What the forms make of the files; one that a form refuses, or that takes too long, is left out.

        Raises:
            Stopped: ``CURRENT`` says so.
        """
        outer, seconds = CURRENT.get(), self._seconds
        while True:
            token = CURRENT.set(Stop(seconds, outer))
            try:
                return self._made(empty)
            except Stopped:
                outer.check()
                seconds = seconds / 2 if self._leave_out_largest() else inf
            finally:
                CURRENT.reset(token)

    def _leave_out_largest(self) -> bool:
        """Leave out the largest files, until a quarter of all bytes are left or less; whether any are left.

        With half the time for half of the bytes the same would be too late again.
        """
        walked = [each for each in self._reading.all_documents() if each.source in self._walked]
        sizes = sorted(((each.path.stat().st_size, each) for each in walked), key=itemgetter(0))
        left = sum(size for size, _ in sizes)
        kept = left // 4
        while sizes and left > kept:
            size, document = sizes.pop()
            left -= size
            self._reading.leave_out(document, _TIME_IS_UP)
            self.unread.append((self._walked[document.source], _TIME_IS_UP))
        return bool(sizes)

    def _made(self, empty: Snapshot) -> Import:
        try:
            return prepare_read(self._reading, empty, [], catalogue=self._catalogue)
        except MeshmodelError:
            for form, documents in list(self._reading.documents.items()):
                self._reading.documents[form] = self._understood(form, documents)
            self._reading.documents = {form: some for form, some in self._reading.documents.items() if some}
            return prepare_read(self._reading, empty, [], catalogue=self._catalogue)

    def _understood(self, form: str, documents: Sequence[Document]) -> list[Document]:
        reasons = [(each, _refusal(form, [each])) for each in documents]
        kept = [each for each, reason in reasons if reason is None]
        together = _refusal(form, kept) if kept else None
        reasons = [(each, reason or together) for each, reason in reasons]
        self.unread += [(self._walked[each.source], reason) for each, reason in reasons if reason is not None]
        return [] if together else kept


def _refusal(form: str, documents: Sequence[Document]) -> str | None:
    """Why a form refuses files, or that it understands nothing in them; ``None`` where it reads them."""
    try:
        prepare_read(Reading({form: list(documents)}), Snapshot(), [])
    except ForeignFileError as error:
        return error.reason
    except MeshmodelError as error:
        return str(error).partition(": ")[2] or str(error)
    return None


def _seems_meant(candidate: Candidate) -> bool:
    """Whether a file that is not read would be, as far as it can be opened."""
    try:
        return _may_be_meant(candidate)
    except OSError:
        return False


def _how_common(candidate: Candidate) -> tuple[bool, bool]:
    """What is read first: names that are of one form, then code, then manifests of all kinds."""
    names = (name for each in candidate.forms for name in each.files if not _ENDING.fullmatch(name))
    is_named = any(fnmatchcase(f"/{candidate.source}", f"*/{name}") for name in names)
    return not is_named, all(not each.packages for each in candidate.forms)


def _may_be_meant(candidate: Candidate) -> bool:
    """Whether a file is to be read: of one with a common name its first lines say so."""
    found = shown_by(candidate.path, candidate.source, candidate.forms)
    if not found or any(not each.marks for each in found):
        return bool(found)
    with candidate.path.open("rb") as file:
        start = b"\n" + file.read(BYTE_LIMIT)
    return set(_KIND.findall(start)) != {_SCHEMA}
