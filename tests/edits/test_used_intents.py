"""Intents that logs propose are joined with those that the model has."""

from meshmodel.analysis.used import ProposedIntent
from meshmodel.edits.edit import apply_edit
from meshmodel.edits.intents import declare_used
from meshmodel.model import records as r
from tests.reference.random_models import snapshot_of

BASE = [r.Zone("desk"), r.System("files"), r.System("wiki"), r.Agent("bot", home="desk")]


def declared(known, *proposed):
    snapshot = snapshot_of([*BASE, *known])
    return apply_edit(snapshot, declare_used(snapshot, proposed)).intent["bot", "files"]


def test_what_is_proposed_of_one_pair_is_joined_with_what_is_there():
    first = ProposedIntent("bot", "files", ("read",), ("home",), 3.0)
    second = ProposedIntent("bot", "files", ("write",), ("home", "wiki"), 0.5)
    assert declared([], first) == r.Intent("bot", "files", ("read",), None, 3.0)
    assert declared([], second, first) == r.Intent("bot", "files", ("read", "write"), ("home", "wiki"), 3.5)
    known = r.Intent("bot", "files", ("execute",), ("wiki",), 1.0)
    assert declared([known], first) == r.Intent("bot", "files", ("read", "execute"), ("home", "wiki"), 4.0)
    # How often was left open there, and stays so; and without `from` it was home.
    open_ = r.Intent("bot", "files", ("read",))
    assert declared([open_], second) == r.Intent("bot", "files", ("read", "write"), ("home", "wiki"))


def test_nothing_proposed_is_no_edit():
    assert declare_used(snapshot_of(BASE), ()) is None
