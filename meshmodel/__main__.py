"""The program as it is called: the installed command, or ``python -m meshmodel``."""

import signal


def run() -> int:
    """Run the command line and give its status.

    An interruption while it is still being loaded, or when all is said, ends the program without a word.
    """
    if (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    ):  # not where whoever started it lets interruptions be ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from meshmodel.cli import main

    try:
        return main()
    finally:
        # Whoever started it may want interruptions to be ignored, and that stays so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from meshmodel.cli import main

    try:
        return main()
    finally:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    raise SystemExit(run())
