"""The plan of an offboarding as JSON and as text for people."""

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Final

from meshmodel.analysis.offboarding import Offboarding
from meshmodel.analysis.rotation import Rotation
from meshmodel.answers.blocks import Answer, Block, Paragraph, Section, fields_json, section, table
from meshmodel.answers.measures import named_in, title_in
from meshmodel.model.records import Snapshot
from meshmodel.model.text import counted, name_list, one_line

REVOKE: Final = "the secret stops working"
ROTATE: Final = "whoever needs it gets a new secret, then the old one is revoked"
"""What is done to a credential."""


def offboarding_json(plan: Offboarding, *, applied: bool) -> Answer:
    """``meshmodel-offboarding/1``: the plan, and whether it was carried out in the model."""
    kind, _, name = plan.who.partition(":")
    return {
        "format": "meshmodel-offboarding/1",
        "agent": name if kind == "agent" else None,
        **fields_json(plan, "who", "agents", "owned", "systems", "revoke", "rotate", "copies"),
        "delegations": [{"from": start, "to": end} for start, end in plan.delegations],
        "triggers": [{"system": system, "agent": agent} for system, agent in plan.triggers],
        "intents": [{"agent": agent, "system": system} for agent, system in plan.intents],
        **fields_json(plan, "approvals", "checkpoints"),
        "touched": [
            {key: value or None for key, value in fields_json(each).items()} for each in plan.touched
        ],
        "applied": applied,
    }


def offboarding_blocks(snapshot: Snapshot, plan: Offboarding, *, done: str | None = None) -> Iterator[Block]:
    """What to revoke, to rotate and to delete, what breaks, and who notices.

    Args:
        snapshot: the model before.
        plan: what is to be done.
        done: what to say where it was carried out in the model.
    """
    kind, _, name = plan.who.partition(":")
    who = title_in(snapshot, kind, name) if kind == "agent" else one_line(name)
    yield Paragraph(f"To offboard {'the vendor ' if kind == 'vendor' else ''}{who}")
    if plan.is_empty and not plan.systems:
        is_retired = kind == "agent" and not snapshot.agent[name].is_active
        yield Section(
            f"✔ {who} {'is retired and has nothing left' if is_retired else 'has nothing to take away'}"
        )
    rows = ((f"{n} {act}", *cells) for n, (act, *cells) in enumerate(_to_do(snapshot, plan, who), 1))
    yield from section("", table(rows))
    if plan.revoke or plan.rotate:
        yield Paragraph(f"Revoke: {REVOKE}. Rotate: {ROTATE}.", "muted")
    yield from section("Then these end or break", table((each,) for each in _broken(snapshot, plan)))
    notices = _notices(snapshot, plan, who)
    yield from section(f"{counted(len(notices), 'agent')} to tell", table(notices))
    if done is not None:
        rotation = "; a rotation cannot be drawn and is still to be done" if plan.rotate else ""
        yield Section(f"✔ {done}{rotation}", look="")


def _to_do(snapshot: Snapshot, plan: Offboarding, who: str) -> Iterator[tuple[str, str, str]]:
    """What to do, by rows: the act, on what, how and why."""

    def row(act: str, table_: str, key: str, how: str) -> tuple[str, str, str]:
        title, id_ = named_in(snapshot, table_, key)
        return act, title, f"{how}{id_}".lstrip()

    kind = plan.who.partition(":")[0]
    for each in plan.agents if kind != "agent" else ():
        yield row("Retire", "agent", each, "" if snapshot.agent[each].is_active else "retired already")
    for each in plan.revoke:
        is_behalf = kind == "person" and snapshot.credential[each].on_behalf_of == who
        why = f"issued on behalf of {who}" if is_behalf else "no other agent can present it"
        yield row("Revoke", "credential", each, f"{_identity(snapshot, each)}; {why}")
    for rotation in plan.rotate:
        yield "Rotate", *rotation_row(snapshot, rotation)
    for copy in plan.copies:
        yield row(
            "Delete",
            "credential",
            copy.credential,
            f"the copy in {title_in(snapshot, 'system', copy.system)}",
        )
    for table_, _, key in (each.partition(":") for each in plan.owned):
        yield row("Assign", table_, key, f"{table_}: find a new owner")
    for each in plan.systems:
        kept = snapshot.system[each].computed_sensitivity
        yield row("Delete", "system", each, f"what {who} keeps there: {kept}")


