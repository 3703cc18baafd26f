"""What follows from a compromise, as JSON (``docs/json.md``) and as text for people."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from meshmodel.analysis.compromise import OUTSIDER, Compromise, Origin, Spread
from meshmodel.analysis.results import StepKind
from meshmodel.answers.blocks import Answer, Block, Paragraph, Row, Section, Table, fields_json, section
from meshmodel.answers.measures import title_in
from meshmodel.model.phrases import VIEWS, sign_in
from meshmodel.model.records import Custody, Snapshot
from meshmodel.model.text import counted, first_few, one_line
from meshmodel.model.vocabulary import View

_TAKEN: Final = ("credential", "agent")
_START = "where it starts"
_HOW: dict[StepKind, str] = {
    "hold": "held by {}",
    "exchange": "exchanged for {}",
    "delegation": "called by {}",
    "trigger": "started by what is written into {}",
    "hearing": "may follow what it reads in {} (prompt injection)",
    "hosting": "runs on {}",
    "answer": "may follow what {} answers (prompt injection)",
}


def compromise_json(found: Compromise) -> Answer:
    """``meshmodel-compromise/1``: the closure from a start, with checkpoints and without."""
    return {
        "format": "meshmodel-compromise/1",
        "start": found.start,
        "unchecked": _spread(found.unchecked),
        "all": _spread(found.all),
    }


def _spread(spread: Spread) -> Answer:
    return {
        **fields_json(spread, "agents", "credentials"),
        "systems": [{"system": system, "actions": list(actions)} for system, actions in spread.systems],
    }


def compromise_blocks(snapshot: Snapshot, found: Compromise, view: View) -> Iterator[Block]:
    """What to revoke, who is driven, what is reached, and what checkpoints hold back.

    Args:
        snapshot: the model.
        found: what follows.
        view: as built or as designed.
    """
    free, rows = found.unchecked, partial(_rows, snapshot)
    size = f"{counted(len(free.credentials), 'credential')}, {counted(len(free.systems), 'system')}"
    yield Paragraph(f"{_opening(snapshot, found.start)}, {VIEWS[view]}: blast radius {size}")
    yield from _credentials(snapshot, found)
    driven = origin_rows(snapshot, found, "agent", unchecked=True)
    yield from section(f"{counted(len(driven), 'agent')} driven from there", rows("agent", driven))
    within = f"{counted(len(found.limited), 'agent')} called within a limit"
    yield from section(within, rows("agent", limited_rows(snapshot, found), "limited"))
    if free.systems:
        title = f"{counted(len(free.systems), 'system')} that an attacker reaches, and no checkpoint decides"
        yield Section(title, [rows("system", system_rows(snapshot, free))])
    else:
        yield Section("✔ No system is reached", look="good")
    if found.holding:
        held = [rows(each, origin_rows(snapshot, found, each, unchecked=False), "held") for each in _TAKEN]
        held.append(rows("system", system_rows(snapshot, found.held_back), "held"))
        yield Section(f"◆ Stopped by {', '.join(found.holding)}", held, look="")
    else:
        yield Section("", [Paragraph("No checkpoint stops any of this.")], indent=0)
    if found.controlled:
        power = f"◇ Whoever is there can change {', '.join(found.controlled)}, so that is not effective"
        yield Paragraph(power, "warning", hang=4)


def _credentials(snapshot: Snapshot, found: Compromise) -> Iterator[Block]:
    rows = origin_rows(snapshot, found, "credential", unchecked=True)
    if not rows:
        yield Section("✔ No credential to revoke", look="good")
        return
    first, *rest = (title_in(snapshot, "credential", row[0]) for row in rows)
    others = counted(len(rest), "other")
    alive = f"Revoking {first} alone leaves {others} usable: {first_few(rest, 3)}"
    title = f"{counted(len(rows), 'credential')} to revoke; what others still need is replaced too (rotated)"
    yield Section(title, [*([Paragraph(alive)] if rest else []), _rows(snapshot, "credential", rows)])


def _rows(snapshot: Snapshot, table: str, listed: Iterable[tuple[str, ...]], part: str = "free") -> Table:
    """Rows that lead to elements, whose ids come last; an agent may be called by several."""
    return Table(
        tuple(
            Row(
                (title_in(snapshot, table, key), *cells, f"[{key}]"),
                (table, key, f"{part} {n}" if part == "limited" else part),
                (table, key),
                sign_in(snapshot, table, key),
            )
            for n, (key, *cells) in enumerate(listed)
        )
    )


def limited_rows(snapshot: Snapshot, found: Compromise) -> list[tuple[str, str]]:
    """The agents that work for another within a limit, and what that means."""
    return [
        (agent, f"for {title_in(snapshot, 'agent', caller)} only, within a limit: it hands out no credential")
        for agent, caller in found.limited
    ]


def _opening(snapshot: Snapshot, start: str) -> str:
    if start == OUTSIDER:
        written = [one_line(each.title) for each in snapshot.system.values() if each.untrusted_input]
        deeds = [f"writes into {', '.join(sorted(written))}"] if written else []
        if open_ := sorted(
            {each.system for each in snapshot.custody.values() if _is_visible(snapshot, each)}
        ):
            named = [title_in(snapshot, "system", each) for each in open_]
            deeds.append(f"looks into {', '.join(named)}")
        return f"An outsider {' and '.join(deeds) or 'can write nowhere'}"
    kind, _, key = start.partition(":")
    return f"If {title_in(snapshot, kind, key)} is compromised"


def _is_visible(snapshot: Snapshot, custody: Custody) -> bool:
    """Whether anybody who looks into an exposed system obtains the credential of a custody."""
    credential = snapshot.credential[custody.credential]
    is_of_use = credential.is_active and not (custody.how == "stores" and credential.is_bound)
    return is_of_use and snapshot.system[custody.system].is_exposed and "read" in custody.obtained_by


def origin_rows(
    snapshot: Snapshot, found: Compromise, kind: str, *, unchecked: bool
) -> list[tuple[str, ...]]:
    """The credentials or agents that an attacker gets, each with the step by which; no agent at the start.

    Args:
        snapshot: the model.
        found: what follows.
        kind: ``credential`` (its identity is told too) or ``agent``.
        unchecked: whether those that no checkpoint protects, or those that checkpoints hold back.
    """
    rows: list[tuple[str, ...]] = []
    for each in found.origins:
        if not _is(each, kind, unchecked) or (kind == "agent" and each.step is None):
            continue
        key = each.element.partition(":")[2]
        if kind == "credential":
            rows.append((key, f"acts as {snapshot.credential[key].principal}", origin_words(snapshot, each)))
        else:
            rows.append((key, origin_words(snapshot, each)))
    return rows


def _is(origin: Origin, kind: str, unchecked: bool) -> bool:
    return origin.unchecked == unchecked and origin.element.startswith(f"{kind}:")


def origin_words(snapshot: Snapshot, origin: Origin) -> str:
    """In a few words, the step by which a credential or an agent was reached."""
    if origin.step is None or origin.from_ is None:
        return _START
    kind, _, source = origin.from_.partition(":")
    key, name = origin.element.partition(":")[2], title_in(snapshot, kind, source)
    if origin.step == "custody":
        issued = snapshot.custody[source, key].how == "issues"
        by = "" if origin.action == ("issue" if issued else "read") else f" by {origin.action}"
        return f"{'issued by' if issued else 'found in'} {name}{by}"
    if origin.step == "hold" and (source, key) not in snapshot.hold:
        return f"passed to {name}"
    return _HOW[origin.step].format(name)


def system_rows(snapshot: Snapshot, spread: Spread) -> list[tuple[str, str, str]]:
    """The systems that are reached, with their sensitivity and the actions there."""
    return [
        (system, snapshot.system[system].sensitivity or "", ", ".join(actions))
        for system, actions in spread.systems
    ]
