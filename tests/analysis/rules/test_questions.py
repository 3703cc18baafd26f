"""What the drawing does not say: one row an element, and no finding."""

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import Question
from meshmodel.model import records as r
from tests.analysis.rules.drawing import TODAY, merged
from tests.rows import all_rows

OWNER = "Who owns it?"
HOME = "In which zone does it work (its home zone)?"
INTENT = "What is it meant to do (it can be prompt-injected)?"
LIFETIME = "How long is it valid?"
SECRET = "Where is it stored?"
SENSITIVE = "How sensitive is it (counted as internal)?"
AUDIT = "What does its log record: nothing, the identity, or also the person?"
ONE_ZONE = "It reaches only Office: is Office really one trust zone?"

SYSTEM = {"zone": "office", "sensitivity": "internal", "audit": "identity", "owner": "ann"}
AGENT = {"kind": "service", "home": "office", "owner": "ann"}
CREDENTIAL = {"lifetime": "1h", "owner": "ann"}


def answered(*more, without=()):
    """An office of which everything is said."""
    records = [
        r.Zone("office", name="Office"),
        r.Zone("far"),
        r.System("app", **SYSTEM),
        r.Agent("bot", **AGENT),
        r.Credential("token", **CREDENTIAL),
        r.Hold("bot", "token"),
        r.Grant("token", "app", ("read",)),
    ]
    return merged(records, more, without)


def asked(*more, without=()):
    return [
        (each.element, *each.asks)
        for each in analyse(answered(*more, without=without), today=TODAY).questions
    ]


def token(**fields):
    return r.Credential("token", **{**CREDENTIAL, **fields})


def app(**fields):
    return r.System("app", **{**SYSTEM, **fields})


def bot(**fields):
    return r.Agent("bot", **{**AGENT, **fields})


SECOND = (
    r.Credential("other", **CREDENTIAL),
    r.Hold("bot", "other"),
    r.Grant("other", "app", ("read",)),
)
FAR = r.System("store", **{**SYSTEM, "zone": "far"})


@all_rows(
    ("more", "expected"),
    [
        ([], []),
        ([app(owner=None)], [("system:app", OWNER)]),
        ([app(sensitivity=None)], [("system:app", SENSITIVE)]),
        ([app(audit=None)], [("system:app", AUDIT)]),
        ([app(owner=None, sensitivity=None, audit=None)], [("system:app", OWNER, SENSITIVE, AUDIT)]),
        ([bot(owner=None)], [("agent:bot", OWNER)]),
        ([bot(home=None)], [("agent:bot", HOME)]),
        ([bot(owner=None, home=None, status="retired")], []),
        ([token(owner=None)], [("credential:token", OWNER)]),
        ([token(owner=None, lifetime=None, status="revoked")], []),
        # a steerable agent with no intents; of which no kind is given, too
        ([bot(kind="ai-agent")], [("agent:bot", INTENT)]),
        ([bot(kind=None)], [("agent:bot", INTENT)]),
        ([bot(kind="ai-agent"), r.Intent("bot", "app", ("read",))], []),
        ([bot(kind="ai-agent", steerable=False)], []),
        # two identities and one zone
        ([*SECOND], [("agent:bot", ONE_ZONE)]),
        ([*SECOND, FAR, r.Grant("other", "store", ("read",))], []),
        ([token(identity="svc"), *SECOND, r.Credential("other", identity="svc", **CREDENTIAL)], []),
        # of the identities the one of a copy counts as well
        (
            [
                r.Agent("boss", **AGENT),
                r.Credential("own", **CREDENTIAL),
                r.Hold("boss", "own"),
                r.Grant("own", "app", ("read",)),
                r.Delegation("boss", "bot", only=("app:read",)),
            ],
            [("agent:boss", ONE_ZONE)],
        ),
        # where a secret lies: held, bearer, not attested, for more than a day, and in no custody
        ([token(lifetime=None)], [("credential:token", LIFETIME, SECRET)]),
        ([token(lifetime="24h")], []),
        ([token(lifetime="86401s")], [("credential:token", SECRET)]),
        ([token(lifetime="unlimited")], [("credential:token", SECRET)]),
        ([token(lifetime="2d", binding="host")], []),
        ([token(lifetime="2d", attested=True)], []),
        ([token(lifetime="2d"), r.Custody("app", "token")], []),
        ([token(lifetime="2d"), r.Custody("app", "token", how="issues")], []),
        ([r.Credential("spare", **{**CREDENTIAL, "lifetime": "2d"})], []),
        (
            [
                r.Credential("spare", **{**CREDENTIAL, "lifetime": "2d"}),
                r.Agent("tool", **AGENT),
                r.Delegation("bot", "tool", ("spare",)),
            ],
            [("agent:bot", ONE_ZONE), ("credential:spare", SECRET)],
        ),
    ],
)
def test_it_asks_what_is_not_said_and_nothing_else(more, expected):
    assert asked(*more) == expected


BOSS = r.Agent("boss", name="Boss", **AGENT)


@all_rows(
    ("more", "only", "asks"),
    [
        ([], ("app:read",), []),
        ([], ("app:write",), ["Boss may have it write app: with which credential?"]),
        ([], ("app:read", "app:write"), ["Boss may have it write app: with which credential?"]),
        ([r.Grant("token", "app", ("admin",))], ("app:issue", "app:write"), []),
        # what it has another one do is not done by it
        (
            [
                r.Agent("tool", **AGENT),
                r.Credential("pen", **CREDENTIAL),
                r.Hold("tool", "pen"),
                r.Grant("pen", "app", ("write",)),
                r.Delegation("bot", "tool"),
            ],
            ("app:write",),
            ["Boss may have it write app: with which credential?"],
        ),
        ([r.Agent("boss", status="retired", **AGENT)], ("app:write",), []),
    ],
)
def test_it_asks_by_what_an_agent_does_what_it_is_limited_to(more, only, asks):
    rows = {element: rest for element, *rest in asked(BOSS, r.Delegation("boss", "bot", only=only), *more)}
    assert [each for each in rows.get("agent:bot", []) if each != ONE_ZONE] == asks


def test_questions_are_listed_by_element_and_are_no_findings():
    mesh = merged([], [r.System("b"), r.System("a"), r.Agent("b"), r.Agent("a"), r.Credential("a")])
    analysis = analyse(mesh, today=TODAY)
    assert [each.element for each in analysis.questions] == [
        "agent:a",
        "agent:b",
        "credential:a",
        "system:a",
        "system:b",
    ]
    assert analysis.findings == ()


def test_what_is_said_later_is_asked_no_more_and_is_named_so():
    before = analyse(answered(bot(kind="ai-agent", owner=None), r.Zone("office"), *SECOND), today=TODAY)
    assert OWNER in before.questions[0].asks
    assert before.doors == ()
    after = answered(bot(kind="ai-agent", name="Bot"), *SECOND)
    again = before.with_words_of(after)
    assert (
        again.questions
        == analyse(after, today=TODAY).questions
        == (Question("agent:bot", (ONE_ZONE, INTENT)),)
    )


def test_an_open_note_that_asks_is_a_question_until_it_is_done():
    notes = [
        r.Note("whose", "Whose is it?", "system:app", "question"),
        r.Note("what", "What is it for?", None, "question"),
        r.Note("said", "It is mine.", "system:app"),
        r.Note("answered", "Is it?", "system:app", "question", state="done"),
    ]
    found = [(each.element, *each.asks) for each in analyse(answered(*notes), today=TODAY).questions]
    assert found == [("note:what", "What is it for?"), ("note:whose", "Whose is it?")]
