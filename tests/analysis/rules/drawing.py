"""Meshes and answers for the tables of cases of the rules."""

from datetime import date

from meshmodel.analysis.analysis import analyse
from meshmodel.model import records as r
from meshmodel.model.records import table_of
from meshmodel.model.validation import check_snapshot
from tests.reference.random_models import snapshot_of

TODAY = date(2026, 5, 1)


def merged(records, more, without=()):
    """A snapshot of these records; more of them take the place of those with the same key."""
    table = {(table_of(each), r.key_of(each)): each for each in [*records, *more]}
    snapshot = snapshot_of([record for key, record in table.items() if key not in set(without)])
    check_snapshot(snapshot)
    return snapshot


def office(*more, without=()):
    """A bot in the office uses a token at an application in production.

    Args:
        more: records to add, or to put in the place of those with the same key.
        without: (table, key) pairs to leave out.
    """
    records = [
        r.Zone("office", environment="corporate"),
        r.Zone("prod", environment="production"),
        r.Zone("dev", environment="development"),
        r.System("app", zone="prod", sensitivity="confidential"),
        r.Agent("bot", kind="service", home="office"),
        r.Credential("token"),
        r.Hold("bot", "token"),
        r.Grant("token", "app", ("read", "write")),
    ]
    return merged(records, more, without)


def found(snapshot, rule, view="built"):
    """The subjects and severities of the findings of a rule."""
    return [(each.subject, each.severity) for each in findings(snapshot, rule, view)]


def findings(snapshot, rule, view="built"):
    return [each for each in analyse(snapshot, view=view, today=TODAY).findings if each.rule == rule]
