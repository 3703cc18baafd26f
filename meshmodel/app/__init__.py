"""The workbench in a terminal."""

import os

os.environ.setdefault("TEXTUAL_FPS", "500")  # a key often takes two frames: soon from one to the next
os.environ.setdefault("ESCDELAY", "40")  # milliseconds after which Esc is no beginning of another key
