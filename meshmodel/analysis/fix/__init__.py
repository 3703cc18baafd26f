"""The minimum fix (section 6): a smallest set of steps to guard, and what fewer of them close."""
