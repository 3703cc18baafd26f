"""Every exported picture can be read: nothing lies over something else, nothing is cut off."""

import re
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from meshmodel.exporters.diagram import dot
from meshmodel.exporters.request import LENSES
from meshmodel.interchange import read_file
from tests.exporters.drawing import SVG, faults
from tests.exporters.parts import MODELS, both, every_step_model, hostile_model, render
from tests.reference.random_models import random_model

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.toml"))
SEEDS = range(12)
MOST_ELEMENTS = 40


def random_model_of_size(seed):
    """One of the random models that has at most so many elements, the larger the higher the seed."""
    for size in range(8 + 3 * seed, 0, -1):
        model = random_model(seed, size)
        if len(model.agent) + len(model.system) + len(model.credential) + len(model.zone) <= MOST_ELEMENTS:
            return model
    raise AssertionError(seed)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
@pytest.mark.parametrize("lens", LENSES)
def test_nothing_lies_over_anything_in_an_example(path, lens):
    snapshot, analysis = both(read_file(path))
    agent = min(snapshot.agent) if lens == "reach" else None
    assert faults(render(snapshot, analysis, "svg", lens=lens, agent=agent)) == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_nothing_lies_over_anything_in_a_case(path):
    assert faults(render(*both(read_file(path)), "svg")) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_lies_over_anything_in_a_random_model(seed):
    assert faults(render(*both(random_model_of_size(seed)), "svg")) == []


def test_nothing_lies_over_anything_whatever_the_names():
    assert faults(render(*both(hostile_model()), "svg")) == []


def test_what_lies_over_something_is_noticed():
    svg = render(*both(every_step_model()), "svg", form="whole")
    assert faults(svg) == []
    root = ET.fromstring(svg)
    groups = {each.findtext(f"{SVG}title"): each for each in root.iter(f"{SVG}g")}
    words = groups["label/hosting/vault/runner"].find(f"{SVG}text")
    card = groups["system/vault"].find(f"{SVG}text")
    words.set("x", card.get("x"))
    words.set("y", card.get("y"))
    line = next(each for name, each in groups.items() if name and name.startswith("agent/anna->"))
    page = re.sub(r"\S+ (\S+)$", r"100 \1", root.get("viewBox"))
    line.find(f"{SVG}path").set("d", "M{0},{1}C{0},{1} {0},{1} {0},{1}".format(card.get("x"), card.get("y")))
    found = faults(ET.tostring(root))
    assert "'vault' lies over 'runs'" in found
    assert any("lies over the shape system/vault" in each for each in found)
    assert any(each.startswith("the line agent/anna->") and "shape system/vault" in each for each in found)
    root.set("viewBox", page)
    assert any("outside the page" in each for each in faults(ET.tostring(root)))


def luminance(colour):
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("lens", LENSES)
def test_every_text_has_enough_contrast(lens, colours):
    snapshot, analysis = both(every_step_model())
    agent = "bot" if lens == "reach" else None
    root = ET.fromstring(render(snapshot, analysis, "svg", lens=lens, agent=agent, colours=colours))
    page = root.find(f"{SVG}g/{SVG}polygon").get("fill")
    dark = colours == "dark"
    assert (luminance(page) < 0.05) == dark
    for group in root.iter(f"{SVG}g"):
        fills = [each.get("fill", "none") for each in group if each.tag != f"{SVG}text"]
        grounds = [fill for fill in fills if fill.startswith("#")] or ["#1d2125" if dark else "#fafafa"]
        for text in group.findall(f"{SVG}text"):
            low, high = sorted((luminance(text.get("fill") or "#000000"), luminance(grounds[0])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (text.text, text.get("fill"), grounds)


def test_a_turn_leaves_nothing_out():
    for turn, size in product(range(dot.TURNS), range(10)):
        assert sorted(dot.turned(range(size), turn)) == list(range(size))
