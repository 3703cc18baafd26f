"""What a rule is, and how its findings are put in words and in records (``docs/rules.md``)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice
from typing import Any, Final, NamedTuple, TypeVar

from meshmodel.analysis.graph import Reach, bits, union
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import MOST_HIGHLIGHTED, Finding, FindingText
from meshmodel.model.phrases import STEP_CLAUSES
from meshmodel.model.records import Checkpoint, Delegation, Reference, Snapshot
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.text import enumeration
from meshmodel.model.vocabulary import ACTIONS, ALL, Action, Severity, action_mask, actions_of, expand_admin

K = TypeVar("K")
V = TypeVar("V")
_PLACES: Final = frozenset({"system", "credential"})
ABOUT: Final[Mapping[str, tuple[frozenset[str], Callable[[Any], bool]]]] = {
    "MCP servers": (_PLACES, lambda each: each.kind in {"mcp-server", "mcp-environment-secret"}),
    "build pipelines": (_PLACES, lambda each: each.kind == "ci-pipeline"),
    "knowledge bases": (_PLACES, lambda each: each.kind == "knowledge-base"),
    "session cookies": (_PLACES, lambda each: each.kind == "session-cookie"),
    "bearer credentials": (frozenset({"credential"}), lambda each: not each.is_bound),
    "steerable agents": (frozenset({"agent"}), lambda each: each.is_steerable),
}
"""What a finding can be about for a standard to apply, by the word for it: of which tables that is, and
whether a record of them is one.
"""
FEW: Final = 5
"""A list names so many; of more the first three."""
_VERBS: Final[Mapping[Action, tuple[str, str]]] = {
    "read": ("read", "reads"),
    "write": ("write", "writes"),
    "execute": ("execute on", "executes on"),
    "issue": ("issue from", "issues from"),
    "admin": ("administer", "administers"),
}


class Case(NamedTuple):
    """One place where a rule holds.

    Attributes:
        subject: as ``docs/rules.md`` names it for the rule.
        severity: of this case.
        tell: puts it in words, once somebody reads them.
        agents, actions: what an acceptance of it would accept.
    """

    subject: str
    severity: Severity
    tell: Callable[[], FindingText]
    agents: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()


Cases = Iterator[Case]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of ``docs/rules.md``.

    Attributes:
        id: its name in files and answers.
        title: its name for people.
        why: why it matters, in a sentence.
        severity: what severity it gives, in words.
        detects: what it holds for.
        remedy: what to do.
        cites: identifiers of standards, each with its year or version; semicolons between them. What stands
            behind a word of ``ABOUT`` is cited only by a finding that is about such a thing.
        false_positives: when a finding may be ignored.
        find: finds its cases in an engine.
        sample: an interchange file in which it holds, where no worked example has it.
    """

    id: str
    title: str
    why: str
    severity: str
    detects: str
    remedy: str
    cites: str
    false_positives: tuple[str, ...]
    find: Callable[[Any], Cases] = field(repr=False, compare=False)
    sample: str | None = None

    @property
    def references(self) -> tuple[str, ...]:
        """The identifiers of all standards that its findings may cite."""
        return tuple(self.conditions)

    @property
    def conditions(self) -> dict[str, str]:
        """By identifier the word of ``ABOUT`` for what a finding must be about to cite it; empty: for any."""
        return _conditions(self.cites)

    def cited(self, snapshot: Snapshot, finding: Finding) -> tuple[str, ...]:
        """The identifiers that one of its findings cites."""
        words = set(self.conditions.values()) - {""}
        if not words:
            return self.references
        unmet = {word for word in words if not _is_about(snapshot, finding, word)}
        return tuple(each for each, word in self.conditions.items() if word not in unmet)


