"""The drawing in words: nothing is left out, and what the canvas marks is said."""

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.description import Description, description, line_about
from meshmodel.answers.style import Style
from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import apply_edit
from meshmodel.interchange import read_text, write_text
from meshmodel.language import parse
from meshmodel.model.records import Snapshot
from meshmodel.store.examples import examples
from meshmodel.store.load import load
from tests.reference.random_models import FLAVOURS, random_model
from tests.rows import all_rows

MODELS = [each.path for each in examples()]


def told(analysis):
    return [line for _, line in Description(analysis).lines()]


@all_rows("path", MODELS)
def test_every_element_and_every_missing_checkpoint_is_told(path):
    analysis = analyse(load(path))
    text = "\n".join(told(analysis))
    for table in ("zone", "system", "agent", "credential"):
        for record in analysis.snapshot.table(table).values():
            assert record.title in text, (table, record.id)
    marked = sum(mark == "missing" for mark in analysis.marks().values())
    assert (text.count("no checkpoint decides") > 0) == (marked > 0)


@given(st.integers(0, 5_000), st.sampled_from(FLAVOURS))
def test_each_relation_of_any_model_has_its_words(seed, flavour):
    snapshot = random_model(seed, 5, flavour)
    lines = told(analyse(snapshot))
    assert sum(line.startswith("    holds ") for line in lines) == len(snapshot.hold)
    assert sum(line.startswith(("    stores ", "    issues ")) for line in lines) == len(snapshot.custody)
    assert sum(line.startswith("    calls ") for line in lines) == len(snapshot.delegation)
    assert sum(line.startswith("    triggers ") for line in lines) == len(snapshot.trigger)
    assert sum(line.startswith("    may ") for line in lines) == len(snapshot.intent)
    assert sum(line.startswith("  agent ") for line in lines) == len(snapshot.agent)
    assert sum(line.startswith("  system ") for line in lines) == len(snapshot.system)


def test_names_that_logs_use_are_told_of_whatever_has_them():
    text = "bot > token > tickets · bot known as Bot One · token known as role/* · tickets known as t.example"
    lines = told(analyse(apply_edit(Snapshot(), parse(text, Snapshot()).edit)))
    assert any(each.startswith("  agent bot: ") and each.endswith(", known as Bot One") for each in lines)
    assert any(line.startswith("    holds credential token, known as role/*, opens ") for line in lines)
    assert "  system tickets, known as t.example" in lines


def test_a_planned_checkpoint_is_told_as_one_that_is_to_come():
    snapshot = load(next(path for path in MODELS if path.stem == "support-agent"))
    planned = apply_edit(
        snapshot, add_checkpoints(snapshot, (("grant", "file-sas", "attachments"),), "planned")
    )
    built = "\n".join(told(analyse(planned)))
    assert "no checkpoint decides: one is missing; policy-decision planned" in built
    designed = "\n".join(told(analyse(planned, view="designed")))
    assert "a checkpoint decides; policy-decision planned" in designed


def test_what_a_checkpoint_asks_about_is_told_where_that_is_not_every_action():
    text = "bot > key > files: read, write; bot home desk; ask human-approval on key > files: write"
    lines = told(analyse(apply_edit(Snapshot(), parse(text, Snapshot()).edit)))
    (line,) = (each for each in lines if "holds" in each)
    assert line.endswith("no checkpoint decides: one is missing; human-approval for write)")


READS = "bot > key > inbox: read; inbox is untrusted; inbox triggers bot; bot is ai-agent"


def test_a_checkpoint_on_what_is_read_is_told_apart_from_one_on_the_start():
    text = f"{READS}; ask human-approval on hearing inbox > bot; ask policy-decision on inbox triggers bot"
    lines = told(analyse(apply_edit(Snapshot(), parse(text, Snapshot()).edit)))
    (started,) = (each for each in lines if each.startswith("    triggers bot"))
    assert "policy-decision; it decides who may start it, not about the words that it reads" in started
    (heard,) = (each for each in lines if each.startswith("    its untrusted content is read by bot"))
    assert heard.endswith("human-approval")
    program = f"{READS.replace('ai-agent', 'service')}; ask policy-decision on inbox triggers bot"
    lines = told(analyse(apply_edit(Snapshot(), parse(program, Snapshot()).edit)))
    assert not any("not about the words" in each for each in lines)


def test_what_became_of_checkpoints_of_earlier_versions_is_told():
    text = 'format = "meshmodel/1"\n[[system]]\nid = "s"\n[[agent]]\nid = "a"\n[[checkpoint]]\nid = "k"\n'
    text += 'kind = "human-approval"\nstep = "trigger"\nfrom = "s"\nto = "a"\n'
    said = "  k: counts as one on the reading of untrusted content, and judges what a reads in s"
    assert told(analyse(read_text(text)))[-1] == said
    again = write_text(read_text(text))
    assert not any("is read as one" in each for each in told(analyse(read_text(again))))


def test_lines_fit_the_columns():
    analysis = analyse(load(MODELS[0]))
    text = description(analysis, Style(columns=60))
    assert max(map(len, text.splitlines())) <= 60


@given(st.integers(0, 5_000), st.sampled_from(FLAVOURS))
def test_everything_that_can_be_selected_leads_to_the_line_that_names_it(seed, flavour):
    snapshot = random_model(seed, 5, flavour)
    lines = [*Description(analyse(snapshot)).lines()]
    for table in ("zone", "system", "agent", "credential"):
        for key, record in snapshot.table(table).items():
            at = line_about(lines, (table, key))
            assert at is not None, (table, key)
            assert record.title in lines[at][1]
    for table in ("hold", "custody", "delegation", "trigger"):
        for key in snapshot.table(table):
            assert lines[line_about(lines, (table, key))][0] == (table, key)
    for credential, system in snapshot.grant:
        at = line_about(lines, ("grant", (credential, system)))
        assert f" {snapshot.system[system].title} (" in lines[at][1]
    assert line_about(lines, None) is None
