"""Exported policies in the engines that they are for: no answer differs from a naive reading."""

import itertools
import re
from dataclasses import replace

import cedarpy
import pytest

from meshmodel.interchange import read_file
from meshmodel.model import records as r
from tests.exporters.asking import (
    INCOMPLETE,
    MALFORMED,
    STATES,
    Answers,
    Said,
    ask_cedar,
    ask_rego,
    cedar_request,
    in_state,
    is_valid,
    request,
    texts,
)
from tests.exporters.parts import MODELS, hostile_model
from tests.reference.mesh import ACTIONS
from tests.reference.random_models import few_and_many, random_model, snapshot_of

SIDES = ("initiator", "target")
ENGINES = {"cedar": ask_cedar, "rego": ask_rego}


WITHOUT = (
    "fresh",
    "none",
    "of no request",
    "reads in the future",
    "by doubled actors",
    "by one who is no actor",
    "by nobody",
    "with one more actor",
)
"""The states that matter where no decision is due."""


def requests_of(snapshot, answers, share=6):
    """Each use of each credential by each agent, in a share of the states, which take turns.

    Args:
        share: of how many states one is taken; 1 takes all of them each time.
    """
    agents = [each.id for each in snapshot.agent.values()]
    chains = [[each] for each in (*agents, "nobody")]
    chains += [[each.from_, each.to] for each in snapshot.delegation.values()]
    found, turn = [], 0
    for key in itertools.product(snapshot.credential, snapshot.system, ACTIONS):
        verdicts = answers.verdicts.get(key, {})
        for chain in chains if verdicts else chains[:1]:
            asked = request(chain, *key)
            due = "asked" in {verdicts.get(each) for each in chain}
            names = tuple(STATES) if due else WITHOUT if verdicts else ("fresh", "of another action")
            found += [in_state(asked, STATES[name]) for name in names[turn % share :: share]]
            turn += 1
    return found


def check(snapshot, view="built"):
    """No answer of an engine is wrong, none is an error, and all that a target cannot decide is named."""
    answers = Answers(snapshot, view)
    asked = requests_of(snapshot, answers)
    for side in SIDES:
        made = texts(snapshot, side, view)
        assert is_valid(made)
        assert cedarpy.format_policies(made.cedar) == made.cedar
        right = [Said(getattr(answers, side)(each)) for each in asked]
        for ask in ENGINES.values():
            assert ask(made, asked) == right
    named = re.findall(r"^// cannot decide (\S+)>(\S+):(\w+), so denied", made.cedar, re.MULTILINE)
    listed = made.policy["undecided"]
    keys = {(each["credential"], each["system"], each["action"]) for each in listed}
    assert keys == set(map(tuple, named)) == answers.undecided()
    return answers


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_no_answer_about_an_example_is_wrong(path):
    assert check(read_file(path)).verdicts


@few_and_many(1, 12)
def test_no_answer_about_a_random_model_is_wrong(drawn):
    for seed, flavour in drawn:
        check(random_model(seed, 4, flavour), "built" if seed % 2 else "designed")


def test_a_target_of_the_chain_cannot_decide_three_of_four():
    answers = check(read_file(next(each for each in MODELS if each.stem == "agent-chain")))
    assert len(answers.verdicts) == 4
    assert answers.undecided() == {
        ("analysis-token", "warehouse", "read"),
        ("execution-token", "payments", "read"),
        ("execution-token", "payments", "write"),
    }


def small_model():
    """Two agents with one credential, both asked for reading files; tickets are free to one of them."""
    return snapshot_of(
        [
            r.About(name="D"),
            r.Zone("desk"),
            r.Zone("store"),
            r.System("tickets", zone="desk", untrusted_input=True),
            r.System("files", zone="store", sensitivity="confidential"),
            r.Agent("bot", home="desk", kind="ai-agent"),
            r.Agent("helper", home="desk", kind="service"),
            r.Credential("key"),
            r.Credential("ticket-token"),
            r.Hold("bot", "key"),
            r.Hold("helper", "key"),
            r.Hold("bot", "ticket-token"),
            r.Grant("key", "files", ("read",)),
            r.Grant("ticket-token", "tickets", ("read",)),
            r.Delegation("bot", "helper"),
        ]
    )


