"""``check`` in a pipeline: SARIF, annotations and a baseline, and that nothing passes silently."""

import json

import pytest

from tests.commands.running import MODELS, refused, run

AGENT = MODELS / "support-agent.toml"
CHAIN = MODELS / "agent-chain.toml"


@pytest.fixture
def agent(tmp_path):
    """A copy to change; the program runs in its folder."""
    (tmp_path / "a.toml").write_bytes(AGENT.read_bytes())
    return tmp_path / "a.toml"


def results(path):
    return json.loads(path.read_text(encoding="utf-8"))["runs"][0]["results"]


@pytest.mark.parametrize("fail_on", ["medium", "critical"])
def test_the_status_is_the_same_with_and_without_sarif(tmp_path, fail_on):
    plain = run("check", CHAIN, AGENT, "--fail-on", fail_on)
    done = run("check", CHAIN, AGENT, "--fail-on", fail_on, "--sarif", tmp_path / "s.sarif")
    assert (done.returncode, done.stdout, done.stderr) == (plain.returncode, plain.stdout, plain.stderr)
    findings = [
        json.loads(line)["findings"] for line in run("check", CHAIN, AGENT, "--json").stdout.splitlines()
    ]
    assert len(results(tmp_path / "s.sarif")) == sum(map(len, findings))


def test_a_model_that_cannot_be_read_fails_the_run_and_the_others_are_in_the_file(tmp_path):
    done = run("check", "none.toml", AGENT, "--sarif", "s.sarif", cwd=tmp_path)
    assert done.returncode == 2
    log = json.loads((tmp_path / "s.sarif").read_text(encoding="utf-8"))["runs"][0]
    assert log["invocations"][0]["executionSuccessful"] is False
    assert "none.toml" in log["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert log["results"]


def test_a_sarif_file_that_cannot_be_written_fails(tmp_path):
    done = run("check", AGENT, "--fail-on", "never", "--sarif", tmp_path / "no" / "s.sarif")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_accepted_findings_are_left_out_unless_asked_for(agent):
    with agent.open("a", encoding="utf-8") as file:
        file.write(
            '\n[[acceptance]]\nrule = "missing-checkpoint"\nsubject = "file-sas>attachments"\n'
            'reason = "r"\nby = "b"\nuntil = 2999-01-01\n'
        )
    run("check", "a.toml", "--sarif", "s.sarif", cwd=agent.parent)
    run("check", "a.toml", "--sarif", "all.sarif", "--with-accepted", cwd=agent.parent)
    every = results(agent.parent / "all.sarif")
    suppressed = [each for each in every if "suppressions" in each]
    assert [each["ruleId"] for each in suppressed] == ["missing-checkpoint"]
    assert results(agent.parent / "s.sarif") == [each for each in every if "suppressions" not in each]
    assert "--sarif" in refused("check", agent, "--with-accepted")


def test_annotations_of_all_models_are_printed_after_the_text_the_worst_first(agent):
    done = run("check", "a.toml", CHAIN, "--annotations", cwd=agent.parent)
    lines = done.stdout.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("::"))
    assert all(line.startswith("::") for line in lines[first:])
    assert "::critical: " in lines[first]
    assert any(line.startswith("::error file=a.toml,line=") for line in lines[first:])
    assert "--annotations" in refused("check", agent, "--annotations", "--json")


def test_a_baseline_passes_what_is_known_and_fails_what_got_worse(agent):
    here = {"cwd": agent.parent}
    assert run("check", "a.toml", **here).returncode == 1
    assert run("check", "a.toml", "--write-baseline", "known.json", **here).returncode == 0
    done = run("check", "a.toml", "--baseline", "known.json", "--sarif", "s.sarif", **here)
    assert done.returncode == 0
    assert "Baseline: 1 finding known, which does not fail" in done.stdout
    assert results(agent.parent / "s.sarif") == []

    text = agent.read_text(encoding="utf-8")
    before, mark, after = text.partition('credential = "file-sas"\nsystem = "attachments"\nactions = ["read"')
    assert mark
    agent.write_text(f'{before}{mark}, "write"{after}', encoding="utf-8")
    done = run("check", "a.toml", "--baseline", "known.json", "--json", "--sarif", "s.sarif", **here)
    assert done.returncode == 1
    told = json.loads(done.stdout)["baseline"]
    assert {"rule": "missing-checkpoint", "subject": "file-sas>attachments", "gained": ["action write"]} in (
        told["reopened"]
    )
    states = {
        each["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]: each["baselineState"]
        for each in results(agent.parent / "s.sarif")
        if each["ruleId"] == "missing-checkpoint"
    }
    assert states["file-sas>attachments"] == "updated"


def test_what_a_baseline_has_and_the_model_has_no_more_is_listed(agent):
    here = {"cwd": agent.parent}
    run("check", "a.toml", "--write-baseline", "known.json", **here)
    agent.write_text('format = "meshmodel/1"\n', encoding="utf-8")
    done = run("check", "a.toml", "--baseline", "known.json", **here)
    assert done.returncode == 0
    assert "no longer found: missing-checkpoint, file-sas>attachments" in done.stdout


def test_a_model_that_the_baseline_does_not_name_fails_as_without_one(agent):
    here = {"cwd": agent.parent}
    run("check", "a.toml", "--write-baseline", "known.json", **here)
    agent.rename(agent.parent / "b.toml")
    assert run("check", "b.toml", "--baseline", "known.json", **here).returncode == 1


def test_no_baseline_passes_where_it_cannot_be_read_or_made(agent, tmp_path):
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    assert "bad.json" in refused("check", agent, "--baseline", tmp_path / "bad.json")
    assert "none.json" in refused("check", agent, "--baseline", tmp_path / "none.json")
    done = run("check", agent, "none.toml", "--write-baseline", tmp_path / "new.json")
    assert done.returncode == 2
    assert not (tmp_path / "new.json").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--sarif", "a.toml"], "is an interchange file, and would be lost to SARIF"),
        (["--write-baseline", "a.mesh"], "is a model file, and would be lost to a baseline"),
        (["--sarif", "x.json", "--write-baseline", "./x.json"], "name two files"),
        (["--sarif", "known.json", "--baseline", "known.json"], "name two files"),
        (["--sarif", "-"], "name a file"),
    ],
)
def test_no_file_of_a_check_replaces_a_model_or_a_baseline(agent, words, says):
    here = agent.parent
    run("import", "a.toml", "-o", "a.mesh", cwd=here)
    run("check", "a.toml", "--write-baseline", "known.json", cwd=here)
    before = {each.name: each.read_bytes() for each in here.iterdir()}
    assert says in refused("check", "a.toml", *words, cwd=here)
    assert {each.name: each.read_bytes() for each in here.iterdir()} == before
