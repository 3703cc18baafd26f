"""Mermaid: what is written, and what Mermaid itself draws of it."""

import re

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.api import load
from meshmodel.exporters.graphs import mermaid as written
from meshmodel.exporters.graphs.mermaid import MOST_CHARACTERS, MOST_EDGES, mermaid, mermaid_pages
from meshmodel.exporters.graphs.relations import boundaries, edges
from meshmodel.model import records as r
from meshmodel.model.errors import MeshmodelError
from tests.exporters.graphs.browser import draw
from tests.exporters.graphs.models import neighbours
from tests.exporters.parts import HOSTILE, MODELS, every_step_model, hostile_model
from tests.reference.random_models import random_model, snapshot_of
from tests.rows import all_rows

NAMES = (
    *HOSTILE[:-1],
    "1. first",
    "- list",
    "* star *",
    "`code` **bold** _it_",
    "end",
    "%%{init: {'theme': 'dark'}}%%",
    "#35; #quot; a#b",
    "中文 é ß 🙂 עברית",
    "style x:#fff;",
    "classDef a:#f;",
    "$$x^2$$ fa:fa-car",
    "x@{shape: circle}",
)
LINE = re.compile(r'  ([nz]\d+) (---|-\.->|-\.-|-->|==>)(\|"[^"|]*"\|)? ([nz]\d+)')
NODE = re.compile(r'    (n\d+)(\(\[|\{\{|\[)"([^"]*)"(\]\)|\}\}|\]):::\w+')
ZONE = re.compile(r'  subgraph (z\d+)\["([^"]*)"\]')


def read(text):
    """The nodes, zones and lines of a diagram; anything else is an error."""
    found = {"nodes": {}, "zones": {}, "lines": []}
    begin, _, rest = text.partition("flowchart LR\n")
    assert re.fullmatch(r'---\ntitle: "[^\n]*"\n---\n', begin)
    for line in rest.splitlines():
        if node := NODE.fullmatch(line):
            found["nodes"][node[1]] = node[3]
        elif zone := ZONE.fullmatch(line):
            found["zones"][zone[1]] = zone[2]
        elif edge := LINE.fullmatch(line):
            found["lines"].append(line)
            assert {edge[1], edge[4]} <= {*found["nodes"], *found["zones"]}
        else:
            assert line == "  end" or line.startswith("  classDef ")
    return found


def both(snapshot):
    return snapshot, analyse(snapshot)


@all_rows("seed", range(12))
def test_every_element_and_every_step_is_written_once(seed):
    snapshot, analysis = both(random_model(seed, 8))
    found = read(mermaid(analysis))
    assert len(found["nodes"]) == len(snapshot.agent) + len(snapshot.credential) + len(snapshot.system)
    assert len(found["zones"]) == len(snapshot.zone)
    assert len(found["lines"]) == len([*edges(snapshot), *boundaries(snapshot)])
    thick = [line for line in found["lines"] if "==>" in line]
    assert len(thick) == len(analysis.doors)


def test_no_name_reaches_the_grammar():
    _, analysis = both(hostile_model(NAMES))
    found = read(mermaid(analysis))
    for text in (*found["nodes"].values(), *found["zones"].values()):
        assert re.fullmatch(r"(?:[\w ,]|#\d+;|<br>)*", text)


def test_equal_models_give_equal_text():
    texts = [mermaid(analyse(random_model(3, 9))) for _ in range(2)]
    assert texts[0] == texts[1]


def test_a_large_model_is_split_and_a_single_file_refused():
    snapshot, analysis = both(neighbours(12, 20))
    pages = mermaid_pages(analysis)
    found = [read(page) for page in pages]
    assert len(pages) > 1
    for number, (page, each) in enumerate(zip(pages, found, strict=True), 1):
        assert f'as built, {number} of {len(pages)}"' in page
        assert len(each["lines"]) <= MOST_EDGES
        assert len(page.encode("utf-16-le")) // 2 <= MOST_CHARACTERS
    lines = [line for each in found for line in each["lines"]]
    assert len(lines) == len(set(lines)) == len(list(edges(snapshot)))
    assert len({**found[0]["nodes"], **found[1]["nodes"], **found[-1]["nodes"]}) == 3 * 240
    with pytest.raises(MeshmodelError, match="write them as pages") as refused:
        mermaid(analysis)
    assert "\n" not in str(refused.value)


def test_characters_split_as_edges_do_and_no_element_is_lost(monkeypatch):
    monkeypatch.setattr(written, "MOST_CHARACTERS", 3_000)
    lone = [r.Zone("empty"), *(r.Agent(f"lone{n}", name="#" * 200) for n in range(5))]
    pages = mermaid_pages(
        analyse(snapshot_of([*lone, r.System("s"), r.Credential("c"), r.Hold("lone0", "c")]))
    )
    found = [read(page) for page in pages]
    assert max(map(len, pages)) <= 3_000
    assert len({id_ for each in found for id_ in each["nodes"]}) == 7
    assert [text for each in found for text in each["zones"].values()] == ["empty"]


@pytest.mark.slow
@pytest.mark.engines
def test_mermaid_draws_every_name_as_it_is(tmp_path):
    snapshot, analysis = both(hostile_model(NAMES[:14]))
    _, others = both(hostile_model(NAMES[13:]))
    first, second = draw(tmp_path, mermaid(analysis), mermaid(others))
    for drawn, names in ((first, NAMES[:14]), (second, NAMES[13:])):
        assert sorted(drawn.zones) == sorted(names)
        agents = [text for text in drawn.nodes if text in names]
        assert sorted(agents) == sorted(names), "an agent shows its name alone"
        assert drawn.strange == 0
        assert drawn.title == f"{names[0]}, as built"
        assert drawn.lines == 2 * len(names)
    assert len(first.nodes) == 3 * len(snapshot.zone)


@pytest.mark.slow
@pytest.mark.engines
def test_mermaid_draws_the_worked_examples_and_every_kind_of_step(tmp_path):
    models = [every_step_model(), *map(load, MODELS)]
    for snapshot, drawn in zip(
        models, draw(tmp_path, *(mermaid(analyse(each)) for each in models)), strict=True
    ):
        assert drawn.title == f"{snapshot.about.name}, as built"
        names = {text.partition("\n")[0] for text in drawn.nodes}
        for table in (snapshot.agent, snapshot.system, snapshot.credential):
            assert {each.title for each in table.values()} <= names
        said = [text for text in drawn.edges if text]
        assert sum("NO CHECKPOINT" in text for text in said) == len(analyse(snapshot).doors)


@pytest.mark.slow
@pytest.mark.engines
def test_mermaid_draws_pages_of_the_largest_size_and_refuses_larger(tmp_path, monkeypatch):
    _, analysis = both(neighbours(6, 19))
    pages = mermaid_pages(analysis)
    assert max(len(read(page)["lines"]) for page in pages) == MOST_EDGES
    drawn = draw(tmp_path, *pages)
    assert [each.lines for each in drawn] == [len(read(page)["lines"]) for page in pages]
    monkeypatch.setattr(written, "MOST_EDGES", 10_000)
    monkeypatch.setattr(written, "MOST_CHARACTERS", 1_000_000)
    (refused,) = draw(tmp_path, mermaid(analyse(neighbours(10, 20))))
    assert refused.lines == 0
    assert "Maximum text size" in refused.all or "Too many edges" in refused.all
