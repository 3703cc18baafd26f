"""Words of products, such as options and names of actions, in TOML beside the module that looks them up.

They stand under ``[lists]`` of ``NAME.toml``; what each list is, its constant in the module says.
"""

from collections.abc import Mapping
from pathlib import Path

import tomli


class WordLists:
    """The lists of one module."""

    def __init__(self, module: str) -> None:
        """Argument: the file of the module."""
        self._said = tomli.loads(Path(module).with_suffix(".toml").read_text(encoding="utf-8"))["lists"]

    def many(self, name: str) -> tuple[str, ...]:
        """Words in their order."""
        return tuple(self._said[name])

    def all_of(self, name: str) -> frozenset[str]:
        """Words in no order."""
        return frozenset(self._said[name])

    def rows(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Rows of words."""
        return tuple(tuple(each) for each in self._said[name])

    def by_word(self, name: str) -> Mapping[str, str]:
        """What each word stands for."""
        return {word: str(means) for word, means in self._said[name].items()}

    def grouped(self, name: str) -> Mapping[str, str]:
        """What each word stands for, written as what it is with all words that stand for it."""
        return {word: means for means, words in self._said[name].items() for word in words}

    def lists(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """By word a list of others."""
        return {word: tuple(others) for word, others in self._said[name].items()}

    def sets(self, name: str) -> Mapping[str, frozenset[str]]:
        """By word others in no order."""
        return {word: frozenset(others) for word, others in self._said[name].items()}
