"""What is lit and told of a way or a finding: the records behind it, and its sentences with their steps."""

from collections import Counter

from meshmodel.analysis.results import MOST_HIGHLIGHTED, Explanation, Finding, PathStep
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.schema import STEP_ENDS


def reference_of(step: PathStep) -> Reference | None:
    """The record behind a step of a witness; an implied action has none."""
    if step.step == "implies":
        return None
    return step.step, step.ends


def highlighted_by_way(explanation: Explanation, snapshot: Snapshot) -> frozenset[Reference]:
    """The records of a way: its steps, the elements that they join, and how the agent reads its source."""
    found: set[Reference] = {("agent", explanation.agent)}
    if explanation.source is not None:
        found |= _reads(explanation.agent, explanation.source, snapshot)
    for step in explanation.steps:
        reference = reference_of(step)
        if reference is not None:
            found.add(reference)
        for node in (step.from_, step.to):
            table, _, key = node.partition(":")
            found.add((table, key))
    return frozenset(found)


def _reads(agent: str, source: str, snapshot: Snapshot) -> set[Reference]:
    """A system that a way starts from, with the first credential that reads it, or else the trigger."""
    found: set[Reference] = {("system", source)}
    for credential in sorted(each for holder, each in snapshot.hold if holder == agent):
        grant = snapshot.grant.get((credential, source))
        if grant is not None and "read" in grant.actions:
            lines: set[Reference] = {("hold", (agent, credential)), ("grant", (credential, source))}
            return found | lines | {("credential", credential)}
    return found | ({("trigger", (source, agent))} if (source, agent) in snapshot.trigger else set())


def highlighted_by_finding(finding: Finding) -> frozenset[Reference]:
    """The records that a finding names, with the elements that its relations join: where no way leads."""
    found: set[Reference] = set(finding.about)
    for table, key in finding.about:
        if isinstance(key, tuple) and table in STEP_ENDS:
            found.update(zip(STEP_ENDS[table], key, strict=True))
    return frozenset(found)


def highlight_note(finding: Finding) -> str:
    """What is lit of a finding without a way: of very many records of a kind it names the first ones."""
    if len(finding.about) >= MOST_HIGHLIGHTED:
        (table, count) = Counter(table for table, _ in finding.about).most_common(1)[0]
        if table == "agent" and len(finding.agents) > count:
            return f"{count} of the {len(finding.agents)} agents it is about are lit"
        if count >= MOST_HIGHLIGHTED and table != "agent":
            return f"the first {count} {table}s that it names are lit, and there may be more"
    return "what it names is lit"


def highlighted_by_opened(
    way: Explanation | None, finding: Finding | None, snapshot: Snapshot
) -> frozenset[Reference]:
    """The records of the way that is told; where it has no steps, those that the open finding names."""
    highlighted = highlighted_by_way(way, snapshot) if way is not None and way.steps else frozenset()
    return highlighted or (frozenset() if finding is None else highlighted_by_finding(finding))
