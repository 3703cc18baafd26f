"""An analysis that reuses what an edit left alone gives the same answers as one from scratch."""

import contextlib
import os
import random
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import Edit, Put, Remove, apply_edit, difference
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model, snapshot_of
from tests.benchmarks.meshes import clustered

EXAMPLES = int(os.environ.get("MESHMODEL_EXAMPLES", "40"))
VIEWS = ("built", "designed")
SEEDS = st.integers(0, 2**32)


def answers(analysis):
    """All answers by name, those of the check first."""
    return {
        "doors": analysis.doors,
        "summary": analysis.summary,
        "questions": analysis.questions,
        "findings": analysis.findings,
        "severities": analysis.uncontrolled_by_severity,
        "worst": analysis.explain(),
        "reach": analysis.reach(),
        "crossings": analysis.crossings(),
        "identities": dict(analysis.identity_counts()),
        "marks": dict(analysis.marks()),
        "depths": dict(analysis.depths()),
    }


def assert_equal(analysis, scratch):
    found, expected = answers(analysis), answers(scratch)
    for name, answer in expected.items():
        assert found[name] == answer, name


class Editing(RuleBasedStateMachine):
    """Somebody edits, undoes and redoes; both readings follow."""

    @initialize(seed=SEEDS, size=st.integers(0, 9))
    def begin(self, seed, size):
        self.open(random_model(seed, size))

    def open(self, snapshot):
        self.snapshot = snapshot
        self.undone = []
        self.done = []
        self.analyses = {view: analyse(self.snapshot, view=view, today=TODAY) for view in VIEWS}
        for each in self.analyses.values():
            answers(each)

    def move(self, after):
        self.snapshot = after
        for view in VIEWS:
            before = self.analyses[view]
            self.analyses[view] = analyse(after, view=view, today=TODAY, previous=before)
            assert_equal(self.analyses[view], analyse(after, view=view, today=TODAY))

    @rule(seed=SEEDS)
    def edit(self, seed):
        made = RandomEdits(random.Random(seed)).edit(self.snapshot, self.analyses["built"].findings)
        try:
            after = apply_edit(self.snapshot, made)
        except InvalidModelError:
            return
        self.done.append(self.snapshot)
        self.undone.clear()
        self.move(after)

    @rule(seed=SEEDS)
    def another(self, seed):
        """An edit that is not kept: the next one begins where this one did."""
        made = RandomEdits(random.Random(seed)).edit(self.snapshot, self.analyses["built"].findings)
        with contextlib.suppress(InvalidModelError):
            after = apply_edit(self.snapshot, made)
            before = self.analyses["built"]
            assert_equal(analyse(after, today=TODAY, previous=before), analyse(after, today=TODAY))

    @precondition(lambda self: self.done)
    @rule(same=st.booleans())
    def undo(self, same):
        self.undone.append(self.snapshot)
        self.back(self.done.pop(), same=same)

    @precondition(lambda self: self.undone)
    @rule(same=st.booleans())
    def redo(self, same):
        self.done.append(self.snapshot)
        self.back(self.undone.pop(), same=same)

    def back(self, target, *, same):
        """To another snapshot: the same object, or one made of its difference as the journal does."""
        if not same:
            steps = [
                Remove(table, key) if after is None else Put(after)
                for table, key, _, after in difference(self.snapshot, target)
            ]
            with contextlib.suppress(InvalidModelError):  # one removal took another along
                target = apply_edit(self.snapshot, Edit("back", tuple(steps)))
        self.move(target)


Editing.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=12, deadline=None)
TestEditing = Editing.TestCase


REMOVED = ("hold", "grant", "custody", "trigger", "delegation", "exchange", "agent", "system", "credential")


