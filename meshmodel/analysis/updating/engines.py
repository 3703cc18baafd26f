"""An engine after an edit: the graph, the closures, and the agents whose reach changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from meshmodel.analysis.crossings import Alike
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.relations import Related
from meshmodel.analysis.rules import RULES
from meshmodel.analysis.rules.holding import hands_on
from meshmodel.analysis.steps import WRITE, Pair
from meshmodel.analysis.unchecked import Guarding
from meshmodel.analysis.updating.arising import Hearing
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.closures import Followed
from meshmodel.analysis.updating.concerned import Kept, changed_agents, coming_to, concerned
from meshmodel.analysis.updating.deciding import decided_alone
from meshmodel.analysis.updating.foretelling import foretold
from meshmodel.analysis.updating.guards import Guarded, guarded, named_after, named_by, numbers_of
from meshmodel.analysis.updating.less import Gone, gone_alone
from meshmodel.analysis.updating.meshes import Edited, edited, is_hosted
from meshmodel.analysis.updating.ordered import Ordered
from meshmodel.analysis.updating.preparing import Pause, no_pause
from meshmodel.analysis.updating.setting import Setting


@dataclass(frozen=True, slots=True)
class Moved:
    """What an edit did to a reading.

    Attributes:
        kept: the reading after it.
        changes: what was edited.
        edit: what that did to the graph.
        guards: what it did to the checkpoints that count.
        agents: the agents that reach something else, in whatever way, or are otherwise concerned: by id.
        shifted: those, and others that miss nothing but agents and credentials that are gone.
        gone: what most agents reach no more, if that is known.
        missing: those of the agents that miss nothing else, and are otherwise as they were.
        alike: those of them that are at home where they were, by their situations before and after.
        nearby: the agents that are as they were and come to systems with another sensitivity.
    """

    kept: Kept
    changes: Changes
    edit: Edited
    guards: Guarded
    agents: frozenset[str]
    shifted: frozenset[str]
    gone: Gone | None
    missing: frozenset[str]
    alike: Alike
    nearby: frozenset[str]

    @property
    def told(self) -> frozenset[str]:
        """The agents of which anything may be told otherwise: nothing is told of what reaches agents, so
        not those that only miss one that is gone.
        """
        return self.shifted if self.edit.credentials else self.agents

    @property
    def meeting(self) -> frozenset[str]:
        """The agents that may meet other checkpoints, or have power over others."""
        candidates, gone = self.guards.candidates, self.gone
        if self.nearby:
            return self.nearby if candidates.boundaries else frozenset()
        if gone is None or self.guards.any or candidates.boundaries or gone.effective & candidates.left:
            return self.agents
        return self.agents - self.missing

    @property
    def reaches(self) -> bool:
        """Whether anything changed that follows from the graph."""
        return bool(self.shifted or self.edit.gone or self.edit.come or self.guards.any)


def keep(engine: Engine, related: Related, pause: Pause = no_pause) -> Kept:
    """Make a reading ready for edits.

    Args:
        engine: the reading.
        related: its relations in order.
        pause: called between pieces of the work.
    """
    closures = engine.effective, engine.guarding.baseline, engine.own, engine.held
    # Where nothing is guarded, the first two are one.
    made: dict[int, Followed] = {}
    for each in closures:
        if id(each) not in made:
            pause()
            made[id(each)] = each if isinstance(each, Followed) else Followed.of(each, each.successors)
    effective, baseline, own, held = (made[id(each)] for each in closures)
    pause()
    hearing = Hearing.of(engine.mesh, effective.behind)
    pause()
    _prepare(related)
    numbers, naming = numbers_of(engine.candidates), named_by(engine.snapshot)
    return Kept(engine, related, effective, own, held, baseline, hearing, numbers, naming)


def _prepare(related: Related) -> None:
    """Look now for all that edits ask for: nobody waits for it then in the middle of a drawing."""
    related.prepare()
    related.chosen("agent", is_hosted)
    related.chosen("delegation", hands_on)
    for rule in RULES:
        if rule.worth is not None and rule.per is not None:
            related.chosen(rule.per, rule.worth)


def move(kept: Kept, changes: Changes) -> Moved | None:
    """The reading after an edit, or ``None`` where it has to be read from scratch."""
    engine = kept.engine
    related = kept.related.after(
        changes.after, {name: [(key, now) for key, _, now in found] for name, found in changes.tables.items()}
    )
    edit = edited(engine.mesh, changes, kept.related, related)
    if edit is None:
        return None
    mesh = edit.mesh
    hearing = kept.hearing
    steered = [
        mesh.agent_node[str(key)]
        for key, one, other in changes.of("agent")
        if key in mesh.agent_node and _steered(one) != _steered(other)
    ]
    if edit.gone or edit.come or edit.remade or steered:
        ahead, behind = kept.effective.graph(edit.gone, edit.come)
        hearing = hearing.edited(mesh, edit.gone, edit.come, ahead, behind, steered=steered)
    edit = _triggered(kept, edit, hearing)
    effective = _moved(kept.effective, edit.gone, edit.come)
    first_agent, first_credential = mesh.first_agent, mesh.first_credential
    own = _moved(
        kept.own,
        [step for step in edit.gone if step[1] < first_agent],
        [step for step in edit.come if step[1] < first_agent],
    )
    held = _moved(
        kept.held,
        [
            step
            for step in edit.gone
            if first_credential <= step[1] < first_agent and step[0] >= first_credential
        ],
        [
            step
            for step in edit.come
            if first_credential <= step[1] < first_agent and step[0] >= first_credential
        ],
    )
    naming = named_after(kept.naming, changes)
    guards = guarded(engine.candidates, kept.numbers, naming, engine.view, changes, edit, effective)
    baseline = _baseline(kept, edit, guards, effective)
    made = _engine(kept, changes, edit, guards, effective, own, held, baseline)
    after = Kept(made, related, effective, own, held, baseline, hearing, guards.numbers, naming)
    changed = changed_agents(after)
    agents = frozenset(concerned(kept, after, changes, edit, guards, changed))
    shifted = agents
    if edit.agents or edit.credentials:
        shifted = agents.union([mesh.agents[node - first_agent] for node in set().union(*changed)])
    decided = decided_alone(kept, edit, guards)
    gone = gone_alone(kept, after, edit, guards, placed=decided is not None and decided.came)
    setting = Setting(kept, after, changes, edit, gone, decided)
    missing = setting.put(agents, shifted)
    if any(each in mesh.system_number for each in edit.remade):
        # What these agents reach may lie in other zones, or be told otherwise.
        missing = frozenset()
    nearby = frozenset(coming_to(after, edit.levels)) & made.traveller_of.keys()
    return Moved(after, changes, edit, guards, agents, shifted, gone, missing, setting.alike, nearby)


def _moved(closure: Followed, gone: Sequence[Pair], come: Sequence[Pair]) -> Followed:
    if not gone and not come:
        if not closure.changed:
            return closure
        return closure.copy()  # the same without what changed before
    made = closure.copy()
    made.follow(gone, come)
    return made


def _steered(record: Any) -> object:
    """What decides whether what an agent reads steers it."""
    return None if record is None else record.is_active and record.is_steerable


def _triggered(kept: Kept, edit: Edited, hearing: Hearing) -> Edited:
    """The graph with the triggers that there are now, declared or arising."""
    mesh, before = edit.mesh, kept.engine.mesh
    declared, known = mesh.declared_triggers, before.declared_triggers
    arising, risen = hearing.arising, kept.hearing.arising
    if declared is known and arising is risen:
        return edit
    differing = (declared ^ known) | (arising ^ risen)
    gone = {each for each in differing if each not in declared and each not in arising}
    come = {each for each in differing if each not in known and each not in risen}
    if not gone and not come:
        return edit
    triggers = Ordered.of(before.steps["trigger"]).after(gone, come)
    mesh.steps = {**mesh.steps, "trigger": triggers}
    mesh.triggered_by = before.triggered_by.copy()
    for leaves, enters in gone:
        mesh.triggered_by[enters] &= ~(1 << leaves - WRITE)
    for leaves, enters in come:
        mesh.triggered_by[enters] = mesh.triggered_by.get(enters, 0) | 1 << leaves - WRITE
    places = {
        ("trigger", reading.systems[leaves // 5], reading.agents[enters - reading.first_agent])
        for reading, steps in ((before, gone), (mesh, come))
        for leaves, enters in steps
    }
    return replace(
        edit,
        places=edit.places | places,  # type: ignore[operator]  # kinds of steps
        gone=(*edit.gone, *gone),
        come=(*edit.come, *come),
    )


def _baseline(kept: Kept, edit: Edited, guards: Guarded, effective: Followed) -> Followed:
    """The steps that no candidate covers: what came, went, or is covered otherwise."""
    old, new = kept.engine.candidates.guards, guards.candidates.guards
    if not new:
        return effective
    if not old:
        made = effective.copy()
        made.follow([step for step in new if effective.leads(*step)], ())
        made.changed |= effective.changed
        return made
    gone = [step for step in edit.gone if step not in old]
    come = [step for step in edit.come if step not in new]
    was, now = set(edit.gone), set(edit.come)
    for step in guards.steps:
        if step in was or step in now:
            continue
        if step in new and step not in old:
            gone.append(step)
        elif step in old and step not in new:
            come.append(step)
    return _moved(kept.baseline, gone, come)


def _engine(
    kept: Kept,
    changes: Changes,
    edit: Edited,
    guards: Guarded,
    effective: Followed,
    own: Followed,
    held: Followed,
    baseline: Followed,
) -> Engine:
    made = Engine.__new__(Engine)
    made.snapshot, made.view, made.mesh = changes.after, kept.engine.view, edit.mesh
    made.candidates = guards.candidates
    known: dict[str, Any] = made.__dict__
    known.update(
        effective=effective,
        own=own,
        held=held,
        guarding=Guarding(edit.mesh, guards.candidates, baseline),
        # As it was, until it is known of the agents that are concerned.
        alone=kept.engine.alone,
    )
    made.foretold = foretold(kept.engine, made, baseline)
    return made
