"""Where few reach few, the work of an answer grows with the model, not with its square.

The work is counted in lines of Python that run, so that no machine is too slow for it. At these sizes the
square of a part that looks at each agent and each access stands out.
"""

import sys
from collections.abc import Callable

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.graph import Memberships, bitset
from meshmodel.answers.blocks import Heading, Table
from meshmodel.answers.check import check_blocks, check_json
from meshmodel.answers.description import description
from meshmodel.answers.diff.compare import compare
from meshmodel.answers.painters import text_of
from meshmodel.answers.reach import reach_blocks
from meshmodel.answers.report.build import ReportBuilder
from meshmodel.answers.style import Style
from meshmodel.edits.edit import Put, apply_edit, edit
from meshmodel.model.records import Agent, Credential, Grant, Hold, Snapshot, System, Zone
from tests.rows import all_rows

PLAIN = Style(False, 100, True)


def unconnected(number: int, changed: str = "read") -> Snapshot:
    """So many agents, each with a key to a system of its own in the other zone."""
    puts = [Put(Zone("in")), Put(Zone("out"))]
    for each in range(number):
        agent, key, system = f"agent-{each}", f"key-{each}", f"system-{each}"
        puts += [
            Put(Agent(agent, kind="ai-agent", home="in")),
            Put(System(system, zone="out")),
            Put(Credential(key)),
            Put(Hold(agent, key)),
            Put(Grant(key, system, (changed if each == 0 else "read", "write"))),
        ]
    return apply_edit(Snapshot(), edit("many", puts))


def shared(number: int) -> Snapshot:
    """So many agents with one key to as many systems: each missing checkpoint is one of all agents."""
    puts = [Put(Zone("in")), Put(Zone("out")), Put(Credential("key"))]
    for each in range(number):
        agent, system = f"agent-{each}", f"system-{each}"
        puts += [
            Put(Agent(agent, kind="ai-agent", home="in")),
            Put(System(system, zone="out")),
            Put(Hold(agent, "key")),
            Put(Grant("key", system, ("read", "write"))),
        ]
    return apply_edit(Snapshot(), edit("many", puts))


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python, and turns of loops in them, a piece of work takes."""
    count = 0

    def trace(_frame: object, event: str, _argument: object) -> Callable[..., object]:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


ANSWERS: dict[str, Callable[[Snapshot], object]] = {
    "check": lambda model: text_of(check_blocks(analyse(model)), PLAIN),
    "reach": lambda model: text_of(reach_blocks(model, analyse(model).reach()), PLAIN),
    "describe": lambda model: description(analyse(model), PLAIN),
    "check --crossings": lambda model: text_of(check_blocks(analyse(model), crossings=100), PLAIN),
    "check --json --crossings": lambda model: "".join(check_json(analyse(model), crossings=True)),
    "diff": lambda model: compare(analyse(model), analyse(unconnected(len(model.agent), "execute"))),
}


@all_rows("name", ANSWERS)
def test_an_answer_takes_as_many_times_the_work_as_there_is_more(name: str) -> None:
    small, large = (lines_run(lambda: ANSWERS[name](unconnected(number))) for number in (40, 160))  # noqa: B023
    assert large < 4.6 * small


def test_what_findings_say_and_cite_takes_no_look_at_every_agent_of_each() -> None:
    def told(number: int) -> int:
        analysis = analyse(shared(number))
        _ = analysis.summary, analysis.doors, analysis.findings, analysis.questions
        return lines_run(lambda: "".join(check_json(analysis)))

    assert told(400) < 4.6 * told(100)


def test_the_report_of_a_large_model_has_tables_and_few_pictures_and_says_so() -> None:
    analysis = analyse(unconnected(340))
    assert analysis.snapshot.elements > 1_000
    report = ReportBuilder(analysis, "html").report()
    assert [each.stem for each in report.pictures] == ["boundaries"]
    said = [each for each in report.texts() if "boundary map alone, as an overview" in each]
    assert len(said) == 1
    assert "1,022 elements" in said[0]
    headings = [each.text for each in report.blocks if isinstance(each, Heading) and each.level == 3]
    assert len(headings) == 20, "the actions of the first causes are told"
    tables = [each for each in report.blocks if isinstance(each, Table) and each.head]
    firsts = {row[0] for each in tables for row in each.cells}
    assert {*analysis.snapshot.agent, *analysis.snapshot.system, *analysis.snapshot.credential} <= firsts
    subjects = {row[2] for each in tables if "Subject" in each.head for row in each.cells}
    assert subjects == {each.subject for each in analysis.findings}
    assert len(report.blocks) < 4 * 60


def test_the_members_of_sets_are_found_as_by_looking_into_each() -> None:
    numbers = 2 * 512 + 7
    sets = [bitset({n for n in range(numbers) if n % step == 0}) for step in (1, 2, 511, 512, 513, 1031)]
    sets += [0, sets[2], 1 << numbers - 1]
    found = Memberships(sets)
    for number in (0, 1, 511, 512, 513, numbers - 1, 5):
        assert found.of(number) == [place for place, each in enumerate(sets) if each >> number & 1]
