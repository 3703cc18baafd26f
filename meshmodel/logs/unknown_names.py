"""The names in logs that neither a map nor the model knows, each once, with how often it comes and when.

Of the names that a record has for one thing, that is listed which most records share and that still tells one
thing from another: the role, not its session; the folder with ``*``, not the file; the repository, not the
organization.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from meshmodel.logs.formats import LogFormat
from meshmodel.logs.mapping import LogRecord, Mapper
from meshmodel.model.events import Event
from meshmodel.model.records import Snapshot
from meshmodel.model.secrets import looks_like_secret
from meshmodel.model.text import one_line

_HASH: Final = re.compile(r"[A-Za-z0-9+/]{43}=")
"""A SHA-256 in Base64, as GitHub gives the hash of a token."""
_OF_A_TOKEN: Final = ("login:", "metadata.role:", "metadata.", "policy:", "entity:", "display:", "path:")
"""The names of a token of a vault, those first that outlive it."""
_INSTANCES: Final = ("access_token:", "id_jag:", "id_token:", "refresh_token:", "Token:")

_Choice = Callable[[Sequence[str]], str]


def _beginning(names: Iterable[str], *beginnings: str) -> str | None:
    listed = list(names)
    return next((name for each in beginnings for name in listed if name.startswith(each)), None)


def _above(name: str) -> str:
    """The folder of a name with ``*``; the name itself where it has none."""
    folder, slash, _ = name.rpartition("/")
    return f"{folder}/*" if slash else name


def _aws_principal(names: Sequence[str]) -> str:
    lasting = next((each for each in names if ":role/" in each or ":user/" in each), None)
    session = next((each for each in names if ":assumed-role/" in each), None)
    return lasting or (_above(session) if session else names[0])


def _aws_target(names: Sequence[str]) -> str:
    stored = _beginning(names, "arn:aws:s3:::")
    bucket = None if stored is None else stored.partition("/")[0]
    return names[0] if bucket is None else bucket if bucket in names else f"{bucket}/*"


def _github_principal(names: Sequence[str]) -> str:
    return next((each for each in names if not _HASH.fullmatch(each)), names[0])


def _kubernetes_target(names: Sequence[str]) -> str:
    inside = next((each for each in names if each.endswith("/") and not each.startswith("/")), None)
    if inside is not None:
        return f"{inside}secrets" if f"{inside}secrets" in names else f"{inside}*"
    resources = [each for each in names if not each.startswith("/")]
    return min(resources, key=len) if resources else _above(names[0])


def _vault_principal(names: Sequence[str]) -> str:
    return _beginning(names, *_OF_A_TOKEN) or names[0]


def _vault_target(names: Sequence[str]) -> str:
    return _above(names[0])


def _otlp_target(names: Sequence[str]) -> str:
    return _beginning(names, "mcp:") or names[0]


def _okta_target(names: Sequence[str]) -> str:
    return next((each for each in names if not each.startswith(_INSTANCES)), names[0])


def _first(names: Sequence[str]) -> str:
    return names[0]


_CHOICES: Final[Mapping[LogFormat, tuple[_Choice, _Choice]]] = {
    "cloudtrail": (_aws_principal, _aws_target),
    "github-audit": (_github_principal, _first),
    "kubernetes-audit": (_first, _kubernetes_target),
    "vault-audit": (_vault_principal, _vault_target),
    "otlp": (_first, _otlp_target),
    "okta": (_okta_target, _okta_target),
}


def listed_name(form: LogFormat, table: str, names: Sequence[str]) -> str:
    """The name by which a thing is listed; empty where it has none that can be told.

    Args:
        form: of the log.
        table: of the map in which a rule would stand.
        names: those of the thing, the most particular first.
    """
    if table == "session" and names:  # of the run, which is another one each time
        return f"{names[0].partition(':')[0]}:*"
    left = list(names)
    while left:
        name = left[0]
        if form in _CHOICES and table != "action":
            name = _CHOICES[form][table == "resource"](left)
        if _is_presentable(name):
            return name
        left = [each for each in left if each != name] if name in left else left[1:]
    return ""


@lru_cache(maxsize=4_096)
def _is_presentable(name: str) -> bool:
    """Whether a name is whole, and looks like no secret."""
    return not name.endswith("…") and looks_like_secret(name) is None


TABLES: Final = (
    *("identity", "resource", "action", "session"),
    *("agent", "credential", "principal", "system", "checkpoint"),
)
"""The tables of a map, and the keys of events of our own form, in the order in which they are told."""
_MOST: Final = 10_000
"""So many names are kept; of further ones the records are counted."""
_MOST_BESIDE: Final = 20
"""So many of the names that stand beside a listed one are kept, to compare them with the model."""


@dataclass(slots=True)
class UnknownName:
    """A name that nothing knows.

    Attributes:
        table: of the map in which a rule for it would stand; of a log of our own form the key of the event.
        name: the one that is listed, with ``*`` where it stands for several; empty if none can be told.
        records: how many have it.
        first, last: the time of the earliest and of the latest of them.
        logs: the names of the logs.
        other_names: what the log has for the same thing, the listed name among them.
    """

    table: str
    name: str
    records: int = 0
    first: float | None = None
    last: float | None = None
    logs: dict[str, None] = field(default_factory=dict)
    other_names: dict[str, None] = field(default_factory=dict)

    def add(self, log: str, time: float | None, names: tuple[str, ...]) -> None:
        """Count a record that has it."""
        self.records += 1
        self.logs.setdefault(log)
        if time is not None:
            self.first = time if self.first is None else min(self.first, time)
            self.last = time if self.last is None else max(self.last, time)
        for each in names:
            if len(self.other_names) < _MOST_BESIDE:
                self.other_names.setdefault(each)


class UnknownNames:
    """Collects them from the records of logs.

    Attributes:
        left_out: records with names beyond the most that are kept.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Arguments: the model."""
        self._snapshot = snapshot
        self._principals = {each.principal for each in snapshot.credential.values()}
        self._found: dict[tuple[str, str], UnknownName] = {}
        self.left_out = 0

    def add(self, log: str, form: LogFormat, mapper: Mapper, record: LogRecord, time: float | None) -> None:
        """Take the names of a record of a real system's log.

        Args:
            log: its name.
            form: its form.
            mapper: the rules that are for it.
            record: in the names of the log.
            time: of the record, by the clock that counts.
        """
        for table, names in mapper.unknown(record):
            self._count(table, listed_name(form, table, names), log, time, names)

    def add_event(self, log: str, event: Event) -> None:
        """Take what an event of our own form names and the model has not."""
        for table, name in _named(event):
            known = self._principals if table == "principal" else self._snapshot.table(table)
            if name is not None and name not in known:
                self._count(table, name, log, event.time, (name,))

    def _count(self, table: str, name: str, log: str, time: float | None, names: tuple[str, ...]) -> None:
        name = one_line(name, 2_000)
        row = self._found.get((table, name))
        if row is None:
            if len(self._found) >= _MOST:
                self.left_out += 1
                return
            row = self._found[table, name] = UnknownName(table, name)
        row.add(log, time, names)

    def rows(self) -> list[UnknownName]:
        """All that were found: by table, those of most records first."""
        return sorted(
            self._found.values(), key=lambda each: (TABLES.index(each.table), -each.records, each.name)
        )


def _named(event: Event) -> Iterator[tuple[str, str | None]]:
    yield from (("agent", event.agent), ("credential", event.credential), ("principal", event.identity))
    yield from (("system", event.system), ("checkpoint", event.checkpoint))
    yield from (("credential", event.yields), ("credential", event.revokes))
