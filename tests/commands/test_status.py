"""The exit status, and the one line on standard error."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from meshmodel import cli
from tests.commands.running import MODELS, PROGRAM, refused, run

AGENT = MODELS / "support-agent.toml"
RELEASE = MODELS / "federated-release.toml"


@pytest.mark.parametrize(
    ("fail_on", "status"), [("low", 1), ("medium", 1), ("high", 1), ("critical", 0), ("never", 0)]
)
def test_check_fails_at_or_above_the_severity(fail_on, status):
    assert run("check", "--fail-on", fail_on, AGENT).returncode == status


def test_check_fails_on_medium_unless_told():
    assert run("check", AGENT).returncode == 1
    assert run("check", RELEASE).returncode == 0


def test_the_highest_status_of_several_models_counts(tmp_path):
    assert run("check", RELEASE, AGENT).returncode == 1
    assert run("check", AGENT, RELEASE).returncode == 1
    done = run("check", "--json", RELEASE, tmp_path / "none.toml", AGENT)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 2
    assert len(done.stderr.splitlines()) == 1


def acceptance(until):
    return (
        '\n[[acceptance]]\nrule = "missing-checkpoint"\nsubject = "file-sas>attachments"\n'
        f'reason = "A pilot with invented data"\nby = "Head of support"\nuntil = {until}\n'
        'severity = "high"\nagents = ["support-bot"]\nactions = ["read"]\n'
    )


@pytest.mark.parametrize(("days", "status"), [(2, 0), (-2, 1)])
def test_an_acceptance_hides_from_the_status_until_its_date(tmp_path, days, status):
    day = datetime.now(UTC).date() + timedelta(days=days)
    path = tmp_path / "accepted.toml"
    path.write_text(AGENT.read_text(encoding="utf-8") + acceptance(day), encoding="utf-8")
    done = run("check", path)
    assert done.returncode == status
    assert "Head of support" in done.stdout
    assert "A pilot with invented data" in " ".join(done.stdout.split())


def test_the_call_itself(tmp_path):
    assert "--help" in refused("frobnicate")
    assert "--help" in refused("check")
    assert "x.mesh not found" in refused("x.mesh")
    assert "my x.TOML not found" in refused("my x.TOML")
    assert "--fail-on" in refused("check", "--fail-on", "sometimes", AGENT)
    assert "--jsn" in refused("check", "--jsn", AGENT)
    assert "no agent" in refused("explain", AGENT, "suport-bot", "tickets")
    assert "support-bot" in refused("explain", AGENT, "suport-bot", "tickets")
    assert "no system" in refused("explain", AGENT, "support-bot", "wiki")
    assert "no system" in refused("explain", AGENT, "support-bot", "tickets", "--from", "wiki")
    assert "missing-checkpoint" in refused("rules", "no-such-rule")


@pytest.fixture
def called(capsys):
    """Runs a command in this process: its status, what it said, what it complained about."""

    def call(*words):
        status = cli.main([str(word) for word in words])
        return status, *capsys.readouterr()

    return call


@pytest.mark.parametrize(
    "words",
    [
        ("check", AGENT, "--json", RELEASE, "--fail-on", "never"),
        ("fix", AGENT, "--json", RELEASE),
        ("compromise", AGENT, "--json", RELEASE, "outsider"),
        ("explain", AGENT, "--json", RELEASE),
    ],
    ids=lambda words: words[0],
)
def test_options_may_stand_between_models(words, called):
    status, said, complaint = called(*words)
    assert (status, complaint, len(said.splitlines())) == (0, "", 2)


def test_options_may_stand_between_all_words(called):
    between = called("explain", AGENT, "--json", "support-bot", "--action", "read", "tickets")
    assert between == called("explain", AGENT, "support-bot", "tickets", "--json", "--action", "read")
    assert between[0] == 0
    assert "--jsn" in called("check", AGENT, "--json", RELEASE, "--jsn")[2]
    assert "START" in called("compromise", AGENT, "--json")[2]
    assert "-x.toml not found" in called("check", "--json", "--", "-x.toml")[2]


def test_explain_tells_the_same_way_in_several_models(tmp_path, called):
    changed = tmp_path / "changed.toml"
    changed.write_text(AGENT.read_text(encoding="utf-8").replace("support-bot", "chat-bot"), encoding="utf-8")
    status, said, complaint = called("explain", AGENT, changed, "support-bot", "tickets")
    assert (status, said) == (2, f"{AGENT}:\n{called('explain', AGENT, 'support-bot', 'tickets')[1]}")
    assert "no agent support-bot" in complaint
    alone = [f"{path}:\n{called('explain', path)[1]}" for path in (changed, AGENT)]
    assert called("explain", changed, AGENT) == (0, "\n".join(alone), "")
    status, said, complaint = called("explain", AGENT, "support-bot", "tickets", "what")
    assert (status, said) == (2, "")
    assert "unrecognized arguments: what" in complaint


@pytest.mark.parametrize(
    "name", ["a\nb.toml", "\x1b[31mred.toml", "\u202eright.toml", os.fsdecode(b"\xff.toml")]
)
def test_hostile_names_of_files_are_one_harmless_line(tmp_path, name):
    line = refused("check", tmp_path / name)
    assert not {"\x1b", "\u202e"} & set(line)
    line = refused("check", "--" + name)
    assert not {"\x1b", "\u202e"} & set(line)


def test_no_room_for_the_answer():
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [PROGRAM, "check", AGENT], stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith("meshmodel: the answer could not be written: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [(), ("demo", "token-leak"), ("open", AGENT), (AGENT,)])
def test_the_workbench_needs_a_terminal(command):
    assert "needs a terminal" in refused(*command)


def test_open_of_what_is_not_there():
    assert "not found" in refused("open", "nowhere.mesh")


def test_an_unknown_example():
    assert "token-leak" in refused("demo", "no-such-example")


def test_help_and_version():
    for command in ((), ("check",), ("reach",), ("explain",), ("rules",), ("export",), ("import",)):
        done = run(*command, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith("usage: meshmodel")
    assert run("--version").stdout.startswith("meshmodel 0.")


def test_a_terminal_that_knows_ascii_alone_loses_nothing(tmp_path):
    path = tmp_path / "wide.toml"
    path.write_text(
        AGENT.read_text(encoding="utf-8").replace('"Support agent"', '"客服 — Ünïcode"'), encoding="utf-8"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = run("check", path, env=environment)
    assert done.returncode == 1
    assert done.stdout.isascii()
    assert "\\u5ba2" in done.stdout
    assert "HIGH  Missing checkpoint: Attachment signature -> Attachments" in done.stdout


UNFITTING = acceptance("2099-01-01").replace("missing-checkpoint", "missing-checkpiont") + acceptance(
    "2099-01-01"
).replace("file-sas>", "file-sos>")


def test_an_acceptance_without_a_finding_is_told(tmp_path):
    path = tmp_path / "mistyped.toml"
    path.write_text(AGENT.read_text(encoding="utf-8") + UNFITTING, encoding="utf-8")
    done = run("check", path)
    said = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert done.stderr == ""
    assert "2 acceptances without a finding" in said
    assert "! missing-checkpiont, file-sas>attachments: there is no rule missing-checkpiont" in said
    assert "did you mean missing-checkpoint" in said
    assert "! missing-checkpoint, file-sos>attachments: no finding of this rule has this subject" in said
    assert "did you mean file-sas>attachments?" in said
    assert said.index("Missing checkpoint") < said.index("without a finding")


def test_the_answer_for_programs_keeps_its_keys_where_an_acceptance_has_no_finding(tmp_path):
    path = tmp_path / "mistyped.toml"
    path.write_text(AGENT.read_text(encoding="utf-8") + UNFITTING, encoding="utf-8")
    done, plain = run("check", "--json", path), run("check", "--json", AGENT)
    assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"meshmodel: {path}: 2 acceptances without a finding: ")


def test_an_acceptance_of_a_finding_of_the_other_view_is_none_without(tmp_path):
    checkpoint = (
        '\n[[checkpoint]]\nid = "later"\nkind = "human-approval"\nstate = "planned"\nstep = "grant"\n'
        'from = "file-sas"\nto = "attachments"\n'
    )
    path = tmp_path / "planned.toml"
    path.write_text(
        AGENT.read_text(encoding="utf-8") + checkpoint + acceptance("2099-01-01"), encoding="utf-8"
    )
    assert "missing-checkpoint" not in run("check", "--as-designed", path).stdout
    assert "without a finding" not in run("check", "--as-designed", path).stdout
