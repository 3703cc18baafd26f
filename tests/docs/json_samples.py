"""Models and a log whose answers have the keys that those of the worked examples have not."""

from typing import Final

CHAIN: Final = """
format = "meshmodel/1"
[[system]]
id = "files"
[[system]]
id = "vault"
[[agent]]
id = "guest"
[[agent]]
id = "reader"
kind = "ai-agent"
[[agent]]
id = "writer"
kind = "ai-agent"
[[credential]]
id = "file-key"
on_behalf_of = "ann"
[[credential]]
id = "vault-key"
[[hold]]
agent = "reader"
credential = "vault-key"
[[hold]]
agent = "writer"
credential = "file-key"
[[grant]]
credential = "file-key"
system = "files"
actions = ["read", "write"]
honoured_as = "principal"
[[grant]]
credential = "vault-key"
system = "vault"
actions = ["read"]
[[delegation]]
from = "writer"
to = "reader"
passes = ["file-key"]
[[trigger]]
system = "files"
agent = "reader"
[[system]]
id = "inbox"
[[credential]]
id = "inbox-key"
[[hold]]
agent = "guest"
credential = "inbox-key"
[[grant]]
credential = "inbox-key"
system = "inbox"
actions = ["write"]
[[acceptance]]
rule = "delegation-not-honoured"
subject = "file-key>files"
reason = "To show an acceptance"
by = "somebody"
until = 2099-12-31
"""
"""A model with an acceptance and a credential that is passed on behalf of somebody: ``chain.toml``."""

CHAIN_LOG: Final = """
{"id": "first", "agent": "reader", "credential": "file-key", "system": "files", "action": "read"}
{"agent": "reader", "session": "run-7", "yields": "vault-key", "yields_token": "t-2"}
{"agent": "reader", "credential": "file-key", "token": "t-1", "on_behalf_of": "ann", "revokes": "file-key"}
{"agent": "reader", "credential": "file-key", "system": "files", "action": "read"}
{"agent": "reader", "credential": "vault-key", "system": "vault", "action": "write"}
"""
"""A log of it: ``chain.jsonl``."""

LATER: Final = """\
{"time": "2026-03-01T23:59:00Z", "credential": "refresh-token", "system": "crm", "action": "read"}
"""
"""An event after the end of a credential that lives for 8 minutes: ``brief.jsonl``."""

CLOUDTRAIL: Final = """
{"Records": [{"eventTime": "2026-03-01T23:44:40Z", "eventSource": "s3.amazonaws.com",
  "eventName": "GetObject",
  "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/export/job"},
  "requestParameters": {"bucketName": "exports", "key": "july.csv"}}]}
"""
"""The log of a real system: ``cloudtrail.json``."""

SPARE_MAP: Final = """
format = "meshmodel-map/1"
[[identity]]
match = "arn:aws:sts::111122223333:assumed-role/export/*"
credential = "cloud-key"
[[identity]]
match = "arn:aws:sts::111122223333:assumed-role/import/*"
credential = "cloud-key"
[[resource]]
match = "arn:aws:s3:::exports*"
system = "bucket"
"""
"""A map for it with a rule that nothing fits: ``spare.map.toml``."""

BLOCKED: Final = """
format = "meshmodel/1"
[[system]]
id = "files"
[[system]]
id = "wiki"
[[agent]]
id = "bot"
[[credential]]
id = "bound-key"
binding = "mtls"
[[credential]]
id = "wiki-key"
[[hold]]
agent = "bot"
credential = "wiki-key"
[[grant]]
credential = "wiki-key"
system = "wiki"
actions = ["read"]
[[custody]]
system = "wiki"
credential = "bound-key"
[[grant]]
credential = "bound-key"
system = "files"
actions = ["read"]
"""
"""A model whose only way to the files needs a stored key that is bound: ``blocked.toml``."""

PARKED: Final = """
[[note]]
id = "question-attachments"
about = "grant:file-sas>attachments"
kind = "question"
text = "Who decides about attachments?"
source = "round"
"""
"""A question that a round parked, added to the support agent: ``parked.toml``."""
