"""What a record of each form of log says: its names, its session, what it hands out and takes back.

The records are made up in the shapes of public ones: of CloudTrail, EKS, AKS, GitHub and Okta in
ocsf/examples, panther-labs/panther-analysis and elastic/integrations; of Vault in elastic/integrations; of
OTLP in opentelemetry-proto and the conventions of semantic-conventions-genai.
"""

import io
import json

from meshmodel.logs.events import records_of
from meshmodel.logs.formats import RECORD_KEYS
from meshmodel.logs.otlp import WAITING
from meshmodel.logs.streams import documents
from tests.rows import all_rows


def records(form, *found):
    """The records of a log with these objects, one a line."""
    content = "\n".join(json.dumps(each) for each in found).encode()
    file = io.BufferedReader(io.BytesIO(content))
    return list(records_of(form, documents(file, "x", RECORD_KEYS[form]), "x"))


def check(form, found, expected):
    """Compare the fields of the one record that ``expected`` names."""
    (record,) = records(form, found)
    assert {key: getattr(record, key) for key in expected} == expected


def role(name="job-7", **more):
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::111122223333:assumed-role/export/{name}",
        "principalId": f"AROAEXAMPLE:{name}",
        "accessKeyId": "ASIAEXAMPLESEVEN",
        "sessionContext": {
            "sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/export"},
            **more,
        },
    }


def aws(name, source="sts", who=None, **more):
    who = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ada"} if who is None else who
    return {"eventSource": f"{source}.amazonaws.com", "eventName": name, "userIdentity": who, **more}


