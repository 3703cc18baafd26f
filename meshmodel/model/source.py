"""Where a model is: a file, or a database and the name of a model in it."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

_ADDRESS: Final = re.compile(r"postgres(ql)?://")
_HOSTS: Final = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[^\s\[\]:,/@]*)(?::\d+)?(?:,[^\s\[\]:,/@]*(?::\d+)?)*")
_DATABASE: Final = re.compile(r"/[^/@:]+")
_INSTEAD: Final = "use ~/.pgpass or a service file"
_MODEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_FORM: Final = "write postgresql://host/db#model"
_TAKEN: Final = re.compile(r"pg_.*|information_schema|public")
"""Names of schemas that a database has by itself."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model is.

    Attributes:
        path: the file; of a model in a database, the file that would be called so in the present folder:
            exports and logs beside it are looked for by that name.
        address: of the database, without a password; empty: it is a file.
        model: the name of the model in the database; empty: the whole of it.
    """

    path: Path
    address: str = ""
    model: str = ""

    @classmethod
    def parse(cls, named: "AnySource") -> "Source":
        """What a name means; a source means itself.

        Raises:
            MeshmodelError: it is the address of a database, and names no model in it or has a password.
        """
        if isinstance(named, Source):
            return named
        if not cls.is_address(named):
            return cls(Path(named))
        found = cls.parse_database(str(named))
        if not found.model:
            raise MeshmodelError(
                f"{one_line(found)}: names no model; put # and its name behind it "
                f"(meshmodel list {one_line(found)} shows those there are)"
            )
        return found

    @classmethod
    def parse_database(cls, named: str) -> "Source":
        """The address of a database, with a model in it or without.

        Raises:
            MeshmodelError: it is no such address, or has a password.
        """
        unreadable = MeshmodelError(f"the address of a database cannot be read; {_FORM}")
        address, _, model = named.partition("#")
        if ":" in named.partition("://")[2].rpartition("@")[0]:  # it is not shown: who knows where it ends
            raise MeshmodelError(f"the address of the database has a password in it; {_INSTEAD}")
        try:
            parts = urlsplit(address)
            query = {key.lower() for key, _ in parse_qsl(parts.query, keep_blank_values=True)}
        except ValueError:
            raise unreadable from None
        found = cls(Path(model), address, model)
        is_whole = _HOSTS.fullmatch(parts.netloc.rpartition("@")[2]) and _DATABASE.fullmatch(parts.path)
        if not cls.is_address(named) or not is_whole or not address.isprintable():
            raise unreadable
        shown = one_line(found, 300)
        if any("password" in key for key in query):
            raise MeshmodelError(f"{shown}: has a password in it; {_INSTEAD}")
        if model and (not _MODEL.fullmatch(model) or _TAKEN.fullmatch(model)):
            raise MeshmodelError(
                f"{shown}: the name of a model in a database has up to 40 letters, digits, points, hyphens "
                "and underscores, and is none that PostgreSQL has taken; choose another"
            )
        return found

    def __str__(self) -> str:
        """The model as it was named; an address without its user and its query."""
        if not self.address:
            return str(self.path)
        parts = urlsplit(self.address)
        shown = f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"
        return f"{shown}#{self.model}" if self.model else shown

    @property
    def text(self) -> str:
        """What ``parse`` makes it of again: for another program of this machine, and shown to nobody."""
        return f"{self.address}#{self.model}" if self.address else str(self.path)

    @property
    def name(self) -> str:
        """What it is called there, in a few words."""
        return self.path.name

    @property
    def folder(self) -> Path:
        """Where git, logs and files of other programs are looked for, and exports are proposed."""
        return self.path.parent

    @property
    def posix(self) -> str:
        """The model as a baseline names it: the same on every system."""
        return str(self) if self.address else self.path.as_posix()

    @property
    def key(self) -> str:
        """What the program remembers a model by between runs."""
        return str(self) if self.address else str(self.path.absolute())

    @staticmethod
    def is_address(named: object) -> bool:
        """Whether a name is that of a database."""
        return isinstance(named, str) and _ADDRESS.match(named) is not None

    def absolute(self) -> "Source":
        """The same in whatever folder the program works."""
        return self if self.address else Source(self.path.absolute())


AnySource = str | os.PathLike[str] | Source
"""What names a model: a text or a path that is parsed, or a source."""
