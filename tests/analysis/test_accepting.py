"""Why an acceptance no longer covers a finding, in words (section 9)."""

from datetime import date

import pytest

from meshmodel.analysis.findings import accepted
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules import Case
from meshmodel.model.records import Acceptance

TODAY = date(2026, 5, 1)
CASE = Case("key>files", "high", FindingText("", ()), ("bot", "helper"), ("read", "write"))


@pytest.mark.parametrize(
    ("terms", "because"),
    [
        ({}, ""),
        ({"severity": "high", "agents": ("bot", "helper"), "actions": ("read", "write")}, ""),
        ({"severity": "critical", "agents": ("bot", "helper", "third")}, ""),
        ({"until": TODAY}, ""),
        ({"until": date(2026, 4, 30)}, "its last day has passed"),
        ({"severity": "low"}, "the severity has risen from low to high"),
        ({"agents": ("bot",)}, "agent added: helper"),
        ({"agents": ("third",)}, "agents added: bot and helper"),
        ({"actions": ("read",)}, "action added: write"),
        (
            {"until": date(2026, 4, 1), "actions": ("write",)},
            "its last day has passed; action added: read",
        ),
    ],
)
def test_what_has_grown_is_said(terms, because):
    values = {"reason": "a pilot", "by": "Ada", "until": date(2026, 12, 31), **terms}
    told = accepted(Acceptance("missing-checkpoint", "key>files", **values), CASE, TODAY)
    assert (told.open, told.because) == (bool(because), because)
