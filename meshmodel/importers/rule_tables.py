"""Tables of mapping: what is made of what a form reads, in TOML beside the module of the form.

::

    shared = ["servers", "maybe-secret"]    # tables, or single rules, of rules.toml
    [rules]
    # name = [verdict, construct, what becomes of it and why]
    agent-action = ["mapped", "step with an agent", "a known action or command starts an agent"]
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import tomli

from meshmodel.importers.ledger import VERDICTS, FormRule


def rules_of(rows: Mapping[str, Sequence[str]]) -> dict[str, FormRule]:
    """The rules of a table by name, in its order; a row may say more than three things."""
    return {
        name: FormRule(name, construct, VERDICTS[VERDICTS.index(verdict)], why)
        for name, (verdict, construct, why, *_) in rows.items()
    }


def form_rules(module: str) -> dict[str, FormRule]:
    """The rules in ``NAME.toml`` beside the file of a module, and those that it shares with others."""
    content = _content(Path(module).with_suffix(".toml"))
    found = rules_of(content["rules"])
    for each in content.get("shared", ()):
        found |= TABLES[each] if each in TABLES else {each: SHARED[each]}
    return found


def _content(path: Path) -> dict[str, Any]:
    return tomli.loads(path.read_text(encoding="utf-8"))


TABLES: Final = {
    name: rules_of(rows) for name, rows in _content(Path(__file__).with_name("rules.toml")).items()
}
"""The tables that several forms share."""
SHARED: Final = {name: rule for each in TABLES.values() for name, rule in each.items()}
"""The rules of these by name."""
