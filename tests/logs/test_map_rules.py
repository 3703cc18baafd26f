"""Rules of a map: sessions, what operations say, records that are left out, and logs for which a rule is."""

import gzip
import json

import pytest

from meshmodel.logs.events import read_events
from meshmodel.logs.formats import RECORD_KEYS
from meshmodel.logs.mapping import LogRecord, read_map
from meshmodel.logs.streams import LINE_LIMIT
from meshmodel.model.errors import MeshmodelError, RequestError
from tests.logs.test_forms import (
    ONE,
    POD,
    SECRET,
    aws,
    call,
    export,
    github,
    kubernetes,
    okta,
    role,
    span,
    target,
    vault,
)
from tests.logs.test_logs_of_systems import LOGS, MAP, RELEASE
from tests.rows import all_rows


def mapper(tmp_path, text, form="cloudtrail", name="log"):
    path = tmp_path / "map.toml"
    path.write_text(f'format = "meshmodel-map/1"\n{text}', encoding="utf-8")
    return read_map(path, RELEASE).of_log(form, name)


def record(*principals, targets=(), operation="x", **more):
    return LogRecord(principals, targets, operation, None, None, None, **{"refused": False, **more})


NAMES = ("role-session:job-7", "access-key:AKIAEXAMPLELEGACY001", "source-identity:ada")


@all_rows(
    ("text", "session"),
    [
        ("", None),
        ('[[session]]\nmatch = "role-session:*"\nsession = "*"\n', "job-7"),
        ('[[session]]\nmatch = "role-session:job-*"\nsession = "run *"\n', "run 7"),
        ('[[session]]\nmatch = "pod:*"\nsession = "*"\n', None),
        ('[[session]]\nmatch = "access-key:AKIAEXAMPLELEGACY001"\nsession = "19277410035"\n', "19277410035"),
        (  # the first rule that fits one of the names, not the first name
            (
                '[[session]]\nmatch = "source-identity:*"\nsession = "*"\n'
                '[[session]]\nmatch = "role-session:*"\nsession = "*"\n'
            ),
            "ada",
        ),
        ('[[session]]\nmatch = "access-key:*"\nsession = "*"\n', "AKIAEXAMPLELEGACY001"),
        ('[[session]]\nmatch = "role-session:*"\nsession = "*"\nlog = "okta"\n', None),
    ],
)
def test_which_session_names_count(tmp_path, text, session):
    assert mapper(tmp_path, text).event(1, record("a", sessions=NAMES)).session == session


def test_a_session_is_compared_whole(tmp_path):
    rules = mapper(tmp_path, '[[session]]\nmatch = "trace:*"\nsession = "*"\n')
    traces = ["9f86d081884c7d659a2feaa0c55ad01" + sign for sign in "0123"]
    found = [rules.event(1, record("a", sessions=(f"trace:{each}",))).session for each in traces]
    assert found == traces


@all_rows(
    ("text", "agent", "credential"),
    [
        ('match = "agent:*"\nagent = "*"', "release-agent", None),
        ('match = "agent:*-agent"\ncredential = "*-svid"', None, "release-svid"),
        ('match = "agent:*"\nagent = "*"\nlog = "otlp"', "release-agent", None),
        ('match = "agent:*"\nagent = "*"\nlog = "spans.jsonl"', "release-agent", None),
        ('match = "agent:*"\nagent = "*"\nlog = "other.jsonl"', None, None),
        ('match = "agent:*"\nagent = "*"\nlog = "okta"', None, None),
    ],
)
def test_the_star_of_a_name_stands_in_the_value_and_a_rule_may_be_for_some_logs(
    tmp_path, text, agent, credential
):
    rules = mapper(tmp_path, f"[[identity]]\n{text}\n", "otlp", "/var/log/spans.jsonl")
    event = rules.event(1, record("agent:release-agent"))
    assert (event.agent, event.credential) == (agent, credential)


