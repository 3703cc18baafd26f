"""What a scan looks at: names before contents, nothing that holds secrets; what is left out is said."""

import json
import os
import threading

import pytest

from meshmodel.app.presentation.scan_words import tell_scan
from meshmodel.importers import scanning
from meshmodel.importers.ledger import Ledger
from meshmodel.importers.scanning import scan
from meshmodel.interchange.writer import write_text
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.stop import CURRENT, NEVER, Stop, Stopped
from tests.commands.test_linear import lines_run

SERVERS = json.dumps({"mcpServers": {"files": {"command": "files-mcp", "args": ["/srv"]}}})
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kitchen\n"


class Folder:
    """A folder that is filled and scanned."""

    def __init__(self, path):
        self.path = path

    def write(self, name, text=SERVERS):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def scan(self, stop=NEVER, **options):
        return scan([self.path], self.path, stop, **options)

    def read(self, **options):
        return [file for file, _ in self.scan(**options).read]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def test_files_are_known_by_name_at_any_depth(folder):
    folder.write(".mcp.json")
    folder.write("deep/below/.vscode/mcp.json")
    folder.write("deep/package.json", "{}")
    found = folder.scan()
    assert [file for file, _ in found.read] == [".mcp.json", "deep/below/.vscode/mcp.json"]
    assert found.walked.files == 3
    assert found.is_whole


def test_code_of_tests_counts_as_examples_only_where_it_is_of_agents(folder):
    folder.write("tests/crew.py", "from crewai import Agent\nAgent(role='x')\n")
    folder.write("tests/plain.py", "import os\n")
    (folder.path / "tests/gone.py").symlink_to("nowhere.py")
    assert [each.source for each in folder.scan().walked.examples] == ["tests/crew.py"]


def test_of_a_file_with_a_common_name_its_first_lines_decide(folder):
    folder.write("manifest.yaml", NAMESPACE)
    folder.write("settings.yaml", "port: 80\n")
    folder.write("broken.yaml", "port: [80\n")
    folder.write("gateway/config.yaml", "mcp:\n  targets:\n  - name: code\n    stdio: {cmd: code-mcp}\n")
    folder.write("server/config.yaml", "port: [80\n")
    schema = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
    folder.write("schema.yaml", f"{schema}---\n{schema}")
    folder.write("with-schemas.yaml", f"{schema}#{'-' * 70_000}\n---\n{NAMESPACE}")
    assert sorted(folder.read()) == ["gateway/config.yaml", "manifest.yaml", "with-schemas.yaml"]


@pytest.mark.parametrize("name", [".git", "node_modules", ".venv", "vendor", "dist", "target"])
def test_folders_of_others_and_of_what_is_made_are_not_entered(folder, name):
    folder.write(f"{name}/.mcp.json")
    assert folder.read() == []


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "CACHEDIR.TAG"])
def test_environments_and_caches_are_not_entered(folder, mark):
    folder.write("some/.mcp.json")
    folder.write(f"some/{mark}", "")
    assert folder.read() == []
    assert scan([folder.path / "some"], folder.path, NEVER).read


def test_tests_and_examples_are_listed_and_not_read_unless_they_are_what_is_scanned(folder):
    folder.write("tests/fixtures/.mcp.json")
    found = folder.scan()
    assert found.read == []
    assert [each.source for each in found.walked.examples] == ["tests/fixtures/.mcp.json"]
    assert scan([folder.path / "tests" / "fixtures"], folder.path, NEVER).read


def test_links_are_not_followed(folder):
    target = folder.write("elsewhere/.mcp.json")
    (folder.path / "sub").mkdir()
    (folder.path / "sub" / ".mcp.json").symlink_to(target)
    (folder.path / "loop").symlink_to(folder.path, target_is_directory=True)
    assert folder.read() == ["elsewhere/.mcp.json"]


