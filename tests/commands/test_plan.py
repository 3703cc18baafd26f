import contextlib
import io
import json
import shutil
from xml.etree import ElementTree as ET

import pytest

from meshmodel import cli
from meshmodel.analysis.analysis import analyse
from meshmodel.edits.edit import apply_edit
from meshmodel.edits.notes import plan_note, wishes
from meshmodel.interchange import read_file, write_file
from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.commands.running import CASES, MODELS, run
from tests.commands.running import refused as refused_by
from tests.rows import all_rows

LEAK = MODELS / "token-leak.toml"
DROPS = CASES / "63-a-plan-drops-what-nobody-needs.toml"
RARE = CASES / "64-a-plan-asks-where-it-is-rare.toml"
SERVER = CASES / "65-a-plan-limits-a-server.toml"
KEYS = ["format", "decisions_per_day", "lower_bound", "optimal", "measures", "needed", "left"]
KEYS += ["unknown", "completion", "alternatives"]
NONE = dict.fromkeys(("critical", "high", "medium", "low"), 0)
AT_REFUNDS = ("--never-ask", "grant:refund-token>refunds", "--never-ask", "hold:bot>refund-token")


def call(*arguments):
    """The status, and what it said and complained of; in this process, which is quicker."""
    out, complaints = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaints):
        status = cli.main(["plan", *map(str, arguments)])
    out.seek(0)
    return status, out.read(), complaints.getvalue()


def text(*arguments):
    """The answer for people, as one line however it was wrapped."""
    status, said, complaints = call(*arguments)
    assert (status, complaints) == (0, "")
    return " ".join(said.split())


def plan(*arguments):
    status, said, complaints = call("--json", *arguments)
    assert (status, complaints) == (0, "")
    return json.loads(said)


def refused(*arguments):
    """The one line with which it refuses."""
    status, said, complaints = call(*arguments)
    assert (status, said) == (2, "")
    (line,) = complaints.splitlines()
    return line.removeprefix("meshmodel: ")


def measures(answer):
    """Each in a few words."""
    return [" ".join(str(value) for value in each.values()) for each in answer["measures"]]


def test_the_answer_has_the_keys_of_the_page_in_their_order():
    assert plan(RARE) == {
        "format": "meshmodel-plan/1",
        "decisions_per_day": 4,
        "lower_bound": 4,
        "optimal": True,
        "measures": [
            {
                "measure": "ask",
                "step": "grant",
                "from": "refund-token",
                "to": "refunds",
                "decisions_per_day": 4,
            },
            {
                "measure": "drop",
                "relation": "grant",
                "from": "refund-token",
                "to": "refunds",
                "action": "read",
            },
        ],
        "needed": [
            {"agent": "bot", "system": "refunds", "actions": ["execute"]},
            {"agent": "bot", "system": "tickets", "actions": ["read", "write"]},
        ],
        "left": 0,
        "unknown": [],
        "completion": [],
        "alternatives": [],
    }
    assert list(plan(RARE)) == KEYS
    assert list(plan(RARE, "--curve")) == [*KEYS, "tradeoff"]
    limit = {"measure": "limit", "from": "bot", "to": "server", "only": ["crm:read"]}
    assert plan(SERVER)["measures"] == [limit]


def test_the_trade_off_falls_to_the_plan():
    assert plan(RARE, "--curve")["tradeoff"] == [
        {"decisions_per_day": 0, "open": 1, "severities": NONE | {"critical": 1}, "optimal": True},
        {"decisions_per_day": 4, "open": 0, "severities": NONE, "optimal": True},
    ]


def test_with_fewer_decisions_the_fewest_stay_open():
    answer = plan(RARE, "--at-most", "3.5")
    assert (answer["decisions_per_day"], answer["left"]) == (0, 1)
    said = text("--at-most", "0", RARE)
    assert "1 unchecked path stays with no decision (proven fewest)" in said
    assert "What stays unchecked: 1 critical critical bot tickets → refunds execute" in said


def test_what_is_kept_is_neither_dropped_nor_limited():
    assert measures(plan(DROPS, "--keep", "custody:tickets>export-key")) == [
        "drop grant export-key warehouse read"
    ]
    answer = plan(DROPS, "--keep", "custody:tickets>export-key", "--keep", "grant:export-key>warehouse:read")
    assert "drop" not in {each["measure"] for each in answer["measures"]}
    assert "limit" not in {
        each["measure"] for each in plan(SERVER, "--keep", "delegation:bot>server")["measures"]
    }


