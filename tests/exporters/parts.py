"""What the tests of exporters share: the worked examples, a hostile model, labels read back."""

from pathlib import Path

from meshmodel.analysis.analysis import analyse
from meshmodel.exporters.diagram.render import picture
from meshmodel.exporters.request import ExportRequest
from meshmodel.model import records as r
from tests.reference.random_models import snapshot_of

MODELS = sorted((Path(__file__).parents[2] / "models").glob("*.toml"))

HOSTILE = (
    '"]; node [shape=star]; x [label="',
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "<>",
    "\\N \\G \\L \\l \\n \\\\",
    "back\\",
    "%s %(name)s {0}",
    "&lt;b&gt; &amp;amp; &#60;",
    'a" -> "b',
    "]]> --> <!-- <![CDATA[",
    "javascript:alert(1) url(http://example.org)",
    "w" * 200,
)


def hostile_model(names=HOSTILE):
    made = []
    for number, name in enumerate(names):
        made += [
            r.Zone(f"z{number}", name=name),
            r.System(f"s{number}", name=name, zone=f"z{number}", sensitivity="confidential"),
            r.Agent(f"a{number}", name=name, kind=name[:60], home=f"z{number}"),
            r.Credential(f"c{number}", name=name, identity=name, on_behalf_of=name),
            r.Hold(f"a{number}", f"c{number}"),
            r.Grant(f"c{number}", f"s{(number + 1) % len(names)}", ("read", "write")),
        ]
    return snapshot_of([r.About(name=names[0]), *made])


def both(snapshot, view="built"):
    return snapshot, analyse(snapshot, view=view)


def every_step_model():
    """One model with every kind of step, every state of a checkpoint, and an empty zone."""
    return snapshot_of(
        [
            r.About(name="All"),
            *(r.Zone(z) for z in ("one", "two", "empty")),
            r.System("inbox", zone="one", untrusted_input=True, kind="messaging"),
            r.System("vault", zone="two", kind="secrets-manager", sensitivity="restricted"),
            r.System("lone", sensitivity="confidential", exposed=True, kind="database"),
            r.Agent("bot", kind="ai-agent", home="one"),
            r.Agent("runner", kind="workflow", home="two", runs_on="vault"),
            r.Agent("old", kind="service", home="two", status="retired"),
            r.Agent("anna", kind="person", home="one"),
            *(r.Credential(c) for c in ("k1", "k2", "k3", "k4", "k5")),
            r.Credential("gone", status="revoked"),
            r.Hold("bot", "k1"),
            r.Hold("runner", "k2"),
            r.Hold("anna", "k5"),
            r.Grant("k1", "inbox", ("read", "write")),
            r.Grant("k2", "vault", ("read", "execute")),
            r.Grant("k3", "lone", ("read", "write")),
            r.Grant("k4", "vault", ("admin",), honoured_as="delegate"),
            r.Grant("k5", "vault", ("read",)),
            r.Custody("vault", "k3"),
            r.Custody("lone", "gone", how="issues"),
            r.Exchange("k3", "k4", at="vault", semantics="impersonation", pinned=False),
            r.Delegation("bot", "runner", passes=("k1",)),
            r.Trigger("inbox", "runner"),
            r.Checkpoint("ask", "human-approval", "delegation", "bot", "runner"),
            r.Checkpoint("memory", "policy-decision", "grant", "k2", "vault", freshness="cached"),
            r.Checkpoint("later", "policy-decision", "grant", "k3", "lone", state="planned"),
            r.Checkpoint("gate", "policy-decision", "boundary", "one", "system:lone", decided_at="vault"),
            r.Checkpoint("empty-gate", "policy-decision", "boundary", "empty", "two"),
            r.Checkpoint("steer", "policy-decision", "hearing", "inbox", "bot"),
        ]
    )


def render(snapshot, analysis, to, **choices):
    """The bytes of one picture."""
    return picture(snapshot, analysis, ExportRequest(to, **choices)).content
