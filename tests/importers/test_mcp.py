"""MCP client configurations: what each shape becomes."""

import json

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.importers.catalogue import personal_path
from meshmodel.importers.foreign_files import read_files
from meshmodel.importers.scanning import scan
from meshmodel.interchange import write_text
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Custody, Delegation, Grant, Hold
from meshmodel.model.stop import NEVER
from tests.importers.foreign import check_goldens, fixtures, read, read_text
from tests.rows import all_rows


@pytest.mark.parametrize("path", fixtures("mcp"), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, "mcp")


def config(**server):
    return {"mcpServers": {"tool": {"command": "tool-mcp", **server}}}


def model_of(content, tmp_path, name=".mcp.json"):
    return read_text(json.dumps(content), "mcp", tmp_path, name)


@all_rows(
    "content",
    [
        config(),
        config(args=None, env=None),
        {"mcpServers": {"tool": {"command": "tool-mcp --stdio"}}},
        {"mcpServers": {"tool": {"command": ["tool-mcp", "--stdio"]}}},
        {"servers": {"tool": {"command": "tool-mcp"}}, "inputs": []},
        {"mcp": {"servers": {"tool": {"command": "tool-mcp"}}}, "editor.fontSize": 12},
        {"projects": {"/srv/shop": config()}},
        {"tool": {"command": "tool-mcp"}},
        {"mcpServers": [{"name": "tool", "command": "tool-mcp"}]},
        {"context_servers": {"tool": {"command": {"path": "tool-mcp", "args": ["--stdio"]}}}},
    ],
)
def test_a_server_with_a_command_is_a_service_that_the_client_sets_to_work(content, tmp_path):
    proposed, _ = model_of(content, tmp_path)
    model = proposed.model
    (client,) = (each.id for each in model.agent.values() if each.kind == "ai-agent")
    assert model.agent["tool"].kind == "service"
    assert list(model.delegation.values()) == [Delegation(client, "tool")]
    assert {each.about for each in model.note.values() if each.kind != "note"} == {
        "zone:workstation",
        f"agent:{client}",
        "agent:tool",
    }


@all_rows(
    ("server", "actions"),
    [
        ({"command": "uvx", "args": ["mcp-server-fetch"]}, ("read",)),
        ({"command": "npx", "args": ["-y", "@playwright/mcp@latest"]}, ("read", "write")),
        ({"command": "docker", "args": ["run", "-i", "--rm", "mcp/fetch"]}, ("read",)),
        ({"type": "http", "url": "https://mcp.exa.ai/mcp"}, ("read",)),
    ],
)
def test_a_server_that_fetches_addresses_reads_where_outsiders_write_and_see_what_is_asked(
    server, actions, tmp_path
):
    proposed, _ = model_of({"mcpServers": {"any": server}}, tmp_path)
    model = proposed.model
    web = next(each for each in model.system.values() if each.kind == "browser")
    assert (web.untrusted_input, web.exposes_requests) == (True, True)
    analysis = analyse(model)
    (client,) = (each.id for each in model.agent.values() if each.kind == "ai-agent")
    assert [each.actions for each in analysis.agent_reach(client).reach if each.system == web.id] == [actions]
    assert web.id in {each.system for each in analysis.heard}


@pytest.mark.parametrize(
    "server",
    [
        {"command": "node", "args": ["./fetch.mjs"]},
        {"url": "https://fetch.example.com/mcp"},
        {"command": "npx", "args": ["@example/fetch"]},
    ],
)
def test_what_a_server_is_called_is_no_evidence(server, tmp_path):
    model = model_of({"mcpServers": {"fetch": server}}, tmp_path)[0].model
    assert not any(each.kind == "browser" for each in model.system.values())
    assert [each.kind for each in model.note.values() if "fetch" in each.text] == ["question"]


