"""The path of a finding in a line, from the entry to the harm, with where a measure cuts it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.example_paths import deed
from meshmodel.answers.blocks import AttackPath, PathLook, PathPart
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import shorten_name

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Explanation, Finding, PathStep, StepKey
    from meshmodel.answers.work import Item, Work
    from meshmodel.model.records import Snapshot

_MOST_ENTRIES: Final = 3
"""From so many entries it is tried to start."""
_NAME: Final = 40
"""Letters of a name; the sentences of the path have it in full."""


def path_from_entry(analysis: "Analysis", finding: "Finding", found: "Explanation") -> "Explanation":
    """The worst path of a finding: of a missing checkpoint one from where untrusted content comes in.

    Args:
        analysis: of the model.
        finding: whose path it is.
        found: the path that ``Analysis.explain_finding`` tells; it is the answer where none begins there,
            and for other findings.
    """
    if finding.rule != DOOR or found.source in analysis.entries:
        return found
    last = next((each for each in reversed(found.steps) if each.step == "grant"), None)
    for entry in analysis.entries[:_MOST_ENTRIES] if last is not None else ():
        other = analysis.explain(found.agent, found.system, found.action, entry)
        if other is None or other.state != found.state:
            continue
        enters = next((each for each in reversed(other.steps) if each.step == "grant"), None)
        if enters is not None and last is not None and (enters.from_, enters.to) == (last.from_, last.to):
            return other
    return found


def first_cut(work: "Work", explanation: "Explanation") -> "Item | None":
    """The first item of the list of actions whose measure is on a path."""
    relations = {each.relation for each in explanation.steps} | {*_begin(explanation)}
    return next((each for each in work.items if each.place in relations), None)


def is_on(finding: "Finding", explanation: "Explanation") -> bool:
    """Whether a path passes the relation that a finding is about, and no checkpoint decides there."""
    table, ends = finding.about[0]
    unchecked = (each.relation for each in explanation.steps if each.checkpoint is None)
    return not isinstance(ends, str) and any(each == (table, *ends) for each in unchecked)


def _begin(explanation: "Explanation") -> "Iterator[StepKey]":
    """The steps by which what an agent read or was started by comes to it."""
    if explanation.source is not None:
        yield "hearing", explanation.source, explanation.agent
        yield "trigger", explanation.source, explanation.agent


def attack_path(
    analysis: "Analysis", explanation: "Explanation", item: "Item | None", *, in_full: bool = False
) -> AttackPath:
    """The stages of a path; their numbers are those of its sentences.

    Args:
        analysis: of the model.
        explanation: the path, which has steps.
        item: the action whose measure is on it; ``None``: none is.
        in_full: whether each step names the identity and the credential.
    """
    return AttackPath((*_parts(analysis, explanation, item, in_full=in_full),))


def _parts(
    analysis: "Analysis", explanation: "Explanation", item: "Item | None", *, in_full: bool
) -> Iterator[PathPart]:
    snapshot, place = analysis.snapshot, None if item is None else item.place
    cut = "" if item is None else f" (item {item.number}: cut here)"
    source, number, is_cut = explanation.source, 0, False
    if source is not None:
        is_entry = source in analysis.entries
        comes = " (untrusted content)" if is_entry else ""
        yield PathPart(f"{_title(snapshot, f'system:{source}')}{comes}")
    agent = _title(snapshot, f"agent:{explanation.agent}")
    if place in {*_begin(explanation)}:
        yield PathPart(f"{agent} reads it{cut}", "measure")
    else:
        yield PathPart(f"{agent} reads it" if source is not None else agent, "agent")
    last = max((n for n, each in enumerate(explanation.steps) if each.step == "grant"), default=-1)
    for index, step in enumerate(explanation.steps):
        is_cut = is_cut or step.relation == place
        here = "it" if step.step == "hearing" else _title(snapshot, step.from_)
        done = deed(snapshot, step, here, _title(snapshot, step.to))
        if done is None:
            continue  # holding is told with what is done with it
        number += 1
        is_harm = index == last and explanation.state == "uncontrolled" and step.checkpoint is None
        done += _as_whom(snapshot, step) if in_full else ""
        said = f"{number} {done}{': no checkpoint' if is_harm else ''}{cut if is_cut else ''}"
        look: PathLook = "agent" if step.to.startswith("agent:") else ""
        look = "harm" if is_harm else "measure" if is_cut else look
        yield PathPart(said, look)
        is_cut = False


def _as_whom(snapshot: "Snapshot", step: "PathStep") -> str:
    """The identity and the credential with which an access is used."""
    if step.step != "grant":
        return ""
    credential = snapshot.credential[step.ends[0]]
    return f" as {credential.principal}, with {shorten_name(str(credential.title), _NAME)}"


def _title(snapshot: "Snapshot", node: str) -> str:
    table, _, key = node.partition(":")
    return shorten_name(str(getattr(snapshot.get(table, key), "title", key)), _NAME)
