"""Reads and writes interchange files, ``meshmodel/1`` in TOML (section 10).

``read_text`` and ``read_file`` give a valid snapshot in canonical form or raise one clear line;
``write_text`` gives equal texts for equal models; ``write_file`` replaces a file as a whole.
"""

from meshmodel.interchange.reader import FORMAT, SIZE_LIMIT, read_file, read_text
from meshmodel.interchange.writer import write_file, write_text

__all__ = ["FORMAT", "SIZE_LIMIT", "read_file", "read_text", "write_file", "write_text"]
