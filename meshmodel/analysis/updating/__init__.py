"""What an edit leaves alone of an analysis, and what it makes anew."""
