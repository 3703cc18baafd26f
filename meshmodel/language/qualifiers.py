"""The words that may follow ``is``: which field of which kind of element each of them sets."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from meshmodel.model import vocabulary as v

TABLES: Final = ("system", "agent", "credential", "zone", "checkpoint", "note")
"""The tables whose records a sentence with ``is`` can describe, the most usual first."""

_LIFETIME: Final = re.compile(r"(?:[1-9][0-9]*[smhd]|unlimited)\Z")


@dataclass(frozen=True, slots=True)
class Qualifier:
    """The attribute that a word after ``is`` sets, and its value."""

    attribute: str
    value: Any


def _each(attribute: str, words: tuple[str, ...]) -> dict[str, Qualifier]:
    return {word: Qualifier(attribute, word) for word in words}


def _flag(attribute: str, *words: str) -> dict[str, Qualifier]:
    found = {word: Qualifier(attribute, True) for word in words}
    return found | {f"not {word}": Qualifier(attribute, False) for word in words}


@cache
def qualifiers(table: str) -> Mapping[str, Qualifier]:
    """All words that can describe an element of a table, in the order in which they are offered."""
    match table:
        case "system":
            words = (
                _each("kind", v.SYSTEM_KINDS)
                | _each("sensitivity", v.SENSITIVITIES)
                | _flag("untrusted_input", "untrusted", "untrusted input")
                | {"trusted": Qualifier("untrusted_input", False)}
                | {f"integrity {each}": Qualifier("integrity", each) for each in v.INTEGRITIES}
                | _flag("typed", "typed")
                | _flag("exposed", "exposed")
                | _flag("exposed_requests", "requests exposed")
                | _flag("partitioned", "partitioned")
                | {f"audit {audit}": Qualifier("audit", audit) for audit in v.AUDITS}
                | {"identity-and-subject": Qualifier("audit", "identity-and-subject")}
            )
        case "agent":
            words = (
                _each("kind", v.AGENT_KINDS)
                | {"human": Qualifier("kind", "person")}
                | _flag("steerable", "steerable")
                | _each("status", ("active", "retired"))
            )
        case "credential":
            words = (
                _each("kind", v.CREDENTIAL_KINDS)
                | _each("subject", v.SUBJECTS)
                | _each("binding", v.BINDINGS)
                | _flag("attested", "attested")
                | _each("status", ("active", "revoked"))
                | {"unlimited": Qualifier("lifetime", "unlimited")}
            )
        case "zone":
            words = _each("environment", v.ENVIRONMENTS)
        case "note":
            words = _each("kind", v.NOTE_KINDS) | _each("state", v.NOTE_STATES)
        case _:
            words = (
                _each("kind", v.CHECKPOINT_KINDS)
                | _each("state", v.CHECKPOINT_STATES)
                | _each("freshness", v.FRESHNESSES)
            )
    return MappingProxyType(words)


def qualifier(table: str, word: str, *, abbreviated: bool = True) -> Qualifier | None:
    """The qualifier of a word; ``None`` where there is none.

    An article before it changes nothing, nor do spaces in the place of hyphens: ``an AI agent`` is
    ``ai-agent``.

    Args:
        table: what is described.
        word: as typed.
        abbreviated: whether three or more letters are enough with which only one word begins.
    """
    known = qualifiers(table)
    wanted = re.sub(r"^(?:an?|the) ", "", " ".join(word.lower().split()))
    if whole := known.get(wanted) or known.get(wanted.replace(" ", "-")):
        return whole
    if table == "credential" and _LIFETIME.match(wanted):
        return Qualifier("lifetime", wanted)
    if len(wanted) < 3 or not abbreviated:
        return None
    found = {known[each] for each in known if each.startswith(wanted)}
    return found.pop() if len(found) == 1 else None


def close_word(tables: tuple[str, ...], word: str) -> str | None:
    """The known word most like a mistyped one."""
    known = [each for table in tables for each in qualifiers(table)]
    found = difflib.get_close_matches(word.lower()[:40], known, n=1)
    return found[0] if found else None
