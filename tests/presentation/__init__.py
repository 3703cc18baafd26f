"""What the panels show, without a screen."""
