"""Views for documents: sequence, boundary map, zone, before and after a fix; what all pictures keep."""

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from meshmodel.exporters.diagram.compact import credential_places
from meshmodel.exporters.diagram.render import diagram_of, picture
from meshmodel.exporters.request import FINDING, ExportRequest
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.model.errors import MeshmodelError
from tests.benchmarks.meshes import clustered
from tests.exporters.drawing import SVG, faults
from tests.exporters.parts import MODELS, both, every_step_model, render
from tests.reference.random_models import snapshot_of
from tests.rows import all_rows

BY_NAME = {path.stem: path for path in MODELS}


def example(name):
    return both(read_file(BY_NAME[name]))


def texts(svg):
    return [each.text for each in ET.fromstring(svg).iter(f"{SVG}text")]


def witnessed(snapshot, analysis):
    for finding in analysis.findings:
        explanation = analysis.explain_finding(finding)
        if explanation is not None and explanation.steps:
            yield f"{finding.rule}:{finding.subject}", explanation


@pytest.mark.parametrize("name", ["support-agent", "workflow-broker", "federated-release"])
def test_a_finding_is_a_sequence_of_the_steps_of_its_witness(name):
    snapshot, analysis = example(name)
    for named, explanation in witnessed(snapshot, analysis):
        page = picture(snapshot, analysis, ExportRequest(lens=FINDING, finding=named))
        through = "runs through the shape step/"  # a lifeline passes behind the numbers on it
        assert [each for each in faults(page.content) if through not in each] == []
        assert page.is_readable
        said = texts(page.content)
        words = " ".join(said)
        for number, step in enumerate(explanation.steps, 1):
            assert str(number) in said
            assert any(text.startswith(f"{number}. ") for text in said)
            assert step.identity is None or step.identity in words
            assert step.checkpoint is None or f"checkpoint: {step.checkpoint}" in words
        unguarded = sum(step.checkpoint is None and step.step != "implies" for step in explanation.steps)
        assert words.count("no checkpoint") == unguarded


def test_a_finding_that_is_none_or_has_no_witness_is_refused():
    snapshot, analysis = example("support-agent")
    with pytest.raises(MeshmodelError, match=r"no finding 'nope:x'.* such as missing-checkpoint:"):
        picture(snapshot, analysis, ExportRequest(lens=FINDING, finding="nope:x"))
    named = next(iter(witnessed(snapshot, analysis)))[0]
    with pytest.raises(MeshmodelError, match="a picture of its own"):
        picture(snapshot, analysis, ExportRequest(finding=named, lens="missing"))


def test_a_word_of_a_name_is_broken_only_where_it_has_no_room():
    snapshot, analysis = example("coding-agent-mcp")
    said = texts(picture(snapshot, analysis, ExportRequest(lens=FINDING, finding=WAY)).content)
    assert "(Collaboration)" in said
    assert [text for text in said if text.endswith("\u2026")] == []


WAY = "missing-checkpoint:browser-session>web"
LONG = "PAYMENT PROCESSING ENVIRONMENT FOR ALL CUSTOMERS AND ACQUIRERS OF THE WESTERN REGION, "


@pytest.mark.parametrize(
    "options", [{"lens": "boundaries"}, {"lens": FINDING, "finding": WAY}], ids=["boundaries", "finding"]
)
def test_a_long_name_in_a_head_is_cut_with_an_ellipsis_and_stays_in_its_shape(options):
    snapshot, _ = example("coding-agent-mcp")
    zones = {key: replace(zone, name=LONG + key) for key, zone in snapshot.zone.items()}
    agents = {key: replace(agent, name=LONG + key) for key, agent in snapshot.agent.items()}
    renamed, analysis = both(replace(snapshot, zone=zones, agent=agents))
    content = picture(renamed, analysis, ExportRequest(**options)).content
    assert [each for each in faults(content) if "runs through the shape step/" not in each] == []
    assert [text for text in texts(content) if text.endswith("\u2026")]


def test_the_title_of_a_page_is_not_broken_where_the_drawn_one_is():
    snapshot, _ = example("coding-agent-mcp")
    name = "A model with a name so long that the rule after it is broken"
    renamed, analysis = both(replace(snapshot, about=replace(snapshot.about, name=name)))
    page = picture(renamed, analysis, ExportRequest(lens=FINDING, finding=WAY))
    assert page.title == f"{name}: missing-checkpoint, browser-session>web"
    assert page.title not in texts(page.content)


def test_numbers_of_many_crossings_stay_in_their_cells():
    snapshot, analysis = both(clustered(140, 270, dense=True, seed=1))
    content = picture(snapshot, analysis, ExportRequest(lens="boundaries")).content
    assert faults(content) == []
    summary = analysis.summary
    assert f"\u00d7 {summary.uncontrolled:,} of {summary.crossings:,}" in texts(content)


@all_rows("path", MODELS)
def test_the_boundary_map_counts_all_crossings_and_can_be_read(path):
    snapshot, analysis = both(read_file(path))
    page = picture(snapshot, analysis, ExportRequest(lens="boundaries"))
    assert faults(page.content) == []
    assert page.is_readable
    counted = Counter()
    for text in texts(page.content):
        uncontrolled = re.fullmatch("\u00d7 (\\d+) of (\\d+)", text)
        if uncontrolled:
            counted += Counter(uncontrolled=int(uncontrolled[1]), all=int(uncontrolled[2]))
        elif other := re.fullmatch(r"(\d+) (intended|checked)", text):
            counted["all"] += int(other[1])
    assert counted["uncontrolled"] == analysis.summary.uncontrolled
    assert counted["all"] == analysis.summary.crossings


