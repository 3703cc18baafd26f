"""The drawing of a model in the cells of a terminal, without a screen library."""
