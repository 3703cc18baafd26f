"""The systems that clients share, with one key for each in all forms, so that each is one element.

The keys are ``("host", H)``, ``("internet",)`` and ``("workstation",)`` of zones, the last one of a person's
machine; ``("files", FOLDER)``, ``("web",)`` and ``("catalogue", SYSTEM, ADDRESS)`` of systems. Of credentials
``("variable", NAME)`` is a variable of that machine, which is the same for all that is started there.
Of a repository ``("repository", ROOT)`` is the zone, and ``("repository", ROOT, PART)`` a system in it.
"""

import posixpath
import re
from pathlib import PurePosixPath
from typing import Any, Final

from meshmodel.importers.catalogue import Variable
from meshmodel.importers.document import Node
from meshmodel.importers.git_index import Repositories
from meshmodel.importers.ledger import Became
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import SHARED
from meshmodel.importers.withheld import host_of, is_reference
from meshmodel.model.records import Custody

HOME: Final = "~"
"""The folder of a person's own files."""
LOCAL: Final = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal")  # noqa: S104  # names only
_KEY: Final = re.compile(r"_(?:API_KEY|AUTH_TOKEN|OAUTH_TOKEN|KEY|TOKEN)\Z")
"""What the name of a model's key ends with; what stands before it begins the name of its base URL."""
_BASE_URLS: Final = ("BASE_URL", "API_BASE", "API_BASE_URL", "ENDPOINT", "API_URL", "API_ENDPOINT")
_FOLDERS: Final = frozenset({"files", "working-copy"})


