"""``trace --to``: what a responder takes elsewhere, of the incident at the desk and of the example."""

import csv
import json
import shutil
from hashlib import sha256
from html import unescape

import pytest
from markdown_it import MarkdownIt

from tests.commands.running import MODELS, ROOT, run
from tests.rows import all_rows

LEAK = MODELS / "token-leak.toml", MODELS / "token-leak.jsonl"
DESK, PIPELINE = MODELS / "answer-desk", ROOT / "tests" / "logs" / "pipeline"
LOGS = ("okta.json", "vault.log", "cloudtrail.json", "spans.log")
DESK_WORDS = MODELS / "answer-desk.toml", *(DESK / name for name in LOGS), "--map", DESK / "map.toml"
PIPELINE_LOGS = [
    PIPELINE / name for name in ("github.json", "kubernetes.log", "cloudtrail.json", "spans.log")
]
WORDS = {
    "desk": DESK_WORDS,
    "pipeline": (PIPELINE / "model.toml", *PIPELINE_LOGS, "--map", PIPELINE / "map.toml"),
    "leak": LEAK,
    "part of the leak": (*LEAK, "--until", "2026-03-01T23:50:00Z"),
}


@pytest.mark.parametrize("to", ["html", "md"])
def test_an_interruption_leaves_the_file_as_it_was(tmp_path, called, monkeypatch, to):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("meshmodel.answers.trace.TraceSummary.add", interrupted)
    path = tmp_path / "there"
    path.write_text("before", encoding="utf-8")
    line = f"meshmodel: interrupted: {path} is not written\n"
    assert called("trace", *LEAK, "--to", to, "-o", path) == (2, "", line)
    assert path.read_text(encoding="utf-8") == "before"
    status, _, complaint = called("trace", *LEAK, "--to", to)
    assert (status, complaint) == (2, "meshmodel: interrupted: the answer is incomplete\n")


@all_rows(
    ("words", "line"),
    [
        (("-o", "page.html"), "-o is for --to"),
        (("--to", "md", "-o", "log.jsonl"), "log.jsonl: is read here, and would be lost"),
        (("--to", "md", "-o", "model.toml"), "model.toml: is an interchange file"),
        (("--to", "md", "--json"), "not allowed with argument"),
        (("--to", "timesketch"), "invalid choice: 'timesketch' (choose from 'md', 'html')"),
    ],
)
def test_what_cannot_be_written_is_refused_in_a_line_and_nothing_is_lost(
    tmp_path, called, monkeypatch, words, line
):
    monkeypatch.chdir(tmp_path)
    shutil.copy(LEAK[0], "model.toml")
    shutil.copy(LEAK[1], "log.jsonl")
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    status, output, complaint = called("trace", "model.toml", "log.jsonl", *words)
    assert (status, output, complaint.count("\n")) == (2, "", 1)
    assert line in complaint
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before


ALIVE = "still valid, as far as the logs show", "Assistant"


def section(page, title):
    """The lines below a heading of a page in Markdown, up to the next of its level."""
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(text):
    """The rows of the tables in Markdown, without their heads."""
    return [
        tuple(cell.strip().replace("\\", "") for cell in line.strip("|").split(" | "))
        for line in text.splitlines()
        if line.startswith("|") and not line.startswith("| ---")
    ]


@pytest.fixture(scope="module")
def desk():
    """The page of the incident at the desk, in Markdown."""
    return run("trace", *DESK_WORDS, "--to", "md").stdout


def test_a_page_has_its_sections_in_the_order_of_a_responder(desk):
    assert [line[3:] for line in desk.splitlines() if line.startswith("## ")] == [
        "The worst",
        "What to revoke, in order",
        "Timeline",
        "What is wrong, by kind",
        "What the logs cannot tell",
        "Used and never used",
        "What was read",
    ]


