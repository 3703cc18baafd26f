"""Files that others change, and files that are no ordinary ones."""

import json
import os
import subprocess
import threading

import pytest

from meshmodel.analysis import analysis
from meshmodel.edits import checkpoints, offboarding
from meshmodel.interchange import read_file
from meshmodel.model import open_file
from tests.commands.running import MODELS, refused, run
from tests.rows import all_rows

AGENT = MODELS / "support-agent.toml"
APPLYING = {
    "fix": (checkpoints, "plan_edit", ("fix", "MODEL", "--apply", "planned")),
    "plan": (checkpoints, "plan_edit", ("plan", "MODEL", "--apply", "planned")),
    "offboard": (offboarding, "offboard", ("offboard", "MODEL", "support-bot", "--apply")),
}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", APPLYING)
def test_what_another_program_wrote_meanwhile_is_kept(name, tmp_path, monkeypatch, called):
    module, function, call = APPLYING[name]
    model = tmp_path / "model.toml"
    content = AGENT.read_bytes()
    model.write_bytes(content)
    original = getattr(module, function)

    def meanwhile(*arguments):
        model.write_bytes(content + b"# a remark\n")
        return original(*arguments)

    monkeypatch.setattr(module, function, meanwhile)
    status, output, complaint = called(*(str(model) if each == "MODEL" else each for each in call))
    assert (status, output) == (2, "")
    assert complaint == (
        f"meshmodel: {model}: was changed by another program meanwhile; nothing was written, do it again\n"
    )
    assert model.read_bytes() == content + b"# a remark\n"
    monkeypatch.undo()
    assert called(*(str(model) if each == "MODEL" else each for each in call))[0] == 0
    assert names(tmp_path) == ["model.toml"]


def test_a_dash_is_standard_output(tmp_path):
    done = run("export", AGENT, "--to", "toml", "-o", "-", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.encode() == AGENT.read_bytes()
    assert "--to" in refused("export", AGENT, "-o", "-", cwd=tmp_path)
    assert names(tmp_path) == []


def test_an_export_does_not_replace_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert refused("export", AGENT, "--to", "toml", "-o", pipe) == (
        f"{pipe}: cannot be written: nobody reads from it"
    )
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        with pipe.open("ab"):  # waits until it is read
            assert run("export", AGENT, "--to", "toml", "-o", pipe).returncode == 0
        assert reader.stdout is not None
        assert reader.stdout.read() == AGENT.read_bytes()
    assert pipe.is_fifo()
    assert names(tmp_path) == ["pipe"]


def test_an_export_to_the_device_that_takes_everything(tmp_path):
    null = tmp_path / "null"
    null.symlink_to(os.devnull)
    done = run("export", AGENT, "--to", "svg", "-o", null)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert null.is_char_device()
    assert names(tmp_path) == ["null"]


@pytest.fixture
def pipe(tmp_path, monkeypatch):
    monkeypatch.setattr(open_file, "PIPE_WAIT", 0.05)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_pipe_into_which_nobody_writes_is_not_waited_for(pipe, called):
    log = ("trace", AGENT, pipe, "--format", "jsonl")
    maps = ("trace", AGENT, AGENT, "--format", "cloudtrail", "--map", pipe)
    for call in (("check", pipe), ("import", pipe, "-o", pipe.with_name("m.mesh")), log, maps):
        status, _, complaint = called(*call)
        assert status == 2
        assert complaint == f"meshmodel: {pipe}: cannot be read: nobody writes into this pipe\n"
    journal = pipe.with_name("m.mesh-journal")
    assert called("import", AGENT, "-o", pipe.with_name("m.mesh"))[0] == 0
    pipe.rename(journal)
    status, _, complaint = called("check", pipe.with_name("m.mesh"))
    assert status == 2
    assert complaint == (
        f"meshmodel: {journal.with_name('m.mesh')}: cannot be opened beside m.mesh-journal, "
        "which is no ordinary file; move that away\n"
    )


def test_a_writer_that_takes_its_time_is_waited_for(pipe, monkeypatch):
    monkeypatch.setattr(open_file, "PIPE_WAIT", 0)
    writing = os.open(pipe, os.O_RDWR)
    begun, found = threading.Event(), []
    monkeypatch.setattr(
        open_file.os, "set_blocking", lambda *way, after=os.set_blocking: (after(*way), begun.set())
    )
    thread = threading.Thread(target=lambda: found.append(read_file(pipe)))
    thread.start()
    assert begun.wait(60)
    with os.fdopen(writing, "wb") as file:
        file.write(AGENT.read_bytes())
    thread.join()
    assert found == [read_file(AGENT)]


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (("export", AGENT, "--to", "toml", "-o", "/dev/stdout"), 'before\nformat = "meshmodel/1"\n'),
        (("export", AGENT, "--to", "rego", "-o", "link"), "before\n# Asks the data beside"),
        (
            ("check", AGENT, "--fail-on", "never", "--sarif", "/proc/self/fd/1"),
            "before\nSupport agent, as built: 1 agent",
        ),
    ],
)
def test_what_the_shell_appends_to_is_appended_to(tmp_path, words, begins):
    (tmp_path / "link").symlink_to("/dev/stdout")
    out = tmp_path / "out.json"
    out.write_bytes(b"before\n")
    with out.open("ab") as appended:
        done = run(*words, cwd=tmp_path, capture_output=False, stdout=appended, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, "")
    content = out.read_text(encoding="utf-8")
    assert content.startswith(begins)
    assert content.endswith("\n")
    if "--sarif" in words:  # the answer comes first, and both are whole
        assert json.loads(content[content.index("{\n") :])["runs"]
    assert names(tmp_path) == ["link", "out.json"]


