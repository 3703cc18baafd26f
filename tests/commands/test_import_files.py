"""``meshmodel import`` of files of other programs: new models, existing ones, and what is refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.edit import Edit, Put
from meshmodel.importers.importing import prepare
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Snapshot
from meshmodel.model.schema import SCHEMA
from meshmodel.store.store import Store
from tests.importers.foreign import FIXTURES

CONFIG = {
    "mcpServers": {
        "files": {"command": "files-mcp", "args": ["/srv"]},
        "crm": {"url": "https://mcp.example.com/crm", "headers": {"Authorization": "Bearer ${CRM_TOKEN}"}},
    },
    "theme": "dark",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(CONFIG)
    return tmp_path


def write(content, name=".mcp.json"):
    with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123  # in the folder that a test works in
        json.dump(content, file, indent=1)


def said(called, *words):
    status, output, complaint = called(*words)
    assert (status, complaint) == (0, "")
    return output


def refused(called, *words):
    status, output, complaint = called(*words)
    assert (status, output) == (2, "")
    assert complaint.count("\n") == 1
    return complaint


def test_a_new_model_of_either_kind(folder, called):
    for name in ("m.mesh", "m.toml"):
        output = said(called, "import", ".mcp.json", "-o", name)
        assert "not understood: theme (line " in output
        assert output.endswith(f"{name}: 7 elements, 4 questions in notes\n")
        assert " values: 2 mapped, 2 asked about, " in output
        new = next(line for line in output.splitlines() if line.startswith("  new: "))
        kinds = [each.split()[1].rstrip("s") for each in new.removeprefix("  new: ").split(", ")]
        assert kinds == [each for each in SCHEMA if each in kinds]
    exported = said(called, "export", "m.mesh", "--to", "toml")
    assert exported == (folder / "m.toml").read_text(encoding="utf-8")
    assert "system:crm" in said(called, "check", "m.mesh")


def test_an_existing_model_is_not_overwritten(folder, called):
    for name in ("m.mesh", "m.toml"):
        (folder / name).write_bytes(b"precious")
        assert "is there already; --into changes an existing model" in refused(
            called, "import", ".mcp.json", "-o", name
        )
        assert (folder / name).read_bytes() == b"precious"
    assert "ends with .mesh or .toml" in refused(called, "import", ".mcp.json", "-o", "m.json")


def test_what_would_change_is_shown_and_applied_as_one_edit(folder, called):
    said(called, "import", ".mcp.json", "-o", "m.mesh")
    before = said(called, "export", "m.mesh", "--to", "toml")
    write({"mcpServers": {**CONFIG["mcpServers"], "more": {"command": "more-mcp"}}})
    stored = (folder / "m.mesh").read_bytes()
    output = said(called, "import", ".mcp.json", "--into", "m.mesh")
    assert "  new       agent:more\n" in output
    assert output.endswith("nothing is done yet, --apply does it, as one edit that undo takes back\n")
    assert (folder / "m.mesh").read_bytes() == stored
    output = said(called, "import", ".mcp.json", "--into", "m.mesh", "--apply")
    assert output.endswith("m.mesh: 3 records changed, as one edit that undo takes back\n")
    assert said(called, "import", ".mcp.json", "--into", "m.mesh", "--apply").endswith("nothing to change\n")
    with Store.open("m.mesh") as store:
        assert store.undo().label == "import .mcp.json"
    assert said(called, "export", "m.mesh", "--to", "toml") == before


def test_an_interchange_file_is_compared_in_two_ways_and_it_is_said(folder, called):
    said(called, "import", ".mcp.json", "-o", "m.toml")
    before = (folder / "m.toml").read_bytes()
    write({"mcpServers": {"more": {"command": "more-mcp"}}})
    output = said(called, "import", ".mcp.json", "--into", "m.toml", "--apply")
    assert "does not keep what was last imported" in output
    assert "gone" not in output
    write(CONFIG)
    assert said(called, "import", ".mcp.json", "--into", "m.toml").endswith("nothing to change\n")
    assert set(before.splitlines()) <= set((folder / "m.toml").read_bytes().splitlines())


def test_the_answer_for_programs(folder, documents):
    (made,) = documents("import", ".mcp.json", "-o", "m.mesh", "--json")
    assert list(made) == ["format", "applied", "compared", "files", "skipped", "changes"]
    assert (made["format"], made["applied"], made["compared"]) == ("meshmodel-import/1", True, "three ways")
    assert made["files"] == [
        {
            "file": ".mcp.json",
            "form": "mcp",
            "leaves": 5,
            "mapped": 2,
            "assumed": 0,
            "question": 2,
            "not_understood": 1,
            "secret_withheld": 0,
            "read": "whole",
        }
    ]
    with Store.open("m.mesh") as store:
        store.apply(Edit("mine", (Put(replace(store.snapshot.system["crm"], kind="saas")),)))
    write({"mcpServers": {"crm": CONFIG["mcpServers"]["crm"]}})
    (later,) = documents("import", ".mcp.json", "--into", "m.mesh", "--json", "--reject", "agent:files")
    assert later["applied"] is False
    assert {"change": "kept", "record": "agent:files", "fields": [], "why": "rejected"} in later["changes"]
    assert [each["change"] for each in later["changes"]] == sorted(
        (each["change"] for each in later["changes"]),
        key=["new", "changed", "gone", "conflict", "kept", "left out"].index,
    )


def test_the_ledger_in_both_forms(folder, called):
    said(called, "import", ".mcp.json", "-o", "m.mesh", "--ledger", "l.jsonl")
    said(called, "import", ".mcp.json", "--into", "m.mesh", "--ledger", "l.txt")
    rows = [json.loads(line) for line in (folder / "l.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = (folder / "l.txt").read_text(encoding="utf-8").splitlines()
    assert len(rows) == len(lines) == 5
    assert list(rows[0]) == ["source", "path", "line", "construct", "verdict", "became", "rule", "why"]
    assert lines[0].startswith(
        ".mcp.json:4: mcpServers.files.command: question as a server without a row of the catalogue -> agent:"
    )
    for name in (".mcp.json", "m.mesh"):
        before = (folder / name).read_bytes()
        assert "name another file" in refused(
            called, "import", ".mcp.json", "--into", "m.mesh", "--ledger", name
        )
        assert (folder / name).read_bytes() == before
    for name, why in (("nowhere/l.txt", "cannot be written"), ("new.mesh", "name another file")):
        assert why in refused(called, "import", ".mcp.json", "-o", "new.mesh", "--ledger", name)
    assert not (folder / "new.mesh").exists()


def test_a_folder_is_read_with_the_names_that_are_known(folder, called):
    (folder / "package.json").write_text("{}", encoding="utf-8")
    output = said(called, "import", ".", "-o", "m.mesh")
    assert "skipped: package.json (no form knows its name)" in output


def test_each_file_that_is_left_out_has_a_line_those_about_agents_first(folder, called):
    for number in range(12):
        (folder / f"f{number:02}.json").write_text("{}", encoding="utf-8")
    (folder / "opencode.toml").write_text("", encoding="utf-8")
    lines = said(called, "import", ".", "-o", "m.mesh").splitlines()
    skipped = [each for each in lines if each.startswith("skipped: ")]
    assert skipped[0] == "skipped: opencode.toml (no form knows its name)"
    assert skipped[1] == "skipped: f00.json (no form knows its name)"
    assert skipped[-1] == "skipped: 3 more files; --json lists all"
    assert len(skipped) == 11


FLOW = "on: push\njobs:\n  a:\n    steps:\n      - run: make\n      - run: test\n"


def test_each_file_that_is_of_no_form_has_a_line(folder, called):
    for name in ("a.json", "b.json"):
        write({"theme": "dark"}, name)
    status, _, complaint = called("import", "a.json", ".mcp.json", "b.json", "-o", "made.mesh")
    assert status == 2
    assert [line.partition(" is of no form")[0] for line in complaint.splitlines()] == [
        "meshmodel: --as: a.json:",
        "meshmodel: --as: b.json:",
    ]
    assert not (folder / "made.mesh").exists()


@pytest.mark.parametrize(
    ("name", "content", "form", "why"),
    [
        ("a.yaml", FLOW, "threagile", "nothing in it is understood as Threagile model"),
        ("a.json", json.dumps(CONFIG), "kubernetes", "nothing in it is understood"),
        ("a.yaml", "title: x\njobs: {a: 1, b: 2}\n", "threagile", "only 1 of 3 values are understood"),
        (
            "a.json",
            json.dumps({"servers": [{"url": "https://a.example", "a": 1, "b": 2, "c": 3}]}),
            None,
            "only 1 of 4 values are understood as MCP client configuration",
        ),
    ],
)
def test_a_form_that_understands_less_than_half_refuses(name, content, form, why, folder, called):
    (folder / name).write_text(content, encoding="utf-8")
    words = ["--as", form] if form else []
    status, _, complaint = called("import", name, *words, "-o", "made.mesh")
    assert (status, complaint.count("\n")) == (2, 1)
    assert f"{name}: {why}" in complaint
    assert not (folder / "made.mesh").exists()


def test_of_a_file_with_other_things_only_what_is_its_own_counts_and_in_a_folder_it_is_left_out(
    folder, called
):
    write(
        {"mcp": {"servers": CONFIG["mcpServers"]}, **{f"editor.{n}": n for n in range(30)}}, "settings.json"
    )
    said(called, "import", "settings.json", "-o", "m.mesh")
    (folder / "sub").mkdir()
    write({"servers": [{"url": "https://a.example", "a": 1, "b": 2, "c": 3}]}, "sub/mcp.json")
    output = said(called, "import", ".", "-o", "n.mesh")
    assert "skipped: sub/mcp.json (only 1 of 4 values are understood" in output
    assert ".mcp.json, MCP client configuration" in output


def test_a_file_of_which_nothing_is_understood_makes_no_model(folder, called):
    write({"theme": "dark"}, "other.json")
    status, _, complaint = called("import", "other.json", "--as", "mcp", "-o", "made.mesh")
    assert status == 2
    assert complaint == "meshmodel: other.json: nothing in it is understood as MCP client configuration\n"
    assert not (folder / "made.mesh").exists()
    write({"mcpServers": {}}, "none.json")
    said(called, "import", "none.json", "--as", "mcp", "-o", "made.mesh")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((".mcp.json",), "one of the arguments -o/--output --into is required"),
        ((".mcp.json", "-o", "m.mesh", "--into", "m.mesh"), "not allowed with"),
        ((".mcp.json", "-o", "m.mesh", "--apply"), "are for --into"),
        ((".mcp.json", ".mcp.json", "-o", "m.mesh"), "named twice"),
        ((".mcp.json", "nowhere.json", "-o", "m.mesh"), "cannot be read"),
        ((".mcp.json", "--into", "nowhere.mesh"), "nowhere.mesh"),
        ((".mcp.json", "--as", "no-form", "-o", "m.mesh"), "invalid choice"),
        (("empty", "-o", "m.mesh"), "holds no file that can be imported"),
    ],
)
def test_a_wrong_call_is_refused_in_one_line(folder, called, words, says):
    (folder / "empty").mkdir()
    assert says in refused(called, "import", *words)
    assert not (folder / "m.mesh").exists()


@pytest.mark.parametrize("word", ["agent", "agent:", "agent:nobody", "hold:a>b", ":x"])
def test_only_what_is_proposed_can_be_rejected(folder, called, word):
    said(called, "import", ".mcp.json", "-o", "m.mesh")
    assert refused(called, "import", ".mcp.json", "--into", "m.mesh", "--reject", word)


@pytest.mark.slow
@given(st.data())
def test_a_file_with_any_bytes_changed_is_read_or_refused_in_one_line(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("mutated")
    sources = [
        each for each in sorted(FIXTURES.rglob("*")) if each.suffix in {".json", ".yaml", ".yml", ".md"}
    ]
    source = data.draw(st.sampled_from([each for each in sources if each.name != "README.md"]))
    content = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = folder.joinpath(*source.relative_to(FIXTURES).parts[1:])  # some forms go by the name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    refused, done = "", None
    try:
        done = prepare([path], folder, Snapshot(), [])
    except MeshmodelError as error:
        refused = str(error)
    if done is None:
        assert refused
        assert refused.isprintable()
    else:
        assert len(done.rows) == sum(1 for each in done.reading.all_documents() for _ in each.leaves())


def test_a_new_model_is_called_as_its_file_and_says_that_nothing_missing_is_not_all(folder, called):
    write({"mcpServers": {"files": CONFIG["mcpServers"]["files"]}})
    said(called, "import", ".mcp.json", "-o", "desk.mesh")
    with Store.open(folder / "desk.mesh", read_only=True) as store:
        assert store.snapshot.about.name == "desk"
    output = said(called, "check", "desk.mesh")
    assert "No checkpoint is missing in what is drawn; 2 notes ask for more" in output


def test_lines_that_moved_in_a_file_are_no_change(folder, called):
    said(called, "import", ".mcp.json", "-o", "m.mesh")
    text = (folder / ".mcp.json").read_text(encoding="utf-8")
    (folder / ".mcp.json").write_text("\n\n\n" + text, encoding="utf-8")
    assert "nothing to change" in said(called, "import", ".mcp.json", "--into", "m.mesh")
