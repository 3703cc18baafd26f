"""What follows from a compromise, as JSON (section 11) and as text for people."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from meshmodel.analysis.compromise import OUTSIDER, Compromise, Origin, Spread
from meshmodel.analysis.results import StepKind
from meshmodel.model.phrases import sign_in
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import first_few, one_line, pad
from meshmodel.model.vocabulary import View
from meshmodel.reports.answers_json import Answer
from meshmodel.reports.lines import Line, Words, heading, said
from meshmodel.reports.phrases import compromise_title
from meshmodel.reports.style import Style, counted, wrap, wrapped_table

_NAME: Final = 24
"""Cells of the column of names in a list."""
_START = "where it starts"
_HOW: dict[StepKind, str] = {
    "hold": "held by {}",
    "exchange": "exchanged for {}",
    "delegation": "set to work by {}",
    "trigger": "steered by what is written into {}",
    "hosting": "runs on {}",
}


def compromise_answer(found: Compromise) -> Answer:
    """``meshmodel-compromise/1``: the closure from a start, with checkpoints and without."""
    return {
        "format": "meshmodel-compromise/1",
        "start": found.start,
        "unchecked": _spread(found.unchecked),
        "all": _spread(found.all),
    }


def _spread(spread: Spread) -> Answer:
    return {
        "agents": list(spread.agents),
        "credentials": list(spread.credentials),
        "systems": [{"system": system, "actions": list(actions)} for system, actions in spread.systems],
    }


def compromise_text(snapshot: Snapshot, found: Compromise, view: View, style: Style) -> str:
    """What ``compromise`` prints: what to revoke, who is driven, what is reached, what is held back.

    Args:
        snapshot: the model.
        found: what follows.
        view: as built or as designed.
        style: how it may look.
    """
    title = one_line(snapshot.about.name or "A model without a name", limit=200)
    seen = "as designed" if view == "designed" else "as built"
    lines = [
        style.paint(title, "strong"),
        *wrap(f"{_opening(snapshot, found.start)}, {seen}", style),
        "",
    ]
    lines += _credentials(snapshot, found, style)
    driven = origin_rows(snapshot, found, "agent", unchecked=True)
    if driven:
        lines += ["", style.paint(f"{counted(len(driven), 'agent')} driven from there", "strong")]
        lines += wrapped_table(driven, style, indent="    ")
    if found.limited:
        lines += [
            "",
            style.paint(f"{counted(len(found.limited), 'agent')} set to work within a limit", "strong"),
        ]
        lines += wrapped_table(limited_rows(found), style, indent="    ")
    lines += ["", *_systems(snapshot, found.unchecked, style)]
    lines += ["", *_held_back(snapshot, found, style)]
    return "\n".join(lines)


def limited_rows(found: Compromise) -> list[tuple[str, str]]:
    """The agents that work for another within a limit, and what that means."""
    return [
        (agent, f"for {caller} only, within a limit: it hands out no credential")
        for agent, caller in found.limited
    ]


def _opening(snapshot: Snapshot, start: str) -> str:
    if start == OUTSIDER:
        words = [each.id for each in snapshot.system.values() if each.untrusted_input]
        places = f"writes into {', '.join(sorted(words))}" if words else "can write nowhere"
        return f"An outsider {places}"
    kind, _, key = start.partition(":")
    record = snapshot.table(kind)[key]
    named = f" ({one_line(record.name)})" if record.name else ""
    return f"If {kind} {key}{named} is compromised"


def _credentials(snapshot: Snapshot, found: Compromise, style: Style) -> list[str]:
    order = [each.element.partition(":")[2] for each in found.origins if _is(each, "credential", True)]
    if not order:
        return [style.paint(f"{style.glyph('✔')} No credential to revoke", "good")]
    lines = [style.paint(f"{counted(len(order), 'credential')} to revoke", "strong")]
    if len(order) > 1:
        rest = order[1:]
        others = counted(len(rest), "other")
        alive = f"Revoking {order[0]} alone leaves {others} alive: {first_few(rest, 3)}"
        lines += wrap(alive, style, "    ")
    return lines + wrapped_table(
        origin_rows(snapshot, found, "credential", unchecked=True), style, indent="    "
    )


def origin_rows(
    snapshot: Snapshot, found: Compromise, kind: str, *, unchecked: bool
) -> list[tuple[str, ...]]:
    """The credentials or agents that fall, each with the step by which; an agent where it starts does not.

    Args:
        snapshot: the model.
        found: what follows.
        kind: ``credential`` (of which it is also said as whom one acts with it) or ``agent``.
        unchecked: whether those that nobody is asked about, or those that checkpoints hold back.
    """
    rows: list[tuple[str, ...]] = []
    for each in found.origins:
        if not _is(each, kind, unchecked) or (kind == "agent" and each.step is None):
            continue
        key = each.element.partition(":")[2]
        if kind == "credential":
            rows.append((key, f"as {snapshot.credential[key].principal}", origin_words(snapshot, each)))
        else:
            rows.append((key, origin_words(snapshot, each)))
    return rows


def _is(origin: Origin, kind: str, unchecked: bool) -> bool:
    return origin.unchecked == unchecked and origin.element.startswith(f"{kind}:")


def origin_words(snapshot: Snapshot, origin: Origin) -> str:
    """In a few words, the step by which a credential or an agent was reached."""
    if origin.step is None or origin.from_ is None:
        return _START
    source, key = origin.from_.partition(":")[2], origin.element.partition(":")[2]
    if origin.step == "custody":
        issued = snapshot.custody[source, key].how == "issues"
        by = "" if origin.action == ("issue" if issued else "read") else f" by {origin.action}"
        return f"{'issued by' if issued else 'found in'} {source}{by}"
    if origin.step == "hold" and (source, key) not in snapshot.hold:
        return f"passed to {source}"
    return _HOW[origin.step].format(source)


def _systems(snapshot: Snapshot, spread: Spread, style: Style) -> list[str]:
    if not spread.systems:
        return [style.paint(f"{style.glyph('✔')} No system is reached", "good")]
    return [
        style.paint(f"{counted(len(spread.systems), 'system')} reached, and nobody is asked", "strong"),
        *wrapped_table(system_rows(snapshot, spread), style, indent="    "),
    ]


def system_rows(snapshot: Snapshot, spread: Spread) -> list[tuple[str, str, str]]:
    """The systems that are reached, with their sensitivity and the actions there."""
    return [
        (system, snapshot.system[system].sensitivity or "", ", ".join(actions))
        for system, actions in spread.systems
    ]


def _held_back(snapshot: Snapshot, found: Compromise, style: Style) -> list[str]:
    lines: list[str] = []
    behind = found.held_back
    credentials = origin_rows(snapshot, found, "credential", unchecked=False)
    agents = origin_rows(snapshot, found, "agent", unchecked=False)
    if found.holding:
        lines += wrap(f"{style.glyph('◆')} Held back by {', '.join(found.holding)}", style, "    ", "")
        lines += wrapped_table(credentials, style, indent="    ")
        lines += wrapped_table(agents, style, indent="    ")
        lines += wrapped_table(system_rows(snapshot, behind), style, indent="    ")
    else:
        lines.append("No checkpoint holds anything back")
    if found.controlled:
        power = f"The start has power over {', '.join(found.controlled)}, so that does not count"
        lines += wrap(f"{style.glyph('◇')} {power}", style, "    ", "")
    return lines


def compromise_lines(snapshot: Snapshot, found: Compromise, view: View) -> Iterator[Line]:
    """All that falls, and then what only checkpoints hold back, as lines of a list.

    Args:
        snapshot: the model.
        found: what follows.
        view: as built or as designed.
    """
    free, lines = found.unchecked, partial(_lines, snapshot)
    yield said(f"{compromise_title(found)}, {'as designed' if view == 'designed' else 'as built'}")
    yield heading(f"to revoke: {counted(len(free.credentials), 'credential')}")
    yield from lines("credential", origin_rows(snapshot, found, "credential", unchecked=True))
    driven = origin_rows(snapshot, found, "agent", unchecked=True)
    if driven:
        yield heading(f"driven from there: {counted(len(driven), 'agent')}")
        yield from lines("agent", driven)
    if found.limited:
        yield heading(f"set to work within a limit: {counted(len(found.limited), 'agent')}")
        for number, row in enumerate(limited_rows(found)):  # an agent may work for several
            yield from lines("agent", [row], f"limited {number}")
    yield heading(f"reached, and nobody is asked: {counted(len(free.systems), 'system')}")
    yield from lines("system", _systems_by_actions(snapshot, free))
    if found.holding:
        yield heading(f"held back by {', '.join(found.holding)}")
        for table in ("credential", "agent"):
            yield from lines(table, origin_rows(snapshot, found, table, unchecked=False), "held")
        yield from lines("system", _systems_by_actions(snapshot, found.held_back), "held")
    else:
        yield said("no checkpoint holds anything back")
    if found.controlled:
        power = f"does not count, since the start has power over it: {', '.join(found.controlled)}"
        yield Line("controlled", ((power, "warning"),), indent=0)


def _systems_by_actions(snapshot: Snapshot, spread: Spread) -> list[tuple[str, str, str]]:
    return [(system, actions, sensitivity) for system, sensitivity, actions in system_rows(snapshot, spread)]


def _lines(
    snapshot: Snapshot, table: str, listed: Iterable[tuple[str, ...]], part: str = "free"
) -> Iterator[Line]:
    for key, *more in listed:
        sign = sign_in(snapshot, table, key)
        yield Line((table, key, part), partial(_line_words, sign, key, more), (table, key), indent=4)


def _line_words(sign: str, key: str, more: list[str]) -> Words:
    return (f"  {sign} {pad(key, _NAME)} ", ""), ("  ".join(filter(None, more)), "muted")
