"""Interactive trust-boundary modelling for AI-agent workflows."""
