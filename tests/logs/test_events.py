"""Logs of our own schema: what they mean, and that hostile ones are refused in one line."""

import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.logs import streams
from meshmodel.logs.events import HANDLES, KEYS, format_of, read_events
from meshmodel.logs.formats import LOG_FORMATS
from meshmodel.logs.record_values import seconds
from meshmodel.logs.streams import LINE_LIMIT, LISTS, RECORD_LIMIT, EventsError, documents, lines
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.events import Event
from meshmodel.model.secrets import shortened
from meshmodel.model.vocabulary import ACTIONS
from tests.rows import all_rows


def read(tmp_path, content, name="log.jsonl", form=None):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_events(path, form))


def refusal(tmp_path, content, name="log.jsonl"):
    with pytest.raises(EventsError) as refused:
        read(tmp_path, content, name)
    line = str(refused.value)
    assert line.isprintable()
    assert line.startswith(f"{tmp_path / name}")
    return line.removeprefix(f"{tmp_path / name}").lstrip(":, ")


FULL = {
    "time": "2026-03-01T09:30:00Z",
    "agent": "bot",
    "credential": "key",
    "identity": "svc",
    "system": "files",
    "action": "read",
    "checkpoint": "ask",
    "outcome": "refused",
    "yields": "role",
    "id": "e-1",
    "session": "run-7",
    "revokes": "old-key",
    "on_behalf_of": "ann",
    "log": "gateway.log",
    "token": "t-1",
    "yields_token": "t-2",
    "lifetime": "3600",
}
EVENT = Event(
    1, 1772357400.0, "bot", "key", "svc", "files", "read", "ask", True, "role", "e-1",
    (), "run-7", "old-key", "ann", "gateway.log", "t-1", "t-2", 3600.0,
)  # fmt: skip


def test_every_key_of_json_lines_and_csv(tmp_path):
    assert tuple(FULL) == KEYS
    assert read(tmp_path, json.dumps(FULL)) == [EVENT]
    head, row = ",".join(FULL), ",".join(FULL.values())
    assert read(tmp_path, f"{head}\n{row}\n", "log.csv") == [EVENT]
    assert read(tmp_path, f"\ufeff{head}\r\n{row}\r\n", "log.csv") == [EVENT]
    assert read(tmp_path, gzip.compress(json.dumps(FULL).encode()), "log.jsonl.gz") == [EVENT]


def test_what_is_left_out_is_missing_and_blank_lines_are_none(tmp_path):
    assert read(tmp_path, '{}\n\n  \n{"agent": null, "id": 7}\n') == [Event(1), Event(2, id="7")]
    assert read(tmp_path, "agent,system\n,\nbot,\n", "log.csv") == [Event(1), Event(2, agent="bot")]
    assert read(tmp_path, "") == []


@all_rows(
    ("value", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T01:00:01+01:00", 1.0),
        ("1970-01-01 00:00:01", 1.0),
        ("1970-01-01T00:00:01.500000Z", 1.5),
        ("12.25", 12.25),
        (12, 12.0),
        (12.5, 12.5),
    ],
)
def test_times(value, expected):
    assert seconds(value) == expected


@all_rows(
    "value",
    ["yesterday", "", "1e9", "9" * 400, -1, 1e300, 10**400, True, None, [], "0001-01-01T00:00:00+14:00"],
)
def test_no_times(value):
    with pytest.raises(ValueError) as refused:
        seconds(value)
    assert len(str(refused.value)) < 200


