"""Findings are put in words when they are read, and are equal by what they say."""

from dataclasses import replace

import pytest

import meshmodel
from meshmodel.analysis.results import Accepted, Door, Finding, Told
from tests.benchmarks.meshes import clustered

ABOUT = (("grant", ("key", "store")), ("credential", "key"))


def later(told):
    asked = []

    def telling():
        asked.append(told)
        return told

    arguments = telling, "the usual", ("CWE-862",), None, ("bot",), ("read",)
    return Finding.told_later("missing-checkpoint", "high", "key>store", *arguments), asked


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
    assert replace(later(Told("bot can read", ABOUT))[0], message="else") == now("else")


def test_a_finding_has_nothing_else():
    finding, asked = later(Told("bot can read", ABOUT))
    with pytest.raises(AttributeError, match="a finding has no text"):
        _ = finding.text
    assert not asked


def test_many_at_once_are_what_they_are_one_by_one():
    told = [Told("bot can read", ABOUT), Told("pal can write", (), "another")]
    accepted = [None, Accepted("me", "so", "2026-01-01", open=False)]
    words = [lambda: told[0], lambda: told[1]]
    rest = ["the usual", ("CWE-862",)]
    agents, actions = [("bot",), ("bot", "pal")], [("read",), ("write",)]
    rows = list(
        zip(["high", "low"], ["key>store", "pin>store"], words, accepted, agents, actions, strict=True)
    )
    expected = [Finding.told_later("shared-memory", *row[:3], *rest, *row[3:]) for row in rows]
    columns = [list(each) for each in zip(*rows, strict=True)]
    found = Finding.several("shared-memory", *columns[:2], told.__getitem__, *rest, *columns[3:])
    assert found == expected
    assert [each.remedy for each in found] == ["the usual", "another"]
    assert [repr(each) for each in found] == [repr(each) for each in expected]


def test_many_doors_at_once_are_what_they_are_one_by_one():
    rows = [("key", "store", ("read",), ("bot",), "high"), ("pin", "vault", ("write",), (), "low")]
    assert Door.several(*map(list, zip(*rows, strict=True))) == [Door(*each) for each in rows]
    assert Door.several([], [], [], [], []) == []


def test_findings_are_counted_and_put_in_order_without_a_word(monkeypatch):
    said = []
    several = Finding.several.__func__

    def watched(cls, rule, severities, subjects, telling, *rest):
        def watching(place):
            return said.append(rule) or telling(place)

        return several(cls, rule, severities, subjects, watching, *rest)

    monkeypatch.setattr(Finding, "several", classmethod(watched))
    snapshot = clustered(150, 300, dense=True, seed=1)
    findings = meshmodel.analyse(snapshot).findings
    assert {"shared-credential", "secret-at-rest", "toxic-flow"} <= {each.rule for each in findings}
    assert not said
    assert all(each.message for each in findings)
    assert said
