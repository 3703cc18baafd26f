"""The sections of a report on agents, with what each reaches, on systems and on credentials."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meshmodel.analysis.results import WAYS
from meshmodel.answers.blocks import Facts
from meshmodel.answers.report.tree import Block, Heading, Paragraph, Table
from meshmodel.exporters.diagram.captions import system_facts
from meshmodel.exporters.diagram.labels import Names

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import AgentReach, How
    from meshmodel.model.records import Agent, Credential, Snapshot, System


def agent_section(analysis: "Analysis", *, in_table: bool = False) -> Iterator[Block]:
    """Each agent with its identities and its reach: direct, as itself, through a deputy.

    Args:
        analysis: of the model.
        in_table: whether each is a row, as in large models.
    """
    snapshot = analysis.snapshot
    yield Heading(2, "Agents")
    if not snapshot.agent:
        yield Paragraph("The model has no agent.")
        return
    yield Paragraph(
        "Direct: with a credential that it holds. Found: with something found or exchanged on the way. "
        "Through a deputy: by setting another agent to work. What is behind a checkpoint that counts says so."
    )
    if in_table:
        yield _agent_table(analysis)
        return
    for key, agent in sorted(snapshot.agent.items()):
        yield Heading(3, named(agent.title, key))
        yield _agent(snapshot, agent, analysis.agent_reach(key))


def _agent_table(analysis: "Analysis") -> Table:
    snapshot = analysis.snapshot
    reaches = {each.agent: each for each in analysis.reach()}

    def row(key: str, agent: "Agent") -> tuple[object, ...]:
        about = f"{agent.kind or 'kind not stated'}, {'' if agent.is_steerable else 'not '}steerable"
        home = snapshot.zone[agent.home].title if agent.home else "none"
        reach = reaches.get(key)
        if reach is None:
            return named(agent.title, key), about, home, agent.owner, f"{agent.status}: nothing", None, None
        ways = (_reached(reach, way) for way in WAYS)
        return named(agent.title, key), about, home, agent.owner, *ways

    return Table.of(
        ("Agent", "Kind", "Home", "Owner", "Direct", "Found", "Through a deputy"),
        (18, 14, 10, 10, 16, 16, 16),
        (row(key, agent) for key, agent in sorted(snapshot.agent.items())),
    )


def _agent(snapshot: "Snapshot", agent: "Agent", reach: "AgentReach | None") -> Facts:
    home = snapshot.zone[agent.home].title if agent.home else None
    what = (
        ("Kind", f"{agent.kind or 'not stated'}, {'' if agent.is_steerable else 'not '}steerable"),
        ("Home", home or "none"),
        ("Runs on", agent.runs_on),
        ("Owner", agent.owner),
        ("Vendor", agent.vendor),
        ("Description", agent.description),
    )
    if reach is None:
        return Facts.of(*what, ("Status", f"{agent.status}: it reaches nothing"))
    held, found, deputy = reach.identities_by_way.values()
    return Facts.of(
        *what,
        ("Identities", f"{len(reach.identities):,}"),
        ("Identities held", ", ".join(held)),
        ("Identities found", ", ".join(found)),
        ("Identities through a deputy", ", ".join(deputy)),
        ("Direct reach", _reached(reach, "direct") or "none"),
        ("Found reach", _reached(reach, "hidden") or "none"),
        ("Reach through a deputy", _reached(reach, "deputy") or "none"),
    )


def _reached(reach: "AgentReach", way: "How") -> str:
    """The systems with the actions there, those behind a checkpoint apart."""
    said = []
    for each in reach.reach:
        actions = each.by_way[way]
        unchecked = [action for action in actions if action in each.unchecked]
        asked = [action for action in actions if action not in each.unchecked]
        parts = [", ".join(unchecked)] if unchecked else []
        parts += [f"behind a checkpoint {', '.join(asked)}"] if asked else []
        if parts:
            said.append(f"{each.system} ({'; '.join(parts)})")
    return ", ".join(said)


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
                ", ".join((*system_facts(each, Names(), is_heard=key in heard), _log(each))),
                each.owner,
            )
            for key, each in sorted(snapshot.system.items())
        ),
    )


def _log(system: "System") -> str:
    if system.audit is None:
        return "log not stated"
    return f"log tells {'nothing' if system.audit == 'none' else system.audit}"


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
        ("Credential", "Properties", "Held by", "Lies in", "Accepted by"),
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
        holders.setdefault(credential, []).append(agent)
    places: dict[str, list[str]] = {}
    for (system, credential), custody in sorted(snapshot.custody.items()):
        places.setdefault(credential, []).append(f"{system} ({custody.how})")
    grants: dict[str, list[str]] = {}
    for (credential, system), grant in sorted(snapshot.grant.items()):
        grants.setdefault(credential, []).append(f"{system} ({', '.join(grant.actions)})")
    return holders, places, grants


def _properties(credential: "Credential") -> str:
    said = [
        credential.kind,
        f"as {credential.principal}",
        f"on behalf of {credential.on_behalf_of}" if credential.on_behalf_of else None,
        credential.binding,
        f"lifetime {credential.lifetime or 'not stated'}",
        "attested" if credential.attested else None,
        f"owner {credential.owner}" if credential.owner else "no owner",
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
