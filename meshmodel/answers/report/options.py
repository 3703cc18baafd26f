"""What a report is asked for: its sections, who wrote it and who signs it."""

from dataclasses import dataclass
from typing import Final

from meshmodel.model.errors import RequestError
from meshmodel.model.text import LINE_LIMIT, did_you_mean, one_line, unprintable

SECTIONS: Final = {
    "decision": "the page to decide on",
    "index": "the index of findings",
    "ways": "each finding with its path",
    "work": "the list of work",
    "model": "the model as it is drawn",
    "boundaries": "the boundary map",
    "agents": "the agents and what they reach",
    "fix": "the plan with what fewer decisions leave open, or the minimum fix: before and after",
    "systems": "the inventory of systems",
    "credentials": "the inventory of credentials",
    "questions": "what was not modelled",
    "words": "the words of the report",
    "references": "the standards, with their titles",
}
"""The sections of a report in their order, by what ``--only`` calls them."""
APPENDICES: Final = (*SECTIONS,)[4:]
"""Those that nobody needs to decide or to begin."""
BRIEF: Final = ("decision", "index", "ways")
MOST_REVIEWERS: Final = 8
"""So many sign on the first page."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What a report is asked for.

    Attributes:
        brief: only what is needed to decide, in a few pages.
        only: these sections alone; empty: all.
        author: who wrote it; empty: it is not said.
        reviewers: who is to sign it.
    """

    brief: bool = False
    only: tuple[str, ...] = ()
    author: str = ""
    reviewers: tuple[str, ...] = ()

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections that it has, in their order."""
        wanted = self.only or (BRIEF if self.brief else tuple(SECTIONS))
        return tuple(each for each in SECTIONS if each in wanted)

    def check(self) -> None:
        """Refuse what cannot be done.

        Raises:
            RequestError: it names the choice, and what to do.
        """
        for each in self.only:
            if each not in SECTIONS:
                hint = did_you_mean(each, tuple(SECTIONS)) or f"use {', '.join(SECTIONS)}"
                raise RequestError("only", f"a report has no section {one_line(each)}; {hint}")
        if self.brief and self.only:
            raise RequestError("brief", "chosen sections say already what is in it: leave one out")
        for name, text in (("author", self.author), *(("reviewers", each) for each in self.reviewers)):
            problem = unprintable(text)
            if problem is not None:
                raise RequestError(name, f"{one_line(text)} has {problem}; leave it out")
            if len(text) > LINE_LIMIT:
                raise RequestError(name, f"{one_line(text)} has more than {LINE_LIMIT} characters")
        if any(not each.strip() for each in self.reviewers):
            raise RequestError("reviewers", "is empty; name who is to sign")
        if len(self.reviewers) > MOST_REVIEWERS:
            raise RequestError(
                "reviewers", f"at most {MOST_REVIEWERS} sign on the first page, not {len(self.reviewers)}"
            )
