"""Requests of exports: every choice that is offered is taken, and the files and words that follow."""

from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.export import export, page_files
from meshmodel.app.presentation.export_files import (
    MINUTES,
    MODEL_FILE,
    OFFERED,
    REPORTS,
    WrittenFiles,
    advice,
    choices,
    completed,
    draw,
    ending,
    files,
    first_request,
    new_folder,
    path_problem,
    renamed,
    replace_question,
)
from meshmodel.exporters.diagram.render import Page, picture
from meshmodel.exporters.request import FINDING, FORMATS, ExportRequest
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.stop import CURRENT, Stop, Stopped
from meshmodel.store.saved_state import LastExport
from tests.exporters.parts import both, every_step_model
from tests.reference.random_models import snapshot_of
from tests.rows import all_rows

MODELS = Path(__file__).parents[2] / "models"
SNAPSHOT, ANALYSIS = both(every_step_model())
HERE = Path("/nowhere")


def offered(request):
    return dict(choices(request, SNAPSHOT, ANALYSIS))


def test_all_formats_are_offered_with_their_choices():
    assert set(OFFERED) == {*FORMATS, *REPORTS, MODEL_FILE, MINUTES}
    names = {name: tuple(offered(ExportRequest(name))) for name in OFFERED}
    diagram = ("format", "view", "lens", "zone", "form", "colours")
    assert names["svg"] == names["png"] == (*diagram, "pages")
    assert names["pdf"] == names["dot"] == diagram
    assert names["toml"] == names[MODEL_FILE] == ("format",)
    assert names["mermaid"] == ("format", "view", "pages")
    assert names["cedar"] == names["rego-data"] == ("format", "view", "asks")
    assert {names[name] for name in (*REPORTS, "graphml", "policy")} == {("format", "view")}
    assert names["tickets-md"] == names["tickets-json"] == ("format", "view", "by")


def test_each_choice_that_is_offered_can_be_made():
    """Of a format that needs no renderer, with what else has to be chosen then."""
    for name in ("dot", "cedar", "rego", "mermaid", "tickets-md", "toml"):
        for choice, values in offered(ExportRequest(name)).items():
            for value, _ in values:
                request = replace(ExportRequest(name), **{choice: value})
                if choice == "format" and request.format != name:
                    continue
                request = completed(request, SNAPSHOT, ANALYSIS)
                assert getattr(request, choice) == value
                made = files(request, analyse(SNAPSHOT, view=request.view), HERE / f"m{ending(request)}")
                assert all(made.values())


def test_what_was_chosen_for_another_lens_or_format_is_kept_and_not_drawn():
    """A finding is drawn alone, a lens takes its agent."""
    first = ANALYSIS.findings[0]
    named = f"{first.rule}:{first.subject}"
    request = completed(ExportRequest("dot", lens=FINDING, zone="one", agent="bot"), SNAPSHOT, ANALYSIS)
    assert (request.finding, request.zone, request.agent) == (named, "one", "bot")
    for kept, drawn in (
        (request, ExportRequest("dot", lens=FINDING, finding=named)),
        (replace(request, lens="structure", zone=None), ExportRequest("dot")),
        (
            replace(request, lens="reach", asks="target"),
            ExportRequest("dot", lens="reach", agent="bot", zone="one"),
        ),
        (replace(request, lens="boundaries", dpi=90), ExportRequest("dot", lens="boundaries")),
    ):
        assert draw(kept, ANALYSIS) == [picture(SNAPSHOT, ANALYSIS, drawn)]
    assert completed(ExportRequest("dot", lens="reach", agent="gone"), SNAPSHOT, ANALYSIS).agent == "anna"
    assert completed(ExportRequest("dot", lens=FINDING), SNAPSHOT, None).lens == "structure"
    bare = dict(choices(ExportRequest(), snapshot_of([]), None))
    assert "reach" not in dict(bare["lens"])
    assert "zone" not in bare