@all_rows(
    ("name", "beside"),
    [
        ("p.rego", ("p.json", "p_test.rego")),
        ("p.rego", ("p_test.rego", "p.json")),
        ("p.cedar", ("p.cedarschema", "p.requests.json")),
        ("p.cedar", ("p.requests.json", "p.cedarschema")),
        ("p.opengraph.json", ("p.opengraph.schema.json",)),
    ],
)
def test_a_file_beside_replaces_only_what_it_wrote(tmp_path, name, beside, called, monkeypatch):
    monkeypatch.chdir(tmp_path)
    beside, *others = beside
    mine = tmp_path / beside
    mine.write_text('{"mine": 1}\n', encoding="utf-8")
    status, _, complaint = called("export", str(AGENT), "-o", name)
    assert status == 2
    assert f"{beside}: belongs beside {name}, but is there already" in complaint
    assert names(tmp_path) == [beside]
    assert mine.read_text(encoding="utf-8") == '{"mine": 1}\n'
    mine.unlink()
    for _ in range(2):
        assert called("export", str(AGENT), "-o", name) == (0, "", "")
    assert names(tmp_path) == sorted([name, beside, *others])


@pytest.mark.parametrize("command", ["export", "report"])
def test_nothing_is_written_beside_what_cannot_be_written(tmp_path, command, called, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "p.md" if command == "report" else "p.rego"
    (tmp_path / name).symlink_to(name)
    status, _, complaint = called(command, str(AGENT), "-o", name)
    assert status == 2
    assert complaint == f"meshmodel: {name}: cannot be written: Too many levels of symbolic links\n"
    assert names(tmp_path) == [name]


@all_rows(
    "words",
    [
        "check loop.toml",
        "check loop.mesh",
        "check agent.toml --sarif loop.toml",
        "check agent.toml --baseline loop.toml",
        "diff agent.toml loop.toml",
        "drift agent.toml loop.toml",
        "import loop.toml -o new.mesh",
        "import folder/a.mcp.json -o loop.mesh",
        "import folder/a.mcp.json --as mcp -o new.mesh --ledger loop.toml",
        "import folder/a.mcp.json --as mcp --into loop.mesh",
        "export agent.toml --pages loop.toml",
        "policy verify loop.toml agent.toml",
        "trace agent.toml loop.toml --format jsonl",
    ],
)
def test_a_loop_of_links_is_refused_in_one_line(tmp_path, words, called, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("loop.toml", "loop.mesh"):
        (tmp_path / name).symlink_to(f"other-{name}")
        (tmp_path / f"other-{name}").symlink_to(name)
    (tmp_path / "agent.toml").write_bytes(AGENT.read_bytes())
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.mcp.json").write_text('{"mcpServers": {"a": {"command": "x"}}}', "utf-8")
    before = names(tmp_path)
    status, _, complaint = called(*words.split())
    assert status == 2
    assert complaint.count("\n") == 1
    assert "loop." in complaint
    assert "fault" not in complaint
    assert names(tmp_path) == before


@pytest.mark.parametrize("words", [("check", "-"), ("trace", AGENT, "-", "--format", "jsonl")])
def test_a_standard_input_that_is_closed(words):
    assert refused(*words, stdin=None, preexec_fn=lambda: os.close(0)) == (
        "standard input: is closed, so there is nothing to read; name a file"
    )


def test_files_are_read_where_standard_input_is_closed(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text('{"agent": "support-bot"}\n', encoding="utf-8")
    done = run("trace", AGENT, log, stdin=None, preexec_fn=lambda: os.close(0))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", [("check", str(AGENT)), ("export", str(AGENT), "--to", "toml")])
def test_too_little_memory_is_told_in_one_line(words, called, monkeypatch):
    def analyse(*_arguments, **_options):
        raise MemoryError

    monkeypatch.setattr(analysis, "analyse", analyse)
    status, output, complaint = called(*words)
    assert (status, output) == (2, "")
    assert complaint.endswith(
        "there is not enough memory, so there is no complete answer; make some free, or ask less\n"
    )