def test_a_page_says_what_was_read_and_where_a_log_has_nothing(desk):
    laid = section(desk, "What was read")
    _, *logs = rows(laid)
    assert [each[0].partition(",")[0] for each in logs] == [
        f"{letter}: {name}" for letter, name in zip("ABCD", LOGS, strict=True)
    ]
    assert [each[-1] for each in logs] == [sha256((DESK / name).read_bytes()).hexdigest() for name in LOGS]
    assert sha256((DESK / "map.toml").read_bytes()).hexdigest() in laid
    gap = r"okta.json: nothing for 1h 6m, from 2026-11-03T09\:00\:00Z to 2026-11-03T10\:06\:40Z; usual is 50s"
    assert f"- {gap}\n" in laid


def test_a_page_begins_with_the_worst_event_and_how_its_credential_came(desk):
    what, chain, more, unjudged = section(desk, "The worst").replace("\\", "").strip().split("\n\n")
    assert what == (
        "**At 2026-11-03T08:40:40Z (event 58C) Assistant reads Prices as legacy [conv-4]. "
        "HIGH: no checkpoint decides after Vault was read (event 57B).**"
    )
    assert chain.startswith("Assistant holds Client secret. At 2026-11-03T08:40:00Z (event 53A)")
    assert chain.endswith("Vault handed out Old key to Assistant.")
    assert more == "18 more events with something wrong: see below."
    assert unjudged == "7 sessions cannot be judged."


def test_a_page_tells_sessions_with_something_wrong_and_folds_the_rest(desk):
    with (ROOT / "tests" / "logs" / "desk.truth.csv").open(encoding="utf-8") as file:
        truth = {each["id"]: each for each in csv.DictReader(file)}
    timeline = section(desk, "Timeline")
    told = [each for each in rows(timeline) if each[0] != "Event"]
    wrong = {each[2].rpartition("record ")[2] for each in told if each[0].startswith("✖")}
    verdicts = {"missing", "unrecorded", "stale", "reused"}
    expected = {id_ for id_, each in truth.items() if each["verdict"] in verdicts}
    assert expected <= wrong
    assert "### Assistant, session conv-4" in timeline
    assert "session conv-1\n" not in timeline
    folded = timeline.partition("### Sessions in which nothing is wrong")[2]
    assert "- Assistant: 10 events in 1 session" in folded
    assert "somebody" not in folded
    unjudged = timeline.partition("### Sessions that cannot be judged")[2].partition("###")[0]
    assert "- somebody: 24 events in 7 sessions" in unjudged


def test_a_page_says_what_to_revoke_and_what_is_dead(desk):
    _, *revoked = rows(section(desk, "What to revoke, in order"))
    assert revoked == [
        (
            "1. Old key [legacy-key]",
            "taken from Vault in event 57B",
            "not valid: revoked in event 93C",
            "nobody else",
        ),
        ("2. Vault token [vault-token]", "still accepted after its end in event 88B", *ALIVE),
        ("3. Report role [report-role]", "still accepted after its end in event 89C", *ALIVE),
        ("4. Desk token [desk-token]", "still accepted after its end in event 95C", *ALIVE),
        ("5. Client secret [assistant-key]", "it never ends by itself", *ALIVE),
    ]


def test_a_page_of_the_example_revokes_from_the_way_in_outwards():
    page = run("trace", *LEAK, "--to", "md").stdout
    _, *revoked = rows(section(page, "What to revoke, in order"))
    assert [(each[0], each[2]) for each in revoked] == [
        ("1. Cloud key [cloud-key]", "still valid, as far as the logs show"),
        ("2. Warehouse key [warehouse-key]", "still valid, as far as the logs show"),
        ("3. CRM refresh token [refresh-token]", "still valid, as far as the logs show"),
    ]


def test_a_page_revokes_what_follows_on_the_first_by_the_model(tmp_path):
    log = tmp_path / "log.jsonl"
    lines = LEAK[1].read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[:4]), encoding="utf-8")  # the warehouse is not come to yet
    _, *revoked = rows(section(run("trace", LEAK[0], log, "--to", "md").stdout, "What to revoke, in order"))
    assert [each[:2] for each in revoked] == [
        ("1. Cloud key [cloud-key]", "taken from CRM in event 2"),
        ("2. CRM refresh token [refresh-token]", "it never ends by itself"),
        ("3. Warehouse key [warehouse-key]", "whoever has the first can get it"),
    ]


