"""The minimum fix on worked examples and in larger models."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import apply_edit
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from tests.benchmarks.workshop import workshop
from tests.reference.minimum_fix import is_closed
from tests.reference.random_models import FLAVOURS, random_model, snapshot_of
from tests.reference.reading import Reading
from tests.rows import all_rows

ROOT = Path(__file__).parents[3]
MODELS = sorted((ROOT / "models").glob("*.toml"))
SEEDS = st.integers(0, 2**48)


def some(examples):
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


@all_rows("path", MODELS)
def test_the_fix_of_a_worked_example_closes_everything_and_no_part_of_it_does(path):
    snapshot = read_file(path)
    analysis = analyse(snapshot)
    fix = analysis.minimum_fix()
    assert (fix.optimal, fix.settled) == (True, True)
    after = analyse(apply_edit(snapshot, add_checkpoints(snapshot, fix.checkpoints, "enforced")))
    assert (after.summary.uncontrolled, after.doors, after.minimum_fix().cost) == (0, (), 0)
    assert fix.before == analysis.summary.uncontrolled
    for number in range(fix.cost):
        left = fix.checkpoints[:number] + fix.checkpoints[number + 1 :]
        assert not is_closed(Reading(snapshot).with_guarded(left))
    assert fix.closes_each == tuple(analysis.closing([each]) for each in fix.checkpoints)


@pytest.mark.slow
@some(50)
@given(SEEDS, st.sampled_from(FLAVOURS), st.integers(6, 9))
def test_it_closes_everything_in_larger_models_too(seed, flavour, size):
    snapshot = random_model(seed, size, flavour)
    fix = analyse(snapshot).minimum_fix()
    assert fix.optimal
    assert is_closed(Reading(snapshot).with_guarded(fix.checkpoints))


def test_hearing_where_outsiders_administer_what_is_typed_can_be_the_fix():
    """By two keys they change the table, by two keys the clerk writes on, and three others act on that."""
    systems = ("table", "notes", "x-desk", "y-desk", "z-desk")
    records = [r.Zone("home"), r.System("site", zone="home", exposed=True)]
    records += [r.System(each, zone="home", typed=each == "table", integrity="high") for each in systems]
    agents = ("clerk", "x", "y", "z")
    records += [r.Agent(each, kind="ai-agent", home="home") for each in agents]
    for credential, system, actions in (
        ("lost-1", "table", ("admin",)),
        ("lost-2", "table", ("admin",)),
        ("clerk-read", "table", ("read",)),
        ("clerk-1", "notes", ("write",)),
        ("clerk-2", "notes", ("write",)),
        *((f"{each}-read", "notes", ("read",)) for each in agents[1:]),
        *((f"{each}-write", f"{each}-desk", ("write",)) for each in agents[1:]),
    ):
        holder = credential.partition("-")[0]
        having = r.Custody("site", credential) if holder == "lost" else r.Hold(holder, credential)
        records += [r.Credential(credential), r.Grant(credential, system, actions), having]
    snapshot = snapshot_of(records)
    fix = analyse(snapshot).minimum_fix()
    assert (fix.checkpoints, fix.closes_each, fix.before) == ((("hearing", "table", "clerk"),), (3,), 3)
    assert is_closed(Reading(snapshot).with_guarded(fix.checkpoints))


def test_the_fix_of_a_workshop_is_proven_and_leaves_nothing():
    snapshot = workshop(12, 120, seed=1)
    fix = analyse(snapshot).minimum_fix()
    assert (fix.optimal, fix.settled) == (True, True)
    assert fix.interrupts
    assert fix.flows
    after = analyse(
        apply_edit(snapshot, add_checkpoints(snapshot, fix.checkpoints, "enforced"))
    ).minimum_fix()
    assert (after.before, after.flows, after.cost) == (0, (), 0)


def test_closing_refuses_what_is_no_step():
    analysis = analyse(read_file(MODELS[0]))
    for step in (("hold", "nobody", "nothing"), ("boundary", "a", "b")):
        with pytest.raises(KeyError):
            analysis.closing([step])
