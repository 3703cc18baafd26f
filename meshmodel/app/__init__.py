"""The workbench in a terminal."""

import os

os.environ.setdefault("TEXTUAL_FPS", "120")  # a key often takes two frames: half as long from one to the next
