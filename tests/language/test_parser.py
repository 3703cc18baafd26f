"""The quick line's language: what sentences do, refuse, complete, and that none breaks it."""

from datetime import date

from meshmodel.edits.edit import apply_edit
from meshmodel.interchange import read_file
from meshmodel.language import parse
from meshmodel.model import records as r
from meshmodel.model.phrases import phrase
from meshmodel.model.records import TABLES, Snapshot
from tests.edits.models import HOSTILE, MODELS, full_snapshot
from tests.rows import all_rows

SUPPORT_AGENT = (
    "support-bot>ticket-token>tickets:rw;support-bot>file-sas>attachments:r;"
    "tickets in helpdesk is saas,confidential,untrusted;"
    "attachments in cloud is object-storage,confidential;"
    "support-bot home helpdesk is ai-agent;file-sas is sas-token"
)


def after(text: str, snapshot: Snapshot | None = None) -> Snapshot:
    snapshot = snapshot or Snapshot()
    sentence = parse(text, snapshot)
    assert sentence.problem is None, sentence.problem
    assert sentence.edit is not None, sentence.preview
    assert sentence.preview
    return apply_edit(snapshot, sentence.edit)


def problem(text: str, snapshot: Snapshot | None = None) -> str:
    sentence = parse(text, snapshot or Snapshot())
    assert sentence.edit is None
    assert sentence.problem is not None, sentence.preview
    assert 0 <= sentence.problem.start <= sentence.problem.end <= len(text)
    assert "\n" not in sentence.problem.message
    return sentence.problem.message


def test_support_agent_from_an_empty_page_takes_fewer_than_250_keys() -> None:
    assert len(f":{SUPPORT_AGENT}\n") < 250
    drawn = after(SUPPORT_AGENT)
    wanted = read_file(MODELS / "support-agent.toml")
    assert set(drawn.hold) == set(wanted.hold)
    assert {key: grant.actions for key, grant in drawn.grant.items()} == {
        key: grant.actions for key, grant in wanted.grant.items()
    }
    for key, system in wanted.system.items():
        mine = drawn.system[key]
        assert (mine.kind, mine.zone, mine.sensitivity, mine.untrusted_input) == (
            system.kind,
            system.zone,
            system.sensitivity,
            system.untrusted_input,
        )
    assert drawn.agent["support-bot"].home == wanted.agent["support-bot"].home
    assert drawn.agent["support-bot"].kind == wanted.agent["support-bot"].kind
    assert drawn.credential["file-sas"].kind == wanted.credential["file-sas"].kind
    assert set(drawn.zone) == set(wanted.zone)


def test_a_chain_holds_and_grants_at_once() -> None:
    drawn = after("support-bot > ticket-token > tickets: read, write")
    assert list(drawn.agent) == ["support-bot"]
    assert set(drawn.hold) == {("support-bot", "ticket-token")}
    assert drawn.grant["ticket-token", "tickets"].actions == ("read", "write")


@all_rows(
    ("text", "tables"),
    [
        ("a > c", {"agent", "credential", "hold"}),
        ("c > s: read", {"credential", "system", "grant"}),
        ("agent:a > agent:b", {"agent", "delegation"}),
        ("credential:a > credential:b", {"credential", "exchange"}),
        ("system:a > agent:b", {"system", "agent", "trigger"}),
        ("system:a > credential:b", {"system", "credential", "custody"}),
        ("agent:a > system:b", {"agent", "system", "credential", "hold", "grant"}),
        ("a > c > s: rw > d > t: x", {"agent", "credential", "system", "hold", "grant", "custody"}),
    ],
)
def test_kinds_follow_from_position(text: str, tables: set[str]) -> None:
    drawn = after(text)
    used = {each for each in TABLES if drawn.table(each)}
    assert used == tables


def test_kinds_follow_from_what_is_known() -> None:
    snapshot = full_snapshot()
    assert ("worker", "file-key") in after("worker > file-key", snapshot).hold
    assert ("role", "lone") in after("role > lone", snapshot).grant
    drawn = after("worker > lone: write", snapshot)
    assert drawn.grant["lone-key", "lone"].actions == ("write",)
    assert ("worker", "lone-key") in drawn.hold