def test_a_secret_for_which_a_star_stands_is_hidden(tmp_path):
    token = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
    rules = mapper(tmp_path, '[[identity]]\nmatch = "agent:*"\nagent = "*"\nidentity = "as *"\n')
    event = rules.event(1, record(f"agent:{token}\x1b[2J"))
    assert "(hidden)" in event.agent
    assert "\x1b" not in event.agent + event.identity
    assert token not in repr(event)


@pytest.mark.parametrize("table", ["identity", "resource", "action"])
def test_a_record_that_another_log_has_is_left_out(tmp_path, table):
    rules = mapper(tmp_path, f'[[{table}]]\nmatch = "tool:*"\nignore = true\n')
    names = {"identity": "agent:a", "resource": "b", "action": "c"}
    for each in (False, True):
        names[table] = "tool:x" if each else names[table]
        found = rules.event(
            1, record(names["identity"], targets=(names["resource"],), operation=names["action"])
        )
        assert (found is None) is each


def test_numbers_are_places_in_the_log_and_not_in_what_is_left_of_it(tmp_path):
    log = tmp_path / "spans.json"
    log.write_text(
        json.dumps(export(call("1", tool="a"), call("2", tool="b"), call("3", tool="c"))), encoding="utf-8"
    )
    text = '[[resource]]\nmatch = "tool:b"\nignore = true\n'
    events = list(read_events(log, "otlp", mapper(tmp_path, text)))
    assert [(each.number, each.id) for each in events] == [(1, "1"), (3, "3")]


ACTION = '[[action]]\nmatch = "x"\n'


@all_rows(
    ("text", "expected"),
    [
        ('credential = "release-svid"', {"credential": "release-svid", "agent": None}),
        ('agent = "release-agent"', {"agent": "release-agent", "credential": None}),
        (
            'credential = "release-svid"\nsystem = "sts"\naction = "issue"\nyields = "publish-token"',
            {"credential": "release-svid", "system": "sts", "action": "issue", "yields": "publish-token"},
        ),
        ('revokes = "publish-token"', {"revokes": "publish-token"}),
        (
            'checkpoint = "change-approval"\nagent = "release-agent"\noutcome = "refused"',
            {"checkpoint": "change-approval", "agent": "release-agent", "credential": None, "refused": True},
        ),
        ('checkpoint = "change-approval"\noutcome = "done"', {"refused": False}),
    ],
)
def test_what_an_operation_says(tmp_path, text, expected):
    who = '[[identity]]\nmatch = "client"\nidentity = "a client"\n'
    rules = mapper(tmp_path, f"{ACTION}{text}\n{who}")
    event = rules.event(1, record("client"))
    assert {key: getattr(event, key) for key in expected} == expected
    is_decision = "agent" in expected and "checkpoint" in expected
    assert event.identity == (None if is_decision else "a client")
    assert not any("identity" in line for line in event.unmapped)


def test_what_an_operation_says_comes_before_what_the_names_say(tmp_path):
    text = (
        '[[identity]]\nmatch = "client"\ncredential = "deploy-token"\nagent = "release-agent"\n'
        '[[resource]]\nmatch = "place"\nsystem = "registry"\n'
        '[[identity]]\nmatch = "next"\ncredential = "metrics-token"\n'
    )
    found = record("client", targets=("place",), issued=("next",), revoked=("next",))
    plain = mapper(tmp_path, text).event(1, found)
    assert (plain.credential, plain.system) == ("deploy-token", "registry")
    assert (plain.yields, plain.revokes) == ("metrics-token", "metrics-token")
    says = (
        'credential = "release-svid"',
        'system = "sts"',
        'yields = "publish-token"',
        'revokes = "deploy-token"',
    )
    own = ACTION + "\n".join(says)
    event = mapper(tmp_path, text + own).event(1, found)
    assert (event.agent, event.credential, event.system) == ("release-agent", "release-svid", "sts")
    assert (event.yields, event.revokes) == ("publish-token", "deploy-token")


