"""The rotation of a secret: who could take it, who needs the new one, in which order."""

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.rotation import SecretCopy
from meshmodel.answers.painters import text_of
from meshmodel.answers.rotation import rotation_blocks, rotation_json
from meshmodel.answers.style import Style
from meshmodel.model import records as r
from tests.analysis.test_offboarding_naive import OBTAIN, credentials
from tests.reference.random_models import random_model, snapshot_of
from tests.reference.reading import Reading

ROTATED = snapshot_of(
    [
        r.System("vault", kind="secrets-manager"),
        r.System("wiki"),
        r.System("sts"),
        r.System("store"),
        r.Agent("bot"),
        r.Agent("reader"),
        r.Agent("server", kind="service"),
        *(r.Credential(each) for each in ("key", "role", "deep", "loop", "vault-key", "start")),
        r.Credential("dead", status="revoked"),
        r.Hold("bot", "key"),
        r.Hold("reader", "vault-key"),
        r.Grant("vault-key", "vault", ("read",)),
        r.Delegation("bot", "server", passes=("key",)),
        r.Custody("vault", "key"),
        r.Custody("wiki", "key"),
        r.Custody("sts", "key", how="issues"),
        r.Exchange("start", "key", at="sts"),
        r.Exchange("key", "role"),
        r.Grant("role", "store", ("read",)),
        r.Custody("store", "deep"),
        r.Custody("store", "loop"),
        r.Exchange("loop", "role"),
        r.Checkpoint("ask", "human-approval", "custody", "store", "deep"),
    ]
)


def test_a_rotation_names_copies_users_and_what_it_yields_in_a_safe_order():
    plan = analyse(ROTATED).offboarding("credential:key")
    assert plan.copies == (SecretCopy("vault", "key", ("reader",)), SecretCopy("wiki", "key", ()))
    assert (plan.issuers, plan.exchanged) == (("sts",), ("start",))
    assert plan.holders == ("bot", "server")
    assert plan.agents == ("bot", "reader", "server")
    assert [(each.credential, each.systems, each.unchecked) for each in plan.rotate] == [
        ("deep", ("store",), False),
        ("loop", ("store",), True),
        ("role", (), True),
    ]
    assert plan.order == (("key",), ("loop", "role"), ("deep",))
    assert rotation_json(plan)["order"] == [["key"], ["loop", "role"], ["deep"]]
    text = text_of(rotation_blocks(ROTATED, plan), Style())
    assert "2 stored copies to replace or delete" in text
    assert "wiki   not a secrets manager: delete it, or replace it; read by no agent" in text
    assert "reader  fetches it" in text
    said = [each.strip() for each in text.splitlines() if each.strip()[:1].isdigit()][-6:]
    assert said == [
        "1  make a new secret of key, beside the old",
        "2  put it where the copies are",
        "3  bring it to bot, server",
        "4  revoke the old one",
        "5  rotate loop, role likewise, at once",
        "6  rotate deep likewise",
    ]


def test_every_secret_is_rotated_after_all_with_which_it_can_be_taken():
    for seed in range(40):
        snapshot = random_model(seed, 5, "leaks")
        mesh, analysis = Reading(snapshot).mesh, analyse(snapshot)
        for name in sorted(mesh.creds):
            plan = analysis.offboarding(f"credential:{name}")
            after = {c: credentials(mesh.reached_by({("cred", c)}, OBTAIN)) for c in mesh.creds}
            order = [each for group in plan.order for each in group]
            assert (
                sorted(order)
                == sorted({name, *(each.credential for each in plan.rotate)})
                == sorted(after[name])
            )
            assert plan.order[0] == tuple(sorted(c for c in after[name] if name in after[c]))
            for place, group in enumerate(plan.order):
                for one in group:
                    assert all(one in after[other] and other in after[one] for other in group)
                    assert not any(one in after[late] for later in plan.order[place + 1 :] for late in later)
            assert plan.agents == tuple(sorted(a for a in mesh.agents if name in credentials(mesh.own(a))))
