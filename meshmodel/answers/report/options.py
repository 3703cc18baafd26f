"""What a report is asked for: its sections, who wrote it and who signs it."""

from dataclasses import dataclass
from typing import Final

from meshmodel.model.errors import RequestError
from meshmodel.model.text import LINE_LIMIT, did_you_mean, one_line, unprintable

SECTIONS: Final = {
    "summary": "the page to decide on",
    "findings": "the index of findings",
    "paths": "each finding with its path",
    "actions": "the list of actions",
    "model": "the model as it is drawn",
    "boundaries": "the boundary map",
    "agents": "the agents and what they reach",
    "fix": "the plan with what fewer decisions leave open, or the fix: before and after",
    "systems": "the inventory of systems",
    "credentials": "the inventory of credentials",
    "questions": "what was not modelled",
    "glossary": "the terms of the report",
    "standards": "the standards, with their titles",
}
"""The sections of a report in their order, by what ``--only`` calls them."""
_OLDER: Final = {
    "decision": "summary",
    "index": "findings",
    "ways": "paths",
    "work": "actions",
    "words": "glossary",
    "references": "standards",
}
"""What some were called until version 0.8, which ``--only`` still takes."""
APPENDICES: Final = (*SECTIONS,)[4:]
"""Those that nobody needs to decide or to begin."""
BRIEF: Final = ("summary", "findings", "paths")
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
        wanted = [_OLDER.get(each, each) for each in self.only or (BRIEF if self.brief else SECTIONS)]
        return tuple(each for each in SECTIONS if each in wanted)

    def check(self) -> None:
        """Refuse what cannot be done.

        Raises:
            RequestError: it names the choice, and what to do.
        """
        for each in self.only:
            if each not in SECTIONS and each not in _OLDER:
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
