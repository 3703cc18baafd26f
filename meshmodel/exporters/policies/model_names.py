"""How policies name their model: by its digest, its Rego package and its Cedar namespace."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from meshmodel.edits.ids import id_of
from meshmodel.interchange import write_text
from meshmodel.model.records import Snapshot

if TYPE_CHECKING:
    from meshmodel.exporters.policies.verdicts import Side

_RESERVED: Final = frozenset(
    {"as", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "package"}
    | {"some", "true", "with"}
)
"""Words of Rego that no part of a package may be. Those of Cedar have no capital letters."""
_LONGEST: Final = 40
"""Characters of a name, so that a line of Cedar has room for it."""


def digest(snapshot: Snapshot) -> str:
    """By what a policy knows its model: ``sha256:`` and the digest of the interchange text."""
    return f"sha256:{hashlib.sha256(write_text(snapshot).encode()).hexdigest()}"


def rego_package(snapshot: Snapshot, side: "Side") -> str:
    """The package, under which the data lie too: ``meshmodel.support_agent``, of a target ``….target``."""
    words = _words(snapshot)
    return f"meshmodel.{'_'.join(words)}{'.target' if side == 'target' else ''}"


def cedar_namespace(snapshot: Snapshot, side: "Side") -> str:
    """The namespace of entities and actions: ``SupportAgent``, of a target ``SupportAgent::Target``."""
    name = "".join(each.capitalize() for each in _words(snapshot))
    return f"{name}::Target" if side == "target" else name


def _words(snapshot: Snapshot) -> Sequence[str]:
    """The words of the name in small Latin letters and digits; a model without a name has its digest."""
    name = id_of(snapshot.about.name or "")[:_LONGEST]
    for mark in "._":
        name = name.replace(mark, "-")
    words = [each for each in name.split("-") if each]
    if not words:
        return "model", digest(snapshot).partition(":")[2][:12]
    if not words[0][0].isalpha() or (len(words) == 1 and words[0] in _RESERVED):
        return "model", *words
    return words
