"""The path of an agent to a system, as JSON and as blocks: its steps, what all paths share, its finding."""

from collections.abc import Iterable, Iterator
from typing import Final

from meshmodel.analysis.results import Element, Explanation, Finding, PathSentence, StepKey, Ways
from meshmodel.analysis.rules.base import can
from meshmodel.answers.acceptances import accepted_words
from meshmodel.answers.blocks import Answer, Block, Paragraph, Row, Table, fields_json
from meshmodel.answers.highlights import reference_of
from meshmodel.answers.intent_gaps import why_both
from meshmodel.answers.lines import Look, Words
from meshmodel.answers.ways_sentences import ways_sentences
from meshmodel.model.phrases import STATES
from meshmodel.model.records import Snapshot

_NOTHING: Final[Answer] = {
    "unasked": False,
    "through": [],
    "doors": [],
    "cut": None,
    "standing": [],
    "reaches": None,
    "reached_from": None,
    "blocked": [],
    "openings": [],
    "openings_number": 0,
    "openings_complete": True,
}


def explain_json(explanation: Explanation | None) -> Answer:
    """``meshmodel-explain/1``: the way from an agent to an access, step by step.

    ``None``, where a model has no crossing at all, is an answer without steps whose names are null.
    ``action`` is null where nothing is reached and no action was asked for.
    """
    if explanation is None:
        names = dict.fromkeys(("agent", "source", "system", "action", "state"))
        return {"format": "meshmodel-explain/1", **names, "steps": [], "severity": None, "sentences": []}
    return {
        "format": "meshmodel-explain/1",
        **fields_json(explanation, "agent", "source", "system", "action", "state", "steps", "severity"),
        "sentences": [*explanation.sentences, *filter(None, [explanation.why_not])],
    }


def ways_json(ways: Ways | None) -> Answer:
    """``meshmodel-explain/1`` with all ways: every further key is there, if only empty."""
    if ways is None:
        return explain_json(None) | _NOTHING
    cut = ways.single or ways.cut
    return explain_json(ways.explanation) | {
        "unasked": ways.unasked,
        "through": [{"element": each, "actions": list(actions)} for each, actions in ways.through],
        "doors": fields_json(ways.doors),
        "cut": {"size": 1 if ways.single else len(cut), "steps": [_step(each) for each in cut]}
        if cut
        else None,
        "standing": [{"checkpoint": each, **_step(step)} for each, step in ways.standing],
        "reaches": None if cut else _reached(ways.reaches),
        "reached_from": None if cut else _reached(ways.reached_from),
        "blocked": fields_json(ways.blocked),
        "openings": [
            {
                "relation": each.relation,
                "from": _ends(each.from_),
                "to": _ends(each.to),
                "number": each.number,
            }
            for each in ways.openings
        ],
        "openings_number": sum(each.number for each in ways.openings),
        "openings_complete": ways.openings_complete,
    }


def _step(step: StepKey) -> Answer:
    return dict(zip(("step", "from", "to"), step, strict=True))


def _reached(elements: Iterable[Element]) -> Answer:
    found: Answer = {"agents": [], "credentials": [], "systems": []}
    for element, actions in elements:
        table, _, name = element.partition(":")
        found[f"{table}s"].append({"system": name, "actions": list(actions)} if actions else name)
    return found


def _ends(elements: Iterable[Element]) -> list[Answer]:
    return [
        {"id": element.partition(":")[2], "action": action}
        for element, actions in elements
        for action in actions or (None,)
    ]


def explain_blocks(
    snapshot: Snapshot, explanation: Explanation, source: str | None = None
) -> Iterator[Block]:
    """The path, or why there is none.

    Args:
        snapshot: the model.
        explanation: the answer.
        source: the system that was asked for as the one it comes from, or ``home``; ``None``: any.
    """
    yield from path_blocks(snapshot, explanation, source)
    if explanation.steps:
        kind = "attack path" if explanation.state == "uncontrolled" else "path"
        yield Paragraph(f"Shortest {kind}")
        yield Table(tuple(map(step_row, explanation.path)), indent=2)
    if explanation.why_not is not None:
        yield Paragraph(f"{explanation.why_not.rstrip('.')}.")


def step_row(sentence: PathSentence) -> Row:
    """A sentence of a path as cells: its number, or where it starts or ends, with its sign; what is done."""
    if sentence.sign:
        return Row((f"{sentence.lead} {sentence.sign}", f"{sentence.text}: {sentence.decides}"))
    return Row((sentence.lead or "start", sentence.text))


def ways_blocks(snapshot: Snapshot, ways: Ways, source: str | None = None) -> Iterator[Block]:
    """The shortest path, then what all of them have in common."""
    yield from explain_blocks(snapshot, ways.explanation, source)
    yield from (Paragraph(each, hang=2) for each in ways_sentences(snapshot, ways))


def path_blocks(
    snapshot: Snapshot, explanation: Explanation, source: str | None = None
) -> Iterator[Paragraph]:
    """Who reaches what, whether a checkpoint decides, and how bad it is; nothing where it is not reached."""
    if not explanation.steps or explanation.action is None:
        return
    agent, system = snapshot.agent[explanation.agent].title, snapshot.system[explanation.system].title
    head = f"{agent} can {can((explanation.action,))} {system}"
    came_from = "" if source in {None, "home"} else f" after reading {snapshot.system[str(source)].title}"
    if explanation.state is None:
        yield Paragraph(f"{head}. That is no path across a trust boundary{came_from}.", "strong")
        if source is not None:
            yield Paragraph("Leave --from out for the worst path.")
        return
    look: Look = "good"
    severity = ""
    if explanation.severity is not None and explanation.state == "uncontrolled":
        look, severity = explanation.severity, f", {explanation.severity}"
    yield Paragraph(f"{head}. {STATES[explanation.state].capitalize()}{severity}.", look)
    if also := why_both(snapshot, explanation):
        yield Paragraph(also, hang=2)


def step_blocks(explanation: Explanation) -> Iterator[Paragraph]:
    """The sentences of a way; those of its steps are numbered, and lead to their records."""
    for place, sentence in enumerate(explanation.path):
        if sentence.step is None:
            yield Paragraph(str(sentence), "muted" if place else "", hang=2)
        else:
            key, leads_to = ("step", place), reference_of(sentence.step)
            words = numbered_words(sentence)
            yield Paragraph(str(sentence), hang=2, key=key, leads_to=leads_to, words=words)


def finding_blocks(finding: Finding) -> Iterator[Paragraph]:
    """What a finding says, and whether it is accepted."""
    yield Paragraph(finding.message, "strong")
    if finding.accepted is not None:
        yield Paragraph(accepted_words(finding.accepted), "warning")


def numbered_words(sentence: PathSentence) -> Words:
    """A numbered sentence: its number set off, and if no checkpoint decides at its end, that."""
    decides = f"{sentence.sign} {sentence.decides}".strip()
    text, missing = (f"{sentence.text} ", decides) if sentence.sign == "✖" else (sentence.text, "")
    text = text if missing or not decides else f"{text} {decides}"
    return (f" {sentence.lead} ", "number"), (f" {text}", ""), (missing, "error")
