"""A model is told by its content, whatever its file is called."""

import json
import re
import shutil

import pytest

from meshmodel.app.session import Session
from meshmodel.interchange import read_file
from meshmodel.model.errors import MeshmodelError
from meshmodel.store.store import Store
from tests.commands.running import MODELS, documents, refused, run

AGENT = MODELS / "support-agent.toml"
NAMES = ["model", "model.txt", "model.toml", "model.mesh", "MODEL.TOML"]


def model_in(folder, name, kind):
    path = folder / name
    if kind == "interchange file":
        shutil.copy(AGENT, path)
    else:
        Store.create(folder / "made.mesh", read_file(AGENT)).close()
        (folder / "made.mesh").rename(path)
    return path


@pytest.mark.parametrize(
    ("kind", "name"),
    [("interchange file", "model.mesh"), ("interchange file", "model"), ("model file", "model.toml")],
)
def test_every_command_takes_either_kind_under_any_name(tmp_path, kind, name):
    path = model_in(tmp_path, name, kind)
    assert documents("check", "--json", path) == documents("check", "--json", AGENT)
    assert run("export", path, "--to", "toml").stdout == run("export", AGENT, "--to", "toml").stdout
    assert run("diff", path, AGENT).returncode == 0
    source = tmp_path / ".mcp.json"
    source.write_text(json.dumps({"mcpServers": {"files": {"command": "files-server"}}}), encoding="utf-8")
    assert run("import", source, "--into", path, "--apply").returncode == 0
    assert run("fix", "--apply", "planned", path).returncode == 0
    assert run("offboard", path, "support-bot", "--apply").returncode == 0
    begins = path.read_bytes()[:16]
    assert (begins == b"SQLite format 3\0") == (kind == "model file")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["interchange file", "model file"])
def test_the_workbench_opens_either_kind_under_any_name(tmp_path, kind, name):
    path = model_in(tmp_path, name, kind)
    session = Session.open(path)
    try:
        assert session.snapshot == read_file(AGENT)
        assert session.read_only == (kind == "interchange file")
        if session.read_only:
            assert not session.why_read_only.endswith(f" -o {name}")
    finally:
        session.close()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "is not a model file (models are .mesh or .toml files)"),
        ("a.mesh", b"hello", "is not a model file (models are .mesh or .toml files)"),
        ("a", b"hello = 1\n", "meshmodel import makes a model of files of other programs"),
        ("a.txt", b"", "is empty, so it is no model"),
        ("a.mesh", b"", "is empty, so it is no model"),
        ("a.toml", b"", 'write format = "meshmodel/1" first'),
        ("a.toml", b"\x00\xff", "line 1: is not UTF-8 text"),
    ],
)
def test_what_is_neither_is_refused_in_one_line(tmp_path, name, content, why):
    path = tmp_path / name
    path.write_bytes(content)
    line = refused("check", path)
    assert str(path) in line
    assert why in line
    with pytest.raises(MeshmodelError, match=re.escape(line)):
        Session.open(path)
