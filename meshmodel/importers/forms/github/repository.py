"""A repository on GitHub as its workflows see it: its systems, tokens, secrets, and who starts what."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from meshmodel.importers.document import Node
from meshmodel.importers.forms.github.rules import (
    LITERAL,
    MODEL_KEY,
    NO_WORDS,
    PERMISSION,
    PULL_REQUEST,
    SECRET_HELD,
    SECRET_OPENS,
    TRIGGER,
    UNTRUSTED,
)
from meshmodel.importers.ledger import Became
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.withheld import is_reference, names_secret, shows_secret
from meshmodel.model.records import Custody, Grant, Hold, Trigger
from meshmodel.model.vocabulary import Action

EVERY_SCOPE: Final = (
    "contents", "issues", "pull-requests", "actions", "discussions", "packages", "pages", "security-events",
)  # fmt: skip
"""What ``read-all`` and ``write-all`` stand for, as far as it is drawn; ``id-token`` is looked at apart."""
_PARTS: Final = MappingProxyType(
    {
        "contents": "code",
        "issues": "issues",
        "pull-requests": "pull requests",
        "discussions": "discussions",
        "packages": "packages",
        "pages": "pages",
        "security-events": "security alerts",
        "vulnerability-alerts": "security alerts",
        "repository-projects": "projects",
        "organization-projects": "projects",
        "models": "models",
        "copilot-requests": "models",
        **dict.fromkeys(
            ("actions", "checks", "statuses", "deployments", "attestations", "artifact-metadata"), "pipeline"
        ),
    }
)
"""By scope of a permission the system that it opens."""
_KINDS: Final = MappingProxyType(
    {
        "code": "code-repository",
        "pipeline": "ci-pipeline",
        "packages": "object-storage",
        "pages": "deployment-target",
    }
)
_EVENTS: Final = MappingProxyType(
    {
        "issues": ("issues",),
        "issue_comment": ("issues", "pull requests"),
        "pull_request_target": ("pull requests",),
        "pull_request_review": ("pull requests",),
        "pull_request_review_comment": ("pull requests",),
        "pull_request_comment": ("pull requests",),
        "discussion": ("discussions",),
        "discussion_comment": ("discussions",),
        "workflow_run": ("pipeline",),
        "slash_command": ("issues", "pull requests", "discussions"),
        "command": ("issues", "pull requests", "discussions"),
    }
)
"""Events of outsiders, and where they write; the commands are those of gh-aw."""
_OWN_EVENTS: Final = MappingProxyType(
    {
        **dict.fromkeys(("push", "create", "delete", "release", "gollum", "merge_group"), "code"),
        **dict.fromkeys(
            ("check_run", "check_suite", "status", "deployment", "deployment_status"), "pipeline"
        ),
        **dict.fromkeys(("label", "label_command", "milestone"), "issues"),
        "registry_package": "packages",
        "page_build": "pages",
    }
)
_WORDLESS: Final = (
    "schedule", "workflow_dispatch", "repository_dispatch", "fork", "watch", "public",
    "branch_protection_rule",
)  # fmt: skip
_MODELS: Final = (
    (re.compile(r"anthropic[_-]api[_-]key|claude_code_oauth_token"), "Claude API", "api.anthropic.com"),
    (re.compile(r"openai([_-]api)?[_-]key"), "OpenAI API", "api.openai.com"),
    (re.compile(r"gemini[_-]api[_-]key"), "Gemini API", "generativelanguage.googleapis.com"),
)  # fmt: skip
"""By name of an input or variable the model whose key it is."""
_KEY_OF_CACHE: Final = re.compile(r"(?:.*[_-])?keys?|persist-credentials", re.IGNORECASE)
_REAL_KEY: Final = re.compile(r"(?:api|access|private|ssh|deploy|signing|secret)[_-]?keys?$", re.IGNORECASE)


def is_literal(name: str, text: str) -> bool:
    """Whether a value of that name is a secret in the file itself."""
    if shows_secret(text):
        return True
    if not names_secret(name) or (_KEY_OF_CACHE.fullmatch(name) and not _REAL_KEY.search(name)):
        return False
    plain = text.lower() in {"", "true", "false", "none", "null", "inherit"} or text.isdecimal()
    return not (plain or "${{" in text or is_reference(text))


def root_of(source: str) -> str:
    """The folder of the repository that a workflow lies in, as its path is written."""
    if source.startswith(".github/"):
        return ""
    above, found, _ = source.rpartition("/.github/")
    return above if found else source.rpartition("/")[0]


class Repository:
    """One repository; what is drawn of it is the same for all its workflows."""

    def __init__(self, root: str, out: Proposal) -> None:
        self._out = out
        self._root = root
        self._name = PurePosixPath(root).name if root and PurePosixPath(root).name != ".." else ""

    def zone(self, at: Node) -> str:
        """The zone of the repository: its workflows' tasks are authorized there."""
        return self._out.element("zone", ("repository", self._root), self._name or "repository", at=at)

    def system(self, part: str, at: Node, *, untrusted_input: bool | None = None) -> str:
        """A part of the repository that has permissions of its own, such as ``issues``."""
        name = f"{part} of {self._name}" if self._name else part
        return self._out.element(
            "system", ("repository", self._root, part), name, at=at, kind=_KINDS.get(part, "saas"),
            zone=self.zone(at), untrusted_input=untrusted_input,
        )  # fmt: skip

    def outside(self, host: str, name: str, kind: str, at: Node) -> str:
        """A service elsewhere, in the zone of its host."""
        zone = self._out.element("zone", ("host", host), host, at=at, environment="external")
        return self._out.element("system", ("host", host, name), name, at=at, kind=kind, zone=zone)

    # Permissions ------------------------------------------------------------------------------

    def grant(self, credential: str, permissions: Node) -> Node | None:
        """Draw what a token may; the leaf by which it may ask for an OIDC token, if it may."""
        found = None
        if permissions.text in {"read-all", "write-all"}:
            level = permissions.text.removesuffix("-all")
            for scope in EVERY_SCOPE:
                self._grant_scope(credential, scope, level, permissions)
            return permissions if level == "write" else None
        if permissions.is_leaf and permissions.is_map:
            self._out.take(permissions, PERMISSION, ("credential", credential))
        for scope, leaf in permissions.items():
            if scope == "id-token" and leaf.text == "write":
                found = leaf
            elif leaf.text == "none" or scope == "metadata":
                self._out.take(leaf, PERMISSION, ("credential", credential))
            elif scope in _PARTS and leaf.text in {"read", "write"}:
                self._grant_scope(credential, scope, leaf.text, leaf)
        return found

    def _grant_scope(self, credential: str, scope: str, level: str, at: Node) -> None:
        actions: tuple[Action, ...] = ("read",) if level == "read" else ("read", "write")
        if scope == "actions" and level == "write":  # it starts workflows and runs them again
            actions = (*actions, "execute")
        system = self.system(_PARTS[scope], at)
        grant = self._out.relate(Grant(credential, system, actions), at=at)
        self._out.take(at, PERMISSION, ("credential", credential), grant)

    # Events -----------------------------------------------------------------------------------

    def start(self, event: str, at: Node, agents: Sequence[str]) -> bool:
        """Draw who starts agents by an event; whether the event is known.

        Args:
            event: its name.
            at: what stands below it, or its name in a list.
            agents: the workflow agents that it starts.
        """
        if event in _EVENTS:
            systems = [self.system(part, at, untrusted_input=True) for part in _EVENTS[event]]
            zone = self.zone(at)
            text = "Is the repository public? Outsiders are assumed to write where its workflows are started."
            note = self._out.ask(("zone", zone), text, UNTRUSTED, at=at)
            rule, more = UNTRUSTED, [note, *(("system", each) for each in systems)]
        elif event == "pull_request":
            systems, rule, more = [self.system("code", at)], PULL_REQUEST, []
        elif event in _OWN_EVENTS:
            systems, rule, more = [self.system(_OWN_EVENTS[event], at)], TRIGGER, []
        elif event in _WORDLESS:
            systems, rule, more = [], NO_WORDS, []
        else:
            return False
        drawn = [self._out.relate(Trigger(system, agent), at=at) for system in systems for agent in agents]
        self._out.take(at, rule, *drawn, *more)
        return True

    # Secrets ----------------------------------------------------------------------------------

    def credential(self, name: str, at: Node) -> str:
        """A secret of the repository: the same for all its workflows."""
        key = ("secret", self._root, name)
        return self._out.element("credential", key, name, at=at, kind="static-secret")

    def secret(self, name: str, leaf: Node, agents: Sequence[str]) -> None:
        """Draw a secret of the repository that a leaf gives to agents."""
        out, credential = self._out, self.credential(name, leaf)
        records: list[Became] = [("credential", credential)]
        records += [out.relate(Hold(each, credential), at=leaf) for each in agents]
        words = (name.lower(), str(leaf.key).lower())
        model = next((each for each in _MODELS if any(each[0].fullmatch(word) for word in words)), None)
        if model is not None:
            system = self.outside(model[2], model[1], "saas", leaf)
            records.append(out.relate(Grant(credential, system, ("execute",)), at=leaf))
        else:
            self._ask_what_opens(credential, name, leaf)
        out.take(leaf, MODEL_KEY if model is not None else SECRET_HELD, *records)

    def _ask_what_opens(self, credential: str, name: str, leaf: Node) -> None:
        text = f"Which system accepts {name}, for which actions, and how long is it valid?"
        self._out.ask(("credential", credential), text, SECRET_OPENS, at=leaf)

    def literal(self, key: tuple[str, ...], name: str, leaf: Node, agents: Sequence[str]) -> None:
        """Draw a secret that stands in the file itself: whoever reads the code obtains it."""
        out = self._out
        credential = out.element(
            "credential", ("literal", *key, name), name, at=leaf, scope=leaf.source, kind="static-secret"
        )
        self._ask_what_opens(credential, name, leaf)
        held = [out.relate(Hold(each, credential), at=leaf) for each in agents]
        kept = out.relate(Custody(self.system("code", leaf), credential), at=leaf)
        out.take(leaf, LITERAL, ("credential", credential), *held, kept)
