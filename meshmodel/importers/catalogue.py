"""The catalogue: what well-known MCP servers, variables and commands reach, each row with its source.

The rows stand in ``catalogue.toml`` beside this file, which says what each key means; nothing of it is
fetched. A person's own rows, in ``catalogue.toml`` of the configuration folder, come before them. A row
makes assumptions of what an import would ask; the name of a server is never evidence
(``docs/import.md#the-catalogue``).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

from meshmodel.importers.programs import Program, environment_of, option_values, pypi_name
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import enumeration, one_line
from meshmodel.model.vocabulary import ACTIONS, INTEGRITIES, SENSITIVITIES, SUBJECTS

FORMAT: Final = "meshmodel-catalogue/1"
_Row = TypeVar("_Row")
ROLES: Final = ("", "nothing", "inlet", "model", "asks")
"""What a tool of the catalogue may be: a tool that reaches something; nothing that decides who may do what;
what
starts an agent with words from elsewhere; a model; or what asks a person."""
_CLOSED: Final[Mapping[str, tuple[str, ...]]] = {
    "sensitivity": SENSITIVITIES,
    "integrity": INTEGRITIES,
    "subject": SUBJECTS,
}


@dataclass(frozen=True, slots=True)
class CatalogueSource:
    """Where rows were read.

    Attributes:
        id: its name here.
        at: the repository at a commit.
        date: of that commit.
        read: which of its files.
    """

    id: str
    at: str
    date: date
    read: str = ""


@dataclass(frozen=True, slots=True)
class KnownSystem:
    """What is reached.

    Attributes:
        id: its name here.
        name: what it is called in a model; ``{folder}``, ``{address}`` and the like are filled in.
        zone: a host, ``workstation``, ``address`` (the host that the configuration names) or ``ask``.
        one: ``each``: another one for each address, folder or account that a configuration names.
        judged: fields that no source states.
    """

    id: str
    name: str
    zone: str
    kind: str = "other"
    one: str = ""
    untrusted_input: bool = False
    exposed: bool | None = None
    sensitivity: str | None = None
    integrity: str | None = None
    judged: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class ServerLimit:
    """What in a configuration leaves only some of what a server reaches, or adds to it.

    Attributes:
        option: of its arguments; ``env``, ``header``, ``query``: a name; ``url``: a pattern of its address.
        setting: a name among what a tool is set to, or given as arguments in code.
        absent: a variable that is not given.
        file: one of the project, which is not read.
        value: what it must be; empty: anything.
        leaves: what then is left of ``reaches``.
        adds: what is added.
        names: ``tools`` or ``groups``: the value lists those that are left.
        unsaid: what cannot be told of it, and is asked.
        scope: whether it narrows to a part of the system, which is not drawn apart.
    """

    option: str = ""
    env: str = ""
    header: str = ""
    query: str = ""
    url: str = ""
    setting: str = ""
    absent: str = ""
    file: str = ""
    key: str = ""
    value: str = ""
    leaves: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    names: str = ""
    unsaid: str = ""
    scope: bool = False


@dataclass(frozen=True, slots=True)
class KnownCredential:
    """By what a server shows who it is: a variable, header, option or parameter, OAuth, or a file.

    Attributes:
        system: the one that accepts it.
    """

    system: str
    kind: str
    subject: str | None = None
    env: str = ""
    header: str = ""
    option: str = ""
    query: str = ""
    file: str = ""
    oauth: bool = False
    named: str = ""
    """What a program that keeps credentials calls those of this kind."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What makes a server ask a person by itself, which only a client that shows the question does.

    Of a tool it is a ``setting``; ``value`` may be a pattern then.
    """

    value: str
    how: str
    env: str = ""
    setting: str = ""


@dataclass(frozen=True, slots=True)
class KnownServer:
    """A well-known MCP server.

    Attributes:
        id: its name here.
        match: how a configuration shows it: ``npm:``, ``pypi:``, ``image:``, ``bin:``, ``git:``, ``url:``
            (host and path) or ``docker:`` and a name; ``*`` is any text, of a host only a part before it.
        except_: what is not meant though it matches.
        reaches: ``system:action``, all that it can do.
        source: where it was read.
        tools: which of its tools need which of these; ``none``: those that reach nothing.
        groups: names of groups of its tools.
        limits: what leaves only some of it.
        adds: what reaches more.
        credential: by what it shows who it is.
        folders: where the folders that it is given stand: ``arguments`` or an option.
        address: where the address of its system stands: ``arguments`` or a variable.
        account: the parameter that names one account.
        judged: fields that no source states.
        unsaid: what the row does not know.
        archived: whether its source is no longer kept.
        role: of a tool what it is besides: one of ``ROLES``.
        provider: of a model whose it is.
        who: of an inlet who may send.
        answers: of an inlet whether who sends also answers what the agents ask a person.
        defaults: settings that hold where nothing else is said.
    """

    id: str
    match: tuple[str, ...]
    reaches: tuple[str, ...] = ()
    source: str = ""
    except_: tuple[str, ...] = ()
    tools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: tuple[ServerLimit, ...] = ()
    adds: tuple[ServerLimit, ...] = ()
    credential: tuple[KnownCredential, ...] = ()
    folders: str = ""
    address: str = ""
    account: str = ""
    title: str = ""
    judged: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    advisory: str = ""
    also: str = ""
    why: str = ""
    asks_person: tuple[Consent, ...] = ()
    archived: bool = False
    role: str = ""
    provider: str = ""
    who: str = ""
    answers: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that it reaches, in the order in which they are named."""
        return tuple(dict.fromkeys(each.rpartition(":")[0] for each in self.reaches))

    def needs(self, tool: str) -> tuple[str, ...] | None:
        """The accesses that one of its tools needs; ``None``: the tool is not known."""
        found = [each for each, tools in self.tools.items() if any(_fits(tool, one) for one in tools)]
        return tuple(each for each in found if each != "none") if found else None

    def needed_by(self, tools: Iterable[str]) -> tuple[str, ...] | None:
        """The accesses that tools need together; ``None`` where one of them is not known."""
        needs = [self.needs(each) for each in tools]
        known = [each for each in needs if each is not None]
        if len(known) < len(needs):
            return None
        wanted = {access for each in known for access in each}
        return tuple(each for each in dict.fromkeys((*self.reaches, *self.tools)) if each in wanted)


