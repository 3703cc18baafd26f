"""Compose files with a gateway of MCP servers, an image of one, or models."""

import pytest

from meshmodel.importers.foreign_files import read_files
from meshmodel.importers.scanning import scan
from meshmodel.model.stop import Stop
from tests.importers.foreign import check_goldens, fixtures, read_text
from tests.rows import all_rows

FORM = "compose"


@pytest.mark.parametrize("path", fixtures(FORM), ids=lambda path: path.name)
def test_fixture(path):
    check_goldens(path, FORM)


def drawn(tmp_path, text):
    """The model of a Compose file."""
    return read_text(text, FORM, tmp_path, "shop/compose.yaml")[0].model


@all_rows(
    ("text", "is_read"),
    [
        ("services:\n  hub:\n    image: docker/mcp-gateway\n", True),
        ("services:\n  chat:\n    build: .\n    models: [fast]\nmodels: {fast: {model: ai/fast}}\n", True),
        ("services:\n  db:\n    image: postgres\n", False),
        ("services:\n  chat:\n    models: [fast]\n", False),  # of no program of containers
    ],
)
def test_a_compose_file_may_have_any_name(text, is_read, tmp_path):
    (tmp_path / "stack-dev.yml").write_text(text, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None))
    assert [file for file, _ in found.read] == ["stack-dev.yml"] * is_read


def gateway(*command, **more):
    """A gateway with a command, and what else is said of it."""
    lines = [f"      - {each}" for each in command]
    lines += [f"    {name}: {value}" for name, value in more.items()]
    return "\n".join(["services:", "  hub:", "    image: docker/mcp-gateway", "    command:", *lines, ""])


def only(model):
    return {each.to: each.only for each in model.delegation.values() if each.from_ == "hub"}


def test_services_of_one_name_are_told_apart_by_their_folders(tmp_path):
    for folder in ("shop", "a/farm", "b/farm"):
        path = tmp_path / folder / "compose.yaml"
        path.parent.mkdir(parents=True)
        own = f"  {folder[0]}:\n    image: docker/mcp-gateway\n" if folder == "shop" else ""
        path.write_text(gateway("--servers=fetch") + own, encoding="utf-8")
    (proposed,) = read_files([tmp_path], tmp_path).propose()
    gateways = {each.title for each in proposed.model.agent.values() if each.kind == "broker"}
    assert gateways == {"hub of shop", "hub of a/farm", "hub of b/farm", "s"}
    machines = {each.title for each in proposed.model.zone.values() if each.title.startswith("containers")}
    assert machines == {"containers of shop", "containers of a/farm", "containers of b/farm"}


@all_rows(
    ("command", "delegations"),
    [
        (["--servers=postgres", "--tools=query"], {"postgres": ("database-of-postgres:read",)}),
        (["--servers", "postgres", "--tools", "query"], {"postgres": ("database-of-postgres:read",)}),
        (["--servers=postgres"], {"postgres": None}),
        (["--servers=postgres", "--tools=query,other"], {"postgres": None}),
        (["--servers=postgres,fetch", "--tools=query"], {"postgres": ("database-of-postgres:read",)}),
        (["--servers=house"], {"house": None}),
        (["--servers=postgres", "--catalog=own.yaml", "--tools=query"], {"postgres": None}),
        (["--enable-all-servers"], {}),
    ],
)
def test_a_gateway_sets_to_work_what_it_is_told(command, delegations, tmp_path):
    model = drawn(tmp_path, gateway(*command))
    assert model.agent["hub"].kind == "broker"
    found = only(model)
    assert set(found) == set(delegations)
    for name, limit in delegations.items():
        actions = None if found[name] is None else [each.rpartition(":")[2] for each in found[name]]
        assert actions == (None if limit is None else ["read"])


@all_rows(
    ("command", "words"),
    [
        ("--enable-all-servers", "Which servers does hub start"),
        ("--catalog=own.yaml", "Which servers does hub start"),
        ("--config=own.yaml", "Which servers does hub start"),
        ("--interceptor=before:exec:check", "may refuse or change calls"),
        ("--interceptor=after:exec:check", "may change answers"),
        ("--allow-unauthenticated", "asks no caller who it is"),
    ],
)
def test_what_a_gateway_does_not_say_is_asked(command, words, tmp_path):
    model = drawn(tmp_path, gateway(command))
    assert [each.text for each in model.note.values() if words in each.text]
    assert not model.checkpoint


