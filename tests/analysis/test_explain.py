"""Why: the worst crossing and its witness, against the naive reading and in words."""

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import Stopped
from meshmodel.model.vocabulary import SEVERITIES
from tests.analysis.meshes_by_hand import pipeline, support
from tests.analysis.walking import Walking
from tests.reference.builders import hubs
from tests.reference.random_models import few_and_many, random_model

STATES = ("uncontrolled", "approved", "controlled")
SERVER = (
    r.Agent("server", name="Server", kind="service"),
    r.Credential("its-key", identity="svc-server"),
    r.Hold("server", "its-key"),
    r.Grant("its-key", "files", ("read", "write")),
)


def told(snapshot, *arguments, **options):
    explanation = analyse(snapshot).explain(*arguments, **options)
    assert explanation is not None
    return explanation


def rank(crossing):
    worst = -1 if crossing.severity is None else SEVERITIES.index(crossing.severity)
    return STATES.index(crossing.state), -worst, crossing.source is not None


def check_way(walking, explanation):
    """It is walked from its start to the access, on no longer way than need be, and open if it says so."""
    is_open = explanation.state == "uncontrolled"
    steps = walking.open_steps(explanation) if is_open else walking.steps
    target = "access", explanation.system, explanation.action
    assert target in walking.ends(explanation, steps)
    starts = walking.starts(explanation)
    if not is_open:
        assert len(explanation.steps) == walking.distance(steps, starts, target)
        return
    assert all(step.checkpoint is None for step in explanation.steps)
    asked = explanation.agent, explanation.source, explanation.system, explanation.action
    assert len(explanation.steps) == min(
        walking.distance(steps, starts, door) + walking.distance(steps, {door}, target)
        for door in walking.reading.open_doors(*asked)
    )


def check_model(snapshot, view="built"):
    analysis, walking = analyse(snapshot, view=view), Walking(snapshot, view)
    crossings = {}
    for each in analysis.crossings():
        crossings.setdefault((each.agent, each.target), []).append(each)
    for reach in analysis.reach():
        for system in reach.reach:
            explanation = analysis.explain(reach.agent, system.system)
            here = crossings.get((reach.agent, system.system))
            if here is None:
                assert explanation.state is None
            else:
                assert rank(explanation) == rank(min(here, key=rank))
            check_way(walking, explanation)
            numbered = [each for each in explanation.sentences if each[:1].isdigit()]
            assert len(numbered) == sum(s.step not in ("hold", "implies") for s in explanation.steps)
    every = [each for some in crossings.values() for each in some if each.state == "uncontrolled"]
    if every:
        assert rank(analysis.explain()) == rank(min(every, key=rank))
    return len(every)


@pytest.mark.parametrize("view", ["built", "designed"])
@few_and_many(2, 50)
def test_witnesses_are_shortest_ways_of_the_naive_reading(drawn, view):
    assert sum(check_model(random_model(seed, 6, flavour), view) for seed, flavour in drawn) > 12


def test_a_way_over_hubs_is_one_trigger_step():
    snapshot = hubs()
    mesh = analyse(snapshot).engine.mesh
    assert len(mesh.graph.successors) > mesh.size, "there are hubs"
    check_model(snapshot)


# In words


def test_the_story_of_the_support_bot():
    explanation = told(support(), "bot", "files", source="tickets")
    assert explanation.sentences == (
        "Support bot reads Tickets as svc-support (untrusted content ⚑)",
        "1 reads Files as svc-files, with file-key ✖ no checkpoint",
        "zones Help desk → Cloud",
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
        "coder reads ci as ci-token",
        "1 finds deploy-key, stored in ci",
        "2 administers cluster as svc-deploy, which includes write ✖ no checkpoint",
        "zones build → production",
    )
    assert explanation.steps[0].yielded_by == "ci"
    assert explanation.severity == "critical"


