"""Writes a model in other formats: diagrams, the policy stub, the interchange file."""
