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
from typing import Any, Final

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
    "bucketName": "arn:aws:s3:::{}",
    "secretId": "{}",
    "functionName": "{}",
    "tableName": "{}",
    "keyId": "{}",
    "queueUrl": "{}",
    "stateMachineArn": "{}",
}


def records(documents: Iterable[Document]) -> Iterator[LogRecord]:
    """The records of a log in their order."""
    for _, document in documents:
        yield _record(document)


def _record(record: dict[str, Any]) -> LogRecord:
    who, request = nested(record, "userIdentity"), nested(record, "requestParameters")
    context = nested(who, "sessionContext")
    source, operation = text(record, "eventSource") or "", text(record, "eventName") or ""
    named = [key for key in _REQUEST if key in request]
    places = [_REQUEST[key].format(value) for key in named if (value := text(request, key)) is not None]
    arn, key = text(who, "arn"), text(who, "accessKeyId")
    issued, issued_key = _issued(operation, record, request) if operation in _ISSUES else ((), None)
    return LogRecord(
        principals=distinct(
            arn,
            text(nested(context, "sessionIssuer"), "arn"),
            key,
            text(who, "principalId"),
            text(who, "userName"),
            text(who, "invokedBy"),
        ),
        targets=distinct(*(text(each, "ARN") for each in objects(record, "resources")), *places, source),
        operation=f"{source}:{operation}",
        action=_action(source, operation, record.get("readOnly")),
        time=timestamp(text(record, "eventTime")),
        id=text(record, "eventID"),
        refused=text(record, "errorCode") is not None,
        issued=issued,
        sessions=_sessions(arn, key, text(context, "sourceIdentity"), operation, request),
        revoked=_revoked(operation, record, request),
        on_behalf_of=text(context, "sourceIdentity") or text(nested(who, "onBehalfOf"), "userId"),
        token=key,
        yields_token=issued_key,
        lifetime=_lifetime(record, request) if issued else None,
    )


def _sessions(
    arn: str | None, key: str | None, person: str | None, operation: str, request: dict[str, Any]
) -> tuple[str, ...]:
    name = None
    if arn is not None and ":assumed-role/" in arn:
        name = arn.rpartition("/")[2]
    elif operation.startswith("AssumeRole"):  # who begins a session has none yet
        name = text(request, "roleSessionName")
        person = person or text(request, "sourceIdentity")
    return distinct(
        f"source-identity:{person}" if person else None,
        f"role-session:{name}" if name else None,
        f"access-key:{key}" if key else None,
    )


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
    inactive = operation == "UpdateAccessKey" and text(request, "status") == "Inactive"
    if inactive or operation == "DeleteAccessKey":
        return distinct(text(request, "accessKeyId"))
    kind = {"DeleteRole": "role", "DeleteUser": "user"}.get(operation)
    name = None if kind is None else text(request, f"{kind}Name")
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