def test_a_known_server_is_filled_in_by_one_assumption_with_its_source(tmp_path):
    env = {"GITHUB_PERSONAL_ACCESS_TOKEN": "${GITHUB_PAT}"}
    github = {"command": "docker", "args": ["run", "-i", "ghcr.io/github/github-mcp-server"], "env": env}
    proposed, rows = model_of({"mcpServers": {"hub": github}}, tmp_path)
    model = proposed.model
    assert list(model.grant.values()) == [Grant("github_pat", "github", ("read", "write", "execute"))]
    assert list(model.hold.values()) == [Hold("hub", "github_pat")]
    credential = model.credential["github_pat"]
    assert (credential.kind, credential.subject) == ("personal-access-token", "human")
    assert model.system["github"].untrusted_input
    (note,) = (each for each in model.note.values() if each.about == "agent:hub")
    assert (note.kind, note.state) == ("assumption", "open")
    said = "hub reads, changes and runs things in GitHub, with GITHUB_PAT. So says github/github-mcp-server@"
    assert note.text.startswith(said)
    assert {row.verdict for row in rows if f"note:{note.id}" in row.became} == {"assumed"}


@all_rows(
    ("server", "grants"),
    [
        (
            {"url": "https://mcp.supabase.com/mcp?read_only=true"},
            [("oauth-for-x", "supabase-project", ("read",))],
        ),
        (
            {"command": "npx", "args": ["@modelcontextprotocol/server-postgres", "postgresql://u:hunter2@db.example.com/shop"]},
            [("password-of-x", "database-at-db.example.com-shop", ("read",))],
        ),
        (
            {"command": "uvx", "args": ["postgres-mcp"], "env": {"DATABASE_URI": "postgresql://u:hunter2@db.example.com/shop"}},
            [("database_uri-of-x", "database-at-db.example.com-shop", ("read", "write"))],
        ),
        (
            {"command": "npx", "args": ["@modelcontextprotocol/server-filesystem", ".", "/srv/data"]},
            [
                ("account-of-the-user-through-x", "files-of-data", ("read", "write")),
                ("account-of-the-user-through-x", "files-of-the-project", ("read", "write")),
            ],
        ),
        (
            {"command": "npx", "args": ["kubernetes-mcp-server", "--read-only"]},
            [("kube-config", "kubernetes-cluster-of-the-kubeconfig", ("read",))],
        ),
        ({"command": "npx", "args": ["@modelcontextprotocol/server-sequential-thinking"]}, []),
    ],
)  # fmt: skip
def test_what_a_known_server_reaches_follows_its_configuration(server, grants, tmp_path):
    model = model_of({"mcpServers": {"x": server}}, tmp_path)[0].model
    found = [(each.credential, each.system, each.actions) for each in model.grant.values()]
    assert sorted(found) == grants
    assert "hunter2" not in repr(model)


def test_a_server_that_asks_by_itself_is_said_to_and_no_checkpoint_is_drawn(tmp_path):
    server = {"command": "uvx", "args": ["awslabs.aws-api-mcp-server"]}
    asking = {**server, "env": {"REQUIRE_MUTATION_CONSENT": "true"}}
    for each, asks in ((server, False), (asking, True)):
        model = model_of({"mcpServers": {"x": each}}, tmp_path)[0].model
        assert any("it asks by itself" in note.text for note in model.note.values()) is asks
        assert not model.checkpoint


def test_known_tools_that_alone_may_be_used_limit_the_delegation(tmp_path):
    server = {"command": "docker", "args": ["run", "ghcr.io/github/github-mcp-server"]}
    model = model_of({"mcpServers": {"x": {**server, "tools": ["issue_read"]}}}, tmp_path)[0].model
    assert [each.only for each in model.delegation.values()] == [("github:read",)]
    model = model_of({"mcpServers": {"x": {**server, "tools": ["issue_read", "new"]}}}, tmp_path)[0].model
    assert [each.only for each in model.delegation.values()] == [None]


