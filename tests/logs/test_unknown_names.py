"""What logs name and nothing knows: which name is listed, what it is likely to mean, and rules for it."""

import json
import tomllib

from meshmodel import cli
from meshmodel.edits.edit import apply_edit
from meshmodel.interchange import read_file, write_file
from meshmodel.language import parse
from meshmodel.logs.events import read_records
from meshmodel.logs.likely_elements import LikelyElements, listed
from meshmodel.logs.mapping import LogRecord, Mapper, mapper_of, read_map
from meshmodel.logs.unknown_names import UnknownNames, listed_name
from meshmodel.model.records import Snapshot
from tests.commands.running import MODELS
from tests.logs.test_logs_of_systems import LOGS, MAP, RELEASE
from tests.rows import all_rows

DESK = (
    ("cloudtrail.json", "cloudtrail"),
    ("okta.json", "okta"),
    ("spans.log", "otlp"),
    ("vault.log", "vault-audit"),
)
KEYS = {"identity": 'credential = "publish-token"', "resource": 'system = "registry"'}
HASH = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="


@all_rows(
    ("form", "table", "names", "name"),
    [
        ("cloudtrail", "identity", ["arn:aws:sts::1:assumed-role/a/job", "arn:aws:iam::1:role/a"], "role/a"),
        ("cloudtrail", "identity", ["arn:aws:sts::1:assumed-role/a/job", "AROA:job"], "assumed-role/a/*"),
        ("cloudtrail", "identity", ["arn:aws:iam::1:user/u", "u"], "arn:aws:iam::1:user/u"),
        ("cloudtrail", "resource", ["arn:aws:s3:::b/k", "arn:aws:s3:::b", "s3.amazonaws.com"], "s3:::b"),
        ("cloudtrail", "resource", ["arn:aws:s3:::b/k", "s3.amazonaws.com"], "arn:aws:s3:::b/*"),
        ("cloudtrail", "resource", ["prod/db", "secretsmanager.amazonaws.com"], "prod/db"),
        ("github-audit", "identity", [HASH, "ada", "app"], "ada"),
        ("github-audit", "identity", [HASH], ""),
        ("github-audit", "resource", ["acme/web", "acme"], "acme/web"),
        ("kubernetes-audit", "resource", ["ns/pods/p", "ns/pods", "pods", "ns/", "/api/v1"], "ns/*"),
        ("kubernetes-audit", "resource", ["ns/secrets/s", "ns/secrets", "secrets", "ns/"], "ns/secrets"),
        ("kubernetes-audit", "resource", ["nodes/n", "nodes", "/api/v1/nodes/n"], "nodes"),
        ("kubernetes-audit", "resource", ["/openid/v1/jwks"], "/openid/v1/*"),
        ("vault-audit", "identity", ["hmac", "metadata.role:r", "policy:p", "entity:e"], "metadata.role:r"),
        ("vault-audit", "identity", ["hmac", "policy:p", "display:d"], "policy:p"),
        ("vault-audit", "identity", ["login:auth/jwt/login"], "login:auth/jwt/login"),
        ("vault-audit", "resource", ["secret/data/crm/key", "secret/"], "secret/data/crm/*"),
        (
            "otlp",
            "resource",
            ["tool:lookup", "mcp:crm.example.com", "host:crm.example.com"],
            "mcp:crm.example.com",
        ),
        ("otlp", "resource", ["tool:lookup"], "tool:lookup"),
        ("okta", "resource", ["access_token:t", "AppInstance:CRM"], "AppInstance:CRM"),
        ("okta", "action", ["app.consent.grant"], "app.consent.grant"),
        ("otlp", "session", ["gen_ai.conversation.id:7", "trace:8"], "gen_ai.conversation.id:*"),
    ],
)
def test_the_name_that_lasts_and_still_tells_is_listed(tmp_path, form, table, names, name):
    listed = listed_name(form, table, names)
    assert listed.endswith(name)
    assert bool(listed) is bool(name)
    if table in KEYS and listed:
        rule = f'format = "meshmodel-map/1"\n[[{table}]]\nmatch = "{listed}"\n{KEYS[table]}\n'
        (tmp_path / "map.toml").write_text(rule, encoding="utf-8")
        record = LogRecord((), (), "x", "read", None, None, refused=False)
        field = "principals" if table == "identity" else "targets"
        mapper = read_map(tmp_path / "map.toml", RELEASE)
        assert table not in dict(mapper.unknown(record._replace(**{field: tuple(names)})))


