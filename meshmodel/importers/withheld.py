"""Finds secrets in foreign files, also where no name gives them away: values stay out, names may come in.

The patterns are the project's own (``meshmodel.model.secrets``); here is what names say of their values, and
what shows itself, under base64 too. Where secrets stand in command lines is in ``command_line``.
"""

import base64
import binascii
import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from meshmodel.importers.addresses import hide_parts, is_random
from meshmodel.model.secret_pattern import UUID
from meshmodel.model.secrets import looks_like_secret

_SECRET_NAME: Final = re.compile(
    r"(?:^|[^a-z])(?:pat|pwd|pass|pw|passcode|cred|bearer|jwt|auth|key|token|secret|credential|cookie)s?(?:[^a-z]|$)"
    r"|api[_-]?key|access[_-]?key|private[_-]?key|passw(?:or)?d|passphrase|secret|token|credential|authorization",
    re.IGNORECASE,
)
_NO_SECRET_NAME: Final = re.compile(
    r"max[_-]?tokens?|token[_-]?(?:url|endpoint|limit|budget|count|type)|key[_-]?id$|_(?:file|path|dir|name|url|arn)$"
    r"|tokenizer|public[_-]?key",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(
    r"\$\{\{.*\}\}|\$\{[^}:]*(?::-)?\}|\$\{[A-Za-z]+:[A-Za-z_][^}]*\}|\$[A-Za-z_][A-Za-z0-9_]*|%[A-Za-z_][A-Za-z0-9_]*%"
    r"|\{\{.*\}\}|<[^<>]*>|\{(?:env|file):[^{}]*\}|os\.environ/[A-Za-z_][A-Za-z0-9_]*",
    re.DOTALL,
)
_INNER_REFERENCE: Final = re.compile(r"\$\{(?:[a-z]{1,20}:)?([A-Za-z_][A-Za-z0-9_-]{0,99}|)(?::?-)?\}")
_FILL_IN: Final = re.compile(r"your[ _-][a-z0-9 _-]*|[a-z0-9_-]*[_-]here|x{3,}|\*{3,}|\.{3}|…", re.IGNORECASE)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")


def names_secret(name: str) -> bool:
    """Whether the name of a variable, header, parameter or option says that its value is a secret."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return _SECRET_NAME.search(split) is not None and _NO_SECRET_NAME.search(split) is None


_VARIABLE: Final = re.compile(
    r"\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::?-)?\}|\{env:([A-Za-z_][A-Za-z0-9_]*)\}|os\.environ/([A-Za-z_][A-Za-z0-9_]*)"
    r"|%([A-Za-z_][A-Za-z0-9_]*)%|\$([A-Za-z_][A-Za-z0-9_]*)"
)


_OR_EMPTY: Final = re.compile(r"\$\{([^}:-]*):?-\}")


def variable_of(value: str, name: str) -> str:
    """The variable of the machine that a value stands for, in whichever way it is written; empty: none.

    Args:
        value: as in ``Bearer ${TOKEN}``, or a name alone, which is passed on as it is.
        name: what the variable is called where the value is given.
    """
    found = _VARIABLE.search(value)
    if found:
        return next(each for each in found.groups() if each)
    return name if value.removeprefix("--env=") == name else ""


def is_empty(value: str) -> bool:
    """Whether a value that stands there gives nothing: no text, or a variable of a name that says no secret
    or is missing, and else the empty text (``${EMPTY:-}``).
    """
    found = _OR_EMPTY.fullmatch(value.strip())
    return not value.strip() if found is None else not names_secret(found[1])


def is_reference(value: str) -> bool:
    """Whether a value only stands for the real one: ``${VAR}``, ``${{ … }}``, ``<name>``, ``YOUR_KEY``.

    ``${VAR:-}`` does; ``${VAR:-value}`` does not: the value may be the real one.
    """
    bare = re.sub(r"^(?:Bearer|Basic|token)\s+", "", value.strip(), flags=re.IGNORECASE)
    return _REFERENCE.fullmatch(bare) is not None or _FILL_IN.fullmatch(bare) is not None


@lru_cache(maxsize=4_096)  # most values of an export occur in it many times
def shows_secret(value: str) -> bool:
    """Whether a value looks like a secret, as it is, percent-decoded, under base64, or as part of an address.

    A reference in it, as in ``TOKEN=${TOKEN}``, is none.
    """
    value = _INNER_REFERENCE.sub(lambda found: found[0] if looks_like_secret(found[1]) else "<…>", value)
    if looks_like_secret(value):
        return True
    if "%" in value and looks_like_secret(unquote(value)):
        return True
    if hide_parts(value, _is_secret_part) != value:
        return True
    bare = value.strip()
    if len(bare) <= 20_000 and _BASE64.fullmatch(bare):
        decoded = _decoded(bare)
        return decoded is not None and looks_like_secret(decoded) is not None
    return False


def _is_secret_part(part: str) -> bool:
    return is_random(part) or shows_secret(part)


def _decoded(text: str) -> str | None:
    try:
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded, altchars=b"-_" if re.search("[-_]", text) else None).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def name_to_show(name: str) -> str:
    """A name of a variable, option or parameter as it may be told; ``value`` where it is secret itself."""
    return "value" if UUID.search(name) or shows_secret(name) else name


def without_secret_parts(text: str) -> str:
    """A text with the secret parts of its addresses hidden."""
    return hide_parts(text, _is_secret_part)


def host_of(url: str) -> str:
    """The host of a URL in lower case, without port, user and password; empty where it is none, or secret."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return "" if shows_secret(parts.netloc.rpartition("@")[2]) else host.lower()