def test_a_no_is_no_approval_and_a_bypass_is_no_decision(tmp_path):
    log = tmp_path / "log"
    kinds = ("approve_workflow_job", "reject_workflow_job", "bypass_protection_rules")
    log.write_text("\n".join(json.dumps(github(f"workflows.{each}")) for each in kinds), encoding="utf-8")
    text = '[[action]]\nmatch = "workflows.*"\ncheckpoint = "change-approval"\nagent = "release-agent"\n'
    found = list(read_events(log, "github-audit", mapper(tmp_path, text)))
    assert [(each.checkpoint, each.refused) for each in found] == [
        ("change-approval", False),
        ("change-approval", True),
        (None, False),
    ]
    assert found[2].unmapped[-1] == (
        "workflows.bypass_protection_rules went past a checkpoint: no decision was made"
    )


@all_rows(
    ("text", "line"),
    [
        ('[[session]]\nmatch = "a"', "session 1: says nothing; add session"),
        ('[[session]]\nsession = "a"', "session 1: has no match: the name in the log"),
        ('[[session]]\nmatch = "a"\nsession = ""', "session 1: session is no text, or empty"),
        ('[[session]]\nmatch = "a"\nsession = "*"', "session 1: session has a * for the one of match"),
        ('[[session]]\nmatch = "*a*"\nsession = "*"', "session 1: session has a * for the one of match"),
        (
            '[[session]]\nmatch = "a"\nagent = "x"',
            "session 1: agent is no key; there are match, session, log",
        ),
        ('[[identity]]\nmatch = "a"\nagent = "*"', "identity 1: agent has a * for the one of match"),
        ('[[resource]]\nmatch = "a"\nignore = false', "resource 1: ignore is written ignore = true, or left"),
        ('[[resource]]\nmatch = "a"\nignore = "yes"', "resource 1: ignore is written ignore = true, or left"),
        (
            '[[resource]]\nmatch = "a"\nignore = true\nsystem = "sts"',
            "resource 1: ignore leaves the record out",
        ),
        ('[[session]]\nmatch = "a"\nignore = true', "session 1: ignore is no key; there are match, session"),
        ('[[resource]]\nmatch = "a"\nlog = 7\nsystem = "sts"', "resource 1: log is no text, or empty"),
        ('[[resource]]\nmatch = "a"\nlog = "okta"', "resource 1: says nothing; add system or ignore"),
        ('[[action]]\nmatch = "a"\noutcome = "refused"', "action 1: an outcome goes with a checkpoint"),
        (
            '[[action]]\nmatch = "a"\ncheckpoint = "change-approval"\noutcome = "no"',
            "action 1: no is no outcome; there are done, refused",
        ),
        ('[[action]]\nmatch = "a*"\naction = "*"', "action 1: * is no action; there are read, write"),
        ('[[action]]\nmatch = "a"\nyields = "x"', "action 1: the model has no credential x"),
        ('[[action]]\nmatch = "a"\nrevokes = "x"', "action 1: the model has no credential x"),
        ('[[action]]\nmatch = "a"\ncredential = "x"', "action 1: the model has no credential x"),
        ('[[action]]\nmatch = "a"\nsystem = "x"', "action 1: the model has no system x"),
        ('[[action]]\nmatch = "a"\nagent = "x"', "action 1: the model has no agent x"),
    ],
)
def test_a_rule_that_is_wrong_is_refused_with_its_place(tmp_path, text, line):
    with pytest.raises(MeshmodelError) as refused:
        mapper(tmp_path, text)
    said = str(refused.value).removeprefix(str(tmp_path / "map.toml")).lstrip(":, ")
    assert said.startswith(line)


@all_rows("form", ONE)
def test_a_map_for_another_log_is_refused(tmp_path, form):
    log = tmp_path / "log"
    log.write_text(json.dumps(ONE[form]), encoding="utf-8")
    other = '[[identity]]\nmatch = "no such name"\nagent = "release-agent"\n'
    with pytest.raises(RequestError, match="no rule of the map fits anything in it"):
        list(read_events(log, form, mapper(tmp_path, other, form)))
    fits = "".join(
        f'[[{table}]]\nmatch = "*"\n{means}\nlog = "{form}"\n'
        for table, means in (("identity", 'agent = "release-agent"'), ("resource", 'system = "sts"'))
    )
    assert len(list(read_events(log, form, mapper(tmp_path, fits, form)))) == 1
    with pytest.raises(RequestError, match="no rule of the map fits anything in it"):
        list(read_events(log, form, read_map(MAP, RELEASE)))
    assert len(list(read_events(log, form, mapper(tmp_path, "", form)))) == 1  # the first map of somebody


