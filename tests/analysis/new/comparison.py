"""The engine's answers and the naive reading's, in the same form."""

import json
from dataclasses import asdict

from meshmodel.engine.analysis import analyse
from meshmodel.store.interchange_writer import write_text
from tests.reference.reading import Reading

VIEWS = ("built", "designed")


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