CLOUDTRAIL = {
    "a session": (
        aws("GetObject", "s3", role(), readOnly=True, eventTime="2026-03-01T23:44:40Z", eventID="e"),
        {
            "principals": (
                "arn:aws:sts::111122223333:assumed-role/export/job-7",
                "arn:aws:iam::111122223333:role/export",
                "ASIAEXAMPLESEVEN",
                "AROAEXAMPLE:job-7",
            ),
            "sessions": ("role-session:job-7", "access-key:ASIAEXAMPLESEVEN"),
            "token": "ASIAEXAMPLESEVEN",
            "time": 1772408680.0,
            "id": "e",
            "refused": False,
            "issued": (),
            "revoked": (),
            "on_behalf_of": None,
        },
    ),
    "a person who began it persists": (
        aws("GetObject", "s3", role(sourceIdentity="ada")),
        {
            "on_behalf_of": "ada",
            "sessions": ("source-identity:ada", "role-session:job-7", "access-key:ASIAEXAMPLESEVEN"),
        },
    ),
    "a person of the identity centre": (
        aws("GetObject", "s3", {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "94d-9"}}),
        {"on_behalf_of": "94d-9"},
    ),
    "a role is assumed": (
        aws(
            "AssumeRole",
            who=role(),
            requestParameters={"roleArn": "arn:aws:iam::1:role/b", "roleSessionName": "next"},
            responseElements={
                "credentials": {
                    "accessKeyId": "ASIAEXAMPLEEIGHT",
                    "sessionToken": "x" * 99,
                    "expiration": "Mar 2, 2026 12:44:38 AM",
                }
            },
            eventTime="2026-03-01T23:44:40Z",
            resources=[{"ARN": "arn:aws:iam::1:role/b"}],
        ),
        {
            "action": "issue",
            "targets": ("arn:aws:iam::1:role/b", "sts.amazonaws.com"),
            "issued": ("ASIAEXAMPLEEIGHT", "arn:aws:iam::1:role/b"),
            "yields_token": "ASIAEXAMPLEEIGHT",
            "lifetime": 3600.0,
            "sessions": ("role-session:job-7", "access-key:ASIAEXAMPLESEVEN"),
        },
    ),
    "a role is assumed with a token of another issuer": (
        aws(
            "AssumeRoleWithWebIdentity",
            who={"type": "WebIdentityUser", "userName": "repo:acme/app"},
            requestParameters={
                "roleArn": "arn:aws:iam::1:role/b",
                "roleSessionName": "run-9",
                "durationSeconds": 900,
            },
            responseElements={"credentials": {"accessKeyId": "ASIAEXAMPLENINE", "expiration": "soon"}},
        ),
        {
            "sessions": ("role-session:run-9",),
            "principals": ("repo:acme/app",),
            "token": None,
            "lifetime": 900.0,
        },
    ),
    "a role is refused": (
        aws(
            "AssumeRole", requestParameters={"roleArn": "r"}, errorCode="AccessDenied", responseElements=None
        ),
        {"refused": True, "issued": ("r",), "yields_token": None},
    ),
    "a token for others": (
        aws("GetWebIdentityToken", who=role(), responseElements={"webIdentityTokenId": "jti-1"}),
        {"action": "issue", "yields_token": "jti-1", "issued": ()},
    ),
    "a key is made": (
        aws(
            "CreateAccessKey",
            "iam",
            responseElements={"accessKey": {"accessKeyId": "AKIAEXAMPLE", "userName": "bot"}},
        ),
        {"issued": ("AKIAEXAMPLE", "bot"), "yields_token": "AKIAEXAMPLE"},
    ),
    "a key is made inactive": (
        aws("UpdateAccessKey", "iam", requestParameters={"accessKeyId": "AKIAEXAMPLE", "status": "Inactive"}),
        {"revoked": ("AKIAEXAMPLE",)},
    ),
    "a key is made active": (
        aws("UpdateAccessKey", "iam", requestParameters={"accessKeyId": "AKIAEXAMPLE", "status": "Active"}),
        {"revoked": ()},
    ),
    "a key is deleted": (
        aws("DeleteAccessKey", "iam", requestParameters={"accessKeyId": "AKIAEXAMPLE", "userName": "bot"}),
        {"revoked": ("AKIAEXAMPLE",)},
    ),
    "a role is deleted": (
        aws("DeleteRole", "iam", requestParameters={"roleName": "export"}, recipientAccountId="1"),
        {"revoked": ("arn:aws:iam::1:role/export", "export")},
    ),
    "a user is deleted": (
        aws("DeleteUser", "iam", requestParameters={"userName": "bot"}, recipientAccountId="1"),
        {"revoked": ("arn:aws:iam::1:user/bot", "bot")},
    ),
}


@all_rows("case", CLOUDTRAIL)
def test_cloudtrail(case):
    check("cloudtrail", *CLOUDTRAIL[case])


def github(action, **more):
    return {"action": action, "actor": "ada", "repo": "acme/app", "@timestamp": 1741611465102, **more}


