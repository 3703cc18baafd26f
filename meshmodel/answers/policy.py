"""What ``policy verify`` and ``apply`` answer: what a stub closes, what is left, what no longer fits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from meshmodel.answers.blocks import Answer, Block, Paragraph, Row, Section, Table, fields_json
from meshmodel.model.text import counted, name_list, plural
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, Action

if TYPE_CHECKING:
    from meshmodel.analysis.results import Crossing
    from meshmodel.exporters.policies.verification import Drift, Verification

FORMAT: Final = "meshmodel-verification/1"
MOST: Final = 50
"""The most rows of a list in the text; how many more there are is said, and JSON has all."""


def verification_json(found: "Verification") -> Answer:
    """``meshmodel-verification/1``."""
    return {
        "format": FORMAT,
        "proven": found.is_proven,
        "same_digest": found.same_digest,
        "drift": fields_json(found.drift),
        "left": fields_json(tuple(found.left), "agent", "source", "target", "action", "severity"),
        "unfilled": fields_json(tuple(found.unfilled), "agent", "system", "actions", "credentials"),
        "unenforceable": fields_json(found.unenforceable),
        "checkpoints": fields_json(
            tuple(found.checkpoints), "kind", "step", "from_", "to", "decided_at", "freshness", "state"
        ),
        "narrowed": fields_json(found.narrowed),
    }


def verification_blocks(found: "Verification") -> Iterator[Block]:
    """Whether something is left, what it is, and what the stub adds and takes."""
    if found.is_proven:
        yield Paragraph("✔ Nothing is left: no path is unchecked (proven)")
    else:
        yield Paragraph(f"✖ {'; '.join(_wrong(found))}")
    if not found.same_digest:
        changed = "The model was changed since the stub was made (its digest differs)"
        yield Paragraph(f"{changed}; every access was compared.")
    yield from _listed("What no longer fits", map(_drift_row, found.drift))
    yield from _listed("What is left unchecked, by agent and system", _left_rows(found.left))
    tables = (
        (each.agent, _access(each.system, each.actions), name_list(each.credentials))
        for each in found.unfilled
    )
    yield from _listed("No kind of decision is chosen", tables)
    denials = ((each.agent, _access(each.system, each.actions), each.reason) for each in found.unenforceable)
    yield from _listed("Denials that close nothing", denials)
    decisions = (
        (
            each.kind,
            f"when {each.from_} is used on {each.to}",
            _made(each.decided_at, each.freshness, each.state),
        )
        for each in found.checkpoints
    )
    yield from _listed("Decisions that the stub adds", decisions)
    grants = (
        (
            f"{each.credential} on {each.system}",
            f"loses {', '.join(each.taken)}",
            f"keeps {', '.join(each.left)}" if each.left else "is removed",
        )
        for each in found.narrowed
    )
    yield from _listed("Grants that lose what is denied", grants)


def _wrong(found: "Verification") -> Iterator[str]:
    if found.left:
        left = counted(len(found.left), "path")
        yield f"{left} {plural(len(found.left), 'is', 'are')} left unchecked"
    if found.drift:
        number = counted(len(found.drift), "thing")
        yield f"{number} no longer {plural(len(found.drift), 'fits', 'fit')} the model"


def _listed(head: str, rows: Iterable[tuple[str, ...]]) -> Iterator[Section]:
    """A heading with its rows; nothing where there is none."""
    if listed := tuple(map(Row, rows)):
        yield Section(f"{head} ({len(listed)})", [Table(listed, most=MOST)], indent=2)


def _drift_row(drift: "Drift") -> tuple[str, ...]:
    where = _access(drift.system, drift.actions) if drift.system else ""
    named = f"{drift.credential}: " if drift.credential else ""
    return drift.agent, where, f"{named}{drift.says}"


def _left_rows(left: "Sequence[Crossing]") -> list[tuple[str, ...]]:
    """The crossings with those of one severity, agent and access as one row, the worst first."""
    sources: defaultdict[tuple[int, str, str], dict[Action, set[str]]] = defaultdict(lambda: defaultdict(set))
    for each in left:
        rank = -SEVERITIES.index(each.severity or "low")
        sources[rank, each.agent, each.target][each.action].add(each.source or "home")
    return [
        (
            SEVERITIES[-rank],
            agent,
            _access(target, [each for each in ACTIONS if each in by_action]),
            f"from {name_list(sorted(set().union(*by_action.values())))}",
        )
        for (rank, agent, target), by_action in sorted(sources.items(), key=lambda each: each[0])
    ]


def _access(system: str, actions: Sequence[str]) -> str:
    return f"{system}: {', '.join(actions)}"


def _made(decided_at: str | None, freshness: str, state: str) -> str:
    where = f"at {decided_at}" if decided_at else "where no agent can change it"
    return f"{where}, {freshness}, {state}"
