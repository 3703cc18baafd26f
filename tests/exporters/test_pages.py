"""Pages: what they draw together is the model, each can be read, and each cut line leads on."""

import io
import random
import re
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from meshmodel.answers.export import page_files
from meshmodel.exporters.diagram import render
from meshmodel.exporters.diagram.layout import Arrangement
from meshmodel.exporters.diagram.pages import cut, groups, lines_of, overview, sheets
from meshmodel.exporters.diagram.render import (
    Page,
    diagram_of,
    overview_crossings,
    pages,
    picture,
)
from meshmodel.exporters.request import ExportRequest
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from tests.exporters.drawing import SVG, faults
from tests.exporters.parts import MODELS, both, every_step_model
from tests.reference.random_models import snapshot_of

CENTIMETRE = 72 / 2.54
LARGE = [path for path in MODELS if path.stem == "federated-release"]
REST = [path for path in MODELS if path not in LARGE]
ELEMENTS = ("agent/", "system/", "credential/")


def smallest_text(svg):
    """The size of the smallest text where a picture fills 16 by 24 cm, upright or across, in points."""
    root = ET.fromstring(svg)
    *_, wide, high = map(float, root.get("viewBox").split())
    sizes = [float(each.get("font-size")) for each in root.iter(f"{SVG}text")]
    fitted = [min(across * CENTIMETRE / wide, up * CENTIMETRE / high) for across, up in ((16, 24), (24, 16))]
    return min(sizes) * max(fitted)


def drawn(svg):
    """The names of the shapes and the ids of the lines."""
    root = ET.fromstring(svg)
    prefix = len(root.get("id")) + 1
    groups = {kind: set() for kind in ("node", "edge", "cluster", "graph")}
    for each in root.iter(f"{SVG}g"):
        said = each.findtext(f"{SVG}title") if each.get("class") == "node" else each.get("id")[prefix:]
        groups[each.get("class")].add(said)
    return groups["node"], groups["edge"]


def assert_pages_show_the_model(path):
    snapshot, analysis = both(read_file(path))
    found = pages(snapshot, analysis, ExportRequest())
    contents = {f"{page.stem}.svg": page.content for page in found}
    assert len(contents) == len(found)
    sizes = {name: smallest_text(svg) for name, svg in contents.items()}
    assert min(sizes.values()) >= 7.0, sizes
    assert all(faults(svg) == [] for svg in contents.values())
    if len(found) == 1:
        return len(found)
    whole = diagram_of(snapshot, analysis, ExportRequest())
    shapes, lines = (
        set().union(*(drawn(svg)[0] for svg in contents.values())),
        set().union(*(drawn(svg)[1] for svg in contents.values())),
    )
    assert {node.id for node in whole.nodes if node.look != "anchor"} <= shapes
    assert {edge.id.replace("/", ":") for edge in whole.edges} <= lines
    foreign = {each for each in shapes if each.startswith(ELEMENTS)} - {node.id for node in whole.nodes}
    assert foreign == set()
    for number, (name, svg) in enumerate(contents.items(), 1):
        text = svg.decode()
        assert f">{number} of {len(found)}: " in text, name
        targets = re.findall(r'<a href="([^"]+)">', text)
        root = ET.fromstring(svg)
        stubs = {name for name in drawn(svg)[0] if name.startswith("stub/")}
        assert len(targets) >= len(stubs)
        for link in root.iter(f"{SVG}a"):
            stub = link.find(f"{SVG}g")
            target = stub.findtext(f"{SVG}title").removeprefix("stub/")
            assert link.get("href") in contents
            if target.startswith(ELEMENTS):
                assert target in drawn(contents[link.get("href")])[0]
                page = [*contents].index(link.get("href")) + 1
                assert stub.findall(f"{SVG}text")[-1].text == f"page {page}"
    return len(found)


