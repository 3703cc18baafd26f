"""What random models rarely show."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.fix import preferring
from meshmodel.store.interchange import read_text
from tests.analysis.fix.self_approving import self_approving
from tests.benchmarks.workshop import workshop


def fix_of(text):
    analysis = analyse(read_text(f'format = "meshmodel/1"\n{text}'))
    fix = analysis.minimum_fix()
    assert (fix.optimal, fix.settled, fix.closes) == (True, True, analysis.summary.uncontrolled)
    return fix


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
        fix = fix_of(TWO_READERS.format(first=first, second=second))
        assert (fix.cost, fix.before) == (1, 2)
        # To guard the grant would interrupt the first; the custody interrupts nobody.
        assert fix.checkpoints == (("custody", "notes", "files-key"),)
        assert fix.interrupts == ()


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


def test_of_equal_ones_the_first_in_the_fixed_order_is_taken():
    # Either the hold or the exchange closes both grants.
    assert fix_of(ORDERED).checkpoints == (("exchange", "c", "d"),)
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
    assert (fix.cost, fix.before, fix.closes) == (2, 3, 3)
    assert fix.checkpoints == (("grant", "bank-key", "bank"), ("grant", "files-key", "files"))
    curve = analysis.closing_curve()
    assert [(point.remaining, point.exact) for point in curve] == [(3, True), (1, True), (0, True)]
    assert curve[1].chosen == (("grant", "bank-key", "bank"),)


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


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[*HealthCheck],
)
@given(st.integers(0, 2**48), st.integers(2, 6), st.integers(0, 2))
def test_the_preferred_set_is_the_same_however_many_are_put_in_order_together(seed, size, together):
    snapshot = self_approving(seed, size)
    fix = analyse(snapshot).minimum_fix()
    try:
        usual, preferring._TOGETHER = preferring._TOGETHER, together + 1
        assert analyse(snapshot).minimum_fix() == fix
    finally:
        preferring._TOGETHER = usual


def test_the_preferred_set_of_a_large_part_is_the_same_too(monkeypatch):
    design = analyse(workshop(24, 250))
    fix = design.minimum_fix()
    assert fix.interrupts
    for together in (1, 5, 12):
        monkeypatch.setattr(preferring, "_TOGETHER", together)
        assert design.minimum_fix() == fix
