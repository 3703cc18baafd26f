"""The measures that a fix or a plan may take, by number, with what each costs.

See ``docs/fix.md#the-plan``.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Final, NamedTuple

from meshmodel.analysis.fix.results import KeptRelation, PlanOptions
from meshmodel.analysis.fix.routes import THOUSANDTHS, Drawn, Routes
from meshmodel.analysis.fix.search import NOTHING, Proof
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.steps import KINDS, Relation
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.measures import MEASURE_KINDS, Ask, Drop, Limit, Measure, MeasureKind
from meshmodel.model.records import Custody, Snapshot
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.validation import References
from meshmodel.model.vocabulary import ACTIONS, Action

_DROPPED: Final = ("custody", "hold", "pass", "exchange", "only", "grant")
"""The order of the relations that are dropped."""
_COPIED: Final = frozenset(
    {
        *("api-key", "static-secret", "service-account-key", "ssh-key", "personal-access-token"),
        *("sas-token", "mcp-environment-secret"),
    }
)
"""The kinds of credentials that are presented without anybody who could be asked."""


class MeasureName(NamedTuple):
    """What a measure is: its kind, and the relation (of a grant with an action) that it is about."""

    kind: MeasureKind
    relation: str
    from_: str
    to: str
    action: Action | None = None


class Measures:
    """The measures of a fix: to ask at any step, for a price of one each.

    Attributes:
        names: those that were met, by number.
        changing: whether there are drops and limits too.
        routes: what is needed, and what passes which relation; a fix asks nothing about that.
    """

    changing = False
    routes: Routes | None = None

    def __init__(self) -> None:
        self.names: list[MeasureName] = []
        self._number: dict[MeasureName, int] = {}

    def of(self, *names: MeasureName) -> Proof:
        """The numbers of those of some measures that may be taken."""
        return frozenset(self._numbered(each) for each in names if self._allows(each))

    def ask(self, *relations: Relation) -> Proof:
        """The numbers of the asks at some relations that may be taken."""
        return self.of(*(MeasureName("ask", *each) for each in relations))

    def _numbered(self, name: MeasureName) -> int:
        if name not in self._number:
            self._number[name] = len(self.names)
            self.names.append(name)
        return self._number[name]

    def _allows(self, name: MeasureName) -> bool:
        return name.kind == "ask"

    def price(self, number: int) -> int:
        """What a measure costs, as a whole number."""
        return 1 if self.is_ask(number) else 0

    def prices(self, numbers: Iterable[int]) -> list[float]:
        """What each of some measures costs, as programs have it."""
        return [float(self.price(each)) for each in numbers]

    def is_ask(self, number: int) -> bool:
        """Whether a measure is to ask."""
        return self.names[number].kind == "ask"

    def cost(self, chosen: Proof) -> tuple[int, int, int, int]:
        """What some measures cost together: price, asks, credentials that lose all grants, other measures."""
        asks = sum(map(self.is_ask, chosen))
        lost = sum(need <= chosen for need in self.losing(chosen))
        return sum(map(self.price, chosen)), asks, lost, len(chosen) - asks

    def changing_all(self) -> Proof:
        """All drops and limits that may be taken."""
        return NOTHING

    def losing(self, some: Proof) -> list[Proof]:  # noqa: ARG002  # a fix drops nothing
        """By credential that could lose its last grant by some measures, those by which it does together."""
        return []

    def measure(self, number: int) -> Measure:
        """A measure as it is answered."""
        (step,) = self.asked([number])
        return Ask(step, self.price(number))

    def listed(self, chosen: Iterable[int]) -> tuple[Measure, ...]:
        """Some measures as they are answered, in the fixed order."""
        return tuple(self.measure(each) for each in sorted(chosen, key=self.place))

    def numbers(self, measures: Iterable[Measure]) -> Proof:
        """The numbers of measures that were answered."""
        return self.of(*map(_name, measures))

    def days(self, price: int) -> float:
        """A price as it is answered."""
        return price

    def budget(self, days: float) -> int:
        """The whole price that fits into what was asked for."""
        return int(days)

    def place(self, number: int) -> tuple[object, ...]:
        """Where a measure comes in the order: asks, drops, limits; the kinds of each; ids."""
        kind, relation, from_, to, action = self.names[number]
        order = _DROPPED if kind == "drop" else KINDS
        at = 0 if action is None else ACTIONS.index(action)
        return MEASURE_KINDS.index(kind), order.index(relation), from_, to, at

    def asked(self, chosen: Iterable[int]) -> tuple[StepKey, ...]:
        """The steps at which some measures ask, in the fixed order."""
        asks = sorted(filter(self.is_ask, chosen), key=self.place)
        return tuple((self.names[each][1:4]) for each in asks)  # type: ignore[misc] # an ask has such a step

    def changes(self, some: Proof) -> Proof:
        """The drops and limits among some measures."""
        return frozenset(each for each in some if not self.is_ask(each)) if self.changing else NOTHING

    def limit(self, one: str, other: str) -> Proof:  # noqa: ARG002  # a fix limits nothing
        """The number of the limit to a delegation, if it may be taken."""
        return NOTHING


class PlanMeasures(Measures):
    """The measures of a plan.

    Attributes:
        scale: how many units of a price are one decision a day.
    """

    changing = True

    def __init__(self, mesh: Mesh, options: PlanOptions) -> None:
        """Find out what may be taken.

        Raises:
            InvalidModelError: an option names what is not in the model.
        """
        super().__init__()
        self._snapshot, self._options, self._grants_of = mesh.snapshot, options, mesh.grants_of
        _check(mesh, options)
        self.routes: Routes = Routes(mesh)
        self._kept: set[Drawn] = set(self.routes.kept)
        for each in options.kept:
            self._kept |= _kept(self._snapshot, each)
        prices = self.routes.per_day.values()
        self.scale = lcm(*(each.denominator for each in prices)) if prices else 1

    def price(self, number: int) -> int:
        """The decisions a day of an ask, in units of ``scale``; nothing for drops and limits."""
        return int(self._per_day(self.names[number]) * self.scale) if self.is_ask(number) else 0

    def _per_day(self, name: MeasureName) -> Fraction:
        return max(Fraction(1), self.routes.per_day.get(name[1:4], Fraction(0)))

    def days(self, price: int) -> float:
        """A price in decisions a day, as a whole number where it is one."""
        return price // self.scale if price % self.scale == 0 else price / self.scale

    def budget(self, days: float) -> int:
        """The whole price that fits into so many decisions a day."""
        return int(Fraction(round(days * THOUSANDTHS), THOUSANDTHS) * self.scale)

    def limit(self, one: str, other: str) -> Proof:
        """The number of the limit to a delegation, if it may be taken."""
        return self.of(MeasureName("limit", "delegation", one, other))

    def losing(self, some: Proof) -> list[Proof]:
        """By credential that could lose its last grant by some measures, those by which it does together."""
        dropped = (self.names[each] for each in self.changes(some))
        touched = {each.from_ for each in dropped if each.relation == "grant"}
        found = list[Proof]()
        for credential in sorted(touched & self._grants_of.keys()):
            names = [
                MeasureName("drop", "grant", credential, each.system, action)
                for each in self._grants_of[credential]
                for action in (ACTIONS[:-1] if "admin" in each.actions else each.actions)
            ]
            if all(map(self._allows, names)):
                found.append(self.of(*names))
        return found

    def changing_all(self) -> Proof:
        """All drops and limits that may be taken."""
        tables, names = self._snapshot, list[MeasureName]()
        for kind in ("hold", "exchange", "custody"):
            names += (MeasureName("drop", kind, *ends) for ends in tables.table(kind))
        for ends, grant in tables.grant.items():
            some = ACTIONS if "admin" in grant.actions else grant.actions
            names += (MeasureName("drop", "grant", *ends, each) for each in some)
        for (one, other), row in tables.delegation.items():
            names += (MeasureName("drop", "pass", f"{one}>{other}", each) for each in row.passes or ())
            names += (MeasureName("drop", "only", f"{one}>{other}", each) for each in row.only or ())
            names.append(MeasureName("limit", "delegation", one, other))
        return self.of(*names)

    def measure(self, number: int) -> Measure:
        """A measure as it is answered."""
        name = self.names[number]
        match name.kind:
            case "ask":
                passes = tuple(sorted(self.routes.passes.get(name[1:4], ())))
                (step,), price = self.asked([number]), self.price(number)
                unknown = bool(self.routes.unknown.get(name[1:4]))
                return Ask(step, self.days(price), passes, unknown)
            case "drop":
                grant = self._snapshot.grant.get((name.from_, name.to)) if name.relation == "grant" else None
                with_admin = grant is not None and "admin" in grant.actions and name.action != "admin"
                return Drop(*name[1:], with_admin=with_admin)  # type: ignore[arg-type] # such a relation
            case _:
                return Limit(name.from_, name.to, self.routes.only[name.from_, name.to])

    def _allows(self, name: MeasureName) -> bool:
        if name.kind not in self._options.kinds:
            return False
        ends, tables = (name.from_, name.to), self._snapshot
        match name.kind, name.relation:
            case "ask", relation:
                if name[1:4] in self._never:
                    return False
                if relation == "hold":
                    return tables.credential[name.to].kind not in _COPIED
                return relation != "hearing" and not (
                    relation == "custody" and self._lies(tables.custody[ends])
                )
            case "limit", _:
                return ends in self.routes.only and name[1:] not in self._kept
            case _, "only":
                return ends in self.routes.entries and name[1:] not in self._kept
            case _, "custody":
                custody = tables.custody[ends]
                is_loose = self._lies(custody) and "issue" not in custody.obtained_by
                return is_loose and name[1:] not in self._kept
            case _:
                return name[1:] not in self._kept

    def _lies(self, custody: Custody) -> bool:
        """Whether a credential just lies there, where nobody can be asked for it."""
        return custody.how == "stores" and self._snapshot.system[custody.system].kind != "secrets-manager"

    @cached_property
    def _never(self) -> frozenset[Relation]:
        return frozenset(self._options.never_ask)


def _name(measure: Measure) -> MeasureName:
    match measure:
        case Ask(step):
            return MeasureName("ask", *step)
        case Drop(relation, from_, to, action):
            return MeasureName("drop", relation, from_, to, action)
        case Limit(from_, to):
            return MeasureName("limit", "delegation", from_, to)


def _kept(snapshot: Snapshot, kept: KeptRelation) -> set[Drawn]:
    """The relations, or actions of a grant, that an option keeps."""
    one, other = kept.from_, kept.to
    match kept.relation:
        case "grant":
            actions = (kept.action,) if kept.action not in (None, "admin") else ACTIONS
            return {("grant", one, other, each) for each in actions}
        case "delegation":
            row, ends = snapshot.delegation[one, other], f"{one}>{other}"
            parts = {("pass", each) for each in row.passes or ()} | {
                ("only", each) for each in row.only or ()
            }
            return {("delegation", one, other, None), *((kind, ends, each, None) for kind, each in parts)}
        case relation:
            return {(relation, one, other, None)}


def _check(mesh: Mesh, options: PlanOptions) -> None:
    """Refuse options that name what is not in the model; what is retired or revoked is."""
    snapshot, references = mesh.snapshot, References(mesh.snapshot)
    for step in sorted(options.never_ask):
        tables = [snapshot.table(each) for each in STEP_ENDS[step[0]]]
        is_there = step[1] in tables[0] and step[2] in tables[1]
        if not is_there or not references.has_step(*step):
            raise InvalidModelError(f"there is no step {step[0]}:{step[1]}>{step[2]} where a plan could ask")
    for kept in sorted(options.kept, key=repr):
        if not _is_there(snapshot, kept):
            what = f"{kept.relation}:{kept.from_}>{kept.to}" + (f":{kept.action}" if kept.action else "")
            raise InvalidModelError(f"there is no {what} that could be kept")


def _is_there(snapshot: Snapshot, kept: KeptRelation) -> bool:
    """Whether there is the relation, or the action of a grant, that an option keeps."""
    if kept.relation in ("pass", "only"):
        rows = {f"{one}>{other}": row for (one, other), row in snapshot.delegation.items()}
        row = rows.get(kept.from_)
        named = None if row is None else row.passes if kept.relation == "pass" else row.only
        return kept.to in (named or ())
    row = snapshot.table(kept.relation).get((kept.from_, kept.to))
    return row is not None and (kept.action is None or bool({kept.action, "admin"} & {*row.actions}))
