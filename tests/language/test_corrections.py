"""Sentences that would be right in place of unclear ones, and names that may be more than names."""

import pytest

from meshmodel.edits.edit import apply_edit
from meshmodel.language import corrections, parse, read_sentences, single_sentences
from meshmodel.model.records import Snapshot
from tests.rows import all_rows

MODEL = apply_edit(
    Snapshot(),
    parse(
        "bot (ai-agent in desk) > token > tickets (saas in desk); deploy-key opens cluster; cluster in cloud",
        Snapshot(),
    ).edit,
)


def write(text, model=MODEL):
    return [each.text for each in corrections(text, model)]


@all_rows(
    ("text", "right"),
    [
        ("create agent helper", "add agent helper"),
        ("add agent helper kind ai-agent in zone desk", "agent helper (ai-agent in desk)"),
        ("wiki is a system in zone desk", "wiki in desk"),
        ("bot has credential key", "bot holds key"),
        ("bot holdss key", "bot holds key"),
        ("bot uses key to read tickets", "bot > key > tickets: read"),
        ("bot can read tickets", "bot > tickets: read"),
        ("bot connects to wiki using key", "bot > key > wiki"),
        ("token grants read on tickets", "token > tickets: read"),
        ("token opens tickets with read and write", "token opens tickets: read and write"),
        ("bot may read tickets with token", "bot > token > tickets: read"),
        ("bot calls helper", "bot delegates helper"),
        ("outsiders write tickets", "tickets is untrusted"),
        ("human-approval on token > tickets", "ask human-approval on token > tickets"),
        (
            "ask policy-decision on desk > cloud at gateway",
            "ask policy-decision between desk and cloud at gateway",
        ),
        (
            "ask policy-decision between desk and cloud at gate planned",
            "ask policy-decision between desk and cloud at gate, planned",
        ),
        ("ask human-approval on key > wiki", "key > wiki; ask human-approval on key > wiki"),
        (
            "ask human-approval on token > tickets by ann",
            "ann is person; ask human-approval on token > tickets by ann",
        ),
        (
            "deploy-key > cluster: write on behalf of ann",
            "deploy-key > cluster: write; deploy-key on behalf of ann",
        ),
    ],
)
def test_the_sentence_that_would_be_right_is_read_without_a_problem_or_a_doubt(text, right):
    before = parse(text, MODEL)
    assert before.problem is not None or before.warnings
    assert write(text)[0] == right
    for each in corrections(text, MODEL):
        assert (each.problem, each.warnings) == (None, ())


@all_rows(
    ("text", "right"),
    [
        ("bot may read tickets by ann", ["bot may read tickets", 'bot may read "tickets by ann"']),
        ("bot holds key by night", ["bot holds key", 'bot holds "key by night"']),
        ("bot on call holds key", ["bot holds key", '"bot on call" holds key']),
        ("bot holds token spare", ["bot holds token", 'bot holds "token spare"']),
        ("helper in zone lab", ["helper in lab", 'helper in "zone lab"']),
        ("system wiki in desk", ["wiki in desk", '"system wiki" in desk']),
    ],
)
def test_a_new_name_that_begins_like_a_known_one_or_says_by_or_on_is_doubted(text, right):
    (said,) = parse(text, MODEL).warnings
    assert "is taken as one new name, though" in said
    assert [each for each in write(text) if each in right] == write(text)
    assert right[1] in write(text)
    assert parse(right[1], MODEL).warnings == ()


@all_rows(
    "text",
    ["bot holds bot-key", "helper desk holds file key", '"on call" holds key', "bot-on-call holds key"],
)
def test_other_names_are_not_doubted(text):
    assert parse(text, MODEL).warnings == ()


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("bot holds tokn", ["bot holds token", 'bot holds "tokn"']),
        ("helper > tokne > tickets", ["helper > token > tickets", 'helper > "tokne" > tickets']),
        ("bot > depoly-key > ticket", ["bot > deploy-key > tickets"]),
    ],
)
def test_a_new_name_one_letter_away_from_a_known_one_is_doubted(text, right):
    said = parse(text, MODEL).warnings
    assert said
    assert all("one letter away" in each for each in said)
    assert write(text) == right


@pytest.mark.parametrize(
    "text",
    [
        "bot > key-2 > tickets2",
        "bots > k",
        "bot > deploy-kez > t",
        "bot holds a-token",
        "credential:tokn opens x",
    ],
)
def test_numbers_short_names_and_stated_kinds_are_no_slips(text):
    model = apply_edit(MODEL, parse("key-1 opens s", MODEL).edit)
    assert parse(text, model).warnings == ()


