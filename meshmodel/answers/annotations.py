"""Findings as annotations of a GitHub workflow, no more than GitHub shows of one step."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from meshmodel.answers.sarif import LEVELS, LocatedFinding
from meshmodel.model.text import one_line, without_commands
from meshmodel.model.vocabulary import SEVERITIES

MOST: Final = {"error": 10, "warning": 10, "notice": 9}
"""So many of each level are shown of a step; the line that counts the others is a notice as well.

Source: GitHub documentation, "Workflow commands", on the limits of annotations.
"""


def annotations(results: Iterable[LocatedFinding]) -> Iterator[str]:
    """The worst findings as commands of a workflow, then one that says how many more there are.

    Args:
        results: of all models of a step.
    """
    found: Counter[str] = Counter()
    for each in sorted(results, key=lambda each: -SEVERITIES.index(each.finding.severity)):
        level = _level(each)
        found[level] += 1
        if found[level] <= MOST[level]:
            yield _annotation(each)
    left = {level: found[level] - most for level, most in MOST.items() if found[level] > most}
    if left:
        counts = ", ".join(f"{many:,} {level}{'' if many == 1 else 's'}" for level, many in left.items())
        more = f"not annotated, since GitHub shows 10 of a kind a step: {counts} more, all in the log"
        yield f"::notice title=meshmodel::{more}"


def _level(located: LocatedFinding) -> str:
    level = LEVELS[located.finding.severity]
    return "notice" if level == "note" else level


def _annotation(located: LocatedFinding) -> str:
    """A finding at its line.

    Source: GitHub documentation, "Workflow commands", and its escaping of data and of properties.
    """
    finding = located.finding
    where = {
        "file": located.path.as_posix(),
        "line": located.line,
        "title": f"{finding.rule} {finding.subject}",
    }
    properties = ",".join(
        f"{name}={_escaped(str(value), ':,')}" for name, value in where.items() if value is not None
    )
    said = _escaped(f"{finding.severity}: {one_line(finding.message, 1_000)}")
    return f"::{_level(located)} {properties}::{said}"


def _escaped(text: str, more: str = "") -> str:
    for each in f"%\r\n{more}":
        text = text.replace(each, f"%{ord(each):02X}")
    return without_commands(text)