GITHUB = {
    "a push with a token": (
        github("git.push", hashed_token="E8Fz=", org="acme", _document_id="d"),
        {
            "principals": ("E8Fz=", "ada"),
            "targets": ("acme/app", "acme"),
            "operation": "git.push",
            "action": "write",
            "time": 1741611465.102,
            "id": "d",
            "refused": False,
            "sessions": ("hashed_token:E8Fz=",),
            "bypasses": False,
        },
    ),
    "a request that reads": (
        github("api.request", request_method="GET", route="/repos/{owner}/{repo}/pulls", status_code=200),
        {"operation": "api.request GET /repos/{owner}/{repo}/pulls", "action": "read", "refused": False},
    ),
    "a request that is refused": (
        github("api.request", request_method="DELETE", route="/repos/{owner}/{repo}", status_code=403),
        {"action": "write", "refused": True},
    ),
    "a request that may do either": (
        github("api.request", request_method="POST", route="/graphql", status_code=200),
        {"operation": "api.request POST /graphql", "action": None},
    ),
    "a job is approved": (
        github("workflows.approve_workflow_job", workflow_run_id=19277410035),
        {"refused": False, "action": None, "sessions": ("workflow_run_id:19277410035",)},
    ),
    "a job is rejected: no approval": (
        github("workflows.reject_workflow_job", workflow_run_id=19277410035),
        {"refused": True, "bypasses": False},
    ),
    "a branch rule rejects a push": (
        github("protected_branch.rejected_ref_update"),
        {"refused": True, "action": "write"},
    ),
    "earlier records have the run below data": (
        {
            "action": "workflows.delete_workflow_run",
            "created_at": 1614296047285,
            "data": {"workflow_run_id": 6},
        },
        {"sessions": ("workflow_run_id:6",), "time": 1614296047.285},
    ),
    "rules are bypassed: no decision": (
        github("workflows.bypass_protection_rules", workflow_run_id=19277410035),
        {"bypasses": True, "refused": False},
    ),
    "a branch rule is overridden": (github("protected_branch.policy_override"), {"bypasses": True}),
    "a token is revoked by another": (
        github(
            "personal_access_token.access_revoked",
            hashed_token="E8Fz=",
            user_programmatic_access_name="bot-token",
        ),
        {"principals": ("E8Fz=", "ada"), "revoked": ("programmatic-access:bot-token",)},
    ),
    "a fine-grained token is used": (
        github("git.clone", user_programmatic_access_name="bot-token"),
        {"principals": ("programmatic-access:bot-token", "ada"), "revoked": ()},
    ),
    "an application loses its authorization": (
        github("oauth_authorization.destroy", oauth_application_name="agent"),
        {"principals": ("ada",), "revoked": ("agent",)},
    ),
}


@all_rows("case", GITHUB)
def test_github_audit(case):
    check("github-audit", *GITHUB[case])


def test_each_secret_that_a_job_is_given_is_handed_out():
    job = github("workflows.prepared_workflow_job", workflow_run_id=7, secrets_passed=["PYPI", 1, "DEPLOY"])
    found = records("github-audit", job, {**job, "secrets_passed": None})
    assert [each.issued for each in found] == [("secrets_passed:PYPI",), ("secrets_passed:DEPLOY",), ()]
    assert [each.action for each in found] == ["issue", "issue", None]


def kubernetes(verb="get", user=None, target=None, **more):
    user = {"username": "system:serviceaccount:ns:bot"} if user is None else user
    return {"stage": "ResponseComplete", "verb": verb, "user": user, "objectRef": target or {}, **more}


