"""The commands of the program; each imports the rooms it needs when it runs."""


def main() -> int:
    """Run the command line; gives the exit status of section 11."""
    return 0
