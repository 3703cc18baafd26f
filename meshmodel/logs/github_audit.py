"""Events of the GitHub audit log, as its export, its stream and its interface give them.

Who: the hash of the token, the name of the fine-grained token (``programmatic-access:``), the actor's name,
the application. Where: the repository, the organization, the enterprise. What: the name of the action; of
``api.request`` also the method and the route. Sessions: ``workflow_run_id:`` and ``hashed_token:``. Each
secret that a job is given is handed out (``secrets_passed:``). A workflow job that is rejected is a
decision against it; rules that somebody bypasses are no decision.

A revocation names the token by its name: ``hashed_token`` is that of the token which asked for it.

Source: docs.github.com, "Audit log events for your enterprise" and "About token data in the audit log".
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from meshmodel.logs.mapping import LogRecord
from meshmodel.logs.record_values import distinct, handle, nested, text
from meshmodel.logs.streams import Document
from meshmodel.model.vocabulary import Action

_ACTIONS: Final[dict[str, Action]] = {
    "git.clone": "read",
    "git.fetch": "read",
    "git.push": "write",
    "repo.download_zip": "read",
    "pull_request.create": "write",
    "pull_request.merge": "write",
    "workflows.created_workflow_run": "execute",
    "workflows.rerun_workflow_run": "execute",
    "repo.add_member": "admin",
    "repo.update_actions_secret": "admin",
    "repo.create_actions_secret": "admin",
    "protected_branch.destroy": "admin",
    "protected_branch.rejected_ref_update": "write",
}
_METHODS: Final[dict[str, Action]] = {
    "GET": "read",
    "HEAD": "read",
    "POST": "write",
    "PUT": "write",
    "PATCH": "write",
    "DELETE": "write",
}
_GIVES: Final = "workflows.prepared_workflow_job"
_BYPASSES: Final = frozenset({"protected_branch.policy_override", "workflows.bypass_protection_rules"})
_NOES: Final = frozenset({"protected_branch.rejected_ref_update", "workflows.reject_workflow_job"})
_REVOKES: Final = frozenset(
    {"personal_access_token.access_revoked", "personal_access_token.destroy", "oauth_authorization.destroy"}
)


def records(documents: Iterable[Document]) -> Iterator[LogRecord]:
    """The events in their order; of a job one for each secret that it is given."""
    for _, document in documents:
        record = _record(document)
        given = document.get("secrets_passed") if record.operation == _GIVES else None
        named = [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
        if not named:
            yield record
        for each in named:
            yield record._replace(action="issue", issued=(f"secrets_passed:{each}",))


def _record(event: dict[str, Any]) -> LogRecord:
    operation = text(event, "action") or ""
    action = _ACTIONS.get(operation)
    if operation == "api.request":
        method, route = text(event, "request_method") or "", text(event, "route") or ""
        operation = f"api.request {method} {route}"
        action = None if route == "/graphql" else _METHODS.get(method)
    token = text(event, "hashed_token")
    access = text(event, "user_programmatic_access_name")
    application = text(event, "oauth_application_name")
    run = handle(event, "workflow_run_id") or handle(nested(event, "data"), "workflow_run_id")
    code = event.get("status_code")
    revokes = operation in _REVOKES
    return LogRecord(
        principals=distinct(
            token,
            f"programmatic-access:{access}" if access and not revokes else None,
            text(event, "actor"),
            None if revokes else application,
            text(event, "integration"),
        ),
        targets=distinct(
            text(event, "repo"), text(event, "repository"), text(event, "org"), text(event, "business")
        ),
        operation=operation,
        action=action,
        time=_milliseconds(event.get("@timestamp")) or _milliseconds(event.get("created_at")),
        id=text(event, "_document_id"),
        refused=(isinstance(code, int) and code >= 400) or operation in _NOES,
        sessions=distinct(
            f"workflow_run_id:{run}" if run else None, f"hashed_token:{token}" if token else None
        ),
        revoked=distinct(f"programmatic-access:{access}" if access else None, application) if revokes else (),
        bypasses=operation in _BYPASSES,
    )


def _milliseconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        return None
    return value / 1000
