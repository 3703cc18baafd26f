import io
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from meshmodel.exporters.diagram import layout, pdf, png
from meshmodel.exporters.diagram.build import build
from meshmodel.exporters.diagram.dot import write_dot
from meshmodel.exporters.diagram.graphviz import find_renderer, lay_out
from meshmodel.exporters.diagram.labels import columns, wrap
from meshmodel.model import records as r
from meshmodel.model.errors import MeshmodelError
from tests.exporters.parts import HOSTILE, both, every_step_model, hostile_model, render
from tests.reference.random_models import FLAVOURS, random_model, snapshot_of

SVG = "{http://www.w3.org/2000/svg}"


def shown(layout):
    """Node and frame labels as the renderer drew them: the texts of each, line by line."""
    return {
        each["name"]: [step["text"].rstrip() for step in each.get("_ldraw_", ()) if step["op"] == "T"]
        for each in layout["objects"]
    }


def assert_labels(made, layout):
    found = shown(layout)
    for node in made.all_nodes:
        assert found[node.id] == [line for line in node.lines if line]
    for frame in made.frames:
        assert found[f"cluster_zone/{frame.id}"] == list(frame.lines)


@pytest.mark.parametrize("to", ["dot", "svg", "png", "pdf"])
def test_equal_models_give_equal_pictures(to):
    for snapshot in (other_scripts(), *([] if to == "pdf" else [every_step_model()])):
        one, other = (both(snapshot) for _ in range(2))
        assert render(*one, to) == render(*other, to)


def test_doors_and_checkpoints_are_told_by_shape_and_word():
    made = build(*both(every_step_model()))
    looks = {node.id: (node.look, " ".join(node.lines)) for node in made.nodes}
    assert looks["checkpoint/delegation/bot/runner"] == ("counts", "human-approval effective")
    assert looks["checkpoint/grant/k2/vault"][0] == "does-not-count"
    assert "only planned" in looks["checkpoint/grant/k3/lone"][1]
    assert "no gateway" in looks["checkpoint/boundary/empty/two"][1]
    doors = {key for key in looks if key.startswith("door/")}
    _, analysis = both(every_step_model())
    assert doors == {f"door/grant/{door.credential}/{door.system}" for door in analysis.doors}
    assert doors
    assert all(looks[key][0] == "missing" and "NO CHECKPOINT" in looks[key][1] for key in doors)


def limits_and_words_model():
    return snapshot_of(
        [
            r.System("inbox", untrusted_input=True, exposed_requests=True),
            r.System("memory", kind="agent-memory", integrity="high"),
            r.System("states", typed=True),
            r.Agent("bot", kind="ai-agent"),
            *(r.Agent(name, kind="service") for name in ("server", "counter")),
            r.Agent("helper", kind="ai-agent"),
            r.Credential("key"),
            r.Hold("bot", "key"),
            r.Grant("key", "inbox", ("read",)),
            r.Grant("key", "memory", ("write",)),
            r.Delegation("bot", "server", only=("inbox:read", "memory:read", "memory:write", "states:read")),
            r.Delegation("bot", "counter", returns="values"),
            r.Delegation("bot", "helper", only=("inbox:read",)),
        ]
    )


def test_what_outsiders_words_come_to_and_what_is_limited_is_told_in_words():
    words = {node.id: " ".join(node.lines) for node in build(*both(limits_and_words_model())).nodes}
    assert words["system/inbox"] == "inbox outsiders write here outsiders see its requests"
    assert words["system/memory"] == "memory [agent-memory] high integrity untrusted content brought here"
    assert words["system/states"] == "states typed values only"
    limits = "for inbox:read, memory:read, memory:write and 1 more only"
    assert words["label/delegation/bot/server"] == f"calls {limits}"
    assert words["label/delegation/bot/counter"] == "calls returns values"
    # The limit of a steerable agent is only asked for.
    assert words["label/delegation/bot/helper"] == "calls advised: for inbox:read only"


@pytest.mark.slow
def test_every_kind_of_step_is_drawn_in_every_format():
    snapshot, analysis = both(every_step_model())
    made = build(snapshot, analysis)
    assert {edge.look for edge in made.edges} == {
        "hold",
        "grant",
        "custody",
        "exchange",
        "delegation",
        "trigger",
        "hearing",
        "hosting",
        "boundary",
        "decides",
    }
    for to in ("svg", "png", "pdf"):
        assert render(snapshot, analysis, to)


