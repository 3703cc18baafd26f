"""Folders in which a scan once said something false; what it says now was judged by hand from each."""

import json
from dataclasses import replace
from pathlib import Path

from meshmodel.answers.scan import scan_json, scan_lines
from meshmodel.app.presentation.scan_words import tell_scan
from meshmodel.importers.scanning import scan
from meshmodel.model.stop import NEVER
from tests.rows import all_rows

FOLDERS = Path(__file__).parent / "scan_truth"
RUNS = "  then runs any commands on the workstation as you, with your logins to clouds, clusters and code;"
WEB = "  reads web ⚑ (untrusted content), and may follow it,"
LITTLE = "In what is drawn an agent acts unchecked only where little is at stake, but 2 open questions can"
UNCHECKED = "  no checkpoint decides."
RATED = """
threagile_version: 1.0.0
trust_boundaries:
  Office: {id: office, technical_assets_inside: [archive]}
  Hall: {id: hall, technical_assets_inside: [till]}
technical_assets:
  Archive: {id: archive, technology: database, confidentiality: confidential, integrity: critical}
  Till: {id: till, technology: database, confidentiality: restricted, integrity: critical}
  Helper:
    id: helper
    technology: ai
    communication_links:
      Looks Up: {target: archive, authentication: token, readonly: true}
      Books: {target: till, authentication: token}
"""
NO_AGENT = "No agent that I can read."


def lines(name):
    return told_of(FOLDERS / name)


def told_of(folder):
    return scan_lines(tell_scan(scan([folder], folder, NEVER), NEVER))


@all_rows(
    ("folder", "said"),
    [
        ("b", [WEB, RUNS, UNCHECKED]),
        ("c", [WEB, RUNS, UNCHECKED]),
        ("d", [WEB, RUNS, UNCHECKED, "The same holds for x."]),
        ("g1", [WEB, RUNS, UNCHECKED]),
        ("g2", ["  then writes into repositories that the working copy of the project is pushed to as you;"]),
        ("s1", [LITTLE]),
        ("n1", [WEB, RUNS, UNCHECKED, "The same holds for agent-a, agent-b, agent-c and 2 more."]),
        ("s2", ["ui           does not ask: changes web ⚑, reads files of the project, as you"]),
        ("h1", ["h1: 1 file, 1 configuration read, 0 not read", NO_AGENT]),
        ("k1", [NO_AGENT, "1 service acts by itself."]),
        ("s3", ["s3: 1 file, 1 configuration read, 0 not read, 1 server switched off"]),
        (
            "w1",
            [
                "super-assistant in … (assumed)",
                "Worst path: super-assistant in Helper (assumed)",
                "  reads events of issues ⚑ (untrusted content), and may follow it,",
                "  then writes into code as GITHUB_TOKEN of Helper;",
                UNCHECKED,
            ],
        ),
        (
            "w3",
            [
                "Claude Code in Helper  does not ask: changes code, issues ⚑, reads web ⚑, as GITHUB_TOKEN",
                "  reads issues ⚑ (untrusted content), after a member starts it, and may follow it,",
                "  then writes into code as GITHUB_TOKEN of Helper;",
                UNCHECKED,
            ],
        ),
        (
            "w2",
            [
                "  reads issues ⚑ (untrusted content), after a member starts it, and may follow it,",
                "  then writes into code as GITHUB_TOKEN of Helper;",
                UNCHECKED,
                "So whoever can write there acts with these rights, after a member starts it.",
            ],
        ),
        (
            "w5",
            [
                "  reads issues ⚑ (untrusted content), after its condition lets it start, and may follow it,",
                "1  Who can start Helper / fix? Its condition depends on a script or a variable.",
            ],
        ),
        (
            "w6",
            [
                "  reads issues ⚑ (untrusted content), and may follow it,",
                "  then writes into code as GITHUB_TOKEN of Nightly;",
                UNCHECKED,
            ],
        ),
        ("x1", ["Codex in Box  does not ask: changes code, reads secrets in its environment, web ⚑, runs"]),
        ("x2", [NO_AGENT, "1 job acts by itself."]),
        (
            "x3",
            [
                "x3: 3 files, 2 configurations read, 0 not read",
                "Claude Code in Night  does not ask: changes code, reads secrets in its environment,",
                "Worst path: Claude Code in Night",
            ],
        ),
        (
            "x4",
            [
                "Worst path: Claude Code in Bumps",
                "  reads pull requests by Dependabot ⚑ (untrusted content), and may follow it,",
                "  then writes into code as GITHUB_TOKEN of Bumps;",
            ],
        ),
        (
            "x5",
            [
                "  reads pull requests ⚑ (untrusted content), after a member starts it, and may follow it,",
                "So whoever can write there acts with these rights, after a member starts it.",
            ],
        ),
        (
            "x6",
            [
                "Codex in Read        does not ask: reads web ⚑, code, issues ⚑, runs OpenAI API",
                "Claude Code in Look  does not ask: changes pull requests ⚑, reads code, runs Claude API, as",
                "  then writes into pull requests as GITHUB_TOKEN;",
            ],
        ),
        (
            "x7",
            [
                "Jules for Send (assumed)  does not ask: changes code, pull requests ⚑, runs Jules API,",
                "Worst path: Jules for Send (assumed)",
                "  reads issues ⚑ (untrusted content), and may follow it,",
                "  then writes into code as Jules app (assumed);",
            ],
        ),
        ("w4", ["1 job acts by itself.", "  then writes into issues as GITHUB_TOKEN of Claude;"]),
        (
            "idle",
            [
                "idle: 2 files, 1 configuration read, 0 not read, 1 workflow where GitHub runs none",
                NO_AGENT,
                "1 job acts by itself.",
            ],
        ),
    ],
)
def test_what_is_said_of_a_folder(folder, said):
    told = lines(folder)
    for each in said:
        assert any(line.startswith(each) for line in told), (each, told)


@all_rows("folder", [each.name for each in FOLDERS.iterdir()])
def test_nothing_is_asked_that_restates_what_holds_for_all(folder):
    told = "\n".join(lines(folder))
    assert "workstation, with all that this person may do" not in told
    assert "Only the settings that were read" not in told
    assert "Nothing in it tells" not in told


@all_rows("folder", [each.name for each in FOLDERS.iterdir()])
def test_json_names_the_credential_of_the_sentence(folder):
    found = tell_scan(scan([FOLDERS / folder], FOLDERS, NEVER), NEVER)
    if found.worst is not None:
        credential = found.snapshot.credential[scan_json(found)["worst"]["credential"]]
        (sentence,) = (each for each in scan_lines(found) if each.startswith("  then "))
        assert (
            f" as {'you' if credential.subject == 'human' else credential.title.split(', as')[0]}" in sentence
        )


@all_rows("folder", [each.name for each in FOLDERS.iterdir()])
def test_what_does_not_fit_into_a_line_goes_on_in_the_next_one(folder):
    told = scan_lines(tell_scan(scan([FOLDERS / folder], FOLDERS, NEVER), NEVER), 76)
    assert max(map(len, told)) <= 76
    if any(each.startswith("Worst path") for each in told):
        begin = next(number for number, each in enumerate(told) if each.startswith("Worst path"))
        assert not any(each.endswith("…") for each in told[: begin + 4])


@all_rows("folder", [each.name for each in FOLDERS.iterdir()])
def test_a_part_of_a_repository_is_named_once(folder):
    for each in tell_scan(scan([FOLDERS / folder], FOLDERS, NEVER), NEVER).groups:
        titles = [one.removesuffix(" ⚑") for one in (*each.changes, *each.runs, *each.reads)]
        assert not any("events of" in one or one.endswith((" by members", " of workflows")) for one in titles)
        assert len(titles) == len(set(titles))


def test_what_holds_for_one_agent_is_said_of_those_alone_that_are_started_so():
    assert not any("The same holds" in each for each in lines("x4"))


