"""A token that is handed on, or accepted, where it was not issued for."""

from collections.abc import Iterator

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, titles
from meshmodel.analysis.rules.holding import hands_on
from meshmodel.model.records import Credential, Delegation


def _passed(facts: Facts, delegation: Delegation) -> Iterator[Case]:
    snapshot = facts.snapshot
    one, other = snapshot.agent[delegation.from_], snapshot.agent[delegation.to]
    if not (one.is_active and other.is_active):
        return
    passed = [snapshot.credential[each] for each in sorted(delegation.passes or ())]
    # A credential bound to a key or a host is of no use to whoever it is handed to, and one for a
    # single system can be used by the second agent only where the first one could use it.
    loose = [
        each
        for each in passed
        if each.is_active and not each.is_bound and (each.audience is None or len(each.audience) > 1)
    ]
    if not loose:
        return
    names = titles(snapshot, "credential", [each.id for each in loose])
    several = all(each.audience is not None for each in loose)
    verb = "is" if len(loose) == 1 else "are"
    audience = "several systems" if several else "no system in particular"
    yield Case(
        subject=f"{one.id}>{other.id}",
        severity="high",
        told=Told(
            message=(
                f"{one.title} hands {names} on to {other.title}; issued for {audience}, "
                f"{'it' if len(loose) == 1 else 'they'} {verb} good for more than this task"
            ),
            about=(
                ("delegation", (one.id, other.id)),
                *(("credential", each.id) for each in loose),
                ("agent", one.id),
                ("agent", other.id),
            ),
        ),
        agents=tuple(sorted((one.id, other.id))),
    )


def _outside(facts: Facts, credential: Credential) -> Iterator[Case]:
    snapshot = facts.snapshot
    if credential.audience is None or not credential.is_active:
        return
    meant = frozenset(credential.audience)
    for grant in facts.related("grant", "credential", credential.id):
        if grant.system in meant:
            continue
        system = snapshot.system[grant.system]
        who = facts.reaching(facts.engine.mesh.credential_node[credential.id])
        yield Case(
            subject=f"{credential.id}>{system.id}",
            severity="high",
            told=Told(
                message=(
                    f"{system.title} accepts {credential.title}, which was issued for "
                    f"{titles(snapshot, 'system', sorted(meant))}"
                ),
                about=(
                    ("grant", (credential.id, system.id)),
                    ("credential", credential.id),
                    ("system", system.id),
                    *who.lit,
                ),
                remedy=(
                    f"Let {system.title} refuse what was not issued for it, and exchange the credential for "
                    "one that names it"
                ),
            ),
            agents=who.agents,
            actions=grant.actions,
        )


def _cases(facts: Facts) -> Iterator[Case]:
    for _, delegation in sorted(facts.chosen("delegation", hands_on).items()):
        yield from _passed(facts, delegation)
    for _, credential in sorted(facts.chosen("credential", _is_limited).items()):
        yield from _outside(facts, credential)


def _is_limited(credential: Credential) -> bool:
    return credential.audience is not None


RULE = Rule(
    id="token-passthrough",
    severity="high",
    detects=(
        "An agent hands another one a bearer credential that names no single system as its audience, or a "
        "system accepts a credential that was issued for others"
    ),
    remedy=(
        "Exchange the credential for one that names the single system the task needs, and hand on that one"
    ),
    references=("MCP authorization", "CWE-441", "CSF 2.0 PR.AA-04"),
    false_positives=(
        "The audience is checked and only the drawing does not say which it is; or the name of one resource "
        "stands for several systems that are trusted alike"
    ),
    cases=_cases,
    reads=frozenset({"system", "agent", "credential", "grant", "delegation", "reach"}),
)
