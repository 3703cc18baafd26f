"""Which log is laid on a model: its file, its form, and the map of its names."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.logs.formats import OWN_FORMATS, LogFormat
from meshmodel.model.errors import MeshmodelError, RequestError
from meshmodel.model.typed_paths import file_problem

if TYPE_CHECKING:
    from meshmodel.logs.several import Logs
    from meshmodel.model.events import Event
    from meshmodel.model.records import Snapshot


@dataclass(frozen=True, slots=True)
class LogRequest:
    """Which log to follow: the file, its form (by its name or records if not given), and its map.

    ``more`` are logs that are merged with it by time; their forms are told by their names and contents.
    """

    path: Path
    form: LogFormat | None = None
    mapping: Path | None = None
    more: tuple[Path, ...] = ()


def checked_request(
    path: Path | None,
    form: LogFormat | None,
    mapping: Path | None,
    more: tuple[Path, ...] = (),
    *,
    needs_map: bool = True,
) -> LogRequest:
    """The request for a log whose form is known; a log of our own form needs no map.

    Args:
        path: the file.
        form: its form, where it was chosen.
        mapping: the map.
        more: further logs.
        needs_map: whether the model says nothing of the names in logs.

    Raises:
        RequestError: something is missing; it says what.
    """
    from meshmodel.logs.events import form_of_content

    if path is None:
        raise RequestError("file", "needed")
    problem = file_problem(str(path))
    if problem is not None:
        raise RequestError("file", problem)
    if form is None:
        with suppress(MeshmodelError):
            form = form_of_content(path)
    if form is None:
        raise RequestError("form", "cannot be recognized by the name or the records of the file; choose one")
    is_own = form in OWN_FORMATS
    if not is_own and mapping is None and needs_map:
        raise RequestError("map", f"needed for the names in a log of the form {form}")
    return LogRequest(path, form, None if is_own and not more else mapping, more)


def suggested_log(model: Path) -> LogRequest | None:
    """The log beside a model under its name, or the logs that came with the example it is a copy of."""
    from meshmodel.store.examples import examples

    for path in (model.with_suffix(ending) for ending in (".jsonl", ".csv")):
        if path.is_file():
            return LogRequest(path)
    with suppress(MeshmodelError):
        for each in examples():
            if each.logs and (model.stem == each.id or model.stem.startswith(f"{each.id}-")):
                first, *more = each.logs
                return LogRequest(first, None, each.log_map, tuple(more))
    return None


def requested_logs(request: LogRequest, snapshot: "Snapshot") -> "Logs":
    """The logs of a request; raises MeshmodelError: two have one name, or the map cannot be read."""
    from meshmodel.logs.mapping import mapper_of
    from meshmodel.logs.several import LogFile, Logs, Window

    files = [LogFile(request.path, request.form), *map(LogFile, request.more)]
    return Logs(files, mapper_of(request.mapping, snapshot), Window())


def requested_events(request: LogRequest, snapshot: "Snapshot", logs: "Logs") -> "Iterator[Event]":
    """The events of logs, in the names of the model: several, or those of a real system, in their order.

    One log of our own form is followed as it comes.

    Raises:
        MeshmodelError: a form is not known, or a log cannot be read at all.
    """
    from meshmodel.logs.events import read_events
    from meshmodel.logs.mapping import mapper_of

    if request.more or request.form not in {None, *OWN_FORMATS}:
        return logs.events()
    return iter(read_events(request.path, request.form, mapper_of(request.mapping, snapshot)))
