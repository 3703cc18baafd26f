"""Why an agent does not reach a system, and which one relation would open it."""

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.rules.base import joined, verb
from meshmodel.analysis.steps import ADMIN, ALL_ACTIONS
from meshmodel.analysis.witness import Paths
from meshmodel.model.vocabulary import ACTIONS, Action


def why_not(engine: Engine, paths: Paths, agent: str, system: str, action: Action | None) -> str:
    """What stands in the way, in a sentence or two."""
    snapshot, mesh = engine.snapshot, engine.mesh
    who, where = snapshot.agent[agent].title, snapshot.system[system].title
    does = "reach" if action is None else verb(action, third=False)
    if agent not in mesh.agent_node:
        return f"{who} is retired: it reaches nothing"
    first = mesh.access_node(system, 0)
    numbers = range(5) if action is None else (ACTIONS.index(action),)
    wanted = {first + number for number in numbers} | {first + ADMIN}
    openers = sorted(
        {credential for credential, access in mesh.steps["grant"] if access in wanted},
        key=paths.name_and_action,
    )
    opening = "opens it" if action is None else f"allows {action} there"
    if not openers:
        dead = sorted(
            key[0]
            for key, grant in snapshot.grant.items()
            if key[1] == system
            and key[0] not in mesh.credential_node
            and (action is None or action in grant.actions or "admin" in grant.actions)
        )
        if dead:
            names = joined(snapshot.credential[each].title for each in dead)
            return f"{who} cannot {does} {where}: what {opening} is revoked ({names})"
        row = engine.effective.row(mesh.agent_node[agent])
        carries = row >> mesh.first_credential & (1 << mesh.first_agent - mesh.first_credential) - 1
        hint = (
            "A grant to one it carries would open it"
            if carries
            else "It carries none that could be granted that"
        )
        return f"{who} cannot {does} {where}: no credential {opening}. {hint}"
    names = joined((_credential(engine, each) for each in openers), last="or")
    ways = [
        relation
        for opener in openers
        for relation in [_one_relation(engine, paths, mesh.agent_node[agent], opener)]
        if relation is not None
    ]
    hint = ways[0] if ways else f"holding {_credential(engine, openers[0])}"
    return (
        f"{who} cannot {does} {where}: it neither holds nor comes by {names}. "
        f"One relation would be enough, such as {hint}"
    )


def _credential(engine: Engine, node: int) -> str:
    mesh = engine.mesh
    return engine.snapshot.credential[mesh.credentials[node - mesh.first_credential]].title


def _one_relation(engine: Engine, paths: Paths, agent: int, credential: int) -> str | None:
    """One more action on a system where the agent is already that brings it to a credential."""
    mesh, snapshot = engine.mesh, engine.snapshot
    row = engine.effective.row(agent)
    far = paths.reaching(credential)
    near = sorted(
        (mesh.systems[access // 5], access % 5)
        for access in far
        if access < mesh.first_credential and row & ALL_ACTIONS << access // 5 * 5
    )
    for name, number in near:
        first = mesh.access_node(name, 0)
        carried = {
            holder
            for holder, access in mesh.steps["grant"]
            if first <= access < first + 5 and row >> holder & 1
        }
        if carried:
            holder = min(carried, key=paths.name_and_action)
            where = snapshot.system[name].title
            return f"a grant of {ACTIONS[number]} on {where} to {_credential(engine, holder)}"
    return None
