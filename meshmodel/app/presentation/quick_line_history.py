"""The sentences that were carried out or left, and going back and forth in them."""

from typing import Final

MOST: Final = 200
"""How many sentences are kept."""


class History:
    """Sentences so far, and which of them is shown again.

    Attributes:
        sentences: the oldest first.
        at: the place of the one that is shown; ``None`` where a new one is typed.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.sentences: list[str] = []
        self.at: int | None = None
        self._typed = ""

    def older(self, typed: str) -> str | None:
        """The sentence before; ``None`` where there is none.

        Args:
            typed: what stands in the line, which comes back after the newest sentence.
        """
        if not self.sentences:
            return None
        if self.at is None:
            self._typed, self.at = typed, len(self.sentences)
        self.at = max(self.at - 1, 0)
        return self.sentences[self.at]

    def newer(self) -> str | None:
        """The sentence after, at the end what was being typed; ``None`` where no old one is shown."""
        if self.at is None:
            return None
        self.at += 1
        if self.at < len(self.sentences):
            return self.sentences[self.at]
        self.at = None
        return self._typed

    def changed(self, text: str) -> None:
        """Hear what stands in the line: an old sentence that was changed is a new one."""
        if self.at is not None and text != self.sentences[self.at]:
            self.at = None

    def add(self, text: str) -> None:
        """Keep a sentence, unless it is the newest already."""
        self.at = None
        if self.sentences[-1:] != [text]:
            self.sentences = [*self.sentences, text][-MOST:]