@all_rows(
    ("content", "line"),
    [
        ("{", "line 1: is no JSON: Expecting property name enclosed in double quotes (column 2)"),
        ('{}\n{"agent": }', "line 2: is no JSON: Expecting value (column 11)"),
        ("[]", "line 1: is no JSON object; one event is one object on one line"),
        ("[" * 100_000, "line 1: is nested too deeply"),
        ('{"agent": ' + "[" * 100_000, "line 1: is nested too deeply"),
        ('{"time": NaN}', "line 1: is no JSON: NaN is no JSON"),
        ('{"time": ' + "9" * 5_000 + "}", "line 1: is no JSON: Exceeds the limit"),
        ('{"agnet": "bot"}', "line 1: agnet is no key; did you mean agent?"),
        ('{"\\u001b[2J": 1}', "line 1: \\x1b[2J is no key; there are time, agent, "),
        ('{"agent": 7}', "line 1, key agent: is no text; write it in quotes"),
        ('{"agent": ""}', "line 1, key agent: is empty; leave the key out"),
        ('{"agent": {"id": "bot"}}', "line 1, key agent: is no text; write it in quotes"),
        ('{"id": true}', "line 1, key id: is no text; write it in quotes"),
        ('{"agent": "a\\u001b[31m"}', "line 1, key agent: has a control character (U+001B)"),
        ('{"agent": "a\\u202eb"}', "line 1, key agent: has a character that changes the direction"),
        ('{"agent": "\\ud800"}', "line 1, key agent: has half of a surrogate pair"),
        (json.dumps({"agent": "a" * 2_001}), "line 1, key agent: is longer than 2000 characters"),
        ('{"action": "raed"}', "line 1, key action: raed is no action; it is read, write, execute, issue or"),
        ('{"outcome": "maybe"}', "line 1, key outcome: maybe is no outcome; it is done or refused"),
        ('{"lifetime": true}', "line 1, key lifetime: is no number of seconds above 0"),
        ('{"lifetime": "1h"}', "line 1, key lifetime: is no number of seconds above 0"),
        ('{"lifetime": 0}', "line 1, key lifetime: is no number of seconds above 0"),
        ('{"time": "noon"}', "line 1, key time: noon is no time; write 2026-03-01T09:30:00Z or seconds"),
        ('{"time": -5}', "line 1, key time: -5 is not between 1970 and 9999"),
        ('{"time": []}', "line 1, key time: is neither a text nor a number"),
        (b'{"agent": "\xff"}', "line 1: is not UTF-8 text; convert the log"),
        (b"x" * (LINE_LIMIT + 5), f"line 1: is longer than {LINE_LIMIT} bytes; one event is one line"),
        (gzip.compress(b"{}\n" * 9, mtime=0)[:-12], "the packed file ends in the middle; fetch it again"),
        (b"\x1f\x8b\x07" + b"garbage" * 9, "cannot be read: Unknown compression method"),
        (gzip.compress(b"{}\n", mtime=0)[:10] + b"\xff" * 99, "cannot be read: Error -3 while decompressing"),
    ],
)
def test_a_hostile_log_is_refused_in_one_line(tmp_path, content, line):
    assert refusal(tmp_path, content).startswith(line)


@all_rows(
    ("content", "line"),
    [
        ("time;agent\n1;bot\n", "line 1: has semicolons between its columns; write commas there"),
        ("time\tagent\n1\tbot\n", "line 1: has tabs between its columns; write commas there"),
        ("agent,actor\n", "line 1: actor is no column; did you mean action?"),
        ("agent,agent\n", "line 1: names the column agent twice"),
        ("agent,\n", "line 1: a name that is empty is no column; there are time"),
        ("agent,system\nbot\n", "row 2: has 1 cells where the head has 2"),
        ("agent\nbot,files\n", "row 2: has 2 cells where the head has 1"),
        ('agent\n"bot\n', "row 2: is no CSV: unexpected end of data"),
        ('agent\n"bot"s\n', "row 2: is no CSV: "),
        ("agent\n" + "b" * 200_000, "row 2: is no CSV: field larger than field limit"),
        ('agent\n"bot\nbot"\n', "row 2, key agent: has a line break (U+000A)"),
        ("\n\n", "line 1: names no columns; begin with a row of names"),
    ],
)
def test_hostile_csv_is_refused_in_one_line(tmp_path, content, line):
    assert refusal(tmp_path, content, "log.csv").startswith(line)


def test_what_came_before_the_refusal_was_good(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"agent": "a"}\n{"agent": "b"}\n{]\n{"agent": "c"}\n', encoding="utf-8")
    events = read_events(path)
    assert [next(events).agent, next(events).agent] == ["a", "b"]
    with pytest.raises(EventsError, match="line 3"):
        next(events)


def test_a_log_that_is_not_there(tmp_path):
    with pytest.raises(EventsError, match="No such file"):
        list(read_events(tmp_path / "none.jsonl"))
    with pytest.raises(EventsError, match="Is a directory"):
        list(read_events(tmp_path, "jsonl"))
    with pytest.raises(EventsError, match="null byte"):
        list(read_events(tmp_path / "a\0b", "jsonl"))


