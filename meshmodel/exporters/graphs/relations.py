"""The relations of a model as edges between elements, in a fixed order; shared by the graph formats."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from meshmodel.analysis.checkpoints import is_decision
from meshmodel.model.records import Checkpoint, Record, Snapshot, table_of
from meshmodel.model.rule_cards import CONTROLLED
from meshmodel.model.schema import SCHEMA, STEP_ENDS
from meshmodel.model.vocabulary import CHECKPOINT_STEPS, CheckpointStep

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis


class RelationEdge(NamedTuple):
    """One step that relations make between two elements.

    Attributes:
        step: its kind.
        from_, to: the ids of its ends, of the tables that ``STEP_ENDS`` names.
        record: the relation; ``None`` for a hosting, a hearing, a hold by a pass alone.
        passed_by: of a hold, the agents that pass the credential.
        checkpoints: those on it, by id.
    """

    step: CheckpointStep
    from_: str
    to: str
    record: Record | None
    passed_by: tuple[str, ...]
    checkpoints: tuple[Checkpoint, ...]

    @property
    def nodes(self) -> tuple[str, str]:
        """Its ends as ``agent:ID``, ``credential:ID``, ``system:ID``."""
        start, end = STEP_ENDS[self.step]
        return f"{start}:{self.from_}", f"{end}:{self.to}"


def edges(snapshot: Snapshot) -> Iterator[RelationEdge]:
    """All steps between elements, by kind and ends.

    Hearing is one of them where a checkpoint is on it.
    """
    passed: dict[tuple[str, str], list[str]] = {}
    for (giver, taker), delegation in sorted(snapshot.delegation.items()):
        for credential in delegation.passes or ():
            passed.setdefault((taker, credential), []).append(giver)
    placed: dict[tuple[str, str, str], list[Checkpoint]] = {}
    for _, checkpoint in sorted(snapshot.checkpoint.items()):
        place = checkpoint.step, checkpoint.from_, checkpoint.to
        placed.setdefault(place, []).append(checkpoint)
    hosted = [(each.runs_on, each.id) for each in snapshot.agent.values() if each.runs_on is not None]
    without_record: dict[str, list[tuple[str, str]]] = {
        "hold": list(passed),
        "hearing": [(start, end) for step, start, end in placed if step == "hearing"],
        "hosting": hosted,
    }
    for step in CHECKPOINT_STEPS[:-1]:  # the last is the boundary, no step between elements
        table = {} if step in {"hearing", "hosting"} else snapshot.table(step)
        for key in sorted({*table, *without_record.get(step, ())}):
            givers = tuple(passed.get(key, ())) if step == "hold" else ()
            start, end = key
            on_it = tuple(placed.get((step, start, end), ()))
            yield RelationEdge(step, start, end, table.get(key), givers, on_it)


def boundaries(snapshot: Snapshot) -> tuple[Checkpoint, ...]:
    """The checkpoints on boundaries, by id."""
    return tuple(each for _, each in sorted(snapshot.checkpoint.items()) if each.step == "boundary")


def counting(analysis: "Analysis") -> frozenset[str]:
    """The checkpoints that count for every agent that can meet them, by id.

    See ``docs/semantics.md#effective-checkpoints``.
    """
    controlled = {each.subject for each in analysis.findings if each.rule == CONTROLLED}
    records = analysis.snapshot.checkpoint.values()
    return frozenset(
        each.id for each in records if is_decision(each, analysis.view) and each.id not in controlled
    )


def facts_of(record: Record) -> dict[str, Any]:
    """The fields of a record that are stated and no part of its key, in the order of the interchange file.

    Lists are lists; the slot on the canvas is left out: it says nothing of the mesh.
    """
    table = SCHEMA[table_of(record)]
    found = {}
    for field in table.fields:
        value = getattr(record, field.attribute)
        if value is not None and field.key not in table.key and field.type != "slot":
            found[field.key] = list(value) if isinstance(value, tuple) else value
    return found
