"""The rules as JSON (``docs/json.md``) and as blocks: all of them in short, or all that is known of one."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from meshmodel.answers.blocks import Answer, Block, Facts, Paragraph, Section, fields_json
from meshmodel.answers.standards import titled

if TYPE_CHECKING:
    from meshmodel.analysis.rules import Rule


def rules_json(rules: "Iterable[Rule]") -> Answer:
    """``meshmodel-rules/1``: what each rule finds, why, and what to do about it, by id."""
    return {
        "format": "meshmodel-rules/1",
        "rules": [
            {
                "rule": rule.id,
                **fields_json(rule, "severity", "detects", "remedy", "references"),
                "false_positives": ". ".join(rule.false_positives),
                **fields_json(rule, "title", "why"),
            }
            for rule in sorted(rules, key=lambda each: each.id)
        ],
    }


def rules_blocks(rules: "Iterable[Rule]") -> Iterator[Block]:
    """Each rule: its title and id, what it finds, and how severe that is."""
    for rule in rules:
        yield Paragraph(f"{rule.title} ({rule.id})", "strong", hang=4)
        yield Paragraph(rule.detects, indent=4)
        yield Paragraph(f"Severity: {rule.severity}", indent=4)


def rule_blocks(rule: "Rule", example: tuple[str, str] | None = None) -> Iterator[Block]:
    """All that is known of one rule, below its name."""
    yield Paragraph(f"{rule.title} ({rule.id})", "strong")
    yield Section("", [rule_facts(rule, example)], indent=0)


def rule_facts(rule: "Rule", example: tuple[str, str] | None = None) -> Facts:
    """What a rule finds, what to do, when it may be wrong, and what it follows from.

    Args:
        rule: the rule.
        example: what a finding of it says, and of which model.
    """
    wrong = [f"if {each[0].lower()}{each[1:]}" for each in rule.false_positives]
    follows = [titled(*each) for each in rule.conditions.items()]
    says = [] if example is None else [f"{example[0]} ({example[1]})"]
    named = {
        "Finds": [rule.detects],
        "Why": [rule.why],
        "Fix": [rule.remedy],
        "Severity": [rule.severity],
        "Ignore": wrong,
        "Example": says,
        "Standards": follows,
    }
    rows = ((name if not at else "", text) for name, texts in named.items() for at, text in enumerate(texts))
    return Facts((*rows,))
