"""The workbench: its screen, what controllers may use, what it shows."""
