"""Every text can be read on its ground, in every theme."""

import pytest
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from meshmodel.app.theme import COLOURS, PALETTES, inks, themes

TEXT, DIMMED, SHAPE = 4.5, 3.0, 3.0
"""The least ratios of contrast: WCAG 2.2, 1.4.3 for text and 1.4.11 for lines; 3 for what is dimmed."""

GROUNDLESS = {"agent-bar", "system-bar", "credential-bar", "frame"}
GENERATED = (
    "text-accent",
    "text-error",
    "text-warning",
    "text-success",
    "text-primary",
    "text-muted",
    "text",
)
VARIABLES = ("primary", "error", "warning", "success", "foreground", "footer-key-foreground")


def luminance(colour: Color) -> float:
    """The relative luminance that WCAG 2.2 defines."""

    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


def ratio(front: str, behind: str) -> float:
    """The ratio of contrast; ``auto N%`` is black or white, as Textual mixes it over the ground."""
    ground = Color.parse(behind)
    if front.startswith("auto "):
        share = float(front.removeprefix("auto ").removesuffix("%")) / 100
        colour = ground + ground.get_contrast_text(share)
    else:
        colour = Color.parse(front)
    low, high = sorted((luminance(colour), luminance(ground)))
    return (high + 0.05) / (low + 0.05)


def low(style: Style, grounds: list[str], least: float) -> list[tuple[str, str, float]]:
    """What is below the least ratio; a style without a ground stands on each of the grounds."""
    assert style.color is not None
    front = style.color.get_truecolor().hex
    behind = grounds if style.bgcolor is None else [style.bgcolor.get_truecolor().hex]
    return [(front, each, round(ratio(front, each), 2)) for each in behind if ratio(front, each) < least]


def test_the_ratio_is_that_of_the_standard() -> None:
    assert round(ratio("#000000", "#ffffff"), 2) == 21
    assert round(ratio("#777777", "#ffffff"), 2) == 4.48
    assert ratio("#336699", "#336699") == 1


@pytest.mark.parametrize("theme", PALETTES)
def test_every_ink_of_the_canvas_stands_out_from_its_ground(theme: str) -> None:
    palette = PALETTES[theme]
    looks = inks(palette)
    lanes = [palette.ground, palette.lane_a, palette.lane_b]
    found: dict[tuple[str, str], list[tuple[str, str, float]]] = {}
    for name, table, least in (
        ("plain", looks.plain, TEXT),
        ("highlighted", looks.highlighted, TEXT),
        ("dimmed", looks.dimmed, DIMMED),
    ):
        for ink, style in table.items():
            found[name, ink] = low(style, lanes, SHAPE if ink in GROUNDLESS else least)
    for part in ("selected", "selected_line", "label", "offer"):
        found["part", part] = low(getattr(looks, part), lanes, TEXT)
    assert {key: value for key, value in found.items() if value} == {}


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.name)
def test_every_text_of_the_panels_can_be_read_also_under_the_cursor(theme: Theme) -> None:
    palette = PALETTES[theme.name]
    colours = theme.to_color_system().generate() | theme.variables
    grounds = [palette.ground, palette.panel, palette.bar, palette.cursor]
    fronts = {name: colours[name] for name in (*GENERATED, *VARIABLES)}
    found = {
        (name, ground): round(ratio(front, ground), 2)
        for name, front in fronts.items()
        for ground in grounds
        if ratio(front, ground) < TEXT
    }
    assert found == {}


@pytest.mark.parametrize("theme", PALETTES)
def test_what_is_in_front_and_the_numbers_of_steps_can_be_read(theme: str) -> None:
    palette = PALETTES[theme]
    assert ratio("#10141a", palette.selected) >= TEXT
    assert ratio(palette.ground, palette.accent) >= TEXT
    assert all(Color.parse(each).a == 1 for row in COLOURS.values() for each in row)