def test_a_credential_that_ended_by_itself_is_dead(tmp_path):
    model = LEAK[0].read_text(encoding="utf-8").replace('"180d"', '"8m"')
    (tmp_path / "model.toml").write_text(model, encoding="utf-8")
    later = {"time": "2026-03-01T23:59:00Z", "credential": "refresh-token", "system": "crm", "action": "read"}
    (tmp_path / "log.jsonl").write_text(f"{LEAK[1].read_text(encoding='utf-8')}{json.dumps(later)}\n")
    page = run("trace", tmp_path / "model.toml", tmp_path / "log.jsonl", "--to", "md").stdout
    revoked = {each[0][3:]: each[2] for each in rows(section(page, "What to revoke, in order"))}
    assert revoked["Warehouse key [warehouse-key]"] == "not valid: ended by itself at 2026-03-01T23:52:40Z"


def test_an_unknown_agent_with_an_administrators_token_is_the_worst_and_first_to_revoke(tmp_path, called):
    text = LEAK[0].read_text(encoding="utf-8")
    model = text.replace('actions = ["read", "write"]', 'actions = ["admin"]', 1)
    assert model.count('["admin"]') == 1
    (tmp_path / "model.toml").write_text(model, encoding="utf-8")
    said = {"agent": "stranger", "credential": "cloud-key", "system": "bucket", "action": "admin"}
    made = {"agent": "stranger", "credential": "cloud-key", "system": "bucket", "action": "issue"}
    log = tmp_path / "log.jsonl"
    more = [said, made | {"yields": "warehouse-key"}]
    log.write_text(LEAK[1].read_text(encoding="utf-8") + "".join(f"{json.dumps(each)}\n" for each in more))
    page = called("trace", tmp_path / "model.toml", log, "--to", "md")[1]
    worst = section(page, "The worst")
    assert worst.startswith(
        "\n**In event 6 stranger administers Export bucket as svc-export. No active agent of"
    )
    kinds = section(page, "What is wrong, by kind")
    assert kinds.startswith("\n### By somebody whom the model does not know\n")
    _, *revoked = rows(section(page, "What to revoke, in order"))
    assert [each[:2] for each in revoked[:2]] == [
        ("1. Cloud key [cloud-key]", "somebody unknown used it in event 6"),
        ("2. Warehouse key [warehouse-key]", "taken from Export bucket in event 3"),
    ]
    log.write_text("".join(f"{json.dumps(each)}\n" for each in more))
    text = called("trace", tmp_path / "model.toml", log)[1]
    told = text.partition("\nWhat to revoke, in order\n")[2]
    assert told.startswith("  1. Cloud key: somebody unknown used it in event 1; still valid, as far as")
    assert "\n  2. Warehouse key: issued in event 2; still valid, as far as the logs show" in told


def test_a_page_of_the_build_line_tells_a_bypass_and_what_came_from_nowhere():
    page = run("trace", *WORDS["pipeline"], "--to", "md").stdout
    bypassed = section(page, "What is wrong, by kind").partition("### A checkpoint bypassed\n")[2]
    assert "(event 85A) release acts on repo" in bypassed.partition("###")[0]
    revoked = rows(section(page, "What to revoke, in order"))
    why = "it never ends by itself, and nothing shows how it came"
    assert ("5. break-glass", why, "not valid: revoked in event 93B", "release") in revoked