@pytest.mark.parametrize(("zones", "first"), [(98, "01-overview"), (99, "001-overview")])
def test_the_names_of_pages_sort_as_the_pages(zones, first):
    ids = [f"z{n}" for n in range(zones)]
    records = [r.Zone(each) for each in ids] + [r.System(f"s-{each}", zone=each) for each in ids]
    snapshot, analysis = both(snapshot_of(records))
    whole = diagram_of(snapshot, analysis, ExportRequest())
    small = Arrangement("", {"bb": "0,0,100,100"})
    stems = [each.stem for each in sheets(whole, lambda _: small, lambda _: False, str)]
    assert (len(stems), stems[0], sorted(stems)) == (zones + 1, first, stems)


@pytest.mark.parametrize("path", LARGE, ids=lambda path: path.stem)
def test_the_pages_of_an_example_can_be_read_and_are_the_model(path):
    assert assert_pages_show_the_model(path) > 2


@pytest.mark.slow
@pytest.mark.parametrize("path", REST, ids=lambda path: path.stem)
def test_the_pages_of_each_other_example_can_be_read_and_are_the_model(path):
    assert assert_pages_show_the_model(path)


@pytest.mark.slow
def test_a_large_zone_gets_several_pages_and_a_small_model_one():
    made = [r.Zone("z"), r.Agent("bot", home="z")]
    for number in range(26):
        made += [
            r.System(f"s{number}", zone="z"),
            r.Credential(f"c{number}"),
            r.Hold("bot", f"c{number}"),
            r.Grant(f"c{number}", f"s{number}", ("read",)),
        ]
    found = pages(*both(snapshot_of(made)), ExportRequest())
    assert [page.stem[:3] for page in found] == [f"{number:02}-" for number in range(1, len(found) + 1)]
    assert len(found) > 2
    assert "page" in found[0].content.decode()
    small = pages(*both(snapshot_of(made[:6])), ExportRequest())
    assert [page.stem for page in small] == ["picture"]


@pytest.mark.parametrize("form", ["whole", "compact"])
def test_every_line_is_drawn_where_one_of_its_ends_is(form):
    whole = diagram_of(*both(every_step_model()), ExportRequest(form=form))
    for node in whole.nodes:
        if not node.id.startswith(ELEMENTS):
            continue
        part = cut(whole, {node.id}, lambda end: f"see {end}")
        expected = {
            line.id for line in lines_of(whole) if node.id in line.ends and line.pieces[0].look != "decides"
        }
        assert expected <= {line.id for line in lines_of(part)}
        assert {each.id for each in part.nodes if each.id.startswith(ELEMENTS)} == {node.id}
        for stub in (each for each in part.nodes if each.look == "stub"):
            assert stub.lines[-1] == f"see {stub.name}"


@pytest.mark.slow
def test_a_pdf_is_pages_of_a4_that_lead_to_one_another():
    snapshot, analysis = both(read_file(LARGE[0]))
    reader = PdfReader(io.BytesIO(picture(snapshot, analysis, ExportRequest("pdf")).content))
    assert len(reader.pages) == len(pages(snapshot, analysis, ExportRequest("svg")))
    sizes = {tuple(sorted(round(float(side)) for side in page.mediabox[2:])) for page in reader.pages}
    assert sizes == {(595, 842)}
    assert reader.metadata.title == "Federated release: identities and trust boundaries"
    assert reader.metadata.author == "Federated release"
    texts = [page.extract_text() for page in reader.pages]
    assert all("\u00a0" not in text for text in texts)
    assert all(f"{number} of {len(texts)}: " in text for number, text in enumerate(texts, 1))
    assert all(page.annotations for page in reader.pages)


def departments(zones, seed):
    """A model of so many zones, each with agents and systems, whose keys open systems of others too."""
    chosen, made = random.Random(seed), []
    systems = [f"system-{zone}-{number}" for zone in range(zones) for number in range(5)]
    for zone in range(zones):
        made.append(r.Zone(f"zone-{zone}", name=f"Department number {zone}"))
        made += [r.System(each, zone=f"zone-{zone}") for each in systems[5 * zone : 5 * zone + 5]]
        made += [r.Agent(f"agent-{zone}-{number}", home=f"zone-{zone}") for number in range(3)]
        for number in range(4):
            key, there = f"key-{zone}-{number}", chosen.choice(systems)
            made += [r.Credential(key), r.Hold(f"agent-{zone}-{number % 3}", key)]
            made.append(r.Grant(key, there, ("read", "write")))
    return snapshot_of(made)


