"""Where a model lives: its file, typed edits with their inverses, the journal, interchange."""
