"""Records of AWS CloudTrail: a delivered file, one record a line, or what ``lookup-events`` answers.

Who: the session's or user's ARN, the ARN of the role that the session came from, the access key, the
principal, the user's name, the service that invoked it. Where: the ARNs of ``resources``, the bucket, secret,
function or table of the request, then the service. A role that is assumed is handed out by STS: its ARN is
looked up among the identities of the map.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from meshmodel.logs.mapping import LogRecord
from meshmodel.logs.record_values import distinct, nested, text, timestamp
from meshmodel.logs.streams import Document, json_object
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
_REQUEST: Final = (
    ("bucketName", "arn:aws:s3:::{}"),
    ("secretId", "{}"),
    ("functionName", "{}"),
    ("tableName", "{}"),
    ("keyId", "{}"),
    ("queueUrl", "{}"),
    ("stateMachineArn", "{}"),
)


def records(documents: Iterable[Document], name: str) -> Iterator[LogRecord]:
    """The records of a log in their order; raises EventsError."""
    for place, document in documents:
        inner = text(document, "CloudTrailEvent")
        yield _record(document if inner is None else json_object(inner, name, place))


def _record(record: dict[str, Any]) -> LogRecord:
    who, request = nested(record, "userIdentity"), nested(record, "requestParameters")
    session = nested(nested(who, "sessionContext"), "sessionIssuer")
    source, operation = text(record, "eventSource") or "", text(record, "eventName") or ""
    resources = record.get("resources")
    arns = (
        [text(each, "ARN") for each in resources if isinstance(each, dict)]
        if isinstance(resources, list)
        else []
    )
    places = [form.format(value) for key, form in _REQUEST if (value := text(request, key)) is not None]
    return LogRecord(
        principals=distinct(
            text(who, "arn"),
            text(session, "arn"),
            text(who, "accessKeyId"),
            text(who, "principalId"),
            text(who, "userName"),
            text(who, "invokedBy"),
        ),
        targets=distinct(*arns, *places, source),
        operation=f"{source}:{operation}",
        action=_action(source, operation, record.get("readOnly")),
        time=timestamp(text(record, "eventTime")),
        id=text(record, "eventID"),
        refused=text(record, "errorCode") is not None,
        issued=distinct(text(request, "roleArn")) if operation.startswith("AssumeRole") else (),
    )


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
