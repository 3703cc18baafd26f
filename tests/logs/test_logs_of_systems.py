"""The logs of real systems, and the map that says what their names mean."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.edit import apply_edit
from meshmodel.interchange import read_file
from meshmodel.language import parse
from meshmodel.logs.events import read_events
from meshmodel.logs.mapping import LogRecord, Mapper, mapper_of, read_map
from meshmodel.logs.record_values import text
from meshmodel.logs.streams import LISTS
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Snapshot
from meshmodel.model.text import one_line
from tests.rows import all_rows

LOGS = Path(__file__).parents[1] / "logs"
RELEASE = read_file(Path(__file__).parents[2] / "models" / "federated-release.toml")
MAP = LOGS / "release.map.toml"


def events(name, form, tmp_path=None):
    return [
        (e.number, e.agent, e.credential, e.system, e.action, e.checkpoint, e.refused, e.yields, e.unmapped)
        for e in read_events(LOGS / name, form, read_map(MAP, RELEASE))
    ]


def test_cloudtrail():
    assert events("release.cloudtrail.json", "cloudtrail") == [
        (1, "release-agent", "release-svid", "sts", "issue", None, False, "publish-token", ()),
        (2, None, "publish-token", "registry", "write", None, False, None, ()),
        (
            3,
            None,
            "publish-token",
            None,
            "read",
            None,
            True,
            None,
            ("the map has no resource for arn:aws:s3:::payroll",),
        ),
        (
            4,
            None,
            None,
            None,
            "write",
            None,
            False,
            None,
            (
                "the map has no identity for config.amazonaws.com",
                "the map has no resource for config.amazonaws.com",
            ),
        ),
        (5, None, "publish-token", "metrics", "read", None, False, None, ()),
    ]
    first = next(read_events(LOGS / "release.cloudtrail.json", "cloudtrail", read_map(MAP, RELEASE)))
    assert first.time == 1772445620
    assert first.id == "00000000-0000-4000-8000-000000000001"


def test_cloudtrail_as_lines_and_as_looked_up(tmp_path):
    records = json.loads((LOGS / "release.cloudtrail.json").read_text(encoding="utf-8"))["Records"]
    lines, looked_up = tmp_path / "lines", tmp_path / "looked-up"
    lines.write_text("".join(f"{json.dumps(each)}\n" for each in records), encoding="utf-8")
    answer = {
        "Events": [{"EventId": each["eventID"], "CloudTrailEvent": json.dumps(each)} for each in records]
    }
    looked_up.write_text(json.dumps(answer, indent=4), encoding="utf-8")
    expected = events("release.cloudtrail.json", "cloudtrail")
    assert events(lines, "cloudtrail") == expected
    assert events(looked_up, "cloudtrail") == expected


@all_rows(
    ("source", "name", "read_only", "action"),
    [
        ("s3", "GetObject", True, "read"),
        ("s3", "GetObject", None, "read"),
        ("s3", "PutObject", False, "write"),
        ("s3", "PutObject", None, None),
        ("sts", "AssumeRole", True, "issue"),
        ("iam", "CreateAccessKey", False, "issue"),
        ("iam", "AttachRolePolicy", False, "admin"),
        ("lambda", "Invoke", False, "execute"),
        ("x", "", True, "read"),
        ("x", "", None, None),
    ],
)
def test_what_an_operation_of_cloudtrail_means(tmp_path, source, name, read_only, action):
    record = {"eventSource": f"{source}.amazonaws.com", "eventName": name}
    if read_only is not None:
        record["readOnly"] = read_only
    path = tmp_path / "log"
    path.write_text(json.dumps(record), encoding="utf-8")
    (event,) = read_events(path, "cloudtrail", Mapper({}))
    assert event.action == action


def test_kubernetes_audit():
    found = events("release.kubernetes.jsonl", "kubernetes-audit")
    assert [each[:5] + each[6:7] for each in found] == [
        (1, "release-agent", "deploy-token", "cluster", "write", False),
        (2, None, "rollout-svid", "cluster", "write", False),
        (3, None, "rollout-svid", "cluster", "execute", False),
        (4, None, "rollout-svid", "cluster", "read", True),
        (5, None, None, "cluster", "read", False),  # the one that such a log is of
    ]
    assert found[-1][-1] == ("the map has no identity for ada",)


def test_kubernetes_lists_of_events(tmp_path):
    lines = (LOGS / "release.kubernetes.jsonl").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "log"
    items = [json.loads(line) for line in lines]
    listed = [{"kind": "EventList", "items": part} for part in (items[:2], [], items[2:])]
    path.write_text("".join(f"{json.dumps(each)}\n" for each in listed), encoding="utf-8")
    assert events(path, "kubernetes-audit") == events("release.kubernetes.jsonl", "kubernetes-audit")


def test_the_name_of_a_record_is_safe_to_print(tmp_path):
    path = tmp_path / "log"
    record = {"eventID": "a\x1b[2J\u202e" + "b" * 999, "userIdentity": {"arn": "x"}}
    path.write_text(json.dumps(record), encoding="utf-8")
    (event,) = read_events(path, "cloudtrail", Mapper({}))
    assert event.id.isprintable()
    assert len(event.id) < 250


def test_a_token_of_a_service_account_is_handed_out(tmp_path):
    path = tmp_path / "log"
    record = {
        "stage": "ResponseComplete",
        "verb": "create",
        "user": {"username": "admin"},
        "impersonatedUser": {"username": "system:serviceaccount:rollout:controller"},
        "objectRef": {
            "resource": "serviceaccounts",
            "subresource": "token",
            "namespace": "release",
            "name": "deployer",
        },
    }
    path.write_text(json.dumps(record), encoding="utf-8")
    ((_, _, credential, _, action, _, _, yields, _),) = events(path, "kubernetes-audit")
    assert (credential, action, yields) == ("rollout-svid", "issue", "deploy-token")


def test_github_audit():
    found = events("release.github.json", "github-audit")
    assert [each[1:6] for each in found] == [
        (None, "release-svid", "repository", "read", None),
        ("release-agent", None, "repository", None, "change-approval"),
        (None, None, None, None, None),
        (None, "release-svid", "repository", "write", None),
    ]
    assert len(found[2][-1]) == 3


HOSTILE = [
    {},
    {"userIdentity": 7, "requestParameters": [], "resources": {}, "eventName": {}, "eventTime": "x"},
    {"userIdentity": {"sessionContext": None, "arn": 1}, "resources": [1, {"ARN": []}], "errorCode": None},
    {"stage": 1, "verb": None, "objectRef": "x", "responseStatus": {"code": "403"}, "user": []},
    {"@timestamp": "soon", "action": ["x"], "actor": None, "repo": {}},
    {"@timestamp": 1e308},
    {"@timestamp": True},
    {"userIdentity": {"arn": "a\x1b[2J" + "b" * 9_999}, "eventSource": "\u202e", "verb": "\x00"},
]


GENUINE = {
    "cloudtrail": {"userIdentity": {"arn": "x"}},
    "kubernetes-audit": {"user": {"username": "x"}},
    "github-audit": {"actor": "x"},
    "vault-audit": {"type": "response", "request": {"path": "x"}},
    "otlp": {
        "scopeSpans": [
            {
                "spans": [
                    {
                        "attributes": [
                            {"key": "gen_ai.operation.name", "value": {"stringValue": "execute_tool"}},
                            {"key": "gen_ai.tool.name", "value": {"stringValue": "x"}},
                        ]
                    }
                ]
            }
        ]
    },
    "okta": {"actor": {"id": "x"}},
}
"""The least that is a record of the form."""


@all_rows("form", GENUINE)
def test_records_of_any_shape_are_read_as_far_as_they_go(tmp_path, form):
    path = tmp_path / "log"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in [*HOSTILE, GENUINE[form]]), encoding="utf-8")
    for each in read_events(path, form, Mapper({})):
        assert each.unmapped
        assert all(line.isprintable() and len(line) < 200 for line in each.unmapped)
        assert each.agent is each.credential is each.system is None


WORDS = ("userIdentity", "arn", "resources", "ARN", "requestParameters", "roleArn", "eventName", "eventTime")
WORDS += (
    "type",
    "request",
    "response",
    "auth",
    "metadata",
    "policies",
    "secret",
    "lease_id",
    "path",
    "target",
)
WORDS += (
    "scopeSpans",
    "spans",
    "attributes",
    "key",
    "value",
    "stringValue",
    "message",
    "detail",
    "properties",
)
WORDS += ("actor", "outcome", "transaction", "eventType", "extra", "secrets_passed", "workflow_run_id", "log")
WORDS += ("objectRef", "user", "username", "verb", "stage", "responseStatus", "code", "@timestamp", "repo")
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=12,
)


@pytest.mark.slow
@given(
    st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=8).filter(
        lambda record: not any(isinstance(record.get(key), list) for key in LISTS)  # of what is no record
    ),
    st.sampled_from(sorted(GENUINE)),
)
def test_no_record_raises(tmp_path_factory, record, form):
    path = tmp_path_factory.getbasetemp() / "any.log"
    path.write_text(f"{json.dumps(record)}\n{json.dumps(GENUINE[form])}\n", encoding="utf-8")
    for event in read_events(path, form, Mapper({})):
        assert all(one_line(line, 10_000) == line for line in event.unmapped)
        assert event.time is None or 0 <= event.time < 1e12


def test_a_lookup_whose_inner_record_is_no_json_is_refused(tmp_path):
    path = tmp_path / "log"
    path.write_text('{"Events": [{"CloudTrailEvent": "{"}]}', encoding="utf-8")
    with pytest.raises(MeshmodelError, match="record 1: is no JSON"):
        events(path, "cloudtrail")


def test_our_own_schema_takes_no_map():
    with pytest.raises(MeshmodelError, match="leave it out"):
        read_events(LOGS / "release.jsonl", None, read_map(MAP, RELEASE))


def mapped(tmp_path, text, *names, table="identity"):
    path = tmp_path / "map.toml"
    path.write_text(f'format = "meshmodel-map/1"\n{text}', encoding="utf-8")
    mapper = read_map(path, RELEASE)
    if table == "identity":
        return mapper.event(1, LogRecord(names, (), "x", None, None, None, False)).credential
    return mapper.event(1, LogRecord((), names, "x", None, None, None, False)).system


@all_rows(
    ("match", "name", "fits"),
    [
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("ab*", "ab", True),
        ("ab*", "abcd", True),
        ("*cd", "abcd", True),
        ("*cd", "abc", False),
        ("a*c*e", "abcde", True),
        ("a*c*e", "ace", True),
        ("a*c*e", "aec", False),
        ("ab*bc", "abc", False),
        ("*", "", False),
        ("*", "anything", True),
        ("a.c", "abc", False),
        ("a*" * 50 + "b", "a" * 2_000, False),
    ],
)
def test_a_star_stands_for_anything(tmp_path, match, name, fits):
    text = f'[[identity]]\nmatch = "{match}"\ncredential = "deploy-token"\n'
    names = (name,) if name else ()
    assert mapped(tmp_path, text, *names) == ("deploy-token" if fits else None)


def test_the_first_name_that_a_rule_fits_is_taken_and_the_first_rule(tmp_path):
    text = "".join(
        f'[[identity]]\nmatch = "{match}"\ncredential = "{credential}"\n'
        for match, credential in [("b*", "deploy-token"), ("a", "metrics-token"), ("*", "publish-token")]
    )
    assert mapped(tmp_path, text, "a", "b") == "metrics-token"
    assert mapped(tmp_path, text, "b", "a") == "deploy-token"
    assert mapped(tmp_path, text, "c", "a") == "publish-token"


@all_rows(
    ("text", "line"),
    [
        ('[[identity]]\nmatch = "a"', "identity 1: says nothing; add agent or credential or identity"),
        ('[[identity]]\nagent = "release-agent"', "identity 1: has no match: the name in the log"),
        ('[[identity]]\nmatch = "a"\nagent = "x"', "identity 1: the model has no agent x"),
        ('[[resource]]\nmatch = "a"\nsystem = "x"', "resource 1: the model has no system x"),
        ('[[action]]\nmatch = "a"\ncheckpoint = "x"', "action 1: the model has no checkpoint x"),
        ('[[action]]\nmatch = "a"\naction = "x"', "action 1: x is no action; there are read, write"),
        ('[[resource]]\nmatch = 1\nsystem = "sts"', "resource 1: match is no text, or empty"),
        ('[[resource]]\nmatch = ""\nsystem = "sts"', "resource 1: match is no text, or empty"),
        ('[[resource]]\nmatch = "a"\nwhere = "sts"', "resource 1: where is no key; there are match, system"),
        ('[resource]\nmatch = "a"', "resource is written [[resource]]"),
        ("resource = [1]", "resource 1: is no table; it is written [[resource]]"),
        ("[[who]]", "who is no table; there are identity, resource, action, session"),
        ("x = [", "line 2: is not TOML: "),
        ("x = " + "[" * 100_000, "is nested too deep"),
        ("a." * 50_000 + "a = 1", "line 2: is nested too deep: a key has more than 16 parts"),
    ],
)
def test_a_map_that_is_wrong_is_refused_in_one_line(tmp_path, text, line):
    with pytest.raises(MeshmodelError) as refused:
        mapped(tmp_path, text)
    said = str(refused.value).removeprefix(str(tmp_path / "map.toml")).lstrip(":, ")
    assert said.startswith(line)
    assert said.isprintable()


def test_what_is_no_map_at_all(tmp_path):
    for content, line in (
        (b"", "is no map"),
        (b"\xff", "is not UTF-8"),
        (b" " * (1 << 21), "is too large"),
    ):
        path = tmp_path / "map.toml"
        path.write_bytes(content)
        with pytest.raises(MeshmodelError, match=line):
            read_map(path, RELEASE)
    with pytest.raises(MeshmodelError, match="No such file"):
        read_map(tmp_path / "none.toml", RELEASE)


def test_names_that_were_looked_up_are_remembered_within_bounds():
    mapper = read_map(MAP, RELEASE)
    for number in range(5_000):
        record = LogRecord((f"who-{number}",), ("production/x",), "x", "read", None, None, refused=False)
        assert mapper.event(1, record).system == "cluster"
    assert len(mapper._known) <= 4_096


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("AKIA" + "IOSFODNN7EXAMPLE", "ada"), "ada"),
        (("AKIA" + "IOSFODNN7EXAMPLE",), "(hidden)"),
        ((), "one without a name"),
    ],
)
def test_what_no_rule_names_is_told_by_a_name_that_is_no_secret(names, said):
    token = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
    record = LogRecord(names, ("production/x",), "x", "read", None, token, refused=False)
    event = read_map(MAP, RELEASE).event(1, record)
    assert event.unmapped == (f"the map has no identity for {said}",)
    assert event.id == token  # whole, to be compared; it is shown by its ends


def test_a_rule_may_name_what_is_not_told(tmp_path):
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    path = tmp_path / "map.toml"
    path.write_text(
        f'format = "meshmodel-map/1"\n[[identity]]\nmatch = "{key}"\nagent = "release-agent"\n',
        encoding="utf-8",
    )
    record = LogRecord((key,), (), "x", "read", None, None, refused=False)
    assert read_map(path, RELEASE).event(1, record).agent == "release-agent"


def test_the_names_that_elements_are_known_as_are_rules_behind_those_of_the_map(tmp_path):
    said = (
        "release-agent known as bot@example.com, spiffe://example.org/*, both; "
        "publish-token known as arn:aws:iam::111122223333:role/publish, spiffe://example.org/build/*, both; "
        "deploy-token known as deployer*, twin; metrics-token known as deployer-*, twin; "
        "registry known as arn:aws:s3:::artefacts"
    )
    model = apply_edit(RELEASE, parse(said, RELEASE).edit)
    path = tmp_path / "map.toml"
    path.write_text(
        'format = "meshmodel-map/1"\n[[identity]]\nmatch = "bot@*"\nidentity = "a bot"\n', encoding="utf-8"
    )
    mapper = read_map(path, model)

    def event(*names, targets=()):
        return mapper.event(1, LogRecord(names, targets, "x", "read", None, None, refused=False))

    assert (event("bot@example.com").agent, event("bot@example.com").identity) == (None, "a bot")
    assert event("spiffe://example.org/ns/a").agent == "release-agent"
    longer = event("spiffe://example.org/build/1")
    assert (longer.agent, longer.credential) == (None, "publish-token")
    both = event("both")
    assert (both.agent, both.credential) == ("release-agent", "publish-token")
    assert event("deployer-1").credential == "metrics-token"
    assert event("deployer").credential == "deploy-token"
    assert event("twin").unmapped[0] == "the map has no identity for twin"
    bucket = event("both", targets=("arn:aws:s3:::artefacts/a.tar", "arn:aws:s3:::artefacts"))
    assert (bucket.system, bucket.unmapped) == ("registry", ())


@all_rows(
    ("form", "target", "systems", "system"),
    [
        ("vault-audit", "secret/data/a", "store is secrets-manager", "store"),
        ("vault-audit", "secret/data/a", "store is secrets-manager; other is secrets-manager", None),
        ("kubernetes-audit", "nodes", "store is kubernetes-cluster", "store"),
        ("okta", "User:ada", "store is identity-provider", "store"),
        ("okta", "User:ada", "store is token-service", "store"),
        ("okta", "User:ada", "store is token-service; other is identity-provider", None),
        ("cloudtrail", "sts.amazonaws.com", "store is token-service", "store"),
        ("cloudtrail", "iam.amazonaws.com", "store is cloud-account", "store"),
        ("cloudtrail", "s3.amazonaws.com", "store is cloud-account", None),
        ("github-audit", "acme/web", "store is code-repository", None),
    ],
)
def test_a_log_of_one_system_stands_for_it_where_the_model_has_one_of_its_kind(form, target, systems, system):
    text = f"bot > key > store; bot > key > other; other is saas; {systems}"
    model = apply_edit(Snapshot(), parse(text, Snapshot()).edit)
    mapper = mapper_of(None, model)
    record = LogRecord((), (target,), "x", "read", None, None, refused=False)
    found = None if mapper is None else mapper.of_log(form, "log").event(1, record).system
    assert found == system


def test_what_a_map_says_comes_before_the_system_of_a_log_and_a_decision_is_in_none(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text(
        'format = "meshmodel-map/1"\n[[resource]]\nmatch = "production/*"\nsystem = "registry"\n'
        '[[action]]\nmatch = "approve x"\ncheckpoint = "change-approval"\nagent = "release-agent"\n',
        encoding="utf-8",
    )
    mapper = read_map(path, RELEASE).of_log("kubernetes-audit", "log")
    record = LogRecord((), ("production/pods",), "x", "read", None, None, refused=False)
    assert mapper.event(1, record).system == "registry"
    assert mapper.event(1, record._replace(targets=("nodes",))).system == "cluster"
    decision = mapper.event(1, record._replace(targets=("nodes",), operation="approve x", action=None))
    assert (decision.checkpoint, decision.system) == ("change-approval", None)


def test_a_name_that_is_cut_says_so():
    record = {"arn": "a" * 2_001, "short": "a" * 2_000}
    assert text(record, "arn") == "a" * 2_000 + "…"
    assert text(record, "short") == record["short"]
