"""What agents have in common, in small models that are each made for one thing."""

import pytest

from meshmodel.analysis.updating import losing
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.store.edits import Put, Remove, apply_edit, edit
from tests.analysis.random_edits import TODAY
from tests.analysis.random_models import snapshot_of
from tests.analysis.test_groups import decided
from tests.analysis.test_in_common import ALL
from tests.analysis.test_large_forms import told
from tests.analysis.test_naive import compare
from tests.analysis.test_severities import listed

PLACES = ("inbox", "first", "second")


@pytest.fixture(autouse=True)
def _all_in_common(monkeypatch):
    for name, value in ALL.items():
        monkeypatch.setattr(f"meshmodel.analysis.{name}", value)


def asked_before(*more):
    """Two agents that read three places near home after they were asked, and a safe far away."""
    elements = [r.Zone("near"), r.Zone("far"), r.Credential("ticket")]
    elements.append(r.System("safe", zone="far", sensitivity="confidential", audit="identity"))
    for agent in ("one", "other"):
        elements += [r.Agent(agent, home="near"), r.Hold(agent, "ticket")]
    for place in PLACES:
        elements += [r.System(place, zone="near"), r.Grant("ticket", place, ("read",))]
        elements.append(decided(f"asked-{place}", "grant", "ticket", place))
    return snapshot_of([*elements, *more])


def situations(analysis):
    return {each.id: each.situation for each in analysis._engine.travellers}


def check(snapshot):
    """Hold the answers against a naive reading, and return them."""
    analysis = analyse(snapshot)
    compare(snapshot, "built")
    assert analysis.uncontrolled_by_severity == listed(analysis)
    return analysis


def test_a_credential_picked_up_beside_one_that_many_places_lead_to_counts_once():
    """In all three places lies one key to the safe, in the inbox lies another one, too."""
    more = [r.Credential(each) for each in ("common", "found")]
    more += [r.Grant(each, "safe", ("write",)) for each in ("common", "found")]
    more += [r.Custody(each, "common") for each in PLACES]
    analysis = check(asked_before(*more, r.Custody("inbox", "found")))
    assert all(each.common.core and each.common.beyond for each in situations(analysis).values())
    assert analysis.uncontrolled_by_severity["high"] == analysis.summary.uncontrolled == 6


def test_an_agent_is_at_no_door_that_an_intent_excuses_where_others_have_the_same_in_common():
    """Both hold the key to the safe, and are asked before they use it; in the inbox lies a copy."""
    more = [r.Credential("key"), r.Grant("key", "safe", ("write",)), r.Custody("inbox", "key")]
    for agent in ("one", "other"):
        more += [r.Hold(agent, "key"), decided(f"held-{agent}", "hold", agent, "key")]
    more.append(r.Intent("one", "safe", ("write",), from_=("inbox",)))
    analysis = check(asked_before(*more))
    found = situations(analysis)
    assert found["one"].common is found["other"].common
    assert found["one"].lacking == found["other"].common.groups != found["other"].lacking == ()
    assert [each.agents for each in analysis.doors] == [("other",)]
    assert analysis.summary.approved == 1


def test_an_agent_that_lacks_what_many_places_lead_to_lacks_what_follows_beside_it():
    """An intent of the one names the first place, where lies what does in the inbox with another key."""
    more = [r.Credential(each) for each in ("common", "found")]
    more += [r.Grant("common", "safe", ("write",)), r.Grant("found", "safe", ("execute",))]
    more += [r.Custody(each, "common") for each in PLACES]
    more += [r.Hold("one", "common"), decided("held", "hold", "one", "common")]
    more.append(r.Intent("one", "safe", ("write",), from_=("first",)))
    analysis = check(asked_before(*more, r.Custody("inbox", "found")))
    found = situations(analysis)
    common = found["one"].common
    assert common.beyond
    assert set(found["one"].lacking) == {common.core, *common.beyond}
    assert analysis.summary.approved == 1


