"""Forms that are data: their files, rows and examples, the paths, and what is drawn of code and charts."""

import json
from pathlib import Path

import pytest

from meshmodel.importers import forms
from meshmodel.importers.data_form import FormError, read_form
from meshmodel.importers.form_examples import problems_of, read_example, sentences
from meshmodel.importers.forms import FORMS
from meshmodel.importers.json_text import read_json
from meshmodel.importers.paths import PathError, path_of, text_of
from meshmodel.importers.scanning import scan
from meshmodel.model.stop import Stop
from tests.importers.test_hostile_forms import SECRET

DATA = sorted(Path(forms.__file__).parent.glob("data/*.toml"))
IN_FILES = [each for each in DATA if not read_form(each).packages]


@pytest.mark.parametrize("path", DATA, ids=lambda each: each.stem)
def test_examples_become_what_they_say_and_every_row_matters(path):
    assert list(problems_of(read_form(path))) == []


@pytest.mark.parametrize("path", IN_FILES, ids=lambda each: each.stem)
def test_a_value_that_is_a_secret_or_of_another_type_breaks_nothing(path, tmp_path):
    form = read_form(path)
    for example in form.examples:
        for name, text in example.files.items():
            if name.endswith(".json"):
                for other in odd(json.loads(text)):
                    changed = {**example.files, name: json.dumps(other)}
                    assert not tells(form, changed)


def tells(form, files):
    """Whether a secret comes out of files; one that is not of the form any more tells nothing."""
    from meshmodel.importers.data_form import Example
    from meshmodel.model.errors import MeshmodelError

    try:
        model, rows = read_example(form, Example(files=files, says=()))
    except MeshmodelError as error:
        return SECRET in str(error)
    return SECRET in "\n".join(sentences(model)) or any(SECRET in f"{row.path} {row.became}" for row in rows)


def odd(value, depth=0):
    """Copies of a value with one of its values replaced."""
    yield from (None, [], {}, 7, SECRET) if depth else ()
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in list(inner)[:6]:
        for other in odd(one, depth + 1):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = other
            yield copy


TREE = read_json(
    '{"nodes": [{"name": "A", "type": "x.y"}, {"name": "B"}], '
    '"to": {"A": {"main": [[{"node": "B"}]]}}, "t": "a b"}',
    "folder/file.json",
)


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
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


@pytest.mark.parametrize("path", ["a[", "a[b", '"a', "{a}", "a[b=c"])
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


@pytest.mark.parametrize(
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
    with pytest.raises(FormError, match=r".") as refused:
        read_form(own(tmp_path, FORM.replace(before, after, 1)))
    assert why in str(refused.value)
    assert str(refused.value).isprintable()


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


@pytest.mark.parametrize(
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