def likely(said, table, *names):
    model = apply_edit(Snapshot(), parse(said, Snapshot()).edit)
    return [(each.key, each.value, each.is_certain) for each in LikelyElements(model).of(table, names)]


def test_a_whole_identity_or_id_at_the_end_of_a_name_is_certain():
    said = (
        "bot > crm-key > crm; crm-key as svc-crm; worker > db-key > warehouse; "
        "bot > old > files; old as x/svc-files"
    )
    assert likely(said, "identity", "arn:aws:iam::1:role/svc-crm")[0] == ("credential", "crm-key", True)
    assert likely(said, "identity", "user/x/svc-files")[0] == ("credential", "old", True)
    assert likely(said, "identity", "my-svc-crm") == [("credential", "crm-key", False)]
    assert likely(said, "resource", "arn:aws:s3:::crm") == [("system", "crm", True)]
    assert likely(said, "identity", "worker[bot]")[0] == ("agent", "worker", True)
    assert likely(said, "resource", "worker") == []


def test_what_two_of_a_kind_end_with_is_certain_of_neither():
    said = "bot > one > crm; bot > two > crm; one as shared; two as shared"
    assert likely(said, "identity", "role/shared") == [
        ("credential", "one", False),
        ("credential", "two", False),
    ]
    both = "deploy > key > crm; key as deploy"
    assert likely(both, "identity", "role/deploy") == [("credential", "key", True), ("agent", "deploy", True)]


def test_rare_words_tell_more_than_usual_ones():
    said = "bot > release-deploy > crm; bot > release-export > crm; bot > release-metrics > crm"
    found = likely(said, "identity", "system:serviceaccount:release:metrics")
    assert found[0] == ("credential", "release-metrics", False)
    assert len(likely(said, "identity", "release thing")) <= 3
    assert likely(said, "identity", "arn:aws:iam::1:role/unheard-of") == []


def test_operations_are_likely_actions_and_decisions():
    said = "bot > key > crm; ask human-approval on key > crm"
    assert ("action", "read", False) in likely(said, "action", "docs.get_page")
    (first, *_) = likely(said, "action", "deploy.approve")
    assert first[0] == "checkpoint"


def test_names_are_bounded(monkeypatch):
    monkeypatch.setattr("meshmodel.logs.unknown_names._MOST", 2)
    found = UnknownNames(Snapshot())
    for number in range(5):
        record = LogRecord((f"who-{number % 4}",), (), "x", "read", None, None, refused=False)
        found.add("log", "okta", Mapper({}), record, 1.0)
    assert [(each.name, each.records) for each in found.rows()] == [("who-0", 2), ("", 5)]
    assert found.left_out == 3


def call(capsys, *words):
    status = cli.main([str(each) for each in words])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


FORMS = (
    *("--log", f"cloudtrail:{LOGS / 'release.cloudtrail.json'}"),
    *("--log", f"github-audit:{LOGS / 'release.github.json'}"),
    *("--log", f"kubernetes-audit:{LOGS / 'release.kubernetes.jsonl'}"),
)


def test_rules_are_written_tried_and_asked_for_again_until_the_rest_is_noise(tmp_path, capsys):
    model, path = tmp_path / "model.toml", tmp_path / "map.toml"
    write_file(model, RELEASE)
    status, text, _ = call(capsys, "names", model, *FORMS, "--toml")
    assert status == 0
    rules = tomllib.loads(text)
    assert {
        "match": "arn:aws:iam::111122223333:role/release-publisher",
        "credential": "publish-token",
    } in rules["identity"]
    likely = (
        '# [[identity]]\n# match = "system:serviceaccount:release:deployer"\n# credential = "deploy-token"'
    )
    assert likely in text
    path.write_text(text.replace(likely, likely.replace("# ", "")), encoding="utf-8")
    assert call(capsys, "trace", model, *FORMS, "--map", path)[0] == 0
    status, more, _ = call(capsys, "names", model, *FORMS, "--map", path, "--toml")
    assert status == 0
    assert not {"format", "role/release-publisher", "release:deployer"} & set(more.replace('"', " ").split())
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{more}")  # what is left is put behind the map
    assert call(capsys, "names", model, *FORMS, "--map", path, "--toml")[:2] == (0, more)


