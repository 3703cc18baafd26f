"""The plan of an offboarding as JSON and as text for people."""

from collections.abc import Iterator, Sequence

from meshmodel.analysis.offboarding import LostApproval, Offboarding, Touched
from meshmodel.analysis.rotation import Copy, Rotation
from meshmodel.answers.blocks import Answer, Block, Paragraph, Section, section, table
from meshmodel.model.records import Snapshot
from meshmodel.model.text import counted, name_list, one_line


def offboarding_json(plan: Offboarding, *, applied: bool) -> Answer:
    """``meshmodel-offboarding/1``: the plan, and whether it was carried out in the model."""
    kind, _, name = plan.who.partition(":")
    return {
        "format": "meshmodel-offboarding/1",
        "agent": name if kind == "agent" else None,
        "who": plan.who,
        "agents": list(plan.agents),
        "owned": list(plan.owned),
        "systems": list(plan.systems),
        "revoke": list(plan.revoke),
        "rotate": [rotation_entry(each) for each in plan.rotate],
        "copies": [copy_entry(each) for each in plan.copies],
        "delegations": [{"from": start, "to": end} for start, end in plan.delegations],
        "triggers": [{"system": system, "agent": agent} for system, agent in plan.triggers],
        "intents": [{"agent": agent, "system": system} for agent, system in plan.intents],
        "approvals": [
            {"checkpoint": each.checkpoint, "identity": each.identity, "left": list(each.left)}
            for each in plan.approvals
        ],
        "checkpoints": list(plan.checkpoints),
        "touched": [
            {
                "agent": each.agent,
                "because": each.because,
                "leaving": each.leaving or None,
                "system": each.system or None,
                "credential": each.credential or None,
            }
            for each in plan.touched
        ],
        "applied": applied,
    }


def rotation_entry(each: Rotation) -> Answer:
    """A credential to rotate, as JSON."""
    return {
        "credential": each.credential,
        "because": each.because,
        "systems": list(each.systems),
        "agents": list(each.agents),
        "unchecked": each.unchecked,
    }


def copy_entry(each: Copy) -> Answer:
    """A copy at rest, as JSON."""
    return {"system": each.system, "credential": each.credential, "agents": list(each.agents)}


def offboarding_blocks(snapshot: Snapshot, plan: Offboarding, *, done: str | None = None) -> Iterator[Block]:
    """What to revoke, to rotate and to delete, what breaks, and who notices.

    Args:
        snapshot: the model before.
        plan: what is to be done.
        done: what to say where it was carried out in the model.
    """
    yield Paragraph(f"When {_named(snapshot, plan.who)} goes")
    if plan.is_empty:
        yield Section(f"✔ {_nothing(snapshot, plan)}", look="good")
    kind = plan.who.partition(":")[0]
    if kind != "agent":
        agents = [(each, _agent_named(snapshot, each)) for each in plan.agents]
        yield from section(f"{counted(len(agents), 'agent')} to retire", table(agents))
        owned = counted(len(plan.owned), "element")
        yield from section(f"{owned} to find a new owner for", table(_owned(plan)))
    revoked = [(each, f"as {snapshot.credential[each].principal}") for each in plan.revoke]
    title = f"{counted(len(revoked), 'credential')} to revoke: {_only(plan)}"
    yield from section(title, table(revoked))
    who, them = "it" if kind == "agent" else "who goes", _them(plan.rotate)
    why = f"others present {them} too, or {who} could obtain {them}"
    title = f"{counted(len(plan.rotate), 'credential')} to rotate: {why}"
    yield from section(title, table(rotation_rows(snapshot, plan.rotate)))
    copies = [(each.credential, f"in {each.system}") for each in plan.copies]
    yield from section(f"{counted(len(copies), 'copy', 'copies')} at rest to delete", table(copies))
    kept = [(each, snapshot.system[each].computed_sensitivity) for each in plan.systems]
    keep = "it keeps" if len(kept) == 1 else "they keep"
    stays = f"of {_name(plan)}: what {keep} stays there until it is deleted"
    yield from section(f"{counted(len(kept), 'system')} {stays}", table(kept))
    yield from section("Breaks or lapses", table(_broken(snapshot, plan)))
    notices = _notices(plan)
    yield from section(f"{counted(len(notices), 'agent')} to tell", table(notices))
    if done is not None:
        rotation = "; a rotation cannot be drawn and is still to be done" if plan.rotate else ""
        yield Section(f"✔ {done}{rotation}", look="")


def _name(plan: Offboarding) -> str:
    return one_line(plan.who.partition(":")[2])


