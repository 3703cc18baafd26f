"""The policy formats of the registry by name."""

from collections.abc import Callable, Mapping
from typing import Final

from meshmodel.analysis.analysis import Analysis
from meshmodel.exporters.policies.cedar import cedar_policies, cedar_schema
from meshmodel.exporters.policies.rego import rego_data, rego_module
from meshmodel.exporters.policies.stub import policy_stub
from meshmodel.exporters.policies.verdicts import Side

POLICY_TEXTS: Final[Mapping[str, Callable[[Analysis, Side], str]]] = {
    "policy": lambda analysis, _: policy_stub(analysis.snapshot, analysis),
    "cedar": cedar_policies,
    "cedarschema": cedar_schema,
    "rego": rego_module,
    "rego-data": rego_data,
}
"""What writes each of them, from an analysis and the side that asks the engine."""
