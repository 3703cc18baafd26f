"""The table of mapping of GitHub Actions workflows and of gh-aw Markdown."""

from typing import Final

from meshmodel.importers.ledger import Rule
from meshmodel.importers.unclear_names import UNCLEAR

AGENT_ACTION: Final = Rule(
    "agent-action",
    "step with an agent",
    "mapped",
    "a known action or command starts an agent of kind ai-agent; the workflow agent calls it",
)
UNKNOWN_AGENT: Final = Rule(
    "unknown-agent",
    "action with a prompt, and a model or a key",
    "assumed",
    "an action that is not known, taken for an agent of kind ai-agent by what it is given",
)
KEY_ALONE: Final = Rule(
    "key-without-prompt",
    "action with the key of a model and no prompt",
    "question",
    "whether it starts an agent is asked; drawn as part of the workflow agent of the job",
)
JOB: Final = Rule(
    "job",
    "job",
    "mapped",
    "what is no agent step of it is a program: an agent of kind workflow in the zone of the repository",
)
STEP: Final = Rule("step", "step of a job", "mapped", "part of the workflow agent of its job; it is not kept")
LOCAL_ACTION: Final = Rule(
    "local-action",
    "action of the repository itself",
    "assumed",
    "a composite one is followed: its steps are those of the job; of others the job counts as one program",
)
COMPOSITE: Final = Rule(
    "composite-action",
    "composite action",
    "mapped",
    "its steps are drawn in each job that uses it, with the inputs that the job gives",
)
SCRIPT_FILE: Final = Rule(
    "script-file",
    "script of the repository that a step runs",
    "mapped",
    "its commands are those of the step: agents that it starts are drawn; at most 20 of a step are opened",
)
INJECTION: Final = Rule(
    "script-injection",
    "script with an event's text in it",
    "mapped",
    "untrusted content becomes part of the script, so it can change what it does: the agent is steerable",
)
WORDS_IN_PROMPT: Final = Rule(
    "words-in-prompt",
    "text of an agent with an event's words in it",
    "mapped",
    "whoever writes there instructs the agent itself: a trigger from there to the agent",
)
HEAD_SETTINGS: Final = Rule(
    "settings-of-head",
    "checkout of a pull request's head before an agent",
    "assumed",
    "settings, servers and instructions of the project are then those of the pull request: a trigger from "
    "there to the agent itself; claude-code-action puts those of the base branch back",
)
INSTRUCTIONS: Final = Rule(
    "instructions",
    "instructions of an agent",
    "assumed",
    "what is asked of a model limits nothing, so nothing is made of it",
)
AGENT_INPUT: Final = Rule(
    "agent-input",
    "input of an agent",
    "assumed",
    "limits that an agent sets itself are outside the model: computed as if it used all that it is given",
)
CONDITION: Final = Rule(
    "condition",
    "condition",
    "assumed",
    "what it says of event, action, ref, author, label and fork decides which events start the job, and "
    "whether outsiders do; it decides nothing about what the job does",
)
UNDECIDED: Final = Rule(
    "condition-not-in-file",
    "condition",
    "question",
    "what other steps or variables decide is not in the file: who can start the job is asked, and drawn as "
    "members",
)
BY_MEMBERS: Final = Rule(
    "started-by-members",
    "event that only members start",
    "mapped",
    "a trigger from what members write, which outsiders do not; what outsiders wrote there is read all the "
    "same",
)
READ_WORDS: Final = Rule(
    "words-read",
    "text of an agent with an event's words in it",
    "assumed",
    "somebody else starts the agent, and it reads what outsiders wrote: a grant to read there",
)
PERMISSION: Final = Rule(
    "permission",
    "permission of GITHUB_TOKEN",
    "mapped",
    "a grant of the job's token; write includes read, and a scope that is not named is none",
)
PERMISSIONS_REPLACED: Final = Rule(
    "permissions-replaced",
    "permission of the workflow",
    "mapped",
    "every job has permissions of its own, which replace these",
)
NO_PERMISSIONS: Final = Rule(
    "no-permissions",
    "job without permissions",
    "question",
    "the default of the organisation or repository counts, which is not in the file; it is asked, not drawn",
)
TRIGGER: Final = Rule(
    "trigger",
    "event",
    "mapped",
    "who writes there starts the workflow: a trigger; what GITHUB_TOKEN does starts none, so a part that it "
    "writes has a system for its events beside it",
)
DISPATCH: Final = Rule(
    "dispatch",
    "event of a dispatch",
    "mapped",
    "tokens with actions: write (workflow_dispatch) or contents: write (repository_dispatch) start the "
    "workflow: they write the dispatches, and a trigger leads from there",
)
AFTER: Final = Rule(
    "workflow-run",
    "event workflow_run",
    "mapped",
    "a delegation from the jobs of the named workflows, if they are read with this one; of others a trigger "
    "from the pipeline",
)
AFTER_FORKS: Final = Rule(
    "workflow-run-of-forks",
    "event workflow_run",
    "question",
    "what a run of a fork left, such as artifacts, is outsiders'; whether it is used is asked",
)
UNTRUSTED: Final = Rule(
    "untrusted-event",
    "event of outsiders",
    "assumed",
    "a trigger from a system where outsiders are assumed to write, as they are in all that tokens of agents "
    "read of issues, pull requests and discussions; whether the repository is public is asked",
)
PULL_REQUEST: Final = Rule(
    "pull-request",
    "event pull_request",
    "assumed",
    "a trigger from the code: of forks it gets no secrets and a token that only reads, so branches count; "
    "of pull requests by GITHUB_TOKEN one whose approval is planned, until GitHub is seen to ask for it",
)
NO_WORDS: Final = Rule(
    "event-without-words",
    "event without words",
    "mapped",
    "a time, or whoever may start workflows in the pipeline; it needs no trigger",
)
CALLED: Final = Rule(
    "workflow-call",
    "event workflow_call",
    "question",
    "its triggers and permissions are in the workflows that call it: import them together",
)
CALL: Final = Rule(
    "called-workflow",
    "call of a workflow",
    "mapped",
    "a delegation to the jobs of the called workflow, which is read with this one",
)
CALL_ELSEWHERE: Final = Rule(
    "workflow-elsewhere",
    "call of a workflow",
    "question",
    "the called workflow is not read here, so it is asked",
)
INHERIT: Final = Rule(
    "secrets-inherit",
    "all secrets passed on",
    "assumed",
    "those that the called workflow names are drawn there; the others are within its reach too",
)
SECRET_HELD: Final = Rule(
    "secret", "reference to a secret", "mapped", "a credential, held by the agent whose step is given it"
)
SECRET_OPENS: Final = Rule(
    "secret-opens",
    "a secret",
    "question",
    "the file does not say which system accepts it, for what and how long, so it is asked",
)
MODEL_KEY: Final = Rule(
    "model-key", "key of a model", "mapped", "a credential that the provider of the model accepts: execute"
)
TOKEN: Final = Rule(
    "token", "GITHUB_TOKEN", "mapped", "the job's token, held by the agent whose step is given it"
)
LITERAL: Final = Rule(
    "literal-secret",
    "a secret in the file itself",
    "secret withheld",
    "only its name is kept; whoever reads the code of the repository obtains it",
)
PULLED: Final = Rule(
    "settings-pulled",
    "token that writes the code",
    "assumed",
    "it writes the project settings of the clients in the repository too: whoever pulls gets the change",
)
SERVICE_SECRET: Final = Rule(
    "service-secret",
    "password of a service of a job",
    "secret withheld",
    "the service lives as long as the job, so it is not drawn",
)
CHECKOUT: Final = Rule(
    "checkout-keeps-token",
    "checkout",
    "assumed",
    "it keeps its token for the steps after it, so agents in them are computed as holding it",
)
CHECKOUT_FORGETS: Final = Rule(
    "checkout-forgets-token",
    "checkout without its token",
    "mapped",
    "the steps after it are given no token by it",
)
OIDC: Final = Rule(
    "oidc",
    "permission id-token",
    "mapped",
    "a credential of kind oidc-federation that every step can ask for",
)
OIDC_UNUSED: Final = Rule(
    "oidc-to-whom",
    "permission id-token",
    "question",
    "no step says which provider accepts the token, so it is asked",
)
FEDERATION: Final = Rule(
    "federation",
    "login by OIDC",
    "mapped",
    "an exchange of the job's OIDC token; what it yields is held by the steps after it",
)
FEDERATION_TRUST: Final = Rule(
    "federation-trust",
    "login by OIDC",
    "question",
    "whether the trust names one branch or environment, and what may be done, is not in the file",
)
APP_TOKEN: Final = Rule(
    "app-token",
    "claude-code-action without github_token",
    "assumed",
    "it exchanges OIDC for a token of its app: that writes code, pull requests, issues, whatever the job may",
)
APP_KEY: Final = Rule(
    "app-key",
    "private key of a GitHub App",
    "mapped",
    "held by the step; an exchange at GitHub Apps yields a token of the app, held by each step that names it",
)
APP_PERMISSION: Final = Rule(
    "app-permission",
    "permission of a token of a GitHub App",
    "mapped",
    "a grant of the app's token, in this repository or in those that are named; it starts workflows too",
)
APP_INSTALLATION: Final = Rule(
    "app-installation",
    "token of a GitHub App",
    "question",
    "permissions or repositories that the file does not name are all of the installation, so they are asked",
)
NO_APP_TOKEN: Final = Rule(
    "no-app-token",
    "claude-code-action without github_token",
    "question",
    "without id-token: write it cannot get the token of its app",
)
STARTERS: Final = Rule(
    "starters",
    "who may start the agent",
    "assumed",
    "some actions start for people with write access alone, unless an input lets everybody; that is no "
    "checkpoint on the words that they read",
)
TOOLS: Final = Rule(
    "tool-list",
    "list of tools",
    "question",
    "the file does not say what each tool does on which system; until that is said it limits nothing; tools "
    "that fetch, search or run any command read the web",
)
TOOL_LIMIT: Final = Rule(
    "tool-limit",
    "options of the command of an agent",
    "assumed",
    "tools that are allowed reach what the catalogue says, and a prompt is a refusal in a job: the agent "
    "holds GITHUB_TOKEN as its tools can use it, a credential of its own; settings of the user or the runner "
    "could allow more; a command that may run anything or send leaves the token whole",
)
TAKEN_UP: Final = Rule(
    "taken-up",
    "limit by options",
    "assumed",
    "what follows in the job can run, push or publish what the agent wrote: computed as without the limit",
)
TOOL_SERVER: Final = Rule(
    "tool-server",
    "MCP server of an agent",
    "question",
    "a service that the agent calls; what it reaches is asked",
)
WEB: Final = Rule(
    "web",
    "tool that reads the web",
    "question",
    "it reads the web: a system where outsiders write, and see what is asked; which sites is asked",
)
MEMORY: Final = Rule(
    "memory",
    "memory of an agent",
    "question",
    "what is kept between runs can hold untrusted content; where it is, and who uses it, is asked",
)
NEEDS: Final = Rule(
    "outputs",
    "output of a job",
    "mapped",
    "whoever wrote it hands it to the job that uses it: a delegation; by itself it is not kept",
)
ORDER: Final = Rule(
    "needs", "order of jobs", "mapped", "jobs wait for one another; that alone hands nothing on"
)
ENVIRONMENT: Final = Rule(
    "environment",
    "environment",
    "question",
    "reviewers, if it has any, are not in the file: it may be an approval, so it is asked",
)
RUNNER: Final = Rule(
    "self-hosted-runner", "runner", "question", "what a runner of one's own reaches is not in the file"
)
LIFETIME: Final = Rule(
    "timeout", "time limit of a job", "mapped", "the token of the job is valid as long as the job runs"
)
SAFE_OUTPUT: Final = Rule(
    "safe-output",
    "safe output",
    "mapped",
    "a job of its own writes what the agent proposed: a grant of its token; `only` of the delegation to it",
)
SAFE_OUTPUT_TO: Final = Rule(
    "safe-output-elsewhere", "safe output", "question", "where it leads is not in the file, so it is asked"
)
SAFE_OUTPUT_SETTING: Final = Rule(
    "safe-output-setting",
    "limit of safe outputs",
    "mapped",
    "it bounds number and form of what is written, not whether; it is not kept",
)
NETWORK: Final = Rule(
    "network", "network of an agent", "assumed", "network limits are outside the model; computed without them"
)
IMPORTED: Final = Rule("imports", "import of a part", "mapped", "the part is read with this workflow")
IMPORT_ELSEWHERE: Final = Rule(
    "imports-elsewhere",
    "import of a part",
    "question",
    "it is not read here; it can add tools, servers and outputs",
)
COMPILED: Final = Rule(
    "compiled", "compiled workflow", "mapped", "it is made from the Markdown beside it, which is read instead"
)
SETTING: Final = Rule(
    "setting", "a setting", "mapped", "it changes nothing about who may do what, so it is not kept"
)
RULES: Final[tuple[Rule, ...]] = (
    AGENT_ACTION, UNKNOWN_AGENT, KEY_ALONE, AGENT_INPUT, JOB, STEP, LOCAL_ACTION, COMPOSITE, SCRIPT_FILE,
    INJECTION, WORDS_IN_PROMPT,
    HEAD_SETTINGS, INSTRUCTIONS, CONDITION, UNDECIDED, BY_MEMBERS, READ_WORDS, PERMISSION,
    PERMISSIONS_REPLACED, PULLED,
    NO_PERMISSIONS, TRIGGER, UNTRUSTED, PULL_REQUEST, DISPATCH, AFTER, AFTER_FORKS, NO_WORDS,
    CALLED, CALL, CALL_ELSEWHERE, INHERIT,
    SECRET_HELD, SECRET_OPENS, MODEL_KEY, TOKEN, LITERAL, UNCLEAR, SERVICE_SECRET, CHECKOUT,
    CHECKOUT_FORGETS, OIDC,
    OIDC_UNUSED, FEDERATION, FEDERATION_TRUST, APP_TOKEN, NO_APP_TOKEN, APP_KEY,
    APP_PERMISSION, APP_INSTALLATION, STARTERS, TOOLS, TOOL_LIMIT, TAKEN_UP, TOOL_SERVER, WEB,
    MEMORY, NEEDS, ORDER, ENVIRONMENT, RUNNER, LIFETIME, SAFE_OUTPUT, SAFE_OUTPUT_TO, SAFE_OUTPUT_SETTING,
    NETWORK, IMPORTED, IMPORT_ELSEWHERE, COMPILED, SETTING,
)  # fmt: skip
