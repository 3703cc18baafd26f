"""The pieces in which ``check`` answers are one document with the missing checkpoints in it."""

import json
import re
import shlex
from dataclasses import replace

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.check import Verdict, check_blocks, check_end, check_json
from meshmodel.answers.painters import text_of
from meshmodel.answers.style import Style
from meshmodel.model import records as r
from meshmodel.model.records import Agent, Credential, Grant, Hold, System, Zone
from tests.benchmarks.meshes import clustered
from tests.exporters.parts import snapshot_of
from tests.rows import all_rows

AWKWARD = 'a", "agents": [], "é'
DESIGNS = {
    "nothing": snapshot_of([]),
    "quotes": snapshot_of(
        [
            Zone("desk"),
            Zone("vault"),
            System("bank", name=AWKWARD, zone="vault", untrusted_input=True),
            Agent("clerk", home="desk", name=AWKWARD),
            Credential("key", name=AWKWARD),
            Hold("clerk", "key"),
            Grant("key", "bank", ("read",)),
        ]
    ),
    "several zones": clustered(400, 700, dense=True, seed=3),
}


@all_rows("crossings", [False, True])
@all_rows("name", DESIGNS)
def test_the_pieces_are_the_answer(name, crossings):
    analysis = analyse(DESIGNS[name])
    assert bool(analysis.doors) == (name != "nothing")
    text = "".join(check_json(analysis, crossings=crossings and name != "several zones"))
    answer = json.loads(text)
    assert text == json.dumps(answer, ensure_ascii=False)
    doors = sorted((each.credential, each.system, list(each.agents)) for each in analysis.doors)
    assert [(each["credential"], each["system"], each["agents"]) for each in answer["missing"]] == doors


def test_what_is_heard_stands_after_what_is_missing():
    answer = json.loads("".join(check_json(analyse(DESIGNS["quotes"]))))
    keys = list(answer)
    assert keys[keys.index("missing") + 1] == "heard"
    assert answer["heard"] == [{"system": "bank", "first_hand": True}]


OPEN_KEY = (
    r.System("image", sensitivity="public"),
    r.System("script"),
    r.System("repository"),
    r.Credential("key"),
    r.Custody("image", "key"),
    r.Grant("key", "script", ("write",)),
)
READER = (
    r.Agent("reader", kind="ai-agent"),
    r.Credential("pen"),
    r.Hold("reader", "pen"),
    r.Grant("pen", "script", ("read",)),
)
HOST = (
    r.System("host"),
    r.Grant("key", "host", ("execute",)),
    replace(READER[0], runs_on="host"),
    r.Checkpoint("asked", "policy-decision", "grant", "key", "script"),
)


@all_rows(
    ("records", "told"),
    [
        (OPEN_KEY, "script"),
        ((*OPEN_KEY, *READER, r.Grant("pen", "repository", ("write",))), "script; {}repository"),
        # who carries it where outsiders write by themselves adds no other way in
        ((*OPEN_KEY, *READER, r.Grant("pen", "script", ("write",))), "script"),
        # a checkpoint keeps outsiders out of the script: they take over who reads it
        ((*OPEN_KEY, *READER[1:], *HOST, r.Grant("pen", "repository", ("write",))), "image; {}repository"),
    ],
)
def test_where_untrusted_content_comes_in_is_named(records, told):
    lines = text_of(check_blocks(analyse(snapshot_of(records))), Style()).splitlines()
    told = told.format("agents can bring it to ")
    assert [each for each in lines if "content comes in" in each] == [
        f"Untrusted content comes in through {told}."
    ]


@all_rows("columns", [120, 80, 60])
def test_the_next_commands_fit_and_can_be_copied(columns):
    path = "/srv/models  of a team/of the last year/chain.toml"
    end = check_end(analyse(DESIGNS["quotes"]), shlex.quote(path), Verdict(0, "never"), columns)
    text = text_of(end, Style(columns=columns))
    assert max(map(len, text.splitlines())) <= columns
    typed = re.findall(r"meshmodel .*", text.replace("\\\n", " "))
    assert [shlex.split(each)[:3] for each in typed] == [
        ["meshmodel", "explain", path],
        ["meshmodel", "fix", path],
    ]
