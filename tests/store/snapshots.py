"""Random valid models with names that are hard to write, for properties of files and edits."""

from datetime import date

from hypothesis import strategies as st

from meshmodel.model import records, vocabulary
from meshmodel.model.records import key_of
from meshmodel.model.secrets import looks_like_secret
from meshmodel.model.snapshot import TABLES, Snapshot, table_of
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
FLAG = st.booleans()
NAMES = ("a", "arn:aws:iam::111122223333:role/*", "b-1, c", NASTY[0])
OFTEN = st.none() | st.integers(1, 900) | st.floats(0, 1e9, exclude_min=True)
SLOT = st.none() | st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999))


def _list(values, *, least=1):
    return st.lists(st.sampled_from(values), min_size=least, max_size=4, unique=True).map(tuple)


def _maybe(values):
    return st.none() | _list(values) if values else st.none()


def _one(values):
    return st.none() | st.sampled_from(values) if values else st.none()


@st.composite
def snapshots(draw) -> Snapshot:
    """A valid model in canonical form."""
    zones, systems, agents, credentials = (
        draw(st.lists(st.sampled_from(IDS), unique=True, max_size=4)) for _ in range(4)
    )
    made: list[records.Record] = [records.About(draw(LINE), draw(LINE))]
    made += [
        records.Zone(
            i,
            draw(LINE),
            draw(LINE),
            draw(LINE),
            draw(st.none() | st.tuples(st.integers(0, 1), st.integers(0, 99))),
        )
        for i in zones
    ]
    made += [
        records.System(
            i,
            draw(LINE),
            draw(LINE),
            draw(_one(zones)),
            draw(_one(vocabulary.SENSITIVITIES)),
            draw(_one(vocabulary.INTEGRITIES)),
            draw(FLAG),
            draw(FLAG),
            draw(st.none() | FLAG),
            draw(st.none() | FLAG),
            draw(_one(vocabulary.AUDITS)),
            draw(FLAG),
            draw(LINE),
            draw(LINE),
            draw(_maybe(NAMES)),
            draw(LINE),
            draw(SLOT),
        )
        for i in systems
    ]
    made += [
        records.Agent(
            i,
            draw(LINE),
            draw(_one(vocabulary.AGENT_KINDS) | LINE),
            draw(_one(zones)),
            draw(_one(systems)),
            draw(st.none() | FLAG),
            draw(LINE),
            draw(LINE),
            draw(_maybe(NAMES)),
            draw(st.sampled_from(["active", "retired"])),
            draw(LINE),
            draw(SLOT),
        )
        for i in agents
    ]
    made += [
        records.Credential(
            i,
            name=draw(LINE),
            kind=draw(LINE),
            identity=draw(LINE | st.just(i)),
            subject=draw(st.sampled_from(vocabulary.SUBJECTS)),
            on_behalf_of=draw(LINE),
            binding=draw(st.sampled_from(vocabulary.BINDINGS)),
            lifetime=draw(_one(["1s", "90d", "unlimited"])),
            audience=draw(_maybe(systems)),
            attested=draw(FLAG),
            owner=draw(LINE),
            known_as=draw(_maybe(NAMES)),
            status=draw(st.sampled_from(["active", "revoked"])),
            description=draw(LINE),
            at=draw(SLOT),
        )
        for i in credentials
    ]
    some = draw(st.randoms(use_true_random=False))

    def pairs(first, second):
        every = [(a, b) for a in first for b in second]
        return some.sample(every, some.randint(0, min(len(every), 3)))

    def distinct(values):
        return [pair for pair in pairs(values, values) if pair[0] != pair[1]]

    acts = _list(vocabulary.ACTIONS)
    made += [records.Hold(a, c) for a, c in pairs(agents, credentials)]
    made += [
        records.Grant(
            c,
            s,
            draw(acts),
            draw(LINE),
            draw(st.sampled_from(vocabulary.HONOURED_AS)),
            draw(_maybe(vocabulary.ACTIONS)),
        )
        for c, s in pairs(credentials, systems)
    ]
    made += [
        records.Custody(s, c, draw(st.sampled_from(vocabulary.HOWS)), draw(_maybe(vocabulary.ACTIONS)))
        for s, c in pairs(systems, credentials)
    ]
    made += [
        records.Exchange(a, b, draw(_one(systems)), draw(_one(vocabulary.EXCHANGE_SEMANTICS)), draw(FLAG))
        for a, b in distinct(credentials)
    ]
    accesses = [f"{system}:{action}" for system in systems for action in vocabulary.ACTIONS]
    made += [
        records.Delegation(
            a, b, draw(_maybe(credentials)), draw(_maybe(accesses)), draw(st.sampled_from(vocabulary.RETURNS))
        )
        for a, b in distinct(agents)
    ]
    made += [records.Trigger(s, a) for s, a in pairs(systems, agents)]
    made += [
        records.Intent(a, s, draw(acts), draw(_maybe([*systems, "home"][:4])), draw(OFTEN))
        for a, s in pairs(agents, systems)
    ]
    steps = _steps(made, zones, systems, agents)
    for number, (step, from_, to) in enumerate(some.sample(steps, some.randint(0, min(len(steps), 5)))):
        limited = draw(_maybe(vocabulary.ACTIONS)) if step in {"grant", "custody", "boundary"} else None
        made.append(
            records.Checkpoint(
                f"k{number}",
                draw(st.sampled_from(vocabulary.CHECKPOINT_KINDS)),
                step,
                from_,
                to,
                limited,
                draw(st.sampled_from(vocabulary.FRESHNESSES)),
                draw(st.sampled_from(vocabulary.CHECKPOINT_STATES)),
                draw(_one(systems)),
                draw(_maybe(list(NASTY))),
                draw(st.none() | st.integers(0, 10**9)),
                draw(LINE),
            )
        )
    tables = {"zone": zones, "system": systems, "agent": agents, "credential": credentials}
    elements = [f"{table}:{each}" for table, ids in tables.items() for each in ids]
    elements += [f"{step}:{from_}>{to}" for step, from_, to in steps if step != "boundary"]
    elements += [f"grant:{from_}>{to}:read" for step, from_, to in steps if step == "grant"]
    made += [
        records.Note(
            each,
            draw(_line(90)),
            draw(_one(elements)),
            draw(st.sampled_from(vocabulary.NOTE_KINDS)),
            draw(LINE),
            draw(st.sampled_from(vocabulary.NOTE_STATES)),
            draw(st.none() | st.dates(date(1990, 1, 1))),
            draw(LINE),
        )
        for each in draw(st.lists(st.sampled_from(IDS), unique=True, max_size=3))
    ]
    for rule in draw(st.lists(st.sampled_from(["toxic-flow", "made-up"]), unique=True)):
        made.append(
            records.Acceptance(
                rule,
                draw(_line(40)),
                draw(_line(90)),
                draw(_line(40)),
                draw(st.dates(date(1990, 1, 1))),
                draw(_one(vocabulary.SEVERITIES)),
                draw(_maybe(list(IDS))),
                draw(_maybe(vocabulary.ACTIONS)),
            )
        )
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
