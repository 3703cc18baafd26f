"""The first page, the index, the work and the links of a report, as somebody who is handed it needs them."""

from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import docx as python_docx
import pypdf
import pytest
from docx.oxml.ns import qn

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.blocks import plain
from meshmodel.answers.causes import is_accepted
from meshmodel.answers.plan_state import in_order
from meshmodel.answers.report.build import Builder
from meshmodel.answers.report.decision import verdict, worst_findings
from meshmodel.answers.report.files import files
from meshmodel.answers.report.options import SECTIONS, ReportOptions
from meshmodel.answers.report.strip import MOST, boxes
from meshmodel.answers.report.tree import Heading, Link, Picture, Report, Table
from meshmodel.answers.standards import TITLES, address_of
from meshmodel.answers.work import work_of
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.records import Snapshot
from tests.answers.report.models import FORMS
from tests.answers.report.reading import READ, squeezed
from tests.benchmarks.meshes import clustered
from tests.docs.pages import ROOT
from tests.exporters.parts import MODELS
from tests.reference.random_models import snapshot_of

TODAY = date(2026, 1, 1)
FINANCE = "finance-orchestrator"
SIGNED = ReportOptions(brief=True, author="Ann Author", reviewers=("Bob", "Eve"))


@cache
def analysed(name):
    return analyse(read_file(ROOT / "models" / f"{name}.toml"), today=TODAY)


@cache
def worked_out(name):
    analysis = analysed(name)
    fix = in_order(analysis.minimum_fix())
    return analysis, fix, work_of(analysis, fix)


def made(analysis, form, options=SIGNED):
    tree = Builder(analysis, form, options=options).report()
    path = Path("folder") / f"report.{form}"
    return tree, files(tree, form, path)[path]


@cache
def brief(name, form):
    return made(analysed(name), form)


def pages_of(content):
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]


@pytest.mark.parametrize("form", FORMS)
def test_the_first_page_names_the_worst_finding_an_owner_and_the_first_work(form):
    analysis, fix, work = worked_out(FINANCE)
    tree, content = brief(FINANCE, form)
    said = READ[form](content).text
    if form == "pdf":
        said = squeezed(pages_of(content)[0])
    first = tree.parted[0]
    assert sum(len(block.rows) for block in first if isinstance(block, Table)) > len(fix.checkpoints)
    for text in (
        verdict(analysis, fix, work),
        "General ledger as svc-matcher",
        work.items[0].title,
        "Accounting",
        "Ann Author",
        "to be signed by 2",
        "Bob",
        TODAY.isoformat(),
        "sha256:",
    ):
        assert squeezed(text) in said


def test_the_verdict_is_one_sentence_with_who_what_and_how_many_checkpoints():
    assert verdict(*worked_out(FINANCE)) == (
        "Invoice reader and Settlement orchestrator can write General ledger and no checkpoint "
        "decides; 3 checkpoints close all 22 unchecked paths, and 8 further measures mend the rest."
    )
    empty = analyse(Snapshot(), today=TODAY)
    fix = empty.minimum_fix()
    assert verdict(empty, fix, work_of(empty, fix)) == "Nothing is found in what is drawn."
    asked = snapshot_of([r.System("files"), r.Note("n", "Who else?", kind="question")])
    assert "with 1 open question" in verdict(analyse(asked), fix, work_of(empty, fix))


@pytest.mark.parametrize("name", [FINANCE, "crm-assistant-gateway", "token-leak"])
def test_the_first_page_is_one_page_with_eight_who_sign(name):
    names = tuple(f"Reviewer of a long name and title, number {number}" for number in range(8))
    options = ReportOptions(only=("decision", "index"), author="a" * 60, reviewers=names)
    _, content = made(analysed(name), "pdf", options)
    first, second, *_ = pages_of(content)
    assert names[-1] in first
    assert "Index of findings" in second


def crowded():
    """A model in which everything that the first page says is long."""
    words = "of a name that is as long as anybody would write it in a workshop, and then some more of it"
    mesh = clustered(70, 130, dense=True, seed=3)
    named = {
        table: {key: replace(each, name=f"{key} {words}") for key, each in mesh.table(table).items()}
        for table in ("agent", "credential", "system")
    }
    owned = {key: replace(each, owner=f"Owner of {key} {words}") for key, each in named["system"].items()}
    return replace(mesh, about=r.About(f"A model {words} {words}"), **{**named, "system": owned})