EXTRA = "authentication.kubernetes.io/"
POD = {
    "username": "system:serviceaccount:ns:bot",
    "extra": {f"{EXTRA}pod-name": ["bot-5d"], f"{EXTRA}credential-id": ["JTI=1"]},
}
SECRET = {"resource": "secrets", "namespace": "ns", "name": "db"}
TOKEN = {"resource": "serviceaccounts", "subresource": "token", "namespace": "ns", "name": "next"}
KUBERNETES = {
    "a pod reads a secret": (
        kubernetes("get", POD, SECRET, responseStatus={"code": 200}, auditID="a"),
        {
            "principals": ("system:serviceaccount:ns:bot",),
            "targets": ("ns/secrets/db", "ns/secrets", "secrets", "ns/"),
            "operation": "get secrets",
            "action": "read",
            "refused": False,
            "sessions": ("pod:bot-5d", "credential-id:JTI=1"),
            "token": "JTI=1",
            "id": "a",
        },
    ),
    "a token is asked for": (
        kubernetes(
            "create",
            POD,
            TOKEN,
            annotations={f"{EXTRA}issued-credential-id": "JTI=2"},
            requestObject={"spec": {"expirationSeconds": 600}},
        ),
        {
            "action": "issue",
            "issued": ("system:serviceaccount:ns:next",),
            "token": "JTI=1",
            "yields_token": "JTI=2",
            "lifetime": 600.0,
        },
    ),
    "another is impersonated": (
        kubernetes("get", POD, SECRET, impersonatedUser={"username": "ada"}),
        {"principals": ("ada", "system:serviceaccount:ns:bot"), "token": None},
    ),
    "a role of AWS at EKS": (
        kubernetes(
            user={
                "username": "system:node:a",
                "extra": {
                    "accessKeyId": ["ASIAEXAMPLESEVEN"],
                    "arn": ["arn:aws:sts::1:assumed-role/node/i-1"],
                    "canonicalArn": ["arn:aws:iam::1:role/node"],
                    "sessionName": ["i-1"],
                },
            }
        ),
        {
            "principals": (
                "system:node:a",
                "arn:aws:sts::1:assumed-role/node/i-1",
                "arn:aws:iam::1:role/node",
            ),
            "sessions": ("role-session:i-1",),
            "token": "ASIAEXAMPLESEVEN",
        },
    ),
    "a secret is deleted": (kubernetes("delete", target=SECRET), {"revoked": ("ns/secrets/db",)}),
    "a service account is deleted": (
        kubernetes("delete", target={"resource": "serviceaccounts", "namespace": "ns", "name": "bot"}),
        {"revoked": ("system:serviceaccount:ns:bot",)},
    ),
    "a request is refused by its code": (kubernetes(responseStatus={"code": 403}), {"refused": True}),
    "a request is refused by the authorizer": (
        kubernetes(annotations={"authorization.k8s.io/decision": "forbid"}),
        {"refused": True},
    ),
    "AKS": (
        {"category": "kube-audit", "properties": {"log": json.dumps(kubernetes("list", target=SECRET))}},
        {"operation": "list secrets", "principals": ("system:serviceaccount:ns:bot",)},
    ),
    "GKE": (
        {
            "insertId": "i",
            "timestamp": "2026-03-01T23:44:40Z",
            "protoPayload": {
                "authenticationInfo": {"principalEmail": "ada@example.com"},
                "methodName": "io.k8s.core.v1.pods.exec.create",
                "resourceName": "core/v1/namespaces/ns/pods/bot-5d/exec",
                "status": {"code": 7},
            },
        },
        {
            "principals": ("ada@example.com",),
            "targets": ("ns/pods/bot-5d", "ns/pods", "pods", "ns/"),
            "operation": "create pods/exec",
            "action": "execute",
            "refused": True,
            "time": 1772408680.0,
            "id": "i",
        },
    ),
    "GKE, of no namespace": (
        {
            "protoPayload": {
                "methodName": "io.k8s.authorization.rbac.v1.clusterroles.create",
                "resourceName": "rbac.authorization.k8s.io/v1/clusterroles/reader",
            }
        },
        {"targets": ("clusterroles/reader", "clusterroles"), "operation": "create clusterroles"},
    ),
}


@all_rows("case", KUBERNETES)
def test_kubernetes_audit(case):
    check("kubernetes-audit", *KUBERNETES[case])


def hmac(sign):
    return f"hmac-sha256:{sign * 64}"


AUTH = {
    "accessor": hmac("a"),
    "client_token": hmac("c"),
    "display_name": "jwt-runner",
    "policies": ["default", "deploy"],
    "metadata": {"run": "19277410035", "empty": ""},
    "entity_id": "",
}
NAMES = (hmac("a"), "metadata.run:19277410035", "policy:deploy", "display:jwt-runner")


def vault(path, operation="update", auth=None, response=None, **more):
    auth = AUTH if auth is None else auth
    request = {"id": "r", "operation": operation, "path": path, **more.pop("request", {})}
    return {"type": "response", "auth": auth, "request": request, "response": response or {}, **more}


