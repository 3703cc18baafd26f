"""What random models rarely show."""

from dataclasses import replace

from meshmodel.analysis.analysis import analyse
from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import apply_edit
from meshmodel.interchange import read_text
from meshmodel.model import records as r
from tests.reference.minimum_fix import best_fix
from tests.reference.random_models import snapshot_of
from tests.reference.reading import Reading


def checked(snapshot):
    """The fix of a model, which is proven, preferred by the naive reading too, and works."""
    analysis = analyse(snapshot)
    fix = analysis.minimum_fix()
    assert (fix.optimal, fix.settled, fix.before) == (True, True, analysis.summary.uncontrolled)
    assert fix.checkpoints == best_fix(Reading(snapshot)).steps
    after = Reading(apply_edit(snapshot, add_checkpoints(snapshot, fix.checkpoints, "enforced")))
    assert (after.answer()["summary"]["uncontrolled"], after.toxic()) == (0, [])
    return fix


def fix_of(text):
    return checked(read_text(f'format = "meshmodel/1"\n{text}'))


TWO_READERS = """
[[zone]]
id = "desk"
[[zone]]
id = "store"
[[system]]
id = "notes"
zone = "desk"
[[system]]
id = "files"
zone = "store"
[[agent]]
id = "{first}"
home = "desk"
[[agent]]
id = "{second}"
home = "desk"
[[credential]]
id = "notes-key"
[[credential]]
id = "files-key"
[[credential]]
id = "other-key"
[[hold]]
agent = "{first}"
credential = "files-key"
[[hold]]
agent = "{first}"
credential = "notes-key"
[[hold]]
agent = "{second}"
credential = "notes-key"
[[grant]]
credential = "notes-key"
system = "notes"
actions = ["read"]
[[grant]]
credential = "files-key"
system = "files"
actions = ["read"]
[[custody]]
system = "notes"
credential = "files-key"
[[intent]]
agent = "{first}"
system = "files"
actions = ["read"]
[[intent]]
agent = "{second}"
system = "files"
actions = ["read"]
"""


def test_what_is_approved_for_one_reader_of_a_source_is_not_for_another():
    # Only the first holds the key; the second picks it up, which no intent excuses.
    for first, second in (("a", "b"), ("b", "a")):
        text = TWO_READERS.format(first=first, second=second)
        fix = fix_of(text)
        assert (fix.cost, fix.before) == (1, 2)
        # Nobody can be asked at the custody, which interrupts the second alone; the grant interrupts both.
        assert fix.checkpoints == (("grant", "files-key", "files"),)
        assert fix.interrupts == (("a", "files"), ("b", "files"))
        vault = fix_of(text.replace('id = "notes"\n', 'id = "notes"\nkind = "secrets-manager"\n'))
        assert vault.checkpoints == (("custody", "notes", "files-key"),)
        assert vault.interrupts == ((second, "files"),)


ORDERED = """
[[zone]]
id = "desk"
[[zone]]
id = "store"
[[system]]
id = "files"
zone = "store"
[[agent]]
id = "a"
home = "desk"
[[credential]]
id = "c"
[[credential]]
id = "d"
[[hold]]
agent = "a"
credential = "c"
[[exchange]]
from = "c"
to = "d"
[[grant]]
credential = "d"
system = "files"
actions = ["read"]
[[grant]]
credential = "d"
system = "more"
actions = ["read"]
[[system]]
id = "more"
zone = "store"
"""


def test_of_equal_ones_doors_come_first_and_then_the_order_of_steps():
    # Either the hold or the exchange closes both grants.
    assert fix_of(ORDERED).checkpoints == (("hold", "a", "c"),)
    alone = ORDERED.replace('[[grant]]\ncredential = "d"\nsystem = "more"\nactions = ["read"]\n', "")
    assert fix_of(alone).checkpoints == (("grant", "d", "files"),)


POWER = """
[[zone]]
id = "desk"
[[zone]]
id = "left"
[[zone]]
id = "right"
[[system]]
id = "notes"
zone = "desk"
[[system]]
id = "gate"
zone = "desk"
[[system]]
id = "files"
zone = "left"
[[system]]
id = "bank"
zone = "right"
[[agent]]
id = "a"
home = "desk"
[[credential]]
id = "notes-key"
[[credential]]
id = "gate-key"
[[credential]]
id = "files-key"
[[credential]]
id = "bank-key"
[[hold]]
agent = "a"
credential = "notes-key"
[[hold]]
agent = "a"
credential = "files-key"
[[hold]]
agent = "a"
credential = "bank-key"
[[grant]]
credential = "notes-key"
system = "notes"
actions = ["read"]
[[grant]]
credential = "gate-key"
system = "gate"
actions = ["write"]
[[grant]]
credential = "files-key"
system = "files"
actions = ["write"]
[[grant]]
credential = "bank-key"
system = "bank"
actions = ["write"]
[[custody]]
system = "notes"
credential = "gate-key"
[[checkpoint]]
id = "reading"
kind = "policy-decision"
step = "grant"
from = "notes-key"
to = "notes"
[[checkpoint]]
id = "filing"
kind = "policy-decision"
step = "grant"
from = "files-key"
to = "files"
decided_at = "gate"
"""


