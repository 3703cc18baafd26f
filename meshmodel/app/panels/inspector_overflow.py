"""Findings that may be about a record, and name others in its place: of very many the first ones."""

from functools import partial
from typing import TYPE_CHECKING

from meshmodel.analysis.rules.base import MOST_LIT
from meshmodel.app.panels.inspector_rows import Block
from meshmodel.app.widgets.rows import Row, line
from meshmodel.model.records import About, Key, Record, key_of
from meshmodel.model.snapshot import Snapshot, table_of
from meshmodel.reports.findings_index import findings_index, is_about

if TYPE_CHECKING:
    from meshmodel.analysis.results import Finding
    from meshmodel.api import Analysis


def unnamed_rows(analysis: "Analysis | None", record: Record) -> Block:
    """One row that says how many findings more may be about a record; none where there is none."""
    if analysis is None or isinstance(record, About):
        return []
    table, key = table_of(record), key_of(record)
    more = sum(may_be_about(each, analysis, table, key) for each in findings_index(analysis).truncated)
    return [partial(_row, more, table)] if more else []


def may_be_about(finding: "Finding", analysis: "Analysis", table: str, key: Key) -> bool:
    """Whether a finding names so many records of a table that it leaves out others, maybe this one."""
    if sum(each == table for each, _ in finding.about) < MOST_LIT:
        return False
    if table == "agent" or is_about(finding, table, key):  # agents are all named
        return False
    if table == "system" and isinstance(key, str) and finding.subject in analysis.snapshot.agent:
        return analysis.reaches(finding.subject, key)
    return table == "checkpoint" or _joined(analysis.snapshot, finding.subject, str(key))


def _joined(snapshot: Snapshot, one: str, other: str) -> bool:
    """Whether a credential and a system have a grant or a custody."""
    pairs = (one, other), (other, one)
    return any(pair in snapshot.grant or pair in snapshot.custody for pair in pairs)


def _row(more: int, table: str) -> Row:
    words = f"{more} more may be about it: each names {MOST_LIT} {table}s and leaves others out"
    return Row(("unnamed", table), line("  ", (words, "$text-muted")), None, indent=2)
