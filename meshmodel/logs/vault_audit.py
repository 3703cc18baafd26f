"""Entries of an audit device of HashiCorp Vault or OpenBao, one a line.

Of each call the device writes a request and a response: only the response counts. Who: the accessor of the
token, its metadata (``metadata.KEY:VALUE``), ``policy:``, ``entity:`` and ``display:``; a login has no
token yet, and is ``login:PATH``. Where: the path, with its namespace before it, and the mount. What:
``operation path``. Sessions: the metadata and ``accessor:``. A login, a new token and a lease hand out: the
names of the new token, ``path:`` of the lease. The accessor is the instance: an HMAC with the salt of the
device, equal in its log alone.

Source: openbao.org, "Audit devices"; Vault documentation, "Audit log entry schema".
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from meshmodel.logs.mapping import LogRecord
from meshmodel.logs.record_values import distinct, duration, nested, text, timestamp
from meshmodel.logs.streams import Document
from meshmodel.model.vocabulary import Action

_OPERATIONS: Final[dict[str, Action]] = {
    "read": "read",
    "list": "read",
    "create": "write",
    "update": "write",
    "patch": "write",
    "delete": "write",
}
_LEASES: Final = "sys/leases/"
_REVOKING: Final = ("revoke-prefix/", "revoke-force/", "revoke/")


def records(documents: Iterable[Document]) -> Iterator[LogRecord]:
    """The calls in the order of their responses."""
    for _, document in documents:
        if text(document, "type") == "response":
            yield _record(document)


def _record(entry: dict[str, Any]) -> LogRecord:
    request, response = nested(entry, "request"), nested(entry, "response")
    auth, given, wrap = nested(entry, "auth"), nested(response, "auth"), nested(response, "wrap_info")
    path, operation = text(request, "path") or "", text(request, "operation") or ""
    own, new = text(auth, "accessor"), text(given, "accessor") or text(wrap, "wrapped_accessor")
    action = _OPERATIONS.get(operation)
    is_login = path.startswith("auth/") and own in {None, new}
    lease = text(nested(response, "secret"), "lease_id")
    issued: tuple[str, ...] = ()
    if new is not None:
        issued = (*_names(given), f"path:{path}") if given else (new, f"path:{path}")
    elif lease:
        issued = distinct(f"path:{lease.rpartition('/')[0]}", f"path:{path}")
    if issued or is_login:
        action = "issue"
    space = text(nested(request, "namespace"), "path") or ""
    return LogRecord(
        principals=(f"login:{path}",) if is_login else _names(auth),
        targets=distinct(f"{space}{path}", path, text(request, "mount_point")),
        operation=f"{operation} {path}",
        action=action,
        time=timestamp(text(entry, "time")),
        id=text(request, "id"),
        refused=text(entry, "error") is not None,
        issued=issued,
        sessions=_sessions(given if is_login and given else auth),
        revoked=_revoked(path, auth, nested(request, "data")),
        token=None if is_login else own,
        yields_token=new,
        lifetime=duration(given.get("token_ttl") or wrap.get("ttl")) if new else None,
    )


def _metadata(auth: dict[str, Any]) -> list[str]:
    metadata = nested(auth, "metadata")
    return [f"metadata.{key}:{value}" for key in sorted(metadata) if (value := text(metadata, key))]


def _names(auth: dict[str, Any]) -> tuple[str, ...]:
    """The names of a token's owner."""
    policies = auth.get("policies")
    named = [each for each in policies if isinstance(each, str)] if isinstance(policies, list) else []
    entity, shown = text(auth, "entity_id"), text(auth, "display_name")
    return distinct(
        text(auth, "accessor"),
        *_metadata(auth),
        *(f"policy:{each}" for each in named if each != "default"),
        f"entity:{entity}" if entity else None,
        f"display:{shown}" if shown else None,
    )


def _sessions(auth: dict[str, Any]) -> tuple[str, ...]:
    accessor = text(auth, "accessor")
    return distinct(*_metadata(auth), f"accessor:{accessor}" if accessor else None)


def _revoked(path: str, auth: dict[str, Any], data: dict[str, Any]) -> tuple[str, ...]:
    """The names of what was taken back; a lease that the body names is an HMAC, and unknown."""
    if path == "auth/token/revoke-self":
        return _names(auth)
    if path == "auth/token/revoke-accessor":
        return distinct(text(data, "accessor"))
    for each in _REVOKING:
        prefix = f"{_LEASES}{each}"
        if path.startswith(prefix):
            lease = path.removeprefix(prefix).rstrip("/")
            above = lease.rpartition("/")[0] if each == "revoke/" else ""
            return distinct(f"path:{lease}", f"path:{above}" if above else None)
    return ()
