"""Why an agent does not reach an access, and what would let it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from meshmodel.analysis.example_paths import reference_of
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import Blocked, Element, Explanation, Opening, Ways
from meshmodel.analysis.rules.base import titles, verb
from meshmodel.model.records import Snapshot, key_of, table_of
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.stop import Stop
from meshmodel.model.vocabulary import (
    ACTIONS,
    ADMIN,
    CHECKPOINT_STEPS,
    EXECUTE,
    NUMBER,
    WRITE,
    Action,
    actions_of,
)


def why_not(mesh: Mesh, agent: str, system: str, action: Action | None) -> str:
    """What stands in the way, in a sentence or two."""
    tables = mesh.snapshot
    who, where = tables.agent[agent].title, tables.system[system].title
    if agent not in mesh.agent:
        return f"{who} is retired: it reaches nothing"
    wanted = {*ACTIONS} if action is None else {action, "admin"}
    opening = "opens it" if action is None else f"allows {action} there"
    cannot = f"{who} cannot {'reach' if action is None else verb(action, third=False)} {where}"
    openers = sorted(c for (c, s), each in tables.grant.items() if s == system and wanted & {*each.actions})
    active = [each for each in openers if each in mesh.credential]
    if active:
        names = titles(tables, "credential", active, last="or")
        hint = f"One relation would be enough, such as holding {tables.credential[active[0]].title}"
        return f"{cannot}: it neither holds nor comes by {names}. {hint}"
    if openers:
        return f"{cannot}: what {opening} is revoked ({titles(tables, 'credential', openers)})"
    return f"{cannot}: no credential {opening}"


def gap(mesh: Mesh, agent: str, system: str, actions: Iterable[Action]) -> tuple[set[int], set[int]]:
    """The nodes that an agent reaches, and those that lead to some actions on a system, these included.

    Admin counts as if it were granted; there is a way if they have nodes in common.
    """
    admins = range(ADMIN, mesh.first_credential, 5)
    graph = mesh.graph.plus([(admin, admin - each) for admin in admins for each in range(1, 5)])
    wanted = {mesh.access(system, NUMBER[each]) for each in actions}
    seeds = dict.fromkeys([mesh.agent_node(agent)] if agent in mesh.agent else [], 1)
    far = graph.gather([int(each in wanted) for each in range(mesh.first_credential)])
    both = graph.spread(seeds), far  # hubs aside
    whole = {stray: credential for credential, stray in mesh.strays.items()}  # who comes to one has the other
    sides = [
        {whole.get(node, node) for node, some in enumerate(side[: mesh.first_ear]) if some} for side in both
    ]
    return sides[0], sides[1]


def unreached(why_not: Explanation, mesh: Mesh, stop: Stop) -> Ways:
    """What lies between an agent and an access that it does not reach."""
    agent, system = why_not.agent, why_not.system
    actions = ACTIONS if why_not.action is None else (why_not.action,)
    near, far = gap(mesh, agent, system, actions)
    wanted = {mesh.access(system, NUMBER[each]) for each in actions}
    itself = {mesh.node("agent", agent)}
    # Where outsiders look at what lies open, a relation can let them write what somebody hears.
    sources = any(mesh.untrusted) or any(each.exposes_acting for each in mesh.traits)
    words = sources and (mesh.listening or mesh.copying)
    return Ways(
        why_not,
        reaches=elements(mesh, sorted(near - itself)),
        reached_from=elements(mesh, sorted(far - wanted)),
        blocked=tuple(_blocked(mesh.snapshot, agent, system, actions, stop)),
        openings=tuple(_openings(mesh, near, far)),
        # Others can open one within a limited delegation, or because an agent then hears outsiders' words.
        openings_complete=not words and near.isdisjoint(mesh.sessions.by_node),
    )


def _openings(mesh: Mesh, *sides: set[int]) -> Iterator[Opening]:
    """The single relations whose step leads from what an agent reaches to what leads to an access."""
    only = {"trigger": WRITE, "hosting": EXECUTE}
    named = [[(reference_of(mesh, node), node) for node in sorted(side)] for side in sides]
    for kind in CHECKPOINT_STEPS:
        if kind == "hearing":  # it arises by itself
            continue
        ends = zip(named, STEP_ENDS[kind], strict=True)
        from_, to = ([node for name, node in side if name.startswith(table)] for side, table in ends)
        from_ = [each for each in from_ if each % 5 == only.get(kind, each % 5)]
        opening = Opening(kind, elements(mesh, from_), elements(mesh, to))
        if opening.number:
            yield opening


def elements(mesh: Mesh, nodes: Iterable[int]) -> tuple[Element, ...]:
    """The elements of some nodes in their order, each once, with the actions on systems; not those of
    sessions, nor hubs.
    """
    found: dict[str, int] = {}
    for node in nodes:
        if node < mesh.first_agent + len(mesh.agents):
            name = reference_of(mesh, node)
            found[name] = found.get(name, 0) | (node < mesh.first_credential) << node % 5
    return tuple((name, actions_of(mask)) for name, mask in found.items())


def _blocked(
    snapshot: Snapshot, agent: str, system: str, actions: Collection[Action], stop: Stop
) -> Iterator[Blocked]:
    """What is revoked, retired or bound, and alone keeps a way closed."""
    every = list(_out_of_use(snapshot))
    mesh = Mesh(_with(snapshot, [record for _, record, _ in every]))
    on_ways = {reference_of(mesh, node) for node in set.intersection(*gap(mesh, agent, system, actions))}
    for each, record, concerned in every:
        stop.check()
        if on_ways.intersection(concerned):
            mesh = Mesh(_with(snapshot, [record]))
            if set.intersection(*gap(mesh, agent, system, actions)):
                yield each


def _out_of_use(snapshot: Snapshot) -> Iterator[tuple[Blocked, Any, Collection[str]]]:
    """What may close ways, the record as it would not, and the elements of which one then is on the way."""
    for credential in snapshot.credential.values():
        if not credential.is_active:
            freed = replace(credential, status="active")
            yield Blocked("revoked", credential.id), freed, [f"credential:{credential.id}"]
    for each in snapshot.custody.values():
        if each.how == "stores" and snapshot.credential[each.credential].is_bound:
            issued = replace(each, how="issues", by=each.obtained_by)
            yield Blocked("bound", each.credential, each.system), issued, [f"credential:{each.credential}"]
    passing = [(each.from_, each.passes or ()) for each in snapshot.delegation.values()]
    for agent in snapshot.agent.values():
        if not agent.is_active:
            passed = [f"credential:{one}" for from_, some in passing for one in some if from_ == agent.id]
            yield (
                Blocked("retired", agent.id),
                replace(agent, status="active"),
                [f"agent:{agent.id}", *passed],
            )


def _with(snapshot: Snapshot, records: Iterable[Any]) -> Snapshot:
    """The snapshot with other records in place of those with the same keys."""
    tables: dict[str, Any] = {}
    for record in records:
        name = table_of(record)
        tables.setdefault(name, {**snapshot.table(name)})[key_of(record)] = record
    return replace(snapshot, **tables)
