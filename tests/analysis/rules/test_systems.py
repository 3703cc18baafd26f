"""Memories that several share, and systems that do not tell who did what."""

from meshmodel.model import records as r
from tests.analysis.rules.drawing import findings, found, office
from tests.rows import all_rows

MEMORY = r.System("memory", kind="agent-memory", zone="office")


def people(one, other, write=("write",), read=("read",)):
    """Somebody writes the memory on behalf of one person, and somebody reads it on behalf of another."""
    return (
        MEMORY,
        r.Credential("writes", on_behalf_of=one),
        r.Credential("reads", on_behalf_of=other),
        r.Grant("writes", "memory", write),
        r.Grant("reads", "memory", read),
    )


def homes(one, other):
    """An agent at home in one zone writes the memory, and one at home in another reads it."""
    return (
        MEMORY,
        r.Agent("writer", home=one),
        r.Agent("reader", home=other),
        r.Credential("writes"),
        r.Credential("reads"),
        r.Hold("writer", "writes"),
        r.Hold("reader", "reads"),
        r.Grant("writes", "memory", ("write",)),
        r.Grant("reads", "memory", ("read",)),
    )


SHARED = [
    # on behalf of different people
    (office(*people("ann", "ben")), [("memory", "medium")]),
    (office(*people("ann", "ann")), []),
    (office(*people("ann", None)), []),
    (office(*people(None, "ben")), []),
    # one writes and reads, another only reads or only writes
    (office(*people("ann", "ben", ("read", "write"))), [("memory", "medium")]),
    (office(*people("ann", "ben", ("read", "write"), ("write",))), [("memory", "medium")]),
    # nobody writes, or nobody reads
    (office(*people("ann", "ben", ("read",))), []),
    (office(*people("ann", "ben", ("write",), ("write",))), []),
    (office(*people("ann", "ben", ("execute",), ("read",))), []),
    # admin writes and reads
    (office(*people("ann", "ben", ("admin",))), [("memory", "medium")]),
    (office(*people("ann", "ben", ("write",), ("admin",))), [("memory", "medium")]),
    (office(*people("ann", "ben"), r.Credential("writes", on_behalf_of="ann", status="revoked")), []),
    # agents of different homes
    (office(*homes("office", "prod")), [("memory", "medium")]),
    (office(*homes("office", "prod"), r.Grant("reads", "memory", ("write",))), []),
    (office(*homes("office", "prod"), r.Grant("writes", "memory", ("read",))), []),
    (office(*homes("office", "office")), []),
    (office(*homes("office", None)), []),
    (office(*homes(None, None)), []),
    (office(*homes("office", "prod"), r.Agent("reader", home="prod", status="retired")), []),
    (office(*homes("office", "prod"), r.Agent("reader", home="prod", kind="person")), [("memory", "medium")]),
    (office(*homes("office", "prod"), r.Credential("reads", status="revoked")), []),
    # both are one row
    (
        office(
            *homes("office", "prod"),
            r.Credential("writes", on_behalf_of="ann"),
            r.Credential("reads", on_behalf_of="ben"),
        ),
        [("memory", "medium")],
    ),
    # reach is effective: what an agent makes another one do counts as its own
    (
        office(
            *homes("office", "office"),
            r.Agent("boss", home="prod"),
            r.Delegation("boss", "writer"),
        ),
        [("memory", "medium")],
    ),
    # guarded as well
    (
        office(*homes("office", "prod"), r.Checkpoint("ask", "policy-decision", "grant", "writes", "memory")),
        [("memory", "medium")],
    ),
    # partitioned, or of another kind
    (office(*people("ann", "ben"), r.System("memory", kind="agent-memory", partitioned=True)), []),
    (office(*homes("office", "prod"), r.System("memory", kind="agent-memory", partitioned=True)), []),
    (office(*people("ann", "ben"), r.System("memory", kind="knowledge-base")), [("memory", "medium")]),
    (office(*people("ann", "ben"), r.System("memory", kind="database")), []),
    (office(*people("ann", "ben"), r.System("memory")), []),
]


def app(audit, **fields):
    return r.System("app", zone="prod", sensitivity="confidential", audit=audit, **fields)


