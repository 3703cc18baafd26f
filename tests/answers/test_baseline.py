"""What a baseline keeps, and what opens a finding again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.baseline import (
    KnownFinding,
    baseline_text,
    compare,
    comparison_blocks,
    known_findings,
    read_baseline,
)
from meshmodel.answers.painters import text_of
from meshmodel.answers.style import Style
from meshmodel.interchange import read_text
from meshmodel.model.errors import MeshmodelError
from tests.docs.pages import ROOT
from tests.rows import all_rows

BEFORE = KnownFinding("high", ("read",), ("bot",), {"bot": ("home", "tickets")})
TEXTS = st.text(max_size=8)
LISTS = st.lists(TEXTS, unique=True, max_size=3).map(tuple)
KNOWN = st.builds(
    KnownFinding,
    severity=st.sampled_from(["low", "medium", "high", "critical"]),
    actions=st.lists(st.sampled_from(["read", "write", "admin"]), unique=True).map(tuple),
    agents=LISTS,
    sources=st.none() | st.dictionaries(TEXTS, LISTS, max_size=3),
)


@all_rows(
    ("now", "gained"),
    [
        (BEFORE, ()),
        (KnownFinding("low", (), (), {}), ()),
        (KnownFinding("critical", ("read",), ("bot",), BEFORE.sources), ("severity high to critical",)),
        (KnownFinding("high", ("read", "write"), ("bot",), BEFORE.sources), ("action write",)),
        (
            KnownFinding("high", ("read",), ("bot", "cat"), {**BEFORE.sources, "cat": ("home",)}),
            ("agent cat",),
        ),
        (KnownFinding("high", ("read",), ("bot",), {"bot": ("home", "mail")}), ("source mail of bot",)),
    ],
)
def test_what_a_finding_gained(now, gained):
    assert BEFORE.gained(now) == gained


@given(st.dictionaries(TEXTS, st.dictionaries(st.tuples(TEXTS, TEXTS), KNOWN, max_size=3), max_size=3))
def test_a_baseline_reads_back_and_equal_ones_are_equal_bytes(models):
    text = baseline_text(models)
    again = read_baseline(text.encode(), "it")
    assert again == models
    assert baseline_text(again) == text


@given(st.dictionaries(st.tuples(TEXTS, TEXTS), KNOWN, max_size=4))
def test_nothing_is_new_beside_itself(findings):
    comparison = compare(findings, findings)
    assert comparison.known == findings.keys()
    assert not comparison.reopened
    assert not comparison.gone


def analysed(change):
    text = (ROOT / "models" / "support-agent.toml").read_text(encoding="utf-8")
    assert change(text) != text or change is same
    return known_findings(analyse(read_text(change(text))))


def same(text):
    return text


def test_a_source_that_comes_to_a_known_missing_checkpoint_opens_it_again():
    before = analysed(same)
    key = "missing-checkpoint", "file-sas>attachments"
    assert before[key].sources == {"support-bot": ("home", "tickets")}

    def more(text):
        return text + (
            '\n[[zone]]\nid = "z"\n[[system]]\nid = "mail"\nzone = "z"\nuntrusted_input = true\n'
            '[[trigger]]\nsystem = "mail"\nagent = "support-bot"\n'
        )

    after = analysed(more)
    assert compare(before, after).reopened[key] == ("source mail of support-bot",)
    told = text_of(comparison_blocks(compare(before, after)), Style(columns=80))
    assert "open again: missing-checkpoint, file-sas>attachments" in told
    assert ("missing-checkpoint", "file-sas>attachments") in compare(after, {}).gone


def row(**changed):
    finding = {"rule": "r", "subject": "s", "severity": "low", "actions": [], "agents": []} | changed
    models = [{"model": "m", "findings": [finding]}]
    return json.dumps({"format": "meshmodel-baseline/1", "models": models}).encode()


@all_rows(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"format": "meshmodel-baseline/2", "models": []}',
        b'{"format": "meshmodel-baseline/1"}',
        b'{"format": "meshmodel-baseline/1", "models": [{"model": 1, "findings": []}]}',
        b'{"format": "meshmodel-baseline/1", "models": [{"model": "m", "findings": [{}]}]}',
        row(severity="worst"),
        row(actions="read"),
        row(actions=["fly"]),
        row(sources={"bot": "home"}),
        b"[" * 100_000,
    ],
)
def test_what_is_no_baseline_is_refused_in_one_line(content):
    with pytest.raises(MeshmodelError) as refused:
        read_baseline(content, "known.json")
    assert str(refused.value).startswith("known.json: ")
    assert "\n" not in str(refused.value)
    assert "Error" not in str(refused.value)