def test_conditions_that_say_who_starts_a_job_leave_no_question():
    assert not any("Its condition depends" in each for each in lines("x5"))
    assert not any("TOKEN of Dispatch /" in each for each in lines("x5"))  # a job that calls has no token


def test_an_agent_reaches_nothing_through_a_job_that_it_cannot_start():
    assert not any("packages" in each or "Release" in each for each in lines("w4"))


def model_of(folder):
    return tell_scan(scan([folder], folder, NEVER), NEVER).snapshot


def settings_in(folder, name, content):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(content), encoding="utf-8")


def test_a_key_is_accepted_at_the_host_of_the_base_url_beside_it():
    model = model_of(FOLDERS / "s1")
    assert {each.system for each in model.grant.values() if "openai" in each.credential} == {"intranet-box"}
    assert "OpenAI API" not in {each.title for each in model.system.values()}
    held = [each for each in model.hold if "openai" in each[1]]
    assert held == [("vec", "openai_api_key-of-vec")]  # and not by the client as well


@all_rows(
    ("variables", "system"),
    [
        ({"OPENAI_BASE_URL": "http://localhost:1234/v1"}, ("model at localhost", "workstation")),
        ({"OPENAI_API_BASE": "https://models.example.com"}, ("models.example.com", "models.example.com")),
        ({"OPENAI_BASE_URL": "${SOME_URL}"}, ("OpenAI API", None)),
        ({"MISTRAL_BASE_URL": "https://models.example.com"}, ("OpenAI API", "api.openai.com")),
        ({}, ("OpenAI API", "api.openai.com")),
    ],
)
def test_where_a_key_is_accepted_follows_what_is_said_beside_it(variables, system, tmp_path):
    env = {"OPENAI_API_KEY": "${OPENAI_API_KEY}", **variables}
    settings_in(tmp_path, ".mcp.json", {"mcpServers": {"x": {"command": "x", "env": env}}})
    model = model_of(tmp_path)
    (grant,) = (each for each in model.grant.values() if each.credential == "openai_api_key")
    assert (model.system[grant.system].title, model.system[grant.system].zone) == system


def test_a_wider_rule_never_says_less_than_a_narrower_one(tmp_path):
    reached = {}
    for number, rule in enumerate(["Bash(git push:*)", "Bash(git:*)", "Bash"]):
        settings_in(tmp_path / str(number), ".claude/settings.json", {"permissions": {"allow": [rule]}})
        model = model_of(tmp_path / str(number))
        reached[rule] = {
            (model.system[each.system].title.replace(str(number), ""), action)
            for each in model.grant.values()
            for action in each.actions
        }
    assert reached["Bash(git push:*)"] <= reached["Bash(git:*)"] <= reached["Bash"]
    assert any("pushed to" in system for system, _ in reached["Bash(git push:*)"])


def test_any_command_is_told_to_use_every_login_as_a_narrower_rule_names_one(tmp_path):
    told = {}
    for rule in ("Bash(kubectl:*)", "Bash(npm:*)", "Bash"):
        folder = tmp_path / str(len(told))
        settings_in(folder, ".claude/settings.json", {"permissions": {"allow": [rule]}})
        told[rule] = told_of(folder)
    assert "  then runs things in Kubernetes cluster of the kubeconfig as you;" in told["Bash(kubectl:*)"]
    assert RUNS in told["Bash(npm:*)"]
    assert RUNS in told["Bash"]


@all_rows(
    ("rule", "asks"),
    [
        ("Bash(kubectl get:*)", "asks for some of it"),
        ("Bash(git log:*)", "asks"),
        ("Bash(kubectl:*)", "asks for some of it"),
        ("Bash", "does not ask"),
    ],
)
def test_an_agent_is_not_said_to_ask_where_no_checkpoint_decides_on_its_path(rule, asks, tmp_path):
    settings_in(tmp_path, ".claude/settings.json", {"permissions": {"allow": [rule]}})
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert [each.asks_in_words for each in found.groups] == [asks]
    is_unchecked = found.worst is not None and found.worst.asked == "no checkpoint decides"
    assert is_unchecked == (asks != "asks")


def test_a_credential_that_the_catalogue_assumes_is_said_as_assumed(tmp_path):
    server = {"command": "npx", "args": ["@modelcontextprotocol/server-github"]}
    settings_in(tmp_path, ".mcp.json", {"mcpServers": {"github": server}})
    assert any("as you (assumed)" in each for each in told_of(tmp_path))
    said = scan_json(tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER))
    assert said["agents"][0]["assumed"] == said["agents"][0]["identities"]
    assert said["worst"]["assumed"] == ["credential"]
    given = {**server, "env": {"GITHUB_PERSONAL_ACCESS_TOKEN": "${TOKEN}"}}
    settings_in(tmp_path, ".mcp.json", {"mcpServers": {"github": given}})
    assert not any("(assumed)" in each for each in told_of(tmp_path))


def test_a_sensitivity_is_said_as_assumed_unless_a_file_states_it(tmp_path):
    (tmp_path / "threagile.yaml").write_text(RATED, encoding="utf-8")
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert "  reads Archive (confidential)," in scan_lines(found)
    unrated = replace(found, scope=replace(found.scope, rated=frozenset()))
    assert "  reads Archive (confidential, assumed)," in scan_lines(unrated)
    assert scan_json(found)["worst"]["assumed"] == []
    assert scan_json(unrated)["worst"]["assumed"] == ["source"]


def test_the_tools_that_a_subagent_lists_limit_how_it_calls_a_server():
    model = model_of(FOLDERS / "s2")
    assert model.delegation["ui", "playwright"].only == ("web:write",)
    assert model.delegation["claude-code", "playwright"].only is None


@all_rows("folder", ["b", "c", "d", "g1", "n1"])
def test_a_folder_that_bypasses_questions_asks_nothing(folder):
    assert any("does not ask: " in each for each in lines(folder))
    assert not any("asks for some" in each for each in lines(folder))


@all_rows(
    ("name", "text", "what"),
    [
        ("bot.py", "from langgraph.prebuilt import create_react_agent\n", "LangGraph"),
        ("bot.py", "import google.adk.agents\n", "Google ADK"),
        ("bot.py", "answer = client.messages.create(model=m, tools=tools)\n", "a model with tools"),
        ("bot.ts", 'import { Agent } from "@mastra/core/agent";\n', "Mastra"),
        ("bot.py", "import anthropic\nclient.messages.stream(model=m)\n", "a program that calls a model"),
        ("bot.py", 'post("https://api.openai.com/v1/chat/completions")\n', "a program that calls a model"),
        ("bot.py", "boto3.client('bedrock-runtime').converse(x)\n", "a program that calls a model"),
        (
            "bot.ts",
            'import OpenAI from "openai";\nai.responses.create({ model });\n',
            "a program that calls a model",
        ),
        ("package.json", '{"dependencies": {"ai": "5.0.0"}}', "Vercel AI SDK"),
        ("bot.go", 'import (\n\t"google.golang.org/adk/agent"\n)\n', "Google ADK"),
        ("config/agents.yaml", "writer:\n  role: writes\n", "CrewAI"),
        ("AGENTS.md", "# Build with make\n", "instructions for a coding agent"),
    ],
)
def test_what_looks_like_an_agent_and_is_not_read_is_named(tmp_path, name, text, what):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert told_of(tmp_path)[1:3] == [
        NO_AGENT,
        f"These look like agents and are not read: {name} ({what})",
    ]


@all_rows(
    ("name", "text"),
    [
        ("count.py", "import agentsmith\nfrom collections import Counter\n"),
        ("test_bot.py", "import langgraph\n"),
        ("bot.ts", 'import { a } from "air";\nconst answer = client.messages.create(text);\n'),
        ("tests/bot.py", "import langgraph\n"),
        ("bot.py", "import twilio  # coherent\nclient.messages.create(text)\n"),
        ("bot.py", "import openai\nopenai.embeddings.create(input=text)\n"),
    ],
)
def test_what_does_not_look_like_an_agent_is_not_named(tmp_path, name, text):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert told_of(tmp_path)[1:-1] == [NO_AGENT]