VAULT = {
    "a secret is read": (
        vault("secret/data/db", "read", time="2026-03-01T23:44:40.5Z", error=""),
        {
            "principals": NAMES,
            "targets": ("secret/data/db",),
            "operation": "read secret/data/db",
            "action": "read",
            "time": 1772408680.5,
            "id": "r",
            "refused": False,
            "sessions": ("metadata.run:19277410035", f"accessor:{hmac('a')}"),
            "token": hmac("a"),
            "yields_token": None,
        },
    ),
    "a login": (
        vault("auth/jwt/login", response={"auth": {**AUTH, "token_ttl": 3600}}),
        {
            "principals": ("login:auth/jwt/login",),
            "action": "issue",
            "issued": (*NAMES, "path:auth/jwt/login"),
            "sessions": ("metadata.run:19277410035", f"accessor:{hmac('a')}"),
            "token": None,
            "yields_token": hmac("a"),
            "lifetime": 3600.0,
        },
    ),
    "a login of which only the answer names the token": (
        vault("auth/jwt/login", auth={"token_type": "default"}, response={"auth": AUTH}),
        {"principals": ("login:auth/jwt/login",), "yields_token": hmac("a")},
    ),
    "a login that fails": (
        vault("auth/jwt/login", auth={}, error="1 error occurred:\n\t* permission denied"),
        {"principals": ("login:auth/jwt/login",), "action": "issue", "refused": True, "issued": ()},
    ),
    "a new token": (
        vault("auth/token/create", response={"auth": {"accessor": hmac("b"), "policies": ["read"]}}),
        {
            "principals": NAMES,
            "issued": (hmac("b"), "policy:read", "path:auth/token/create"),
            "token": hmac("a"),
            "yields_token": hmac("b"),
        },
    ),
    "a token that is wrapped": (
        vault("auth/token/create", response={"wrap_info": {"wrapped_accessor": hmac("b"), "token": "t"}}),
        {"action": "issue", "issued": (hmac("b"), "path:auth/token/create"), "yields_token": hmac("b")},
    ),
    "a lease": (
        vault("database/creds/read", "read", response={"secret": {"lease_id": "database/creds/read/7f"}}),
        {"action": "issue", "issued": ("path:database/creds/read",), "yields_token": None},
    ),
    "a lease is renewed": (
        vault("sys/leases/renew", response={"secret": {"lease_id": "database/creds/read/7f"}}),
        {"action": "issue", "issued": ("path:database/creds/read", "path:sys/leases/renew")},
    ),
    "a token takes itself back": (vault("auth/token/revoke-self"), {"revoked": NAMES, "action": "write"}),
    "a token is taken back": (
        vault("auth/token/revoke-accessor", request={"data": {"accessor": hmac("b")}}),
        {"revoked": (hmac("b"),)},
    ),
    "leases are taken back": (
        vault("sys/leases/revoke-prefix/database/creds/read"),
        {"revoked": ("path:database/creds/read",)},
    ),
    "one lease is taken back": (
        vault("sys/leases/revoke/database/creds/read/7f"),
        {"revoked": ("path:database/creds/read/7f", "path:database/creds/read")},
    ),
    "which lease is taken back is an HMAC": (
        vault("sys/leases/revoke", request={"data": {"lease_id": hmac("d")}}),
        {"revoked": ()},
    ),
    "who is denied without a token has no name": (
        vault("pki/issue/internal", auth={"token_type": "default"}, error="permission denied"),
        {"principals": (), "refused": True},
    ),
    "a path in a namespace": (
        vault("kv/a", "list", request={"namespace": {"id": "x", "path": "team/"}, "mount_point": "kv/"}),
        {"targets": ("team/kv/a", "kv/a", "kv/"), "action": "read"},
    ),
}


@all_rows("case", VAULT)
def test_vault_audit(case):
    check("vault-audit", *VAULT[case])


def test_only_the_response_of_a_call_of_vault_counts():
    call = vault("secret/data/db", "read")
    kmip = {"type": "kmip-response", "request": {"namespace": {"id": "root"}}}
    assert len(records("vault-audit", {**call, "type": "request"}, call, kmip)) == 1


