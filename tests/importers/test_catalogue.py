"""The catalogue of well-known servers: its rows, whose row a program has, what a configuration leaves."""

import re
from pathlib import Path

import pytest

from meshmodel import cli
from meshmodel.importers.catalogue import (
    ShownServer,
    effect_of,
    load_catalogue,
    personal_path,
    read_catalogue,
)
from meshmodel.importers.programs import address_of, program_of
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.vocabulary import ACTIONS, CREDENTIAL_KINDS, SYSTEM_KINDS
from tests.rows import all_rows

ROWS = load_catalogue()


def test_every_row_uses_the_words_of_a_model():
    assert {each.kind for each in ROWS.system.values()} <= {*SYSTEM_KINDS}
    credentials = [each for server in ROWS.server.values() for each in server.credential]
    kinds = {each.kind for each in (*credentials, *ROWS.variable)}
    assert kinds <= {*CREDENTIAL_KINDS, "public", "setting"}
    for each in credentials:
        assert each.env or each.header or each.option or each.query or each.file or each.oauth
    accesses = [each for row in (*ROWS.server.values(), *ROWS.command) for each in row.reaches]
    assert {each.rpartition(":")[2] for each in accesses} <= {*ACTIONS}


def test_every_server_names_a_source_at_a_commit_and_every_source_is_named():
    for source in ROWS.source.values():
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{7,40}", source.at)
        assert source.read
    assert {each.source for each in ROWS.server.values()} == {*ROWS.source}


def test_what_is_left_of_a_server_is_part_of_what_it_reaches():
    for server in ROWS.server.values():
        limits = [*server.limits, *server.adds]
        assert {access for each in limits for access in each.leaves} <= {*server.reaches}
        added = {access for each in limits for access in each.adds}
        assert {*server.tools} - {"none"} <= {*server.reaches, *added}
        judged = {*server.judged} - {"why"}
        assert judged <= {"reaches", "tools", "limits", "adds"}


def test_no_tool_is_listed_twice_for_one_access_or_as_reaching_nothing_and_something():
    for server in ROWS.server.values():
        for tools in server.tools.values():
            assert len(set(tools)) == len(tools)
        some = {tool for access, tools in server.tools.items() if access != "none" for tool in tools}
        assert some.isdisjoint(server.tools.get("none", ()))
        grouped = {tool for tools in server.groups.values() for tool in tools}
        assert [each for each in grouped if server.needs(each) is None] in ([], ["get_cost"])


def test_no_pattern_is_that_of_two_servers_or_fits_another_host():
    patterns = [each for server in ROWS.server.values() for each in server.match]
    assert len(set(patterns)) == len(patterns)
    for pattern in patterns:
        if pattern.startswith("url:"):
            host, _, path = pattern.removeprefix("url:").partition("/")
            url = f"https://{host.replace('*', 'x')}.example.net/{path.replace('*', 'x')}"
            assert ROWS.servers_of(address_of(url)) == ()


def row_of(*words):
    return [each.id for each in ROWS.servers_of(program_of(words))]