@pytest.mark.parametrize("view", ["built", "designed"])
def test_files_are_those_of_the_command_line_and_what_belongs_beside(view):
    analysis = analyse(SNAPSHOT, view=view)
    beside = {
        "cedar": ["m.cedarschema", "m.requests.json"],
        "rego": ["m.json", "m_test.rego"],
        "opengraph": ["m.opengraph.schema.json"],
    }
    for name, each in FORMATS.items():
        if name in {"svg", "png", "pdf"}:
            continue
        path = HERE / f"m.{each.ending}"
        made = files(ExportRequest(name, view=view), analysis, path)
        assert [other.name for other in made] == [*beside.get(name, ()), path.name]
        assert made[path] == export(analysis, ExportRequest(name))
        for companion, content in zip(each.companions, made.values(), strict=False):
            assert content == export(analysis, ExportRequest(companion))


def test_pages_go_into_a_folder_and_what_was_drawn_is_not_drawn_again(monkeypatch):
    request = ExportRequest(pages="readable")
    monkeypatch.setenv("MESHMODEL_DOT", "/nowhere/dot")
    drawn = [Page("a", "01-overview", b"a", 8), Page("b", "02-b", b"b", 8)]
    made = files(request, ANALYSIS, HERE / "pages", drawn)
    assert made == {HERE / "pages" / "01-overview.svg": b"a", HERE / "pages" / "02-b.svg": b"b"}
    assert new_folder(made, HERE / "pages") == HERE / "pages"
    with pytest.raises(MeshmodelError, match="no program that can be run"):
        files(request, ANALYSIS, HERE / "pages")
    flowcharts = files(ExportRequest("mermaid", pages="readable"), ANALYSIS, HERE / "pages")
    charts = page_files(ANALYSIS, ExportRequest("mermaid"))
    assert [*flowcharts.values()] == [*charts.values()]


def test_a_picture_that_cannot_be_read_is_advised_to_have_pages():
    small = [Page("a", "picture", b"", 6.9)]
    assert advice(ExportRequest(), small) == ": choose readable pages"
    assert advice(ExportRequest("pdf"), small) == advice(ExportRequest(pages="readable"), small) == ""
    assert advice(ExportRequest(), [Page("a", "picture", b"", 7)]) == ""


@all_rows(
    ("before", "name", "after", "expected"),
    [
        (ExportRequest("svg"), "fig.svg", ExportRequest("png"), "fig.png"),
        (ExportRequest("svg"), "fig.svg", ExportRequest("svg", pages="readable"), "fig-pages"),
        (ExportRequest("svg", pages="readable"), "fig-pages", ExportRequest("cedar"), "fig.cedar"),
        (ExportRequest("opengraph"), "a.b.opengraph.json", ExportRequest("report-md"), "a.b.report.md"),
        (ExportRequest("svg"), "drawing", ExportRequest("pdf"), "drawing.pdf"),
        (ExportRequest("svg"), ".svg", ExportRequest("pdf"), ".svg.pdf"),
    ],
)
def test_the_name_follows_the_format(before, name, after, expected):
    assert renamed(HERE / name, before, after) == HERE / expected


def test_what_a_file_may_not_be_called_or_replace(tmp_path):
    (tmp_path / "model.toml").write_bytes((MODELS / "support-agent.toml").read_bytes())
    (tmp_path / "model.svg").write_bytes((MODELS / "support-agent.toml").read_bytes())
    (tmp_path / "model.json").write_bytes((MODELS / "support-agent.toml").read_bytes())
    for request, name, says in (
        (ExportRequest("png"), "x.svg", ".svg is not the ending of png"),
        (ExportRequest("svg"), "x.mesh", ".mesh is the ending of model files"),
        (ExportRequest("report-pdf"), "x.html", "name it .pdf"),
        (ExportRequest("svg"), "model.svg", "would be lost to svg"),
        (ExportRequest("rego"), "model.rego", "would be lost to rego-data"),
        (ExportRequest("report-md"), "model.toml", "would be lost to report-md"),
        (ExportRequest("svg"), "absent/x.svg", "there is no folder"),
        (ExportRequest("svg"), "", "a file name is needed"),
        (ExportRequest("svg", pages="readable"), "model.svg", "that is a file"),
        (ExportRequest("svg", pages="readable"), "absent/pages", "there is no folder"),
    ):
        problem = path_problem(request, str(tmp_path / name) if name else "")
        assert problem is not None
        assert says in problem
    for request, name in (
        (ExportRequest("toml"), "model.toml"),
        (ExportRequest("svg", pages="readable"), "pages"),
        (ExportRequest("svg", pages="readable"), "."),
        (ExportRequest(MODEL_FILE), "x.mesh"),
        (ExportRequest("report-docx"), "x.docx"),
    ):
        assert path_problem(request, str(tmp_path / name)) is None
    with pytest.raises(MeshmodelError, match="would be lost"):
        files(ExportRequest("dot"), ANALYSIS, tmp_path / "model.toml")