def _identity(snapshot: Snapshot, credential: str) -> str:
    return f"acts as {one_line(snapshot.credential[credential].principal)}"


def rotation_row(snapshot: Snapshot, each: Rotation) -> tuple[str, str]:
    """A credential to rotate: what it is called, its identity and why."""
    places = name_list([title_in(snapshot, "system", name) for name in each.systems])
    agents = name_list([title_in(snapshot, "agent", name) for name in each.agents])
    if each.because == "shared":
        why = f"{agents or 'others'} can present it too"
        why += f", and it is stored in {places}" if places else ""
    elif places:
        why = f"could be taken from {places}"
    elif any(key[1] == each.credential for key in snapshot.exchange):
        why = "could be got by exchange"
    else:
        why = "could be taken on the host of an agent that holds it"
    why += "" if each.unchecked or each.because == "shared" else ", behind a checkpoint"
    title, id_ = named_in(snapshot, "credential", each.credential)
    return title, f"{_identity(snapshot, each.credential)}; {why}{id_}"


def _broken(snapshot: Snapshot, plan: Offboarding) -> Iterator[str]:
    name = partial(title_in, snapshot)
    for start, end in plan.delegations:
        passed = snapshot.delegation[start, end].passes or ()
        handed = f", and no longer hands over {name_list([name('credential', each) for each in passed])}"
        yield f"{name('agent', start)} no longer calls {name('agent', end)}{handed if passed else ''}"
    for system, agent in plan.triggers:
        yield f"what is written into {name('system', system)} no longer starts {name('agent', agent)}"
    for agent, system in plan.intents:
        yield f"intended use: {name('agent', agent)} on {name('system', system)}"
    for each in plan.approvals:
        loses = f"checkpoint {each.checkpoint} loses its approver {one_line(each.identity)}"
        left = name_list([one_line(other) for other in each.left])
        yield f"{loses}; {left} still decides" if left else f"{loses} and decides nothing: name another"
    for checkpoint in plan.checkpoints:
        yield f"checkpoint {checkpoint} decides nothing any more: its step is gone"


def _notices(snapshot: Snapshot, plan: Offboarding, who: str) -> list[tuple[str, str]]:
    name = partial(title_in, snapshot)
    rows: dict[str, list[str]] = {}
    new = [(agent, each.credential) for each in plan.rotate for agent in each.agents]
    lost = [(each.agent, each.credential) for each in plan.touched if each.because == "presents"]
    for head, pairs in (("loses", lost), ("needs the new secret of", new)):
        for agent, named in groupby(sorted(pairs), itemgetter(0)):
            credentials = name_list([name("credential", each) for _, each in named])
            rows.setdefault(agent, []).append(f"{head} {credentials}")
    for copy in plan.copies:
        said = f"can read the copy of {name('credential', copy.credential)} in {name('system', copy.system)}"
        for agent in copy.agents:
            rows.setdefault(agent, []).append(said)
    for each in plan.touched:
        match each.because:
            case "presents":
                continue
            case "sets-to-work":
                said = f"calls {name('agent', each.leaving)}"
            case "set-to-work":
                said = f"is called by {name('agent', each.leaving)}"
            case "triggered":
                said = f"is started by what {who} writes into {name('system', each.system)}"
        rows.setdefault(each.agent, []).append(said)
    return sorted((name("agent", agent), "; ".join(said)) for agent, said in rows.items())