@pytest.mark.parametrize(
    "name", [".env", ".env.local", "id_ed25519", "server.pem", ".credentials.json", "secrets.yaml"]
)
def test_files_with_secrets_are_never_opened(folder, name):
    folder.write(name, NAMESPACE)
    os.mkfifo(folder.path / "fifo.yaml")  # opening it would wait for ever
    found = folder.scan()
    assert found.walked.unopened == [name]
    assert found.read == []


def test_what_is_recognised_and_cannot_be_read_is_said_and_the_rest_is_read(folder):
    folder.write(".mcp.json", "{")
    folder.write("large/.mcp.json", SERVERS + " " * scanning.BYTE_LIMIT)
    folder.write("good/.mcp.json")
    found = folder.scan()
    assert [file for file, _ in found.read] == ["good/.mcp.json"]
    assert {file: why.partition(";")[0] for file, why in found.unread}.keys() == {
        ".mcp.json",
        "large/.mcp.json",
    }
    assert dict(found.unread)["large/.mcp.json"] == "is larger than 1 MiB; import it by itself"
    assert not found.is_whole


def test_what_a_form_refuses_is_named_as_it_lies_in_the_folder(folder, tmp_path_factory):
    folder.write(
        ".github/workflows/twice.yml", "on: push\nenv: {}\nenv: {}\njobs: {a: {steps: [{run: make}]}}\n"
    )
    found = scan([folder.path], tmp_path_factory.mktemp("models"), NEVER)
    assert [file for file, _ in found.unread] == [".github/workflows/twice.yml"]


def test_limits_are_said_with_their_numbers(folder, monkeypatch):
    for name in "abcd":
        folder.write(f"{name}/.mcp.json")
    monkeypatch.setattr(scanning, "FILE_LIMIT", 3)
    found = folder.scan()
    assert (len(found.read), found.late, found.is_whole) == (3, 1, False)
    monkeypatch.setattr(scanning, "ENTRY_LIMIT", 5)
    assert not folder.scan().walked.is_whole


def test_files_of_agents_are_read_before_manifests_that_lie_nearer(folder, monkeypatch):
    for number in range(3):
        folder.write(f"m{number}.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n")
    folder.write("deep/below/.mcp.json")
    monkeypatch.setattr(scanning, "FILE_LIMIT", 1)
    found = folder.scan()
    assert [file for file, _ in found.read] == ["deep/below/.mcp.json"]
    assert found.missing == ["3 files not read: there are too many; scan a part"]


def test_when_the_time_is_up_what_was_read_is_a_model(folder):
    for name in "abcd":
        folder.write(f"{name}/.mcp.json")
    asked = iter([False] * 8)
    found = folder.scan(Stop(None, lambda: next(asked, True)))
    assert not found.is_whole
    assert len(found.read) + len(found.unread) + found.late == 4
    assert found.late or found.unread


def test_a_file_that_changes_while_it_is_read_is_said(folder, monkeypatch):
    path = folder.write(".mcp.json")
    real = scanning.read_document

    def changing(*arguments):
        document = real(*arguments)
        path.write_text(SERVERS + " ", encoding="utf-8")
        return document

    monkeypatch.setattr(scanning, "read_document", changing)
    assert folder.scan().unread == [(".mcp.json", "changed while it was read; scan again")]


def test_a_scan_is_told_without_a_row_for_each_value(folder, monkeypatch):
    """Rows take as long as all the rest: they are made where somebody wants to see them."""
    folder.write(".mcp.json", SERVERS.replace('"args"', '"disabled": true, "args"'))
    monkeypatch.setattr(Ledger, "rows", lambda *_: pytest.fail("rows were made"))
    found = folder.scan()
    assert tell_scan(found, NEVER).scope.switched_off == 1


def test_the_nearest_files_are_read_first(folder):
    folder.write("a/b/c/.mcp.json")
    folder.write("z/.mcp.json")
    assert [each.source for each in folder.scan().walked.found] == ["z/.mcp.json", "a/b/c/.mcp.json"]


def test_two_scans_make_the_same_model(folder):
    folder.write(".mcp.json")
    folder.write("k8s/namespace.yaml", NAMESPACE)
    assert write_text(folder.scan().done.after) == write_text(folder.scan().done.after)


