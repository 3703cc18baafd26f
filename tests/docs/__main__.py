"""Writes all that the program writes of the manual and of README.md."""

import sys

from tests.docs.generated import renewed
from tests.docs.pages import PAGES, text_of

for name in sys.argv[1:] or PAGES:
    before = text_of(name)
    after = renewed(before)
    if after != before:
        PAGES[name].write_text(after, encoding="utf-8")
        sys.stdout.write(f"{PAGES[name].name}\n")
