"""The drawing on the screen: pointer, jump labels, painted rows."""