def test_a_persons_own_configuration_is_read_where_it_is_asked_for(folder, tmp_path_factory):
    home = Folder(tmp_path_factory.mktemp("person"))
    home.write(".cursor/mcp.json")
    home.write("other/.mcp.json")
    folder.write(".mcp.json")
    assert folder.read() == [".mcp.json"]
    assert folder.read(home=home.path) == [".mcp.json", "~/.cursor/mcp.json"]
    home.write(".cursor/mcp.json", SERVERS + " " * scanning.BYTE_LIMIT)
    assert folder.read(home=home.path) == [".mcp.json", "~/.cursor/mcp.json"]


def test_files_with_credentials_in_a_home_folder_are_known_by_name_and_not_opened(folder, tmp_path_factory):
    home = Folder(tmp_path_factory.mktemp("person"))
    home.write(".aws/credentials", "[default]\naws_secret_access_key = not-a-real-secret\n")
    home.write(".ssh/id_ed25519.pub", "public")
    os.mkfifo(home.path / ".netrc")
    home.write(".claude/settings.json", '{"permissions": {"allow": ["Read(~/**)", "Read"]}}')
    done = folder.scan(home=home.path).done
    text = write_text(done.after)
    assert "not-a-real-secret" not in text
    custodies = [
        (done.after.system[each.system].title, each.credential) for each in done.after.custody.values()
    ]
    assert custodies == [("files of the home folder", "keys-of-aws-.aws-credentials")]


def test_what_is_no_folder_is_refused(folder):
    with pytest.raises(MeshmodelError, match="is no folder"):
        scan([folder.path / "missing"], folder.path, NEVER)


def test_what_takes_too_long_to_understand_is_left_out_and_said_and_the_rest_is_a_model(folder, monkeypatch):
    folder.write("large/.mcp.json", SERVERS + " " * 400)
    folder.write("small/.mcp.json")
    real = scanning.prepare_read

    def slow(reading, *arguments, **options):
        if any("large" in each.source for each in reading.all_documents()):
            raise Stopped
        return real(reading, *arguments, **options)

    monkeypatch.setattr(scanning, "prepare_read", slow)
    found = folder.scan()
    assert [file for file, _ in found.read] == ["small/.mcp.json"]
    assert found.unread == [("large/.mcp.json", "the time was up")]
    assert not found.is_whole


def test_of_too_much_for_the_time_some_is_understood(folder, monkeypatch):
    """What takes as long for each file is a model of some of them, not of none."""
    for number in range(100):
        folder.write(f"{number}/.mcp.json")
    real = scanning.prepare_read

    def slow(reading, *arguments, **options):
        if len(reading.all_documents()) * 0.05 > CURRENT.get().remaining():
            raise Stopped
        return real(reading, *arguments, **options)

    monkeypatch.setattr(scanning, "prepare_read", slow)
    found = scan([folder.path], folder.path, Stop(1, None))
    assert found.done.after.agent
    assert found.missing == [
        "not all that was read is understood: the time was up; --deadline gives more seconds"
    ]


def test_code_that_is_not_searched_for_want_of_time_is_said(folder, monkeypatch):
    folder.write(".mcp.json")
    folder.write("bot.py", "from semantic_kernel import Kernel\n")
    assert [what for _, what in folder.scan().seeming] == ["Semantic Kernel"]
    time_is_up, real = threading.Event(), scanning.prepare_read

    def last(*arguments, **options):
        time_is_up.set()
        return real(*arguments, **options)

    monkeypatch.setattr(scanning, "prepare_read", last)
    found = scan([folder.path], folder.path, Stop(None, time_is_up.is_set))
    assert found.missing[-1].startswith("not all code was searched for what looks like an agent: ")
    assert not found.is_whole