def test_the_form_follows_the_name_or_is_asked_for(tmp_path):
    forms = [format_of(tmp_path / name) for name in ("a.jsonl", "a.NDJSON.gz", "b.csv")]
    assert forms == ["jsonl", "jsonl", "csv"]
    with pytest.raises(MeshmodelError, match="cannot be read: No such file or directory"):
        read_events(tmp_path / "audit.log")
    (tmp_path / "audit.log").touch()
    with pytest.raises(MeshmodelError, match=r"what kind of log is it\? say jsonl\|csv"):
        read_events(tmp_path / "audit.log")
    for form in LOG_FORMATS[2:]:
        with pytest.raises(MeshmodelError, match="say what the names in"):
            read_events(tmp_path / "audit.log", form)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "time": st.floats(0, 2e11),
                "agent": st.text("ab é票", min_size=1, max_size=9),
                "identity": st.text("ab,\"'", min_size=1, max_size=9),
                "action": st.sampled_from(ACTIONS),
            },
        ),
        max_size=6,
    )
)
def test_both_forms_mean_the_same(tmp_path_factory, rows):
    import csv

    folder = tmp_path_factory.mktemp("logs")
    (folder / "log.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    with (folder / "log.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, KEYS)
        writer.writeheader()
        for row in rows:
            writer.writerow({**row, "time": f"{row['time']:.9f}"} if "time" in row else row)
    told = list(read_events(folder / "log.jsonl"))
    again = list(read_events(folder / "log.csv"))
    assert [each.number for each in told] == list(range(1, len(rows) + 1))
    for one, other in zip(told, again, strict=True):
        assert (one.time is None) == (other.time is None)
        assert one.time is None or abs(one.time - other.time) < 1e-4
        assert (one.agent, one.identity, one.action) == (other.agent, other.identity, other.action)


TOKEN = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"


@all_rows("key", [key for key in KEYS if key not in {"time", "action", "outcome", "lifetime", *HANDLES}])
def test_a_secret_in_a_log_is_hidden_as_it_is_read(tmp_path, key):
    (event,) = read(tmp_path, json.dumps({key: TOKEN}))
    assert getattr(event, key) == "(hidden)"
    (event,) = read(tmp_path, f"{key},action\nname {TOKEN},read\n", "log.csv")
    assert getattr(event, key) == "name (hidden)"


@all_rows("key", sorted(HANDLES))
def test_a_handle_is_kept_whole_and_shown_by_its_ends(tmp_path, key):
    hashes = ["0af7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319d"]
    events = read(tmp_path, "".join(f"{json.dumps({key: each})}\n" for each in hashes))
    assert [getattr(each, key) for each in events] == hashes
    assert [shortened(getattr(each, key)) for each in events] == ["0af7…319c", "0af7…319d"]


@all_rows(
    ("content", "line"),
    [
        ({TOKEN: "bot"}, "line 1: (hidden) is no key; there are"),
        ({"action": TOKEN}, "line 1, key action: (hidden) is no action"),
        ({"outcome": TOKEN}, "line 1, key outcome: (hidden) is no outcome"),
        ({"time": TOKEN}, "line 1, key time: (hidden) is no time"),
    ],
)
def test_a_secret_in_the_wrong_place_of_a_log_is_not_told_either(tmp_path, content, line):
    assert refusal(tmp_path, json.dumps(content)).startswith(line)


@given(st.binary(max_size=200), st.sampled_from([documents, lines]))
def test_no_bytes_raise_anything_but_one_line(content, reader):
    try:
        found = list(reader(io.BufferedReader(io.BytesIO(content)), "x"))
    except EventsError as error:
        found = [(str(error), {})]
    assert all(isinstance(place, int) or place.isprintable() for place, _ in found)


VALUES = (
    st.text(max_size=5) | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
)
NAMES = st.sampled_from("ab") | st.text(max_size=5)
INNER = st.dictionaries(NAMES, VALUES, max_size=2)


