"""The plan for replacing the secret of a credential, as JSON and as text for people."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.offboarding import Offboarding
from meshmodel.analysis.rotation import RotationPlan, SecretCopy
from meshmodel.answers.blocks import Answer, Block, Paragraph, fields_json, section, table
from meshmodel.answers.measures import named_in, title_in
from meshmodel.answers.offboarding import (
    ROTATE,
    offboarding_blocks,
    rotation_row,
)
from meshmodel.model.records import Snapshot
from meshmodel.model.text import counted, name_list, one_line


def rotation_json(plan: RotationPlan) -> Answer:
    """``meshmodel-rotation/1``: the plan; it cannot be carried out in a drawing."""
    return {"format": "meshmodel-rotation/1", **fields_json(plan)}


def plan_blocks(
    snapshot: Snapshot, plan: Offboarding | RotationPlan, *, done: str | None = None
) -> Iterator[Block]:
    """What to do when an agent, a person or a vendor goes, or a secret is rotated."""
    if isinstance(plan, RotationPlan):
        return rotation_blocks(snapshot, plan)
    return offboarding_blocks(snapshot, plan, done=done)


def rotation_blocks(snapshot: Snapshot, plan: RotationPlan) -> Iterator[Block]:
    """Where the secret is, who needs the new one, what to rotate with it, and in which order."""
    name, key = partial(title_in, snapshot), plan.credential
    title, id_ = named_in(snapshot, "credential", key)
    yield Paragraph(f"To rotate {title}, which acts as {one_line(snapshot.credential[key].principal)}{id_}")
    yield Paragraph(f"Rotate: {ROTATE}.", "muted")
    places = [(name("system", each.system), _copy(snapshot, each)) for each in plan.copies]
    copies = counted(len(places), "stored copy", "stored copies")
    yield from section(f"{copies} to replace or delete", table(places))
    sources = [
        (name("system", each), "issues it: have a new one issued, and the old one refused")
        for each in plan.issuers
    ]
    sources += [
        (name("credential", each), f"is exchanged for it{_where(snapshot, each, key)}")
        for each in plan.exchanged
    ]
    yield from section(f"{counted(len(sources), 'place')} it comes from", table(sources))
    users = [
        (name("agent", each), "holds it: bring it the new secret" if each in plan.holders else "fetches it")
        for each in plan.agents
    ]
    need = "needs" if len(users) == 1 else "need"
    yield from section(f"{counted(len(users), 'agent')} {need} the new secret", table(users))
    them = "it" if len(plan.rotate) == 1 else "them"
    heading = (
        f"{counted(len(plan.rotate), 'credential')} to rotate with it: who has {title} can obtain {them}"
    )
    rows = (rotation_row(snapshot, each) for each in plan.rotate)
    yield from section(heading, table(rows))
    yield from section("In this order", table(_order(snapshot, plan)))


def _copy(snapshot: Snapshot, copy: SecretCopy) -> str:
    is_vault = snapshot.system[copy.system].kind == "secrets-manager"
    what = "put the new secret there" if is_vault else "not a secrets manager: delete it, or replace it"
    readers = name_list([title_in(snapshot, "agent", each) for each in copy.agents])
    return f"{what}; read by {readers or 'no agent'}"


def _where(snapshot: Snapshot, first: str, second: str) -> str:
    at = snapshot.exchange[first, second].at
    return "" if at is None else f" at {title_in(snapshot, 'system', at)}"


def _order(snapshot: Snapshot, plan: RotationPlan) -> list[tuple[str, ...]]:
    """The steps in a safe order: the old secret ends before what it yields is replaced."""
    groups = [name_list([title_in(snapshot, "credential", each) for each in group]) for group in plan.order]
    one = len(plan.order[0]) == 1
    said = [f"make {'a new secret' if one else 'new secrets'} of {groups[0]}, beside the old"]
    said += ["put it where the copies are"] if plan.copies else []
    holders = name_list([title_in(snapshot, "agent", each) for each in plan.holders])
    said += [f"bring it to {holders}"] if holders else []
    said.append(f"revoke the old {'one' if one else 'ones at once: each can be obtained with another'}")
    said += [
        f"rotate {named} likewise{', at once' if len(group) > 1 else ''}"
        for named, group in zip(groups[1:], plan.order[1:], strict=True)
    ]
    return [(f"{number}", each) for number, each in enumerate(said, 1)]
