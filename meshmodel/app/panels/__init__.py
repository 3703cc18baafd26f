"""What stands around the drawing: header, footer, lists, inspector, quick line."""