TOKEN_SECRET = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
PASSWORD = "password=hunter2-xyzzy"
FULL = {
    "cloudtrail": [
        aws("AssumeRole", who=role(sourceIdentity="ada"), requestParameters={"roleArn": "r"}, eventID="e"),
        aws(
            "DeleteRole", "iam", requestParameters={"roleName": "r"}, errorCode="x", resources=[{"ARN": "a"}]
        ),
    ],
    "github-audit": [
        github(
            "api.request", request_method="GET", route="/a", hashed_token="h", workflow_run_id="7", org="o"
        ),
        github("oauth_authorization.destroy", oauth_application_name="a", user_programmatic_access_name="b"),
    ],
    "kubernetes-audit": [kubernetes("delete", POD, SECRET, auditID="a", requestURI="/a")],
    "vault-audit": [
        vault(
            "auth/jwt/login", response={"auth": {"accessor": "a", "policies": ["p"], "metadata": {"k": "v"}}}
        ),
        vault("kv/a", "read", auth={"accessor": "a", "display_name": "d"}, error="e"),
    ],
    "otlp": [
        export(
            call("1", "2", server_address="h", mcp_session_id="s"),
            span("2", gen__ai_agent_name="a", gen__ai_conversation_id="c"),
            service_name="s",
        )
    ],
    "okta": [
        okta(
            "app.oauth2.as.token.grant.access_token",
            target("access_token", "t", "n"),
            target("User", "u", "n", "a"),
            uuid="u",
            client={"id": "c"},
            transaction={"id": "x", "detail": {"requestApiTokenId": "t"}},
        )
    ],
}
"""Records with every field that is read."""


def planted(value, secret):
    """A copy of JSON with a secret in every text, one at a time; keys stay."""
    if isinstance(value, str):
        yield f"{secret}"
    elif isinstance(value, dict):
        for key, each in value.items():
            for other in planted(each, secret):
                yield {**value, key: other}
    elif isinstance(value, list):
        for number, each in enumerate(value):
            for other in planted(each, secret):
                yield [*value[:number], other, *value[number + 1 :]]


@all_rows("form", FULL)
@all_rows("secret", [TOKEN_SECRET, PASSWORD])
def test_a_secret_in_any_field_is_shown_by_no_answer(tmp_path, capsys, form, secret):
    from meshmodel.cli import main

    found = [other for each in FULL[form] for other in planted(each, secret)]
    found = [each for each in found if RECORD_KEYS[form] in each or form == "otlp"]
    log, rules = tmp_path / "log", tmp_path / "map.toml"
    log.write_text("\n".join(json.dumps(each) for each in [*FULL[form], *found]), encoding="utf-8")
    rules.write_text(
        'format = "meshmodel-map/1"\n[[session]]\nmatch = "*"\nsession = "*"\n'
        f'[[identity]]\nmatch = "{secret}"\ncredential = "deploy-token"\n'
        '[[identity]]\nmatch = "*"\nagent = "*"\nidentity = "as *"\n',
        encoding="utf-8",
    )
    model = tmp_path / "model.toml"
    model.write_text((MAP.parents[2] / "models" / "federated-release.toml").read_text(encoding="utf-8"))
    assert found
    for more in ((), ("--json",)):
        assert main(["trace", str(model), str(log), "--format", form, "--map", str(rules), *more]) == 0
        shown = capsys.readouterr()
        assert shown.out
        assert secret not in shown.out + shown.err


