"""Where cards stand and lines run."""
