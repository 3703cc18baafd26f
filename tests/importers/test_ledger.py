"""The ledger: every leaf of a file is in exactly one row, whatever the file."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.importers.document import Document, Node
from meshmodel.importers.forms import FORMS
from meshmodel.importers.json_text import read_json
from meshmodel.importers.ledger import NOT_UNDERSTOOD, VERDICTS, FormRule, Ledger
from meshmodel.interchange import read_text as read_model
from meshmodel.interchange import write_text
from meshmodel.model.text import unprintable
from tests.importers.foreign import read_text
from tests.rows import all_rows

WORDS = {
    "codex": [
        "mcp_servers", "command", "args", "url", "env", "env_vars", "bearer_token_env_var", "tools",
        "approval_mode", "default_tools_approval_mode", "prompt", "approve", "sandbox_mode",
        "approval_policy", "permissions", "default_permissions", "extends", "filesystem", "network",
        "domains", "hooks", "a", "PreToolUse", "profiles", "agents", "granular", "danger-full-access",
        "never", "write", "notify",
    ],
    "mcp": [
        "mcpServers", "servers", "mcp", "projects", "inputs", "command", "args", "env", "url", "headers",
        "tools", "Authorization", "id", "password", "oauth", "name", "disabled", "API_KEY", "-e", "path",
        "TOKEN=hunter2", "https://u:p@example.com/x?token=y", "${input:a}", "a", "${TOKEN}", "alwaysAllow",
    ],
}  # fmt: skip
"""By form, the words of which random files are made: without them hardly any would be understood."""


def values(words):
    texts = st.sampled_from(words) | st.text(max_size=6)
    scalars = (
        st.none()
        | st.booleans()
        | st.integers(-9, 9)
        | st.floats(allow_nan=False, allow_infinity=False)
        | texts
    )
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=5),
        max_leaves=25,
    )


def naive_leaves(value, path=()):
    """The leaves of a value, found by another way than the program's."""
    if isinstance(value, dict) and value:
        return [each for key, inner in value.items() for each in naive_leaves(inner, (*path, key))]
    if isinstance(value, list) and value:
        return [each for number, inner in enumerate(value) for each in naive_leaves(inner, (*path, number))]
    return [path]


def check_rows(value, form):
    """Check that every leaf is in exactly one row, and that the rows tell of records of a valid model."""
    with tempfile.TemporaryDirectory() as folder:
        proposed, rows = read_text(json.dumps(value), form, Path(folder))
    assert len(rows) == len(naive_leaves(value))
    assert {row.verdict for row in rows} <= set(VERDICTS)
    assert all(unprintable(row.path) is None and row.line for row in rows)
    text = write_text(proposed.model)
    assert read_model(text) == proposed.model
    for row in rows:
        for each in row.became:
            table, _, key = each.partition(":")
            ends = key.split(">")
            assert proposed.model.get(table, tuple(ends) if len(ends) == 2 else key) is not None, each


@pytest.mark.parametrize("form", sorted(WORDS))
def test_every_leaf_is_in_exactly_one_row_and_the_model_is_valid(form):
    @given(values(WORDS[form]))
    def check(value):
        check_rows(value, form)

    check()


def test_the_paths_are_those_of_the_file():
    value = {"a": [1, {"b": None}], "c d": {}, "e": ""}
    root = read_json(json.dumps(value), "f")
    assert [each.path for each in root.leaves()] == ["a[0]", "a[1].b", '["c d"]', "e"]
    assert len(naive_leaves(value)) == 4


def test_what_nobody_takes_is_not_understood_and_what_is_taken_twice_is_in_one_row():
    root = Node({}, 1, "f")
    root.value = {key: Node(key, 2, "f", root, key) for key in "abc"}
    mapped = FormRule("m", "", "mapped", "")
    asked = FormRule("q", "", "question", "")
    ledger = Ledger()
    ledger.take(root["a"], mapped, [("agent", "x")])
    ledger.take(root["a"], asked, [("note", "n")])
    ledger.take(root["a"], mapped)
    ledger.take(root["b"], mapped)
    ledger.take(root["nowhere"], mapped)
    document = Document("f", Path("f"), "json", root, (root,))
    rows = ledger.rows([document], {("agent", "x"): ("agent", "y")})
    assert [(each.path, each.verdict, each.became) for each in rows] == [
        ("a", "question", ("agent:y", "note:n")),
        ("b", "mapped", ()),
        ("c", NOT_UNDERSTOOD.verdict, ()),
    ]
    ledger.take(root, asked)
    assert [each.verdict for each in ledger.rows([document])] == ["question", "mapped", "question"]


@all_rows("form", FORMS)
def test_the_rules_of_a_form_are_named_once_and_say_why(form):
    rules = FORMS[form].load().RULES
    assert [name for name, each in rules.items() if each.name != name] == []
    assert [
        each.name for each in rules.values() if not (each.construct and each.why and each.verdict in VERDICTS)
    ] == []
