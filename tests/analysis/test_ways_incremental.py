"""Explanations and all ways after edits are those of an analysis from scratch."""

import random

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import Put, apply_edit, edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model


def told(analysis):
    """What is told of every agent and system, and where the question leaves them out."""
    snapshot = analysis.snapshot
    agents, systems = [None, *snapshot.agent], [None, *snapshot.system]
    answers = {(a, s): analysis.all_ways(a, s) for a in agents for s in systems}
    return answers, [analysis.explain_finding(each) for each in analysis.findings]


def earlier(rng, snapshot, number):
    """Elements whose names come before all others, though they come later, and relations of theirs."""
    agent, system, credential = f"0a{number}", f"0s{number}", f"0c{number}"
    agents, systems = [agent, *snapshot.agent], [system, *snapshot.system]
    return [
        Put(r.Agent(agent, kind="ai-agent")),
        Put(r.System(system)),
        Put(r.Credential(credential)),
        *(Put(r.Hold(each, credential)) for each in rng.sample(agents, min(2, len(agents)))),
        *(
            Put(r.Grant(credential, each, ("read", "write")))
            for each in rng.sample(systems, min(2, len(systems)))
        ),
    ]


@pytest.mark.parametrize("seed", range(10))
def test_all_ways_after_edits_are_those_from_scratch(seed):
    rng = random.Random(seed)
    edits = RandomEdits(rng)
    analysis = analyse(random_model(seed, 4), today=TODAY)
    for number in range(8):
        made = edits.edit(analysis.snapshot)
        if number % 3 == 0:
            made = edit("names that come first", earlier(rng, analysis.snapshot, number))
        try:
            after = apply_edit(analysis.snapshot, made)
        except InvalidModelError:
            continue
        analysis = analyse(after, today=TODAY, previous=analysis)
        assert told(analysis) == told(analyse(after, today=TODAY))
