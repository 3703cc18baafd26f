import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import SEVERITIES
from tests.analysis.meshes_by_hand import pipeline, support
from tests.analysis.random_models import random_model, snapshot_of


def told(snapshot, *arguments, **options):
    explanation = analyse(snapshot).explain(*arguments, **options)
    assert explanation is not None
    return explanation


def test_the_story_of_the_support_bot():
    explanation = told(support(), "bot", "files")
    assert explanation.sentences == (
        "Support bot reads Tickets, where outsiders write, as svc-support, then",
        "1 reads Files as svc-files with file-key ✖ nobody asks",
        "crosses Help desk → Cloud",
    )
    assert (explanation.source, explanation.action, explanation.state) == ("tickets", "read", "uncontrolled")
    assert [
        (s.step, s.from_, s.to, s.action, s.identity, s.zone_from, s.zone_to) for s in explanation.steps
    ] == [
        ("hold", "agent:bot", "credential:file-key", None, "svc-files", None, None),
        ("grant", "credential:file-key", "system:files", "read", "svc-files", "helpdesk", "cloud"),
    ]


def test_the_story_of_a_secret_that_was_found():
    explanation = told(pipeline(), "coder", "cluster", source="ci")
    assert explanation.sentences == (
        "coder reads ci as ci-token, then",
        "1 finds deploy-key stored in ci",
        "2 administers cluster as svc-deploy, which includes write ✖ nobody asks",
        "crosses build → production",
    )
    assert explanation.steps[0].yielded_by == "ci"
    assert explanation.severity == "critical"


def test_an_earlier_step_that_is_intended_is_told_as_intended():
    found = (r.System("safe"), r.Credential("safe-key"))
    beyond = (r.Custody("cluster", "safe-key"), r.Grant("safe-key", "safe", ("read",)), *found)
    held = (r.Hold("coder", "deploy-key"), r.System("ci", zone="build", sensitivity="restricted"))
    home = r.Agent("coder", home="desk")
    mesh = pipeline(r.Zone("desk"), home, *beyond, *held, r.Intent("coder", "cluster", ("read",), ("home",)))
    assert told(mesh, "coder", "safe", source="home").sentences[1:4] == (
        (
            "1 administers cluster as svc-deploy with deploy-key, which includes read "
            "◇ nobody asks, which is intended"
        ),
        "2 finds safe-key stored in cluster",
        "3 reads safe as safe-key ✖ nobody asks",
    )
    assert told(mesh, "coder", "safe", source="ci").sentences[1].endswith("✖ nobody asks")


def test_the_story_of_a_controlled_crossing_names_what_decides():
    gate = r.Checkpoint("ask", "policy-decision", "grant", "file-key", "files")
    explanation = told(support(gate), "bot", "files")
    assert explanation.state == "controlled"
    assert explanation.steps[-1].checkpoint == "ask"
    assert explanation.sentences[1].endswith("◆ ask asks")


def test_after_a_decision_on_the_way_nobody_needs_to_ask_again():
    gate = r.Checkpoint("ask", "policy-decision", "custody", "ci", "deploy-key", decided_at="desk")
    explanation = told(pipeline(gate, r.System("desk")), "coder", "cluster", source="ci")
    assert explanation.state == "controlled"
    assert explanation.sentences[1:3] == (
        "1 finds deploy-key stored in ci ◆ ask asks",
        "2 administers cluster as svc-deploy, which includes read, nobody asks again",
    )


def test_a_step_home_that_is_no_crossing_is_told_without_a_sign():
    """Reading at home is none, whatever lies between: what is found there leads on."""
    more = (
        r.System("shelf", zone="build"),
        r.Credential("shelf-key"),
        r.Grant("shelf-key", "shelf", ("read",)),
        r.Hold("coder", "shelf-key"),
        r.Custody("shelf", "deploy-key"),
        r.System("feed", zone="outside", untrusted_input=True),
        r.Zone("outside"),
        r.Credential("feed-key"),
        r.Grant("feed-key", "feed", ("read",)),
        r.Hold("coder", "feed-key"),
    )
    mesh = pipeline(*more, without={("custody", ("ci", "deploy-key"))})
    sentences = told(mesh, "coder", "cluster", source="feed").sentences
    assert sentences[1] == "1 reads shelf as shelf-key"
    assert sentences[3].endswith("✖ nobody asks")