ANN = r.Credential("token", on_behalf_of="ann")
READS = r.Grant("token", "app", ("read",))
UNTRACEABLE = [
    # no log
    (office(app("none")), [("app", "medium")]),
    (office(app("none"), READS), []),
    (office(app("none"), r.Grant("token", "app", ("admin",))), [("app", "medium")]),
    (office(app("none"), r.Agent("bot", status="retired")), []),
    (office(app("none"), without=[("hold", ("bot", "token"))]), []),
    (office(app("none"), ANN), [("app", "medium")]),
    (office(app("none"), r.Agent("bot", kind="person")), [("app", "medium")]),
    # unknown is a question
    (office(app(None)), []),
    (office(app(None), ANN), []),
    # the identity alone, of somebody who acts for another
    (office(app("identity")), []),
    (office(app("identity"), ANN), [("app", "medium")]),
    (office(app("identity"), ANN, READS), []),
    (office(app("identity"), ANN, r.Grant("token", "app", ("admin",))), [("app", "medium")]),
    (office(app("identity-and-subject"), ANN), []),
    (office(app("identity-and-subject")), []),
    # it is the credential by which it acts that counts
    (
        office(
            app("identity"),
            ANN,
            READS,
            r.Credential("key"),
            r.Hold("bot", "key"),
            r.Grant("key", "app", ("write",)),
        ),
        [],
    ),
    (office(app("identity"), ANN, without=[("hold", ("bot", "token"))]), []),
    (office(app("identity"), r.Credential("token", on_behalf_of="ann", status="revoked")), []),
    # found on the way, or behind a decision, it is acted with all the same
    (
        office(
            app("identity"),
            r.Credential("key", on_behalf_of="ann"),
            r.Custody("app", "key"),
            r.Grant("key", "app", ("execute",)),
        ),
        [("app", "medium")],
    ),
    (
        office(app("identity"), ANN, r.Checkpoint("ask", "policy-decision", "grant", "token", "app")),
        [("app", "medium")],
    ),
]

CALLER = (r.Agent("caller"), r.Delegation("caller", "bot", only=("app:read",)))


TABLE = [
    *(("shared-memory", *row) for row in SHARED),
    *(("untraceable-step", *row) for row in UNTRACEABLE),
]


@all_rows(("rule", "mesh", "expected"), TABLE)
def test_it_holds_where_it_should_and_not_elsewhere(rule, mesh, expected):
    assert found(mesh, rule) == expected
    assert found(mesh, rule, "designed") == expected


def test_it_tells_who_shares_the_memory():
    (finding,) = findings(office(*people("ann", "ben")), "shared-memory")
    assert finding.message == (
        "Agents on behalf of ann and ben write and read memory. One gets what another put in."
    )
    assert finding.agents == ()
    assert finding.about == (("system", "memory"), ("credential", "reads"), ("credential", "writes"))
    (finding,) = findings(office(*homes("office", "prod")), "shared-memory")
    assert finding.message == (
        "Agents of office and prod write and read memory. One gets what another put in."
    )
    assert finding.agents == ("reader", "writer")
    assert finding.actions == ("read", "write")


def test_it_tells_who_acts_unseen():
    (finding,) = findings(office(app("none")), "untraceable-step")
    assert finding.message == "bot can write app. Its log has no entry."
    assert (finding.agents, finding.actions) == (("bot",), ("write",))
    (finding,) = findings(office(app("identity"), ANN), "untraceable-step")
    assert finding.message == ("bot can write app. Its log does not show the person behind it: ann.")
    assert ("grant", ("token", "app")) in finding.about


def test_who_uses_the_credential_in_a_session_acts_as_far_as_the_limit_goes():
    (finding,) = findings(office(app("identity"), ANN, *CALLER), "untraceable-step")
    assert finding.agents == ("bot",)
    writes = r.Delegation("caller", "bot", only=("app:write",))
    (finding,) = findings(office(app("identity"), ANN, *CALLER, writes), "untraceable-step")
    assert finding.agents == ("bot", "caller")
    (finding,) = findings(office(app("none"), *CALLER), "untraceable-step")
    assert finding.agents == ("bot",)
    (finding,) = findings(office(app("none"), *CALLER, writes), "untraceable-step")
    assert finding.agents == ("bot", "caller")
