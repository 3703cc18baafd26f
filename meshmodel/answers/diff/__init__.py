"""What changed between two models: one comparison, told as text, JSON and Markdown."""
