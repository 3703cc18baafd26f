"""The lines of a scan: a screen at most, whatever was found, and the worst way as the model has it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.scan import COLUMNS, Marks, ScanScope, answer_scan, scan_json, scan_lines
from meshmodel.interchange.reader import read_text
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import NEVER, Stop
from meshmodel.model.text import width
from tests.reference.random_models import random_model
from tests.rows import all_rows

BRIDGE = """
format = "meshmodel/1"
[[system]]
id = "mail"
name = "Mail"
zone = "office"
untrusted_input = true
[[system]]
id = "shop"
name = "Shop"
zone = "production"
integrity = "high"
[[zone]]
id = "office"
[[zone]]
id = "production"
[[agent]]
id = "helper"
name = "Helper"
kind = "ai-agent"
home = "office"
[[agent]]
id = "twin"
name = "Twin"
kind = "ai-agent"
home = "office"
[[credential]]
id = "mail-key"
[[credential]]
id = "shop-key"
[[hold]]
agent = "helper"
credential = "mail-key"
[[hold]]
agent = "helper"
credential = "shop-key"
[[hold]]
agent = "twin"
credential = "mail-key"
[[hold]]
agent = "twin"
credential = "shop-key"
[[grant]]
credential = "mail-key"
system = "mail"
actions = ["read"]
[[grant]]
credential = "shop-key"
system = "shop"
actions = ["write"]
[[note]]
id = "open"
text = "May it write at all?"
about = "credential:shop-key"
kind = "question"
[[note]]
id = "who"
text = "Who writes into it?"
about = "system:mail"
kind = "question"
"""

READ = "folder: 12 files, 1 configuration read, 0 not read"


def scope(**changes):
    said = {
        "name": "folder",
        "also": "",
        "files": 12,
        "read": [(".mcp.json", "MCP client configuration")],
        "unread": [],
        "examples": 0,
        "unopened": [],
        "late": 0,
        "is_whole": True,
        "switched_off": 0,
        "idle": 0,
        "seeming": [],
        "rated": frozenset(),
        "model": "folder.mesh",
        "is_kept": False,
    }
    return ScanScope(**(said | changes))


def told(snapshot, stop=NEVER, **changes):
    return answer_scan(scope(**changes), snapshot, stop)


def test_of_what_reaches_nothing_itself_it_is_said_whom_it_starts():
    chief = '[[agent]]\nid = "chief"\nname = "Chief"\nkind = "orchestrator"\n'
    starts = '[[delegation]]\nfrom = "chief"\nto = "helper"\n'

    def rows(text):
        return [" ".join(each.split()) for each in scan_lines(told(read_text(text)))]

    assert "Chief starts Helper" in rows(BRIDGE + chief + starts)
    assert "Chief nothing that it reaches was read" in rows(BRIDGE + chief)


def test_a_bridge_is_told_with_what_to_ask_first():
    assert scan_lines(told(read_text(BRIDGE))) == [
        "folder: 12 files, 1 configuration read, 0 not read",
        "Helper, Twin  does not ask: changes Shop, reads Mail ⚑, as shop-key and 1 more",
        "Worst path: Helper",
        "  reads Mail ⚑ (untrusted content), and may follow it,",
        "  then writes into Shop as shop-key;",
        "  no checkpoint decides.",
        "The same holds for Twin.",
        "So whoever can write there acts with these rights, and no login of theirs is needed.",
        "What to find out first:",
        "1  shop-key: May it write at all?  without it: 1 high goes",
        "2  Mail: Who writes into it?  if only your own people write there: 1 high becomes medium",
        "-o folder.mesh keeps this model; then meshmodel open folder.mesh shows the path",
    ]


@pytest.mark.parametrize(
    ("checkpoint", "words"),
    [
        ("", "no checkpoint decides."),
        ('freshness = "cached"', "a checkpoint decides once, and not again."),
        ('decided_at = "rules"', "a checkpoint decides, but Helper can change it in Rules."),
    ],
)
def test_why_nobody_is_asked(checkpoint, words):
    more = f"""
[[system]]
id = "rules"
name = "Rules"
zone = "office"
[[grant]]
credential = "mail-key"
system = "rules"
actions = ["write"]
[[checkpoint]]
id = "ask"
kind = "human-approval"
step = "grant"
from = "shop-key"
to = "shop"
{checkpoint}
"""
    assert f"  {words}" in scan_lines(told(read_text(BRIDGE + (more if checkpoint else ""))))


def test_who_is_asked_before_a_server_is_set_to_work():
    text = """
