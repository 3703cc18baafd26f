"""Which characters a text of a model may have, and how text is cut, padded and escaped.

A name is one printable line of at most 200 characters, a description one paragraph of at most
2,000. A paragraph is a line too: a line feed and a tab are control characters, so neither may
hold one. Refused are control characters, line and paragraph separators, the characters that
embed, override or isolate a direction of writing, lone surrogates and noncharacters. Everything
else is text: other scripts, combining marks, emoji, joiners and the plain direction marks that
right-to-left names need.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

from meshmodel.model.errors import MeshmodelError
from meshmodel.model.secrets import masked

LINE_LIMIT: Final = 200
"""The longest name, in characters (code points)."""
PARAGRAPH_LIMIT: Final = 2000
"""The longest description, in characters (code points)."""
PERSON_LIMIT: Final = 40
"""The longest name of a person who edits, in characters (code points)."""

_LOOKED_AT: Final = 4_000
"""Characters beyond a cut that are looked at: a secret that begins before it is found whole."""
_DIRECTION: Final = "\u202a-\u202e\u2066-\u2069"
_NONCHARACTERS: Final = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
_REFUSED: Final = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_DIRECTION}{_NONCHARACTERS}]")

_JOINERS: Final = "\u200c\u200d"
_UNSEEN: Final = re.compile("[\u115f\u1160\u2800\u3164\ufe00-\ufe0f\uffa0\U0001f3fb-\U0001f3ff]")
"""Letters and signs that are blank, and what makes another emoji of the one before it."""
_ALONE: Final = re.compile("C|(?<![LM])j|j(?![LM])")
"""In kinds of characters: one that is not seen, and a joiner that joins no letters."""

_COMMAND: Final = re.compile(r"(?<![\w:]):(?=:[^\s:])|#(?=#[A-Za-z]*\[)")

_NARROW: Final = re.compile("[ -~\xa1-\xac\xae-\u02ff‐-‧←-⌙─-◼♙⚐⚑✎-✘]*")
"""Text whose characters all take one cell: Latin letters, and the lines, arrows and signs that are drawn."""


def unprintable(text: str) -> str | None:
    """The first character that a model refuses, in words such as ``a line break (U+000A)``, or ``None``."""
    if text.isprintable():  # no refused character is printable, so this is a safe short cut
        return None
    found = _REFUSED.search(text)
    if found is None:
        return None
    code = ord(found[0])
    if code in {0x0A, 0x0D, 0x85, 0x2028, 0x2029}:
        kind = "a line break"
    elif code < 0xA0:
        kind = "a control character"
    elif 0xD800 <= code <= 0xDFFF:
        kind = "half of a surrogate pair"
    elif 0x202A <= code <= 0x2069:
        kind = "a character that changes the direction of writing"
    else:
        kind = "a noncharacter"
    return f"{kind} (U+{code:04X})"


def clean_line(text: str) -> str:
    """A typed or pasted text as one line, of any length.

    Line breaks and tabs become spaces, refused characters are dropped, blanks at both ends are cut.
    """
    spaced = re.sub(r"[\t\n\v\f\r\x85\u2028\u2029]+", " ", text)
    return _REFUSED.sub("", spaced).strip()


def with_line_feeds(text: str) -> str:
    """A pasted text with line feeds where lines end, for browsers and tmux send carriage returns."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def person_name(text: str) -> str:
    """The name by which the journal keeps who edits: in one form of Unicode, so that it is always the same.

    Raises:
        MeshmodelError: it is no printable line of 1 to 40 characters, an end is blank, or one of them is not
            seen by itself: two names would look alike, and terminals do not agree how wide it is.
    """
    name = unicodedata.normalize("NFC", text)
    is_line = 0 < len(name) <= PERSON_LIMIT and not unprintable(name) and name == name.strip()
    if not is_line or not _shows_itself(name):
        raise MeshmodelError(
            f"“{one_line(text, 60)}”: a name is one printable line of 1 to {PERSON_LIMIT} "
            "characters, with no blank at either end, none that is invisible and no composed emoji"
        )
    return name


def _shows_itself(name: str) -> bool:
    """Whether each character is seen by itself, or is a mark of a letter or joins two."""
    kinds = "".join(_kind(each) for each in name)
    return _ALONE.search(kinds) is None and not set(kinds) <= {"M", "Z"}


def _kind(character: str) -> str:
    """The first letter of a category of Unicode; of characters that are seen only with others another one."""
    if character in _JOINERS:
        return "j"
    return "C" if _UNSEEN.match(character) else unicodedata.category(character)[0]


def did_you_mean(name: str, known: Collection[str], prefix: str = "") -> str:
    """A question that suggests the known names that are most like one; empty where none is like it."""
    from difflib import get_close_matches

    close = get_close_matches(name[:100], list(known), n=3)
    return f"did you mean {' or '.join(f'{prefix}{each}' for each in close)}?" if close else ""


