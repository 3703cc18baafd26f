"""What is to be done when an agent goes, as JSON and as text for people."""

from collections.abc import Sequence

from meshmodel.analysis.offboarding import Offboarding, Rotation, Touched
from meshmodel.exporters.answers import Answer
from meshmodel.exporters.style import Style, counted, told_table, wrap
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line


def offboarding_answer(plan: Offboarding, *, applied: bool) -> Answer:
    """``meshmodel-offboarding/1``: the plan, and whether it was carried out in the model."""
    return {
        "format": "meshmodel-offboarding/1",
        "agent": plan.agent,
        "revoke": list(plan.revoke),
        "rotate": [
            {
                "credential": each.credential,
                "because": each.because,
                "systems": list(each.systems),
                "agents": list(each.agents),
                "unchecked": each.unchecked,
            }
            for each in plan.rotate
        ],
        "copies": [
            {"system": each.system, "credential": each.credential, "agents": list(each.agents)}
            for each in plan.copies
        ],
        "delegations": [{"from": start, "to": end} for start, end in plan.delegations],
        "triggers": [{"system": system, "agent": agent} for system, agent in plan.triggers],
        "intents": [{"agent": plan.agent, "system": system} for system in plan.intents],
        "approvals": [{"checkpoint": each, "identity": identity} for each, identity in plan.approvals],
        "touched": [
            {"agent": each.agent, "because": each.because, "system": each.system or None}
            for each in plan.touched
        ],
        "applied": applied,
    }


def offboarding_text(snapshot: Snapshot, plan: Offboarding, style: Style, *, done: str | None = None) -> str:
    """What ``offboard`` prints: what to revoke, to rotate and to delete, what breaks, who notices.

    Args:
        snapshot: the model before.
        plan: what is to be done.
        style: how it may look.
        done: what to say where it was carried out in the model.
    """
    record = snapshot.agent[plan.agent]
    name = f" ({one_line(record.name)})" if record.name else ""
    title = one_line(snapshot.about.name or "A model without a name", limit=200)
    lines = [style.paint(title, "strong"), *wrap(f"When agent {plan.agent}{name} goes", style)]
    if plan.is_empty:
        said = "is retired and has nothing left" if not record.is_active else "has nothing to take away"
        lines += ["", style.paint(f"{style.glyph('✔')} It {said}", "good")]
    lines += _part(
        f"to revoke: only it could present {_them(plan.revoke)}",
        counted(len(plan.revoke), "credential"),
        [(each, f"as {snapshot.credential[each].principal}") for each in plan.revoke],
        style,
    )
    lines += _part(
        f"to rotate: others present {_them(plan.rotate)} too, or it could obtain {_them(plan.rotate)}",
        counted(len(plan.rotate), "credential"),
        [
            (each.credential, f"as {snapshot.credential[each.credential].principal}", _why(each, plan))
            for each in plan.rotate
        ],
        style,
    )
    lines += _part(
        "at rest to delete",
        counted(len(plan.copies), "copy", "copies"),
        [(each.credential, f"in {each.system}") for each in plan.copies],
        style,
    )
    broken = [(_delegation(key, snapshot),) for key in plan.delegations]
    broken += [(f"what is written into {each} no longer starts {plan.agent}",) for each, _ in plan.triggers]
    broken += [(f"what {plan.agent} may do on {each} is approved no more",) for each in plan.intents]
    broken += [
        (f"checkpoint {checkpoint} loses its approver {identity}: name another",)
        for checkpoint, identity in plan.approvals
    ]
    lines += _part("", "Breaks or lapses", broken, style)
    told = _told(plan)
    lines += _part("to tell", counted(len(told), "agent"), told, style)
    if done is not None:
        rotation = "; a rotation cannot be drawn and is still to be done" if plan.rotate else ""
        lines += ["", *wrap(f"{style.glyph('✔')} {done}{rotation}", style)]
    return "\n".join(lines)


def _part(rest: str, head: str, rows: Sequence[tuple[str, ...]], style: Style) -> list[str]:
    if not rows:
        return []
    return ["", style.paint(f"{head} {rest}".rstrip(), "strong"), *told_table(rows, style, indent="    ")]


def _them(found: Sequence[object]) -> str:
    return "it" if len(found) == 1 else "them"


def _why(each: Rotation, plan: Offboarding) -> str:
    places = _some(each.systems)
    if each.because == "shared":
        why = f"shared with {_some(each.agents)}" if each.agents else "shared"
        return f"{why}, and lies in {places}" if places else why
    if places:
        why = f"obtainable in {places}"
    else:
        why = "obtainable by exchange" if each.credential not in plan.holds else "obtainable"
    return why if each.unchecked else f"{why}, behind a checkpoint"


def _delegation(key: tuple[str, str], snapshot: Snapshot) -> str:
    start, end = key
    passes = snapshot.delegation[key].passes
    passing = f", and no longer passes {', '.join(passes)}" if passes else ""
    return f"{start} no longer sets {end} to work{passing}"


def _told(plan: Offboarding) -> list[tuple[str, ...]]:
    rows: dict[str, list[str]] = {}
    new: dict[str, list[str]] = {}
    for each in plan.rotate:
        for agent in each.agents:
            new.setdefault(agent, []).append(each.credential)
    read: dict[str, list[str]] = {}
    for copy in plan.copies:
        for agent in copy.agents:
            read.setdefault(agent, []).append(f"{copy.credential} in {copy.system}")
    for head, named in (("needs the new secret of", new), ("can read the copy of", read)):
        for agent, names in named.items():
            rows.setdefault(agent, []).append(f"{head} {_some(names)}")
    for notice in plan.touched:
        rows.setdefault(notice.agent, []).append(_notice(notice, plan.agent))
    return [(agent, "; ".join(said)) for agent, said in sorted(rows.items())]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 6 else ""
    return ", ".join(names[:5] if more else names) + more


def _notice(each: Touched, agent: str) -> str:
    match each.because:
        case "sets-to-work":
            return f"sets {agent} to work"
        case "set-to-work":
            return f"is set to work by {agent}"
        case "triggered":
            return f"is triggered by what {agent} writes into {each.system}"
