"""``meshmodel policy`` and the exports for engines, as a person or a pipeline calls them."""

import json

import pytest

from meshmodel import cli
from meshmodel.interchange import read_file
from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.commands.running import MODELS, refused, run

AGENT = MODELS / "support-agent.toml"
CHAIN = MODELS / "agent-chain.toml"
LEAK = MODELS / "token-leak.toml"


def stub(folder, model=AGENT, kind="human-approval"):
    path = folder / "stub.policy.toml"
    assert cli.main(["export", str(model), "--to", "policy", "-o", str(path)]) == 0
    text = path.read_text(encoding="utf-8").replace('kind = ""', f'kind = "{kind}"')
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("model", "kind", "status", "says"),
    [
        (AGENT, "human-approval", 0, "✔ Nothing is left: no path is unchecked (proven)"),
        (AGENT, "", 1, "✖ 2 crossings are left uncontrolled"),
        (CHAIN, "human-approval", 1, "place a checkpoint on the"),
    ],
)
def test_the_status_says_whether_anything_is_left(model, kind, status, says, tmp_path, called):
    answered = called("policy", "verify", stub(tmp_path, model, kind), model)
    assert (answered[0], answered[2]) == (status, "")
    assert says in answered[1]
    assert max(map(len, answered[1].splitlines())) <= 100


def test_the_json_answer_is_the_same(tmp_path, called):
    path = stub(tmp_path, CHAIN)
    status, output, _ = called("policy", "verify", path, CHAIN, "--json")
    answer = json.loads(output)
    assert (status, answer["format"], answer["proven"]) == (1, "meshmodel-verification/1", False)
    assert len(answer["left"]) == 22
    assert {each["agent"] for each in answer["unenforceable"]} == {"analyst", "orchestrator", "retriever"}


def test_a_stub_of_another_model_no_longer_fits(tmp_path, called):
    status, output, _ = called("policy", "verify", stub(tmp_path), LEAK)
    assert status == 1
    assert "What no longer fits (2)" in output
    assert "its digest differs" in output


@pytest.mark.parametrize("ending", ["toml", "mesh"])
def test_apply_writes_a_new_model_in_which_nothing_is_left(ending, tmp_path, called):
    path, new = stub(tmp_path, LEAK), tmp_path / f"new.{ending}"
    status, output, complaint = called("policy", "apply", path, LEAK, "-o", new)
    assert (status, complaint) == (0, "")
    assert "cloud-key on bucket" in output
    assert output.endswith(f"\n{new}: written\n")
    after = load(new)
    assert set(after.grant) == {("refresh-token", "crm")}
    assert [(each.kind, each.from_, each.state) for each in after.checkpoint.values()] == [
        ("human-approval", "refresh-token", "planned")
    ]
    assert called("policy", "verify", path, new)[0] == 0
    assert called("check", "--as-designed", "--json", new)[1].count('"uncontrolled": 0') == 1


def test_apply_of_what_no_longer_fits_says_so(tmp_path, called):
    new = tmp_path / "new.toml"
    status, _, complaint = called("policy", "apply", stub(tmp_path), LEAK, "-o", new)
    assert status == 1
    assert complaint == f"meshmodel: {new}: written, without what no longer fits\n"
    assert read_file(new) == read_file(LEAK)


def test_what_is_refused_changes_nothing(tmp_path):
    path, old = stub(tmp_path), tmp_path / "old.toml"
    old.write_text("old", encoding="utf-8")
    assert "is there already" in refused("policy", "apply", path, AGENT, "-o", old)
    assert ".toml or .mesh" in refused("policy", "apply", path, AGENT, "-o", tmp_path / "new.svg")
    assert "not found" in refused("policy", "verify", tmp_path / "none.toml", AGENT)
    assert "verify|apply" in refused("policy")
    assert old.read_text(encoding="utf-8") == "old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["old.toml", "stub.policy.toml"]


@pytest.mark.parametrize("name", ["model.toml", "model.mesh", "model"])
def test_swapped_files_are_told_which_comes_first(tmp_path, name):
    model, path = tmp_path / name, stub(tmp_path)
    if name == "model.mesh":
        Store.create(model, read_file(CHAIN)).close()
    else:
        model.write_bytes(CHAIN.read_bytes())
    order = "the stub comes first, the model second"
    for does in (("verify",), ("apply", "-o", tmp_path / "new.toml")):
        for first, second in ((model, path), (model, model)):
            line = f"{model}: is a model, and no policy stub; {order}"
            assert refused("policy", *does, first, second) == line
        assert refused("policy", *does, path, path) == f"{path}: is a policy stub, and no model; {order}"


@pytest.mark.parametrize(
    ("ending", "beside"), [("cedar", [".cedarschema", ".json"]), ("rego", [".json", ".rego"])]
)
def test_what_belongs_to_a_policy_is_written_beside_it(ending, beside, tmp_path):
    for view in ("initiator", "target"):
        assert cli.main(["export", str(CHAIN), "-o", str(tmp_path / f"p.{ending}"), "--view", view]) == 0
        assert sorted(each.suffix for each in tmp_path.iterdir()) == sorted([f".{ending}", *beside])
        text = (tmp_path / f"p.{ending}").read_text(encoding="utf-8")
        assert run("export", CHAIN, "--to", ending, "--view", view).stdout == text


def test_a_model_is_not_lost_to_what_belongs_beside_a_policy(tmp_path):
    (tmp_path / "p.json").write_bytes(AGENT.read_bytes())
    line = refused("export", CHAIN, "-o", tmp_path / "p.rego")
    assert "p.json: is an interchange file, and would be lost to rego-data" in line
    assert [each.name for each in tmp_path.iterdir()] == ["p.json"]
