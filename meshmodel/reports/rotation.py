"""The plan for replacing the secret of a credential, as JSON and as text for people."""

from meshmodel.analysis.offboarding import Offboarding
from meshmodel.analysis.rotation import RotationPlan
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line
from meshmodel.reports.answers_json import Answer
from meshmodel.reports.name_list import name_list
from meshmodel.reports.offboarding import (
    copy_entry,
    offboarding_text,
    rotation_entry,
    rotation_rows,
    section,
)
from meshmodel.reports.style import Style, counted, wrap


def rotation_answer(plan: RotationPlan) -> Answer:
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


def plan_text(snapshot: Snapshot, plan: Offboarding | RotationPlan, style: Style) -> str:
    """What ``offboard`` prints of whatever goes: an agent, a person, a vendor or a secret."""
    if isinstance(plan, RotationPlan):
        return rotation_text(snapshot, plan, style)
    return offboarding_text(snapshot, plan, style)


def rotation_text(snapshot: Snapshot, plan: RotationPlan, style: Style) -> str:
    """What ``offboard`` prints of a credential: copies, who needs the new secret, what follows, the order.

    Args:
        snapshot: the model.
        plan: what is to be done.
        style: how it may look.
    """
    record, key = snapshot.credential[plan.credential], plan.credential
    title = one_line(snapshot.about.name or "A model without a name", limit=200)
    named = f" ({one_line(record.name)})" if record.name else ""
    lines = [style.paint(title, "strong"), *wrap(f"To rotate {key}{named}, as {record.principal}", style)]
    places = [(each.system, _copy(snapshot, each.system, each.agents)) for each in plan.copies]
    lines += section("at rest to replace or delete", counted(len(places), "copy", "copies"), places, style)
    sources = [(each, "issues it: have a new one issued, and the old one refused") for each in plan.issuers]
    sources += [(each, f"is exchanged for it{_where(snapshot, each, key)}") for each in plan.exchanged]
    lines += section("it comes from", counted(len(sources), "place"), sources, style)
    users = [
        (each, "holds it: bring it the new secret" if each in plan.holders else "fetches it")
        for each in plan.agents
    ]
    lines += section(
        "need the new secret" if len(users) != 1 else "needs the new secret",
        counted(len(users), "agent"),
        users,
        style,
    )
    lines += section(
        f"to rotate with it: who has {key} can obtain {'it' if len(plan.rotate) == 1 else 'them'}",
        counted(len(plan.rotate), "credential"),
        rotation_rows(snapshot, plan.rotate),
        style,
    )
    lines += section("", "In this order", _order(plan), style)
    return "\n".join(lines)


def _copy(snapshot: Snapshot, system: str, agents: tuple[str, ...]) -> str:
    is_vault = snapshot.system[system].kind == "secrets-manager"
    what = "put the new secret there" if is_vault else "is no secrets manager: delete it, or replace it"
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
