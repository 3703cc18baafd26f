import json
import shutil

import pytest

from meshmodel import cli
from meshmodel.analysis.analysis import analyse
from meshmodel.interchange import read_file, write_file
from meshmodel.store import sqlite_file
from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.commands.running import CASES, MODELS, documents, refused, run

LEAK = MODELS / "token-leak.toml"
CHAIN = MODELS / "agent-chain.toml"
RELEASE = MODELS / "federated-release.toml"
KEYS = ["format", "cost", "lower_bound", "optimal", "checkpoints", "closes"]


def words(text):
    """The text as one line, however it was wrapped."""
    return " ".join(text.split())


def test_several_models_are_answered_in_their_order_and_every_case_agrees():
    cases = sorted(CASES.glob("*.toml"))
    answers = documents("fix", "--json", *cases)
    expected = [json.loads(each.with_suffix(".json").read_text())["minimum_fix"] for each in cases]
    assert [each["cost"] for each in answers] == expected
    assert all(list(each) == KEYS for each in answers)


def test_planned_checkpoints_count_as_designed():
    built, designed = (
        documents("fix", "--json", *options, CASES / "26-planned.toml")[0]
        for options in ((), ("--as-designed",))
    )
    assert (built["cost"], designed["cost"]) == (1, 0)


def test_the_text_says_what_to_guard_what_it_closes_and_what_it_interrupts():
    done = run("fix", LEAK)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Token leak, as built\n"
        "Now 10 unchecked paths and 10 findings of medium or higher\n"
        "3 checkpoints close all 10 unchecked paths; fewer cannot (proven)\n"
        "\n"
        "  Number  Paths left  Findings left        Add a checkpoint\n"
        "  1       3           7: 5 high, 2 medium  when CRM refresh token is used on CRM\n"
        "  2       1           6: 3 high, 3 medium  when Cloud key is used on Export bucket\n"
        "  3       0           5: 1 high, 4 medium  when Warehouse key is used on Data warehouse\n"
        "\n"
        "Will wait for a decision: 1 intended use (the fewest, unless more stored secrets are guarded): "
        "Chat\n"
        "  service → CRM\n"
        "\n"
        "1 finding of high or above remains even then; a checkpoint does not close it:\n"
        "  4  high  Long-lived credential: Warehouse key\n"
        "\n"
        "Next: --apply planned or --apply enforced adds them. meshmodel plan weighs checkpoints against\n"
        "    removals: it asks for the fewest decisions a day, and removes what nobody needs.\n"
    )


def test_where_nothing_is_uncontrolled_there_is_nothing_to_guard(tmp_path):
    path = shutil.copy(RELEASE, tmp_path)
    before = (tmp_path / RELEASE.name).read_bytes()
    done = run("fix", "--apply", "enforced", path)
    assert done.stdout == "Federated release, as built\n✔ No path is unchecked: no measure is needed\n"
    assert (tmp_path / RELEASE.name).read_bytes() == before


def test_nothing_is_said_to_be_good_while_a_finding_of_high_or_above_stands(tmp_path):
    path = tmp_path / "leaver.toml"
    path.write_text(
        """format = "meshmodel/1"
        [[agent]]
        id = "leaver"
        status = "retired"
        [[credential]]
        id = "key"
        [[hold]]
        agent = "leaver"
        credential = "key"
        """
    )
    assert run("fix", path).stdout == (
        "A model without a name, as built\n"
        "No path is unchecked: no measure is needed\n"
        "\n"
        "1 finding of high or above remains; a checkpoint does not close it:\n"
        "  1  high  Retired agent still has access: leaver\n"
    )
    text = path.read_text().replace('id = "leaver"', 'id = "leaver"\nowner = "ann"')
    path.write_text(
        f"""{text}
        [[acceptance]]
        rule = "retired-agent-access"
        subject = "leaver"
        reason = "is removed with the old directory"
        by = "ann"
        until = 2999-01-01
        severity = "high"
        agents = ["leaver"]
        """
    )
    assert "✔ No path is unchecked: no measure is needed" in run("fix", path).stdout


def test_the_toxic_flows_that_are_closed_are_named():
    said = words(run("fix", MODELS / "coding-agent-mcp.toml").stdout)
    assert "all 80 unchecked paths and the toxic flow of Coding agent; fewer cannot (proven)" in said