def test_power_that_comes_with_the_source_alone_takes_both_parts_of_a_start():
    # The path begins at the agent, the power over its checkpoint at what was read.
    analysis = analyse(read_text(f'format = "meshmodel/1"\n{POWER}'))
    fix = analysis.minimum_fix()
    assert (fix.cost, fix.before) == (2, 3)
    assert fix.checkpoints == (("grant", "bank-key", "bank"), ("grant", "files-key", "files"))
    assert [analysis.closing(fix.checkpoints[:number]) for number in (1, 2)] == [2, 3]


BOUNDARY = """
[[system]]
id = "hub"
zone = "desk"
[[checkpoint]]
id = "leaving"
kind = "policy-decision"
step = "boundary"
from = "desk"
to = "right"
decided_at = "{decided_at}"
"""


def test_a_boundary_that_counts_is_in_no_need_of_a_fix():
    fix = fix_of(POWER + BOUNDARY.format(decided_at="hub"))
    assert fix.before == 1
    assert fix.checkpoints == (("grant", "files-key", "files"),)


def test_to_take_the_power_over_a_boundary_away_closes_it():
    # From home it counts; who has read the notes writes to the gate, and decides on both ways.
    fix = fix_of(POWER + BOUNDARY.format(decided_at="gate"))
    assert fix.before == 2
    assert fix.checkpoints == (("grant", "gate-key", "gate"),)


WORDS = (
    r.Zone("desk"),
    r.Zone("works"),
    r.System("web", zone="works", sensitivity="public", untrusted_input=True),
    r.System("memory", zone="desk", kind="agent-memory"),
    r.System("mill", zone="works"),
    r.System("kiln", zone="works"),
    r.Agent("scribe", kind="ai-agent", home="works"),
    r.Agent("smith", kind="ai-agent", home="desk"),
    r.Credential("web-key"),
    r.Credential("note-key"),
    r.Credential("memory-key"),
    r.Credential("mill-key"),
    r.Credential("kiln-key"),
    r.Hold("scribe", "web-key"),
    r.Hold("scribe", "note-key"),
    r.Hold("smith", "memory-key"),
    r.Hold("smith", "mill-key"),
    r.Hold("smith", "kiln-key"),
    r.Grant("web-key", "web", ("read",)),
    r.Grant("note-key", "memory", ("write",)),
    r.Grant("memory-key", "memory", ("read",)),
    r.Grant("mill-key", "mill", ("execute",)),
    r.Grant("kiln-key", "kiln", ("execute",)),
    r.Intent("smith", "mill", ("execute",)),
    r.Intent("smith", "kiln", ("execute",)),
)


def test_where_approvals_fail_only_by_carried_words_the_way_of_the_words_is_guarded():
    # From the memory it would be approved, were nothing of outsiders carried there: one step instead of two.
    fix = checked(snapshot_of(WORDS))
    assert fix.checkpoints == (("grant", "note-key", "memory"),)
    assert fix.interrupts == ()


def test_where_crossings_exist_only_by_carried_words_the_way_of_the_words_is_guarded():
    # All in one zone: nothing crosses but what heard words instruct.
    inside = [
        replace(each, zone="desk") if isinstance(each, r.System) and each.id != "web" else each
        for each in WORDS
        if not isinstance(each, r.Intent)
    ]
    fix = checked(snapshot_of(inside))
    assert fix.before > 3
    assert fix.checkpoints == (("grant", "note-key", "memory"),)


def test_to_take_the_power_over_a_boundary_away_closes_it_where_nothing_else_is_guarded():
    records = [
        r.Zone("desk"),
        r.Zone("left"),
        r.System("gate", zone="desk"),
        r.System("files", zone="left"),
        r.System("store", zone="left"),
        r.Agent("a", kind="service", home="desk"),
        *(r.Credential(f"{each}-key") for each in ("gate", "files", "store")),
        *(r.Hold("a", f"{each}-key") for each in ("gate", "files", "store")),
        *(r.Grant(f"{each}-key", each, ("write",)) for each in ("gate", "files", "store")),
        r.Checkpoint("out", "policy-decision", "boundary", "desk", "left", decided_at="gate"),
    ]
    assert checked(snapshot_of(records)).checkpoints == (("hold", "a", "gate-key"),)


