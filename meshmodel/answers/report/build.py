"""Builds the tree of a report from a model and its analysis, section by section."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meshmodel.answers.acceptances import lost_words, unmatched_acceptances
from meshmodel.answers.blocks import Block, Contents, Facts, Heading, Paragraph, Table
from meshmodel.answers.causes import counts_of
from meshmodel.answers.check import count_words
from meshmodel.answers.plan_options import usual_options
from meshmodel.answers.plan_state import PlanState, in_order
from meshmodel.answers.questions import questions_of
from meshmodel.answers.report.agents import agent_section, credential_section, system_section
from meshmodel.answers.report.boundaries import boundary_section
from meshmodel.answers.report.decision import decision_page, description_of, sizes, stamp_facts, title_of
from meshmodel.answers.report.findings import brief_ways, finding_section, finding_table, reference_section
from meshmodel.answers.report.fix import plan_section
from meshmodel.answers.report.index import index_section
from meshmodel.answers.report.options import APPENDICES, SECTIONS, ReportOptions
from meshmodel.answers.report.pictures import Form, Pictures
from meshmodel.answers.report.tree import Report
from meshmodel.answers.report.work_items import work_section
from meshmodel.answers.work import Work, work_of
from meshmodel.model.phrases import TERMS, VIEWS
from meshmodel.model.stop import CURRENT
from meshmodel.model.text import first_few

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
