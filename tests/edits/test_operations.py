"""What records are called, where they lie, and what an edit touched."""

from meshmodel.edits.edit import Edit, Put, Remove, apply_edit, touched
from meshmodel.edits.operations import described, exists, placed_since, zone_of
from meshmodel.model.records import (
    Agent,
    Checkpoint,
    Credential,
    Delegation,
    Grant,
    Hold,
    Reference,
    System,
    Zone,
)
from tests.edits.models import snapshot_of
from tests.rows import all_rows

MODEL = snapshot_of(
    [
        Zone("cloud", name="The cloud"),
        System("files", zone="cloud"),
        System("host"),
        Agent("bot", home="cloud", runs_on="host"),
        Agent("helper"),
        Credential("key"),
        Hold("bot", "key"),
        Grant("key", "files", ("read",)),
        Delegation("bot", "helper", passes=("key",)),
    ]
)


@all_rows(
    ("reference", "there"),
    [
        (("system", "files"), True),
        (("system", "gone"), False),
        (("nonsense", "files"), False),
        (("hosting", ("host", "bot")), True),
        (("hosting", ("files", "bot")), False),
        (("hold", ("helper", "key")), True),  # it is passed: drawn, and no record
        (("hold", ("helper", "gone")), False),
        (("hearing", ("files", "bot")), True),
        (("hearing", ("files", "gone")), False),
        (("trigger", ("files", "bot")), False),
        (("grant", ("key", "host")), False),
    ],
)
def test_a_record_exists_and_so_does_a_step_that_is_drawn_without_one(
    reference: Reference, there: bool
) -> None:
    assert exists(MODEL, reference) is there


@all_rows(
    ("reference", "zone"),
    [
        (("zone", "cloud"), "cloud"),
        (("system", "files"), "cloud"),
        (("system", "host"), None),
        (("agent", "bot"), "cloud"),
        (("credential", "key"), None),
        (("grant", ("key", "files")), None),
        (None, None),
    ],
)
def test_elements_lie_in_zones(reference: Reference | None, zone: str | None) -> None:
    assert zone_of(MODEL, reference) == zone


def test_elements_are_called_by_their_names_and_relations_by_their_ends() -> None:
    assert described(MODEL, ("zone", "cloud")) == "zone The cloud"
    assert described(MODEL, ("agent", "bot")) == "agent bot"
    assert described(MODEL, ("grant", ("key", "files"))) == "grant key > files"


def test_what_an_edit_touched_is_the_last_record_that_it_puts() -> None:
    bot, step = Put(Agent("bot")), Put(Hold("bot", "key"))
    assert touched(Edit("", (bot, step, Remove("agent", "x")))) == ("hold", ("bot", "key"))
    assert touched(Edit("", (Remove("agent", "x"),))) is None


def test_a_checkpoint_that_was_placed_since_is_known_by_its_step() -> None:
    step = "grant", "key", "files"
    after = apply_edit(MODEL, Edit("", (Put(Checkpoint("ask", "policy-decision", *step)),)))
    assert placed_since(MODEL, after, step) == "ask"
    assert placed_since(after, after, step) is None
    assert placed_since(MODEL, after, ("hold", "bot", "key")) is None
