"""A finding says that an agent acts with a credential only where that agent itself comes to it."""

from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.rules.base import titles
from meshmodel.analysis.rules.missing_checkpoint import access_of
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from tests.analysis.rules.drawing import TODAY, merged
from tests.reference.mesh import bare
from tests.reference.random_models import FLAVOURS, random_model
from tests.reference.words import Words

ROOT = Path(__file__).parents[3]
FILES = [*sorted((ROOT / "models").glob("*.toml")), *sorted((ROOT / "tests" / "cases").glob("*.toml"))]


def comes_to(mesh, agent):
    """The credentials that an agent comes to as itself, by the naive reading."""
    return {node[1] for node in map(bare, mesh.own(agent)) if node[0] == "cred"}


def assert_true(snapshot, name):
    """Whoever is said to have the credential of a missing checkpoint comes to it; so do those they act by."""
    analysis, engine, mesh = analyse(snapshot, today=TODAY), Engine(snapshot), Words(snapshot)
    messages = {each.subject: each.message for each in analysis.findings if each.rule == "missing-checkpoint"}
    for door in analysis.doors:
        access = access_of(engine, door.credential, door.agents)
        others = [agent for _, agents in access.through for agent in agents]
        assert sorted([*access.holders, *others]) == sorted(door.agents), (name, door)
        having = [*access.holders, *(by for by, _ in access.through if by is not None)]
        assert all(door.credential in comes_to(mesh, each) for each in having), (name, door)
        for ways, agents in access.gains:
            assert not any((each, door.credential) in snapshot.hold for each in agents), (name, door)
            for how, place in ways:
                table = snapshot.exchange if how == "exchanges" else snapshot.custody
                assert (place, door.credential) in table, (name, door, how)
        first = messages[door.subject].partition(" can ")[0]
        assert first == titles(snapshot, "agent", access.holders or access.through[0][1]), (name, door)
        if not access.holders:
            assert " through " in messages[door.subject], (name, door)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_of_examples_and_cases(path):
    assert_true(read_file(path), path.stem)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_of_random_models(flavour):
    for seed in range(3000, 3025):
        assert_true(random_model(seed, 6, flavour), f"{flavour} {seed}")


def chain(*more):
    """A front agent that calls a worker with a key to a vault, where the key to the ledger is stored."""
    records = [
        r.Zone("office"), r.Zone("bank"), r.System("vault", zone="office"),
        r.System("ledger", zone="bank", sensitivity="restricted"),
        r.Agent("front", home="office"), r.Agent("worker", home="office"),
        r.Credential("vault-key"), r.Credential("ledger-key"),
        r.Hold("worker", "vault-key"), r.Grant("vault-key", "vault", ("read",)),
        r.Custody("vault", "ledger-key"), r.Grant("ledger-key", "ledger", ("write",)),
        r.Delegation("front", "worker"),
    ]  # fmt: skip
    return merged(records, more)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            (),
            (
                "worker can write ledger from another zone, with ledger-key, which it finds in vault. "
                "front can do so through worker."
            ),
        ),
        (
            (r.Hold("front", "ledger-key"),),
            (
                "front and worker can write ledger from another zone, with ledger-key, which worker finds in "
                "vault."
            ),
        ),
        (
            (r.Custody("vault", "ledger-key", how="issues"), r.Grant("vault-key", "vault", ("issue",))),
            (
                "worker can write ledger from another zone, with ledger-key, which it gets from vault. "
                "front can do so through worker."
            ),
        ),
    ],
)
def test_it_says_who_has_the_credential_and_how(more, says):
    found = analyse(chain(*more), today=TODAY).findings
    (finding,) = [each for each in found if each.subject == "ledger-key>ledger"]
    assert finding.message == f"{says} No checkpoint decides whether they may."
