"""What the corner models show, by the naive reading: the clause that each is there for decides it."""

from tests.reference import builders
from tests.reference.reading import Reading
from tests.rows import all_rows

MODELS = dict(builders.corners())


def reading(name):
    return Reading(MODELS[name])


@all_rows(
    ("name", "agent", "toxic"),
    [
        ("hears-by-hosting", "a1", False),
        ("hears-through-an-agent", "a1", False),
        ("retired-agents-instruct-nobody", "a1", False),
        ("instructed-by-the-unsteered", "a1", True),
        ("toxic-reads-come-back", "a2", False),
        ("toxic-trigger-guarded", "a0", False),
        ("toxic-trigger", "a1", True),
    ],
)
def test_flows(name, agent, toxic):
    assert (agent in reading(name).toxic()) == toxic


@all_rows(
    ("name", "expected"),
    [
        ("approved-read-behind-a-limit", {("read", "approved")}),
        ("no-approved-write-behind-a-limit", {("execute", "uncontrolled")}),
        ("doors-of-the-key-and-of-its-copy", {("read", "uncontrolled")}),
        ("read-behind-a-typed-trigger-alone", {("write", "controlled")}),
        ("triggered-but-not-read", {("write", "controlled")}),
        ("somebody-else-at-the-source", {("write", "uncontrolled")}),
    ],
)
def test_states(name, expected):
    crossings = reading(name).crossings_and_missing()[0]
    assert {(c.action, c.state) for c in crossings if c.target != "q"} >= expected


@all_rows(
    ("name", "agent", "unchecked"),
    [
        ("nested-values", "a0", set()),
        ("made-from-admin", "a2", set()),
        ("copies-of-approvers-count", "a1", {("s1", "write"), ("s1", "execute")}),
        ("persons-do-not-hear", "a2", {("s0", "write")}),
    ],
)
def test_unchecked_reach(name, agent, unchecked):
    nodes, _ = reading(name).unchecked({("agent", agent)})
    assert {node[1:] for node in nodes if node[0] == "access"} == unchecked


def test_all_five_leave_with_admin():
    doors = reading("admin-leaves-a-session").crossings_and_missing()[1]
    assert [door.actions for door in doors] == [("read", "write", "execute", "issue", "admin")]
