"""``meshmodel help``: every page as text, for a pipe and for a terminal."""

import re

import pytest

from meshmodel import cli
from meshmodel.answers.style import Style
from meshmodel.app.commands import COMMANDS
from meshmodel.app.concepts import MORE, SAME
from meshmodel.commands.help import TOPICS, commands_of, page
from meshmodel.commands.manual_text import markdown_text
from meshmodel.commands.models import OTHER_NAMES
from tests.rows import all_rows

PAGE = """# The title

<!-- begin nothing -->

![a picture](../picture.png)

A paragraph with `code`, **strong words**, a [link](files.md#models) and another
[one](#below) that goes on.

- first
  and more of it
- second

| key | holds |
|---|---|
| `one\\|two` | what `is` there |

```sh
meshmodel check  x
```

## Below
"""


def called(capsys, *words):
    status = cli.main(["help", *words])
    output = capsys.readouterr()
    return status, output.out, output.err


def test_without_a_topic_all_are_listed(capsys):
    status, text, _ = called(capsys)
    assert status == 0
    assert re.findall(r"^  ([a-z-]+)  ", text, re.MULTILINE) == list(TOPICS)


@all_rows("topic", TOPICS)
def test_a_page_in_a_pipe_is_plain(topic, capsys):
    status, text, complaint = called(capsys, topic)
    assert (status, complaint) == (0, "")
    title = page(topic).partition("\n")[0].removeprefix("# ")
    assert text.startswith(f"{title}\n====")
    assert re.findall(r"\x1b|<!--|!\[|\]\(|^```|\*\*\w", text, re.MULTILINE) == []


def test_a_command_is_a_topic_too(capsys):
    _, text, _ = called(capsys, "offboard")
    assert text.startswith("meshmodel offboard\n---")
    assert "--apply" in text
    assert "meshmodel trace" not in text


def test_a_topic_that_is_none_is_refused_in_a_line(capsys):
    assert called(capsys, "semantic") == (
        2,
        "",
        "meshmodel: there is no topic semantic; did you mean semantics?\n",
    )
    assert "there are scan, workbench" in called(capsys, "xyzzy")[2]


def test_a_page_that_is_missing_is_said_in_a_line(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("meshmodel.commands.help.FOLDER", tmp_path)
    status, text, complaint = called(capsys, "files")
    assert (status, text) == (2, "")
    assert "install meshmodel again" in complaint


def test_the_layout_in_a_pipe():
    assert markdown_text(PAGE, Style(columns=50)) == (
        "The title\n"
        "=========\n"
        "\n"
        "A paragraph with `code`, strong words, a link\n"
        "(`meshmodel help files`) and another one that goes\n"
        "on.\n"
        "\n"
        "- first and more of it\n"
        "- second\n"
        "\n"
        "  key      holds\n"
        "  one|two  what `is` there\n"
        "\n"
        "    meshmodel check  x\n"
        "\n"
        "Below\n"
        "-----"
    )


def test_the_layout_on_a_terminal():
    text = markdown_text(PAGE, Style(colour=True, columns=50))
    assert text.startswith("\x1b[1mThe title\x1b[0m\n\n")
    assert "\x1b[1mcode\x1b[0m, \x1b[1mstrong words\x1b[0m" in text
    assert "`" not in text
    assert "what \x1b[1mis\x1b[0m there" in text


def test_without_glyphs_there_is_only_ascii():
    for topic in TOPICS:
        assert markdown_text(page(topic), Style(glyphs=False)).isascii(), topic


@pytest.mark.parametrize(
    ("concept", "command"),
    [
        ("risk", "meshmodel check"),
        ("threat", "meshmodel check"),
        ("CI", "meshmodel check"),
        ("mitigate", "meshmodel fix"),
        ("Remediation", "meshmodel plan"),
        ("attack path", "meshmodel explain"),
        ("least privilege", "meshmodel reach"),
        ("blast radius", "meshmodel compromise"),
        ("leaver", "meshmodel offboard"),
        ("workshop", "meshmodel round"),
        ("forensics", "meshmodel trace"),
        ("what changed", "meshmodel diff"),
        ("compliance", "meshmodel rules"),
        ("jira", "meshmodel report"),
        ("Terraform", "meshmodel import"),
        ("discover", "meshmodel scan"),
        ("share", "meshmodel serve"),
        ("trust boundary", "\n  a  Add an agent"),
        ("colour", "In the workbench\n  T  "),
        ("comment", "In the workbench\n  Enter  "),
    ],
)
def test_a_word_of_the_field_finds_what_answers_it(concept, command, capsys):
    status, text, complaint = called(capsys, *concept.split())
    assert (status, complaint) == (0, "")
    assert command in text
    assert "meshmodel git-merge" not in text


def test_what_nothing_is_called_names_the_topics(capsys):
    status, text, complaint = called(capsys, "xyzzy")
    assert (status, text) == (2, "")
    assert "there is no topic xyzzy; there are scan" in complaint


def test_commands_answer_to_their_other_names(capsys):
    for name, others in OTHER_NAMES.items():
        for other in others:
            assert called(capsys, other) == called(capsys, name)


def test_what_commands_are_called_belongs_to_commands_that_are_there():
    assert {*SAME, *MORE} <= commands_of(page("commands")).keys()
    assert {each for ids in SAME.values() for each in ids} <= {each.id for each in COMMANDS}
