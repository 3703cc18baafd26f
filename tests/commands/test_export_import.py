"""Models in other forms: to standard output, to files that are replaced whole, and back."""

import os
import pty
import re
import shutil
import subprocess
import tomllib

import pytest

from meshmodel.store.examples import ORDER
from tests.commands.running import MODELS, PROGRAM, refused, run

AGENT = MODELS / "support-agent.toml"
STARTS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml", "dot": b"digraph"}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ORDER)
def test_a_round_trip_through_a_model_file_is_byte_identical(tmp_path, name):
    source, mesh, back = MODELS / f"{name}.toml", tmp_path / "m.mesh", tmp_path / "back.toml"
    done = run("import", source, "-o", mesh)
    assert (done.returncode, done.stderr) == (0, "")
    assert run("export", mesh, "--to", "toml", "-o", back).returncode == 0
    assert back.read_bytes() == source.read_bytes()
    assert run("export", mesh, "--to", "toml").stdout.encode() == source.read_bytes()
    assert names(tmp_path) == ["back.toml", "m.mesh"]


def test_a_model_file_is_not_imported_but_said_to_be_one_already(tmp_path):
    mesh = tmp_path / "m.mesh"
    assert run("import", AGENT, "-o", mesh).returncode == 0
    line = refused("import", mesh, "-o", tmp_path / "n.mesh")
    assert f"is a model file already; meshmodel open {mesh}" in line
    assert names(tmp_path) == ["m.mesh"]


def test_both_kinds_of_model_give_the_same_answers(tmp_path):
    mesh = tmp_path / "m.mesh"
    assert run("import", AGENT, "-o", mesh).returncode == 0
    for command in (("check", "--json", "--crossings"), ("reach", "--json"), ("explain", "--json")):
        ours, theirs = run(*command, mesh), run(*command, AGENT)
        assert ours.stdout == theirs.stdout
        assert ours.returncode == theirs.returncode
    assert names(tmp_path) == ["m.mesh"]


def test_import_never_overwrites(tmp_path):
    for name in ("m.mesh", "other.mesh"):
        (tmp_path / name).write_bytes(b"precious")
    assert "m.mesh" in refused("import", AGENT, "-o", tmp_path / "m.mesh")
    assert (tmp_path / "m.mesh").read_bytes() == b"precious"
    assert ".mesh" in refused("import", AGENT, "-o", tmp_path / "m.toml")
    assert names(tmp_path) == ["m.mesh", "other.mesh"]


