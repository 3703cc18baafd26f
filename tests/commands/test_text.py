"""The answers for people: folded, no wider than the terminal, coloured only where that is wanted."""

import os
import pty
import subprocess
from dataclasses import replace

import pytest

from meshmodel import cli
from meshmodel.analysis.results import Explanation, FindingAcceptance
from meshmodel.analysis.rules import RULES
from meshmodel.answers.painters import text_of
from meshmodel.answers.rules import rule_blocks, rules_blocks
from meshmodel.answers.style import Style, table, wrap
from meshmodel.answers.ways import explain_blocks
from meshmodel.commands.rules import example_of
from meshmodel.model.records import Snapshot
from meshmodel.model.text import width
from tests.commands.running import MODELS, PROGRAM, run

AGENT = MODELS / "support-agent.toml"
PLAIN = Style()


def on_a_terminal(*arguments, columns=80, **environment):
    """What the command writes to a terminal of so many columns."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, *map(str, arguments)],
        stdin=slave,
        stdout=slave,
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color", **environment},
    )
    os.close(slave)
    parts = []
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    os.close(master)
    _, error = process.communicate(timeout=60)
    return b"".join(parts).decode().replace("\r\n", "\n"), error.decode(), process.returncode


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_words_are_wrapped_by_the_cells_they_take(columns):
    text = "客服 reads Ünïcode " * 20
    lines = wrap(text, Style(columns=columns), "    ", "  1 ")
    assert all(width(line) <= columns for line in lines)
    assert " ".join(line[4:] for line in lines).split() == text.split()
    assert lines[0].startswith("  1 ")


def test_a_word_that_is_too_long_stays_whole():
    assert wrap("x" * 50, Style(columns=20), "  ") == ("  " + "x" * 50,)
    assert wrap("a " + "x" * 50 + " b", Style(columns=20)) == ("a", "x" * 50, "b")
    assert wrap("", PLAIN, "  ") == ("  ",)


@pytest.mark.parametrize("columns", range(20, 60, 3))
def test_one_cell_characters_are_wrapped_as_any_others_are(columns):
    text = "a bc  def ghij klmno pqrstu vwxyzab " * 3 + "x" * columns
    ours = wrap(text, Style(columns=columns), "   ", " 1 ")
    assert ours == wrap(tuple(text.split(" ")), Style(columns=columns), "   ", " 1 ")


def test_tables_align_wide_names():
    lines = table([("客服", "a"), ("bot", "b")], indent="  ")
    assert {width(line) for line in lines} == {width("  客服  a")}
    assert table([]) == []


def test_what_text_prints_cannot_hold_control_characters():
    lines = wrap("bad\x1b[31m\u202e name\nnext", PLAIN)
    assert not {"\x1b", "\u202e", "\n"} & set("".join(lines))
    assert "\x1b" not in "".join(table([("a\x1b[0m", "b")]))


def test_a_row_of_check_is_as_severe_as_what_it_folds():
    text = run("check", MODELS / "workflow-broker.toml").stdout
    assert "\nHIGH  Missing checkpoint: Token of the clerk → General ledger (by itself medium)\n" in text
    assert "\nHIGH  Missing checkpoint: Token of the clerk → Payroll\n" in text


def test_check_tells_where_outsiders_words_come_to():
    text = run("check", MODELS / "crm-assistant-gateway.toml").stdout
    said = "Untrusted content comes in through Customer chat; agents can bring it to Conversation memory."
    assert f"\n{said}\n" in text
    assert "[carried-words conversation-memory]\n" in text
    assert "Untrusted content" not in run("check", MODELS / "federated-release.toml").stdout


def test_check_names_the_agents_that_are_steerable_for_want_of_a_kind(tmp_path):
    """The definition changed there, and nothing in an interchange file tells an earlier one."""
    path = tmp_path / "kinds.toml"
    lines = ['format = "meshmodel/1"']
    for agent, more in {
        "plain": "",
        "stated": "steerable = false",
        "kind": 'kind = "service"',
        "gone": 'status = "retired"',
        "bare": "",
    }.items():
        lines += ["[[agent]]", f'id = "{agent}"', more]
    path.write_text("\n".join(lines), encoding="utf-8")
    line = (
        "2 agents without a kind (bare, plain) count as steerable, unlike in earlier versions: give them a "
        "kind, or steerable = false"
    )
    assert line in " ".join(run("check", path).stdout.split())
    assert run("check", path, "--json").stderr == ""
    assert "without a kind" not in run("check", MODELS / "finance-orchestrator.toml").stdout
    # A model file of before says that they are not steerable.
    mesh = tmp_path / "kinds.mesh"
    assert run("import", path, "-o", mesh).returncode == 0
    assert "without a kind" not in run("check", mesh).stdout


def test_check_counts_as_designed_where_something_is_planned(tmp_path):
    planned = tmp_path / "planned.toml"
    planned.write_text(
        AGENT.read_text(encoding="utf-8")
        + '\n[[checkpoint]]\nid = "gate"\nkind = "policy-decision"\nstep = "grant"\n'
        'from = "file-sas"\nto = "attachments"\nstate = "planned"\n',
        encoding="utf-8",
    )
    assert "With planned" not in run("check", AGENT).stdout
    assert "With planned checkpoints: 0 unchecked paths" in run("check", planned).stdout
    done = run("check", "--as-designed", planned)
    assert done.returncode == 0
    assert "No checkpoint is missing" in done.stdout


@pytest.mark.parametrize(
    "command", [("check",), ("reach",), ("explain",), ("fix",), ("compromise", "outsider")]
)
def test_several_models_are_set_apart_by_the_names_of_their_files(tmp_path, command):
    copy, gone = tmp_path / "copy.toml", tmp_path / "gone.toml"
    copy.write_bytes(AGENT.read_bytes())
    name, *words = command
    alone, other = (run(name, each, *words).stdout for each in (AGENT, copy))
    done = run(name, AGENT, gone, copy, *words)
    assert done.stdout == f"{AGENT}:\n{alone}\n{copy}:\n{other}"
    told = "not found; check the path, or run meshmodel to open or create a model"
    assert done.stderr == f"meshmodel: {gone} {told}\n"


def test_what_is_wrong_with_one_of_several_models_names_it(tmp_path):
    other = MODELS / "code-agent.toml"
    words = ("explain", "support-bot", "tickets")
    assert run(words[0], other, *words[1:]).stderr.startswith("meshmodel: the model has no agent support-bot")
    done = run(words[0], AGENT, other, *words[1:], "--json")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.startswith(
        f"meshmodel: {other}: the model has no agent support-bot; it has code-agent"
    )


@pytest.mark.parametrize("words", [(), ("--all",)])
def test_what_is_no_crossing_is_told_without_the_signs_of_one(words):
    text = run("explain", AGENT, "support-bot", "attachments", "--from", "attachments", *words).stdout
    assert text.startswith(
        "Support bot can read Attachments. That is no path across a trust boundary after reading "
        "Attachments.\nLeave --from out for the worst path.\nShortest path\n"
    )
    assert "✖" not in text
    assert "crosses" not in text
    assert "zones  Help desk → Cloud storage" in text
    person = run("explain", MODELS / "workflow-broker.toml", "clerk", "ledger").stdout
    assert person.startswith("Clerk can read General ledger. That is no path across a trust boundary.\n")
    assert "✖" not in person


def test_explain_says_why_not():
    explanation = Explanation("a", None, "s", "read", None, None, (), (), "there is no way")
    assert text_of(explain_blocks(Snapshot(), explanation), PLAIN) == "there is no way."


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_tells_what_a_finding_of_it_says(rule, capsys):
    message, name = example_of(rule)
    assert cli.main(["rules", rule.id]) == 0
    assert f"Example {message} ({name})" in " ".join(capsys.readouterr().out.split())


def test_what_a_rule_says_is_what_check_says():
    message, name = example_of(RULES[0])
    assert name == "the example support-agent"
    assert message in " ".join(run("check", MODELS / "support-agent.toml").stdout.split())


def test_rules_are_told_in_short_and_in_full():
    assert "Toxic flow (lethal trifecta) (toxic-flow)" in run("rules").stdout
    text = run("rules", "toxic-flow").stdout
    for head in ("Finds", "Why", "Fix", "Severity", "Ignore", "Standards"):
        assert f"\n{head}" in text
    assert len(text_of(rules_blocks(RULES), PLAIN).splitlines()) >= 2 * len(RULES)
    assert RULES[0].references[0] in text_of(rule_blocks(RULES[0]), PLAIN)


def test_accepted_findings_say_who_and_why(tmp_path):
    from meshmodel.answers.acceptances import accepted_words

    accepted = FindingAcceptance("Ada", "a pilot", "2027-01-31", open=False)
    assert accepted_words(accepted) == "accepted by Ada until 2027-01-31: a pilot"
    grown = replace(accepted, open=True, because="agent added: bot")
    assert (
        accepted_words(grown) == "open again, agent added: bot: was accepted by Ada until 2027-01-31: a pilot"
    )


def test_colour_on_a_terminal_only_and_not_against_the_will():
    text, error, status = on_a_terminal("check", AGENT)
    assert (error, status) == ("", 1)
    assert "\x1b[31m" in text
    assert "\x1b" not in on_a_terminal("check", AGENT, NO_COLOR="1")[0]
    assert "\x1b" not in on_a_terminal("check", AGENT, TERM="dumb")[0]


@pytest.mark.parametrize("command", ["keys", "rules"])
@pytest.mark.parametrize("columns", [60, 80])
def test_lists_of_the_program_itself_fit_the_terminal(command, columns):
    text, error, status = on_a_terminal(command, columns=columns, NO_COLOR="1")
    assert (error, status) == ("", 0)
    assert max(width(line) for line in text.splitlines()) <= columns


def test_keys_are_columns_on_a_terminal_and_markdown_elsewhere():
    from meshmodel.app.commands import COMMANDS, TASKS

    text, _, _ = on_a_terminal("keys", NO_COLOR="1", columns=120)
    assert "|" not in text
    assert "`" not in text
    assert [line for line in text.splitlines() if line and not line.startswith(" ")] == list(TASKS)
    assert all(each.description in " ".join(text.split()) for each in COMMANDS)
    assert run("keys").stdout.startswith("| Draw | |\n|---|---|\n| `a` | Add an agent")


@pytest.mark.parametrize(
    "command",
    [
        ("check", "coding-agent-mcp.toml", "--crossings", "--fail-on", "never"),
        ("check", "crm-assistant-gateway.toml", "--crossings", "--fail-on", "never"),
        ("compromise", "crm-assistant-gateway.toml", "outsider"),
        ("offboard", "crm-assistant-gateway.toml", "assistant"),
        ("fix", "finance-orchestrator.toml"),
    ],
    ids=" ".join,
)
def test_no_table_is_wider_than_the_terminal(command):
    name, model, *rest = command
    written, error, code = on_a_terminal(name, MODELS / model, *rest, NO_COLOR="1")
    assert (error, code) == ("", 0)
    assert [line for line in written.splitlines() if width(line) > 80] == []
    wide, _, _ = on_a_terminal(name, MODELS / model, *rest, columns=120, NO_COLOR="1")
    heads = {"agent", "from", "to", "action", "state"}  # words that only a wide table has above it
    assert set(written.split()) - heads == set(wide.split()) - heads


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", AGENT, "bot"), "the model has no agent bot; it has support-bot"),
        (("explain", AGENT, "support-bt"), "the model has no agent support-bt; did you mean support-bot?"),
        (("rules", "toxic"), "there is no rule toxic; did you mean toxic-flow?"),
        (("rules", "x"), "there is no rule x; there are missing-checkpoint, "),
        (("demo", "support"), "there is no example support; did you mean support-agent?"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_those_that_come_near(words, said):
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"meshmodel: {said}")