def test_a_session_is_told_by_its_agent_and_for_whom_alone_it_works():
    limited = r.Delegation("bot", "server", only=("files:read",))
    mesh = support(*SERVER, limited, without=[("hold", ("bot", "file-key"))])
    explanation = told(mesh, "bot", "files")
    assert explanation.sentences[1:3] == (
        "1 calls Server with limits",
        "2 Server reads Files as svc-server, with its-key ✖ no checkpoint",
    )
    assert [(s.step, s.from_, s.to) for s in explanation.steps] == [
        ("delegation", "agent:bot", "agent:server"),
        ("hold", "agent:server", "credential:its-key"),
        ("grant", "credential:its-key", "system:files"),
    ]


def test_of_a_session_that_returns_values_it_is_said_so():
    limited = r.Delegation("bot", "server", returns="values")
    mesh = support(*SERVER, limited, without=[("hold", ("bot", "file-key"))])
    explanation = told(mesh, "bot", "files")
    assert explanation.action == "write"
    assert explanation.sentences[1] == ("1 calls Server with limits; only fixed values come back")


def test_what_leaves_a_session_is_done_by_its_caller():
    """A secret that the server shows is in the hands of the bot."""
    secret = (
        r.Custody("files", "found"),
        r.Credential("found"),
        r.System("safe", zone="cloud", sensitivity="restricted"),
        r.Grant("found", "safe", ("write",)),
    )
    limited = r.Delegation("bot", "server", only=("files:read",))
    mesh = support(*SERVER, *secret, limited, without=[("hold", ("bot", "file-key"))])
    assert told(mesh, "bot", "safe").sentences[1:5] == (
        "1 calls Server with limits",
        "2 Server reads Files as svc-server, with its-key ✖ no checkpoint",
        "3 finds found, stored in Files",
        "4 writes safe as found ✖ no checkpoint",
    )


def test_what_is_heard_is_told_apart_from_what_starts_an_agent():
    records = (
        r.Agent("coder", name="Coder", kind="ai-agent", home="cloud"),
        r.Credential("code-key"),
        r.Hold("coder", "code-key"),
        r.Grant("code-key", "tickets", ("read",)),
        r.System("repo", zone="cloud"),
        r.Grant("code-key", "repo", ("write",)),
        r.Grant("ticket-token", "tickets", ("read", "write")),
    )
    heard, drawn = (
        told(support(*records, *more), "bot", "repo") for more in ((), (r.Trigger("tickets", "coder"),))
    )
    assert [s.step for s in heard.steps][:3] == ["hold", "grant", "hearing"]
    assert heard.sentences[2:4] == (
        "2 Coder reads Tickets and may follow it (prompt injection)",
        "3 Coder writes repo as code-key ✖ no checkpoint",
    )
    assert [s.step for s in drawn.steps][:3] == ["hold", "grant", "trigger"]
    assert drawn.sentences[2] == "2 starts Coder by writing to Tickets"


def test_where_words_are_carried_is_said_of_the_source():
    records = (
        r.System("notes", name="Notes", zone="cloud"),
        r.Credential("note-key"),
        r.Hold("bot", "note-key"),
        r.Grant("note-key", "notes", ("write",)),
        r.Agent("clerk", name="Clerk", kind="ai-agent", home="helpdesk"),
        r.Credential("clerk-key"),
        r.Hold("clerk", "clerk-key"),
        r.Grant("clerk-key", "notes", ("read",)),
        r.Grant("clerk-key", "files", ("write",)),
    )
    opening = told(support(*records), "clerk", "files", source="notes").sentences[0]
    brought = "Outsiders write into Tickets ⚑; Support bot copies that into Notes ⚐"
    assert opening == f"{brought}; Clerk reads Notes as clerk-key"


READ_ONLY = r.Delegation("bot", "server", only=("notes:read",))
BROKER = r.Agent("broker", name="Broker", kind="service", home="cloud")


@pytest.mark.parametrize(
    ("delegations", "through"),
    [
        ([r.Delegation("bot", "server")], "Server"),
        ([READ_ONLY], "Server"),
        ([r.Delegation("bot", "broker"), r.Delegation("broker", "server"), BROKER], "Broker and Server"),
    ],
)
def test_what_is_read_through_another_agent_is_told_so(delegations, through):
    notes = (r.System("notes", name="Notes"), r.Grant("its-key", "notes", ("read",)))
    opening = told(support(*SERVER, *notes, *delegations), "bot", "files", source="notes").sentences[0]
    assert opening == f"Support bot reads Notes through {through} as svc-server"


