"""What clients become: the person's account, prompts on its grants, settings it may or may not change."""

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.importers.catalogue import load_catalogue
from meshmodel.importers.clients import Clients, Sandbox, Tools
from meshmodel.importers.document import Node
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.servers import ServerEntry, read_server
from meshmodel.interchange import read_file
from tests.importers.foreign import FIXTURES
from tests.rows import all_rows

AT = Node({}, 1, "settings.json")
VOID = ("self-approved-checkpoint", "checkpoint-does-not-count")


def drawn(say, *, name="Client", folder=""):
    """The model of one client of which something is said."""
    out = Proposal("mcp")
    say(out.part(Clients).client(name, folder, at=AT))
    return out.finish().model


def void(model):
    """The checkpoints that do not count, by rule."""
    found = [each for each in analyse(model).findings if each.rule in VOID]
    return sorted((each.rule, each.subject) for each in found)


@pytest.mark.parametrize(("file", "count"), [("asks", 0), ("runs", 3)])
def test_with_commands_allowed_no_prompt_of_that_client_counts(file, count):
    model = read_file(FIXTURES / "prompts" / f"{file}.toml")
    assert [rule for rule, _ in void(model)] == ["self-approved-checkpoint"] * count


def grants(model):
    return {(each.system, action) for each in model.grant.values() for action in each.actions}


def prompts(model):
    return {
        (each.to, action): (each.kind, each.freshness, each.state)
        for each in model.checkpoint.values()
        if each.step == "grant"
        for action in each.actions or model.grant[each.from_, each.to].actions
    }


FILES, SHELL, WEB = "files-of-the-project", "commands-on-the-workstation", "web"
SETTINGS = "settings-of-client-of-the-project"


def test_prompts_that_are_decided_at_settings_which_the_client_asks_to_change_count():
    model = drawn(lambda client: client.use(Tools(), at=AT))
    assert grants(model) == {
        (FILES, "read"),
        (FILES, "write"),
        (SHELL, "execute"),
        (SETTINGS, "write"),
        (WEB, "read"),
    }
    asked = ("human-approval", "per-action", "enforced")
    assert prompts(model) == dict.fromkeys(grants(model) - {(FILES, "read")}, asked)
    assert {each.decided_at for each in model.checkpoint.values()} == {SETTINGS}
    assert {each.approvers for each in model.checkpoint.values()} == {None}
    assert void(model) == []


@all_rows(
    "say",
    [
        lambda client: client.use(Tools(run="allowed"), at=AT),
        lambda client: (client.use(Tools(), at=AT), client.run_command("make test", "allowed", at=AT)),
        lambda client: (client.use(Tools(), at=AT), client.run_command("unheard-of", "allowed", at=AT)),
        lambda client: client.use(Tools(edit="allowed"), at=AT),
    ],
)
def test_whoever_changes_the_settings_unasked_makes_every_prompt_void(say):
    def with_a_server(client):
        read_server(client, ServerEntry("hub", AT, (Node("tool"),)))
        say(client)

    model = drawn(with_a_server)
    assert (SETTINGS, "write") in grants(model)
    assert (SETTINGS, "write") not in prompts(model)
    assert ("client", "hub") in {(each.from_, each.to) for each in model.checkpoint.values()}
    assert {rule for rule, _ in void(model)} == {"self-approved-checkpoint"}
    assert len(void(model)) == len(model.checkpoint)


def server(client, *tools):
    """A server of the catalogue, of which these tools are unasked."""
    words = ["docker", "run", "ghcr.io/github/github-mcp-server"]
    client.use(Tools(), at=AT)
    read_server(client, ServerEntry("hub", AT, tuple(map(Node, words))))
    for tool in tools:
        client.rule("hub", tool, "allowed", at=AT)


def on_server(model):
    return [
        (each.step, each.actions, each.freshness)
        for each in model.checkpoint.values()
        if each.to in ("hub", "github")
    ]


@all_rows(
    ("tools", "prompted"),
    [
        ((), [("delegation", None, "per-action")]),
        (("issue_read",), [("grant", ("write", "execute"), "per-action")]),
        (("issue_read", "issue_write", "actions_run_trigger"), []),
        (("new_tool",), []),
        (("*",), []),
    ],
)
def test_a_prompt_of_a_server_covers_the_actions_that_no_unasked_tool_has(tools, prompted):
    model = drawn(lambda client: server(client, *tools))
    assert on_server(model) == prompted
    asked = any("does not ask before it uses new_tool" in each.text for each in model.note.values())
    assert asked is (tools == ("new_tool",))