@dataclass(frozen=True, slots=True)
class Variable:
    """Names of variables that mean the same wherever they stand.

    Attributes:
        kind: of the credential; ``public``: meant to be seen; ``setting``: no secret, whatever the name says.
        model: the API of a model that accepts it.
        system: what accepts it.
    """

    names: tuple[str, ...]
    kind: str
    subject: str | None = None
    model: str = ""
    system: str = ""
    zone: str = ""

    @property
    def is_secret(self) -> bool:
        """Whether what such a variable holds is a credential."""
        return self.kind not in {"public", "setting"}


@dataclass(frozen=True, slots=True)
class CommandPrograms:
    """Programs that lists of allowed commands name.

    Attributes:
        names: each the first words of a command line.
        reaches: ``system:action``.
        runs: whether they run whatever they are given, so that allowing them allows everything.
    """

    names: tuple[str, ...]
    reaches: tuple[str, ...] = ()
    runs: bool = False
    why: str = ""


_TRUE: Final = frozenset({"true", "1"})
_FALSE: Final = frozenset({"false", "0"})


@dataclass(frozen=True, slots=True)
class ShownServer:
    """What a configuration shows of a server, by which limits of its row are found.

    Attributes:
        program: what is started, or where it is called.
        env: its variables with their values; a value that is not known is empty.
        headers: likewise.
        query: the parameters of its address.
    """

    program: Program
    env: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    def value(self, limit: ServerLimit) -> str | None:
        """What stands where a limit looks; ``None``: nothing does."""
        if limit.setting:
            return self.settings.get(limit.setting)
        if limit.option:
            return option_values(self.program.arguments).get(limit.option)
        if limit.env:
            return {**environment_of(self.program), **self.env}.get(limit.env)
        if limit.header:
            return {name.lower(): value for name, value in self.headers.items()}.get(limit.header.lower())
        if limit.query:
            return self.query.get(limit.query)
        if limit.url:
            is_there = self.program.kind == "url" and _fits(self.program.name, limit.url)
            return self.program.name if is_there else None
        if limit.absent:
            given = {**environment_of(self.program), **self.env}
            return None if limit.absent in given else ""
        return None

    def holds(self, limit: ServerLimit) -> bool:
        """Whether the configuration shows that a limit holds."""
        value = self.value(limit)
        if value is None or (value.lower() in _FALSE and not limit.value):
            return False
        if limit.value in _TRUE:
            return value.lower() in _TRUE
        return not limit.value or _fits(value.lower(), limit.value.lower())


