"""The program as it is called: the installed command, or ``python -m meshmodel``."""

import signal


def run() -> int:
    """Run the command line and give its status.

    An interruption while it is still being loaded, or when all is said, ends the program without a word.
    """
    _end_without_a_word()
    from meshmodel.cli import main

    try:
        return main()
    finally:
        _end_without_a_word()


def _end_without_a_word() -> None:
    """Leave an interruption to the system, but where whoever started it wants it to be ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    raise SystemExit(run())
