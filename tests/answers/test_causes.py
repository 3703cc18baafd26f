"""One cause is one row: what is folded under a door, and what is not."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import Finding, FindingAcceptance, FindingText
from meshmodel.answers.causes import fold
from meshmodel.model.rule_cards import CARDS, DOOR
from meshmodel.model.vocabulary import SEVERITIES
from tests.reference.random_models import FLAVOURS, few_and_many, random_model
from tests.rows import all_rows


def finding(rule, subject, severity="high", grants=(), about=(), **more):
    about = (*about, *(("grant", each) for each in grants))
    told = FindingText(f"what {rule} says", tuple(about))
    return Finding(rule, severity, subject, lambda: told, "what to do", ("CWE-862",), **more)


def door(credential, system, severity="high"):
    return finding(DOOR, f"{credential}>{system}", severity, [(credential, system)])


def rows(findings):
    return [(row.finding, row.also) for row in fold(findings)]


def test_findings_are_folded_under_their_door():
    key = door("key", "store")
    same = finding("delegation-not-honoured", "key>store", grants=[("key", "store")])
    about = finding("checkpoint-does-not-count", "gate", "medium", [("key", "store")])
    other = finding("toxic-flow", "bot", "critical")
    assert rows([other, key, same, about]) == [(other, ()), (key, (same, about))]


def test_nothing_is_folded_without_a_door():
    alone = finding("delegation-not-honoured", "key>store", grants=[("key", "store")])
    assert rows([alone]) == [(alone, ())]


def test_the_same_words_are_not_the_same_thing():
    # The delegation of an agent called key to one called store.
    key, handed = door("key", "store"), finding("token-passthrough", "key>store")
    assert rows([key, handed]) == [(key, ()), (handed, ())]


def test_what_is_about_several_grants_is_folded_if_all_are_doors():
    one, other = door("key", "store"), door("token", "app", "medium")
    both = finding("environment-crossing", "bot", grants=[("token", "app"), ("key", "store")])
    assert rows([both, one, other]) == [(one, (both,)), (other, ())]
    assert rows([both, one]) == [(both, ()), (one, ())]


def test_what_is_about_a_credential_or_a_system_alone_is_a_row():
    key = door("key", "store")
    long, memory = finding("long-lived-credential", "key"), finding("shared-memory", "store")
    assert [row for row, _ in rows([key, long, memory])] == [key, long, memory]


def test_what_is_done_with_another_finding_is_folded_under_it():
    held = (("agent", "old"), ("credential", "key"))
    gone = finding("retired-agent-access", "old", about=held)
    orphan, other = finding("orphaned-credential", "key"), finding("orphaned-credential", "spare")
    assert rows([gone, orphan, other]) == [(gone, (orphan,)), (other, ())]
    assert rows([orphan]) == [(orphan, ())]
    lies, again = (
        finding("secret-at-rest", f"{system}>key", about=[("credential", "key")]) for system in ("ci", "wiki")
    )
    copied = finding("copied-secret", "key", "medium")
    assert rows([lies, again, copied]) == [(lies, (copied,)), (again, ())]


def test_a_row_stands_where_the_most_severe_thing_that_it_says_stands():
    low, high = door("key", "store", "low"), door("token", "app")
    worse = finding("self-approved-checkpoint", "gate", "critical", [("key", "store")])
    found = fold([worse, high, low])
    assert [(row.finding, row.severity) for row in found] == [(low, "critical"), (high, "high")]


@all_rows(
    ("door_open", "worse_open", "severity"),
    [
        (True, True, "critical"),
        (False, True, "critical"),
        (True, False, "low"),  # what was accepted makes the row no worse
        (False, False, "critical"),
    ],
)
def test_a_row_is_as_severe_as_what_is_open_in_it(door_open, worse_open, severity):
    def settled(each, is_open):
        return (
            each
            if is_open
            else replace(each, accepted=FindingAcceptance("Ada", "a pilot", "2027-01-31", open=False))
        )

    row = settled(door("key", "store", "low"), door_open)
    worse = settled(finding("self-approved-checkpoint", "gate", "critical", [("key", "store")]), worse_open)
    (cause,) = fold([worse, row])
    assert (cause.finding, cause.severity) == (row, severity)


@few_and_many(2, 8)
def test_folding_loses_nothing_and_keeps_the_order(drawn):
    above = {DOOR, *(each.under for each in CARDS.values())}
    for seed, flavour in drawn:
        findings = analyse(random_model(seed, 7, flavour)).findings
        folded = fold(findings)
        every = [each for row in folded for each in (row.finding, *row.also)]
        assert sorted(map(id, every)) == sorted(map(id, findings))
        ranks = [SEVERITIES.index(row.severity) for row in folded]
        assert ranks == sorted(ranks, reverse=True)
        assert all(row.finding.rule in above for row in folded if row.also)


@given(st.permutations(range(6)))
def test_only_the_order_of_rows_follows_from_that_of_findings(order):
    findings = [
        door("key", "store"),
        finding("unapproved-reach", "x", grants=[("key", "store")]),
        finding("b", "y"),
        finding("untraceable-step", "z", grants=[("other", "store")]),
        door("token", "app"),
        finding("environment-crossing", "w", grants=[("token", "app")]),
    ]
    folded = fold([findings[place] for place in order])
    assert {(row.finding.subject, tuple(each.subject for each in row.also)) for row in folded} == {
        ("key>store", ("x",)),
        ("token>app", ("w",)),
        ("y", ()),
        ("z", ()),
    }


@given(st.integers(0, 10_000), st.sampled_from(FLAVOURS))
def test_only_the_rules_that_are_said_to_be_about_grants_are(seed, flavour):
    named = {
        each.rule
        for each in analyse(random_model(seed, 5, flavour)).findings
        if any(table == "grant" for table, _ in each.about)
    }
    assert named <= {rule for rule, card in CARDS.items() if card.names_grants} | {DOOR}
