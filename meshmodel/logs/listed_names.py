"""Which of the names that a record has for one thing is listed for a map to name, by form of log.

It is the name that most records share and that still tells one thing from another: the role, not its session;
the folder with ``*``, not the file; the repository, not the organization.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from meshmodel.logs.formats import LogFormat
from meshmodel.model.secrets import looks_like_secret

_HASH: Final = re.compile(r"[A-Za-z0-9+/]{43}=")
"""A SHA-256 in Base64, as GitHub gives the hash of a token."""
_OF_A_TOKEN: Final = ("login:", "metadata.role:", "metadata.", "policy:", "entity:", "display:", "path:")
"""The names of a token of a vault, those first that outlive it."""
_INSTANCES: Final = ("access_token:", "id_jag:", "id_token:", "refresh_token:", "Token:")

_Choice = Callable[[Sequence[str]], str]


def _beginning(names: Iterable[str], *beginnings: str) -> str | None:
    listed = list(names)
    return next((name for each in beginnings for name in listed if name.startswith(each)), None)


def _above(name: str) -> str:
    """The folder of a name with ``*``; the name itself where it has none."""
    folder, slash, _ = name.rpartition("/")
    return f"{folder}/*" if slash else name


def _aws_principal(names: Sequence[str]) -> str:
    lasting = next((each for each in names if ":role/" in each or ":user/" in each), None)
    session = next((each for each in names if ":assumed-role/" in each), None)
    return lasting or (_above(session) if session else names[0])


def _aws_target(names: Sequence[str]) -> str:
    stored = _beginning(names, "arn:aws:s3:::")
    bucket = None if stored is None else stored.partition("/")[0]
    return names[0] if bucket is None else bucket if bucket in names else f"{bucket}/*"


def _github_principal(names: Sequence[str]) -> str:
    return next((each for each in names if not _HASH.fullmatch(each)), names[0])


def _kubernetes_target(names: Sequence[str]) -> str:
    inside = next((each for each in names if each.endswith("/") and not each.startswith("/")), None)
    if inside is not None:
        return f"{inside}secrets" if f"{inside}secrets" in names else f"{inside}*"
    resources = [each for each in names if not each.startswith("/")]
    return min(resources, key=len) if resources else _above(names[0])


def _vault_principal(names: Sequence[str]) -> str:
    return _beginning(names, *_OF_A_TOKEN) or names[0]


def _vault_target(names: Sequence[str]) -> str:
    return _above(names[0])


def _otlp_target(names: Sequence[str]) -> str:
    return _beginning(names, "mcp:") or names[0]


def _okta_target(names: Sequence[str]) -> str:
    return next((each for each in names if not each.startswith(_INSTANCES)), names[0])


def _first(names: Sequence[str]) -> str:
    return names[0]


_CHOICES: Final[Mapping[LogFormat, tuple[_Choice, _Choice]]] = {
    "cloudtrail": (_aws_principal, _aws_target),
    "github-audit": (_github_principal, _first),
    "kubernetes-audit": (_first, _kubernetes_target),
    "vault-audit": (_vault_principal, _vault_target),
    "otlp": (_first, _otlp_target),
    "okta": (_okta_target, _okta_target),
}


def listed_name(form: LogFormat, table: str, names: Sequence[str]) -> str:
    """The name by which a thing is listed; empty where it has none that can be told.

    Args:
        form: of the log.
        table: of the map in which a rule would stand.
        names: those of the thing, the most particular first.
    """
    if table == "session" and names:  # of the run, which is another one each time
        return f"{names[0].partition(':')[0]}:*"
    left = list(names)
    while left:
        name = left[0]
        if form in _CHOICES and table != "action":
            name = _CHOICES[form][table == "resource"](left)
        if _is_presentable(name):
            return name
        left = [each for each in left if each != name] if name in left else left[1:]
    return ""


@lru_cache(maxsize=4_096)
def _is_presentable(name: str) -> bool:
    """Whether a name is whole, and looks like no secret."""
    return not name.endswith("…") and looks_like_secret(name) is None
