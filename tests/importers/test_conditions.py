"""Who can start a job: what its condition says of event, ref, author, label, fork and starter."""

import pytest

from meshmodel.importers.document import Node
from meshmodel.importers.forms.github.conditions import NEVER, POSSIBLE, UNKNOWN, holds, starts_of
from meshmodel.importers.forms.github.set_outputs import branches_of, values_of
from meshmodel.importers.yaml_text import read_yaml


def reach(event, condition):
    """How far outsiders and members start a job by an event; a word stands for an event without more."""
    name, _, below = event.partition(" ")
    node = read_yaml(f"a: {below or '{}'}", "")[0]["a"]
    found = {True: NEVER, False: NEVER}
    for start in starts_of(name, node):
        if not start.updater:
            found[start.is_outsider] = max(found[start.is_outsider], holds(Node(condition), start))
    return found[True], found[False]


ANYONE, MEMBERS, NOBODY, ASKED = (POSSIBLE, POSSIBLE), (NEVER, POSSIBLE), (NEVER, NEVER), (UNKNOWN, POSSIBLE)


@pytest.mark.parametrize(
    ("event", "condition", "by"),
    [
        ("issue_comment", "contains(github.event.comment.body, '@claude')", ANYONE),
        ("issue_comment", "${{ startsWith(github.event.comment.body, '/fix') }}", ANYONE),
        ("issue_comment", "github.event.comment.author_association == 'OWNER'", MEMBERS),
        ("issue_comment", "github.event.comment.author_association != 'NONE'", ANYONE),
        (
            "issue_comment",
            """contains(fromJSON('["OWNER", "MEMBER"]'), github.event.comment.author_association)""",
            MEMBERS,
        ),
        (
            "issue_comment",
            """contains(fromJSON('["OWNER", "CONTRIBUTOR"]'), github.event.comment.author_association)""",
            ANYONE,
        ),
        ("issue_comment", "contains('OWNER MEMBER', github.event.comment.author_association)", MEMBERS),
        ("issue_comment", "github.event.issue.author_association == 'OWNER'", ANYONE),
        ("issues", "github.event.issue.author_association == 'OWNER'", MEMBERS),
        ("issues", "github.event.label.name == 'fix'", MEMBERS),
        ("issues", "github.event.action == 'labeled' || github.event.action == 'assigned'", MEMBERS),
        ("issues {types: [labeled]}", "true", MEMBERS),
        ("issues {types: [opened, labeled]}", "true", ANYONE),
        ("issues {types: [assigned]}", "github.event.assignee.login == 'bot'", MEMBERS),
        ("issues", "contains(github.event.issue.labels.*.name, 'fix')", (UNKNOWN, UNKNOWN)),
        ("issue_comment", "github.actor == 'ann'", MEMBERS),
        ("issue_comment", "github.actor != 'bot[bot]'", ANYONE),
        ("issue_comment", "contains(github.actor, '[bot]')", MEMBERS),
        ("issue_comment", "!endsWith(github.actor, '[bot]')", ANYONE),
        ("issue_comment", "github.event.sender.type != 'Bot'", ANYONE),
        ("issue_comment", "github.event_name == 'issues'", NOBODY),
        ("issue_comment", "github.event['issue']['pull_request'] && github.event.comment.body != ''", ANYONE),
        ("issue_comment", "needs.check.outputs.allowed == 'true'", (UNKNOWN, UNKNOWN)),
        ("issue_comment", "needs.check.outputs.allowed == 'true' && github.actor == 'ann'", (NEVER, UNKNOWN)),
        ("issue_comment", "vars.ON == 'true' || github.event.comment.body", ANYONE),
        ("issue_comment", "always() && false", NOBODY),
        ("issue_comment", "success() && !cancelled()", ANYONE),
        (
            "pull_request_target",
            "github.event.pull_request.head.repo.full_name == github.repository",
            MEMBERS,
        ),
        ("pull_request_target", "github.event.pull_request.head.repo.fork == false", MEMBERS),
        ("pull_request_target", "!github.event.pull_request.head.repo.fork", MEMBERS),
        ("pull_request_target {types: [closed]}", "github.event.pull_request.merged == true", MEMBERS),
        ("pull_request_target", "github.event.pull_request.user.login == 'dependabot[bot]'", NOBODY),
        ("issue_comment", "github.event.review.body || github.event.comment.body == ''", ANYONE),
        ("issue_comment", "startsWith(github.event.review.body || github.event.issue.body, '@a')", ANYONE),
        ("issues", "startsWith(github.event.comment.body, '@a')", NOBODY),
        (
            "issue_comment",
            """contains('["OWNER"]', github.event.review.body || github.event.comment.author_association)""",
            MEMBERS,
        ),
        (
            "issues",
            "(github.event_name == 'issues' && github.event.issue.author_association || 'NONE') == 'OWNER'",
            MEMBERS,
        ),
        ("pull_request_review", "github.event.review.state == 'approved'", ANYONE),
        ("push {tags: ['v*']}", "startsWith(github.ref, 'refs/tags/v')", MEMBERS),
        ("push {branches: [main]}", "startsWith(github.ref, 'refs/tags/v')", NOBODY),
        ("push", "github.ref == 'refs/heads/main'", MEMBERS),
        ("pull_request", "startsWith(github.ref, 'refs/tags/v') && github.event_name == 'push'", NOBODY),
        ("schedule", "github.ref_type == 'tag'", NOBODY),
        ("issues", "((", (UNKNOWN, UNKNOWN)),
        ("issues", "github.event.issue.title ~ 'x'", (UNKNOWN, UNKNOWN)),
        ("issues", f"{'(' * 500}true{')' * 500}", (UNKNOWN, UNKNOWN)),
        ("issues", "x" * 20_000, (UNKNOWN, UNKNOWN)),
    ],
)
def test_who_can_start_a_job(event, condition, by):
    assert reach(event, condition) == by


