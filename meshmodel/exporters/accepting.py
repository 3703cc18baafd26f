"""What an acceptance says of its finding, in the words of ``check`` and of the workbench."""

from meshmodel.analysis.results import Accepted


def accepted_words(accepted: Accepted) -> str:
    """What an acceptance says of its finding: who, until when and why, or why it is open again."""
    by = f"{accepted.by} until {accepted.until}: {accepted.reason}"
    if not accepted.open:
        return f"accepted by {by}"
    return f"open again, {accepted.because}: was accepted by {by}"
