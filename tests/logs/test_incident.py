"""Two incidents: for each four logs in the forms of their systems, and what is true of each record.

``desk.truth.csv`` and ``pipeline.truth.csv`` were written record by record, from the story and the
definitions, before the program read any of it: who acted, with what, whether somebody had to be asked, the
state of the credential, its chain, and the record that handed it out.

``desk``, by conversation: 1 goes as meant; 2 reads a ticket of outsiders first and exports without a
decision; 3 is decided too early, then in time, then uses the decision twice; 4 reads a poisoned ticket,
takes the legacy key out of the vault and exports with it; 5 outlives its tokens; 6 goes on while tokens and
the key are revoked. Okta's log has the newest record first, CloudTrail's is unsorted, and spans are exported
before the span of their agent.

``pipeline``, by run: 9001 goes as meant, then uses its decision twice; 9002 is told no, and deploys; 9003 and
9004 go at once, and 9004 was decided before it read the state; 9005 reads a key out of the state, pushes,
and somebody goes on with the key outside any run; in 9006 somebody passes the rules by, and the run publishes
after it looked into the cluster; 9007 outlives its tokens, one is revoked, and later instances are good
while earlier ones stay void. A coding agent pushes beside them, until its token is revoked in the middle of
its fifth conversation. GitHub's log is printed over many lines, CloudTrail's is what ``lookup-events``
answers, the newest first, and Kubernetes tells two stages of a request.
"""

import csv
import json
from pathlib import Path

import pytest

from meshmodel.cli import main
from tests.rows import all_rows

HERE = Path(__file__).parent
MODELS = HERE.parents[1] / "models"
FOLDERS = {"desk": MODELS / "answer-desk", "pipeline": HERE / "pipeline"}
"""Where the logs and the map of an incident are; the desk is one of the worked examples."""
MODEL = {"desk": MODELS / "answer-desk.toml", "pipeline": HERE / "pipeline" / "model.toml"}
LOGS = {
    "desk": ("okta.json", "vault.log", "cloudtrail.json", "spans.log"),
    "pipeline": ("github.json", "cloudtrail.json", "kubernetes.log", "spans.log"),
}
DIFFERENT = {
    "desk": {},
    # The truth took a tool outside the model for one that crosses nothing; nobody can tell.
    "pipeline": dict.fromkeys(
        ("d3d09dbee0306ada", "a52a6fd067cb08d6", "dee3e5f1da8dc31d", "7ffa56cd9095e3c1"),
        ("none-due", "unknown"),
    ),
}
"""Verdicts of records that the truth did not foresee, its own and the program's."""
RECORD = {
    "okta.json": '"uuid"',
    "vault.log": '{"time"',
    "cloudtrail.json": '"requestParameters',
    "github.json": '"_document_id"',
    "kubernetes.log": '"ResponseComplete"',
    "spans.log": '"spanId"',
}
"""What each record of a log has once."""


def traced(incident, capsys):
    """The events of an incident, as the program tells them, and the summary."""
    folder, model = FOLDERS[incident], str(MODEL[incident])
    logs, names = [str(folder / name) for name in LOGS[incident]], str(folder / "map.toml")
    assert main(["trace", model, *logs, "--map", names, "--json"]) == 0
    *events, summary = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    return events, summary


def said(traced, ids):
    """What an answer says of an event, in the columns of the truth."""
    chain = traced["authority"] or []
    return {
        "log": traced["log"].partition(".")[0],
        "id": traced["id"],
        "agent": traced["agent"] or "",
        "credential": traced["credential"] or "",
        "verdict": traced["recheck"],
        "state": traced["credential_state"] or "",
        "chain": " < ".join(link["credential"] for link in chain),
        "issue": ids.get(chain[0]["event"], "") if chain else "",
    }


@pytest.mark.parametrize("incident", sorted(LOGS))
def test_what_happened_is_told_as_it_was(incident, capsys):
    events, summary = traced(incident, capsys)
    ids = {each["event"]: each["id"] for each in events}
    found = {each["id"]: said(each, ids) for each in events}
    with (HERE / f"{incident}.truth.csv").open(encoding="utf-8") as file:
        truth = {each["id"]: each for each in csv.DictReader(file)}
    for id_, (expected, verdict) in DIFFERENT[incident].items():
        assert truth[id_]["verdict"] == expected
        truth[id_]["verdict"] = verdict
    assert found == truth
    assert summary["complete"]


@pytest.mark.parametrize(
    ("incident", "operation", "reason"),
    [
        ("desk", {"action": "admin"}, "the map has no resource for iam.amazonaws.com"),
        ("pipeline", {"agent": None}, "the map has no identity for grace"),
        (
            "pipeline",
            {"time": "2026-11-03T10:00:20Z"},
            "workflows.bypass_protection_rules went past a checkpoint: no decision was made",
        ),
    ],
)
def test_what_the_model_cannot_explain_is_said(incident, operation, reason, capsys):
    events, _ = traced(incident, capsys)
    (event,) = (each for each in events if operation.items() <= each.items())
    assert reason in event["unexplained"]


@all_rows(("incident", "log"), [(each, log) for each in sorted(LOGS) for log in LOGS[each]])
def test_each_log_has_thirty_records_or_more(incident, log):
    assert (FOLDERS[incident] / log).read_text(encoding="utf-8").count(RECORD[log]) >= 30
