"""Builds the tree of a report from a model and its analysis, section by section."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meshmodel.answers.acceptances import lost_words, unmatched_acceptances
from meshmodel.answers.blocks import Block, Contents, Facts, Heading, Link, Paragraph, Table
from meshmodel.answers.causes import counts_of
from meshmodel.answers.check import count_words
from meshmodel.answers.plan import plan_blocks
from meshmodel.answers.plan_options import usual_options
from meshmodel.answers.plan_state import PlanState, in_order, with_measures
from meshmodel.answers.questions import questions_of
from meshmodel.answers.report.agents import agent_section, credential_section, system_section, zone_named
from meshmodel.answers.report.decision import decision_page, description_of, sizes, stamp_facts, title_of
from meshmodel.answers.report.findings import brief_ways, finding_section, finding_table, reference_section
from meshmodel.answers.report.index import index_section, numbered
from meshmodel.answers.report.options import APPENDICES, SECTIONS, ReportOptions
from meshmodel.answers.report.pictures import Form, Pictures
from meshmodel.answers.report.tree import Report
from meshmodel.answers.work import UNOWNED, Item, Work, work_of
from meshmodel.model.measures import Ask
from meshmodel.model.phrases import TERMS, VIEWS
from meshmodel.model.stop import CURRENT
from meshmodel.model.text import counted, first_few
from meshmodel.model.vocabulary import SEVERITIES, Severity, highest

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan
    from meshmodel.analysis.results import Question

MOST_DRAWN: Final = 100
"""Models of more elements are not drawn whole: that takes minutes, and tens of pages."""
MOST_DETAILED: Final = 1_000
"""Of models of more elements only the boundary map is drawn, and findings and agents are rows of tables."""
LONGEST_TRADE_OFF: Final = 60
"""What fewer leave open is left out for more measures: each of its numbers is a search."""
_WORDS: Final = (
    *TERMS,
    ("As built", "without the checkpoints that are only planned"),
    (
        "Fix",
        "the fewest checkpoints with which no path is unchecked and no flow toxic",
    ),
    (
        "Plan",
        (
            "checkpoints, access to remove and calls to restrict, with which the same holds and all intended "
            "uses still work, for the fewest decisions a day"
        ),
    ),
)
"""What a reader who does not know the program has to know."""


class ReportBuilder:
    """Builds one report.

    Attributes:
        status: what it is doing, for a line of progress.
        complete: whether the plan is proven, and with a deadline what fewer leave open. Without one that is
            bounded where proofs would be too large; the report says where.
    """

    def __init__(
        self,
        analysis: "Analysis",
        form: Form,
        deadline: float | None = None,
        tell: Callable[[str], None] = lambda _: None,
        options: ReportOptions = ReportOptions(),  # noqa: B008  # it is frozen
    ) -> None:
        """Begin with nothing.

        Args:
            analysis: of the model, as built or as designed.
            form: the format of the report, which decides the form of its pictures only.
            deadline: seconds that the search for the plan may take, and that for what fewer leave.
            tell: told each status.
            options: which sections, by whom.
        """
        self._options = options
        self._analysis, self._pictures, self._deadline = analysis, Pictures(analysis, form), deadline
        self._heard, self._stop = tell, CURRENT.get()
        self.status = "analysing"
        self.complete = True

    def report(self) -> Report:
        """The report.

        Raises:
            MeshmodelError: there is no renderer, or it failed.
            Stopped: ``CURRENT`` said so when the builder was made, or does for the renderer.
        """
        analysis, options = self._analysis, self._options
        asked = usual_options(analysis.snapshot)
        self._tell(f"searching for the {'fix' if asked.is_fix else 'plan'}")
        plan = in_order(
            analysis, analysis.cheapest_plan(asked, deadline=self._deadline, cancelled=self._stop)
        )
        self.complete = plan.optimal
        self._tell("working out the list of actions")
        work = work_of(analysis, plan)
        known = PlanState(analysis, asked, plan)
        writers: dict[str, Callable[[], Iterator[Block]]] = {
            "summary": lambda: decision_page(analysis, plan, work, options),
            "findings": lambda: index_section(analysis, work),
            "paths": lambda: self._findings(work),
            "actions": lambda: work_section(analysis, work),
            "model": self._drawing,
            "boundaries": lambda: boundary_section(analysis, self._pictures),
            "agents": lambda: agent_section(analysis),
            "fix": lambda: self._plan(known, plan),
            "systems": lambda: system_section(analysis),
            "credentials": lambda: credential_section(analysis),
            "questions": self._not_modelled,
            "glossary": self._words,
            "standards": lambda: reference_section(analysis),
        }
        blocks: list[Block] = []
        if "summary" not in options.sections:
            blocks += [Heading(1, title_of(analysis)), self._stamp()]
        letters = iter("ABCDEFGHIJKL")
        for name in options.sections:
            self._tell(f"writing {SECTIONS[name]}")
            for block in writers[name]():
                is_appendix = name in APPENDICES and isinstance(block, Heading) and block.level == 2
                blocks.append(_lettered(block, next(letters)) if is_appendix else block)
            if name == "summary" and not options.brief:
                blocks.append(Contents())
        self._tell("writing")
        report = Report.of(title_of(analysis), self._pictures.stamp, blocks)
        return report.for_every_format()

    def _stamp(self) -> Facts:
        return stamp_facts(self._analysis, self._options)

    def _tell(self, status: str) -> None:
        self._stop.check()
        self.status = status
        self._heard(status)

    def _plan(self, known: PlanState, plan: "Plan") -> Iterator[Block]:
        is_short = plan.before + len(plan.flows) and len(plan.measures) <= LONGEST_TRADE_OFF
        if is_short and not plan.is_fix:
            self._tell("searching for what fewer leave unchecked")
            points = self._analysis.trade_off(
                known.options, deadline=self._deadline, cancelled=self._stop, plan=plan
            )
            is_proven = self._deadline is None or all(each.optimal for each in points)
            self.complete = self.complete and is_proven
            known = replace(known, trade_off=points)
        return plan_section(known, self._pictures, MOST_DRAWN)

    def _words(self) -> Iterator[Block]:
        analysis = self._analysis
        yield Heading(2, "Terms and counts")
        _, is_whole = description_of(analysis)
        yield Facts.of(
            ("Description", None if is_whole else analysis.snapshot.about.description),
            ("Analysed", VIEWS[analysis.view]),
            ("Model", sizes(analysis)),
            ("Findings and paths", count_words(counts_of(analysis), analysis.summary)),
            ("Where untrusted content comes in", self._titles(analysis.entries)),
            (
                "Where agents can bring it",
                self._titles(e.system for e in analysis.heard if e.system not in analysis.entries),
            ),
            ("Source", self._pictures.stamp),
        )
        yield Facts(_WORDS)

    def _titles(self, systems: Iterable[str]) -> str:
        return ", ".join(str(self._analysis.snapshot.system[each].title) for each in systems)

    def _drawing(self) -> Iterator[Block]:
        yield Heading(2, "The model as it is drawn")
        number = self._analysis.snapshot.elements
        if not number:
            yield Paragraph("The model is empty.")
        elif self._is_large:
            yield Paragraph(
                f"The model has {number:,} elements. Of more than {MOST_DETAILED:,} this report draws the "
                "boundary map alone, as an overview; agents and findings are rows of tables. export draws "
                "the path of a finding (--finding RULE:SUBJECT) and what one agent reaches (--agent ID)."
            )
        elif number > MOST_DRAWN:
            yield Paragraph(
                f"The model has {number:,} elements. Here models of up to {MOST_DRAWN} are drawn whole; "
                "export writes a larger one, or what a lens shows of it."
            )
        else:
            made = self._pictures.lens("model", "structure")
            if len(made) > 1:
                yield Paragraph(
                    "It takes several pictures: an overview, and one or more for each zone. Page 2 in a "
                    f"picture means the picture whose heading says 2 of {len(made)}; other pictures below "
                    "that are in parts are numbered in the same way."
                )
            yield from made

    @property
    def _is_large(self) -> bool:
        return self._analysis.snapshot.elements > MOST_DETAILED

    def _findings(self, work: Work) -> Iterator[Block]:
        if self._options.brief:
            return brief_ways(self._analysis, work)
        if self._is_large:
            return finding_table(self._analysis, work)
        return finding_section(self._analysis, work, self._tell)

    def _not_modelled(self) -> Iterator[Block]:
        yield Heading(2, "What was not modelled")
        analysis = self._analysis
        if questions := questions_of(analysis):
            yield Paragraph("What the model does not say; an answer may change what is found.")
            yield _by_questions(analysis, questions)
        else:
            yield Paragraph("The model answers every question that the analysis asks of it.")
        lost = unmatched_acceptances([analysis])
        if lost:
            yield Paragraph("Acceptances without a finding:")
            yield Table.items(tuple(lost_words(each) for each in lost))
        yield Paragraph(
            "What is not in the model is not analysed: other credentials, relations and systems, flaws "
            "in programs, and people's mistakes."
        )


def _lettered(block: Block, letter: str) -> Block:
    """The heading of an appendix, with its letter, by which the contents lead there."""
    if not isinstance(block, Heading):
        return block
    return replace(block, text=f"Appendix {letter}: {block.text}", anchor=f"appendix-{letter}")


def _by_questions(analysis: "Analysis", questions: "Iterable[Question]") -> Table:
    """A row for all elements that the same is asked of; in a large model that may be thousands."""
    asked: dict[str, list[str]] = {}
    for each in questions:
        record = analysis.snapshot.get(*each.element.split(":", 1))
        title = str(getattr(record, "title", each.element))
        asked.setdefault("; ".join(each.asks), []).append(title)
    return Table.of(("Questions", "Elements"), (40, 60), ((a, first_few(e, 40)) for a, e in asked.items()))


def plan_section(known: PlanState, pictures: Pictures, most: int) -> Iterator[Block]:
    """The plan, its trade-off, and what it takes away in a picture; checkpoints alone change no line.

    Args:
        known: of the plan or minimum fix of a model, proven or not.
        pictures: draws.
        most: models of more elements are not drawn with the plan.
    """
    plan, analysis = known.plan, known.analysis
    assert plan is not None
    yield Heading(2, "Fix" if plan.is_fix else "Plan")
    yield from plan_blocks(known)
    if not plan.measures:
        return
    takes_away = any(not isinstance(each, Ask) for each in plan.measures)
    if plan.optimal and takes_away and analysis.snapshot.elements <= most:
        yield Heading(3, "Before and after")
        yield from pictures.changed("plan", with_measures(analysis, plan.measures))
    if known.trade_off is not None and len(known.trade_off) > 2:
        yield from pictures.trade_off("trade-off", plan, known.trade_off)
    elif known.trade_off is None and plan.before and not plan.is_fix:
        yield Paragraph(
            f"What fewer decisions leave unchecked is left out for {len(plan.measures)} measures, since each "
            "number is a search of its own. plan --curve searches."
        )


MOST_CROSSINGS: Final = 1_000_000
"""More crossings than this are not counted one by one."""
MOST_PLACES: Final = 40
"""Boundary maps of more zones, systems without a zone among them, are not drawn: nobody could read them."""


def boundary_section(analysis: "Analysis", pictures: Pictures) -> Iterator[Block]:
    """The boundary map, as a picture and as a table."""
    yield Heading(2, "Boundary map")
    number = analysis.summary.crossings
    if not number:
        yield Paragraph("No path crosses a boundary.")
        return
    if number > MOST_CROSSINGS:
        yield Paragraph(
            f"The {number:,} paths are too many to count by zone; the findings name the missing checkpoints."
        )
        return
    snapshot = analysis.snapshot
    places = len(snapshot.zone) + sum(each.zone is None for each in snapshot.system.values())
    if places <= MOST_PLACES:
        yield from pictures.lens("boundaries", "boundaries")
    else:
        yield Paragraph(f"A map of {places} zones could not be read on a page: the table says the same.")
    yield _crossing_table(analysis)


def _crossing_table(analysis: "Analysis") -> Table:
    snapshot = analysis.snapshot
    states: dict[tuple[str, str], Counter[str]] = {}
    worst: dict[tuple[str, str], Severity] = {}
    for each in analysis.crossings():
        home = snapshot.agent[each.agent].home
        source = home if each.source is None else snapshot.system[each.source].domain
        target = zone_named(snapshot, snapshot.system[each.target].domain)
        ends = "no home" if source is None else zone_named(snapshot, source), target
        states.setdefault(ends, Counter())[each.state] += 1
        if each.state == "uncontrolled" and each.severity is not None:
            worst[ends] = highest((each.severity, worst.get(ends, SEVERITIES[0])))
    return Table.of(
        ("From", "Into", "Unchecked", "Worst", "Intended", "Checked"),
        (24, 24, 14, 12, 13, 13),
        (
            (*ends, found["uncontrolled"], worst.get(ends), found["approved"], found["controlled"])
            for ends, found in sorted(states.items())
        ),
    )


MOST_ITEMS: Final = 20
"""So many items are told one by one; those after them are rows of a table."""


def work_section(analysis: "Analysis", work: Work) -> Iterator[Block]:
    """The items, with the numbers that they have everywhere."""
    yield Heading(2, "List of actions", "work")
    if not work.items:
        yield Paragraph("Nothing is to be done.")
        return
    yield Paragraph(
        "First the measures of the plan, or the fewest checkpoints; then what stays even with them. An item "
        "is done when a command says so, once those before it are done; NEW.toml is the model by then. "
        "Tickets (meshmodel export --to tickets-md) have the same numbers."
    )
    numbers = numbered(analysis)
    for item in work.items[:MOST_ITEMS]:
        accepted = " (accepted)" if item.is_accepted else ""
        title = f"{item.number}. {item.severity.capitalize()}: {item.title}{accepted}"
        yield Heading(3, title, f"work-{item.number}")
        yield _item_facts(item)
        links = []
        for each in item.findings:
            number = numbers.get((each.rule, each.subject))
            said = f"{each.severity}, {each.headline}"
            text = f"{number}: {said}" if number else said
            links.append(Link.to(f"finding-{number}", text))
        if links:
            yield Table.items(links)
    if len(work.items) > MOST_ITEMS:
        rows = (
            (f"{each.number}", each.severity, each.title, each.responsible or UNOWNED, len(each.findings))
            for each in work.items[MOST_ITEMS:]
        )
        yield Table.of(("No.", "Severity", "What to do", "Owner", "Findings"), (6, 10, 52, 22, 10), rows)


def _item_facts(item: Item) -> Facts:
    closes = None if item.crossings is None else counted(item.crossings, "unchecked path")
    return Facts.of(
        ("How", item.remedy),
        ("Decides", item.decided),
        ("Owners", item.owners),
        ("Alone it closes", closes),
        ("Decisions a day", None if item.daily is None else f"{item.daily:g}"),
        ("Done when", "meshmodel check NEW.toml lists none of these:" if item.findings else item.done_when),
    )
