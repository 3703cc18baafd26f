"""Events of the Kubernetes audit log (``audit.k8s.io``), also as EKS, AKS and GKE give them.

Of the stages of one request only the last counts (ResponseComplete, Panic). Who: the user impersonated if
there is one, else the user; at EKS also the ARNs behind it. Where: ``namespace/resource/name``,
``namespace/resource``, the resource, the namespace with a slash behind it, the path of what is no resource.
What: ``verb resource/subresource``. Sessions: ``pod:``, ``credential-id:`` and, at EKS, ``role-session:``.
A TokenRequest hands out the token of its service account; the id of a token is the instance. Who deletes a
service account or a secret takes it back.

Source: kubernetes.io, "Auditing"; the keys of ``extra`` from "Service account token" (KEP-4193); Google
Cloud, "GKE audit logs".
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from meshmodel.logs.mapping import LogRecord
from meshmodel.logs.record_values import distinct, duration, nested, text, timestamp
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
_EXTRA: Final = "authentication.kubernetes.io/"


def records(documents: Iterable[Document]) -> Iterator[LogRecord]:
    """The requests in their order."""
    for _, document in documents:
        event = _of_google(document) if "methodName" in document else document
        if text(event, "stage") in {None, *_LAST}:
            yield _record(event)


def _of_google(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of Cloud Logging as GKE writes it, in the keys of Kubernetes."""
    target: dict[str, str] = {}
    rest = (text(entry, "resourceName") or "").split("/")[2:]  # after the group and the version
    if rest[:1] == ["namespaces"] and len(rest) > 2:
        target["namespace"], rest = rest[1], rest[2:]
    target |= dict(zip(("resource", "name", "subresource"), rest, strict=False))
    code = nested(entry, "status").get("code")
    return {
        "verb": (text(entry, "methodName") or "").rpartition(".")[2],
        "user": {"username": nested(entry, "authenticationInfo").get("principalEmail")},
        "objectRef": target,
        "responseStatus": {"code": 400} if code else {},
        "requestReceivedTimestamp": entry.get("timestamp"),
        "auditID": entry.get("insertId"),
    }


def _record(event: dict[str, Any]) -> LogRecord:
    target = nested(event, "objectRef")
    resource, space = text(target, "resource"), text(target, "namespace")
    name, below = text(target, "name"), text(target, "subresource")
    verb = (text(event, "verb") or "").lower()
    inside = f"{space}/" if space is not None else ""
    path = (text(event, "requestURI") or "").partition("?")[0]
    places = []
    if resource is not None:
        places = [f"{inside}{resource}/{name}"] if name is not None else []
        places += [f"{inside}{resource}", resource]
    full = f"{resource}/{below}" if resource is not None and below is not None else resource
    account = f"system:serviceaccount:{space}:{name}" if name is not None else None
    issued = distinct(account) if full == "serviceaccounts/token" and verb == "create" else ()
    revoked: tuple[str, ...] = ()
    if verb == "delete" and name is not None and full in {"serviceaccounts", "secrets"}:
        revoked = distinct(account if full == "serviceaccounts" else places[0])
    user, other = nested(event, "user"), text(nested(event, "impersonatedUser"), "username")
    extra, notes = nested(user, "extra"), nested(event, "annotations")
    token, asked = _first(extra, f"{_EXTRA}credential-id"), nested(nested(event, "requestObject"), "spec")
    pod, session = _first(extra, f"{_EXTRA}pod-name"), _first(extra, "sessionName")
    return LogRecord(
        principals=distinct(
            other, text(user, "username"), _first(extra, "arn"), _first(extra, "canonicalArn")
        ),
        targets=distinct(*places, inside, path),
        operation=f"{verb} {full or path}".strip(),
        action="issue" if issued else ("execute" if below in _EXECUTES else _VERBS.get(verb)),
        time=timestamp(text(event, "requestReceivedTimestamp") or text(event, "stageTimestamp")),
        id=text(event, "auditID"),
        refused=_is_refused(nested(event, "responseStatus").get("code"), notes),
        issued=issued,
        sessions=distinct(
            f"pod:{pod}" if pod else None,
            f"credential-id:{token}" if token else None,
            f"role-session:{session}" if session else None,
        ),
        revoked=revoked,
        token=None if other else token or _first(extra, "accessKeyId"),
        yields_token=text(notes, f"{_EXTRA}issued-credential-id"),
        lifetime=duration(asked.get("expirationSeconds")) if issued else None,
    )


def _is_refused(code: object, notes: dict[str, Any]) -> bool:
    if isinstance(code, int):
        return code >= 400
    return text(notes, "authorization.k8s.io/decision") == "forbid"


def _first(extra: dict[str, Any], key: str) -> str | None:
    """The first value of a key of ``extra``, each of which has a list."""
    value = extra.get(key)
    return text({key: value[0]}, key) if isinstance(value, list) and value else None
