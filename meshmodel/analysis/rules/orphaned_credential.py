"""A credential that still opens something, and that nobody uses."""

from collections.abc import Iterator

from meshmodel.analysis.reached import lit
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, titles
from meshmodel.analysis.rules.granted import granted_actions
from meshmodel.analysis.steps import bits
from meshmodel.model.records import Credential


def _of(facts: Facts, credential: Credential) -> Iterator[Case]:
    """In custody is whatever a system stores or issues, bound or not, in somebody's reach or not."""
    node = facts.engine.mesh.credential_node.get(credential.id)
    if node is None or facts.reached >> node & 1:
        return
    grants = facts.related("grant", "credential", credential.id)
    if not grants or facts.related("custody", "credential", credential.id):
        return
    systems = [each.system for each in grants]
    yield Case(
        subject=credential.id,
        severity="medium",
        told=Told(
            message=(
                f"{credential.title} opens {titles(facts.snapshot, 'system', systems)}, but no active agent "
                "comes to it and no system keeps it"
            ),
            about=(("credential", credential.id), *lit("system", systems)),
        ),
        actions=granted_actions(facts, credential.id),
    )


def _among(facts: Facts) -> Iterator[Credential]:
    mesh, records = facts.engine.mesh, facts.snapshot.credential
    for place in bits(~facts.reached >> mesh.first_credential & (1 << len(mesh.credentials)) - 1):
        record = records.get(mesh.credentials[place])
        if record is not None:
            yield record


RULE = Rule(
    id="orphaned-credential",
    severity="medium",
    detects="A credential is accepted somewhere, and no active agent reaches it and no system keeps it",
    remedy="Revoke it; or draw who uses it",
    references=("NHI1:2025", "SP 800-53 AC-2"),
    false_positives="Somebody outside the drawing uses it",
    per="credential",
    of=_of,
    among=_among,
    near=frozenset({"reached"}),
)
