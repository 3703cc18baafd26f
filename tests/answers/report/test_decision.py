"""The first page, the index, the work and the links of a report, as somebody who is handed it needs them."""

import re
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
from meshmodel.answers.blocks import AttackPath, Facts, Heading, Link, Paragraph, Picture, Table, plain
from meshmodel.answers.causes import is_accepted
from meshmodel.answers.plan_state import in_order
from meshmodel.answers.report.attack_path import attack_path
from meshmodel.answers.report.build import ReportBuilder
from meshmodel.answers.report.decision import (
    BLOCKING,
    blocking_items,
    go_live,
    item_range,
    verdict,
    worst_paths,
)
from meshmodel.answers.report.files import files
from meshmodel.answers.report.options import SECTIONS, ReportOptions
from meshmodel.answers.report.tree import Report
from meshmodel.answers.standards import TITLES, address_of
from meshmodel.answers.work import work_of
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.records import Snapshot
from meshmodel.model.rule_cards import DOOR
from tests.answers.report.models import FORMS
from tests.answers.report.reading import READ, squeezed
from tests.benchmarks.meshes import clustered
from tests.docs.pages import ROOT
from tests.exporters.parts import MODELS

TODAY = date(2026, 1, 1)
FINANCE = "finance-orchestrator"
SIGNED = ReportOptions(brief=True, author="Ann Author", reviewers=("Bob", "Eve"))


@cache
def analysed(name):
    return analyse(read_file(ROOT / "models" / f"{name}.toml"), today=TODAY)


@cache
def worked_out(name):
    analysis = analysed(name)
    fix = in_order(analysis, analysis.minimum_fix())
    return analysis, fix, work_of(analysis, fix)


def made(analysis, form, options=SIGNED):
    tree = ReportBuilder(analysis, form, options=options).report()
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
    tables = [each for each in first if isinstance(each, Table) and each.head]
    assert sum(len(each.rows) for each in tables) > len(fix.checkpoints)
    for text in (
        verdict(analysis, fix, work),
        "can write General ledger through Matcher",
        work.items[0].title,
        "Accounting",
        "Ann Author",
        "to be signed by 2",
        "Bob",
        TODAY.isoformat(),
        "sha256:",
    ):
        assert squeezed(text) in said


def test_the_verdict_says_who_what_and_how_many_checkpoints():
    assert verdict(*worked_out(FINANCE)) == (
        "Invoice reader and Settlement orchestrator can write General ledger and no checkpoint "
        "decides. 3 checkpoints close all 22 unchecked paths; 8 further changes close the rest."
    )
    empty = analyse(Snapshot(), today=TODAY)
    fix = empty.minimum_fix()
    assert verdict(empty, fix, work_of(empty, fix)) == "Nothing is found in what the model shows."


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
    assert index.head == ("No.", "Severity", "Finding", "Owner", "Action")
    assert len(index.cells) == len(analysis.findings)
    severities = [row[1] for row in index.cells]
    assert severities == sorted(severities, key=("critical", "high", "medium", "low").index)
    by_number = {row[0]: row for row in index.cells}
    assert by_number["1"][2:] == (
        "Missing checkpoint: Ledger key › General ledger",
        "Accounting",
        "1",
    )
    assert {row[4] for row in index.cells} == {f"{each.number}" for each in work.items}


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
    before, after = "Listofactions", "IndexoffindingsNo."
    contents = texts[1].partition(before)[2].partition(after)[0]
    assert contents == "".join(map(str, shown[:2]))
    assert "".join(map(str, shown[2:])) in texts[1]
    items = [each for each in whole()["pdf"][0].blocks if isinstance(each, Heading) and each.anchor]
    for place, heading in zip(shown[:2], items[:2], strict=True):
        assert squeezed(heading.text) in texts[place - 1]
    works = [each for each in items if each.anchor.startswith("work-")]
    index = next(each for each in whole()["pdf"][0].blocks if getattr(each, "head", "")[-1:] == ("Action",))
    for row, page in zip(index.cells, shown[2:], strict=True):
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
    cells = [cell for each in tree.blocks if isinstance(each, Table) for row in each.cells for cell in row]
    assert cells
    assert not [each for each in cells if isinstance(each, Link)]


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_can_be_had_alone(section):
    tree, content = made(analysed("token-leak"), "html", ReportOptions(only=(section,)))
    assert tree.blocks[0] == Heading(1, "Token leak")
    assert content.startswith(b"<!DOCTYPE html>")
    others = [each for each in tree.blocks if isinstance(each, Heading) and each.level == 2]
    assert section == "summary" or len(others) == 1


