"""What findings of doors and checkpoints say."""

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from tests.analysis.meshes_by_hand import pipeline, support
from tests.analysis.rules.drawing import TODAY, findings
from tests.analysis.rules.test_doors_and_checkpoints import (
    GATE,
    LEAK,
    NO_FILES,
    OUT,
    PUBLIC,
    REVIEW,
    WIKI,
    ask,
    limited,
)
from tests.rows import all_rows


def test_a_finding_names_its_records_and_has_its_own_words():
    [finding] = analyse(support(), today=TODAY).findings
    assert finding.about == (
        ("grant", ("file-key", "files")),
        ("credential", "file-key"),
        ("system", "files"),
        ("agent", "bot"),
    )
    assert finding.message == (
        "Support bot can read Files as svc-files, coming from another zone with file-key, and nobody is asked"
    )
    assert "file-key > Files" in finding.remedy


@all_rows(
    ("mesh", "told"),
    [
        (support(*WIKI, without=NO_FILES), "coming from Tickets of the same zone with wiki-key"),
        (
            support(*WIKI, r.Agent("bot", kind="ai-agent", home="cloud"), without=NO_FILES),
            "coming from another zone, or from Tickets of the same zone, with wiki-key",
        ),
        (
            support(
                *WIKI,
                r.Agent("guest", kind="service", home="cloud"),
                r.Hold("guest", "wiki-key"),
                without=NO_FILES,
            ),
            "coming from another zone, or from Tickets of the same zone, with wiki-key",
        ),
        (support(*LEAK, without=NO_FILES), "coming from Tickets of the same zone with wiki-key"),
    ],
)
def test_a_missing_checkpoint_says_where_the_agents_come_from(mesh, told):
    (finding,) = [each for each in findings(mesh, "missing-checkpoint") if each.subject == "wiki-key>wiki"]
    assert f", {told}, and nobody is asked" in finding.message


def test_a_toxic_flow_names_its_parts():
    (finding,) = findings(support(PUBLIC, OUT), "toxic-flow")
    assert finding.message == (
        "Support bot can be prompt-injected through Tickets, reads Files, and can carry it out through site; "
        "nobody is asked on the way"
    )
    assert finding.about == (("agent", "bot"), ("system", "tickets"), ("system", "files"), ("system", "site"))


@all_rows(
    ("changes", "told"),
    [
        ({"freshness": "per-session"}, "a decision made once a session says nothing about this action"),
        ({"state": "planned"}, "it is only planned"),
        (
            {"kind": "audience-check", "state": "advisory"},
            "a binding (audience-check) proves who holds the token; nothing stops the agent that skips it",
        ),
        (GATE, "no gateway decides for the boundary"),
    ],
)
def test_a_checkpoint_that_does_not_count_says_why(changes, told):
    (finding,) = findings(support(ask(**changes)), "checkpoint-does-not-count")
    assert finding.message.endswith(f"does not count: {told}")
    assert finding.about[0] == ("checkpoint", "ask")
    assert finding.remedy != ""


def test_a_self_approved_checkpoint_says_what_gives_the_power():
    (finding,) = findings(pipeline(r.Checkpoint(**REVIEW, decided_at="ci")), "self-approved-checkpoint")
    assert finding.message == (
        "coder can change what ci decides, so review on the grant deploy-key > cluster is asked of the one "
        "who asks"
    )
    assert finding.agents == ("coder",)
    both = pipeline(r.Checkpoint(**REVIEW, decided_at="ci", approvers=("ci-token", "lead")))
    (finding,) = findings(both, "self-approved-checkpoint")
    assert "can become its approver (ci-token or lead) or administer ci" in finding.message


def test_reach_beyond_intents_is_told_with_its_grants():
    (finding,) = findings(support(r.Intent("bot", "tickets", ("read",))), "unapproved-reach")
    assert finding.message == "Support bot is meant for less: unasked, it can also read Files"
    assert finding.about == (("agent", "bot"), ("grant", ("file-key", "files")), ("system", "files"))
    assert (finding.agents, finding.actions) == (("bot",), ("read",))
    # a grant that is used in a session is one, too
    mesh = limited("files:read", r.Intent("bot", "tickets", ("read",)))
    (finding,) = findings(mesh, "unapproved-reach")
    assert ("grant", ("file-key", "files")) in finding.about


def test_findings_use_the_words_of_a_model_that_differs_in_words_alone():
    later = support(r.System("files", name="Archive", zone="cloud", sensitivity="confidential"))
    (finding,) = analyse(support(), today=TODAY).with_words_of(later).findings
    assert "can read Archive as svc-files" in finding.message