format = "meshmodel/1"
[[zone]]
id = "office"
[[zone]]
id = "production"
[[system]]
id = "mail"
name = "Mail"
zone = "office"
untrusted_input = true
[[system]]
id = "shop"
name = "Shop"
zone = "production"
integrity = "high"
[[agent]]
id = "client"
kind = "ai-agent"
home = "office"
[[agent]]
id = "server"
name = "Server"
kind = "ai-agent"
home = "office"
[[credential]]
id = "mail-key"
[[credential]]
id = "shop-key"
[[hold]]
agent = "client"
credential = "mail-key"
[[hold]]
agent = "server"
credential = "shop-key"
[[grant]]
credential = "mail-key"
system = "mail"
actions = ["read", "write"]
[[grant]]
credential = "shop-key"
system = "shop"
actions = ["read", "write"]
[[delegation]]
from = "client"
to = "server"
[[checkpoint]]
id = "ask"
kind = "human-approval"
step = "delegation"
from = "client"
to = "server"
"""
    lines = scan_lines(told(read_text(text)))
    assert "  a checkpoint decides whether it is called, and not what it then does." in lines


def test_of_a_client_whose_prompts_no_file_says_nothing_is_claimed():
    marks = Marks(unsaid={("agent", "helper"): ""})
    lines = scan_lines(told(read_text(BRIDGE), marks=marks))
    assert "  whether a checkpoint decides is not in these files." in lines
    assert "Twin    does not ask: changes Shop, reads Mail ⚑, as shop-key and 1 more" in lines
    assert lines[2].startswith("Helper  what it asks is not in these files: changes Shop")


def test_where_somebody_is_asked_it_is_said_of_what_is_drawn():
    asked = 'id = "ask"\nkind = "human-approval"\nstep = "grant"\nfrom = "shop-key"\nto = "shop"'
    lines = scan_lines(told(read_text(f"{BRIDGE}\n[[checkpoint]]\n{asked}\n")))
    assert "Helper, Twin  asks: changes Shop, reads Mail ⚑, as shop-key and 1 more" in lines
    assert (
        "In what is drawn a checkpoint decides, or it is intended, wherever an agent crosses a boundary, but"
        in lines
    )


def test_what_is_low_is_no_worst_way():
    lines = scan_lines(
        told(read_text(BRIDGE.replace("untrusted_input = true", "").replace('integrity = "high"', "")))
    )
    assert (
        "In what is drawn an agent acts unchecked only where little is at stake, but 2 open questions can"
        in lines
    )


def test_words_that_are_carried_are_told_from_where_outsiders_write_them():
    """The store is heard as well, since the helper writes into it; the way begins at the mail."""
    more = """
[[system]]
id = "store"
zone = "office"
[[grant]]
credential = "mail-key"
system = "store"
actions = ["read", "write"]
"""
    lines = scan_lines(
        told(
            read_text(
                BRIDGE.replace('id = "mail"', 'id = "z-mail"')
                .replace('system = "mail"', 'system = "z-mail"')
                .replace("system:mail", "system:z-mail")
                + more
            )
        )
    )
    assert "  reads Mail ⚑ (untrusted content), and may follow it," in lines


def test_identities_have_the_names_of_their_credentials_and_questions_are_whole():
    named = BRIDGE.replace('id = "shop-key"', 'id = "shop-key"\nname = "KEY of Shop"')
    long = named.replace("May it write at all?", "May it write at all? " + "And if so what else? " * 5)
    lines = scan_lines(told(read_text(long)))
    assert "  then writes into Shop as KEY of Shop;" in lines
    assert len(lines) == 13
    assert not any("…" in each for each in lines)


def test_without_time_nothing_is_tried():
    found = told(read_text(BRIDGE), Stop(None, lambda: True))
    assert [each.effect for each in found.questions] == ["", ""]
    assert found.worst is not None


@all_rows(
    ("changes", "head"),
    [
        ({"unread": [("a", "why")]}, "folder: 12 files, 1 configuration read, 1 not read"),
        ({"late": 3, "is_whole": False}, f"{READ}, 3 beyond the limits"),
        ({"is_whole": False}, f"{READ}, not all was looked at"),
        ({"examples": 2}, f"{READ}, 2 of tests, examples and templates left out"),
        ({"files": 0, "also": " and more"}, "folder and more: 1 configuration read, 0 not read"),
    ],
)
def test_the_first_line_says_what_was_looked_at(changes, head):
    assert scan_lines(told(Snapshot(), **changes))[:2] == [head, "No agent that I can read."]


@given(st.integers(0, 2**40), st.integers(1, 40))
def test_whatever_was_found_it_is_a_screen(seed, size):
    found = told(random_model(seed, size, "shapes"))
    lines = scan_lines(found)
    assert len(lines) <= 19
    assert max(map(width, lines)) <= COLUMNS
    assert all(line.isprintable() for line in lines)
    answer = json.loads(json.dumps(scan_json(found)))
    assert answer["lines"] == lines
    agents = {each.id for each in found.snapshot.agent.values() if each.is_steerable}
    grave = [each for each in analyse(found.snapshot).doors if each.severity != "low"]
    calls = [
        each
        for each in grave
        if (found.snapshot.system[each.system].kind, each.actions) == ("saas", ("execute",))
    ]
    grave = [each for each in grave if each not in calls and not agents.isdisjoint(each.agents)]
    assert (answer["worst"] is None) == (not grave)
