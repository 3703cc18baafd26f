"""``meshmodel scan``: a folder in a screen of lines, kept where that is asked for; a gate it is not."""

import json

import pytest

from meshmodel.answers.scan import Group, ScanAnswer, ScanScope, scan_lines
from meshmodel.model.records import Snapshot
from meshmodel.store.load import load
from tests.commands.running import documents, refused, run

SERVERS = json.dumps({"mcpServers": {"files": {"command": "files-mcp", "args": ["/srv"]}}})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / ".mcp.json").write_text(SERVERS, encoding="utf-8")
    monkeypatch.chdir(shop)
    return shop


def test_the_folder_that_one_is_in_is_scanned_and_nothing_is_written(folder):
    done = run("scan")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("shop: 1 file, 1 configuration read, 0 not read\n")
    assert [each.name for each in folder.iterdir()] == [".mcp.json"]


def test_a_model_is_kept_and_is_as_an_import_makes_it(folder):
    done = run("scan", folder, "-o", "found.mesh")
    assert "meshmodel open found.mesh shows the path\n" in done.stdout
    assert run("scan", folder, "-o", "found.toml").returncode == 0
    assert load(folder / "found.mesh").agent == load(folder / "found.toml").agent != {}
    assert run("import", ".mcp.json", "--into", "found.mesh").stdout.endswith("nothing to change\n")
    assert "is there already" in refused("scan", folder, "-o", "found.mesh")


def test_what_cannot_be_read_is_said_and_the_answer_is_no_whole_one(folder):
    (folder / "mcp.json").write_text("{", encoding="utf-8")
    done = run("scan")
    assert done.returncode == 2
    assert "1 configuration read, 1 not read" in done.stdout
    assert done.stderr.startswith("meshmodel: mcp.json: ")


def test_of_many_files_that_cannot_be_read_ten_are_named_and_the_rest_counted(folder):
    for number in range(14):
        (folder / f"{number}.mcp").mkdir()
        (folder / f"{number}.mcp/mcp.json").write_text("{", encoding="utf-8")
    done = run("scan")
    assert done.returncode == 2
    assert done.stderr.count("is no JSON") == 10
    assert done.stderr.endswith("meshmodel: 4 more files could not be read; --json lists them\n")


def test_the_answer_for_programs(folder):
    (answer,) = documents("scan", "--json")
    assert answer["format"] == "meshmodel-scan/1"
    assert answer["complete"]
    assert answer["read"] == [{"file": ".mcp.json", "form": "MCP client configuration"}]
    assert documents("scan", folder, "--json") == [answer]


def test_what_is_no_folder_is_refused(folder):
    assert "is no folder" in refused("scan", folder / ".mcp.json")


def test_rows_of_ones_own_come_first(folder):
    (folder / "own.toml").write_text(
        'format = "meshmodel-catalogue/1"\n[[server]]\nid = "files"\nmatch = ["bin:files-mcp"]\n'
        'reaches = ["github:read"]\nsource = ""\n',
        encoding="utf-8",
    )
    assert "GitHub" not in run("scan").stdout
    assert "GitHub" in run("scan", "--catalogue", "own.toml").stdout
    assert "own.json: " in refused("scan", "--catalogue", "own.json")


def test_a_control_character_of_a_file_name_is_escaped_in_json(folder):
    (folder / "a\x7fb\x9b").mkdir()
    (folder / "a\x7fb\x9b" / ".mcp.json").write_text("{", encoding="utf-8")
    out = run("scan", "--json").stdout
    assert not {"\x7f", "\x9b"} & {*out}
    assert "a\x7fb\x9b/.mcp.json" in {each["file"] for each in json.loads(out)["not_read"]}


@pytest.mark.parametrize(
    ("agents", "titles", "names"),
    [
        ("abcde", ("Ann", "Bob"), "Ann, Bob and 3 more"),
        ("ab", ("Ann", "Bob"), "Ann, Bob"),
        ("abcd", ("Ann", "Bob", "Cy", "Di"), "Ann, Bob, Cy and 1 more"),
    ],
)
def test_more_agents_are_all_that_are_not_named(agents, titles, names):
    group = Group(
        tuple(agents), tuple((each, "") for each in titles), (), ("box",), (), ("svc",), "asks", False, ()
    )
    scope = ScanScope("shop", "", 1, (), (), 0, (), 0, True, 0, 0, (), frozenset(), "", is_kept=False)
    told = "\n".join(scan_lines(ScanAnswer(scope, (group,), None, "", (), "", Snapshot())))
    assert f"\n{names}  " in told
