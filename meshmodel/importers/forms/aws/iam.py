"""AWS account authorization details: what ``aws iam get-account-authorization-details`` prints.

Users and roles become credentials, what their policies together allow one grant for each service, and who
may become which role exchanges. Whether anybody holds a user or runs with a role is not in the file.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from meshmodel.importers.document import Document, ForeignFileError, Node
from meshmodel.importers.forms.aws.account import (
    ASSUMING,
    Accounts,
    Principal,
    Trust,
    is_on_all_users,
)
from meshmodel.importers.forms.aws.actions import (
    ESCALATING,
    ISSUING,
    KEYS,
    PASSING,
    RETRUSTING,
    SECRETS,
    Actions,
    by_service,
    meant_by,
    set_of,
    united,
)
from meshmodel.importers.forms.aws.policies import AllowedPart, Policy, Statement
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.withheld import names_secret
from meshmodel.model.errors import RequestError
from meshmodel.model.records import Custody, Exchange, Grant, Reference
from meshmodel.model.text import first_few, one_line
from meshmodel.model.vocabulary import Action

__all__ = ["RULES", "read", "recognise"]

RULES: Final = form_rules(__file__)

RECORD_LIMIT: Final = 2_000_000
"""The most records that all leaves together are in."""
_SPECIAL: Final = (
    (PASSING, RULES["pass-role"]),
    (KEYS | RETRUSTING, RULES["new-keys"]),
    (SECRETS | ISSUING, RULES["stored-secrets"]),
    (ESCALATING, RULES["gives-policies"]),
)
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
                        self._out.take(version["Document"], RULES["unused"])
            for leaf in root.leaves():
                if leaf.key in _DETAILS or leaf.value in ([], {}):
                    self._out.take(leaf, RULES["detail"])

    def _principal(self, principal: Principal) -> None:
        """A user or a role: its ARN, its policies, its trust and its boundary."""
        out, node = self._out, principal.node
        if principal not in self._ids:
            out.take(node, RULES["not-picked"])
            return
        credential: Became = ("credential", self._ids[principal])
        if principal.kind == "role":
            out.take(node["Arn"], RULES["role"], credential)
            self._policy(self._accounts.trust_of(principal), credential, is_trust=True)
        boundary = node["PermissionsBoundary"]
        if boundary.is_map:
            name = boundary["PermissionsBoundaryArn"].text.rpartition("/")[2]
            text = f"What does the boundary {name} leave of what {principal.name} may do?"
            asked = out.ask(credential, text, RULES["kept-wide"], at=boundary, detail="boundary")
            out.take(boundary, RULES["kept-wide"], credential, asked)
        self._holder(node, self._accounts.own(node), credential)

    def _holder(self, node: Node, own: Iterable[Policy], about: Became | None = None) -> None:
        """What a user, role or group has: its policies, groups and tags."""
        for policy in own:
            if policy in self._used:
                self._policy(policy, about)
            else:
                self._out.take(policy.node, RULES["unused"])
        for each in node["AttachedManagedPolicies"]:
            policy_there = self._accounts.managed.get(each["PolicyArn"].text)
            if policy_there is not None and policy_there.node.parent is None and policy_there in self._used:
                (statement,) = policy_there.statements
                for leaf in each.leaves():
                    self._take(None, leaf, RULES["administrator-access"], _all_of(statement))
        for key in ("GroupList", "AttachedManagedPolicies"):
            self._out.take(node[key], RULES["member"], *([about] if about else []))
        for tag in node["Tags"]:
            if names_secret(tag["Key"].text):
                self._out.take(tag["Value"], RULES["secret-tag"])
        for profile in node["InstanceProfileList"]:
            self._out.take(profile, RULES["detail"])

    # Policies ---------------------------------------------------------------------------------

    def _policy(self, policy: Policy, about: Became | None, *, is_trust: bool = False) -> None:
        """The statements of a policy that somebody has; what is open in it is asked once."""
        if not policy.statements:
            if isinstance(policy.node.value, str):
                text = f"What does the policy {policy.name} say? It could not be read."
                self._out.ask(
                    about, text, RULES["unreadable-policy"], at=policy.node, detail=policy.node.path
                )
            return
        for statement in policy.statements:
            if is_trust:
                self._trust(statement)
            else:
                self._actions(statement, about)
        self._open(policy, about)

    def _take(
        self, statement: Statement | None, node: Node, rule: FormRule, became: Iterable[Became] = ()
    ) -> None:
        """Take the leaves at a node of a statement; of a document that is a text, that text."""
        records = frozenset(became)
        for leaf in [statement.leaf] if statement and statement.leaf else node.leaves():
            self._count += len(records)
            if self._count > RECORD_LIMIT:
                why = "has more policies for more principals than can be listed; pick some users and roles"
                raise ForeignFileError(leaf.source, leaf.line, why)
            self._out.take(leaf, rule, *records)

    def _trust(self, statement: Statement) -> None:
        became = statement.became["sts"]
        rule = RULES["trust"] if statement.allows else RULES["deny"]
        for key in ("Effect", "Action", "NotAction"):
            self._take(statement, statement.node[key], rule, became)
        principal = statement.node["Principal"]
        for node in [principal] if not principal.is_map else [principal[key] for key in _PRINCIPALS]:
            self._take(statement, node, rule)
        for _, key, values in statement.conditions():
            if statement.names_provider and key.lower().endswith(_OF_TOKEN):
                self._take(statement, values, RULES["federated-trust"], became)

    def _actions(self, statement: Statement, about: Became | None) -> None:
        everything = _all_of(statement)
        for each in (*statement.node["Action"].each(), *statement.node["NotAction"].each()):
            prefix = each.text.partition(":")[0].lower()
            if not meant_by(each.text):
                text = f"What do actions such as {each.text} allow? The table of actions does not have them."
                asked = self._out.ask(
                    about, text, RULES["unknown-action"], at=statement.at(each), detail=prefix
                )
                self._take(statement, each, RULES["unknown-action"], [asked])
                continue
            became = everything if "*" in prefix or statement.node["NotAction"] else statement.became[prefix]
            self._take(statement, each, self._rule(statement, each, became), became)
        for key in ("Effect", "Resource"):
            self._take(
                statement,
                statement.node[key],
                RULES["action"] if statement.allows else RULES["deny"],
                everything,
            )

    def _rule(self, statement: Statement, action: Node, became: AbstractSet[Became]) -> FormRule:
        """The rule by which an action was decided."""
        if not statement.allows:
            return RULES["deny"]
        grants = [key for table, key in became if table == "grant"]
        folded = [key for key in grants if key[1] in self._whole]
        if any(key[0] not in self._administrators for key in folded):
            return RULES["many-services"]
        if folded and len(folded) == len(grants):
            return RULES["everything"]
        meant = meant_by(action.text)
        return next((rule for names, rule in _SPECIAL if not meant & ~set_of(names)), RULES["action"])

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
        asked = self._out.ask(about, text, RULES["kept-wide"], at=at, detail=policy.node.path)
        for statement, node in found:
            self._take(statement, node, RULES["kept-wide"], [asked])


def _all_of(statement: Statement) -> set[Became]:
    return {each for made in statement.became.values() for each in made}


_SCOPE: Final = 100
"""The scope of a grant is cut where it is long, and so many resources are always longer."""
_EQUAL: Final = ("stringequals", "stringequalsignorecase", "stringlike")
_LISTS: Final = ("UserDetailList", "RoleDetailList", "GroupDetailList")
_KINDS: Final = {
    "s3": "object-storage", "dynamodb": "database", "rds": "database", "rds-data": "database",
    "redshift": "data-warehouse", "athena": "data-warehouse", "glue": "data-warehouse",
    "codecommit": "code-repository", "codebuild": "ci-pipeline", "codepipeline": "ci-pipeline",
    "secretsmanager": "secrets-manager", "iam": "identity-provider", "sso": "identity-provider",
    "cognito-idp": "identity-provider", "sts": "token-service", "sqs": "message-queue",
    "sns": "message-queue", "kinesis": "message-queue", "apigateway": "api-gateway",
    "execute-api": "api-gateway",
    "eks": "kubernetes-cluster", "ses": "messaging", "payment-cryptography": "payment",
}  # fmt: skip


def recognise(document: Document) -> bool:
    """Whether it is a map with lists of users, roles or groups as the interface of IAM names them."""
    return any(document.root[each].is_list for each in _LISTS)


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read the files together; they may be pages of one account, or several accounts."""
    accounts = Accounts(documents)
    drawing = _AccountDrawing(accounts, out)
    drawing.draw()
    for document in documents:
        if document.root["IsTruncated"].is_true:
            out.partial(document.source, "the answer was cut off (IsTruncated); further pages are missing")
        if out.picked is not None:
            out.partial(document.source, "only some of it was picked")
    Leaves(accounts, drawing.ids, drawing.whole, out).take(documents)


