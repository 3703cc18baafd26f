"""The stops of a round: the order, what is told, and that deciding at each follows the counts foretold."""

from dataclasses import replace
from datetime import date

from meshmodel.analysis.analysis import Analysis
from meshmodel.analysis.results import Explanation, StepKey
from meshmodel.answers.painters import text_of
from meshmodel.answers.plan_options import usual_options
from meshmodel.answers.plan_state import with_measures
from meshmodel.answers.round.stops import RoundStop, measures_at, next_step, round_of
from meshmodel.answers.round.words import round_blocks, stop_facts
from meshmodel.answers.style import Style
from meshmodel.api import analyse
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.edits.notes import new_note
from meshmodel.interchange import read_file
from meshmodel.model.measures import Ask
from meshmodel.model.records import Acceptance, Agent, Note, Snapshot
from meshmodel.store.examples import examples
from tests.reference.random_models import few_and_many, random_model
from tests.rows import all_rows

EXAMPLES = {each.id: each.path for each in examples()}


def steps(snapshot: Snapshot) -> list[RoundStop]:
    return [each for each in round_of(analyse(snapshot)).stops if each.step is not None]


def check_followed(snapshot: Snapshot) -> None:
    for each in steps(snapshot):
        assert each.step is not None
        analysis = analyse(snapshot)
        plan = analysis.cheapest_plan(usual_options(snapshot))
        found = next_step(analysis, plan)
        assert found is not None
        assert (found.step, found.before, found.after) == (each.step, each.before, each.after)
        assert analysis.summary.uncontrolled == each.before
        snapshot = with_measures(analysis, measures_at(plan)[each.step]).snapshot
    after = analyse(snapshot)
    assert after.summary.uncontrolled == 0
    assert next_step(after, after.cheapest_plan(usual_options(snapshot))) is None
    assert all(stop.step is None for stop in round_of(after).stops)


@all_rows("name", EXAMPLES)
def test_deciding_at_each_stop_follows_the_counts_foretold(name: str) -> None:
    check_followed(read_file(EXAMPLES[name]))


@all_rows("seed", range(10))
def test_it_does_so_in_random_models(seed: int) -> None:
    check_followed(random_model(seed))


Asked = tuple[str, str | None, str, str | None]


def unchecked(analysis: Analysis) -> set[Asked]:
    found = (each for each in analysis.crossings() if each.state == "uncontrolled")
    return {(each.agent, each.source, each.target, each.action) for each in found}


def passes(way: Explanation, step: StepKey) -> bool:
    """Whether a path passes a step; one that comes from a system may begin with what that starts or tells."""
    taken = [(each.step, each.from_.partition(":")[2], each.to.partition(":")[2]) for each in way.steps]
    return step in taken or (step[0] in {"trigger", "hearing"} and step[1] == way.source)


def check_shown(snapshot: Snapshot) -> None:
    """The path of a stop passes its step, and deciding there closes it; what is closed is closed."""
    for stop in steps(snapshot):
        assert stop.step is not None
        if stop.removing or not stop.changes:
            continue  # no path is closed by a checkpoint there alone
        before, after = stop.analysis, with_measures(stop.analysis, [Ask(stop.step, 1)])
        left = {each.subject for each in after.doors}
        assert left.isdisjoint(each.subject for each in stop.closes)
        assert left.issuperset(each.subject for each in stop.lowers)
        assert {*stop.changes} == {*before.doors} - {*after.doors}
        way = stop.way
        assert way is not None
        assert passes(way, stop.step)
        check_told(before.snapshot, way)
        closed = unchecked(before) - unchecked(after)
        if (way.agent, way.source, way.system, way.action) not in closed:
            # Deciding there may close others alone: those over whose checkpoint it takes power.
            told = [before.explain(who, to, x, by or "home") for who, by, to, x in closed]  # type: ignore[arg-type]
            assert not any(each is not None and passes(each, stop.step) for each in told)


def check_told(snapshot: Snapshot, way: Explanation) -> None:
    """Nobody is said to use a credential that only another one holds."""
    named = {each.title: each.id for each in snapshot.agent.values()}
    passed = {(each.to, key) for each in snapshot.delegation.values() for key in each.passes or ()}
    for sentence in way.sentences[1:]:
        number, _, text = sentence.partition(" ")
        if number.isdigit() and ", with " in text:
            who = next((key for title, key in named.items() if text.startswith(f"{title} ")), way.agent)
            said = text.partition(", with ")[2]
            used = [each.id for each in snapshot.credential.values() if said.startswith(each.title)]
            assert any((who, each) in {*snapshot.hold, *passed} for each in used), sentence


@all_rows("name", EXAMPLES)
def test_the_path_of_a_stop_passes_its_step_and_is_closed_by_it(name: str) -> None:
    check_shown(read_file(EXAMPLES[name]))


@few_and_many(1, 12)
def test_it_is_so_in_random_models(drawn: list[tuple[int, str]]) -> None:
    for seed, flavour in drawn:
        check_shown(random_model(seed, 5, flavour))


def test_stops_of_the_gateway_show_different_paths() -> None:
    ways = [each.way for each in steps(read_file(EXAMPLES["crm-assistant-gateway"]))]
    told = [each.sentences for each in ways if each is not None]
    assert len({*told}) == len(told) == 3


def test_the_gateway_is_closed_by_three_stops_and_some_stand() -> None:
    found = round_of(analyse(read_file(EXAMPLES["crm-assistant-gateway"])))
    assert [each.after for each in found.stops if each.step] == [40, 6, 0]
    rules = {each.key[0] for each in found.stops if each.step is None}
    assert rules == {"delegation-not-honoured", "secret-at-rest", "unpinned-federation"}


def test_a_parked_stop_comes_last_and_the_round_goes_on() -> None:
    before = read_file(EXAMPLES["crm-assistant-gateway"])
    first = steps(before)[0]
    note = replace(new_note(before, first.about, "Who runs it?", "question"), source="round")
    parked = apply_edit(before, Edit("park", (Put(note),)))
    found = round_of(analyse(parked)).stops
    assert found[-1].key == first.key
    assert found[-1].parked is not None
    assert found[0].key != first.key
    answered = apply_edit(parked, Edit("done", (Put(replace(note, state="done")),)))
    assert round_of(analyse(answered)).stops[0].key == first.key


def test_an_accepted_stop_is_done() -> None:
    before = read_file(EXAMPLES["support-agent"])
    (stop,) = round_of(analyse(before)).stops
    assert stop.finding is not None
    record = Acceptance(stop.finding.rule, stop.finding.subject, "known", "ann", date(2099, 1, 1))
    accepted = apply_edit(before, Edit("accept", (Put(record),)))
    assert round_of(analyse(accepted)).stops == ()


def test_a_stop_tells_what_is_to_be_known_there() -> None:
    before = read_file(EXAMPLES["token-leak"])
    intent = before.intent["chat-service", "crm"]
    often = apply_edit(
        before,
        Edit(
            "",
            (
                Put(replace(intent, per_day=40)),
                Put(Note("who", "Who may read it?", "system:crm", "question")),
                Put(Agent("lone")),
            ),
        ),
    )
    text = text_of(round_blocks(round_of(analyse(often))), Style(columns=120))
    assert "remove Cloud key in CRM: 10 → 0" in text
    assert "note: Who may read it?" in text
    assert "lone" not in text
    (chain, *_) = round_of(analyse(read_file(EXAMPLES["code-agent"]))).stops
    assert stop_facts(chain, None)["related"] == "Agent spans production and test: Code agent (high)"
