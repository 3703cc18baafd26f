"""Reports: the same in all formats, with all that an analysis answers, and no picture cut."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree as ET

import pypdf
import pytest
from PIL import Image

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.acceptances import accepted_words
from meshmodel.answers.blocks import AttackPath, Facts, Heading, Paragraph, Picture, Table
from meshmodel.answers.report.build import ReportBuilder, boundary_section
from meshmodel.answers.report.files import files
from meshmodel.answers.report.findings import finding_section
from meshmodel.answers.report.html import POLICY
from meshmodel.answers.report.index import numbered
from meshmodel.answers.report.options import ReportOptions
from meshmodel.answers.work import Work
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.exporters.diagram.pdf import shows
from meshmodel.interchange import read_file
from meshmodel.model.records import Agent, Snapshot
from tests.answers.report.models import FORMS, analysed, written
from tests.answers.report.reading import READ, Page
from tests.benchmarks.meshes import clustered
from tests.docs.pages import ROOT
from tests.rows import all_rows

QUICK, RICH, PAGED = "support-agent", "agent-chain", "crm-assistant-gateway"
slow = pytest.mark.slow
SECTIONS = [
    "What to do first",
    "Index of findings",
    "Findings and their paths",
    "List of actions",
    "Appendix A: The model as it is drawn",
    "Appendix B: Boundary map",
    "Appendix C: Agents",
    "Appendix D: Fix",
    "Appendix E: System inventory",
    "Appendix F: Credential inventory",
    "Appendix G: What was not modelled",
    "Appendix H: Terms and counts",
    "Appendix I: References",
]


@slow
@all_rows("name", [QUICK, RICH])
def test_all_formats_have_the_same_headings_and_say_the_same(name):
    analysis = analysed(name)
    read = {form: READ[form](written(name, form).document) for form in FORMS}
    headings = [(each.level, each.text) for each in blocks(name, "html", Heading)]
    assert {form: each.headings for form, each in read.items()} == dict.fromkeys(FORMS, headings)
    sections = [text for level, text in headings if level == 2]
    assert [each for each in sections if not each.startswith("The worst path")] == SECTIONS
    for finding in analysis.findings:
        assert (3, titled(analysis, finding)) in headings
    for form in FORMS:
        for text in texts(name):
            assert in_latin(text) in in_latin(read[form].text), (form, text)


def test_of_a_large_model_each_question_is_asked_once_of_all_its_elements():
    agents = {name: Agent(name, owner="me") for name in (f"agent-{number}" for number in range(1_001))}
    agents["agent-7"] = Agent("agent-7")
    tree = ReportBuilder(analyse(Snapshot(agent=MappingProxyType(agents))), "md").report()
    (table,) = (each for each in tree.blocks if isinstance(each, Table) and "Questions" in each.head)
    asked = {element: asks for asks, elements in table.cells for element in elements.split(", ")}
    assert len(table.cells) == 2
    assert [element for element, asks in asked.items() if "owns" in asks] == ["agent-7"]
    assert any(each.endswith(" and 960 more") for each in asked), "the model has the others"


def titled(analysis, finding):
    """The heading of a finding."""
    number = numbered(analysis)[finding.rule, finding.subject]
    return f"{number}. {finding.severity.capitalize()}: {finding.headline.replace('→', '›')}"


def blocks(name, form, kind):
    found = [each for each in written(name, form).tree.blocks if isinstance(each, kind)]
    return [each for each in found if each.head] if kind is Table else found


def lists(name):
    return [each for each in written(name, "html").tree.blocks if isinstance(each, Table) and not each.head]


def texts(name):
    """What each format must say; cells are left out, which PDF breaks over lines and pages."""
    for block in written(name, "html").tree.blocks:
        match block:
            case Table() if not block.head:
                yield from (item for (item,) in block.cells)
            case Facts():
                yield from (f"{fact}:{value}" for fact, value in block.rows if len(value) < 300)


def in_latin(text):
    """Without blanks, and without the signs that PDF writes in other letters."""
    return re.sub(r"->|[*]|[^\x21-\x7e]", "", text)


def test_findings_say_fix_and_acceptance_and_the_standards_are_told_by_rule():
    analysis, said = analysed(QUICK), dict(pairs(written(QUICK, "html").tree.blocks))
    for finding in analysis.findings:
        facts = dict(said[titled(analysis, finding)])
        assert facts["Fix"].startswith("item 1: Checkpoint when Attachment signature is used on")
        assert facts.get("Accepted") == (finding.accepted and accepted_words(finding.accepted))
        (table,) = [each for each in blocks(QUICK, "html", Table) if each.head[1:] == ("References",)]
        cited = dict(table.cells)
        assert cited[finding.title] == "; ".join(finding.references)
    assert "until 2026-03-01" in str(said)
    (lost,) = [each for each in lists(QUICK) if "no longer found" in str(each)]
    assert "bob until 2026-03-02: was here" in lost.cells[0][0]


def pairs(listed):
    """Each heading with the facts that follow it."""
    heading, rows = None, []
    for block in listed:
        if isinstance(block, Heading):
            heading, rows = block.text, []
        elif isinstance(block, Facts):
            rows += block.rows
            yield heading, rows


def test_the_reach_of_each_agent_is_told_by_its_way():
    analysis = analysed(RICH)
    (table,) = [each for each in blocks(RICH, "html", Table) if each.head[0] == "Agent"]
    ids = {each.title: key for key, each in analysis.snapshot.system.items()}
    for agent in analysis.reach():
        title = analysis.snapshot.agent[agent.agent].title
        (cells,) = [row for row in table.cells if row[0] == f"{title} ({agent.agent})"]
        row = dict(zip(table.head, cells, strict=True))
        assert row["Acts as"].startswith(", ".join(agent.direct_identities))
        direct, found, deputy = (
            {(ids[system], did) for system, did in told(row.get(way, ""))}
            for way in ("Direct", "Found", "Through another agent")
        )
        assert direct == {(each.system, action) for each in agent.reach for action in each.direct}
        own = {(each.system, action) for each in agent.reach for action in each.own}
        assert direct | found == direct | own
        assert direct | found | deputy == {(each.system, did) for each in agent.reach for did in each.actions}
    assert "Through another agent" in table.head


def told(way):
    return {
        (system, action)
        for system, actions in re.findall(r"([\w -]+?) \(([^)]*)\)(?:, )?", way)
        for action in re.findall(r"read|write|execute|issue|admin", actions)
    }


@pytest.mark.parametrize("name", [QUICK, RICH])
def test_credentials_questions_and_fix_are_all_there(name):
    analysis = analysed(name)
    tables = {each.head[0]: each.cells for each in blocks(name, "html", Table)}
    assert len(tables["System"]) == len(analysis.snapshot.system) > 0
    assert len(tables["Credential"]) == len(analysis.snapshot.credential) > 0
    asked = [element for row in tables.get("Questions", ()) for element in row[1].split(", ")]
    assert len(asked) == len(analysis.questions)
    fix = analysis.minimum_fix()
    assert len(tables["Number"]) == fix.cost > 0
    counted = Counter(crossing.state for crossing in analysis.crossings())
    assert sum(int(row[2]) for row in tables["From"]) == counted["uncontrolled"]


def test_the_plan_is_there_where_it_is_known_how_often_something_is_done():
    chain = read_file(ROOT / "models" / "agent-chain.toml")
    only = ReportOptions(only=("fix",))
    without = ReportBuilder(analyse(chain), "html", options=only).report()
    assert "Plan" not in {each.text for each in without.blocks if isinstance(each, Heading)}
    intent = chain.intent["executor", "payments"]
    often = apply_edit(chain, Edit("", (Put(replace(intent, per_day=3)),)))
    report = ReportBuilder(analyse(often), "html", options=only).report()
    paper = ReportBuilder(analyse(often), "pdf", options=only).report()
    assert files(paper, "pdf", Path("r.pdf"))[Path("r.pdf")].startswith(b"%PDF")
    titles = [each.text for each in report.blocks if isinstance(each, Heading)]
    assert "Appendix A: Plan" in titles
    assert "Before and after" not in titles, "checkpoints alone take no line away"
    assert [each.stem for each in report.pictures] == ["trade-off"]


def test_zones_are_named_as_in_the_picture_and_systems_with_their_zone():
    snapshot = analysed(QUICK).snapshot
    tables = {each.head[0]: each.cells for each in blocks(QUICK, "html", Table)}
    assert [row[:2] for row in tables["From"]] == [("Help desk (helpdesk)", "Cloud storage (cloud)")]
    listed = {row[0]: row for row in tables["System"]}
    assert listed.keys() == {f"{each.name} ({key})" for key, each in snapshot.system.items()}
    assert listed["Tickets (tickets)"][1:] == (
        "Help desk (helpdesk)",
        "saas, confidential, outsiders write here, log records identity-and-subject",
        "Customer support",
    )


def test_a_system_that_is_a_zone_of_its_own_is_named_in_the_boundary_table():
    snapshot = replace(analysed(QUICK).snapshot, acceptance={})
    alone = replace(snapshot.system["attachments"], zone=None)
    analysis = analyse(replace(snapshot, system={**snapshot.system, "attachments": alone}))
    (table,) = [each for each in boundary_section(analysis, Undrawn()) if isinstance(each, Table)]
    assert [row[:2] for row in table.cells] == [("Help desk (helpdesk)", "Attachments (system:attachments)")]


class Undrawn:
    """Pictures that are not drawn."""

    def lens(self, stem, lens):
        return []


def test_the_same_path_is_told_once():
    analysis = analyse(read_file(ROOT / "models" / f"{PAGED}.toml"))
    made = [*finding_section(analysis, Work((), {}), lambda _: None)]
    paths = [each.parts for each in made if isinstance(each, AttackPath)]
    assert len(paths) == len({*paths}) > 5
    said = [each.text for each in made if isinstance(each, Paragraph)]
    assert any(re.fullmatch(r"Its path is that of finding \d+\.", each) for each in said)


def test_html_stands_alone_and_its_ids_are_unique():
    page = Page(written(QUICK, "html").document.decode())
    assert not {*page.tags} & {"script", "img", "iframe", "object", "embed", "link", "form", "base"}
    assert ("meta", "content", POLICY) in page.attributes
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len({*ids}) > 50
    assert [name for _, name, _ in page.attributes if name.startswith("on")] == []
    links = {value for _, name, value in page.attributes if name in {"href", "src", "aria-labelledby"}}
    sources = {value for value in links if value.startswith("https://")}
    assert "https://cwe.mitre.org/data/definitions/862.html" in sources
    named = {part.removeprefix("#") for value in links - sources for part in value.split()}
    assert named <= {*ids}
    assert page.tags.count("svg") == len(written(QUICK, "html").tree.pictures) >= 2


def test_markdown_has_a_png_and_an_svg_of_each_picture_beside_it():
    made = written(QUICK, "md")
    page = made.document.decode()
    named = {each for each in re.findall(r"\]\(([^)]+)\)", page) if not each.startswith(("#", "https:"))}
    assert named == made.files.keys() - {"report.md"}
    assert {each.rpartition(".")[2] for each in named} == {"png", "svg"}
    for name in named:
        if name.endswith("png"):
            with Image.open(BytesIO(made.files[name])) as image:
                image.verify()
            assert name.replace("png", "svg") in named
        else:
            assert ET.fromstring(made.files[name]).tag.endswith("svg")


@pytest.mark.parametrize("name", [QUICK, pytest.param(PAGED, marks=slow)])
def test_no_text_of_a_pdf_lies_beyond_its_page_and_every_page_is_a4(name):
    reader = pypdf.PdfReader(BytesIO(written(name, "pdf").document))
    for page in reader.pages:
        wide, high = float(page.mediabox.width), float(page.mediabox.height)
        assert sorted((round(wide), round(high))) == [595, 842]
        beyond = []

        def look(text, matrix, text_matrix, font, size, wide=wide, high=high, beyond=beyond):
            x, y = text_matrix[4], text_matrix[5]
            at = matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]
            is_page_number = text.strip().isdigit() and at == (0, 0)  # a form, whose place is not told
            if (
                text.strip()
                and not is_page_number
                and not (30 < at[0] < wide - 30 and 20 < at[1] < high - 30)
            ):
                beyond.append((text, at))

        page.extract_text(visitor_text=look)
        assert beyond == []


def test_the_dash_of_an_item_of_a_pdf_stands_on_the_line_of_its_words():
    lines = {}

    def look(text, matrix, text_matrix, font, size, number=0):
        for word in text.split("\n"):
            if word.strip():
                height = matrix[1] * text_matrix[4] + matrix[3] * text_matrix[5] + matrix[5]
                lines.setdefault((number, round(height, 1)), []).append(word.strip())

    for number, page in enumerate(pypdf.PdfReader(BytesIO(written(QUICK, "pdf").document)).pages):
        page.extract_text(visitor_text=partial(look, number=number))
    dashed = [words for words in lines.values() if "-" in words]
    assert dashed
    assert [words for words in dashed if len(words) < 2] == []


@pytest.mark.parametrize("name", [QUICK, pytest.param(PAGED, marks=slow)])
def test_pictures_have_names_of_their_own_and_links_lead_to_them(name):
    pictures = blocks(name, "pdf", Picture)
    stems = [each.stem for each in pictures]
    assert len(stems) == len({*stems})
    linked = {found for each in pictures for found in re.findall(r'href="#([^"]+)"', each.svg.decode())}
    assert linked <= {*stems}
    many = any("-overview" in each for each in stems)
    assert bool(linked) == many


@slow
@all_rows("form", FORMS)
def test_two_processes_write_the_same_bytes(form, tmp_path):
    shutil.copy(ROOT / "models" / f"{QUICK}.toml", tmp_path / "model.toml")
    found = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        folder = tmp_path / seed
        folder.mkdir()
        words = ["-m", "meshmodel", "report", "../model.toml", "-o", f"report.{form}"]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        subprocess.run([sys.executable, *words], cwd=folder, env=environment, check=True, timeout=100)
        files = sorted(each for each in folder.rglob("*") if each.is_file())
        found.append({each.relative_to(folder).as_posix(): each.read_bytes() for each in files})
    assert found[0] == found[1]
    assert f"report.{form}" in found[0]


@pytest.mark.parametrize(
    "snapshot",
    [
        read_file(ROOT / "models" / "finance-orchestrator.toml"),
        read_file(ROOT / "models" / f"{PAGED}.toml"),
        pytest.param(clustered(230, 390, dense=True, seed=3), marks=slow),
    ],
)
def test_a_report_of_35_elements_has_at_most_20_pages_and_one_of_160_at_most_45(snapshot):
    tree = ReportBuilder(analyse(snapshot), "pdf").report()
    path = Path("report.pdf")
    pages = pypdf.PdfReader(BytesIO(files(tree, "pdf", path)[path])).pages
    assert len(pages) <= (20 if snapshot.elements <= 35 else 45)


def lowest(page):
    """How far up the lowest text of a page ends, but its foot, as a share of its height."""
    found = [1.0]

    def hear(text, matrix, at, font, size):
        y = at[4] * matrix[1] + at[5] * matrix[3] + matrix[5]
        if text.strip() and y > 40:
            found.append(y / float(page.mediabox.height))

    page.extract_text(visitor_text=hear)
    return min(found)


@pytest.mark.parametrize("name", sorted(each.stem for each in (ROOT / "models").glob("*.toml")))
def test_no_page_but_the_first_and_the_last_is_half_empty(name):
    tree = ReportBuilder(analyse(read_file(ROOT / "models" / f"{name}.toml")), "pdf").report()
    path = Path("report.pdf")
    _, *pages, _ = pypdf.PdfReader(BytesIO(files(tree, "pdf", path)[path])).pages
    assert len(pages) > 2
    assert [each.page_number + 1 for each in pages if lowest(each) > 0.5] == []


def test_no_column_is_empty_and_no_text_has_a_sign_that_the_pdf_lacks():
    tree = written(PAGED, "html").tree
    for table in (each for each in tree.blocks if isinstance(each, Table) and each.head):
        empty = [name for name, *cells in zip(table.head, *table.cells, strict=True) if not any(cells)]
        assert empty in ([], ["By (date)"]), table.head
    unknown = {letter for text in tree.texts() for letter in text if not shows(letter)}
    assert unknown == set()


def test_the_stages_of_a_path_name_the_identity_and_the_credential_of_each_access():
    analysis = analyse(read_file(ROOT / "models" / "code-agent.toml"))
    made = finding_section(analysis, Work((), {}), lambda _: None)
    first = next(each for each in made if isinstance(each, AttackPath))
    assert [each.text for each in first.parts] == [
        "Code agent",
        "1 reads Pipeline secrets as svc-codegen, with Forge token",
        "2 finds Deployment key",
        "3 writes Production cluster as svc-deploy, with Deployment key: no checkpoint",
    ]