def test_an_actor_that_may_not_is_denied_wherever_it_stands():
    snapshot = small_model()
    made = texts(snapshot, "initiator")
    chains = (["bot"], ["bot", "helper"], ["helper", "bot"], ["bot", "nobody"], ["nobody", "bot"])
    asked = [request(chain, "key", "files", "read") for chain in chains]
    for ask in ENGINES.values():
        assert [each.permits for each in ask(made, asked)] == [True, True, True, False, False]


def test_what_a_checkpoint_on_the_grant_decides_is_asked_for():
    """A model in which nothing is left lets nothing through unasked."""
    guarded = [r.Checkpoint("k", "human-approval", "grant", "key", "files", state="planned")]
    snapshot = snapshot_of(
        [
            *(
                each
                for table in ("zone", "system", "agent", "credential", "hold", "grant")
                for each in small_model().table(table).values()
            ),
            *guarded,
        ]
    )
    answers = check(snapshot, "designed")
    assert answers.verdicts["key", "files", "read"] == {"bot": "asked", "helper": "asked"}


USES = {"asked": ("key", "files", "read"), "free": ("ticket-token", "tickets", "read")}
"""Of ``small_model``, by whether a decision is due of those who may."""


def malformed(side):
    """Requests that no enforcement point may send."""
    states = {
        name: state for name, state in INCOMPLETE.items() if side == "initiator" or "actors" not in name
    }
    found = [in_state(request(["bot"], *use), state) for use in USES.values() for state in states.values()]
    found += [in_state(request(["bot"], *USES["asked"]), state) for state in MALFORMED.values()]
    return found


@pytest.mark.parametrize("side", SIDES)
def test_what_is_malformed_or_missing_is_denied_where_a_decision_is_asked_and_where_none_is(side):
    made, asked = texts(small_model(), side), malformed(side)
    assert len(asked) > 70
    for use in USES.values():
        for ask in ENGINES.values():
            assert ask(made, [request(["bot"], *use)]) == [Said(permits=True)]
    with_schema = ask_cedar(made, asked)
    assert all(each.error for each in with_schema)
    for said in (with_schema, ask_cedar(made, asked, with_schema=False), ask_rego(made, asked)):
        assert [each for each, answer in zip(asked, said, strict=True) if answer.permits] == []


@pytest.mark.parametrize("side", SIDES)
def test_cedar_without_required_context_does_not_decide_with_the_schema_and_denies_without(side):
    made = texts(small_model(), side)
    for key in ("time", "last_read"):
        asked = in_state(request(["bot"], "key", "files", "read"), INCOMPLETE[f"without {key}"])
        for schema, decision in ((made.cedarschema, "NoDecision"), (None, "Deny")):
            put = cedar_request(asked, side, made.namespace)
            found = cedarpy.is_authorized(put, made.cedar, [], schema)
            assert found.decision.value == decision
            assert any(key in each for each in found.diagnostics.errors)


def test_a_rego_engine_that_fails_shows_it():
    made = texts(small_model(), "initiator")
    (said,) = ask_rego(
        made, [in_state(request(["bot"], "key", "files", "read"), INCOMPLETE["None for time"])]
    )
    assert not said.permits
    assert "numeric" in said.error


# Several models in one engine


def same_ids_other_verdicts():
    """A model with the ids of ``small_model`` in which what is free there is asked for, and the other way."""
    changed = {"files": "desk", "tickets": "store"}
    small = small_model()
    return snapshot_of(
        [
            r.About(name="Desk of others"),
            *(
                each
                for table in ("zone", "agent", "credential", "hold", "grant")
                for each in small.table(table).values()
            ),
            *(r.System(name, zone=zone, sensitivity="confidential") for name, zone in changed.items()),
        ]
    )


def check_loaded_together(ask):
    """Two models and both sides of them in one engine answer as alone."""
    snapshots = small_model(), same_ids_other_verdicts()
    made = [(Answers(each), texts(each, side)) for each in snapshots for side in SIDES]
    asked = requests_of(snapshots[0], made[0][0], share=1)
    answers = []
    for known, each in made:
        beside = [other for _, other in made if other is not each]
        right = [Said(getattr(known, each.side)(one)) for one in asked]
        assert ask(each, asked, beside=beside) == right
        answers.append(right)
    assert len({tuple(each) for each in answers}) > 2


@pytest.mark.parametrize("engine", ENGINES)
def test_two_models_and_both_sides_of_them_load_into_one_engine_and_answer_as_alone(engine):
    check_loaded_together(ENGINES[engine])