def test_a_step_that_is_a_crossing_on_another_way_keeps_its_sign():
    """From notes, which lie there too, reading the store is none; from home it is."""
    more = (
        r.System("notes", zone="cloud", untrusted_input=True, sensitivity="public"),
        r.Credential("note-key"),
        r.Grant("note-key", "notes", ("read",)),
        r.Hold("bot", "note-key"),
        r.Custody("tickets", "store-key"),
        r.System("store", zone="cloud"),
        r.Credential("store-key"),
        r.Grant("store-key", "store", ("read",)),
        r.Custody("store", "desk-key"),
        r.System("desk", zone="helpdesk"),
        r.Credential("desk-key"),
        r.Grant("desk-key", "desk", ("write",)),
    )
    sentences = told(support(*more), "bot", "desk", source="notes").sentences
    assert sentences[1] == "1 reads Tickets as svc-support with ticket-token"
    assert sentences[3] == "3 reads store as store-key ✖ nobody asks"


@pytest.mark.parametrize("seed", [6, 17, 38, 47, 53, 54])
def test_a_sign_on_a_way_stands_where_the_drawing_has_one(seed):
    analysis = analyse(random_model(seed, 8))
    doors = {(agent, door.subject) for door in analysis.doors for agent in door.agents}
    for agent in analysis.snapshot.agent:
        for system in analysis.snapshot.system:
            explanation = analysis.explain(agent, system)
            steps = [each for each in explanation.steps if each.step not in {"hold", "implies"}]
            sentences = [each for each in explanation.sentences if each[:1].isdigit()]
            for sentence, step in zip(sentences, steps, strict=True):
                if "✖" in sentence:
                    ends = [each.partition(":")[2] for each in (step.from_, step.to)]
                    assert (agent, ">".join(ends)) in doors, sentence


def test_the_boundary_is_named_where_it_decides():
    gate = r.Checkpoint("gate", "policy-decision", "boundary", "helpdesk", "cloud", decided_at="files")
    explanation = told(support(gate), "bot", "files")
    assert (explanation.state, explanation.steps[-1].checkpoint) == ("controlled", "gate")


def test_reach_at_home_is_no_crossing_but_has_a_path():
    explanation = told(support(), "bot", "tickets")
    assert (explanation.state, explanation.severity) == (None, None)
    assert [step.step for step in explanation.steps] == ["hold", "grant"]


def test_what_is_not_reached_says_why_and_what_would_open_it():
    without_read = pipeline(r.Grant("ci-token", "ci", ("write",)))
    explanation = told(without_read, "coder", "cluster")
    assert explanation.steps == ()
    assert explanation.why_not == (
        "coder cannot reach cluster: it neither holds nor comes by deploy-key. "
        "One relation would be enough, such as a grant of read on ci to ci-token"
    )
    revoked = support(r.Credential("file-key", status="revoked"))
    assert "revoked (file-key)" in (told(revoked, "bot", "files").why_not or "")
    retired = support(r.Agent("bot", name="Support bot", status="retired"))
    assert told(retired, "bot", "files").why_not == "Support bot is retired: it reaches nothing"
    assert "no credential" in (told(support(r.System("safe")), "bot", "safe").why_not or "")


def test_unknown_elements_have_no_explanation():
    analysis = analyse(support())
    assert analysis.explain("nobody", "files") is None
    assert analysis.explain("bot", "nothing") is None
    assert analyse(Snapshot()).explain() is None


def test_without_arguments_the_worst_crossing_of_all_is_told():
    explanation = told(support())
    assert (explanation.agent, explanation.source, explanation.system) == ("bot", "tickets", "files")


def test_ties_are_broken_by_the_kind_of_step_and_then_by_id():
    snapshot = support(r.Credential("a-key"), r.Hold("bot", "a-key"), r.Grant("a-key", "files", ("read",)))
    assert told(snapshot, "bot", "files").steps[0].to == "credential:a-key"