def test_the_reach_lens_says_direct_hidden_and_deputy_and_counts_what_it_draws():
    snapshot, analysis = both(every_step_model())
    whole = build(snapshot, analysis)
    lit = build(snapshot, analysis, lens="reach", agent="bot")
    tones = {node.id: node.tone for node in lit.nodes}
    elements = ("agent/", "system/", "credential/")
    outside = {node.id for node in whole.nodes if node.id.startswith(elements)} - set(tones)
    assert {"agent/anna", "credential/k5"} <= outside
    assert lit.notes == (f"+{len(outside)} outside this lens",)
    assert lit.title[-1].startswith("2 agents, 3 systems, 4 credentials; ")
    assert tones["credential/k1"] == "direct"
    assert tones["agent/runner"] == "deputy"
    assert "dim" not in tones.values()
    words = {node.id: " ".join(node.lines) for node in lit.nodes}
    assert "direct: read, write" in words["system/inbox"]
    assert "through" in words["system/vault"]


@pytest.mark.slow
@given(st.integers(0, 10**9), st.sampled_from(FLAVOURS), st.sampled_from(("TB", "LR")))
def test_random_models_lose_nothing(seed, flavour, direction):
    made = build(*both(random_model(seed, 5, flavour)))
    from meshmodel.exporters.diagram.dot import Hints

    assert_labels(made, lay_out(find_renderer(), write_dot(made, Hints(direction)), made))


NAMES = st.lists(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40)
    .map(lambda name: " ".join(name.split()))
    .filter(bool),
    min_size=2,
    max_size=4,
)


@given(NAMES)
def test_no_name_can_be_anything_but_the_text_of_a_label(names):
    made = build(*both(hostile_model(names)))
    assert_labels(made, lay_out(find_renderer(), write_dot(made), made))


def test_hostile_names_inject_nothing():
    snapshot, analysis = both(hostile_model())
    made = build(snapshot, analysis)
    assert_labels(made, lay_out(find_renderer(), write_dot(made), made))
    svg = render(snapshot, analysis, "svg", form="whole")
    root = ET.fromstring(svg)
    drawn = {each.text for each in root.iter(f"{SVG}text")}
    assert {line for node in made.all_nodes for line in node.lines if line} <= drawn
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "path", "polygon", "polyline", "ellipse", "text"}
    for each in root.iter():
        for key, value in each.attrib.items():
            assert "href" not in key
            assert not key.startswith("on")
            assert "url(" not in value
            assert "javascript" not in value
    assert b"<!" not in svg
    assert render(snapshot, analysis, "png")
    assert render(*both(hostile_model(HOSTILE[:4])), "pdf")


def test_svg_tells_its_title_and_description():
    root = ET.fromstring(render(*both(every_step_model()), "svg"))
    assert root.find(f"{SVG}title").text == "All: identities and trust boundaries"
    assert "4 agents, 3 systems, 6 credentials" in root.find(f"{SVG}desc").text


def other_scripts():
    return snapshot_of(
        [
            r.About(name="Права доступа"),
            r.Zone("z", name="Зона"),
            r.System("tickets", name="チケット", zone="z"),
            r.Agent("bot", name="Ágent", home="z"),
            r.Credential("key", identity="サービス"),
            r.Hold("bot", "key"),
            r.Grant("key", "tickets", ("read",)),
        ]
    )


def test_names_in_other_scripts_stay_in_svg_and_are_ids_with_a_note_elsewhere():
    snapshot, analysis = both(other_scripts())
    svg = render(snapshot, analysis, "svg").decode()
    assert all(name in svg for name in ("Права доступа", "Зона", "チケット", "Ágent", "サービス"))
    painted = build(snapshot, analysis, shows=png.shows)
    lines = {line for node in painted.nodes for line in node.lines}
    assert {"tickets*", "as key*", "Ágent"} <= lines
    assert painted.frames[0].lines == ("Зона",)
    assert any("script" in note for note in painted.notes)
    text = PdfReader(io.BytesIO(render(snapshot, analysis, "pdf"))).pages[0].extract_text()
    assert "tickets*" in text
    assert "Ágent" in text
    assert "z*" in text
    assert "shown by id" in text