@given(
    st.lists(
        # Objects within a record may begin as it does.
        st.dictionaries(NAMES, VALUES | st.lists(VALUES | INNER, max_size=2) | INNER, max_size=3),
        max_size=8,
    ),
    st.sampled_from(["objects", "list", *sorted(LISTS)]),
    st.sampled_from([None, 1]),
    st.sampled_from(["\n", " ", "\r\n\r\n"]),
    st.integers(1, 40) | st.just(1_000),
)
def test_records_come_one_by_one_however_they_are_written(records, how, indent, blank, chunk):
    if how == "objects":
        text = "".join(f"{json.dumps(each, indent=indent)}{blank}" for each in records)
    elif how == "list":
        text = json.dumps(records, indent=indent)
    else:  # two deliveries, one after the other
        halves = records[:4], records[4:]
        text = blank.join(json.dumps({"n": 1, how: half, "m": [2]}, indent=indent) for half in halves)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "_CHUNK", chunk)  # so that texts are cut everywhere
        found = [record for _, record in documents(io.BufferedReader(io.BytesIO(text.encode())), "x")]
    assert found == records


def test_a_long_object_is_a_record_or_holds_some():
    fill = "x" * 200_000
    long = [{"n": 1, "fill": fill, "items": 7}, {"fill": fill, "items": [{"n": 2}], "m": 1}, {"n": 3}]
    content = "\n".join(json.dumps(each, indent=1) for each in long).encode()
    found = [record for _, record in documents(io.BufferedReader(io.BytesIO(content)), "x")]
    assert found == [long[0], {"n": 2}, {"n": 3}]
    found = [record for _, record in documents(io.BufferedReader(io.BytesIO(content)), "x", "fill")]
    assert found == long


def test_the_place_of_a_record_is_its_line():
    content = b'{"a": 1}\n\n{\n"a": 2\n}\n{"a": 3}'
    assert [place for place, _ in documents(io.BufferedReader(io.BytesIO(content)), "x")] == [
        "line 1",
        "line 3",
        "line 6",
    ]


def test_a_long_list_is_read_as_it_comes():
    content = json.dumps({"Records": [{"n": n, "fill": "x" * 1_000} for n in range(5_000)]}).encode()
    file = io.BytesIO(content)
    found = documents(io.BufferedReader(file), "x")
    assert next(found)[1]["n"] == 0
    assert file.tell() < 300_000 < len(content)
    assert sum(1 for _ in found) == 4_999


@all_rows(
    ("content", "line"),
    [
        ('{"Records": [{}, {"a": 1}', "x, record 3: the log ends in the middle of its list; fetch it again"),
        ('{"Records": [{}, 7]}', "x, record 2: is no JSON object; a record is {…}"),
        ('{"Records": [{"a": }]}', "x, line 1: is no JSON: Expecting value (column 20)"),
        ('[{"a": ' + "[" * 100_000, "x, record 1: is nested too deeply"),
        ('[{"a": "' + "b" * (RECORD_LIMIT + 99_999), "x, record 1: is longer than"),
        ('{"a": "' + "b" * (RECORD_LIMIT + 99_999), "x, line 1: is longer than"),
        ('[{"a": NaN}]', "x, record 1: is no JSON: NaN is no JSON"),
        ('{"a": 1}\n{\n  "a": [1,\n  2\n}', "x, line 5: is no JSON: Expecting ',' delimiter (column 1)"),
        ('{"a": 1}\n{"a": tru', "x, line 2: the log ends in the middle of a record; fetch it again"),
        ('{"a": 1}\n{"a": "b', "x, line 2: the log ends in the middle of a record; fetch it again"),
        ('{"a": 1}\n7', "x, line 2: is no JSON object; a record is {…}"),
        ('{"a": "' + "b" * 199_999 + '", 7: 1}', "x, line 1: is no JSON: a member of an object is written"),
        ('{"a": "' + "b" * 199_999 + '"', "x, line 1: the log ends in the middle of a record"),
        (
            '{"a": 1' + ', "b": "' + "b" * 199_999 + '", "c" 1}',
            "x, line 1: is no JSON: a member of an object",
        ),
        ('{"items": [' + '{"a": 1}, ' * 9_999 + "7]}", "x, record 10000: is no JSON object; a record is {…}"),
        ('{"a": ' + "1, " * 9, "x, line 1: is no JSON: Expecting property name"),
    ],
)
def test_hostile_lists_are_refused_in_one_line(content, line):
    with pytest.raises(EventsError) as refused:
        list(documents(io.BufferedReader(io.BytesIO(content.encode())), "x"))
    assert str(refused.value).startswith(line)
