"""The registry of formats, and exports in each of them."""

import pytest

from meshmodel.exporters.export import FORMATS, ExportOptions, export
from meshmodel.exporters.policies.stub import policy_stub
from meshmodel.interchange import write_text
from meshmodel.model.errors import MeshmodelError
from tests.exporters.parts import both, every_step_model, render
from tests.reference.random_models import snapshot_of


def test_each_format_is_written_by_its_writer():
    snapshot, analysis = both(every_step_model())
    assert export(snapshot, analysis, ExportOptions("toml")) == write_text(snapshot).encode()
    assert export(snapshot, analysis, ExportOptions("policy")) == policy_stub(snapshot, analysis).encode()
    assert export(snapshot, analysis, ExportOptions("dot")) == render(snapshot, analysis, to="dot")
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
    for name, start in starts.items():
        assert export(snapshot, analysis, ExportOptions(name)).startswith(start)


def test_text_is_what_a_terminal_can_show():
    snapshot, analysis = both(every_step_model())
    for name, each in FORMATS.items():
        data = export(snapshot, analysis, ExportOptions(name))
        assert each.is_text == (b"\0" not in data), name


def test_the_lens_is_the_reach_of_the_agent_that_is_named():
    snapshot, analysis = both(every_step_model())
    named = export(snapshot, analysis, ExportOptions("dot", agent="bot"))
    assert named == export(snapshot, analysis, ExportOptions("dot", "reach", "bot"))
    whole = export(snapshot, analysis, ExportOptions("dot"))
    assert whole == export(snapshot, analysis, ExportOptions("dot", "structure")) != named


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"to": "gif"}, "use toml, dot, svg, png, pdf, policy, cedar, cedarschema, rego, rego-data"),
        ({"to": "svg", "lens": "all"}, "use structure, missing, reach"),
        ({"to": "svg", "lens": "reach"}, "--agent"),
        ({"to": "svg", "lens": "missing", "agent": "bot"}, "--lens reach"),
        ({"to": "svg", "lens": "reach", "agent": "nobody\n"}, r"nobody\\x0a"),
        ({"to": "svg", "lens": "reach", "agent": "old"}, "retired"),
        ({"to": "svg", "dpi": 90}, "--to png"),
        ({"to": "png", "dpi": 0}, "72 or more"),
    ],
)
def test_options_that_do_not_fit_are_refused_in_one_line(options, says):
    with pytest.raises(MeshmodelError, match=says) as caught:
        export(*both(every_step_model()), ExportOptions(**options))
    assert "\n" not in str(caught.value)


def test_an_empty_model_is_a_title():
    for name, each in FORMATS.items():
        if each.is_diagram:
            assert export(*both(snapshot_of([])), ExportOptions(name))
