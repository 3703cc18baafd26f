"""The labels of lines: whole or visibly shortened, and never shorter in a wider drawing."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.canvas.draw import draw
from meshmodel.canvas.drawing import Drawing
from meshmodel.canvas.glyphs import LEADERS
from meshmodel.canvas.layout.line_labels import LEAST_NAME, MODES
from meshmodel.canvas.scene import CanvasFacts, Options, Zoom
from meshmodel.canvas.text import cells
from meshmodel.interchange import read_file
from meshmodel.model.records import Agent, Credential, Grant, Hold, Reference, Snapshot, System, Zone
from tests.canvas.building import helpdesk, meshes, snapshot_of, with_approvers
from tests.canvas.test_lines import check_boxes, check_cells, check_lines, check_owners
from tests.rows import all_rows

MODELS = sorted((Path(__file__).parents[2] / "models").glob("*.toml"))
WHOLE = 1000
MARKS = "".join(LEADERS.values())


def names(drawing: Drawing, snapshot: Snapshot) -> dict[Reference, int]:
    """By grant, the cells of the name on its line: ``WHOLE`` if it is not cut, 0 if there is none.

    Of a grant with several lines the shortest name counts.

    A name of more cells than any label has counts as whole where the longest label shows it.
    """
    links = {branch.reference: branch.link for branch in drawing.branches}
    carded = {key for table, key in drawing.grid.cards if table == "credential"}
    found: dict[Reference, int] = {("grant", key): 0 for key in snapshot.grant if key[0] not in carded}
    for row in drawing.rows:
        for run in row:
            link = links.get(run.owners[0]) if run.owners else None
            if link is None or not run.ink.startswith("label") or link.relation not in found:
                continue
            record = snapshot.credential[link.relation[1][0]]
            shown, known = run.text.strip(MARKS), {f"as {record.identity or record.title}", record.title}
            cut, _, words = shown.partition("…")
            seen = cells(shown.rpartition(" ")[0])
            is_whole = any(shown.startswith(f"{name} ") for name in known)
            is_cut = bool(words) and any(name.startswith(cut) for name in known)
            assert is_whole or is_cut, (shown, known)
            seen = WHOLE if is_whole or seen >= MODES[0].right - 2 else seen
            found[link.relation] = min(seen, found[link.relation] or seen)
    return found


@all_rows("path", MODELS)
def test_a_wider_drawing_of_an_example_says_no_less(path: Path) -> None:
    snapshot, before = read_file(path), dict[Reference, int]()
    for width in range(60, 205, 5):
        drawing = draw(snapshot, CanvasFacts(), Options(width, 50))
        shown = names(drawing, snapshot)
        assert width < 100 or drawing.width <= width
        assert all(seen >= LEAST_NAME for seen in shown.values()), (width, shown)
        assert all(shown[grant] >= seen for grant, seen in before.items()), width
        before = shown


@given(meshes(), st.integers(40, 200), st.integers(1, 60))
def test_a_wider_drawing_says_no_less(mesh: tuple[Snapshot, CanvasFacts], width: int, more: int) -> None:
    snapshot, facts = mesh
    narrow = names(draw(snapshot, facts, Options(width, 50)), snapshot)
    wide = names(draw(snapshot, facts, Options(width + more, 50)), snapshot)
    assert all(min(wide[grant], WHOLE) >= seen >= LEAST_NAME - 1 for grant, seen in narrow.items())


@pytest.mark.slow
@given(meshes(), st.integers(60, 400), st.integers(1, 60))
def test_names_of_approvers_take_nothing_from_other_labels(
    mesh: tuple[Snapshot, CanvasFacts], width: int, more: int
) -> None:
    snapshot, facts = mesh
    asked = with_approvers(snapshot)
    drawings = [draw(asked, facts, Options(each, 50)) for each in (width, width + more)]
    without = draw(snapshot, facts, Options(width, 50))
    shown = [names(each, asked) for each in drawings]
    assert all(shown[1][grant] >= seen for grant, seen in shown[0].items())
    assert names(without, snapshot) == shown[0]
    assert without.height == drawings[0].height
    assert drawings[0].width <= max(width, without.width)
    for drawing in drawings:
        check_cells(drawing)
        check_boxes(drawing)
        check_lines(drawing)
        check_owners(drawing)


@all_rows(("width", "most"), [(80, 32), (100, 16), (120, 0), (200, 0)])
def test_few_labels_of_the_examples_are_shortened(width: int, most: int) -> None:
    drawings = [draw(read_file(path), CanvasFacts(), Options(width, 50)) for path in MODELS]
    runs = [run for drawing in drawings for row in drawing.rows for run in row]
    assert sum("…" in run.text for run in runs if run.ink.startswith("label")) <= most
    for drawing in drawings:
        check_cells(drawing)
        check_boxes(drawing)
        check_lines(drawing)
        check_owners(drawing)


@pytest.mark.parametrize("is_ascii", [False, True])
def test_a_label_stands_whole_above_its_line_and_is_found_there(is_ascii: bool) -> None:
    snapshot = read_file(next(path for path in MODELS if path.stem == "code-agent"))
    drawing = draw(snapshot, CanvasFacts(), Options(80, 50, ascii=is_ascii))
    grant, agent, system = ("grant", ("forge-token", "repository")), "code-agent", "repository"
    lines = drawing.as_text().splitlines()
    y = next(number for number, line in enumerate(lines) if "Forge token rw" in line)
    x = lines[y].index("Forge token rw")
    assert lines[y][x - 2 : x] == ("|-" if is_ascii else "│╴")
    assert lines[y + 1][x : x + 12] == 12 * ("-" if is_ascii else "─")
    assert drawing.box_of(grant) == (x - 1, y, 15, 1)
    assert (
        drawing.hit(x - 1, y).reference == drawing.hit(x + 10, y).reference == ("credential", "forge-token")
    )
    assert drawing.hit(x + 12, y).reference == drawing.hit(x + 5, y + 1).reference == grant
    assert drawing.neighbour(grant, "right") == ("system", system)
    assert drawing.neighbour(grant, "left") == ("agent", agent)
    assert drawing.neighbour(("grant", ("forge-token", "pipeline-secrets")), "up") == grant


def test_labels_of_straight_lines_stand_above_them_where_there_is_a_row_free() -> None:
    records: list[Any] = [Zone("z")]
    for number in range(3):
        name = f"Identity of number {number}"
        records += [Agent(f"a{number}", home="z"), System(f"s{number}", zone="z")]
        records += [Credential(f"c{number}", name=name), Hold(f"a{number}", f"c{number}")]
        records.append(Grant(f"c{number}", f"s{number}", ("read",)))
    snapshot = snapshot_of(*records)
    for width, found in ((38, (False, False, False)), (48, (False, True, True)), (80, (True, True, True))):
        drawing = draw(snapshot, CanvasFacts(), Options(width, 50))
        check_lines(drawing)
        text = drawing.as_text()
        assert tuple(f"Identity of number {number} r" in text for number in range(3)) == found
        rows = [drawing.box_of(("agent", f"a{number}")).y for number in range(3)]
        above = [drawing.box_of(("grant", (f"c{number}", f"s{number}"))).y for number in range(3)]
        assert [row - y for row, y in zip(rows, above, strict=True)] == [0, *([int(width == 48)] * 2)]


def shown_names(drawing: Drawing) -> dict[Reference, str]:
    """What is shown of the name of each card, as a reader puts its rows together."""
    inks = {"agent", "system", "credential"}
    found: dict[Reference, str] = {}
    for row in drawing.rows:
        for run in row:
            if run.ink in inks:
                found[run.owners[0]] = f"{found.get(run.owners[0], '')} {run.text[1:].strip()}".strip()
    return found


@all_rows("path", MODELS)
@all_rows("size", [(80, 20), (87, 28), (119, 28)])
def test_names_of_cards_stand_whole_in_two_rows_and_cards_do_not_touch(
    path: Path, size: tuple[int, int]
) -> None:
    snapshot = read_file(path)
    drawing = draw(snapshot, CanvasFacts(), Options(*size, scrollbar=1))
    for (table, key), shown in shown_names(drawing).items():
        assert shown == snapshot.table(table)[key].title
    boxes = [each.box for each in drawing.targets if each.part == "card"]
    for one, other in combinations(boxes, 2):
        beside = one.x + one.width < other.x or other.x + other.width < one.x
        assert beside or one.y + one.height < other.y or other.y + other.height < one.y
    for card in drawing.grid.cards.values():
        rows = drawing.rows[card.y : card.y + card.height]
        owned = [[run for run in row if run.owners == (card.reference,)] for row in rows]
        facts = [run.text.strip() for runs in owned for run in runs if run.ink.endswith("-fact")]
        assert card.is_kind or facts[0], "the fact comes below the name"


LONG = "service account of the nightly reconciliation of {} in the second region, number {}"


@all_rows("zoom", ["card", "line"])
@all_rows("is_ascii", [False, True])
def test_every_name_can_be_told_from_the_others(zoom: Zoom, is_ascii: bool) -> None:
    records: list[Any] = [Agent(f"a{n}", name=LONG.format(n % 3, n)) for n in range(12)]
    records += [System("s"), *(Credential(f"c{n}", name=LONG.format(n % 3, n)) for n in range(12))]
    records += [Hold(f"a{n}", f"c{n}") for n in range(12)]
    records += [Grant(f"c{n}", "s", ("read",)) for n in range(12)]
    drawing = draw(snapshot_of(*records), CanvasFacts(), Options(80, 20, zoom, ascii=is_ascii))
    shown = shown_names(drawing)
    assert len(set(shown.values())) == len(shown) == 13
    labels = [run.text for row in drawing.rows for run in row if run.ink == "label"]
    assert len(set(labels)) == len(labels) == 12
    check_cells(drawing)
    check_boxes(drawing)


def test_a_drawing_higher_than_the_canvas_leaves_room_for_the_scrollbar() -> None:
    snapshot = read_file(next(path for path in MODELS if path.stem == "finance-orchestrator"))
    for width in range(100, 180):
        assert draw(snapshot, CanvasFacts(), Options(width, 20, scrollbar=1)).width < width
    width = draw(snapshot, CanvasFacts(), Options(200, 50)).width
    assert draw(snapshot, CanvasFacts(), Options(width, 50, scrollbar=1)).width == width


def test_the_title_of_a_lane_stands_whole_between_lines_where_one_gap_holds_it() -> None:
    snapshot, facts = helpdesk()
    zone = replace(snapshot.zone["finance"], name="Accounts payable and receivable")
    renamed = replace(snapshot, zone={**snapshot.zone, "finance": zone})
    for width in (80, 120, 160):
        drawing = draw(renamed, facts, Options(width, 40))
        box = drawing.box_of(("zone", "finance"))
        assert box is not None
        frame = drawing.as_text().splitlines()[box.y]
        assert frame[box.x : box.x + box.width] == f" {zone.title} "
        assert drawing.hit(box.x + 1, box.y).reference == ("zone", "finance")
    longer = replace(snapshot, zone={**snapshot.zone, "finance": replace(zone, name="n" * 200)})
    drawing = draw(longer, facts, Options(80, 40))
    box = drawing.box_of(("zone", "finance"))
    frame = drawing.as_text().splitlines()[box.y]
    gaps = [len(part) for part in frame.replace("╎", "│").split("│")]
    assert f" {'n' * (box.width - 3)}… " in frame
    assert box.width + 4 >= max(gaps) - 2
