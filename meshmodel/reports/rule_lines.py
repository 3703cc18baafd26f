"""One rule in words, as lines of a list: what it finds, what to do, when it may be wrong."""

from meshmodel.analysis.rules import RULES
from meshmodel.reports.lines import Line


def rule_lines(rule: str) -> list[Line]:
    """What is known of a rule, one line for each thing; of an unknown one that there is none."""
    found = next((each for each in RULES if each.id == rule), None)
    if found is None:
        return [Line("unknown", (("there is no such rule any more", ""),))]
    parts = [
        ("severity", found.severity),
        ("finds", found.detects),
        ("to do", found.remedy),
        *zip(["follows", *("" for _ in found.references[1:])], found.references, strict=True),
        ("may be wrong", found.false_positives),
    ]
    return [Line((name, text), ((f"{name:<14}", "muted"), (text, "")), indent=14) for name, text in parts]
