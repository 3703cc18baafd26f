"""Why a path is unchecked though an intended use names its agent, system and action."""

from dataclasses import replace

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.intent_gaps import why_both
from meshmodel.interchange import read_file
from tests.commands.running import MODELS
from tests.rows import all_rows

FINANCE = read_file(MODELS / "finance-orchestrator.toml")


@all_rows(
    ("agent", "system", "why"),
    [
        (
            "orchestrator",
            "ledger",
            "may write General ledger by design, but not on this path: Ledger key is found",
        ),
        (
            "orchestrator",
            "contracts",
            "Finder token is held by Contract finder, not by Settlement orchestrator.",
        ),
        ("invoice-reader", "case-memory", "Invoice reader reads untrusted content and may follow it"),
    ],
)
def test_an_intended_use_that_does_not_cover_its_path_says_why(agent, system, why):
    assert why in why_both(FINANCE, analyse(FINANCE).explain(agent, system))


def test_an_intended_use_from_elsewhere_and_a_path_that_none_names():
    key = "orchestrator", "contracts"
    elsewhere = {**FINANCE.intent, key: replace(FINANCE.intent[key], from_=("inbox",))}
    model = replace(FINANCE, intent=elsewhere)
    said = why_both(model, analyse(model).explain(*key))
    assert said.endswith("but not on this path: it is intended from Invoice mailbox only.")
    model = replace(FINANCE, intent={})
    assert why_both(model, analyse(model).explain(*key)) == ""