def test_a_path_of_the_first_page_begins_where_untrusted_content_comes_in_and_shows_what_cuts_it():
    analysis, _, work = worked_out(FINANCE)
    worst = worst_paths(analysis, work)
    assert [each.finding.severity for each in worst] == ["critical", "critical", "high"]
    assert not any(is_accepted(each.finding) for each in worst)
    assert analysis.explain_finding(worst[0].finding).source == "case-memory"
    _, explanation, item, _ = worst[0]
    assert explanation.source == "inbox"
    parts = attack_path(analysis, explanation, item).parts
    assert [(each.text, each.look) for each in parts] == [
        ("Invoice mailbox (untrusted content)", ""),
        ("Invoice reader reads it", "agent"),
        ("1 writes Case memory", ""),
        ("2 Settlement orchestrator reads it and may follow it", "agent"),
        ("3 calls Matcher (item 1: cut here)", "measure"),
        ("4 reads Vault", ""),
        ("5 finds Ledger key", ""),
        ("6 writes General ledger: no checkpoint", "harm"),
    ]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_stages_of_a_path_have_the_numbers_of_its_sentences(path):
    analysis = analyse(read_file(path), today=TODAY)
    told = [analysis.explain_finding(each) for each in analysis.findings]
    for explanation in (each for each in told if each is not None and each.steps):
        said = attack_path(analysis, explanation, None).parts
        numbers = [each.text.split()[0] for each in said if each.text[0].isdigit()]
        assert numbers == [each.split()[0] for each in explanation.sentences if each[0].isdigit()]


def test_a_path_is_cut_at_the_first_item_that_is_on_it():
    for path in MODELS:
        snapshot = read_file(path)
        analysis = analyse(snapshot, today=TODAY)
        work = work_of(analysis, in_order(analysis, analysis.minimum_fix()))
        for finding, explanation, item, _ in worst_paths(analysis, work):
            marked = [
                each.text
                for each in attack_path(analysis, explanation, item).parts
                if "cut here" in each.text
            ]
            assert len(marked) == (item is not None)
            if finding.rule == DOOR:
                assert item is not None, (path.stem, finding.subject)


def test_what_is_first_to_do_is_in_the_order_of_its_numbers_and_says_what_it_closes():
    _, fix, work = worked_out(FINANCE)
    tree, _ = made(analysed(FINANCE), "html", ReportOptions(only=("decision",)))
    (table,) = (each for each in tree.parted[0] if isinstance(each, Table) and "Owner" in each.head)
    assert table.head == ("No.", "What to do", "Owner", "By (date)", "Closes")
    assert [(row[0], row[2], row[4]) for row in table.cells] == [
        ("1", "Accounting", "paths 1, 2; 5 findings"),
        ("2", "Procurement", "1 finding"),
        ("3", "Accounts payable", "path 3; 3 findings"),
        ("4", "Accounting", "1 finding"),
        ("5", "Automation team", "quick win; 2 findings"),
        ("6", "Accounting", "quick win; 2 findings"),
    ]
    assert blocking_items(work) == [1, 2, 3, 4, 5, 6]
    assert {row[3] for row in table.cells} == {"__________"}, "to be filled in by hand"
    assert len(fix.measures) == 3


def test_it_may_go_live_once_nothing_critical_or_high_is_open():
    analysis, _, work = worked_out(FINANCE)
    not_ready = "Not ready to go live: 2 critical and 7 high findings are open. Ready after "
    assert go_live(analysis, work, range(9)) == f"{not_ready}items 1 to 6."
    assert go_live(analysis, work, [1, 5, 9]) == f"{not_ready}6 items, 2 of them below."
    asked = analysis
    for each in [each for each in analysis.findings if each.severity in BLOCKING]:
        known = r.Acceptance(each.rule, each.subject, "known", "ann", date(2026, 3, 1))
        asked = replace(
            asked.snapshot, acceptance={**asked.snapshot.acceptance, (each.rule, each.subject): known}
        )
        asked = analyse(asked, today=TODAY)
    left = work_of(asked, in_order(asked, asked.minimum_fix()))
    assert go_live(asked, left, ()) == "May go live with a date for 5 medium findings."
    empty = analyse(Snapshot(), today=TODAY)
    assert go_live(empty, work_of(empty, empty.minimum_fix()), ()).startswith("May go live")


def first_page(snapshot, options=ReportOptions(only=("decision",))):  # noqa: B008  # it is frozen
    analysis = analyse(snapshot, today=TODAY)
    first = made(analysis, "md", options)[0].parted[0]
    return analysis, first, [each.text for each in first if isinstance(each, Paragraph)]


def test_the_verdict_names_no_item_that_the_page_has_not():
    for snapshot in (*map(read_file, MODELS), crowded()):
        _, first, texts = first_page(snapshot)
        there = {row[0] for each in first if isinstance(each, Table) and each.head for row in each.cells}
        (ready,) = (text.partition("Ready after ")[2] for text in texts if "go live" in text)
        if "of them below" in ready:
            assert int(ready.split()[0]) > int(ready.split()[2])
            continue
        for named in re.findall(r"[0-9]+(?: to [0-9]+)?", ready):
            begin, _, end = named.partition(" to ")
            assert {f"{each}" for each in range(int(begin), int(end or begin) + 1)} <= there


