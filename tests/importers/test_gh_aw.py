"""gh-aw Markdown, and hostile files: each leaf in one row, whatever the file, and soon."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.importers.document import ForeignFileError
from meshmodel.importers.forms.github.shell import started_in
from meshmodel.importers.forms.github.words import expressions, secrets_in, tools_in
from meshmodel.interchange import read_text as read_model
from meshmodel.interchange import write_text
from tests.importers.foreign import read, read_text
from tests.importers.test_ledger import naive_leaves
from tests.importers.workflows import (
    FORM,
    READ,
    grants_of,
    model_of,
    one_job,
    questions,
    rules_at,
)
from tests.rows import all_rows


def markdown(front, folder, body="Do it."):
    return model_of(f"---\n{json.dumps(front)}\n---\n{body}\n", folder, ".github/workflows/flow.md")


@pytest.mark.parametrize(
    ("body", "starts"),
    [
        ("Sort “${{ needs.activation.outputs.text }}”", {"flow", "copilot-in-flow"}),
        ("Sort “${{ github.event.issue.title }}”", {"flow", "copilot-in-flow"}),
        ("Sort issue ${{ github.event.issue.number }}", {"flow"}),
    ],
)
def test_words_of_an_event_in_the_text_start_the_agent_itself(body, starts, tmp_path):
    proposed, _ = markdown({"on": "issues", "engine": "copilot", "roles": "all"}, tmp_path, body)
    assert {each.agent for each in proposed.model.trigger.values()} == starts


def test_by_default_members_start_it_and_it_reads_what_outsiders_wrote(tmp_path):
    body = "Sort “${{ github.event.issue.title }}”"
    model = markdown({"on": "issues", "engine": "copilot"}, tmp_path, body)[0].model
    assert {(each.system, each.agent) for each in model.trigger.values()} == {("issues-by-members", "flow")}
    assert {each.id for each in model.system.values() if each.untrusted_input} == {"issues"}
    (words,) = (each.credential for each in model.grant.values() if each.system == "issues")
    assert (("copilot-in-flow", words) in model.hold, model.grant[words, "issues"].actions) == (True, READ)


@all_rows(
    ("output", "only"),
    [
        ("create-issue", {"issues:write"}),
        ("add-comment", {"issues:write", "pull-requests:write", "discussions:write"}),
        ("create-pull-request", {"code:write", "pull-requests:write"}),
        ("dispatch-workflow", {"dispatches:write"}),
        ("noop", None),
        ("jobs", None),
        ("moon", None),
    ],
)
def test_a_safe_output_is_a_grant_of_a_job_that_the_agent_may_only_use_for_it(output, only, tmp_path):
    front = {"on": "issues", "permissions": {"contents": "read"}, "safe-outputs": {output: None}}
    proposed, rows = markdown(front, tmp_path)
    model = proposed.model
    limited = [set(each.only) for each in model.delegation.values() if each.only]
    assert limited == ([only] if only else [])
    granted = grants_of(model, "github_token-of-safe-outputs-of-flow")
    assert {f"{system}:{action}" for system, actions in granted.items() for action in actions} == (
        only or set()
    )
    assert grants_of(model) == {"code": READ}
    verdict = {"jobs": "question", "moon": "not understood"}.get(output, "mapped")
    assert [each.verdict for each in rows if each.path.endswith(output)] == [verdict]


@all_rows(
    ("tools", "text"),
    [
        ({"github": {"toolsets": ["issues"]}}, "issues of GitHub"),
        ({"bash": ["git log:*"]}, "bash git log:*"),
        ({"web-fetch": None}, "Which sites can it read"),
        ({"cache-memory": True}, "Where is its memory kept"),
        ({"shop": {"command": "shop-mcp"}}, "MCP server shop reach"),
    ],
)
def test_what_a_tool_of_gh_aw_reaches_is_asked(tools, text, tmp_path):
    proposed, rows = markdown({"on": "push", "permissions": {}, "tools": tools}, tmp_path)
    assert any(text in each for each in questions(proposed))
    assert "not understood" not in {each.verdict for each in rows}


def test_an_imported_part_is_read_with_the_workflow_and_a_missing_one_is_asked(tmp_path):
    front = {"on": "push", "permissions": {}, "imports": ["shared/a.md", "shared/missing.md"]}
    folder = tmp_path / ".github/workflows"
    (folder / "shared").mkdir(parents=True)
    (folder / "flow.md").write_text(f"---\n{json.dumps(front)}\n---\n", encoding="utf-8")
    part = {"mcp-servers": {"maps": {"command": "maps", "env": {"MAPS_KEY": "${{ secrets.MAPS }}"}}}}
    (folder / "shared/a.md").write_text(f"---\n{json.dumps(part)}\n---\n", encoding="utf-8")
    proposed, rows = read([folder], FORM, tmp_path)
    assert ("maps-tools-of-flow", "maps") in proposed.model.hold
    assert rules_at(rows, "imports[0]") == [("imports", "mapped")]
    assert rules_at(rows, "imports[1]") == [("imports-elsewhere", "question")]


def test_a_compiled_workflow_is_read_from_its_markdown(tmp_path):
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "flow.md").write_text("---\non: push\nengine: codex\npermissions: {}\n---\n", encoding="utf-8")
    (folder / "flow.lock.yml").write_text(json.dumps(one_job({"run": "codex exec x"})), encoding="utf-8")
    proposed, rows = read([folder], FORM, tmp_path)
    assert set(proposed.model.agent) == {"flow", "codex-in-flow"}
    assert {each.rule for each in rows if each.source.endswith(".lock.yml")} == {"compiled"}
    alone, _ = read([folder / "flow.lock.yml"], FORM, tmp_path)
    assert set(alone.model.agent) == {"flow", "codex-in-flow"}


# Hostile files ------------------------------------------------------------------------------------


@all_rows(
    ("content", "what"),
    [
        (one_job(*[{"run": "x"}] * 1_001), "jobs and steps"),
        (one_job({"run": "x"}, env={f"A{n}": "b" for n in range(201)}), "variables"),
        (one_job({"run": " ".join(f"${{{{ secrets.A{n} }}}}" for n in range(201))}), "secrets"),
        (one_job({"run": ",".join(f"mcp__a{n}__b" for n in range(201))}), "MCP servers"),
    ],
)
def test_a_workflow_of_a_size_that_none_has_is_refused(content, what, tmp_path):
    with pytest.raises(ForeignFileError, match=f"names more than .* {what}"):
        model_of(content, tmp_path)


@all_rows(
    "job",
    [
        {"steps": 5},
        {"steps": [5, ["x"], None, {"uses": 7, "with": 3, "env": [1], "run": {}}]},
        {"steps": [], "needs": {"a": "b"}, "permissions": 7, "environment": ["x"], "outputs": 5},
        {"uses": {"a": 1}, "secrets": [1], "timeout-minutes": -1, "runs-on": None},
        None,
    ],
)
def test_values_of_other_types_do_no_harm(job, tmp_path):
    _, rows = model_of({"on": {"issues": 5, "push": [1]}, "jobs": {"a": job}, "env": 4}, tmp_path)
    assert rows


def test_texts_that_are_searched_are_searched_in_linear_time():
    many = 30_000
    assert list(expressions("${{ " * many)) == []
    assert secrets_in("${{ " + "secrets." * many + " }}") == ["secrets"]
    for each in ("|other ", '"$(other ', "\n", "<<E\n", "<<E ", "#'", "case a in ", ";;", "${{ ", "$(("):
        assert not any(one.product for one in started_in(each * many))
    assert len(tools_in("x(" * many)) == many


WORDS = [
    "on", "jobs", "steps", "uses", "with", "env", "run", "id", "needs", "permissions", "issues",
    "outputs", "secrets", "write", "read-all", "environment", "token", "prompt", "allowed_tools",
    "tools", "mcp-servers", "safe-outputs", "add-labels", "imports", "engine", "url", "id-token",
    "contents", "workflow_call", "actions/checkout@v5", "a", "anthropics/claude-code-action@v1",
    "${{ secrets.A || github.token }}", "${{ needs.a.outputs.b }}", "${{ steps.a.outputs.b }}",
    "https://mcp.example.com/x", "API_TOKEN", "hunter2", "role-to-assume", "mcp__a__b",
]  # fmt: skip


def random_values(leaves):
    """Values made of the words of the form."""
    words = st.sampled_from(WORDS)
    scalars = st.none() | st.booleans() | st.integers(-9, 9) | words | st.text(max_size=6)
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=5),
        max_leaves=leaves,
    )


@pytest.mark.parametrize("syntax", ["json", "md"])
def test_every_leaf_is_in_exactly_one_row_and_the_model_is_valid(syntax):
    jobs = st.dictionaries(
        st.sampled_from("ab"),
        st.dictionaries(st.sampled_from(WORDS), random_values(8), max_size=6),
        max_size=2,
    )
    shaped = st.fixed_dictionaries(
        {"on": random_values(4), "jobs": jobs},
        optional={each: random_values(8) for each in WORDS[2:] if each != "on"},
    )

    @given(shaped | random_values(25))
    def check(value):
        text = json.dumps(value)
        if syntax == "md":
            value = value if isinstance(value, dict) else {}
            text, value = f"---\n{json.dumps(value)}\n---\nWords", {**value, "body": "Words"}
        with tempfile.TemporaryDirectory() as folder:
            proposed, rows = read_text(text, FORM, Path(folder), f"file.{syntax}")
        assert len(rows) == len(naive_leaves(value))
        model = read_model(write_text(proposed.model))
        assert model == proposed.model
        for row in rows:
            for each in row.became:
                table, _, key = each.partition(":")
                ends = key.split(">")
                assert model.get(table, tuple(ends) if len(ends) == 2 else key) is not None, each

    check()
