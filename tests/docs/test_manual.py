"""The manual and README.md are as the program is: tables, examples, links, commands."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

import meshmodel
from meshmodel.answers.baseline import FORMAT as BASELINE
from meshmodel.commands.help import FOLDER, TOPICS, commands_of
from tests.docs.examples import run_page
from tests.docs.generated import answers, parsers, with_tables
from tests.docs.json_shapes import differences, seen
from tests.docs.json_words import DOCUMENTS
from tests.docs.pages import PAGES, README, ROOT, blocks, text_of

RENEW = "run python -m tests.docs"
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def without_code(text: str) -> str:
    """A page without its blocks of code."""
    for block in reversed(list(blocks(text))):
        text = text[: block.start] + text[block.end :]
    return text


def anchors(text: str) -> set[str]:
    """What a link may name within a page: its headings as code hosts write them."""
    headings = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES)
def test_tables_are_as_the_program_writes_them(page):
    text = text_of(page)
    assert with_tables(text) == text, RENEW


@pytest.mark.parametrize("page", PAGES)
def test_every_example_does_what_it_says(page, tmp_path):
    text = text_of(page)
    printed = {ran.block.end: ran.printed for ran in run_page(text, tmp_path)}
    for block in blocks(text):
        if block.is_output:
            assert block.code == printed[max(end for end in printed if end < block.start)], RENEW


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.format.replace("/", "-"))
def test_every_key_of_an_answer_is_told_and_there(document):
    given = [each for listed in answers(document) for each in listed]
    assert [line for each in given for line in differences(document, each)] == []
    there = {path for each in given for path in seen(each)}
    # A measure is told at three lists, and what only some measures have need be there in one of them.
    somewhere = {path.rpartition(".")[2] for path in there if "measures[]." in path}
    absent = {path for path, _, _ in document.keys if path.rstrip("?") not in there}
    assert {
        path for path in absent if not (path.endswith("?") and path[:-1].rpartition(".")[2] in somewhere)
    } == set()


def test_every_form_of_answer_has_a_section():
    sections = re.findall(r"^<!-- begin json (\S+) -->$", text_of("json"), re.MULTILINE)
    assert sections == [each.format for each in DOCUMENTS]
    package = ROOT / "meshmodel"
    files = [
        *package.glob("answers/**/*.py"),
        package / "importers" / "answers.py",
        package / "importers" / "catalogue_answers.py",
    ]
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    assert set(re.findall(r'"(meshmodel-[a-z]+/\d)"', source)) == {*sections, BASELINE}
    assert f'"{BASELINE}"' in text_of("gate")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    text = text_of(page)
    for target in LINK.findall(without_code(text)):
        path, _, anchor = target.partition("#")
        file = PAGES[page].parent / path if path else PAGES[page]
        assert file.is_file(), target
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), target


def test_the_code_cites_headings_of_the_manual():
    for path in (ROOT / "meshmodel").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        assert re.findall(r"\b[Ss]ections? \d", code) == [], f"{path}: cite a heading of the manual"
        for page, anchor in re.findall(r"docs/([\w-]+)\.md(?:#([\w-]+))?", code):
            assert page in TOPICS, f"{path}: {page}"
            assert not anchor or anchor in anchors(text_of(page)), f"{path}: {page}.md#{anchor}"


def test_no_page_has_a_mark_of_a_merge():
    marked = re.compile(r"^(?:<{7}|\|{7}|>{7}) ", re.MULTILINE)
    assert [page for page in PAGES if marked.search(text_of(page))] == []


def test_every_page_is_a_topic_and_in_the_readme():
    assert sorted(each.stem for each in FOLDER.iterdir()) == sorted(TOPICS)
    links = LINK.findall(text_of("README"))
    assert [each for each in TOPICS if f"meshmodel/docs/{each}.md" not in links] == []


def test_every_command_has_its_section_in_the_order_of_the_help():
    found = commands_of(text_of("commands"))
    assert sorted(found) == sorted(parsers())
    assert [each for each, part in found.items() if f"<!-- begin command {each} -->" not in part] == []


def test_every_table_of_the_interchange_file_is_told():
    from meshmodel.model.schema import SCHEMA

    told = re.findall(r"^<!-- begin fields (\w+) -->$", text_of("interchange"), re.MULTILINE)
    assert told == [each for each in SCHEMA if each != "about"]


def test_every_form_of_foreign_file_is_told():
    from meshmodel.importers.forms import FORMS

    text = text_of("import") + text_of("forms")
    told = re.findall(r"^<!-- begin form (\S+) -->$", text, re.MULTILINE)
    assert sorted(told) == sorted(FORMS)


def test_every_room_is_told():
    (layers,) = (
        each["layers"] for each in PROJECT["tool"]["importlinter"]["contracts"] if each.get("exhaustive")
    )
    rooms = {each.strip(" ()") for layer in layers for each in layer.split("|")} - {"__main__"}
    told = re.findall(r"^\| `(\w+)` \|", text_of("architecture"), re.MULTILINE)
    assert rooms == set(told)


def test_the_readme_is_short():
    lines = README.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150
    assert [line for line in lines if len(line) > 120] == []


def test_the_readme_has_the_two_commands_and_ci_runs_the_second():
    commands = [
        line.strip() for line in text_of("README").splitlines() if line.startswith("    python3 -m venv")
    ]
    assert len(commands) == 2
    assert commands[0].endswith("meshmodel demo")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert commands[1] in ci
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100
    for command in commands:
        words = shlex.split(command)
        assert words.count("&&") == 2
        assert "install" in words


def test_the_version_is_one_and_has_its_changes():
    version = PROJECT["project"]["version"]
    assert meshmodel.__version__ == version
    assert re.search(r"^## (\S+)$", text_of("changelog"), re.MULTILINE)[1] == version


def test_the_licence_and_the_manual_travel_in_the_wheel():
    project = PROJECT["project"]
    assert project["license"] == "MIT"
    (path,) = project["license-files"]
    assert (ROOT / path).read_text(encoding="utf-8").startswith("MIT License")
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert [FOLDER.relative_to(ROOT).parent, Path(path).parent] == [Path(each) for each in packages * 2]


def test_workflows_run_what_a_change_must_pass():
    (workflow,) = (ROOT / ".github" / "workflows").iterdir()
    assert re.findall(r"^ +- run: (.+)$", workflow.read_text(encoding="utf-8"), re.MULTILINE) == [".ci/run"]
