"""What the description of a program tells apart, and that no secret counts."""

import shlex

from meshmodel.importers.fingerprints import is_changed, of_action, of_address, of_command, of_script
from tests.rows import all_rows

KEY = "sk-ant-api03-" + "a1B2" * 12


@all_rows(
    ("words", "begins"),
    [
        ("npx -y @scope/server@1.2 /srv", "Program: npx @scope/server 1.2; options -y; arguments "),
        ("npx server-a", "Program: npx server-a, not pinned; arguments "),
        ("uvx --from tool==0.3 serve", "Program: uvx tool 0.3; options --from; arguments "),
        (
            "docker run --rm -i ghcr.io/x/y:1.2",
            "Program: docker ghcr.io/x/y 1.2; options --rm, -i; arguments ",
        ),
        ("node /srv/somebody/launch/github.mjs", "Program: node github.mjs; arguments "),
        ("/opt/bin/serve --port 1", "Program: serve; options --port; arguments "),
        ("npx mcp-remote https://mcp.example.com/a", "Program: npx mcp.example.com/a; arguments "),
    ],
)
def test_a_command_is_described_by_runner_package_version_and_options(words, begins):
    assert of_command(words.split()).startswith(begins)


def test_an_option_that_the_catalogue_knows_is_told_with_its_value():
    words = [
        "docker",
        "run",
        "ghcr.io/github/github-mcp-server",
        "stdio",
        "--tools",
        "issue_read",
        "--host",
        "x",
    ]
    assert "options --tools=issue_read, --host;" in of_command(words)


@all_rows(
    ("before", "now"),
    [
        (["a", "--api-key", "hunter2"], ["a", "--api-key", "hunter3"]),
        (["a", "-e", "API_TOKEN=hunter2"], ["a", "-e", "API_TOKEN=hunter3"]),
        (["env", "DB_PASSWORD=hunter2", "a"], ["env", "DB_PASSWORD=hunter3", "a"]),
        (["a", "postgresql://u:hunter2@db/x"], ["a", "postgresql://u:hunter3@db/x"]),
        (["a", KEY], ["a", KEY.replace("a1B2", "c3D4")]),
        (
            ["a", "--header", "Authorization: Bearer hunter2"],
            ["a", "--header", "Authorization: Bearer hunter3"],
        ),
    ],
)
def test_a_secret_counts_by_its_name_alone(before, now):
    assert of_command(before) == of_command(now)
    assert "hunter" not in of_command(before)
    assert of_script("Claude", shlex.join(before)) == of_script("Claude", shlex.join(now))


@all_rows(
    ("before", "now", "changed"),
    [
        (of_command(["npx", "a@1"]), of_command(["npx", "a@1"]), False),
        (of_command(["npx", "a@1"]), of_command(["npx", "a@2"]), True),
        (of_command(["a", "/srv"]), of_command(["a", "/"]), True),
        (of_command(["a", "x://u:secret@db1/x"]), of_command(["a", "x://u:secret@db2/x"]), True),
        (
            of_command(["a", "--dsn=Server=db1;Password=hunter2"]),
            of_command(["a", "--dsn=Server=db2;Password=hunter2"]),
            True,
        ),
        (of_command(["a", "http://u:hunter2@h/x"]), of_command(["a", "https://u:hunter2@h/x"]), True),
        (of_command(["a", "x://u:secret@db/x"]), of_command(["a", "x://u:secret@db/y"]), True),
        (of_command(["sh", "-c", "a --token x"]), of_command(["sh", "-c", "b --token x"]), True),
        (of_command(["sh", "-c", "a --token x"]), of_command(["sh", "-c", "a --token y"]), False),
        (of_command(["a"], {"PATH": "/b"}), of_command(["a"], {"PATH": "/c"}), True),
        (of_command(["a"], {"API_TOKEN": "x"}), of_command(["a"], {"API_TOKEN": "y"}), False),
        (of_address("https://a.example/x"), of_address("http://a.example/x"), True),
        (of_address("https://a.example/x"), of_address("https://a.example:8443/x"), True),
        (of_address("https://a.example/x?key=1"), of_address("https://a.example/x?key=2"), False),
        (of_address("https://a.example/x"), of_address("https://b.example/x"), True),
        (of_action("o/a@v1", {"tools": "Read"}), of_action("o/a@v2", {"tools": "Read"}), True),
        (of_action("o/a@v1", {"tools": "Read"}), of_action("o/a@v1", {"tools": "Bash"}), True),
        (of_command(["a"]), "words of somebody", False),
        (None, of_command(["a"]), False),
    ],
)
def test_what_is_another_program(before, now, changed):
    assert is_changed(before, now) is changed


def test_a_changed_row_of_the_catalogue_changes_no_program():
    said = "Program: npx a, not pinned; options --x; arguments 0123456789ab"
    assert not is_changed(said, said.replace("--x", "--x=1"))