@pytest.fixture
def model(tmp_path):
    with Store.create(tmp_path / "leak.mesh", read_file(LEAK)) as store:
        return store.source.path


def test_the_checkpoints_are_added_as_one_edit(model):
    done = run("fix", "--apply", "enforced", model)
    assert done.returncode == 0
    assert words(done.stdout).endswith(f"{model}: 3 checkpoints made, checkpoints as enforced")
    with Store.open(model) as store:
        assert analyse(store.snapshot).summary.uncontrolled == 0
        assert store.undo().label == "add 3 enforced checkpoints"
        assert store.snapshot.checkpoint == read_file(LEAK).checkpoint
        assert store.undo() is None


def test_planned_ones_count_only_as_designed_until_they_are_enforced(model):
    (answer,) = documents("fix", "--json", "--apply", "planned", model)
    assert list(answer) == [*KEYS, "applied"]
    assert answer["applied"] == "planned"
    assert analyse(load(model)).summary.uncontrolled == 10
    assert analyse(load(model), view="designed").summary.uncontrolled == 0
    said = run("fix", "--apply", "enforced", model).stdout
    assert words(said).endswith("3 checkpoints made, checkpoints as enforced")
    after = load(model)
    assert analyse(after).summary.uncontrolled == 0
    assert len(after.checkpoint) == len(read_file(LEAK).checkpoint) + 3


def test_an_interchange_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "leak.toml"
    shutil.copy(LEAK, path)
    done = run("fix", "--apply", "planned", path)
    assert words(done.stdout).endswith(
        "3 checkpoints made, checkpoints as planned; a planned checkpoint counts once it is enforced"
    )
    assert analyse(read_file(path), view="designed").summary.uncontrolled == 0
    assert list(tmp_path.iterdir()) == [path]


def test_one_model_at_a_time_is_changed(tmp_path):
    paths = [shutil.copy(each, tmp_path) for each in (LEAK, CHAIN)]
    assert refused("fix", "--apply", "planned", *paths) == "--apply changes one model at a time; name one"
    assert (tmp_path / LEAK.name).read_bytes() == LEAK.read_bytes()


def test_a_model_that_may_only_be_read_is_refused(model, monkeypatch, capsys):
    monkeypatch.setattr(sqlite_file, "unwritable_part", lambda path: "file")
    assert cli.main(["fix", "--apply", "planned", str(model)]) == 2
    output, complaint = capsys.readouterr()
    assert output == ""
    assert complaint == f"meshmodel: {model}: may only be read, so nothing can be changed in it\n"


@pytest.mark.parametrize("deadline", ["0", "-1", "soon", "inf", "nan"])
def test_a_deadline_is_a_number_of_seconds(deadline):
    assert "a number of seconds above 0" in refused("fix", f"--deadline={deadline}", LEAK)


def test_what_is_not_proven_in_time_is_said_so_and_not_applied(model):
    before = load(model)
    done = run("fix", "--json", "--apply", "enforced", "--deadline", "1e-9", model)
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert list(answer) == [*KEYS, "complete"]
    assert (answer["complete"], answer["optimal"], answer["closes"]) == (False, False, 10)
    assert answer["lower_bound"] < answer["cost"] == len(answer["checkpoints"])
    assert load(model) == before
    said = run("fix", "--apply", "enforced", "--deadline", "1e-9", model).stdout
    assert "Time was over before fewer were ruled out: it takes at least 1" in words(said)
    assert "nothing was changed" in words(said)


def test_what_an_interchange_file_loses_when_it_is_replaced_is_said(tmp_path):
    plain, noted = tmp_path / "plain.toml", tmp_path / "noted.toml"
    write_file(plain, read_file(LEAK))
    noted.write_text(f"# ours\n{plain.read_text()}")
    lost = "written anew in canonical form, without its comments"
    assert lost not in words(run("fix", "--apply", "enforced", plain).stdout)
    assert lost in words(run("fix", "--apply", "enforced", noted).stdout)
    assert plain.read_bytes() == noted.read_bytes()
    noted.write_text(f"# ours\n{noted.read_text()}")
    assert lost not in words(run("offboard", plain, "chat-service", "--apply").stdout)
    assert lost in words(run("offboard", noted, "chat-service", "--apply").stdout)
    assert plain.read_bytes() == noted.read_bytes()
