"""The sections of a report on agents, with what each reaches, on systems and on credentials."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import WAYS
from meshmodel.answers.blocks import Block, Heading, Paragraph, Table
from meshmodel.answers.work import UNOWNED
from meshmodel.exporters.diagram.captions import system_facts
from meshmodel.model.text import first_few

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import AgentReach, How
    from meshmodel.model.records import Credential, Snapshot, System


MOST_NAMED: Final = 8
"""So many systems or identities a cell names; ``meshmodel reach`` has all."""


def agent_section(analysis: "Analysis") -> Iterator[Block]:
    """Each agent with its identities and its reach: direct, found, through another agent."""
    snapshot = analysis.snapshot
    yield Heading(2, "Agents")
    if not snapshot.agent:
        yield Paragraph("The model has no agent.")
        return
    yield Paragraph(
        "Direct: with a credential that it holds. Found: with one found or exchanged on the path. What is "
        "behind an effective checkpoint says so."
    )
    reaches = {each.agent: each for each in analysis.reach()}
    yield Table.of(
        ("Agent", "About", "Acts as", "Direct", "Found", "Through another agent"),
        (14, 16, 20, 16, 17, 17),
        (_row(snapshot, key, reaches.get(key)) for key in sorted(snapshot.agent)),
    )


def _row(snapshot: "Snapshot", key: str, reach: "AgentReach | None") -> tuple[object, ...]:
    agent = snapshot.agent[key]
    about = (
        f"{agent.kind or 'kind not stated'}, {'can' if agent.is_steerable else 'cannot'} be prompt-injected",
        f"home {snapshot.zone[agent.home].title}" if agent.home else "no home",
        f"run by {agent.vendor}" if agent.vendor else None,
        f"owner {agent.owner}" if agent.owner else UNOWNED,
        None if reach is not None else f"{agent.status}: reaches nothing",
    )
    who = named(agent.title, key), ", ".join(each for each in about if each)
    if reach is None:
        return *who, None, None, None, None
    held, found, deputy = reach.identities_by_way.values()
    some = (
        first_few(held, MOST_NAMED),
        f"found: {first_few(found, MOST_NAMED)}" * bool(found),
        f"through another agent: {first_few(deputy, MOST_NAMED)}" * bool(deputy),
    )
    identities = "; ".join(each for each in some if each)
    return *who, identities, *(_reached(snapshot, reach, way) for way in WAYS)


def _reached(snapshot: "Snapshot", reach: "AgentReach", way: "How") -> str:
    """The systems with the actions there, those behind a checkpoint apart."""
    said = []
    for each in reach.reach:
        actions = each.by_way[way]
        unchecked = [action for action in actions if action in each.unchecked]
        asked = [action for action in actions if action not in each.unchecked]
        parts = [", ".join(unchecked)] if unchecked else []
        parts += [f"behind a checkpoint {', '.join(asked)}"] if asked else []
        if parts:
            said.append(f"{snapshot.system[each.system].title} ({'; '.join(parts)})")
    return first_few(said, MOST_NAMED)


def system_section(analysis: "Analysis") -> Iterator[Block]:
    """Each system: its zone, what is in it, and what comes into it."""
    snapshot = analysis.snapshot
    yield Heading(2, "System inventory")
    if not snapshot.system:
        yield Paragraph("The model has no system.")
        return
    heard = {each.system for each in analysis.heard}
    yield Table.of(
        ("System", "Zone", "Properties", "Owner"),
        (28, 22, 32, 18),
        (
            (
                named(each.title, key),
                zone_named(snapshot, each.domain) if each.zone else "a zone of its own",
                ", ".join(_system_properties(each, is_heard=key in heard)),
                each.owner or UNOWNED,
            )
            for key, each in sorted(snapshot.system.items())
        ),
    )


def _system_properties(system: "System", *, is_heard: bool) -> Iterator[str]:
    yield from filter(None, (system.kind, system.sensitivity))
    yield from system_facts(system, is_heard=is_heard)
    records = "nothing" if system.audit == "none" else system.audit
    yield "log not stated" if records is None else f"log records {records}"


def credential_section(analysis: "Analysis") -> Iterator[Block]:
    """Each credential: whom it authenticates, who has it, where it is accepted and where it lies."""
    snapshot = analysis.snapshot
    yield Heading(2, "Credential inventory")
    if not snapshot.credential:
        yield Paragraph("The model has no credential.")
        return
    holders, places, grants = _by_credential(snapshot)
    yield Paragraph("Credentials are named, with their properties; no model holds a secret.")
    yield Table.of(
        ("Credential", "Properties", "Held by", "Stored in, issued by", "Opens"),
        (22, 24, 16, 16, 22),
        (
            (
                named(each.title, key),
                _properties(each),
                ", ".join(holders.get(key, ())),
                ", ".join(places.get(key, ())),
                ", ".join(grants.get(key, ())),
            )
            for key, each in sorted(snapshot.credential.items())
        ),
    )


def _by_credential(snapshot: "Snapshot") -> tuple[dict[str, list[str]], ...]:
    holders: dict[str, list[str]] = {}
    for agent, credential in sorted(snapshot.hold):
        holders.setdefault(credential, []).append(str(snapshot.agent[agent].title))
    places: dict[str, list[str]] = {}
    for (system, credential), custody in sorted(snapshot.custody.items()):
        places.setdefault(credential, []).append(f"{snapshot.system[system].title} ({custody.how})")
    grants: dict[str, list[str]] = {}
    for (credential, system), grant in sorted(snapshot.grant.items()):
        title = snapshot.system[system].title
        grants.setdefault(credential, []).append(f"{title} ({', '.join(grant.actions)})")
    return holders, places, grants


def _properties(credential: "Credential") -> str:
    said = [
        credential.kind,
        f"as {credential.principal}",
        f"on behalf of {credential.on_behalf_of}" if credential.on_behalf_of else None,
        credential.binding,
        f"lifetime {credential.lifetime or 'not stated'}",
        "attested" if credential.attested else None,
        f"owner {credential.owner}" if credential.owner else UNOWNED,
        None if credential.is_active else credential.status,
    ]
    return ", ".join(each for each in said if each)


def named(title: str, key: str) -> str:
    """A name with its id, which other sections use."""
    return title if title == key else f"{title} ({key})"


def zone_named(snapshot: "Snapshot", domain: str) -> str:
    """A zone, or the system that is one of its own, by name and id."""
    _, alone, key = domain.partition(":")
    return named((snapshot.system[key] if alone else snapshot.zone[domain]).title, domain)
