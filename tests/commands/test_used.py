"""``used``: what logs show of grants and intents, and declaring what they propose."""

import json
import shutil

import pytest

from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import apply_edit
from meshmodel.interchange import read_file, write_file
from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.commands.running import MODELS

LEAK, LOG = MODELS / "token-leak.toml", MODELS / "token-leak.jsonl"


def test_the_answer_names_its_window_and_counts_by_grant_and_action(documents):
    (answer,) = documents("used", LEAK, LOG, "--json")
    assert list(answer) == ["format", "from", "to", "days", "grants", "not_granted", "intents"]
    assert (answer["from"], answer["to"]) == ("2026-03-01T08:58:03Z", "2026-03-01T23:52:31Z")
    counts = {(each["credential"], each["action"]): each["events"] for each in answer["grants"]}
    assert counts == {
        ("cloud-key", "read"): 1,  # what was refused is not counted
        ("refresh-token", "read"): 1,
        ("refresh-token", "write"): 1,
        ("warehouse-key", "read"): 1,
    }
    assert answer["intents"][0] == {
        "agent": "chat-service",
        "system": "bucket",
        "actions": ["read"],
        "from": ["crm", "home"],
        "per_day": 1.0,
    }


def test_an_empty_log_shows_nothing_and_no_time(tmp_path, called):
    log = tmp_path / "log.jsonl"
    log.touch()
    status, text, _ = called("used", LEAK, log)
    assert status == 0
    head, never = text.split("\n\n")
    assert head == "Token leak\n0 events, so nothing is known"
    assert never.splitlines()[:2] == ["Granted, and not used", "  · cloud-key ▸ bucket: read"]
    log.write_text('{"agent": "chat-service"}\n', encoding="utf-8")
    assert "1 event, none of them with a time\n\nGranted, and not used\n" in called("used", LEAK, log)[1]


def test_what_was_never_used_and_what_is_not_granted_is_shown(tmp_path, called):
    event = {"time": 0, "agent": "chat-service", "credential": "refresh-token", "system": "crm"}
    log = tmp_path / "log.jsonl"
    events = [{**event, "action": "admin"}, {**event, "action": "read", "time": 172_800}]
    log.write_text("".join(f"{json.dumps(each)}\n" for each in events), encoding="utf-8")
    status, text, _ = called("used", LEAK, log)
    assert status == 0
    assert "2 events, between 1970-01-01T00:00:00Z and 1970-01-03T00:00:00Z\n" in text
    assert "· cloud-key ▸ bucket: read\n" in text
    assert "· refresh-token ▸ crm: write\n" in text
    assert "\nUsed, and not granted\n  ✖ chat-service administers crm: 1 event\n" in text
    assert "\nUsed\n  refresh-token ▸ crm read: 1 event" in text


@pytest.mark.parametrize("kind", [".toml", ".mesh"])
def test_what_is_proposed_is_declared_in_one_edit(tmp_path, called, documents, kind):
    path = tmp_path / f"m{kind}"
    if kind == ".toml":
        shutil.copy(LEAK, path)
    else:
        with Store.create(path, read_file(LEAK)):
            pass
    status, text, _ = called("used", path, LOG, "--intents")
    assert status == 0
    assert "Nothing is to be declared; 2 uses that no checkpoint decided are not proposed" in text
    assert load(path).intent == read_file(LEAK).intent, "the attack that the log shows is not meant"
    guarded = apply_edit(
        load(path), add_checkpoints(load(path), [("grant", "cloud-key", "bucket")], "enforced")
    )
    (checkpoint,) = guarded.checkpoint
    decided, made = tmp_path / "decided.jsonl", tmp_path / "guarded.toml"
    write_file(made, guarded)
    key = {"agent": "chat-service", "credential": "cloud-key", "system": "bucket", "action": "read"}
    events = [{**key, "time": 60, "checkpoint": checkpoint}, {**key, "time": 120, "outcome": "refused"}]
    decided.write_text("".join(f"{json.dumps(each)}\n" for each in events), encoding="utf-8")
    assert "Declared 1 intended use in the model" in called("used", made, decided, "--intents")[1]
    assert read_file(made).intent["chat-service", "bucket"].per_day == 1


def test_a_log_that_is_cut_declares_nothing(tmp_path, called):
    path, log = tmp_path / "m.toml", tmp_path / "log.jsonl"
    shutil.copy(LEAK, path)
    log.write_text(LOG.read_text(encoding="utf-8") + '{"time"', encoding="utf-8")
    status, output, complaint = called("used", path, log, "--intents", "--json")
    answer = json.loads(output)
    assert (status, answer["complete"], list(answer)[-1]) == (2, False, "complete")
    assert complaint.startswith(f"meshmodel: {log}, line 6: is no JSON")
    assert path.read_bytes() == LEAK.read_bytes()


def test_a_token_that_takes_itself_back_uses_no_grant(tmp_path, documents):
    event = {
        "time": 0,
        "agent": "chat-service",
        "credential": "refresh-token",
        "system": "crm",
        "action": "write",
    }
    log = tmp_path / "log.jsonl"
    counts = []
    for revoked in ("refresh-token", "cloud-key"):
        log.write_text(json.dumps({**event, "revokes": revoked}), encoding="utf-8")
        (answer,) = documents("used", LEAK, log, "--json")
        assert answer["not_granted"] == []
        counts.append(sum(each["events"] for each in answer["grants"]))
    assert counts == [0, 1]