def test_the_first_page_is_one_page_whatever_it_says():
    options = ReportOptions(only=("decision", "index"), reviewers=("Bob", "Eve"))
    _, content = made(analyse(crowded(), today=TODAY), "pdf", options)
    first, second, *_ = pages_of(content)
    assert "Eve" in first
    assert "Index of findings" in second


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_brief_report_has_three_to_five_pages(path):
    _, content = made(analyse(read_file(path), today=TODAY), "pdf")
    pages = pages_of(content)
    assert 3 <= len(pages) <= 5


def test_the_index_has_each_finding_with_its_owner_its_status_and_its_work():
    analysis, _, work = worked_out(FINANCE)
    (index,) = [
        each for each in brief(FINANCE, "html")[0].blocks if getattr(each, "head", "")[:1] == ("No.",)
    ][1:]
    assert index.head == ("No.", "Severity", "Finding", "Owner", "Status", "Work")
    assert len(index.rows) == len(analysis.findings)
    severities = [row[1] for row in index.rows]
    assert severities == sorted(severities, key=("critical", "high", "medium", "low").index)
    by_number = {row[0]: row for row in index.rows}
    assert by_number["1"][2:] == (
        "missing checkpoint: Ledger key > General ledger",
        "Accounting",
        "open",
        "1",
    )
    assert {row[5] for row in index.rows} == {f"{each.number}" for each in work.items}


@cache
def whole():
    options = ReportOptions(only=("decision", "index", "work"))
    return {form: made(analysed(FINANCE), form, options) for form in FORMS}


def test_every_link_of_a_pdf_goes_to_the_page_that_it_says():
    _, content = whole()["pdf"]
    reader = pypdf.PdfReader(BytesIO(content))
    pages = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages, 1)}
    texts = [squeezed(page.extract_text()) for page in reader.pages]
    led = [
        (link["/Rect"][2], pages[link["/Dest"][0].idnum])
        for each in reader.pages[1]["/Annots"]
        if (link := each.get_object())["/Subtype"] == "/Link"
    ]
    edge = max(right for right, _ in led)
    shown = [page for right, page in led if right == edge]
    assert len(shown) > 15
    assert len({*shown}) > 2
    before, after = "Listofwork", "IndexoffindingsNo."
    contents = texts[1].partition(before)[2].partition(after)[0]
    assert contents == "".join(map(str, shown[:2]))
    assert "".join(map(str, shown[2:])) in texts[1]
    items = [each for each in whole()["pdf"][0].blocks if isinstance(each, Heading) and each.anchor]
    for place, heading in zip(shown[:2], items[:2], strict=True):
        assert squeezed(heading.text) in texts[place - 1]
    works = [each for each in items if each.anchor.startswith("work-")]
    index = next(each for each in whole()["pdf"][0].blocks if getattr(each, "head", "")[-1:] == ("Work",))
    for row, page in zip(index.rows, shown[2:], strict=True):
        heading = next(each for each in works if each.anchor == f"work-{row[-1]}")
        assert squeezed(heading.text) in texts[page - 1]


def test_every_link_of_the_other_forms_leads_to_a_heading():
    from tests.answers.report.reading import Page

    tree, content = whole()["html"]
    page = Page(content.decode())
    ids = [value for _, name, value in page.attributes if name == "id"]
    led = [value for tag, name, value in page.attributes if (tag, name) == ("a", "href")]
    assert {f"#{each}" for each in ids} >= {*led}
    assert len(led) > 10
    document = python_docx.Document(BytesIO(whole()["docx"][1]))
    body = document.element.body
    marks = {each.get(qn("w:name")): each.getparent() for each in body.iter(qn("w:bookmarkStart"))}
    anchors = [each.get(qn("w:anchor")) for each in body.iter(qn("w:hyperlink"))]
    fields = [each.get(qn("w:instr")).split()[1] for each in body.iter(qn("w:fldSimple"))]
    assert {*anchors, *fields} <= marks.keys()
    assert len(fields) > 3
    text = whole()["md"][1].decode()
    headings = [each for each in tree.blocks if isinstance(each, Heading) and each.anchor]
    assert all(f'<a id="{each.anchor}"></a>' in text for each in headings)


def test_a_link_to_what_is_left_out_is_no_link():
    tree, _ = made(analysed("support-agent"), "html", ReportOptions(only=("index",)))
    cells = [cell for each in tree.blocks if isinstance(each, Table) for row in each.rows for cell in row]
    assert cells
    assert not [each for each in cells if isinstance(each, Link)]


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_can_be_had_alone(section):
    tree, content = made(analysed("token-leak"), "html", ReportOptions(only=(section,)))
    assert tree.blocks[0] == Heading(1, "Token leak")
    assert content.startswith(b"<!DOCTYPE html>")
    others = [each for each in tree.blocks if isinstance(each, Heading) and each.level == 2]
    assert section == "decision" or len(others) == 1