def test_some_tools_of_an_allowed_server_may_be_asked_and_a_refused_server_is_not_delegated_to():
    def asks(client):
        server(client, "*")
        for tool in load_catalogue().server["github"].tools["github:execute"]:
            client.rule("hub", tool, "asked", at=AT)

    assert on_server(drawn(asks)) == [("grant", ("execute",), "per-action")]

    def refuses(client):
        server(client)
        client.rule("hub", "*", "denied", at=AT)

    assert not drawn(refuses).delegation


def test_the_approval_of_a_server_before_its_first_use_does_not_count():
    def approves(client):
        server(client, "*")
        client.approve_once(at=AT)

    model = drawn(approves)
    assert on_server(model) == [("delegation", None, "cached")]
    assert [rule for rule, _ in void(model) if "hub" in _] == ["checkpoint-does-not-count"]


@all_rows(
    ("line", "reached"),
    [
        ("git log", set()),
        ("curl -s", {(WEB, "read"), (WEB, "write")}),
        ("rm", {(FILES, "write")}),
        ("gh pr list", {("github", "read")}),
    ],
)
def test_an_allowed_command_reaches_what_its_row_says_and_no_more(line, reached):
    before = drawn(lambda client: client.use(Tools(), at=AT))
    model = drawn(lambda client: (client.use(Tools(), at=AT), client.run_command(line, "allowed", at=AT)))
    assert grants(model) - prompts(model).keys() == reached | {(FILES, "read")}
    assert grants(model) >= grants(before)
    assert void(model) == []


def test_a_command_that_is_asked_or_refused_says_nothing_of_others():
    model = drawn(lambda client: client.run_command("make", "asked", at=AT))
    assert not model.grant


def test_a_sandbox_reaches_its_files_and_hosts_and_never_the_settings():
    sandbox = Sandbox(hosts=("registry.example.org",))
    tools = Tools(run="asked", sandbox=sandbox, own_settings="denied", fetch="denied")
    model = drawn(lambda client: client.use(tools, at=AT))
    assert ("sandbox-of-client", "execute") in grants(model)
    assert ("registry.example.org", "write") in grants(model)
    assert prompts(model).keys() == {(SHELL, "execute")}
    assert SETTINGS not in {system for system, _ in grants(model)}
    assert void(model) == []


@pytest.mark.parametrize(
    ("asking", "kept"),
    [
        ("judged", ("policy-decision", "per-action", "advisory")),
        ("once", ("human-approval", "cached", "enforced")),
        ("session", ("human-approval", "per-session", "enforced")),
    ],
)
def test_an_answer_that_is_remembered_or_of_a_model_is_drawn_and_does_not_count(asking, kept):
    model = drawn(lambda client: client.use(Tools(edit=asking), at=AT))
    assert prompts(model)[FILES, "write"] == kept
    assert "checkpoint-does-not-count" in {rule for rule, _ in void(model)}


def test_what_is_refused_has_no_grant_unless_another_tool_does_the_same():
    refused = Tools(edit="denied", fetch="denied", run="denied")
    model = drawn(lambda client: client.use(refused, at=AT))
    assert grants(model) == {(FILES, "read")}
    model = drawn(lambda client: (client.use(refused, at=AT), client.run_command("rm", "allowed", at=AT)))
    assert grants(model) == {(FILES, "read"), (FILES, "write")}


def test_one_client_writes_the_settings_of_another_as_any_file_of_the_folder():
    out = Proposal("mcp")
    clients = out.part(Clients)
    careful, careless = (clients.client(each, "", at=AT) for each in ("Client", "Other"))
    careful.use(Tools(own_settings="asked"), at=AT)
    careless.use(Tools(edit="allowed", own_settings="asked"), at=AT)
    model = out.finish().model
    account = careless.account.credential
    assert (account, SETTINGS) in model.grant
    assert not any((each.from_, each.to) == (account, SETTINGS) for each in model.checkpoint.values())


def test_a_hook_acts_with_the_account_and_is_asked_about():
    model = drawn(lambda client: client.hook("check.sh", at=AT))
    assert ("check.sh", "account-of-the-user-through-client") in model.hold
    assert ("client", "check.sh") in model.delegation
    assert any("refuse" in each.text for each in model.note.values())


def test_the_models_are_those_of_one_difference():
    asks, runs = ((FIXTURES / "prompts" / f"{each}.toml").read_text("utf-8") for each in ("asks", "runs"))
    assert asks.startswith(runs)
