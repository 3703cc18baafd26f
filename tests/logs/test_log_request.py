"""Which log is laid on a model: what a request needs before anything is read."""

from pathlib import Path

import pytest

from meshmodel.app.presentation.log_request import LogRequest, checked_request
from meshmodel.logs.formats import LogFormat
from meshmodel.model.errors import RequestError
from tests.rows import all_rows

MODELS = Path(__file__).parents[2] / "models"


@all_rows(
    ("name", "form", "mapping", "field", "why"),
    [
        (None, None, None, "file", "needed"),
        ("gone.jsonl", None, None, "file", "there is no such file"),
        ("events.txt", None, None, "form", "cannot be recognized by the name or the records"),
        (
            "events.jsonl",
            "cloudtrail",
            None,
            "map",
            "needed for the names in a log of the form cloudtrail",
        ),
    ],
)
def test_it_says_what_is_missing(
    tmp_path: Path, name: str | None, form: LogFormat | None, mapping: str | None, field: str, why: str
) -> None:
    for each in ("events.txt", "events.jsonl"):
        (tmp_path / each).touch()
    with pytest.raises(RequestError, match=why) as wrong:
        checked_request(tmp_path / name if name else None, form, Path(mapping) if mapping else None)
    assert wrong.value.field == field


def test_a_log_of_our_own_form_has_no_map(tmp_path: Path) -> None:
    log, mapping = tmp_path / "events.jsonl", tmp_path / "map.toml"
    log.touch()
    assert checked_request(log, None, mapping) == LogRequest(log, "jsonl", None)
    assert checked_request(log, "cloudtrail", mapping) == LogRequest(log, "cloudtrail", mapping)


def test_the_records_of_a_log_tell_its_form_where_its_name_does_not(tmp_path: Path) -> None:
    log, mapping = MODELS / "answer-desk" / "okta.json", tmp_path / "map.toml"
    assert checked_request(log, None, mapping) == LogRequest(log, "okta", mapping)
