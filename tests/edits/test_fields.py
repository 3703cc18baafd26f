"""Values of fields as they are typed."""

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.fields import parse_value, value_text
from meshmodel.model.schema import SCHEMA

NAMES = st.text(st.sampled_from("ab, \"*票'"), min_size=1).filter(str.strip)


@given(st.lists(NAMES, unique=True, min_size=1).map(tuple))
def test_names_are_typed_as_they_are_shown(names):
    field = SCHEMA["credential"].field("known_as")
    assert parse_value(field, value_text(field, names)) == names
