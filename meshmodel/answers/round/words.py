"""The stops of a round as JSON (``docs/json.md``) and as blocks."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from meshmodel.answers.blocks import Answer, Block, Facts, Paragraph, Section, Table, fields_json
from meshmodel.answers.lines import Look
from meshmodel.answers.measures import title_in
from meshmodel.answers.ways import step_row
from meshmodel.model.phrases import daily
from meshmodel.model.text import counted, first_few, one_line

if TYPE_CHECKING:
    from meshmodel.analysis.results import Door, Explanation
    from meshmodel.answers.round.stops import Round, RoundStop
    from meshmodel.model.records import Intent, Snapshot

_TOLD: Final = 4
"""So many of a kind are named in one line."""
_AUDIT: Final = {
    None: "unknown what it records",
    "none": "nothing",
    "identity": "the identity, not the person behind it",
    "identity-and-subject": "the identity and the person behind it",
}


def round_json(found: "Round") -> Answer:
    """``meshmodel-round/1``: the stops in order, each with what is to be known there."""
    answer: Answer = {
        "format": "meshmodel-round/1",
        "uncontrolled": found.analysis.summary.uncontrolled,
        "proven": found.is_proven,
        "stops": [_stop(each) for each in found.stops],
    }
    if not found.is_proven:
        answer["complete"] = False
    return answer


def _stop(stop: "RoundStop") -> Answer:
    way, stolen, snapshot = stop.way, stop.stolen(), stop.analysis.snapshot
    finding = stop.finding if stop.step is None else None
    kind, from_, to = stop.step or (None, None, None)
    credential = None if stop.credential is None else snapshot.credential[stop.credential]
    return {
        "step": kind,
        "from": from_,
        "to": to,
        "finding": fields_json(finding, "rule", "subject", "severity", "message"),
        "uncontrolled": stop.before,
        "remaining": stop.after,
        "closes": [_door_json(each, snapshot) for each in stop.closes],
        "lowers": [_door_json(each, snapshot) for each in stop.lowers],
        "way": [] if way is None else list(way.sentences),
        "interrupts": fields_json(tuple(stop.interrupts), "agent", "system", "per_day"),
        "unknown": fields_json(tuple(stop.unknown(way)), "element", "asks"),
        "stolen": None
        if stolen is None or credential is None
        else {
            "credential": credential.id,
            **fields_json(credential, "lifetime", "owner"),
            "credentials": list(stolen.unchecked.credentials),
            "systems": [system for system, _ in stolen.unchecked.systems],
        },
        "related": fields_json(tuple(stop.related), "rule", "subject", "severity"),
        "parked": None if stop.parked is None else stop.parked.id,
    }


def _door_json(door: "Door", snapshot: "Snapshot") -> Answer:
    told = fields_json(door, "credential", "system", "actions", "agents", "severity")
    return {**told, "audit": snapshot.system[door.system].audit}


def round_blocks(found: "Round") -> Iterator[Block]:
    """How many stops there are, and each with what is to be known there."""
    said, look = verdict(found)
    yield Paragraph(said, look)
    for number, stop in enumerate(found.stops, 1):
        title = f"{number}  {title_of(stop)}{'  (parked)' if stop.parked else ''}"
        yield Section(title, [*stop_blocks(stop)], indent=2)


def verdict(found: "Round") -> tuple[str, Look]:
    """In a sentence what the round has, and how that stands out."""
    if not found.stops:
        return "✔ No topic: no path is unchecked, and no finding of high or above is open", "good"
    steps = [each for each in found.stops if each.step is not None and each.parked is None]
    said = [counted(len(found.stops), "topic")]
    if steps:
        counts = " → ".join(str(each) for each in (steps[0].before, *(each.after for each in steps)))
        said.append(f"unchecked paths with a checkpoint at each step: {counts}")
    if not found.is_proven:
        said.append("not proven to be the fewest: the deadline was reached")
    return "; ".join(said), "strong"


def title_of(stop: "RoundStop") -> str:
    """Where a round stops, in a few words."""
    if stop.step is not None:
        return f"{stop.words}: {stop.before} → {stop.after}"
    assert stop.finding is not None
    return f"{stop.finding.headline} ({stop.finding.severity}): needs a change, not a checkpoint"


def stop_blocks(stop: "RoundStop") -> Iterator[Block]:
    """What is to be known at a stop: the worst way, what is closed and interrupted, what is unknown."""
    if stop.step is None and stop.finding is not None:
        yield Paragraph(stop.finding.message)
        yield Paragraph(stop.finding.remedy, "muted")
    way = stop.way
    if way is not None:
        yield Section("Shortest attack path", [Table(tuple(map(step_row, way.path)))], "muted", 4)
    facts = Facts.of(*stop_facts(stop, way).items())
    if facts.rows:
        yield Section("", [facts], indent=2)


def stop_facts(stop: "RoundStop", way: "Explanation | None") -> dict[str, str]:
    """What is to be known at a stop besides its worst way, by what it is about; empty where nothing is."""
    snapshot = stop.analysis.snapshot
    asks = [
        f"{'note' if table == 'note' else title_in(snapshot, table, key)}: {'; '.join(each.asks)}"
        for each in stop.unknown(way)
        for table, _, key in [each.element.partition(":")]
    ]
    return {
        "closes": _few(_door(each, snapshot) for each in stop.closes),
        "lowers": _few(_door(each, snapshot) for each in stop.lowers),
        "will wait": _few(_intent(each, snapshot) for each in stop.interrupts),
        "if stolen": stolen_words(stop),
        "log": _log(stop),
        "related": _few(f"{each.headline} ({each.severity})" for each in stop.related),
        "unknown": _few(asks),
        "parked": "" if stop.parked is None else stop.parked.text,
    }


def _few(texts: Iterable[str]) -> str:
    listed = list(texts)
    more = f"; and {len(listed) - _TOLD} more" if len(listed) > _TOLD else ""
    return "; ".join(listed[:_TOLD]) + more


def _door(door: "Door", snapshot: "Snapshot") -> str:
    """A missing checkpoint; its agents need not hold the credential, so they are not said to use it."""
    who = first_few([title_in(snapshot, "agent", each) for each in door.agents], 2)
    credential, system = (
        title_in(snapshot, "credential", door.credential),
        title_in(snapshot, "system", door.system),
    )
    return f"{credential} → {system}: {', '.join(door.actions)} ({door.severity}; for {who})"


def _intent(intent: "Intent", snapshot: "Snapshot") -> str:
    often = "" if intent.per_day is None else f", {daily(intent.per_day)}"
    ends = title_in(snapshot, "agent", intent.agent), title_in(snapshot, "system", intent.system)
    return f"{' → '.join(ends)}{often}"


def stolen_words(stop: "RoundStop") -> str:
    """What a thief of the credential of a step can use, how long it is valid, and who owns it."""
    stolen = stop.stolen()
    if stolen is None or stop.credential is None:
        return ""
    record, free = stop.analysis.snapshot.credential[stop.credential], stolen.unchecked
    more = len(free.credentials) - 1
    opened = counted(len(free.systems), "system") + (
        f" and {counted(more, 'more credential')}" if more else ""
    )
    valid = {None: "how long it is valid is unknown", "unlimited": "it never expires"}
    lasts = valid.get(record.lifetime, f"it is valid for {record.lifetime}")
    owner = f"owned by {record.owner}" if record.owner else "no owner"
    return f"{one_line(record.title)} opens {opened}, unchecked; {lasts}; {owner}"


def _log(stop: "RoundStop") -> str:
    systems = stop.analysis.snapshot.system
    named = dict.fromkeys(each.system for each in stop.changes)
    return _few(f"{one_line(systems[each].title)}: {_AUDIT[systems[each].audit]}" for each in named)
