"""Forms that are data: their files, rows and examples, the paths, and what is drawn of code and charts."""

import json
import re
from pathlib import Path

import pytest
import yaml

from meshmodel.importers import forms
from meshmodel.importers.answers import ledger_lines
from meshmodel.importers.data_form import FormExample, read_form
from meshmodel.importers.form_examples import problems_of, read_example
from meshmodel.importers.forms import FORMS
from meshmodel.importers.json_text import read_json
from meshmodel.importers.paths import PathError, path_of, text_of
from meshmodel.importers.scanning import scan
from meshmodel.importers.withheld import names_secret
from meshmodel.interchange import write_text
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.stop import Stop
from tests.importers.test_hostile_forms import SECRET
from tests.rows import all_rows

DATA = sorted(Path(forms.__file__).parent.glob("data/*.toml"))


@all_rows("path", DATA)
def test_examples_become_what_they_say_and_every_row_matters(path):
    assert list(problems_of(read_form(path))) == []


@pytest.mark.parametrize("every", [23, pytest.param(1, marks=pytest.mark.slow)])
@all_rows("path", DATA)
def test_a_value_that_is_a_secret_or_of_another_type_breaks_nothing(path, every):
    form = read_form(path)
    for example in form.examples:
        for name, text in example.files.items():
            changed = list(texts_with_odd_values(name, text))
            assert changed or not text.strip()
            for other in changed[::every]:
                assert not tells(form, {**example.files, name: other}), other


def tells(form, files):
    """What of a secret comes out of files; one that is not of the form any more tells nothing."""
    try:
        model, rows = read_example(form, FormExample(files=files, says=()))
    except MeshmodelError as error:
        return [str(error)] if SECRET in str(error) or PLAIN in str(error) else []
    said = [*write_text(model).splitlines(), *ledger_lines(rows)]
    return [each for each in said if SECRET in each or PLAIN in each]


PLAIN = "Tr0ub4dor-and-3"
"""A secret that does not look like one: what it stands under says that it is."""
NAMED_TEXT = re.compile(r"""(?:(\w+)["']?\s*[=:]\s*)?("(?:[^"\n\\]|\\.)*"|'(?:[^'\n\\]|\\.)*')""")


def texts_with_odd_values(name, text):
    """Copies of a file with one of its values replaced."""
    ending = name.rpartition(".")[2]
    if ending == "json":
        yield from (json.dumps(each) for each in odd(json.loads(text)))
    elif ending in {"yaml", "yml"}:  # which JSON is
        plain = re.sub("!(Ref|GetAtt|Sub) ", "", text)
        yield from (json.dumps(each) for each in odd(yaml.safe_load(plain)))
    elif ending == "md":
        front, _, body = text.removeprefix("---\n").partition("\n---\n")
        for each in odd(yaml.safe_load(front)):
            if isinstance(each, dict):
                yield f"---\n{json.dumps(each)}\n---\n{body}"
    elif ending in {"py", "ts", "tsx", "mjs", "tf"}:
        for found in NAMED_TEXT.finditer(text):
            for other in (SECRET, *[PLAIN] * names_secret(found[1] or "")):
                yield f'{text[: found.start(2)]}"{other}"{text[found.end(2) :]}'


def odd(value, key=""):
    """Copies of a value with one of its values replaced."""
    yield from (None, [], {}, 7, SECRET) if key != "" else ()
    if isinstance(value, str) and names_secret(str(key)):
        yield PLAIN
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for at, one in list(inner)[:6]:
        for other in odd(one, at):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[at] = other
            yield copy


TREE = read_json(
    '{"nodes": [{"name": "A", "type": "x.y"}, {"name": "B"}], '
    '"to": {"A": {"main": [[{"node": "B"}]]}}, "t": "a b"}',
    "folder/file.json",
)


@all_rows(
    ("path", "found"),
    [
        ("nodes[]", ["nodes[0]", "nodes[1]"]),
        ("nodes[].name", ["nodes[0].name", "nodes[1].name"]),
        ("nodes[][type=x*|z]", ["nodes[0]"]),
        ("nodes[][type!=x*]", ["nodes[1]"]),
        ("nodes[][!type]", ["nodes[1]"]),
        ("nodes[][name=A, type]", ["nodes[0]"]),
        ("to.*.main[][]", ["to.A.main[0][0]"]),
        ("**[node]", ["to.A.main[0][0]"]),
        ("nodes.-1", ["nodes[1]"]),
        ("t | nodes.0", ["t", "nodes[0]"]),
        ("t[]", ["t"]),
        ("nowhere.at.all", []),
        ("nodes[@kind=list]", ["nodes"]),
        ('"t"', ["t"]),
    ],
)
def test_a_path_selects(path, found):
    assert [each.path for each in path_of(path).nodes(TREE)] == found


@all_rows(
    ("text", "made"),
    [
        ("{^^^.@key} to {node}", "A to B"),
        ("{none | node :lower}", "b"),
        ("{@stem} in {@folder}", "file in folder"),
        ("{$.t :words}", "a b"),
        ("plain", "plain"),
    ],
)
def test_a_text_is_made_of_paths(text, made):
    (node,) = path_of("to.*.main[][]").nodes(TREE)
    assert text_of(text).of(node) == made