def _is_about(snapshot: Snapshot, finding: Finding, word: str) -> bool:
    """Whether a finding is about what a word of ``ABOUT`` stands for."""
    tables, holds = ABOUT[word]
    # A finding can have thousands of agents: they are looked at only where a word is for agents.
    agents = (("agent", each) for each in finding.agents) if "agent" in tables else ()
    about = chain(finding.about, agents)
    return any(table in tables and holds(snapshot.get(table, key)) for table, key in about)


@cache
def _conditions(cites: str) -> dict[str, str]:
    cited = (each.rpartition(": ") for each in cites.split("; "))
    return {identifier: word for word, _, identifier in cited}


# Words


def verb(action: Action, *, third: bool = True) -> str:
    """The verb of an action, before the name of a system: ``reads``, ``executes on``."""
    return _VERBS[action][third]


def can(actions: Iterable[Action]) -> str:
    """Several actions after *can*: ``read, write and execute on``."""
    return joined([verb(action, third=False) for action in actions])


def joined(words: Sequence[str], *, last: str = "and", total: int | None = None) -> str:
    """Words as a list in a sentence: ``a, b and c``; of many, how many more there are.

    Args:
        words: all of them, or the first three of many.
        last: the word before the last one.
        total: how many there are, if not all are given.
    """
    total = len(words) if total is None else total
    if total > FEW:
        return f"{', '.join(words[:3])} {last} {total - 3} more"
    return enumeration(words, last)


def titles(
    snapshot: Snapshot, table: str, ids: Sequence[str], *, last: str = "and", total: int | None = None
) -> str:
    """What people call these elements, as a list in a sentence; ``last`` and ``total`` as in ``joined``."""
    total, records = len(ids) if total is None else total, snapshot.table(table)
    named = ids if total <= FEW else ids[:3]
    return joined([str(records[each].title) for each in named], last=last, total=total)


def deeds(snapshot: Snapshot, done: Mapping[str, int]) -> str:
    """What can be done where, by system as five bits: ``write A and read B``; of many, in how many more."""
    named = list(done) if len(done) <= FEW else list(done)[:3]
    words = [f"{can(actions_of(done[each]))} {snapshot.system[each].title}" for each in named]
    if len(done) > len(named):
        return f"{', '.join(words)} and act on {len(done) - len(named)} more"
    return joined(words)


def grant_deeds(snapshot: Snapshot, grants: Sequence[Reference], does: Mapping[str, int]) -> str:
    """What can be done by which grants: ``write of Deploy key on Cluster``; of many, how many more there are.

    Args:
        snapshot: has the grants.
        grants: as references.
        does: by system, what is done there as five bits.
    """
    words = []
    for _, (credential, system) in grants:  # type: ignore[str-unpack]  # a grant's key is a pair
        actions = expand_admin(action_mask(snapshot.grant[credential, system].actions)) & does[system]
        titles = snapshot.credential[credential].title, snapshot.system[system].title
        words.append("{} of {} on {}".format(joined(actions_of(actions)), *titles))
    return joined(words)


def step_title(snapshot: Snapshot, checkpoint: Checkpoint) -> str:
    """Where a checkpoint decides: ``where File key is used on Files``."""
    ends = zip(_ends(checkpoint), (checkpoint.from_, checkpoint.to), strict=True)
    names = [getattr(snapshot.get(*end), "title", name) for end, name in ends]
    return f"where {STEP_CLAUSES[checkpoint.step].format(*names)}"


# Records


def highlighted(table: str, ids: Iterable[str]) -> tuple[Reference, ...]:
    """Elements as records, as far as a finding lights them."""
    return tuple((table, each) for each in islice(ids, MOST_HIGHLIGHTED))


def relation(table: str, ends: tuple[str, str], agents: Iterable[str] = ()) -> tuple[Reference, ...]:
    """A relation with the elements at its ends, and agents, as records."""
    one, other = STEP_ENDS[table]
    return ((table, ends), (one, ends[0]), (other, ends[1]), *highlighted("agent", agents))


