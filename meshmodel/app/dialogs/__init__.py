"""Forms and lists over the workbench, each one screen that answers once."""
