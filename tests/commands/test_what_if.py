"""``compromise``, ``offboard`` and ``trace`` through the command line, and their texts for the examples.

``python -m tests.commands.test_what_if`` writes the texts anew; read the difference before keeping it.
"""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from meshmodel import cli
from tests.commands.running import CASES, MODELS, PROGRAM, ROOT, run
from tests.rows import all_rows

GOLDENS = Path(__file__).parent / "what_if"
LOGS = ROOT / "tests" / "logs"
LEAK, RELEASE = MODELS / "token-leak.toml", MODELS / "federated-release.toml"
MCP = MODELS / "coding-agent-mcp.toml"
MAP = ("--map", LOGS / "release.map.toml")
TEXTS = {
    "compromise-of-the-leaked-token": ("compromise", LEAK, "credential:refresh-token"),
    "compromise-by-an-outsider": ("compromise", MODELS / "support-agent.toml", "outsider"),
    "compromise-by-who-looks": ("compromise", CASES / "58-a-key-in-a-public-image.toml", "outsider"),
    "compromise-of-the-release-agent": ("compromise", RELEASE, "agent:release-agent"),
    "compromise-of-a-chain": ("compromise", MODELS / "agent-chain.toml", "agent:orchestrator"),
    "compromise-of-a-pipeline": ("compromise", MODELS / "code-agent.toml", "system:pipeline-secrets"),
    "offboard-the-chat-service": ("offboard", LEAK, "chat-service"),
    "offboard-a-broker": ("offboard", MODELS / "workflow-broker.toml", "broker"),
    "offboard-an-analyst": ("offboard", MODELS / "agent-chain.toml", "analyst"),
    "offboard-a-developer": ("offboard", MCP, "person:developer"),
    "offboard-a-team": ("offboard", MODELS / "finance-orchestrator.toml", "person:Treasury"),
    "offboard-a-vendor": ("offboard", MODELS / "crm-assistant-gateway.toml", "vendor:CRM provider"),
    "rotate-a-token": ("offboard", MCP, "credential:forge-pat"),
    "rotate-the-leaked-token": ("offboard", LEAK, "credential:refresh-token"),
    "compromise-within-limits": ("compromise", MCP, "agent:coding-agent"),
    "trace-of-the-leak": ("trace", LEAK, MODELS / "token-leak.jsonl"),
    "trace-of-a-release": ("trace", RELEASE, LOGS / "release.jsonl"),
    "trace-of-cloudtrail": (
        "trace",
        RELEASE,
        LOGS / "release.cloudtrail.json",
        "--format",
        "cloudtrail",
        *MAP,
    ),
    "trace-of-kubernetes": (
        "trace",
        RELEASE,
        LOGS / "release.kubernetes.jsonl",
        "--format",
        "kubernetes-audit",
        *MAP,
    ),
    "trace-of-github": ("trace", RELEASE, LOGS / "release.github.json", "--format", "github-audit", *MAP),
}


@all_rows("name", TEXTS)
def test_the_text_of_a_worked_example(name, capsys):
    assert cli.main([str(word) for word in TEXTS[name]]) == 0
    assert capsys.readouterr().out == (GOLDENS / f"{name}.txt").read_text(encoding="utf-8")


def test_there_is_no_other_text():
    assert sorted(path.stem for path in GOLDENS.glob("*.txt")) == sorted(TEXTS)


