"""The compact form, with credentials and doors as words on lines; where a credential stands; the stamp."""

import hashlib
from collections.abc import Container
from importlib.metadata import version
from typing import Final

from meshmodel.analysis.results import Door
from meshmodel.interchange import write_text
from meshmodel.model.records import Snapshot

FEW: Final = 15
"""Models of more elements than this are drawn in the compact form, unless another one is asked for."""
SAID_BY_THE_LINE: Final = (
    ("stores",),
    ("exchanged",),
    ("calls",),
    ("starts",),
    ("read by",),
    ("runs",),
    ("leaving",),
    ("entering",),
)
"""Words on lines that say no more than the style of the line, which the legend names."""


def credential_places(snapshot: Snapshot) -> dict[str, str | None]:
    """Where each credential stands: in the zone where it is obtained, between zones if these are several.

    It is obtained where it is held, stored, issued or exchanged; one that nobody obtains stands where it
    is accepted.
    """
    found: dict[str, set[str | None]] = {}
    for holder, credential in snapshot.hold:
        found.setdefault(credential, set()).add(snapshot.agent[holder].home)
    for (_, taker), delegation in snapshot.delegation.items():
        for credential in delegation.passes or ():
            found.setdefault(credential, set()).add(snapshot.agent[taker].home)
    for system, credential in snapshot.custody:
        found.setdefault(credential, set()).add(snapshot.system[system].zone)
    for (_, credential), exchange in snapshot.exchange.items():
        if exchange.at is not None:
            found.setdefault(credential, set()).add(snapshot.system[exchange.at].zone)
    accepted: dict[str, set[str | None]] = {}
    for credential, system in snapshot.grant:
        accepted.setdefault(credential, set()).add(snapshot.system[system].zone)
    zones = {**accepted, **found}
    return {
        credential: next(iter(places)) if len(places) == 1 else None for credential, places in zones.items()
    }


def single_grants(snapshot: Snapshot, guarded: Container[tuple[str, str, str]]) -> dict[str, str]:
    """For each credential with one grant, without a checkpoint on it, the system that accepts it."""
    systems: dict[str, list[str]] = {}
    for credential, system in snapshot.grant:
        systems.setdefault(credential, []).append(system)
    return {
        credential: accepting[0]
        for credential, accepting in systems.items()
        if len(accepting) == 1 and ("grant", credential, accepting[0]) not in guarded
    }


def door_words(door: Door, *, only_some: bool) -> str:
    """The mark of a door and its severity, with its actions if it is one of only some of the grant's."""
    return f"\u00d7 {door.severity}" + (f": {', '.join(door.actions)}" if only_some else "")


def program_name() -> str:
    """This program, with its version."""
    return f"meshmodel {version('meshmodel')}"


def model_name(snapshot: Snapshot) -> str:
    """A model by the beginning of its digest."""
    return f"sha256:{hashlib.sha256(write_text(snapshot).encode()).hexdigest()[:16]}"


def stamp(snapshot: Snapshot) -> str:
    """Which model was drawn by which program: by it a picture that was pasted elsewhere can be traced."""
    return f"model {model_name(snapshot)}, {program_name()}"
