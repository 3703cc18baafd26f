"""Why no intended use covers an unchecked path, also where one names the same access."""

from collections.abc import Sequence

from meshmodel.analysis.results import Explanation
from meshmodel.analysis.rules.base import can
from meshmodel.model.records import Snapshot
from meshmodel.model.text import first_few
from meshmodel.model.vocabulary import NUMBER, action_mask, expand_admin


def why_both(snapshot: Snapshot, way: Explanation) -> str:
    """Why an unchecked path is one though its access is an intended use; empty where it is none."""
    intent = snapshot.intent.get((way.agent, way.system))
    if way.state != "uncontrolled" or intent is None or way.action is None:
        return ""
    if not expand_admin(action_mask(intent.actions)) >> NUMBER[way.action] & 1:
        return ""
    agent, system, source = snapshot.agent[way.agent], snapshot.system[way.system], way.source or "home"
    named = intent.from_ or ("home",)
    is_home = source != "home" and snapshot.system[source].zone == agent.home
    if source in named or ("home" in named and is_home):
        why = why_none(snapshot, [way.agent], _used(way), way.system)[0]
    else:
        starts = ["its home zone" if each == "home" else snapshot.system[each].title for each in named]
        why = f"it is intended from {first_few(starts, 2)} only"
    return f"{agent.title} may {can((way.action,))} {system.title} by design, but not on this path: {why}."


def why_not_intended(snapshot: Snapshot, way: Explanation) -> str:
    """Why an intent would not approve a way (``docs/semantics.md#paths``), without a last full stop."""
    agent = snapshot.agent[way.agent].title
    if way.state is None:
        return f"{agent} crosses no trust boundary there, so nothing needs to be approved"
    if way.state != "uncontrolled":
        return f"that path is {'intended' if way.state == 'approved' else 'checked'} already"
    return why_none_approves(snapshot, [way.agent], _used(way), way.system)


def why_none_approves(snapshot: Snapshot, agents: Sequence[str], credential: str, system: str) -> str:
    """The same for what some agents do on a system with a credential, and what to do."""
    return ". ".join(why_none(snapshot, agents, credential, system))


def _used(way: Explanation) -> str:
    """The credential by which a path enters its target."""
    return [step.ends[0] for step in way.steps if step.step == "grant"][-1]


def why_none(snapshot: Snapshot, agents: Sequence[str], credential: str, system: str) -> tuple[str, str]:
    """Why no intended use covers it, and what to do."""
    target, key = snapshot.system[system].title, snapshot.credential[credential].title
    if snapshot.system[system].audit == "none":
        return f"{target} logs nothing", "Let it log who acts (audit), or add a checkpoint (p)"
    without = [each for each in agents if credential not in _in_hand(snapshot, each)]
    if without:
        active = (each.id for each in snapshot.agent.values() if each.status == "active")
        holders = sorted(each for each in active if credential in _in_hand(snapshot, each))
        lacking = first_few([snapshot.agent[each].title for each in without], 2)
        others = first_few([snapshot.agent[each].title for each in holders], 2)
        held = f"held by {others}, not by {lacking}" if holders else "found, not held"
        return f"{key} is {held}", "Remove it or add a checkpoint (p)"
    who = first_few([snapshot.agent[each].title for each in agents], 2)
    reads = "reads" if len(agents) == 1 else "read"
    why = f"{who} {reads} untrusted content and may follow it (prompt injection)"
    return why, "Keep it out or add a checkpoint (p)"


def _in_hand(snapshot: Snapshot, agent: str) -> set[str]:
    """The credentials that an agent holds or is handed over, and those that they are exchanged for."""
    found = {credential for holder, credential in snapshot.hold if holder == agent}
    found |= {key for each in snapshot.delegation.values() if each.to == agent for key in each.passes or ()}
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        more = {to for from_, to in snapshot.exchange if from_ == name} - found
        found |= more
        waiting += more
    return found
