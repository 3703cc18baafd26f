"""A workshop that follows the smallest fix, stop by stop (``docs/round.md#topics``)."""