def test_the_small_picture_shows_where_it_starts_and_where_nobody_is_asked():
    analysis = analysed(FINANCE)
    worst = worst_findings(analysis)
    assert [each.severity for each in worst] == ["critical", "critical", "high"]
    assert not any(map(is_accepted, worst))
    row = boxes(analysis.snapshot, analysis.explain_finding(worst[0]))
    assert len(row) == MOST
    assert [(each.verb, each.title, each.unasked) for each in row[:2]] == [
        ("from", "Case memory", False),
        ("reads it", "Invoice reader", False),
    ]
    assert row[-1] == ("writes", "General ledger", "system", True)
    assert row[MOST // 2].title == "2 more steps"


def test_questions_are_told_by_owner_and_acceptances_with_their_last_day():
    snapshot = read_file(ROOT / "models" / "support-agent.toml")
    asked = replace(snapshot.system["tickets"], sensitivity=None, audit=None, owner="Customer support")
    finding = analyse(snapshot, today=TODAY).findings[0]
    known = r.Acceptance(finding.rule, finding.subject, "known", "ann", date(2026, 3, 1))
    changed = replace(
        snapshot,
        system={**snapshot.system, "tickets": asked},
        acceptance={(finding.rule, finding.subject): known},
    )
    tree, _ = made(analyse(changed, today=TODAY), "md", ReportOptions(only=("decision",)))
    facts = {name: value for each in tree.blocks if hasattr(each, "rows") for name, value, *_ in each.rows}
    assert "Customer support: " in facts["Not known"]
    assert "Tickets" in facts["Not known"]
    assert plain(facts["Accepted"]).endswith("by ann until 2026-03-01")


@cache
def cited(form):
    return made(analysed(FINANCE), form, ReportOptions(only=("references",)))[1]


def test_references_lead_to_their_sources_and_have_their_titles():
    address = "https://attack.mitre.org/techniques/T1552/001/"
    assert f'<a href="{address}">ATT&amp;CK T1552.001</a>' in cited("html").decode()
    assert f"]({address})" in cited("md").decode()
    assert squeezed("Unsecured Credentials: Credentials In Files") in READ["docx"](cited("docx")).text
    related = python_docx.Document(BytesIO(cited("docx"))).part.rels.values()
    assert address in {each.target_ref for each in related if each.is_external}
    pages = pypdf.PdfReader(BytesIO(cited("pdf"))).pages
    links = [each.get_object() for page in pages for each in page.get("/Annots", ())]
    assert address in {each["/A"]["/URI"] for each in links}


def test_every_address_of_a_reference_is_one_of_a_publisher():
    hosts = {"cwe.mitre.org", "attack.mitre.org", "atlas.mitre.org", "doi.org", "github.com", "owasp.org"}
    hosts.add("modelcontextprotocol.io")
    found = {each: address_of(each) for each in TITLES}
    assert {urlsplit(each).hostname for each in found.values() if each} == hosts
    assert {urlsplit(each).scheme for each in found.values() if each} == {"https"}
    assert found["ATLAS AML.T0091.000"] == "https://atlas.mitre.org/techniques/AML.T0091.000"
    assert found["ASI03:2026"] == "", "its page is not known to stay"


def smallest_letters(content):
    """The points of the smallest letters of a PDF, also of those that are drawn smaller."""
    sizes = []

    def look(text, matrix, text_matrix, font, size):
        if text.strip() and (text_matrix[4], text_matrix[5]) != (0, 0):
            sizes.append(size * abs(text_matrix[3]) * abs(matrix[3]))

    for page in pypdf.PdfReader(BytesIO(content)).pages:
        page.extract_text(visitor_text=look)
    return min(sizes)


def test_no_letter_of_a_page_is_smaller_than_7_points():
    assert smallest_letters(brief(FINANCE, "pdf")[1]) >= 7


def test_pictures_whose_letters_would_be_too_small_are_named():
    sizes = {"small": (560.0, 100.0), "wide": (1_040.0, 100.0), "across": (700.0, 400.0)}
    pictures = (Picture(name, name, size, name == "across") for name, size in sizes.items())
    small = dict(Report("T", "s", tuple(pictures)).small_pictures(9.5))
    assert {each.stem: round(points, 1) for each, points in small.items()} == {"wide": 4.1}
