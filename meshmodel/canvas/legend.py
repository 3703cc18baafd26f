"""What the signs of a drawing mean, those that occur in it; and one record in words, with its signs."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.glyphs import ASCII_HORIZONTAL, HORIZONTAL, PLAIN, SIGNS
from meshmodel.canvas.layout.elements import MARK_GLYPHS, Arrow
from meshmodel.canvas.scene import CanvasFacts, Style
from meshmodel.model.phrases import ACTIONS_BY_LETTER, GLYPHS, LETTERS, glyph_of, listed, phrase
from meshmodel.model.records import Agent, Checkpoint, Reference, Snapshot, System

_MEANINGS: Final = dict(SIGNS)
_MARKS: Final = frozenset(MARK_GLYPHS.values())
_STORED: Final = "⊸─"
_PLAIN_SYSTEM: Final = GLYPHS["system"]
_JOIN: Final = "●"
LINES: Final[dict[Style, str]] = {
    "credential": "a credential: a key or token. “as” names its identity, the account a system sees",
    "trigger": "a write to a system starts an agent",
    "hearing": "an agent reads a system: a checkpoint there filters what it reads",
    "delegation": "an agent calls another agent",
    "hosting": "a system runs an agent, or issues a credential",
    "flow": "lines from and to a folded zone, with their number",
}
"""What a line says, by its style."""


class Sign(NamedTuple):
    """A sign as it is drawn, and what it means."""

    sign: str
    meaning: str


def legend(drawing: Drawing) -> tuple[Sign, ...]:
    """The signs that occur in a drawing, each once: those beside names, then lines, then letters."""
    known = set(_signs(drawing))
    is_ascii, styles = drawing.options.ascii, {link.style for link in drawing.grid.links}
    horizontal, arrow = (ASCII_HORIZONTAL, ">") if is_ascii else (HORIZONTAL, "▶")
    found = [Sign(_shown(sign, drawing), words) for sign, words in SIGNS if sign in known]
    found += [Sign(horizontal[style] * 2 + arrow, words) for style, words in LINES.items() if style in styles]
    runs = [run for row in drawing.rows for run in row if run.ink.startswith("line")]
    if any(run.parts for run in runs):
        found.append(Sign("| -" if is_ascii else "┼", "lines that cross do not meet"))
    if any(run.text == _JOIN for run in runs):
        found.append(Sign(_JOIN, "lines that meet"))
    if drawing.has_letters:
        letters = {letter for link in drawing.grid.links for letter in _letters(link)}
        found += [Sign(letter, action) for letter, action in ACTIONS_BY_LETTER.items() if letter in letters]
    return tuple(found)


def _shown(sign: str, drawing: Drawing) -> str:
    return sign.translate(PLAIN) if drawing.options.ascii else sign


def _letters(link: Arrow) -> str:
    words = link.label[-1][1].split() if link.relation[0] == "grant" else []
    return words[0] if words and set(words[0]) <= set(LETTERS.values()) else ""


def _signs(drawing: Drawing) -> Iterator[str]:
    """The signs beside names, some of them more than once."""
    grid = drawing.grid
    yield from (MARK_GLYPHS[mark] for mark in grid.boundary_marks.values())
    for card in grid.cards.values():
        yield card.sign
        yield card.flag
        if card.kind == "fold":
            yield from _MARKS.intersection(card.fact)
    for link in grid.links:
        marks = [link.mark, *(link.source_marks.get(relation) for _, relation in link.sources)]
        yield from (MARK_GLYPHS[mark] for mark in marks if mark)
        yield from (_STORED for _, relation in link.sources if relation[0] == "custody")
        counted = link.label[-1][1] if link.label else ""
        yield from _MARKS.intersection(counted) if link.style == "flow" else [counted]


def words_of(snapshot: Snapshot, facts: CanvasFacts, reference: Reference) -> str:
    """A record in one line, with what its sign, its flag and its mark mean.

    Args:
        snapshot: the model.
        facts: the marks on its steps, and which systems hold untrusted content.
        reference: what it is about; of what has no record the line is empty, but for a step.
    """
    table, key = reference
    record = snapshot.get(table, key)
    step = (record.step, record.from_, record.to) if isinstance(record, Checkpoint) else (table, *key)
    mark = facts.marks.get(step) if len(step) == 3 else None
    if table == "flow" and not isinstance(key, str):
        said = [f"lines from {key[0].replace(':', ' ')} to {key[1].replace(':', ' ')}"]
    elif record is None:
        said = [] if isinstance(key, str) else [f"{table} {key[0]} > {key[1]}"]
    else:
        said = [_checkpoint_words(record) if isinstance(record, Checkpoint) else phrase(record)]
    signs = [MARK_GLYPHS[mark]] if mark else []
    asked = _asked(snapshot, step) if mark == "missing" else ""
    if asked:
        said.append(f"{signs.pop()} a missing checkpoint: {asked}")
    if isinstance(record, Agent | System):
        signs.append(glyph_of(record))
    if isinstance(record, System):
        signs += ["⚑"] if record.untrusted_input else ["⚐"] if record.id in facts.heard else []
    return "; ".join([*said, *(f"{sign} {_MEANINGS[sign]}" for sign in signs if sign != _PLAIN_SYSTEM)])


def _checkpoint_words(record: Checkpoint) -> str:
    actions = f" for {listed(record.actions)}" if record.actions else ""
    approvers = f" by {' or '.join(record.approvers)}" if record.approvers else ""
    return f"{phrase(record)}{actions}{approvers}"


def _asked(snapshot: Snapshot, step: tuple[str, ...]) -> str:
    """The checkpoints of a step that are for some actions alone; empty where there are none."""
    found = (each for each in snapshot.checkpoint.values() if (each.step, each.from_, each.to) == step)
    return " and ".join(
        f"{each.kind} is for {listed(each.actions)} alone"
        for each in found
        if each.actions and each.state == "enforced"
    )
