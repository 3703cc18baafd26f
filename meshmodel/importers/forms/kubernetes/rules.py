"""The table of mapping of Kubernetes manifests with kagent."""

from typing import Final

from meshmodel.importers.ledger import Rule
from meshmodel.importers.servers import HEADER, KNOWN, SEVERAL, URL, URL_SECRET
from meshmodel.importers.unclear_names import UNCLEAR

NAMESPACE: Final = Rule(
    "namespace", "namespace", "mapped", "a zone; all files are taken to be of one cluster"
)
NO_NAMESPACE: Final = Rule(
    "no-namespace",
    "object without a namespace",
    "question",
    "it is chosen when the file is applied, so it is asked; such objects are taken to be in one",
)
ACCOUNT: Final = Rule(
    "service-account", "ServiceAccount", "mapped", "a credential of kind kubernetes-projected-token"
)
ACCOUNT_USER: Final = Rule(
    "account-user",
    "ServiceAccount that nothing here runs under",
    "question",
    "who runs under it is asked; it is not joined to an agent with a similar name",
)
GRANT: Final = Rule(
    "permission",
    "rule of a role",
    "mapped",
    "get, list, watch: read; create, update, patch, delete: write; pods/exec and the like: execute; "
    "serviceaccounts/token: issue; every verb on everything: admin; of a grant for each account bound",
)
SECRETS_READ: Final = Rule(
    "secrets-read",
    "read on secrets",
    "mapped",
    "a grant on the secrets of the namespace, which has custody of each Secret seen there; where it names "
    "Secrets, an exchange of the account's token for each of them",
)
NAMED: Final = Rule(
    "resource-names",
    "permission on named resources",
    "assumed",
    "computed as if it were on all of that kind; the names are in the scope of the grant",
)
ESCALATE: Final = Rule(
    "escalate",
    "escalate or bind",
    "question",
    "it can give itself more than it has: admin, and which roles are meant is asked",
)
IMPERSONATE: Final = Rule(
    "impersonate",
    "impersonate",
    "question",
    "it can act as others: issue, with custody of the accounts seen there; whom else is asked",
)
RUN_AS: Final = Rule(
    "run-as",
    "write on pods or what makes them",
    "question",
    "a new pod can run under any account of the namespace and read its Secrets; whether it may is asked",
)
VERB: Final = Rule("verb", "verb", "question", "what this verb permits is not known here, so it is asked")
UNBOUND: Final = Rule(
    "unbound-role", "role that nobody is bound to here", "mapped", "it gives nothing to anybody"
)
AGGREGATED: Final = Rule(
    "aggregated-role",
    "aggregated role",
    "question",
    "its permissions come from other roles, so they are asked",
)
BINDING: Final = Rule(
    "binding",
    "binding of a role",
    "mapped",
    "a RoleBinding grants in its namespace only, also by a ClusterRole; a ClusterRoleBinding in the "
    "cluster and each namespace seen",
)
BUILT_IN: Final = Rule(
    "built-in-role",
    "role that every cluster has",
    "assumed",
    "cluster-admin and admin: admin; edit: read, write, execute and issue, also secrets; view: read",
)
ROLE_UNREAD: Final = Rule(
    "role-unread", "binding of a role elsewhere", "question", "the role is not in these files, so it is asked"
)
SUBJECT: Final = Rule(
    "user-or-group",
    "binding of a user or group",
    "question",
    "who that is is not in the file, so it is asked",
)
WORKLOAD: Final = Rule(
    "workload",
    "Deployment, Job and the like",
    "mapped",
    "an agent of kind service, or workflow for jobs, that runs in the namespace with its account's token",
)
DEFAULT_ACCOUNT: Final = Rule(
    "default-account",
    "workload without a ServiceAccount",
    "assumed",
    "it runs under the account `default` of its namespace, if that is in these files",
)
SECRET: Final = Rule(
    "secret",
    "Secret",
    "secret withheld",
    "a credential, in custody of the secrets of its namespace; no value",
)
SECRET_OPENS: Final = Rule(
    "secret-opens",
    "a secret",
    "question",
    "the file does not say which system accepts it, for what and how long, so it is asked",
)
SECRET_HELD: Final = Rule(
    "secret-held",
    "reference to a Secret",
    "mapped",
    "a credential that the agent holds whose program is given it",
)
IMAGE_PULL: Final = Rule(
    "image-pull-secret",
    "imagePullSecrets",
    "mapped",
    "a credential that the node uses; the program is not given it",
)
LITERAL: Final = Rule(
    "literal-secret",
    "a secret in the manifest itself",
    "secret withheld",
    "only its name is kept; whoever reads the objects of the namespace obtains it",
)
HOST: Final = Rule(
    "host-access",
    "access to the node",
    "question",
    "it may control the node and all that runs there, so it is asked",
)
EXPOSED: Final = Rule(
    "exposed", "way in from outside", "question", "who can come in by it, and is authenticated how, is asked"
)
SERVICE: Final = Rule("service", "Service", "mapped", "it says which workload answers at an address")
POLICY: Final = Rule(
    "policy",
    "policy of the network or of admission",
    "question",
    "what it stops, and on which steps, is asked",
)
AGENT: Final = Rule(
    "agent", "Agent of kagent", "mapped", "an agent of kind ai-agent, or workflow, at home in its namespace"
)
NO_ACCOUNT: Final = Rule(
    "agent-account",
    "Agent without a ServiceAccount",
    "question",
    "under which account it runs is asked; it is not joined to one with a similar name",
)
AGENT_TOOL: Final = Rule("agent-tool", "another agent as a tool", "mapped", "a delegation")
AGENT_UNREAD: Final = Rule(
    "agent-unread", "agent or template elsewhere", "question", "it is not in these files, so it is asked"
)
SERVER_TOOL: Final = Rule(
    "server-tool",
    "MCP server as a tool",
    "mapped",
    "a delegation to the workload that answers at its address, else to a service that runs on it",
)
SERVER: Final = Rule(
    "server",
    "MCP server",
    "mapped",
    "a system of kind mcp-server where it has an address, and who acts there",
)
REACHES: Final = Rule(
    "server-reaches", "MCP server", "question", "the files do not say what it reaches, so it is asked"
)
TOOLS: Final = Rule(
    "tool-list",
    "list of tools",
    "question",
    "which action each takes on which system is asked; until that is said the delegation stays unlimited",
)
HEADER_PASSED: Final = Rule(
    "header-passed",
    "allowedHeaders with authorization",
    "question",
    "the caller's token, held by the agent and passed on; on behalf of whom is asked",
)
APPROVAL: Final = Rule(
    "approval",
    "requireApproval for every tool",
    "mapped",
    "a checkpoint human-approval on the delegation, enforced, for each action",
)
APPROVAL_SOME: Final = Rule(
    "approval-of-some-tools",
    "requireApproval for some tools",
    "question",
    "which actions they are is not in the file, so there is no checkpoint until that is said",
)
APPROVAL_ASKED: Final = Rule(
    "approval-asked",
    "a prompt that tells the agent to ask first",
    "assumed",
    "a checkpoint human-approval, advisory: nothing stops an agent that skips it",
)
PROMPT: Final = Rule("prompt", "prompt", "mapped", "what is asked of a model limits nothing; it is not kept")
MODEL_KEY: Final = Rule(
    "model-key", "key of a model", "mapped", "a credential that the provider of the model accepts: execute"
)
MODEL: Final = Rule("model", "configuration of a model", "mapped", "it says whose key the agent holds")
MODEL_UNREAD: Final = Rule(
    "model-unread", "configuration of a model elsewhere", "question", "whose key the agent holds is asked"
)
SKILLS: Final = Rule(
    "skills",
    "skills and plug-ins",
    "question",
    "instructions and programs from elsewhere; who can write there is asked",
)
MEMORY: Final = Rule(
    "memory", "memory of an agent", "question", "where it keeps what it has read, and who uses that, is asked"
)
ALLOWED: Final = Rule(
    "allowed-namespaces",
    "allowedNamespaces",
    "question",
    "it limits who may refer to it when it is deployed, not what is done then; which are meant is asked",
)
DUPLICATE: Final = Rule(
    "duplicate-key",
    "a value under a key that stands again",
    "mapped",
    "another value of the same key replaces it, as kubectl sends the last one; which is meant is asked, once "
    "a file",
)
RENDER: Final = Rule(
    "kustomization",
    "Kustomization",
    "question",
    "its changes to the other files are not made here: render them first, and import the result",
)
TOOLHIVE_SERVER: Final = Rule(
    "toolhive-server",
    "MCPServer of ToolHive",
    "mapped",
    "a service on a system of kind mcp-server, filled in by the catalogue as its image says; a broker "
    "before it where its proxy decides, limits or exchanges something",
)
TOOLHIVE_REMOTE: Final = Rule(
    "toolhive-remote",
    "MCPRemoteProxy, MCPServerEntry",
    "mapped",
    "a system in the zone of its host, called by the proxy, or by the gateways of its group",
)
TOOLHIVE_GATEWAY: Final = Rule(
    "toolhive-gateway",
    "VirtualMCPServer and its group",
    "mapped",
    "a broker, and a delegation to each server of the group",
)
TOOLHIVE_UNREAD: Final = Rule(
    "toolhive-unread",
    "what is elsewhere, or decides in ways that are not read",
    "question",
    "groups without servers here, other kinds of authentication, webhooks and passed headers are asked about",
)
TOOLHIVE_PROFILE: Final = Rule(
    "toolhive-profile",
    "permissionProfile",
    "question",
    "`network` and insecureAllowAll: the web, allowHost: these hosts, `none`: nothing; is it enforced?",
)
TOOLHIVE_PROFILE_UNREAD: Final = Rule(
    "toolhive-profile-unread",
    "permissionProfile elsewhere",
    "question",
    "the ConfigMap is not in these files, so what it permits is asked",
)
TOOLHIVE_TOOLS: Final = Rule(
    "toolhive-tools",
    "toolsFilter, or policies that name tools alone",
    "mapped",
    "`only` of the delegation, where the row of the catalogue knows each tool by its own name",
)
TOOLHIVE_POLICY: Final = Rule(
    "toolhive-policy",
    "policies in Cedar that name the caller or the call",
    "mapped",
    "a checkpoint policy-decision on the delegation, enforced, for each action, decided at the proxy",
)
TOOLHIVE_POLICY_ASKED: Final = Rule(
    "toolhive-policy-asked",
    "other policies, or those of a ConfigMap",
    "question",
    "one `permit` that names nobody lets everybody through, so what they refuse is asked",
)
TOOLHIVE_CALLERS: Final = Rule(
    "toolhive-callers",
    "who may call",
    "question",
    "without an issuer of tokens any caller is accepted",
)
TOOLHIVE_EXCHANGE: Final = Rule(
    "toolhive-exchange",
    "exchange of the caller's token",
    "question",
    "an exchange at the host of the token address, for a token that the server is shown; on behalf of whom",
)
TOOLHIVE_VAULT: Final = Rule(
    "toolhive-vault",
    "secret that Vault puts into the pod",
    "question",
    "a credential that the server holds, in custody of the Vault; who else reads there is asked",
)
SETTING: Final = Rule(
    "setting", "a setting", "mapped", "it changes nothing about who may do what, so it is not kept"
)
RULES: Final[tuple[Rule, ...]] = (
    NAMESPACE, NO_NAMESPACE, ACCOUNT, ACCOUNT_USER, GRANT, SECRETS_READ, NAMED, ESCALATE, IMPERSONATE,
    RUN_AS, VERB, UNBOUND, AGGREGATED, BINDING, BUILT_IN, ROLE_UNREAD, SUBJECT, WORKLOAD, DEFAULT_ACCOUNT,
    SECRET, SECRET_OPENS, SECRET_HELD, IMAGE_PULL, LITERAL, UNCLEAR, HOST, EXPOSED, SERVICE, POLICY, AGENT,
    NO_ACCOUNT, AGENT_TOOL, AGENT_UNREAD, SERVER_TOOL, SERVER, REACHES, TOOLS, HEADER_PASSED, APPROVAL,
    APPROVAL_SOME, APPROVAL_ASKED, PROMPT, MODEL_KEY, MODEL, MODEL_UNREAD, SKILLS, MEMORY, ALLOWED,
    DUPLICATE, RENDER, TOOLHIVE_SERVER, TOOLHIVE_REMOTE, TOOLHIVE_GATEWAY, TOOLHIVE_UNREAD, TOOLHIVE_PROFILE,
    TOOLHIVE_PROFILE_UNREAD, TOOLHIVE_TOOLS, TOOLHIVE_POLICY, TOOLHIVE_POLICY_ASKED, TOOLHIVE_CALLERS,
    TOOLHIVE_EXCHANGE, TOOLHIVE_VAULT, URL, HEADER, URL_SECRET, KNOWN, SEVERAL, SETTING,
)  # fmt: skip