def test_a_container_with_the_socket_of_docker_runs_commands_on_the_workstation(tmp_path):
    args = ["run", "-v", "/var/run/docker.sock:/var/run/docker.sock", "example.org/x"]
    model = model_of({"mcpServers": {"x": {"command": "docker", "args": args}}}, tmp_path)[0].model
    assert [(each.system, each.actions) for each in model.grant.values()] == [
        ("commands-on-the-workstation", ("execute",))
    ]
    assert any("control the machine" in each.text for each in model.note.values())


def test_one_variable_of_the_machine_is_one_credential_however_it_is_written(tmp_path):
    texts = ["${TOOL_TOKEN}", "${env:TOOL_TOKEN}", "$TOOL_TOKEN", "%TOOL_TOKEN%", "{env:TOOL_TOKEN}"]
    servers = {f"s{number}": {"command": "x", "env": {"A_TOKEN": text}} for number, text in enumerate(texts)}
    model = model_of({"mcpServers": servers}, tmp_path)[0].model
    assert list(model.credential) == ["tool_token"]
    assert len(model.hold) == len(texts)


def test_several_rows_that_match_are_asked(tmp_path):
    path = personal_path()
    path.parent.mkdir(parents=True)
    row = '[[server]]\nid = "{}"\nmatch = ["npm:tool"]\nreaches = ["web:read"]\n'
    path.write_text(f'format = "meshmodel-catalogue/1"\n{row.format("a")}{row.format("b")}', encoding="utf-8")
    model = model_of({"mcpServers": {"x": {"command": "npx", "args": ["tool"]}}}, tmp_path)[0].model
    assert not model.grant
    assert any("Which of a, b in the catalogue" in each.text for each in model.note.values())


@all_rows(
    "content",
    [
        {"openapi": "3.1.0", "servers": [{"url": "https://api.example.com", "command": "x"}]},
        {"name": "a package", "repository": {"type": "git", "url": "https://example.com/x.git"}},
        {"services": {"web": {"command": "serve"}}},
        {"mcpServers": {}},
        [],
        "text",
    ],
)
def test_other_json_is_none(content, tmp_path):
    from meshmodel.importers.foreign_files import read_files
    from meshmodel.model.errors import MeshmodelError

    path = tmp_path / "x.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(MeshmodelError, match="is of no form"):
        read_files([path], tmp_path)


@all_rows(
    ("server", "literal"),
    [
        ({"env": {"TOOL_TOKEN": "${TOOL_TOKEN}"}}, False),
        ({"env": {"TOOL_TOKEN": "hunter2"}}, True),
        ({"env": {"TOOL_TOKEN": "YOUR_TOKEN"}}, False),
        ({"args": ["run", "-e", "TOOL_TOKEN=hunter2", "image"]}, True),
        ({"args": ["run", "-e", "TOOL_TOKEN", "image"]}, False),
        ({"args": ["run", "--env=TOOL_TOKEN=hunter2", "image"]}, True),
        ({"args": ["run", "-e", "TOOL_TOKEN=${TOOL_TOKEN}"]}, False),
    ],
)
def test_a_secret_is_a_credential_of_that_server_only(server, literal, tmp_path):
    proposed, rows = model_of(config(**server), tmp_path)
    model = proposed.model
    (credential,) = model.credential.values()
    name = credential.name or credential.id
    assert credential.kind == "mcp-environment-secret"
    assert name in ("TOOL_TOKEN of tool", "TOOL_TOKEN")
    assert (name == "TOOL_TOKEN of tool") is (literal or "YOUR_TOKEN" in str(server))
    assert list(model.hold.values()) == [Hold("tool", credential.id)]
    kept = [Custody("files-of-the-project", credential.id)] if literal else []
    assert list(model.custody.values()) == kept
    (row,) = (each for each in rows if f"credential:{credential.id}" in each.became)
    assert (row.verdict == "secret withheld") is literal


