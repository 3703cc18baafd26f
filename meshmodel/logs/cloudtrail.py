"""Records of AWS CloudTrail: a delivered file, one record a line, or what ``lookup-events`` answers.

Who: the session's or user's ARN, the ARN of the role that the session came from, the access key, the
principal, the user's name, the service that invoked it. Where: the ARNs of ``resources``, the bucket,
secret, function or table of the request, then the service. Sessions: ``source-identity:``,
``role-session:`` and ``access-key:``. Whoever assumes a role is handed out its credential by STS: the id of
the new access key and the ARN of the role are looked up among the identities of the map. The id of an
access key is the instance.

Source: the CloudTrail user guide, "CloudTrail userIdentity element" and "CloudTrail record contents".
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from meshmodel.logs.mapping import LogRecord
from meshmodel.logs.record_values import between, distinct, duration, nested, objects, text, timestamp
from meshmodel.logs.streams import Document
from meshmodel.model.vocabulary import Action

_ISSUES: Final = frozenset(
    {
        "AssumeRole",
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
        "CreateAccessKey",
        "GetAuthorizationToken",
        "GetFederationToken",
        "GetSessionToken",
        "GetWebIdentityToken",
    }
)
_REVOKES: Final = frozenset({"DeleteAccessKey", "DeleteRole", "DeleteUser", "UpdateAccessKey"})
_EXECUTES: Final = frozenset(
    {
        "ExecuteStatement",
        "Invoke",
        "InvokeAgent",
        "InvokeFunction",
        "InvokeModel",
        "RunTask",
        "SendCommand",
        "StartBuild",
        "StartExecution",
        "StartSession",
    }
)
_READS: Final = ("BatchGet", "Describe", "Get", "Head", "List", "Lookup", "Query", "Scan", "Select")
_REQUEST: Final = {
    "bucketName": "arn:aws:s3:::%s",
    "secretId": "%s",
    "functionName": "%s",
    "tableName": "%s",
    "keyId": "%s",
    "queueUrl": "%s",
    "stateMachineArn": "%s",
}


def records(documents: Iterable[Document]) -> Iterator[LogRecord]:
    """The records of a log in their order."""
    for _, document in documents:
        yield _record(document)


class _Actor(NamedTuple):
    """Who acted: names, the instance of the credential, the person behind it, and names of the session."""

    names: tuple[str, ...]
    key: str | None
    person: str | None
    sessions: tuple[str, ...]
    is_session: bool


def _record(record: dict[str, Any]) -> LogRecord:
    request = nested(record, "requestParameters")
    who = _principal(nested(record, "userIdentity"))
    source, operation = text(record, "eventSource") or "", text(record, "eventName") or ""
    issued, issued_key = _issued(operation, record, request) if operation in _ISSUES else ((), None)
    begins = operation.startswith("AssumeRole") and not who.is_session  # who begins a session has none yet
    return LogRecord(
        who.names,
        _targets(record, request, source),
        f"{source}:{operation}",
        _action(source, operation, record.get("readOnly")),
        timestamp(text(record, "eventTime")),
        text(record, "eventID"),
        record.get("errorCode") is not None and text(record, "errorCode") is not None,
        issued,
        (*_begun(request), *who.sessions) if begins else who.sessions,
        _revoked(operation, record, request) if operation in _REVOKES else (),
        who.person,
        who.key,
        issued_key,
        _lifetime(record, request) if issued else None,
    )


def _targets(record: dict[str, Any], request: dict[str, Any], source: str) -> tuple[str, ...]:
    """The names of what was acted on: resources, what the request names, the service."""
    names = [text(each, "ARN") for each in objects(record, "resources")]
    if not _REQUEST.keys().isdisjoint(request):
        named = [(key, text(request, key)) for key in _REQUEST if key in request]
        names += [_REQUEST[key] % value for key, value in named if value is not None]
    return distinct(*names, source)


def _principal(who: dict[str, Any]) -> _Actor:
    context = nested(who, "sessionContext")
    values = (
        who.get("arn"),
        nested(context, "sessionIssuer").get("arn"),
        who.get("accessKeyId"),
        who.get("principalId"),
        who.get("userName"),
        who.get("invokedBy"),
        context.get("sourceIdentity"),
        nested(who, "onBehalfOf").get("userId"),
    )
    try:
        return _known_principal(*values)
    except TypeError:  # a list or an object, which no name is
        return _known_principal(*(each if isinstance(each, str) else None for each in values))


@lru_cache(maxsize=4_096)
def _known_principal(*values: object) -> _Actor:
    arn, issuer, key, principal, user, service, source, person = (text({"": each}, "") for each in values)
    is_session = arn is not None and ":assumed-role/" in arn
    sessions = distinct(
        f"source-identity:{source}" if source else None,
        f"role-session:{arn.rpartition('/')[2]}" if arn and is_session else None,
        f"access-key:{key}" if key else None,
    )
    names = distinct(arn, issuer, key, principal, user, service)
    return _Actor(names, key, source or person, sessions, is_session)


def _begun(request: dict[str, Any]) -> tuple[str, ...]:
    """The names of the session that a request begins."""
    source, name = text(request, "sourceIdentity"), text(request, "roleSessionName")
    return distinct(f"source-identity:{source}" if source else None, f"role-session:{name}" if name else None)


def _issued(
    operation: str, record: dict[str, Any], request: dict[str, Any]
) -> tuple[tuple[str, ...], str | None]:
    """The names of the principal whose credential is handed out, and the instance."""
    answer = nested(record, "responseElements")
    if operation == "CreateAccessKey":
        made = nested(answer, "accessKey")
        key = text(made, "accessKeyId")
        return distinct(key, text(made, "userName")), key
    if operation == "GetWebIdentityToken":
        return (), text(answer, "webIdentityTokenId")  # the ``jti`` of the token
    key = text(nested(answer, "credentials"), "accessKeyId")
    return distinct(key, text(request, "roleArn")), key


def _lifetime(record: dict[str, Any], request: dict[str, Any]) -> float | None:
    asked = duration(request.get("durationSeconds"))
    if asked is not None:
        return asked
    end = text(nested(nested(record, "responseElements"), "credentials"), "expiration")
    try:
        moment = datetime.strptime(end or "", "%b %d, %Y %I:%M:%S %p").replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None
    return between(timestamp(text(record, "eventTime")), moment)


def _revoked(operation: str, record: dict[str, Any], request: dict[str, Any]) -> tuple[str, ...]:
    if operation.endswith("AccessKey"):
        is_active = operation == "UpdateAccessKey" and text(request, "status") != "Inactive"
        return () if is_active else distinct(text(request, "accessKeyId"))
    kind = "role" if operation == "DeleteRole" else "user"
    name = text(request, f"{kind}Name")
    if name is None:
        return ()
    return f"arn:aws:iam::{text(record, 'recipientAccountId') or ''}:{kind}/{name}", name


def _action(source: str, operation: str, read_only: object) -> Action | None:
    if operation in _ISSUES:
        return "issue"
    if operation in _EXECUTES:
        return "execute"
    reads = operation.startswith(_READS) if not isinstance(read_only, bool) else read_only
    if reads:
        return "read"
    if not operation or not isinstance(read_only, bool):
        return None  # a name alone does not tell that something was changed
    return "admin" if source == "iam.amazonaws.com" else "write"