@all_rows(
    ("words", "row"),
    [
        (["npx", "-y", "@playwright/mcp@latest"], ["playwright"]),
        (["npx", "--yes", "--package=@playwright/mcp", "playwright-mcp"], ["playwright"]),
        (["npx -y @playwright/mcp@0.0.30"], ["playwright"]),
        (["/opt/bin/npx", "@playwright/mcp"], ["playwright"]),
        (["C:\\node\\npx.cmd", "@playwright/mcp"], ["playwright"]),
        (["cmd", "/c", "npx", "-y", "@upstash/context7-mcp"], ["context7"]),
        (["env", "-u", "C", "A=b", "npx", "@upstash/context7-mcp"], ["context7"]),
        (["sudo", "-u", "me", "npx", "@upstash/context7-mcp"], ["context7"]),
        (["bunx", "@upstash/context7-mcp"], ["context7"]),
        (["bun", "x", "@upstash/context7-mcp"], ["context7"]),
        (["pnpm", "dlx", "@upstash/context7-mcp"], ["context7"]),
        (["deno", "run", "-A", "npm:@upstash/context7-mcp"], ["context7"]),
        (["uvx", "mcp-server-git==0.6.2", "--repository", "."], ["git"]),
        (["uvx", "--python", "3.12", "mcp_server_git"], ["git"]),
        (["uvx", "awslabs.aws-api-mcp-server@latest"], ["aws-api"]),
        (["pipx", "run", "mcp-server-git"], ["git"]),
        (["uv", "tool", "run", "mcp-server-git"], ["git"]),
        (["uvx", "--from", "git+https://github.com/oraios/serena", "serena"], ["serena"]),
        (["uv", "--directory", "/srv/x", "run", "serena", "start-mcp-server"], ["serena"]),
        (["github-mcp-server", "stdio"], ["github"]),
        (["docker", "run", "-e", "X", "ghcr.io/github/github-mcp-server:v1@sha256:a1b2"], ["github"]),
        (["docker", "run", "-it", "-v", "/a:/b", "--name=x", "mcp/brave-search"], ["brave-search"]),
        (["podman", "run", "docker.io/mcp/time"], ["time"]),
        (["npx", "-y", "mcp-remote@0.1", "https://mcp.supabase.com/mcp?read_only=true"], ["supabase"]),
        (["https://docs.mcp.cloudflare.com/sse"], []),
        (["https://bindings.mcp.cloudflare.com/sse"], ["cloudflare"]),
        (["https://mcp.supabase.com@example.net/mcp"], []),
        # what is called like it and is another
        (["npx", "-y", "@evil/server-github"], []),
        (["npx", "-y", "github:evil/github-mcp-server"], []),
        (["npx", "-y", "./github-mcp-server"], []),
        (["npx", "-y", "mcp-server-git"], []),
        (["uvx", "./mcp-server-git"], []),
        (["/srv/github-mcp-server", "stdio"], []),
        (["./npx", "@playwright/mcp"], []),
        (["node", "./launchers/github.mjs"], []),
        (["node", "/srv/node_modules/@playwright/mcp/cli.js"], []),
        (["python", "-m", "mcp_server_git"], []),
        (["uv", "run", "mcp-server-git"], []),
        (["docker", "run", "example.net/mcp/github"], []),
        (["docker", "exec", "mcp/github"], []),
        (["npm", "run", "mcp/github"], []),
        (["npx"], []),
        (["docker", "run", "-i"], []),
        ([""], []),
        ([], []),
        (["env"], []),
        (["sh", "-c", "npx @playwright/mcp"], []),
    ],
)  # fmt: skip
def test_a_program_matches_the_row_of_what_is_started_and_never_of_what_it_is_called(words, row):
    assert row_of(*words) == row


def test_a_program_keeps_its_version_and_its_arguments():
    found = program_of(["npx", "-y", "@a/b@1.2", "--flag", "/srv"])
    assert (found.runner, found.kind, found.name, found.version) == ("npx", "npm", "@a/b", "1.2")
    assert (found.options, found.arguments) == (("-y",), ("--flag", "/srv"))
    assert program_of([" "]).runner == ""
    found = program_of(["docker", "run", "-e", "A=1", "-eB", "--privileged", "image", "stdio"])
    assert (found.name, found.options[-1], found.arguments) == ("image", "--privileged", ("stdio",))


def effect(server, *words, **shown):
    program = address_of(words[0]) if "://" in words[0] else program_of(words)
    return effect_of(ROWS.server[server], ShownServer(program, **shown))