@dataclass(frozen=True, slots=True)
class Effect:
    """What a server reaches as it is configured.

    Attributes:
        reaches: ``system:action``.
        unsaid: what is to be asked.
    """

    reaches: tuple[str, ...]
    unsaid: tuple[str, ...] = ()


def effect_of(server: KnownServer, shown: ShownServer) -> Effect:
    """What a server reaches, less what its configuration takes away."""
    left, unsaid = list(server.reaches), list(server.unsaid)
    for limit in (*server.limits, *server.adds):
        if not shown.holds(limit):
            continue
        if limit.leaves:
            left = [each for each in left if each in limit.leaves]
        left += [each for each in limit.adds if each not in left]
        if limit.names:
            named = _named_tools(server, limit, shown.value(limit) or "")
            if named is None:
                unsaid.append(f"which of its tools “{limit.option or limit.header or limit.query}” leaves")
            else:
                left = [each for each in left if each in named]
        if limit.unsaid:
            unsaid.append(limit.unsaid)
    return Effect(tuple(left), tuple(unsaid))


def _named_tools(server: KnownServer, limit: ServerLimit, value: str) -> tuple[str, ...] | None:
    """The accesses of the tools or groups that a value lists; ``None`` where one of them is not known."""
    named = [each.strip() for each in value.split(",") if each.strip()]
    if limit.names == "groups":
        if any(each not in server.groups for each in named):
            return None
        named = [tool for each in named for tool in server.groups[each]]
    return server.needed_by(named) if named else None


_VERBS: Final[Mapping[str, str]] = {
    "read": "reads",
    "write": "changes",
    "execute": "runs things in",
    "issue": "gets credentials of",
    "admin": "administers",
}


def accesses_in_words(reaches: Iterable[str], title: Callable[[str], str]) -> str:
    """Accesses as words: ``reads and changes GitHub; reads the web``.

    Args:
        reaches: ``system:action``.
        title: what a system is called, by its id.
    """
    actions: dict[str, list[str]] = {}
    for each in reaches:
        system, _, action = each.rpartition(":")
        actions.setdefault(system, []).append(_VERBS[action])
    return (
        "; ".join(f"{enumeration(verbs)} {title(system)}" for system, verbs in actions.items()) or "nothing"
    )


# The whole ----------------------------------------------------------------------------------------


_JOINED: Final = re.compile(r"&&|\|\|?|;|\n|(?<!>)&(?!>)")
"""Between two commands; ``2>&1`` and ``&>`` join none."""
_GIVEN: Final = re.compile(r"\A(?:[A-Za-z_][A-Za-z0-9_]*=(?:\"[^\"]*\"|'[^']*'|[^\s\"']*)\s+)+")
"""Variables that are set before a command."""
_LONGEST_LINE: Final = 4_000
"""Characters of a command line that is looked at; a longer one may run anything."""
_WRITTEN: Final = re.compile(r">(?!\s*(?:&|/dev/null))")


