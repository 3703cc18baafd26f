"""The page on modelling: each part, drawn alone, is answered as it says."""

import re

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.edits.edit import apply_edit
from meshmodel.language import parse
from meshmodel.model.records import Snapshot
from meshmodel.model.vocabulary import SEVERITIES
from tests.docs.pages import blocks, text_of
from tests.rows import all_rows

PARTS = [f"## {each}" for each in text_of("modelling").split("\n## ")[1:]]
SAID = re.compile(r"[Ww]ith `(?P<sentence>[^`]+)`|(?:`(?P<what>[^`]+)`|it) is \*\*(?P<answer>[^*]+)\*\*")


def draw(text: str, model: Snapshot) -> Snapshot:
    for line in text.splitlines():
        sentence = parse(line, model)
        assert sentence.edit is not None, f"{line}: {sentence.problem}"
        model = apply_edit(model, sentence.edit)
    return model


def answer(what: str, analysis: Analysis) -> set[str]:
    """All that can truly be said: of a crossing its state and severity, of a finding its severity."""
    match re.split(": | ", what):
        case ["check"]:
            rings = any(
                SEVERITIES.index(each.severity) >= SEVERITIES.index("medium") for each in analysis.findings
            )
            return {"not quiet" if rings else "quiet"}
        case ["untrusted", "content", system]:
            return {str(system in {each.system for each in analysis.heard}).lower()}
        case ["outsider", action, system]:
            fallen = dict(analysis.compromise("outsider").unchecked.systems)
            return {"reached" if action in fallen.get(system, ()) else "not reached"}
        case [rule, "of", subject]:
            found = {(each.rule, each.subject): each.severity for each in analysis.findings}
            return {found.get((rule, subject), "not found")}
        case [agent, action, system, "after", source]:
            came_from = None if source == "home" else source
            for each in analysis.crossings():
                if (each.agent, each.action, each.target, each.source) == (agent, action, system, came_from):
                    state = {"controlled": "checked", "approved": "intended", "uncontrolled": "unchecked"}[
                        each.state
                    ]
                    return {state, f"{state}, {each.severity}"}
            return {"no path"}
    raise AssertionError(what)


def claims(part: str) -> list[tuple[str, str, str]]:
    """What a part says: what is drawn in addition, what is asked, the answer."""
    found = []
    for item in re.findall(r"^- .*(?:\n  .*)*", part, re.MULTILINE):
        more, what = "", ""
        for said in SAID.finditer(" ".join(item.split())):
            more = said["sentence"] or more
            what = said["what"] or what
            if said["answer"]:
                found.append((more, what, said["answer"]))
    return found


def test_most_parts_show_a_design_that_passes_the_gate_beside_one_that_does_not() -> None:
    answers = [{told for _, what, told in claims(part) if what == "check"} for part in PARTS]
    assert sum(answers_of == {"quiet", "not quiet"} for answers_of in answers) >= 5


@all_rows("part", PARTS)
def test_a_part_is_answered_as_it_says(part: str) -> None:
    drawn = draw("".join(each.code for each in blocks(part)), Snapshot())
    said = claims(part)
    assert said
    for more, what, told in said:
        assert told in answer(what, analyse(draw(more, drawn))), (more, what)


def test_the_page_is_short() -> None:
    assert len(text_of("modelling").splitlines()) <= 160
