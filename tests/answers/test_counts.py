"""Findings and unchecked paths are the same numbers in every answer and on every screen."""

import json
import re
from pathlib import Path

import pytest

from meshmodel.answers.causes import causes_of, counts_of
from meshmodel.answers.check import count_words
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.panels.tabs import TabRow
from meshmodel.store.examples import ORDER
from tests.app.desk import desk
from tests.commands.running import MODELS, run

OTHERS = [pytest.param(each, marks=pytest.mark.slow) for each in ORDER[1:]]


@pytest.mark.parametrize("name", [ORDER[0], *OTHERS])
async def test_header_tab_rows_check_fix_review_report_and_json_agree(tmp_path: Path, name: str) -> None:
    model = MODELS / f"{name}.toml"
    answer = json.loads(run("check", "--json", model).stdout)
    severities = [each["severity"] for each in answer["findings"] if each["accepted"] is None]
    findings, low = len(severities) - severities.count("low"), severities.count("low")
    paths = answer["summary"]["uncontrolled"]

    async with desk(tmp_path, name, size=(200, 60)) as it:
        built = it.bench.shown.built
        assert built is not None
        counts = counts_of(built)
        assert (counts.main, counts.low, counts.paths) == (findings, low, paths)
        header = it.bench.query_one(MeshHeader).render().plain
        assert re.search(rf"\b{findings:,} findings?\b", header)
        assert (f"+{low} low" in header) == bool(low)
        assert re.search(rf"\b{paths:,} unchecked paths?\b", header)
        tab = next(text for key, text in it.bench.query_one(TabRow).labels() if key == "findings")
        assert f"Findings {findings}{f' +{low} low' if low else ''}" in tab
        assert sum(1 + len(cause.also) for cause in causes_of(built)) == len(answer["findings"])
        said = count_words(counts, built.summary)

    assert said in run("check", model).stdout
    report = tmp_path / "report.md"
    assert not run("report", model, "-o", report).returncode
    assert said in " ".join(report.read_text(encoding="utf-8").split())
    fix, review = run("fix", model).stdout, run("round", model).stdout
    if paths:
        assert re.search(rf"\b{paths:,} unchecked path", fix)
        assert re.search(rf"\b{paths:,} →", review)
    else:
        assert "→" not in review.partition("\n")[0]