@dataclass(frozen=True)
class Catalogue:
    """Rows of one file, or of several where those of the first come before the others.

    Attributes:
        source: by id.
        system: by id.
        servers: those of each file.
        variable: in the order in which they are looked through; ``command`` likewise.
        tools: what agents use that is no MCP server, the first that matches a name counting.
    """

    source: Mapping[str, CatalogueSource]
    system: Mapping[str, KnownSystem]
    servers: tuple[tuple[KnownServer, ...], ...]
    variable: tuple[Variable, ...]
    command: tuple[CommandPrograms, ...]
    tools: tuple[KnownServer, ...] = ()

    @property
    def server(self) -> dict[str, KnownServer]:
        """Every server by id."""
        return {each.id: each for servers in self.servers for each in servers}

    def before(self, other: "Catalogue") -> "Catalogue":
        """Both, these rows before those of the other; a row with the same id replaces that."""
        own = self.server
        return Catalogue(
            {**other.source, **self.source},
            {**other.system, **self.system},
            (*self.servers, *(tuple(each for each in rows if each.id not in own) for rows in other.servers)),
            (*self.variable, *other.variable),
            (*self.command, *other.command),
            (*self.tools, *other.tools),
        )

    def servers_of(self, program: Program) -> tuple[KnownServer, ...]:
        """The rows that match a program: none, one, or several that match it as well as one another.

        Of one file those with the longest pattern, of several files the first that has any.
        """
        return next(filter(None, (_best(rows, program.subjects) for rows in self.servers)), ())

    def part_named(self, *names: str) -> KnownServer | None:
        """The row of the first name that is known; ``None``: none is."""
        return next((found for each in names if (found := self._part(each)) is not None), None)

    def _part(self, name: str) -> KnownServer | None:
        exact, patterns = self._tools_by_name
        if name in exact:
            return exact[name]
        known = self._part_cache
        if name not in known:
            prefix = name.partition(":")[0]
            fitting = [
                (len(one), row)
                for one, row in patterns.get(prefix, ())
                if _fits(name, one) and not any(_fits(name, each) for each in row.except_)
            ]
            known[name] = max(fitting, key=lambda each: each[0])[1] if fitting else None
        return known[name]

    @cached_property
    def _part_cache(self) -> dict[str, KnownServer | None]:
        return {}

    @cached_property
    def _tools_by_name(self) -> tuple[dict[str, KnownServer], dict[str, list[tuple[str, KnownServer]]]]:
        """Rows by whole names, and patterns by what stands before the colon."""
        exact: dict[str, KnownServer] = {}
        patterns: dict[str, list[tuple[str, KnownServer]]] = {}
        for row in self.tools:
            for each in row.match:
                if "*" in each:
                    patterns.setdefault(each.partition(":")[0], []).append((each, row))
                else:
                    exact.setdefault(each, row)
        return exact, patterns

    def variable_named(self, name: str) -> Variable | None:
        """The row of a variable of that name; ``None`` where there is none."""
        return next((each for each in self.variable if any(_fits(name, one) for one in each.names)), None)

    def reached_by(self, line: str) -> tuple[str, ...] | None:
        """What a command line reaches, all its commands together; ``None``: it may run anything.

        Commands are joined by ``&&``, ``||``, ``;``, ``|`` and line ends; what ``>`` names is written.
        What runs a command within another, or is not known, may run anything.
        """
        if len(line) > _LONGEST_LINE:
            return None
        found: list[str] = []
        for part in _JOINED.split(line):
            if re.search(r"`|\$\(|<\(", part):
                return None
            row = self.command_of(_GIVEN.sub("", part.strip()))
            if row is None or row.runs:
                return None
            found += row.reaches
            if _WRITTEN.search(part):
                found.append("files:write")
        return tuple(dict.fromkeys(found))

    def reached_below(self, line: str) -> tuple[str, ...]:
        """What the commands reach that begin with a command line, such as ``git push`` with ``git``."""
        found = (
            row.reaches
            for row in self.command
            if any(f"{each} ".startswith(f"{line} ") for each in row.names)
        )
        return tuple(dict.fromkeys(each for reaches in found for each in reaches))

    def command_of(self, line: str) -> CommandPrograms | None:
        """The row of a command, by its first words, the longest name first; ``None``: not known."""
        words = line.split()
        for count in range(min(len(words), 3), 0, -1):
            name = " ".join(words[:count])
            for each in self.command:
                if name in each.names:
                    return each
        return None


def _best(servers: Iterable[KnownServer], subjects: Sequence[str]) -> tuple[KnownServer, ...]:
    """The servers whose longest pattern that matches is the longest of all."""
    found: dict[str, tuple[int, KnownServer]] = {}
    for server in servers:
        if any(_fits(subject, each) for subject in subjects for each in server.except_):
            continue
        lengths = [len(each) for each in server.match if any(_fits(subject, each) for subject in subjects)]
        if lengths:
            found[server.id] = (max(lengths), server)
    longest = max((length for length, _ in found.values()), default=0)
    return tuple(server for length, server in found.values() if length == longest)


