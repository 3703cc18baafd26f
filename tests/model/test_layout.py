"""What a model file is compared with, against the tables that are written."""

from meshmodel.model.layout import LAYOUTS, RECORD_LAYOUTS
from meshmodel.store.tables import METADATA, RECORD_TABLES


def test_the_layouts_describe_the_tables():
    assert list(RECORD_LAYOUTS) == list(RECORD_TABLES)
    assert LAYOUTS.keys() == METADATA.tables.keys()
    for name, table in METADATA.tables.items():
        layout = LAYOUTS[name]
        assert set(layout.columns) == {column.name for column in table.c}, name
        assert len(layout.columns) == len(table.c), name
        assert layout.required == {column.name for column in table.c if not column.nullable}, name
        assert layout.key == tuple(column.name for column in table.primary_key), name
        assert layout.indexes == {index.name for index in table.indexes}, name