@pytest.mark.parametrize("seed", range(60))
def test_explanations_agree_with_the_list_of_crossings(seed):
    snapshot = random_model(seed, 5)
    analysis = analyse(snapshot)
    states = ("uncontrolled", "approved", "controlled")
    words = (None, "low", "medium", "high", "critical")
    crossings = {}
    for each in analysis.crossings():
        crossings.setdefault((each.agent, each.target), []).append(each)
    for reach in analysis.reach():
        for system in reach.reach:
            explanation = analysis.explain(reach.agent, system.system)
            assert explanation is not None
            assert explanation.steps
            for before, after in zip(explanation.steps, explanation.steps[1:], strict=False):
                assert before.to == after.from_
            here = crossings.get((reach.agent, system.system))
            if here is None:
                assert explanation.state is None
                continue
            worst = min(
                here,
                key=lambda c: (states.index(c.state), -words.index(c.severity), c.source is not None),
            )
            assert (explanation.state, explanation.severity) == (worst.state, worst.severity)
            if explanation.state == "uncontrolled":
                assert all(step.checkpoint is None for step in explanation.steps)


@pytest.mark.parametrize("seed", range(120))
def test_an_intent_that_is_offered_approves_the_crossing(seed):
    snapshot = random_model(seed, 5)
    analysis = analyse(snapshot)
    for finding in analysis.findings:
        explanation = analysis.explain_finding(finding)
        if finding.rule == "missing-checkpoint":
            assert explanation is not None
            assert explanation.severity == finding.severity
        intent = None if explanation is None else analysis.can_be_intended(explanation)
        if explanation is None or intent is None:
            continue
        records = [
            record
            for table in ("zone", "system", "agent", "credential", "hold", "grant", "custody", "exchange")
            for record in snapshot.table(table).values()
        ]
        records += [
            record
            for table in ("delegation", "trigger", "intent", "checkpoint")
            for record in snapshot.table(table).values()
        ]
        after = analyse(snapshot_of([*records, intent]))
        crossing = next(
            each
            for each in after.crossings()
            if (each.agent, each.source, each.target, each.action)
            == (explanation.agent, explanation.source, explanation.system, explanation.action)
        )
        assert crossing.state == "approved"


def test_outsiders_words_and_an_unknown_trace_cannot_be_intended():
    analysis = analyse(support())
    explanation = analysis.explain("bot", "files", source="tickets")
    assert explanation is not None
    assert analysis.can_be_intended(explanation) is None
    home = analysis.explain("bot", "files", source="home")
    assert home is not None
    assert analysis.can_be_intended(home) == r.Intent("bot", "files", ("read",), ("home",))
    silent = analyse(support(r.System("files", zone="cloud", sensitivity="confidential", audit="none")))
    home = silent.explain("bot", "files", source="home")
    assert home is not None
    assert silent.can_be_intended(home) is None


@pytest.mark.parametrize("seed", range(150))
def test_what_is_left_out_is_chosen_among_what_fits_all_that_is_asked(seed):
    snapshot = random_model(seed, 8)
    analysis = analyse(snapshot)
    crossings = list(analysis.crossings())
    for agent, action, source in (
        *((None, action, None) for action in ("read", "write", "execute")),
        *((None, None, source) for source in ("home", *sorted(snapshot.system))),
        *((agent, "write", "home") for agent in sorted(snapshot.agent)),
        *((agent, None, source) for agent in sorted(snapshot.agent) for source in sorted(snapshot.system)),
    ):
        fitting = [
            each
            for each in crossings
            if agent in (None, each.agent)
            and action in (None, each.action)
            and source in (None, each.source or "home")
        ]
        if not fitting:
            continue
        found = analysis.explain(agent, action=action, source=source)
        asked = agent or found.agent, action or found.action, source or found.source or "home"
        assert (found.agent, found.action, found.source or "home") == asked
        assert found.state is not None
        severities = [SEVERITIES.index(each.severity) for each in fitting if each.severity]
        if severities:
            assert found.state == "uncontrolled"
            assert SEVERITIES.index(found.severity) == max(severities)


def test_where_nothing_comes_from_there_it_is_said_of_what_does():
    found = told(support(), source="files")
    assert (found.agent, found.system, found.state) == ("bot", "files", None)
    assert told(support(), source="tickets").state == "uncontrolled"
