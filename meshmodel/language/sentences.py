"""Sentences that the quick line understands, as the help shows them."""

from typing import Final

SENTENCES: Final = (
    ("bot > token > tickets: read, write", "holds and grants at once"),
    ("bot > tickets: read", "with a new credential"),
    ("bot (ai-agent) > key > crm (saas, restricted): rw; > box > mail", "what it is; > goes on from bot"),
    ("bot > user-token > crm-token at sts > crm", "an exchange within a chain"),
    ("bot > server only mail:read > mail-token > mail: rw", "a limited delegation within a chain"),
    ("add mcp-server files for bot", "a part of the catalogue, with its relations"),
    ("ci stores deploy-key", "whoever reads there finds it"),
    ("vault issues db-role", "whoever may issue there gets it"),
    ("oidc exchanges role at sts", "presenting one yields the other"),
    ("planner delegates worker passing user-token", "hands it credentials"),
    ("bot delegates server only tickets:read, files:rw returns values", "all that it does for bot"),
    ("inbox triggers fixer", "what is written there starts it"),
    ("worker runs on cluster", "who executes there drives it"),
    ("bot may read files from tickets, home, 40 times a day", "an intended use: approved by design"),
    ("ask human-approval on file-key > files: planned", "a checkpoint on a step"),
    ("ask policy-decision on inbox > bot", "on what bot reads there, its start included"),
    ("ask policy-decision between desk and cloud at gateway", "a checkpoint on a boundary"),
    ("tickets in desk is saas, confidential, untrusted", "where and what it is"),
    ("tickets is typed, integrity high, requests exposed", "what it holds, what harms, who listens"),
    ("bot home desk is ai-agent", "where its task was authorized"),
    ("key as svc-files is sas-token", "the identity it acts as"),
    ("files owner Back office", "any field by its name; unset clears it"),
    ("question on system files by anna due 2027-01-31: Who owns it?", "a note, kept beside the model"),
    ("accept missing-checkpoint of key>files by CISO until 2027-01-31: a pilot", "for a time"),
    ("rename old new · name files “All files” · delete files", "ids, names, and away with it"),
)
"""What the quick line understands, with what each means."""