def test_a_second_grant_sentence_says_what_is_so_from_now_on() -> None:
    snapshot = after("c > s: read, write")
    snapshot = apply_edit(
        snapshot,
        parse("s is saas", snapshot).edit,  # type: ignore[arg-type] # it has an edit
    )
    sentence = parse("c > s: write", snapshot)
    assert sentence.preview == ("c opens s: write (so far read, write)",)
    assert after("c > s: write", snapshot).grant["c", "s"].actions == ("write",)
    assert parse("c > s", snapshot).edit is None


def test_sentences_with_verbs() -> None:
    drawn = after(
        "ci stores deploy-key · vault issues db-role; oidc exchanges role at sts · "
        "planner delegates worker passing user-token · inbox triggers fixer; worker runs on cluster"
    )
    assert drawn.custody["ci", "deploy-key"].how == "stores"
    assert drawn.custody["vault", "db-role"].how == "issues"
    assert drawn.exchange["oidc", "role"].at == "sts"
    assert drawn.delegation["planner", "worker"].passes == ("user-token",)
    assert ("inbox", "fixer") in drawn.trigger
    assert drawn.agent["worker"].runs_on == "cluster"


def test_the_other_ways_to_say_it() -> None:
    drawn = after("bot holds a, b; a opens files: rw; cluster hosts worker; x delegates to y")
    assert set(drawn.hold) == {("bot", "a"), ("bot", "b")}
    assert drawn.grant["a", "files"].actions == ("read", "write")
    assert drawn.agent["worker"].runs_on == "cluster"
    assert ("x", "y") in drawn.delegation
    drawn = after("a exchanges b unpinned, impersonation; s stores k by admin, read", drawn)
    assert drawn.exchange["a", "b"].pinned is False
    assert drawn.exchange["a", "b"].semantics == "impersonation"
    assert drawn.custody["s", "k"].by == ("read", "admin")


def test_intents() -> None:
    snapshot = full_snapshot()
    drawn = after("bot may read, write files from tickets, home", snapshot)
    assert drawn.intent["bot", "files"] == r.Intent("bot", "files", ("read", "write"), ("home", "tickets"))
    assert after("bot may read files", snapshot).intent["bot", "files"].from_ is None


@all_rows(
    ("text", "intent"),
    [
        ("bot may read files 40 times a day", r.Intent("bot", "files", ("read",), per_day=40)),
        ("bot may read files, 0.5 a day", r.Intent("bot", "files", ("read",), per_day=0.5)),
        ("bot may rw files 3 a day from home", r.Intent("bot", "files", ("read", "write"), ("home",), 3)),
        ("bot may read files from home, tickets, 2 times a day; bot may write files",
         r.Intent("bot", "files", ("write",), per_day=2)),
    ],
)  # fmt: skip
def test_how_often_an_intent_is_used(text: str, intent: r.Intent) -> None:
    drawn = after(text, full_snapshot())
    assert drawn.intent["bot", "files"] == intent
    shown = "0.5 times a day" if intent.per_day == 0.5 else f"{intent.per_day} times a day"
    assert shown in phrase(drawn.intent["bot", "files"])
    again = phrase(intent)
    assert after(again, full_snapshot()).intent["bot", "files"] == intent


@all_rows(
    ("text", "step", "start", "end"),
    [
        ("ask human-approval on ticket-token > tickets", "grant", "ticket-token", "tickets"),
        ("ask human-approval on bot > file-key", "hold", "bot", "file-key"),
        ("ask policy-decision on tickets stores role", "custody", "tickets", "role"),
        ("ask policy on bot delegates worker", "delegation", "bot", "worker"),
        ("ask policy on tickets triggers worker", "trigger", "tickets", "worker"),
        ("ask policy on files triggers bot", "hearing", "files", "bot"),
        ("ask policy on hearing files > bot", "hearing", "files", "bot"),
        ("ask policy on files > bot", "hearing", "files", "bot"),
        ("ask policy on tickets > worker", "trigger", "tickets", "worker"),
        ("worker is steerable; ask policy on tickets > worker", "hearing", "tickets", "worker"),
        ("ann is person; ask policy on hearing tickets > worker by ann", "hearing", "tickets", "worker"),
        ("ask policy on bot hears files", "hearing", "files", "bot"),
        ("ask policy on ticket-token > role", "exchange", "ticket-token", "role"),
        ("ask policy-decision between desk and cloud at gateway", "boundary", "desk", "cloud"),
        ("ask policy-decision between desk and system:lone", "boundary", "desk", "system:lone"),
        ("ask policy-decision between desk and lone", "boundary", "desk", "system:lone"),
    ],
)
def test_checkpoints(text: str, step: str, start: str, end: str) -> None:
    snapshot = full_snapshot()
    drawn = after(text, snapshot)
    (new,) = set(drawn.checkpoint) - set(snapshot.checkpoint)
    found = drawn.checkpoint[new]
    assert (found.step, found.from_, found.to) == (step, start, end)
    assert (found.freshness, found.state) == ("per-action", "enforced")


