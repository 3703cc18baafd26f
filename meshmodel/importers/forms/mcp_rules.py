"""The table of mapping of MCP client configurations."""

from typing import Final

from meshmodel.importers.forms.web import FETCHES
from meshmodel.importers.ledger import Rule

COMMAND: Final = Rule(
    "server-command",
    "command of a server",
    "mapped",
    "the client starts a program that acts for it: an agent of kind service, and a delegation",
)
ARGUMENT: Final = Rule(
    "server-argument", "argument of a command", "mapped", "it says which program the agent is; it is not kept"
)
URL: Final = Rule(
    "server-url",
    "address of a server",
    "question",
    "a system of kind mcp-server in the zone of its host, with a service that the client sets to work; "
    "what lies behind it is asked",
)
REACHES: Final = Rule(
    "server-reaches", "a server", "question", "the file does not say what the server reaches, so it is asked"
)
HOME: Final = Rule(
    "client-home",
    "the client",
    "question",
    "the file does not say where its tasks are authorized, so it is asked",
)
ENV_SECRET: Final = Rule(
    "env-secret",
    "environment variable with a secret",
    "mapped",
    "a credential of kind mcp-environment-secret, held by that server only",
)
LITERAL: Final = Rule(
    "literal-secret",
    "a secret in the file itself",
    "secret withheld",
    "only its name is kept; the workstation stores it, so whoever reads there obtains it",
)
HEADER: Final = Rule(
    "header-secret",
    "header with a secret",
    "mapped",
    "a credential that the client holds and the server accepts",
)
URL_SECRET: Final = Rule(
    "url-secret",
    "secret in an address",
    "secret withheld",
    "a credential that the client holds; only the name of the parameter is kept",
)
SCOPES: Final = Rule(
    "oauth-scopes",
    "OAuth of a server",
    "question",
    "a credential of kind oauth-user-delegated, held by the client; on behalf of whom is asked",
)
CREDENTIAL: Final = Rule(
    "credential-opens",
    "a secret",
    "question",
    "the file does not say which system accepts it, for what and how long, so it is asked",
)
INPUT: Final = Rule(
    "input-secret",
    "input with a hidden value",
    "mapped",
    "a credential, held by the servers that are given it",
)
TOOLS: Final = Rule(
    "tool-list",
    "allow list of tools",
    "question",
    "the file does not say which action each tool takes on which system, so it is asked; until that is said "
    "the delegation stays unlimited",
)
NO_ASKING: Final = Rule(
    "runs-unasked", "tools that run unasked", "mapped", "no person is asked, so there is no checkpoint"
)
DISABLED: Final = Rule(
    "server-disabled",
    "a server that is switched off",
    "assumed",
    "computed as if it were on: it is one click away",
)
ENV_FILE: Final = Rule(
    "env-file",
    "file of variables",
    "question",
    "the secrets in that file are not seen here, so they are asked",
)
SETTING: Final = Rule(
    "setting", "a setting", "mapped", "it changes nothing about who may do what, so it is not kept"
)
RULES: Final[tuple[Rule, ...]] = (
    COMMAND, ARGUMENT, URL, REACHES, HOME, ENV_SECRET, LITERAL, HEADER, URL_SECRET, SCOPES, CREDENTIAL, INPUT,
    TOOLS, NO_ASKING, DISABLED, ENV_FILE, FETCHES, SETTING,
)  # fmt: skip
