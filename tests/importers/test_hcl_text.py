"""Terraform's language as nodes: blocks, values, what is computed, and texts that are none of it."""

import pytest

from meshmodel.importers.document import ForeignFileError
from meshmodel.importers.hcl_text import read_hcl
from tests.rows import all_rows


@all_rows(
    ("text", "said"),
    [
        ('a "b" "c" {\n  d = 5\n}\n', {"a.b.c.d": 5}),
        ("a { b = 1 }\na { b = 2 }\na { b = 0.5 }\n", {"a[0].b": 1, "a[1].b": 2, "a[2].b": 0.5}),
        ("a {}\n", {"a": {}}),
        ('x = ["a", true, null, [1],]\n', {"x[0]": "a", "x[1]": True, "x[2]": None, "x[3][0]": 1}),
        ('x = {\n  a = 1\n  "b.c" : var.d, e = 2\n}\n', {"x.a": 1, 'x["b.c"]': "${var.d}", "x.e": 2}),
        ("x = one.two[0].arn\ny = 1\n", {"x": "${one.two[0].arn}", "y": 1}),
        ('x = one == "}" ? f({ a = 1 }, "b") : 2\n', {"x": '${one == "}" ? f({ a = 1 }, "b") : 2}'}),
        ("x = [for each in one : each.id]\n", {"x": "${[for each in one : each.id]}"}),
        ("x = { (var.key) = 1 }\n", {"x": "${{ (var.key) = 1 }}"}),
        ("x = merge(a, {\n  b = 1\n})\ny = 1\n", {"x": "${merge(a, {\n  b = 1\n})}", "y": 1}),
        ("x = jsonencode({ a = [1] })\n", {"x.a[0]": 1}),
        ('x = "a ${f("q", "}")} \\"b\\" $${c}"\n', {"x": 'a ${f("q", "}")} "b" $${c}'}),
        ('x = <<-EOT\n  say "hello" {\n  EOT\ny = 1\n', {"x": '  say "hello" {\n', "y": 1}),
        ('# a = {\n// b\n/* c = \n"*/ d = 1 # e\n', {"d": 1}),
        ("moved {\n  from = a.b\n}\nx = -1\n", {"moved.from": "${a.b}", "x": "${-1}"}),
    ],
)
def test_what_is_written_is_there(text, said):
    found = {}
    for each in read_hcl(text, "main.tf").leaves():
        found[each.path] = each.value
        assert 1 <= each.line <= text.count("\n") + 1
    assert found == said


def test_a_value_has_its_line():
    found = read_hcl('a = <<X\n1\n2\nX\nb = [\n  "c",\n]\n', "main.tf")
    assert (found["a"].line, found["b"][0].line) == (1, 6)


@all_rows(
    ("text", "why"),
    [
        ('x = "a', "line 1: is no Terraform"),
        ("\nx = <<EOT\na\n", "is no Terraform"),
        ("a {\n", "is no Terraform"),
        ("\na b c\n", "line 2: is no Terraform"),
        ("{ a = 1 }", "line 1: is no Terraform"),
        ("a = 1\nx = [1\n", "is no Terraform"),
        ('x = "' + '${"' * 5_000, "is no Terraform"),
        ("x = " + "[" * 5_000, "is no Terraform"),
        ("x = " + "[" * 5_000 + "]" * 5_000, "nested too deeply"),
        ("a {" * 5_000, "is no Terraform"),
        ("a {\n" * 5_000 + "}\n" * 5_000, "nested too deeply"),
    ],
)
def test_what_is_none_is_refused_in_a_line(text, why):
    with pytest.raises(ForeignFileError, match=r"main\.tf") as refused:
        read_hcl(text, "main.tf")
    assert why in str(refused.value)
