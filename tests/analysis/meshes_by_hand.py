"""Small meshes that tests begin with and change."""

from meshmodel.model import records as r
from meshmodel.model.records import table_of
from tests.reference.random_models import snapshot_of


def support(*more, without=()):
    """A bot reads tickets, which outsiders write, and carries a key for the files of another zone.

    Args:
        more: records to add, or to put in the place of those with the same key.
        without: (table, key) pairs to leave out.
    """
    records = [
        r.Zone("helpdesk", name="Help desk"),
        r.Zone("cloud", name="Cloud"),
        r.System("tickets", name="Tickets", zone="helpdesk", sensitivity="internal", untrusted_input=True),
        r.System("files", name="Files", zone="cloud", sensitivity="confidential"),
        r.Agent("bot", name="Support bot", kind="ai-agent", home="helpdesk"),
        r.Credential("ticket-token", identity="svc-support"),
        r.Credential("file-key", identity="svc-files"),
        r.Hold("bot", "ticket-token"),
        r.Hold("bot", "file-key"),
        r.Grant("ticket-token", "tickets", ("read",)),
        r.Grant("file-key", "files", ("read",)),
    ]
    table = {(table_of(each), r.key_of(each)): each for each in [*records, *more]}
    return snapshot_of([record for key, record in table.items() if key not in set(without)])


def pipeline(*more, without=()):
    """A coder reads a pipeline, finds a key there, and administers the cluster of another zone."""
    records = [
        r.Zone("build"),
        r.Zone("production"),
        r.System("ci", zone="build"),
        r.System("cluster", zone="production", sensitivity="restricted"),
        r.Agent("coder", home="build"),
        r.Credential("ci-token"),
        r.Credential("deploy-key", identity="svc-deploy"),
        r.Hold("coder", "ci-token"),
        r.Grant("ci-token", "ci", ("read", "write")),
        r.Custody("ci", "deploy-key"),
        r.Grant("deploy-key", "cluster", ("admin",)),
    ]
    table = {(table_of(each), r.key_of(each)): each for each in [*records, *more]}
    return snapshot_of([record for key, record in table.items() if key not in set(without)])
