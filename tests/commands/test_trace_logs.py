"""``trace`` over several logs: merged by time, each with its name, and never taken for whole where cut."""

import gzip
import json

import pytest

from tests.commands.running import MODELS

LEAK = MODELS / "token-leak.toml"
FIRST = {"agent": "chat-service", "credential": "refresh-token", "system": "crm", "action": "read"}
SECOND = {"identity": "svc-export", "system": "bucket", "action": "read"}
HASH = "4bf92f3577b34da6a3ce929d0e0e4736"


def log(path, *events):
    path.write_text("".join(f"{json.dumps(each)}\n" for each in events), encoding="utf-8")
    return path


def at(time, event, **more):
    return {"time": time, **event, **more}


@pytest.fixture
def two(tmp_path):
    """The crm is read in one log and the bucket in another, a second later by its clock."""
    log(tmp_path / "a.jsonl", at(100, FIRST, session="one"), at(400, FIRST, session=HASH))
    log(tmp_path / "b.jsonl", at(101, SECOND, session="one"))
    return tmp_path / "a.jsonl", tmp_path / "b.jsonl"


def test_logs_are_merged_by_time_and_keep_their_names(two, documents):
    *events, last = documents("trace", LEAK, *two, "--json")
    assert [(each["event"], each["log"]) for each in events] == [
        (1, "a.jsonl"),
        (2, "b.jsonl"),
        (3, "a.jsonl"),
    ]
    assert (events[1]["recheck"], events[1]["crossing"]["event"]) == ("missing", 1)
    chain = [(each["credential"], each["how"], each["event"]) for each in events[1]["authority"]]
    assert chain == [("cloud-key", "custody", 1), ("refresh-token", "held", None)]
    assert events[2]["session"] == "4bf9…4736"
    laid = last["summary"]["logs"]
    assert [(each["log"], each["events"], each["in_sessions"]) for each in laid] == [
        ("a.jsonl", 2, 2),
        ("b.jsonl", 1, 1),
    ]
    assert all(len(each["sha256"]) == 64 and each["size"] for each in laid)


def test_an_order_that_hangs_on_a_second_is_told_and_a_shift_turns_it(two, documents):
    line = "hangs on the order of events 1 and 2, in two logs 1s apart"
    events = documents("trace", LEAK, *two, "--json")
    assert line in events[1]["notes"]
    turned = documents("trace", LEAK, *two, "--shift", "b.jsonl=-5s", "--json")
    assert [each["log"] for each in turned[:2]] == ["b.jsonl", "a.jsonl"]
    assert turned[0]["recheck"] == "missing"  # it comes from home then
    assert turned[0]["crossing"]["source"] is None
    assert turned[-1]["summary"]["logs"][1]["shift"] == -5


def test_the_text_names_logs_by_letters(two, called):
    status, text, _ = called("trace", LEAK, *two)
    assert status == 0
    assert "B: b.jsonl, jsonl, 1 event, 1970-01-01T00:01:41Z to 1970-01-01T00:01:41Z\n" in text
    assert "   2B  1970-01-01T00:01:41Z  Chat service reads Export bucket as svc-export [one]\n" in text
    assert "with Cloud key, got from CRM in event 1A ← CRM refresh token (its own)\n" in text


def test_a_part_is_shown_and_all_is_laid(two, documents):
    *events, last = documents("trace", LEAK, *two, "--session", "4bf9…4736", "--json")
    assert [each["event"] for each in events] == [3]
    assert (last["summary"]["events"], last["summary"]["laid"]) == (1, 3)
    *events, last = documents("trace", LEAK, *two, "--until", "1970-01-01T00:02:00Z", "--json")
    assert [each["event"] for each in events] == [1, 2]
    assert last["summary"]["laid"] == 2


def test_an_agent_with_sessions_in_one_log_alone_is_told(two, documents):
    log(two[1], at(101, SECOND))
    *_, last = documents("trace", LEAK, *two, "--json")
    assert last["summary"]["warnings"] == [
        (
            "chat-service has sessions in a.jsonl, and none in b.jsonl: "
            "what was there is not known in its sessions"
        )
    ]


def test_two_logs_that_tell_the_same_are_told(two, documents):
    for log_, offset in zip(two, (0, 2), strict=True):
        log(log_, *[at(100 * number + offset, FIRST) for number in range(6)])
    *_, last = documents("trace", LEAK, *two, "--json")
    (line,) = last["summary"]["warnings"]
    assert line.startswith("a.jsonl and b.jsonl have the same 6 times within 5 seconds")
    log(two[1], *[at(100 * number + 2, FIRST, session="other") for number in range(6)])
    *_, last = documents("trace", LEAK, *two, "--json")
    assert not any("have the same" in each for each in last["summary"]["warnings"])


@pytest.mark.parametrize("name", ["vault.log", "spans.log"])
def test_the_log_of_a_system_that_is_named_as_json_lines_is_told_by_its_records(tmp_path, documents, name):
    model, folder = MODELS / "answer-desk.toml", MODELS / "answer-desk"
    path = tmp_path / f"{name}.jsonl"
    path.write_bytes((folder / name).read_bytes())
    words = ("--map", folder / "map.toml", "--json")
    (*found, last), (*expected, before) = (
        documents("trace", model, each, *words) for each in (path, folder / name)
    )
    assert [{**each, "log": name} for each in found] == expected
    assert last["summary"]["logs"][0]["form"] == before["summary"]["logs"][0]["form"] != "jsonl"


