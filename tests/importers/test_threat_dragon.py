"""Models of Threat Dragon: what each cell becomes, and what is asked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.importers.document import ForeignFileError
from meshmodel.importers.foreign_files import read_files
from meshmodel.model.errors import MeshmodelError
from tests.importers.foreign import check_goldens, fixtures, read_text
from tests.importers.test_ledger import check_rows
from tests.rows import all_rows

BOX = "trust-boundary-box"


@pytest.mark.parametrize("path", fixtures("threat-dragon"), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, "threat-dragon")


def cell(shape, id_, x=0, y=0, width=10, height=10, **data):
    return {
        "shape": shape,
        "id": id_,
        "position": {"x": x, "y": y},
        "size": {"width": width, "height": height},
        "data": {"name": id_, **data},
    }


def flow(source, target, **data):
    return {
        "shape": "flow",
        "id": "f",
        "source": {"cell": source},
        "target": {"cell": target},
        "data": {"name": "f", **data},
    }


def content(*cells, **more):
    diagram = {"id": 0, "title": "d", "cells": list(cells)}
    return {"version": "2.3.0", "summary": {"title": "t"}, "detail": {"diagrams": [diagram]}, **more}


def model_of(tmp_path, *cells):
    return read_text(json.dumps(content(*cells)), "threat-dragon", tmp_path)


def questions(model):
    return [(each.about, each.text) for each in model.note.values()]


@all_rows(
    ("boxes", "zone"),
    [
        ({"a": (0, 0, 100, 100)}, "a"),
        ({"a": (40, 40, 10, 10)}, "a"),  # edge on edge is inside
        ({"a": (50, 40, 10, 10)}, ""),  # beside it
        ({"a": (0, 0, 100, 100), "b": (30, 30, 40, 40)}, "b"),
        ({"b": (30, 30, 40, 40), "a": (0, 0, 100, 100)}, "b"),
        ({"a": (45, 0, 100, 100)}, None),  # across its edge
        ({"a": (0, 0, 100, 100), "b": (45, 45, 40, 40)}, None),  # across the edge of the inner one
        ({"a": (0, 0, 60, 60), "b": (30, 30, 60, 60)}, None),  # in both, which cross each other
        ({"a": (0, 0, 60, 60), "b": (0, 0, 60, 60)}, None),  # in both, which are one upon the other
    ],
)
def test_the_zone_is_the_smallest_box_around_it_and_an_edge_across_is_asked(boxes, zone, tmp_path):
    drawn = [cell(BOX, name, *place) for name, place in boxes.items()]
    model, rows = model_of(tmp_path, *drawn, cell("store", "s", 40, 40))
    assert (model.model.system["s"].zone or "") == (zone or "")
    names = ", ".join(f"“{each}”" for each in sorted(boxes))
    expected = f"“s” is drawn in or across {names}: in which zone is it?"
    assert questions(model.model) == ([] if zone is not None else [("system:s", expected)])
    (row,) = (each for each in rows if each.path.endswith(f"cells[{len(boxes)}].position.x"))
    assert row.rule == {"": "drawing", None: "overlap"}.get(zone, "position")


def test_a_cell_without_numbers_is_in_no_zone(tmp_path):
    store = cell("store", "s")
    store["position"] = {"x": "40", "y": None}
    model = model_of(tmp_path, cell(BOX, "a", 0, 0, 100, 100), store)[0].model
    assert model.system["s"].zone is None
    assert not model.note


@all_rows(
    ("shape", "data", "drawn", "asked"),
    [
        ("store", {}, "system", []),
        ("store", {"storesCredentials": True}, "system", ["Which credentials does “s” store"]),
        ("actor", {}, "agent", ["a person, or"]),
        ("actor", {"providesAuthentication": True}, "agent", ["a person, or", "an identity provider"]),
        ("process", {}, "system", ["Is the process “s” an agent, or an agent that runs on a system?"]),
        ("process", {"isWebApplication": True}, "system", ["Is the process “s” (a web application) an"]),
        ("process", {"privilegeLevel": "root"}, "system", ["“s” (with the privilege level “root”) an"]),
        ("trust-boundary-box", {}, "zone", []),
        ("trust-boundary-curve", {}, None, ["Which zones lie on the two sides of “s”"]),
        ("trust-broundary-curve", {}, None, ["Which zones lie on the two sides of “s”"]),
        ("td-text-block", {}, None, []),
        ("cloud", {"type": "tm.Store"}, "system", []),
        ("cloud", {}, None, []),
    ],
)  # fmt: skip
def test_what_a_cell_becomes(shape, data, drawn, asked, tmp_path):
    proposed, rows = model_of(tmp_path, cell(shape, "s", **data))
    model = proposed.model
    assert [table for table in ("zone", "system", "agent", "credential") if getattr(model, table)] == (
        [drawn] if drawn else []
    )
    texts = [text for _, text in questions(model)]
    assert len(texts) == len(asked)
    assert all(any(each in text for text in texts) for each in asked)
    unknown = [each.path for each in rows if each.verdict == "not understood"]
    assert bool(unknown) is (shape == "cloud" and not data)


@all_rows(
    ("source", "target", "both", "about", "told"),
    [
        ("p", "s", False, "system:p", "“f” to “s”"),
        ("s", "p", False, "system:p", "“f” from “s”"),
        ("a", "p", True, "system:p", "“f” with “a”"),
        ("p", "q", False, "system:p", "“f” to “q”"),
        ("p", "x", False, "system:p", "“f” to an end that is tied to nothing"),
        ("a", "s", False, "system:s", "from “a” to “s”"),
        ("a", "x", True, "agent:a", "both ways between “a” and an end that is tied to nothing"),
    ],
)
def test_a_flow_is_asked_with_its_process_and_never_drawn(source, target, both, about, told, tmp_path):
    cells = [cell("process", "p"), cell("process", "q"), cell("store", "s"), cell("actor", "a")]
    drawn = flow(source, target, protocol="HTTPS", isEncrypted=True, isBidirectional=both)
    model = model_of(tmp_path, *cells, drawn)[0].model
    (text,) = (text for owner, text in questions(model) if "“f”" in text and owner == about)
    assert f"{told}, encrypted, by HTTPS" in text
    assert len(questions(model)) == 3 + (about != "system:p"), "one for each process, one for the actor"
    assert not any((model.grant, model.hold, model.delegation, model.trigger, model.checkpoint))


def test_a_mitigated_threat_is_no_checkpoint(tmp_path):
    threat = {"status": "Mitigated", "title": "t", "mitigation": "A person approves each payment"}
    proposed, rows = model_of(tmp_path, cell("store", "s", threats=[threat]))
    assert not proposed.model.checkpoint
    assert {each.rule for each in rows if "threats" in each.path} == {"threat"}


def test_identity_is_the_cell_and_not_its_name(tmp_path):
    others = [cell("process", "p"), flow("p", "s"), cell(BOX, "b", 5, 5), cell("actor", "a", 3, 3)]
    one = model_of(tmp_path, cell("store", "s", name="Old\nname"), *others)[0]
    other = model_of(tmp_path, cell("store", "s", name="New name"), *others)[0]
    assert [each.name for each in one.model.system.values()] == ["Old name", None]
    assert len(one.identities) == 9
    assert list(one.identities.values()) == list(other.identities.values())


def test_equal_names_in_two_diagrams_are_asked_and_not_joined(tmp_path):
    file = content(cell("store", "s", name="Orders"))
    file["detail"]["diagrams"].append(
        {"id": 1, "cells": [cell("store", "s", name="orders"), cell("store", "t")]}
    )
    model = read_text(json.dumps(file), "threat-dragon", tmp_path)[0].model
    assert sorted(model.system) == ["orders", "orders-2", "t"]
    assert questions(model) == [(None, "Several diagrams show “orders”: are these the same?")]


@all_rows(
    "old",
    [
        {"summary": {}, "detail": {"diagrams": [{"diagramJson": {"cells": []}}]}},
        {"version": "1.6.1", "summary": {}, "detail": {"diagrams": []}},
    ],
)
@all_rows("form", [None, "threat-dragon"])
def test_version_1_is_recognised_and_said(old, form, tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(old), encoding="utf-8")
    with pytest.raises(ForeignFileError, match=r"model\.json: is a model of Threat Dragon 1; open it in"):
        read_files([path], tmp_path, form).propose()


@all_rows("content", [{}, [], {"summary": {}, "detail": {}}, {"detail": {"diagrams": []}}])
def test_other_json_is_none(content, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(MeshmodelError, match="is of no form"):
        read_files([path], tmp_path)


SECRET = "ghp_" + "a1B2c3D4e5" * 3 + "abcdef"


def test_no_secret_comes_in(tmp_path):
    words = {
        "name": SECRET,
        "description": f"log in with {SECRET}",
        "privilegeLevel": SECRET,
        "protocol": SECRET,
    }
    shapes = ["store", "actor", "process", BOX, "trust-boundary-curve", "td-text-block"]
    cells = [{**cell(each, f"{each}", **words), "labels": [SECRET]} for each in shapes]
    cells += [{**flow("store", "process", **words), "id": SECRET}, cell(SECRET, "x", type=SECRET)]
    cells.append(cell("store", "y", 5, 5, storesCredentials=True, **words))
    proposed, rows = model_of(tmp_path, *cells)
    assert SECRET not in repr((proposed.model, proposed.identities, rows))
    assert len([each for each in rows if each.verdict == "secret withheld"]) >= 4 * len(cells) - 6


def test_too_many_boxes_are_refused_in_one_line(tmp_path):
    file = content(*(cell(BOX, str(number)) for number in range(2_100)))
    path = tmp_path / "x.json"
    path.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(ForeignFileError, match="has 2100 trust boundaries, too many") as wrong:
        read_files([path], tmp_path).propose()
    assert "\n" not in str(wrong.value)


words = (
    st.sampled_from(["a", "b", "", "0", "s\nt", SECRET]) | st.none() | st.booleans() | st.integers(-50, 50)
)
anything = words | st.lists(words, max_size=2) | st.dictionaries(st.sampled_from("xya"), words, max_size=2)
properties = (
    "name",
    "description",
    "outOfScope",
    "storesCredentials",
    "isBidirectional",
    "threats",
    "type",
    "x",
)
SHAPES = ("store", "actor", "process", "flow", BOX, "trust-boundary-curve", "td-text-block", "?")
cells = st.fixed_dictionaries(
    {"shape": st.sampled_from(SHAPES)},
    optional={
        "id": anything,
        "position": st.dictionaries(st.sampled_from("xy"), st.integers(0, 5), min_size=2) | anything,
        "size": st.fixed_dictionaries({"width": st.integers(0, 9), "height": st.integers(0, 9)}) | anything,
        "data": st.dictionaries(st.sampled_from(properties), anything, max_size=4) | anything,
        "source": st.fixed_dictionaries({"cell": words}) | anything,
        "target": st.fixed_dictionaries({"cell": words}),
        "labels": anything,
        "attrs": anything,
    },
)  # fmt: skip
diagrams = st.fixed_dictionaries({"id": anything, "cells": st.lists(cells, max_size=8) | anything})


@given(st.lists(diagrams, max_size=3), anything)
def test_whatever_the_cells_every_leaf_is_in_one_row(drawn, summary):
    check_rows({"version": "2.0", "summary": summary, "detail": {"diagrams": drawn}}, "threat-dragon")