def _named(snapshot: Snapshot, who: str) -> str:
    """Who goes, in words."""
    kind, _, name = who.partition(":")
    if kind != "agent":
        return f"{'the vendor ' if kind == 'vendor' else ''}{one_line(name)}"
    record = snapshot.agent[name]
    return f"agent {name}" + (f" ({one_line(record.name)})" if record.name else "")


def _agent_named(snapshot: Snapshot, agent: str) -> str:
    record = snapshot.agent[agent]
    return one_line(record.name or "") if record.is_active else "retired already"


def _nothing(snapshot: Snapshot, plan: Offboarding) -> str:
    kind, _, name = plan.who.partition(":")
    if kind != "agent":
        return f"{one_line(name)} has nothing to take away"
    is_retired = not snapshot.agent[name].is_active
    return f"It {'is retired and has nothing left' if is_retired else 'has nothing to take away'}"


def _owned(plan: Offboarding) -> list[tuple[str, ...]]:
    return [(key, table) for table, _, key in (each.partition(":") for each in plan.owned)]


def _broken(snapshot: Snapshot, plan: Offboarding) -> list[tuple[str, ...]]:
    said = [_delegation(key, snapshot) for key in plan.delegations]
    said += [f"what is written into {system} no longer starts {agent}" for system, agent in plan.triggers]
    said += [f"what {agent} may do on {system} is approved no more" for agent, system in plan.intents]
    said += [_approval(each) for each in plan.approvals]
    said += [f"checkpoint {each} decides nothing any more: its step is gone" for each in plan.checkpoints]
    return [(each,) for each in said]


def _approval(each: LostApproval) -> str:
    loses = f"checkpoint {each.checkpoint} loses its approver {one_line(each.identity)}"
    if each.left:
        return f"{loses}; {name_list([one_line(name) for name in each.left])} still decides"
    return f"{loses} and decides nothing from then on: name another"


def _only(plan: Offboarding) -> str:
    """Why credentials are revoked."""
    kind, them = plan.who.partition(":")[0], _them(plan.revoke)
    if kind == "person":
        alone = f", or only {name_list(plan.agents)} could present {them}" if plan.agents else ""
        return f"on behalf of {_name(plan)}{alone}"
    return f"only {'it' if kind == 'agent' else 'its agents'} could present {them}"


def _them(found: Sequence[object]) -> str:
    return "it" if len(found) == 1 else "them"


def rotation_rows(snapshot: Snapshot, rotations: Sequence[Rotation]) -> list[tuple[str, ...]]:
    """Credentials to rotate: each with its identity, and why."""
    return [
        (each.credential, f"as {snapshot.credential[each.credential].principal}", _why(snapshot, each))
        for each in rotations
    ]


def _why(snapshot: Snapshot, each: Rotation) -> str:
    places = name_list(each.systems)
    if each.because == "shared":
        why = f"shared with {name_list(each.agents)}" if each.agents else "shared"
        return f"{why}, and is stored in {places}" if places else why
    if places:
        why = f"obtainable in {places}"
    elif any(key[1] == each.credential for key in snapshot.exchange):
        why = "obtainable by exchange"
    else:
        why = "obtainable on the host of an agent that holds it"
    return why if each.unchecked else f"{why}, behind a checkpoint"


def _delegation(key: tuple[str, str], snapshot: Snapshot) -> str:
    start, end = key
    passes = snapshot.delegation[key].passes
    passing = f", and no longer passes {', '.join(passes)}" if passes else ""
    return f"{start} no longer calls {end}{passing}"


def _notices(plan: Offboarding) -> list[tuple[str, ...]]:
    rows: dict[str, list[str]] = {}
    new: dict[str, list[str]] = {}
    for each in plan.rotate:
        for agent in each.agents:
            new.setdefault(agent, []).append(each.credential)
    read: dict[str, list[str]] = {}
    for copy in plan.copies:
        for agent in copy.agents:
            read.setdefault(agent, []).append(f"{copy.credential} in {copy.system}")
    lost: dict[str, list[str]] = {}
    for notice in plan.touched:
        if notice.because == "presents":
            lost.setdefault(notice.agent, []).append(notice.credential)
    heads = ("loses", lost), ("needs the new secret of", new), ("can read the copy of", read)
    for head, named in heads:
        for agent, names in named.items():
            rows.setdefault(agent, []).append(f"{head} {name_list(names)}")
    for notice in plan.touched:
        if notice.because != "presents":
            rows.setdefault(notice.agent, []).append(_notice(notice, plan))
    return [(agent, "; ".join(said)) for agent, said in sorted(rows.items())]


def _notice(each: Touched, plan: Offboarding) -> str:
    match each.because:
        case "sets-to-work":
            return f"calls {each.leaving}"
        case "set-to-work":
            return f"is called by {each.leaving}"
        case _:
            return f"is triggered by what {_name(plan)} writes into {each.system}"
