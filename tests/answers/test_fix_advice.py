"""What is said beside a checkpoint closes as much as it does, in the model changed so."""

from dataclasses import replace

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.fix_advice import alternatives
from meshmodel.model import records as r
from meshmodel.model.stop import NEVER, Stop
from tests.reference.random_models import snapshot_of


def said_of(records, stop=NEVER):
    """The fix, and of each kind of remedy what is said beside its checkpoints."""
    analysis = analyse(snapshot_of(records))
    fix = analysis.minimum_fix()
    found = alternatives(analysis.engine, fix.checkpoints, stop)
    return fix, {each.kind: (step, each.words) for step, some in found.items() for each in some}


GRANT = (
    r.Zone("desk"),
    r.Zone("store"),
    r.System("files", zone="store"),
    r.Agent("a", kind="service", home="desk"),
    r.Credential("key"),
    r.Credential("other"),
    r.Hold("a", "key"),
    r.Grant("key", "files", ("read", "write")),
)


def test_a_grant_without_what_no_intent_uses():
    intended = r.Intent("a", "files", ("read",))
    fix, said = said_of([*GRANT, intended])
    assert fix.checkpoints == (("grant", "key", "files"),)
    assert said == {
        "grant": (
            fix.checkpoints[0],
            "closed as well where key grants only read on files: no intent uses more",
        )
    }
    # It is not said where it would not do: nothing is traced there, so the rest is not approved either.
    untraced = [replace(each, audit="none") if isinstance(each, r.System) else each for each in GRANT]
    assert said_of([*untraced, intended])[1] == {}
    assert said_of(GRANT)[1] == {}  # nothing is intended at all, so nobody knows what is used


def test_a_grant_that_no_intent_uses_at_all():
    elsewhere = [r.System("mail", zone="desk"), r.Intent("a", "mail", ("read",))]
    _, said = said_of([*GRANT, *elsewhere])
    assert said["grant"][1] == "closed as well where key grants nothing on files: no intent uses it"


TOOLS = (
    r.Zone("desk"),
    r.Zone("store"),
    r.System("files", zone="store"),
    r.System("mail", zone="store"),
    r.Agent("a", kind="ai-agent", home="desk"),
    r.Agent("tools", kind="service", home="store"),
    r.Credential("key"),
    r.Hold("tools", "key"),
    r.Grant("key", "files", ("read",)),
    r.Grant("key", "mail", ("read", "write")),
    r.Delegation("a", "tools"),
    r.Intent("a", "files", ("read",)),
)


def test_a_delegation_limited_to_what_is_intended():
    # With the limit only an approved read is left.
    fix, said = said_of(TOOLS)
    assert fix.checkpoints in ((("hold", "tools", "key"),), (("delegation", "a", "tools"),))
    delegating = [replace(each, kind="database") if isinstance(each, r.System) else each for each in TOOLS]
    more = [r.Credential("second"), r.Hold("tools", "second"), r.Grant("second", "mail", ("write",))]
    fix, said = said_of([*delegating, *more])
    assert fix.checkpoints == (("delegation", "a", "tools"),)
    assert said["only"] == (
        ("delegation", "a", "tools"),
        "closed as well where tools does for a only what is intended: files:read",
    )
    steered = [
        replace(each, kind="ai-agent") if isinstance(each, r.Agent) else each for each in (*delegating, *more)
    ]
    assert "only" not in said_of(steered)[1]  # a limit that is asked of a model is none


MEMORY = (
    r.Zone("desk"),
    r.System("web", zone="desk", untrusted_input=True, sensitivity="public"),
    r.System("memory", zone="desk", kind="database"),
    r.Agent("a", kind="ai-agent", home="desk"),
    r.Credential("key"),
    r.Credential("web-key"),
    r.Hold("a", "key"),
    r.Hold("a", "web-key"),
    r.Grant("key", "memory", ("write",)),
    r.Grant("web-key", "web", ("read",)),
)


def test_a_system_that_holds_only_values_of_closed_sets():
    fix, said = said_of(MEMORY)
    assert fix.checkpoints == (("grant", "key", "memory"),)
    assert said["typed"][1] == "closed as well where memory holds only values of closed sets (typed)"
    free = [replace(each, kind="code-repository") if each == MEMORY[2] else each for each in MEMORY]
    assert "typed" not in said_of(free)[1]


def test_to_ask_before_outsiders_text_is_read_is_said_to_be_rarely_wanted():
    other = [
        r.Zone("net"),
        *(replace(each, zone="net") if each == MEMORY[1] else each for each in MEMORY if each != MEMORY[8]),
    ]
    fix, said = said_of(other)
    assert fix.checkpoints == (("grant", "web-key", "web"),)
    assert said["reading"][1] == (
        "asks before outsiders' text is read from web, which is rarely what a reviewer wants"
    )


@pytest.mark.parametrize("stop", [Stop(0, None), Stop(None, lambda: True)])
def test_without_time_nothing_is_said(stop):
    assert said_of(MEMORY, stop)[1] == {}
