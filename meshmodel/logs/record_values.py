"""Reads values from JSON records of unknown shape; a value of another type counts as missing."""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from meshmodel.model.secrets import masked
from meshmodel.model.text import one_line

LAST: Final = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
"""The latest time that is one."""
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")
DURATION_LIMIT: Final = 1e11
"""The longest lifetime, in seconds."""
_LIMIT: Final = 2_000
"""Longer names are cut, which their last sign says: no map names them."""


def text(record: dict[str, Any], key: str) -> str | None:
    """The text under a key; ``None`` if it is empty, missing or no text."""
    value = record.get(key)
    if not isinstance(value, str) or not value:
        return None
    return value if len(value) <= _LIMIT else f"{value[:_LIMIT]}…"


def nested(record: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under a key; empty if there is none."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def objects(record: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    """The objects in the list under a key; none if there is no list."""
    value = record.get(key)
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())


def handle(record: dict[str, Any], key: str) -> str | None:
    """The name or the number under a key, as text."""
    value = record.get(key)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(record, key)


def duration(value: object) -> float | None:
    """A number of seconds above 0; ``None`` if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= DURATION_LIMIT:
        return None
    return float(value)


def between(begin: float | None, end: float | None) -> float | None:
    """The seconds between two times, to the minute: a log writes them at different moments."""
    return None if begin is None or end is None else duration(60.0 * round((end - begin) / 60))


def distinct(*names: str | None) -> tuple[str, ...]:
    """The names that are not empty, each once, in their order."""
    return tuple(dict.fromkeys(name for name in names if name))


@lru_cache(maxsize=1_024)
def timestamp(value: str | None) -> float | None:
    """A time in seconds since 1970; ``None`` if the text is no time."""
    if value is None:
        return None
    try:
        return seconds(value)
    except ValueError:
        return None


def seconds(value: object) -> float:
    """A time in seconds since 1970, UTC; raises ValueError in words."""
    if isinstance(value, str):
        text = value.strip()
        if text[4:5] != "-" and _NUMBER.fullmatch(text):
            found = float(text)
        else:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                shown = one_line(masked(value), 60)
                raise ValueError(
                    f"{shown} is no time; write 2026-03-01T09:30:00Z or seconds since 1970"
                ) from None
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            try:
                found = moment.timestamp()
            except OverflowError:
                found = math.inf
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = float(value) if abs(value) < 1e18 else math.inf
    else:
        raise ValueError("is neither a text nor a number")  # noqa: TRY004  # one way for all that is wrong
    if not 0 <= found <= LAST:
        raise ValueError(f"{one_line(value, 60)} is not between 1970 and 9999")
    return found
