"""What a log shows of grants and intents as lines of a list, and what each of them would change."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from meshmodel.answers.lines import Line, heading, note_row
from meshmodel.answers.used import besides_text, intent_text, never_text, unused_window, window_text
from meshmodel.edits.checkpoints import plan_edit
from meshmodel.edits.edit import Edit
from meshmodel.edits.intents import declare_used
from meshmodel.model.measures import Drop
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.text import counted
from meshmodel.model.vocabulary import ELEMENT_TABLES, RELATION_TABLES

if TYPE_CHECKING:
    from meshmodel.analysis.used import ModelUse, ProposedIntent, UsedGrant


def used_lines(used: "ModelUse", snapshot: Snapshot) -> Iterator[Line]:
    """What was granted and never used, and what was used and is not intended; both can be chosen.

    Args:
        used: what the log shows.
        snapshot: the model now: what was taken away, or declared, since is left out.
    """
    window = window_text(used)
    yield heading(f"{counted(used.events, 'event')}, {window}; a log shows its time, and not what is rare")
    never = [each for each in used.grants if not each.events and _is_granted(each, snapshot)]
    intents = [each for each in used.declarable if not _is_declared(each, snapshot)]
    if never:
        yield heading(f"granted, and not used{unused_window(used)}: Enter takes it away")
    for (credential, system), some in groupby(never, key=lambda each: (each.credential, each.system)):
        grants = list(some)
        drops = tuple(Drop("grant", credential, system, each.action) for each in grants)
        yield Line(("never", credential, system), ((f"  {never_text(grants)}", ""),), drops, 4)
    if intents:
        yield heading("used, and no intended use covers it: Enter adds one")
    for each in intents:
        yield Line(("intend", each), ((f"  {intent_text(each)}", ""),), each, 4)
    if used.not_granted:
        yield heading("used, and not granted")
    for besides in used.not_granted:
        yield note_row(f"  {besides_text(besides)}")


def _is_granted(each: "UsedGrant", snapshot: Snapshot) -> bool:
    grant = snapshot.grant.get((each.credential, each.system))
    return grant is not None and each.action in grant.actions


def _is_declared(each: "ProposedIntent", snapshot: Snapshot) -> bool:
    intent = snapshot.intent.get((each.agent, each.system))
    named = None if intent is None else set(intent.from_ or ("home",))
    return (
        intent is not None
        and named is not None
        and (set(each.actions) <= set(intent.actions) and set(each.sources) <= named)
    )


def never_used(used: "ModelUse", snapshot: Snapshot) -> frozenset[Reference]:
    """The grants of which no action was used."""
    grants = {("grant", (each.credential, each.system)) for each in used.grants if not each.events}
    some = {("grant", (each.credential, each.system)) for each in used.grants if each.events}
    return frozenset(each for each in grants - some if each[1] in snapshot.grant)


def all_but(snapshot: Snapshot, unused: frozenset[Reference]) -> frozenset[Reference]:
    """All of a model that is drawn but these: they are drawn faint then."""
    tables = (*ELEMENT_TABLES, *RELATION_TABLES)
    every = {(table, key) for table in tables for key in snapshot.table(table)}
    hostings = {("hosting", (each.runs_on, each.id)) for each in snapshot.agent.values() if each.runs_on}
    return frozenset(every | hostings) - unused


def change_of(snapshot: Snapshot, chosen: "Sequence[Drop] | ProposedIntent") -> Edit | None:
    """The edit that takes actions of a grant away, or declares an intent; raises InvalidModelError."""
    if isinstance(chosen, Sequence):
        return plan_edit(snapshot, tuple(chosen), "enforced")
    return declare_used(snapshot, (chosen,))
