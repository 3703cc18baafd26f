"""What the program does to the terminal and the process it runs in, beside its screens."""
