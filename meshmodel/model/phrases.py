"""Describes records in words for lists, forms and previews; plain text, never markup."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from meshmodel.model.note_subject import note_subject
from meshmodel.model.records import (
    About,
    Acceptance,
    Agent,
    Checkpoint,
    Credential,
    Custody,
    Delegation,
    Exchange,
    Grant,
    Hold,
    Intent,
    Note,
    Record,
    Snapshot,
    System,
    Trigger,
    Zone,
    table_of,
)
from meshmodel.model.vocabulary import Action

GLYPHS: Final = {
    "zone": "▭",
    "system": "▣",
    "agent": "◉",
    "person": "♙",
    "program": "◎",
    "data": "▤",
    "vault": "▦",
    "issuer": "◪",
    "credential": "⊸",
    "checkpoint": "◆",
    "hold": "⊸",
    "grant": "▸",
    "custody": "▾",
    "exchange": "⇄",
    "delegation": "╌",
    "trigger": "╌",
    "intent": "✓",
    "note": "✎",
    "acceptance": "≈",
}
"""One sign for every table, and others for kinds of agents and systems."""
_BY_KIND: Final = {
    "person": "person",
    **dict.fromkeys(("broker", "workflow", "service"), "program"),
    **dict.fromkeys(("database", "data-warehouse", "object-storage", "knowledge-base"), "data"),
    "agent-memory": "data",
    "secrets-manager": "vault",
    **dict.fromkeys(("token-service", "identity-provider"), "issuer"),
}
"""By kind of an agent or a system, the name of its sign."""

STATES: Final = {"uncontrolled": "unchecked", "approved": "intended", "controlled": "checked"}
"""By state of a path, what people call it."""
VIEWS: Final = {"built": "as built", "designed": "with planned checkpoints"}
"""By view, what people call it."""
TERMS: Final = (
    (
        "Path",
        "an agent starts from one system or its home zone and acts on another system across a trust boundary",
    ),
    ("Unchecked", "no effective checkpoint decides, and no intended use covers it"),
    ("Checked", "an effective checkpoint is on every route"),
    ("Intended", "an intended use covers it: access that was approved by design"),
    ("Checkpoint", "an authorization decision on a step: a policy check, or a person's approval"),
    ("Effective", "enforced, decides each action, and no agent that it checks can change it"),
    ("Missing checkpoint", "a credential and the system it opens, where unchecked paths enter"),
    ("Identity", "the account that a system sees when an agent acts"),
    ("Credential", "a key or token that proves an identity; agents hold, find or are issued it"),
)
"""What is counted, first the two that every count needs, and what that means."""
LETTERS: Final[dict[Action, str]] = {"read": "r", "write": "w", "execute": "x", "issue": "i", "admin": "a"}
"""One letter for every action, in the order of ``ACTIONS``."""
ACTIONS_BY_LETTER: Final = {letter: action for action, letter in LETTERS.items()}
SWITCHED_BY_LETTER: Final = {letter: ACTIONS_BY_LETTER[letter] for letter in "rwx"}
"""The actions that a key switches in a list. Issue and admin are not among them: a name that is typed while
the list has the focus would grant them.
"""


def listed(words: Iterable[str]) -> str:
    """Words with commas between them; ``nothing`` where there are none."""
    return ", ".join(words) or "nothing"


def letters(actions: Iterable[Action]) -> str:
    """The actions as letters, such as ``rw``."""
    return "".join(LETTERS[action] for action in actions)


def glyph_of(record: Record) -> str:
    """The sign of a record; of a table without one a space."""
    table = table_of(record)
    if isinstance(record, Agent | System):
        table = _BY_KIND.get(record.kind or "", table)
    return GLYPHS.get(table, " ")


def sign_in(snapshot: Snapshot, table: str, key: str) -> str:
    """The sign of an element by its id; where there is none, that of its table, or a space."""
    record = snapshot.get(table, key)
    return GLYPHS.get(table, " ") if record is None else glyph_of(record)


def phrase(record: Record) -> str:  # noqa: C901  # one line a kind of record
    """A record in one line, such as ``support-bot holds file-sas``."""
    match record:
        case Zone():
            return f"zone {record.title}"
        case System():
            return f"system {record.title}"
        case Agent():
            return f"agent {record.title}"
        case Credential():
            return f"credential {record.title}"
        case Hold():
            return f"{record.agent} holds {record.credential}"
        case Grant():
            return f"{record.credential} opens {record.system}: {listed(record.actions)}"
        case Custody():
            usual = record.by is None
            by = "" if usual else f" by {listed(record.obtained_by)}"
            return f"{record.system} {record.how} {record.credential}{by}"
        case Exchange():
            at = f" at {record.at}" if record.at else ""
            return f"{record.from_} exchanges {record.to}{at}"
        case Delegation():
            passing = f" passing {listed(record.passes)}" if record.passes else ""
            only = f" only {listed(record.only)}" if record.only else ""
            back = " returns values" if record.returns == "values" else ""
            return f"{record.from_} delegates {record.to}{passing}{only}{back}"
        case Trigger():
            return f"{record.system} triggers {record.agent}"
        case Intent():
            coming = f" from {listed(record.from_)}" if record.from_ else ""
            often = f", {daily(record.per_day)}" if record.per_day else ""
            return f"{record.agent} may {listed(record.actions)} {record.system}{coming}{often}"
        case Checkpoint():
            return f"{record.kind} on {step_phrase(record.step, record.from_, record.to)}"
        case Note():
            return f"{record.kind} on {subject_phrase(record.about)}: {record.text}"
        case Acceptance():
            return f"{record.rule} of {record.subject} accepted until {record.until.isoformat()}"
        case About():
            return "the model"


def daily(per_day: float) -> str:
    """How often a day something is done: ``once a day``, ``40 times a day``, ``0.5 times a day``."""
    return "once a day" if per_day == 1 else f"{per_day} times a day"


def subject_phrase(about: str | None) -> str:
    """What a note is about, in words; ``None``: the model."""
    subject = note_subject(about or "the model:")
    if subject.step is None:
        return " ".join([subject.table, *filter(None, subject.ids)])
    return f"{step_phrase(*subject.step)}{': ' if subject.action else ''}{subject.action}"


STEP_CLAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "grant": "{0} is used on {1}",
        "custody": "{1} is obtained from {0}",
        "exchange": "{0} is exchanged for {1}",
        "hold": "{0} uses {1}",
        "delegation": "{0} calls {1}",
        "trigger": "{0} starts {1}",
        "hearing": "{1} reads {0}",
        "hosting": "{1} runs on {0}",
        "boundary": "agents of {0} act in {1}",
    }
)
"""What happens at a step on which a checkpoint can sit, to be filled with what people call its ends."""


def step_phrase(step: str, start: str, end: str) -> str:
    """The step on which a checkpoint sits, in words; ``start`` and ``end`` are the ids of its ends."""
    match step:
        case "boundary":
            return f"boundary {start} to {end}"
        case "custody":
            return f"{start} yields {end}"
        case "exchange":
            return f"{start} exchanges {end}"
        case "delegation":
            return f"{start} delegates {end}"
        case "trigger":
            return f"{start} triggers {end}"
        case "hearing":
            return f"{end} reads what is written into {start}"
        case "hosting":
            return f"{start} hosts {end}"
        case _:
            return f"{start} > {end}"
