"""Edits of small models, each followed only if one thing is minded: all answers beside those from scratch."""

from itertools import chain, product

import pytest

from meshmodel.analysis.updating import losing
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.store.edits import Put, Remove, apply_edit, edit
from tests.analysis.random_edits import TODAY
from tests.analysis.random_models import snapshot_of
from tests.analysis.test_incremental import answers, assert_equal


def near_and_far(near, far, *more, agents=("ann",), home="near"):
    """Systems in two zones, and agents that are at home in one of these, or in an empty one.

    Args:
        near, far: the systems.
        more: further records.
        agents: the agents; each can set the next one to work, and the last one the first.
        home: where they are at home.
    """
    return snapshot_of(
        [
            *map(r.Zone, ("near", "far", "attic")),
            *(r.System(each, zone="near") for each in near),
            *(r.System(each, zone="far") for each in far),
            *(r.Agent(each, kind="service", home=home) for each in agents),
            *(
                r.Delegation(*each)
                for each in zip(agents, agents[1:] + agents[:1], strict=True)
                if agents[1:]
            ),
            *more,
        ]
    )


def held(agent, **grants):
    """Credentials in the hand of an agent, each with what it grants."""
    for credential, granted in grants.items():
        yield r.Hold(agent, credential)
        yield from kept(**{credential: granted})


def kept(**grants):
    """Credentials that are found somewhere, each with what it grants."""
    for credential, granted in grants.items():
        yield r.Credential(credential)
        for system, actions in granted.items():
            yield r.Grant(credential, system, tuple(actions.split()))


def asks(step, from_, to, at=None):
    """A checkpoint, and where it is decided."""
    return r.Checkpoint(f"asks-{from_}-{to}", "policy-decision", step, from_, to, decided_at=at)


