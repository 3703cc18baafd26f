"""Diagrams of a model in DOT, SVG, PNG and PDF."""
