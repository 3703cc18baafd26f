"""Edits: how they are made, merged and applied to a snapshot. Pure: no file, no screen."""
