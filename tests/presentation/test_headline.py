"""A finding in one row says which rule is broken where, however many agents there are."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.results import Finding
from meshmodel.analysis.rules import RULES
from meshmodel.answers.lines import Line
from meshmodel.api import analyse
from meshmodel.app.presentation.cause_lines import Order, cause_lines, headline
from meshmodel.interchange import read_file
from meshmodel.model.records import Agent, Credential, Grant, Hold, Snapshot, System, Zone
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import width
from tests.edits.models import MODELS, snapshot_of
from tests.rows import all_rows

ANALYSES: Final = {path.stem: analyse(read_file(path)) for path in sorted(MODELS.glob("*.toml"))}
FINDINGS: Final = [(name, each) for name, found in ANALYSES.items() for each in found.findings]


def is_seen(row: str, finding: Finding) -> bool:
    """Whether a row says all of a finding, or its title with what it is about, as far as there is room."""
    return finding.message in row or row.removesuffix("…") in finding.headline


@all_rows(("name", "finding"), FINDINGS)
def test_the_rule_and_its_subject_are_seen_at_80_columns(name: str, finding: Finding) -> None:
    cells = 80 - len(f" ✖ {finding.severity}  ")
    row = headline(finding, cells)
    assert width(row) <= cells
    assert is_seen(row, finding), (name, row)


def test_the_worked_examples_have_a_finding_of_most_rules() -> None:
    assert len({each.rule for _, each in FINDINGS}) > len(RULES) * 3 // 4


@given(st.sampled_from(FINDINGS), st.integers(0, 240))
def test_a_row_is_no_wider_than_its_room_and_whole_where_there_is_enough(
    found: tuple[str, Finding], cells: int
) -> None:
    _, finding = found
    row = headline(finding, cells)
    assert width(row) <= cells
    assert (row == finding.message) is (width(finding.message) <= cells)


def crowd(*holders: Iterable[int]) -> Snapshot:
    """Agents in one zone, by number: each group holds a key of its own to a system in another zone."""
    numbers, zones = sorted(set().union(*holders)), [Zone("here"), Zone("there")]
    agents = [Agent(f"agent-{each:03}", home="here") for each in numbers]
    found = [*zones, *agents]
    for group, held in enumerate(holders):
        key, system = f"key-{group}", f"system-{group}"
        found += System(system, zone="there", sensitivity="restricted"), Credential(key)
        found += Grant(key, system, ("read", "write")), *(Hold(f"agent-{each:03}", key) for each in held)
    return snapshot_of(found)


@all_rows(
    ("number", "named"),
    [
        (1, "agent-000"),
        (2, "agent-000, agent-001"),
        (3, "agent-000 and 2 more"),
        (43, "agent-000 and 42 more"),
    ],
)
def test_a_row_names_at_most_two_agents_and_how_many_more(number: int, named: str) -> None:
    lines = cause_lines(analyse(crowd(range(number))), frozenset())
    (text,) = [each.text for each in lines if each.key == (DOOR, "key-0>system-0")]
    assert f"Missing checkpoint: key-0 → system-0  read, write  {named}" in text
    assert text.count("agent-") == named.count("agent-")


@all_rows("number", [1, 2, 3, 43])
def test_a_row_names_as_many_agents_as_fit_and_how_many_more(number: int) -> None:
    (line,) = [
        each for each in cause_lines(analyse(crowd(range(number))), frozenset()) if each.key[0] == DOOR
    ]
    before = 0
    for cells in range(50, 200):
        assert line.fitted is not None
        text = "".join(text for text, _ in line.fitted(cells))
        named, more = text.count("agent-"), re.search(r" and (\d+) more", text)
        if more is not None:
            assert named + int(more[1]) == number
        elif named < number > 1:
            assert (
                f"  {number} agents" in text or width(text) + len(f"  {number} agents, read, write") > cells
            )
        assert width(text) <= cells
        assert named >= before, "more room for no fewer names"
        before = named
    assert before > min(number, 3) - 1


def headings(snapshot: Snapshot) -> list[Line]:
    return [each for each in cause_lines(analyse(snapshot), frozenset(), "agents") if each.kind == "heading"]


def test_a_group_names_two_of_its_agents_and_how_many_more() -> None:
    (first, *_) = headings(crowd(range(43)))
    assert first.text.endswith(" of agent-000, agent-001 and 41 more")


def test_groups_that_begin_with_the_same_agents_are_told_apart() -> None:
    found = headings(crowd(range(5), [0, 1, 2, 3, 5]))
    assert [each.text.partition(" ")[2] for each in found][:2] == [
        "of agent-004, agent-000 and 3 more",
        "of agent-005, agent-000 and 3 more",
    ]
    assert len({each.key for each in found}) == len(found)


@all_rows("by", ["door", "agents"])
@all_rows("sets", [[*combinations(range(7), 4)], [[0, 1, 2], [0, 1, 3], [4]], [[1], [2], [3]]])
def test_no_two_groups_have_the_same_title(by: Order, sets: list[list[int]]) -> None:
    plain = crowd(*sets)
    agents = {key: replace(each, name="bot") for key, each in plain.agent.items() if key != "agent-001"}
    systems = {key: replace(each, name="store") for key, each in plain.system.items()}
    analysis = analyse(replace(plain, agent={**plain.agent, **agents}, system=systems))
    found = [each.text for each in cause_lines(analysis, frozenset(), by) if each.kind == "heading"]
    titles = [each.partition(" ")[2] for each in found]
    assert len(titles) > 1
    assert len(titles) == len(set(titles))
