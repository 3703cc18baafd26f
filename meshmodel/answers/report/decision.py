"""The first page of a report: may it go live, what is the matter, what to do first, who has to, who signs.

It fits one page of A4: long texts are cut here, and of long lists the first rows are shown.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import Finding
from meshmodel.answers.blocks import Facts, plain
from meshmodel.answers.causes import causes_of, counts_of, is_accepted
from meshmodel.answers.measures import a_day, count_words, rate
from meshmodel.answers.questions import questions_of
from meshmodel.answers.report.attack_path import attack_path, first_cut, path_from_entry
from meshmodel.answers.report.options import ReportOptions
from meshmodel.answers.report.tree import AttackPath, Block, Break, Heading, Link, Paragraph, Table
from meshmodel.answers.work import UNOWNED, Item, Work
from meshmodel.model.phrases import VIEWS
from meshmodel.model.rule_cards import CARDS, DOOR
from meshmodel.model.text import counted, first_few, plural, shorten
from meshmodel.model.vocabulary import Action

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan
    from meshmodel.analysis.results import Explanation
    from meshmodel.model.records import Snapshot

WORST: Final = 3
BLOCKING: Final = frozenset({"critical", "high"})
"""While a finding of these severities is open, the page advises against going live."""
_TEXT: Final = 190
"""Characters of a sentence of this page."""
_CELL: Final = 120
"""Characters of a cell of its table."""
_PAGE: Final = 712.0
"""Points of the page that blocks may take."""
_LEAST_WORK: Final = 100.0
"""Points that the work to do first is to have at least."""
_LETTER: Final = 5.0
"""Points that a letter of a text takes, of a table ``_SMALL``, of a strong text ``_STRONG``."""
_SMALL, _STRONG = 4.5, 6.9
_WIDE: Final = 482.0
_LINE: Final = 11.8
"""Points from a line to the next."""
_WIDTHS: Final = (6, 44, 22, 12, 16)
"""Shares of the columns of the table of work."""
_VERBS: Final[dict[Action, str]] = {
    "read": "read",
    "write": "write",
    "execute": "run things on",
    "issue": "have tokens issued by",
    "admin": "administer",
}


def decision_page(
    analysis: "Analysis", plan: "Plan", work: Work, stamp: str, options: ReportOptions
) -> Iterator[Block]:
    """The page, with its end.

    Args:
        analysis: of the model.
        plan: its plan, or minimum fix, or the best that is known.
        work: the list of work.
        stamp: which model was analysed by which program.
        options: who wrote it, and who signs.
    """
    above = [*_head(analysis, plan, work, stamp, options)]
    worst = [(each, path_from_entry(analysis, each)) for each in worst_findings(analysis)]
    below = [accepted_facts(analysis), unknown_facts(analysis), note_facts(analysis), *_signatures(options)]
    room = _PAGE - sum(map(_points_of, [*above, *below]))
    paths = [*_paths(analysis, work, worst)]
    while len(paths) > 3 and room - sum(map(_points_of, paths)) < _LEAST_WORK:
        del paths[-2:]  # a long path leaves no room for the work
    room -= sum(map(_points_of, paths))
    yield from above
    yield from paths
    yield from _work(_first_items(work, worst), len(work.items), room)
    yield from below
    yield Break()


def title_of(analysis: "Analysis") -> str:
    """The name of the model, as the title of a document."""
    return plain(analysis.snapshot.about.name or "A model without a name")


def _head(
    analysis: "Analysis", plan: "Plan", work: Work, stamp: str, options: ReportOptions
) -> Iterator[Block]:
    yield Heading(1, title_of(analysis))
    if analysis.snapshot.about.description:
        yield Paragraph(shorten(plain(analysis.snapshot.about.description), 2 * _TEXT))
    yield Paragraph(plain(go_live(analysis, work)), strong=True)
    yield Paragraph(plain(verdict(analysis, plan, work)))
    yield stamp_facts(analysis, stamp, options)
    summary, counts = analysis.summary, counts_of(analysis)
    found = ", ".join(f"{many:,} {each}" for each, many in counts.findings.items()) or "none"
    yield Facts.of(
        ("Open findings", found),
        ("Unchecked paths", f"{summary.uncontrolled:,} of {summary.crossings:,}"),
    )
    yield Facts.of(
        ("Looked at", f"{sizes(analysis)}, {VIEWS[analysis.view]}"),
        ("Not looked at", "whatever the model does not show, flaws in programs, mistakes of people"),
    )


def go_live(analysis: "Analysis", work: Work) -> str:
    """Whether it may go live by what is found, or after which items of work, in a sentence."""
    counts = counts_of(analysis)
    blocking = [f"{many:,} {each}" for each, many in counts.findings.items() if each in BLOCKING]
    if blocking:
        many = sum(counts.findings[each] for each in counts.findings if each in BLOCKING)
        found = f"{' and '.join(blocking)} {plural(many, 'finding')} {plural(many, 'is', 'are')} open"
        return f"Not ready to go live: {found}. Ready after {item_range(blocking_items(work))}."
    if counts.main:
        return f"May go live with a date for {counts.by_severity} {plural(counts.main, 'finding')}."
    if counts.low:
        return (
            f"May go live: only {counted(counts.low, 'low finding')} {plural(counts.low, 'is', 'are')} open."
        )
    return "May go live by what the model shows."


def blocking_items(work: Work) -> list[int]:
    """The items that close what is critical or high; of the plan also those before, which they build on."""
    graves = [each for each in work.items if each.severity in BLOCKING and not each.is_accepted]
    planned = [each.number for each in graves if each.place is not None]
    return [*range(1, max(planned, default=0) + 1), *(each.number for each in graves if each.place is None)]


def item_range(numbers: Sequence[int]) -> str:
    """Numbers of items in words: ``item 1``, ``items 1 to 5 and 8``."""
    runs = list[list[int]]()
    for each in numbers:
        if runs and each == runs[-1][-1] + 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    said = [f"{run[0]} to {run[-1]}" if len(run) > 2 else " and ".join(map(str, run)) for run in runs]
    return f"{plural(len(numbers), 'item')} {', '.join(said)}"


def verdict(analysis: "Analysis", plan: "Plan", work: Work) -> str:
    """What is the matter and what it takes, in a sentence or two."""
    still = [each for each in analysis.findings if not is_accepted(each)]
    doors = [each for each in still if each.rule == DOOR]
    others = sum(each.place is None for each in work.items)
    changes = f"{counted(others, 'further change')} {plural(others, 'closes', 'close')} the rest"
    if doors:
        who, what = who_can(analysis.snapshot, doors[0])
        closes = plural(len(plan.measures), "closes", "close")
        close = f"{count_words(plan.measures)} {closes} all {counted(plan.before, 'unchecked path')}"
        if not plan.is_fix:
            close += f", with {a_day(plan.decisions_per_day)}"
        close += "" if plan.optimal else f" (not proven: at least {rate(plan.lower_bound)})"
        rest = f"; {changes}" if others else ""
        return f"{who} can {what} and no checkpoint decides. {close[0].upper()}{close[1:]}{rest}."
    if still:
        flows = f"{count_words(plan.measures)} and " if plan.measures else ""
        return f"{still[0].message} {flows}{changes}." if flows else f"{still[0].message}"
    if analysis.findings:
        return f"All {counted(len(analysis.findings), 'finding')} are accepted."
    return "Nothing is found in what the model shows."


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
    """The open findings that have a path, the worst first, one of each cause and each path."""
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


def stamp_facts(analysis: "Analysis", stamp: str, options: ReportOptions) -> Facts:
    """Of what day and which model it is, who wrote it, and whether it is signed."""
    signed = (
        f"to be signed by {len(options.reviewers)}" if options.reviewers else "draft, nobody is named to sign"
    )
    return Facts.of(
        ("Date", analysis.today.isoformat()),
        ("Model", stamp.removeprefix("model ")),
        ("Author", options.author or "not stated"),
        ("Status", signed),
    )


def _paths(
    analysis: "Analysis", work: Work, worst: "Sequence[tuple[Finding, Explanation | None]]"
) -> Iterator[Block]:
    if worst:
        yield Heading(2, "The worst paths" if len(worst) > 1 else "The worst path")
    for number, (finding, explanation) in enumerate(worst, 1):
        what, _, _ = finding.message.partition(". ")
        yield Paragraph(
            shorten(plain(f"Path {number}, {finding.severity}: {what.removesuffix('.')}."), _TEXT)
        )
        if explanation is not None:
            yield attack_path(analysis, explanation, first_cut(work, explanation))


def _first_items(work: Work, worst: "Sequence[tuple[Finding, Explanation | None]]") -> list[tuple[Item, str]]:
    """The items in the order in which this page names them, each with why it stands there.

    First those that close the worst paths, then those that are cheap and close something grave, then others.
    """
    closing: dict[int, list[int]] = {}
    for number, (finding, explanation) in enumerate(worst, 1):
        cut = None if explanation is None else first_cut(work, explanation)
        for item in {each.number: each for each in (cut, work.item_of(finding)) if each}.values():
            closing.setdefault(item.number, []).append(number)

    def reason(item: Item) -> str:
        if item.number in closing:
            paths = closing[item.number]
            return f"{plural(len(paths), 'path')} {', '.join(map(str, paths))}"
        return "quick win" if _is_quick(item) else ""

    order = {"quick win": 1, "": 2}
    named = [(each, reason(each)) for each in work.items if not each.is_accepted]
    return sorted(named, key=lambda each: (order.get(each[1], 0), each[0].number))


def _is_quick(item: Item) -> bool:
    """Whether it is cheap to do and closes something grave."""
    kind, _, subject = item.key.partition(":")
    is_cheap = kind == "drop" or (kind == "measure" and CARDS[subject.partition(":")[0]].is_cheap)
    return is_cheap and item.severity in BLOCKING


def _work(named: "Sequence[tuple[Item, str]]", every: int, room: float) -> Iterator[Block]:
    yield Heading(2, "What to do first")
    if not named:
        yield Paragraph("Nothing.")
        return
    rows = list[tuple[str, ...]]()
    for item, reason in named:
        closes = "; ".join(filter(None, (reason, counted(len(item.findings), "finding"))))
        cells = (item.title, item.responsible or UNOWNED, "", closes)
        row = (
            Link.to(f"work-{item.number}", f"{item.number}"),
            *(shorten(plain(each), _CELL) for each in cells),
        )
        room -= _row_points(row)
        if rows and room < 0:
            break
        rows.append(row)
    yield Table.to_fill_in(("No.", "What to do", "Owner", "By (date)", "Closes"), _WIDTHS, rows)
    if len(rows) < every:
        yield Paragraph(f"… and {every - len(rows)} more in the list of work.")


def _row_points(row: Sequence[str]) -> float:
    """Points that a row of work takes at most."""
    letters = [(_WIDE * 0.93 * share / sum(_WIDTHS) - 6) / _SMALL for share in _WIDTHS]
    return 10.0 * max(-(-len(cell) // int(most)) for cell, most in zip(row, letters, strict=True)) + 6


def accepted_facts(analysis: "Analysis") -> Facts:
    """What was accepted, by whom, until when and why."""
    found = [each for each in analysis.findings if is_accepted(each)]
    if not found:
        return Facts.of(("Accepted risks", "none"))
    said = []
    for each in found[:2]:
        assert each.accepted is not None
        accepted = each.accepted
        said.append(f"{each.headline}, by {accepted.by} until {accepted.until}, because: {accepted.reason}")
    more = f" (and {len(found) - 2} more)" if len(found) > 2 else ""
    return Facts.of(("Accepted risks", shorten(plain("; ".join(said)), 2 * _TEXT) + more))


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
    return Facts.of(("Open questions", shorten(plain(first_few(said, 4)), 2 * _TEXT) or "none"))


def note_facts(analysis: "Analysis") -> Facts:
    """The open notes of the model, each with who has to see to it and until when."""
    notes = [each for _, each in sorted(analysis.snapshot.note.items()) if each.state == "open"]
    said = []
    for each in notes[:3]:
        due = "" if each.due is None else f"by {each.due.isoformat()}"
        who = ", ".join(filter(None, (each.owner, due)))
        said.append(f"{each.text}{f' ({who})' if who else ''}")
    more = f" (and {len(notes) - 3} more)" if len(notes) > 3 else ""
    return Facts.of(("Notes", (shorten(plain("; ".join(said)), 2 * _TEXT) + more) if notes else None))


def sizes(analysis: "Analysis") -> str:
    """How many elements of each kind there are, in words."""
    summary = analysis.summary
    return ", ".join(
        (
            counted(summary.agents, "agent"),
            counted(summary.systems, "system"),
            counted(summary.credentials, "credential"),
            counted(len(analysis.snapshot.zone), "zone"),
        )
    )


def _signatures(options: ReportOptions) -> Iterator[Block]:
    if options.reviewers:
        rows = ((shorten(plain(each), 60), "", "") for each in options.reviewers)
        yield Table.to_fill_in(("Reviewer", "Signature", "Day"), (40, 40, 20), rows)


def _points_of(block: Block) -> float:
    """Points that a block takes on the page, at most."""
    match block:
        case Heading():
            return 20.0 * -(-len(block.text) // 45) + 28 if block.level == 1 else 26.0
        case Paragraph():
            wide, high = (_STRONG, 13.6) if block.strong else (_LETTER, _LINE)
            return -(-len(block.text) * wide // _WIDE) * high + 4.3
        case AttackPath():
            letters = sum(len(each.text) + 5 for each in block.parts)
            return (-(-letters * _SMALL // (_WIDE * 0.85))) * 16 + 6
        case Facts() if block.rows:
            letters = sum(len(f"{name}: {value} · ") for name, value in block.rows)
            return -(-letters * _LETTER // _WIDE) * _LINE + 2
        case Table():
            return (len(block.rows) + 1) * 16.0 + 12
        case _:
            return 0.0
