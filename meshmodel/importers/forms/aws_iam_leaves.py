"""What became of each leaf of account authorization details, once all records are made."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from meshmodel.importers.document import Document, ForeignFileError, Node
from meshmodel.importers.forms.aws_account import Accounts, Principal
from meshmodel.importers.forms.aws_actions import ISSUING, KEYS, PASSING, SECRETS, meant_by, set_of
from meshmodel.importers.forms.aws_iam_rules import (
    ACTION,
    ADMINISTRATOR,
    DENY,
    DETAIL,
    EVERYTHING,
    FEDERATED,
    MANY,
    MEMBER,
    NEW_KEYS,
    NOT_PICKED,
    OPEN,
    PASSED_ROLE,
    ROLE,
    SECRET_TAG,
    STORED,
    TRUST,
    UNKNOWN,
    UNREADABLE,
    UNUSED,
)
from meshmodel.importers.forms.aws_policies import Policy, Statement
from meshmodel.importers.ledger import Became, Rule
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.withheld import names_secret

RECORD_LIMIT: Final = 2_000_000
"""The most records that all leaves together are in."""
_SPECIAL: Final = ((PASSING, PASSED_ROLE), (KEYS, NEW_KEYS), (SECRETS | ISSUING, STORED))
_PRINCIPALS: Final = ("AWS", "Service", "Federated")
_OF_TOKEN: Final = (":sub", ":aud")
_DETAILS: Final = frozenset(
    {
        "Arn", "AttachmentCount", "CreateDate", "DefaultVersionId", "Description", "GroupId",
        "GroupName", "Id", "InstanceProfileId", "InstanceProfileName", "IsAttachable", "IsDefaultVersion",
        "IsTruncated", "Key", "LastUsedDate", "Marker", "MaxSessionDuration", "PasswordLastUsed", "Path",
        "PermissionsBoundaryUsageCount", "PolicyArn", "PolicyId", "PolicyName", "Region", "RoleId",
        "RoleName", "Sid", "UpdateDate", "UserId", "UserName", "Value", "Version", "VersionId",
    }
)  # fmt: skip


class Leaves:
    """The leaves of some files."""

    def __init__(
        self, accounts: Accounts, ids: Mapping[Principal, str], whole: AbstractSet[str], out: Proposal
    ) -> None:
        """
        Args:
            accounts: what the files say.
            ids: the credential of each user and role that is drawn.
            whole: the systems that are a whole account.
            out: where it is told.
        """
        self._accounts = accounts
        self._ids = ids
        self._whole = whole
        self._out = out
        self._count = 0
        self._administrators = {id_ for each, id_ in ids.items() if each.is_administrator}
        self._used = {policy: principal.account for principal in ids for policy in principal.policies}

    def take(self, documents: Sequence[Document]) -> None:
        """Say what became of each, and ask what is open in the policies of those who are drawn."""
        for principal in self._accounts.principals.values():
            self._principal(principal)
        for group in self._accounts.groups.values():
            self._holder(group, self._accounts.own(group))
        managed = {policy.node: policy for policy in self._accounts.managed.values()}
        for root in (root for document in documents for root in document.roots):
            for each in root["Policies"]:
                for version in each["PolicyVersionList"]:
                    policy = managed.get(version["Document"])
                    if policy is not None and policy in self._used:
                        self._policy(policy, None)
                    else:
                        self._out.take(version["Document"], UNUSED)
            for leaf in root.leaves():
                if leaf.key in _DETAILS or leaf.value in ([], {}):
                    self._out.take(leaf, DETAIL)

    def _principal(self, principal: Principal) -> None:
        """A user or a role: its ARN, its policies, its trust and its boundary."""
        out, node = self._out, principal.node
        if principal not in self._ids:
            out.take(node, NOT_PICKED)
            return
        credential: Became = ("credential", self._ids[principal])
        if principal.kind == "role":
            out.take(node["Arn"], ROLE, credential)
            self._policy(self._accounts.trust_of(principal), credential, is_trust=True)
        boundary = node["PermissionsBoundary"]
        if boundary.is_map:
            name = boundary["PermissionsBoundaryArn"].text.rpartition("/")[2]
            text = f"What does the boundary {name} leave of what {principal.name} may do?"
            asked = out.ask(credential, text, OPEN, at=boundary, detail="boundary")
            out.take(boundary, OPEN, credential, asked)
        self._holder(node, self._accounts.own(node), credential)

    def _holder(self, node: Node, own: Iterable[Policy], about: Became | None = None) -> None:
        """What a user, role or group has: its policies, groups and tags."""
        for policy in own:
            if policy in self._used:
                self._policy(policy, about)
            else:
                self._out.take(policy.node, UNUSED)
        for each in node["AttachedManagedPolicies"]:
            policy_there = self._accounts.managed.get(each["PolicyArn"].text)
            if policy_there is not None and policy_there.node.parent is None and policy_there in self._used:
                (statement,) = policy_there.statements
                for leaf in each.leaves():
                    self._take(None, leaf, ADMINISTRATOR, _all_of(statement))
        for key in ("GroupList", "AttachedManagedPolicies"):
            self._out.take(node[key], MEMBER, *([about] if about else []))
        for tag in node["Tags"]:
            if names_secret(tag["Key"].text):
                self._out.take(tag["Value"], SECRET_TAG)
        for profile in node["InstanceProfileList"]:
            self._out.take(profile, DETAIL)

    # Policies ---------------------------------------------------------------------------------

    def _policy(self, policy: Policy, about: Became | None, *, is_trust: bool = False) -> None:
        """The statements of a policy that somebody has; what is open in it is asked once."""
        if not policy.statements:
            if isinstance(policy.node.value, str):
                text = f"What does the policy {policy.name} say? It could not be read."
                self._out.ask(about, text, UNREADABLE, at=policy.node, detail=policy.node.path)
            return
        for statement in policy.statements:
            if is_trust:
                self._trust(statement)
            else:
                self._actions(statement, about)
        self._open(policy, about)

    def _take(
        self, statement: Statement | None, node: Node, rule: Rule, became: Iterable[Became] = ()
    ) -> None:
        """Take the leaves at a node of a statement; of a document that is a text, that text."""
        records = frozenset(became)
        for leaf in [statement.leaf] if statement and statement.leaf else node.leaves():
            self._count += len(records)
            if self._count > RECORD_LIMIT:
                why = "has more policies for more principals than can be listed; pick some with --only"
                raise ForeignFileError(leaf.source, leaf.line, why)
            self._out.take(leaf, rule, *records)

    def _trust(self, statement: Statement) -> None:
        became = statement.became["sts"]
        rule = TRUST if statement.allows else DENY
        for key in ("Effect", "Action", "NotAction"):
            self._take(statement, statement.node[key], rule, became)
        principal = statement.node["Principal"]
        for node in [principal] if not principal.is_map else [principal[key] for key in _PRINCIPALS]:
            self._take(statement, node, rule)
        for _, key, values in statement.conditions():
            if statement.names_provider and key.lower().endswith(_OF_TOKEN):
                self._take(statement, values, FEDERATED, became)

    def _actions(self, statement: Statement, about: Became | None) -> None:
        everything = _all_of(statement)
        for each in (*statement.node["Action"].each(), *statement.node["NotAction"].each()):
            prefix = each.text.partition(":")[0].lower()
            if not meant_by(each.text):
                text = f"What do actions such as {each.text} allow? The table of actions does not have them."
                asked = self._out.ask(about, text, UNKNOWN, at=statement.at(each), detail=prefix)
                self._take(statement, each, UNKNOWN, [asked])
                continue
            became = everything if "*" in prefix or statement.node["NotAction"] else statement.became[prefix]
            self._take(statement, each, self._rule(statement, each, became), became)
        for key in ("Effect", "Resource"):
            self._take(statement, statement.node[key], ACTION if statement.allows else DENY, everything)

    def _rule(self, statement: Statement, action: Node, became: AbstractSet[Became]) -> Rule:
        """The rule by which an action was decided."""
        if not statement.allows:
            return DENY
        grants = [key for table, key in became if table == "grant"]
        folded = [key for key in grants if key[1] in self._whole]
        if any(key[0] not in self._administrators for key in folded):
            return MANY
        if folded and len(folded) == len(grants):
            return EVERYTHING
        meant = meant_by(action.text)
        return next((rule for names, rule in _SPECIAL if not meant & ~set_of(names)), ACTION)

    def _open(self, policy: Policy, about: Became | None) -> None:
        """Ask about what a policy leaves open: conditions, ``NotAction``, ``NotResource``."""
        found: list[tuple[Statement, Node]] = []
        for statement in policy.statements:
            node = statement.node
            found += [
                (statement, values)
                for _, key, values in statement.conditions()
                if not (statement.names_provider and key.lower().endswith(_OF_TOKEN))
            ]
            found += [
                (statement, node[key]) for key in ("NotAction", "NotResource", "NotPrincipal") if node[key]
            ]
        if not found:
            return
        keys = sorted({str(node.key) for _, node in found})
        text = f"What is left of {policy.name} by {', '.join(keys[:8])}{', …' if len(keys) > 8 else ''}? "
        text += "Where it allows it counts in full, where it denies it does not count."
        at = found[0][0].at(found[0][1])
        asked = self._out.ask(about, text, OPEN, at=at, detail=policy.node.path)
        for statement, node in found:
            self._take(statement, node, OPEN, [asked])


def _all_of(statement: Statement) -> set[Became]:
    return {each for made in statement.became.values() for each in made}
