"""Diagrams: what they draw, and as DOT, SVG, PNG, PDF."""
