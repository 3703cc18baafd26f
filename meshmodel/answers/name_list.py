"""Some of many names, and how many more there are."""

from collections.abc import Sequence


def name_list(names: Sequence[str], most: int = 5) -> str:
    """Names with commas; of many the first ones and how many more, which is never one.

    Args:
        names: all of them.
        most: so many are named where there are more than that and one.
    """
    more = f" and {len(names) - most:,} more" if len(names) > most + 1 else ""
    return ", ".join(names[:most] if more else names) + more
