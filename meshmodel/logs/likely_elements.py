"""Which elements of a model a name in a log is likely to mean, and why.

The whole identity or id of an element at the end of a name is as good as certain, where no other element of
its kind has that; else elements are compared by their words, of which rare ones count more.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum, log
from typing import Final, NamedTuple

from meshmodel.logs.unknown_names import UnknownName, UnknownNames
from meshmodel.model.records import Snapshot

MOST: Final = 3
"""So many elements are told of a name."""
_WORD: Final = re.compile(r"[a-z]{2,}|[0-9]{2,5}")
_PLURAL: Final = re.compile(r"(?<=[a-z]{3}[^s])s$")


def _singular(word: str) -> str:
    return _PLURAL.sub("", word)


def _set(text: str) -> frozenset[str]:
    return frozenset(map(_singular, _WORD.findall(text)))


_USUAL: Final = _set(
    "agent amazonaws arn assumed auth aws bot client com credential data display host http https iam key"
    " login metadata name org path policy role secret service serviceaccount sts svc system tool token user"
)
"""Words of so many names that they tell none."""
_ENOUGH: Final = 0.34
"""The share of an element's words, by their weight, that a name must have."""
_DIVIDES: Final = re.compile(r"[^\w.-]")
_MOST_ENDS: Final = 12
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "identity": ("credential", "agent"),
    "resource": ("system",),
    **{kind: (kind,) for kind in ("agent", "credential", "system", "checkpoint")},
}
"""The kinds of elements that are compared, by table of a map, or by key of an event of our own form."""
_ACTION_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "read": _set("clone describe download export fetch get list pull query read search view"),
    "write": _set("add create delete edit merge patch post push put remove send update write"),
    "execute": _set("call dispatch execute invoke rerun run start"),
    "issue": _set("assume grant issue mint token"),
    "admin": _set("admin member permission policy protection role"),
}
_DECISION: Final = _set("approve approved approval consent deny denied reject rejected resolve")
"""Words of operations that may be the decision of a checkpoint."""


class Likely(NamedTuple):
    """What a name may mean: the key of a rule, its value, why, and whether that is as good as certain."""

    key: str
    value: str
    why: str
    is_certain: bool


class NameWithMatches(NamedTuple):
    """A name that nothing knows, and what it is likely to mean, the likeliest first."""

    unknown: UnknownName
    likely: list[Likely]


def listed(found: UnknownNames, snapshot: Snapshot) -> list[NameWithMatches]:
    """The names in the order in which they are told."""
    likely = LikelyElements(snapshot)
    return [NameWithMatches(each, likely.of(each.table, each.other_names)) for each in found.rows()]


class _Element(NamedTuple):
    """An element: what ends a name that means it surely, with what that is, and its words."""

    kind: str
    id: str
    whole: Mapping[str, str]
    words: frozenset[str]


