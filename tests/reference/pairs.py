"""Pairs of random models, as two versions of one."""

from hypothesis import strategies as st

from meshmodel.edits.edit import Edit, Put, Remove, apply_edit
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import TABLES
from tests.reference.random_models import FLAVOURS, random_model


def changed(model, *changes):
    return apply_edit(model, Edit("change", changes))


@st.composite
def pairs(draw):
    """Two random models: strangers, or the second is the first after some edits."""
    flavour = draw(st.sampled_from(FLAVOURS))
    old = random_model(draw(st.integers(0, 10_000)), 5, flavour)
    if draw(st.booleans()):
        return old, random_model(draw(st.integers(0, 10_000)), 5, flavour)
    new = old
    for _ in range(draw(st.integers(0, 3))):
        records = [(name, key) for name in TABLES for key in sorted(new.table(name))]
        if records:
            name, key = draw(st.sampled_from(records))
            new = changed(new, Remove(name, key))
    donor = random_model(draw(st.integers(0, 10_000)), 5, flavour)
    for _ in range(draw(st.integers(0, 6))):
        record = draw(st.sampled_from([each for name in TABLES for each in donor.table(name).values()]))
        try:
            new = changed(new, Put(record))
        except InvalidModelError:
            continue
    return old, new
