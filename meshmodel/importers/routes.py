"""Routes of web servers in source code, and whether each first asks for an account, by what it calls.

Only what stands in the file of a route is seen: a check that another file puts before it is not.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_ROUTE: Final = re.compile(
    r"@\w+\.(?:post|put|patch|route|websocket|api_route)\(\s*[\"'](/[^\"'\n]*)"
    r"|\b\w+\.(?:post|put|patch|all|ws)\(\s*[\"'`](/[^\"'`\n]*)"
)
_READING: Final = re.compile(r"@?\b\w+\.get\(\s*[\"'`](/[^\"'`\n]*)")
_HANDLER: Final = re.compile(
    r"^export\s+(?:async\s+function|function|const)\s+(POST|PUT|PATCH)\b", re.MULTILINE
)
"""A route of Next.js, which is named by its folder."""
_READING_HANDLER: Final = re.compile(r"^export\s+(?:async\s+function|function|const)\s+(GET)\b", re.MULTILINE)
_FUNCTION: Final = re.compile(
    r"^(?:async )?def [\s\S]*?(?=^(?:@|(?:async )?def |class |if |\w+ ?=)|\Z)", re.MULTILINE
)
"""A function of Python, with all of its body."""
_NO_CHECK: Final = "optional|service|repo|manager|client|store|db|setting|config|factory|limit"
"""Parts of names of what is handed to a route and lets everybody in."""
_WHO: Final = r"\w*(?:user|auth|token|login|account|principal|verif|api_?key)\w*"
_DEPENDENCY: Final = rf"(?:Depends|Security)\(\s*(?:\w+\.)*(?!\w*(?:{_NO_CHECK})){_WHO}"
_MIDDLEWARE: Final = (
    r"(?:(?:require|ensure|check|verify|validate)_?(?:Api)?(?:Auth\w*|User|Session|Login|LoggedIn|Token|Jwt)"
    r"|(?:with|is)_?(?:Api)?(?:Auth\w*|LoggedIn)|auth(?:enticate\w*|orize\w*|Middleware|Guard|Required)"
    r"|passport\.authenticate|ClerkExpressRequireAuth|protectedProcedure|protectRoute|(?<=, )protect(?=,))"
)
_REFUSES: Final = re.compile(
    rf"{_DEPENDENCY}|:\s*CurrentUser\b|@(?:\w+\.)?(?:login|auth|token|jwt|requires?)_?(?:required|auth)\b"
    rf"|(?<!function )\b{_MIDDLEWARE}\s*[,()]|\bauth\.protect\(",
    re.IGNORECASE,
)
"""What lets nobody in who has no account."""
_ASKS: Final = re.compile(
    r"\bgetServerSession\(|\b(?:getAuth|auth|currentUser|getUser|getSession|validateRequest|verifyIdToken)\("
    r"|\bjwt\.(?:verify|decode)\(|\bgetToken\(\{|\bcurrent_user\b|\bget_jwt_identity\("
)
"""What asks who somebody is; that it refuses whoever is nobody is said by what follows."""
_REFUSAL: Final = re.compile(r"\b40[13]\b|[Uu]nauthori[sz]ed|UNAUTHORIZED|[Ff]orbidden|\bredirect\(")
_FOR_ALL: Final = re.compile(
    rf"(?:APIRouter|FastAPI)\([^)]*\bdependencies\s*=\s*\[\s*{_DEPENDENCY}"
    rf"|\.use\([^\n]*(?<!function )\b{_MIDDLEWARE}\b"
    rf"|\.before_request\b[\s\S]{{0,600}}?(?:{_REFUSAL.pattern})"
)
"""What stands before all routes of a file."""


class Route(NamedTuple):
    """A route of a file.

    Attributes:
        name: its path; of Next.js the method.
        is_open: whether anybody may send to it, as far as the file says.
    """

    name: str
    is_open: bool


def routes_in(text: str) -> list[Route]:
    """The routes of a file that take words; where it has none those that are read."""
    return [*_of(text, _ROUTE)] or [*_of(text, _READING)]


def asks_for_account(text: str) -> bool:
    """Whether all routes of a file ask for an account."""
    routes = [*_of(text, _HANDLER)] or [*_of(text, _READING_HANDLER)] or routes_in(text)
    return bool(routes) and not any(each.is_open for each in routes)


def _of(text: str, pattern: re.Pattern[str]) -> Iterator[Route]:
    found = [*pattern.finditer(text)]
    is_closed = bool(found) and _FOR_ALL.search(text, 0, found[0].start()) is not None
    for number, each in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        if each[0].startswith("@"):
            function = _FUNCTION.search(text, each.end(), end)
            end = function.end() if function else end
        body = text[each.start() : end]
        is_refused = _REFUSES.search(body) or (_ASKS.search(body) and _REFUSAL.search(body))
        yield Route(next(filter(None, each.groups())), not (is_closed or is_refused))
