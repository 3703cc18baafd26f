"""What is drawn in a way that is often wrong, told where it is drawn; and a question that one key answers.

See ``docs/workbench.md``.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from meshmodel.edits.approvers import known_approvers
from meshmodel.edits.edit import Edit, Put, edit
from meshmodel.edits.notes import new_note
from meshmodel.model.records import Custody
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import first_few

RUNNERS: Final = frozenset({"ci-pipeline", "kubernetes-cluster", "deployment-target"})
"""The kinds of systems that run what they are given."""
SOURCE: Final = "job-secrets"
"""The source of the notes that keep the answer that jobs cannot read a secret."""


def doubts(snapshot: Snapshot) -> Iterator[str]:
    """What is perhaps drawn wrong, a sentence each: persons that are strangers, approvers that are none."""
    for agent in snapshot.agent.values():
        zone = snapshot.zone.get(agent.home or "")
        if agent.kind == "person" and zone is not None and zone.environment == "external":
            yield (
                f"{agent.title} is a person at home in {zone.title}, which is external. "
                "Nobody is asked what people do: draw a stranger with an account as a service"
            )
    asked = [each for each in snapshot.checkpoint.values() if each.approvers]
    known = {*known_approvers(snapshot)} if asked else set[str]()
    for checkpoint in asked:
        unknown = [each for each in checkpoint.approvers or () if each not in known]
        if unknown:
            named = first_few(unknown, 3)
            yield f"{named} approves at {checkpoint.id} and is no person or system of the model"


def new_doubts(before: Snapshot, after: Snapshot) -> list[str]:
    """The doubts that an edit brings."""
    known = set(doubts(before))
    return [each for each in doubts(after) if each not in known]


def job_secrets(snapshot: Snapshot) -> dict[str, tuple[Custody, ...]]:
    """By system that runs what it is given: the secrets of which it is not said whether its jobs read them.

    It is asked where somebody may execute there and not read, and no answer has been kept.
    """
    answered = {each.about for each in snapshot.note.values() if each.source == SOURCE}
    runners = dict.fromkeys(
        grant.system
        for grant in snapshot.grant.values()
        if "execute" in grant.actions
        and not {"read", "admin"}.intersection(grant.actions)
        and snapshot.system[grant.system].kind in RUNNERS
    )
    found = dict[str, list[Custody]]()
    for (system, credential), custody in snapshot.custody.items():
        is_asked = system in runners and custody.how == "stores" and "execute" not in custody.obtained_by
        if is_asked and f"custody:{system}>{credential}" not in answered:
            found.setdefault(system, []).append(custody)
    return {
        system: tuple(sorted(custodies, key=lambda each: each.credential))
        for system, custodies in sorted(found.items())
    }


def asks_of_jobs(snapshot: Snapshot, system: str, custodies: tuple[Custody, ...]) -> str:
    """The question about the jobs of a system."""
    secrets = first_few([snapshot.credential[each.credential].title for each in custodies], 3)
    return f"Can a job on {snapshot.system[system].title} read the secrets stored there ({secrets})?"


def job_answer(snapshot: Snapshot, system: str, custodies: tuple[Custody, ...], *, can: bool) -> Edit:
    """The edit that answers it: whoever executes there obtains the secrets, or a note that they do not."""
    if can:
        puts = [Put(replace(each, by=(*each.obtained_by, "execute"))) for each in custodies]
        return edit(f"jobs on {system} read the secrets stored there", puts)
    noted = snapshot
    made = list[Put]()
    for each in custodies:
        about = f"custody:{system}>{each.credential}"
        text = "Can a job there read this secret? No."
        note = replace(new_note(noted, about, text, "question"), state="done", source=SOURCE)
        noted = replace(noted, note={**noted.note, note.id: note})
        made.append(Put(note))
    return edit(f"jobs on {system} do not read the secrets stored there", made)