def span(name, above=None, kind=3, status=None, trace="5B8EFFF7", **at):
    """A span as OTLP writes it; ``_`` in a key stands for a dot, ``__`` for ``_``."""
    found = {
        "traceId": trace,
        "spanId": name,
        "kind": kind,
        "startTimeUnixNano": "1772408680500000000",
        "status": {} if status is None else {"code": status},
        "attributes": [
            {
                "key": key.replace("__", " ").replace("_", ".").replace(" ", "_"),
                "value": {"stringValue": value},
            }
            for key, value in at.items()
        ],
    }
    return found if above is None else {**found, "parentSpanId": above}


def export(*spans, **resource):
    attributes = [
        {"key": key.replace("_", "."), "value": {"stringValue": value}} for key, value in resource.items()
    ]
    return {
        "resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": [{"spans": list(spans)}]}]
    }


def call(name="1", above=None, tool="search", **more):
    return span(name, above, gen__ai_operation_name="execute_tool", gen__ai_tool_name=tool, **more)


def mcp(name="1", above=None, method="tools/call", **more):
    return span(name, above, mcp_method_name=method, **more)


OTLP = {
    "a tool": (
        export(
            call(
                gen__ai_agent_name="Math Tutor", gen__ai_agent_id="asst_5", gen__ai_conversation_id="conv_5"
            ),
            service_name="tutor",
            cicd_pipeline_run_id="r7",
        ),
        {
            "principals": ("agent:Math Tutor", "agent-id:asst_5", "service:tutor"),
            "targets": ("tool:search",),
            "operation": "execute_tool search",
            "action": "execute",
            "time": 1772408680.5,
            "id": "1",
            "refused": False,
            "sessions": ("gen_ai.conversation.id:conv_5", "cicd.pipeline.run.id:r7", "trace:5b8efff7"),
            "token": None,
        },
    ),
    "a tool of a server": (
        export(
            mcp(gen__ai_tool_name="search", server_address="mcp.example.com", mcp_session_id="191c"),
        ),
        {
            "targets": ("tool:search", "mcp:mcp.example.com", "host:mcp.example.com"),
            "operation": "tools/call search",
            "action": "execute",
            "sessions": ("mcp.session.id:191c", "trace:5b8efff7"),
        },
    ),
    "a resource": (
        export(mcp(method="resources/read", mcp_resource_uri="file:///a")),
        {"targets": ("resource:file:///a",), "operation": "resources/read file:///a", "action": "read"},
    ),
    "a prompt": (
        export(mcp(method="prompts/get", gen__ai_prompt_name="review")),
        {"targets": ("prompt:review",), "operation": "prompts/get review", "action": "read"},
    ),
    "an error": (export(call(status=2)), {"refused": True}),
    "an error by its name": (export(call(status="STATUS_CODE_ERROR")), {"refused": True}),
    "the agent above": (
        export(
            call("3", "2"),
            span("2", "1", gen__ai_operation_name="chat"),
            span(
                "1",
                gen__ai_operation_name="invoke_agent",
                gen__ai_agent_name="tutor",
                gen__ai_conversation_id="c",
            ),
        ),
        {
            "principals": ("agent:tutor",),
            "sessions": ("gen_ai.conversation.id:c", "trace:5b8efff7"),
        },
    ),
    "the nearest agent": (
        export(
            call("3", "2"),
            span("2", "1", gen__ai_operation_name="invoke_agent", gen__ai_agent_name="helper"),
            span("1", gen__ai_operation_name="invoke_agent", gen__ai_agent_name="tutor"),
        ),
        {"principals": ("agent:helper",)},
    ),
    "the span of the server is the same call": (
        export(
            mcp("2", "1", kind=2), mcp("1", gen__ai_tool_name="a"), mcp("3", "1", kind="SPAN_KIND_SERVER")
        ),
        {"id": "1"},
    ),
    "the span of the tool is the same call": (
        export(mcp("2", "1", gen__ai_tool_name="a"), call("1", tool="a")),
        {"id": "2"},
    ),
}


@all_rows("case", OTLP)
def test_otlp(case):
    check("otlp", *OTLP[case])