def test_records_that_the_map_leaves_out_are_counted(documents, called):
    model, folder = MODELS / "answer-desk.toml", MODELS / "answer-desk"
    words = ("trace", model, folder / "vault.log", "--map", folder / "map.toml")
    records = (folder / "vault.log").read_text(encoding="utf-8").splitlines()
    looked = [
        each for each in records if "lookup-self" in each and '"type":"response"' in each.replace(" ", "")
    ]
    *_, last = documents(*words, "--json")
    assert last["summary"]["logs"][0]["ignored"] == len(looked) > 1
    line = f"· {len(looked)} records left out, as the map says"
    assert line in called(*words)[1]
    assert f", whole, {len(looked)} records left out by the map" in called(*words, "--to", "md")[1]
    several = called(*words, folder / "okta.json")[1]
    assert f", {len(looked)} records left out by the map" in " ".join(several.split())
    *_, late = documents(*words, "--json", "--from", "2026-11-03T08:45:00Z")
    since = [each for each in looked if json.loads(each)["time"] >= "2026-11-03T08:45"]
    assert late["summary"]["logs"][0]["ignored"] == len(since) < len(looked)


def test_more_events_than_can_be_kept_are_refused(two, called, monkeypatch):
    monkeypatch.setattr("meshmodel.logs.several.EVENTS_LIMIT", 2)
    status, output, complaint = called("trace", LEAK, *two)
    assert (status, output) == (2, "")
    assert complaint == "meshmodel: there are more than 2 events; lay a part of their time\n"


@pytest.mark.parametrize("cut", ['{"time": 102, "agent"', '{"time": 102}\n' * 3 + "[", "\x00"])
def test_a_log_that_is_cut_is_laid_to_its_last_whole_record(two, called, cut):
    with two[1].open("a", encoding="utf-8") as file:
        file.write(cut)
    status, output, complaint = called("trace", LEAK, *two, "--json")
    *events, last = [json.loads(line) for line in output.splitlines()]
    assert (status, last["complete"]) == (2, False)
    assert [each["event"] for each in events] == list(range(1, len(events) + 1))
    assert [each["complete"] for each in last["summary"]["logs"]] == [True, False]
    assert complaint.startswith(f"meshmodel: {two[1]}, line ")
    assert complaint.count("\n") == 1


def gzip_bomb(path):
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(40):
            file.write(b"x" * (1 << 20))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (lambda path: path.write_bytes(b"x" * 10_000_000), "line 1: is longer than 1048576 bytes"),
        (gzip_bomb, "line 1: is longer than 1048576 bytes"),
        (lambda path: path.write_text('{"time": -1}'), "line 1, key time: -1 is not between 1970 and 9999"),
        (lambda path: path.write_text('{"time": "1969-12-31T23:59:59Z"}'), "is not between 1970 and 9999"),
        (lambda path: path.write_text('{"time": "9999-12-31T23:59:59Z"}'), "is not between 1970 and 9999"),
    ],
)
def test_what_is_no_log_refuses_all_in_one_line(two, called, content, line):
    content(two[1])
    status, output, complaint = called("trace", LEAK, *two)
    assert (status, output, complaint.count("\n")) == (2, "", 1)
    assert line in complaint


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("a.jsonl", "other/a.jsonl"), "two logs have the name a.jsonl"),
        (("a.jsonl", "--log", "yaml:b.jsonl"), "yaml:b.jsonl is no FORM:FILE"),
        (("a.jsonl", "b.jsonl", "--format", "jsonl"), "--format is for one LOG"),
        (("a.jsonl", "--shift", "c.jsonl=1s"), "c.jsonl: no log has this name; there are a.jsonl"),
        (("a.jsonl", "--shift", "a.jsonl=soon"), "a.jsonl=soon is no FILE=-3s"),
        (("a.jsonl", "--from", "noon"), "noon is no time"),
        (("a.jsonl", "--from", "2", "--until", "1"), "--from is later than --until"),
        (("a.jsonl", "--agent", "chat"), "the model has no agent chat"),
        ((), "which log? name one or several"),
    ],
)
def test_a_call_that_does_not_fit_is_refused_in_one_line(two, called, monkeypatch, words, line):
    monkeypatch.chdir(two[0].parent)
    status, output, complaint = called("trace", LEAK, *words)
    assert (status, output) == (2, "")
    assert line in complaint
    assert complaint.count("\n") == 1


def test_the_end_of_times_is_laid(tmp_path, documents):
    path = log(tmp_path / "a.jsonl", at("9999-12-30T00:00:00Z", FIRST), at(0, FIRST))
    first, second, _ = documents("trace", LEAK, path, "--shift", "a.jsonl=48h", "--json")
    assert (first["time"], second["time"]) == ("1970-01-03T00:00:00Z", "9999-12-31T00:00:00Z")


def test_a_rule_of_the_map_that_no_record_uses_is_told(tmp_path, documents, called):
    model, folder = MODELS / "answer-desk.toml", MODELS / "answer-desk"
    logs = [folder / name for name in ("cloudtrail.json", "okta.json", "spans.log", "vault.log")]
    mapping = tmp_path / "map.toml"
    more = '\n[[identity]]\nmatch = "misspelt-*"\nagent = "assistant"\n'
    mapping.write_text((folder / "map.toml").read_text(encoding="utf-8") + more, encoding="utf-8")
    count = mapping.read_text(encoding="utf-8").count("[[identity]]")
    expected = {"table": "identity", "number": count, "match": "misspelt-*"}
    words = f"[[identity]] {count} (misspelt-*)"
    for command in ("trace", "used"):
        arguments = command, model, *logs, "--map", mapping
        *_, last = documents(*arguments, "--json")
        assert expected in last.get("summary", last)["unused_rules"]
        (line,) = [each for each in called(*arguments)[1].splitlines() if "no record uses" in each]
        assert line.strip().startswith("? no record uses")
        assert words in line
    assert "unused_rules" not in documents("used", LEAK, MODELS / "token-leak.jsonl", "--json")[0]