NAMES = {
    "Support agent": ("meshmodel.support_agent", "SupportAgent"),
    "3 agents_of.two": ("meshmodel.model_3_agents_of_two", "Model3AgentsOfTwo"),
    "Default": ("meshmodel.model_default", "ModelDefault"),
    "String": ("meshmodel.string", "String"),
    "Agent": ("meshmodel.agent", "Agent"),
    "policy": ("meshmodel.policy", "Policy"),
    "Größe & Söhne": ("meshmodel.grosse_sohne", "GrosseSohne"),
    "支払い": ("meshmodel.zhifani", "Zhifani"),
    '"; permit (principal, action, resource); //': (
        "meshmodel.permit_principal_action_resource",
        "PermitPrincipalActionResource",
    ),
    "w" * 200: (f"meshmodel.{'w' * 40}", f"W{'w' * 39}"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("side", SIDES)
def test_package_data_and_namespace_carry_the_name_of_the_model(name, side):
    made = texts(replace(small_model(), about=r.About(name=name)), side)
    package, namespace = NAMES[name]
    suffixes = (".target", "::Target") if side == "target" else ("", "")
    assert (made.package, made.namespace) == (f"{package}{suffixes[0]}", f"{namespace}{suffixes[1]}")
    assert made.policy["model"] == name
    assert is_valid(made)
    assert cedarpy.format_policies(made.cedar) == made.cedar
    asked = [request(["bot"], *use) for use in USES.values()]
    for ask in ENGINES.values():
        assert ask(made, asked) == [Said(permits=True)] * 2


def test_models_without_a_name_are_told_apart_by_their_digest():
    one, other = (texts(snapshot_of([r.System(each)]), "initiator") for each in ("a", "b"))
    assert one.package != other.package
    assert one.package == f"meshmodel.model_{one.policy['model_digest'].removeprefix('sha256:')[:12]}"


# Removing a condition


def mutants(made):
    """The texts with one condition less: of Cedar in a scope or a when, of Rego in a body or behind an if."""
    lines, inside = made.cedar.split("\n"), False
    for number, line in enumerate(lines):
        inside = line == "{" or (inside and line != "};")
        scope = re.fullmatch(r"  (principal|action|resource) == .*?(,?)", line)
        less = f"  {scope[1]}{scope[2]}" if scope else None
        if inside and line != "{":
            less = f"  true{' &&' if line.endswith(' &&') else ''}"
        if less is not None:
            yield (
                f"cedar: {line.strip()}",
                made._replace(cedar="\n".join([*lines[:number], less, *lines[number + 1 :]])),
            )
    lines = made.rego.split("\n")
    for number, line in enumerate(lines):
        less = None
        if line.startswith("whole("):
            less = "whole(_) := true"
        elif line.startswith("names("):
            less = line.partition(" if ")[0]
        if line.startswith("\t") or less:
            yield (
                f"rego: {line.strip()}",
                made._replace(rego="\n".join([*lines[:number], less or "", *lines[number + 1 :]])),
            )
    yield "rego: the default", made._replace(rego=made.rego.replace("default allow := false", ""))


def is_caught(engine, made, asked, right, broken):
    """Whether a changed text is no longer valid, or gives an answer that it should not, or an error."""
    if engine == "rego":
        return ask_rego(made, asked) != right or any(each.permits for each in ask_rego(made, broken))
    if not is_valid(made):
        return True
    said = ask_cedar(made, asked + broken, with_schema=False)
    return said[: len(asked)] != right or any(each.permits for each in said[len(asked) :])


@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES)
def test_a_policy_with_one_condition_less_is_found_out(side):
    snapshot = small_model()
    answers, made = Answers(snapshot), texts(snapshot, side)
    asked, broken = requests_of(snapshot, answers, share=1), malformed(side)
    told = asked, [Said(getattr(answers, side)(each)) for each in asked], broken
    assert not any(is_caught(engine, made, *told) for engine in ENGINES)
    found = [(name, is_caught(name.partition(":")[0], less, *told)) for name, less in mutants(made)]
    assert len(found) > 35
    assert [name for name, caught in found if not caught] == []


def test_names_stay_what_they_are():
    snapshot = hostile_model()
    for side in SIDES:
        made = texts(snapshot, side)
        assert is_valid(made)
        assert made.policy["model"] == snapshot.about.name
    check(
        snapshot_of(
            [
                *hostile_model(("a", '"; permit (principal, action, resource); // ')).zone.values(),
                r.About(name="x"),
            ]
        )
    )
