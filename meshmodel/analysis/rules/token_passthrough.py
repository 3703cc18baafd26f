"""A token that is handed on, or accepted, where it was not issued for."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, highlighted, relation, titles
from meshmodel.model.records import Credential, Delegation, Exchange, Grant, Snapshot
from meshmodel.model.vocabulary import action_mask, expand_admin


def _find(engine: Engine) -> Cases:
    mesh, credentials = engine.mesh, engine.snapshot.credential
    for (one, other), each in engine.snapshot.delegation.items():
        loose = [name for name in sorted(each.passes or ()) if _is_loose(credentials[name])]
        if loose and one in mesh.agent and other in mesh.agent:
            tell = partial(_handed, engine.snapshot, each, loose)
            yield Case(f"{one}>{other}", "high", tell, tuple(sorted((one, other))))
    for name, grants in mesh.grants_of.items():
        for grant in grants:
            if mesh.is_astray(name, grant.system):
                agents = mesh.names(engine.reaches.using(grant, expand_admin(action_mask(grant.actions))))
                tell = partial(_outside, engine.snapshot, grant, agents)
                yield Case(f"{name}>{grant.system}", "high", tell, agents, grant.actions)
    for (one, other), exchange in engine.snapshot.exchange.items():
        steps = mesh.ends("exchange", one, other)
        if steps and one in mesh.credential and mesh.is_astray(one, exchange.at, exchanged=True):
            agents = mesh.names(engine.reaches.reaching(*(leaves for leaves, _ in steps)))
            tell = partial(_outside, engine.snapshot, exchange, agents)
            yield Case(f"{one}>{other}", "high", tell, agents)


def _is_loose(each: Credential) -> bool:
    """Whether a credential is good elsewhere: bound it is of no use to others; and for a single system the
    second agent can use it only where the first one could.
    """
    return each.is_active and not each.is_bound and (each.audience is None or len(each.audience) > 1)


def _handed(snapshot: Snapshot, delegation: Delegation, loose: list[str]) -> FindingText:
    ends = delegation.from_, delegation.to
    one, other = (snapshot.agent[each].title for each in ends)
    several = all(snapshot.credential[each].audience is not None for each in loose)
    handed, is_one = titles(snapshot, "credential", loose), len(loose) == 1
    valid = f"{'It is' if is_one else 'They are'} valid for {'several systems' if several else 'any system'}."
    return FindingText(
        f"{one} hands {handed} to {other}.",
        (*relation("delegation", ends), *highlighted("credential", loose)),
        f"Exchange {handed} for a token for the one system, and reject others.",
        named=(f"{handed}, {one}", other),
        more=valid,
    )


def _outside(snapshot: Snapshot, use: Grant | Exchange, agents: tuple[str, ...]) -> FindingText:
    if isinstance(use, Grant):
        kind, ends, place = "grant", (use.credential, use.system), use.system
    else:
        kind, ends, place = "exchange", (use.from_, use.to), use.at or ""
    credential, system = snapshot.credential[ends[0]], snapshot.system[place].title
    meant = titles(snapshot, "system", sorted(credential.audience or ()))
    return FindingText(
        f"{system} accepts {credential.title}, issued for {meant}.",
        relation(kind, ends, agents),
        f"Make {system} reject tokens that were not issued for it. "
        f"Exchange {credential.title} for one that was.",
        named=(credential.title, system),
    )


RULE = Rule(
    id="token-passthrough",
    title="Token passed through",
    why="Any holder can use it elsewhere.",
    severity="high",
    detects="A bearer credential for more than one system is handed over, or a system accepts one issued for "
    "others",
    remedy="Exchange it for a token for the one system, and reject others.",
    cites="MCP authorization; CWE-441; CSF 2.0 PR.AA-04; AISVS v1.0-C10.2.7; AISVS v1.0-C10.2.2; "
    "bearer credentials: AISVS v1.0-C10.3.5; ATLAS AML.T0091.000; MCP 2026-07-28",
    false_positives=(
        "The audience is checked but not modelled, or is one name for several systems that trust each other",
    ),
    find=_find,
)
