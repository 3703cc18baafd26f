"""What the benchmark starts beside the program: an empty Textual app."""

from textual.app import App
from textual.widgets import Static


class Empty(App[None]):
    def compose(self):
        yield Static("nothing else")


if __name__ == "__main__":
    Empty().run()
