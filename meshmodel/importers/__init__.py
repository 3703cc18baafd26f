"""Reads logs of events: our own formats, and those of real systems by a map of their names."""
