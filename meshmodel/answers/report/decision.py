"""The first page of a report: may it go live, what is the matter, what to do first, who has to, who signs.

It fits one page of A4: long texts are cut here, and of long lists the first rows are shown.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.results import Finding
from meshmodel.answers.blocks import Block, Break, Facts, Heading, Link, Paragraph, Table, plain
from meshmodel.answers.causes import causes_of, counts_of, is_accepted
from meshmodel.answers.measures import a_day, count_words, rate
from meshmodel.answers.questions import questions_of
from meshmodel.answers.report.attack_path import attack_path, first_cut, is_on, path_from_entry
from meshmodel.answers.report.options import ReportOptions
from meshmodel.answers.report.pdf import FIRST_PAGE, height_of
from meshmodel.answers.work import UNOWNED, Item, Name, Work, name_of
from meshmodel.exporters.diagram.compact import model_name, program_name
from meshmodel.model.phrases import VIEWS
from meshmodel.model.rule_cards import CARDS, DOOR
from meshmodel.model.text import counted, first_few, plural, shorten
from meshmodel.model.vocabulary import SEVERITIES, Action

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
_DESCRIPTION: Final = 720
"""Characters of a description that this page has whole."""
_MOST_TRIED: Final = 20
"""So many causes are looked at for the worst paths; each takes a search."""
_MOST_ROWS: Final = 20
"""More items than a page has room for."""
_CELL: Final = 120
"""Characters of a cell of its table."""
_EMPTY_PLACE: Final = "__________"
"""To be filled in by hand."""
_LEAST_ROWS: Final = 3
"""So many rows of the work to do first are worth more than a third path."""
_VERBS: Final[dict[Action, str]] = {
    "read": "read",
    "write": "write",
    "execute": "run things on",
    "issue": "have tokens issued by",
    "admin": "administer",
}


def decision_page(analysis: "Analysis", plan: "Plan", work: Work, options: ReportOptions) -> Iterator[Block]:
    """The page, with its end.

    Args:
        analysis: of the model.
        plan: its plan, or minimum fix, or the best that is known.
        work: the list of actions.
        options: who wrote it, and who signs.
    """
    stamp = stamp_facts(analysis, options)
    known = Facts((*accepted_facts(analysis).rows, *unknown_facts(analysis).rows))
    below = [known, note_facts(analysis), *_signatures(options)]

    def page(worst: Sequence[WorstPath], most: int) -> list[Block]:
        named = _first_items(work, worst)
        return [
            *_head(analysis, plan, work, stamp, options, [item.number for item, _ in named[:most]]),
            *_paths(analysis, work, worst),
            *_work([*_rows(sorted(named[:most], key=lambda each: each[0].number))], len(work.items), options),
            *below,
        ]

    worst = worst_paths(analysis, work)
    while len(worst) > 1 and height_of(page(worst, _LEAST_ROWS)) > FIRST_PAGE:
        worst = worst[:-1]  # a long path leaves no room for the work
    rows = _MOST_ROWS
    while rows > 1 and height_of(page(worst, rows)) > FIRST_PAGE:
        rows -= 1
    yield from page(worst, rows)
    yield Break()


def title_of(analysis: "Analysis") -> str:
    """The name of the model, as the title of a document."""
    return analysis.snapshot.about.name or "A model without a name"


def _head(
    analysis: "Analysis",
    plan: "Plan",
    work: Work,
    stamp: Facts,
    options: ReportOptions,
    listed: Collection[int],
) -> Iterator[Block]:
    yield Heading(1, title_of(analysis))
    if analysis.snapshot.about.description:
        said, is_whole = description_of(analysis)
        where = "appendix on terms and counts" if "glossary" in options.sections else "model"
        yield Paragraph(said if is_whole else f"{said} The whole description is in the {where}.")
    yield Paragraph(go_live(analysis, work, listed), "lead")
    yield Paragraph(verdict(analysis, plan, work))
    yield stamp
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


def description_of(analysis: "Analysis") -> tuple[str, bool]:
    """The description of the model, or its first sentences, and whether that is all of it."""
    said = plain(analysis.snapshot.about.description or "")
    if len(said) <= _DESCRIPTION:
        return said, True
    sentences, period, _ = said[:_DESCRIPTION].rpartition(". ")
    return f"{sentences}." if period else shorten(said, _DESCRIPTION), False


def go_live(analysis: "Analysis", work: Work, listed: Collection[int]) -> str:
    """Whether it may go live by what is found, or after which actions, in a sentence.

    Args:
        analysis: of the model.
        work: the list of actions.
        listed: the numbers of the items that the page has: no other is named.
    """
    counts = counts_of(analysis)
    blocking = [f"{many:,} {each}" for each, many in counts.findings.items() if each in BLOCKING]
    if blocking:
        many = sum(counts.findings[each] for each in counts.findings if each in BLOCKING)
        found = f"{' and '.join(blocking)} {plural(many, 'finding')} {plural(many, 'is', 'are')} open"
        needed = blocking_items(work)
        there = sum(each in listed for each in needed)
        after = item_range(needed)
        if there < len(needed):
            after = f"{counted(len(needed), 'item')}, {there} of them below"
        return f"Not ready to go live: {found}. Ready after {after}."
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
    return who, f"{verbs} {snapshot.system[door.ends[1]].title}"


class WorstPath(NamedTuple):
    """A path of the page.

    Attributes:
        finding: whose path it is.
        explanation: its steps.
        item: the first action whose measure is on these steps; ``None``: none is.
        critical: the critical findings that these steps show, ``finding`` among them if it is critical.
    """

    finding: Finding
    explanation: "Explanation"
    item: Item | None
    critical: frozenset[Name]


def worst_paths(analysis: "Analysis", work: Work, most: int = WORST) -> list[WorstPath]:
    """The paths of open findings, each once: first the ``WORST`` that show most of the critical findings.

    Of as good ones it is those of the worst findings; of findings that are not critical, those whose path an
    action cuts come first. Of a large model the first ``_MOST_TRIED`` causes are looked at.
    """
    critical = _critical(analysis)
    found, told = list[WorstPath](), dict[tuple[str, ...], set[Name]]()
    for cause in causes_of(analysis)[:_MOST_TRIED]:
        finding = cause.finding
        short = None if is_accepted(finding) else analysis.explain_finding(finding)
        if short is None or not short.steps:
            continue
        own = {name_of(finding)} if finding.severity == "critical" else set[Name]()
        if short.sentences in told:
            told[short.sentences] |= own
            continue
        path = path_from_entry(analysis, finding, short)
        told[short.sentences] = own | {name_of(each) for each in critical if is_on(each, path)}
        found.append(WorstPath(finding, path, first_cut(work, path), frozenset()))
    found = [each._replace(critical=frozenset(on)) for each, on in zip(found, told.values(), strict=True)]
    found.sort(key=lambda each: (-SEVERITIES.index(each.finding.severity), each.item is None))
    best = max(
        combinations(found, min(WORST, len(found))),
        key=lambda some: len(frozenset[Name]().union(*(each.critical for each in some))),
    )
    return [*best, *(each for each in found if each not in best)][:most]


def _critical(analysis: "Analysis") -> list[Finding]:
    return [each for each in analysis.findings if each.severity == "critical" and not is_accepted(each)]


def stamp_facts(analysis: "Analysis", options: ReportOptions) -> Facts:
    """Of what day and which model it is, who wrote it, and whether it is signed."""
    signed = (
        f"to be signed by {len(options.reviewers)}" if options.reviewers else "draft, nobody is named to sign"
    )
    return Facts.of(
        ("Date", analysis.today.isoformat()),
        ("Model", f"{model_name(analysis.snapshot)}, {program_name()}"),
        ("Author", options.author or "not stated"),
        ("Status", signed),
    )


def _paths(analysis: "Analysis", work: Work, worst: Sequence[WorstPath]) -> Iterator[Block]:
    if worst:
        yield Heading(2, "The worst paths" if len(worst) > 1 else "The worst path")
    left = {name_of(each): each for each in _critical(analysis)}
    harmed = set[str]()
    for number, (finding, explanation, item, critical) in enumerate(worst, 1):
        what = finding.what if len(finding.what) <= _TEXT + 1 else f"{finding.headline}."
        also = [left[each].headline for each in sorted(critical & left.keys() - {name_of(finding)})]
        too = f" The same path, critical too: {first_few(also, 2)}." if also else ""
        stake = "" if explanation.system in harmed else _at_stake(analysis, explanation.system)
        yield Paragraph(f"Path {number}, {finding.severity}: {what}{stake}{too}")
        yield attack_path(analysis, explanation, item)
        harmed.add(explanation.system)
        for each in critical:
            left.pop(each, None)
    if left:
        said = []
        for finding in left.values():
            closes = work.item_of(finding)
            said.append(finding.headline + (f" (item {closes.number})" if closes else ""))
        yield Paragraph(f"Critical, and on none of these paths: {first_few(said, WORST)}.")


def _at_stake(analysis: "Analysis", key: str) -> str:
    """What the model says of the system at the end of a path, in its own words; empty: none, or public."""
    system = analysis.snapshot.system[key]
    about = " ".join(filter(None, (system.sensitivity, system.kind)))
    said = ": ".join(filter(None, (about, system.description)))
    return "" if not said or system.sensitivity == "public" else f" At stake: {shorten(said, _CELL)}."


def _first_items(work: Work, worst: Sequence[WorstPath]) -> list[tuple[Item, str]]:
    """The items in the order in which they are worth the room of this page, each with why.

    First those that cut the worst paths, then those that are cheap and close something grave, then others
    that it takes to go live, then the rest.
    """
    cuts: dict[int, list[int]] = {}
    for number, path in enumerate(worst, 1):
        if path.item is not None:
            cuts.setdefault(path.item.number, []).append(number)
    needed = blocking_items(work)

    def rank(item: Item) -> tuple[int, str]:
        if item.number in cuts:
            paths = cuts[item.number]
            return 0, f"{plural(len(paths), 'path')} {', '.join(map(str, paths))}"
        if _is_quick(item):
            return 1, "quick win"
        return (2 if item.number in needed else 3), ""

    ranked = [(*rank(each), each) for each in work.items if not each.is_accepted]
    ranked.sort(key=lambda each: (each[0], each[2].number))
    return [(item, reason) for _, reason, item in ranked]


def _is_quick(item: Item) -> bool:
    """Whether it is cheap to do and closes something grave."""
    kind, _, subject = item.key.partition(":")
    is_cheap = kind == "drop" or (kind == "measure" and CARDS[subject.partition(":")[0]].is_cheap)
    return is_cheap and item.severity in BLOCKING


def _rows(named: Sequence[tuple[Item, str]]) -> Iterator[tuple[str, ...]]:
    for item, reason in named:
        findings = counted(len(item.findings), "finding") if item.findings else ""
        closes = "; ".join(filter(None, (reason, findings)))
        cells = (item.title, item.responsible or UNOWNED, _EMPTY_PLACE, closes)
        yield (
            Link.to(f"work-{item.number}", f"{item.number}"),
            *(shorten(plain(each), _CELL) for each in cells),
        )


def _work(rows: Sequence[tuple[str, ...]], every: int, options: ReportOptions) -> Iterator[Block]:
    yield Heading(2, "What to do first")
    if not rows:
        yield Paragraph("Nothing.")
        return
    yield Table.to_fill_in(("No.", "What to do", "Owner", "By (date)", "Closes"), (6, 44, 22, 12, 16), rows)
    left = every - len(rows)
    where = "list of actions" if "actions" in options.sections else "whole report"
    more = f"… and {left} more in the {where}. " if left else ""
    says = "meshmodel diff --closes OLD.toml NEW.toml says so (OLD is this model)"
    yield Paragraph(f"{more}An item is done when {says}.")


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
        due = "no date" if each.due is None else f"by {each.due.isoformat()}"
        said.append(f"{each.text} ({each.owner or UNOWNED}, {due})")
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
