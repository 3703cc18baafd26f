"""The machine-readable answers have the keys of section 11, in its order, and its sorting."""

import json

import pytest

from meshmodel.model.vocabulary import ACTIONS, SEVERITIES
from meshmodel.store.examples import ORDER
from tests.commands.running import MODELS, documents, run

CHECK = ["format", "view", "summary", "missing", "heard", "findings", "questions"]
STEP = [
    "step",
    "from",
    "to",
    "action",
    "identity",
    "yielded_by",
    "zone_from",
    "zone_to",
    "checkpoint",
]
PATHS = [MODELS / f"{name}.toml" for name in ORDER]


def in_order(actions):
    return [each for each in ACTIONS if each in actions]


@pytest.fixture(scope="module")
def checks():
    return documents("check", "--json", "--crossings", *PATHS)


def test_check_is_sorted(checks):
    for answer in checks:
        keys = [
            (each["agent"], each["source"] is not None, each["source"] or "", each["target"])
            for each in answer["crossings"]
        ]
        assert keys == sorted(keys)
        doors = [(each["credential"], each["system"]) for each in answer["missing"]]
        assert doors == sorted(doors)
        for each in answer["missing"]:
            assert each["actions"] == in_order(each["actions"])
            assert each["agents"] == sorted(each["agents"])
        heard = [each["system"] for each in answer["heard"]]
        assert heard == sorted(set(heard))
        findings = [
            (-SEVERITIES.index(each["severity"]), each["rule"], each["subject"])
            for each in answer["findings"]
        ]
        assert findings == sorted(findings)
        elements = [each["element"] for each in answer["questions"]]
        assert elements == sorted(elements)


def test_as_designed_says_so():
    (answer,) = documents("check", "--json", "--as-designed", PATHS[0])
    assert list(answer) == CHECK
    assert answer["view"] == "designed"


def test_reach_has_its_keys_and_order():
    for answer in documents("reach", "--json", *PATHS):
        assert list(answer) == ["format", "agents"]
        assert [each["agent"] for each in answer["agents"]] == sorted(
            each["agent"] for each in answer["agents"]
        )
        for agent in answer["agents"]:
            assert list(agent) == ["agent", "identities", "direct_identities", "own_identities", "reach"]
            assert set(agent["direct_identities"]) <= set(agent["own_identities"]) <= set(agent["identities"])
            for each in agent["reach"]:
                assert list(each) == ["system", "actions", "direct", "own", "unchecked"]
                for key in ("actions", "direct", "own", "unchecked"):
                    assert each[key] == in_order(each[key])


def test_explain_has_its_keys():
    (answer,) = documents("explain", "--json", PATHS[1])
    assert list(answer) == [
        "format",
        "agent",
        "source",
        "system",
        "action",
        "state",
        "steps",
        "severity",
        "sentences",
    ]
    assert answer["format"] == "meshmodel-explain/1"
    assert (answer["agent"], answer["source"], answer["system"]) == ("code-agent", None, "cluster")
    assert answer["state"] == "uncontrolled"
    assert [each["step"] for each in answer["steps"]] == ["hold", "grant", "custody", "grant"]
    assert all(list(each) == STEP for each in answer["steps"])
    assert [each["identity"] for each in answer["steps"]][-1] == "svc-deploy"
    assert "pipeline-secrets" in [each["yielded_by"] for each in answer["steps"]]


def test_explain_of_what_is_not_reached_has_no_steps():
    (answer,) = documents(
        "explain", "--json", MODELS / "federated-release.toml", "rollout-controller", "change-desk"
    )
    assert (answer["state"], answer["steps"], answer["severity"]) == (None, [], None)
    assert len(answer["sentences"]) >= 1
    done = run("explain", MODELS / "federated-release.toml", "rollout-controller", "change-desk")
    assert done.returncode == 0
    assert done.stdout.startswith("Rollout controller cannot reach Change desk: ")


def test_explain_of_a_model_without_a_crossing(tmp_path):
    path = tmp_path / "empty.toml"
    path.write_text('format = "meshmodel/1"\n', encoding="utf-8")
    (answer,) = documents("explain", "--json", path)
    assert (answer["agent"], answer["steps"]) == (None, [])
    assert (
        run("explain", path).stdout == "There is no path to explain: no agent acts across a trust boundary.\n"
    )


def test_explain_takes_where_it_comes_from_and_what_it_does():
    for source, expected in (("home", None), ("tickets", "tickets")):
        (answer,) = documents(
            "explain",
            "--json",
            PATHS[0],
            "support-bot",
            "attachments",
            "--from",
            source,
            "--action",
            "read",
        )
        assert (answer["source"], answer["action"], answer["state"]) == (expected, "read", "uncontrolled")
    (worst,) = documents("explain", "--json", PATHS[0])
    assert worst["source"] == "tickets"


def test_several_models_are_json_lines():
    done = run("check", "--json", "--fail-on", "never", *PATHS[:3])
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 3
    assert [json.loads(line)["summary"]["agents"] for line in done.stdout.splitlines()] == [1, 1, 2]