TOXIC = (
    r.Zone("desk"),
    r.System("inbox", zone="desk", untrusted_input=True),
    r.System("letters", zone="desk", sensitivity="confidential"),
    r.System("search", zone="desk", sensitivity="public", exposed_requests=True),
    r.Agent("clerk", kind="ai-agent", home="desk"),
    r.Credential("letters-key"),
    r.Credential("search-key"),
    r.Hold("clerk", "letters-key"),
    r.Hold("clerk", "search-key"),
    r.Grant("letters-key", "letters", ("read",)),
    r.Grant("search-key", "search", ("read",)),
    r.Intent("clerk", "letters", ("read",)),
    r.Intent("clerk", "search", ("read",), from_=("letters",)),
)


def test_a_toxic_flow_is_closed_by_the_trigger_that_starts_it():
    fix = checked(snapshot_of([*TOXIC, r.Trigger("inbox", "clerk")]))
    assert (fix.before, fix.flows) == (1, ("clerk",))
    assert fix.checkpoints == (("trigger", "inbox", "clerk"),)
    # It counts only where the outsider has no power over it.
    own = r.Checkpoint("asking", "policy-decision", "trigger", "inbox", "clerk", decided_at="inbox")
    fix = checked(snapshot_of([*TOXIC, r.Trigger("inbox", "clerk"), own]))
    assert fix.checkpoints == (("trigger", "inbox", "clerk"),)
    other = [r.System("gate"), replace(own, decided_at="gate")]
    assert checked(snapshot_of([*TOXIC, *other, r.Trigger("inbox", "clerk")])).cost == 0


def test_what_is_heard_can_be_judged():
    # What is read there is decided about, but what the agent hears steers it all the same.
    reading = [
        r.Credential("inbox-key"),
        r.Hold("clerk", "inbox-key"),
        r.Grant("inbox-key", "inbox", ("read",)),
        r.Checkpoint("reading", "policy-decision", "grant", "inbox-key", "inbox"),
    ]
    snapshot = snapshot_of([*TOXIC, *reading])
    fix = checked(snapshot)
    assert fix.flows == ("clerk",)
    assert fix.checkpoints == (("hearing", "inbox", "clerk"),)
    # Where a trigger starts it besides: what is judged before it is read has started nobody unjudged.
    fix = checked(snapshot_of([*TOXIC, *reading, r.Trigger("inbox", "clerk")]))
    assert fix.checkpoints == (("hearing", "inbox", "clerk"),)
    unguarded = {key: each for key, each in snapshot.checkpoint.items() if key != "reading"}
    fix = checked(replace(snapshot, checkpoint=unguarded))
    assert (fix.checkpoints, fix.interrupts) == ((("hearing", "inbox", "clerk"),), ())


def test_what_belongs_to_one_person_is_carried_out_only_to_others():
    people = [replace(each, on_behalf_of="ann") if isinstance(each, r.Credential) else each for each in TOXIC]
    private = [replace(each, partitioned=True) if isinstance(each, r.System) else each for each in people]
    assert checked(snapshot_of([*people, r.Trigger("inbox", "clerk")])).flows == ("clerk",)
    assert checked(snapshot_of([*private, r.Trigger("inbox", "clerk")])).flows == ()


def test_a_limited_delegation_counts_once_with_all_its_actions_and_copies():
    records = [
        r.Zone("desk"),
        r.Zone("store"),
        r.System("files", zone="store"),
        r.System("mail", zone="store"),
        r.Agent("a", kind="ai-agent", home="desk"),
        r.Agent("b", kind="ai-agent", home="desk"),
        r.Agent("tools", kind="service", home="store"),
        r.Credential("key"),
        r.Hold("tools", "key"),
        r.Grant("key", "files", ("read", "write")),
        r.Grant("key", "mail", ("read", "write")),
        r.Delegation("a", "tools", only=("files:read", "mail:read", "mail:write")),
        r.Delegation("b", "tools", only=("files:read", "mail:write")),
    ]
    # One hold is the hold of every session.
    fix = checked(snapshot_of(records))
    assert fix.checkpoints == (("hold", "tools", "key"),)
    alone = [each for each in records if each != r.Agent("b", kind="ai-agent", home="desk")][:-1]
    assert checked(snapshot_of(alone)).checkpoints == (("hold", "tools", "key"),)


def test_a_decision_upstream_makes_a_filter_before_a_start_by_values_count():
    snapshot = read_text("""
format = "meshmodel/1"
system = [{id = "s1", untrusted_input = true}, {id = "s2", typed = true}]
agent = [{id = "a0"}, {id = "a1"}]
credential = [{id = "c0"}, {id = "c1"}]
hold = [
  {agent = "a0", credential = "c0"}, {agent = "a0", credential = "c1"}, {agent = "a1", credential = "c1"},
]
grant = [
  {credential = "c0", system = "s2", actions = ["write"]},
  {credential = "c1", system = "s1", actions = ["read"]},
]
trigger = [{system = "s2", agent = "a1"}]

[[checkpoint]]
id = "filter"
kind = "policy-decision"
step = "hearing"
from = "s2"
to = "a1"
decided_at = "s2"
""")
    assert checked(snapshot).checkpoints == (("grant", "c0", "s2"),)
