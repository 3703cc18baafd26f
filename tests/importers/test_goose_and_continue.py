"""Configurations of Goose and Continue: what their modes and permissions ask before tools and servers."""

import pytest

from meshmodel.importers.foreign_files import read_document, read_files
from meshmodel.importers.forms import FORMS
from tests.importers.foreign import check_goldens, fixtures
from tests.importers.test_editors import FILES, MODEL, PERSON, SHELL, WEB, asked, settings_of
from tests.rows import all_rows


@pytest.mark.parametrize("form", ["goose", "continue"])
def test_fixtures(form):
    for path in fixtures(form):
        check_goldens(path, form)


def drawn(tmp_path, name, text, **more):
    """The model of a file with that text, and others beside it."""
    for file, content in {name: text, **more}.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (proposed,) = read_files([tmp_path], tmp_path).propose()
    return proposed.model


CONFIG, PERMISSION = ".config/goose/config.yaml", ".config/goose/permission.yaml"
DEVELOPER = "extensions: {developer: {type: builtin, name: developer, enabled: true}}\n"


@all_rows(
    ("mode", "asking"),
    [
        ("", ""),
        ("GOOSE_MODE: auto\n", ""),
        ("GOOSE_MODE: approve\n", PERSON),
        ("GOOSE_MODE: smart_approve\n", MODEL),
        ("GOOSE_MODE: chat\n", None),
        ("GOOSE_MODE: unheard-of\n", ""),
    ],
)
def test_the_mode_of_goose_says_what_is_asked(mode, asking, tmp_path):
    model = drawn(tmp_path, CONFIG, mode + DEVELOPER)
    found = asked(model)
    wanted = {(SHELL, "execute"), (FILES, "write"), (FILES, "read")}
    assert {each: found.get(each) for each in wanted} == dict.fromkeys(wanted, asking)
    questions = [each.text for each in model.note.values() if "which is not known" in each.text]
    assert bool(questions) == ("unheard" in mode)
    if asking == "":
        assert found[settings_of(model), "write"] == ""


@all_rows(
    ("mode", "level", "asking"),
    [
        ("approve", "always_allow", ""),
        ("smart_approve", "ask_before", PERSON),
        ("approve", "never_allow", None),
        ("auto", "ask_before", ""),
        ("auto", "never_allow", None),
    ],
)
def test_permissions_of_tools_of_goose_hold_where_its_mode_asks(mode, level, asking, tmp_path):
    text = f"user: {{{level}: [developer__shell]}}\n"
    model = drawn(tmp_path, CONFIG, f"GOOSE_MODE: {mode}\n" + DEVELOPER, **{PERMISSION: text})
    assert asked(model).get((SHELL, "execute")) == asking


@all_rows(
    ("extension", "systems"),
    [
        ("{type: builtin, name: memory}", {"memory-of-goose"}),
        ("{type: builtin, name: computercontroller}", {SHELL, WEB}),
        ("{type: builtin, name: todo}", set()),
        ("{type: stdio, name: pages, cmd: uvx, args: [mcp-server-fetch]}", set()),
    ],
)
def test_what_an_extension_of_goose_reaches(extension, systems, tmp_path):
    model = drawn(tmp_path, CONFIG, f"extensions: {{x: {extension}}}\n")
    found = {system for system, _ in asked(model)}
    assert systems <= found
    assert (SHELL in found) == (SHELL in systems)


def test_names_in_the_keyring_are_credentials_of_a_server(tmp_path):
    server = "extensions: {hub: {type: stdio, cmd: hub, env_keys: [HUB_TOKEN], envs: {HUB_SECRET: letmein}}}"
    model = drawn(tmp_path, CONFIG, server)
    assert {credential for agent, credential in model.hold if agent == "hub"} == {
        "hub_token",
        "hub_secret-of-hub",
    }


PERMISSIONS = ".continue/permissions.yaml"


@all_rows(
    ("text", "run", "edit", "fetch"),
    [
        ("allow: []\n", PERSON, PERSON, ""),
        ("allow: [Bash]\n", "", "", ""),
        ("allow: ['Bash(git log*)']\n", PERSON, PERSON, ""),
        ("allow: ['Bash(npm*)']\n", "", "", ""),
        ("allow: ['Write(**/*.md)']\n", PERSON, "", ""),
        ("allow: ['*']\n", "", "", ""),
        ("exclude: [Bash, Edit, MultiEdit, Write, Fetch]\n", None, None, None),
        ("allow: [Bash]\nexclude: [Bash]\n", None, PERSON, ""),
        ("ask: [Fetch]\n", PERSON, PERSON, PERSON),
    ],
)
def test_permissions_of_continue(text, run, edit, fetch, tmp_path):
    found = asked(drawn(tmp_path, PERMISSIONS, text))
    got = (found.get((SHELL, "execute")), found.get((FILES, "write")), found.get((WEB, "read")))
    assert got == (run, edit, fetch)


@pytest.mark.parametrize(
    ("key", "credential", "is_kept"),
    [
        ("'${{ secrets.OPENAI_API_KEY }}'", "openai_api_key", False),
        ("letmein", "key-of-main", True),
    ],
)
def test_a_key_of_a_model_of_continue_is_accepted_by_its_provider(key, credential, is_kept, tmp_path):
    text = f"models: [{{name: main, provider: openai, apiKey: {key}}}]\n"
    model = drawn(tmp_path, ".continue/config.yaml", text)
    assert model.grant[credential, "openai-api"].actions == ("execute",)
    assert bool(model.custody) == is_kept


def test_what_the_extension_of_continue_asks_is_asked(tmp_path):
    text = "mcpServers: [{name: pages, command: uvx, args: [mcp-server-fetch]}]\n"
    model = drawn(tmp_path, ".continue/config.yaml", text)
    assert not model.checkpoint
    assert [each.text for each in model.note.values() if each.text.startswith("What does Continue ask")]


@all_rows("text", ["a: 1\n", "extensions: [x]\n", "extensions: {x: {a: b}}\n", "models: []\n"])
def test_other_files_are_left_alone(text, tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    document = read_document(path, tmp_path)
    assert not FORMS["goose"].load().recognise(document)
    assert not FORMS["continue"].load().recognise(document)