def test_what_lies_behind_a_guarded_step_from_a_place_is_looked_at_agent_by_agent():
    """In the inbox lies the key to the gate; who writes there gets a spare key out of the inbox."""
    more = [r.Credential(each) for each in ("found", "spare")]
    more += [r.System("gate", zone="near"), r.Grant("found", "gate", ("write",)), r.Custody("inbox", "found")]
    more += [r.Custody("inbox", "spare"), r.Grant("spare", "safe", ("write",))]
    more.append(decided("copied", "custody", "inbox", "spare", "gate"))
    analysis = check(asked_before(*more))
    assert [each.credential for each in analysis.doors] == ["spare"]


def test_power_over_either_of_two_steps_from_a_key_opens_that_step():
    """In the inbox lies a key to the safe and to the vault; of the two gates where it is decided about them,
    each agent writes one.
    """
    more = [r.System("vault", zone="far"), r.Credential("key"), r.Custody("inbox", "key")]
    for agent, gate, target in (("one", "gate", "safe"), ("other", "hatch", "vault")):
        more += [r.System(gate, zone="near"), r.Credential(gate), r.Grant(gate, gate, ("write",))]
        more += [r.Hold(agent, gate), r.Grant("key", target, ("write",))]
        more.append(decided(f"asked-{target}", "grant", "key", target, gate))
    analysis = check(asked_before(*more))
    assert all(each.common.groups for each in situations(analysis).values())
    assert [(each.system, each.agents) for each in analysis.doors] == [
        ("safe", ("one",)),
        ("vault", ("other",)),
    ]


def edited(snapshot, *operations):
    """The answers after an edit, which are those from scratch."""
    before = analyse(snapshot, today=TODAY)
    told(before)
    after = apply_edit(snapshot, edit("one step", operations))
    followed = analyse(after, today=TODAY, previous=before)
    assert told(followed) == told(analyse(after, today=TODAY))
    return before, followed


def test_an_edit_of_what_agents_have_in_common_alone_is_followed():
    """From the inbox agents come no more to the safe than they did, but now they are asked."""
    more = [r.Credential("key"), r.Grant("key", "safe", ("write",)), r.Custody("inbox", "key")]
    asked = decided("asked", "custody", "inbox", "key")
    before, after = edited(asked_before(*more), Put(asked))
    assert situations(before)["one"].told == situations(after)["one"].told
    assert (len(before.doors), len(after.doors)) == (1, 0)


def test_an_edit_is_followed_where_an_intent_excuses_what_others_have_in_common():
    more = [r.Credential("key"), r.Grant("key", "safe", ("write",)), r.Custody("inbox", "key")]
    for agent in ("one", "other"):
        more += [r.Hold(agent, "key"), decided(f"held-{agent}", "hold", agent, "key")]
    intent = r.Intent("one", "safe", ("write",), from_=("inbox",))
    before, after = edited(asked_before(*more), Put(intent))
    assert [each.agents for each in (*before.doors, *after.doors)] == [("one", "other"), ("other",)]
    _, after = edited(asked_before(*more, intent), Put(r.Grant("key", "safe", ("write", "execute"))))
    assert [each.actions for each in after.doors] == [("write", "execute")]


def test_what_lies_beside_a_core_of_which_agents_miss_something_counts_once_still(monkeypatch):
    """In all three places lies one key to the safe and to the log, in the inbox lies another one, too."""
    monkeypatch.setattr(losing, "_LARGE", 0)
    more = [r.System("log", zone="far"), r.Grant("common", "log", ("write",))]
    more += [r.Credential(each) for each in ("common", "found")]
    more += [r.Grant(each, "safe", ("write",)) for each in ("common", "found")]
    more += [r.Custody(each, "common") for each in PLACES]
    snapshot = asked_before(*more, r.Custody("inbox", "found"))
    before, after = edited(snapshot, Remove("grant", ("common", "log")))
    assert all(each.common.core and each.common.beyond for each in situations(before).values())
    assert after.uncontrolled_by_severity["high"] == after.summary.uncontrolled == 6
