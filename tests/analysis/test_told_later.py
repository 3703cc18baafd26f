"""Findings are put in words when they are read, and are equal by what they say."""

import pytest

import meshmodel
from meshmodel.analysis.results import Accepted, Columns, Door, Finding, Told
from tests.analysis.random_edits import TODAY, edited
from tests.analysis.random_models import random_model
from tests.benchmarks.meshes import clustered

ABOUT = (("grant", ("key", "store")), ("credential", "key"))


def later(told):
    asked = []

    def telling(place):
        asked.append(place)
        return told

    columns = Columns(telling, "the usual", ("CWE-862",), [("bot",)], [("read",)])
    (found,) = Finding.several("missing-checkpoint", ["high"], ["key>store"], columns, [0], [None])
    return found, asked


def now(message="bot can read", remedy="the usual"):
    return Finding(
        "missing-checkpoint",
        "high",
        "key>store",
        message,
        remedy,
        ("CWE-862",),
        about=ABOUT,
        agents=("bot",),
        actions=("read",),
    )


@pytest.mark.parametrize("name", ["message", "remedy", "about"])
def test_words_are_found_once_when_one_of_them_is_read(name):
    finding, asked = later(Told("bot can read", ABOUT))
    assert (finding.rule, finding.severity, finding.subject) == ("missing-checkpoint", "high", "key>store")
    assert (finding.agents, finding.actions, finding.accepted) == (("bot",), ("read",), None)
    assert not asked
    assert getattr(finding, name) == getattr(now(), name)
    assert (finding.message, finding.remedy, finding.about) == ("bot can read", "the usual", ABOUT)
    assert len(asked) == 1


def test_findings_are_equal_by_what_they_say():
    assert later(Told("bot can read", ABOUT))[0] == now()
    assert hash(later(Told("bot can read", ABOUT))[0]) == hash(now())
    assert repr(later(Told("bot can read", ABOUT))[0]) == repr(now())
    assert later(Told("bot can write", ABOUT))[0] != now()
    assert later(Told("bot can read", ABOUT, "another"))[0] == now(remedy="another")
    assert later(Told("bot can read", ABOUT))[0] != tuple(later(Told("bot can read", ABOUT))[0])


def test_what_was_accepted_is_said_without_a_word():
    finding, asked = later(Told("bot can read", ABOUT))
    said = Accepted("me", "so", "2026-01-01", open=False)
    accepted = finding.with_accepted(said)
    assert not asked
    assert accepted != finding
    assert (accepted.accepted, finding.accepted) == (said, None)
    assert accepted.with_accepted(None) == finding


def test_a_finding_stays_as_it_is():
    finding, _ = later(Told("bot can read", ABOUT))
    for name in ("severity", "message", "agents"):
        with pytest.raises(AttributeError):
            setattr(finding, name, "low")
    assert finding == now()


def test_a_finding_has_nothing_else():
    finding, asked = later(Told("bot can read", ABOUT))
    with pytest.raises(AttributeError, match="a finding has no text"):
        _ = finding.text
    assert not asked


def test_what_does_not_put_it_in_order_is_looked_up_without_a_word():
    finding, asked = later(Told("bot can read", ABOUT))
    assert (finding.references, finding.agents, finding.actions) == (("CWE-862",), ("bot",), ("read",))
    assert not asked


def test_many_at_once_are_what_they_are_one_by_one():
    told = [Told("bot can read", ABOUT), Told("pal can write", (), "another")]
    accepted = [None, Accepted("me", "so", "2026-01-01", open=False)]
    agents, actions = [("bot",), ("bot", "pal")], [("read",), ("write",)]
    columns = Columns(told.__getitem__, "the usual", ("CWE-862",), agents, actions)
    found = Finding.several(
        "shared-memory", ["low", "high"], ["pin>store", "key>store"], columns, [1, 0], accepted
    )
    expected = [
        Finding(
            "shared-memory",
            severity,
            subject,
            told[place].message,
            remedy,
            ("CWE-862",),
            said,
            told[place].about,
            agents[place],
            actions[place],
        )
        for severity, subject, place, remedy, said in zip(
            ["low", "high"],
            ["pin>store", "key>store"],
            [1, 0],
            ["another", "the usual"],
            accepted,
            strict=True,
        )
    ]
    assert [repr(each) for each in found] == [repr(each) for each in expected]
    assert found == expected


def test_many_doors_at_once_are_what_they_are_one_by_one():
    rows = [("key", "store", ("read",), ("bot",), "high"), ("pin", "vault", ("write",), (), "low")]
    assert Door.several(*map(list, zip(*rows, strict=True))) == [Door(*each) for each in rows]
    assert Door.several([], [], [], [], []) == []


def test_findings_are_counted_and_put_in_order_without_a_word(monkeypatch):
    said = []
    several = Finding.several.__func__

    def watched(cls, rule, severities, subjects, columns, *rest):
        def watching(place):
            return said.append(rule) or columns.told(place)

        return several(cls, rule, severities, subjects, columns._replace(told=watching), *rest)

    monkeypatch.setattr(Finding, "several", classmethod(watched))
    snapshot = clustered(150, 300, dense=True, seed=1)
    findings = meshmodel.analyse(snapshot).findings
    assert {"shared-credential", "secret-at-rest", "toxic-flow"} <= {each.rule for each in findings}
    assert not said
    assert all(each.message for each in findings)
    assert said


@pytest.mark.parametrize("seed", range(12))
def test_findings_read_after_edits_say_what_they_would_have_said_before(seed):
    def said(findings):
        return [(each, each.message, each.about, each.agents, each.actions) for each in findings]

    first = random_model(seed, 12)
    expected = said(meshmodel.analyse(first, today=TODAY).findings)
    followed = meshmodel.analyse(first, today=TODAY)
    unread = followed.findings
    for snapshot in edited(seed, first):
        followed = meshmodel.analyse(snapshot, today=TODAY, previous=followed)
        assert followed.findings is not None
    assert said(unread) == expected
