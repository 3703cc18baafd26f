"""Limits that are asked of a model, and systems into which agents carry what outsiders said."""

from meshmodel.model import records as r
from tests.analysis.rules.drawing import findings, found, merged, office
from tests.rows import all_rows


def limited(*more, only=("app:read",), kind="ai-agent", **fields):
    """A boss has the bot do one thing for it."""
    return office(
        r.Agent("boss", kind="service"),
        r.Agent("bot", kind=kind, home="office"),
        r.Delegation("boss", "bot", only=only, **fields),
        *more,
    )


LIMITS = [
    (limited(), [("boss>bot", "low")]),
    # of which no kind is given, too
    (limited(kind=None), [("boss>bot", "low")]),
    (limited(kind="service"), []),
    (limited(r.Agent("bot", kind="ai-agent", steerable=False)), []),
    (limited(r.Agent("bot", kind="service", steerable=True)), [("boss>bot", "low")]),
    (limited(only=None), []),
    # values of closed sets come back: another limit, and one that holds
    (limited(only=None, returns="values"), []),
    (limited(returns="values"), [("boss>bot", "low")]),
    (limited(r.Agent("boss", status="retired")), []),
    (limited(r.Agent("bot", kind="ai-agent", status="retired")), []),
    # whoever asks
    (limited(r.Agent("boss", kind="person")), [("boss>bot", "low")]),
    # whether it can do that or not
    (limited(only=("app:admin",)), [("boss>bot", "low")]),
]


def words(*more, without=()):
    """A clerk reads mail and writes notes."""
    records = [
        r.System("mail", untrusted_input=True),
        r.System("notes"),
        r.Agent("clerk", kind="ai-agent"),
        r.Credential("pen"),
        r.Hold("clerk", "pen"),
        r.Grant("pen", "mail", ("read",)),
        r.Grant("pen", "notes", ("write",)),
    ]
    return merged(records, more, without)


READER = (r.Agent("reader", kind="ai-agent"), r.Credential("eye"), r.Hold("reader", "eye"))
ON = (
    *READER,
    r.System("far", integrity="high"),
    r.Grant("eye", "notes", ("read",)),
    r.Grant("eye", "far", ("write",)),
)


def ask(step="grant", from_="pen", to="notes", **fields):
    return r.Checkpoint("ask", "human-approval", step, from_, to, **fields)


CARRIED = [
    (words(), "built", [("notes", "low")]),
    (words(r.System("mail")), "built", []),
    # whatever an unwanted action harms: that counts where the words act
    (words(r.System("notes", integrity="medium")), "built", [("notes", "low")]),
    (words(r.System("notes", integrity="high")), "built", [("notes", "low")]),
    (words(r.System("notes", integrity="critical")), "built", [("notes", "low")]),
    (words(r.System("notes", sensitivity="confidential")), "built", [("notes", "low")]),
    (words(r.System("notes", sensitivity="restricted", integrity="low")), "built", [("notes", "low")]),
    # first-hand is not carried, nor is there anything to carry where values alone are kept
    (words(r.System("notes", untrusted_input=True)), "built", []),
    (words(r.System("notes", typed=True)), "built", []),
    # by whoever is steered: no person, and only by writing
    # or a program that copies
    (words(r.Agent("clerk", kind="service")), "built", [("notes", "low")]),
    (words(r.Agent("clerk", kind="person", steerable=True)), "built", []),
    (words(r.Agent("clerk", kind="service"), r.Trigger("mail", "clerk")), "built", [("notes", "low")]),
    (words(r.Grant("pen", "notes", ("execute",))), "built", []),
    (words(r.Grant("pen", "notes", ("admin",))), "built", [("notes", "low")]),
    (words(r.Agent("clerk", kind="ai-agent", status="retired")), "built", []),
    # on and on
    (words(*ON), "built", [("far", "low"), ("notes", "low")]),
    (words(*ON, r.System("notes", typed=True)), "built", []),
    # a decision on the way clears what lies behind it, if it counts
    (words(ask()), "built", []),
    (words(ask(freshness="cached")), "built", [("notes", "low")]),
    (words(ask(state="planned")), "built", [("notes", "low")]),
    (words(ask(state="planned")), "designed", []),
    (words(ask("hearing", "mail", "clerk")), "built", []),
    (words(*ON, ask("hearing", "notes", "reader")), "built", [("notes", "low")]),
    (words(*ON, ask()), "built", []),
    # by a program that an agent sets to work
    (
        words(
            r.Agent("tool", kind="service"),
            r.Hold("tool", "pen"),
            r.Credential("eye"),
            r.Hold("clerk", "eye"),
            r.Grant("eye", "mail", ("read",)),
            r.Delegation("clerk", "tool", only=("notes:write",)),
            without=[("hold", ("clerk", "pen"))],
        ),
        "built",
        [("notes", "low")],
    ),
    (
        words(
            r.Agent("tool", kind="service"),
            r.Hold("tool", "pen"),
            r.Credential("eye"),
            r.Hold("clerk", "eye"),
            r.Grant("eye", "mail", ("read",)),
            r.Delegation("clerk", "tool", only=("notes:read",)),
            without=[("hold", ("clerk", "pen"))],
        ),
        "built",
        [],
    ),
]

TABLE = [
    *(("advisory-limit", mesh, "built", expected) for mesh, expected in LIMITS),
    *(("carried-words", *row) for row in CARRIED),
]


@all_rows(("rule", "mesh", "view", "expected"), TABLE)
def test_it_holds_where_it_should_and_not_elsewhere(rule, mesh, view, expected):
    assert found(mesh, rule, view) == expected


def test_it_tells_what_the_limit_names():
    (finding,) = findings(limited(only=("app:read", "app:write")), "advisory-limit")
    assert finding.message == (
        "boss limits bot to read and write app. But bot can be prompt-injected, and nothing "
        "enforces the limit."
    )
    assert finding.agents == ("boss", "bot")
    assert finding.about == (
        ("delegation", ("boss", "bot")),
        ("agent", "boss"),
        ("agent", "bot"),
        ("system", "app"),
    )


def test_it_tells_who_carries_the_words():
    (finding,) = findings(words(), "carried-words")
    assert finding.message == (
        "clerk can copy untrusted content into notes. Agents that read notes may follow it."
    )
    assert finding.agents == ("clerk",)
    assert finding.about == (("system", "notes"), ("agent", "clerk"))


def test_who_would_carry_them_but_for_a_decision_is_not_told():
    late = (r.Agent("late", kind="ai-agent"), r.Hold("late", "pen"))
    mesh = words(*late, r.Checkpoint("asked", "human-approval", "hearing", "mail", "late"))
    (finding,) = findings(mesh, "carried-words")
    assert finding.agents == ("clerk",)


def test_words_that_come_without_an_agent_are_told_without_one():
    mesh = words(
        r.Credential("found"),
        r.Custody("mail", "found", by=("write",)),
        r.Grant("found", "notes", ("write",)),
        r.Checkpoint("asked", "human-approval", "hearing", "mail", "clerk"),
    )
    (finding,) = findings(mesh, "carried-words")
    assert finding.message == ("Untrusted content gets into notes. Agents that read notes may follow it.")
    assert finding.agents == ()