@all_rows(
    ("found", "left"),
    [
        (effect("github", "docker", "run", "x", "stdio"), ["github:read", "github:write", "github:execute"]),
        (effect("github", "docker", "run", "x", "stdio", "--read-only"), ["github:read"]),
        (effect("github", "docker", "run", "-e", "GITHUB_READ_ONLY=1", "x"), ["github:read"]),
        (
            effect("github", "docker", "run", "x", env={"GITHUB_READ_ONLY": "${X}"}),
            ["github:read", "github:write", "github:execute"],
        ),
        (effect("github", "https://api.githubcopilot.com/mcp/readonly"), ["github:read"]),
        (effect("github", "x", "--tools", "issue_read,issue_write"), ["github:read", "github:write"]),
        (
            effect("github", "x", headers={"x-mcp-tools": "unheard_of"}),
            ["github:read", "github:write", "github:execute"],
        ),
        (
            effect("neon", "https://mcp.neon.tech/mcp", query={"readonly": "true"}),
            ["neon:read", "neon:issue"],
        ),
        (
            effect("slack-korotovsky", "x", env={"SLACK_MCP_ADD_MESSAGE_TOOL": "true"}),
            ["slack:read", "slack:write"],
        ),
        (effect("supabase", "https://mcp.supabase.com/mcp", query={"features": "docs"}), ["supabase:read"]),
        (effect("terraform", "x"), ["docs:read"]),
        (effect("meshmodel", "meshmodel", "mcp", "a.mesh"), ["mesh-model:read"]),
        (
            effect("meshmodel", "meshmodel", "mcp", "a.mesh", "--folder", ".", "--write"),
            ["mesh-model:read", "mesh-model:write", "files:read"],
        ),
        (effect("terraform", "x", env={"TFE_TOKEN": ""}), ["docs:read", "terraform:read", "terraform:write"]),
    ],
)  # fmt: skip
def test_a_limit_holds_where_the_configuration_shows_it(found, left):
    assert [*found.reaches] == left


def test_tools_that_are_not_known_are_asked():
    found = effect("github", "x", headers={"X-MCP-Tools": "unheard_of"})
    assert any("which of its tools" in each for each in found.unsaid)


@all_rows(
    ("line", "runs", "reaches"),
    [
        ("git log --oneline", False, ("working-copy:read",)),
        ("git push", False, ("remote:read", "remote:write")),
        ("git bisect", True, ()),
        ("npm test", True, ()),
        ("gh pr list", False, ("github:read",)),
        ("gh pr merge 1", False, ("github:read", "github:write")),
        ("gh api /repos", False, ("github:read", "github:write", "github:execute")),
        ("kubectl get pods", False, ("cluster:read",)),
        ("helm template .", True, ()),
    ],
)
def test_a_command_is_known_by_its_longest_name(line, runs, reaches):
    found = ROWS.command_of(line)
    assert (found.runs, found.reaches) == (runs, reaches)
    assert ROWS.command_of("unheard-of") is None


@all_rows(
    ("line", "reached"),
    [
        ("git status --short | grep x && echo done", ("working-copy:read", "files:read")),
        ('A="b c" D=e ls; cat x 2>&1', ("files:read",)),
        ("cat x > y", ("files:read", "files:write")),
        ("cat x 2> /dev/null", ("files:read",)),
        ("cat x && make", None),
        ("cat x\nunheard-of", None),
        ("echo $(make)", None),
        ("ls & npm test", None),
        ('echo "a | b"', None),
        ("", None),
    ],
)
def test_a_command_line_reaches_what_all_its_commands_do(line, reached):
    assert ROWS.reached_by(line) == reached


def test_variables_are_secret_public_or_a_setting():
    secret = {
        name: ROWS.variable_named(name).is_secret for name in ("GH_TOKEN", "VITE_X_KEY", "X_MAX_TOKENS")
    }
    assert secret == {"GH_TOKEN": True, "VITE_X_KEY": False, "X_MAX_TOKENS": False}
    assert ROWS.variable_named("MY_TOKEN") is None


OWN = """format = "meshmodel-catalogue/1"
[[system]]
id = "ledger"
name = "the ledger"
zone = "ask"
[[server]]
id = "ours"
match = ["npm:@playwright/*"]
reaches = ["ledger:read", "web:read"]
[[server]]
id = "also-ours"
match = ["npm:@playwright/*"]
reaches = []
"""


