"""Reports of models, written once for all tests."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.answers.report.build import ReportBuilder
from meshmodel.answers.report.files import files
from meshmodel.answers.report.tree import Report
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from tests.docs.pages import ROOT

TODAY = date(2026, 1, 1)
FORMS = ("md", "html", "pdf", "docx")


class Written(NamedTuple):
    """A report and its files, by name; ``document`` is the main one."""

    tree: Report
    files: dict[str, bytes]
    document: bytes


@cache
def analysed(name: str) -> Analysis:
    """An example, in which one finding is accepted and one acceptance has no finding."""
    snapshot = read_file(ROOT / "models" / f"{name}.toml")
    finding = analyse(snapshot, today=TODAY).findings[0]
    scope = {"severity": finding.severity, "agents": finding.agents, "actions": finding.actions}
    known = r.Acceptance(finding.rule, finding.subject, "known & <noted>", "ann", date(2026, 3, 1), **scope)
    gone = r.Acceptance("secret-at-rest", "gone", "was here", "bob", date(2026, 3, 2))
    table = {(each.rule, each.subject): each for each in (known, gone)}
    return analyse(replace(snapshot, acceptance=table), today=TODAY)


@cache
def written(name: str, form: str) -> Written:
    """The report on an example."""
    tree = ReportBuilder(analysed(name), form).report()
    path = Path("folder") / f"report.{form}"
    made = files(tree, form, path)
    return Written(tree, {each.relative_to("folder").as_posix(): made[each] for each in made}, made[path])
