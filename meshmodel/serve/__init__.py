"""One model for a room of people: a guarded server, and a terminal of their own for each."""
