"""Themes: dark, light and high contrast, and what each ink of the canvas looks like in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from rich.style import Style
from textual.theme import Theme

from meshmodel.canvas.scene import Ink

COLOURS: Final[Mapping[str, tuple[str, str, str]]] = {
    "ground": ("#0f1419", "#fbfcfd", "#000000"),
    "lane_a": ("#131a22", "#f3f6f9", "#000000"),
    "lane_b": ("#1a222c", "#e9eef4", "#000000"),
    "frame": ("#5d7189", "#74879c", "#ffffff"),
    "text": ("#e8edf2", "#14191f", "#ffffff"),
    "faint": ("#93a0ae", "#55616d", "#e0e0e0"),
    "line": ("#9fb0c3", "#4a5a6b", "#ffffff"),
    "dim": ("#66758a", "#7a8691", "#7a7a7a"),
    "agent": ("#1f3f6e", "#c5dcfb", "#0000c8"),
    "agent_bar": ("#5aa7ff", "#1f6feb", "#00d7ff"),
    "system": ("#2d343d", "#d9dfe6", "#303030"),
    "system_bar": ("#a7b1bc", "#57636f", "#ffffff"),
    "credential": ("#4a3a16", "#f6e3b0", "#5f3f00"),
    "credential_bar": ("#e6b450", "#9a6700", "#ffd700"),
    "card_text": ("#ffffff", "#0b0f14", "#ffffff"),
    "card_fact": ("#c3ccd6", "#3d4854", "#ffffff"),
    "card_dim": ("#20272f", "#e4e9ef", "#000000"),
    "missing": ("#ff7b72", "#c11f1a", "#ff8c8c"),
    "on_missing": ("#b3261e", "#c11f1a", "#d70000"),
    "counts": ("#7ee787", "#116329", "#5fff87"),
    "weak": ("#e6b450", "#8a5a00", "#ffd700"),
    "trigger": ("#d2a8ff", "#7a3fc4", "#e7b6ff"),
    "delegation": ("#79c0ff", "#0b5cad", "#87d7ff"),
    "selected": ("#ffd75f", "#ffcf33", "#ffff00"),
    "selected_line": ("#ffd75f", "#a84300", "#ffff00"),
    "on_selected": ("#10141a", "#10141a", "#000000"),
    "accent": ("#7fd1e8", "#0b6b85", "#00ffff"),
    "on_accent": ("#10141a", "#ffffff", "#000000"),
    "bar": ("#1b2430", "#dde4ec", "#262626"),
    "cursor": ("#1f3550", "#d3e3f8", "#00008b"),
    "panel": ("#10161d", "#f3f6f9", "#000000"),
}
"""Every colour as hexadecimal RGB: in the dark theme, the light one, and that of high contrast."""


class ThemeColours:
    """The colours of one theme: an attribute for each of ``COLOURS``."""

    def __init__(self, place: int) -> None:
        """Arguments: which of the three."""
        self._place = place

    def __getattr__(self, name: str) -> str:
        if name not in COLOURS:
            raise AttributeError(name)
        return COLOURS[name][self._place]


DARK: Final = ThemeColours(0)
DEFAULT: Final = "mesh-dark"
PALETTES: Final[Mapping[str, ThemeColours]] = {
    DEFAULT: DARK,
    "mesh-light": ThemeColours(1),
    "mesh-contrast": ThemeColours(2),
}
"""The palettes by the names of their themes, in the order in which the theme key goes through them."""

TITLES: Final[Mapping[str, str]] = {DEFAULT: "dark", "mesh-light": "light", "mesh-contrast": "high contrast"}


def named_theme(title: str | None) -> str:
    """The name of the theme that settings call so, ``high-contrast`` say; of others that of the usual one."""
    return next((name for name, each in TITLES.items() if each.replace(" ", "-") == title), DEFAULT)


def themes() -> list[Theme]:
    """The themes, to be registered with the program."""
    return [_theme(name, palette) for name, palette in PALETTES.items()]


def palette_of(theme: str) -> ThemeColours:
    """The palette of a theme; of an unknown one the dark palette."""
    return PALETTES.get(theme, DARK)


def _theme(name: str, palette: ThemeColours) -> Theme:
    return Theme(
        name=name,
        primary=palette.accent,
        secondary=palette.agent_bar,
        accent=palette.selected,
        warning=palette.weak,
        error=palette.missing,
        success=palette.counts,
        foreground=palette.text,
        background=palette.ground,
        surface=palette.panel,
        panel=palette.bar,
        dark=name != "mesh-light",
        variables={
            "block-cursor-background": palette.cursor,
            "block-cursor-foreground": palette.text,
            "block-cursor-text-style": "none",
            "block-cursor-blurred-background": palette.bar,
            "block-cursor-blurred-foreground": palette.text,
            "footer-key-foreground": palette.accent,
            "footer-description-foreground": palette.faint,
            "border-blurred": palette.frame,
            "border": palette.accent,
            "text-accent": palette.accent,
            "scrollbar": palette.frame,
            "scrollbar-background": palette.ground,
            "scrollbar-corner-color": palette.ground,
        },
    )


@dataclass(frozen=True, slots=True)
class Inks:
    """What each ink looks like: plain, lit by a witness, and outside the lens."""

    ground: Style
    lanes: tuple[Style, Style]
    plain: Mapping[Ink, Style]
    highlighted: Mapping[Ink, Style]
    dimmed: Mapping[Ink, Style]
    selected: Style
    selected_line: Style
    label: Style
    offer: Style


_CARDS: Final = ("agent", "system", "credential")


def inks(palette: ThemeColours) -> Inks:
    """The looks of all inks in one palette; what has no ground of its own stands on its lane."""
    plain: dict[Ink, Style] = {
        "ground": Style(color=palette.faint),
        "lane-a": Style(color=palette.faint),
        "lane-b": Style(color=palette.faint),
        "frame": Style(color=palette.frame),
        "lane-title": Style(color=palette.text, bold=True),
        "agent-bar": Style(color=palette.agent_bar, bgcolor=palette.agent),
        "agent": Style(color=palette.card_text, bgcolor=palette.agent, bold=True),
        "agent-fact": Style(color=palette.card_fact, bgcolor=palette.agent),
        "system-bar": Style(color=palette.system_bar, bgcolor=palette.system),
        "system": Style(color=palette.card_text, bgcolor=palette.system, bold=True),
        "system-fact": Style(color=palette.card_fact, bgcolor=palette.system),
        "credential-bar": Style(color=palette.credential_bar, bgcolor=palette.credential),
        "credential": Style(color=palette.card_text, bgcolor=palette.credential, bold=True),
        "credential-fact": Style(color=palette.card_fact, bgcolor=palette.credential),
        "line": Style(color=palette.line),
        "line-missing": Style(color=palette.missing),
        "line-counts": Style(color=palette.counts),
        "line-does-not-count": Style(color=palette.weak),
        "line-proposed": Style(color=palette.accent),
        "line-dropped": Style(color=palette.weak, strike=True),
        "line-limited": Style(color=palette.accent),
        "line-trigger": Style(color=palette.trigger),
        "line-delegation": Style(color=palette.delegation),
        "label": Style(color=palette.text),
        "label-missing": Style(color=palette.missing),
        "label-counts": Style(color=palette.counts),
        "label-does-not-count": Style(color=palette.weak),
        "label-proposed": Style(color=palette.accent, bold=True),
        "label-dropped": Style(color=palette.weak, strike=True),
        "label-limited": Style(color=palette.accent, bold=True),
        "mark-missing": Style(color="#ffffff", bgcolor=palette.on_missing, bold=True),
        "mark-counts": Style(color=palette.counts, bold=True),
        "mark-does-not-count": Style(color=palette.weak, bold=True),
        "mark-proposed": Style(color=palette.on_accent, bgcolor=palette.accent, bold=True),
        "mark-dropped": Style(color=palette.on_accent, bgcolor=palette.accent, bold=True),
        "mark-limited": Style(color=palette.on_accent, bgcolor=palette.accent, bold=True),
    }
    highlighted = {ink: style + Style(bold=True) for ink, style in plain.items()}
    dimmed: dict[Ink, Style] = {}
    for ink, style in plain.items():
        if ink in {"frame", "lane-title", "ground", "lane-a", "lane-b"}:
            dimmed[ink] = style
        elif ink.startswith(_CARDS):
            dimmed[ink] = Style(color=palette.dim, bgcolor=palette.card_dim)
        else:
            dimmed[ink] = Style(color=palette.dim)
    return Inks(
        ground=Style(color=palette.faint, bgcolor=palette.ground),
        lanes=(Style(bgcolor=palette.lane_a), Style(bgcolor=palette.lane_b)),
        plain=plain,
        highlighted=highlighted,
        dimmed=dimmed,
        selected=Style(color=palette.on_selected, bgcolor=palette.selected, bold=True),
        selected_line=Style(color=palette.selected_line, bold=True),
        label=Style(color=palette.on_accent, bgcolor=palette.accent, bold=True),
        offer=Style(color=palette.on_accent, bgcolor=palette.accent, bold=True),
    )


@cache
def styles_of(theme: str) -> Inks:
    """The looks of all inks in the theme of that name, made once."""
    return inks(palette_of(theme))
