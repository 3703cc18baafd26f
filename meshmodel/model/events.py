"""Events read from a log, which ``trace`` compares with the model (``docs/logs.md``)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from meshmodel.model.vocabulary import Action


class SectionRemark(str):
    """What is said of an event and also listed in a section of its own of the report on an incident."""

    __slots__ = ()


class Bypass(SectionRemark):
    """That an event went past a checkpoint, as the log says."""

    __slots__ = ()


@dataclass(slots=True, unsafe_hash=True)
class Event:
    """One event: who did what where, as whom, and which checkpoint's decision was recorded with it.

    Everything but the number may be missing in the log; it is ``None`` then, and never guessed. Nobody
    changes an event; a million that are frozen would take seconds longer to make.

    Attributes:
        number: its place in the log, from 1.
        time: seconds since 1970, UTC.
        agent: the id of the agent that acted.
        credential: the id of the credential that it presented.
        identity: the principal as whom it acted.
        system: the id of the system on which it acted.
        action: what it did there.
        checkpoint: the id of the checkpoint whose decision was recorded with it.
        refused: whether the system refused the action.
        yields: the id of the credential that the system handed out, where the log tells.
        id: the name that the log itself gives to the event, whole: ``secrets.shortened`` shows it.
        unmapped: names in the log for which the mapping has none, each described in words.
        session: one run of the agent, as the log names it, whole like ``id``.
        revokes: the id of the credential that was taken back.
        on_behalf_of: the person for whom it acted, as the log names them.
        log: the name of the log in which it stands.
        token: the instance of the credential that was presented, whole like ``id``.
        yields_token: the instance of the credential that was handed out, likewise.
        lifetime: for how many seconds what was handed out is good, as the log says.
    """

    number: int
    time: float | None = None
    agent: str | None = None
    credential: str | None = None
    identity: str | None = None
    system: str | None = None
    action: Action | None = None
    checkpoint: str | None = None
    refused: bool = False
    yields: str | None = None
    id: str | None = None
    unmapped: tuple[str, ...] = ()
    session: str | None = None
    revokes: str | None = None
    on_behalf_of: str | None = None
    log: str | None = None
    token: str | None = None
    yields_token: str | None = None
    lifetime: float | None = None


def time_text(seconds: float) -> str:
    """A time as ISO 8601 in UTC, in seconds, or milliseconds where it has a fraction.

    Args:
        seconds: since 1970, UTC.
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace(
        "+00:00", "Z"
    )


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def seconds_text(seconds: float) -> str:
    """So many seconds in the largest two units of days, hours, minutes and seconds.

    Args:
        seconds: 0 or more.
    """
    if seconds < 60:
        return f"{seconds:.3g}s"
    parts, rest = [], round(seconds)
    for size, unit in (*_UNITS, (1, "s")):
        number, rest = divmod(rest, size)
        parts += [f"{number}{unit}"] if number else []
    return " ".join(parts[:2])