class _AccountDrawing:
    """The records of some accounts.

    Attributes:
        ids: the id of the credential of each user and role that is drawn.
    """

    def __init__(self, accounts: Accounts, out: Proposal) -> None:
        self._accounts = accounts
        self._out = out
        self._trusts = accounts.trusts()
        self.ids: dict[Principal, str] = {}
        self._systems: dict[tuple[str, str], str] = {}
        self._drawn: set[tuple[str, str, str]] = set()
        self._granted: dict[tuple[str, str], set[Action]] = defaultdict(set)

    @property
    def whole(self) -> set[str]:
        """The systems that are a whole account."""
        return {system for (_, prefix), system in self._systems.items() if not prefix}

    def draw(self) -> None:
        """All of it, or what is picked."""
        chosen = _picked(self._accounts, self._trusts, self._out)
        for each in chosen:
            self._principal(each)
        particular = {
            (each.account, prefix) for each in chosen if not each.is_wide for prefix in each.services
        }
        for each in chosen:
            self._grants(each, particular)
            self._missing(each)
        for trust in self._trusts:
            if trust.role in self.ids:
                self._trust(trust)
        self._keys(chosen)

    # Users and roles --------------------------------------------------------------------------

    def _principal(self, principal: Principal) -> None:
        out, node = self._out, principal.node
        kind = "api-key"
        if principal.kind == "role":
            kind = "instance-role" if list(node["InstanceProfileList"]) else "exchanged-token"
        owner = next(
            (each["Value"].text for each in node["Tags"] if each["Key"].text.lower() == "owner"), None
        )
        self._zone(principal.account, node)
        id_ = out.element(
            "credential",
            ("principal", principal.arn),
            principal.name,
            at=node,
            kind=kind,
            identity=principal.arn,
            owner=owner,
            known_as=(principal.arn,),
        )
        self.ids[principal] = id_
        for each in node["Tags"]:
            if each["Key"].text.lower() == "owner":
                out.take(each, RULES["owner-tag"], ("credential", id_))
        if principal.kind == "user":
            text = f"Who or what uses the user {principal.name}: a person, or a program with access keys?"
            out.ask(("credential", id_), text, RULES["user"], at=node["Arn"])
            out.take(node["Arn"], RULES["user"], ("credential", id_))

    def _zone(self, account: str, at: Node) -> str:
        return self._out.element("zone", ("account", account), f"AWS {account}".strip(), at=at)

    def _system(self, account: str, prefix: str, at: Node) -> str:
        """The system of a service in an account; of no service: the account itself."""
        if (account, prefix, at.source) in self._drawn:
            return self._systems[account, prefix]
        id_ = self._out.element(
            "system",
            ("service", account, prefix) if prefix else ("account", account),
            f"{prefix} in {account}" if prefix else f"AWS account {account}".strip(),
            at=at,
            kind=_KINDS.get(prefix, "other") if prefix else "cloud-account",
            zone=self._zone(account, at),
            vendor="AWS",
        )
        self._systems[account, prefix] = id_
        self._drawn.add((account, prefix, at.source))
        return id_

    def _missing(self, principal: Principal) -> None:
        """Policies that no file has: what they allow is asked."""
        for each in principal.missing:
            name = each["PolicyName"].text or each["PolicyArn"].text
            text = f"What does the policy {name} allow? It is attached to {principal.kind} {principal.name}, "
            text += "and not in the file."
            about = ("credential", self.ids[principal])
            asked = self._out.ask(
                about, text, RULES["policy-missing"], at=each, detail=each["PolicyArn"].text
            )
            for leaf in each.leaves():
                self._out.take(leaf, RULES["policy-missing"], asked)

    # What they may do -------------------------------------------------------------------------

    def _grants(self, principal: Principal, particular: set[tuple[str, str]]) -> None:
        """One grant for each service; on services that nobody names in particular, one on the account."""
        actions: dict[str, set[Action]] = defaultdict(set)
        scopes: dict[str, dict[str, None]] = defaultdict(dict)
        for each in principal.allowed:
            for prefix, levels in by_service(_without_exchanges(each, principal)).items():
                is_folded = principal.is_wide and (principal.account, prefix) not in particular
                place = "" if is_folded or principal.is_administrator else prefix
                if principal.is_administrator:
                    actions[place].add("admin")
                else:
                    actions[place] |= _without_admin(levels) if is_folded else levels
                    if prefix == "iam" and principal.makes_itself_administrator:
                        actions[place].add("admin")
                scopes[place].update(dict.fromkeys(each.resources[:_SCOPE]))
                if "*" in each.resources:
                    scopes[place]["*"] = None
        granted = {
            place: self._grant(principal, place, levels, scopes[place], principal.node)
            for place, levels in actions.items()
        }
        for each in principal.allowed:
            for prefix in by_service(_without_exchanges(each, principal)):
                grant = granted.get(prefix) or granted.get("")
                if grant is not None:
                    each.statement.became[prefix].add(grant)
        self._ask_what_is_missing(principal, granted)

    def _grant(
        self, principal: Principal, prefix: str, actions: set[Action], resources: Iterable[str], at: Node
    ) -> Reference:
        limited = sorted(resources)
        scope = None if not limited or "*" in limited else ", ".join(limited)
        system = self._system(principal.account, prefix, at)
        self._granted[principal.account, prefix] |= actions
        return self._out.relate(Grant(self.ids[principal], system, tuple(actions), scope), at=at)

    def _ask_what_is_missing(self, principal: Principal, granted: dict[str, Reference]) -> None:
        """What the export cannot say about some actions: roles that are passed, secrets that are read."""
        if principal.is_administrator:
            return
        out, node = self._out, principal.node
        actions = united(each.actions for each in principal.allowed)
        if actions & set_of(PASSING):
            text = f"{principal.name} may pass roles to services: what does it run, and with which roles?"
            asked = out.ask(("credential", self.ids[principal]), text, RULES["pass-role"], at=node)
            for each in principal.allowed:
                if each.actions & set_of(PASSING):
                    each.statement.became["iam"].add(asked)
        for name in sorted(SECRETS | ISSUING):
            prefix = name.partition(":")[0]
            if prefix not in granted or not actions & meant_by(name):
                continue
            what = "are stored in" if name in SECRETS else "are given out by"
            text = f"Which credentials {what} {prefix} in {principal.account}?"
            asked = out.ask(("system", granted[prefix][1][1]), text, RULES["stored-secrets"], at=node)
            for each in principal.allowed:
                if each.actions & meant_by(name):
                    each.statement.became[prefix].add(asked)

    def _keys(self, chosen: Sequence[Principal]) -> None:
        """Who administers an account, or all keys in it, obtains what is in it; some become some others."""
        for (account, prefix), actions in self._granted.items():
            for each in chosen:
                by: Action = "issue" if each.kind == "user" else "admin"
                if prefix in {"", "iam"} and each.account == account and actions & {by, "admin"}:
                    system = self._systems[account, prefix]
                    self._out.relate(Custody(system, self.ids[each], "issues", (by,)), at=each.node)
        for maker in (each for each in chosen if each.keys_on or each.retrusts):
            for other in chosen:
                for making in maker.becoming(other):
                    exchange = Exchange(self.ids[maker], self.ids[other], semantics="impersonation")
                    making.statement.became["iam"].add(self._out.relate(exchange, at=maker.node))

    # Who may become a role --------------------------------------------------------------------

    def _trust(self, trust: Trust) -> None:
        out, role, at = self._out, trust.role, trust.statement.at(trust.at)
        id_ = self.ids[role]
        about = ("credential", id_)
        if trust.source is not None:
            if trust.source in self.ids:
                made = out.relate(Exchange(self.ids[trust.source], id_), at=role.node)
                allowing = [
                    each.statement for each in trust.source.allowed if each.actions & set_of(ASSUMING)
                ]
                for each in (trust.statement, *allowing):
                    each.became["sts"].add(made)
                out.take(at, RULES["account-trust"] if trust.how == "account" else RULES["trust"], made)
            else:
                out.take(at, RULES["not-picked"])
        elif trust.how == "service":
            if role.is_linked_to_service:
                out.take(at, RULES["service-linked-role"], about)
                return
            text = f"What runs in {trust.other} with the role {role.name}?"
            asked = out.ask(about, text, RULES["service-trust"], at=role.node, detail=trust.other)
            out.take(at, RULES["service-trust"], about, asked)
        elif trust.how == "federated":
            self._federated(trust, at)
        else:
            self._outside(trust, at)

    def _federated(self, trust: Trust, at: Node) -> None:
        """The tokens of an identity provider: one credential for each subject that the trust names."""
        out, role = self._out, trust.role
        host = trust.other.partition("-provider/")[2] or trust.other
        is_saml = ":saml-provider/" in trust.other
        made: list[Became] = []
        for subject, is_exact in _subjects(trust):
            name = f"{host} {subject}" if subject else f"anybody of {host}"
            source = out.element(
                "credential",
                ("federated", trust.other, subject),
                name,
                at=role.node,
                kind="other" if is_saml else "oidc-federation",
                subject="human" if is_saml else None,
                known_as=(subject,),
            )
            exchange = Exchange(source, self.ids[role], pinned=is_exact)
            made += [("credential", source), out.relate(exchange, at=role.node)]
        for each in made:
            trust.statement.became["sts"].add(each)
        out.take(at, RULES["federated-trust"], *made)

    def _outside(self, trust: Trust, at: Node) -> None:
        """Somebody whom no file has: another user or role, all of an account, or anybody."""
        out, role, name = self._out, trust.role, trust.other
        is_one = any(kind in name for kind in (":user/", ":role/", ":assumed-role/"))
        where = "on AWS" if name == "*" else f"in {name}"
        shown = name.rpartition("/")[2] if is_one else f"anybody {where}"
        source = out.element(
            "credential",
            ("principal", name),
            shown,
            at=role.node,
            kind="other",
            identity=name if is_one else None,
            known_as=(name,) if is_one else None,
        )
        exchange = Exchange(source, self.ids[role], pinned=is_one)
        made = out.relate(exchange, at=role.node)
        trust.statement.became["sts"].add(made)
        text = f"Who is “{shown}”, who may become the role {role.name}?"
        asked = out.ask(("credential", source), text, RULES["outside-trust"], at=role.node)
        out.take(at, RULES["outside-trust"], ("credential", source), made, asked)