def test_calls_wait_for_the_span_of_their_agent():
    agent = span("1", gen__ai_operation_name="invoke_agent", gen__ai_agent_name="tutor")
    found = records(
        "otlp", export(call("3", "2")), export(call("4", trace="0")), export(agent), export(span("2", "1"))
    )
    assert [(each.id, each.principals) for each in found] == [("4", ()), ("3", ("agent:tutor",))]
    lost = records("otlp", *(export(call(f"{number:04}", "none")) for number in range(WAITING + 2)))
    assert len(lost) == WAITING + 2
    assert records("otlp", export(call("2", "1"), call("1", "2")))  # a circle ends


def test_spans_of_models_and_of_agents_are_no_events():
    spans = [span("1", gen__ai_operation_name=name) for name in ("chat", "embeddings", "invoke_agent")]
    assert records("otlp", export(*spans, mcp("2", method="initialize"), mcp("3", method="tools/list"))) == []


def okta(kind, *targets, actor=None, **more):
    actor = {"id": "0oa1", "type": "PublicClientApp", "displayName": "bot"} if actor is None else actor
    return {"eventType": kind, "actor": actor, "target": list(targets), **more}


def target(kind, id_, name=None, alternate=None):
    return {"type": kind, "id": id_, "displayName": name, "alternateId": alternate}


AGENT = {"id": "wlp1", "type": "AI Agent", "displayName": "Sales agent", "alternateId": "unknown"}
ADA = target("User", "00u1", "Ada", "ada@example.com")
OKTA = {
    "a person signs in": (
        okta(
            "user.session.start",
            actor={"id": "00u1", "type": "User", "alternateId": "ada@example.com", "displayName": "Ada"},
            published="2026-03-01T23:44:40.353Z",
            uuid="u",
            outcome={"result": "SUCCESS"},
            client={"id": None},
            authenticationContext={"rootSessionId": "idx1", "externalSessionId": "idx1"},
            debugContext={"debugData": {"traceId": "t1"}},
            transaction={"id": "x1", "type": "WEB", "detail": {}},
        ),
        {
            "principals": ("ada@example.com", "00u1", "actor:Ada"),
            "operation": "user.session.start",
            "action": None,
            "time": 1772408680.353,
            "id": "u",
            "refused": False,
            "sessions": ("rootSessionId:idx1", "externalSessionId:idx1", "traceId:t1", "transaction:x1"),
            "issued": (),
            "token": None,
        },
    ),
    "an agent gets an assertion for a person": (
        okta(
            "app.oauth2.token.grant.id_jag",
            ADA,
            target("AuthorizationServer", "aus1", "Inventory"),
            target("id_jag", "IDJAG.1"),
            actor=AGENT,
            client={"id": "wlp1"},
        ),
        {
            "principals": ("client:wlp1", "wlp1", "actor:Sales agent"),
            "targets": (
                "User:Ada",
                "AuthorizationServer:Inventory",
                "User:00u1",
                "AuthorizationServer:aus1",
                "id_jag:IDJAG.1",
            ),
            "action": "issue",
            "on_behalf_of": "ada@example.com",
            "yields_token": "IDJAG.1",
        },
    ),
    "a token is granted": (
        okta(
            "app.oauth2.as.token.grant.access_token",
            {
                **target("access_token", "AT.1", "Access Token"),
                "detailEntry": {"expires": "2026-03-02T00:44:40.000Z"},
            },
            published="2026-03-01T23:44:40.353Z",
        ),
        {
            "action": "issue",
            "issued": ("access_token:Access Token", "access_token:AT.1"),
            "yields_token": "AT.1",
            "lifetime": 3600.0,
            "on_behalf_of": None,
        },
    ),
    "a grant that fails has no suffix": (
        okta("app.oauth2.token.grant", outcome={"result": "FAILURE", "reason": "access_denied"}),
        {"action": "issue", "refused": True},
    ),
    "a token is revoked": (
        okta("app.oauth2.as.token.revoke", target("access_token", "AT.1", "Access Token")),
        {
            "revoked": ("access_token:Access Token", "access_token:AT.1"),
            "action": None,
            "issued": (),
            "yields_token": None,
        },
    ),
    "an API token is made": (
        okta("system.api_token.create", target("Token", "00T1", "bot-token"), actor=ADA),
        {"action": "issue", "issued": ("Token:bot-token", "Token:00T1"), "yields_token": "00T1"},
    ),
    "an API token is used": (
        okta("user.lifecycle.suspend", ADA, transaction={"detail": {"requestApiTokenId": "00T1"}}),
        {"token": "00T1"},
    ),
    "an API token is revoked": (
        okta("system.api_token.revoke", target("Token", "00T1", "bot-token"), actor=ADA),
        {"revoked": ("Token:bot-token", "Token:00T1")},
    ),
    "a policy denies": (okta("policy.evaluate_sign_on", outcome={"result": "DENY"}), {"refused": True}),
    "a request is approved": (okta("app.access_request.approver.approve"), {"refused": False}),
    "a request is denied: no approval": (okta("app.access_request.approver.deny"), {"refused": True}),
    "a request is rejected: no approval": (okta("access.request.reject"), {"refused": True}),
    "no target": ({"eventType": "x", "actor": AGENT, "target": None}, {"targets": ()}),
}


