"""A small mesh with every table in it, and random edits of a mesh."""

from datetime import date
from pathlib import Path
from random import Random

from meshmodel.edits.edit import Change, Edit, Put, Remove, Rename, apply_edit, edit
from meshmodel.model.records import (
    RECORD_TYPES,
    TABLES,
    About,
    Acceptance,
    Agent,
    Checkpoint,
    Credential,
    Custody,
    Delegation,
    Exchange,
    Grant,
    Hold,
    Intent,
    Key,
    Note,
    Record,
    Snapshot,
    System,
    Trigger,
    Zone,
)
from meshmodel.model.schema import SCHEMA, STEP_ENDS, Field
from meshmodel.model.vocabulary import ACTIONS
from meshmodel.store.imports import RecordImport
from meshmodel.store.store import Store

RECORDS: tuple[Record, ...] = (
    About(name="Support", description="Reads tickets, fetches files."),
    Zone("helpdesk", name="Help desk", environment="corporate", at=(0, 1)),
    Zone("storage", environment="made-up"),
    System(
        "tickets",
        name="Tickets – 票",
        kind="saas",
        zone="helpdesk",
        integrity="high",
        untrusted_input=True,
        exposed=False,
        exposed_requests=True,
        at=(2, -1),
    ),
    System(
        "files", zone="storage", sensitivity="confidential", audit="identity", partitioned=True, owner="me"
    ),
    System("sts", kind="token-service", vendor="Other Inc.", typed=True, known_as=("sts.amazonaws.com",)),
    Agent(
        "bot",
        kind="ai-agent",
        home="helpdesk",
        runs_on="sts",
        steerable=False,
        vendor="Other Inc.",
        known_as=("Bot – 票", "spiffe://example.org/support/*"),
    ),
    Agent(
        "helper",
        name="[b]helper[/b]",
        steerable=False,
        status="retired",
        description="'); DROP TABLE agent; --",
    ),
    Credential(
        "token",
        identity="svc-support",
        lifetime="90d",
        audience=("files", "tickets"),
        attested=True,
        known_as=("arn:aws:iam::111122223333:role/support",),
    ),
    Credential(
        "key", kind="sas-token", subject="human", on_behalf_of="anna", binding="dpop", status="revoked"
    ),
    Credential("role", owner="ops"),
    Hold("bot", "token"),
    Grant("token", "tickets", ("read", "write"), scope="all", honoured_as="delegate", entitled=("read",)),
    Grant("key", "files", ("admin",)),
    Custody("tickets", "key", by=("read", "execute")),
    Exchange("token", "role", at="sts", semantics="impersonation", pinned=False),
    Delegation(
        "bot", "helper", passes=("role", "token"), only=("files:read", "tickets:write"), returns="values"
    ),
    Trigger("tickets", "bot"),
    Intent("bot", "files", ("read",), from_=("home", "tickets"), per_day=0.5),
    Checkpoint(
        "ask", "human-approval", "grant", "key", "files", ("read",), approvers=("anna", "bert"), rate=3
    ),
    Checkpoint("filter", "policy-decision", "hearing", "files", "bot"),
    Checkpoint("gate", "policy-decision", "boundary", "helpdesk", "system:sts", decided_at="sts"),
    Note(
        "owner",
        "Who owns the – 票 files?",
        "system:files",
        "question",
        "anna",
        "done",
        date(2027, 3, 1),
        "infra/main.tf:12",
    ),
    Note("scope", "Drawn for the review."),
    Note("keep", "It may stay.", "grant:key>files:read", "action", source="plan"),
    Acceptance("toxic-flow", "bot", "known", "anna", date(2027, 2, 28), "high", ("bot",), ("read",)),
)


def imported_in(path: Path) -> list[RecordImport]:
    """What imports last said of each record, as a file keeps it."""
    with Store.open(path, read_only=True) as store:
        return store.imported()


def names_in(folder: Path) -> list[str]:
    """What lies in a folder, sorted."""
    return sorted(each.name for each in folder.iterdir())


SAMPLE = apply_edit(Snapshot(), edit("sample", [Put(record) for record in RECORDS]))

_WORDS = ("one", "zwei", "δύο", "多い", "x" * 200, "a 'quoted' \"word\"", "tab?#%")


def random_edit(random: Random, snapshot: Snapshot) -> Edit:
    """One to four changes; many are valid, some are not."""
    changes: list[Change] = []
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        table = random.choice(("about", *TABLES, *TABLES[:4]))
        keys = list(snapshot.table(table))
        kind = random.random()
        if table != "about" and keys and kind < 0.25:
            changes.append(Remove(table, random.choice(keys)))
        elif table in {*TABLES[:4], "checkpoint", "note"} and keys and kind < 0.35:
            changes.append(Rename(table, random.choice(keys), f"{table[0]}{random.randrange(4)}"))
        else:
            changes.append(Put(_random_record(random, snapshot, table)))
    return edit(f"edit {random.randrange(1000)}", changes)


def _random_record(random: Random, snapshot: Snapshot, table: str) -> Record:
    values = {}
    for field in SCHEMA[table].fields:
        if field.required or random.random() < 0.5:
            values[field.attribute] = _random_value(random, snapshot, table, field)
    if table == "checkpoint":
        values |= _random_step(random, snapshot)
    record: Record = RECORD_TYPES[table](**values)
    return record


def _random_step(random: Random, snapshot: Snapshot) -> dict[str, object]:
    step = random.choice(tuple(STEP_ENDS))
    ends: tuple[str, str]
    if step in {"trigger", "hearing", "hosting", "boundary"}:
        first, second = STEP_ENDS[step]
        ends = (_any_id(random, snapshot, first), _any_id(random, snapshot, second))
    else:
        ends = random.choice(list(snapshot.table(step)) or [("none", "none")])
    return {"step": step, "from_": ends[0], "to": ends[1], "actions": None}


def _any_id(random: Random, snapshot: Snapshot, table: str) -> str:
    keys: list[Key] = list(snapshot.table(table)) or ["none"]
    return str(random.choice(keys))


def _random_value(random: Random, snapshot: Snapshot, table: str, field: Field) -> object:
    match field.type:
        case "id":
            return f"{table[0]}{random.randrange(4)}"
        case "reference":
            return _any_id(random, snapshot, field.refers[0])
        case "references":
            return tuple({_any_id(random, snapshot, field.refers[0]) for _ in range(2)})
        case "choice" | "suggestion":
            return random.choice(field.choices)
        case "boolean":
            return random.random() < 0.5
        case "integer":
            return random.randrange(1000)
        case "number":
            return random.choice((1, 0.25, 40))
        case "actions":
            return tuple(random.sample(field.choices, random.randint(1, 3)))
        case "names" | "aliases":
            return tuple(random.sample(("anna", "bert", "cleo"), 2))
        case "accesses":
            system = _any_id(random, snapshot, "system")
            return tuple(f"{system}:{action}" for action in random.sample(ACTIONS, 2))
        case "element":
            table = random.choice(field.refers)
            return f"{table}:{_any_id(random, snapshot, table)}"
        case "lifetime":
            return random.choice(("15m", "90d", "unlimited"))
        case "date":
            return date(2027, 1, random.randint(1, 28))
        case "slot":
            return (0 if table == "zone" else random.randrange(5), random.randrange(-5, 5))
        case "line" | "paragraph":
            return random.choice(_WORDS)
