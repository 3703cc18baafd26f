"""Exports for other programs from the command line: files, standard output, what is refused."""

import json
import subprocess

import pytest

from meshmodel.interchange import write_text
from tests.commands.running import MODELS, PROGRAM, refused, run
from tests.exporters.graphs.models import neighbours

AGENT = MODELS / "support-agent.toml"
STARTS = {
    "mermaid": "---\ntitle: ",
    "graphml": "<?xml ",
    "opengraph": '{\n "metadata"',
    "opengraph-schema": '{\n "schema"',
    "tickets-md": "# Tickets of Support agent",
    "tickets-json": '{"format": "meshmodel-tickets/2"',
}


@pytest.mark.parametrize("form", STARTS)
def test_standard_output_and_a_file_have_the_same(tmp_path, form):
    file = tmp_path / f"out.{form}"
    shown = subprocess.run(  # as bytes: CSV has line ends of its own
        [PROGRAM, "export", AGENT, "--to", form, "-o", "-"], capture_output=True, timeout=60, check=False
    )
    written = run("export", AGENT, "--to", form, "-o", file)
    assert (shown.returncode, shown.stderr, written.returncode, written.stderr) == (0, b"", 0, "")
    assert shown.stdout == file.read_bytes()
    assert shown.stdout.decode().startswith(STARTS[form])


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("m.toml", "toml"),
        ("m.policy.toml", "policy"),
        ("m.mmd", "mermaid"),
        ("m.GraphML", "graphml"),
        ("m.tickets.md", "tickets-md"),
        ("m.Tickets.json", "tickets-json"),
        ("m.csv", None),
        ("m.json", None),
        ("mmd", None),
    ],
)
def test_the_longest_ending_of_the_name_tells_the_form(tmp_path, name, form):
    if form is None:
        assert "in which form?" in refused("export", AGENT, "-o", tmp_path / name)
        return
    assert run("export", AGENT, "-o", tmp_path / name).returncode == 0
    assert (tmp_path / name).read_text("utf-8") == run("export", AGENT, "--to", form).stdout


def test_the_extension_schema_is_written_beside_the_payload(tmp_path):
    assert run("export", AGENT, "--to", "opengraph", "-o", tmp_path / "m.opengraph.json").returncode == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["m.opengraph.json", "m.opengraph.schema.json"]
    schema = json.loads((tmp_path / "m.opengraph.schema.json").read_bytes())
    assert schema["schema"]["namespace"] == "MeshModel"


@pytest.mark.parametrize("form", ["node-link", "tickets", "tickets-jira", "tickets-azure", "tickets-github"])
def test_a_form_that_is_no_more_is_refused_with_those_that_are(form):
    assert "'tickets-md', 'tickets-json'" in refused("export", AGENT, "--to", form)


def test_a_model_too_large_for_mermaid_is_refused_and_nothing_is_replaced(tmp_path):
    model, old = tmp_path / "large.toml", tmp_path / "old.mmd"
    model.write_text(write_text(neighbours(6, 20)), encoding="utf-8")
    old.write_bytes(b"old")
    assert "takes 2 Mermaid diagrams" in refused("export", model, "--to", "mermaid", "-o", old)
    assert old.read_bytes() == b"old"
    done = run("export", model, "--to", "mermaid", "--pages", tmp_path / "pages")
    assert (done.returncode, done.stderr) == (0, "")
    pages = sorted((tmp_path / "pages").iterdir())
    assert [each.name for each in pages] == ["page-001.mmd", "page-002.mmd"]
    assert [f", {n} of 2" in each.read_text("utf-8") for n, each in enumerate(pages, 1)] == [True, True]