def test_the_rules_and_the_tools_of_a_subagent_are_not_taken_with_each_other(folder):
    def told(number):
        listed = [f"Bash(tool-{each}:*)" for each in range(number)]
        folder.write(".claude/settings.json", json.dumps({"permissions": {"allow": listed}}))
        folder.write(".claude/agents/worker.md", f"---\nname: worker\ntools: {', '.join(listed)}\n---\nGo.\n")
        return lines_run(folder.scan)

    assert told(200) < 4.6 * told(50)


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("bot.py", "from semantic_kernel import Kernel\n", "Semantic Kernel"),
        ("bot.ts", 'import { Agent } from "@voltagent/core";\n', "VoltAgent"),
        ("Bot.java", "import dev.langchain4j.service.AiServices;\n", "LangChain4j"),
        ("bot.ipynb", '{"source": [\n  "from crewai import Agent"\n]}\n', "CrewAI"),
        ("nightly.sh", "claude -p 'Tidy up'\n", "a program that starts a coding agent"),
        ("pyproject.toml", '[project]\ndependencies = ["agno>=2", "httpx"]\n', "Agno"),
        ("requirements.txt", "httpx\nbrowser-use==0.5\n", "Browser Use"),
        ("package.json", '{"dependencies": {"@elizaos/core": "^1"}}\n', "ElizaOS"),
        ("go.mod", "module x\n\nrequire (\n\tgithub.com/cloudwego/eino v0.5.0\n)\n", "Eino"),
        (
            "Bot.csproj",
            '<PackageReference Include="Microsoft.SemanticKernel" Version="1" />\n',
            "Semantic Kernel",
        ),
        ("Cargo.toml", '[dependencies]\nrig-core = "0.9"\n', "Rig"),
        ("docker-compose.yml", "services:\n  flow:\n    image: n8nio/n8n:latest\n", "n8n"),
        ("Dockerfile", "FROM ghcr.io/open-webui/open-webui:main\n", "Open WebUI"),
        ("bots/support.af", "{}", "Letta"),
    ],
)
def test_what_looks_like_an_agent_and_is_not_read_is_named(name, text, what, tmp_path):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert scan([tmp_path], tmp_path, Stop(10, None)).seeming == [(name, what)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bot.py", '"""Kernels of semantic_kernel."""\nimport numpy\n'),
        ("test_bot.py", "from semantic_kernel import Kernel\n"),
        ("pyproject.toml", '[project]\nname = "x"\ndescription = "like agno"\ndependencies = ["httpx"]\n'),
        ("package.json", '{"dependencies": {"react": "^19"}, "keywords": ["genkit"]}\n'),
        ("Dockerfile", "FROM python:3.12\n# like n8nio/n8n\n"),
        ("notes.sh", "echo claude\n"),
    ],
)
def test_what_only_speaks_of_agents_is_not_named(name, text, tmp_path):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert scan([tmp_path], tmp_path, Stop(10, None)).seeming == []


def test_a_manifest_says_nothing_new_where_its_framework_is_read(tmp_path):
    (tmp_path / "src").mkdir()
    agent = (
        'from langchain.agents import create_agent\nx = create_agent("openai:gpt-5", tools=[], name="x")\n'
    )
    (tmp_path / "src" / "agent.py").write_text(agent, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("langgraph\n", encoding="utf-8")
    (tmp_path / "package.json").write_text('{"dependencies": {"genkit": "^1"}}', encoding="utf-8")
    assert scan([tmp_path], tmp_path, Stop(10, None)).seeming == [("package.json", "Genkit")]


def test_of_plain_files_bytes_are_searched_and_nothing_is_parsed(tmp_path, monkeypatch):
    from meshmodel.importers import scanning

    def parse(*_):
        raise AssertionError("a plain file is parsed")

    monkeypatch.setattr(scanning, "read_document", parse)
    monkeypatch.setattr(scanning, "forms_of", parse)
    for name, text in {
        "a.py": "import os\n",
        "b.ts": "export {};\n",
        "c.json": '{"a": 1}',
        "d.yaml": "a: 1\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert scan([tmp_path], tmp_path, Stop(10, None)).read == []