SENTRY = {"url": "https://mcp.sentry.dev/mcp"}
ATLASSIAN = {"url": "https://mcp.atlassian.com/v1/sse"}
UNKNOWN = {"url": "https://mcp.example.com"}
KUBERNETES = {"command": "npx", "args": ["kubernetes-mcp-server", "--read-only"]}


def test_a_path_begins_where_anybody_may_write_before_one_named_host(tmp_path):
    allow = ["Bash(kubectl:*)"]
    settings_in(tmp_path, ".claude/settings.json", {"permissions": {"allow": allow}})
    asked = "  reads web ⚑ (untrusted content), after somebody lets it read that, and may follow it,"
    assert asked in told_of(tmp_path)
    allow.append("WebFetch(domain:a.example.org)")
    settings_in(tmp_path, ".claude/settings.json", {"permissions": {"allow": allow}})
    assert "  reads a.example.org ⚑ (untrusted content), and may follow it," in told_of(tmp_path)
    settings_in(tmp_path, ".claude/settings.json", {"permissions": {"allow": [*allow, "WebSearch"]}})
    assert "  reads web search ⚑ (untrusted content), and may follow it," in told_of(tmp_path)


def test_of_a_path_by_the_defaults_of_a_product_it_is_said(tmp_path):
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex/config.toml").write_text('model = "gpt-5-codex"\n', encoding="utf-8")
    told = told_of(tmp_path)
    assert "Worst path: Codex, by its defaults" in told
    assert "  no checkpoint decides (assumed)." in told


QUERY = (
    "import {{ query }} from '@anthropic-ai/claude-agent-sdk';\n"
    "export async function {0}() {{ for await (const each of query({{ prompt: 'x', options: {{ allowedTools: "
    "[{1}] }} }})) {{}} }}\n"
)
COMPLETIONS = "https://api.openai.com/v1/chat/completions"
PROGRAM = {
    "tools/run.ts": 'import { repair } from "./agents";\nrepair();\n',
    "tools/agents/index.ts": 'export { repair } from "./fixer";\nexport { look } from "./looker";\n',
    "tools/agents/fixer.ts": QUERY.format("repair", '"Bash"'),
    "tools/agents/looker.ts": QUERY.format("look", '"Read"'),
    "tools/label.cjs": 'const { ask } = require("./ask.cjs");\nask(process.env.TITLE);\n',
    "tools/ask.cjs": 'const OpenAI = require("openai");\n'
    "exports.ask = (text) => new OpenAI().chat.completions.create({ model, messages: [text] });\n",
    "tools/sort.py": "from google import genai\ngenai.Client().models.generate_content(contents=t)\n",
    "tools/plain.py": "import openai\nprint(openai.__version__)\n",
    "package.json": '{"scripts": {"repair": "tsx tools/run.ts"}}',
}


@all_rows(
    ("command", "secret", "started"),
    [
        ("npx tsx tools/run.ts", "LLM_API_KEY", {"Claude of fixer"}),
        ("npm run repair", "LLM_API_KEY", {"Claude of fixer"}),
        ("cat x | node tools/agents/looker.ts", "LLM_API_KEY", {"Claude of looker"}),
        ("npm run other && node tools/gone.ts", "LLM_API_KEY", set()),
        ("npm ci && node tools/label.cjs", "LLM_API_KEY", {"label.cjs in Repair"}),
        ("python tools/sort.py", "LLM_API_KEY", {"sort.py in Repair"}),
        ("python -m tools.sort > out", "LLM_API_KEY", {"sort.py in Repair"}),
        ("python tools/sort.py", "CODECOV_TOKEN", set()),
        ("cd tools\npython sort.py", "LLM_API_KEY", {"sort.py in Repair"}),
        ('F=tools/sort.py; python "$F"', "LLM_API_KEY", {"sort.py in Repair"}),
        ("docker run -v $PWD/tools:/t x -c 'python /t/sort.py'", "LLM_API_KEY", {"sort.py in Repair"}),
        ("cd tools && npm run repair", "LLM_API_KEY", {"Claude of fixer"}),
        ("(cd tools) && npm run repair", "LLM_API_KEY", {"Claude of fixer"}),
        (f"curl -d @x {COMPLETIONS} | jq .", "LLM_API_KEY", {"script in Repair"}),
        (f"curl -d @x {COMPLETIONS} | jq .", "CODECOV_TOKEN", set()),
        ("python <<E\nimport anthropic\nc.messages.create()\nE", "LLM_API_KEY", {"script in Repair"}),
        (f"await fetch('{COMPLETIONS}')", "LLM_API_KEY", {"script in Repair"}),
        ("await fetch('https://api.openai.com/v1/models')", "LLM_API_KEY", set()),
        ("python tools/plain.py", "LLM_API_KEY", set()),
    ],
)
def test_a_job_starts_the_agents_of_the_programs_that_it_runs(command, secret, started, tmp_path):
    for name, text in PROGRAM.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    env = {"GH_TOKEN": "${{ github.token }}", "KEY": f"${{{{ secrets.{secret} }}}}"}
    inline = {"uses": "actions/github-script@v7", "with": {"script": command}}
    step = {**(inline if "await" in command else {"run": command}), "env": env}
    job = {"runs-on": "x", "permissions": {"issues": "write"}, "steps": [step]}
    flow = {"name": "Repair", "on": {"issues": {"types": ["labeled"]}}, "jobs": {"a": job}}
    settings_in(tmp_path, ".github/workflows/a.yml", flow)
    model = model_of(tmp_path)
    title = {each.id: each.title for each in model.agent.values()}
    assert {title[to] for from_, to in model.delegation if title[from_] == "Repair"} == started
    holders = {title[agent] for agent, held in model.hold if held == "github_token-of-repair"}
    assert holders - {"Repair"} == started - {"Claude of looker"}  # no tool of that one can use it
    if "Claude of fixer" in started:
        told = told_of(tmp_path)
        assert "  reads issues ⚑ (untrusted content), after a member starts it, and may follow it," in told
        assert any(each.startswith("  then runs any commands on ") for each in told)
        assert any("with GITHUB_TOKEN of Repair" in each for each in told)


@all_rows(
    ("unasked", "told"),
    [
        (["ref_read_url"], True),
        (["ref_search_documentation"], False),
        ([], False),
    ],
)
def test_an_assistant_that_reads_any_page_unasked_can_send_what_it_knows(unasked, told, tmp_path):
    ref = {"command": "npx", "args": ["ref-tools-mcp@latest"], "autoApprove": unasked}
    settings_in(tmp_path, ".kiro/settings/mcp.json", {"mcpServers": {"Ref": ref}})
    lines = told_of(tmp_path)
    sent = "  then asks for any address, which can carry away what it has read, by way of Ref;"
    assert (sent in lines) is told
    assert (UNCHECKED in lines) is told
    assert any(each.startswith("  reads web") for each in lines) is told


COLLABORATOR = (
    "core.setOutput('may', (await github.rest.repos.getCollaboratorPermissionLevel(x)).data.permission)"
)