def test_a_log_needs_no_map_where_the_model_knows_its_names(tmp_path, capsys):
    model = tmp_path / "model.toml"
    said = (
        "publish-token known as arn:aws:iam::111122223333:role/release-publisher; "
        "registry known as *artefacts*"
    )
    write_file(model, apply_edit(RELEASE, parse(said, RELEASE).edit))
    log = LOGS / "release.cloudtrail.json"
    status, text, _ = call(capsys, "trace", model, log, "--format", "cloudtrail", "--json")
    assert status == 0
    traced = [json.loads(line) for line in text.splitlines()]
    named = {(each["credential"], each["system"]) for each in traced if "event" in each}
    assert ("publish-token", "registry") in named
    assert call(capsys, "trace", model, LOGS / "release.jsonl")[0] == 0


def test_what_the_map_of_the_release_leaves_is_told(tmp_path, capsys):
    model = tmp_path / "model.toml"
    write_file(model, RELEASE)
    status, text, _ = call(capsys, "names", model, *FORMS, "--map", MAP, "--json")
    assert status == 0
    found = json.loads(text)
    assert [each["records"] for each in found["logs"]] == [5, 4, 5]
    named = {(each["table"], each["name"]): each["records"] for each in found["names"]}
    assert named["identity", "ada"] == 2
    assert ("resource", "example/service") not in named


def test_the_first_proposal_is_right_for_two_of_three_names_of_an_incident():
    desk = MODELS / "answer-desk"
    model = read_file(desk.with_suffix(".toml"))
    known, found = read_map(desk / "map.toml", model), UnknownNames(model)
    for name, form in DESK:
        mapper = mapper_of(None, model).of_log(form, name)
        for record in read_records(desk / name, form):
            found.add(name, form, mapper, record, record.time)
    right = wrong = 0
    for unknown, proposed in listed(found, model):
        (log,) = unknown.logs
        names = tuple(unknown.other_names)
        record = LogRecord(names, names, "x", "read", None, None, refused=False)
        event = known.of_log(dict(DESK)[log], log).event(1, record)
        if event is not None and unknown.table in {"identity", "resource"}:
            keys = ("agent", "credential") if unknown.table == "identity" else ("system",)
            meant = {(key, getattr(event, key)) for key in keys} - {(key, None) for key in keys}
            if meant:
                is_right = any((each.key, each.value) in meant for each in proposed[:1])
                right, wrong = right + is_right, wrong + (not is_right)
    assert right >= 2 * wrong
    assert right > 8


def test_own_events_are_compared_with_the_ids_of_the_model(tmp_path, capsys):
    model, log = tmp_path / "model.toml", tmp_path / "own.jsonl"
    write_file(model, RELEASE)
    log.write_text(
        '{"time": 5, "agent": "release-agnt", "system": "registry"}\n{"identity": "nobody"}\n',
        encoding="utf-8",
    )
    status, text, _ = call(capsys, "names", model, log)
    assert status == 0
    assert "release-agnt" in text
    assert "perhaps agent release-agent" in text
    assert "nobody" in text
    assert call(capsys, "names", model, log, "--toml")[1] == 'format = "meshmodel-map/1"\n'


def test_a_log_that_breaks_off_is_told_as_incomplete(tmp_path, capsys):
    model, log = tmp_path / "model.toml", tmp_path / "own.jsonl"
    write_file(model, RELEASE)
    log.write_text('{"agent": "someone"}\n{"agent": ', encoding="utf-8")
    status, text, error = call(capsys, "names", model, log, "--json")
    assert (status, json.loads(text)["complete"]) == (2, False)
    assert error.count("\n") == 1
