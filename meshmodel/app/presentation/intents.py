"""The intents that answer a finding or a path, what else they would change, or why none answer it.

See ``docs/semantics.md#paths``.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from meshmodel.analysis.graph import bits, bitset
from meshmodel.analysis.listing import SourcedAgent
from meshmodel.analysis.results import Explanation, Finding
from meshmodel.analysis.starts import HOME
from meshmodel.answers.causes import open_findings
from meshmodel.answers.intent_gaps import why_none_approves, why_not_intended
from meshmodel.edits import operations
from meshmodel.edits.edit import Edit, Put, apply_edit, edit
from meshmodel.edits.notes import new_note
from meshmodel.model.phrases import listed
from meshmodel.model.records import Intent, Snapshot
from meshmodel.model.rule_cards import BEYOND, DOOR
from meshmodel.model.text import counted, first_few
from meshmodel.model.vocabulary import SEVERITIES, action_mask, actions_of, expand_admin

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

Way = tuple[str, int]
"""Where an agent comes from, a system or ``home``, and which action it comes for."""


def closing_intents(analysis: "Analysis", finding: Finding) -> dict[Intent, int]:
    """The intents that approve every crossing through a door, each with how many of these it approves.

    There are none for a finding of another rule, nor where one of these crossings cannot be approved.

    Args:
        analysis: that of the finding.
        finding: one of its findings.
    """
    if finding.rule != DOOR:
        return {}
    tables, system, found = analysis.snapshot, finding.ends[-1], dict[Intent, int]()
    for agent, ways in _unapproved(analysis, finding).items():
        known, home = tables.intent.get((agent, system)), tables.agent[agent].home
        actions, from_ = (known.actions, known.from_ or ("home",)) if known is not None else ((), ())
        named = action_mask(actions)
        needed = bitset({action for _, action in ways}) & ~expand_admin(named)
        origins = {source for source, _ in ways}.union(from_)
        if "home" in origins:  # stands for the systems in its zone too
            origins = {
                each
                for each in origins
                if each in from_ or each == "home" or home is None or tables.system[each].zone != home
            }
        per_day = None if known is None else known.per_day
        intent = Intent(agent, system, actions_of(named | needed), tuple(sorted(origins)), per_day)
        found[intent] = len(ways)
    return found


def declaration_of(intents: Collection[Intent]) -> Edit:
    """The one edit that declares some intents for the same system."""
    label = operations.declaration(next(iter(intents))).label
    others = len(intents) - 1
    return edit(f"{label}, and {counted(others, 'other')}" if others else label, map(Put, intents))


def _unapproved(analysis: "Analysis", finding: Finding) -> dict[str, set[Way]]:
    """By agent, its crossings through a door that are not approved; none where one cannot be."""
    listing, (credential, target) = analysis.listing, finding.ends
    mesh, doors = listing.mesh, listing.engine.doors
    found, system = defaultdict[str, set[Way]](set), mesh.system[target]
    for node in set(mesh.nodes_of(credential)).intersection(doors.credentials(system)):
        for action in bits(action_mask(finding.actions)):
            starts = doors.at(node, system, action)[1]
            arrival = analysis.engine.arrivals.at(system)[action]
            meant = doors.can_be_meant(node, 5 * system + action, arrival) if mesh.traceable[system] else 0
            if starts & ~meant:
                return {}
            for source, theirs in listing.starts.sources.items():
                for start in bits(theirs & starts):
                    agent = listing.starts.agent_of[start]
                    if listing.crosses(SourcedAgent(agent, source, start), 5 * system + action):
                        origin = "home" if source == HOME else mesh.systems[source]
                        found[mesh.agents[agent]].add((origin, action))
    return found


@dataclass(frozen=True, slots=True)
class IntentPreview:
    """What marking as intended would do.

    Attributes:
        edit: it, one edit, without the reason.
        about: what the note that keeps the reason is about.
        opens: what it makes worse, in a sentence; empty where it makes nothing worse.
        before: how many crossings are uncontrolled now.
        after: how many stay uncontrolled.
    """

    edit: Edit
    about: str
    opens: str
    before: int
    after: int

    @property
    def words(self) -> str:
        """What it does, in sentences: what is made worse comes first."""
        return f"{self.opens} {self.fewer}" if self.opens else self.fewer

    @property
    def fewer(self) -> str:
        """How many paths stay unchecked."""
        return f"Unchecked paths: {self.before:,} → {self.after:,}."


def answering(analysis: "Analysis", finding: Finding | None, way: Explanation | None) -> list[Intent] | str:
    """The intents that may answer a finding, or where there is none a path; or why none does, in sentences.

    They are those of its door, or for all that is beyond what is intended, else that of the path.

    Args:
        analysis: of the model as it is.
        finding: one of its findings.
        way: the path that is shown, of the finding where there is one.
    """
    intent = None if way is None else analysis.can_be_intended(way)
    found = [] if intent is None else [intent]
    if finding is not None and finding.rule == DOOR:
        found = [*closing_intents(analysis, finding)]
    elif finding is not None and finding.rule == BEYOND:
        found = _all_beyond(analysis, finding)
    return found or _refused(analysis.snapshot, finding, way)


def intending(
    analysis: "Analysis", finding: Finding | None, intents: Collection[Intent]
) -> IntentPreview | str:
    """What it does to declare some intents; or why not, where the finding would stay, in sentences.

    Args:
        analysis: of the model as it is.
        finding: what they are to answer, if it is a finding.
        intents: those of ``answering``.
    """
    from meshmodel.analysis.analysis import analyse

    wanted = declaration_of(intents)
    snapshot = apply_edit(analysis.snapshot, wanted)
    after = analyse(snapshot, view=analysis.view, today=analysis.today)
    if finding is not None:
        stays = next((each for each in after.findings if _key(each) == _key(finding)), None)
        if stays is not None:
            return _refused(analysis.snapshot, stays, after.explain_finding(stays))
    is_door = finding is not None and finding.rule == DOOR
    about = f"grant:{finding.subject}" if finding and is_door else f"agent:{next(iter(intents)).agent}"
    opens = opened_words(analysis, after)
    return IntentPreview(wanted, about, opens, analysis.engine.uncontrolled, after.engine.uncontrolled)


def reasoned(wanted: Edit, about: str, reason: str, snapshot: Snapshot) -> Edit:
    """An edit that declares intents, with a note that keeps the reason for them.

    Args:
        wanted: the edit.
        about: what the note is about.
        reason: what somebody typed.
        snapshot: the model, for an id that is free.
    """
    intents = [each.record for each in wanted.changes if isinstance(each, Put)]
    named = [each for each in intents if isinstance(each, Intent)]
    agents = first_few(list(dict.fromkeys(each.agent for each in named)), 3)
    systems = first_few(list(dict.fromkeys(each.system for each in named)), 3)
    note = new_note(snapshot, about, f"Intended, {agents} on {systems}: {reason}")
    return Edit(wanted.label, (*wanted.changes, Put(note)))


def opened_words(before: "Analysis", after: "Analysis") -> str:
    """The findings that an edit brings or makes more severe, in a sentence; empty where there are none."""
    known = {_key(each): each for each in open_findings(before.findings, "low")}
    worse = [
        each
        for each in open_findings(after.findings, "low")
        if _key(each) not in known or _rank(each) > _rank(known[_key(each)])
    ]
    beyond = [each for each in worse if each.rule == BEYOND]
    others = [each for each in worse if each.rule != BEYOND]
    said = []
    if beyond:
        agents = [each.subject for each in beyond]
        have = "has" if len(agents) == 1 else "have"
        counts = _counts(beyond)
        said.append(f"{first_few(agents, 3)} then {have} more access than intended: {counts}")
    if others:
        rules = listed(dict.fromkeys(each.rule.replace("-", " ") for each in others))
        said.append(f"it opens {rules}: {_counts(others)}")
    return f"{'; '.join(said)}." if said else ""


def _counts(findings: Collection[Finding]) -> str:
    """How many are new, by severity: ``1 new high, 2 new low``."""
    counts = Counter(each.severity for each in findings)
    return ", ".join(f"{counts[each]} new {each}" for each in reversed(SEVERITIES) if counts[each])


def _key(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.subject


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def _all_beyond(analysis: "Analysis", finding: Finding) -> list[Intent]:
    """An intent for each system on which an agent reaches more than is intended."""
    reach, tables = analysis.agent_reach(finding.subject), analysis.snapshot
    named = {key for table, key in finding.about if table == "system"}
    found = list[Intent]()
    for each in reach.reach if reach is not None else ():
        known = tables.intent.get((finding.subject, each.system))
        intended = action_mask(known.actions) if known is not None else 0
        more = action_mask(each.actions) & ~expand_admin(intended)
        if each.system in named and more:
            actions = actions_of(intended | more)
            plain = Intent(finding.subject, each.system, actions)
            found.append(plain if known is None else replace(known, actions=actions))
    return found


def _refused(snapshot: Snapshot, finding: Finding | None, way: Explanation | None) -> str:
    """Why a finding or a path would stay."""
    if finding is not None and finding.rule == DOOR:
        why = why_none_approves(snapshot, finding.agents, *finding.ends)
    elif finding is not None:
        what = finding.rule.replace("-", " ")
        why = f"an intended use does not answer {what}. Accept the risk (y), or: {finding.remedy}"
    else:
        why = "no path leads there" if way is None else why_not_intended(snapshot, way)
    return f"Cannot mark as intended: {why}."
