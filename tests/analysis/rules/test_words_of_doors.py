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
        "Support bot can read Files from another zone, as svc-files with file-key. No checkpoint "
        "decides whether it may."
    )
    assert "each read: a policy check" in finding.remedy
    assert finding.headline == "Missing checkpoint: file-key → Files"


@all_rows(
    ("mesh", "told"),
    [
        (support(*WIKI, without=NO_FILES), "after reading Tickets in the same zone"),
        (
            support(*WIKI, r.Agent("bot", kind="ai-agent", home="cloud"), without=NO_FILES),
            "from another zone, or after reading Tickets in the same zone",
        ),
        (
            support(
                *WIKI,
                r.Agent("guest", kind="service", home="cloud"),
                r.Hold("guest", "wiki-key"),
                without=NO_FILES,
            ),
            "from another zone, or after reading Tickets in the same zone",
        ),
        (support(*LEAK, without=NO_FILES), "after reading Tickets in the same zone"),
    ],
)
def test_a_missing_checkpoint_says_where_the_agents_come_from(mesh, told):
    (finding,) = [each for each in findings(mesh, "missing-checkpoint") if each.subject == "wiki-key>wiki"]
    assert f"can write Wiki {told}, as svc-wiki with wiki-key. No checkpoint decides" in finding.message


def test_a_toxic_flow_names_its_parts():
    (finding,) = findings(support(PUBLIC, OUT), "toxic-flow")
    assert finding.message == (
        "Support bot reads untrusted content in Tickets, reads confidential data in Files and can "
        "send it out through site. No checkpoint is in between."
    )
    assert finding.about == (("agent", "bot"), ("system", "tickets"), ("system", "files"), ("system", "site"))


@all_rows(
    ("changes", "told"),
    [
        ({"freshness": "per-session"}, "it decides only once a session"),
        ({"state": "planned"}, "it is only planned"),
        (
            {"kind": "audience-check", "state": "advisory"},
            (
                "it only proves who holds the token (audience-check); it is only in a prompt, and nothing "
                "enforces it"
            ),
        ),
        (GATE, "no gateway enforces it"),
    ],
)
def test_a_checkpoint_that_does_not_count_says_why(changes, told):
    (finding,) = findings(support(ask(**changes)), "checkpoint-does-not-count")
    assert finding.message.startswith("ask does not stop anything ")
    assert finding.message.endswith(f": {told}.")
    assert finding.about[0] == ("checkpoint", "ask")
    assert finding.remedy != ""


def test_a_self_approved_checkpoint_says_what_gives_the_power():
    (finding,) = findings(pipeline(r.Checkpoint(**REVIEW, decided_at="ci")), "self-approved-checkpoint")
    assert finding.message == (
        "coder can change ci, which decides review where deploy-key is used on cluster."
    )
    assert finding.agents == ("coder",)
    both = pipeline(r.Checkpoint(**REVIEW, decided_at="ci", approvers=("ci-token", "lead")))
    (finding,) = findings(both, "self-approved-checkpoint")
    assert "can act as approver ci-token or lead of review " in finding.message


def test_reach_beyond_intents_is_told_with_its_grants():
    (finding,) = findings(support(r.Intent("bot", "tickets", ("read",))), "unapproved-reach")
    assert finding.message == "Support bot can also read Files."
    assert finding.about == (("agent", "bot"), ("grant", ("file-key", "files")), ("system", "files"))
    assert (finding.agents, finding.actions) == (("bot",), ("read",))
    # a grant that is used in a session is one, too
    mesh = limited("files:read", r.Intent("bot", "tickets", ("read",)))
    (finding,) = findings(mesh, "unapproved-reach")
    assert ("grant", ("file-key", "files")) in finding.about


def test_findings_use_the_words_of_a_model_that_differs_in_words_alone():
    later = support(r.System("files", name="Archive", zone="cloud", sensitivity="confidential"))
    (finding,) = analyse(support(), today=TODAY).with_words_of(later).findings
    assert "can read Archive from another zone, as svc-files" in finding.message
