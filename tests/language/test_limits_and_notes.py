"""The quick line's language: limits of delegations, what systems hold, and notes."""

from datetime import date

from meshmodel.language import completions, parse
from meshmodel.model import records as r
from tests.edits.models import full_snapshot
from tests.language.test_parser import after, problem
from tests.rows import all_rows


def test_what_systems_hold_and_who_listens() -> None:
    drawn = after("tickets is typed, integrity critical, requests exposed, saas; files is untrusted")
    assert drawn.system["tickets"] == r.System(
        "tickets", kind="saas", typed=True, integrity="critical", exposed_requests=True
    )
    drawn = after("tickets is not typed, not requests exposed; files integrity high", drawn)
    assert not drawn.system["tickets"].typed
    assert not drawn.system["tickets"].exposes_requests
    assert drawn.system["files"].integrity == "high"
    drawn = after("files exposed yes; files exposed requests no; tickets typed yes", drawn)
    assert (drawn.system["files"].exposed, drawn.system["files"].exposed_requests) == (True, False)
    assert drawn.system["tickets"].typed
    assert after("files integrity unset", drawn).system["files"].integrity is None
    assert "says nothing of a agent" in problem("bot is typed", full_snapshot())


def test_delegations_are_limited() -> None:
    drawn = after("bot delegates server passing key only tickets:read, files:rw returns values")
    assert drawn.delegation["bot", "server"] == r.Delegation(
        "bot", "server", ("key",), ("files:read", "files:write", "tickets:read"), "values"
    )
    assert set(drawn.system) == {"tickets", "files"}
    again = "bot delegates server only files:rw, tickets:read"
    assert parse(again, drawn).preview == ("nothing to change: it is so already",)
    less = after("bot delegates server only system:files: write, read", drawn).delegation["bot", "server"]
    assert (less.only, less.passes, less.returns) == (("files:read", "files:write"), ("key",), "values")
    free = after("bot delegates server only unset returns words", drawn).delegation["bot", "server"]
    assert free == r.Delegation("bot", "server", ("key",))
    said = parse("bot delegates server returns values only tickets:x", drawn).preview
    assert said == ("bot delegates server passing key only tickets:execute returns values (changed)",)


def test_an_agent_may_be_called_like_an_option() -> None:
    drawn = after('agent robot; agent "only returns"')
    assert ("robot", "only-returns") in after("robot delegates only returns", drawn).delegation


def test_notes() -> None:
    snapshot = full_snapshot()
    text = "question on system files by Anna Lee due 2027-03-01: Who -- if anybody, (really) reads > 5 of it?"
    drawn = after(text, snapshot)
    assert drawn.note["question-files"] == r.Note(
        "question-files",
        "Who -- if anybody, (really) reads > 5 of it?",
        "system:files",
        "question",
        "Anna Lee",
        due=date(2027, 3, 1),
    )
    assert parse(text, drawn).preview == ("nothing to change: it is so already",)
    later = after(text.replace("2027-03-01", "2027-04-01"), drawn)
    assert later.note["question-files"].due == date(2027, 4, 1)
    drawn = after("note: drawn for the review; assumption on bot: reads nothing else", drawn)
    assert drawn.note["note"] == r.Note("note", "drawn for the review")
    assert drawn.note["assumption-bot"].about == "agent:bot"
    assert after("action on credential:role: rotate it", drawn).note["action-role"].about == "credential:role"
    assert after("note on the model: really", drawn).note["note-2"].about is None
    drawn = after("question-files is done; note:who owner Ann; rename who whose", drawn)
    assert drawn.note["question-files"].state == "done"
    assert drawn.note["whose"] == r.Note("whose", "Who owns it?", "system:files", "question", "Ann")
    assert "whose" not in after("delete whose", drawn).note


def test_a_note_is_meant_only_where_nothing_else_is_called_so() -> None:
    snapshot = after("files is saas; agent note; note on note: x; rename note:note-note files")
    assert not after("delete files", snapshot).system
    assert not after("delete note:files", snapshot).note
    assert after("note home desk", snapshot).agent["note"].home == "desk"


@all_rows(
    ("text", "said"),
    [
        ("bot delegates server only", "only what?"),
        ("bot delegates server only tickets", "which actions on 'tickets'? such as tickets:read"),
        ("bot delegates server only tickets:fly", "actions are read"),
        ("bot delegates server only read", "which actions"),
        ("bot delegates server only a:b:read", "only what?"),
        ("bot delegates server returns nothing", "returns words or values"),
        ("bot delegates server returns", "returns words or values"),
        ("note: ", "write: note on"),
        ("note on: x", "what follows on?"),
        ("note on bot", "write: note on"),
        ("note on bot: x", "there is no element 'bot'"),
        ("note due soon: x", "due: a date like"),
        ("question on system bot: x", "there is no element 'bot'"),
        ("note: ghp_0123456789abcdefghijABCDEFGHIJ012345", "secret"),
    ],
)
def test_problems_say_what_and_where(text: str, said: str) -> None:
    assert said in problem(text)


def offered(text: str) -> list[str]:
    return [each.text for each in completions(text, len(text), full_snapshot())[0]]


def test_completions_of_qualities() -> None:
    assert offered("files exposed requests ") == ["yes", "no"]
    levels = ["integrity low", "integrity medium", "integrity high", "integrity critical"]
    assert offered("files is integrity") == levels
    assert offered("files is req") == ["requests exposed", "not requests exposed"]


def test_completions_of_limits() -> None:
    assert offered("bot delegates worker ")[:3] == ["passing", "only", "returns"]
    assert offered("bot delegates worker passing role ")[:2] == ["only", "returns"]
    assert offered("bot delegates worker passing role, ") == ["file-key", "role", "ticket-token"]
    assert offered("bot delegates worker only files:")[:2] == ["read", "write"]
    assert offered("bot delegates worker only tick")[:2] == ["tickets:read", "tickets:write"]
    more = offered("bot delegates worker only files:read, ")
    assert "files:write" in more
    assert "files:read" not in more
    assert offered("bot delegates worker only files:read returns ") == ["words", "values"]
    assert offered("bot may read files from tickets, ")[0] == "home"


def test_completions_of_notes() -> None:
    assert offered("ques") == ["question"]
    assert offered("question ") == ["on", "by", "due"]
    assert offered("note on bo") == ["bot"]
    assert offered("note on zone ") == ["cloud", "desk"]
    assert offered("note on bot ") == ["by", "due"]
    assert offered("note on bot: and so ") == []
    assert offered("who is do") == ["done"]
    assert offered("delete wh") == ["who"]


def test_nothing_is_handed_over_as_nothing():
    model = after("planner delegates worker passing nothing")
    assert model.delegation["planner", "worker"].passes is None
    assert not model.credential
