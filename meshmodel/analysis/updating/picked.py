"""Who comes by credentials as themselves, after an edit."""

from collections.abc import Set as AbstractSet

from meshmodel.analysis.closure import union
from meshmodel.analysis.steps import Few
from meshmodel.analysis.updating.concerned import Kept


def as_themselves(agents: AbstractSet[str], before: Kept, after: Kept) -> dict[int, int]:
    """The credentials that some agents come by as themselves and did not, or did and do not, by the nodes of
    these agents; other nodes may be among them.

    Args:
        agents: the agents that an edit concerns.
        before: the reading before it.
        after: the reading after it.
    """
    was, now = before.engine.traveller_of, after.engine.traveller_of
    names, first = after.engine.mesh.agents, after.engine.mesh.first_agent
    changed = agents & {names[node - first] for node in after.own.changed if node >= first}
    changed |= (agents & was.keys()) ^ (agents & now.keys())
    found: dict[int, int] = {}
    own = after.own
    if own.less:
        # Most of those that are still there lack just some of these.
        others = {names[node - first] for node in own.odd if node >= first}
        same = (changed & was.keys() & now.keys()) - others
        credentials = own.less & (1 << first) - (1 << after.engine.mesh.first_credential)
        few, row = Few(credentials), before.own.row
        lacking: dict[tuple[int, ...], int] = {}
        for each in same if credentials else ():
            node = was[each].node
            those = few.those(row(node))
            if those not in lacking:
                lacking[those] = union(those)
            found[node] = lacking[those]
        changed -= same
    for travellers, kept in ((was, before), (now, after)):
        for each in changed & travellers.keys():
            node = travellers[each].node
            found[node] = found.get(node, 0) ^ kept.own.row(node)
    return found
