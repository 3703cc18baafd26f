"""The addresses of a room and who joined by them, for a server that is started again."""

import json
import secrets
from contextlib import suppress
from typing import Any, Final

from meshmodel.model.atomic_file import replace_file
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import read_small_file
from meshmodel.model.source import Source
from meshmodel.model.text import person_name
from meshmodel.store.saved_state import room_path

ROLES: Final = ("edit", "watch")


class Links:
    """What lets people in: a token for each role, and a key for each person."""

    def __init__(self, model: Source, *, keep: bool) -> None:
        """Arguments: the model; whether what an earlier server of it kept holds, and is kept again; else that
        is forgotten.
        """
        self._file, self._keep = room_path(model, "json"), keep
        kept: Any = None
        with suppress(OSError, ValueError, RecursionError):
            if keep:
                kept = json.loads(read_small_file(self._file))
            else:
                self._file.unlink()
        tokens, people = (kept["tokens"], kept["people"]) if _is_whole(kept) else ({}, {})
        self.tokens: dict[str, str] = {role: tokens.get(role) or secrets.token_urlsafe(24) for role in ROLES}
        self.people: dict[str, tuple[str, str]] = {key: (name, role) for key, (name, role) in people.items()}
        """By their keys the name and the role of those who joined before."""

    def save(self, people: dict[str, tuple[str, str]]) -> None:
        """Keep who may come back, by their keys; nothing where nothing is to be kept.

        Raises:
            StoreError: it cannot be written.
        """
        if self._keep:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # a token is like a password
            replace_file(self._file, json.dumps({"tokens": self.tokens, "people": people}).encode())


def _is_whole(kept: Any) -> bool:
    """Whether a file holds what is written here: one that is damaged counts as empty."""
    try:
        return all(len(kept["tokens"][role]) >= 32 for role in ROLES) and all(
            len(key) >= 32 and role in ROLES and person_name(name) == name
            for key, (name, role) in kept["people"].items()
        )
    except (AttributeError, KeyError, TypeError, ValueError, MeshmodelError):
        return False