def test_an_item_is_said_to_close_the_paths_that_show_it():
    for path in MODELS:
        _, first, _ = first_page(read_file(path))
        drawn = [each for each in first if isinstance(each, AttackPath)]
        shown = {
            (number, part.text.partition("(item ")[2].partition(":")[0])
            for number, each in enumerate(drawn, 1)
            for part in each.parts
            if "cut here" in part.text
        }
        (rows,) = [each.cells for each in first if isinstance(each, Table) and each.head] or [()]
        claimed = {
            (int(number), row[0])
            for row in rows
            for number in re.findall(r"[0-9]+", row[4].partition(";")[0] if "path" in row[4] else "")
        }
        assert claimed == shown, path.stem


def test_a_critical_finding_is_on_a_path_of_the_page_or_named():
    for snapshot in (*map(read_file, MODELS), clustered(40, 80, dense=True, seed=3)):
        analysis, first, texts = first_page(snapshot)
        critical = [each for each in analysis.findings if each.severity == "critical"]
        work = work_of(analysis, in_order(analysis, analysis.minimum_fix()))
        drawn = sum(isinstance(each, AttackPath) for each in first)
        on_paths = frozenset().union(*(each.critical for each in worst_paths(analysis, work)[:drawn]))
        left = [each for each in critical if (each.rule, each.subject) not in on_paths]
        (said,) = [text for text in texts if text.startswith("Critical, and on none")] or [""]
        assert bool(said) == bool(left)
        more = int(said.rpartition(" and ")[2].split()[0]) if said.endswith(" more.") else 0
        assert len(left) == sum(plain(each.headline).replace("→", "›") in said for each in left) + more


def test_the_worst_paths_show_as_many_critical_findings_as_three_can():
    analysis = analysed("crm-assistant-gateway")
    work = work_of(analysis, in_order(analysis, analysis.minimum_fix()))
    critical = {(each.rule, each.subject) for each in analysis.findings if each.severity == "critical"}
    assert critical == frozenset().union(*(each.critical for each in worst_paths(analysis, work)))
    _, _, texts = first_page(analysis.snapshot)
    assert any("critical too: Toxic flow (lethal trifecta): Customer assistant." in each for each in texts)


@pytest.mark.parametrize("options", [ReportOptions(), ReportOptions(brief=True)])
def test_a_long_description_ends_with_a_sentence_and_where_the_rest_stands(options):
    snapshot = read_file(ROOT / "models" / "support-agent.toml")
    told = " ".join(f"Sentence number {number} is of some length." for number in range(40))
    changed = replace(snapshot, about=replace(snapshot.about, description=told))
    tree, _ = made(analyse(changed, today=TODAY), "md", options)
    (said,) = [each.text for each in tree.blocks if getattr(each, "text", "").startswith("Sentence")]
    kept, _, where = said.partition(" The whole description is in the ")
    assert told.startswith(kept)
    assert kept.endswith(".")
    assert where == ("model." if options.brief else "appendix on terms and counts.")
    facts = {name: value for each in tree.blocks if isinstance(each, Facts) for name, value in each.rows}
    assert facts.get("Description") == (None if options.brief else told)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([1], "item 1"), ([1, 2], "items 1 and 2"), ([1, 2, 3, 5, 8, 9], "items 1 to 3, 5, 8 and 9")],
)
def test_numbers_of_items_are_told_as_ranges(numbers, words):
    assert item_range(numbers) == words


def test_the_first_page_says_what_it_is_what_was_looked_at_and_the_notes():
    snapshot = read_file(ROOT / "models" / "support-agent.toml")
    note = r.Note("n", "Ask the vendor for its log", kind="action", owner="Eve", due=date(2026, 2, 1))
    about = replace(snapshot.about, description="Answers tickets of customers.")
    bare = r.Note("o", "Who may see logs?", kind="action")
    changed = replace(snapshot, about=about, note={"n": note, "o": bare})
    tree, _ = made(analyse(changed, today=TODAY), "md", ReportOptions(only=("decision",)))
    facts = {name: value for each in tree.blocks if isinstance(each, Facts) for name, value in each.rows}
    assert Paragraph("Answers tickets of customers.") in tree.blocks
    assert facts["Looked at"] == "1 agent, 2 systems, 2 credentials, 2 zones, as built"
    assert facts["Not looked at"].startswith("whatever the model does not show")
    assert facts["Open findings"] == "1 high"
    notes = "Ask the vendor for its log (Eve, by 2026-02-01); Who may see logs? (owner not stated, no date)"
    assert facts["Notes"] == notes
    stake = " At stake: confidential object-storage: What customers send."
    told = replace(changed.system["attachments"], description="What customers send")
    texts = first_page(replace(changed, system={**changed.system, told.id: told}))[2]
    assert [each for each in texts if each.endswith(stake)]
    mute = replace(told, kind=None, sensitivity=None, description=None)
    texts = first_page(replace(changed, system={**changed.system, told.id: mute}))[2]
    assert not [each for each in texts if "At stake" in each]


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
    facts = {name: value for each in tree.blocks if isinstance(each, Facts) for name, value in each.rows}
    assert "Customer support: " in facts["Open questions"]
    assert "Tickets" in facts["Open questions"]
    assert facts["Accepted risks"].endswith("by ann until 2026-03-01, because: known")


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