def _without_exchanges(allowed: AllowedPart, principal: Principal) -> Actions:
    """The actions of which a grant is made: making keys of some users, or oneself, is none."""
    keys = set_of(KEYS)
    if allowed.actions & keys and not is_on_all_users(allowed.resources, principal.account):
        return allowed.actions & ~keys
    return allowed.actions


def _without_admin(levels: Iterable[Action]) -> set[Action]:
    """Actions that are less than administering: not over the whole account."""
    return {"write" if each in {"admin", "issue"} else each for each in levels}


def _subjects(trust: Trust) -> list[tuple[str, bool]]:
    """The subjects that a trust in a provider names, and whether each is exactly one; else any subject."""
    found = {}
    for operator, key, values in trust.statement.conditions():
        kind = operator.rpartition(":")[2].lower()
        if not key.lower().endswith(":sub") or kind not in _EQUAL:
            continue
        for each in values.each():
            found[each.text] = kind in _EQUAL[:2] or not any(it in each.text for it in "*?")
    return sorted(found.items()) or [("", False)]


def _picked(accounts: Accounts, trusts: Sequence[Trust], out: Proposal) -> list[Principal]:
    """All users and roles, or those that are picked and whom these may become, in the order of the files."""
    everybody = list(accounts.principals.values())
    if out.picked is None:
        return everybody
    chosen: dict[Principal, None] = {}
    for word in sorted(out.picked.names):
        found = [each for each in everybody if each.is_called(word)]
        if not found:
            some = first_few([one_line(f"{each.kind}/{each.name}", 80) for each in everybody], 10) or "none"
            raise RequestError("only", f"{one_line(word)}: no user or role is called so; there are {some}")
        chosen.update(dict.fromkeys(found))
    chosen.update(dict.fromkeys(each for each in everybody if each.arn in out.picked.reached))
    if not chosen:
        raise RequestError("only", "agents: no agent of the model reaches a user or role of these files")
    ways: dict[Principal, list[Principal]] = defaultdict(list)
    for trust in trusts:
        if trust.source is not None:
            ways[trust.source].append(trust.role)
    waiting = list(chosen)
    while waiting:
        each = waiting.pop()
        if (
            each.is_administrator or each.makes_itself_administrator
        ):  # reaches all there is; what it was picked for is itself
            continue
        further = [*ways[each], *(it for it in everybody if each.becoming(it))]
        waiting += [it for it in further if it not in chosen]
        chosen.update(dict.fromkeys(further))
    return [each for each in everybody if each in chosen]
