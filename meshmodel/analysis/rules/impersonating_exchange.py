"""An exchange after which nobody can tell who acts."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import union
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, relation, titles
from meshmodel.model.vocabulary import ACTING, actions_of


def _find(engine: Engine) -> Cases:
    """Acting is anything but reading that follows from the new credential, and some agent comes so far."""
    mesh, exchanges = engine.mesh, engine.snapshot.exchange.items()
    found = [key for key, each in exchanges if each.semantics == "impersonation"]
    accesses = range(mesh.first_credential if found else 0)
    after = mesh.graph.gather([ACTING & 1 << access % 5 for access in accesses])
    for one, other in found:
        leading = {
            leaves: union(
                after[each] for each in mesh.after(leaves) if mesh.original(each) == mesh.original(enters)
            )
            for leaves, enters in mesh.ends("exchange", one, other)
        }
        agents = mesh.names(engine.reaches.reaching(*(leaves for leaves, mask in leading.items() if mask)))
        mask = union(leading.values())
        if agents:
            tell = partial(_finding_text, engine, one, other, agents)
            yield Case(f"{one}>{other}", "low", tell, agents, actions_of(mask))


def _finding_text(engine: Engine, one: str, other: str, agents: tuple[str, ...]) -> FindingText:
    snapshot = engine.snapshot
    before, after = snapshot.credential[one], snapshot.credential[other]
    return FindingText(
        f"{titles(snapshot, 'agent', agents)} can act as {after.principal} after exchanging {before.title}.",
        relation("exchange", (one, other), agents),
        named=(before.title, after.title),
        more="Logs do not show who acted.",
    )


RULE = Rule(
    id="impersonating-exchange",
    title="Impersonation hides the actor",
    why="You cannot prove who did it.",
    severity="low",
    detects="A credential is exchanged by impersonation, and an agent acts with what it got",
    remedy="Exchange by delegation: keep the actor in the token.",
    cites="SP 800-53 AU-10; T8 (Agentic threats 1.1); ASI03:2026; AISVS v1.0-C9.4.1; AISVS v1.0-C9.4.2; "
    "AISVS v1.0-C9.5.2",
    false_positives=("The token service logs who exchanged what, and its log can be joined with others",),
    find=_find,
)
