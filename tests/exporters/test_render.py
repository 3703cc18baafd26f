import copy
import os
import select
import stat
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from meshmodel.exporters.diagram import graphviz
from meshmodel.exporters.diagram.build import build
from meshmodel.exporters.diagram.graphviz import Renderer, check_layout, find_renderer, lay_out
from meshmodel.exporters.diagram.layout import Arrangement, arrange
from meshmodel.exporters.diagram.png import with_resolution
from meshmodel.exporters.diagram.svg import clean_svg
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.stop import CURRENT, Stop, Stopped
from tests.exporters.parts import both, every_step_model, render

ROOT = Path(__file__).parents[2]


def program(tmp_path, body, name="dot"):
    path = tmp_path / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def no_wheel(monkeypatch):
    monkeypatch.setattr(graphviz, "packaged_program", lambda: None)
    monkeypatch.delenv(graphviz.CHOICE, raising=False)


@pytest.fixture(scope="module")
def arranged():
    made = build(*both(every_step_model()))
    return made, arrange(find_renderer(), made)


@pytest.fixture
def laid_out(arranged):
    return arranged[0], arranged[1].layout


def test_the_program_of_the_wheel_is_used_with_an_empty_environment(monkeypatch):
    monkeypatch.delenv(graphviz.CHOICE, raising=False)
    found = find_renderer()
    assert found.program.name.startswith("graphviz-pure")
    assert found.environment == ()


def test_a_run_that_takes_too_long_is_stopped(tmp_path):
    slow = Renderer(program(tmp_path, "exec /bin/sleep 60"))
    with pytest.raises(MeshmodelError, match=r"more than 0\.2 seconds .* choose missing"):
        slow.run("digraph {}", "svg", time_limit=0.2)


def test_a_run_ends_as_soon_as_it_is_told_to_and_no_other_begins(tmp_path):
    slow = Renderer(program(tmp_path, f"echo $$ >'{tmp_path}/id'; exec /bin/sleep 60"))

    def is_running():
        return (tmp_path / "id").exists() and (tmp_path / "id").read_text().endswith("\n")

    token = CURRENT.set(Stop(None, is_running))
    try:
        with pytest.raises(Stopped):
            slow.run("digraph {}", "svg")
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "id").read_text()), 0)
        with pytest.raises(Stopped):
            Renderer(tmp_path / "absent").run("digraph {}", "svg")
    finally:
        CURRENT.reset(token)


def test_a_failure_is_one_line(tmp_path):
    failing = Renderer(program(tmp_path, "printf 'Error: lost\\033[31m\\nmore' >&2; exit 1"))
    with pytest.raises(MeshmodelError, match=r"failed: Error: lost\\x1b\[31m$"):
        failing.run("digraph {}", "svg")
    with pytest.raises(MeshmodelError, match="cannot be started"):
        Renderer(tmp_path / "absent").run("digraph {}", "svg")
    with pytest.raises(MeshmodelError, match="syntax error"):
        find_renderer().run("digraph {", "svg")


@pytest.mark.usefixtures("no_wheel")
def test_without_any_renderer_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(graphviz.shutil, "which", lambda name: None)
    with pytest.raises(MeshmodelError, match="install the package graphviz-pure"):
        render(*both(every_step_model()), "svg")
    assert render(*both(every_step_model()), "dot")


@pytest.mark.usefixtures("no_wheel")
@pytest.mark.parametrize(("version", "used"), [("2.42.4", False), ("11.0.0", False), ("12.1.0", True)])
def test_a_native_program_is_used_if_it_is_recent(tmp_path, monkeypatch, version, used):
    native = program(tmp_path, f"echo 'dot - graphviz version {version} (0)' >&2")
    monkeypatch.setattr(graphviz.shutil, "which", lambda name: str(native))
    if used:
        assert find_renderer().program == native
    else:
        with pytest.raises(MeshmodelError, match="12 or newer"):
            find_renderer()


def test_the_user_can_choose_any_native_program(tmp_path, monkeypatch):
    native = program(tmp_path, "exit 0", "my-dot")
    monkeypatch.setenv(graphviz.CHOICE, str(native))
    assert find_renderer().program == native
    assert {name for name, _ in find_renderer().environment} <= {
        "PATH",
        "HOME",
        "LD_LIBRARY_PATH",
        "SystemRoot",
    }
    monkeypatch.setenv(graphviz.CHOICE, str(Path("no such program")))
    with pytest.raises(MeshmodelError, match="MESHMODEL_DOT names"):
        find_renderer()


def test_the_package_that_is_not_installed_is_not_found(monkeypatch):
    monkeypatch.setattr(graphviz, "_PACKAGE", "meshmodel-has-no-such-package")
    assert graphviz.packaged_program.__wrapped__() is None


def test_what_the_renderer_loses_is_noticed(laid_out):
    made, layout = laid_out
    check_layout(layout, made)
    edge = copy.deepcopy(layout)
    del edge["edges"][3]
    with pytest.raises(MeshmodelError, match="lost the line"):
        check_layout(edge, made)
    undrawn = copy.deepcopy(layout)
    del undrawn["edges"][3]["_draw_"]
    with pytest.raises(MeshmodelError, match="lost the line"):
        check_layout(undrawn, made)
    node = copy.deepcopy(layout)
    del next(each for each in node["objects"] if each["name"] == "agent/bot")["pos"]
    with pytest.raises(MeshmodelError, match="lost the shape agent/bot"):
        check_layout(node, made)
    words = copy.deepcopy(layout)
    del next(each for each in words["objects"] if each["name"] == "label/hosting/vault/runner")["pos"]
    with pytest.raises(MeshmodelError, match="lost the shape label/hosting/vault/runner"):
        check_layout(words, made)


