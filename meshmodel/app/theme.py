"""Themes: dark, light and high contrast, and what each ink of the canvas looks like in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rich.style import Style
from textual.theme import Theme

from meshmodel.canvas.scene import Ink


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as hexadecimal RGB."""

    ground: str
    lane_a: str
    lane_b: str
    frame: str
    text: str
    faint: str
    line: str
    dim: str
    agent: str
    agent_bar: str
    system: str
    system_bar: str
    credential: str
    credential_bar: str
    card_text: str
    card_fact: str
    card_dim: str
    missing: str
    on_missing: str
    counts: str
    weak: str
    trigger: str
    delegation: str
    selected: str
    selected_line: str
    on_selected: str
    accent: str
    on_accent: str
    bar: str
    cursor: str
    panel: str


DARK: Final = Palette(
    ground="#0f1419",
    lane_a="#131a22",
    lane_b="#1a222c",
    frame="#5d7189",
    text="#e8edf2",
    faint="#93a0ae",
    line="#9fb0c3",
    dim="#66758a",
    agent="#1f3f6e",
    agent_bar="#5aa7ff",
    system="#2d343d",
    system_bar="#a7b1bc",
    credential="#4a3a16",
    credential_bar="#e6b450",
    card_text="#ffffff",
    card_fact="#c3ccd6",
    card_dim="#20272f",
    missing="#ff7b72",
    on_missing="#b3261e",
    counts="#7ee787",
    weak="#e6b450",
    trigger="#d2a8ff",
    delegation="#79c0ff",
    selected="#ffd75f",
    selected_line="#ffd75f",
    on_selected="#10141a",
    accent="#7fd1e8",
    on_accent="#10141a",
    bar="#1b2430",
    cursor="#1f3550",
    panel="#10161d",
)
LIGHT: Final = Palette(
    ground="#fbfcfd",
    lane_a="#f3f6f9",
    lane_b="#e9eef4",
    frame="#74879c",
    text="#14191f",
    faint="#55616d",
    line="#4a5a6b",
    dim="#7a8691",
    agent="#c5dcfb",
    agent_bar="#1f6feb",
    system="#d9dfe6",
    system_bar="#57636f",
    credential="#f6e3b0",
    credential_bar="#9a6700",
    card_text="#0b0f14",
    card_fact="#3d4854",
    card_dim="#e4e9ef",
    missing="#c11f1a",
    on_missing="#c11f1a",
    counts="#116329",
    weak="#8a5a00",
    trigger="#7a3fc4",
    delegation="#0b5cad",
    selected="#ffcf33",
    selected_line="#a84300",
    on_selected="#10141a",
    accent="#0b6b85",
    on_accent="#ffffff",
    bar="#dde4ec",
    cursor="#d3e3f8",
    panel="#f3f6f9",
)
CONTRAST: Final = Palette(
    ground="#000000",
    lane_a="#000000",
    lane_b="#000000",
    frame="#ffffff",
    text="#ffffff",
    faint="#e0e0e0",
    line="#ffffff",
    dim="#7a7a7a",
    agent="#0000c8",
    agent_bar="#00d7ff",
    system="#303030",
    system_bar="#ffffff",
    credential="#5f3f00",
    credential_bar="#ffd700",
    card_text="#ffffff",
    card_fact="#ffffff",
    card_dim="#000000",
    missing="#ff8c8c",
    on_missing="#d70000",
    counts="#5fff87",
    weak="#ffd700",
    trigger="#e7b6ff",
    delegation="#87d7ff",
    selected="#ffff00",
    selected_line="#ffff00",
    on_selected="#000000",
    accent="#00ffff",
    on_accent="#000000",
    bar="#262626",
    cursor="#00008b",
    panel="#000000",
)

DEFAULT: Final = "mesh-dark"
PALETTES: Final[Mapping[str, Palette]] = {
    DEFAULT: DARK,
    "mesh-light": LIGHT,
    "mesh-contrast": CONTRAST,
}
"""The palettes by the names of their themes, in the order in which the theme key goes through them."""

TITLES: Final[Mapping[str, str]] = {DEFAULT: "dark", "mesh-light": "light", "mesh-contrast": "high contrast"}


def themes() -> list[Theme]:
    """The themes, to be registered with the program."""
    return [_theme(name, palette) for name, palette in PALETTES.items()]


def palette_of(theme: str) -> Palette:
    """The palette of a theme; of an unknown one the dark palette."""
    return PALETTES.get(theme, DARK)


def _theme(name: str, palette: Palette) -> Theme:
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
        dark=palette.ground != LIGHT.ground,
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


def severity_colour(palette: Palette, severity: str) -> str:
    """The colour of a severity; the word always stands beside it."""
    return {
        "critical": palette.missing,
        "high": palette.missing,
        "medium": palette.weak,
    }.get(severity, palette.faint)


@dataclass(frozen=True, slots=True)
class Inks:
    """What each ink looks like: plain, lit by a witness, and outside the lens."""

    ground: Style
    lanes: tuple[Style, Style]
    plain: Mapping[Ink, Style]
    lit: Mapping[Ink, Style]
    dimmed: Mapping[Ink, Style]
    selected: Style
    selected_line: Style
    label: Style
    offer: Style


_CARDS: Final = ("agent", "system", "credential")


def inks(palette: Palette) -> Inks:
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
        "line-trigger": Style(color=palette.trigger),
        "line-delegation": Style(color=palette.delegation),
        "label": Style(color=palette.text),
        "label-missing": Style(color=palette.missing),
        "label-counts": Style(color=palette.counts),
        "label-does-not-count": Style(color=palette.weak),
        "label-proposed": Style(color=palette.accent, bold=True),
        "mark-missing": Style(color="#ffffff", bgcolor=palette.on_missing, bold=True),
        "mark-counts": Style(color=palette.counts, bold=True),
        "mark-does-not-count": Style(color=palette.weak, bold=True),
        "mark-proposed": Style(color=palette.on_accent, bgcolor=palette.accent, bold=True),
    }
    lit = {ink: style + Style(bold=True) for ink, style in plain.items()}
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
        lit=lit,
        dimmed=dimmed,
        selected=Style(color=palette.on_selected, bgcolor=palette.selected, bold=True),
        selected_line=Style(color=palette.selected_line, bold=True),
        label=Style(color=palette.on_accent, bgcolor=palette.accent, bold=True),
        offer=Style(color=palette.on_accent, bgcolor=palette.accent, bold=True),
    )
