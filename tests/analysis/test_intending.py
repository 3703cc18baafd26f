"""The intent that would approve a crossing (section 6), where one would."""

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from meshmodel.model.schema import SCHEMA
from tests.analysis.meshes_by_hand import support
from tests.analysis.test_explain import SERVER
from tests.reference.random_models import few_and_many, random_model, snapshot_of


@few_and_many(1, 6)
def test_an_intent_that_is_offered_approves_the_crossing_and_none_is_where_none_would(drawn):
    for seed, flavour in drawn:
        check_intents(random_model(seed, 5, flavour))


def check_intents(snapshot):
    analysis = analyse(snapshot)
    for agent in snapshot.agent:
        for system in snapshot.system:
            explanation = analysis.explain(agent, system)
            intent = analysis.can_be_intended(explanation)
            if explanation.state != "uncontrolled":
                assert intent is None
                continue
            offered = intent or r.Intent(
                agent, system, (explanation.action,), (explanation.source or "home",)
            )
            records = {**snapshot.intent, (agent, system): offered}
            others = [
                each for table in SCHEMA if table != "intent" for each in snapshot.table(table).values()
            ]
            after = analyse(snapshot_of([*others, *records.values()]))
            asked = explanation.agent, explanation.source, explanation.system, explanation.action
            crossing = next(c for c in after.crossings() if (c.agent, c.source, c.target, c.action) == asked)
            assert (crossing.state == "approved") == (intent is not None)


@few_and_many(1, 6)
def test_a_finding_offers_intents_if_all_that_can_be_declared_close_it(drawn):
    for seed, flavour in drawn:
        snapshot = random_model(seed, 5, flavour)
        for finding in analyse(snapshot).findings:
            if finding.rule == "missing-checkpoint":
                # Others may come to it anew: an intent also says what a program copies.
                after = analyse(declared(snapshot, finding)).doors
                left = {agent for each in after if each.subject == finding.subject for agent in each.agents}
                is_closed = left.isdisjoint(finding.agents)
                assert ("intended" in finding.remedy) == is_closed


def declared(snapshot, finding):
    """The model with every intent of the agents of a door, from home and all systems."""
    system = finding.subject.partition(">")[2]
    origins = ("home", *sorted(snapshot.system))
    added = {(each, system): r.Intent(each, system, ("admin",), origins) for each in finding.agents}
    kept = {**snapshot.intent, **added}
    others = [each for table in SCHEMA if table != "intent" for each in snapshot.table(table).values()]
    return snapshot_of([*others, *kept.values()])


GRAVE = r.System("files", zone="cloud", sensitivity="restricted")
"""For little harm an intent answers, outsiders' words or not."""


def test_a_finding_offers_no_intent_where_none_would_close_it():
    by_words = analyse(support(GRAVE))
    program = analyse(support(GRAVE, r.Agent("bot", name="Support bot", kind="service", home="helpdesk")))
    offered = ["Or mark it as intended." in each.findings[0].remedy for each in (by_words, program)]
    assert offered == [False, True]


def test_outsiders_words_and_an_unknown_trace_cannot_be_intended():
    analysis = analyse(support(GRAVE))
    assert analysis.can_be_intended(analysis.explain("bot", "files", source="tickets")) is None
    home = analysis.explain("bot", "files", source="home")
    assert analysis.can_be_intended(home) == r.Intent("bot", "files", ("read",), ("home",))
    silent = analyse(support(r.System("files", zone="cloud", sensitivity="confidential", audit="none")))
    assert silent.can_be_intended(silent.explain("bot", "files", source="home")) is None


def test_an_agent_that_cannot_be_instructed_may_be_meant_to_read_what_outsiders_wrote():
    program = analyse(support(r.Agent("bot", name="Support bot", kind="service", home="helpdesk")))
    intent = program.can_be_intended(program.explain("bot", "files", source="tickets"))
    assert intent == r.Intent("bot", "files", ("read",), ("tickets",))


def test_what_a_tool_reads_by_an_only_can_be_intended_and_what_it_writes_cannot():
    limited = r.Delegation("bot", "server", only=("files:read", "files:write"))
    analysis = analyse(support(*SERVER, limited, without=[("hold", ("bot", "file-key"))]))
    read, written = (analysis.explain("bot", "files", action, "home") for action in ("read", "write"))
    assert analysis.can_be_intended(read) == r.Intent("bot", "files", ("read",), ("home",))
    assert analysis.can_be_intended(written) is None


def test_an_intent_that_is_offered_keeps_what_was_said():
    known = r.Intent("bot", "files", ("write",), ("tickets",))
    analysis = analyse(support(known))
    home = analysis.explain("bot", "files", source="home")
    assert analysis.can_be_intended(home) == r.Intent("bot", "files", ("read", "write"), ("home", "tickets"))
