"""MCP client configurations: what each shape becomes."""

import json

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.interchange import write_text
from meshmodel.model.records import Custody, Delegation, Grant, Hold
from tests.importers.foreign import check_goldens, fixtures, read, read_text


@pytest.mark.parametrize("path", fixtures("mcp"), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, "mcp")


def config(**server):
    return {"mcpServers": {"tool": {"command": "tool-mcp", **server}}}


def model_of(content, tmp_path, name=".mcp.json"):
    return read_text(json.dumps(content), "mcp", tmp_path, name)


@pytest.mark.parametrize(
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
    assert {each.about for each in model.note.values() if each.kind == "question"} == {
        f"agent:{client}",
        "agent:tool",
    }


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("fetch", {"command": "uvx", "args": ["mcp-server-fetch"]}),
        ("pages", {"command": "npx", "args": ["-y", "@playwright/mcp@latest"]}),
        ("web", {"command": "docker", "args": ["run", "-i", "--rm", "mcp/fetch"]}),
        ("fetch", {"type": "http", "url": "https://tools.example.com/mcp"}),
    ],
)
def test_a_server_that_fetches_addresses_reads_where_outsiders_write_and_see_what_is_asked(
    name, server, tmp_path
):
    proposed, _ = model_of({"mcpServers": {name: server}}, tmp_path)
    model = proposed.model
    web = next(each for each in model.system.values() if each.kind == "browser")
    assert (web.untrusted_input, web.exposes_requests) == (True, True)
    called = [each for each in model.system.values() if each.kind == "mcp-server"]
    assert [each.exposed_requests for each in called] == ([True] if "url" in server else [])
    analysis = analyse(model)
    (client,) = (each.id for each in model.agent.values() if each.kind == "ai-agent")
    assert [each.actions for each in analysis.agent_reach(client).reach if each.system == web.id] == [
        ("read",)
    ]
    assert web.id in {each.system for each in analysis.heard}
    assert any("Which sites can it read" in each.text for each in model.note.values())
    again, _ = model_of(
        {"mcpServers": {"git": {"command": "git", "args": ["--fetch", "/srv/fetch"]}}}, tmp_path
    )
    assert not again.model.system


@pytest.mark.parametrize(
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
    from meshmodel.importers.document import ForeignFileError
    from meshmodel.importers.foreign_files import read_files

    path = tmp_path / "x.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ForeignFileError, match="is of no form"):
        read_files([path], tmp_path)


@pytest.mark.parametrize(
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
    assert (credential.kind, credential.name) == ("mcp-environment-secret", "TOOL_TOKEN of tool")
    assert list(model.hold.values()) == [Hold("tool", credential.id)]
    kept = [Custody("workstation", credential.id)] if literal else []
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


@pytest.mark.parametrize(
    ("name", "drawn", "asked"),
    [
        ("SHOP_TOKEN", True, False),
        ("LICENSE_KEY", False, True),
        ("MAX_TOKENS", False, False),
        ("SHOP_PUBLIC_KEY", False, False),
        ("SORT_KEY", False, False),
    ],
)
@pytest.mark.parametrize("where", ["env", "headers", "args"])
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
