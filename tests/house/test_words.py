"""How the program speaks: phrases that may not come back, and sentences of 25 words at most."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.commands.running import run

ROOT = Path(__file__).parents[2]
BANNED = (
    r"\bnobody (is asked|asks)\b", r"\b(somebody|someone) is asked\b", r"\bcoming from\b",
    r"\b(is|are|be) told\b", r"\btells? (the way|as whom|for whom|nothing of it)\b",
    r"\bstands? even then\b", r"\bstill stands?\b", r"\b(what|systems?|credentials?) falls?\b(?! back)",
    r"\bdoors?\b", r"\bdrawing (does not say|says)\b", r"\boutsiders?' (words|text)\b", r"\bcarried words\b",
    r"\bwords? (come|carried)\b", r"\bhears?\b", r"\bheard\b", r"\bhearing\b",
    r"\b(is|are) no (command|id|point|work|secrets|limit|tool|gate|node|decision)\b", r"\blies? in\b",
    r"\bsets? \S+( \S+)? to work\b", r"\bset to work\b", r"\bno agent has power\b", r"\bpower over\b",
    r"\bmends?\b", r"\b(as|for) whom\b",
    r"\b(worst|its|lit|the|every|all|other) ways?\b(?! (out|to|that|as|in which))",
    r"\bwitness(es)?\b", r"\bcrossings?\b", r"\buncontrolled\b", r"\bstarts? at home\b",
    r"\bof the same zone\b", r"\b\d+ asks?\b", r"\bcloses \d+ alone\b", r"\bpark\b", r"\b\d+ stops\b",
)  # fmt: skip
LONG = 25
COMMANDS = (("check",), ("explain", "--all"), ("fix",), ("reach",), ("plan",), ("describe",), ("round",))
EXAMPLES = ("support-agent", "code-agent", "finance-orchestrator")


def phrases(text: str) -> Iterator[str]:
    """What of a text may not come back."""
    for each in BANNED:
        yield from (found.group() for found in re.finditer(each, text, re.IGNORECASE))


def long_sentences(text: str) -> Iterator[str]:
    """The sentences of a text with more words than a reader takes in at once."""
    for each in re.split(r"(?<=[.!?:;])\s+|\n\s*\n|\n[-|#]", text):
        if len(each.split()) > LONG:
            yield " ".join(each.split())


def page_text(path: Path) -> str:
    """A page of the manual without code, tables and links."""
    text = re.sub(r"```.*?```|<!-- begin .*?<!-- end", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"`[^`]*`", "x", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return "\n".join(each for each in text.splitlines() if not each.startswith(("|", "    ", "!")))


def strings(path: Path) -> str:
    """The texts in a module that somebody may read: strings with a space that are no docstrings.

    Of tables, the values of the keys that hold sentences.
    """
    if path.suffix == ".toml":
        return "\n\n".join(
            re.findall(r'^ *(?:why|about|text) *= *"(.*)"$', path.read_text("utf-8"), re.MULTILINE)
        )
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    found = (each for each in ast.walk(tree) if isinstance(each, ast.Constant) and id(each) not in docs)
    return "\n\n".join(each.value for each in found if isinstance(each.value, str) and " " in each.value)


@cache
def texts() -> dict[str, str]:
    """All that is read, by where it is: rooms of the program, pages, and what commands answer of examples."""
    found = {f"docs/{path.name}": page_text(path) for path in (ROOT / "meshmodel/docs").glob("*.md")}
    found["README.md"] = page_text(ROOT / "README.md")
    for room in (ROOT / "meshmodel").iterdir():
        modules = (each for each in sorted(room.rglob("*")) if each.suffix in {".py", ".toml"})
        found[room.name] = "\n\n".join(map(strings, modules))
    for name, *options in COMMANDS:
        models = (ROOT / f"models/{each}.toml" for each in EXAMPLES)
        found[f"meshmodel {name}"] = "\n\n".join(run(name, each, *options).stdout for each in models)
    return {name: text for name, text in found.items() if text}


def test_no_phrase_comes_back() -> None:
    found = {name: [*phrases(text)] for name, text in texts().items()}
    assert not {name: each for name, each in found.items() if each}


def test_no_sentence_of_the_manual_is_long() -> None:
    found = {name: [*long_sentences(text)] for name, text in texts().items() if name.endswith(".md")}
    assert not {name: each for name, each in found.items() if each}


def test_what_the_lint_finds() -> None:
    assert [*phrases("Nobody is asked at this door.")] == ["Nobody is asked", "door"]
    assert not [*phrases("No checkpoint decides on the way out.")]
    assert len([*long_sentences("word " * 26)]) == 1
    assert not [*long_sentences("word " * 25)]
