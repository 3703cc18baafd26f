"""Events of the GitHub audit log, one a line or as one list, as its export and its interface give them.

Who: the hash of the token, the actor's name, the application. Where: the repository, the organization, the
enterprise. What: the name of the action; what reads, writes or runs code is known for the common ones.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from meshmodel.logs.mapping import LogRecord
from meshmodel.logs.record_values import distinct, text
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
}


def records(documents: Iterable[Document], name: str) -> Iterator[LogRecord]:  # noqa: ARG001  # every form of log takes it
    """The events in their order."""
    for _, document in documents:
        yield _record(document)


def _record(event: dict[str, Any]) -> LogRecord:
    operation = text(event, "action") or ""
    return LogRecord(
        principals=distinct(
            text(event, "hashed_token"),
            text(event, "actor"),
            text(event, "oauth_application_name"),
            text(event, "integration"),
        ),
        targets=distinct(
            text(event, "repo"), text(event, "repository"), text(event, "org"), text(event, "business")
        ),
        operation=operation,
        action=_ACTIONS.get(operation),
        time=_milliseconds(event.get("@timestamp")),
        id=text(event, "_document_id"),
        refused=False,  # it lists what was done
    )


def _milliseconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        return None
    return value / 1000