def test_a_variable_alone_is_no_secret(tmp_path):
    env = {"REGION": "${REGION}", "LOG_LEVEL": "debug", "MAX_TOKENS": "4096", "KEY_ID": "k1"}
    proposed, _ = model_of(config(env=env), tmp_path)
    assert not proposed.model.credential


def test_an_input_with_a_hidden_value_is_one_credential_of_all_that_are_given_it(tmp_path):
    content = {
        "inputs": [
            {"id": "pin", "type": "promptString", "password": True},
            {"id": "region", "type": "promptString"},
        ],
        "servers": {
            name: {"command": name, "env": {"PIN": "${input:pin}", "REGION": "${input:region}"}}
            for name in "ab"
        },
    }
    model = model_of(content, tmp_path)[0].model
    assert list(model.credential) == ["pin"]
    assert set(model.hold) == {("a", "pin"), ("b", "pin")}


def test_a_server_at_an_address_lies_in_the_zone_of_its_host_and_accepts_what_the_client_holds(tmp_path):
    content = {
        "mcpServers": {
            "crm": {
                "url": "https://mcp.example.com/crm",
                "headers": {"Authorization": "Bearer ${CRM}", "Accept": "x"},
            }
        }
    }
    model = model_of(content, tmp_path)[0].model
    assert (model.system["crm"].kind, model.system["crm"].zone) == ("mcp-server", "mcp.example.com")
    assert model.agent["crm-service"].runs_on == "crm"
    (credential,) = model.credential.values()
    assert credential.kind == "oauth-user-delegated"
    assert list(model.hold.values()) == [Hold("claude-code", credential.id)]
    assert list(model.grant.values()) == [Grant(credential.id, "crm", ("execute",))]
    assert any("On behalf of whom" in each.text for each in model.note.values())


