"""The minimum fix: a smallest set of steps to guard, and what fewer of them close.

See ``docs/fix.md#the-fewest-checkpoints``.
"""
