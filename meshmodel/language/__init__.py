"""The quick line's language: sentences that say what a mesh has, as people say it aloud.

    support-bot > ticket-token > tickets: read, write
    ci stores deploy-key · vault issues db-role · oidc exchanges role at sts
    support-bot may read files from tickets
    ask human-approval on file-key > files
    tickets in helpdesk · tickets is saas, confidential, untrusted

:func:`parse` says what a text would do and gives the edit that does it, :func:`parse_lines` the same of
several lines, each for itself; :func:`completions` says how a text could go on. All are pure: they read a
snapshot and change nothing.
"""

from meshmodel.language.completion import completions
from meshmodel.language.corrections import Unclear, corrections, read_sentences, with_units
from meshmodel.language.parser import add_entry, parse, single_sentences
from meshmodel.language.pasted_lines import LINES_LIMIT, PastedEdit, PastedLines, lines_of, parse_lines
from meshmodel.language.result import Completion, Problem, Sentence

__all__ = [
    "LINES_LIMIT",
    "Completion",
    "PastedEdit",
    "PastedLines",
    "Problem",
    "Sentence",
    "Unclear",
    "add_entry",
    "completions",
    "corrections",
    "lines_of",
    "parse",
    "parse_lines",
    "read_sentences",
    "single_sentences",
    "with_units",
]
