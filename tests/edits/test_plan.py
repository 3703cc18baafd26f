"""The measures of a plan as one edit."""

import pytest

from meshmodel.edits.checkpoints import plan_edit
from meshmodel.edits.edit import apply_edit
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.measures import Ask, Drop, Limit, narrowed
from tests.reference.random_models import snapshot_of
from tests.rows import all_rows

MODEL = snapshot_of(
    [
        r.System("files"),
        r.System("mail"),
        *(r.Agent(each, kind="service") for each in ("bot", "server")),
        *(r.Credential(each) for each in ("key", "token", "other")),
        r.Hold("bot", "key"),
        r.Hold("server", "token"),
        r.Grant("key", "files", ("admin",)),
        r.Grant("key", "mail", ("read",)),
        r.Grant("token", "mail", ("read", "write")),
        r.Custody("files", "other"),
        r.Exchange("key", "other"),
        r.Delegation("bot", "server", passes=("key", "other")),
        r.Checkpoint("admins", "policy-decision", "grant", "key", "files", actions=("admin",)),
        r.Checkpoint("writes", "policy-decision", "grant", "key", "files", actions=("write",)),
        r.Checkpoint("mails", "policy-decision", "grant", "key", "mail"),
        r.Checkpoint("holds", "policy-decision", "hold", "server", "key"),
        r.Checkpoint("stores", "policy-decision", "custody", "files", "other"),
    ]
)


def after(*measures, state="planned"):
    """The model after some measures, which the edit makes as ``narrowed`` does."""
    made = apply_edit(MODEL, plan_edit(MODEL, measures, state))
    asked = {id_: each for id_, each in made.checkpoint.items() if id_ not in MODEL.checkpoint}
    left = narrowed(MODEL, measures)
    for name in ("hold", "grant", "custody", "exchange", "delegation"):
        assert dict(made.table(name)) == dict(left.table(name))
    assert {**left.checkpoint, **asked} == dict(made.checkpoint)
    return made, asked


def test_a_grant_of_admin_that_loses_an_action_keeps_what_else_it_implies_under_its_checkpoints():
    for gone, left in (
        ("read", ("write", "execute", "issue")),
        ("admin", ("read", "write", "execute", "issue")),
    ):
        made, _ = after(Drop("grant", "key", "files", gone))
        assert made.grant["key", "files"].actions == left
        assert made.checkpoint["admins"].actions is None
        assert made.checkpoint["writes"].actions == ("write",)


def test_a_grant_of_admin_can_lose_several_actions_and_all():
    made, _ = after(*(Drop("grant", "key", "files", each) for each in ("read", "issue", "admin")))
    assert made.grant["key", "files"].actions == ("write", "execute")
    made, _ = after(*(Drop("grant", "key", "files", each) for each in ("read", "write", "execute", "issue")))
    assert ("key", "files") not in made.grant
    assert "admins" not in made.checkpoint


def test_what_is_gone_takes_its_checkpoints_with_it():
    made, _ = after(Drop("grant", "key", "mail", "read"), Drop("custody", "files", "other"))
    assert made.checkpoint.keys() == {"admins", "writes", "holds"}
    made, _ = after(Drop("pass", "bot>server", "key"), Drop("exchange", "key", "other"))
    assert made.delegation["bot", "server"].passes == ("other",)
    assert "holds" not in made.checkpoint
    made, _ = after(Drop("hold", "bot", "key"))
    assert "holds" in made.checkpoint


def test_asks_and_limits_are_made_too():
    limit, ask = Limit("bot", "server", ("mail:read",)), Ask(("grant", "token", "mail"), 3)
    made, asked = after(ask, limit, state="enforced")
    assert made.delegation["bot", "server"].only == ("mail:read",)
    assert [(each.step, each.from_, each.to, each.state) for each in asked.values()] == [
        ("grant", "token", "mail", "enforced")
    ]
    assert plan_edit(MODEL, [ask, limit], "planned").label == "plan: 1 ask, 1 limit"


@all_rows(
    "measure",
    [
        Drop("hold", "bot", "other"),
        Drop("pass", "bot>server", "token"),
        Drop("grant", "key", "mail", "write"),
        Limit("server", "bot", ("mail:read",)),
    ],
)
def test_what_is_not_in_the_model_is_refused(measure):
    with pytest.raises(InvalidModelError, match="compute it anew"):
        plan_edit(MODEL, [measure], "planned")