def test_handles_are_shown_by_their_ends(tmp_path, capsys):
    from meshmodel.cli import main

    log, rules = tmp_path / "log", tmp_path / "map.toml"
    trace = "9f86d081884c7d659a2feaa0c55ad015"
    log.write_text(json.dumps(export(call(trace))), encoding="utf-8")
    rules.write_text('format = "meshmodel-map/1"\n', encoding="utf-8")
    model = MAP.parents[2] / "models" / "federated-release.toml"
    assert main(["trace", str(model), str(log), "--format", "otlp", "--map", str(rules), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["id"] == "9f86…d015"


@all_rows("form", ONE)
@all_rows(
    ("content", "line"),
    [
        (b"x" * (10 << 20), "line 1: is no JSON: Expecting value (column 1)"),
        (b'{"a": "' + b"x" * (10 << 20), "line 1: the log ends in the middle of a record; fetch it again"),
        (b'{"a": "' + b"x" * (10 << 20) + b'"}', "nothing in it could be read as"),
        (gzip.compress(b'{"a": "' + b"x" * (40 << 20), 1), "line 1: is longer than 16777216 characters"),
        (gzip.compress(b'{"items": [' + b"[" * (9 << 20), 1), "is nested too deeply"),
    ],
)
def test_a_long_line_and_a_packed_one_are_refused_in_one_line(tmp_path, form, content, line):
    log = tmp_path / "log"
    log.write_bytes(content)
    with pytest.raises(MeshmodelError) as refused:
        list(read_events(log, form, read_map(MAP, RELEASE)))
    assert line in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_long_line_of_our_own_form_is_refused(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_bytes(b"x" * (10 << 20))
    with pytest.raises(MeshmodelError, match=f"line 1: is longer than {LINE_LIMIT} bytes"):
        list(read_events(log))


@all_rows("time", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-06-01T23:59:59Z", "10000-01-01"])
def test_times_before_1970_are_none_and_the_year_9999_is_one(tmp_path, time):
    log = tmp_path / "log"
    log.write_text(json.dumps(aws("GetObject", "s3", eventTime=time)), encoding="utf-8")
    (event,) = read_events(log, "cloudtrail", mapper(tmp_path, ""))
    assert (event.time is not None) is time.startswith("9999")


def test_the_fixture_has_a_session_and_instances(tmp_path):
    text = (
        '[[session]]\nmatch = "role-session:*"\nsession = "*"\n'
        + MAP.read_text(encoding="utf-8").partition("\n")[2]
    )
    first, *rest = read_events(LOGS / "release.cloudtrail.json", "cloudtrail", mapper(tmp_path, text))
    assert first.yields == "publish-token"
    assert any(each.session for each in rest)


def test_rules_that_no_record_used_are_named(tmp_path):
    rules = mapper(
        tmp_path,
        """
        [[identity]]
        match = "role:*"
        agent = "release-agent"
        [[identity]]
        match = "role:job"
        agent = "release-agent"
        [[identity]]
        match = "rule:other"
        agent = "release-agent"
        [[session]]
        match = "run:*"
        session = "*"
        [[session]]
        match = "token=ghp_0123456789abcdefghijklmnopqrstuvwxyzAB:*"
        session = "*"
        """,
    )
    for number in range(2):
        rules.event(number, record("role:job", sessions=("run:1",)))
    assert [(each.table, each.number) for each in rules.unused] == [
        ("identity", 2),
        ("identity", 3),
        ("session", 2),
    ]
    assert rules.unused[1].match == "rule:other"
    assert "ghp_0123" not in rules.unused[2].match


def test_what_the_model_itself_knows_is_no_rule_of_the_map(tmp_path):
    assert mapper(tmp_path, "").unused == ()


@all_rows("named", ["search", "execute_tool search", "tools/call search"])
@all_rows("operation", ["execute_tool search", "tools/call search"])
def test_the_operation_of_a_call_of_a_tool_is_known_with_and_without_what_calls_it(
    tmp_path, named, operation
):
    made = mapper(tmp_path, f'[[action]]\nmatch = "{named}"\naction = "read"\n', "otlp")
    assert made.event(1, record("agent:x", operation=operation)).action == "read"
