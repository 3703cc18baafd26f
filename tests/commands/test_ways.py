"""``explain --all``: its document has the keys of ``explain``, and then its own."""

from tests.commands.running import CASES, MODELS, documents, run

EXPLAIN = ["format", "agent", "source", "system", "action", "state", "steps", "severity", "sentences"]
NOTHING = "There is no path to explain: no agent acts across a trust boundary.\n"
WAYS = [
    "unasked",
    "through",
    "doors",
    "cut",
    "standing",
    "reaches",
    "reached_from",
    "blocked",
    "openings",
    "openings_number",
    "openings_complete",
]


def test_what_is_not_reached_has_openings():
    (answer,) = documents(
        "explain", "--all", "--json", MODELS / "agent-chain.toml", "analyst", "knowledge-base"
    )
    assert list(answer) == EXPLAIN + WAYS
    assert answer["action"] is None, "none was asked for, and none is reached"
    assert answer["cut"] is None
    assert answer["openings_number"] == 23 == sum(each["number"] for each in answer["openings"])
    assert answer["openings"][0] == {
        "relation": "hold",
        "from": [{"id": "analyst", "action": None}, {"id": "executor", "action": None}],
        "to": [{"id": "retrieval-token", "action": None}],
        "number": 2,
    }


def test_a_model_in_which_nobody_reaches_anything(tmp_path):
    path = tmp_path / "empty.toml"
    path.write_text('format = "meshmodel/1"\n', encoding="utf-8")
    (answer,) = documents("explain", "--all", "--json", path)
    assert list(answer) == EXPLAIN + WAYS
    assert run("explain", "--all", path).stdout == NOTHING


def test_what_is_in_the_way_is_told():
    done = run("explain", "--all", CASES / "16-exchange-and-revocation.toml", "job", "old")
    assert "dead is revoked. If it were valid, it would open a path." in done.stdout
