"""The reach matrix in letters: what is in a cell, and which rows and columns a filter leaves."""

from dataclasses import dataclass
from typing import Final, Literal

from meshmodel.analysis.results import SystemReach
from meshmodel.model.phrases import LETTERS

How = Literal["direct", "hidden", "deputy"]
SIGNS: Final[dict[How, str]] = {"direct": " ", "hidden": "·", "deputy": "»"}
MEANINGS: Final = (
    ("".join(LETTERS.values()), ", ".join(LETTERS)),
    (f"{SIGNS['hidden']}r", "hidden: a review of the agent's own credentials would not have shown it"),
    (f"{SIGNS['deputy']}r", "deputy: reached through another agent"),
)
"""What stands in a cell, with what it means."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one agent reaches on one system: letters, and the farthest way by which it does."""

    text: str
    how: How


def how_reached(reach: SystemReach) -> How:
    """Directly, by its own hidden steps, or through a deputy: that of the action farthest away."""
    if any(action not in reach.own for action in reach.actions):
        return "deputy"
    if any(action not in reach.direct for action in reach.actions):
        return "hidden"
    return "direct"


def cell_of(reach: SystemReach) -> Cell:
    """The letters of the actions, and behind those that are not direct the sign of how."""
    by_way: dict[How, str] = {"direct": "", "hidden": "", "deputy": ""}
    for action in reach.actions:
        way: How = "direct" if action in reach.direct else "hidden" if action in reach.own else "deputy"
        by_way[way] += LETTERS[action]
    text = by_way["direct"]
    for way in ("hidden", "deputy"):
        if by_way[way]:
            text += SIGNS[way] + by_way[way]
    return Cell(text, how_reached(reach))


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