def no_such(kind: str, name: str, known: Collection[str], prefix: str = "") -> str:
    """An error line: the model has no element of that name, and which ones were meant, or are there."""
    has = f"it has {first_few(sorted(known), 5)}" if known else "it has none"
    return f"the model has no {kind} {one_line(masked(name))}; {did_you_mean(name, known, prefix) or has}"


def enumeration(words: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``; ``last`` is the word before the last one."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def first_few(names: Sequence[str], most: int) -> str:
    """The names with commas between them; of more than ``most`` the first, and how many are left."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def name_list(names: Sequence[str], most: int = 5) -> str:
    """Names with commas; of many the first ones and how many more, which is never one.

    Args:
        names: all of them.
        most: so many are named where there are more than that and one.
    """
    more = f" and {len(names) - most:,} more" if len(names) > most + 1 else ""
    return ", ".join(names[:most] if more else names) + more


def one_line(text: object, limit: int = 120) -> str:
    """A text that is safe to print as part of a line: refused characters are written as escapes.

    Args:
        text: anything; ``str()`` of it is shown.
        limit: the most characters to show; a longer text is cut and ends with an ellipsis. What looks like
            a secret is hidden before, for nothing would tell the beginning of one.
    """
    shown = str(text)
    if len(shown) > limit:
        shown = masked(shown[: limit + _LOOKED_AT])[: max(limit - 1, 0)] + "…"
    return shown if shown.isprintable() else _REFUSED.sub(_escape, shown)


def without_commands(text: str) -> str:
    """A text in whose lines no log of a pipeline finds a command: the first character of each is an escape.

    GitHub takes ``::name`` at the beginning of a line, after blanks; it, Azure Pipelines and TeamCity take
    ``##[name]``, ``##vso[...]`` and ``##teamcity[...]`` anywhere. ``arn:aws:iam::1`` stays.
    """
    return _COMMAND.sub(_escape, text) if "::" in text or "##" in text else text


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def is_narrow(text: str) -> bool:
    """Whether each character is known to take one cell; where not, ``wcwidth`` knows how many."""
    return _NARROW.fullmatch(text) is not None


def width(text: str) -> int:
    """How many cells of a terminal the text takes; refused characters count as none."""
    if is_narrow(text):
        return len(text)  # without wcwidth, whose tables take longer to load than most answers
    from wcwidth import wcswidth

    return max(wcswidth(_REFUSED.sub("", text)), 0)


def shorten(text: str, cells: int) -> str:
    """The text cut to at most so many cells of a terminal, with an ellipsis where it was cut.

    It is cut between words where that keeps most of it. Combining marks stay with their letter, and a wide
    character is never cut in half.
    """
    if width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    kept: list[str] = []
    for cluster in clusters(text):
        if width("".join(kept) + cluster) > cells - 1:
            break
        kept.append(cluster)
    front = "".join(kept)
    words = front[: front.rfind(" ") + 1]
    return f"{words if 2 * width(words) >= cells else front}…"


def shorten_name(name: str, cells: int) -> str:
    """The name in at most so many cells of a terminal, with an ellipsis in its middle where it was cut.

    Of names that begin alike the ends tell which is which.
    """
    if width(name) <= cells:
        return name
    pieces = clusters(name)
    front = shorten(name, cells - max(cells - 1, 0) // 2)
    room, behind = cells - width(front), list[str]()
    while pieces and width(pieces[-1] + "".join(behind)) <= room:
        behind.insert(0, pieces.pop())
    back = "".join(behind)
    words = back[back.index(" ") :] if " " in back else ""
    return front + (words if 2 * width(words) >= room else back)


def pad(text: str, cells: int) -> str:
    """The text in exactly so many cells: cut as a name, or filled with spaces on the right."""
    fitting = shorten_name(text, cells).rstrip("\u200d")  # a joiner would take a space into its cluster
    return fitting + " " * (cells - width(fitting))


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun and thousands separators: ``1 agent``, ``3,000 agents``."""
    return f"{number:,} {plural(number, one, many)}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """The noun that goes with a number: ``agent`` with 1, else ``agents``, or ``many`` if given."""
    return one if number == 1 else many or f"{one}s"


def share(part: int, of: int) -> str:
    """A percentage such as ``62 %``, rounded down; ``< 1 %`` where it is less, but not none.

    Args:
        part: how many.
        of: of how many, at least one.
    """
    return f"{100 * part // of} %" if 100 * part >= of or part == 0 else "< 1 %"


def clusters(text: str) -> list[str]:
    """The text in pieces that stay together: a character with the marks and joiners after it."""
    pieces: list[str] = []
    joined = False
    for character in text:
        if pieces and (joined or (not character.isascii() and width("x" + character) == 1)):
            pieces[-1] += character
        else:
            pieces.append(character)
        joined = character == "\u200d"
    return pieces