def number(text):
    return int(text.replace(",", ""))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_counts_of_an_overview_add_up_to_its_title_and_lines_look_like_the_worst_crossing(path):
    snapshot, analysis = both(read_file(path))
    options = ExportRequest(form="compact")
    whole, crossings = (
        diagram_of(snapshot, analysis, options),
        overview_crossings(snapshot, analysis, options),
    )
    drawn = overview(whole, groups(whole), 2, crossings)
    words = "\n".join(" ".join(node.lines) for node in drawn.nodes)
    summary = analysis.summary
    counted = re.findall(r"× ([\d,]+) of ([\d,]+)(?: other)? paths", words)
    calm = sum(map(number, re.findall(r"([\d,]+) (?:intended|checked)", words)))
    assert sum(number(each) for each, _ in counted) == summary.uncontrolled
    assert sum(number(each) for _, each in counted) + calm == summary.crossings
    assert sum(map(number, re.findall(r"× ([\d,]+) missing", words))) == summary.missing
    for kind in ("agent", "system", "credential"):
        assert sum(map(number, re.findall(rf"([\d,]+) {kind}s?\b", words))) == len(snapshot.table(kind))
    noun = "path" if summary.crossings == 1 else "paths"
    assert f"; {summary.crossings:,} {noun}, {summary.uncontrolled:,} unchecked, as built" in drawn.title[1]
    for edge in drawn.edges:
        _, tail, head = re.fullmatch(
            r"(crossing)/(zone/[^/]+|outside)/(zone/[^/]+|outside)/\d", edge.id
        ).groups()
        look = crossings[tail, head].look if (tail, head) in crossings else None
        assert (edge.mark == "missing") is (look == "uncontrolled")


def test_an_overview_that_cannot_be_read_is_drawn_on_several_pages():
    whole = diagram_of(*both(departments(9, 1)), ExportRequest())

    def arranged(diagram):
        return Arrangement("", {"bb": f"0,0,{40 * len(diagram.nodes)},100"})

    found = sheets(whole, arranged, lambda _: False, str)
    parts = [each for each in found if each.stem.endswith("-overview")]
    assert len(parts) > 1
    assert all(each.is_readable for each in found)
    assert [each.stem[:2] for each in found] == [f"{number:02}" for number in range(1, len(found) + 1)]
    zones = [node.id for each in parts for node in each.diagram.nodes if node.look == "zone"]
    assert sorted(zones) == sorted(f"zone/zone-{number}" for number in range(9))
    every = overview(whole, groups(whole))
    lines = {line.id for each in parts for line in lines_of(each.diagram)}
    assert lines == {line.id for line in lines_of(every)}
    for each in parts:
        stubs = [node for node in each.diagram.nodes if node.look == "stub"]
        assert all(re.fullmatch(r"page \d+", node.lines[-1]) for node in stubs)
        assert {node.id for node in stubs} <= each.diagram.links.keys()


def test_pages_that_can_be_made_no_smaller_are_told(monkeypatch):
    tiny, large = Page("a", "01-a", b"a", 4.0), Page("b", "02-b", b"b", 8.0)
    monkeypatch.setattr(render, "pages", lambda *_: [tiny, large])
    told = []
    made = page_files(both(snapshot_of([]))[1], ExportRequest("svg"), told.append)
    assert made == {"01-a": b"a", "02-b": b"b"}
    assert told == [tiny]


@pytest.mark.slow
def test_no_line_runs_through_the_title_of_a_zone_of_a_large_picture():
    snapshot, analysis = both(departments(16, 3))
    svg = picture(snapshot, analysis, ExportRequest(form="compact")).content
    assert not [each for each in faults(svg) if "Department" in each]
