"""Every kind of report is written of a model with ``per_day``, with intents, and with nothing of that."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.blocks import Table
from meshmodel.answers.report.build import ReportBuilder
from meshmodel.answers.report.files import files
from meshmodel.answers.report.options import ReportOptions
from meshmodel.model import records as r
from meshmodel.model.records import Snapshot
from tests.answers.report.models import FORMS
from tests.answers.report.reading import READ, squeezed
from tests.reference.random_models import snapshot_of

TODAY = date(2026, 1, 1)
INTENT = r.Intent("bot", "box", ("write",), per_day=7)
NOTHING = snapshot_of(
    [
        r.Zone("here"),
        r.System("box", sensitivity="restricted"),
        r.System("shelf"),
        r.Agent("bot", kind="ai-agent", home="here"),
        r.Credential("key"),
        r.Hold("bot", "key"),
        r.Grant("key", "box", ("write",)),
        r.Grant("key", "shelf", ("write",)),
    ]
)
MODELS = {
    "per_day": replace(NOTHING, intent={("bot", "box"): INTENT}),
    "intents": replace(NOTHING, intent={("bot", "box"): replace(INTENT, per_day=None)}),
    "nothing": NOTHING,
    "empty": Snapshot(),
}
KINDS = {
    **{f"whole {form}": (form, ReportOptions()) for form in FORMS},
    **{f"brief {form}": (form, ReportOptions(brief=True)) for form in FORMS},
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_report_is_written_of_each_kind_of_model(kind, model):
    form, options = KINDS[kind]
    snapshot = MODELS[model]
    report = ReportBuilder(analyse(snapshot, today=TODAY), form, options=options).report()
    for table in report.blocks:
        if isinstance(table, Table) and table.head:
            assert {len(table.head), *map(len, table.cells)} == {len(table.widths)}, table.head
    path = Path(f"report.{form}")
    read = READ[form](files(report, form, path)[path])
    titles = {squeezed(text) for _, text in read.headings}
    if kind.startswith("whole"):
        answer = "Plan" if model == "per_day" else "Fix"
        assert any(each.endswith(answer) for each in titles) or not snapshot.agent
    assert "shelf" in read.text or not snapshot.agent
