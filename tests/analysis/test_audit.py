"""What an independent reading of the semantics found, held by small models."""

import tomllib

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.exporters.policies.stub import policy_stub
from meshmodel.interchange import read_text

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
    (agent,) = tomllib.loads(policy_stub(snapshot, analyse(snapshot)))["agent"]
    (bank,) = [each for each in agent["allow"] if each["system"] == "bank"]
    assert bank["because"] == "controlled"
    assert bank["checkpoints"] == expected


def test_without_doors_some_crossing_is_told_rather_than_reach_that_is_none():
    """Section 11: without options, the worst crossing; of those that are equally bad the first by id."""
    text = NOTES_THEN_BANK.format(home='home = "desk"')
    text += """
        [[system]]
        id = "agenda"
        zone = "desk"
        [[grant]]
        credential = "badge"
        system = "agenda"
        actions = ["read"]
    """
    analysis = analyse(read_text(text))
    assert analysis.summary.crossings
    assert not analysis.doors
    for told in (analysis.explain(), analysis.explain("clerk")):
        assert (told.system, told.state) == ("bank", "controlled")
    assert analysis.explain("clerk", "agenda").state is None


HOME = """
format = "meshmodel/1"
[[zone]]
id = "desk"
[[system]]
id = "home"
untrusted_input = true
[[system]]
id = "bank"
[[agent]]
id = "clerk"
home = "desk"
[[credential]]
id = "badge"
[[hold]]
agent = "clerk"
credential = "badge"
[[grant]]
credential = "badge"
system = "home"
actions = ["read"]
[[grant]]
credential = "badge"
system = "bank"
actions = ["write"]
"""


def test_from_home_is_the_home_of_the_agent_also_where_a_system_has_that_id():
    """Section 11: ``--from SYSTEM|home``; home is listed with the source null."""
    analysis = analyse(read_text(HOME))
    assert analysis.explain("clerk", "bank").source == "home"  # the system, which is worse
    told = analysis.explain("clerk", "bank", source="home")
    assert (told.source, told.severity) == (None, "low")


APPROVED_BEHIND_A_DETOUR = """
format = "meshmodel/1"
[[zone]]
id = "desk"
[[system]]
id = "files"
audit = "identity"
[[agent]]
id = "bot"
home = "desk"
[[credential]]
id = "ticket"
[[credential]]
id = "key"
[[hold]]
agent = "bot"
credential = "ticket"
[[hold]]
agent = "bot"
credential = "key"
[[exchange]]
from = "ticket"
to = "key"
[[grant]]
credential = "key"
system = "files"
actions = ["read"]
[[intent]]
agent = "bot"
system = "files"
actions = ["read"]
[[checkpoint]]
id = "ask"
kind = "policy-decision"
step = "hold"
from = "bot"
to = "key"
"""


@pytest.mark.parametrize(("intended", "state", "steps"), [(True, "approved", 2), (False, "uncontrolled", 3)])
def test_what_is_approved_is_told_by_a_shortest_effective_path(intended, state, steps):
    text = APPROVED_BEHIND_A_DETOUR
    if not intended:
        before, _, after = text.partition("[[intent]]")
        text = f"{before}[[checkpoint]]{after.partition('[[checkpoint]]')[2]}"
    explanation = analyse(read_text(text)).explain("bot", "files")
    assert explanation is not None
    assert explanation.state == state
    assert len(explanation.steps) == steps
    assert (explanation.steps[0].checkpoint == "ask") is intended
