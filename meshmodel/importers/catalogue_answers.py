"""Rows of the catalogue as text and as JSON (``meshmodel-catalogue/1``), for ``meshmodel catalogue``."""

from collections.abc import Iterator
from typing import Any

from meshmodel.importers.catalogue import (
    Catalogue,
    CatalogueSource,
    CommandPrograms,
    KnownCredential,
    KnownServer,
    KnownSystem,
    ServerLimit,
    Variable,
    accesses_in_words,
)
from meshmodel.importers.programs import address_of, program_of
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import counted, did_you_mean, one_line

Found = KnownServer | KnownSystem | Variable | CommandPrograms
"""A row that is printed."""


def rows_named(rows: Catalogue, name: str) -> list[Found]:
    """The rows of a name: of a server, system, variable, command, package, image or address.

    Raises:
        MeshmodelError: there is none.
    """
    found: list[Found] = [table[name] for table in (rows.server, rows.system) if name in table]
    if not found:
        programs = [address_of(name)] if "://" in name else [program_of([f, name]) for f in ("npx", "uvx")]
        programs += [program_of(["docker", "run", name]), program_of([name])]
        servers = (each for program in programs for each in rows.servers_of(program))
        found = list({each.id: each for each in servers}.values())
    variable, command = rows.variable_named(name), rows.command_of(name)
    found += [each for each in (variable, command) if each is not None]
    if not found:
        hint = did_you_mean(name, [*rows.server, *rows.system]) or "meshmodel catalogue lists all servers"
        raise MeshmodelError(f"the catalogue has no row {one_line(name)}; {hint}")
    return found


def catalogue_text(rows: Catalogue) -> str:
    """Every server with what it reaches, a line each."""
    lines = [f"{each.id}: {_reach(each, rows)}" for each in sorted(rows.server.values(), key=_id)]
    servers, systems = counted(len(rows.server), "server"), counted(len(rows.system), "system")
    groups = [counted(len(each), "group") for each in (rows.variable, rows.command)]
    return "\n".join([*lines, f"{servers}, {systems}, {groups[0]} of variables, {groups[1]} of commands"])


def _id(server: KnownServer) -> str:
    return server.id


def _reach(server: KnownServer, rows: Catalogue) -> str:
    return accesses_in_words(server.reaches, lambda system: rows.system[system].name)


def row_text(row: Found, rows: Catalogue) -> str:
    """All that one row says, with its source."""
    head, *lines = _lines(row, rows)
    return "\n".join([head, *(f"  {each}" for each in lines)])


def _lines(row: Found, rows: Catalogue) -> Iterator[str]:
    match row:
        case KnownServer():
            yield f"server {row.id}{' (archived)' if row.archived else ''}"
            yield f"is: {', '.join(row.match)}"
            yield f"reaches: {_reach(row, rows)}"
            for access, tools in row.tools.items():
                yield f"{access}: {', '.join(tools)}"
            yield from (f"limit: {_limit(each)}" for each in (*row.limits, *row.adds))
            yield from (f"shows who it is by: {_credential(each)}" for each in row.credential)
            yield from (f"not known: {each}" for each in row.unsaid)
            yield from (f"note: {each}" for each in (row.advisory, row.also, row.why) if each)
        case KnownSystem():
            yield f"system {row.id}: {row.name}"
            yield f"kind {row.kind}, zone {row.zone}"
            words = ("outsiders write into it", row.untrusted_input), ("outsiders see requests", row.exposed)
            yield from (text for text, holds in words if holds)
            yield from (
                f"{key}: {value}" for key in ("sensitivity", "integrity") if (value := getattr(row, key))
            )
            if row.why:
                yield f"note: {row.why}"
        case Variable():
            yield f"variables {', '.join(row.names)}"
            opened = row.model or (rows.system[row.system].name if row.system else "")
            yield f"{row.kind}{f', accepted by {opened}' if opened else ''}"
        case CommandPrograms():
            yield f"commands {', '.join(row.names)}"
            titles = accesses_in_words(row.reaches, lambda system: rows.system[system].name)
            yield "run whatever they are given" if row.runs else titles
            if row.why:
                yield f"note: {row.why}"
    judged = getattr(row, "judged", ("all",))
    if judged:
        yield f"judged, not read: {', '.join(judged)}"
    source = _source(row, rows)
    if source is not None:
        yield f"source: {source.at} ({source.date}), {source.read}"


def _source(row: Found, rows: Catalogue) -> CatalogueSource | None:
    return rows.source.get(row.source) if isinstance(row, KnownServer) else None


def _limit(limit: ServerLimit) -> str:
    where = next(
        f"{name} {value}"
        for name in ("option", "env", "header", "query", "url", "absent", "file")
        if (value := getattr(limit, name))
    )
    what = [
        f"is {limit.value}" if limit.value else "",
        f"leaves {', '.join(limit.leaves)}" if limit.leaves else "",
        f"adds {', '.join(limit.adds)}" if limit.adds else "",
        f"names the {limit.names} that are left" if limit.names else "",
        "narrows it to a part of the system" if limit.scope else "",
        limit.unsaid,
    ]
    return f"{where} {', '.join(filter(None, what))}"


def _credential(each: KnownCredential) -> str:
    by = [
        f"{name} {value}"
        for name in ("env", "header", "option", "query", "file")
        if (value := getattr(each, name))
    ]
    return f"{' or '.join([*by, *(['OAuth'] if each.oauth else [])])}: {each.kind} of {each.system}"


def catalogue_json(rows: Catalogue, found: list[Found] | None = None) -> dict[str, Any]:
    """``meshmodel-catalogue/1``: all rows, or those that were found."""
    shown: list[Found] = (
        [*rows.server.values(), *rows.system.values(), *rows.variable, *rows.command]
        if found is None
        else found
    )
    servers = sorted((each for each in shown if isinstance(each, KnownServer)), key=_id)
    systems = sorted((each for each in shown if isinstance(each, KnownSystem)), key=lambda each: each.id)
    return {
        "format": "meshmodel-catalogue/1",
        "servers": [_server_answer(each, rows) for each in servers],
        "systems": [_system_answer(each) for each in systems],
        "variables": [
            {
                "names": list(each.names),
                "kind": each.kind,
                "system": each.system or None,
                "model": each.model or None,
            }
            for each in shown
            if isinstance(each, Variable)
        ],
        "commands": [
            {"names": list(each.names), "reaches": list(each.reaches), "runs": each.runs}
            for each in shown
            if isinstance(each, CommandPrograms)
        ],
    }


def _server_answer(server: KnownServer, rows: Catalogue) -> dict[str, Any]:
    source = _source(server, rows)
    return {
        "server": server.id,
        "match": list(server.match),
        "reaches": list(server.reaches),
        "tools": [{"access": access, "tools": list(tools)} for access, tools in server.tools.items()],
        "limits": [_limit(each) for each in (*server.limits, *server.adds)],
        "credentials": [_credential(each) for each in server.credential],
        "unsaid": list(server.unsaid),
        "judged": list(server.judged),
        "archived": server.archived,
        "source": None if source is None else f"{source.at} ({source.date})",
    }


def _system_answer(system: KnownSystem) -> dict[str, Any]:
    return {
        "system": system.id,
        "name": system.name,
        "kind": system.kind,
        "zone": system.zone,
        "untrusted_input": system.untrusted_input,
        "sensitivity": system.sensitivity,
        "judged": list(system.judged),
    }