@all_rows("path", sorted(CASES.glob("*.toml"))[::9])
def test_the_compromise_of_a_case(path, capsys):
    for expected in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["compromise"]:
        assert cli.main(["compromise", str(path), expected["start"], "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"format": "meshmodel-compromise/1", **expected}


def test_the_leak_reaches_three_systems_and_leaves_three_credentials_to_revoke(documents):
    (answer,) = documents("compromise", LEAK, "credential:refresh-token", "--json")
    assert answer == {
        "format": "meshmodel-compromise/1",
        "start": "credential:refresh-token",
        "unchecked": answer["all"],
        "all": {
            "agents": [],
            "credentials": ["cloud-key", "refresh-token", "warehouse-key"],
            "systems": [
                {"system": "bucket", "actions": ["read"]},
                {"system": "crm", "actions": ["read", "write"]},
                {"system": "warehouse", "actions": ["read"]},
            ],
        },
    }


def planned(folder):
    """The leak, where somebody is to be asked before the cloud key opens the bucket."""
    path = folder / "planned.toml"
    checkpoint = (
        '\n[[checkpoint]]\nid = "ask"\nkind = "human-approval"\nstep = "grant"\nfrom = "cloud-key"\n'
        'to = "bucket"\nstate = "planned"\n'
    )
    path.write_text(LEAK.read_text(encoding="utf-8") + checkpoint, encoding="utf-8")
    return path


def test_as_designed_a_planned_checkpoint_holds(tmp_path, called, documents):
    path = planned(tmp_path)
    (built,) = documents("compromise", path, "agent:chat-service", "--json")
    (designed,) = documents("compromise", path, "agent:chat-service", "--json", "--as-designed")
    assert built["unchecked"] == built["all"] == designed["all"]
    assert designed["unchecked"]["credentials"] == ["cloud-key", "refresh-token"]
    _, told, _ = called("compromise", path, "agent:chat-service", "--as-designed")
    assert "◆ Stopped by ask" in told


def test_as_designed_a_planned_checkpoint_is_due_in_a_trace(tmp_path, called, documents):
    path = planned(tmp_path)
    words = ("trace", path, MODELS / "token-leak.jsonl")
    built, designed = documents(*words, "--json"), documents(*words, "--json", "--as-designed")
    assert [each["recheck"] for each in built[:-1]].count("missing") == 2
    assert [each["recheck"] for each in designed[:-1]].count("missing") == 1
    assert designed[2]["recheck"] == "unrecorded"
    assert "as built" in called(*words)[1].splitlines()[0]
    assert "with planned checkpoints" in called(*words, "--as-designed")[1].splitlines()[0]


def test_the_same_compromise_in_several_models(called, documents):
    both = documents("compromise", LEAK, RELEASE, "outsider", "--json")
    assert both == [
        *documents("compromise", LEAK, "--json", "outsider"),
        *documents("compromise", "--json", RELEASE, "outsider"),
    ]
    assert both[0] != both[1]
    status, said, complaint = called("compromise", LEAK, RELEASE, "agent:chat-service")
    assert status == 2
    assert said == f"{LEAK}:\n{called('compromise', LEAK, 'agent:chat-service')[1]}"
    assert complaint.startswith(f"meshmodel: {RELEASE}: the model has no agent chat-service")


def test_a_compromise_starts_at_an_id_alone_where_one_element_has_it(tmp_path, called):
    for start in ("agent:chat-service", "credential:cloud-key", "system:crm"):
        bare = called("compromise", LEAK, start.partition(":")[2], "--json")
        assert bare == called("compromise", LEAK, start, "--json")
    model = tmp_path / "m.toml"
    twice = LEAK.read_text(encoding="utf-8") + '\n[[agent]]\nid = "crm"\n[[agent]]\nid = "outsider"\n'
    model.write_text(twice, encoding="utf-8")
    status, _, complaint = called("compromise", model, "crm")
    assert (status, complaint.count("\n")) == (2, 1)
    assert "crm can be several things: write agent:crm or system:crm" in complaint
    assert json.loads(called("compromise", model, "outsider", "--json")[1])["start"] == "outsider"


@all_rows(
    ("words", "line"),
    [
        (("compromise", LEAK, "agent:bot"), "the model has no agent bot; it has chat-service"),
        (("compromise", LEAK, "bot"), "the model has no agent, credential or system bot; name agent:ID"),
        (("offboard", LEAK, "chat"), "the model has no agent chat; it has chat-service"),
        (("offboard", LEAK, "person:chat"), "the model has no person or group chat; it has "),
        (
            ("offboard", LEAK, "vendor:Chat"),
            "the model has no vendor Chat; it has Chat provider",
        ),
        (("offboard", LEAK, "credential:no"), "the model has no credential no; it has cloud-key"),
        (("offboard", LEAK, "crm:x"), "crm:x: what is offboarded is agent:ID, person:NAME, vendor:NAME or"),
        (
            ("offboard", LEAK, "credential:cloud-key", "--apply"),
            "credential:cloud-key: a rotation cannot be drawn, so there is nothing to apply",
        ),
        (("trace", LEAK, "none.jsonl"), "none.jsonl: cannot be read: No such file"),
        (("trace", LEAK, "none.log"), "none.log: cannot be read: No such file"),
        (("trace", LEAK, "tests"), "tests: cannot be read: Is a directory"),
        (("chek", LEAK), "there is no command chek; did you mean check?"),
        (("xyzzy",), "there is no command xyzzy; see meshmodel --help"),
        (("trace", LEAK, "none.log", "--format", "cloudtrail"), "what the names in a cloudtrail log mean"),
        (("trace", LEAK, "x.csv", *MAP), "tests/logs/release.map.toml, identity 1: the model has no agent"),
    ],
)
def test_a_wrong_call_is_one_line(words, line, called):
    status, said, complaint = called(*words)
    assert (status, said) == (2, "")
    assert complaint.count("\n") == 1
    assert line in complaint


def test_the_person_behind_a_token_is_told(tmp_path, called, documents):
    log = tmp_path / "log.jsonl"
    event = {
        "time": 1,
        "agent": "coding-agent",
        "credential": "forge-pat",
        "system": "main-branch",
        "action": "read",
    }
    log.write_text(json.dumps(event), encoding="utf-8")
    model = tmp_path / "m.toml"
    text = MCP.read_text(encoding="utf-8").replace(
        'id = "forge-pat"', 'id = "forge-pat"\non_behalf_of = "ann"', 1
    )
    model.write_text(text, encoding="utf-8")
    first, _ = documents("trace", model, log, "--json")
    assert first["on_behalf_of"] == "ann"
    assert " on behalf of ann" in called("trace", model, log)[1]


def test_a_trace_is_a_document_for_each_event_and_a_last_one_that_says_it_is_complete(documents):
    answers = documents("trace", LEAK, MODELS / "token-leak.jsonl", "--json")
    assert {each["format"] for each in answers} == {"meshmodel-trace/2"}
    assert [each["event"] for each in answers[:-1]] == [1, 2, 3, 4, 5]
    assert [each["recheck"] for each in answers[:-1]] == [
        "approved",
        "approved",
        "missing",
        "none-due",
        "missing",
    ]
    assert [each["yielded"]["system"] for each in answers[:-1]] == [None, None, "crm", "crm", "bucket"]
    last = answers[-1]
    assert list(last) == ["format", "summary", "complete"]
    assert last["complete"] is True
    assert last["summary"]["events"] == 5
    assert last["summary"]["recheck"]["missing"] == 2


def test_a_log_that_breaks_off_is_never_mistaken_for_a_whole_one(tmp_path, called):
    path = tmp_path / "log.jsonl"
    path.write_text('{"time": 1, "agent": "chat-service"}\n{"time": 2', encoding="utf-8")
    status, said, complaint = called("trace", LEAK, path, "--json")
    assert status == 2
    *events, last = [json.loads(line) for line in said.splitlines()]
    assert len(events) == 1
    assert last["complete"] is False
    assert list(last)[-1] == "complete"
    assert re.fullmatch(r"meshmodel: \S*log.jsonl, line 2: is no JSON: .*\n", complaint)
    status, told, _ = called("trace", LEAK, path)
    assert status == 2
    assert "INCOMPLETE: log.jsonl could not be read to the end" in told


def test_a_fault_on_the_way_is_never_mistaken_for_an_end(monkeypatch, capsys):
    from meshmodel.analysis import trace

    laid, seen = trace.Tracer.lay, []

    def once(*words):
        seen.append(words)
        if len(seen) > 1:
            raise RuntimeError
        return laid(*words)

    monkeypatch.setattr(trace.Tracer, "lay", once)
    assert cli.main(["trace", str(LEAK), str(MODELS / "token-leak.jsonl"), "--json"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out.splitlines()[-1])["complete"] is False
    assert "a fault of the program" in said.err


def test_standard_input_and_an_interrupt():
    words = [PROGRAM, "trace", LEAK, "-", "--format", "jsonl", "--json"]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        for number in range(400):
            process.stdin.write(json.dumps({"time": number, "agent": "chat-service", "id": number}) + "\n")
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read().splitlines()
        process.stdin.close()
        assert process.wait(timeout=60) == 2
    assert first["event"] == 1
    assert json.loads(rest[-1])["complete"] is False


def test_an_empty_log_is_complete(tmp_path, documents):
    path = tmp_path / "log.csv"
    path.write_text("time,agent\n", encoding="utf-8")
    (last,) = documents("trace", LEAK, path, "--json")
    assert (last["summary"]["events"], last["complete"]) == (0, True)


def write_texts():
    GOLDENS.mkdir(exist_ok=True)
    for name, words in TEXTS.items():
        (GOLDENS / f"{name}.txt").write_text(run(*words).stdout, encoding="utf-8")


if __name__ == "__main__":
    write_texts()


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_token_in_a_log_is_not_told(tmp_path, called, words):
    token = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
    log = tmp_path / "log.jsonl"
    known = {"agent": "chat-service", "system": "crm", "action": "read"}
    events = [{**known, key: token} for key in ("agent", "identity", "credential", "system", "id")]
    log.write_text("".join(f"{json.dumps(each)}\n" for each in events), encoding="utf-8")
    status, output, _ = called("trace", LEAK, log, *words)
    assert status == 0
    assert output.count("(hidden)") >= len(events) - (not words)  # the text tells no id
    assert token[:8] not in output
