"""The policy stub, its proof, and policies for engines."""
