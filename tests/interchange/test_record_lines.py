"""The line of every record, found in one pass, is where its table begins."""

import random

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.interchange import read_text, write_text
from meshmodel.interchange.error_lines import record_lines
from meshmodel.model.records import TABLES
from tests.store.snapshots import snapshots

LISTED = '''format = "meshmodel/1" # "[[agent]]"
agent = [ # [[agent]]
  { id = "a", name = """\\
[[agent]]""" }, { id = "b" },
  {
    id = "c" },
]

[[ "system" ]] # not the first line
id = "s" # [[system]]
[[system]]
name = '[[system]]'
id = "t"
'''


@given(snapshots(), st.randoms(use_true_random=False))
def test_every_record_is_at_its_line_in_any_order_and_with_comments(snapshot, dice: random.Random):
    head, *tables = write_text(snapshot).split("\n[[")
    dice.shuffle(tables)
    text = head + "".join(f"{dice.choice(['', chr(10), ' # [[agent]]'])}\n[[{each}" for each in tables)
    again = read_text(text)
    found = record_lines(text, again)
    assert set(found) == {(name, key) for name in TABLES for key in again.table(name)}
    lines = text.split("\n")
    for (name, _), number in found.items():
        assert lines[number - 1].startswith(f"[[{name}]]")
    for name in TABLES:
        numbers = [found[name, key] for key in again.table(name)]
        assert numbers == sorted(numbers)


def test_lists_of_inline_tables_and_strings_of_several_lines():
    found = record_lines(LISTED, read_text(LISTED))
    assert found == {
        ("agent", "a"): 3,
        ("agent", "b"): 4,
        ("agent", "c"): 5,
        ("system", "s"): 9,
        ("system", "t"): 11,
    }
