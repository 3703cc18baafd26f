"""Exported policies in the engines that they are for: no answer differs from a naive reading."""

import itertools
import json
import re

import pytest

from meshmodel.interchange import read_file
from meshmodel.model import records as r
from tests.exporters.asking import (
    MALFORMED,
    STATES,
    Answers,
    Said,
    ask_cedar,
    ask_rego,
    in_state,
    is_valid,
    request,
    texts,
)
from tests.exporters.parts import MODELS, hostile_model
from tests.reference.mesh import ACTIONS
from tests.reference.random_models import FLAVOURS, random_model, snapshot_of

SIDES = ("initiator", "target")
ENGINES = {"cedar": ask_cedar, "rego": ask_rego}


WITHOUT = ("fresh", "none", "by one who is no actor", "by nobody", "with one more actor")
"""The states that matter where no decision is due."""


def requests_of(snapshot, answers):
    """Each use of each credential by each agent with and without a decision; all states where one is due."""
    agents = [each.id for each in snapshot.agent.values()]
    chains = [[each] for each in (*agents, "nobody")]
    chains += [[each.from_, each.to] for each in snapshot.delegation.values()]
    found = []
    for key in itertools.product(snapshot.credential, snapshot.system, ACTIONS):
        verdicts = answers.verdicts.get(key, {})
        for chain in chains if verdicts else chains[:1]:
            asked = request(chain, *key)
            due = "asked" in {verdicts.get(each) for each in chain}
            names = STATES if due else WITHOUT if verdicts else ("fresh", "of another action")
            found += [in_state(asked, STATES[name]) for name in names]
    return found


def check(snapshot, view="built"):
    """No answer of an engine is wrong, none is an error, and all that a target cannot decide is named."""
    answers = Answers(snapshot, view)
    asked = requests_of(snapshot, answers)
    for side in SIDES:
        made = texts(snapshot, side, view)
        assert is_valid(made)
        right = [Said(getattr(answers, side)(each)) for each in asked]
        for ask in ENGINES.values():
            assert ask(made, asked) == right
    named = re.findall(r"^// cannot decide (\S+)>(\S+):(\w+), so denied", made.cedar, re.MULTILINE)
    listed = json.loads(made.data)["meshmodel"]["policy"]["undecided"]
    keys = {(each["credential"], each["system"], each["action"]) for each in listed}
    assert keys == set(map(tuple, named)) == answers.undecided()
    return answers


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_no_answer_about_an_example_is_wrong(path):
    assert check(read_file(path)).verdicts


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_answer_about_a_random_model_is_wrong(flavour):
    check(random_model(1, 4, flavour), "designed")


@pytest.mark.slow
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_answer_about_many_random_models_is_wrong(flavour):
    for seed in range(10, 20):
        check(random_model(seed, 5, flavour), "designed" if seed % 2 else "built")


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


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_is_denied_and_the_error_shows(side, name):
    made = texts(small_model(), side)
    asked = in_state(request(["bot"], "key", "files", "read"), MALFORMED[name])
    (with_schema,), (without_schema,) = ask_cedar(made, [asked]), ask_cedar(made, [asked], with_schema=False)
    assert not with_schema.permits
    assert with_schema.error
    assert not without_schema.permits
    assert not ask_rego(made, [asked])[0].permits


@pytest.mark.parametrize("side", SIDES)
def test_cedar_without_required_context_does_not_decide_with_the_schema_and_denies_without(side):
    import cedarpy

    from tests.exporters.asking import cedar_request

    made = texts(small_model(), side)
    asked = in_state(request(["bot"], "key", "files", "read"), MALFORMED["no time"])
    for schema, decision in ((made.cedarschema, "NoDecision"), (None, "Deny")):
        found = cedarpy.is_authorized(cedar_request(asked, side), made.cedar, [], schema)
        assert found.decision.value == decision
        assert any("time" in each for each in found.diagnostics.errors)


def test_a_rego_engine_that_fails_shows_it():
    made = texts(small_model(), "initiator")
    asked = in_state(request(["bot"], "key", "files", "read"), MALFORMED["null for the time of a decision"])
    (said,) = ask_rego(made, [asked])
    assert not said.permits
    assert "numeric" in said.error


# Removing a condition


def mutants(made):
    """The texts with one condition less: of Cedar in a scope or a when, of Rego in a body."""
    lines = made.cedar.split("\n")
    for number, line in enumerate(lines):
        scope = re.fullmatch(r"  (principal|action|resource) == .*?(,?)", line)
        less = f"  {scope[1]}{scope[2]}" if scope else None
        if line.startswith("  && "):
            less = ""
        elif number and lines[number - 1].endswith(" when {"):
            less = "  true"
        if less is not None:
            yield (
                f"cedar: {line.strip()}",
                made._replace(cedar="\n".join([*lines[:number], less, *lines[number + 1 :]])),
            )
    lines = made.rego.split("\n")
    for number, line in enumerate(lines):
        if line.startswith("\t"):
            yield (
                f"rego: {line.strip()}",
                made._replace(rego="\n".join([*lines[:number], *lines[number + 1 :]])),
            )
    yield "rego: the default", made._replace(rego=made.rego.replace("default allow := false", ""))
    yield (
        "rego: of no rule",
        made._replace(rego=made.rego.replace("allow if rule.free == true", "allow if true")),
    )


def is_caught(made, asked, right):
    """Whether a changed text is no longer valid, or gives an answer that it should not, or an error."""
    if not is_valid(made):
        return True
    wrong = any(ask(made, asked[: -len(MALFORMED)]) != right[: -len(MALFORMED)] for ask in ENGINES.values())
    return wrong or any(
        said.permits for ask in ENGINES.values() for said in ask(made, asked[-len(MALFORMED) :])
    )


@pytest.mark.parametrize("side", SIDES)
def test_a_policy_with_one_condition_less_is_found_out(side):
    snapshot = small_model()
    answers, made = Answers(snapshot), texts(snapshot, side)
    asked = requests_of(snapshot, answers)
    right = [Said(getattr(answers, side)(each)) for each in asked]
    asked += [in_state(request(["bot"], "key", "files", "read"), state) for state in MALFORMED.values()]
    right += [Said(permits=False)] * len(MALFORMED)
    assert not is_caught(made, asked, right)
    found = [(name, is_caught(less, asked, right)) for name, less in mutants(made) if less != made]
    assert len(found) > 25
    assert [name for name, caught in found if not caught] == []


def test_names_stay_what_they_are():
    snapshot = hostile_model()
    for side in SIDES:
        made = texts(snapshot, side)
        assert is_valid(made)
        assert json.loads(made.data)["meshmodel"]["policy"]["model"] == snapshot.about.name
    check(
        snapshot_of(
            [
                *hostile_model(("a", '"; permit (principal, action, resource); // ')).zone.values(),
                r.About(name="x"),
            ]
        )
    )
