"""The intents that together close a missing checkpoint, where intents can.

See ``docs/semantics.md#crossings``.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

from meshmodel.analysis.bitset import bits, bitset
from meshmodel.analysis.listing import Coming
from meshmodel.analysis.results import Finding
from meshmodel.analysis.starts import HOME
from meshmodel.edits import operations
from meshmodel.edits.edit import Edit, Put, edit
from meshmodel.model.actions import action_mask, actions_of, expand_admin
from meshmodel.model.records import Intent
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import counted

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
    tables, system, found = analysis.snapshot, finding.subject.partition(">")[2], dict[Intent, int]()
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
    listing, (credential, _, target) = analysis.listing, finding.subject.partition(">")
    mesh, doors = listing.mesh, listing.doors()
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
                    if listing.crosses(Coming(agent, source, start), 5 * system + action):
                        origin = "home" if source == HOME else mesh.systems[source]
                        found[mesh.agents[agent]].add((origin, action))
    return found