def test_a_crossing_within_a_zone_says_why_it_is_one():
    """Outsiders' words act in the zone where they were read."""
    queue = (r.System("queue", zone="helpdesk"), r.Grant("ticket-token", "queue", ("write",)))
    explanation = told(support(*queue), "bot", "queue")
    assert (explanation.source, explanation.state) == ("tickets", "uncontrolled")
    assert explanation.sentences == (
        "Support bot reads Tickets as svc-support (untrusted content ⚑)",
        "1 writes queue as svc-support, with ticket-token ✖ no checkpoint",
        "within Help desk, after reading untrusted content",
    )


def test_a_crossing_within_a_zone_that_carries_something_out_says_what():
    site = (
        r.System("site", name="Site", zone="cloud", exposed=True),
        r.Grant("file-key", "site", ("write",)),
    )
    program = r.Agent("bot", name="Support bot", kind="service", home="helpdesk")
    explanation = told(support(*site, program), "bot", "site", source="files")
    assert explanation.sentences[-1] == "within Cloud, with data from Files"


def test_an_earlier_step_that_is_intended_is_told_as_intended():
    found = (r.System("safe"), r.Credential("safe-key"))
    beyond = (r.Custody("cluster", "safe-key"), r.Grant("safe-key", "safe", ("read",)), *found)
    held = (r.Hold("coder", "deploy-key"), r.System("ci", zone="build", sensitivity="restricted"))
    home = r.Agent("coder", home="desk")
    mesh = pipeline(r.Zone("desk"), home, *beyond, *held, r.Intent("coder", "cluster", ("read",), ("home",)))
    assert told(mesh, "coder", "safe", source="home").sentences[1:4] == (
        (
            "1 administers cluster as svc-deploy, with deploy-key, which includes read "
            "✓ no checkpoint, an intended use"
        ),
        "2 finds safe-key, stored in cluster",
        "3 reads safe as safe-key ✖ no checkpoint",
    )
    assert told(mesh, "coder", "safe", source="ci").sentences[1].endswith("✖ no checkpoint")


def test_the_story_of_a_controlled_crossing_names_what_decides():
    gate = r.Checkpoint("ask", "policy-decision", "grant", "file-key", "files")
    explanation = told(support(gate), "bot", "files")
    assert explanation.state == "controlled"
    assert explanation.steps[-1].checkpoint == "ask"
    assert explanation.sentences[1].endswith("◆ ask decides")


def test_a_decision_over_which_the_agent_has_power_is_no_checkpoint_on_its_way():
    desk = (r.System("desk", zone="helpdesk"), r.Grant("ticket-token", "desk", ("write",)))
    gate = r.Checkpoint("ask", "policy-decision", "grant", "file-key", "files", decided_at="desk")
    explanation = told(support(*desk, gate), "bot", "files")
    assert explanation.state == "uncontrolled"
    assert explanation.steps[-1].checkpoint is None