def write_own(text):
    path = personal_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_persons_own_rows_come_first_and_several_that_match_are_all_given():
    write_own(OWN)
    rows = load_catalogue()
    found = [each.id for each in rows.servers_of(program_of(["npx", "@playwright/mcp"]))]
    assert found == ["ours", "also-ours"]
    assert "playwright" in rows.server
    write_own(OWN.replace('"ours"', '"playwright"'))
    assert load_catalogue().server["playwright"].reaches == ("ledger:read", "web:read")


def test_a_file_that_is_named_comes_before_a_persons_own(tmp_path):
    write_own(OWN)
    path = tmp_path / "rows.toml"
    path.write_text(
        'format = "meshmodel-catalogue/1"\n[[server]]\nid = "x"\nmatch = ["npm:@playwright/mcp"]\n'
        'reaches = ["ledger:read"]\n',
        encoding="utf-8",
    )
    rows = load_catalogue(path)
    assert [each.id for each in rows.servers_of(program_of(["npx", "@playwright/mcp"]))] == ["x"]


@all_rows(
    ("text", "why"),
    [
        ("", "is no catalogue"),
        ("a = ", "line 1"),
        ('format = "meshmodel-catalogue/2"', "is no catalogue"),
        (f"{OWN}[[thing]]\na = 1\n", "thing is no table"),
        (OWN.replace('reaches = ["ledger:read"', 'reaches = ["nothing:read"'), "nothing:read is no system"),
        (OWN.replace('reaches = ["ledger:read"', 'reaches = ["ledger:eat"'), "ledger:eat is no system"),
        (OWN.replace('"npm:@playwright/*"', '"url:*.com/x"', 1).replace("*.com", "*com"), "hosts of others"),
        (OWN.replace('"npm:@playwright/*"', '"*"', 1), "no kind and name"),
        (OWN.replace('id = "ours"\n', ""), "lacks id"),
        (OWN.replace('zone = "ask"', "zone = 5"), "zone: is to be a text"),
        (OWN.replace('zone = "ask"', 'zone = "ask"\nsensitivity = "top"'), "sensitivity is one of"),
        (OWN.replace('"also-ours"', '"ours"'), "is there twice"),
        (f'{OWN}limits = [{{ option = "-r", leaves = ["web:read"] }}]\n', "is not in its reaches"),
        (f'{OWN}limits = [{{ colour = "red" }}]\n', "colour is no key"),
        ('format = "meshmodel-catalogue/1"\nserver = 5', "is to be written as"),
        (f'{OWN}source = "nowhere"\n', "there is no source nowhere"),
    ],
)
def test_a_row_that_is_not_as_it_should_be_is_refused_in_one_line(text, why, capsys):
    path = write_own(text)
    assert cli.main(["catalogue", "ours"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert why in printed.err
    assert path.name in printed.err
    assert printed.err.count("\n") == 1
    with pytest.raises(MeshmodelError):
        read_catalogue(path, ROWS)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "rows.toml"
    for content, why in ((b"\xff", "is not UTF-8 text"), (b"#" * 2_000_000, "is too large")):
        path.write_bytes(content)
        with pytest.raises(MeshmodelError, match=why):
            read_catalogue(path)
    with pytest.raises(MeshmodelError, match="cannot be read"):
        read_catalogue(Path(tmp_path / "none.toml"))


@all_rows(
    ("name", "said"),
    [
        ((), "github: reads, changes and runs things in GitHub"),
        (("github",), "source: github/github-mcp-server@64a49f34 (2026-08-20)"),
        (("@playwright/mcp",), "server playwright"),
        (("mcp/time",), "server time"),
        (("https://mcp.neon.tech/mcp",), "server neon"),
        (("VITE_X",), "public"),
        (("git push",), "repositories that the working copy"),
        (("web",), "outsiders write into it"),
    ],
)
def test_the_command_prints_a_row_with_its_source(name, said, capsys):
    assert cli.main(["catalogue", *name]) == 0
    assert said in capsys.readouterr().out


def test_a_name_without_a_row_is_refused(capsys):
    assert cli.main(["catalogue", "gihtub"]) == 2
    assert "did you mean github" in capsys.readouterr().err
