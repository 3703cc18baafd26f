"""Events of the Kubernetes audit log (``audit.k8s.io``), one a line, or lists of them (``items``).

Of the stages of one request only the last counts (ResponseComplete, Panic). Who: the user impersonated if
there is one, else the user. Where: ``namespace/resource/name``, ``namespace/resource``, the resource, the
namespace with a slash behind it, the path of what is no resource. What: ``verb resource/subresource``.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from meshmodel.logs.mapping import LogRecord
from meshmodel.logs.record_values import distinct, nested, text, timestamp
from meshmodel.logs.streams import Document
from meshmodel.model.vocabulary import Action

_LAST: Final = frozenset({"ResponseComplete", "Panic"})
_EXECUTES: Final = frozenset({"attach", "exec", "portforward", "proxy", "ephemeralcontainers"})
_VERBS: Final[dict[str, Action]] = {
    "get": "read",
    "list": "read",
    "watch": "read",
    "head": "read",
    "create": "write",
    "update": "write",
    "patch": "write",
    "delete": "write",
    "deletecollection": "write",
    "post": "write",
    "put": "write",
    "bind": "admin",
    "escalate": "admin",
    "impersonate": "admin",
}


def records(documents: Iterable[Document], name: str) -> Iterator[LogRecord]:  # noqa: ARG001  # every form of log takes it
    """The requests in their order."""
    for _, document in documents:
        items = document.get("items")
        for event in items if isinstance(items, list) else [document]:
            if isinstance(event, dict) and text(event, "stage") in {None, *_LAST}:
                yield _record(event)


def _record(event: dict[str, Any]) -> LogRecord:
    target = nested(event, "objectRef")
    resource, space = text(target, "resource"), text(target, "namespace")
    name, below = text(target, "name"), text(target, "subresource")
    verb = (text(event, "verb") or "").lower()
    inside = f"{space}/" if space is not None else ""
    places = []
    if resource is not None:
        places = [f"{inside}{resource}/{name}"] if name is not None else []
        places += [f"{inside}{resource}", resource]
    code = nested(event, "responseStatus").get("code")
    full = f"{resource}/{below}" if resource is not None and below is not None else resource
    issued: tuple[str, ...] = ()
    if full == "serviceaccounts/token" and verb == "create" and name is not None:
        issued = distinct(f"system:serviceaccount:{space}:{name}")
    return LogRecord(
        principals=distinct(
            text(nested(event, "impersonatedUser"), "username"), text(nested(event, "user"), "username")
        ),
        targets=distinct(*places, inside, (text(event, "requestURI") or "").partition("?")[0]),
        operation=f"{verb} {full or (text(event, 'requestURI') or '').partition('?')[0]}".strip(),
        action="issue" if issued else ("execute" if below in _EXECUTES else _VERBS.get(verb)),
        time=timestamp(text(event, "requestReceivedTimestamp") or text(event, "stageTimestamp")),
        id=text(event, "auditID"),
        refused=isinstance(code, int) and code >= 400,
        issued=issued,
    )