def test_where_nobody_may_be_asked_it_cannot_be_closed():
    answer = plan(RARE, *AT_REFUNDS)
    assert answer["left"] == 1
    said = text(RARE, *AT_REFUNDS)
    assert "Cannot be closed: 1 unchecked path stays even with no decision (proven" in said
    assert "What stays unchecked: 1 critical critical bot tickets → refunds execute" in said


def test_only_some_kinds_of_measures_are_taken():
    for kinds in ("ask", "drop", "limit", "ask,limit"):
        taken = {each["measure"] for each in plan(RARE, "--only", kinds)["measures"]}
        assert taken <= set(kinds.split(","))
    assert plan(RARE, "--only", "drop")["left"] == 1


def test_planned_checkpoints_count_as_designed():
    case = CASES / "26-planned.toml"
    assert (len(plan(case)["measures"]), len(plan(case, "--as-designed")["measures"])) == (1, 0)


def test_the_notes_of_the_model_are_heeded(tmp_path):
    model = read_file(RARE)
    for about in ("grant:refund-token>refunds", "hold:bot>refund-token"):
        model = apply_edit(model, plan_note(model, about, "never ask"))
    model = apply_edit(model, plan_note(model, "grant:refund-token>refunds:read", "keep"))
    assert wishes(model, "keep") == ("grant:refund-token>refunds:read",)
    assert {(each.kind, each.source) for each in model.note.values()} == {("action", "plan")}
    path = tmp_path / "noted.toml"
    write_file(path, model)
    answer = plan(path)
    assert answer["left"] == plan(RARE, *AT_REFUNDS, "--keep", "grant:refund-token>refunds:read")["left"] > 0
    path.write_text(path.read_text().replace('kind = "action"', 'kind = "action"\nstate = "done"'))
    assert plan(path) == plan(RARE)


def test_a_wish_about_what_is_retired_or_revoked_changes_nothing(tmp_path):
    model = read_file(RARE)
    for about in ("hold:bot>ticket-token", "hearing:refunds>bot"):
        model = apply_edit(model, plan_note(model, about, "never ask"))
    model = apply_edit(model, plan_note(model, "hold:bot>refund-token", "keep"))
    path = tmp_path / "noted.toml"
    write_file(path, model)
    path.write_text(path.read_text().replace('id = "bot"\n', 'id = "bot"\nstatus = "retired"\n'))
    assert plan(path)["measures"] == []


def test_agents_without_intents_come_first():
    said = text(MODELS / "support-agent.toml")
    first = "1 agent has no intended uses: what each does as itself counts as needed"
    assert first in said
    assert "Support bot Attachments (read), Tickets (read, write)" in said
    assert said.index(first) < said.index("Nothing stays unchecked")


def test_where_nothing_is_open_there_is_nothing_to_do(tmp_path):
    path = shutil.copy(MODELS / "federated-release.toml", tmp_path)
    before = read_file(path)
    assert "✔ No path is unchecked: no measure is needed" in text("--apply", "enforced", "--curve", path)
    assert read_file(path) == before


@pytest.fixture
def model(tmp_path):
    with Store.create(tmp_path / "rare.mesh", read_file(RARE)) as store:
        return store.source.path


def test_the_plan_is_made_as_one_edit(model):
    assert text("--apply", "enforced", model).endswith(
        f"{model}: 1 checkpoint, 1 removal made, checkpoints as enforced"
    )
    with Store.open(model) as store:
        assert analyse(store.snapshot).summary.uncontrolled == 0
        assert store.snapshot.grant["refund-token", "refunds"].actions == ("execute",)
        assert store.undo().label == "plan: 1 ask, 1 drop"
        assert store.snapshot == read_file(RARE)
        assert store.undo() is None


def test_planned_checkpoints_count_only_as_designed_until_they_are_enforced(model, tmp_path):
    assert plan("--apply", "planned", "--curve", model)["applied"] == "planned"
    assert analyse(load(model)).summary.uncontrolled == 1
    assert analyse(load(model), view="designed").summary.uncontrolled == 0
    path = shutil.copy(RARE, tmp_path)
    said = text("--apply", "planned", path)
    assert (
        "made, checkpoints as planned; a planned checkpoint counts once it is enforced; all of it was written"
        " anew" in said
    )
    assert read_file(path) == load(model)