@all_rows("words", WORDS.values())
def test_the_answer_for_programs_revokes_as_the_page_does(words, called, documents):
    *_, last = documents("trace", *words, "--json")
    page = called("trace", *words, "--to", "md")[1]
    _, *rows_ = rows(section(page, "What to revoke, in order"))
    told = last["summary"]["revoke"]
    assert [each["credential"] for each in told] == [each[0].split()[-1].strip("[]") for each in rows_]
    assert [bool(each["others"]) for each in told] == [each[3] != "nobody else" for each in rows_]
    reasons = {
        "unknown": "somebody unknown used it",
        "taken": "taken from",
        "ended": "still accepted after its end",
        "issued": "issued for",
        "endless": "it never ends",
        "follows": "whoever has the first",
    }
    for each, (_, why, state, _) in zip(told, rows_, strict=True):
        assert why.startswith(reasons[each["why"]])
        assert (each["event"] is not None) == (" in event " in why)
        assert f"in event {each['event']}" in why or each["event"] is None
        assert (each["revoked"] is not None) == state.startswith("not valid: revoked in event")
        assert (each["ended"] is not None) == state.startswith("not valid: ended by itself")


def test_a_page_says_what_is_wrong_and_what_is_not_known(desk):
    asked = section(desk, "What is wrong, by kind")
    assert [line[4:] for line in asked.splitlines() if line.startswith("### ")] == [
        "Refused, and done all the same",
        "The model has no checkpoint there",
        "No decision is recorded",
        "The decision came before the last read",
        "A decision used twice",
        "A credential used after its end",
    ]
    unknown = section(desk, "What the logs cannot tell")
    assert "14 events of spans.log: who acted is known from the map alone" in unknown
    assert "was revoked" not in unknown
    ends = r"between 2026-11-03T08\:08\:30Z and 2026-11-03T10\:08\:20Z"
    assert section(desk, "Used and never used").count(ends) == 2


def test_hostile_names_stay_text_on_a_page(tmp_path):
    hostile = '</text><script>alert("x")</script>;`'
    model = LEAK[0].read_text(encoding="utf-8").replace('identity = "svc-export"', f"identity = '{hostile}'")
    assert hostile in model
    (tmp_path / "model.toml").write_text(model, encoding="utf-8")
    log = tmp_path / "log.jsonl"
    text = LEAK[1].read_text(encoding="utf-8").replace('"svc-export"', json.dumps(hostile))
    log.write_text(text, encoding="utf-8")
    page = tmp_path / "page.html"
    assert run("trace", tmp_path / "model.toml", log, "--to", "html", "-o", page).returncode == 0
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert hostile in unescape(html)
    tokens = MarkdownIt("commonmark").parse(run("trace", tmp_path / "model.toml", log, "--to", "md").stdout)
    inline = [each for token in tokens for each in token.children or ()]
    assert not {each.type for each in inline} & {"html_inline", "code_inline"}
    assert any(hostile in each.content for each in inline)


def test_a_page_of_a_log_that_is_cut_says_so(tmp_path, called):
    log = tmp_path / "log.jsonl"
    log.write_bytes(LEAK[1].read_bytes() + b'{"time": 1')
    page = tmp_path / "page.md"
    status, output, complaint = called("trace", LEAK[0], log, "--to", "md", "-o", page)
    assert (status, output, complaint.count("\n")) == (2, "", 1)
    text = page.read_text(encoding="utf-8")
    assert "**INCOMPLETE: log.jsonl could not be read to the end" in text
    assert "jsonl, cut |" in text


def test_a_long_timeline_says_how_much_more_there_is(called, monkeypatch):
    monkeypatch.setattr("meshmodel.answers.report.incident._MOST_EVENTS", 3)
    _, page, _ = called("trace", *LEAK, "--to", "md")
    timeline = section(page, "Timeline")
    assert len(rows(timeline)) == 1 + 3
    assert "2 more events of such sessions; --session shows one alone." in timeline.replace("\\", "")


def test_a_page_of_too_many_events_is_refused(called, monkeypatch):
    monkeypatch.setattr("meshmodel.analysis.incident.SHOWN", 2)
    status, output, complaint = called("trace", *LEAK, "--to", "md")
    assert (status, output) == (2, "")
    assert complaint.startswith("meshmodel: there are more than 2 events to tell on a page")
