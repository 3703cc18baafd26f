"""The intents that close a missing checkpoint: all that it needs, and only what approves a crossing."""

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.round.stops import RoundStop
from meshmodel.app.presentation.intents import IntentPreview, answering, closing_intents, intending, reasoned
from meshmodel.app.presentation.round_answers import why_not
from meshmodel.edits.edit import Put, apply_edit, edit
from meshmodel.model import records as r
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.vocabulary import SEVERITIES
from meshmodel.store.examples import ORDER
from meshmodel.store.load import load
from tests.commands.running import MODELS
from tests.reference.random_models import few_and_many, random_model
from tests.rows import all_rows


def check(snapshot):
    analysis = analyse(snapshot)
    for finding in analysis.findings:
        found = closing_intents(analysis, finding)
        is_door = finding.rule == DOOR
        assert bool(found) == (is_door and "Or mark it as intended." in finding.remedy)
        if found:
            after = analyse(apply_edit(snapshot, edit("intend", map(Put, found))))
            left = {agent for each in after.doors if each.subject == finding.subject for agent in each.agents}
            assert not left & set(finding.agents)  # it may become one of others
            for each in found:
                known = snapshot.intent.get((each.agent, each.system))
                assert known is None or set(known.from_ or ["home"]) <= set(each.from_ or ["home"])


@few_and_many(2, 12)
def test_they_close_the_finding_and_there_are_some_where_it_offers_them(drawn):
    for seed, flavour in drawn:
        check(random_model(seed, 5, flavour))


@all_rows("name", ORDER)
def test_they_close_findings_of_the_examples(name):
    check(load(MODELS / f"{name}.toml"))


def test_each_of_them_is_needed():
    for seed in range(30):
        snapshot = random_model(seed, 5, "mixed")
        analysis = analyse(snapshot)
        for finding in analysis.findings:
            found = list(closing_intents(analysis, finding))
            for left_out in found if len(found) > 1 else ():
                fewer = edit("intend", [Put(each) for each in found if each != left_out])
                doors = analyse(apply_edit(snapshot, fewer)).doors
                assert finding.subject in {each.subject for each in doors}


def check_said(snapshot):
    """What is declared closes the finding, and exactly what it makes worse is said."""
    analysis = analyse(snapshot)
    known = {(each.rule, each.subject): SEVERITIES.index(each.severity) for each in analysis.findings}
    for finding in analysis.findings:
        intents = answering(analysis, finding, analysis.explain_finding(finding))
        found = intents if isinstance(intents, str) else intending(analysis, finding, intents)
        if not isinstance(found, IntentPreview):
            assert found.startswith("Cannot mark as intended: ")
            continue
        after = analyse(apply_edit(snapshot, reasoned(found.edit, found.about, "so", snapshot)))
        left = {(each.rule, each.subject): SEVERITIES.index(each.severity) for each in after.findings}
        assert (finding.rule, finding.subject) not in left
        worse = [key for key, severity in left.items() if severity > known.get(key, -1)]
        assert bool(found.opens) == bool(worse)
        beyond = [subject for rule, subject in worse if rule == "unapproved-reach"]
        assert ("more access than intended" in found.opens) == bool(beyond)
        assert found.after == after.summary.uncontrolled


@few_and_many(1, 6)
def test_what_an_intent_makes_worse_is_said(drawn):
    for seed, flavour in drawn:
        check_said(random_model(seed, 5, flavour))


@all_rows("name", ORDER)
def test_it_is_said_of_the_examples(name):
    check_said(load(MODELS / f"{name}.toml"))


def test_all_that_is_beyond_can_be_marked_as_intended():
    analysis = analyse(load(MODELS / "code-agent.toml"))
    (finding,) = (each for each in analysis.findings if each.rule == "unapproved-reach")
    intents = answering(analysis, finding, None)
    assert isinstance(intending(analysis, finding, intents), IntentPreview)


def test_what_another_agent_holds_is_refused_by_its_name():
    analysis = analyse(load(MODELS / "agent-chain.toml"))
    finding = next(each for each in analysis.findings if each.subject == "execution-token>payments")
    assert answering(analysis, finding, analysis.explain_finding(finding)) == (
        "Cannot mark as intended: Execution token is held by Executor, "
        "not by Analyst, Orchestrator and 1 more. Remove it or add a checkpoint (p)."
    )


def test_the_reason_is_kept_with_the_grant():
    snapshot = load(MODELS / "workflow-broker.toml")
    wanted = edit("intend", [Put(r.Intent("broker", "payroll", ("read",)))])
    after = apply_edit(snapshot, reasoned(wanted, "grant:user-token>payroll", "agreed in May", snapshot))
    (note,) = after.note.values()
    assert (note.about, note.text) == (
        "grant:user-token>payroll",
        "Intended, broker on payroll: agreed in May",
    )


def test_a_topic_of_a_review_says_why_no_intended_use_closes_it():
    reasons = {
        "support-agent": "Support bot reads untrusted content and may follow it (prompt injection)",
        "code-agent": "Deployment key is found, not held",
    }
    for name, why in reasons.items():
        analysis = analyse(load(MODELS / f"{name}.toml"))
        door = analysis.doors[0]
        stop = RoundStop.at(analysis, ("grant", door.credential, door.system))
        said = why_not(stop, None, "yes", is_done=False)
        assert said == f"{why}: no intended use closes anything here"
