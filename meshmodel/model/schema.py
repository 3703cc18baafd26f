"""One description of every field of every table: what it is called, holds, may be and refers to.

The interchange reader and writer, validation, the store and the inspector's forms all follow this
table, so that a field is described once (``docs/semantics.md``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from meshmodel.model import vocabulary

FieldType = Literal[
    "id",  # the id of this record, [a-z0-9][a-z0-9._-]{0,63}
    "reference",  # the id of another element; see ``refers``
    "references",  # a list of ids
    "line",  # one printable line of at most 200 characters
    "paragraph",  # printable text of at most 2,000 characters
    "choice",  # one of a closed list
    "suggestion",  # a word, usually of an open list: an unknown one is kept
    "boolean",
    "integer",  # a whole number, 0 to 1,000,000,000
    "number",  # above 0, at most 1,000,000,000
    "actions",  # a list of actions
    "names",  # a list of free names (identities)
    "aliases",  # a list of names in logs and other files, which name nothing of the model
    "accesses",  # a list of ``system:action``
    "element",  # ``kind:id`` of a zone, system, agent or credential; or a step, ``hold:bot>token``
    "lifetime",  # [1-9][0-9]* and s, m, h, d; or unlimited
    "date",
    "slot",  # [column, order], two small integers
]

_LISTS: Final = frozenset({"references", "actions", "names", "aliases", "accesses", "slot"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        key: its name in the interchange file.
        attribute: its name on the record (``from`` is ``from_``).
        type: what it holds.
        required: whether it must be given.
        default: what the record has where it is not given.
        choices: the closed list, or for a suggestion the documented words.
        refers: the tables whose ids it may name; checkpoints' ends depend on their step.
        hint: one line of explanation for a person who fills it in.
    """

    key: str
    type: FieldType
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    hint: str = ""

    @property
    def attribute(self) -> str:
        """The attribute of the record."""
        return "from_" if self.key == "from" else self.key

    @property
    def is_list(self) -> bool:
        """Whether it holds several values."""
        return self.type in _LISTS

    @property
    def is_always_set(self) -> bool:
        """Whether every record has a value of it."""
        return self.required or self.default is not None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its fields in the order of writing, and which of them make up the key."""

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    def field(self, key: str) -> Field:
        """The field of that key; raises KeyError."""
        for each in self.fields:
            if each.key == key:
                return each
        raise KeyError(key)


_ID = Field("id", "id", required=True, hint="short, lower case: a-z 0-9 . _ -")
_NAME = Field("name", "line", hint="what people call it; default: the id")
_DESCRIPTION = Field("description", "paragraph", hint="a paragraph for the reader")
_OWNER = Field("owner", "line", hint="who answers for it")
_KNOWN_AS = Field("known_as", "aliases", hint="what logs and other files call it; one * stands for any text")
_VENDOR = Field("vendor", "line", hint="set where a third party runs it")
_AT = Field("at", "slot", hint="its slot on the canvas: column, order")


def _actions(key: str = "actions", *, required: bool = False, hint: str = "") -> Field:
    return Field(key, "actions", required=required, choices=vocabulary.ACTIONS, hint=hint)


def _one(key: str, table: str, *, required: bool = True, hint: str = "") -> Field:
    return Field(key, "reference", required=required, refers=(table,), hint=hint)


def _status(ended: str) -> Field:
    return Field("status", "choice", default="active", choices=("active", ended))


_TABLES = (
    Table(
        "about",
        (Field("name", "line", hint="the name of the model"), _DESCRIPTION),
        (),
    ),
    Table(
        "zone",
        (
            _ID,
            _NAME,
            Field("environment", "suggestion", choices=vocabulary.ENVIRONMENTS, hint="what it is for"),
            _DESCRIPTION,
            Field("at", "slot", hint="its lane on the canvas: 1 if it is folded, else 0, and its order"),
        ),
        ("id",),
    ),
    Table(
        "system",
        (
            _ID,
            _NAME,
            Field("kind", "suggestion", choices=vocabulary.SYSTEM_KINDS),
            _one("zone", "zone", required=False, hint="none: a zone of its own"),
            Field("sensitivity", "choice", choices=vocabulary.SENSITIVITIES, hint="unset: unknown"),
            Field(
                "integrity",
                "choice",
                choices=vocabulary.INTEGRITIES,
                hint="harm of an unwanted action; default: by sensitivity",
            ),
            Field("untrusted_input", "boolean", default=False, hint="outsiders can put content into it"),
            Field(
                "typed",
                "boolean",
                default=False,
                hint="holds only values of closed sets, checked when written",
            ),
            Field("exposed", "boolean", hint="outsiders see what is written to it; default: if public"),
            Field(
                "exposed_requests",
                "boolean",
                hint="outsiders see the requests to it; default: as exposed, by some kinds no",
            ),
            Field("audit", "choice", choices=vocabulary.AUDITS, hint="what its log records"),
            Field("partitioned", "boolean", default=False, hint="one subject cannot read another's"),
            _VENDOR,
            _OWNER,
            _KNOWN_AS,
            _DESCRIPTION,
            _AT,
        ),
        ("id",),
    ),
    Table(
        "agent",
        (
            _ID,
            _NAME,
            Field("kind", "suggestion", choices=vocabulary.AGENT_KINDS),
            _one("home", "zone", required=False, hint="the zone in which its task was authorized"),
            _one("runs_on", "system", required=False, hint="who executes there drives it"),
            Field("steerable", "boolean", hint="what it reads can change what it does"),
            _VENDOR,
            _OWNER,
            _KNOWN_AS,
            _status("retired"),
            _DESCRIPTION,
            _AT,
        ),
        ("id",),
    ),
    Table(
        "credential",
        (
            _ID,
            _NAME,
            Field("kind", "suggestion", choices=vocabulary.CREDENTIAL_KINDS),
            Field("identity", "line", hint="the principal it authenticates; default: its id"),
            Field("subject", "choice", default="workload", choices=vocabulary.SUBJECTS),
            Field("on_behalf_of", "line", hint="a person or group that delegated it"),
            Field("binding", "choice", default="bearer", choices=vocabulary.BINDINGS),
            Field("lifetime", "lifetime", hint="like 15m, 12h, 90d, or unlimited"),
            Field("audience", "references", refers=("system",), hint="the systems it is meant for"),
            Field("attested", "boolean", default=False, hint="issued to a verified workload"),
            _OWNER,
            _KNOWN_AS,
            _status("revoked"),
            _DESCRIPTION,
            _AT,
        ),
        ("id",),
    ),
    Table("hold", (_one("agent", "agent"), _one("credential", "credential")), ("agent", "credential")),
    Table(
        "grant",
        (
            _one("credential", "credential"),
            _one("system", "system"),
            _actions(required=True),
            Field("scope", "line", hint="free text, as the system words it"),
            Field("honoured_as", "choice", choices=vocabulary.HONOURED_AS, hint="unset: unknown"),
            _actions("entitled", hint="what the person in on_behalf_of may do there"),
        ),
        ("credential", "system"),
    ),
    Table(
        "custody",
        (
            _one("system", "system"),
            _one("credential", "credential"),
            Field("how", "choice", default="stores", choices=vocabulary.HOWS),
            _actions("by", hint="default: read for stores, issue for issues"),
        ),
        ("system", "credential"),
    ),
    Table(
        "exchange",
        (
            _one("from", "credential"),
            _one("to", "credential"),
            _one("at", "system", required=False, hint="the system that issues it"),
            Field("semantics", "choice", choices=vocabulary.EXCHANGE_SEMANTICS),
            Field("pinned", "boolean", default=True, hint="the trust names one exact workload"),
        ),
        ("from", "to"),
    ),
    Table(
        "delegation",
        (
            _one("from", "agent"),
            _one("to", "agent"),
            Field("passes", "references", refers=("credential",), hint="credentials handed over"),
            Field(
                "only", "accesses", refers=("system",), hint="system:action, all that it does for the first"
            ),
            Field(
                "returns",
                "choice",
                default="words",
                choices=vocabulary.RETURNS,
                hint="what comes back: free text, or fixed values",
            ),
        ),
        ("from", "to"),
    ),
    Table("trigger", (_one("system", "system"), _one("agent", "agent")), ("system", "agent")),
    Table(
        "intent",
        (
            _one("agent", "agent"),
            _one("system", "system"),
            _actions(required=True),
            Field("from", "references", refers=("system",), hint="systems, or home"),
            Field("per_day", "number", hint="how often a day it is used; above 0"),
        ),
        ("agent", "system"),
    ),
    Table(
        "checkpoint",
        (
            _ID,
            Field("kind", "choice", required=True, choices=vocabulary.CHECKPOINT_KINDS),
            Field("step", "choice", required=True, choices=vocabulary.CHECKPOINT_STEPS),
            Field("from", "reference", required=True, refers=("agent", "credential", "system", "zone")),
            Field("to", "reference", required=True, refers=("agent", "credential", "system", "zone")),
            _actions(hint="on a grant, custody or boundary only; default: all"),
            Field("freshness", "choice", default="per-action", choices=vocabulary.FRESHNESSES),
            Field("state", "choice", default="enforced", choices=vocabulary.CHECKPOINT_STATES),
            _one("decided_at", "system", required=False, hint="the system that decides"),
            Field("approvers", "names", hint="identities that approve"),
            Field("rate", "integer", hint="decisions a day"),
            _DESCRIPTION,
        ),
        ("id",),
    ),
    Table(
        "note",
        (
            _ID,
            Field(
                "about",
                "element",
                refers=vocabulary.ELEMENT_TABLES,
                hint="kind:id, or step:from>to; none: the model",
            ),
            Field("kind", "choice", default="note", choices=vocabulary.NOTE_KINDS),
            Field("text", "paragraph", required=True),
            _OWNER,
            Field("state", "choice", default="open", choices=vocabulary.NOTE_STATES),
            Field("due", "date", hint="a day, UTC"),
            Field("source", "line", hint="the file and line that it comes from"),
        ),
        ("id",),
    ),
    Table(
        "acceptance",
        (
            Field("rule", "line", required=True),
            Field("subject", "line", required=True),
            Field("reason", "paragraph", required=True),
            Field("by", "line", required=True, hint="who accepts it"),
            Field("until", "date", required=True, hint="the last day, UTC"),
            Field("severity", "choice", choices=vocabulary.SEVERITIES, hint="as it was when accepted"),
            Field("agents", "references", refers=("agent",)),
            _actions(),
        ),
        ("rule", "subject"),
    ),
)

SCHEMA: Final[Mapping[str, Table]] = MappingProxyType({table.name: table for table in _TABLES})
"""Every table by name, ``about`` first, then in the order of the interchange file."""

STEP_ENDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "hold": ("agent", "credential"),
        "grant": ("credential", "system"),
        "custody": ("system", "credential"),
        "exchange": ("credential", "credential"),
        "delegation": ("agent", "agent"),
        "trigger": ("system", "agent"),
        "hearing": ("system", "agent"),
        "hosting": ("system", "agent"),
        "boundary": ("zone", "zone"),
    }
)
"""What the ends of a checkpoint are, by its step; a boundary end may also be ``system:ID``."""
