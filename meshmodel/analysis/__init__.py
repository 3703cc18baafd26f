"""What follows from a mesh: reach, crossings, missing checkpoints, findings; pure and deterministic."""