@pytest.mark.parametrize(
    ("text", "why", "right"),
    [
        ("outsiders can write in tickets", "'tickets' becomes a new zone, though", "tickets is untrusted"),
        ("wiki in tickets", "'tickets' becomes a new zone, though", "wiki in zone:tickets"),
        ("bot home tickets", "'tickets' becomes a new zone, though", "bot home zone:tickets"),
        ("tickets owner by ann", "“by” is taken as the first word of the owner", "tickets owner ann"),
        ("bot stores token", "'bot' becomes a new system, though", "bot holds token"),
    ],
)
def test_what_is_seldom_meant_is_doubted(text, why, right):
    assert parse(text, MODEL).warnings[0].startswith(why)
    assert write(text)[0] == right


@pytest.mark.parametrize(
    "text", ["wiki in wiki", "tickets in tickets", "tickets owner Byron Lee", 'tickets owner "by ann"']
)
def test_a_zone_may_be_called_as_what_lies_in_it_and_owners_begin_otherwise(text):
    assert parse(text, MODEL).warnings == ()


ASKED = apply_edit(
    MODEL, parse("ann is person; ask human-approval by ann on token > tickets, planned", MODEL).edit
)


def test_a_checkpoint_that_stays_planned_is_doubted():
    text = "ask human-approval by ann on token > tickets"
    (said,) = parse(text, ASKED).warnings
    assert said == "human-approval-tickets is there and stays planned: say enforced, or planned"
    assert write(text, ASKED) == [f"{text}, enforced", f"{text}, planned"]
    assert parse(f"{text}, enforced", ASKED).edit is not None
    assert parse(f"{text}, planned", ASKED).edit is None


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("ann approves each read to tickets", "ask human-approval by ann on token > tickets: read, planned"),
        ("ann approves token > tickets: read", "ask human-approval by ann on token > tickets: read, planned"),
        (
            "bob must approve every read of tickets",
            "bob is person; ask human-approval by bob on token > tickets: read, planned",
        ),
        (
            "bob approves token > tickets",
            "bob is person; ask human-approval by bob on token > tickets, planned",
        ),
        ("dept is a zone", "add zone dept"),
        ("dept (zone)", "add zone dept"),
        ("bot delegates helper only read tickets", "bot delegates helper only tickets:read"),
        ("tickets is owned by ann", "tickets owner ann"),
    ],
)
def test_the_whole_right_sentence_is_answered(text, right):
    before = parse(text, ASKED)
    assert before.problem is not None or before.warnings
    assert write(text, ASKED)[0] == right


def test_only_with_the_action_first_is_told_in_the_right_order():
    assert "such as tickets:read" in parse("bot delegates helper only read tickets", MODEL).problem.message


SERVER = "crm-server (service in desk) > crm-key > crm: read"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("crm-server (mcp-server in desk) > crm-key > crm: read", SERVER),
        (
            "bot > crm-server (MCP server in desk) only crm:read > crm-key > crm",
            "bot > crm-server (service in desk) only crm:read > crm-key > crm",
        ),
        ("bot > key (api-key) > crm-server (mcp-server in desk) > crm-key > crm: read", f"bot > {SERVER}"),
    ],
)
def test_a_server_that_holds_a_key_is_a_service(text, right):
    before = parse(text, MODEL)
    assert before.problem is not None or before.warnings
    assert write(text) == [right]


@pytest.mark.parametrize("rest", [" holds crm-key", " > crm-key > crm: read"])
def test_a_server_is_never_made_twice(rest):
    drawn = apply_edit(MODEL, parse("crm-server is mcp-server in desk", MODEL).edit)
    assert parse(f"crm-server{rest}", drawn).warnings
    (right,) = write(f"crm-server{rest}", drawn)
    assert right == f"delete system:crm-server; crm-server (service in desk){rest}"
    after = apply_edit(drawn, parse(right, drawn).edit)
    assert "crm-server" not in after.system
    assert (after.agent["crm-server"].home, after.agent["crm-server"].kind) == ("desk", "service")
    assert ("crm-server", "crm-key") in after.hold
    used = apply_edit(drawn, parse("bot > key > crm-server", drawn).edit)  # deleting it would take that away
    assert write(f"crm-server{rest}", used) == []