@pytest.mark.parametrize(
    ("condition", "by"),
    [
        ("github.actor == 'dependabot[bot]'", ["dependabot[bot]"]),
        ("github.event.pull_request.user.login == 'dependabot[bot]'", ["dependabot[bot]"]),
        ("github.actor != 'dependabot[bot]'", ["", "renovate[bot]"]),
        ("contains(fromJSON('[\"dependabot[bot]\"]'), github.actor)", ["dependabot[bot]"]),
        ("github.event.sender.type == 'User'", [""]),
        ("github.event.pull_request.author_association == 'MEMBER'", [""]),
        ("github.actor == 'dependabot[bot]' || github.actor == 'ann'", ["", "dependabot[bot]"]),
    ],
)
def test_which_program_starts_a_job_that_opens_pull_requests_for_new_versions(condition, by):
    node = read_yaml("a: {}", "")[0]["a"]
    starts = [each for each in starts_of("pull_request_target", node) if not each.is_outsider]
    assert sorted({each.updater for each in starts if holds(Node(condition), each) == POSSIBLE}) == by


SORTING = """
const request = process.env.REQUEST;
core.setOutput('request', request);
if (['issues.opened', 'issues.reopened'].includes(what)) {
  core.setOutput('does', 'sort');
} else if (request.startsWith('/review')) {
  core.setOutput('does', 'review');
} else if (what === 'issue_comment.created') {
  core.setOutput('does', 'answer');
} else {
  core.setOutput('does', 'nothing');
}
"""
NESTED = "if (a) { if (b) { core.setOutput('does', 'x') } else { core.setOutput('does', 'y') } }"


@pytest.mark.parametrize(
    ("script", "event", "values"),
    [
        (SORTING, "issues.opened", {"sort"}),
        (SORTING, "issue_comment.created", {"review", "answer"}),
        (SORTING, "issues.labeled", {"review", "nothing"}),
        (SORTING.replace("'sort'", "request"), "issues.opened", set()),
        (SORTING + "core.setOutput('does', 'all')", "issues.opened", set()),
        (SORTING + SORTING, "issues.opened", set()),
        ("if (a) { core.setOutput('does', 'x') }", "issues.opened", {"x", ""}),
        ("if (what !== 'issues.opened') { core.setOutput('does', 'x') }", "issues.opened", {"x", ""}),
        (NESTED, "issues.opened", set()),
        ("core.setOutput('does', 'x')", "issues.opened", set()),
    ],
)
def test_what_a_script_sets_an_output_to(script, event, values):
    assert values_of("does", script, branches_of(script), event) == values


def test_a_condition_on_an_output_that_a_script_sets_decides_by_event():
    for event, by in (("issues", MEMBERS), ("issue_comment", ANYONE)):
        found = {True: NEVER, False: NEVER}
        for start in starts_of(event, read_yaml("a: {types: [opened, created]}", "")[0]["a"]):
            texts = values_of("does", SORTING, branches_of(SORTING), f"{start.event}.{start.action}")
            known = start._replace(outputs={"needs.sort.outputs.does": texts})
            if not start.updater:
                held = holds(Node("needs.sort.outputs.does == 'review'"), known)
                found[start.is_outsider] = max(found[start.is_outsider], held)
        assert (found[True], found[False]) == by
