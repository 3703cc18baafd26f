"""What a command is to find by its name, and does not: one line, with the name that was meant."""

import json
import shutil

import pytest

from tests.commands.running import MODELS, refused

AGENT, LEAK = MODELS / "support-agent.toml", MODELS / "token-leak.toml"
SVG = ("export", AGENT, "--to", "svg")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("compromise", AGENT, "tickts"), "system:tickets"),
        (("compromise", AGENT, "supportbot"), "agent:support-bot"),
        (("compromise", AGENT, "outsidr"), "outsider"),
        (("compromise", AGENT, "agnt:support-bot"), "agent:support-bot"),
        (("compromise", AGENT, "credential:file-sa"), "credential:file-sas"),
        (("explain", AGENT, "supportbot"), "support-bot"),
        (("explain", AGENT, "support-bot", "ticket"), "tickets"),
        (("explain", AGENT, "support-bot", "tickets", "--from", "attachment"), "attachments"),
        (("offboard", AGENT, "supportbot"), "agent:support-bot"),
        (("offboard", AGENT, "ticket-token"), "credential:ticket-token"),
        (("offboard", AGENT, "agnt:support-bot"), "agent:support-bot"),
        (("offboard", AGENT, "credential:file-sa"), "credential:file-sas"),
        (("offboard", LEAK, "Chat providr"), "vendor:Chat provider"),
        (("offboard", LEAK, "vendor:chat provider"), "vendor:Chat provider"),
        ((*SVG, "--lens", "reach", "--agent", "supportbot"), "support-bot"),
        ((*SVG, "--zone", "clod"), "cloud"),
        ((*SVG, "--finding", "missing-checkpoint:file-sas"), "missing-checkpoint:file-sas>attachments"),
        (("rules", "toxic-flows"), "toxic-flow"),
        (("help", "semantic"), "semantics"),
        (("help", "chek"), "check"),
        (("demo", "suport-agent"), "support-agent"),
        (("chek", AGENT), "check"),
        (("check", AGENT, "--fial-on", "high"), "--fail-on"),
        (("policy", "verify", AGENT, AGENT, "--jsn"), "--json"),
    ],
    ids=lambda value: " ".join(map(str, value[-3:])) if isinstance(value, tuple) else "",
)
def test_the_nearest_name_is_told(words, meant):
    _, asked, suggested = refused(*words).partition("did you mean ")
    assert asked
    assert meant in suggested.removesuffix("?").split(" or ")


def test_what_is_like_nothing_is_told_what_there_is():
    assert refused("compromise", AGENT, "zzz") == (
        "the model has no agent, credential or system zzz; "
        "name agent:ID, credential:ID, system:ID or outsider"
    )
    assert refused("offboard", AGENT, "zzz") == "the model has no agent zzz; it has support-bot"
    assert refused("explain", AGENT, "zzz") == "the model has no agent zzz; it has support-bot"
    assert refused(*SVG, "--zone", "zzz") == "--zone: the model has no zone zzz; it has cloud, helpdesk"
    assert refused("reach", AGENT, "--agent", "x").endswith("see meshmodel reach --help")


def test_a_map_that_names_what_the_model_has_not(tmp_path):
    names = tmp_path / "names.toml"
    names.write_text(
        'format = "meshmodel-map/1"\n[[identity]]\nmatch = "a"\nagent = "chat-servce"\n', encoding="utf-8"
    )
    line = refused("trace", LEAK, MODELS / "token-leak.jsonl", "--format", "cloudtrail", "--map", names)
    assert "the model has no agent chat-servce; did you mean chat-service?" in line


def test_a_rejected_record_that_is_not_proposed(tmp_path):
    model, source = tmp_path / "model.toml", tmp_path / ".mcp.json"
    shutil.copy(AGENT, model)
    source.write_text(json.dumps({"mcpServers": {"files": {"command": "files-server"}}}), encoding="utf-8")
    line = refused("import", source, "--into", model, "--reject", "agent:file")
    assert line.endswith("nothing is proposed about it, so it cannot be rejected; did you mean agent:files?")