def test_checkpoint_on_hosting_and_its_details() -> None:
    drawn = after("worker runs on cluster; ask policy on worker runs on cluster")
    assert drawn.checkpoint["policy-decision-worker"].step == "hosting"
    people = "svc-a is person; svc-b is person"
    text = "ask human-approval on file-key > files: read, planned, cached at gateway by svc-a, svc-b rate 12"
    text = f"{people}; {text}"
    found = after(text, full_snapshot()).checkpoint["ask"]
    assert found == r.Checkpoint(
        "ask",
        "human-approval",
        "grant",
        "file-key",
        "files",
        ("read",),
        "cached",
        "planned",
        "gateway",
        ("svc-a", "svc-b"),
        12,
    )


def test_where_things_lie_and_what_they_are() -> None:
    drawn = after("tickets in desk · tickets is saas, confidential, untrusted · support-bot home desk")
    assert drawn.system["tickets"] == r.System(
        "tickets", kind="saas", zone="desk", sensitivity="confidential", untrusted_input=True
    )
    assert drawn.agent["support-bot"].home == "desk"
    drawn = after("tickets is trusted, audit identity, not exposed, public; desk is production", drawn)
    assert drawn.system["tickets"].untrusted_input is False
    assert drawn.system["tickets"].audit == "identity"
    assert drawn.system["tickets"].exposed is False
    assert drawn.zone["desk"].environment == "production"
    drawn = after("k is sas-token, human, dpop, 15m, attested; support-bot is retired", drawn)
    assert drawn.credential["k"] == r.Credential(
        "k", kind="sas-token", subject="human", binding="dpop", lifetime="15m", attested=True
    )
    assert drawn.agent["support-bot"].status == "retired"


def test_any_field_by_its_name() -> None:
    drawn = after(
        "files vendor Big Cloud Inc; k on behalf of Ann; k lifetime 30d; "
        "files kind my-own-kind; k audience files",
        after("c > files: read; a > k"),
    )
    assert drawn.system["files"].vendor == "Big Cloud Inc"
    assert drawn.system["files"].kind == "my-own-kind"
    assert (drawn.credential["k"].on_behalf_of, drawn.credential["k"].lifetime) == ("Ann", "30d")
    assert drawn.credential["k"].audience == ("files",)
    assert after("files vendor unset", drawn).system["files"].vendor is None
    named = after(
        "k known as arn:aws:iam::111122223333:role/k*, Key One; files known as files.example", drawn
    )
    assert named.credential["k"].known_as == ("Key One", "arn:aws:iam::111122223333:role/k*")
    assert named.system["files"].known_as == ("files.example",)
    subject = 'files known as "CN=files,O=Example", files.example'
    assert after(subject, named).system["files"].known_as == ("CN=files,O=Example", "files.example")
    assert after("k known as unset", named).credential["k"].known_as is None
    assert "there is no element 'other'" in problem("other known as bot", named)
    assert "lifetime" in problem("k lifetime soon", drawn)


def test_rename_delete_and_name() -> None:
    snapshot = full_snapshot()
    drawn = after('rename bot Support Bot; name files "All files"; delete worker', snapshot)
    assert drawn.agent["support-bot"].name == "Support Bot"
    assert set(drawn.agent) == {"support-bot", "third"}
    assert ("support-bot", "file-key") in drawn.hold
    assert drawn.system["files"].name == "All files"
    assert ("bot", "file-key") not in after("delete bot > file-key", snapshot).hold
    assert ("tickets", "role") not in after("delete tickets stores role", snapshot).custody
    assert after('name model "Ours"', snapshot).about.name == "Ours"
    assert "no element" in problem("delete nothing-there", snapshot)


def test_a_finding_is_accepted_for_a_time_and_a_reason() -> None:
    text = "accept missing-checkpoint of file-key > tickets by Ann Lee until 2027-01-31: a pilot, for a month"
    drawn = after(text, full_snapshot())
    assert drawn.acceptance["missing-checkpoint", "file-key>tickets"] == r.Acceptance(
        "missing-checkpoint", "file-key>tickets", "a pilot, for a month", "Ann Lee", date(2027, 1, 31)
    )
    assert "2027-01-31" in problem("accept toxic-flow of bot by Ann until soon: no")
    assert "write: accept" in problem("accept toxic-flow of bot")


