"""Why an agent does not reach a system, and one relation that would let it."""

from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.openings import Between
from meshmodel.analysis.rules.base import titles, verb
from meshmodel.model.actions import ADMIN, NUMBER
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS, Action


def why_not(snapshot: Snapshot, mesh: Mesh, agent: str, system: str, action: Action | None) -> str:
    """What stands in the way, in a sentence or two."""
    who, where = snapshot.agent[agent].title, snapshot.system[system].title
    if agent not in mesh.agent:
        return f"{who} is retired: it reaches nothing"
    numbers = range(5) if action is None else (NUMBER[action], ADMIN)
    opening = "opens it" if action is None else f"allows {action} there"
    cannot = f"{who} cannot {'reach' if action is None else verb(action, third=False)} {where}"
    wanted = {ACTIONS[each] for each in numbers}
    openers = sorted(c for (c, s), each in snapshot.grant.items() if s == system and wanted & {*each.actions})
    between = Between(mesh, agent, [mesh.access(system, each) for each in numbers])
    active = [each for each in openers if each in mesh.credential]
    if active:
        names = titles(snapshot, "credential", active, last="or")
        hint = _one_grant(snapshot, between) or f"holding {snapshot.credential[active[0]].title}"
        comes = f"{cannot}: it neither holds nor comes by {names}"
        return f"{comes}. One relation would be enough, such as {hint}"
    if openers:
        return f"{cannot}: what {opening} is revoked ({titles(snapshot, 'credential', openers)})"
    carries = between.of("credential", between.near)
    hint = (
        "A grant to one it carries would open it" if carries else "It carries none that could be granted that"
    )
    return f"{cannot}: no credential {opening}. {hint}"


def _one_grant(snapshot: Snapshot, between: Between) -> str | None:
    """One more action on a system where the agent is already that brings it further."""
    mesh = between.mesh
    there = {node // 5 for node in between.of("system", between.near)}
    for node in between.of("system", between.far):
        carried = [
            mesh.credentials[credential - mesh.first_credential]
            for credential in between.of("credential", between.near)
            if node // 5 in there and (mesh.name(credential), mesh.systems[node // 5]) in snapshot.grant
        ]
        if carried:
            where, which = snapshot.system[mesh.name(node)].title, snapshot.credential[carried[0]].title
            return f"a grant of {ACTIONS[node % 5]} on {where} to {which}"
    return None