class Emptying(Editing):
    """Most of a model leads to most of it, and more goes than comes."""

    @initialize(seed=SEEDS, nodes=st.integers(20, 70), guarded=st.sampled_from((0.0, 0.1, 0.4)))
    def begin(self, seed, nodes, guarded):
        self.open(clustered(nodes, 2 * nodes, dense=True, seed=seed, guarded=guarded))

    @rule(seed=SEEDS, several=st.integers(1, 3))
    def remove(self, seed, several):
        rng = random.Random(seed)
        after = self.snapshot
        for _ in range(several):
            table = rng.choice(REMOVED)
            keys = sorted(after.table(table))
            if keys:
                after = apply_edit(after, Edit("remove", (Remove(table, rng.choice(keys)),)))
        self.done.append(self.snapshot)
        self.move(after)


Emptying.TestCase.settings = settings(
    max_examples=max(8, EXAMPLES // 5), stateful_step_count=12, deadline=None
)
TestEmptying = Emptying.TestCase


BOUNDS = {
    "numbers run out": ("meshmodel.analysis.steps.FREE", 1),
    "many agents are concerned": ("meshmodel.analysis.updating.following._FEW", -1_000_000),
    "tables are looked at": ("meshmodel.analysis.updating.near._PER_END", 1_000),
    "many keys are replaced at once": ("meshmodel.analysis.updating.chunks._FEW", 0),
    "marks run out": ("meshmodel.analysis.updating.doors._SPARE", 1),
    "marks always run out": ("meshmodel.analysis.updating.doors._SPARE", 0),
    "few counts are kept": ("meshmodel.analysis.crossings._FEW", -1_000_000),
    "few words are kept": ("meshmodel.analysis.reached._MOST_KNOWN", 1),
    "components are large": ("meshmodel.analysis.updating.losing._MANY", 1),
    "many nodes are lost": ("meshmodel.analysis.updating.losing._FEW", 0),
}
"""Where it goes another way in large models: the constant that decides, and a value for small ones."""


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("seed", [3, 5, 10, 11])
def test_at_every_bound_the_answers_are_the_same(bound, seed, monkeypatch):
    monkeypatch.setattr(*BOUNDS[bound])
    edits = RandomEdits(random.Random(seed))
    snapshot = random_model(seed, 14)
    analysis = analyse(snapshot, today=TODAY)
    answers(analysis)
    for _ in range(8):
        try:
            snapshot = apply_edit(snapshot, edits.edit(snapshot, analysis.findings))
        except InvalidModelError:
            continue
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert_equal(analysis, analyse(snapshot, today=TODAY))


def test_the_answers_before_stay_as_they_were():
    rng = random.Random(3)
    snapshot = random_model(3, 8)
    analysis = analyse(snapshot, today=TODAY)
    before = answers(analysis)
    later = analysis
    for _ in range(10):
        try:
            snapshot = apply_edit(snapshot, RandomEdits(rng).edit(snapshot))
        except InvalidModelError:
            continue
        later = analyse(snapshot, today=TODAY, previous=later)
        answers(later)
    assert answers(analysis) == before


@pytest.mark.parametrize("view", VIEWS)
def test_another_view_or_day_is_read_from_scratch(view):
    snapshot = random_model(5, 8)
    other = analyse(snapshot, view=VIEWS[view == "built"], today=TODAY)
    answers(other)
    assert_equal(
        analyse(snapshot, view=view, today=TODAY, previous=other), analyse(snapshot, view=view, today=TODAY)
    )


def followed(before, *changes):
    """The analysis after an edit, from one before it that was itself followed."""
    first = analyse(before, today=TODAY)
    answers(first)
    second = analyse(before, today=TODAY, previous=first)
    answers(second)
    after = apply_edit(before, Edit("an edit", changes))
    made = analyse(after, today=TODAY, previous=second)
    assert_equal(made, analyse(after, today=TODAY))
    return second, made


def test_an_agent_leaves_a_group_of_sources_that_it_had_in_common_with_another():
    records = [
        *(r.Zone(each) for each in ("desk", "vault")),
        r.System("notes", zone="desk", sensitivity="internal"),
        r.System("bank", zone="vault", sensitivity="restricted"),
        *(r.Agent(each, kind="ai-agent", home="desk") for each in ("ann", "bob", "deputy")),
        r.Credential("notes-key"),
        r.Credential("bank-key"),
        r.Delegation("ann", "deputy"),
        r.Delegation("bob", "deputy"),
        r.Hold("deputy", "notes-key"),
        r.Grant("notes-key", "notes", ("read",)),
        r.Custody("notes", "bank-key"),
        r.Grant("bank-key", "bank", ("write",)),
        r.Checkpoint("asked", "policy-decision", "grant", "notes-key", "notes"),
    ]
    before, after = followed(snapshot_of(records), Remove("delegation", ("bob", "deputy")))
    assert [door.agents for door in before.doors] == [("ann", "bob", "deputy")]
    assert [door.agents for door in after.doors] == [("ann", "deputy")]


def test_another_identity_is_asked_about():
    records = [
        r.Zone("desk"),
        r.System("notes", zone="desk"),
        r.Agent("ann", kind="service", home="desk"),
        r.Credential("one", identity="svc"),
        r.Credential("two", identity="svc"),
        r.Hold("ann", "one"),
        r.Hold("ann", "two"),
        r.Grant("one", "notes", ("read",)),
        r.Grant("two", "notes", ("write",)),
    ]
    before, after = followed(snapshot_of(records), Put(r.Credential("two", identity="other")))

    def asked(analysis):
        return [
            each
            for each in analysis.questions
            if each.element == "agent:ann" and "one trust" in str(each.asks)
        ]

    assert not asked(before)
    assert asked(after)


@pytest.mark.parametrize("table", ["agent", "credential"])
@pytest.mark.parametrize("gone", ["one", "other"])
def test_one_of_two_goes_that_lead_to_the_same(table, gone):
    """What both reach unchecked was worked out once: from the one that is gone, or from the other."""
    both = ("one", "other")
    relation = r.Delegation if table == "agent" else r.Exchange
    records = [
        *(r.Zone(each) for each in ("desk", "vault")),
        r.System("bank", zone="vault", sensitivity="restricted"),
        *(r.Agent(each, kind="service", home="desk") for each in both),
        *(r.Credential(each) for each in both),
        *(r.Hold(one, other) for one in both for other in both if one == other or table == "agent"),
        *(r.Grant(each, "bank", ("write",)) for each in both),
        relation("one", "other"),
        relation("other", "one"),
    ]
    before, after = followed(snapshot_of(records), Remove(table, gone))
    assert before.uncontrolled_by_severity["critical"] + before.uncontrolled_by_severity["high"] == 2
    assert sum(after.uncontrolled_by_severity.values()) == after.summary.uncontrolled == 1


def test_a_credential_that_was_gone_for_a_while_is_named_once():
    snapshot = snapshot_of(
        [
            r.Zone("desk"),
            r.System("notes", zone="desk"),
            r.Agent("ann", kind="service", home="desk"),
            r.Credential("key"),
            r.Grant("key", "notes", ("read",)),
        ]
    )
    analysis = analyse(snapshot, today=TODAY)
    answers(analysis)
    for change in (
        [Remove("credential", "key")],
        [Put(r.Credential("key")), Put(r.Grant("key", "notes", ("read",)))],
        # Findings are looked for from scratch where zones change.
        [Put(r.Zone("desk", environment="production"))],
    ):
        snapshot = apply_edit(snapshot, Edit("an edit", tuple(change)))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert_equal(analysis, analyse(snapshot, today=TODAY))
    assert [each.subject for each in analysis.findings if each.rule == "orphaned-credential"] == ["key"]


def test_a_door_that_goes_counts_though_as_much_is_reached():
    """What the agent does with the credential in its hand is meant; with the other one it is not."""
    records = [
        *(r.Zone(each) for each in ("desk", "vault")),
        r.System("bank", zone="vault", sensitivity="restricted", audit="identity"),
        r.Agent("ann", kind="service", home="desk"),
        r.Agent("bob", kind="service", home="desk", runs_on="bank"),
        *(r.Credential(each) for each in ("key", "spare")),
        r.Hold("ann", "key"),
        r.Hold("bob", "spare"),
        r.Exchange("spare", "key", semantics="delegation"),
        *(r.Grant(each, "bank", ("execute",)) for each in ("key", "spare")),
        r.Intent("ann", "bank", ("execute",)),
    ]
    before, after = followed(snapshot_of(records), Remove("grant", ("spare", "bank")))
    assert (before.summary.approved, after.summary.approved) == (0, 1)
    assert after.summary.uncontrolled == 1


@pytest.mark.parametrize("change", [{"sensitivity": "confidential"}, {"zone": "archive"}])
def test_a_system_counts_otherwise_that_follows_from_a_secret_far_away(change):
    records = [
        *(r.Zone(each) for each in ("archive", "desk", "vault")),
        r.System("bank", zone="vault"),
        r.System("notes", zone="desk"),
        r.Agent("ann", kind="service", home="desk"),
        *(r.Credential(each) for each in ("key", "other")),
        r.Hold("ann", "key"),
        r.Custody("notes", "key"),
        r.Exchange("key", "other", semantics="impersonation"),
        *(r.Grant("other", each, ("write",)) for each in ("bank", "notes")),
    ]
    records += [r.Credential("last"), r.Exchange("other", "last"), r.System("deep", zone="vault")]
    records.append(r.Grant("last", "deep", ("write",)))
    before, after = followed(snapshot_of(records), Put(replace(r.System("deep", zone="vault"), **change)))
    assert before.findings != after.findings


def test_what_is_told_first_does_not_depend_on_what_came_last():
    both = ("bank", "notes")
    records = [
        r.Zone("vault"),
        r.System("bank", zone="vault"),
        r.System("notes"),
        r.Agent("ann", kind="service"),
        r.Credential("key"),
        r.Hold("ann", "key"),
        *(r.Grant("key", each, ("read", "write")) for each in both),
        *(r.Checkpoint(each, "policy-decision", "grant", "key", each) for each in both),
    ]
    before, after = followed(
        snapshot_of(records), Put(r.System("bank")), Put(r.System("notes", zone="vault"))
    )
    assert (before.explain().source, before.explain().system) == ("bank", "notes")
    assert (after.explain().source, after.explain().system) == ("bank", "notes")


def test_a_delegation_and_a_grant_between_the_same_ids_have_a_finding_each():
    records = [
        *(r.Agent(each, kind="service") for each in ("crm", "mail")),
        r.System("mail"),
        r.System("other"),
        r.Credential("crm", audience=("other",)),
        r.Credential("free"),
        *(r.Hold("crm", each) for each in ("crm", "free")),
        r.Grant("free", "other", ("read",)),
        r.Grant("crm", "mail", ("read",)),
        r.Delegation("crm", "mail", passes=("free",)),
    ]
    accepted = Put(r.Acceptance("token-passthrough", "crm>mail", "because", "somebody", TODAY))
    for change in (
        Put(r.System("mail", owner="ann", kind="messaging")),
        accepted,
        Remove("grant", ("crm", "mail")),
        Remove("delegation", ("crm", "mail")),
    ):
        _, after = followed(snapshot_of(records), change)
        found = [each for each in after.findings if each.rule == "token-passthrough"]
        assert [each.subject for each in found] == ["crm>mail"] * (1 if isinstance(change, Remove) else 2)
        assert all((each.accepted is not None) == (change is accepted) for each in found)
        told = [analyse(after.snapshot, today=TODAY).explain_finding(each) for each in found]
        assert all(each is not None for each in told)