def test_every_problem_of_a_sentence_is_told():
    text = "helper (ai-agnt in desk) > key (api-kee) > tickets: send"
    (unclear,) = read_sentences([text], MODEL).problems
    for each in ("ai-agent", "did you mean api-key", "at “send”"):
        assert each in unclear.why
    (unclear,) = read_sentences(["tickets is restrictd, foo"], MODEL).problems
    assert "did you mean restricted?; at “foo”" in unclear.why
    assert write("helper (ai-agnt in desk) > key (api-kee) > tickets") == [
        "helper (ai-agent in desk) > key (api-key) > tickets"
    ]


def test_no_sentence_of_the_help_is_told_that_is_not_like_it():
    told = read_sentences(["what a day", "bot flies", "bot > key > tickets: send"], MODEL).problems
    assert [each.like is None for each in told] == [True, True, False]


def test_quotes_around_a_subject_say_that_the_next_word_is_the_verb():
    assert parse("order in progress stores key", Snapshot()).warnings
    assert parse('"order in progress" stores key', Snapshot()).warnings == ()


def test_all_that_is_unclear_is_told_at_once_and_a_problem_makes_no_others():
    said = [
        "bot has key",
        "key > wiki: read",
        "ask human-approval on wiki > key",
        "bot may read wiki by ann",
        "what a day",
        "sts issues role",
    ]
    read = read_sentences(said, Snapshot())
    assert [(each.sentence, each.text) for each in read.problems] == [
        (1, said[0]),
        (3, said[2]),
        (5, said[4]),
    ]
    assert [each.sentence for each in read.doubts] == [4]
    assert read.problems[0].write == ("bot holds key",)
    assert [bool(each.write) for each in (*read.problems, *read.doubts)] == [True, True, False, True]
    assert {"bot holds key", "key opens wiki: read", "sts issues role"} <= {*read.previews}


def test_sentences_of_a_line_are_told_apart_and_go_on_from_each_other():
    assert single_sentences('bot > key > files; > box > mail · name files "a; b"; x is saas') == [
        "bot > key > files; > box > mail",
        'name files "a; b"',
        "x is saas",
    ]


SERVED = parse(
    "bot is ai-agent; crm-server (service) > crm-key (api-key) > crm (saas): read, write", Snapshot()
).edit


@pytest.mark.parametrize(
    "text",
    [
        "bot calls crm-server: only read crm",
        "calls crm-server: only read crm",
        "bot uses crm-server to read crm",
    ],
)
def test_a_call_of_a_server_is_a_delegation_with_a_limit(text):
    model = apply_edit(Snapshot(), SERVED)
    read = read_sentences([text], model)
    assert [each.write for each in read.problems] == [("bot delegates crm-server only crm:read",)]


@pytest.mark.parametrize(
    "text",
    ["agent:crm > web-key > web: read", "bot > web-key > system:crm-server: read"],
)
def test_a_stated_kind_beside_another_of_that_name_is_doubted(text):
    read = read_sentences([text], apply_edit(Snapshot(), SERVED))
    assert "though there is the" in read.doubts[0].why


DESK = apply_edit(
    Snapshot(),
    parse(
        "support-bot (ai-agent in desk) > mail-key (api-key) > mail (messaging in desk): read, write;"
        " support-bot > crm-key > crm (saas in cloud): read",
        Snapshot(),
    ).edit,
)
ANN = "Ann is person; ask human-approval by Ann on mail-key > mail: write, planned"


