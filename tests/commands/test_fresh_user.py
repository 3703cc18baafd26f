"""What somebody may type who does not know the program yet: an answer, or one line that tells what to do."""

import re
import subprocess

import pytest

from meshmodel.model.text import width
from tests.commands.running import MODELS, PROGRAM, refused, run
from tests.commands.test_text import on_a_terminal

AGENT, LEAK = MODELS / "support-agent.toml", MODELS / "token-leak.toml"


def fed(content, *words):
    """What the command answers that reads those bytes on its standard input."""
    done = subprocess.run(
        [PROGRAM, *map(str, words)], input=content, capture_output=True, timeout=60, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize(
    "words",
    [
        ("check", "{}", "--json"),
        ("describe", "{}"),
        ("reach", "{}"),
        ("explain", "{}", "support-bot", "attachments"),
        ("fix", "{}"),
        ("compromise", "{}", "outsider"),
        ("offboard", "{}", "support-bot"),
        ("export", "{}", "--to", "toml"),
        ("diff", "{}", LEAK),
        ("diff", LEAK, "{}"),
    ],
    ids=lambda words: " ".join(map(str, words[:2])),
)
def test_a_model_on_standard_input_answers_as_its_file(words):
    answered = run(*(AGENT if each == "{}" else each for each in words))
    found = fed(AGENT.read_bytes(), *("-" if each == "{}" else each for each in words))
    assert found == (answered.returncode, answered.stdout, "")


def test_what_cannot_be_done_with_standard_input_is_told():
    assert "name a file" in refused("offboard", "-", "support-bot", "--apply")
    assert "name a file" in refused("fix", "-", "--apply", "planned")
    assert "name a file for one" in refused("diff", "-", "-")
    assert "name a file for one" in refused("trace", "-", "-")
    assert "--format: -: what kind of log is it? say jsonl|csv" in refused("trace", LEAK, "-")
    assert fed(b"hello", "check", "-")[2].startswith("meshmodel: standard input, line 1: is not TOML")


@pytest.mark.parametrize("words", [("check", ""), ("import", "", "-o", "new.mesh"), ("explain", AGENT, "")])
def test_an_empty_argument_is_no_folder(words, tmp_path):
    (tmp_path / ".mcp.json").write_text('{"mcpServers": {"files": {"command": "x"}}}', encoding="utf-8")
    assert refused(*words, cwd=tmp_path).startswith("an argument is empty; name what is meant")
    assert [each.name for each in tmp_path.iterdir()] == [".mcp.json"]


def test_a_model_is_no_file_of_another_program(tmp_path):
    source = tmp_path / ".mcp.json"
    source.write_text('{"mcpServers": {"files": {"command": "x"}}}', encoding="utf-8")
    line = f"{AGENT}: is a model, not a file of another program; "
    assert refused("import", source, AGENT, "-o", tmp_path / "n.mesh").startswith(line)
    assert refused("drift", AGENT, AGENT) == f"{line}meshmodel diff compares two models"
    assert [each.name for each in tmp_path.iterdir()] == [".mcp.json"]


def test_what_a_command_does_not_write_is_told(tmp_path):
    source = tmp_path / ".mcp.json"
    source.write_text('{"mcpServers": {"files": {"command": "x"}}}', encoding="utf-8")
    words = ("import", source, "-o", tmp_path / "n.toml", "--ledger", "-")
    assert refused(*words, cwd=tmp_path) == "-: standard output has the answer; name a file for the ledger"
    assert "export writes no model file; meshmodel import" in refused("export", AGENT, "-o", "new.mesh")
    assert refused("export", AGENT, "-o", "new.doc").startswith("new.doc: in which form? add --to")
    assert refused("git-merge", AGENT, AGENT, AGENT).endswith(
        "is an interchange file; git merges those itself, as text"
    )
    assert [each.name for each in tmp_path.iterdir()] == [".mcp.json"]


def test_help_and_events_fit_into_the_terminal():
    for words in (("export", "--help"), ("trace", LEAK, MODELS / "token-leak.jsonl")):
        said, error, status = on_a_terminal(*words, columns=72)
        assert (error, status) == ("", 0)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines()
        assert [line for line in plain if width(line) > 72 and "--lens" not in line] == []


def test_a_baseline_that_is_no_text(tmp_path):
    path = tmp_path / "baseline"
    path.write_bytes(b"\xff\xfe")
    assert "is no baseline (it is not UTF-8 text)" in refused("check", AGENT, "--baseline", path)
