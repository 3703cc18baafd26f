"""Edits of a model, pure: made, merged, applied to a snapshot."""
