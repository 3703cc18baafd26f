"""Makes workflows in tests, and looks at what became of them."""

import json

from meshmodel.importers.ledger import LedgerRow
from meshmodel.importers.proposal import ProposedModel
from tests.importers.foreign import read_text

FORM = "github-actions"
AGENT = "anthropics/claude-code-base-action@beta"
READ, WRITE = ("read",), ("read", "write")


def step(uses=AGENT, **more):
    return {"uses": uses, **more}


def one_job(*steps, on="push", root=None, **job):
    """A workflow of one job; JSON is YAML."""
    return {"name": "flow", "on": on, **(root or {}), "jobs": {"work": {"steps": list(steps), **job}}}


def model_of(content, folder, name=".github/workflows/flow.yml") -> tuple[ProposedModel, list[LedgerRow]]:
    text = content if isinstance(content, str) else json.dumps(content)
    return read_text(text, FORM, folder, name)


def grants_of(model, credential="github_token-of-flow"):
    found = (each for each in model.grant.values() if each.credential == credential)
    return {each.system: each.actions for each in found}


def questions(proposed):
    return [each.text for each in proposed.model.note.values()]


def rules_at(rows, ending):
    return [(each.rule, each.verdict) for each in rows if each.path.endswith(ending)]