def test_what_is_not_proven_in_time_is_said_so_and_not_applied(tmp_path):
    path = shutil.copy(MODELS / "finance-orchestrator.toml", tmp_path)
    status, said, _ = call("--json", "--curve", "--apply", "enforced", "--deadline", "1e-9", path)
    answer = json.loads(said)
    assert status == 2
    assert list(answer) == [*KEYS, "tradeoff", "complete"]
    assert (answer["optimal"], answer["complete"]) == (False, False)
    assert answer["lower_bound"] <= answer["decisions_per_day"]
    said = " ".join(call("--curve", "--apply", "enforced", "--deadline", "1e-9", path)[1].split())
    assert "Time was over before fewer were ruled out" in said
    assert "not proven" in said
    assert "to close the last" not in said
    assert "nothing was changed, since it is not proven" in said
    assert read_file(path) == read_file(MODELS / "finance-orchestrator.toml")


@all_rows(
    ("option", "value", "said"),
    [
        ("--keep", "hold:bot>nothing", "--keep: the model has no hold:bot>nothing; did you mean hold:bot>"),
        ("--keep", "grant:refund-token>refunds:write", "that grant has no action write"),
        ("--keep", "hearing:tickets>bot", "--keep: hearing:tickets>bot is no relation, such as"),
        ("--keep", "agent:bot", "--keep: agent:bot is no relation"),
        ("--keep", "hold:bot>refund-token:read", "that hold has no action read"),
        ("--never-ask", "boundary:desk>payments", "--never-ask: boundary:desk>payments is no step"),
        ("--never-ask", "grant:x>y", "--never-ask: the model has no grant:x>y"),
        ("--never-ask", "\x1b[31m", "--never-ask: \\x1b[31m is no step"),
        ("--only", "asks", "ask, drop, limit or some of them, not asks"),
        *(("--at-most", value, "a number of decisions a day") for value in ("-1", "inf", "nan", "few")),
        *(("--deadline", value, "a number of seconds above 0") for value in ("0", "soon")),
    ],
)
def test_what_is_not_understood_is_refused_in_a_line(option, value, said):
    assert said in refused(RARE, f"{option}={value}")


@all_rows("value", ["0", "-3", "inf", "nan", '"often"', "true"])
def test_how_often_a_day_is_a_number_above_none(tmp_path, value):
    path = tmp_path / "wrong.toml"
    path.write_text(RARE.read_text().replace("per_day = 4", f"per_day = {value}"))
    assert "per_day" in refused(path)


def test_one_model_at_a_time():
    assert "unrecognized arguments" in refused(RARE, LEAK)


@pytest.mark.parametrize("to", ["svg", "png"])
def test_the_trade_off_is_a_picture_with_its_points_named(tmp_path, to):
    target = tmp_path / f"trade-off.{to}"
    done = run("export", MODELS / "agent-chain.toml", "--to", to, "--view", "trade-off", "-o", target)
    assert (done.returncode, done.stderr) == (0, "")
    content = target.read_bytes()
    if to == "png":
        assert content.startswith(b"\x89PNG")
        return
    text = " ".join(ET.fromstring(content).itertext())
    assert "What stays unchecked with so many decisions a day" in text
    for point in analyse(read_file(MODELS / "agent-chain.toml")).trade_off():
        assert f"{point.decisions_per_day}: " in " ".join(text.split())
    assert "today" in text
    assert "(knee)" in text
    assert "checkpoint when Analyst calls Executor" in text


def test_the_picture_of_a_trade_off_has_the_resolution_that_is_asked_for(tmp_path):
    sizes = []
    for dpi in (72, 144):
        target = tmp_path / f"{dpi}.png"
        done = run("export", MODELS / "agent-chain.toml", "--view", "trade-off", "--dpi", dpi, "-o", target)
        assert (done.returncode, done.stderr) == (0, "")
        sizes.append(int.from_bytes(target.read_bytes()[16:20], "big"))
    assert abs(sizes[1] - 2 * sizes[0]) <= 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "pdf"], "--to svg or png, not pdf"),
        (["--to", "svg", "--dpi", "100"], "--dpi is for a PNG: use --to png, not svg"),
        (["--to", "svg", "--lens", "missing"], "leave out what chooses one"),
    ],
)
def test_a_trade_off_of_another_form_is_refused(words, said):
    assert said in refused_by("export", MODELS / "agent-chain.toml", "--view", "trade-off", *words)


def test_where_nothing_is_open_there_is_no_trade_off_to_draw():
    said = refused_by("export", MODELS / "federated-release.toml", "--to", "svg", "--view", "trade-off")
    assert "nothing is open" in said