CROWD = ("ann", "bob", "cas", "dan")
POWER_BEYOND = (
    ("gate", "store"),
    ("files",),
    *held("ann", key={"store": "read", "gate": "write"}),
    *kept(found={"files": "write"}),
    r.Custody("store", "found"),
    asks("grant", "found", "files", "gate"),
)
"""Ann has power over what is asked of who uses the key that she finds."""
CASES = {
    "nobody has power over a door that nobody comes to": (
        near_and_far(
            ("gate",),
            ("files",),
            *held("ann", key={"gate": "execute", "files": "write"}, ticket={"files": "read"}),
            r.Agent("ann", kind="service", home="near", runs_on="gate"),
            asks("grant", "ticket", "files", "gate"),
        ),
        Remove("hold", ("ann", "ticket")),
        "summary",
    ),
    "on one of two sources nothing follows any more": (
        near_and_far(
            ("notes", "mail"),
            ("files",),
            *held("ann", ticket={"notes": "read", "mail": "read"}),
            *kept(key={"files": "admin"}),
            *(r.Custody(each, "key") for each in ("notes", "mail")),
            *(asks("grant", "ticket", each) for each in ("notes", "mail")),
        ),
        Remove("custody", ("notes", "key")),
        "summary",
    ),
    "what triggers the agent leads to what it misses": (
        near_and_far(
            ("feed",),
            ("files",),
            *held("ann", key={"files": "admin"}, other={}),
            *kept(found={"files": "issue"}),
            r.Trigger("feed", "ann"),
            r.Custody("feed", "found"),
            asks("hold", "ann", "other"),
        ),
        Remove("hold", ("ann", "key")),
        "doors",
    ),
    "what is read no more is read with power over a checkpoint": (
        near_and_far(
            ("gate",),
            ("files",),
            *held("ann", key={"gate": "read write", "files": "read"}),
            *kept(found={"files": "read"}),
            r.Custody("gate", "found"),
            asks("grant", "found", "files", "gate"),
        ),
        Remove("grant", ("key", "files")),
        "summary",
    ),
    "a system goes to another zone, so that two identities reach two zones": (
        near_and_far(
            ("notes", "mail"), (), *held("ann", key={"notes": "read"}, other={"mail": "read"}), home="attic"
        ),
        Put(r.System("mail", zone="far")),
        "questions",
    ),
    "a system comes home, so that an intent names it": (
        near_and_far(
            ("inbox", "mail", "notes"),
            ("safe",),
            *held("ann", ticket=dict.fromkeys(("inbox", "mail", "notes"), "read"), key={"safe": "write"}),
            *kept(found={"safe": "write"}),
            *(r.Custody(each, "key") for each in ("inbox", "mail", "notes")),
            *(asks("grant", "ticket", each) for each in ("inbox", "mail", "notes")),
            r.Custody("inbox", "found"),
            r.Intent("ann", "safe", ("write",)),
            home="attic",
        ),
        Put(r.System("inbox", zone="attic")),
        "summary",
    ),
    "home is another source of the last group": (
        near_and_far(
            (),
            ("notes", "mail"),
            *held("ann", ticket={"notes": "read", "mail": "read"}),
            *kept(found={}),
            r.Custody("notes", "found"),
            asks("grant", "ticket", "notes"),
        ),
        Remove("checkpoint", "asks-ticket-notes"),
        "summary",
    ),
    "nobody has power over a boundary any more": (
        near_and_far(
            (),
            ("files",),
            *held("ann", key={"files": "write"}, ticket={"files": "read"}),
            asks("boundary", "near", "far", "files"),
        ),
        Remove("hold", ("ann", "key")),
        "doors",
    ),
    "a boundary over which all have power is crossed no more": (
        near_and_far(
            ("mail",),
            ("files",),
            *held("ann", key={"files": "read", "mail": "write"}),
            asks("boundary", "near", "far", "mail"),
            agents=("ann", "bob"),
        ),
        Remove("grant", ("key", "files")),
        "findings",
    ),
    "a boundary over which the agent has power is crossed from something confidential": (
        near_and_far(
            ("mail",),
            ("files",),
            *held("ann", key={"files": "read", "mail": "write"}),
            asks("boundary", "far", "near", "mail"),
        ),
        Put(r.System("files", zone="far", sensitivity="confidential")),
        "findings",
    ),
    "nobody comes to a checkpoint any more over which all have power": (
        near_and_far(
            ("gate",),
            ("files",),
            *held("ann", key={"gate": "write"}, other={"files": "read"}),
            *kept(third={}),
            r.Exchange("key", "other"),
            r.Exchange("other", "third"),
            r.Custody("files", "third"),
            asks("custody", "files", "third", "gate"),
            agents=("ann", "bob"),
        ),
        Remove("grant", ("other", "files")),
        "findings",
    ),
    "a checkpoint comes over which the agent has power": (
        near_and_far(
            ("gate",),
            ("files",),
            *held("ann", key={"gate": "write", "files": "read"}),
            *kept(spare={}),
            r.Custody("gate", "spare"),
            asks("custody", "gate", "spare"),
        ),
        Put(asks("grant", "key", "files", "gate")),
        "findings",
    ),
    "a checkpoint comes that takes power over another one away": (
        near_and_far(
            ("gate", "store"),
            ("files",),
            *held("ann", key={"store": "read"}, other={"files": "write"}),
            *kept(found={"gate": "write"}),
            r.Custody("store", "found"),
            asks("grant", "other", "files", "gate"),
        ),
        Put(asks("custody", "store", "found")),
        "doors",
    ),
    "a checkpoint comes before another one over which there is power": (
        near_and_far(*POWER_BEYOND),
        Put(asks("custody", "store", "found")),
        "doors",
    ),
    "a checkpoint comes before another one, and there is power over both": (
        near_and_far(*POWER_BEYOND),
        Put(asks("custody", "store", "found", "gate")),
        "findings",
    ),
    "of two who decide about a key the one leaves who finds it, and many others find it": (
        near_and_far(
            ("gate", "notes"),
            ("files",),
            *(r.System(each, zone="near", untrusted_input=True) for each in ("inbox", "shelf")),
            *(r.Agent(each, kind="service") for each in ("eve", "fay", *CROWD)),
            r.Agent("colleague", kind="person"),
            r.Delegation("fay", "colleague"),
            *held("eve", ticket={"inbox": "read", "notes": "read"}),
            r.Hold("colleague", "ticket"),
            asks("grant", "ticket", "inbox"),
            *kept(key={"files": "write"}, other={}, third={}, pass_={"gate": "write"}),
            *(r.Custody(*each) for each in product(("inbox", "shelf"), ("key", "other", "third"))),
            # Whoever reads the inbox has power over what is done with the key.
            r.Custody("inbox", "pass_"),
            asks("grant", "key", "files", "gate"),
            *chain.from_iterable(held(each, **{each: {"shelf": "read"}}) for each in CROWD),
            agents=(),
        ),
        Remove("agent", "eve"),
        "doors",
    ),
}
"""Models, edits, and what these make others of."""


@pytest.mark.parametrize("large", [losing._LARGE, 0])
@pytest.mark.parametrize("case", CASES)
def test_all_is_as_from_scratch_where_it_takes_care(case, large, monkeypatch):
    monkeypatch.setattr(losing, "_LARGE", large)
    snapshot, change, name = CASES[case]
    before = analyse(snapshot, today=TODAY)
    was = answers(before)[name]
    snapshot = apply_edit(snapshot, edit("change", [change]))
    after = analyse(snapshot, today=TODAY, previous=before)
    assert_equal(after, analyse(snapshot, today=TODAY))
    assert answers(after)[name] != was
