"""The parts of README.md that the program writes itself: ``python -m tests.readme`` renews them."""

from pathlib import Path

from meshmodel.analysis.rules import RULES
from meshmodel.commands.keys import key_table

PATH = Path(__file__).parents[1] / "README.md"


def rule_table() -> str:
    rows = [f"| {rule.id} | {rule.severity} | {rule.detects} |" for rule in RULES]
    return "\n".join(["| rule | severity | finds |", "|---|---|---|", *rows])


def renewed(text: str) -> str:
    """The text with its tables of rules and keys as the program has them."""
    for name, table in (("rules", rule_table()), ("keys", key_table())):
        begin, end = f"<!-- {name}: written by `python -m tests.readme` -->", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, found, after = rest.partition(end)
        assert found, name
        text = f"{before}{begin}\n\n{table}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    PATH.write_text(renewed(PATH.read_text(encoding="utf-8")), encoding="utf-8")
