"""Who goes leaves nothing behind: a naive reading on random models."""

from dataclasses import replace

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import CannotStartError
from meshmodel.edits.edit import apply_edit
from meshmodel.edits.offboarding import offboard
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.validation import check_snapshot
from tests.reference.mesh import OWN_STEPS, closure
from tests.reference.random_models import few_and_many, random_model
from tests.reference.reading import Reading

OBTAIN = OWN_STEPS | {"hosting"}
ACTIONS = ("read", "write", "execute", "issue", "admin")


def with_status(snapshot, agents, status, revoked=()):
    changed = {each: replace(snapshot.agent[each], status=status) for each in agents}
    dead = {each: replace(snapshot.credential[each], status="revoked") for each in revoked}
    return replace(snapshot, agent={**snapshot.agent, **changed}, credential={**snapshot.credential, **dead})


def credentials(nodes):
    return {node[1] for node in nodes if node[0] == "cred"}


def obtained_from(mesh, custody, nodes):
    return any(("access", custody.system, x) in nodes for x in mesh.yielding_actions(custody))


class NaivePlan:
    """What to revoke, to rotate and to delete, from plain sets."""

    def __init__(self, snapshot, agents, forced=(), systems=()):
        here = Reading(with_status(snapshot, agents, "active"))
        self.gone = Reading(with_status(snapshot, agents, "retired", forced)).mesh
        theirs = set().union(*(credentials(self.gone.effective(other)) for other in self.gone.agents))
        starts = {("agent", a) for a in agents} | {("access", s, x) for s in systems for x in ACTIONS}
        obtained = here.mesh.reached_by(starts, OBTAIN)
        in_hand = here.mesh.reached_by({("agent", a) for a in agents}, {"hold", "exchange"})
        self.revoke = (credentials(in_hand) - theirs) | set(forced)
        self.rotate = credentials(obtained) - self.revoke
        counting = here.unchecked(starts)[1]
        unguarded = [step for step in here.unguarded_steps(counting) if step.kind in OBTAIN]
        self.unasked = credentials(closure(unguarded, starts))
        self.copies = set()
        for key, custody in snapshot.custody.items():
            vault = snapshot.system[custody.system].kind == "secrets-manager"
            lies = custody.credential in self.rotate and obtained_from(here.mesh, custody, obtained)
            if custody.how == "stores" and snapshot.credential[custody.credential].status == "active":
                goes = custody.credential in self.revoke or custody.system in systems
                if goes or (lies and not vault):
                    self.copies.add(key)


def plans_of(snapshot):
    """Everybody who could go, as asked for, with the agents, the credentials on behalf and the systems."""
    for agent in snapshot.agent:
        yield f"agent:{agent}", {agent}, set(), set()
    for person in ("ann", "ben"):
        behalf = {c.id for c in snapshot.credential.values() if c.on_behalf_of == person}
        active = {c for c in behalf if snapshot.credential[c].status == "active"}
        yield f"person:{person}", set(), active, set()
    for agent in snapshot.agent.values():
        if agent.kind == "person":
            yield f"person:{agent.id}", {agent.id}, set(), set()
    for vendor in ("Maker", "Supplier"):
        agents = {a.id for a in snapshot.agent.values() if a.vendor == vendor}
        yield (
            f"vendor:{vendor}",
            agents,
            set(),
            {s.id for s in snapshot.system.values() if s.vendor == vendor},
        )


def check_on(seed, flavour):
    """The naive reading agrees about everybody who could go in one random model."""
    snapshot = random_model(seed, 5, flavour)
    analysis = analyse(snapshot)
    for who, agents, forced, systems in plans_of(snapshot):
        try:
            plan = analysis.offboarding(who)
        except CannotStartError:
            assert (agents, forced, systems) == (set(), set(), set())
            continue
        expected = NaivePlan(snapshot, agents, forced, systems)
        gone = expected.gone
        assert plan.who == who
        assert plan.agents == tuple(sorted(agents))
        assert plan.revoke == tuple(sorted(expected.revoke))
        assert plan.rotated == tuple(sorted(expected.rotate))
        assert plan.deleted == tuple(sorted(expected.copies))
        for each in plan.rotate:
            users = {a for a in gone.agents if each.credential in credentials(gone.own(a))}
            assert each.agents == tuple(sorted(users))
            assert each.unchecked == (each.credential in expected.unasked)
        for each in plan.copies:
            custody = snapshot.custody[each.system, each.credential]
            assert each.agents == tuple(
                sorted(a for a in gone.agents if obtained_from(gone, custody, gone.own(a)))
            )
        assert not agents & {each.agent for each in plan.touched}
        check_applied(snapshot, who, agents, plan, gone)


def check_applied(snapshot, who, agents, plan, gone):
    try:
        after = apply_edit(snapshot, offboard(snapshot, plan))
    except MeshmodelError:
        assert all(snapshot.agent[agent].status == "retired" for agent in agents)
        assert not [key for key in (*snapshot.hold, *snapshot.intent) if key[0] in agents]
        return
    check_snapshot(after)
    assert all(after.agent[agent].status == "retired" for agent in agents)
    back = Reading(with_status(after, agents, "active")).mesh
    for agent in agents:  # were it to come back, it would have nothing
        assert back.effective(agent) <= {("agent", each) for each in agents}
    later = Reading(after).mesh
    for other in gone.agents:
        # The others do no more than they did without it, and just as much where no copy was deleted
        # and nothing is revoked with which outsiders could write what others hear.
        assert later.effective(other) <= gone.effective(other)
        if not plan.copies and credentials(closure(gone.steps_for_the_outsider, gone.outsider)).isdisjoint(
            plan.revoke
        ):
            assert later.effective(other) == gone.effective(other)
    # What its step was taken from decides nothing, and what lost its last approver is planned.
    for each in plan.checkpoints:
        assert each not in after.checkpoint or each not in {
            k.id
            for k in Reading(after).meeting
            if any(k.step == s.kind and s.key == (k.from_, k.to) for s in later.steps)
        }
    for each in plan.approvals:
        kept = after.checkpoint.get(each.checkpoint)
        assert kept is None or kept.approvers == each.left or kept.state != "enforced"
    if who.startswith("agent:"):
        again = analyse(after).offboarding(who)
        assert again.is_empty
        assert again.touched == again.checkpoints == ()
        with pytest.raises(MeshmodelError, match="nothing to do"):
            offboard(after, again)


@few_and_many(2, 56)
def test_a_naive_reading_agrees_on_random_models(drawn):
    for seed, flavour in drawn:
        check_on(seed, flavour)