def test_a_secret_of_a_gateway_is_what_its_servers_act_with(tmp_path):
    text = gateway("--servers=github-official", "--secrets=/run/secrets/token", secrets="[token]")
    model = drawn(tmp_path, text + "secrets:\n  token: {file: .env}\n")
    assert ("hub", "token") in model.hold
    assert model.grant["token", "github"].actions == ("read", "write", "execute")


@all_rows(
    "power",
    [
        "use_api_socket: true",
        "privileged: true",
        "volumes: ['/var/run/docker.sock:/var/run/docker.sock']",
        "volumes: [{type: bind, source: /var/run/docker.sock, target: /x}]",
    ],
)
def test_who_controls_the_engine_obtains_what_other_containers_hold(power, tmp_path):
    other = "  other:\n    build: .\n    environment: {OTHER_TOKEN: not-a-real-one}\n"
    model = drawn(tmp_path, gateway("--servers=fetch") + f"    {power}\n" + other)
    assert model.grant["container-engine-through-hub", "container-engine"].actions == ("execute",)
    assert model.custody["container-engine", "other_token-of-other"].by == ("execute",)
    assert model.custody["files-of-shop", "other_token-of-other"].by is None


@pytest.mark.parametrize("power", ["use_api_socket: false", "volumes: ['./data:/data']"])
def test_what_gives_no_power_over_the_engine(power, tmp_path):
    assert "container-engine" not in drawn(tmp_path, gateway("--servers=fetch") + f"    {power}\n").system


LOGIN = {"login-of-clerk-at-store"}
SERVICES = """
services:
  hub: {{image: docker/mcp-gateway}}
  store: {{image: {image}}}
  app:
    build: .
    environment:
      TARGET: {address}
"""


@all_rows(
    ("image", "address", "holds", "grants", "delegations"),
    [
        ("postgres:16", "postgresql://clerk:pw@store/db", LOGIN, LOGIN, set()),
        ("postgres", "postgresql://clerk:${PW}@store/db", LOGIN, LOGIN, set()),
        ("redis", "redis://store:6379", {"network-of-app"}, {"network-of-app"}, set()),
        ("example/x", "http://store:80/", set(), set(), {"store"}),
        ("example/x", "http://elsewhere.example.com/", set(), set(), set()),
        ("example/x", "http://[", set(), set(), set()),
    ],
)
def test_a_service_that_is_told_an_address_reaches_what_answers_there(
    image, address, holds, grants, delegations, tmp_path
):
    model = drawn(tmp_path, SERVICES.format(image=image, address=address))
    assert {credential for agent, credential in model.hold if agent == "app"} == holds
    assert {credential for credential, system in model.grant if system == "store"} == grants
    assert {to for from_, to in model.delegation if from_ == "app"} == delegations


def test_a_password_that_stands_in_the_file_is_in_its_folder(tmp_path):
    literal = drawn(tmp_path, SERVICES.format(image="postgres", address="postgres://u:pw@store/db"))
    assert ("files-of-shop", "login-of-u-at-store") in literal.custody
    stands = drawn(tmp_path, SERVICES.format(image="postgres", address="postgres://u:${PW}@store/db"))
    assert not stands.custody


@all_rows(
    "text",
    [
        "services: {web: {image: nginx}, db: {image: postgres}}",
        "services: [docker/mcp-gateway]",
        "services: {a: docker/mcp-gateway}",
        "services: {a: {image: mcp.example.org/web}}",
    ],
)
def test_other_compose_files_are_left_alone(text, tmp_path):
    from meshmodel.importers.foreign_files import read_document
    from meshmodel.importers.forms import compose

    path = tmp_path / "compose.yaml"
    path.write_text(text, encoding="utf-8")
    assert not compose.recognise(read_document(path, tmp_path))
