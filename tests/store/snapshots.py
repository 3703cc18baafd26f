"""Random valid models with names that are hard to write, for properties of files and edits."""

from datetime import date

from hypothesis import strategies as st

from meshmodel.model import records, vocabulary
from meshmodel.model.records import RECORD_TYPES, TABLES, Snapshot, key_of, table_of
from meshmodel.model.schema import SCHEMA
from meshmodel.model.secrets import looks_like_secret
from meshmodel.model.text import unprintable
from meshmodel.model.validation import normalise

NASTY = (
    'say "hi" \\ and \\u0041',
    "[[zone]]",
    "a = 1 # no comment",
    "'''\"\"\"",
    "票務系統 🏳️\u200d🌈",
    "שלום \u200f(x)",
    "e\u0301" * 60,
    "[bold]x[/bold]",
    "x" * 200,
    " leading and trailing ",
    "<b>&amp;</b>",
    "\u00a0\u3000\u00ad\ue000",
)

IDS = ("a", "b-1", "c.2", "d_3", "home", "0", "zone", "system")


def _line(limit: int) -> st.SearchStrategy[str]:
    free = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=limit).map(_fitting)
    return st.sampled_from(NASTY) | free


def _fitting(text: str) -> str:
    fits = text.strip() and unprintable(text) is None and looks_like_secret(text) is None
    return text if fits else "x"


LINE = st.none() | _line(60)
NAMES = ("a", "arn:aws:iam::111122223333:role/*", "b-1, c", NASTY[0])


def _list(values):
    return st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True).map(tuple)


ANY_VALUE = {
    "line": _line(60),
    "paragraph": _line(90),
    "boolean": st.booleans(),
    "integer": st.integers(0, 10**9),
    "number": st.integers(1, 900) | st.floats(0, 1e9, exclude_min=True),
    "lifetime": st.sampled_from(["1s", "90d", "unlimited"]),
    "date": st.dates(date(1990, 1, 1)),
    "slot": st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)),
}
"""By type of a field all that it can be, whatever the model; each costs more than its values."""


def _value(field, known):
    """A value that a field can take, not stated or not; ``known`` has the ids of each kind of element."""
    if field.type in ANY_VALUE:
        return ANY_VALUE[field.type]
    among = known.get(field.refers[0], ()) if field.refers else field.choices
    several = {"references": among, "actions": field.choices, "aliases": NAMES, "names": NASTY}
    several["accesses"] = [f"{system}:{action}" for system in among for action in vocabulary.ACTIONS]
    if field.is_list:
        return _list(several[field.type]) if several[field.type] else st.nothing()
    return {
        "reference": st.sampled_from(among or (None,)),
        "element": st.sampled_from(known["element"] or (None,)),
        "choice": st.sampled_from(field.choices or (None,)),
        "suggestion": st.sampled_from(field.choices or ("",)) | ANY_VALUE["line"],
    }[field.type]


@st.composite
def snapshots(draw) -> Snapshot:
    """A valid model in canonical form."""
    ids = st.lists(st.sampled_from(IDS), unique=True, max_size=3)
    known = {table: draw(ids) for table in ("zone", "system", "agent", "credential")} | {"element": []}
    zones, systems, agents, credentials = (known[table] for table in list(known)[:4])
    made: list[records.Record] = []

    def make(table, **given):
        for field in SCHEMA[table].fields:
            if field.attribute not in given:
                value = _value(field, known)
                given[field.attribute] = draw(value if field.is_always_set else st.none() | value)
        made.append(RECORD_TYPES[table](**given))

    make("about")
    for each in zones:
        make("zone", id=each, at=draw(st.none() | st.tuples(st.integers(0, 1), st.integers(0, 99))))
    for table, found in (("system", systems), ("agent", agents)):
        for each in found:
            make(table, id=each)
    for each in credentials:
        make("credential", id=each, identity=draw(LINE | st.just(each)))
    some = draw(st.randoms(use_true_random=False))

    def pairs(first, second):
        every = [(a, b) for a in first for b in second]
        return some.sample(every, some.randint(0, min(len(every), 3)))

    def distinct(values):
        return [pair for pair in pairs(values, values) if pair[0] != pair[1]]

    for agent, credential in pairs(agents, credentials):
        make("hold", agent=agent, credential=credential)
    for credential, system in pairs(credentials, systems):
        make("grant", credential=credential, system=system)
    for system, credential in pairs(systems, credentials):
        make("custody", system=system, credential=credential)
    for from_, to in distinct(credentials):
        make("exchange", from_=from_, to=to)
    for from_, to in distinct(agents):
        make("delegation", from_=from_, to=to)
    for system, agent in pairs(systems, agents):
        make("trigger", system=system, agent=agent)
    for agent, system in pairs(agents, systems):
        make("intent", agent=agent, system=system, from_=draw(st.none() | _list([*systems, "home"])))
    steps = _steps(made, zones, systems, agents)
    for number, (step, from_, to) in enumerate(some.sample(steps, some.randint(0, min(len(steps), 5)))):
        limits = {} if step in {"grant", "custody", "boundary"} else {"actions": None}
        make("checkpoint", id=f"k{number}", step=step, from_=from_, to=to, **limits)
    known["element"] += [f"{table}:{each}" for table in list(known)[:4] for each in known[table]]
    known["element"] += [f"{step}:{from_}>{to}" for step, from_, to in steps if step != "boundary"]
    known["element"] += [f"grant:{from_}>{to}:read" for step, from_, to in steps if step == "grant"]
    for each in draw(st.lists(st.sampled_from(IDS), unique=True, max_size=3)):
        make("note", id=each)
    for rule in draw(st.lists(st.sampled_from(["toxic-flow", "made-up"]), unique=True)):
        make("acceptance", rule=rule, agents=draw(st.none() | _list(IDS)))  # they may be gone
    return snapshot_of(made, some)


def _steps(made, zones, systems, agents):
    found = []
    for record in made:
        match record:
            case (
                records.Hold()
                | records.Grant()
                | records.Custody()
                | records.Exchange()
                | records.Delegation()
                | records.Trigger()
            ):
                found.append((table_of(record), *key_of(record)))
            case records.Agent(runs_on=str(system)):
                found.append(("hosting", system, record.id))
    passed = {("hold", d.to, c) for d in made if isinstance(d, records.Delegation) for c in d.passes or ()}
    found += [step for step in sorted(passed) if step not in found]
    found += [("hearing", s, a) for s in systems for a in agents]
    lone = [f"system:{s.id}" for s in made if isinstance(s, records.System) and s.zone is None]
    ends = [*zones, *lone]
    return found + [("boundary", a, b) for a in ends for b in ends if a != b]


def snapshot_of(made, some=None) -> Snapshot:
    """A snapshot of records, in any order."""
    order = list(made)
    if some is not None:
        some.shuffle(order)
    tables = {name: {} for name in TABLES}
    about = records.About()
    for record in map(normalise, order):
        if isinstance(record, records.About):
            about = record
        else:
            tables[table_of(record)][key_of(record)] = record
    return Snapshot(about=about, **tables)
