"""Tickets for a tracker: one for each missing checkpoint, and one for each checkpoint of the minimum fix.

The id of a ticket is made of what it is about alone, so that a second import finds the ticket of the first:
``missing-checkpoint:CREDENTIAL>SYSTEM`` and ``checkpoint:STEP:FROM>TO``. Words, severity and state may
change.
"""

import csv
import io
import json
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from meshmodel.model.phrases import step_phrase
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.stop import CURRENT, check_current
from meshmodel.model.text import counted

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Fix
    from meshmodel.analysis.results import StepKey

FORMAT: Final = "meshmodel-tickets/1"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet computes (OWASP, CSV Injection); the last four are full-width."""


class Ticket(NamedTuple):
    """One thing to do.

    Attributes:
        id: stable; see above.
        kind: an open door, or a checkpoint of the minimum fix.
        severity: of a door; ``None`` for a checkpoint of the fix, which closes doors of several.
        state: ``accepted`` while an acceptance covers the door.
        title: one line.
        description: what is the matter, and whom it concerns.
        remedy: what to do.
        step, from_, to: where a checkpoint is to be placed (``docs/semantics.md#checkpoints-that-count``).
        actions: for which nobody is asked; none: all.
        agents: that come there; of a checkpoint none are named.
        owner: of what is protected, if it is known.
        closes: how many uncontrolled crossings a checkpoint of the fix closes alone; ``None`` for a door, and
            where it takes long to say.
        references: to standards.
    """

    id: str
    kind: Literal["missing-checkpoint", "checkpoint"]
    severity: str | None
    state: Literal["open", "accepted"]
    title: str
    description: str
    remedy: str
    step: str
    from_: str
    to: str
    actions: tuple[str, ...]
    agents: tuple[str, ...]
    owner: str | None
    closes: int | None
    references: tuple[str, ...]


def tickets(analysis: "Analysis", fix: "Fix | None" = None) -> tuple[Ticket, ...]:
    """The tickets of a model: its doors as ``check`` lists their findings, then the steps of the minimum fix.

    Args:
        analysis: of the model.
        fix: its minimum fix, if it is known; else it is searched for, without a limit of time.
    """
    fix = fix or analysis.minimum_fix(cancelled=CURRENT.get())
    check_current()
    closes = fix.closes_each or [None] * fix.cost
    return (
        *_doors(analysis),
        *(_step(analysis, *each) for each in zip(fix.checkpoints, closes, strict=True)),
    )


def _doors(analysis: "Analysis") -> "list[Ticket]":
    doors = {each.subject: each for each in analysis.doors}
    found = []
    for finding in analysis.findings:
        if finding.rule != DOOR:
            continue
        door = doors[finding.subject]
        accepted = finding.accepted
        found.append(
            Ticket(
                f"{finding.rule}:{finding.subject}",
                DOOR,
                finding.severity,
                "accepted" if accepted is not None and not accepted.open else "open",
                f"Missing checkpoint on {finding.subject}: {', '.join(door.actions)}",
                finding.message,
                finding.remedy,
                "grant",
                door.credential,
                door.system,
                door.actions,
                door.agents,
                analysis.snapshot.system[door.system].owner,
                None,
                finding.references,
            )
        )
    return found


def _step(analysis: "Analysis", key: "StepKey", closes: int | None) -> Ticket:
    step, from_, to = key
    where = step_phrase(step, from_, to)
    alone = "" if closes is None else f" alone it closes {counted(closes, 'uncontrolled crossing')};"
    return Ticket(
        f"checkpoint:{step}:{from_}>{to}",
        "checkpoint",
        None,
        "open",
        f"Place a checkpoint: {where}",
        f"A checkpoint of the minimum fix:{alone} together they leave none, and no toxic flow",
        f"Decide for each action on the {step} step {where}, where no agent has power",
        step,
        from_,
        to,
        (),
        (),
        analysis.snapshot.table(STEP_ENDS[step][1])[to].owner,
        closes,
        (),
    )


def tickets_json(analysis: "Analysis") -> str:
    """The tickets as ``meshmodel-tickets/1``."""
    content = {
        "format": FORMAT,
        "model": analysis.snapshot.about.name or "",
        "view": analysis.view,
        "tickets": [_named(each) for each in tickets(analysis)],
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def tickets_csv(analysis: "Analysis") -> str:
    """The tickets as CSV (RFC 4180), its columns the keys of the JSON; no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(_KEYS)
    for each in tickets(analysis):
        writer.writerow([_cell(value) for value in _named(each).values()])
    return text.getvalue()


_KEYS: Final = tuple(name.rstrip("_") for name in Ticket._fields)


def _named(ticket: Ticket) -> dict[str, object]:
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in zip(_KEYS, ticket, strict=True)
    }


def _cell(value: object) -> str:
    """A value as text that no spreadsheet computes: an apostrophe before what could be a formula."""
    text = "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text
