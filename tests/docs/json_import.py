"""What each key of the answer of ``import`` holds, and the files that it is shown for."""

from typing import Final

IMPORT: Final = (
    ("format", "string", "meshmodel-import/1"),
    ("applied", "boolean", "whether a model was made or changed"),
    ("compared", "string", "three ways, or two ways where the last import is not known"),
    ("files", "list of objects", "the files that were read"),
    ("files[].file", "string", "its path from the folder of the model"),
    ("files[].form", "string", "what it was read as"),
    ("files[].leaves", "integer", "the values in it; each has one of these verdicts"),
    ("files[].mapped", "integer", "in the model, or of no meaning for it"),
    ("files[].assumed", "integer", "in the model, by an assumption that the ledger says"),
    ("files[].question", "integer", "asked in a note"),
    ("files[].not_understood", "integer", "read by no rule"),
    ("files[].secret_withheld", "integer", "secrets of which the name alone is kept"),
    ("files[].read", "string", "whole, or why it was read in part"),
    ("skipped", "list of objects", "the files of a folder that were left out"),
    ("skipped[].file", "string", "its path from the folder of the model"),
    ("skipped[].why", "string", "why"),
    ("changes", "list of objects", "each record that is not as it was"),
    (
        "changes[].change",
        "string",
        "new, changed, gone, conflict, kept or left out; the last three do nothing",
    ),
    ("changes[].record", "string", "kind:id, or kind:end>end"),
    ("changes[].fields", "list of objects", "of a changed record and of a conflict"),
    ("changes[].fields[].field", "string", "its key in the interchange file"),
    ("changes[].fields[].model", "string or null", "what the model says now"),
    ("changes[].fields[].file", "string or null", "what the file says"),
    ("changes[].why", "string or null", "the reason, where it is not plain"),
)
"""The keys."""

SAMPLES: Final = {
    "mcp.json": """{"mcpServers": {"notes": {"command": "notes-mcp", "env": {"NOTES_TOKEN": "${TOKEN}"}}}}
""",
    "team.toml": """format = "meshmodel/1"

[[zone]]
id = "workstation"

[[agent]]
id = "mcp-client"
name = "MCP client"
kind = "orchestrator"
home = "workstation"
""",
}
"""A configuration, and a model that says something else of its client."""
