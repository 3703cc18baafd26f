"""The users, groups, roles and policies of account authorization details, and who may become which role."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from meshmodel.importers.document import Document, ForeignFileError, Node
from meshmodel.importers.forms.aws.actions import (
    IAM_ADMIN,
    KEYS,
    RETRUSTING,
    Actions,
    by_service,
    covers,
    set_of,
    united,
)
from meshmodel.importers.forms.aws.policies import (
    AllowedPart,
    Policy,
    Statement,
    allowed_by,
    is_on,
    policy_of,
)

_ADMINISTRATOR: Final = ":iam::aws:policy/AdministratorAccess"
_EVERYTHING: Final = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
ASSUMING: Final = frozenset({"sts:AssumeRole"})
WAY_LIMIT: Final = 50_000
"""The most ways from a principal to a role that are drawn."""
MANY_SERVICES: Final = 30
"""Who may do something on more services than these is not given a system for each."""
PAIR_LIMIT: Final = 5_000_000
"""The most pairs of a permission to become somebody and a user or role that are looked at."""
_LISTS: Final = (("UserDetailList", "user"), ("RoleDetailList", "role"))
_POLICIES: Final = ("UserPolicyList", "RolePolicyList", "GroupPolicyList")


@dataclass(eq=False)
class Principal:
    """A user or a role.

    Attributes:
        kind: which of both.
        arn: its ARN, by which it is known.
        name: its name in the account.
        account: the number of the account.
        node: where it stands.
        policies: its own, those that are attached, and those of its groups.
        missing: attached policies that no file has.
        attached: the ARNs of those policies of the account that are attached to it or its groups.
        groups: the ARNs of its groups.
        powerful_groups: the ARNs of the groups of its account whose members may do everything.
    """

    kind: Literal["user", "role"]
    arn: str
    name: str
    account: str
    node: Node
    policies: list[Policy] = field(default_factory=list)
    missing: list[Node] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    powerful_groups: Sequence[str] = ()

    @cached_property
    def allowed(self) -> list[AllowedPart]:
        """What its policies together allow."""
        return allowed_by(f"{self.kind} {self.name}", self.policies)

    @cached_property
    def assumes(self) -> tuple[str, ...]:
        """The patterns of the roles that it may assume, as far as its own policies say."""
        return tuple(
            {it for each in self.allowed if each.actions & set_of(ASSUMING) for it in each.resources}
        )

    @cached_property
    def keys_on(self) -> tuple[str, ...]:
        """The patterns of the users of whom it may make keys."""
        return tuple({it for each in self.allowed if each.actions & set_of(KEYS) for it in each.resources})

    @cached_property
    def retrusts(self) -> tuple[str, ...]:
        """The patterns of the roles of which it decides who may become them."""
        return tuple(
            {it for each in self.allowed if each.actions & set_of(RETRUSTING) for it in each.resources}
        )

    def may(self, action: str, arn: str) -> bool:
        """Whether it may do something of ``iam`` to an ARN, or to all that a pattern of ARNs means.

        A condition on the policy that is given leaves open whether that is one which allows everything.
        """
        wanted = set_of(frozenset({f"iam:{action}"}))
        return any(
            each.actions & wanted
            and is_on(each.resources, arn)
            and not any(key.lower() == "iam:policyarn" for _, key, _ in each.statement.conditions())
            for each in self.allowed
        ) and not self._is_denied(wanted, arn)

    def _is_denied(self, actions: Actions, arn: str) -> bool:
        return any(
            not each.allows and each.decides and each.actions & actions and covers(each.resources, arn)
            for policy in self.policies
            for each in policy.statements
        )

    def may_assume(self, role: "Principal", *, is_named: bool) -> bool:
        """Whether its own policies let it become a role.

        They must allow it; if the trust of a role of the same account names the principal (``is_named``), it
        is enough that none denies it.
        """
        if is_named and role.account == self.account:
            return not self._is_denied(set_of(ASSUMING), role.arn)
        return is_on(self.assumes, role.arn)

    @cached_property
    def services(self) -> frozenset[str]:
        """The prefixes of the services on which it may do something."""
        return frozenset[str]().union(*(by_service(each.actions) for each in self.allowed))

    @property
    def is_wide(self) -> bool:
        """Whether it may do something on very many services."""
        return len(self.services) > MANY_SERVICES

    @cached_property
    def is_administrator(self) -> bool:
        """Whether it may do everything in the account."""
        everywhere = united(each.actions for each in self.allowed if "*" in each.resources)
        return self.is_wide and not set_of(IAM_ADMIN) & ~everywhere

    @cached_property
    def makes_itself_administrator(self) -> bool:
        """Whether it may give itself everything in the account.

        As ``update_admin_status`` of PMapper has it (nccgroup/PMapper@91d2e60), and by a group that may do
        everything, of which a user may make itself a member.
        """
        own, every_role = self.kind.capitalize(), f"arn:aws:iam::{self.account}:role/*"
        if any(self.may(f"{verb}{own}Policy", self.arn) for verb in ("Put", "Attach")):
            return True
        if self.may("CreateRole", every_role) and (
            self.may("PutRolePolicy", every_role) or self.may("AttachRolePolicy", every_role)
        ):
            return True
        changing = ("CreatePolicyVersion", "SetDefaultPolicyVersion")
        if any(self.may(each, arn) for arn in self.attached for each in changing):
            return True
        giving = ("PutGroupPolicy", "AttachGroupPolicy")
        if any(self.may(each, arn) for arn in self.groups for each in giving):
            return True
        return self.kind == "user" and any(self.may("AddUserToGroup", arn) for arn in self.powerful_groups)

    def making_keys_of(self, user: "Principal") -> list[AllowedPart]:
        """What lets it make keys of another user in particular."""
        if self is user or not self.keys_on or self.is_administrator:
            return []
        return [
            each
            for each in self.allowed
            if each.actions & set_of(KEYS)
            and not is_on_all_users(each.resources, self.account)
            and is_on([it for it in each.resources if not is_own([it], self)], user.arn)
        ]

    def retrusting(self, role: "Principal") -> list[AllowedPart]:
        """What lets it say that it may become a role; who may become those of a service is fixed."""
        wanted = set_of(RETRUSTING)
        is_possible = self is not role and self.account == role.account and not role.is_linked_to_service
        if not is_possible or self.is_administrator or self._is_denied(wanted, role.arn):
            return []
        return [each for each in self.allowed if each.actions & wanted and is_on(each.resources, role.arn)]

    def becoming(self, other: "Principal") -> list[AllowedPart]:
        """What lets it become another user or role by changing that one."""
        return self.making_keys_of(other) if other.kind == "user" else self.retrusting(other)

    @property
    def is_linked_to_service(self) -> bool:
        """Whether it is a role that a service of AWS made for itself."""
        return self.node["Path"].text.startswith("/aws-service-role/")

    def is_called(self, word: str) -> bool:
        """Whether a word names it: its ARN, its name, or kind and name as in ``role/deploy``."""
        return word in {self.arn, self.name, f"{self.kind}/{self.name}"}


def is_own(resources: Iterable[str], principal: Principal) -> bool:
    """Whether patterns mean nobody but a principal itself."""
    return all("${aws:username}" in each or each == principal.arn for each in resources)


def is_on_all_users(resources: Iterable[str], account: str) -> bool:
    """Whether one of some patterns means all users of an account."""
    return covers(resources, f"arn:aws:iam::{account}:user/*")


@dataclass(frozen=True, slots=True)
class Trust:
    """Who may become a role.

    Attributes:
        role: the role.
        statement: where its trust says so.
        at: the leaf that names them.
        source: a user or role of the files.
        other: else what is written there: another ARN, ``*``, an account, a service, a provider.
        how: what kind of name it is.
    """

    role: Principal
    statement: Statement
    at: Node
    source: Principal | None
    other: str
    how: Literal["named", "account", "outside", "federated", "service"]


class Accounts:
    """All that some files say, understood together.

    Attributes:
        principals: users and roles by ARN.
        managed: policies by ARN, of their default version; AdministratorAccess also where no file has it.
        groups: groups by account and name.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self.principals: dict[str, Principal] = {}
        self.managed: dict[str, Policy] = {}
        self.groups: dict[tuple[str, str], Node] = {}
        self._own: dict[Node, list[Policy]] = {}
        self._trust: dict[Node, Policy] = {}
        self._by_account: dict[str, list[Principal]] = defaultdict(list)
        self._roles: dict[tuple[str, str], Principal] = {}
        for document in documents:
            for root in document.roots:
                self._read(root)
        for each in self.principals.values():
            self._give_policies(each)
        powerful = self._powerful_groups()
        for each in self.principals.values():
            each.powerful_groups = powerful[each.account]

    def _read(self, root: Node) -> None:
        for each in root["Policies"]:
            for version in each["PolicyVersionList"]:
                if version["IsDefaultVersion"].is_true and each["Arn"].text:
                    policy = policy_of(each["PolicyName"].text, version["Document"])
                    self.managed.setdefault(each["Arn"].text, policy)
        for each in root["GroupDetailList"]:
            self.groups.setdefault((account_of(each["Arn"].text), each["GroupName"].text), each)
        for key, kind in _LISTS:
            for each in root[key]:
                arn, name = each["Arn"].text, each[f"{kind.capitalize()}Name"].text
                if not arn or arn in self.principals:
                    continue
                made = Principal(
                    "user" if kind == "user" else "role",
                    arn,
                    name or arn.rpartition("/")[2] or arn,
                    account_of(arn),
                    each,
                )
                self.principals[arn] = made
                self._by_account[made.account].append(made)
                if kind == "role":
                    self._roles[made.account, made.name] = made

    def _powerful_groups(self) -> dict[str, list[str]]:
        """By account the ARNs of the groups whose members may do everything."""
        found: dict[str, list[str]] = defaultdict(list)
        for (account, name), node in self.groups.items():
            member = Principal("user", "", name, account, node)
            self._give_policies(member)
            if member.is_administrator:
                found[account].append(node["Arn"].text)
        return found

    def _give_policies(self, principal: Principal) -> None:
        holders = [principal.node]
        for each in principal.node["GroupList"]:
            group = self.groups.get((principal.account, each.text))
            if group is not None:
                holders.append(group)
                principal.groups.append(group["Arn"].text)
        for holder in holders:
            principal.policies += self.own(holder)
            for each in holder["AttachedManagedPolicies"]:
                arn = each["PolicyArn"].text
                if account_of(arn) == principal.account:
                    principal.attached.append(arn)
                if arn.endswith(_ADMINISTRATOR) and arn not in self.managed:
                    self.managed[arn] = policy_of(each["PolicyName"].text, Node(_EVERYTHING))
                policy = self.managed.get(arn)
                if policy is not None:
                    principal.policies.append(policy)
                else:
                    principal.missing.append(each)
        principal.policies = list(dict.fromkeys(principal.policies))

    def own(self, holder: Node) -> list[Policy]:
        """The policies that are written in a user, role or group itself."""
        if holder not in self._own:
            self._own[holder] = [
                policy_of(each["PolicyName"].text, each["PolicyDocument"])
                for key in _POLICIES
                for each in holder[key]
            ]
        return self._own[holder]

    # Who may become whom ----------------------------------------------------------------------

    def trusts(self) -> list[Trust]:
        """Who may become which role; raises ForeignFileError where they are too many to be drawn."""
        found: list[Trust] = []
        everybody = list(self.principals.values())
        further = sum(len(each.assumes) + len(each.keys_on) + len(each.retrusts) for each in everybody)
        if further * len(everybody) > PAIR_LIMIT:
            at = everybody[0].node
            raise ForeignFileError(
                at.source, at.line, "has more permissions of more users and roles than can be compared"
            )
        for role in everybody:
            if role.kind != "role":
                continue
            for each in self._trusts_of(role):
                found.append(each)
                if len(found) > WAY_LIMIT:
                    why = f"has more than {WAY_LIMIT:,} ways to become a role, which nobody could look at"
                    raise ForeignFileError(role.node.source, role.node.line, why)
        return found

    def trust_of(self, role: Principal) -> Policy:
        """The policy that says who may become a role."""
        if role.node not in self._trust:
            name = f"the trust of {role.name}"
            self._trust[role.node] = policy_of(name, role.node["AssumeRolePolicyDocument"])
        return self._trust[role.node]

    def _trusts_of(self, role: Principal) -> Iterator[Trust]:
        statements = self.trust_of(role).statements
        refused = {
            each.text
            for statement in statements
            if not statement.allows and statement.decides
            for each in _named_in(statement, "AWS")
        }
        for statement in statements:
            if not statement.allows or not statement.actions:
                continue
            for key, how in (("Service", "service"), ("Federated", "federated")):
                for each in _named_in(statement, key):
                    yield Trust(
                        role, statement, each, None, each.text, "service" if how == "service" else "federated"
                    )
            for each in _named_in(statement, "AWS"):
                for trust in self._by_arn(role, statement, each):
                    if trust.source is None or not refused & {trust.source.arn, "*"}:
                        yield trust

    def _by_arn(self, role: Principal, statement: Statement, at: Node) -> Iterator[Trust]:
        name = at.text
        if name == "*":
            callers = [each for each in self.principals.values() if each.assumes]
        else:
            callers = self._by_account.get(_whole_account(name), [])
        found = self._called(name)
        if found is not None and found is not role:
            if found.may_assume(role, is_named=True):
                yield Trust(role, statement, at, found, name, "named")
        elif name == "*" or not (found or callers):
            yield Trust(role, statement, at, None, name, "outside")
        for each in callers:
            if each is not role and each.assumes and each.may_assume(role, is_named=False):
                yield Trust(role, statement, at, each, name, "account")

    def _called(self, name: str) -> Principal | None:
        """The user or role that an ARN of a trust means; of a session of a role, the role."""
        parts = name.split(":", 5)
        if len(parts) == 6 and parts[5].startswith("assumed-role/"):
            return self._roles.get((parts[4], parts[5].split("/")[1]))
        return self.principals.get(name)


def account_of(arn: str) -> str:
    """The number of the account in an ARN; empty where it has none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""


def _whole_account(name: str) -> str:
    """The account that a trust in all of an account names, as ``…:root`` or by its number."""
    if name.endswith(":root"):
        return account_of(name)
    return name if name.isdecimal() else ""


def _named_in(statement: Statement, key: str) -> list[Node]:
    """The principals of a kind in a statement; a lone ``*`` is one of AWS."""
    principal = statement.node["Principal"]
    if isinstance(principal.value, str):
        return [principal] if key == "AWS" else []
    return [each for each in principal[key].each() if each.text]
