"""Sizes and times at which the workbench behaves otherwise, each with its reason."""

from typing import Final

AT_ONCE: Final = 300
"""Elements of a model up to which a single question is answered before the screen is drawn again: it takes a
few milliseconds there."""
DRAWN_AT_ONCE: Final = 1_000
"""Elements of a model above which it is drawn in a thread: a drawing takes longer than a key may wait."""
BURST: Final = 1.0
"""Seconds below which the counts of two edits are compared with those before the first: nobody read them."""
TOGETHER: Final = 0.1
"""Seconds that the drawing of an edit waits for its analysis: most are drawn only once then."""
TOGETHER_ELSEWHERE: Final = 1.0
"""The same for an edit of another program, for which nobody here presses a key: where many look at one model
on one machine the analysis takes longer than ``TOGETHER``, and each drew twice."""
TICK: Final = 0.5
"""Seconds between two reports of what runs in the background."""
POLL: Final = 0.25
"""Seconds between two looks for edits of other programs."""
PASTE_LIMIT: Final = 64 * 1024
"""Bytes of UTF-8 up to which a text is pasted: a terminal hands it over a character at a time."""
LINE_LIMIT: Final = 1024 * 1024
"""Bytes of one line that windows of a room tell: where a review is names all topics that were left."""
