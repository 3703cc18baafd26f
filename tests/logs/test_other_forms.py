"""A log of another form than the one that was named: refused, unless some of it can be read."""

import json
from itertools import islice

import pytest

from meshmodel.logs.events import EventsError, read_events
from meshmodel.logs.mapping import Mapper, read_map
from meshmodel.model.errors import RequestError
from tests.commands.running import MODELS, refused
from tests.logs.test_logs_of_systems import GENUINE, LOGS, MAP, RELEASE
from tests.rows import all_rows


@all_rows("form", GENUINE)
@all_rows(
    ("name", "other"),
    [
        ("release.cloudtrail.json", "cloudtrail"),
        ("release.github.json", "github-audit"),
        ("release.kubernetes.jsonl", "kubernetes-audit"),
        ("release.jsonl", "jsonl"),
    ],
)
def test_a_log_of_another_form_is_refused_before_anything_is_told(form, name, other):
    log = read_events(LOGS / name, form, read_map(MAP, RELEASE))
    if form == other:
        assert next(log)
        return
    with pytest.raises(RequestError, match=f"nothing in it could be read as {form}") as wrong:
        next(log)
    assert f"; it could be {other}; name its form" in str(wrong.value)


def test_a_log_of_no_known_form_is_refused(tmp_path):
    path = tmp_path / "log"
    path.write_text('{"a": 1}\n' * 3, encoding="utf-8")
    with pytest.raises(RequestError, match="it may be none of jsonl, csv, cloudtrail"):
        next(read_events(path, "cloudtrail", read_map(MAP, RELEASE)))


@pytest.mark.parametrize("others", [3, 2_500])
def test_a_log_in_which_one_record_is_of_the_form_is_read(tmp_path, others):
    path = tmp_path / "log"
    path.write_text('{"a": 1}\n' * others + json.dumps(GENUINE["cloudtrail"]), encoding="utf-8")
    log = list(read_events(path, "cloudtrail", Mapper({})))
    assert [each.number for each in log] == list(range(1, others + 2))


def test_a_long_log_of_another_form_is_refused_at_its_end(tmp_path):
    path = tmp_path / "log"
    path.write_text('{"a": 1}\n' * 2_500, encoding="utf-8")
    log = read_events(path, "cloudtrail", read_map(MAP, RELEASE))
    assert len(list(islice(log, 2_500))) == 2_500
    with pytest.raises(RequestError, match="nothing in it could be read as cloudtrail"):
        next(log)


def test_what_was_held_back_is_told_before_a_log_that_cannot_be_read_on(tmp_path):
    path = tmp_path / "log"
    path.write_text('{"a": 1}\n{"a": 2}\n{', encoding="utf-8")
    log = read_events(path, "cloudtrail", read_map(MAP, RELEASE))
    assert len(list(islice(log, 2))) == 2
    with pytest.raises(EventsError, match="line 3"):
        next(log)


def test_a_log_without_records_has_no_events(tmp_path):
    path = tmp_path / "log"
    path.write_text('{"Records": []}', encoding="utf-8")
    assert list(read_events(path, "cloudtrail", read_map(MAP, RELEASE))) == []


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_trace_ends_with_one_line(form):
    log = LOGS / "release.kubernetes.jsonl"
    line = refused(
        "trace", MODELS / "federated-release.toml", log, "--format", "cloudtrail", "--map", MAP, *form
    )
    assert line.startswith(f"--format: {log}: nothing in it could be read as cloudtrail: ")
    assert "; it could be kubernetes-audit; " in line