def test_typed_names_become_ids_and_stay_as_names() -> None:
    drawn = after("Support Bot > Ticket Token > Tickets: read")
    assert drawn.agent["support-bot"].name == "Support Bot"
    assert drawn.system["tickets"].name == "Tickets"
    again = parse("support bot > ticket token > TICKETS: read", drawn)
    assert again.preview == ("nothing to change: it is so already",)
    drawn = after("zone 表; zone 計; zone Ärger")
    assert {zone.name for zone in drawn.zone.values()} == {"表", "計", "Ärger"}
    assert "arger" in drawn.zone
    assert after("表 is production", drawn).zone["biao"].environment == "production"


def test_names_in_other_scripts_have_ids_that_can_be_read_and_are_not_taken_for_each_other() -> None:
    drawn = after("支付代理 > 令牌 > 数据库系统: read")
    assert {id_: each.name for id_, each in drawn.agent.items()} == {"zhifudaili": "支付代理"}
    assert {id_: each.name for id_, each in drawn.credential.items()} == {"lingpai": "令牌"}
    assert {id_: each.name for id_, each in drawn.system.items()} == {"shujukuxitong": "数据库系统"}
    again = parse("支付代理 > 令牌 > 数据库系统: read", drawn)
    assert again.preview == ("nothing to change: it is so already",)
    # It sounds the same and is another one.
    other = after("支付代理 > 领牌 > 数据库系统: write", drawn)
    assert {id_: each.name for id_, each in other.credential.items()} == {
        "lingpai": "令牌",
        "lingpai-2": "领牌",
    }
    assert "an id has letters a-z" in problem("rename lingpai 领牌", drawn)


def test_what_could_be_two_things_is_asked() -> None:
    snapshot = after("agent:x > credential:y; system:x in z")
    message = problem("rename x w", snapshot)
    assert "agent:x" in message
    assert "system:x" in message
    assert after("rename system:x w", snapshot).system["w"].zone == "z"
    assert after("x is saas", snapshot).system["x"].kind == "saas"
    message = problem("x > fixer", after("agent fixer", snapshot))
    assert "write agent:x or system:x" in message
    assert ("x", "fixer") in after("system:x > fixer", after("agent fixer", snapshot)).trigger


@all_rows(
    ("text", "said"),
    [
        ("tickets is confidental", "did you mean confidential"),
        ("foo", "a sentence is like"),
        ("bot > ", "a name is needed"),
        ("> bot", "a name is needed"),
        ("bot > k > s: fly", "actions are read"),
        ("c > s:", "actions are needed"),
        ("ask", "a sentence is like"),
        ("ask nothing on a > b", "checkpoints are"),
        ("ask human-approval on a > b", "connect them first"),
        ("ask human-approval on", "name a step"),
        ("bot may files", "actions are needed"),
        ("bot may read files 0 times a day", "a number above 0"),
        ("bot may read files many times a day", "a number above 0"),
        ("bot may read files -1 a day", "a number above 0"),
        ("ask human-approval on hearing nothing > bot", "there is no such step"),
        ("ask human-approval on hearing tickets", "name a step"),
        ("a delegates a", "itself"),
        ("name x", "write: name"),
        ("k is api-key; k in z", "is in no zone"),
        ("x is other", "write system:x or credential:x"),
        ('zone z; z name "\x07"', "control"),
        ("bot: read > k", "actions belong after"),
        ("zone:z > k", "no relation fits"),
        ("zone:z stores k", "a system is needed here"),
    ],
)
def test_problems_say_what_and_where(text: str, said: str) -> None:
    assert said in problem(text)


def test_secrets_are_refused_as_in_files() -> None:
    assert problem("bot > ghp_0123456789abcdefghijABCDEFGHIJ012345 > files: read")


def test_hostile_names_survive_as_text() -> None:
    drawn = after(f'tickets name "{HOSTILE}"', full_snapshot())
    assert drawn.system["tickets"].name == HOSTILE


def test_the_model_given_stays_as_it_is() -> None:
    snapshot = full_snapshot()
    parse("delete bot; delete files; x > y > z: read", snapshot)
    assert snapshot == full_snapshot()
