"""The first page of a report: what is the matter, what to do, who has to, and who signs.

It fits one page of A4: long texts are cut here, and of long lists the first rows are shown.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import Finding
from meshmodel.answers.blocks import Facts, plain
from meshmodel.answers.causes import causes_of, is_accepted
from meshmodel.answers.measures import a_day, count_words, rate, rows_of
from meshmodel.answers.questions import questions_of
from meshmodel.answers.report.options import ReportOptions
from meshmodel.answers.report.tree import Block, Break, Heading, Link, Paragraph, Table
from meshmodel.answers.work import UNOWNED, Item, Work
from meshmodel.model.phrases import VIEWS
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import counted, first_few, plural, shorten
from meshmodel.model.vocabulary import Action

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan
    from meshmodel.answers.report.pictures import Pictures
    from meshmodel.model.records import Snapshot

WORST: Final = 3
_TEXT: Final = 190
"""Characters of a sentence of this page."""
_CELL: Final = 100
"""Characters of a cell of its table."""
_LINES: Final = 22.0
"""Lines of text that fit below the ways: the rows of work, acceptances, questions and signatures."""
_RULE: Final = 0.6
"""Lines that a row of a table takes beside its text."""
_ACROSS: Final = 100
"""Letters of a line of the page."""
_ROW_LETTERS: Final = (30, 24, 26, 14)
"""Letters that a line of the columns of the table has: what, where, who, closes."""
_VERBS: Final[dict[Action, str]] = {
    "read": "read",
    "write": "write",
    "execute": "run things on",
    "issue": "have tokens issued by",
    "admin": "administer",
}


def decision_page(
    analysis: "Analysis", plan: "Plan", work: Work, pictures: "Pictures", options: ReportOptions
) -> Iterator[Block]:
    """The page, with its end.

    Args:
        analysis: of the model.
        plan: its plan, or minimum fix, or the best that is known.
        work: the list of work.
        pictures: draws the ways, and knows which model it is.
        options: who wrote it, and who signs.
    """
    yield Heading(1, title_of(analysis))
    yield Paragraph(plain(verdict(analysis, plan, work)), strong=True)
    yield stamp_facts(analysis, pictures, options)
    worst = worst_findings(analysis)
    if worst:
        yield Heading(2, "The worst ways" if len(worst) > 1 else "The worst way")
    for number, finding in enumerate(worst, 1):
        item = work.item_of(finding)
        closed = "" if item is None else f", closed by item {item.number}"
        yield Paragraph(shorten(plain(f"{number}. {finding.severity}{closed}: {finding.message}"), _TEXT))
        explanation = analysis.explain_finding(finding)
        if explanation is not None and explanation.steps:
            yield from pictures.strip(f"worst-{number}", plain(finding.message), explanation)
    below = [accepted_facts(analysis), unknown_facts(analysis), *_signatures(options)]
    head = -(-len(title_of(analysis)) // 50) * 2 + -(-len(verdict(analysis, plan, work)) // 70) * 1.6
    yield from _work(work, _LINES + 6.8 - head - sum(map(_lines_of, below)))
    yield from below
    yield Break()


def title_of(analysis: "Analysis") -> str:
    """The name of the model, as the title of a document."""
    return plain(analysis.snapshot.about.name or "A model without a name")


def verdict(analysis: "Analysis", plan: "Plan", work: Work) -> str:
    """What is the matter and what it takes, in one sentence."""
    still = [each for each in analysis.findings if not is_accepted(each)]
    doors = [each for each in still if each.rule == DOOR]
    others = len(work.items) - len(rows_of(plan))
    measures = f"{counted(others, 'further measure')} {plural(others, 'mends', 'mend')} the rest"
    drawn = counted(analysis.snapshot.open_questions, "open question")
    drawn = f" in what is drawn, with {drawn}" if analysis.snapshot.open_questions else " in what is drawn"
    if doors:
        who, what = who_can(analysis.snapshot, doors[0])
        closes = plural(len(plan.measures), "closes", "close")
        close = f"{count_words(plan.measures)} {closes} all {counted(plan.before, 'unchecked path')}"
        if not plan.is_fix:
            close += f", with {a_day(plan.decisions_per_day)}"
        close += "" if plan.optimal else f" (not proven: at least {rate(plan.lower_bound)})"
        return f"{who} can {what} and no checkpoint decides; {close}" + (
            f", and {measures}." if others else "."
        )
    if still:
        flows = f"{count_words(plan.measures)} and " if plan.measures else ""
        found = f"{counted(len(still), 'finding')} {plural(len(still), 'is', 'are')} open"
        return f"{still[0].message} {found[0].upper()}{found[1:]}{drawn}; {flows}{measures}."
    if analysis.findings:
        return f"All {counted(len(analysis.findings), 'finding')} are accepted; nothing else is found{drawn}."
    return f"Nothing is found{drawn}."


def who_can(snapshot: "Snapshot", door: Finding) -> tuple[str, str]:
    """Who passes a missing checkpoint, and what they can do there, in names."""
    names = [snapshot.agent[each].title for each in door.agents]
    match names:
        case [one]:
            who = one
        case [one, other]:
            who = f"{one} and {other}"
        case _:
            who = f"{len(names)} agents, {names[0]} among them,"
    verbs = " and ".join(_VERBS[each] for each in door.actions[:2])
    _, _, system = door.subject.partition(">")
    return who, f"{verbs} {snapshot.system[system].title}"


def worst_findings(analysis: "Analysis", most: int = WORST) -> list[Finding]:
    """The open findings that have a way, the worst first, one of each cause and each way."""
    found, told = list[Finding](), set[tuple[str, ...]]()
    for cause in causes_of(analysis):
        if len(found) == most:
            break
        finding = cause.finding
        if is_accepted(finding):
            continue
        explanation = analysis.explain_finding(finding)
        if explanation is None or not explanation.steps or explanation.sentences in told:
            continue
        told.add(explanation.sentences)
        found.append(finding)
    return found


def stamp_facts(analysis: "Analysis", pictures: "Pictures", options: ReportOptions) -> Facts:
    """Of what day and which model it is, who wrote it, and whether it is signed."""
    signed = (
        f"to be signed by {len(options.reviewers)}" if options.reviewers else "draft, nobody is named to sign"
    )
    return Facts.of(
        ("Date", analysis.today.isoformat()),
        ("Model", f"{VIEWS[analysis.view]}, {pictures.stamp.removeprefix('model ')}"),
        ("Author", options.author or "not stated"),
        ("Status", signed),
    )


def _work(work: Work, lines: float) -> Iterator[Block]:
    yield Heading(2, "What to do")
    if not work.items:
        yield Paragraph("Nothing.")
        return
    shown = list[Item]()
    for item in work.items:
        cells = zip(_cells(item)[1:5], _ROW_LETTERS, strict=True)
        lines -= _RULE + max(-(-len(text) // letters) for text, letters in cells)
        if shown and lines < 0:
            break
        shown.append(item)
    has_daily = any(each.daily is not None for each in shown)
    yield work_table(shown, with_daily=has_daily)
    left = len(work.items) - len(shown)
    if left:
        yield Paragraph(f"… and {left} more in the list of work.")


def _cells(item: Item) -> tuple[str, ...]:
    closes = f"{counted(len(item.findings), 'finding')}"
    if item.crossings is not None:
        closes += f", {counted(item.crossings, 'crossing')} alone" if item.crossings else ""
    daily = "" if item.daily is None else f"{item.daily:g}"
    decided = item.decided or "no decision: a change"
    return f"{item.number}", *(
        shorten(plain(each), _CELL) for each in (item.title, decided, item.owner_names, closes, daily)
    )


def work_table(items: Sequence[Item], *, with_daily: bool) -> Table:
    """Items of work as rows: what to build, where it decides, who owns it, what it closes."""
    head, widths = ["No.", "What to build", "Where it decides", "Who owns it", "Closes"], [6, 30, 24, 26, 14]
    if with_daily:
        head, widths = [*head, "A day"], [6, 28, 22, 24, 13, 7]
    rows = []
    for item in items:
        number, *cells = _cells(item)
        rows.append((Link.to(f"work-{number}", number), *cells)[: len(head)])
    return Table.of(head, widths, rows)


def accepted_facts(analysis: "Analysis") -> Facts:
    """What was accepted, and until when."""
    found = [each for each in analysis.findings if is_accepted(each)]
    if not found:
        return Facts.of(("Accepted", "nothing"))
    said = []
    for each in found[:2]:
        assert each.accepted is not None
        said.append(f"{each.headline}, by {each.accepted.by} until {each.accepted.until}")
    more = f" (and {len(found) - 2} more)" if len(found) > 2 else ""
    return Facts.of(("Accepted", shorten(plain("; ".join(said)), 2 * _TEXT) + more))


def unknown_facts(analysis: "Analysis") -> Facts:
    """What is not known: how many questions each owner could answer."""
    by_owner: dict[str, list[str]] = {}
    for each in questions_of(analysis):
        table, _, key = each.element.partition(":")
        record = analysis.snapshot.get(table, key)
        owner = getattr(record, "owner", None) or UNOWNED
        by_owner.setdefault(owner, []).extend([str(getattr(record, "title", key))] * len(each.asks))
    said = [
        f"{owner}: {counted(len(about), 'question')} ({first_few([*dict.fromkeys(about)], 2)})"
        for owner, about in sorted(
            by_owner.items(), key=lambda each: (each[0] == UNOWNED, -len(each[1]), each[0])
        )
    ]
    return Facts.of(("Not known", shorten(plain(first_few(said, 4)), 2 * _TEXT) or "nothing is asked"))


def _signatures(options: ReportOptions) -> Iterator[Block]:
    if options.reviewers:
        rows = ((shorten(plain(each), 60), "", "") for each in options.reviewers)
        yield Table.of(("Reviewer", "Signature", "Day"), (40, 40, 20), rows)


def _lines_of(block: Block) -> float:
    """Lines that a block takes on the page, at most."""
    match block:
        case Table():
            return (len(block.rows) + 1) * (1 + _RULE)
        case Facts():
            return sum(-(-len(f"{name}: {value}") // _ACROSS) for name, value in block.rows)
        case _:
            return 1
