"""One rule in words, as lines of a list: what it finds, what to do, when it may be wrong."""

from meshmodel.analysis.rules import RULES
from meshmodel.answers.lines import Line
from meshmodel.answers.standards import titled


def rule_lines(rule: str) -> list[Line]:
    """What is known of a rule, one line for each thing; of an unknown one that there is none."""
    found = next((each for each in RULES if each.id == rule), None)
    if found is None:
        return [Line("unknown", (("there is no such rule any more", ""),))]
    conditions = conditions_of(found.false_positives)
    follows = [titled(*each) for each in found.conditions.items()]
    parts = [
        ("severity", found.severity),
        ("finds", found.detects),
        ("to do", found.remedy),
        *zip(["follows", *("" for _ in follows[1:])], follows, strict=True),
        *zip(["may be wrong", *("" for _ in conditions[1:])], conditions, strict=True),
    ]
    return [Line((name, text), ((f"{name:<14}", "muted"), (text, "")), indent=14) for name, text in parts]


def conditions_of(false_positives: str) -> list[str]:
    """Under which conditions a finding is none: each sentence of a rule about that, as one with *if*."""
    return [f"if {each[0].lower()}{each[1:]}" for each in false_positives.split(". ")]
