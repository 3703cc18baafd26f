"""The manual: what the program writes of it, and that everything in it is so."""
