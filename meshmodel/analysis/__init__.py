"""What follows from a mesh, as ``docs/semantics.md`` defines it; pure and deterministic."""
