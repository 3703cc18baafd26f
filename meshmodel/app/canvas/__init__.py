"""The drawing on the screen: the widget, and how its rows are painted."""
