"""``trace --to``: what a responder takes elsewhere, from the incident at the desk and the one of the example."""

import json
import shutil

import pytest

from tests.commands.running import MODELS
from tests.logs.test_incident import DESK, LOGS

LEAK = MODELS / "token-leak.toml", MODELS / "token-leak.jsonl"
DESK_WORDS = DESK / "model.toml", *(DESK / name for name in LOGS), "--map", DESK / "map.toml"


def test_timesketch_has_each_event_with_what_it_needs(documents, called):
    *events, _ = documents("trace", *DESK_WORDS, "--json")
    status, text, _ = called("trace", *DESK_WORDS, "--to", "timesketch")
    lines = [json.loads(line) for line in text.splitlines()]
    assert status == 0
    assert [(each["event"], each["log"], each["recheck"]) for each in lines] == [
        (each["event"], each["log"], each["recheck"]) for each in events
    ]
    for line, event in zip(lines, events, strict=True):
        assert line["message"]
        assert line["datetime"].endswith("+00:00")
        assert line["datetime"][:19] == event["time"][:19]
        assert line["timestamp_desc"] == "Event recorded"
        assert line["data_type"] == "meshmodel:event"
        told = (event["recheck"], event["credential_state"])
        assert line.get("tag", []) == [each for each in told if each not in {None, "none-due"}]
    chain = next(each for each in lines if each.get("crossing_source") and " < " in each["authority"])
    assert chain["yielded_event"] < chain["event"]


def test_timesketch_goes_to_a_file_and_says_where_a_time_is_of_the_event_before(tmp_path, called):
    log = tmp_path / "log.jsonl"
    log.write_text('{"time": 100, "agent": "chat-service"}\n{"agent": "chat-service"}\n', encoding="utf-8")
    path = tmp_path / "lines.jsonl"
    assert called("trace", LEAK[0], log, "--to", "timesketch", "-o", path) == (0, "", "")
    first, second = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert first["datetime"] == second["datetime"] == "1970-01-01T00:01:40.000000+00:00"
    assert second["timestamp_desc"] == "Event before it recorded"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("-o", "page.html"), "-o is for --to"),
        (("--to", "timesketch", "-o", "log.jsonl"), "log.jsonl: is read here, and would be lost"),
        (("--to", "timesketch", "-o", "model.toml"), "model.toml: is an interchange file"),
        (("--to", "timesketch", "--json"), "not allowed with argument"),
        (("--to", "stix"), "invalid choice"),
    ],
)
def test_what_cannot_be_written_is_refused_in_a_line_and_nothing_is_lost(
    tmp_path, called, monkeypatch, words, line
):
    monkeypatch.chdir(tmp_path)
    shutil.copy(LEAK[0], "model.toml")
    shutil.copy(LEAK[1], "log.jsonl")
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    status, output, complaint = called("trace", "model.toml", "log.jsonl", *words)
    assert (status, output, complaint.count("\n")) == (2, "", 1)
    assert line in complaint
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before