def test_pages_replace_no_model(tmp_path):
    (tmp_path / "page-001.mmd").write_bytes((MODELS / "support-agent.toml").read_bytes())
    with pytest.raises(MeshmodelError, match=r"page-001\.mmd: is an interchange file"):
        files(ExportRequest("mermaid", pages="readable"), ANALYSIS, tmp_path)


def test_where_it_went_is_said():
    one, pages = HERE / "m.svg", HERE / "m-pages"
    words = {
        WrittenFiles(ExportRequest(), one, (one,)).words: "written: /nowhere/m.svg",
        WrittenFiles(
            ExportRequest("cedar"), HERE / "m.cedar", (HERE / "m.cedarschema", HERE / "m.cedar")
        ).words: "written: /nowhere/m.cedar and m.cedarschema",
        WrittenFiles(
            ExportRequest("report-md"), HERE / "m.md", (HERE / "m-pictures" / "a.png", HERE / "m.md")
        ).words: "written: /nowhere/m.md and 1 file in m-pictures",
        WrittenFiles(
            ExportRequest(pages="readable"), pages, (pages / "a.svg", pages / "b.svg")
        ).words: "written: 2 files in /nowhere/m-pages",
    }
    assert all(said == expected for said, expected in words.items())
    last = WrittenFiles(ExportRequest(pages="readable"), pages, (pages / "a.svg",)).last
    assert last == LastExport("svg", pages, is_paged=True)
    assert first_request("designed", ("agent", "bot"), None, last) == ExportRequest(
        view="designed", agent="bot", pages="readable"
    )


def test_where_the_form_that_was_written_last_is_no_more_the_first_is_proposed():
    last = LastExport("tickets-jira", HERE / "m.jira.csv", is_paged=False)
    request = first_request("built", None, None, last)
    assert completed(request, SNAPSHOT, ANALYSIS).format == next(iter(OFFERED))


def test_the_question_names_what_would_be_lost(tmp_path):
    files = [tmp_path / name for name in ("a\x1b.svg", "b.svg", "c.svg")]
    assert replace_question(files) is None
    files[0].touch()
    assert replace_question(files) == r"a\x1b.svg is there already. Replace it?"
    files[2].touch()
    assert replace_question(files) == "c.svg and 1 more of 3 files are there already. Replace them?"


@pytest.mark.slow
def test_a_report_tells_how_far_it_is_and_stops_when_it_is_told_to():
    told = []
    made = files(ExportRequest("report-html"), ANALYSIS, HERE / "m.html", tell=told.append)
    assert list(made) == [HERE / "m.html"]
    assert made[HERE / "m.html"].lower().startswith(b"<!doctype html")
    assert told[0] == "searching for the fix"
    assert told[-1] == "writing"
    assert any(each.startswith("finding ") for each in told)
    began = []
    token = CURRENT.set(Stop(None, lambda: any(each.startswith("finding ") for each in began)))
    try:
        with pytest.raises(Stopped):
            files(ExportRequest("report-html"), ANALYSIS, HERE / "m.html", tell=began.append)
    finally:
        CURRENT.reset(token)
    assert "writing" not in began
