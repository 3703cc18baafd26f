"""Takes records out of what other systems put around one: an event bus, a collector, a diagnostic setting.

An envelope holds the record under one of the paths of ``PATHS``, as an object or as JSON text; such text
may hold several, one after the other.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from meshmodel.logs.streams import Document, json_objects

PATHS: Final = (
    ("CloudTrailEvent",),  # AWS: the answer of lookup-events
    ("detail",),  # AWS: events of EventBridge
    ("properties", "log"),  # Azure: resource logs of AKS
    ("protoPayload",),  # Google: entries of Cloud Logging
    ("message",),  # collectors, and events of CloudWatch Logs
)
"""Where an envelope holds a record."""
_KEPT: Final[tuple[str, ...]] = ("timestamp", "insertId")
"""Keys of an entry of Cloud Logging that its payload lacks."""
_DEPTH: Final = 4
"""Envelopes within each other, at most."""


def unwrapped(documents: Iterable[Document], name: str, key: str) -> Iterator[Document]:
    """The records in their order; an object that is no envelope is one.

    Args:
        documents: the objects of a log.
        name: of the log.
        key: a key of every record: an object that has it is no envelope.

    Raises:
        EventsError: the text of a record is no JSON.
    """
    for place, document in documents:
        if key in document:
            yield place, document
        else:
            for each in _inner(document, name, place, key, _DEPTH):
                yield place, each


def _inner(document: dict[str, Any], name: str, place: str, key: str, depth: int) -> Iterator[dict[str, Any]]:
    held = None if key in document or not depth else _held(document)
    if held is None:
        yield document
        return
    for each in json_objects(held, name, place) if isinstance(held, str) else [held]:
        kept = {key: document[key] for key in _KEPT if key in document}
        yield from _inner({**kept, **each}, name, place, key, depth - 1)


def _held(document: dict[str, Any]) -> str | dict[str, Any] | None:
    for path in PATHS:
        value: Any = document
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, dict) or (isinstance(value, str) and value.lstrip().startswith("{")):
            return value
    return None