@all_rows("path", ["a[", "a[b", '"a', "{a}", "a[b=c"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(PathError):
        path_of(path)


FORM = """
format = "meshmodel-form/1"
name = "house-bots"
title = "Bots of the house"
files = ["bots.yaml"]
recognise = ["bots"]
[[row]]
name = "bot"
is = "agent"
at = "bots.*"
title = "{title | @key}"
called = "{@key}"
about = "a bot"
why = "an agent"
[[row]]
name = "rest"
is = "nothing"
at = "."
about = "the rest"
why = "it says nothing"
"""


def own(tmp_path, text):
    path = tmp_path / "forms" / "bots.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@all_rows(
    ("before", "after", "why"),
    [
        ('format = "meshmodel-form/1"', "", "is no form"),
        ('is = "agent"', 'is = "agnet"', "did you mean agent"),
        ('at = "bots.*"', 'at = "bots.*["', "row bot: at: a bracket"),
        (
            'title = "{title | @key}"',
            'titel = "x"',
            "titel is no key of a row that is agent; did you mean title",
        ),
        ('called = "{@key}"', "", "row bot: lacks called"),
        ('name = "rest"', 'name = "bot"', "row bot is there twice"),
        ('files = ["bots.yaml"]', "files = 7", "files is to be a text or a list of texts"),
        ('recognise = ["bots"]', "", "lacks files, recognise or row"),
        ("[[row]]", "[[row", "line 7"),
    ],
)
def test_a_file_that_is_no_form_is_refused_in_a_line(before, after, why, tmp_path):
    with pytest.raises(MeshmodelError, match=r".") as refused:
        read_form(own(tmp_path, FORM.replace(before, after, 1)))
    assert why in str(refused.value)
    assert str(refused.value).isprintable()


def test_what_an_example_says_is_listed_where_it_does_not_say_what_it_should(tmp_path):
    example = (
        '[[example]]\nsays = ["agent Des"]\n[example.files]\n"bots.yaml" = "bots: {desk: {title: Desk}}"\n'
    )
    found = list(problems_of(read_form(own(tmp_path, FORM + example))))
    assert "house-bots, example 1: says “agent Desk (ai-agent)”" in found
    less = list(problems_of(read_form(own(tmp_path, FORM + example.replace("agent Des", "agent Desk*")))))
    assert less == ["house-bots: no example needs the row rest"]


def test_a_form_of_ones_own_is_read_in_a_scan(tmp_path, monkeypatch):
    monkeypatch.setattr(FORMS, "_found", dict(FORMS._found))
    FORMS.add(own(tmp_path, FORM).parent)
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "bots.yaml").write_text("bots: {desk: {title: Desk}}\n", encoding="utf-8")
    found = scan([folder], folder, Stop(10, None))
    assert [each.name for each in found.done.after.agent.values()] == ["Desk"]
    assert found.read == [("bots.yaml", "Bots of the house")]


def test_a_credential_that_one_workflow_uses_unasked_is_unasked(tmp_path):
    """A checkpoint stands on a grant, whoever holds the credential."""
    text = read_form(next(each for each in DATA if each.stem == "n8n")).examples[0].files["mail.json"]
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    (tmp_path / "b.json").write_text(
        text.replace('"Approve", "type": "n8n-nodes-base.wait"', '"Approve", "type": "n8n-nodes-base.noOp"'),
        encoding="utf-8",
    )
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert len(found.agent) >= 4
    assert not found.checkpoint


PLANTED = """
from agents import Agent
from sub.agents import helper
desk = Agent(name="Desk", handoffs=[helper])
__import__("os").system("touch planted")
"""


def test_code_is_never_run_and_names_are_found_across_files(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "main.py").write_text(PLANTED, encoding="utf-8")
    (tmp_path / "sub" / "agents.py").write_text(
        'from agents import Agent\nhelper = Agent[int](name="Helper")\n', encoding="utf-8"
    )
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert sorted(each.name for each in found.agent.values()) == ["Desk", "Helper"]
    assert list(found.delegation) == [("desk", "helper")]
    assert not (tmp_path / "planted").exists()


@all_rows(
    "text",
    [
        "from agents import Agent\nAgent(" + "(" * 5_000,
        "from agents import Agent\n" + "x = Agent(name=x)\n" * 300,
        "from agents import Agent\na = b\nb = a\nAgent(name=a, tools=[b.c.d().e])\n",
        "from agents import Agent\nprint 'two'\nAgent(name='Old')\n",
        "from agents import Agent\nAgent(name=" + "+".join(["'x'"] * 3_000) + ")\n",
    ],
)
def test_code_that_is_odd_ends(text, tmp_path):
    (tmp_path / "odd.py").write_text(text, encoding="utf-8")
    assert scan([tmp_path], tmp_path, Stop(20, None)).walked.is_whole


TWO = """
from agents import Agent
from langchain.agents import create_agent

def look_up(text: str) -> str:
    return text

first = Agent(name="First", tools=[look_up])
second = create_agent("openai:gpt-5", tools=[look_up], name="Second")
"""


def test_a_file_with_two_frameworks_is_read_as_both(tmp_path):
    (tmp_path / "both.py").write_text(TWO, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None))
    assert sorted(each.name for each in found.done.after.agent.values()) == ["First", "Second"]
    titles = "Graph of LangGraph, or agent of LangChain; Agents of the OpenAI Agents SDK"
    assert found.read == [("both.py", titles)]
    places = [(row.line, row.path) for row in found.done.rows]
    assert len(places) == len(set(places))
    assert not [row for row in found.done.rows if row.verdict == "not understood"]


