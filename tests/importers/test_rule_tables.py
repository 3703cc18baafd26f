"""The tables of mapping beside the modules: what the code names is there, and what is there is named."""

import ast
import importlib
from pathlib import Path

import meshmodel.importers
from meshmodel.importers.rule_tables import SHARED
from tests.rows import all_rows

_ROOT = Path(meshmodel.importers.__file__).parent
_CODE = {path: path.read_text(encoding="utf-8") for path in [*_ROOT.rglob("*.py")]}
_MODULES = {
    ".".join(path.relative_to(_ROOT.parents[1]).with_suffix("").parts): text
    for path, text in _CODE.items()
    if "RULES" in text or "SHARED" in text
}


def _named(text):
    """The tables and rules that code names, as ``RULES["setting"]``."""
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id in {"RULES", "SHARED"}
            and isinstance(node.slice, ast.Constant)
        ):
            yield node.value.id, node.slice.value


@all_rows("module", [each for each in _MODULES if any(_named(_MODULES[each]))])
def test_the_rules_that_a_module_names_are_in_its_table(module):
    tables = importlib.import_module(module)
    assert [(of, rule) for of, rule in _named(_MODULES[module]) if rule not in getattr(tables, of)] == []


def test_each_rule_is_named_in_code():
    named = {rule for text in _MODULES.values() for _, rule in _named(text)}
    tables = [
        importlib.import_module(each) for each in _MODULES if "= form_rules(__file__)" in _MODULES[each]
    ]
    assert len(tables) > 10
    assert {rule for each in tables for rule in each.RULES} | {*SHARED} <= named