@all_rows("case", OKTA)
def test_okta(case):
    check("okta", *OKTA[case])


ONE = {
    "cloudtrail": aws("GetObject", "s3"),
    "github-audit": github("git.push"),
    "kubernetes-audit": kubernetes(),
    "vault-audit": vault("a", "read"),
    "otlp": export(call())["resourceSpans"][0],
    "okta": okta("user.session.start"),
}
"""A record of each form."""
ENVELOPES = {
    "EventBridge": lambda each: {"detail-type": "AWS API Call via CloudTrail", "detail": each},
    "lookup-events": lambda each: {"Events": [{"CloudTrailEvent": json.dumps(each)}], "NextToken": "n"},
    "CloudWatch": lambda each: {"events": [{"message": json.dumps(each), "timestamp": 1}]},
    "a collector": lambda each: {"message": each},
    "Azure": lambda each: {"records": 1, "properties": {"log": json.dumps(each)}},
    "Google": lambda each: {"entries": [{"protoPayload": each}]},
    "twice": lambda each: {"value": [{"detail": {"message": json.dumps(each)}}]},
    "a list of Kubernetes": lambda each: {"kind": "EventList", "items": [each]},
    "an array": lambda each: [each],
}


@all_rows("form", ONE)
@all_rows("envelope", ENVELOPES)
def test_a_record_is_taken_out_of_its_envelope(form, envelope):
    wrapped = ENVELOPES[envelope](ONE[form])
    for indent in (None, 2):
        content = (json.dumps(wrapped, indent=indent) + "\n") * 2
        file = io.BufferedReader(io.BytesIO(content.encode()))
        found = list(records_of(form, documents(file, "x", RECORD_KEYS[form]), "x"))
        assert found == records(form, ONE[form], ONE[form])


def test_a_text_may_hold_several_records():
    two = "\n".join(json.dumps(github(action)) for action in ("git.push", "git.clone"))
    assert [each.operation for each in records("github-audit", {"message": two})] == ["git.push", "git.clone"]


@all_rows("form", [form for form in ONE if form != "otlp"])
@all_rows("forged", [*ENVELOPES, "hooks"])
def test_what_somebody_writes_into_a_record_is_no_envelope(form, forged):
    other = {"a list": [1], "hooks": {"events": ["push"]}}.get(forged) or ENVELOPES[forged](
        {**ONE[form], RECORD_KEYS[form]: "forged"}
    )
    if isinstance(other, dict):
        assert records(form, {**other, **ONE[form]}) == records(form, ONE[form])
