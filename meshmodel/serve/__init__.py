"""One model for a room of people: a guarded server, and a terminal of their own for each."""

import sys
from typing import Final

FORKS: Final = sys.platform != "darwin"
"""Whether one process runs the workbenches of all guests, by forking; else there is a process for each."""
