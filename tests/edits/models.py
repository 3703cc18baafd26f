"""Models for tests of edits, the language and the screens: one with a record in every table."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from meshmodel.edits.edit import Edit, Put, apply_edit
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
)

MODELS = Path(__file__).parents[2] / "models"

HOSTILE = "[bold red]x[/] 表 مرحبا [@click=app.quit]q[/]"
"""A name with markup, wide characters and right-to-left text."""


def snapshot_of(records: Iterable[Record]) -> Snapshot:
    """A snapshot with these records, in an order in which each is valid."""
    return apply_edit(Snapshot(), Edit("begin", tuple(Put(record) for record in records)))


def full_snapshot() -> Snapshot:
    """A model with at least one record in every table."""
    return snapshot_of(
        [
            About("Test", "A model for tests"),
            Zone("cloud"),
            Zone("desk", environment="corporate"),
            System("files", HOSTILE, zone="cloud", sensitivity="confidential"),
            System("gateway", zone="cloud"),
            System("tickets", zone="desk", untrusted_input=True),
            System("lone"),
            Agent("bot", kind="ai-agent", home="desk"),
            Agent("third"),
            Agent("worker", kind="workflow"),
            Credential("file-key", identity="svc-files"),
            Credential("role"),
            Credential("ticket-token"),
            Hold("bot", "file-key"),
            Hold("bot", "ticket-token"),
            Hold("worker", "role"),
            Grant("file-key", "files", ("read",)),
            Grant("ticket-token", "tickets", ("read", "write")),
            Custody("tickets", "role"),
            Exchange("ticket-token", "role"),
            Delegation("bot", "worker"),
            Trigger("tickets", "worker"),
            Intent("bot", "tickets", ("read",)),
            Checkpoint("ask", "human-approval", "grant", "file-key", "files"),
            Note("who", "Who owns it?", "system:files", "question"),
            Acceptance("missing-checkpoint", "file-key>files", "a pilot", "CISO", date(2027, 1, 31)),
        ]
    )