class LikelyElements:
    """Compares names with the elements of a model."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Arguments: the model."""
        self._checkpoints = sorted(snapshot.checkpoint)
        self._by_whole: dict[str, list[_Element]] = {}
        self._by_word: dict[str, list[_Element]] = {}
        number = 0
        for element in _elements(snapshot):
            number += 1
            for whole in element.whole:
                self._by_whole.setdefault(whole, []).append(element)
            for word in element.words:
                self._by_word.setdefault(word, []).append(element)
        self._weight = {word: log(1 + number / len(found)) for word, found in self._by_word.items()}
        self._unseen = log(1 + number)

    def of(self, table: str, names: Iterable[str]) -> list[Likely]:
        """The likeliest first, at most three.

        Args:
            table: of the map in which a rule would stand, or a key of an event of our own form.
            names: all that the log has for one thing.
        """
        listed = list(names)
        if table == "action":
            found = [*self._decisions(listed), *_actions(listed)]
        else:
            found = list(self._alike(_KINDS.get(table, ()), listed))
        found.sort(key=lambda each: (-each[0], each[1].key != "credential", each[1]))
        certain = Counter(each.key for _, each in found if each.is_certain)
        best = (likely for _, likely in found[:MOST])
        told = [each._replace(is_certain=each.is_certain and certain[each.key] == 1) for each in best]
        return sorted(told, key=lambda each: not each.is_certain)

    def _alike(self, kinds: Sequence[str], names: Sequence[str]) -> Iterator[tuple[float, Likely]]:
        sure: set[tuple[str, str]] = set()
        for name in (each.removesuffix("[bot]") for each in names):
            for end in _ends(name):
                for kind, id_, whole, _ in self._by_whole.get(end, ()):
                    if kind in kinds and (kind, id_) not in sure:
                        sure.add((kind, id_))
                        why = f"its {whole[end]} {'is' if end == name else 'ends'} the name"
                        yield 2.0 + len(end) / 10_000, Likely(kind, id_, why, is_certain=True)
        said = [_words(each) for each in names]
        near = {
            (each.kind, each.id): each.words
            for words in said
            for word in words
            for each in self._by_word.get(word, ())
        }
        for (kind, id_), words in near.items():
            if kind in kinds and (kind, id_) not in sure:
                theirs = max(said, key=lambda each: self._sum(each & words))
                shared = theirs & words
                if self._sum(shared) >= _ENOUGH * self._sum(words):
                    told = ", ".join(sorted(shared, key=lambda each: (-self._weight[each], each)))
                    score = 2 * self._sum(shared) / (self._sum(words) + self._sum(theirs))
                    yield score, Likely(kind, id_, f"both have {told}", is_certain=False)

    def _sum(self, words: Iterable[str]) -> float:
        return fsum(self._weight.get(each, self._unseen) for each in words)

    def _decisions(self, names: Sequence[str]) -> Iterator[tuple[float, Likely]]:
        for word in sorted(_DECISION & _words(*names))[:1]:
            for checkpoint in self._checkpoints:
                yield 1.0, Likely("checkpoint", checkpoint, f"it has the word {word}", is_certain=False)


def _elements(snapshot: Snapshot) -> Iterator[_Element]:
    holders: dict[str, list[str]] = {}
    for holder, credential in snapshot.hold:
        holders.setdefault(credential, []).append(holder)
    for each in snapshot.credential.values():
        held = holders.get(each.id, ())
        texts = [
            each.id,
            each.name,
            each.principal,
            *(each.known_as or ()),
            *(held if len(held) == 1 else ()),
        ]
        whole = {each.principal: "identity", each.id: "id"}
        yield _Element("credential", each.id, whole, _words(*texts))
    for agent in snapshot.agent.values():
        texts = [agent.id, agent.name, *(agent.known_as or ())]
        yield _Element("agent", agent.id, {agent.id: "id"}, _words(*texts))
    for system in snapshot.system.values():
        texts = [system.id, system.name, system.vendor, *(system.known_as or ())]
        yield _Element("system", system.id, {system.id: "id"}, _words(*texts))
    for checkpoint in snapshot.checkpoint.values():
        yield _Element("checkpoint", checkpoint.id, {}, _words(checkpoint.id))


def _words(*texts: str | None) -> frozenset[str]:
    found = (each for text in texts if text for each in _WORD.findall(text.lower()))
    return frozenset(map(_singular, found)) - _USUAL


def _ends(name: str) -> Iterator[str]:
    """A name, and what is behind the signs in it that divide it, the longest first."""
    yield name
    for found in list(_DIVIDES.finditer(name))[-_MOST_ENDS:]:
        yield name[found.end() :]


def _actions(names: Sequence[str]) -> Iterator[tuple[float, Likely]]:
    for name in names:
        said = _set(name.lower())
        for action, usual in _ACTION_WORDS.items():
            words = sorted(said & usual)
            if words:
                yield 0.5, Likely("action", action, f"it has the word {words[0]}", is_certain=False)