def test_a_refused_import_leaves_nothing_behind(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text('format = "meshmodel/1"\n[[zone]]\nname = "no id"\n', encoding="utf-8")
    assert "bad.toml" in refused("import", bad, "-o", tmp_path / "m.mesh")
    assert "nowhere" in refused("import", AGENT, "-o", tmp_path / "nowhere" / "m.mesh")
    assert names(tmp_path) == ["bad.toml"]


def test_export_replaces_whole_and_keeps_permissions_and_links(tmp_path):
    real, link = tmp_path / "real.toml", tmp_path / "link.toml"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    assert run("export", AGENT, "-o", link).returncode == 0
    assert link.is_symlink()
    assert real.read_bytes() == AGENT.read_bytes()
    assert real.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["link.toml", "real.toml"]


def test_export_that_fails_leaves_the_old_file(tmp_path):
    old = tmp_path / "old.png"
    old.write_bytes(b"old")
    assert "nobody" in refused("export", AGENT, "--lens", "reach", "--agent", "nobody", "-o", old)
    assert old.read_bytes() == b"old"
    assert "cannot be written" in refused("export", AGENT, "-o", tmp_path / "nowhere" / "x.toml")
    assert "cannot be written" in refused("export", AGENT, "--to", "toml", "-o", tmp_path)
    assert names(tmp_path) == ["old.png"]


def test_export_does_not_write_over_the_model_itself(tmp_path):
    copy = tmp_path / "m.toml"
    copy.write_bytes(AGENT.read_bytes())
    assert "the model itself" in refused("export", copy, "--to", "policy", "-o", copy)
    assert copy.read_bytes() == AGENT.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "form", "says"),
    [
        ("victim.mesh", "mesh", "svg", "is a model file, and would be lost to svg; name another file"),
        ("victim.mesh", "mesh", "toml", "is a model file, and would be lost to toml"),
        ("victim", "mesh", "toml", "is a model file, and would be lost to toml"),
        ("victim.toml", "toml", "policy", "is an interchange file, and would be lost to policy"),
        ("victim", "toml", "dot", "is an interchange file, and would be lost to dot"),
        ("victim.toml", "broken", "policy", "is an interchange file, and would be lost to policy"),
        ("earlier.toml", "toml", "toml", None),
        ("earlier.policy.toml", "stub", "policy", None),
        ("mine.policy.toml", "filled", "policy", "is filled in, and that would be lost"),
        ("mine.policy.toml", "commented", "policy", "is filled in, and that would be lost"),
        ("earlier", "text", "svg", None),
    ],
)
def test_export_replaces_no_model_but_what_was_exported_before(tmp_path, name, content, form, says):
    file = tmp_path / name
    chain = (MODELS / "agent-chain.toml").read_text(encoding="utf-8")
    if content == "mesh":
        assert run("import", MODELS / "agent-chain.toml", "-o", tmp_path / "made.mesh").returncode == 0
        (tmp_path / "made.mesh").rename(file)
    else:
        texts = {
            "toml": chain,
            "broken": "# mine\n\n\"format\"='meshmodel/1'\n[[zone\n",
            "stub": 'format = "meshmodel-policy/1"\nmodel = "old"\n',
            "filled": 'format = "meshmodel-policy/1"\n[[agent.require]]\nkind = "human-approval"\n',
            "commented": 'format = "meshmodel-policy/1"\n# asked Ann\n',
            "text": 'say format = "meshmodel/1"\n',
        }
        file.write_text(texts[content], encoding="utf-8")
    before = file.read_bytes()
    if says is None:
        assert run("export", AGENT, "--to", form, "-o", file).returncode == 0
        assert file.read_bytes() != before
    else:
        assert says in refused("export", AGENT, "--to", form, "-o", file)
        assert file.read_bytes() == before
    assert names(tmp_path) == [name]


@pytest.mark.parametrize(
    ("form", "name", "fits"),
    [
        ("png", "x.svg", False),
        ("svg", "x.PNG", False),
        ("dot", "x.toml", False),
        ("policy", "x.svg", False),
        ("toml", "x.pdf", False),
        ("svg", "x.mesh", False),
        ("svg", "x.SVG", True),
        ("svg", "x", True),
        ("dot", "x.gv", True),
        ("policy", "x.policy.toml", True),
        ("toml", "x.toml", True),
    ],
)
def test_what_is_written_is_named_as_what_it_is(tmp_path, form, name, fits):
    path = tmp_path / name
    if fits:
        assert run("export", AGENT, "--to", form, "-o", path).returncode == 0
        assert names(tmp_path) == [name]
    else:
        line = refused("export", AGENT, "--to", form, "-o", path)
        assert "is the ending of model files" in line or f"is not the ending of {form}; name it ." in line
        assert names(tmp_path) == []


@pytest.mark.parametrize("form", sorted(STARTS))
def test_pictures_by_name_and_by_option(tmp_path, form):
    path = tmp_path / f"picture.{form}"
    assert run("export", AGENT, "-o", path).returncode == 0
    assert STARTS[form] in path.read_bytes()[:400]
    with (tmp_path / "piped").open("wb") as piped:
        done = subprocess.run([PROGRAM, "export", AGENT, "--to", form], stdout=piped, check=False)
    assert done.returncode == 0
    if form != "pdf":
        assert (tmp_path / "piped").read_bytes() == path.read_bytes()


def test_pages_are_written_into_a_folder_and_a_picture_that_is_too_large_names_them(tmp_path):
    model = MODELS / "federated-release.toml"
    assert run("export", model, "--to", "svg", "--pages", tmp_path / "pages").stderr == ""
    made = names(tmp_path / "pages")
    assert made[0] == "01-overview.svg"
    assert len(made) == 5
    done = run("export", model, "-o", tmp_path / "one.svg")
    assert done.returncode == 0
    assert re.fullmatch(r"meshmodel: on an A4 page .* has \d\.\d points; --pages DIR .*\n", done.stderr)
    assert names(tmp_path) == ["one.svg", "pages"]


