"""The table of mapping of Kubernetes manifests with kagent."""

from typing import Final

from meshmodel.importers.rule_tables import form_rules

RULES: Final = form_rules(__file__)
