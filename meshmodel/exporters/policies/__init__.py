"""The policy stub of section 12, its proof, and policies for engines."""
