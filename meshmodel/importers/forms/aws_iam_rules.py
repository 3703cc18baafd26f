"""The table of mapping of AWS account authorization details."""

from typing import Final

from meshmodel.importers.ledger import Rule

USER: Final = Rule(
    "user",
    "ARN of a user",
    "question",
    "a credential of kind api-key; who or what uses it is not in the file, so it is asked",
)
ROLE: Final = Rule(
    "role",
    "ARN of a role",
    "mapped",
    "a credential of kind exchanged-token, or instance-role where it has an instance profile",
)
TRUST: Final = Rule(
    "trust", "trust in a user or role", "mapped", "an exchange: presenting the one yields the other"
)
ACCOUNT_TRUST: Final = Rule(
    "account-trust",
    "trust in an account",
    "mapped",
    "an exchange from each user and role there whose own policies allow it too",
)
OUTSIDE_TRUST: Final = Rule(
    "outside-trust",
    "trust in somebody of another account, or anybody",
    "question",
    "a credential that stands for them with an exchange, not pinned where it names no one user or role; who "
    "they are is asked",
)
FEDERATED: Final = Rule(
    "federated-trust",
    "trust in an identity provider",
    "mapped",
    "a credential of that provider with an exchange, which is not pinned where the subject is missing or has "
    "a wildcard",
)
SERVICE: Final = Rule(
    "service-trust", "trust in a service", "question", "what runs there with the role is asked"
)
SERVICE_LINKED: Final = Rule(
    "service-linked-role",
    "trust of a service-linked role",
    "assumed",
    "only that service itself uses it, so nobody is asked",
)
ACTION: Final = Rule(
    "action",
    "actions and resources of a policy",
    "mapped",
    "one grant for each principal and service, all its policies together",
)
DENY: Final = Rule("deny", "a statement that denies", "mapped", "it is taken off from what is allowed")
EVERYTHING: Final = Rule(
    "everything",
    "actions of somebody who may do everything",
    "mapped",
    "one system of kind cloud-account with admin",
)
MANY: Final = Rule(
    "many-services",
    "actions on very many services",
    "assumed",
    "services that nobody else names in particular are the one cloud account",
)
UNKNOWN: Final = Rule(
    "unknown-action",
    "an action that the table of actions does not have",
    "not understood",
    "nothing is granted by it; what it allows is asked",
)
OPEN: Final = Rule(
    "kept-wide",
    "a condition, NotAction, NotResource or boundary",
    "question",
    "computed as if it limited nothing, and asked",
)
PASSED_ROLE: Final = Rule(
    "pass-role", "iam:PassRole", "question", "what is run with which role is not in the file, so it is asked"
)
NEW_KEYS: Final = Rule(
    "new-keys",
    "making keys or passwords of users",
    "mapped",
    "of all users: issue on iam, where their credentials come from; of some: an exchange to each; of "
    "oneself: nothing more",
)
STORED: Final = Rule(
    "stored-secrets",
    "reading stored secrets, or having tokens issued",
    "question",
    "which credentials these are is not in the file, so it is asked",
)
MISSING: Final = Rule(
    "policy-missing",
    "a policy that is not in the file",
    "question",
    "what it allows is asked; AdministratorAccess is known",
)
ADMINISTRATOR: Final = Rule(
    "administrator-access",
    "AdministratorAccess",
    "assumed",
    "taken for what AWS says it is: everything",
)
MEMBER: Final = Rule(
    "member", "group of a user, policy that is attached", "mapped", "its policies are the principal's too"
)
OWNER: Final = Rule("owner-tag", "tag called owner", "assumed", "the owner of the credential")
SECRET_TAG: Final = Rule(
    "secret-tag", "tag whose name says secret", "secret withheld", "names only, never the secret"
)
UNREADABLE: Final = Rule(
    "unreadable-policy", "a policy that is no JSON", "not understood", "what it allows is asked"
)
UNUSED: Final = Rule(
    "unused",
    "policy that nobody has, or a version that is not the default",
    "mapped",
    "it allows nothing, so it is not kept",
)
NOT_PICKED: Final = Rule(
    "not-picked", "a principal that was not picked", "mapped", "others were picked, so it is left out"
)
DETAIL: Final = Rule(
    "detail",
    "ids, dates, paths, names",
    "mapped",
    "they change nothing about who may do what, so they are not kept",
)
RULES: Final[tuple[Rule, ...]] = (
    USER, ROLE, TRUST, ACCOUNT_TRUST, OUTSIDE_TRUST, FEDERATED, SERVICE, SERVICE_LINKED, ACTION, DENY,
    EVERYTHING, MANY, UNKNOWN, OPEN, PASSED_ROLE, NEW_KEYS, STORED, MISSING, ADMINISTRATOR, UNREADABLE,
    MEMBER, OWNER, SECRET_TAG, UNUSED, NOT_PICKED, DETAIL,
)  # fmt: skip