class CommonSystems:
    """Draws them."""

    def __init__(self, out: Proposal) -> None:
        self._out = out

    def workstation(self, at: Node) -> str:
        """The zone of the machine on which the clients run; whether that is so is asked once."""
        zone = self._out.element("zone", ("workstation",), "workstation", at=at)
        text = (
            "The clients are computed as running on a person's workstation, with all that this person may do "
            "there. Is that so, or do they run in a container or on a server?"
        )
        above = (
            at.parent if at.is_leaf and at.parent is not None else at
        )  # what a leaf says is something else
        self._out.assume(("zone", zone), text, SHARED["client-home"], at=above)
        return zone

    def host(self, host: str, at: Node) -> str:
        """The zone of a host: the workstation for its own names."""
        if host in LOCAL:
            return self.workstation(at)
        return self._out.element("zone", ("host", host), host, at=at, environment="external")

    def files(self, folder: str, at: Node) -> str:
        """The files of a folder: of a project, or of a person (``~``)."""
        return self._out.element(
            "system", ("files", folder), f"files of {folder_name(folder)}", at=at, kind="other",
            zone=self.workstation(at), sensitivity="confidential",
        )  # fmt: skip

    def settings(self, client: str, scope: str, folder: str, at: Node) -> str:
        """The files that decide what a client asks: of a project, of a user, or of an administrator."""
        shown = "the administrator" if scope == "managed" else folder_name(folder)
        return self._out.element(
            "system", ("settings", client, scope, folder), f"settings of {client} of {shown}", at=at,
            kind="other", zone=self.workstation(at), integrity="high",
        )  # fmt: skip

    def repository(self, root: str, at: Node) -> str:
        """The zone of a repository, by the folder that it lies in, as paths in the model are written."""
        return self._out.element("zone", ("repository", root), repository_name(root) or "repository", at=at)

    def repository_part(
        self, root: str, part: str, at: Node, *, kind: str = "code-repository", untrusted: bool | None = None
    ) -> str:
        """A part of a repository that has permissions of its own, such as ``code``."""
        host, _, path = root.partition("/")
        return self._out.element(
            "system", ("repository", root, part), self.part_name(root, part), at=at, kind=kind,
            zone=self.repository(root, at), untrusted_input=untrusted,
            known_as=(path,) if host == "github.com" and part == "code" else None,
        )  # fmt: skip

    @staticmethod
    def part_name(root: str, part: str) -> str:
        """What a part of a repository is called."""
        name = repository_name(root)
        return f"{part} of {name}" if name else part

    def keep(self, credential: str, files: str, at: Node) -> tuple[Became, ...]:
        """A secret that stands in a file: whoever reads the files obtains it, or the code that git tracks.

        Args:
            credential: the secret.
            files: the system of the files of its folder.
            at: where it stands.
        """
        kept: list[Became] = [self._out.relate(Custody(files, credential), at=at)]
        path = self._out.paths.get(at.source)
        below = None if path is None else self._out.part(Repositories).tracked(path)
        if below is not None:
            root = posixpath.normpath(posixpath.join(at.source, *(".." for _ in below.parts)))
            code = self.repository_part("" if root == "." else root, "code", at)
            kept.append(self._out.relate(Custody(code, credential), at=at))
        return tuple(kept)

    def web(self, at: Node) -> str:
        """The web: outsiders write it, and see what is asked."""
        return self.known("web", at)

    def commands(self, at: Node) -> str:
        """What programs on the workstation can do."""
        found = self.known("shell", at)
        self._out.mark("commands", ("system", found))
        return found

    def site(self, host: str, at: Node) -> str:
        """A host that may be asked and written to: a system in its zone; ``*`` is the web."""
        host = host.lower().removeprefix("*.")
        if host in {"", "*"}:
            return self.web(at)
        found = self._out.element(
            "system", ("host", host, "site"), host, at=at, kind="other", zone=self.host(host, at),
            untrusted_input=True, exposed_requests=True,
        )  # fmt: skip
        self._out.mark("site", ("system", found))
        return found

    def model_api(self, name: str, host: str, at: Node) -> str:
        """The API of a model, in the zone of its host; ``ask``: which host is not known."""
        if not host or host == "ask":
            return self._out.element("system", ("host", "", name), name, at=at, kind="saas")
        shown = f"model at {host}" if name == host and host in LOCAL else name
        return self._out.element(
            "system", ("host", host, name), shown, at=at, kind="saas", zone=self.host(host, at)
        )

    def model_asked(self, row: Variable, name: str, at: Node) -> str:
        """The API that a model's key is shown to: where a base URL beside it says, else the provider's.

        Args:
            row: of the key.
            name: of its variable.
            at: where its value stands, with those beside it.
        """
        address = _base_url(name, at)
        if address is None:
            return self.model_api(row.model, row.zone, at)
        host = "" if is_reference(address) else host_of(address)
        return self.model_api(host or row.model, host, at)

    def known(self, system: str, at: Node, *, folder: str = "", host: str = "", **words: str) -> str:
        """A system of the catalogue.

        Args:
            system: its id there.
            at: where it is said.
            folder: the folder, of one that has one.
            host: the host that the configuration names.
            **words: what stands in its name: ``address``, ``server``, ``title``.
        """
        if system in _FOLDERS:
            return self.files(folder, at)
        row = self._out.catalogue.system[system]
        address = words.get("address") or words.get("server") or words.get("title") or ""
        own = row.one == "each" or row.zone == "address"
        key = ("web",) if system == "web" else ("catalogue", system, address or host if own else "")
        name = row.name.format_map({"folder": folder_name(folder), **words, "address": address or "?"})
        fields: dict[str, Any] = {
            "kind": row.kind,
            "zone": self._zone(row.zone, host, at),
            "sensitivity": row.sensitivity,
            "integrity": row.integrity,
            "untrusted_input": row.untrusted_input or None,
            "exposed": row.exposed,
        }
        if system == "web":
            fields["exposed_requests"] = True
        return self._out.element("system", key, name, at=at, **fields)

    def _zone(self, zone: str, host: str, at: Node) -> str | None:
        if zone == "workstation":
            return self.workstation(at)
        if zone == "internet":
            return self._out.element("zone", ("internet",), "internet", at=at, environment="external")
        if zone == "address":
            return self.host(host, at) if host else None
        return None if zone in {"", "ask"} else self.host(zone, at)


def repository_name(root: str) -> str:
    """What a repository is called; empty where its folder has no name."""
    name = PurePosixPath(root).name
    return folder_name(root) if root == HOME else "" if name == ".." else name


def folder_name(folder: str) -> str:
    """What a folder is called in a model: its last name; the project itself where it has none."""
    if folder == HOME:
        return "the home folder"
    name = PurePosixPath(folder.replace("\\", "/")).name
    return name if name.strip(".") else "the project"


def _base_url(name: str, at: Node) -> str | None:
    """The base URL beside a model's key among variables; ``None``: the provider's own holds."""
    if at.parent is None or not _KEY.search(name):
        return None
    begin, beside = _KEY.sub("", name), _variables(at.parent)
    given = (beside.get(f"{begin}_{end}") for end in _BASE_URLS)
    return next((each for each in given if each), None)


def _variables(among: Node) -> dict[str, str]:
    """Variables with their values: of a map, of a list of ``NAME=value``, or of one of names and values."""
    if among.is_map and among["name"].text and among.parent is not None and not among.parent.is_map:
        return {each["name"].text: each["value"].text for each in among.parent}
    if among.is_map:
        return {name: value.text for name, value in among.items()}
    return {name: value for name, _, value in (each.text.partition("=") for each in among)}
