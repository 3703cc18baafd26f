"""The demonstration works on a private copy, kept if somebody edited it and else removed."""

import pytest

from meshmodel import cli
from meshmodel.commands import workbench
from meshmodel.edits.edit import Put, edit
from meshmodel.model.records import Zone
from meshmodel.store.examples import copies_path, examples
from meshmodel.store.store import Store
from tests.models.meshes import FOLDER, mesh


@pytest.fixture
def _terminal(monkeypatch):
    monkeypatch.setattr(workbench, "_has_terminal", lambda: True)


@pytest.fixture
def show(monkeypatch, _terminal):
    """Stands in for the screen: notes what was shown, and does what the test wants done there."""

    def use(then=lambda path: None):
        shown = []

        def show(source, name="", *, read_only=False):
            path = source and source.path
            shown.append((path, name, read_only) if name or read_only else path)
            then(path)
            return 0

        monkeypatch.setattr(workbench, "_show", show)
        return shown

    return use


def add_a_zone(path):
    with Store.open(path) as store:
        store.apply(edit("add a zone", [Put(Zone("partner"))]))


def test_it_shows_a_copy_of_the_support_agent(show, capsys):
    snapshots = []

    def look(path):
        with Store.open(path) as store:
            snapshots.append(store.snapshot)

    shown = show(look)
    assert cli.main(["demo"]) == 0
    assert snapshots == [mesh("support-agent")]
    assert shown[0].parent == copies_path()
    assert not shown[0].exists()
    assert capsys.readouterr().out == ""


def test_an_edited_copy_is_kept_and_named(show, capsys):
    shown = show(add_a_zone)
    assert cli.main(["demo", "token-leak"]) == 0
    (first,) = shown
    assert first.exists()
    assert capsys.readouterr().out == f"Your copy: {first}\n"
    assert cli.main(["demo", "token-leak"]) == 0
    assert shown[1] != first
    assert shown[1].name == "token-leak-2.mesh"


def test_the_files_of_an_example_are_written_and_no_file_is_lost(tmp_path, capsys):
    folder = tmp_path / "incident"
    assert cli.main(["demo", "answer-desk", "--files", str(folder)]) == 0
    names = ["answer-desk.toml", "cloudtrail.json", "map.toml", "okta.json", "spans.log", "vault.log"]
    assert sorted(each.name for each in folder.iterdir()) == names
    assert (folder / "answer-desk.toml").read_bytes() == (FOLDER / "answer-desk.toml").read_bytes()
    (folder / "answer-desk.toml").unlink()
    (folder / "okta.json").write_text("mine", encoding="utf-8")
    assert cli.main(["demo", "answer-desk", "--files", str(folder)]) == 2
    assert (
        capsys.readouterr().err
        == f"meshmodel: {folder}/cloudtrail.json: is there already; name another folder\n"
    )
    assert (folder / "okta.json").read_text(encoding="utf-8") == "mine"
    assert not (folder / "answer-desk.toml").exists()
    assert cli.main(["demo", "--files", str(tmp_path / "gone" / "deeper")]) == 2
    assert "cannot be made a folder" in capsys.readouterr().err
    assert cli.main(["demo", "--files", str(tmp_path / "small")]) == 0
    assert [each.name for each in (tmp_path / "small").iterdir()] == ["support-agent.toml"]


def test_open_and_start_show_what_they_should(show, tmp_path):
    shown = show()
    path = tmp_path / "m.mesh"
    Store.create(path).close()
    assert cli.main(["open", str(path)]) == 0
    assert cli.main([]) == 0
    assert cli.main(["open", "--name", "Ada Lovelace", "--read-only", str(path)]) == 0
    assert shown == [path, None, (path, "Ada Lovelace", True)]


def test_open_refuses_what_is_no_name(show, tmp_path, capsys):
    shown = show()
    path = tmp_path / "m.mesh"
    Store.create(path).close()
    for name in ("", "A\nB", "a" * 41):
        assert cli.main(["open", "--name", name, str(path)]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert shown == []


def test_the_path_of_a_model_alone_opens_it(show, tmp_path):
    shown, path = show(), tmp_path / "mine.mesh"
    Store.create(path, mesh("support-agent")).close()
    assert cli.main([str(path), "--read-only"]) == 0
    assert shown == [(path, "", True)]


def test_without_a_terminal_the_examples_are_listed(monkeypatch, capsys):
    monkeypatch.setattr(workbench, "_has_terminal", lambda: False)
    assert cli.main(["demo"]) == 0
    listed = [line.partition(": ")[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == [each.id for each in examples()]
