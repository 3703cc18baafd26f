"""The measures of a plan: to ask at a step, to drop a relation, to limit a delegation.

See ``docs/fix.md#the-plan``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Checkpoint, Snapshot
from meshmodel.model.vocabulary import ACTIONS, Action, CheckpointStep

MeasureKind = Literal["ask", "drop", "limit"]
MEASURE_KINDS: Final[tuple[MeasureKind, ...]] = ("ask", "drop", "limit")
DropKind = Literal["hold", "pass", "grant", "custody", "exchange", "only"]


@dataclass(frozen=True, slots=True)
class Ask:
    """Guard a step, with all its actions: somebody is asked each time.

    Attributes:
        step: its kind and two ends, as a checkpoint names them.
        decisions_per_day: how often a day needed accesses pass it.
        passes: which those are, as (agent, system), sorted; empty: it is counted as once a day.
        unknown: whether some intent that counts does not say how often a day: the number is no stated one.
    """

    step: tuple[CheckpointStep, str, str]
    decisions_per_day: float
    passes: tuple[tuple[str, str], ...] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Take a relation away, or one action of a grant; no needed access passes it.

    Attributes:
        relation: its kind; a pass is a credential that a delegation passes, an only an entry of its limit.
        from_: where it begins, as in the model; of a pass or only the ends of the delegation,
            ``agent>agent``.
        to: where it ends; of a pass the credential, of an only the ``system:action``.
        action: of a grant the action that goes; ``None`` of others.
        with_admin: whether admin goes with it.
    """

    relation: DropKind
    from_: str
    to: str
    action: Action | None = None
    with_admin: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """Limit a delegation to what passes it.

    Attributes:
        from_: the agent that sets to work.
        to: the agent that it sets to work.
        only: the accesses that are left, as ``system:action``, sorted: those that are needed through it.
    """

    from_: str
    to: str
    only: tuple[str, ...]


Measure = Ask | Drop | Limit


def narrowed(snapshot: Snapshot, measures: Iterable[Measure]) -> Snapshot:
    """The model in which the drops and limits among some measures are made; asks leave it as it is.

    A grant of admin that loses an action keeps what else admin implies, and a checkpoint that covered admin
    then covers all of that. Checkpoints on a relation that is gone go with it.

    Raises:
        InvalidModelError: a relation is not in the model, or does not have that action.
    """
    tables: dict[str, Any] = {}
    gone: defaultdict[tuple[str, str], set[Action | None]] = defaultdict(set)
    for measure in measures:
        if isinstance(measure, Drop) and measure.relation == "grant":
            _, row = _found(snapshot, tables, "grant", (measure.from_, measure.to), measure)
            if measure.action not in row.actions and "admin" not in row.actions:
                raise _absent(measure)
            gone[measure.from_, measure.to].add(measure.action)
        elif not isinstance(measure, Ask):
            _change(snapshot, tables, measure)
    if not tables:
        return snapshot
    for ends, actions in gone.items():
        had = snapshot.grant[ends].actions
        left = tuple(each for each in (ACTIONS[:-1] if "admin" in had else had) if each not in actions)
        if left:
            tables["grant"][ends] = replace(snapshot.grant[ends], actions=left)
        else:
            del tables["grant"][ends]
    after = replace(snapshot, **tables, touched={})
    without_admin = {ends for ends in gone if "admin" in snapshot.grant[ends].actions}
    return replace(after, checkpoint=_checkpoints(after, without_admin))


def _change(snapshot: Snapshot, tables: dict[str, Any], measure: Drop | Limit) -> None:
    """Make a limit, or a drop of anything but a grant's action."""
    match measure:
        case Limit(from_, to, only):
            rows, row = _found(snapshot, tables, "delegation", (from_, to), measure)
            rows[from_, to] = replace(row, only=only)
        case Drop("pass" | "only" as relation, from_, to):
            ends, field = tuple(from_.split(">")), "passes" if relation == "pass" else "only"
            rows, row = _found(snapshot, tables, "delegation", ends, measure)
            before = getattr(row, field) or ()
            if to not in before:
                raise _absent(measure)
            rows[ends] = replace(row, **{field: tuple(each for each in before if each != to) or None})
        case Drop(relation, from_, to):
            rows, _ = _found(snapshot, tables, relation, (from_, to), measure)
            del rows[from_, to]


def _found(
    snapshot: Snapshot, tables: dict[str, Any], name: str, key: object, measure: Measure
) -> tuple[dict[Any, Any], Any]:
    """A table that may be written, and the record of that key."""
    rows = tables.setdefault(name, dict(snapshot.table(name)))
    if key not in rows:
        raise _absent(measure)
    return rows, rows[key]


def _absent(measure: Measure) -> InvalidModelError:
    match measure:
        case Drop(relation, from_, to, action):
            what = f"{relation} {from_}>{to}" + (f" of {action}" if action else "")
        case Limit(from_, to):
            what = f"delegation {from_}>{to}"
        case Ask(step):
            what = f"{step[0]} {step[1]}>{step[2]}"
    return InvalidModelError(f"the model has no {what}, which the plan would change; compute it anew")


def _checkpoints(after: Snapshot, without_admin: set[tuple[str, str]]) -> Mapping[str, Checkpoint]:
    """The checkpoints whose relations are left; those that covered admin of a grant cover all of it."""
    passed = {(each.to, credential) for each in after.delegation.values() for credential in each.passes or ()}
    left = {
        "hold": after.hold.keys() | passed,
        **{kind: after.table(kind).keys() for kind in ("grant", "custody", "exchange")},
    }
    found = {}
    for id_, each in after.checkpoint.items():
        ends = each.from_, each.to
        if each.step not in left or ends in left[each.step]:
            covered = each.step == "grant" and ends in without_admin and "admin" in (each.actions or ())
            found[id_] = replace(each, actions=None) if covered else each
    return found
