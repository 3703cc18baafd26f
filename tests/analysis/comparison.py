"""The engine's answers and the naive reading's, in the same form."""

import json
from dataclasses import asdict

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import CannotStartError
from meshmodel.interchange.writer import write_text
from tests.reference import questions as kinds
from tests.reference.questions import Questions
from tests.reference.reading import Reading
from tests.reference.rules import Rules

VIEWS = ("built", "designed")
ASKS = {
    "Who owns it": kinds.OWNER,
    "How long does it live": kinds.LIFETIME,
    "How sensitive is it": kinds.SENSITIVITY,
    "What can its log later tell": kinds.AUDIT,
    "what is its home zone": kinds.HOME,
    "is this really one trust domain": kinds.ONE_ZONE,
    "what is it meant to do": kinds.INTENTS,
    "Where does its secret lie": kinds.WHERE,
    "by which credential": kinds.ONLY,
}
"""What a question of the engine says, by which its kind is known."""


def plain(results):
    """Results as JSON has them."""
    rows = [each._asdict() if isinstance(each, tuple) else asdict(each) for each in results]
    return json.loads(json.dumps(rows))


def computed(model, view):
    """Reach, crossings, doors, heard systems and the summary, as the engine has them."""
    analysis = analyse(model, view=view)
    return {
        "reach": plain(analysis.reach()),
        "summary": plain([analysis.summary])[0],
        "crossings": plain(analysis.crossings()),
        "missing": plain(analysis.doors),
        "heard": plain(analysis.heard),
    }


def read_naively(model, view):
    """The same, as the text has them."""
    reading = Reading(model, view)
    return {"reach": reading.reach(), **reading.answer()}


def assert_agrees(model, name):
    """The engine reads the model as the text does, in both views; the model is told where it does not."""
    for view in VIEWS:
        engine, text = computed(model, view), read_naively(model, view)
        for part, expected in text.items():
            assert engine[part] == expected, f"{part} of {name}, as {view}\n{write_text(model)}"


def listed(spread):
    """One half of a compromise as JSON has it."""
    systems = [{"system": system, "actions": list(actions)} for system, actions in spread.systems]
    return {"agents": list(spread.agents), "credentials": list(spread.credentials), "systems": systems}


def compromise_computed(analysis, start):
    """A compromise, as the engine has it."""
    try:
        found = analysis.compromise(start)
    except CannotStartError:
        return {"start": start, "refused": True}
    return {"start": start, "unchecked": listed(found.unchecked), "all": listed(found.all)}


def assert_compromises_agree(model, name):
    """Every start, also those that are refused."""
    for view in VIEWS:
        analysis, reading = analyse(model, view=view), Reading(model, view)
        for start in [*reading.all_starts(), "agent:nobody"]:
            expected = reading.compromise(start)
            found = compromise_computed(analysis, start)
            assert found == expected, f"{start} of {name}, as {view}\n{write_text(model)}"


def assert_findings_agree(model, name):
    """Rule, subject and severity; agents and actions where the text defines them."""
    for view in VIEWS:
        expected = Rules(model, view).findings()
        found = {(each.rule, each.subject): each for each in analyse(model, view=view).findings}
        text = {key: finding.severity for key, finding in expected.items()}
        engine = {key: finding.severity for key, finding in found.items()}
        differing = {key: (engine.get(key), text.get(key)) for key in {*engine, *text}}
        differing = {key: pair for key, pair in differing.items() if pair[0] != pair[1]}
        assert not differing, f"(engine, text) of {name}, as {view}\n{write_text(model)}"
        for key in engine:
            if key[0] == "missing-checkpoint":
                told = found[key].agents, found[key].actions
                assert told == expected[key][1:], f"{key} of {name}, as {view}\n{write_text(model)}"


def assert_questions_agree(model, name):
    """The kinds of questions, by element."""
    rows = analyse(model).questions
    noted = {row.element: row.asks for row in rows if row.element.startswith("note:")}
    found = {
        (row.element, next(kind for words, kind in ASKS.items() if words in ask))
        for row in rows
        if row.element not in noted
        for ask in row.asks
    }
    notes = [each for each in model.note.values() if each.kind == "question" and each.state == "open"]
    assert noted == {f"note:{each.id}": (each.text,) for each in notes}
    assert found == Questions(model).questions(), f"{name}\n{write_text(model)}"