def test_a_function_that_two_frameworks_use_is_in_the_ledger_once(tmp_path):
    text = TWO.replace("return text", "return __import__('os').environ['TICKET_TOKEN']")
    (tmp_path / "both.py").write_text(text.replace("return __import__('os')", "return os"), encoding="utf-8")
    (tmp_path / "both.py").write_text("import os\n" + (tmp_path / "both.py").read_text(encoding="utf-8"))
    found = scan([tmp_path], tmp_path, Stop(10, None)).done
    assert [row.path for row in found.rows if row.path.startswith("uses")] == ["uses[0]"]
    assert sorted(one for one, two in found.after.hold if two == "ticket_token") == ["first", "second"]


NAMELESS = """
import { generateText } from "ai";
import { openai } from "@ai-sdk/openai";
const r = await generateText({ model: openai("gpt-5"), tools: {} });
generateText({ model: openai("gpt-5"), tools: {} });
"""


REQUIRED = re.sub(r"import (.*) from (.*);", r"const \1 = require(\2);", NAMELESS)


@all_rows(("file", "text"), [("app.ts", NAMELESS), ("app.cjs", REQUIRED), ("app.js", REQUIRED)])
def test_a_name_of_which_a_part_is_not_known_is_not_cut(file, text, tmp_path):
    (tmp_path / file).write_text(text, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert sorted(found.agent) == ["app", "r-of-app"]


def test_a_server_of_an_application_that_is_switched_off_makes_nothing(tmp_path):
    text = "mcpServers: {pages: {command: uvx, args: [mcp-server-fetch], disabled: true}}\nversion: 1.2.1\n"
    (tmp_path / "librechat.yaml").write_text(text, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done
    assert not found.after.delegation
    assert {row.verdict for row in found.rows if row.path.startswith("mcpServers")} == {"mapped"}


@pytest.mark.parametrize("path", DATA, ids=lambda each: each.stem)
def test_a_form_is_known_by_its_head_as_by_all_of_it(path):
    """Its rows are read only when a file may be of it."""
    form, head = read_form(path), FORMS[path.stem]
    for key in ("name", "title", "files", "marks", "holds", "packages", "calls", "joins", "last_wins"):
        assert getattr(head, key) == getattr(form, key)


def prompts(tmp_path, name, text):
    """What is asked of a person by the agents of a file: by what is opened or set to work, who decides."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    systems, agents = found.system, found.agent
    return {
        (systems if each.step == "grant" else agents)[each.to].name or each.to: systems[each.decided_at]
        for each in found.checkpoint.values()
    }


def test_who_may_chat_answers_what_the_agent_asks(tmp_path):
    """Then a prompt decides nothing about what strangers want, though it does about what the agent wants."""
    form = read_form(next(each for each in DATA if each.stem == "flowise"))
    found = prompts(tmp_path, "pay.json", form.examples[0].files["pay.json"])
    assert found["bank.example.com"].untrusted_input
    mail = read_form(next(each for each in DATA if each.stem == "n8n")).examples[0].files["mail.json"]
    (tmp_path / "pay.json").unlink()
    assert not prompts(tmp_path, "mail.json", mail)["Jira"].untrusted_input  # a program calls a web hook


def test_a_step_behind_one_that_asks_is_set_to_work_after_the_answer(tmp_path):
    text = read_form(next(each for each in DATA if each.stem == "dify")).examples[1].files["tickets.yml"]
    moved = text.replace(
        "{source: '2', target: '3'}, {source: '3', target: '4'}, {source: '4', target: '5'}",
        "{source: '2', target: '4'}, {source: '4', target: '3'}, {source: '3', target: '5'}",
    )
    assert moved != text
    assert set(prompts(tmp_path, "tickets.yml", moved)) == {"Clerk", "tickets.example.com"}


TOOL = """
import os
from agents import Agent, function_tool
{before}

@function_tool
def look(text: str) -> str:
    return {call}

desk = Agent(name="Desk", tools=[look])
"""
SETTINGS = "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    slack_bot: str\n"


@all_rows(
    ("before", "call", "opened"),
    [
        ("", "pymongo.MongoClient(os.environ['CONNECTION_STRING']).find()", "CONNECTION_STRING"),
        ("", "pymongo.MongoClient(os.environ['MONGO_HOST'], password=os.getenv('DB_PASS'))", "DB_PASS"),
        ("LINK = os.getenv('SHOP_URI')", "pymongo.MongoClient(LINK)['a']['b'].find_one({})", "SHOP_URI"),
        ("C = pymongo.MongoClient(os.environ['SHOP_DSN'])", "C.shop.orders.find_one({})", "SHOP_DSN"),
        (
            f"LINK = 'mongodb+srv://bob:{PLAIN}@db.example.org'",
            "pymongo.MongoClient(LINK)",
            "LINK",
        ),
        (SETTINGS + "s = Settings()", "slack_sdk.WebClient(token=s.slack_bot).users_list()", "SLACK_BOT"),
        (
            "class C:\n    KEY = os.environ['OUR_TOKEN']",
            "slack_sdk.WebClient(token=C.KEY).users_list()",
            "OUR_TOKEN",
        ),
        ("", f"slack_sdk.WebClient(token='{SECRET}').users_list()", "token of Slack"),
        ("", "slack_sdk.WebClient(os.environ.get('OUR_SLACK'))", "SLACK_BOT_TOKEN"),
        ("", "slack_sdk.WebClient(token=os.environ.get('OUR_SLACK'))", "OUR_SLACK"),
        ("", "slack_sdk.WebClient()", "SLACK_BOT_TOKEN"),
    ],
)
def test_a_credential_is_called_as_the_code_calls_it_else_as_usual_and_then_assumed(
    before, call, opened, tmp_path
):
    text = TOOL.format(before=f"import pymongo, slack_sdk\n{before}", call=call)
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    names = [found.credential[one].name for one, two in found.grant if two != "openai-api"]
    said = " ".join(each.text for each in found.note.values())
    assert names == [opened]
    assert ("as usual it is SLACK_BOT_TOKEN (assumed)" in said) == (opened == "SLACK_BOT_TOKEN")
    assert f"accepts {opened}" not in said
    assert PLAIN not in write_text(found)
    assert SECRET not in write_text(found)


@all_rows(
    ("call", "system"),
    [
        ("boto3.client('s3').put_object()", "AWS s3: read, write"),
        ("boto3.client('s3').get_object()", "AWS s3: read"),
        ("boto3.resource('dynamodb').Table('orders').put_item()", "AWS dynamodb: read, write"),
        ("boto3.client(os.environ['WHICH']).list_buckets()", "AWS services: read"),
        (
            "boto3.client('s3', endpoint_url='https://s3.amazonaws.com').list_buckets()",
            "AWS s3: read",
        ),
        ("boto3.client('s3', endpoint_url='https://s3.example.org').list_buckets()", "s3.example.org: read"),
        (
            "boto3.client('s3', endpoint_url=os.environ['S3_ENDPOINT']).put_object()",
            "an address that Desk calls: read, write",
        ),
        ("boto3.resource('sqs').get_queue_by_name(QueueName=text).send_message()", "AWS sqs: read, write"),
        ("boto3.client('s3')", ""),
    ],
)
def test_storage_is_of_aws_unless_its_endpoint_says_otherwise(call, system, tmp_path):
    (tmp_path / "app.py").write_text(TOOL.format(before="import boto3", call=call), encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    opened = [
        f"{found.system[two].title}: {', '.join(grant.actions)}"
        for (_, two), grant in found.grant.items()
        if two != "openai-api"
    ]
    assert opened == ([system] if system else [])


def test_a_variable_is_assumed_of_code_alone(tmp_path):
    """A product that keeps logins itself reads no variable, least of all one of the workstation."""
    text = read_form(next(each for each in DATA if each.stem == "n8n")).examples[0].files["mail.json"]
    changed = text.replace(
        '"credentials": {"slackApi": {"id": "2", "name": "Slack bot"}}', '"parameters": {}'
    )
    assert changed != text
    (tmp_path / "mail.json").write_text(changed, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    names = {each.name for each in found.credential.values()}
    assert "login of slackApi" in names
    assert "SLACK_BOT_TOKEN" not in names


def test_generic_s3_of_n8n_is_not_aws(tmp_path):
    text = read_form(next(each for each in DATA if each.stem == "n8n")).examples[0].files["mail.json"]
    for kind in ("s3", "awsS3"):
        changed = text.replace('"n8n-nodes-base.slack"', f'"n8n-nodes-base.{kind}"')
        (tmp_path / "mail.json").write_text(changed, encoding="utf-8")
        found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
        assert any("AWS" in (each.name or "") for each in found.system.values()) == (kind == "awsS3")


@all_rows(("given", "key"), [("api_key=os.environ['OUR_KEY']", "OUR_KEY"), ("", "OPENAI_API_KEY")])
def test_the_key_of_a_model_is_the_one_that_it_is_given(given, key, tmp_path):
    call = f"langchain_openai.ChatOpenAI({given}).invoke(text)"
    text = TOOL.format(before="import langchain_openai", call=call)
    (tmp_path / "app.py").write_text(text.replace('name="Desk"', 'name="Desk", model=our'), encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert [(found.credential[one].name, two) for one, two in found.grant if one != "code-of-desk"] == [
        (key, "openai-api")
    ]


NEWS = """
from crewai import Agent, Crew
from crewai.project import CrewBase, agent, crew
from crewai_tools import SerperDevTool
{code}
"""
LEAD = """
@CrewBase
class News:
    @agent
    def lead(self):
        return Agent(config=self.agents_config["editor"], tools=[SerperDevTool()])
"""
PLAIN_LEAD = """
config = load()["agents"]
lead = Agent(config=config["editor"], tools=[SerperDevTool()])
"""
ROLE_LEAD = """
def make_lead(agents):
    config = agents.get("editor")
    lead = Agent(role=config["role"], tools=[SerperDevTool()])
    return lead
team = Crew(agents=[make_lead(load())], tasks=[])
"""


@all_rows(
    ("code", "folder"),
    [(each, folder) for each in (LEAD, PLAIN_LEAD, ROLE_LEAD) for folder in ("", "agents/")],
)
def test_an_agent_of_yaml_and_of_code_is_one(code, folder, tmp_path):
    written = {
        "config/agents.yaml": "editor: {role: Editor, goal: Edit., backstory: Old.}\n",
        f"{folder}crew.py": NEWS.format(code=code),
        "requirements.txt": "",
    }
    for name, text in written.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None))
    agents = {id_: each.kind for id_, each in found.done.after.agent.items()}
    assert [id_ for id_, kind in agents.items() if kind == "ai-agent"] == ["editor"]
    assert "editor" in {one for one, _ in found.done.after.hold}
    assert not [row for row in found.done.rows if row.verdict == "not understood"]
    made = {each for each, kind in agents.items() if kind == "orchestrator"}
    assert set(found.done.after.delegation) == {(each, "editor") for each in made}


MADE = """
from langchain.agents import create_agent
from langgraph.graph import StateGraph
from langchain_openai import ChatOpenAI

def answer(state):
    return ChatOpenAI(model="gpt-5").invoke(state)
{code}
"""


@all_rows(
    "code",
    [
        "def make():\n    return create_agent('openai:gpt-5', tools=[answer])",
        "def make():\n    one = create_agent('openai:gpt-5', tools=[answer])\n    return one",
        "async def make():\n    b = StateGraph(dict)\n    b.add_node('a', answer)\n    return b.compile()",
        "async def make():\n    yield StateGraph(dict).add_node('a', answer).compile()",
        "def make():\n    b = StateGraph(dict)\n    b.add_node(answer)\n    g = b.compile()\n    return g",
    ],
)
def test_a_graph_that_a_function_makes_is_the_one_that_is_served(code, tmp_path):
    (tmp_path / "langgraph.json").write_text('{"graphs": {"desk": "./app/desk.py:make"}}', encoding="utf-8")
    (tmp_path / "app").mkdir()
    (tmp_path / "app/desk.py").write_text(MADE.format(code=code), encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert list(found.agent) == ["desk"]
    assert found.hold


def test_a_function_that_makes_two_agents_is_neither(tmp_path):
    code = "def make(one):\n    ann = create_agent('x')\n    bob = create_agent('y')\n"
    text = MADE.format(code=f"{code}    if one:\n        return ann\n    return bob\n")
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert sorted(found.agent) == ["ann", "bob"]


ROOT = 'from google.adk.agents import Agent\nroot_agent = Agent(name="{}", model="gemini-2.5-pro")\n'


@all_rows(
    ("files", "agents"),
    [
        ({"agent.old.py": ROOT.format("old"), "agent_trial.py": ROOT.format("trial")}, ["main"]),
        ({"agent_trial.py": ROOT.format("trial"), "run.py": "from . import agent_trial"}, ["main", "trial"]),
        (
            {"agent_trial.py": ROOT.format("trial"), "../run.py": "from desk.agent_trial import root_agent"},
            ["main", "trial"],
        ),
        ({"clerks.py": ROOT.format("clerk").replace("root_agent", "clerk")}, ["clerk", "main"]),
    ],
)
def test_adk_loads_agents_by_the_name_of_their_file_and_what_is_imported(files, agents, tmp_path):
    for name, text in {"agent.py": ROOT.format("main"), **files}.items():
        path = tmp_path / "desk" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert sorted(found.agent) == agents


@all_rows(("name", "agents"), [("Desk", ["AI Agent", "Desk"]), ("Till", ["AI Agent"] * 2 + ["Desk", "Till"])])
def test_exports_of_n8n_with_equal_names_and_nodes_are_one(name, agents, tmp_path):
    kinds = {"Chat": "chatTrigger", "AI Agent": "agent", "Model": "lmChatOpenAi"}
    nodes = [
        {"name": node, "type": f"@n8n/n8n-nodes-langchain.{kind}", "parameters": {}}
        for node, kind in kinds.items()
    ]
    next_ = {"Chat": {"main": [[{"node": "AI Agent", "type": "main", "index": 0}]]}}
    model = {"Model": {"ai_languageModel": [[{"node": "AI Agent", "type": "ai_languageModel", "index": 0}]]}}
    for file, called in (("flow.json", "Desk"), ("flow (mended).json", name)):
        export = {"name": called, "nodes": nodes, "connections": next_ | model}
        (tmp_path / file).write_text(json.dumps(export), encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert sorted(each.name for each in found.agent.values()) == agents


HOSTED = """
from strands import Agent
from strands_tools import shell
helper = Agent(name="helper", tools=[shell])
desk = Agent(name="inner", tools=[helper])
"""
TWO_HOSTED = HOSTED + 'other = Agent(name="other", tools=[shell])\n'


@all_rows(
    ("files", "agents", "delegations"),
    [
        ({"app/main.py": HOSTED}, ["desk", "helper"], [("desk", "helper")]),
        (
            {"app/main.py": "import desk\n", "app/inner/desk.py": HOSTED},
            ["desk", "helper"],
            [("desk", "helper")],
        ),
        (
            {"app/main.py": TWO_HOSTED},
            ["desk", "helper", "inner", "other"],
            [("desk", "inner"), ("desk", "other"), ("inner", "helper")],
        ),
        (
            {"app/main.py": "import os\n", "else/desk.py": HOSTED},
            ["desk", "helper", "inner"],
            [("inner", "helper")],
        ),
    ],
)
def test_an_agent_of_agentcore_is_the_one_that_its_file_begins(files, agents, delegations, tmp_path):
    settings = {"runtimes": [{"name": "desk", "entrypoint": "main.py", "codeLocation": "app/"}]}
    for name, text in {**files, "agentcore/agentcore.json": json.dumps(settings)}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert sorted(found.agent) == agents
    assert sorted(found.delegation) == delegations
    asked = any("of no framework that is read" in each.text for each in found.note.values())
    assert asked == ("else/desk.py" in files)
    starters = [each.text for each in found.note.values() if each.text.startswith("Who sets desk")]
    assert not starters


ROLE = "arn:aws:iam::111122223333:role/clerk-role"
ACCOUNT = {
    "UserDetailList": [],
    "GroupDetailList": [],
    "Policies": [],
    "RoleDetailList": [{
        "RoleName": "clerk-role", "Arn": ROLE, "Path": "/", "RoleId": "AROAEXAMPLE",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
        ]}}],
        "AttachedManagedPolicies": [], "InstanceProfileList": [], "Tags": [],
    }],
}  # fmt: skip


@pytest.mark.parametrize("exported", [False, True])
def test_the_role_of_an_agent_is_the_one_of_an_export_of_the_account(exported, tmp_path):
    agent = f'resource "aws_bedrockagent_agent" "clerk" {{\n  agent_resource_role_arn = "{ROLE}"\n}}\n'
    (tmp_path / "main.tf").write_text(agent, encoding="utf-8")
    if exported:
        (tmp_path / "authorization-details.json").write_text(json.dumps(ACCOUNT), encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert list(found.hold) == [("clerk", "clerk-role")]
    assert [one for one, _ in found.grant] == ["clerk-role"] * exported
    asked = any("What may the role clerk-role do" in each.text for each in found.note.values())
    assert asked != exported


@all_rows(
    ("entry", "files", "is_joined"),
    [
        ("main.py", {"svc/main.py": HOSTED}, True),
        ("/srv/elsewhere/main.py", {"svc/main.py": HOSTED}, True),
        ("main.py", {"svc/main.py": "import os\n", "main.py": HOSTED}, False),
        ("gone.py", {"svc/main.py": HOSTED}, False),
        ("x" * 400, {"svc/main.py": HOSTED}, False),
    ],
)
def test_a_file_begins_code_where_it_lies(entry, files, is_joined, tmp_path):
    settings = f"agents: {{host: {{name: host, entrypoint: {entry}}}}}\n"
    for name, text in {**files, "svc/.bedrock_agentcore.yaml": settings, ".git/HEAD": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert ("inner" not in found.agent) == is_joined


S3_CLIENT = """
import { Agent, tool } from "@openai/agents";
import { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";
const s3 = new S3Client({ {endpoint} credentials: { secretAccessKey: process.env.STORE_SECRET! } });
const put = tool({ name: "put", execute: async ({ text }) => s3.send(new PutObjectCommand({ Body: text })) });
export const desk = new Agent({ name: "Desk", model: ours, tools: [put] });
"""


@all_rows(
    ("endpoint", "system"),
    [
        ("", "AWS account of the profile"),
        ('endpoint: "https://s3.example.org",', "object storage at s3.example.org"),
    ],
)
def test_what_a_client_is_made_with_holds_for_what_it_sends(endpoint, system, tmp_path):
    (tmp_path / "app.ts").write_text(S3_CLIENT.replace("{endpoint}", endpoint), encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    opened = [(found.credential[one].name, found.system[two].name) for one, two in found.grant]
    assert opened == [("STORE_SECRET", system)]


@all_rows(
    ("call", "actions"),
    [
        ("requests.get('https://x.example/a').json()", {"read"}),
        ("requests.exceptions.RequestException()", set()),
        ("requests.Session().post('https://x.example/a')", {"read", "write"}),
        ("httpx.AsyncClient().post('https://x.example/a')", {"read", "write"}),
        ("httpx.request('POST', 'https://x.example/a')", {"read", "write"}),
    ],
)
def test_what_is_done_with_an_answer_of_http_changes_nothing(call, actions, tmp_path):
    (tmp_path / "app.py").write_text(
        TOOL.format(before="import httpx, requests", call=call), encoding="utf-8"
    )
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    done = {each for (_, to), grant in found.grant.items() if to != "openai-api" for each in grant.actions}
    assert done == actions


@all_rows(
    ("call", "opened", "asked"),
    [
        ("text.upper().split(',')", set(), ""),
        ("json.dumps({'paid': text})", set(), ""),
        ("store.pay(text)", set(), "It calls store.pay."),
        ("open('paid', 'a').write(text + os.environ['PAY_TOKEN'])", {("code of Desk", "write")}, ""),
        ("open(text).read()", {("code of Desk", "read")}, ""),
        (
            "eval(text)",
            {("code of Desk", "execute"), ("code of Desk", "read"), ("code of Desk", "write")},
            "",
        ),
    ],
)
def test_what_a_function_does_is_what_it_calls_and_not_what_it_is_called(call, opened, asked, tmp_path):
    code = TOOL.replace("def look", "def update_orders").replace("[look]", "[update_orders]")
    (tmp_path / "app.py").write_text(code.format(before="import json", call=call), encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    done = {
        (found.credential[one].title, each)
        for (one, to), grant in found.grant.items()
        if to != "openai-api"
        for each in grant.actions
    }
    assert done == opened
    questions = [each.text for each in found.note.values() if "What does update_orders" in each.text]
    assert bool(questions) == bool(asked)
    assert all(each.endswith(asked) for each in questions)


LISTS = """
from elsewhere import more_tools
from langchain_community.tools import DuckDuckGoSearchRun, ShellTool
from langchain_openai import ChatOpenAI
from langgraph.prebuilt import create_react_agent

def build(debug):
    {lines}
    return create_react_agent(ChatOpenAI(model="gpt-4o"), tools={given}, name="helper")
"""


@all_rows(
    ("lines", "given", "found"),
    [
        ("a = [ShellTool()]; a.append(DuckDuckGoSearchRun())", "a", "both"),
        ("a = [ShellTool()]; a += [DuckDuckGoSearchRun()]", "a", "both"),
        ("a = [ShellTool()]; b = [DuckDuckGoSearchRun()]; a.extend(b)", "a", "both"),
        ("a = [ShellTool()]; b = a + [DuckDuckGoSearchRun()]", "b", "both"),
        ("a = [ShellTool()] if debug else [DuckDuckGoSearchRun()]", "a", "both"),
        ("a = more_tools(); a.append(ShellTool()); a.append(DuckDuckGoSearchRun())", "a", "both"),
        ("self.a = [ShellTool()]; self.a.append(DuckDuckGoSearchRun())", "self.a", "both"),
        ("a = [ShellTool()]", "[*a, DuckDuckGoSearchRun()]", "both"),
        ("a = [ShellTool()]; b = []; b.append(DuckDuckGoSearchRun())", "a", "one"),
    ],
)
def test_tools_that_are_put_into_a_list_are_those_of_the_agent(lines, given, found, tmp_path):
    code = LISTS.format(lines=lines.replace("; ", "\n    "), given=given)
    if "self" in given:
        code = code.replace("def build(", "class Desk:\n  def build(self, ")
    (tmp_path / "app.py").write_text(code, encoding="utf-8")
    made = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    titles = {each.name for each in made.system.values()}
    searches = any("search" in each for each in titles)
    runs = any("commands" in each for each in titles)
    assert (runs, searches) == (True, found == "both")


def test_what_a_builder_of_tools_is_given_is_no_tool(tmp_path):
    code = LISTS.format(lines="k = make_store()", given="more_tools(k)")
    (tmp_path / "app.py").write_text(code, encoding="utf-8")
    made = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert not any("make" in each.name or each.name == "k" for each in made.system.values())


SERVED = """
from google.adk.agents import Agent
from google.adk.tools import AgentTool
from google.adk.tools.mcp_tool.mcp_toolset import McpToolset, StdioConnectionParams
from mcp import StdioServerParameters

def made_pages():
    made = McpToolset(
        connection_params=StdioConnectionParams(server_params=StdioServerParameters(command="house-pages"))
    )
    return made

pages = made_pages()

def made_clerk():
    return Agent(name="clerk", tools=[{tools}])

clerk = made_clerk()
root_agent = Agent(name="desk", tools=[AgentTool(clerk)])
"""


@all_rows(
    ("tools", "calls", "asked"),
    [
        ("pages", {("desk", "clerk"), ("clerk", "house-pages")}, False),
        ("*[pages]", {("desk", "clerk"), ("clerk", "house-pages")}, False),
        ("some_tools", {("desk", "clerk")}, True),
    ],
)
def test_a_server_is_of_the_agent_that_is_given_it_else_it_is_asked_whose_it_is(
    tools, calls, asked, tmp_path
):
    (tmp_path / "agent.py").write_text(SERVED.replace("{tools}", tools), encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert {(found.agent[one].title, found.agent[to].title) for one, to in found.delegation} == calls
    assert asked == any(
        "Which agent uses the server house-pages" in each.text for each in found.note.values()
    )
    assert not any("What does pages" in each.text for each in found.note.values())


MADE_HERE = """
from agents import Agent
from tools import create_tool

def build():
    tool = create_tool()
    clerk = Agent(name="Clerk", tools=[tool])
    desk = Agent(name="Desk", tools=[clerk.as_tool(tool_name="clerk", tool_description="")])
    return desk
"""


def test_a_tool_that_a_function_makes_is_not_the_agent_that_it_returns(tmp_path):
    (tmp_path / "app.py").write_text(MADE_HERE, encoding="utf-8")
    made = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert list(made.delegation) == [("desk", "clerk")]


POSTED = """
import {{ generateText, tool }} from "ai";
import {{ google }} from "googleapis";
import postgres from "postgres";
class Mail {{
  constructor() {{ this.gmail = google.gmail({{ version: "v1" }}); }}
  async send(raw) {{ return this.gmail.users.messages.send({{ userId: "me", requestBody: {{ raw }} }}); }}
}}
const mail = async (user) => google.gmail({{ version: "v1", auth: user }});
async function days() {{
  const found = google.calendar("v3");
  return found;
}}
const act = tool({{ description: "act", execute: async ({{ text }}) => {call} }});
export async function POST(request) {{
  return generateText({{ model: ours, tools: {{ act }}, prompt: await request.text() }});
}}
"""


@all_rows(
    ("call", "systems"),
    [
        ("new Mail().send(text)", {"mailboxes of others"}),
        ("(await mail(text)).users.messages.trash({ id: text })", {"mailbox of the user"}),
        (
            "(await days()).events.insert(text)",
            {"calendar of the user", "mailboxes of others"},
        ),
        ("postgres(process.env.STORE_URL)`select ${text}`", {"database"}),
    ],
)
def test_what_a_route_of_node_sends_and_keeps_is_known(call, systems, tmp_path):
    (tmp_path / "route.ts").write_text(POSTED.format(call=call), encoding="utf-8")
    made = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    changed = {made.system[to].name for (_, to), grant in made.grant.items() if "write" in grant.actions}
    assert {each.split(" at ")[0] for each in changed} == systems


DESK = """
from agents import Agent
desk = Agent(name="Desk", tools=[])
"""
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n@app.post('/ask')\ndef ask(text): return run(text)\n"
USER = "user=Depends(get_current_user)"
OPEN = "@app.post('/open')\ndef open_(text): return run(text)\n"
RUN = """
from desk import desk
run = desk
def dated(text): return text.title()
class Chat:
    def __init__(self): self.desk = run
    def ask(self, text): return self.desk.run(text)
"""
SERVED_BY = {
    "fastapi": FASTAPI,
    "account of one": FASTAPI.replace("ask(text)", f"ask(text, {USER})") + OPEN,
    "slack": FASTAPI.replace("fastapi", "slack_bolt")
    .replace("FastAPI", "App")
    .replace(".post('/", ".event('"),
    "telegram": "from telegram.ext import MessageHandler\nhandler = MessageHandler(None, run)\n",
    "sends": "from telegram import Bot\nBot().send_message('x', run)\n",
    "client": "import requests\nrequests.post('/ask', run)\n",
}


@all_rows(
    ("served", "leads", "starts", "outsiders"),
    [
        ("fastapi", "from run import run", "requests to /ask", True),
        ("fastapi", "run = str", "", False),
        ("fastapi", "from run import desk, dated as run", "", False),
        ("fastapi", "import run as house\ndef run(text): return house.dated(text)", "", False),
        (
            "fastapi",
            "import run as house\ndef run(text): return house.Chat().ask(text)",
            "requests to /ask",
            True,
        ),
        ("account of one", "from run import run", "requests to /open", True),
        ("slack", "from run import run", "Slack messages", False),
        ("telegram", "from run import run", "Telegram messages", True),
        ("sends", "from run import run", "", False),
        ("client", "from run import run", "", False),
    ],
)
def test_what_a_program_takes_from_outside_starts_the_agents_that_it_leads_to(
    served, leads, starts, outsiders, tmp_path
):
    (tmp_path / "package.json").write_text("{}", encoding="utf-8")
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "desk.py").write_text(DESK, encoding="utf-8")
    (tmp_path / "house" / "run.py").write_text(RUN, encoding="utf-8")
    before = f"{leads}\n"
    (tmp_path / "house" / "server.py").write_text(before + SERVED_BY[served], encoding="utf-8")
    (tmp_path / "house" / "test_server.py").write_text(before + SERVED_BY["fastapi"], encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert [found.system[one].title for one, _ in found.trigger] == ([starts] if starts else [])
    assert [bool(found.system[one].untrusted_input) for one, _ in found.trigger] == [outsiders] * bool(starts)
    assert any("Who starts Desk" in each.text for each in found.note.values()) == (not starts)


def test_code_without_an_agent_of_a_framework_that_is_read_does_not_look_like_one(tmp_path):
    (tmp_path / "types.py").write_text("from agents import TResponseInputItem\n", encoding="utf-8")
    alone = scan([tmp_path], tmp_path, Stop(10, None)).seeming
    (tmp_path / "desk.py").write_text(DESK, encoding="utf-8")
    both = scan([tmp_path], tmp_path, Stop(10, None)).seeming
    assert [source for source, _ in alone] == ["types.py"]
    assert both == []


@all_rows(("credential", "agents"), [("2", 1), ("9", 2)])
def test_an_export_with_other_credentials_is_no_copy(credential, agents, tmp_path):
    text = read_form(next(each for each in DATA if each.stem == "n8n")).examples[0].files["mail.json"]
    assert '"id": "2"' in text
    (tmp_path / "mail.json").write_text(text, encoding="utf-8")
    changed = text.replace('"id": "2"', f'"id": "{credential}"')
    (tmp_path / "other.json").write_text(changed, encoding="utf-8")
    found = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert sum(each.kind == "ai-agent" for each in found.agent.values()) == agents


@all_rows(("before", "assumed"), [("", {"OPENAI_API_KEY"}), ("KEY = os.environ['OPENAI_API_KEY']", set())])
def test_the_usual_key_of_a_model_is_assumed_unless_code_names_it(before, assumed, tmp_path):
    call = "requests.get('https://x.example', KEY)" if before else "text"
    (tmp_path / "app.py").write_text(
        TOOL.format(before=f"import requests\n{before}", call=call), encoding="utf-8"
    )
    done = scan([tmp_path], tmp_path, Stop(10, None)).done
    marked = {done.after.credential[each].title for _, each in done.marks.get("assumed", {})}
    assert marked == assumed


@all_rows(
    ("role", "title"),
    [
        ('f"{who} — Steward"', "Steward"),
        ('f"{who} — {what}"', "agent of app.py, line 2"),
        ('"Desk 2"', "Desk 2"),
        ('"A"', "agent of app.py, line 2"),
    ],
)
def test_an_agent_is_called_by_words_and_not_by_what_is_filled_in(role, title, tmp_path):
    (tmp_path / "app.py").write_text(f"from crewai import Agent\na = Agent(role={role})\n", encoding="utf-8")
    made = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    assert [each.title for each in made.agent.values()] == [title]


def test_the_function_that_a_function_gives_back_is_the_tool(tmp_path):
    (tmp_path / "app.py").write_text(
        "from agents import Agent\nfrom tools import create_tool\ntool = create_tool()\n"
        'clerk = Agent(name="Clerk", tools=[tool])\n',
        encoding="utf-8",
    )
    (tmp_path / "tools.py").write_text(
        "import os\ndef create_tool():\n    return run_it\ndef run_it(what: str):\n    os.system(what)\n",
        encoding="utf-8",
    )
    made = scan([tmp_path], tmp_path, Stop(10, None)).done.after
    run = {to for (_, to), grant in made.grant.items() if "execute" in grant.actions}
    assert any(each.startswith("commands-on") for each in run)