@all_rows(
    ("text", "right"),
    [
        *(
            (f"mail-key {said}", "mail-key lifetime 30d")
            for said in (
                "expires after 30d",
                "expires in 30 days",
                "lifetime 30 days",
                "has a lifetime of 1 month",
                "is valid for 30d",
                "valid for 30 days",
                "lasts 30 days",
                "is rotated every 30 days",
                "ttl 30d",
            )
        ),
        ("mail-key expires in 12 hours", "mail-key lifetime 12h"),
        ("mail-key expires in 1 year", "mail-key lifetime 365d"),
        ("mail-key expires after 15 min", "mail-key lifetime 15m"),
        ("mail-key never expires", "mail-key lifetime unlimited"),
        ("mail-key does not expire", "mail-key lifetime unlimited"),
        ("mail-key (api-key, 30 days)", "mail-key (api-key, 30d)"),
        ("mail-key (api-key, expires in 6 months)", "mail-key (api-key, 180d)"),
        ("mail-key (api-key, never expires)", "mail-key (api-key, unlimited)"),
        ("support-bot is in desk", "support-bot in desk"),
        ("support-bot is located in the desk", "support-bot in desk"),
        ("support-bot (ai-agent, desk)", "support-bot (ai-agent in desk)"),
        ("support-bot (ai-agent, zone desk)", "support-bot (ai-agent, in desk)"),
        ("crm (saas, cloud, confidential)", "crm (saas in cloud, confidential)"),
        ("crm (saas, owned by Sales)", "crm (saas, owner Sales)"),
        ("mail-key > mail: write needs approval by Ann", ANN),
        ("support-bot > mail-key > mail: write requires approval from Ann", ANN),
        ("support-bot > mail: write is approved by Ann", ANN),
        ("writing to mail needs human approval by Ann", ANN),
        ("support-bot's writes to mail need approval by Ann", ANN),
        ("any write to mail by support-bot must be approved by Ann", ANN),
        ("support-bot needs approval by Ann to write mail", ANN),
        ('mail-key > mail: write needs approval by "Ann Lee"', ANN.replace("Ann", '"Ann Lee"')),
        (
            "support-bot needs approval by Ann",
            (
                "Ann is person; ask human-approval by Ann on mail-key > mail, planned;"
                " ask human-approval by Ann on crm-key > crm, planned"
            ),
        ),
        (
            "wiki-key > wiki: write needs approval by Ann",
            f"wiki-key > wiki: write; {ANN}".replace("mail", "wiki"),
        ),
        ("support-bot has note: checked weekly", "note on support-bot: checked weekly"),
        ("support-bot note: checked weekly", "note on support-bot: checked weekly"),
        ("note for support-bot: checked weekly", "note on support-bot: checked weekly"),
        ("crm has a question: who owns it?", "question on crm: who owns it?"),
        ("question about crm: who owns it?", "question on crm: who owns it?"),
        ("support-bot is allowed to read mail", "support-bot may read mail"),
        ("add mcp-server support-bot for support-bot", "add mcp-server support-bot-server for support-bot"),
        ("add mcp-server support-bot for helper", "helper delegates support-bot"),
        ("helper > mail-key > mail: read", "helper > mail-key > mail"),
        ("support-bot acts on behalf of Ann", "mail-key on behalf of Ann; crm-key on behalf of Ann"),
        ("mail-key is stored in repo", "repo stores mail-key"),
        ("mail-key is held by helper", "helper holds mail-key"),
        ("mail-key is issued by sts", "sts issues mail-key"),
        ("support-bot is triggered by mail", "mail triggers support-bot"),
        ("helper is called by support-bot", "support-bot delegates helper"),
        ("support-bot is hosted on cluster", "support-bot runs on cluster"),
        (
            "desk is corporate, cloud is production, lab is staging",
            "desk is corporate; cloud is production; lab is staging",
        ),
        ("wiki-key (cloud-role, 1h)", "wiki-key (other, 1h)"),
        ("wiki (saas, anyone can write)", "wiki (saas, untrusted)"),
        (
            "support-bot reads wiki using wiki-key (oauth, expires in 15 minutes)",
            "support-bot > wiki-key (oauth-client-credentials, 15m) > wiki: read",
        ),
        (
            "support-bot > wiki-key (api-key, no expiry) > wiki (sass, owned by Sales)",
            "support-bot > wiki-key (api-key, unlimited) > wiki (saas, owner Sales)",
        ),
    ],
)
def test_what_an_assistant_writes_in_plain_english_gets_the_right_sentence(text, right):
    (unclear,) = [each for part in read_sentences([text], DESK)[2:] for each in part]
    assert unclear.write[0] == right


@pytest.mark.parametrize(
    "text", ["writes to wiki need approval by Ann", "wiki's reads of mail need approval by Ann"]
)
def test_an_approval_of_no_step_is_no_sentence(text):
    assert write(text, DESK) == []


@all_rows(
    "text", ["mail-key expires in 30 days", "mail-key has lifetime 30d", "bot must read > mail-key > mail"]
)
def test_a_name_that_says_what_follows_it_is_doubted_in_an_empty_model(text):
    assert "is taken as one new name, though" in parse(text, Snapshot()).warnings[0]


def test_another_holder_of_a_key_does_not_narrow_what_it_opens_unasked():
    (said,) = parse("helper > mail-key > mail: read", DESK).warnings
    assert said == "mail-key opens mail for its other holders too: write is taken away"
    for text in ("helper > mail-key > mail", "support-bot > mail-key > mail: read", "mail-key > mail: read"):
        assert parse(text, DESK).warnings == ()
