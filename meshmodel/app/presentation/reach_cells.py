"""The reach matrix in letters: what is in a cell, and which rows and columns a filter leaves."""

from dataclasses import dataclass
from typing import Final

from meshmodel.analysis.results import How, SystemReach
from meshmodel.model.phrases import LETTERS, letters

SIGNS: Final[dict[How, str]] = {"direct": " ", "hidden": "·", "deputy": "»"}
MEANINGS: Final = (
    ("".join(LETTERS.values()), ", ".join(LETTERS)),
    (f"{SIGNS['hidden']}r", "found: with a credential that it finds or exchanges (lateral movement)"),
    (f"{SIGNS['deputy']}r", "through: only through another agent (confused deputy)"),
)
"""What stands in a cell, with what it means."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one agent reaches on one system: letters, and the farthest way by which it does."""

    text: str
    how: How


def cell_of(reach: SystemReach) -> Cell:
    """The letters of the actions, and behind those that are not direct the sign of how."""
    parts = []
    for way, actions in reach.by_way.items():
        sign = "" if way == "direct" or not actions else SIGNS[way]
        parts.append(sign + letters(actions))
    return Cell("".join(parts), reach.farthest)


def names_shown(
    agents: tuple[str, ...], systems: tuple[str, ...], words: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Agents and systems; with a filter those rows or columns whose name has one of its words."""
    wanted = words.casefold().split()
    if not wanted:
        return agents, systems
    some_agents = tuple(name for name in agents if any(word in name.casefold() for word in wanted))
    some_systems = tuple(name for name in systems if any(word in name.casefold() for word in wanted))
    if not some_agents and not some_systems:
        return (), ()
    return some_agents or agents, some_systems or systems