def test_after_a_decision_on_the_way_nobody_needs_to_ask_again():
    gate = r.Checkpoint("ask", "policy-decision", "custody", "ci", "deploy-key", decided_at="desk")
    explanation = told(pipeline(gate, r.System("desk")), "coder", "cluster", source="ci")
    assert explanation.state == "controlled"
    assert explanation.sentences[1:3] == (
        "1 finds deploy-key, stored in ci ◆ ask decides",
        "2 administers cluster as svc-deploy, which includes read, not checked again",
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
    assert sentences[3].endswith("✖ no checkpoint")


@few_and_many(2, 10)
def test_a_sign_on_a_way_stands_where_the_drawing_has_one(drawn):
    for seed, flavour in drawn:
        analysis = analyse(random_model(seed, 6, flavour))
        doors = {(agent, door.subject) for door in analysis.doors for agent in door.agents}
        for reach in analysis.reach():
            for cell in reach.reach:
                explanation = analysis.explain(reach.agent, cell.system)
                steps = [each for each in explanation.steps if each.step not in {"hold", "implies"}]
                sentences = [each for each in explanation.sentences if each[:1].isdigit()]
                for sentence, step in zip(sentences, steps, strict=True):
                    if "✖" in sentence:
                        ends = [each.partition(":")[2] for each in (step.from_, step.to)]
                        assert (reach.agent, ">".join(ends)) in doors, sentence


def test_the_boundary_is_named_where_it_decides():
    gate = r.Checkpoint("gate", "policy-decision", "boundary", "helpdesk", "cloud", decided_at="files")
    explanation = told(support(gate), "bot", "files")
    assert (explanation.state, explanation.steps[-1].checkpoint) == ("controlled", "gate")


@pytest.mark.parametrize("held", [False, True])
def test_an_open_crossing_is_told_by_a_credential_that_does_not_pass_the_boundary(held):
    """The gateway closes what is sent from the help desk alone; what the server sends does not pass it."""
    gate = r.Checkpoint("gate", "policy-decision", "boundary", "helpdesk", "cloud", decided_at="proxy")
    drives, holds = r.Delegation("bot", "server"), [r.Hold("bot", "its-key")] * held
    mesh = support(gate, r.System("proxy"), *SERVER, drives, *holds)
    explanation = told(mesh, "bot", "files", "read", "home")
    assert explanation.state == "uncontrolled"
    assert [step.checkpoint for step in explanation.steps if step.step == "grant"] == [None]
    assert explanation.sentences[-2].endswith("reads Files as svc-server, with its-key ✖ no checkpoint")


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
        "One relation would be enough, such as holding deploy-key"
    )
    revoked = support(r.Credential("file-key", status="revoked"))
    assert "revoked (file-key)" in (told(revoked, "bot", "files").why_not or "")
    retired = support(r.Agent("bot", name="Support bot", status="retired"))
    assert told(retired, "bot", "files").why_not == "Support bot is retired: it reaches nothing"
    assert "no credential" in (told(support(r.System("safe")), "bot", "safe").why_not or "")


# What is asked


def test_unknown_elements_have_no_explanation():
    analysis = analyse(support())
    assert analysis.explain("nobody", "files") is None
    assert analysis.explain("bot", "nothing") is None
    assert analysis.explain("bot", "files", source="nothing") is None
    assert analyse(Snapshot()).explain() is None


def test_ties_are_broken_by_the_kind_of_step_and_then_by_id():
    snapshot = support(r.Credential("a-key"), r.Hold("bot", "a-key"), r.Grant("a-key", "files", ("read",)))
    assert told(snapshot, "bot", "files").steps[0].to == "credential:a-key"


def test_of_equally_bad_crossings_that_from_home_is_told():
    """The second system is read too, and nobody hears it: from there it is as bad as from home."""
    shelf = (r.System("a-shelf", zone="helpdesk"), r.Grant("ticket-token", "a-shelf", ("read",)))
    assert told(support(*shelf, without=[("grant", ("ticket-token", "tickets"))])).source is None


def test_where_nothing_comes_from_there_it_is_said_of_what_does():
    found = told(support(), source="files")
    assert (found.agent, found.system, found.state) == ("bot", "files", None)
    assert told(support(), source="tickets").state == "uncontrolled"


def test_a_question_can_be_cancelled():
    with pytest.raises(Stopped):
        analyse(support()).explain(cancelled=lambda: True)
    with pytest.raises(Stopped):
        analyse(support()).all_ways("bot", "files", cancelled=lambda: True)


@few_and_many(1, 8)
def test_what_is_left_out_is_chosen_among_what_fits_all_that_is_asked(drawn):
    for seed, flavour in drawn:
        check_choices(random_model(seed, 6, flavour))


def check_choices(snapshot):
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
        worst = min(fitting, key=rank)
        if worst.state == "uncontrolled":
            assert rank(found) == rank(worst)


# What can be intended
