"""Annotations of a workflow: at their lines, no more than are shown, and nothing breaks out of them."""

from dataclasses import replace
from pathlib import PurePosixPath

from meshmodel.answers.annotations import annotations
from tests.answers.test_sarif import results
from tests.docs.pages import ROOT

TEXT = (ROOT / "models" / "support-agent.toml").read_text(encoding="utf-8")


def with_severities(**counts):
    """Findings of which so many have each severity, the mildest first."""
    one = results(TEXT)[0]
    return [
        replace(one, finding=replace(one.finding, severity=severity, subject=f"{severity}-{number}"))
        for severity, count in counts.items()
        for number in range(count)
    ]


def test_an_annotation_names_file_and_line_and_cannot_be_broken_out_of():
    (said,) = annotations(results(TEXT, PurePosixPath("odd%,:\n::error::x.toml"))[:1])
    assert "\n" not in said
    assert said.startswith("::error file=odd%25%2C%3A%0A%3A%3Aerror%3A%3Ax.toml,line=")


def test_of_many_the_worst_ten_of_a_kind_are_told_and_how_many_more_there_are():
    *told, more = annotations(with_severities(low=12, medium=11, high=14, critical=3))
    kinds = [each.split()[0] for each in told]
    assert kinds == ["::error"] * 10 + ["::warning"] * 10 + ["::notice"] * 9
    assert [each.split("::")[2].split(":")[0] for each in told[:10]] == ["critical"] * 3 + ["high"] * 7
    assert more.startswith("::notice ")
    assert "7 errors, 1 warning, 3 notices more" in more


def test_of_ten_of_a_kind_none_is_left_out():
    assert len(list(annotations(with_severities(low=9, medium=10, critical=10)))) == 29