def _fits(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern; of an address host and path each fit their own part."""
    if pattern.startswith("pypi:"):
        pattern = f"pypi:{pypi_name(pattern.removeprefix('pypi:'))}"
    if not pattern.startswith("url:"):
        return _expression(pattern).fullmatch(text) is not None
    if not text.startswith("url:"):
        return False
    host, _, path = text.removeprefix("url:").partition("/")
    wanted, _, rest = pattern.removeprefix("url:").partition("/")
    return _expression(wanted).fullmatch(host) is not None and _expression(rest).fullmatch(path) is not None


@lru_cache(maxsize=4_096)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", pattern))), re.DOTALL)


# Reading ------------------------------------------------------------------------------------------


def personal_path() -> Path:
    """Where a person's own rows are looked for."""
    from platformdirs import user_config_path

    return user_config_path("meshmodel", appauthor=False) / "catalogue.toml"


def load_catalogue(*files: Path) -> Catalogue:
    """The rows of files that were named, then the person's own, then those that came with the program.

    Raises:
        MeshmodelError: a file that was named, or the person's own, cannot be read.
    """
    own = personal_path()
    found = _shipped()
    for path in (*([own] if own.is_file() else []), *reversed(files)):
        found = read_catalogue(path, found).before(found)
    return found


@cache
def _shipped() -> Catalogue:
    return read_catalogue(Path(__file__).with_name("catalogue.toml"))


def read_catalogue(path: Path, behind: Catalogue | None = None) -> Catalogue:
    """The rows of one file.

    Args:
        path: a catalogue.
        behind: rows whose sources and systems it may name.

    Raises:
        MeshmodelError: it cannot be read, or a row is not as it should be; in one line.
    """
    from meshmodel.interchange.toml_text import read_toml_file

    try:
        return _catalogue(read_toml_file(path), behind)
    except _RowError as error:
        raise MeshmodelError(f"{one_line(path, 400)}: {error}") from None


class _RowError(Exception):
    """A row that is not as it should be; the text says which, and why."""


def _catalogue(data: Mapping[str, Any], behind: Catalogue | None) -> Catalogue:
    if data.get("format") != FORMAT:
        raise _RowError(f'is no catalogue: it has no line format = "{FORMAT}"')
    unknown = [each for each in data if each not in {"format", "date", *_TABLES}]
    if unknown:
        raise _RowError(f"{one_line(unknown[0])} is no table of a catalogue ({', '.join(_TABLES)})")
    rows: dict[str, list[Any]] = {table: [*_rows(table, data.get(table, []))] for table in _TABLES}
    found = Catalogue(
        {each.id: each for each in rows["source"]},
        {each.id: each for each in rows["system"]},
        (tuple(rows["server"]),),
        tuple(rows["variable"]),
        tuple(rows["command"]),
        tuple(rows["tool"]),
    )
    _check(found, found if behind is None else found.before(behind))
    return found


def _rows(table: str, given: Any) -> Iterator[Any]:
    if not isinstance(given, list):
        raise _RowError(f"{table} is to be written as [[{table}]]")
    seen = set()
    for number, each in enumerate(given, 1):
        named = each.get("id", number) if isinstance(each, dict) else number
        row = _row(_TABLES[table], each, f"{table} {one_line(named, 60)}")
        if getattr(row, "id", number) in seen:
            raise _RowError(f"{table} {one_line(named, 60)} is there twice")
        seen.add(getattr(row, "id", number))
        yield row


def _row(cls: type[_Row], given: Any, where: str) -> _Row:
    """A row as one of the classes above, or what is wrong with it."""
    if not isinstance(given, dict):
        raise _RowError(f"{where}: is no table")
    hints = _hints(cast("Any", cls))
    keys = {each.name.rstrip("_"): each for each in fields(cls)}  # type: ignore[arg-type]  # all are dataclasses
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in keys:
            raise _RowError(f"{where}: {one_line(key, 60)} is no key of it ({', '.join(keys)})")
        values[keys[key].name] = _value(hints[keys[key].name], value, f"{where}, {key}")
    try:
        return cls(**values)
    except TypeError:
        required = [key for key, each in keys.items() if key not in given and _is_required(each)]
        raise _RowError(f"{where}: lacks {', '.join(required)}") from None


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return get_type_hints(cls)


def _is_required(each: Any) -> bool:
    from dataclasses import MISSING

    return each.default is MISSING and each.default_factory is MISSING


def _value(hint: Any, value: Any, where: str) -> Any:
    """A value as its field takes it: a text, truth value or date, or a list or table of such."""
    of = [each for each in get_args(hint) if each not in {type(None), Ellipsis}]
    if get_origin(hint) is tuple:
        listed = value if isinstance(value, list) else [value]
        if is_dataclass(of[0]):
            return tuple(_row(cast("type[Any]", of[0]), each, where) for each in listed)
        return tuple(_value(of[0], each, where) for each in listed)
    if get_origin(hint) is not None and len(of) == 2 and isinstance(value, dict):
        return {str(key): _value(of[1], each, f"{where}, {key}") for key, each in value.items()}
    wanted = of[0] if of else hint
    if not isinstance(value, wanted):
        names = {str: "a text", bool: "true or false", date: "a date"}
        raise _RowError(f"{where}: is to be {names.get(wanted, 'a table')}")
    return value


_TABLES: Final[Mapping[str, type[Any]]] = {
    "source": CatalogueSource,
    "system": KnownSystem,
    "server": KnownServer,
    "tool": KnownServer,
    "variable": Variable,
    "command": CommandPrograms,
}


# What a row may say -------------------------------------------------------------------------------


def _check(rows: Catalogue, all_rows: Catalogue) -> None:
    """Raise what is wrong between rows: words of closed lists, systems and sources that are not there."""
    for system in rows.system.values():
        _check_words(system, f"system {system.id}")
        if system.one not in {"", "each"}:
            raise _RowError(f"system {system.id}: one is each, or not there")
    for server in rows.servers[0]:
        _check_server(server, all_rows)
    for tool in rows.tools:
        _check_tool(tool, all_rows)
    for variable in rows.variable:
        _check_words(variable, f"variable {variable.names[0]}" if variable.names else "variable")
        if variable.system and variable.system not in all_rows.system:
            raise _RowError(f"variable {variable.names[0]}: there is no system {one_line(variable.system)}")
    for command in rows.command:
        _check_accesses(command.reaches, all_rows, f"command {', '.join(command.names)[:60]}")


def _check_tool(tool: KnownServer, rows: Catalogue) -> None:
    where = f"tool {tool.id}"
    for each in tool.match:
        prefix, _, name = each.partition(":")
        if not re.fullmatch("[a-z][a-z0-9-]*", prefix) or not name.strip("*."):
            raise _RowError(f"{where}: match {one_line(each)} is no kind and name")
    if tool.role not in ROLES:
        raise _RowError(f"{where}: role is one of {', '.join(filter(None, ROLES))}, or not there")
    _check_row(tool, rows, where)


def _check_server(server: KnownServer, rows: Catalogue) -> None:
    where = f"server {server.id}"
    for each in (*server.match, *server.except_):
        prefix, _, name = each.partition(":")
        if prefix not in {"npm", "pypi", "image", "bin", "git", "url", "docker"} or not name.strip("*"):
            raise _RowError(f"{where}: match {one_line(each)} is no kind and name")
        if prefix == "url" and "*" in name.partition("/")[0].removeprefix("*."):
            raise _RowError(f"{where}: match {one_line(each)} would fit hosts of others")
    _check_row(server, rows, where)


def _check_row(server: KnownServer, rows: Catalogue, where: str) -> None:
    if server.source and server.source not in rows.source:
        raise _RowError(f"{where}: there is no source {one_line(server.source)}")
    _check_accesses(server.reaches, rows, where)
    may = {*server.reaches, *(access for each in (*server.limits, *server.adds) for access in each.adds)}
    named = [access for each in (*server.limits, *server.adds) for access in (*each.leaves, *each.adds)]
    _check_accesses([*named, *(each for each in server.tools if each != "none")], rows, where)
    beyond = [each for each in (*named, *server.tools) if each not in may and each != "none"]
    if beyond:
        raise _RowError(f"{where}: {one_line(beyond[0])} is not in its reaches")
    for credential in server.credential:
        _check_words(credential, where)
        if credential.system not in rows.system:
            raise _RowError(f"{where}: there is no system {one_line(credential.system)}")


def _check_accesses(accesses: Iterable[str], rows: Catalogue, where: str) -> None:
    for each in accesses:
        system, _, action = each.rpartition(":")
        if system not in rows.system or action not in ACTIONS:
            raise _RowError(f"{where}: {one_line(each)} is no system of it with an action")


def _check_words(row: Any, where: str) -> None:
    for key, words in _CLOSED.items():
        value = getattr(row, key, None)
        if value is not None and value not in words:
            raise _RowError(f"{where}: {key} is one of {', '.join(words)}")