@all_rows(
    ("look", "condition", "after", "asked"),
    [
        (
            {"uses": "actions/github-script@v7", "with": {"script": COLLABORATOR}},
            "== 'write'",
            "a member starts it",
            False,
        ),
        ({"run": "gh api repos/$R/collaborators/$A/permission"}, "== 'true'", "a member starts it", False),
        ({"uses": "actions-cool/check-user-permission@v2"}, "== 'true'", "a member starts it", False),
        ({"run": "./decide"}, "== 'true'", "its condition lets it start", True),
        ({"run": "gh api repos/$R/collaborators/$A/permission"}, "!= 'true'", "", False),
    ],
)
def test_a_step_that_looks_up_who_started_a_job_decides_who_can(look, condition, after, asked, tmp_path):
    agent = {"uses": "anthropics/claude-code-action@v1", "with": {"allowed_non_write_users": "*"}}
    first = {
        "runs-on": "x",
        "outputs": {"may": "${{ steps.look.outputs.may }}"},
        "steps": [{"id": "look", **look}],
    }
    second = {"runs-on": "x", "needs": "look", "if": f"needs.look.outputs.may {condition}", "steps": [agent]}
    flow = {
        "name": "Sort",
        "on": "issue_comment",
        "permissions": {"contents": "write", "id-token": "write", "issues": "write"},
    }
    settings_in(tmp_path, ".github/workflows/a.yml", {**flow, "jobs": {"look": first, "work": second}})
    told = told_of(tmp_path)
    said = f", after {after}" if after else ""
    assert any(
        each.startswith("  reads ") and each.endswith(f"(untrusted content){said}, and may follow it,")
        for each in told
    )
    assert any("Its condition depends on" in each.text for each in model_of(tmp_path).note.values()) is asked


SHELF = """
@server.tool()
def delete_book(number: int): ...
TOOLS = {"shelf_search": {"description": "finds"}, "shelf": {"type": "object"}}
"""


@all_rows(
    ("command", "args", "name", "text", "does"),
    [
        ("python", ["-m", "shelf.server"], "shelf/server.py", SHELF, ("read", "write")),
        ("uv", ["run", "serve.py"], "serve.py", 'Tool(name="list_books")', ("read",)),
        ("node", ["serve.js"], "serve.js", 'server.registerTool("add_book", {}, add)', ("write",)),
        ("node", ["serve.js"], "serve.js", 'server.registerTool("books", {}, add)', None),
        ("node", ["serve.js"], "other.js", 'server.registerTool("add_book", {}, add)', None),
        ("python", ["-m", "shelf.server"], "shelf/server.py", "import elsewhere", None),
    ],
)
def test_the_tools_of_a_server_in_the_folder_are_read_by_their_names(
    command, args, name, text, does, tmp_path
):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    server = {"command": command, "args": args}
    settings_in(tmp_path, ".vscode/mcp.json", {"servers": {"shelf": server}})
    model = model_of(tmp_path)
    kept = {each.id for each in model.system.values() if each.title == "what the tools of shelf keep"}
    assert [each.actions for each in model.grant.values() if each.system in kept] == ([does] if does else [])
    asked = any("What does the server shelf reach" in each.text for each in model.note.values())
    assert asked is (does is None)
    if does:
        assert any("what the tools of shelf keep (assumed)" in each for each in told_of(tmp_path))


SHOWS = "  then reads secrets in its environment, and can show them in issues;"


@all_rows(
    ("tools", "key", "end"),
    [
        ("Bash(cat:*),Bash(gh issue:*)", "${{ secrets.SHOP_KEY }}", SHOWS),
        ("Bash(echo *),mcp__github__add_issue_comment", "${{ secrets.SHOP_KEY }}", SHOWS),
        ("Bash(cat:*),Bash(gh issue:*)", "plain", ""),
        ("Read,Bash(gh issue:*)", "${{ secrets.SHOP_KEY }}", ""),
        ("Bash(cat:*)", "${{ secrets.SHOP_KEY }}", "  then reads secrets in its environment;"),
        ("Bash", "${{ secrets.SHOP_KEY }}", SHOWS),
    ],
)
def test_a_command_that_shows_variables_reads_the_secrets_among_them(tools, key, end, tmp_path):
    run = f"claude -p 'Sort them' --allowedTools '{tools}'"
    step = {"run": run, "env": {"GH_TOKEN": "${{ github.token }}", "SHOP_KEY": key}}
    job = {"runs-on": "x", "permissions": {"issues": "write"}, "steps": [step]}
    flow = {"name": "Sort", "on": {"issues": {"types": ["opened"]}}, "jobs": {"a": job}}
    settings_in(tmp_path, ".github/workflows/a.yml", flow)
    told = [each for each in told_of(tmp_path) if "secrets in its environment" in each]
    assert [each for each in told if each.startswith("  then")] == [end] * bool(end)
    assert bool(told) is bool(end)


def test_who_may_most_is_the_first_identity_of_a_row(tmp_path):
    step = {
        "uses": "anthropics/claude-code-action@v1",
        "with": {"prompt": "x", "anthropic_api_key": "${{ secrets.A }}"},
    }
    env = {"A_TOKEN": "spring-onion-9", "GH_TOKEN": "${{ github.token }}"}
    permissions = {"contents": "write", "id-token": "write"}
    job = {"runs-on": "x", "env": env, "permissions": permissions, "steps": [step]}
    flow = {"name": "Helper", "on": {"schedule": [{"cron": "1 1 * * *"}]}, "jobs": {"a": job}}
    settings_in(tmp_path, ".github/workflows/a.yml", flow)
    assert "as Claude app token" in " ".join(told_of(tmp_path)[1:3])


@all_rows(
    ("server", "reached"),
    [
        (SENTRY, ["Sentry: read write execute"]),
        (SENTRY | {"oauth": {"scopes": "org:read event:read openid"}}, ["Sentry: read"]),
        (SENTRY | {"oauth": {"scopes": "openid email"}}, ["Sentry: read write execute"]),
        (SENTRY | {"scopes": ["org:read", "event:admin"]}, ["Sentry: read write execute"]),
        (ATLASSIAN | {"auth": {"scopes": ["read:jira-work", "offline_access"]}}, ["Jira: read"]),
        (UNKNOWN | {"oauth": {"scope": "https://www.example.com/auth/mail.readonly"}}, ["x: read"]),
        (UNKNOWN | {"scopes": ["Mail.ReadWrite"]}, ["x: execute"]),
        (UNKNOWN | {"scopes": ["mail"]}, ["x: execute"]),
        (
            {"command": "uvx", "args": ["mcp-atlassian"], "env": {"READ_ONLY_MODE": "1"}},
            ["Confluence: read", "Jira: read"],
        ),
        (KUBERNETES, ["Kubernetes cluster of the kubeconfig: read"]),
        (
            KUBERNETES | {"args": ["kubernetes-mcp-server", "--read-only=false"]},
            ["Kubernetes cluster of the kubeconfig: read write execute"],
        ),
    ],
)
def test_scopes_and_flags_limit_what_a_login_reaches(server, reached, tmp_path):
    settings_in(tmp_path, ".mcp.json", {"mcpServers": {"x": server}})
    model = model_of(tmp_path)
    found = [f"{model.system[each.system].title}: {' '.join(each.actions)}" for each in model.grant.values()]
    assert sorted(found) == reached


GITHUB = {
    "command": "docker",
    "args": ["run", "-i", "ghcr.io/github/github-mcp-server"],
    "env": {"GITHUB_PERSONAL_ACCESS_TOKEN": "${PAT}"},
}


@all_rows(
    ("flags", "begin"),
    [
        ([], "  reads GitHub ⚑ (untrusted content), and may follow it,"),
        (["--toolsets=issues"], "  reads GitHub ⚑ (untrusted content), and may follow it,"),
    ],
)
def test_a_path_begins_where_the_agent_reads_what_outsiders_wrote_also_if_it_ends_there(
    flags, begin, tmp_path
):
    settings_in(
        tmp_path, ".mcp.json", {"mcpServers": {"github": {**GITHUB, "args": [*GITHUB["args"], *flags]}}}
    )
    told = told_of(tmp_path)
    assert begin in told
    assert "  then runs things in GitHub as you;" in told
    assert "So whoever can write there acts with these rights, and no login of theirs is needed." in told