def test_before_and_after_the_fix_show_the_same_elements():
    snapshot, analysis = example("workflow-broker")
    before = diagram_of(snapshot, analysis, ExportRequest(lens="before"))
    after = diagram_of(snapshot, analysis, ExportRequest(lens="after"))
    elements = ("agent/", "system/", "credential/")
    shown = [{node.id for node in made.nodes if node.id.startswith(elements)} for made in (before, after)]
    assert shown[0] <= shown[1]
    assert any(edge.mark == "missing" for edge in before.edges)
    assert not any(edge.mark == "missing" for edge in after.edges)
    assert sum(node.look == "counts" for node in after.nodes) == analysis.minimum_fix().cost
    assert before.stamp == after.stamp


def test_one_zone_is_drawn_with_stubs_for_the_rest():
    snapshot, analysis = example("support-agent")
    made = diagram_of(snapshot, analysis, ExportRequest(zone="helpdesk"))
    assert {frame.id for frame in made.frames} == {"helpdesk"}
    (stub,) = (node for node in made.nodes if node.look == "stub")
    assert stub.lines == ("Attachments", "Cloud storage (production)")
    assert made.notes == ("+1 outside this zone",)
    with pytest.raises(MeshmodelError, match="the model has no zone nope; it has cloud, helpdesk"):
        picture(snapshot, analysis, ExportRequest(zone="nope"))


@all_rows("form", ["whole", "compact"])
@all_rows("lens", ["structure", "missing", "reach"])
def test_the_legend_names_every_style_of_line_that_occurs_and_no_other(lens, form):
    agent = "bot" if lens == "reach" else None
    made = diagram_of(*both(every_step_model()), ExportRequest(lens=lens, agent=agent, form=form))
    styles = {edge.look for edge in made.edges} | {edge.mark for edge in made.edges if edge.mark}
    styles |= {edge.tone for edge in made.edges if edge.tone != "plain"}
    assert {edge.id.removeprefix("legend/line/") for edge in made.samples} == styles


def test_a_credential_stands_where_it_is_obtained():
    made = [
        *(r.Zone(zone) for zone in ("one", "two")),
        *(r.Agent(f"in-{zone}", home=zone) for zone in ("one", "two")),
        r.System("target", zone="two"),
        *(r.Credential(name) for name in ("held", "shared", "stored", "nobody", "unused")),
        r.Hold("in-one", "held"),
        r.Hold("in-one", "shared"),
        r.Hold("in-two", "shared"),
        r.Custody("target", "stored"),
        *(r.Grant(name, "target", ("read",)) for name in ("held", "shared", "stored", "nobody")),
    ]
    assert credential_places(snapshot_of(made)) == {
        "held": "one",
        "shared": None,
        "stored": "two",
        "nobody": "two",
    }


def test_pictures_can_stand_in_one_page_and_be_traced():
    snapshot, analysis = both(every_step_model())
    one, other = (render(snapshot, analysis, "svg", form=form) for form in ("whole", "compact"))
    ids = [re.findall(r'\bid="([^"]+)"', svg.decode()) for svg in (one, other)]
    assert all(len(found) == len(set(found)) > 20 for found in ids)
    assert not set(ids[0]) & set(ids[1])
    root = ET.fromstring(other)
    labelled = root.get("aria-labelledby").split()
    assert set(labelled) <= set(ids[1])
    stamp = diagram_of(snapshot, analysis, ExportRequest()).stamp
    assert re.fullmatch(r"model sha256:[0-9a-f]{16}, meshmodel \S+", stamp)
    assert stamp in root.findtext(f"{SVG}desc")
    assert stamp in texts(other)
    assert all(re.fullmatch(r"[\d.]+", root.get(side)) for side in ("width", "height"))


def test_texts_have_the_width_that_was_laid_out_for_and_no_padding():
    zone = r.Zone("z", name="Bürö für Änderungen in zwei Zeilen")
    made = snapshot_of([r.About(name="Ärger über Öl"), zone, r.System("s", zone="z")])
    root = ET.fromstring(render(*both(made), "svg"))
    found = [*root.iter(f"{SVG}text")]
    assert len(found) > 4
    for each in found:
        assert each.text == each.text.strip()
        assert "\u00a0" not in each.text
        assert float(each.get("textLength")) > 0
    assert {zone.get("text-anchor") for zone in found if "Zeilen" in zone.text} == {"start"}


def test_the_titles_of_all_zones_stand_in_one_corner():
    for path in (BY_NAME[name] for name in ("code-agent", "token-leak", "workflow-broker")):
        root = ET.fromstring(render(*both(read_file(path)), "svg"))
        corners = set()
        for frame in root.iter(f"{SVG}g"):
            title = frame.find(f"{SVG}text")
            if frame.get("class") != "cluster" or title is None:
                continue
            numbers = [*map(float, re.findall(r"-?[\d.]+", frame.find(f"{SVG}path").get("d")))]
            middle = (min(numbers[1::2]) + max(numbers[1::2])) / 2
            corners.add((title.get("text-anchor"), float(title.get("y")) < middle))
        assert len(corners) == 1, path
