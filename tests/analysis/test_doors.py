"""Doors by credentials that are carried by the usual groups of sources and some more."""

import pytest

from meshmodel.analysis import doors
from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from tests.analysis.random_models import snapshot_of


def two_places(*, target, second):
    """Whoever reads the first place finds four keys, and in the second place, that takes another decision,
    one of them once more.

    Args:
        target: the system that all keys open.
        second: the second place.
    """
    keys = ["key-0", "key-1", "key-2", "key-3"]
    return snapshot_of(
        [
            *map(r.Zone, ("home", "one", "other", "far")),
            r.System("first", zone="one", sensitivity="public", exposed=False),
            second,
            target,
            r.Agent("agent", kind="service", home="home"),
            r.Credential("token"),
            r.Hold("agent", "token"),
            *(r.Grant("token", each, ("read",)) for each in ("first", "second")),
            *(
                r.Checkpoint(f"k-{each}", "human-approval", "grant", "token", each)
                for each in ("first", "second")
            ),
            *map(r.Credential, keys),
            *(r.Custody("first", each) for each in keys),
            r.Custody("second", "key-3"),
            *(r.Grant(each, "target", ("write",)) for each in keys),
        ]
    )


@pytest.mark.parametrize("many", [-1, 1_000])
def test_those_who_come_anyway_may_come_with_other_words_or_secrets(many, monkeypatch):
    monkeypatch.setattr(doors, "MANY", many)
    target = r.System("target", zone="far", sensitivity="confidential", exposed=False)
    exposed = r.System("target", zone="far", sensitivity="public")
    words = r.System("second", zone="other", sensitivity="public", exposed=False, untrusted_input=True)
    secret = r.System("second", zone="other", sensitivity="confidential")
    same = r.System("second", zone="other", sensitivity="public", exposed=False)
    for here, second, usual, last in (
        (target, words, "high", "critical"),
        (target, same, "high", "high"),
        (exposed, secret, "low", "high"),
        (exposed, same, "low", "low"),
    ):
        found = {each.credential: each for each in analyse(two_places(target=here, second=second)).doors}
        assert {name: each.severity for name, each in found.items()} == {
            "key-0": usual,
            "key-1": usual,
            "key-2": usual,
            "key-3": last,
        }
        assert {each.agents for each in found.values()} == {("agent",)}