@all_rows(
    ("said", "calls", "does_not_ask"),
    [
        ({}, True, False),
        ({"tools": "*"}, True, False),
        ({"tools": "Read"}, False, False),
        ({"tools": "Read, mcp__github__issue_read"}, True, False),
        ({"disallowedTools": "mcp__github"}, False, False),
        ({"disallowedTools": "Bash"}, True, False),
        ({"permissionMode": "bypassPermissions"}, True, True),
    ],
)
def test_a_subagent_without_a_list_of_tools_has_all_of_its_parent(said, calls, does_not_ask, tmp_path):
    settings_in(tmp_path, ".mcp.json", {"mcpServers": {"github": GITHUB}})
    settings_in(tmp_path, ".claude/settings.json", {"permissions": {"ask": ["mcp__github"]}})
    path = tmp_path / ".claude/agents/helper.md"
    path.parent.mkdir()
    front = "\n".join(
        f"{key}: {value!r}" for key, value in {"name": "helper", "description": "d", **said}.items()
    )
    path.write_text(f"---\n{front}\n---\nhelp\n", encoding="utf-8")
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert (("helper", "github") in found.snapshot.delegation) == calls
    (group,) = (each for each in found.groups if "helper" in each.agents)
    assert (group.asks_in_words == "does not ask") == does_not_ask
    runs = "commands on the workstation" in group.runs
    assert runs == (said.get("tools") in {None, "*"} and "Bash" not in said.get("disallowedTools", ""))


@all_rows(
    "environment",
    [
        "{MCP_URL: 'http://tools:80', OPENAI_API_KEY: a, OPENAI_BASE_URL: 'https://models.example.com'}",
        "['MCP_URL=http://tools:80', OPENAI_API_KEY=a, 'OPENAI_BASE_URL=https://models.example.com']",
    ],
)
def test_a_base_url_counts_in_maps_and_lists_of_compose(environment, tmp_path):
    text = f"services:\n  bot: {{image: b, environment: {environment}}}\n  tools: {{image: mcp/github}}\n"
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    model = model_of(tmp_path)
    (grant,) = (each for each in model.grant.values() if "github" not in each.credential)
    assert model.system[grant.system].title == "models.example.com"


def job(on, step, *, when="true", permissions="{contents: write, issues: write}", name="Helper"):
    return f"""
name: {name}
on: {on}
jobs:
  go:
    if: {when}
    runs-on: ubuntu-latest
    permissions: {permissions}
    steps:
      - uses: actions/checkout@v4
      - {step}
"""


def action(of="anthropics/claude-code-base-action@beta", more="", when="true", tools="Bash(gh:*)"):
    more += f", claude_args: '--allowedTools \"{tools}\"'" if "base-action" in of else ""
    token = "anthropic_api_key: '${{ secrets.KEY }}', github_token: '${{ github.token }}'"
    return f"{{uses: {of}, if: {when}, with: {{{token}{more}}}}}"


def command(line):
    env = "{GH_TOKEN: '${{ github.token }}', ANTHROPIC_API_KEY: '${{ secrets.KEY }}'}"
    return f"{{run: {json.dumps(line)}, env: {env}}}"


OPENED = "{issues: {types: [opened]}}"
NIGHTLY = "{schedule: [{cron: '0 3 * * *'}]}"
CALLED = "{workflow_call: {inputs: {text: {type: string}}}}"
OWNER = "github.event.issue.author_association == 'OWNER'"
CHECKING = "anthropics/claude-code-action@v1"
ANYBODY = ", allowed_non_write_users: '*'"
ISSUE = ", prompt: '${{ github.event.issue.body }}'"
AFTER_MEMBER = "  reads issues ⚑ (untrusted content), after a member starts it, and may follow it,"
ISSUES = "  reads issues ⚑ (untrusted content), and may follow it,"
EVENTS = "  reads events of issues ⚑ (untrusted content), and may follow it,"


def calling(when="true"):
    return f"""
name: Caller
on: {OPENED}
jobs:
  call:
    if: {when}
    permissions: {{contents: write, issues: write}}
    uses: ./.github/workflows/a.yml
    secrets: inherit
    with: {{text: "${{{{ github.event.issue.body }}}}"}}
"""


@all_rows(
    ("files", "begin"),
    [
        ([job(OPENED, action())], ISSUES),
        ([job(OPENED, action(), when=OWNER)], AFTER_MEMBER),
        ([job(OPENED, action(when=OWNER))], AFTER_MEMBER),
        (
            [job("{issues: {types: [labeled]}}", action(), when="github.event.label.name == 'fix'")],
            AFTER_MEMBER,
        ),
        ([job(OPENED, action(), when="github.actor == 'ann'")], AFTER_MEMBER),
        ([job("{issues: {types: [labeled]}}", action(more=ISSUE))], AFTER_MEMBER),
        ([job(OPENED, action(CHECKING))], AFTER_MEMBER),
        ([job(OPENED, action(CHECKING, ANYBODY))], ISSUES),
        ([job(OPENED, action("acme/ai@v1", ISSUE))], EVENTS),
        ([job(OPENED, action("acme/ai@v1", f"{ISSUE}, model: m"), when=OWNER)], AFTER_MEMBER),
        ([job(CALLED, action(more=", prompt: '${{ inputs.text }}'")), calling()], EVENTS),
        ([job(CALLED, action()), calling(OWNER)], AFTER_MEMBER),
        (
            [job(CALLED, action(more=ISSUE))],
            "  reads issues ⚑ (untrusted content), after another workflow calls it, and may follow it,",
        ),
        (
            [job(NIGHTLY, command("claude -p Sort --allowedTools 'Bash(gh issue list:*),Bash(git push:*)'"))],
            ISSUES,
        ),
        ([job(NIGHTLY, command("claude -p Read --allowedTools 'WebFetch,Bash(git push:*)'"))], WEB),
        (
            [
                job(
                    NIGHTLY,
                    action(tools="WebFetch,Bash(git push:*)"),
                    permissions="{contents: write}",
                )
            ],
            WEB,
        ),
        (
            [
                job(
                    NIGHTLY,
                    action(tools="WebSearch,Bash(git push:*)"),
                    permissions="{contents: write}",
                )
            ],
            "  reads web search ⚑ (untrusted content), and may follow it,",
        ),
        ([job(NIGHTLY, command("gemini --yolo -p Read"), permissions="{contents: write}")], WEB),
    ],
)
def test_who_must_act_before_an_agent_of_a_workflow_reads_what_outsiders_wrote(files, begin, tmp_path):
    for name, text in zip("ab", files, strict=False):
        path = tmp_path / f".github/workflows/{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    told = told_of(tmp_path)
    assert begin in told, told
    assert any(each.startswith("  then writes into code as ") for each in told)


def test_a_job_is_not_said_to_copy_what_it_reads(tmp_path):
    text_in(tmp_path, ".github/workflows/a.yml", job(OPENED, action(tools="Bash(gh issue edit:*)")))
    stale = job(NIGHTLY, command("./stale"), permissions="{issues: write, contents: write}", name="Stale")
    text_in(tmp_path, ".github/workflows/b.yml", stale.replace("- uses: actions/checkout@v4", ""))
    told = told_of(tmp_path)
    assert "  then writes into issues as GITHUB_TOKEN;" in told, told
    assert not any("Stale" in each for each in told)


ACTION = "{using: composite, steps: [{run: claude -p 'Sort', shell: bash}]}"
SSH, HTTPS = "git@github.com:Acme/Shop.git", "https://x:y@github.com/acme/shop"