def step_records(snapshot: Snapshot, checkpoint: Checkpoint) -> tuple[Reference, ...]:
    """A checkpoint, the relation that it sits on, and the elements at its ends, as far as they are drawn."""
    step: Reference = checkpoint.step, (checkpoint.from_, checkpoint.to)
    places = [step, *_ends(checkpoint)]
    return (("checkpoint", checkpoint.id), *(each for each in places if snapshot.get(*each) is not None))


def is_active(snapshot: Snapshot, checkpoint: Checkpoint) -> bool:
    """Whether no end of its step is a retired agent or a revoked credential."""
    return all(getattr(snapshot.get(*end), "is_active", True) for end in _ends(checkpoint))


def _ends(checkpoint: Checkpoint) -> list[tuple[str, str]]:
    """The ends of its step as table and id; a zone of its own is its system."""
    ends = zip(STEP_ENDS[checkpoint.step], (checkpoint.from_, checkpoint.to), strict=True)
    return [("system" if ":" in key else table, key.removeprefix("system:")) for table, key in ends]


# Sets


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """The second ones by the first one of their pair."""
    found = defaultdict[K, list[V]](list)
    for key, each in pairs:
        found[key].append(each)
    return found


def limits(delegation: Delegation) -> dict[str, int]:
    """What an ``only`` names: by system the actions as five bits."""
    found: dict[str, int] = {}
    for system, _, action in (each.rpartition(":") for each in delegation.only or ()):
        found[system] = found.get(system, 0) | 1 << ACTIONS.index(action)
    return found


def doing(reach: Reach, systems: Collection[int], mask: int = ALL) -> list[int]:
    """By action, the agents that do it on any of some systems; a mask says which actions are asked for."""
    asked = set(bits(mask))
    return [union(reach[5 * each + action] for each in systems if action in asked) for action in range(5)]


def by_agent(sets: Sequence[int], among: int = -1) -> Iterator[tuple[int, int]]:
    """The agents in any of five sets, one an action, each with its actions as five bits."""
    for agent in bits(union(sets) & among):
        yield agent, sum(1 << action for action, some in enumerate(sets) if some >> agent & 1)


def done(mesh: Mesh, reach: Reach, agent: int, systems: Iterable[int], mask: int = ALL) -> dict[str, int]:
    """What an agent reaches on some systems: by id the actions as five bits, where there are any."""
    actions, found = list(bits(mask)), dict[str, int]()
    for system in systems:
        if reached := sum((reach[5 * system + action] >> agent & 1) << action for action in actions):
            found[mesh.systems[system]] = reached
    return found


def grants_into(mesh: Mesh, reach: Reach, agent: int, does: Mapping[str, int]) -> list[Reference]:
    """The grants by which an agent does things, by system; none where it does them on many systems."""
    return [
        ("grant", (grant.credential, system))
        for system, mask in (does.items() if len(does) <= MOST_HIGHLIGHTED else ())
        for grant in sorted(mesh.grants_on[system], key=lambda each: each.credential)
        if expand_admin(action_mask(grant.actions)) & mask
        and any(reach[node] >> agent & 1 for node in mesh.nodes_of(grant.credential))
    ]


def holding(mesh: Mesh, wanted: Container[str]) -> Iterator[tuple[str, str]]:
    """Which active agents hold some credentials, or are handed them by a delegation."""
    for agent, credential in mesh.steps["hold"]:
        is_held = agent not in mesh.origin and credential not in mesh.astray
        if is_held and mesh.name(credential) in wanted:
            yield mesh.name(agent), mesh.name(credential)


def held_by(mesh: Mesh, agent: str, credential: str) -> tuple[Reference, ...]:
    """The relation by which an agent has a credential in hand, and these two."""
    handing = (
        ("delegation", key)
        for key, each in mesh.snapshot.delegation.items()
        if key[1] == agent and key[0] in mesh.agent and credential in (each.passes or ())
    )
    hold = "hold", (agent, credential)
    place = hold if hold[1] in mesh.snapshot.hold else next(handing)
    return place, ("credential", credential), ("agent", agent)
