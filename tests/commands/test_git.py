"""Model files in git: what it shows, what it merges, and what ``diff`` reads at a revision."""

import json
import os
import subprocess
from dataclasses import replace

import pytest

from meshmodel.edits.edit import Edit, Put, Remove
from meshmodel.interchange import read_file, write_text
from meshmodel.model import records as r
from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.commands.running import MODELS

IDENTITY = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
SUPPORT = MODELS / "support-agent.toml"


class Repository:
    """A git repository in a folder, which is the present one."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = os.environ | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            **dict.fromkeys(IDENTITY, "a@example.org"),
        }

    def __call__(self, *words, status=0):
        done = subprocess.run(
            ["git", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

    def commit(self, message="change"):
        self("add", "-A")
        self("commit", "-q", "-m", message)

    def edit(self, *changes, name="model.mesh"):
        with Store.open(self.folder / name) as store:
            store.apply(Edit("change", changes))


@pytest.fixture
def repository(tmp_path, monkeypatch):
    folder = tmp_path / "it's a 100% repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    found = Repository(folder)
    for key in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "HOME"):
        monkeypatch.setenv(key, found.environment[key])
    found("init", "-q", "-b", "main")
    with Store.create(folder / "model.mesh", read_file(SUPPORT)):
        pass
    (folder / "model.toml").write_bytes(SUPPORT.read_bytes())
    found.commit("begin")
    return found


@pytest.fixture
def ready(repository, called):
    """A repository with a branch ``other``, after git-setup."""
    status, _, complaint = called("git-setup")
    assert (status, complaint) == (0, "")
    repository.commit("set up")
    repository("branch", "other")
    return repository


def owned(name):
    system = read_file(SUPPORT).system["attachments"]
    return Put(replace(system, owner=name))


def test_setup_says_what_it_does_and_changes_nothing_the_second_time(repository, called):
    (repository.folder / ".gitattributes").write_text("*.png binary")
    status, said, complaint = called("git-setup")
    assert (status, complaint) == (0, "")
    assert said.count("set to") == 3
    attributes = (repository.folder / ".gitattributes").read_text()
    assert attributes == "*.png binary\n*.mesh -text diff=meshmodel merge=meshmodel\n"
    config = (repository.folder / ".git" / "config").read_bytes()
    status, said, complaint = called("git-setup")
    assert (status, complaint) == (0, "")
    assert said.count("already") == 4
    assert (repository.folder / ".git" / "config").read_bytes() == config
    assert (repository.folder / ".gitattributes").read_text() == attributes


def test_setup_is_refused_where_there_is_no_repository(tmp_path, monkeypatch, called):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    status, said, complaint = called("git-setup")
    assert (status, said) == (2, "")
    assert "not a git repository" in complaint


def test_setup_writes_through_no_symbolic_link(repository, tmp_path, called):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine\n")
    (repository.folder / ".gitattributes").symlink_to(elsewhere)
    status, _, complaint = called("git-setup")
    assert status == 2
    assert "symbolic link" in complaint
    assert elsewhere.read_text() == "mine\n"


def test_git_shows_what_changed_in_a_model_file(ready):
    ready.edit(owned("Somebody else"))
    shown = ready("diff", "--", "model.mesh")
    assert '-owner = "Back office"' in shown
    assert '+owner = "Somebody else"' in shown
    assert "Binary" not in shown


def test_the_text_is_the_interchange_text(repository, called):
    assert called("git-textconv", "model.mesh") == (0, write_text(read_file(SUPPORT)), "")


@pytest.mark.slow
def test_a_module_in_the_repository_is_not_run(ready):
    for name in ("json.py", "meshmodel.py", "sqlite3.py"):
        (ready.folder / name).write_text("raise SystemExit('run')\n")
    ready.edit(owned("Somebody else"))
    assert '+owner = "Somebody else"' in ready("diff", "--", "model.mesh")


def test_git_merges_what_both_sides_changed(ready):
    ready.edit(owned("Ours"), Put(r.Agent("new")))
    ready.commit()
    ready("checkout", "-q", "other")
    ready.edit(Put(r.Checkpoint("ask", "human-approval", "grant", "file-sas", "attachments")))
    ready.commit()
    ready("merge", "-q", "-m", "merge", "main")
    merged = load(ready.folder / "model.mesh")
    assert merged.system["attachments"].owner == "Ours"
    assert "new" in merged.agent
    assert "ask" in merged.checkpoint
    assert ready("status", "--porcelain") == ""
    with Store.open(ready.folder / "model.mesh") as store:
        assert [each.label for each in store.journal()][-1] == "Merge what another branch changed"
        store.undo()
        assert "new" not in store.snapshot.agent


def test_a_conflict_is_told_and_our_model_stays(ready, called):
    ready.edit(owned("Theirs"))
    ready.commit()
    ready("checkout", "-q", "other")
    ready.edit(owned("Ours"))
    ready.commit()
    before = (ready.folder / "model.mesh").read_bytes()
    said = ready("merge", "main", status=1)
    assert (
        'meshmodel: model.mesh: system "attachments": both changed "owner": ours Ours; theirs Theirs' in said
    )
    assert "nothing was merged" in said
    assert "UU model.mesh" in ready("status", "--porcelain")
    assert (ready.folder / "model.mesh").read_bytes() == before
    status, said, _ = called("diff", ":2:model.mesh", ":3:model.mesh")  # as they are staged
    assert status == 0
    assert "attachments: owner Ours → Theirs" in said


def test_a_merge_that_would_be_invalid_says_so(ready):
    ready.edit(Remove("system", "attachments"))
    ready.commit()
    ready("checkout", "-q", "other")
    ready.edit(Put(r.Grant("ticket-token", "attachments", ("read",))))
    ready.commit()
    said = ready("merge", "main", status=1)
    assert "the merged model would be invalid: grant" in said
    assert "attachments" in load(ready.folder / "model.mesh").system


# Revisions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["model.mesh", "model.toml"])
def test_a_revision_is_compared_with_a_file(repository, called, name):
    wider = SUPPORT.read_text().replace('actions = ["read"]', 'actions = ["read", "write"]')
    (repository.folder / "wider.toml").write_text(wider)
    status, said, complaint = called("diff", f"HEAD:{name}", "wider.toml", "--json")
    assert (status, complaint) == (1, "")
    answer = json.loads(said)
    assert (answer["opened"], answer["worst"]) == (3, "high")
    assert called("diff", f"main:./{name}", f":{name}")[0] == 0


def test_a_file_cannot_stand_in_for_a_revision(repository, called):
    wider = SUPPORT.read_text().replace('actions = ["read"]', 'actions = ["read", "write"]')
    folder = repository.folder / "HEAD:"
    (repository.folder / "HEAD:model.toml").write_text(wider)
    (repository.folder / "wider.toml").write_text(wider)
    assert not folder.exists()
    assert called("diff", "HEAD:model.toml", "wider.toml")[0] == 1
    assert called("diff", "./HEAD:model.toml", "wider.toml")[0] == 0


REFUSED = {
    "--output=x:model.toml": "cannot begin with -",
    "-p:model.toml": "cannot begin with -",
    "HEAD:missing.toml": "git has no such revision, or no such file",
    "nowhere:model.toml": "git has no such revision, or no such file",
    "HEAD:": "is a tree of git, not a file",
    "HEAD:model.toml\nHEAD:model.toml": "is no REV:PATH",
    "HEAD:broken.mesh": "is not a model file",
    "HEAD:broken.toml": "HEAD:broken.toml, line 1: is not TOML",
    "missing.toml": "not found",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_side_that_cannot_be_read_is_never_no_change(repository, called, name):
    (repository.folder / "broken.mesh").write_bytes(b"SQLite format 3\0 but broken")
    (repository.folder / "broken.toml").write_text("no model")
    repository.commit()
    for words in ((name, "model.toml"), ("model.toml", name), (name, name)):
        status, said, complaint = called("diff", "--", *words)
        assert (status, said) == (2, "")
        assert REFUSED[name] in complaint
        assert complaint.count("\n") == 1
        assert "/tmp" not in complaint.replace(str(repository.folder), "")


def test_no_filter_textconv_or_hook_of_a_repository_is_run(repository, called):
    mark = repository.folder / "was-run"
    tool = repository.folder / ".git" / "run"
    tool.write_text('#!/bin/sh\ntouch was-run\ncat "$@"\n')
    tool.chmod(0o700)
    for key in ("diff.x.textconv", "filter.x.smudge", "filter.x.clean", "core.fsmonitor", "core.pager"):
        repository("config", key, ".git/run")
    (repository.folder / ".git" / "info" / "attributes").write_text("*.toml diff=x filter=x\n")
    for words in (("--textconv",), ("--filters",)):  # what git itself would run
        repository("cat-file", *words, "HEAD:model.toml")
        mark.unlink()
    assert called("diff", "HEAD:model.toml", ":model.toml")[0] == 0
    assert not mark.exists()


def test_a_git_that_hangs_is_stopped(repository, called, monkeypatch, tmp_path):
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("meshmodel.store.git_revision.TIME_LIMIT", 0.2)
    status, said, complaint = called("diff", "HEAD:model.toml", "model.toml")
    assert (status, said) == (2, "")
    assert "git took more than" in complaint


def test_without_git_a_line_says_so(repository, called, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert "git is not installed" in called("diff", "HEAD:model.toml", "model.toml")[2]
    assert "git is not installed" in called("git-setup")[2]


def test_a_large_file_is_refused(repository, called, monkeypatch):
    monkeypatch.setattr("meshmodel.store.git_revision.SIZE_LIMIT", 1000)
    status, _, complaint = called("diff", "HEAD:model.toml", "model.toml")
    assert status == 2
    assert "larger than" in complaint