@all_rows(
    ("uses", "remote", "started"),
    [
        ("./.github/workflows/b.yml", "", ["Claude Code in Called"]),
        ("acme/shop/.github/workflows/b.yml@main", "", ["Claude Code in Called"]),
        ("acme/shop/.github/workflows/b.yml@v1", SSH, ["Claude Code in Called"]),
        ("acme/shop/.github/workflows/b.yml@v1", HTTPS, ["Claude Code in Called"]),
        ("acme/tools/.github/workflows/b.yml@v1", SSH, []),
        ("acme/shop/.github/workflows/gone.yml@v1", SSH, []),
        ("acme/shop/.github/actions/x@v1", "", ["Claude Code in Caller"]),
        ("acme/shop/.github/actions/x@v1", HTTPS, ["Claude Code in Caller"]),
        ("acme/shop@v1", SSH, ["Claude Code in Caller"]),
        ("acme/shop@v1", "", []),
        ("acme/tools/.github/actions/x@v1", SSH, []),
    ],
)
def test_a_repository_that_names_itself_uses_its_own_files(uses, remote, started, tmp_path):
    caller = {"uses": uses} if ".yml" in uses else {"steps": [{"uses": uses}]}
    called = job("workflow_call", command("claude -p Sort"), name="Called")
    text_in(tmp_path, ".github/workflows/b.yml", called)
    text_in(tmp_path, "action.yml", f"runs: {ACTION}")
    text_in(tmp_path, ".github/actions/x/action.yml", f"runs: {ACTION}")
    if remote:
        text_in(tmp_path, ".git/config", f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {remote}\n')
    settings_in(tmp_path, ".github/workflows/a.yml", {"name": "Caller", "on": "push", "jobs": {"a": caller}})
    model = model_of(tmp_path)
    title, reached = {each.id: each.title for each in model.agent.values()}, {"caller"}
    for _ in range(2):
        reached |= {to for from_, to in model.delegation if from_ in reached}
    assert [title[each] for each in sorted(reached) if title[each].startswith("Claude")] == started


@all_rows(
    ("line", "is_agent"),
    [
        ("curl -d @body.json https://jules.googleapis.com/v1alpha/sessions", True),
        ("API=https://jules.googleapis.com; curl -X POST \"$API/v1alpha/sessions\" --json '{}'", True),
        ("curl https://jules.googleapis.com/v1alpha/sources", False),
        ("curl -d x https://example.com/jules", False),
        ("echo https://jules.googleapis.com", False),
    ],
)
def test_a_script_that_sends_to_the_api_of_an_agent_asks_that_agent(line, is_agent, tmp_path):
    path = tmp_path / ".github/workflows/a.yml"
    path.parent.mkdir(parents=True)
    path.write_text(job(OPENED, command(line)), encoding="utf-8")
    agents = [each.title for each in model_of(tmp_path).agent.values() if each.kind == "ai-agent"]
    assert agents == (["Jules for Helper"] if is_agent else [])


def test_mail_is_content_of_outsiders(tmp_path):
    servers = {"mail": {"command": "uvx", "args": ["workspace-mcp"]}, "hub": GITHUB}
    settings_in(tmp_path, ".mcp.json", {"mcpServers": servers})
    model = model_of(tmp_path)
    assert model.system["google-workspace-of-the-user-mail-files-calendar"].untrusted_input


def test_what_an_agent_reaches_through_another_one_is_not_its_own(tmp_path):
    settings_in(tmp_path, ".claude/settings.json", {"permissions": {"ask": ["Bash"]}})
    path = tmp_path / ".claude/agents/runner.md"
    path.parent.mkdir()
    front = "name: runner\ndescription: d\npermissionMode: bypassPermissions\ntools: Bash"
    path.write_text(f"---\n{front}\n---\nrun\n", encoding="utf-8")
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert {each.agents: each.asks_in_words for each in found.groups} == {
        ("runner",): "does not ask",
        ("claude-code",): "asks",
    }
    assert found.worst.explanation.agent == "runner"
    assert found.worst.others == ()


@all_rows("folder", ["k1", "k2"])
def test_who_reads_all_of_a_cluster_or_every_secret_reads_secrets(folder):
    model = model_of(FOLDERS / folder)
    read = {each.system for each in model.grant.values() if "read" in each.actions}
    assert "secrets of every namespace" in {model.system[each].title for each in read}


@all_rows(
    ("key", "listed", "asks", "checked"),
    [
        ("autoApprove", [], "asks (assumed)", ["read", "write", "execute"]),
        ("autoApprove", ["issue_read"], "asks for some of it (assumed)", ["write", "execute"]),
        ("alwaysAllow", ["get_something_new"], "asks for some of it (assumed)", ["write", "execute"]),
        ("alwaysAllow", ["something_new"], "asks for some of it (assumed)", []),
        ("autoApprove", ["*"], "does not ask", []),
        (None, [], "asks (assumed)", ["read", "write", "execute"]),
    ],
)
def test_tools_of_a_list_run_unasked_and_all_others_of_the_server_ask(key, listed, asks, checked, tmp_path):
    name = ".roo/mcp.json" if key == "alwaysAllow" else ".kiro/settings/mcp.json"
    server = GITHUB | ({key: listed} if key else {})
    settings_in(tmp_path, name, {"mcpServers": {"github": server}})
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert [each.asks_in_words for each in found.groups] == [asks]
    asked = found.snapshot.checkpoint.values()
    assert [*(each.actions or ("read", "write", "execute") for each in asked)] == (
        [tuple(checked)] if checked else []
    )


@all_rows(
    ("value", "is_key"),
    [
        ("", False),
        ("  ", False),
        ("${EMPTY:-}", False),
        ("${:-}", False),
        ("${ANTHROPIC_API_KEY:-}", True),
        ("${ANTHROPIC_API_KEY}", True),
    ],
)
def test_an_empty_value_is_no_key(value, is_key, tmp_path):
    files = {
        "a/.claude/settings.json": json.dumps({"env": {"ANTHROPIC_API_KEY": value}}),
        "b/.mcp.json": json.dumps(
            {"mcpServers": {"x": {"command": "x", "env": {"ANTHROPIC_API_KEY": value}}}}
        ),
        "c/compose.yaml": "services: {tools: {image: mcp/x}, bot: {image: b, models: [m], environment: "
        f"{{ANTHROPIC_API_KEY: {json.dumps(value)}}}}}}}",
        "d/.mcp.json": json.dumps(
            {
                "mcpServers": {
                    "x": {"command": "docker", "args": ["run", "-e", f"ANTHROPIC_API_KEY={value}", "x"]}
                }
            }
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        model = model_of(tmp_path / name.partition("/")[0])
        assert any("anthropic" in each for each in model.credential) == is_key, name
        assert any(each.title == "Claude API" for each in model.system.values()) == is_key, name


@all_rows(
    "name",
    [
        "mcp-config.json",
        "gateway/mcp_config.json",
        "mcp_settings.json",
        ".claude/mcp.json",
        ".claude/.mcp.json",
    ],
)
def test_of_a_file_that_no_client_is_known_to_read_a_client_is_only_assumed(name, tmp_path):
    settings_in(tmp_path, name, {"mcpServers": {"github": GITHUB}})
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert all(assumed for group in found.groups for _, assumed in group.titles)
    assert all(
        each.title.startswith("MCP client") for each in found.snapshot.agent.values() if each.is_steerable
    )
    assert any(f"since no client is known to read {name}." in each.text for each in found.questions)


def test_a_list_of_what_runs_unasked_says_nothing_to_a_client_that_does_not_read_it(tmp_path):
    settings_in(tmp_path, ".mcp.json", {"mcpServers": {"github": GITHUB | {"autoApprove": ["*"]}}})
    settings_in(tmp_path, ".claude/settings.json", {})
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert [each.asks_in_words for each in found.groups] == ["asks (assumed)"]


OFF = {"disabled": True}


@all_rows(
    ("files", "called", "told"),
    [
        (
            {
                ".mcp.json": {"mcpServers": {"github": GITHUB | OFF}},
                ".cursor/mcp.json": {"mcpServers": {"github": GITHUB}},
            },
            {"cursor-agent"},
            "github is switched off in .mcp.json and started by .cursor/mcp.json.",
        ),
        (
            {
                ".mcp.json": {"mcpServers": {"github": GITHUB}},
                ".claude/settings.json": {"disabledMcpjsonServers": ["github"]},
                ".cursor/mcp.json": {"mcpServers": {"github": GITHUB}},
            },
            {"cursor-agent"},
            "github is switched off in .claude/settings.json and started by .cursor/mcp.json.",
        ),
        (
            {
                ".mcp.json": {"mcpServers": {"github": GITHUB}},
                ".claude/settings.json": {"disabledMcpjsonServers": ["github"]},
            },
            set(),
            "",
        ),
        (
            {
                ".mcp.json": {"mcpServers": {"github": GITHUB | OFF}},
                "other/.cursor/mcp.json": {"mcpServers": {"github": GITHUB}},
            },
            {"cursor-agent-in-other"},
            "",
        ),
        (
            {".gemini/settings.json": {"mcp": {"excluded": ["github"]}, "mcpServers": {"github": GITHUB}}},
            set(),
            "",
        ),
    ],
)
def test_a_server_that_one_file_switches_off_is_drawn_where_another_starts_it(files, called, told, tmp_path):
    for name, content in files.items():
        settings_in(tmp_path, name, content)
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    agents = found.snapshot.agent
    assert {
        from_ for from_, to in found.snapshot.delegation if agents[to].title.startswith("github")
    } == called
    assert [each for each in scan_lines(found) if "switched off in " in each] == [told] * bool(told)
    assert found.others == ""


CODEX = ".codex/config.toml"
IN_SANDBOX = 'sandbox_mode = "workspace-write"\napproval_policy = "on-request"\n'


def text_in(folder, name, text):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


@all_rows(
    ("settings", "asks"),
    [
        ('model = "gpt-5"\n', "asks for some of it (assumed)"),
        ('sandbox_mode = "workspace-write"\n', "asks for some of it (assumed)"),
        ('sandbox_mode = "danger-full-access"\n', "does not ask (assumed)"),
        ('sandbox_mode = "danger-full-access"\napproval_policy = "never"\n', "does not ask"),
        (IN_SANDBOX, "asks for some of it"),
    ],
)
def test_what_codex_asks_by_default_is_said_as_assumed(settings, asks, tmp_path):
    text_in(tmp_path, CODEX, settings)
    text_in(tmp_path, ".codex/agents/scout.toml", 'name = "scout"\ndescription = "d"\n')
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert {each.asks_in_words for each in found.groups} == {asks}


def test_agents_of_codex_have_its_account_or_one_by_a_sandbox_of_their_own(tmp_path):
    text_in(
        tmp_path, CODEX, f'{IN_SANDBOX}[agents.maker]\ndescription = "d"\nconfig_file = "agents/m.toml"\n'
    )
    text_in(tmp_path, ".codex/agents/reader.toml", 'description = "d"\nsandbox_mode = "read-only"\n')
    text_in(
        tmp_path,
        ".codex/agents/m.toml",
        'sandbox_mode = "danger-full-access"\n[mcp_servers.hub]\nurl = "https://hub.example.com"\n',
    )
    text_in(tmp_path, ".codex/agents/plain.toml", 'name = "plain"\ndescription = "d"\n')
    model = model_of(tmp_path)
    assert {to for from_, to in model.delegation if from_ == "codex"} == {"reader", "maker", "plain"}
    assert ("maker", "hub-service") in model.delegation
    held = {agent: credential for agent, credential in model.hold if "account" in credential}
    assert held["plain"] == held["codex"]
    written = {
        agent
        for agent, credential in held.items()
        if "write" in model.grant[credential, "files-of-the-project"].actions
        and not any(
            (each.from_, each.to) == (credential, "files-of-the-project")
            for each in model.checkpoint.values()
        )
    }
    assert written == {"codex", "plain", "maker"}


def test_who_changes_what_decides_only_through_another_agent_is_said_to_do_it_so(tmp_path):
    server = 'command = "docker"\nargs = ["run", "-i", "ghcr.io/github/github-mcp-server"]\n'
    asked = 'default_tools_approval_mode = "prompt"\n'
    text_in(tmp_path, CODEX, f"{IN_SANDBOX}[mcp_servers.github]\n{server}{asked}")
    told = told_of(tmp_path)
    assert not any("can change it" in each for each in told)
    settings_in(tmp_path, ".claude/settings.json", {"permissions": {"allow": ["Bash(git status)"]}})
    told = told_of(tmp_path)
    assert "  a checkpoint decides, but Codex can change it, by way of Claude Code." in told


@all_rows(
    ("settings", "row"),
    [
        ({"permissions": {"allow": ["Bash"]}}, ("does not ask", ("web search ⚑",))),
        ({"permissions": {"allow": ["Bash", "WebSearch"]}}, ("does not ask", ())),
        ({"permissions": {"deny": ["Bash", "Edit", "Write"]}}, ("", ("web ⚑", "web search ⚑"))),
        ({"permissions": {"deny": ["Bash", "Edit", "Write", "Read"]}}, ("asks", ())),
    ],
)
def test_a_read_that_asks_is_not_told_among_those_that_do_not(settings, row, tmp_path):
    settings_in(tmp_path, ".claude/settings.json", settings)
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    (group,) = found.groups
    assert (group.asks_in_words, group.asks_before) == row
    told = "\n".join(scan_lines(found))
    assert ("; asks before web" in told) == bool(row[1])
    assert "reads web search" not in told or not row[1]


@all_rows(
    ("services", "servers"),
    [
        ("weather-mcp: {build: ., environment: {WEATHER_API_KEY: '${KEY}'}}", ["weather-mcp"]),
        ("api: {build: {context: ., dockerfile: Dockerfile.mcp}, environment: [API_TOKEN]}", ["api"]),
        ("api: {build: ./mcp-server}", ["api"]),
        ("mcp-client: {build: .}, mcp-inspector: {build: .}", []),
        ("api: {build: .}", []),
    ],
)
def test_a_server_that_a_compose_file_builds_waits_for_clients_and_makes_none(services, servers, tmp_path):
    text_in(tmp_path, "compose.yaml", f"services: {{{services}}}\n")
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert [each.title for each in found.snapshot.agent.values()] == servers
    assert found.groups == ()
    assert found.others == ("1 MCP server waits for clients not in these files." if servers else "")
    assert bool(found.snapshot.hold) == ("environment" in services)


@all_rows(
    ("rule", "remote"),
    [("git clone:*", ["read"]), ("git fetch", ["read"]), ("git push:*", ["read", "write"])],
)
def test_what_only_gets_code_from_a_repository_pushes_none(rule, remote, tmp_path):
    settings_in(tmp_path, ".claude/settings.json", {"permissions": {"allow": [f"Bash({rule})"]}})
    model = model_of(tmp_path)
    (found,) = (each for each in model.grant.values() if "pushed" in each.system)
    assert [*found.actions] == remote


def test_a_file_of_code_that_an_agent_calls_is_among_those_read(tmp_path):
    agent = "from langgraph.prebuilt import create_react_agent\nfrom tools import look_up\n"
    text_in(tmp_path, "agent.py", f"{agent}agent = create_react_agent('openai:gpt-5', tools=[look_up])\n")
    call = "requests.get('https://api.example.com/' + name).text"
    text_in(tmp_path, "tools.py", f"import requests\ndef look_up(name: str) -> str:\n    return {call}\n")
    read = scan([tmp_path], tmp_path, NEVER).read
    assert [source for source, _ in read] == ["agent.py", "tools.py"]


@all_rows("name", ["mcp-config.template.json", "mcp.example.json", "mcp-sample.json"])
def test_a_file_that_is_yet_to_be_filled_in_is_no_configuration(name, tmp_path):
    settings_in(tmp_path, name, {"mcpServers": {"github": GITHUB}})
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert (found.groups, found.scope.examples) == ((), 1)


def test_what_is_asked_of_one_client_leaves_aside_those_whose_settings_say_it(tmp_path):
    settings_in(tmp_path, ".claude/settings.json", {"permissions": {"allow": ["Bash"]}})
    settings_in(tmp_path, "other/.mcp.json", {"mcpServers": {"github": GITHUB}})
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert {tuple(title for title, _ in each.titles): each.asks_in_words for each in found.groups} == {
        ("Claude Code",): "does not ask",
        ("Claude Code in other",): "what it asks is not in these files",
    }


@all_rows(
    ("name", "settings", "asks"),
    [
        (".gemini/settings.json", {"ui": {"theme": "x"}}, "asks (assumed)"),
        (".gemini/settings.json", {"general": {"defaultApprovalMode": "default"}}, "asks"),
        (".gemini/settings.json", {"tools": {"allowed": ["run_shell_command"]}}, "does not ask"),
        ("gemini-extension.json", {"name": "x", "version": "1.0.0"}, "asks (assumed)"),
        ("opencode.json", {"theme": "x", "model": "m"}, "does not ask (assumed)"),
        ("opencode.json", {"permission": {"edit": "allow", "bash": "allow"}}, "does not ask"),
        (".claude/settings.json", {"model": "opus"}, "asks (assumed)"),
        (".claude/settings.json", {"permissions": {"defaultMode": "default"}}, "asks"),
    ],
)
def test_a_default_that_no_settings_state_is_said_as_assumed(name, settings, asks, tmp_path):
    settings_in(tmp_path, name, settings)
    found = tell_scan(scan([tmp_path], tmp_path, NEVER), NEVER)
    assert [each.asks_in_words for each in found.groups] == [asks]


ROUTE = """
import { generateText, tool } from "ai";
import postgres from "postgres";
const act = tool({ description: "act", execute: async ({ text }) => postgres(process.env.STORE_URL)(text) });
export async function POST(request) {
  const model = process.env.NAME;
  return generateText({ model, tools: { act }, prompt: await request.text() });
}
"""


REFUSED = "if (!who) return new Response('no', { status: 401 });"


@all_rows(
    ("check", "is_open"),
    [
        ("", True),
        (f"const who = await getServerSession(options); {REFUSED}", False),
        (f"const {{ userId: who }} = await auth(); {REFUSED}", False),
        (f"const who = (await supabase.auth.getUser()).data.user; {REFUSED}", False),
        ("const who = await requireUser(request);", False),
        ("await auth.protect();", False),
        ("const who = await auth();", True),  # and nobody is refused
        (f"const who = await quota(request); {REFUSED}", True),
    ],
)
def test_who_may_send_to_a_route_is_asked_with_what_it_checks(check, is_open, tmp_path):
    text = ROUTE.replace("  const model", f"  {check}\n  const model")
    text_in(tmp_path, "app/api/ask/route.ts", text)
    assert who_acts(tmp_path) == is_open


def who_acts(folder):
    """Whether anybody acts with the rights of an agent; else people with an account do."""
    told = " ".join(" ".join(told_of(folder)).split())
    anybody = "If outsiders can send to it, whoever does acts with these rights." in told
    assert ("So whoever has an account there acts with these rights." in told) != anybody
    assert "no login" not in told
    return anybody


TALKER = """
from langchain_openai import ChatOpenAI
from langgraph.prebuilt import create_react_agent
from slack_sdk import WebClient
def say(text: str):
    WebClient(token="x").chat_postMessage(channel="c", text=text)
agent = create_react_agent(ChatOpenAI(model="gpt-4o"), tools=[say], name="talker")
"""


FASTAPI = """
from fastapi import FastAPI, Depends
from bot import agent
app = FastAPI()
@app.post("/ask")
def ask(text: str):
    return agent.invoke(text)
"""
EXPRESS = """
import express from "express";
import { answer } from "./route";
app.post("/ask", (req, res) => answer(req));
"""
REFUSES = "def get_current_user(token=Depends(scheme)):\n    raise HTTPException(401)\n"
POSTS = '@app.post("/open")\ndef open_(text): return agent.invoke(text)\n'


@all_rows(
    ("server", "is_open"),
    [
        (FASTAPI, True),
        (FASTAPI.replace("text: str", "text: str, user=Depends(get_current_user)"), False),
        (FASTAPI.replace("text: str", "text: str, user: CurrentUser"), False),
        (FASTAPI.replace("text: str", "text: str, db=Depends(get_db)"), True),
        (FASTAPI.replace("text: str", "text: str, session=Depends(get_session)"), True),
        (FASTAPI.replace("text: str", "text: str, user=Depends(get_optional_user)"), True),
        (FASTAPI.replace("text: str", "text: str, users=Depends(deps.get_user_service)"), True),
        (FASTAPI.replace("text: str", "text: str, key=Security(verify_api_key)"), False),
        (FASTAPI.replace("FastAPI()", "FastAPI(dependencies=[Depends(verify_token)])"), False),
        (FASTAPI.replace("text: str", "text: str, user=Depends(get_current_user)") + POSTS, True),
        (FASTAPI + REFUSES, True),
        (FASTAPI.replace("fastapi", "flask").replace("FastAPI", "Flask"), True),
        (FASTAPI.replace("fastapi", "flask").replace("\ndef ask", "\n@login_required\ndef ask"), False),
        (EXPRESS, True),
        (EXPRESS.replace("(req", "requireAuth, (req", 1), False),
        (EXPRESS.replace("(req", "protect, (req", 1), False),
        (EXPRESS.replace("(req", "csrf.protect(), withSession, (req", 1), True),
        (EXPRESS.replace("app.post", "app.use(passport.authenticate('jwt'));\napp.post"), False),
        (f"{EXPRESS}function requireAuth(req, res) {{ res.status(401); }}\n", True),
    ],
)
def test_who_may_send_to_a_server_is_asked_with_what_it_checks(server, is_open, tmp_path):
    if "express" in server:
        text_in(tmp_path, "route.ts", ROUTE.replace("POST", "answer"))
        text_in(tmp_path, "server.ts", server)
    else:
        text_in(tmp_path, "server.py", server)
        text_in(tmp_path, "bot.py", TALKER)
    assert who_acts(tmp_path) == is_open


def test_commands_on_another_host_are_the_worst_path(tmp_path):
    (tmp_path / "app.py").write_text(
        "import paramiko\nfrom langchain_openai import ChatOpenAI\n"
        "from langgraph.prebuilt import create_react_agent\n"
        "def stop_hosts(when: str):\n    return paramiko.SSHClient().exec_command(when)\n"
        'agent = create_react_agent(ChatOpenAI(model="gpt-4o"), tools=[stop_hosts], name="ops")\n',
        encoding="utf-8",
    )
    assert "  then runs commands on another host by SSH" in "\n".join(told_of(tmp_path))


@all_rows(
    ("call", "other", "told"),
    [
        ("subprocess.run(what, shell=True)", "", "ops runs any commands on {}, and no checkpoint decides"),
        ("subprocess.run(what, shell=True)", TALKER, "Besides, ops runs any commands on {}, and no"),
        ("len(what)", "", "In what is drawn nothing is read in one place and used in another"),
        ("len(what)", TALKER, "together they carry one place into another unchecked. -o"),
    ],
)
def test_what_an_agent_does_unchecked_is_told_also_where_no_path_leads_to_it(call, other, told, tmp_path):
    if other:
        text_in(tmp_path, "talker.py", other)
    (tmp_path / "app.py").write_text(
        "import subprocess\nfrom langchain_openai import ChatOpenAI\n"
        "from langgraph.prebuilt import create_react_agent\n"
        f"def act(what: str):\n    return {call}\n"
        'agent = create_react_agent(ChatOpenAI(model="gpt-4o"), tools=[act], name="ops")\n',
        encoding="utf-8",
    )
    assert told.format(tmp_path.name) in " ".join(" ".join(told_of(tmp_path)).split())
