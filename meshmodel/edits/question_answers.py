"""What yes and no of a question do to the model: each is one edit. Pure.

See ``docs/workbench.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from meshmodel.edits.edit import Edit, Put, edit
from meshmodel.edits.fields import edit_of
from meshmodel.edits.notes import new_note
from meshmodel.model.records import Agent, Credential, Custody, Grant, Hold, Reference, Snapshot, Zone
from meshmodel.model.text import first_few

RUNNERS: Final = frozenset({"ci-pipeline", "kubernetes-cluster", "deployment-target"})
"""The kinds of systems that run what they are given."""
SOURCE: Final = "job-secrets"
"""The source of the notes that keep the answer that jobs cannot read a secret."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a question can be answered with.

    Attributes:
        yes: the edits that yes may mean, by the name of what is chosen: of several one is.
        no: the edit that no means; ``None``: the question asks who or which, so there is no no.
        effect: what both do, in a sentence or two.
        which: what is asked where yes may mean several edits.
    """

    yes: Mapping[str, Edit]
    no: Edit | None
    effect: str
    which: str = ""


def answers_to(snapshot: Snapshot, about: Reference) -> Answers | None:
    """The answers to the question about a record; ``None`` where nothing is asked of it any more.

    Args:
        snapshot: the model.
        about: a person at home in an external zone, a grant that does not say how it honours a delegation, a
            bound credential that nobody holds, or a system that runs jobs where it stores secrets.
    """
    match snapshot.get(*about):
        case Agent() as agent:
            return _of_person(snapshot, agent)
        case Grant(honoured_as=None) as grant:
            return _of_grant(snapshot, grant)
        case Credential() as credential:
            return _of_key(snapshot, credential)
        case None | Grant():
            return None
        case _:
            return _of_jobs(snapshot, str(about[1]))


def _of_person(snapshot: Snapshot, person: Agent) -> Answers | None:
    """One of yours has its task from a zone of yours; a stranger with an account is a service."""
    no = edit_of(person, {"kind": "service"}, snapshot)
    yours = (each for each in snapshot.zone.values() if each.environment != "external")
    homes: dict[str, str | None] = {_named(each): each.id for each in yours}
    homes = homes or {"": None}
    edits = ((name, edit_of(person, {"home": home}, snapshot)) for name, home in sorted(homes.items()))
    yes = {name: each for name, each in edits if each is not None}
    where = "not drawn yet" if "" in homes else "a zone of yours"
    effect = f"Yes: its home is {where}. No: it is a service, a stranger with an account."
    return None if no is None else Answers(yes, no, effect, f"in which zone does {person.title} work?")


def _of_grant(snapshot: Snapshot, grant: Grant) -> Answers | None:
    """The rights of the person count, or those of an account of its own."""
    yes = edit_of(grant, {"honoured_as": "delegate"}, snapshot)
    no = edit_of(grant, {"honoured_as": "principal"}, snapshot)
    assert yes is not None
    effect = "Yes: honoured as delegate. No: honoured as principal."
    return Answers({grant.system: yes}, no, effect)


def _of_key(snapshot: Snapshot, credential: Credential) -> Answers:
    """Who has the key of a bound credential holds it."""
    yes = {
        _named(each): edit(f"{each.id} holds {credential.id}", [Put(Hold(each.id, credential.id))])
        for each in sorted(snapshot.agent.values(), key=_named)
        if each.is_active
    }
    return Answers(yes, None, "Who has its key holds it.", f"who has the key of {credential.title}?")


def _named(element: Agent | Zone) -> str:
    """The name of an element; with its id, since two may have one name."""
    return element.id if element.title == element.id else f"{element.title} ({element.id})"


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


def _of_jobs(snapshot: Snapshot, system: str) -> Answers | None:
    """Whoever executes there obtains the secrets, or a note that they do not."""
    custodies = job_secrets(snapshot).get(system)
    if custodies is None:
        return None
    puts = [Put(replace(each, by=(*each.obtained_by, "execute"))) for each in custodies]
    yes = edit(f"jobs on {system} read the secrets stored there", puts)
    noted = snapshot
    made = list[Put]()
    for each in custodies:
        about = f"custody:{system}>{each.credential}"
        text = "Can a job there read this secret? No."
        note = replace(new_note(noted, about, text, "question"), state="done", source=SOURCE)
        noted = replace(noted, note={**noted.note, note.id: note})
        made.append(Put(note))
    no = edit(f"jobs on {system} do not read the secrets stored there", made)
    return Answers({system: yes}, no, "Yes: whoever executes there obtains them. No: that is kept as a note.")
