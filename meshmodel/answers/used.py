"""The answers of ``used``: what of the grants was used, what was used besides, and what would be intended."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from meshmodel.analysis.rules.base import verb
from meshmodel.analysis.used import ModelUse, ProposedIntent, UngrantedUse, UsedGrant
from meshmodel.answers.blocks import Answer, Block, Paragraph, Section, fields_json
from meshmodel.answers.trace import unused_json, unused_words
from meshmodel.model.events import time_text
from meshmodel.model.phrases import daily
from meshmodel.model.text import counted, name_list, one_line

if TYPE_CHECKING:
    from meshmodel.logs.mapping import MapRule


def used_json(used: ModelUse, unused_rules: "Sequence[MapRule]" = (), *, complete: bool) -> Answer:
    """``meshmodel-used/1``: it names both ends of the time that it is about.

    Args:
        used: what the logs show.
        unused_rules: the rules of the map that no record used.
        complete: whether the logs were read to their end.
    """
    answer: Answer = {
        "format": "meshmodel-used/1",
        "from": _time(used.first),
        "to": _time(used.last),
        "days": round(used.days, 2),
        "grants": [
            fields_json(each) | {"first": _time(each.first), "last": _time(each.last)} for each in used.grants
        ],
        "not_granted": fields_json(used.not_granted),
        "intents": [
            {
                **fields_json(each, "agent", "system", "actions"),
                "from": list(each.sources),
                "per_day": each.per_day,
            }
            for each in used.intents
        ],
        **unused_json(unused_rules),
    }
    return answer if complete else {**answer, "complete": False}


def _time(time: float | None) -> str | None:
    return None if time is None else time_text(time)


def used_blocks(
    used: ModelUse, incomplete: Sequence[str], done: str = "", unused_rules: "Sequence[MapRule]" = ()
) -> Iterator[Block]:
    """The same as text.

    Args:
        used: what the logs show.
        incomplete: the logs that could not be read to their end.
        done: what was done with the proposed intents, in a sentence.
        unused_rules: the rules of the map that no record used.
    """
    window = window_text(used)
    yield Paragraph(f"{counted(used.events, 'event')}, {window}")
    if incomplete:
        why = f"{', '.join(incomplete)} could not be read to the end; what comes after it is not counted"
        yield Paragraph(f"INCOMPLETE: {why}", "high")
    if unused_rules:
        yield Paragraph(f"? {unused_words(unused_rules)}", "medium", hang=2)
    never = [each for each in used.grants if not each.events]
    relations = groupby(never, key=lambda each: (each.credential, each.system))
    parts = (
        (f"Granted, and not used{unused_window(used)}", [never_text(list(some)) for _, some in relations]),
        ("Used", [_count_text(each) for each in used.grants if each.events]),
        ("Used, and not granted", [besides_text(each) for each in used.not_granted]),
        ("Used, and no intended use covers it", [intent_text(each) for each in used.intents]),
    )
    for title, lines in parts:
        if lines:
            yield Section(title, [Paragraph(each, hang=2) for each in lines], indent=2)
    if done:
        yield Paragraph(done)


def window_text(used: ModelUse) -> str:
    """Both ends of the time that logs show."""
    if used.first is None or used.last is None:
        return "none of them with a time" if used.events else "so nothing is known"
    return f"between {time_text(used.first)} and {time_text(used.last)}"


def unused_window(used: ModelUse) -> str:
    """When it is that a grant was not used, to be put behind that; empty if no event says when it was."""
    return f" {window_text(used)}" if used.first is not None else ""


def never_text(grants: Sequence[UsedGrant]) -> str:
    """Actions of one grant that were never used."""
    actions = name_list([each.action for each in grants])
    return f"· {grants[0].credential} ▸ {grants[0].system}: {actions}"


def besides_text(each: UngrantedUse) -> str:
    """What was done and is not granted."""
    who = one_line(each.agent or "somebody")
    return f"✖ {who} {verb(each.action)} {each.system}: {counted(each.events, 'event')}"


def _count_text(each: UsedGrant) -> str:
    times = "" if each.first is None else f", first {_time(each.first)}, last {_time(each.last)}"
    often = f"{counted(each.events, 'event')} in {counted(each.sessions, 'session')}"
    return f"{each.credential} ▸ {each.system} {each.action}: {often}{times}"


def intent_text(each: ProposedIntent) -> str:
    """An intent that would cover what was done."""
    sources = f" from {name_list(each.sources)}" if each.sources else ""
    return f"{each.agent} may {name_list(each.actions)} {each.system}{sources}, {daily(each.per_day)}"
