"""Reads files of other programs as edits of a model, with a ledger of what became of each value."""