def test_pages_replace_no_model_and_need_a_folder(tmp_path):
    shutil.copy(AGENT, tmp_path / "picture.svg")
    assert "is an interchange file" in refused("export", AGENT, "--pages", tmp_path)
    assert "cannot be made a folder" in refused("export", AGENT, "--pages", tmp_path / "picture.svg")
    assert "leave -o out" in refused("export", AGENT, "--pages", tmp_path, "-o", tmp_path / "x.svg")
    assert names(tmp_path) == ["picture.svg"]


def test_a_picture_does_not_go_to_a_terminal():
    master, slave = pty.openpty()
    done = subprocess.run(
        [PROGRAM, "export", AGENT, "--to", "png"],
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(slave)
    os.close(master)
    assert done.returncode == 2
    assert b"terminal" in done.stderr


def test_the_resolution_of_a_png(tmp_path):
    from PIL import Image

    widths = []
    for dpi in (72, 144):
        path = tmp_path / f"{dpi}.png"
        assert run("export", AGENT, "--dpi", dpi, "-o", path).returncode == 0
        with Image.open(path) as picture:
            widths.append(picture.width)
    assert widths[1] == pytest.approx(2 * widths[0], rel=0.05)


def test_the_policy_stub():
    done = run("export", AGENT, "--to", "policy")
    assert done.returncode == 0
    stub = tomllib.loads(done.stdout)
    assert (stub["format"], stub["model"], stub["default"]) == (
        "meshmodel-policy/1",
        "Support agent",
        "deny",
    )


ASKED = "cedar, cedarschema, rego, rego-data, rego-test, cedar-requests"
REFUSED = [
    ("", "in which form? add --to and one of toml, dot, svg"),
    ("-o x.docx", "x.docx: in which form? add --to"),
    ("--to gif", "argument --to: invalid choice: 'gif'"),
    ("--to toml --lens missing", "--lens: is for dot, svg, png, pdf, not for toml"),
    ("--to toml --lens structure", "--lens: is for dot, svg, png, pdf, not for toml"),
    ("--to svg --lens reach", "--agent: the lens 'reach' shows one agent: name it"),
    ("--to policy --agent support-bot", "--agent: is for dot, svg, png, pdf, not for policy"),
    ("--to svg --lens missing --agent support-bot", "--agent: the lens 'missing' shows all agents: "),
    ("--to svg --agent nobody", "--agent: the model has no agent nobody; it has support-bot"),
    ("--to svg --zone nowhere", "--zone: the model has no zone nowhere; it has cloud, helpdesk"),
    ("--to svg --zone cloud --lens boundaries", "--zone: the boundary map shows all zones"),
    ("--to svg --finding a:b --agent support-bot", "--finding: a finding is a picture of its own: "),
    ("--to svg --finding a:b --lens missing", "--finding: a finding is a picture of its own: "),
    ("--to svg --finding a:b", "--finding: there is no finding 'a:b': "),
    ("--to rego --form whole", "--form: is for dot, svg, png, pdf, not for rego"),
    ("--to rego --dark", "--dark: is for dot, svg, png, pdf, not for rego"),
    ("--to rego --pages folder", "--pages: is for dot, svg, png, pdf, mermaid, not for rego"),
    ("--pages folder -o x.svg", "--pages names the folder to write to: leave -o out"),
    ("--to svg --dpi 100", "--dpi: is for png, not for svg"),
    ("--to png --dpi 1e9", "argument --dpi: a whole number from 36 to 1200"),
    ("--to png --dpi 10", "argument --dpi: a whole number from 36 to 1200"),
    ("--to policy --view target", f"--view: is for {ASKED}, not for policy"),
    ("--to svg --view initiator", f"--view: is for {ASKED}, not for svg"),
    ("--to toml --planned", "--planned makes no difference to toml"),
    ("--to svg --by plan", "--by: is for tickets"),
    ("--to pdf --view trade-off", "--view trade-off is a picture: --to svg or png, not pdf"),
    ("--to svg --view trade-off --dark", "--view trade-off shows no part of the model"),
]


def test_every_option_that_does_not_fit_is_refused_by_its_name(tmp_path, called, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for options, says in REFUSED:
        status, said, complaint = called("export", AGENT, *options.split())
        assert (status, said) == (2, "")
        assert complaint.startswith(f"meshmodel: {says}")
        assert complaint.count("\n") == 1
    assert names(tmp_path) == []
    _, text, _ = called("export", "--help")
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", text.partition("options:")[2])) - {"--help", "--output"}
    assert {word for each, _ in REFUSED for word in each.split() if word.startswith("--")} >= options