def test_the_letters_a_png_claims_to_have_are_no_boxes():
    def paint(letter):
        look = "fontname=Arial shape=plaintext width=0.6 fixedsize=true"
        text = f'digraph {{ a [{look} label="{letter}"] }}'
        return Image.open(io.BytesIO(find_renderer().run(text, "png", ("-Gdpi=72",)))).tobytes()

    box = paint("\u4e00")
    assert box == paint("\ue000")
    for first, last in png.COVERED[1:]:
        for code in {first, (first + last) // 2, last}:
            assert paint(chr(code)) != box or chr(code).isspace()
            assert png.shows(chr(code))
    assert not png.shows("\u4e00")


def check_fonts_and_title(reader):
    """Every font of every page is embedded; readers show the title, and know the language."""
    pages = [page["/Resources"]["/Font"].values() for page in reader.pages]
    fonts = [font.get_object() for page in pages for font in page]
    assert fonts
    assert [each["/BaseFont"] for each in fonts if "/FontFile2" not in each.get("/FontDescriptor", {})] == []
    assert reader.metadata.title
    catalog = reader.trailer["/Root"]
    assert catalog["/Lang"] == "en"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]


@pytest.mark.slow
def test_pdf_holds_the_words_in_an_embedded_font():
    reader = PdfReader(io.BytesIO(render(*both(every_step_model()), "pdf")))
    page = reader.pages[0]
    text = page.extract_text()
    assert "missing checkpoint (×)" in text
    assert "human-approval" in "".join(each.extract_text() for each in reader.pages)
    assert "4 agents, 3 systems" in text
    check_fonts_and_title(reader)
    assert reader.metadata.title == "All: identities and trust boundaries"
    assert reader.metadata.author == "All"
    assert pdf.shows("Ünïcödé")
    assert not pdf.shows("Ж")


def test_png_has_the_size_that_its_resolution_says():
    snapshot, analysis = both(every_step_model())
    small = Image.open(io.BytesIO(render(snapshot, analysis, "png", dpi=72)))
    large = Image.open(io.BytesIO(render(snapshot, analysis, "png", dpi=144)))
    assert large.width == pytest.approx(2 * small.width, abs=3)
    assert large.info["dpi"][0] == pytest.approx(144, abs=0.1)
    wide, _ = layout.arrange(find_renderer(), build(snapshot, analysis, shows=png.shows, compact=True)).size
    assert small.width == pytest.approx(wide + 14.4, abs=3)


@pytest.mark.slow
def test_png_is_made_smaller_or_refused_before_it_is_painted(monkeypatch):
    snapshot, analysis = both(every_step_model())
    monkeypatch.setattr(png, "MOST_PIXELS", 2_000_000)
    picture = Image.open(io.BytesIO(render(snapshot, analysis, "png")))
    assert 1_500_000 < picture.width * picture.height <= 2_000_000
    with pytest.raises(MeshmodelError, match=r"use \d+ or less, or the format svg"):
        render(snapshot, analysis, "png", dpi=300)
    monkeypatch.setattr(png, "MOST_PIXELS", 10_000)
    with pytest.raises(MeshmodelError, match="too large for a PNG"):
        render(snapshot, analysis, "png")


def test_a_large_model_is_drawn_by_a_lens_that_says_what_it_leaves_out():
    made = []
    for number in range(60):
        made += [
            r.System(f"s{number}"),
            r.Agent(f"a{number}", kind="service"),
            r.Credential(f"c{number}"),
            r.Hold(f"a{number}", f"c{number}"),
            r.Grant(f"c{number}", f"s{number}", ("read",)),
        ]
    lit = build(*both(snapshot_of(made)), lens="reach", agent="a7")
    assert {node.id for node in lit.nodes} == {
        "agent/a7",
        "credential/c7",
        "system/s7",
        "label/grant/c7/s7",
    }
    assert lit.notes == ("+177 outside this lens",)


def test_too_many_shapes_are_refused(monkeypatch):
    monkeypatch.setattr("meshmodel.exporters.diagram.render.MOST_SHAPES", 10)
    with pytest.raises(MeshmodelError, match="choose missing, or reach"):
        render(*both(every_step_model()), "svg")
    assert render(*both(every_step_model()), "dot")


@given(st.text(st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs")), max_size=200))
def test_wrapping_loses_nothing_but_blanks(text):
    lines = wrap(text, 19)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    assert all(columns(line) <= 20 for line in lines)
