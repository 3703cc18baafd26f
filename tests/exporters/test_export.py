"""The registry of formats, and exports in each of them."""

import pytest

from meshmodel.answers.export import export
from meshmodel.exporters.policies.stub import policy_stub
from meshmodel.exporters.request import FINDING, FORMATS, ExportRequest
from meshmodel.interchange import write_text
from meshmodel.model.errors import RequestError
from tests.exporters.parts import both, every_step_model, render
from tests.reference.random_models import snapshot_of
from tests.rows import all_rows


@pytest.mark.slow
def test_each_format_is_written_by_its_writer():
    snapshot, analysis = both(every_step_model())
    assert export(analysis, ExportRequest("toml")) == write_text(snapshot).encode()
    assert export(analysis, ExportRequest("policy")) == policy_stub(snapshot, analysis).encode()
    assert export(analysis, ExportRequest("dot")) == render(snapshot, analysis, "dot")
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
    for name, start in starts.items():
        assert export(analysis, ExportRequest(name)).startswith(start)


@pytest.mark.slow
def test_text_is_what_a_terminal_can_show():
    _, analysis = both(every_step_model())
    for name, each in FORMATS.items():
        data = export(analysis, ExportRequest(name))
        assert each.is_text == (b"\0" not in data), name


@all_rows(
    ("choices", "field", "says"),
    [
        (
            {"format": "gif\n"},
            "format",
            r"there is no format 'gif\x0a': use toml, dot, svg, png, pdf, policy, ",
        ),
        ({"lens": "all"}, "lens", "use structure, missing, reach"),
        ({"lens": "changes"}, "lens", "meshmodel diff"),
        ({"since": snapshot_of([])}, "lens", "meshmodel diff"),
        ({"lens": "reach"}, "agent", "shows one agent: name it"),
        ({"lens": "missing", "agent": "bot"}, "agent", "use the lens reach"),
        ({"lens": "reach", "agent": "nobody\n"}, "agent", r"nobody\x0a"),
        ({"lens": "reach", "agent": "old"}, "agent", "retired"),
        ({"zone": "nowhere"}, "zone", "the model has no zone nowhere; it has empty, one, two"),
        ({"zone": "one", "lens": "boundaries"}, "zone", "the boundary map shows all zones"),
        ({"lens": FINDING}, "finding", "a picture of its own: name one"),
        ({"finding": "a:b"}, "finding", "a picture of its own: name one, and no lens"),
        ({"lens": FINDING, "finding": "a:b", "zone": "one"}, "finding", "no lens, agent or zone"),
        ({"dpi": 90}, "dpi", "is for png, not for svg"),
        ({"format": "png", "dpi": 0}, "dpi", "72 or more"),
        (
            {"asks": "target"},
            "asks",
            "is for cedar, cedarschema, rego, rego-data, rego-test, cedar-requests, not for svg",
        ),
        ({"format": "cedar", "colours": "dark"}, "colours", "is for dot, svg, png, pdf, not for cedar"),
        ({"format": "graphml", "pages": "readable"}, "pages", "is for dot, svg, png, pdf, mermaid, not for"),
        ({"format": "toml", "form": "whole"}, "form", "not for toml"),
    ],
)
def test_a_choice_that_does_not_fit_is_named_in_one_line(choices, field, says):
    with pytest.raises(RequestError) as caught:
        export(both(every_step_model())[1], ExportRequest(**choices))
    assert caught.value.field == field
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_choice_that_was_made_is_refused_even_where_it_changes_nothing():
    ExportRequest("toml").check()
    with pytest.raises(RequestError, match="not for toml") as caught:
        ExportRequest("toml").check(["format", "lens"])
    assert caught.value.field == "lens"


def test_an_empty_model_is_a_title():
    for name, each in FORMATS.items():
        if each.is_diagram:
            assert export(both(snapshot_of([]))[1], ExportRequest(name))
