"""What the panels show and is no answer of the program: rows, cells and sentences, without Textual."""
