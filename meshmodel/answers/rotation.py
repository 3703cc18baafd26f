"""The plan for replacing the secret of a credential, as JSON and as text for people."""

from collections.abc import Iterator

from meshmodel.analysis.offboarding import Offboarding
from meshmodel.analysis.rotation import RotationPlan
from meshmodel.answers.blocks import Answer, Block, Paragraph, section, table
from meshmodel.answers.offboarding import copy_entry, offboarding_blocks, rotation_entry, rotation_rows
from meshmodel.model.records import Snapshot
from meshmodel.model.text import counted, name_list, one_line


def rotation_json(plan: RotationPlan) -> Answer:
    """``meshmodel-rotation/1``: the plan; it cannot be carried out in a drawing."""
    return {
        "format": "meshmodel-rotation/1",
        "credential": plan.credential,
        "copies": [copy_entry(each) for each in plan.copies],
        "issuers": list(plan.issuers),
        "exchanged": list(plan.exchanged),
        "holders": list(plan.holders),
        "agents": list(plan.agents),
        "rotate": [rotation_entry(each) for each in plan.rotate],
        "order": [list(group) for group in plan.order],
    }


def plan_blocks(
    snapshot: Snapshot, plan: Offboarding | RotationPlan, *, done: str | None = None
) -> Iterator[Block]:
    """What to do when an agent, a person or a vendor goes, or a secret is rotated."""
    if isinstance(plan, RotationPlan):
        return rotation_blocks(snapshot, plan)
    return offboarding_blocks(snapshot, plan, done=done)


def rotation_blocks(snapshot: Snapshot, plan: RotationPlan) -> Iterator[Block]:
    """Where the secret lies, who needs the new one, what to rotate with it, and in which order."""
    record, key = snapshot.credential[plan.credential], plan.credential
    named = f" ({one_line(record.name)})" if record.name else ""
    yield Paragraph(f"To rotate {key}{named}, as {record.principal}")
    places = [(each.system, _copy(snapshot, each.system, each.agents)) for each in plan.copies]
    copies = counted(len(places), "copy", "copies")
    yield from section(f"{copies} at rest to replace or delete", table(places))
    sources = [(each, "issues it: have a new one issued, and the old one refused") for each in plan.issuers]
    sources += [(each, f"is exchanged for it{_where(snapshot, each, key)}") for each in plan.exchanged]
    yield from section(f"{counted(len(sources), 'place')} it comes from", table(sources))
    users = [
        (each, "holds it: bring it the new secret" if each in plan.holders else "fetches it")
        for each in plan.agents
    ]
    need = "needs" if len(users) == 1 else "need"
    yield from section(f"{counted(len(users), 'agent')} {need} the new secret", table(users))
    them = "it" if len(plan.rotate) == 1 else "them"
    title = f"{counted(len(plan.rotate), 'credential')} to rotate with it: who has {key} can obtain {them}"
    yield from section(title, table(rotation_rows(snapshot, plan.rotate)))
    yield from section("In this order", table(_order(plan)))


def _copy(snapshot: Snapshot, system: str, agents: tuple[str, ...]) -> str:
    is_vault = snapshot.system[system].kind == "secrets-manager"
    what = "put the new secret there" if is_vault else "not a secrets manager: delete it, or replace it"
    return f"{what}; read by {name_list(agents)}" if agents else f"{what}; read by nobody"


def _where(snapshot: Snapshot, first: str, second: str) -> str:
    at = snapshot.exchange[first, second].at
    return "" if at is None else f" at {at}"


def _order(plan: RotationPlan) -> list[tuple[str, ...]]:
    """The steps in a safe order: the old secret ends before what it yields is replaced."""
    first, *rest = plan.order
    one = len(first) == 1
    said = [f"make {'a new secret' if one else 'new secrets'} of {name_list(first)}, beside the old"]
    said += ["put it where the copies lie"] if plan.copies else []
    said += [f"bring it to {name_list(plan.holders)}"] if plan.holders else []
    said.append(f"revoke the old {'one' if one else 'ones at once: each can be obtained with another'}")
    said += [f"rotate {name_list(group)} likewise{', at once' if len(group) > 1 else ''}" for group in rest]
    return [(f"{number}", each) for number, each in enumerate(said, 1)]