def test_unreadable_output_is_refused(tmp_path, laid_out):
    made, _ = laid_out
    with pytest.raises(MeshmodelError, match="no readable layout"):
        lay_out(Renderer(program(tmp_path, "cat >/dev/null; echo nonsense")), "digraph {}", made)
    with pytest.raises(MeshmodelError, match="no readable SVG"):
        clean_svg(b"<svg", made, {})
    head = '<svg xmlns="http://www.w3.org/2000/svg">'
    with pytest.raises(MeshmodelError, match="script"):
        clean_svg(f"{head}<script/></svg>".encode(), made, {})
    with pytest.raises(MeshmodelError, match="lost lines"):
        clean_svg(f"{head}</svg>".encode(), made, {})


@pytest.fixture
def alive(tmp_path):
    """A pipe that has an end for each program that opens it; nobody has one any more when the test ends."""
    path = tmp_path / "alive"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path
    assert select.select([reading], [], [], 30)[0]
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_what_a_slow_renderer_started_is_ended_with_it(tmp_path, alive):
    slow = Renderer(program(tmp_path, f"/bin/sleep 60 >'{alive}' & echo started; exec /bin/sleep 60"))
    with pytest.raises(MeshmodelError, match=r"more than 0\.5 seconds"):
        slow.run("digraph {}", "svg", time_limit=0.5)


@pytest.mark.parametrize("body", ["cat /dev/zero >&2 & exec cat /dev/zero", "exec cat /dev/zero"])
def test_what_a_renderer_writes_has_a_limit(tmp_path, monkeypatch, alive, body):
    monkeypatch.setattr(graphviz, "MOST_BYTES", 1 << 20)
    endless = Renderer(program(tmp_path, f"exec 9>'{alive}'; {body}"), (("PATH", os.environ["PATH"]),))
    with pytest.raises(MeshmodelError, match="wrote more than 1 MiB, which no picture needs"):
        endless.run("digraph {}", "svg")


def test_long_complaints_are_read_and_cut(tmp_path):
    failing = Renderer(
        program(tmp_path, "head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 3"),
        (("PATH", os.environ["PATH"]),),
    )
    with pytest.raises(MeshmodelError, match=r"failed: x{119}…$"):
        failing.run("digraph {}", "svg")


ODD = [
    "[]",
    "7",
    '"x"',
    "{}",
    "NaN",
    '{"objects": 7}',
    '{"objects": [{}]}',
    '{"edges": [7]}',
    '{"bb": "0,0,NaN,1e999"}',
    '{"objects": [{"_gvid": [], "name": {}}]}',
    "[" * 50_000,
]


@pytest.mark.parametrize("to", ["svg", "png", "pdf"])
@pytest.mark.parametrize("answer", ODD)
def test_an_odd_answer_is_one_line(tmp_path, monkeypatch, to, answer):
    (tmp_path / "answer").write_text(answer)
    monkeypatch.setenv(graphviz.CHOICE, str(program(tmp_path, f"exec /bin/cat '{tmp_path}/answer'")))
    with pytest.raises(MeshmodelError) as refused:
        render(*both(every_step_model()), to)
    assert "the renderer" in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("taken", ["bb", "op", "color", "points", "rect", "size", "text"])
def test_a_layout_of_which_a_part_is_missing_is_drawn_or_refused_in_one_line(taken, arranged, monkeypatch):
    _, whole = arranged
    layout = copy.deepcopy(whole.layout)
    for each in (layout, *layout["objects"], *layout["edges"]):
        each.pop(taken, None)
        for step in (*each.get("_draw_", ()), *each.get("_ldraw_", ())):
            step.pop(taken, None)
    monkeypatch.setattr(
        "meshmodel.exporters.diagram.render.arrange",
        lambda renderer, drawn: Arrangement(whole.text, layout),
    )
    refused = []
    for to in ("svg", "png", "pdf"):
        try:
            assert render(*both(every_step_model()), to)
        except MeshmodelError as error:
            refused.append(str(error))
    assert refused
    assert all("graphviz-pure wrote could not be understood (KeyError: " in each for each in refused)


@pytest.mark.parametrize(
    ("platform", "machine", "has_one"),
    [
        ("linux", "x86_64", True),
        ("linux", "aarch64", True),
        ("darwin", "arm64", True),
        ("darwin", "x86_64", True),
        ("win32", "AMD64", True),
        ("win32", "ARM64", True),
        ("win32", "x86", False),
        ("linux", "armv7l", False),
        ("linux", "i686", False),
        ("linux", "s390x", False),
        ("linux", "ppc64le", False),
        ("linux", "riscv64", False),
        ("freebsd14", "amd64", False),
    ],
)
def test_the_program_in_a_wheel_is_required_where_there_is_one(platform, machine, has_one):
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    required = [Requirement(each) for each in document["project"]["dependencies"]]
    (program,) = [each for each in required if each.name == "graphviz-pure"]
    assert program.marker is not None
    assert program.marker.evaluate({"sys_platform": platform, "platform_machine": machine}) is has_one


def test_a_picture_that_ends_in_the_middle_is_refused():
    with pytest.raises(MeshmodelError, match="wrote no PNG"):
        with_resolution(b"\x89PNG\r\n\x1a\n" + b"\0" * 100, 96)


def test_a_program_that_reads_nothing_is_judged_by_what_it_answers(tmp_path):
    text = "digraph {" + " " * 1_000_000 + "}"  # more than a pipe holds
    assert Renderer(program(tmp_path, "echo drawn")).run(text, "svg") == b"drawn\n"
