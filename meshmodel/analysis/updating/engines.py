"""An engine after an edit: the graph, the closures, and the agents whose reach changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from meshmodel.analysis.checkpoints import Guarding
from meshmodel.analysis.closure import Closure
from meshmodel.analysis.engine import Engine, Traveller
from meshmodel.analysis.relations import Related
from meshmodel.analysis.steps import WRITE, Pair, bits
from meshmodel.analysis.updating.arising import Hearing
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.closures import Followed
from meshmodel.analysis.updating.guards import Guarded, guarded, numbers_of
from meshmodel.analysis.updating.meshes import Edited, edited, patched


@dataclass(frozen=True, slots=True)
class Kept:
    """What is needed of a reading to follow an edit.

    Attributes:
        engine: the reading.
        related: its relations in order.
        effective, own, held, baseline: its closures.
        hearing: who reads outsiders' words without being triggered.
        numbers: the numbers of its candidates.
    """

    engine: Engine
    related: Related
    effective: Followed
    own: Followed
    held: Followed
    baseline: Followed
    hearing: Hearing
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Moved:
    """What an edit did to a reading.

    Attributes:
        kept: the reading after it.
        changes: what was edited.
        edit: what that did to the graph.
        guards: what it did to the checkpoints that count.
        agents: the agents that reach something else, in whatever way, or are otherwise concerned: by id.
    """

    kept: Kept
    changes: Changes
    edit: Edited
    guards: Guarded
    agents: frozenset[str]

    @property
    def reaches(self) -> bool:
        """Whether anything changed that follows from the graph."""
        return bool(self.agents or self.edit.gone or self.edit.come or self.guards.any)


def keep(engine: Engine, related: Related) -> Kept:
    """Make a reading ready for edits."""
    effective = _followed(engine.effective)
    baseline = effective
    if engine.candidates.guards:
        baseline = _followed(engine.guarding.baseline)
    own, held = _followed(engine.own), _followed(engine.held)
    hearing = Hearing.of(engine.mesh, effective.behind)
    return Kept(engine, related, effective, own, held, baseline, hearing, numbers_of(engine.candidates))


def _followed(closure: Closure) -> Followed:
    return closure if isinstance(closure, Followed) else Followed.of(closure, closure.successors)


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
    effective = _moved(kept.effective, edit.gone, edit.come)
    hearing = kept.hearing
    steered = any(_steered(one) != _steered(other) for _, one, other in changes.of("agent"))
    if edit.gone or edit.come or edit.remade or steered:
        ahead, behind = effective.successors, effective.behind
        hearing = hearing.edited(mesh, edit.gone, edit.come, ahead, behind, steered=steered)
    edit, effective = _triggered(kept, edit, hearing, effective)
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
    guards = guarded(engine.candidates, kept.numbers, engine.view, changes, edit, effective)
    baseline = _baseline(kept, edit, guards, effective)
    made = _engine(kept, changes, edit, guards, effective, own, held, baseline)
    after = Kept(made, related, effective, own, held, baseline, hearing, guards.numbers)
    agents = frozenset(_concerned(kept, after, changes, edit, guards))
    _set_agents(engine, made, agents)
    return Moved(after, changes, edit, guards, agents)


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


def _triggered(kept: Kept, edit: Edited, hearing: Hearing, effective: Followed) -> tuple[Edited, Followed]:
    """The graph with the triggers that there are now, declared or arising."""
    mesh, before, shared = edit.mesh, kept.engine.mesh, kept.effective
    declared, known = mesh.declared_triggers, before.declared_triggers
    arising, risen = hearing.arising, kept.hearing.arising
    if declared is known and arising is risen:
        return edit, effective
    differing = (declared ^ known) | (arising ^ risen)
    gone = {each for each in differing if each not in declared and each not in arising}
    come = {each for each in differing if each not in known and each not in risen}
    if not gone and not come:
        return edit, effective
    if effective is shared:
        effective = shared.copy()
    effective.follow(gone, come)
    mesh.steps["trigger"] = patched(before.steps["trigger"], gone, come)
    mesh.triggered_by = dict(before.triggered_by)
    for leaves, enters in gone:
        mesh.triggered_by[enters] &= ~(1 << leaves - WRITE)
    for leaves, enters in come:
        mesh.triggered_by[enters] = mesh.triggered_by.get(enters, 0) | 1 << leaves - WRITE
    places = {
        ("trigger", reading.systems[leaves // 5], reading.agents[enters - reading.first_agent])
        for reading, steps in ((before, gone), (mesh, come))
        for leaves, enters in steps
    }
    made = replace(
        edit,
        places=edit.places | places,  # type: ignore[operator]  # kinds of steps
        gone=(*edit.gone, *gone),
        come=(*edit.come, *come),
    )
    return made, effective


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
    )
    return made


def _concerned(kept: Kept, after: Kept, changes: Changes, edit: Edited, guards: Guarded) -> Iterable[str]:
    """The agents whose reach, sources or starts may be others."""
    new = after.engine.mesh
    hit = set(after.baseline.changed)
    hit.update(leaves for leaves, _ in guards.steps)
    hit.update(bits(guards.control))
    found = {str(key) for key, one, other in changes.of("agent") if _reaching(one) != _reaching(other)}
    found |= {str(key[0]) for key, _, _ in changes.of("intent")}
    audited = {
        str(key) for key, one, other in changes.of("system") if key in edit.remade or one.audit != other.audit
    }
    if audited:
        found |= {
            each.agent
            for system in audited
            for each in (
                *kept.related.of("intent", "system", system),
                *after.related.of("intent", "system", system),
            )
        }
    if edit.remade:
        found |= {
            intent.agent
            for intent in changes.after.intent.values()
            if not edit.remade.isdisjoint(intent.from_ or ())
        }
    zones = {
        record.domain
        for key, one, other in changes.of("system")
        if key in edit.remade
        for record in (one, other)
        if record is not None
    }
    for each in edit.remade - edit.systems:
        first_access = new.access_node(each, 0)
        hit.update(range(first_access, first_access + 5))
        found.update(
            new.agents[enters - new.first_agent]
            for enters in after.effective.successors[first_access + WRITE]
            if enters >= new.first_agent
        )
    first = new.first_agent
    for closure in (after.effective, after.own, after.held):
        found.update(new.agents[node - first] for node in closure.changed if node >= first)
    found.update(
        new.agents[enters - first]
        for leaves, enters in chain(edit.gone, edit.come)
        if enters >= first and leaves % 5 == WRITE and leaves < new.first_credential
    )
    apart = zones | guards.zones
    if apart:
        found.update(each.id for each in changes.after.agent.values() if each.home in apart)
    if hit:
        found.update(new.agents[node - first] for node in after.effective.leading(hit) if node >= first)
    if guards.zones:
        here = 0
        for zone in guards.zones:
            here |= new.zone_mask.get(zone, 0)
        found |= {ident for ident, node in new.agent_node.items() if after.engine.sources_of(node) & here}
    return found


def _reaching(record: Any) -> object:
    """All of an agent on which crossings depend, its steps aside."""
    return None if record is None else (record.is_active, record.is_person, record.home, record.is_steerable)


def _set_agents(before: Engine, made: Engine, agents: frozenset[str]) -> None:
    """What is known of the agents: of those that are concerned anew, of the others as before."""
    records, nodes = made.snapshot.agent, made.mesh.agent_node
    alone = before.alone.copy()
    travellers: dict[str, Traveller] = {}
    for each in agents:
        node = nodes.get(each)
        if node is None:
            alone.pop(each, None)
            continue
        alone[each] = made.guarding.alone(node)
    made.__dict__["alone"] = alone
    for each in agents:
        if each in nodes and not records[each].is_person:
            travellers[each] = made.traveller(records[each], nodes[each])
    every = [
        travellers.pop(each.id, each)
        for each in before.travellers
        if each.id not in agents or each.id in travellers
    ]
    if travellers:
        every.extend(travellers.values())
        every.sort(key=lambda each: each.id)
    made.__dict__["travellers"] = tuple(every)
