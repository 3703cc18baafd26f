"""The reach lens lights what a slow reading of section 4 reaches, in the tone of the nearest way."""

from meshmodel.analysis.analysis import analyse
from meshmodel.exporters.diagram.lens import reach
from meshmodel.model import records as r
from tests.analysis.walking import original
from tests.reference.mesh import OWN_STEPS, closure
from tests.reference.random_models import few_and_many, random_model, snapshot_of
from tests.reference.words import Words

LAYERS = {  # the nearest last
    "deputy": OWN_STEPS | {"delegation", "trigger", "hearing", "hosting"},
    "hidden": OWN_STEPS,
    "direct": {"hold", "grant", "implies"},
}
NAMES = {"agent": "agent", "cred": "credential", "access": "system"}


def reference(node):
    """The element of a node; of a session and what is in it, what it stands for."""
    kind, name = original(node)[:2]
    return f"{NAMES[kind]}:{name}"


def is_used(mesh, step):
    """Whether a grant step leaves its session, if it is in one, or leads to a further credential there."""
    if step.kind != "grant" or step.enters[0] != "copy":
        return True
    inside = closure([each for each in mesh.steps if each.kind == "implies"], {step.enters})
    return any(each.kind == "custody" and each.leaves in inside for each in mesh.steps)


def expected(mesh, agent):
    """The tones of nodes and of steps, layer by layer: what a nearer one reaches has its tone."""
    nodes, steps = {f"agent:{agent}": "direct"}, {}
    for tone, kinds in LAYERS.items():
        taken = [step for step in mesh.steps if step.kind in kinds]
        reached = closure(taken, {("agent", agent)})
        for step in taken:
            if step.kind != "implies" and step.leaves in reached and is_used(mesh, step):
                nodes |= {reference(step.leaves): tone, reference(step.enters): tone}
                steps[step.kind, *step.key] = tone
    return nodes, steps


def assert_as_read(snapshot):
    analysis, mesh = analyse(snapshot), Words(snapshot)
    for agent in sorted(mesh.agents):
        lit = reach(snapshot, analysis, agent)
        assert (lit.nodes, lit.steps) == expected(mesh, agent)


@few_and_many(2, 30)
def test_the_reach_lens_lights_what_is_reached_and_in_what_way(drawn):
    for seed, flavour in drawn:
        assert_as_read(random_model(seed, 5, flavour))


def test_a_retired_agent_hands_nothing_over():
    gone = r.Agent("gone", status="retired")
    made = [gone, r.Agent("bot"), r.Credential("key"), r.Delegation("gone", "bot", ("key",))]
    assert_as_read(snapshot_of(made))


def test_what_a_limited_delegation_does_not_let_out_is_not_lit():
    snapshot = snapshot_of(
        [
            *(r.System(name) for name in ("files", "mail")),
            *(r.Agent(name, kind="service") for name in ("bot", "server")),
            r.Credential("key"),
            r.Hold("server", "key"),
            r.Grant("key", "files", ("read",)),
            r.Grant("key", "mail", ("write",)),
            r.Delegation("bot", "server", only=("files:read",)),
        ]
    )
    lit = reach(snapshot, analyse(snapshot), "bot")
    assert lit.node("agent:server") == lit.node("system:files") == "deputy"
    assert lit.step(("grant", "key", "files")) == "deputy"
    assert lit.node("system:mail") == lit.step(("grant", "key", "mail")) == "dim"
