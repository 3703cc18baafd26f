"""What was observed: logs of agents and of systems, read as events."""
