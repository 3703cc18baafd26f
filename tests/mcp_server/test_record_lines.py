"""Every line of records that is wrong is told at once, with one that would be right."""

import pytest

from meshmodel.interchange import read_text
from meshmodel.mcp_server.proposal import read_proposal
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Snapshot
from tests.rows import all_rows

MODEL = read_text('format = "meshmodel/1"\nzone = [{ id = "desk" }]\nsystem = [{ id = "files" }]\n')

# What is written, why it is refused, and the line that would be right, each at once.
ROWS = """format = "meshmodel/1"
[[zone]]
id = "lab"
environement = "production"  # unknown key "environement": did you mean  -> environment = "production"
[[system]]
id = "CRM base"              # is not an id                                  -> id = "crm-base"
sensitivity = "secret"       # is none of public, internal
[[system]]
id = "tickets"
zone = "dsk"                 # there is no zone "dsk"                    -> zone = "desk"
untrusted_input = "yes"      # true or false is wanted                   -> untrusted_input = true
[[agent]]
id = "bot"
home = "lab"
type = 4                     # unknown key "type": known are id, name, kind
[[credential]]
id = "key"
lifetime = "6 months"        # is no lifetime                            -> lifetime = "180d"
attested = 1                 # true or false is wanted
[[hold]]                     # hold number 1: the key "credential" is missing
agent = "bot"
[[grant]]
credential = "kee"           # there is no credential "kee"              -> credential = "key"
system = "ticket"            # there is no system "ticket"               -> system = "tickets"
actions = "read, write"      # a list is wanted                          -> actions = ["read", "write"]
[[grant]]
credential = "key"
system = "files"
actions = ["reads"]          # is none of read, write                    -> actions = ["read"]
[[checkpoint]]               # the key "step" is missing: one of hold, grant
id = "one"
kind = "human-aproval"       # is none of policy-decision                -> kind = "human-approval"
from = "key"
to = "files"
[[checkpoint]]
id = "two"
kind = "policy-decision"
step = "grant"
from = "key"
to = "nowhere"               # there is no system "nowhere"
[[systems]]                  # unknown table "systems": did you mean "system"
id = "x"
"""
WANTED = {
    number: [each.strip() for each in line.partition("#")[2].split("->")]
    for number, line in enumerate(ROWS.splitlines(), 1)
    if "#" in line
}


def test_every_line_that_is_wrong_is_told_at_once_with_one_that_would_be_right():
    answer = read_proposal(ROWS, MODEL).answer()
    told = {each["line"]: each for each in answer.json["problems"]}
    assert [*told] == [*WANTED]
    for number, (why, *right) in WANTED.items():
        assert why in told[number]["why"]
        assert told[number].get("write", []) == right
        assert ROWS.splitlines()[number - 1].startswith(told[number]["text"][:20])
        for each in (f"line {number}, problem: ", told[number]["why"], *right):
            assert each in answer.words
    assert "does" not in answer.json


def test_with_the_lines_that_would_be_right_fewer_are_wrong():
    lines = ROWS.splitlines()
    for number, (_, *right) in WANTED.items():
        lines[number - 1] = right[0] if right else lines[number - 1]
    again = read_proposal("\n".join(lines), MODEL)
    assert [each["line"] for each in again.problems] == [n for n, (_, *right) in WANTED.items() if not right]


@all_rows(
    ("more", "why"),
    [
        ("[[hold]]\nagent = []\ncredential = 'k'", 'key "agent": is a list, where an id is wanted'),
        ("[[agent]]\nid = 'a'\n[[agent]]\nid = 'a'", 'key "id": is there twice'),
        ("[agent]\nid = 'a'", "no array of tables"),
        ("[[note]]\nid = 'n'\nabout = 'system:none'\ntext = 'x'", 'there is no system "none"'),
        ("agent = [{ id = 'a' },\n{ id = 'b', home = 'desc' }]", 'agent "b", key "home": there is no zone'),
    ],
)
def test_what_is_wrong_in_a_whole_record_is_told_once(more, why):
    (told,) = read_proposal(f'format = "meshmodel/1"\n{more}\n', MODEL).problems
    assert why in told["why"]


def test_records_may_name_what_the_model_has_and_what_comes_later():
    text = """format = "meshmodel/1"
[[grant]]
credential = "key"
system = "files"
actions = ["read"]
[[checkpoint]]
id = "heard"
kind = "policy-decision"
step = "trigger"
from = "files"
to = "bot"
[[credential]]
id = "key"
[[agent]]
id = "bot"
home = "desk"
"""
    answer = read_proposal(text, MODEL).answer()
    assert not answer.is_error
    assert "added grant: key opens files: read" in answer.words


def test_text_that_is_no_toml_has_one_problem():
    with pytest.raises(MeshmodelError, match="line 2: is not TOML"):
        read_proposal('format = "meshmodel/1"\n[[agent]\n', Snapshot())
