"""Events of the Okta System Log, as its interface answers or a stream delivers them.

Who: the client (``client:``), the actor's alternate id, its id, ``actor:`` with its name. Where: of each
target ``TYPE:`` with its name and with its id. What: the type of the event. Sessions: ``rootSessionId:``,
``externalSessionId:``, ``traceId:`` and ``transaction:``. A grant of a token hands it out, by the names of
its targets; a client often presents several credentials, so that ``[[action]]`` rules say which. The id of
a token is the instance, and so is that of the API token of a request. An access request that is denied is a
decision against it.

Source: developer.okta.com, "System Log API" and "Event types".
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from meshmodel.logs.mapping import LogRecord
from meshmodel.logs.record_values import between, distinct, nested, objects, text, timestamp
from meshmodel.logs.streams import Document

_ISSUES: Final = ("app.oauth2.as.token.grant", "app.oauth2.token.grant", "system.api_token.create")
_REVOKES: Final = (
    "app.oauth2.as.token.revoke",
    "app.oauth2.client.lifecycle.deactivate",
    "app.oauth2.client.lifecycle.delete",
    "app.oauth2.credentials.lifecycle.deactivate",
    "app.oauth2.credentials.lifecycle.delete",
    "app.oauth2.token.revoke",
    "system.api_token.revoke",
)
_DENIALS: Final = frozenset(
    {"access.request.reject", "app.access_request.approver.deny", "app.access_request.deny"}
)
_TOKENS: Final = frozenset({"Token", "access_token", "id_jag", "id_token", "refresh_token"})
_UNKNOWN: Final = "unknown"
"""What Okta writes for an alternate id that there is not."""


def records(documents: Iterable[Document]) -> Iterator[LogRecord]:
    """The events in their order."""
    for _, document in documents:
        yield _record(document)


def _record(event: dict[str, Any]) -> LogRecord:
    actor, client = nested(event, "actor"), nested(event, "client")
    kind = text(event, "eventType") or ""
    targets = list(objects(event, "target"))
    named = _names(targets)
    issues, revokes = kind.startswith(_ISSUES), kind.startswith(_REVOKES)
    by_client, alternate, by_name = text(client, "id"), text(actor, "alternateId"), text(actor, "displayName")
    instance = next((each for each in targets if text(each, "type") in _TOKENS), {})
    time = timestamp(text(event, "published"))
    transaction = nested(event, "transaction")
    return LogRecord(
        principals=distinct(
            f"client:{by_client}" if by_client else None,
            None if alternate == _UNKNOWN else alternate,
            text(actor, "id"),
            f"actor:{by_name}" if by_name else None,
        ),
        targets=named,
        operation=kind,
        action="issue" if issues else None,
        time=time,
        id=text(event, "uuid"),
        refused=nested(event, "outcome").get("result") in {"FAILURE", "DENY"} or kind in _DENIALS,
        issued=named if issues else (),
        sessions=_sessions(event, transaction),
        revoked=named if revokes else (),
        on_behalf_of=_person(actor, targets) if issues else None,
        token=text(nested(transaction, "detail"), "requestApiTokenId"),
        yields_token=text(instance, "id") if issues else None,
        lifetime=between(time, timestamp(text(nested(instance, "detailEntry"), "expires")))
        if issues
        else None,
    )


def _names(targets: list[dict[str, Any]]) -> tuple[str, ...]:
    """Of each target its name, then of each its id, after their types."""
    return distinct(
        *(
            f"{text(each, 'type') or _UNKNOWN}:{value}"
            for key in ("displayName", "id")
            for each in targets
            if (value := text(each, key))
        )
    )


def _person(actor: dict[str, Any], targets: list[dict[str, Any]]) -> str | None:
    """The person for whom a token is granted to a client or an agent."""
    if text(actor, "type") == "User":
        return None
    users = (each for each in targets if text(each, "type") == "User")
    return next((text(each, "alternateId") or text(each, "displayName") for each in users), None)


def _sessions(event: dict[str, Any], transaction: dict[str, Any]) -> tuple[str, ...]:
    context, debug = nested(event, "authenticationContext"), nested(event, "debugContext")
    pairs = (
        ("rootSessionId", text(context, "rootSessionId")),
        ("externalSessionId", text(context, "externalSessionId")),
        ("traceId", text(nested(debug, "debugData"), "traceId")),
        ("transaction", text(transaction, "id")),
    )
    return distinct(*(f"{key}:{value}" for key, value in pairs if value and value != _UNKNOWN))
