"""``meshmodel round`` through the command line: the stops, and what was decided by whom."""

from pathlib import Path

import pytest

from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import Edit, Put, Remove
from meshmodel.interchange import read_file
from meshmodel.model.records import Checkpoint, Grant, Note
from meshmodel.store.shared_state import GuidedRound
from meshmodel.store.store import Store
from tests.commands.running import MODELS, documents, refused, run


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A model that three people edited, one edit of whom was taken back."""
    path = tmp_path / "leak.mesh"
    Store.create(path, read_file(MODELS / "token-leak.toml")).close()
    with Store.open(path, person="Ada") as store:
        store.apply(Edit("before", (Put(Note("old", "said before", kind="assumption")),)))
        store.apply(add_checkpoints(store.snapshot, [("grant", "refresh-token", "crm")], "enforced"))
        store.apply(Edit("no", (Remove("grant", ("warehouse-key", "warehouse")),)))
    with Store.open(path, person="Lou") as store:
        key = store.snapshot.grant["cloud-key", "bucket"]
        store.apply(Edit("more", (Put(Grant(key.credential, key.system, ("read", "write"))),)))
        store.apply(Edit("less", (Put(key),)))
        store.apply(
            Edit("?", (Put(Note("q", "Who reads the log?", "system:crm", "question", source="round")),))
        )
        store.apply(
            Edit("ask", (Put(Checkpoint("ask", "human-approval", "hold", "chat-service", "refresh-token")),))
        )
        store.undo()
    with Store.open(path) as store:
        store.apply(Edit("later", (Put(Note("a", "It is logged", kind="assumption", owner="Kim")),)))
    return path


def test_the_summary_names_who_decided_what_and_counts_before_and_after(held: Path) -> None:
    (answer,) = documents("round", held, "--summary", "1", "--json")
    assert answer["format"] == "meshmodel-summary/1"
    assert answer["people"] == ["Ada", "Lou"]
    assert [(each["what"], each["who"], each["table"]) for each in answer["decisions"]] == [
        ("decided", "Ada", "checkpoint"),
        ("taken away", "Ada", "grant"),
        ("assumed", None, "note"),
        ("parked", "Lou", "note"),
    ]
    assert answer["before"]["uncontrolled"] == 10
    assert answer["after"]["uncontrolled"] < 10
    text = run("round", held, "--summary").stdout
    assert "said before" in text
    assert "CRM: Who reads the log?" in text
    assert "system crm" not in text
    assert "Not decided: 1" in text
    assert answer["skipped"] == ["when Cloud key is used on Export bucket: 1 → 0"]
    minutes = run("round", held, "--summary", "1", "--to", "md").stdout
    assert minutes.startswith("# ")
    assert "| What | Who |" in minutes
    assert "said before" not in minutes


def test_without_an_entry_it_begins_where_the_round_of_the_workbench_did(held: Path) -> None:
    with Store.open(held) as store:
        store.keep_round(GuidedRound(2, over=True))
    (answer,) = documents("round", held, "--summary", "--json")
    assert answer["since"] == 2
    assert "decided" not in {each["what"] for each in answer["decisions"]}


@pytest.mark.parametrize("entry", ["-1", "99", "x"])
def test_an_entry_that_is_none_is_refused_in_one_line(held: Path, entry: str) -> None:
    assert "is no entry of its journal: a number from 0 to 8" in refused("round", held, f"--summary={entry}")


def test_what_has_no_journal_has_no_summary() -> None:
    assert "has no journal" in refused("round", MODELS / "token-leak.toml", "--summary")
    assert "--to md is for --summary" in refused("round", MODELS / "token-leak.toml", "--to", "md")


def test_a_model_without_a_stop_says_so() -> None:
    done = run("round", MODELS / "federated-release.toml")
    assert done.returncode == 0
    assert "✔ No topic" in done.stdout


def test_a_fix_that_is_not_proven_in_time_is_said_to_be_so() -> None:
    done = run("round", MODELS / "coding-agent-mcp.toml", "--deadline", "1e-9")
    assert done.returncode == 2
    assert "not proven to be the fewest" in " ".join(done.stdout.split())
