"""Reads and writes interchange files, ``meshmodel/1`` in TOML (``docs/interchange.md``).

``read_text`` and ``read_file`` give a valid snapshot in canonical form or raise one clear line;
``write_text`` gives equal texts for equal models; ``write_file`` replaces a file as a whole.
``write_fragment`` and ``read_fragment`` do the same with a part of a model, for the clipboard.
"""

from meshmodel.interchange.fragments import is_fragment, read_fragment, write_fragment
from meshmodel.interchange.reader import FORMAT, SIZE_LIMIT, RecordProblem, read_file, read_records, read_text
from meshmodel.interchange.writer import toml_value, write_file, write_text

__all__ = [
    "FORMAT",
    "SIZE_LIMIT",
    "RecordProblem",
    "is_fragment",
    "read_file",
    "read_fragment",
    "read_records",
    "read_text",
    "toml_value",
    "write_file",
    "write_fragment",
    "write_text",
]
