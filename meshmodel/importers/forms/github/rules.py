"""The table of mapping of GitHub Actions workflows and of gh-aw Markdown."""

from typing import Final

from meshmodel.importers.rule_tables import form_rules

RULES: Final = form_rules(__file__)
