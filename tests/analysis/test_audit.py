"""What an independent reading of the semantics found, held by small models."""

import tomllib

import pytest

import meshmodel
from meshmodel.exporters.policy import policy_stub
from meshmodel.store.interchange import read_text

NOTES_THEN_BANK = """
format = "meshmodel/1"
[[zone]]
id = "desk"
[[zone]]
id = "vault"
[[system]]
id = "bank"
zone = "vault"
[[system]]
id = "notes"
[[agent]]
id = "clerk"
{home}
[[credential]]
id = "badge"
[[credential]]
id = "bank-key"
[[hold]]
agent = "clerk"
credential = "badge"
[[grant]]
credential = "badge"
system = "notes"
actions = ["read"]
[[grant]]
credential = "bank-key"
system = "bank"
actions = ["read"]
[[custody]]
system = "notes"
credential = "bank-key"
[[checkpoint]]
id = "reading"
kind = "policy-decision"
step = "grant"
from = "badge"
to = "notes"
[[checkpoint]]
id = "release"
kind = "policy-decision"
step = "custody"
from = "notes"
to = "bank-key"
"""


@pytest.mark.parametrize(
    ("home", "expected"),
    [
        ('home = "desk"', ["reading", "release"]),
        ("", ["release"]),
    ],
)
def test_a_start_that_has_read_its_source_is_controlled_by_what_stands_behind_the_read(home, expected):
    """Section 6: a decision made before the source was read says nothing about what follows."""
    snapshot = read_text(NOTES_THEN_BANK.format(home=home))
    (agent,) = tomllib.loads(policy_stub(snapshot, meshmodel.analyse(snapshot)))["agent"]
    (bank,) = [each for each in agent["allow"] if each["system"] == "bank"]
    assert bank["because"] == "controlled"
    assert bank["checkpoints"] == expected
