"""Analyses that follow random edits, each beside the one from scratch."""

import random

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import Put, apply_edit, edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model


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


def followed(seed):
    """Pairs: an analysis that followed one more edit, and that of the same model from scratch."""
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
        yield analysis, analyse(after, today=TODAY)