def test_one_address_in_two_files_is_one_server(tmp_path):
    content = {"mcpServers": {"crm": {"url": "https://mcp.example.com/crm"}}}
    paths = [tmp_path / each / ".mcp.json" for each in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(json.dumps(content), encoding="utf-8")
    model = read(paths, "mcp", tmp_path)[0].model
    assert list(model.system) == ["crm"]
    assert sorted(model.delegation) == [
        ("claude-code-in-one", "crm-service"),
        ("claude-code-in-two", "crm-service"),
    ]


def test_an_allow_list_is_asked_and_limits_nothing_until_it_is_answered(tmp_path):
    proposed, rows = model_of(config(allowedTools=["read_file", "list"]), tmp_path)
    (delegation,) = proposed.model.delegation.values()
    assert delegation.only is None
    assert [each.verdict for each in rows if "allowedTools" in each.path] == ["question", "question"]
    assert any("read_file, list" in each.text for each in proposed.model.note.values())


def test_the_model_is_analysed(tmp_path):
    proposed, _ = model_of(config(env={"TOOL_TOKEN": "hunter2"}), tmp_path)
    assert any(each.rule == "secret-at-rest" for each in analyse(proposed.model).findings)


@all_rows(
    ("name", "drawn", "asked"),
    [
        ("SHOP_TOKEN", True, False),
        ("LICENSE_KEY", False, True),
        ("MAX_TOKENS", False, False),
        ("SHOP_PUBLIC_KEY", False, False),
        ("SORT_KEY", False, False),
    ],
)
@all_rows("where", ["env", "headers", "args"])
def test_a_credential_is_drawn_where_the_name_says_that_it_is_a_secret(where, name, drawn, asked, tmp_path):
    given = {
        "env": {"command": "shop", "env": {name: "plainvalue"}},
        "headers": {"url": "https://shop.example/mcp", "headers": {name: "plainvalue"}},
        "args": {"command": "shop", "args": [f"--{name.lower().replace('_', '-')}", "plainvalue"]},
    }[where]
    proposed, rows = read_text(json.dumps({"mcpServers": {"shop": given}}), "mcp", tmp_path)
    assert bool(proposed.model.credential) is drawn
    assert any("a secret? If so" in each.text for each in proposed.model.note.values()) is asked
    assert "plainvalue" not in write_text(proposed.model)
    (row,) = (each for each in rows if each.path.rpartition(".")[2].startswith((name, "args[1]")))
    assert (row.rule == "maybe-secret") is asked


APPLICATION = """\
execution_engine: asyncio
logger: {transports: [console], level: debug}
mcp:
  servers:
    fetch: {command: uvx, args: [mcp-server-fetch]}
    notes: {command: notes-mcp, env: {NOTES_TOKEN: plainvalue}}
openai: {default_model: gpt-4o, api_key: hunter2}
anthropic: {api_key: "${ANTHROPIC_API_KEY}"}
"""


def test_the_configuration_of_an_mcp_agent_application_is_read(tmp_path):
    path = tmp_path / "mcp_agent.config.yaml"
    path.write_text(APPLICATION, encoding="utf-8")
    for named in ([path], [tmp_path]):
        assert list(read_files(named, tmp_path).documents) == ["mcp"]
    proposed, rows = read([path], "mcp", tmp_path)
    model = proposed.model
    (client,) = (each for each in model.agent.values() if each.kind == "ai-agent")
    assert client.name.startswith("mcp-agent application")
    assert {to for from_, to in model.delegation if from_ == client.id} == {"fetch", "notes"}
    assert {each.credential for each in model.hold.values() if each.agent == client.id} >= {
        "openai_api_key", "anthropic_api_key",
    }  # fmt: skip
    kept = {key for _, key in model.custody}
    assert "openai_api_key" in kept
    assert "anthropic_api_key" not in kept
    assert "hunter2" not in write_text(model)
    assert not [each.path for each in rows if each.verdict == "not understood"]


@pytest.mark.parametrize("text", ["mcp: {servers: {}}", "mcp: 5", "servers: {a: {command: x}}"])
def test_other_yaml_is_no_configuration_of_servers(text, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MeshmodelError, match="is of no form"):
        read_files([path], tmp_path)


def test_servers_of_one_name_are_told_apart_by_their_client(tmp_path):
    server = {"github": {"command": "github-mcp"}, "own": {"command": "own"}}
    for name in (".mcp.json", ".cursor/mcp.json", "sub/.mcp.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        both = server if name == ".mcp.json" else {"github": server["github"]}
        path.write_text(json.dumps({"mcpServers": both}), encoding="utf-8")
    (proposed,) = read_files([tmp_path], tmp_path).propose()
    names = {each.name or each.id for each in proposed.model.agent.values() if each.kind == "service"}
    assert names == {
        "github of Claude Code", "github of Cursor agent", "github of Claude Code in sub", "own",
    }  # fmt: skip


@all_rows(
    "content",
    [
        config(disabled=True),
        config(enabled=False),
        config(isActive=False),
        {"mcpServers": {"__disabled_tool": {"command": "tool-mcp"}}},
    ],
)
def test_a_server_that_is_switched_off_is_not_drawn(content, tmp_path):
    content["mcpServers"]["other"] = {"command": "other-mcp", "disabled": False}
    proposed, rows = model_of(content, tmp_path)
    assert {"tool-mcp", "tool", "other"} & {*proposed.model.agent} == {"other"}
    assert [row.rule for row in rows].count("server-disabled") == 1


def test_servers_of_a_yaml_file_of_any_name_are_read(tmp_path):
    text = "title: x\nmcpServers:\n  pages: {command: uvx, args: [mcp-server-fetch]}\n"
    (tmp_path / "tools.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "other.yaml").write_text("mcpServers: see the wiki\n", encoding="utf-8")
    found = scan([tmp_path], tmp_path, NEVER)
    assert [file for file, _ in found.read] == ["tools.yaml"]
    assert len(found.done.after.delegation) == 1
