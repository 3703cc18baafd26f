"""What a model says is no command to a pipeline that shows an answer in its log."""

import json

import pytest

from meshmodel import cli
from meshmodel.model.text import without_commands
from tests.rows import all_rows

MODEL = """format = "meshmodel/1"
name = "::error::model"
description = "::warning::what ##[error]it is ##vso[task.setvariable variable=a]b"
[[zone]]
id = "z"
name = "##[group]zone"
[[system]]
id = "s"
name = "::add-mask::system"
kind = "::debug::kind"
untrusted_input = true
owner = "::error::owner"
[[agent]]
id = "a"
name = "::stop-commands::agent"
kind = "ai-agent"
home = "z"
[[agent]]
id = "b"
name = "::error::b"
kind = "ai-agent"
[[credential]]
id = "c"
name = "##teamcity[x]credential"
identity = "arn:aws:iam::111122223333:role/::error::x"
[[hold]]
agent = "a"
credential = "c"
[[hold]]
agent = "b"
credential = "c"
[[grant]]
credential = "c"
system = "s"
actions = ["read", "write"]
[[note]]
id = "n"
about = "agent:a"
kind = "question"
text = "::error::question"
[[acceptance]]
rule = "::error::rule"
subject = "::error::subject"
reason = "::error::reason"
by = "::error::by"
until = 2027-01-01
"""


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.toml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "other.toml").write_text('format = "meshmodel/1"\n', encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        "check m.toml",
        "check m.toml --crossings",
        "check m.toml --json",
        "describe m.toml",
        "fix m.toml",
        "fix m.toml --json",
        "reach m.toml",
        "explain m.toml a s",
        "compromise m.toml agent:a",
        "offboard m.toml a",
        "diff other.toml m.toml",
        "diff other.toml m.toml --markdown",
        "check ::error::file.toml",
        "check ##[error].toml",
    ],
)
@pytest.mark.usefixtures("model")
def test_no_line_of_an_answer_is_a_command(words, capsys):
    cli.main(words.split())
    out, error = capsys.readouterr()
    assert out + error
    for line in (out + error).splitlines():
        assert not line.strip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line
        assert "##teamcity[" not in line


@pytest.mark.usefixtures("model")
def test_with_annotations_only_they_begin_a_line(capsys):
    cli.main(["check", "m.toml", "--annotations"])
    lines = capsys.readouterr().out.splitlines()
    text = [line for line in lines if not line.startswith("::")]
    annotations = lines[len(text) :]
    assert all(line.startswith(" ") or not line for line in text)
    assert annotations
    assert all(line.startswith("::") and "##" not in line for line in annotations)


@pytest.mark.usefixtures("model")
def test_json_says_the_same_names(capsys):
    cli.main(["check", "m.toml", "--json", "--crossings"])
    document = json.loads(capsys.readouterr().out)
    assert "##teamcity[x]credential" in document["findings"][0]["message"]


@all_rows(
    ("text", "shown"),
    [
        ("::error::x", r"\x3a:error::x"),
        ("a ::error::x", r"a \x3a:error::x"),
        ("##[x] ###vso[x]", r"\x23#[x] #\x23#vso[x]"),
        ("arn:aws:s3:::bucket arn:aws:iam::1:user/x Agent::Target # heading ## heading a::b", None),
    ],
)
def test_what_a_log_takes_for_a_command_is_an_escape(text, shown):
    assert without_commands(text) == (shown or text)
