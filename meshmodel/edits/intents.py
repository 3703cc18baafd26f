"""Intents that logs propose, as one edit of a model."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from meshmodel.edits.edit import Edit, Put, edit
from meshmodel.model.records import Intent, Snapshot
from meshmodel.model.text import counted
from meshmodel.model.vocabulary import ACTIONS

if TYPE_CHECKING:
    from meshmodel.analysis.used import ProposedIntent


def declare_used(snapshot: Snapshot, proposed: "Iterable[ProposedIntent]") -> Edit | None:
    """The edit that declares what logs propose; ``None`` if that is nothing.

    A model has one intent for an agent and a system, so those of one pair are joined, and with the one that
    is there: it then allows each of its actions from each of its sources.
    """
    pairs: dict[tuple[str, str], list[ProposedIntent]] = {}
    for each in proposed:
        pairs.setdefault((each.agent, each.system), []).append(each)
    if not pairs:
        return None
    changes = [Put(_joined(snapshot.intent.get(pair), pair, some)) for pair, some in sorted(pairs.items())]
    return edit(f"intend what logs show: {counted(len(changes), 'intent')}", changes)


def _joined(known: Intent | None, pair: tuple[str, str], proposed: "Iterable[ProposedIntent]") -> Intent:
    per_day = sum(each.per_day for each in proposed)
    actions = {action for each in proposed for action in each.actions}
    sources = {source for each in proposed for source in each.sources}
    if known is not None:
        actions |= set(known.actions)
        sources |= set(known.from_ or ("home",))
    often = None if known is not None and known.per_day is None else per_day
    if known is not None and known.per_day is not None:
        often = known.per_day + per_day
    return Intent(
        *pair,
        tuple(each for each in ACTIONS if each in actions),
        None if sources <= {"home"} else tuple(sorted(sources)),
        None if often is None else float(f"{often:.3g}"),
    )
