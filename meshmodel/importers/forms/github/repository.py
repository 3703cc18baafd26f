"""A repository on GitHub as its workflows see it: its systems, tokens, secrets, and who starts what."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from meshmodel.importers.catalogue import load_catalogue
from meshmodel.importers.clients import Clients
from meshmodel.importers.common_systems import HOME, LOCAL, CommonSystems, repository_name
from meshmodel.importers.document import Document, Node
from meshmodel.importers.forms.github.composite import own_path, path_in_model
from meshmodel.importers.forms.github.conditions import UPDATERS
from meshmodel.importers.forms.github.rules import RULES
from meshmodel.importers.forms.github.scripts import file_of
from meshmodel.importers.forms.github.words import SERVICES, WORDS_OF, event_words, secrets_in
from meshmodel.importers.gemini_rules import ASKING
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.meanings import Meaning, meaning_of
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.toml_text import read_toml
from meshmodel.importers.withheld import host_of, is_reference, names_secret, shows_secret
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import read_small_file
from meshmodel.model.records import Custody, Delegation, Grant, Hold, Reference, Trigger
from meshmodel.model.vocabulary import Action

EVERY_SCOPE: Final = (
    "contents", "issues", "pull-requests", "actions", "discussions", "packages", "pages", "security-events",
)  # fmt: skip
"""What ``read-all`` and ``write-all`` stand for, as far as it is drawn; ``id-token`` is looked at apart."""
_LISTS: Final = WordLists(__file__)
_PARTS: Final = _LISTS.grouped("parts")
"""By scope of a permission the system that it opens."""
_KINDS: Final = _LISTS.grouped("kinds")
_EVENTS: Final = _LISTS.lists("events")
"""Events of outsiders, and where they write; the commands are those of gh-aw."""
_OWN_EVENTS: Final = _LISTS.grouped("own-events")
"""Events of those who may write, and where."""
_WORDLESS: Final = ("schedule", "fork", "watch", "public", "branch_protection_rule")
_DISPATCHES: Final = MappingProxyType(
    {"workflow_dispatch": "dispatches", "repository_dispatch": "repository dispatches"}
)
"""Events that a token starts by asking for them, and the system that stands for that."""
"""What GITHUB_TOKEN opens or pushes to: its pull_request runs wait for somebody with write access."""
_MODELS: Final = (
    (re.compile(r"anthropic[_-]api[_-]key|claude_code_oauth_token"), "Claude API", "api.anthropic.com"),
    (re.compile(r"openai([_-]api)?[_-]key"), "OpenAI API", "api.openai.com"),
    (re.compile(r"gemini[_-]api[_-]key"), "Gemini API", "generativelanguage.googleapis.com"),
    *(
        (re.compile(rf".*{product.split()[0].lower()}.*key.*"), f"{product} API", host)
        for host, product in SERVICES.items()
    ),
)  # fmt: skip
"""By name of an input or variable the model whose key it is."""
_MAY_HOLD_ONE: Final = re.compile(r"(?:ur[li]|endpoint|path|file|dir)$", re.IGNORECASE)
"""An address or a file that is kept as a secret may have a secret in it, whatever its name says."""
_OF_CACHES: Final = frozenset({"key", "keys", "restore-keys", "persist-credentials"})
"""Inputs that many actions have, and that are no secrets."""


def _model_of(*names: str) -> tuple[re.Pattern[str], str, str] | None:
    words = [each.lower() for each in names]
    return next((each for each in _MODELS if any(each[0].fullmatch(word) for word in words)), None)


def is_of_github(name: str, key: str) -> bool:
    """Whether GitHub accepts a secret, by its name or by that of the variable or input it stands in."""
    return any(_OF_GITHUB.fullmatch(each) for each in (name, key))


def is_model_key(name: str, text: str) -> bool:
    """Whether what stands under a name is the key of a model: a secret, by its name or that of the input."""
    secrets = secrets_in(text)
    named = (name.replace("-", "_").upper(), *secrets)
    known = (load_catalogue().variable_named(each) for each in named)
    is_model = _model_of(name, *secrets) is not None or any(each.model for each in known if each is not None)
    return is_model and ("${{" in text or is_reference(text) or shows_secret(text))


def meaning_of_literal(name: str, text: str) -> Meaning:
    """What a value that stands under a name in the file itself is.

    What says of itself that it is a dummy is no secret, nor is a login to a service within the job. Of a
    script each line is looked at by itself.
    """
    if name in {"run", "script"} and "\n" in text:
        lines = (_PLACE.sub("<…>", each) for each in text.split("\n"))
        is_secret = any(
            shows_secret(each) for each in lines if not (_DUMMY.search(each) or _OF_JOB.search(each))
        )
        return "secret" if is_secret else "setting"
    if _DUMMY.search(text) or host_of(text) in LOCAL:
        return "setting"
    if shows_secret(text):
        return "secret"
    plain = text.lower() in {"", "true", "false", "none", "null", "inherit"} or text.isdecimal()
    if plain or "${{" in text or is_reference(text) or name.lower() in _OF_CACHES or not names_secret(name):
        return "setting"
    return meaning_of(name)


_OF_GITHUB: Final = re.compile(r"(?:\w+_)?(?:gh|github|repo)[_-](?:\w+_)?(?:token|pat)", re.IGNORECASE)
_ONLY_READS: Final = re.compile(r"(?:^|_)read(?:_?only)?(?:_|$)", re.IGNORECASE)
_DUMMY: Final = re.compile(
    r"(?<![a-z])(?:fake|dummy|mock|placeholder|example|unused|not[_-]used|change[_-]?me)(?![a-z])",
    re.IGNORECASE,
)
"""What a value says that only stands where a program wants one."""
_OF_JOB: Final = re.compile(r"://[^@\s/]{1,200}@(?:localhost|127\.0\.0\.1)\b")
"""A login to a service that a script starts within its job."""
_PLACE: Final = re.compile(r"%s")
"""Where a format puts a value."""
_OUTSIDE: Final = ("issues", "pull requests", "discussions")
"""Parts of a public repository in which everybody may write."""
_OF_STARTERS: Final = frozenset({"comment", "review"})
"""Parts of an event that whoever starts a workflow by it wrote."""


def _parts_with(words: AbstractSet[str]) -> set[str]:
    """The parts in which words of an event may be written."""
    return set[str]().union(*(WORDS_OF[each] for each in words))


def _parts_of(event: str) -> tuple[str, ...]:
    """The parts of the repository in which an event arises."""
    if event == "pull_request":
        return ("code",)
    return _EVENTS.get(event) or ((_OWN_EVENTS[event],) if event in _OWN_EVENTS else ())


def _dispatch_of(event: str) -> tuple[str, ...]:
    return (_DISPATCHES[event],) if event in _DISPATCHES else ()


@dataclass(frozen=True, slots=True)
class RepositoryGrant:
    """A grant on a part of the repository, of a GITHUB_TOKEN (``is_own``) or of another credential."""

    credential: str
    part: str
    actions: tuple[Action, ...]
    at: Node
    is_own: bool


@dataclass(frozen=True, slots=True)
class _GivenText:
    """A text with words of an event that an agent is given.

    Attributes:
        agent: its id.
        leaf: the text.
        parts: where the words may be written.
        others: those of them in which somebody else may have written them than who started the agent.
        rule: why it is told.
    """

    agent: str
    leaf: Node
    parts: tuple[str, ...]
    others: tuple[str, ...]
    rule: FormRule


@dataclass(frozen=True, slots=True)
class _Workflow:
    """A workflow as others name it: the agents of its jobs, and whether pull requests of forks start it."""

    agents: tuple[str, ...]
    runs_forks: bool


def _used(granted: RepositoryGrant, reached: AbstractSet[str]) -> tuple[Action, ...]:
    """The actions of a grant that accesses of the catalogue are."""
    if granted.part in _DISPATCHES.values():
        return granted.actions if "github:execute" in reached else ()
    systems = ["github", f"github/{granted.part}"]
    systems += ["remote", "files", "working-copy"] if granted.part == "code" else []
    wanted = {each for each in reached if each.partition(":")[0] in systems}
    wanted -= {"files:write", "working-copy:write"}
    return tuple(act for act in granted.actions if any(each.endswith(f":{act}") for each in wanted))


_REMOTE: Final = re.compile(
    r"\[remote \"[^\"\n]*\"\][^\[]*?\burl\s*=\s*\S*?[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?\s*$", re.MULTILINE
)


def names_by_remotes(out: Proposal, at: Node) -> frozenset[str]:
    """What the repository of a workflow is called, as ``owner/name``, by the remotes of git; else nothing."""
    config = file_of(out, at, ".git/config")
    try:
        text = "" if config is None else read_small_file(config).decode("utf-8")
    except (OSError, ValueError, MeshmodelError):
        return frozenset()
    return frozenset(each.lower() for each in _REMOTE.findall(text))


class Repository:
    """One repository; what is drawn of it is the same for all its workflows: ``finish`` after the last."""

    def __init__(
        self,
        root: str,
        out: Proposal,
        actions: Mapping[str, Document] | None = None,
        names: AbstractSet[str] = frozenset(),
    ) -> None:
        """Arguments: its folder; what is told; by folder the composite actions that were read; its names."""
        self._out = out
        self._actions = actions or {}
        self._names = names
        self._root = root
        self._granted: list[RepositoryGrant] = []
        self._started: list[tuple[str, Node, tuple[str, ...], bool]] = []
        self._updated: list[tuple[str, Node, tuple[str, ...]]] = []
        self._limited: set[str] = set()
        self._closed: set[str] = set()
        self._workflows: dict[str, _Workflow] = {}
        self._texts: list[_GivenText] = []
        self._name = repository_name(root)
        self._systems = out.part(CommonSystems)

    def zone(self, at: Node) -> str:
        """The zone of the repository: its workflows' tasks are authorized there."""
        return self._systems.repository(self._root, at)

    def system(self, part: str, at: Node, *, untrusted_input: bool | None = None) -> str:
        """A part of the repository that has permissions of its own, such as ``issues``."""
        return self._system(part, _KINDS.get(part, "saas"), at, untrusted_input)

    def _system(self, part: str, kind: str, at: Node, untrusted_input: bool | None = None) -> str:
        return self._systems.repository_part(self._root, part, at, kind=kind, untrusted=untrusted_input)

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
            self._out.take(permissions, RULES["permission"], ("credential", credential))
        for scope, leaf in permissions.items():
            if scope == "id-token" and leaf.text == "write":
                found = leaf
            elif leaf.text == "none" or scope == "metadata":
                self._out.take(leaf, RULES["permission"], ("credential", credential))
            elif scope in _PARTS and leaf.text in {"read", "write"}:
                self._grant_scope(credential, scope, leaf.text, leaf)
        return found

    def grant_to_app(self, credential: str, scope: str, at: Node) -> bool:
        """Draw what the token of a GitHub App may by one of its permissions; whether that is known here."""
        known = scope in _PARTS and at.text in {"read", "write"}
        if known:
            self._grant_scope(credential, scope, at.text, at, is_own=False)
        return known

    def _grant_scope(self, credential: str, scope: str, level: str, at: Node, *, is_own: bool = True) -> None:
        actions: tuple[Action, ...] = ("read",) if level == "read" else ("read", "write")
        grant = self.may(credential, _PARTS[scope], actions, at, is_own=is_own)
        if scope == "actions" and level == "write":
            self._may_dispatch(credential, "workflow_dispatch", at)
        self._out.take(
            at, RULES["permission"] if is_own else RULES["app-permission"], ("credential", credential), grant
        )

    def other(self, owner: str, name: str) -> "Repository":
        """Another repository of GitHub, which is a zone of its own; of this one's name: this one."""
        return self if name == self._name else Repository(f"github.com/{owner}/{name}", self._out)

    def may(
        self, credential: str, part: str, actions: tuple[Action, ...], at: Node, *, is_own: bool = True
    ) -> Reference:
        """Draw what a credential may on a part of the repository.

        Args:
            credential: its id.
            part: such as ``issues``.
            actions: what it may there.
            at: what says so.
            is_own: whether it is a GITHUB_TOKEN; what others write starts workflows.
        """
        self._granted.append(RepositoryGrant(credential, part, actions, at, is_own))
        if part == "code" and "write" in actions:
            self._may_dispatch(credential, "repository_dispatch", at)
        return self._out.relate(Grant(credential, self.system(part, at), actions), at=at)

    def as_tools(self, token: str, reached: AbstractSet[str]) -> list[RepositoryGrant] | None:
        """What tools can use of a GITHUB_TOKEN, by what they reach; ``None``: all that it may.

        Args:
            token: its id.
            reached: as the catalogue writes it; the files of the job are the code.
        """
        whole = [each for each in self._granted if each.credential == token]
        found = [replace(each, actions=_used(each, reached)) for each in whole]
        return None if found == whole else [each for each in found if each.actions]

    def give(self, credential: str, granted: Iterable[RepositoryGrant], at: Node) -> None:
        """Let a credential do what tools can use of a token."""
        self._limited.add(credential)
        for each in granted:
            self._granted.append(replace(each, credential=credential, at=at))
            if each.part not in _DISPATCHES.values():
                grant = Grant(credential, self.system(each.part, at), each.actions)
                self._out.take(
                    at, RULES["tool-limit"], ("credential", credential), self._out.relate(grant, at=at)
                )

    def policy(self, at: Node, name: str) -> Node | None:
        """A policy of Gemini CLI, of a file of the repository that is named; ``None``: there is none."""
        file = file_of(self._out, at, name)
        if file is None:
            return None
        try:
            found = read_toml(read_small_file(file).decode("utf-8"), name)
        except (OSError, ValueError, MeshmodelError):
            return None
        decisions = [each["decision"].text for each in found["rule"]]
        return found if decisions and all(each in ASKING for each in decisions) else None

    def unasked(self, product: str) -> AbstractSet[str] | None:
        """What settings of the project that are read with it allow an agent; ``None``: anything."""
        beside = self._out.beside.get("mcp")
        found = set[str]()
        for client in beside.part(Clients) if beside is not None else ():
            if client.name == product and client.folder == self._root and client.has_account:
                unasked = client.unasked()
                if unasked is None:
                    return None
                found |= unasked
        return found

    def _may_dispatch(self, credential: str, event: str, at: Node) -> None:
        """Note that a token may start workflows that have such an event."""
        self._granted.append(RepositoryGrant(credential, _DISPATCHES[event], ("write",), at, is_own=False))

    # Events -----------------------------------------------------------------------------------

    def add(self, names: Iterable[str], agents: Sequence[str], *, runs_forks: bool) -> None:
        """Remember a workflow by its names, for those that run after it."""
        for each in names:
            self._workflows.setdefault(each, _Workflow(tuple(agents), runs_forks))

    def start(self, event: str, at: Node, agents: Sequence[str], *, by_members: bool = False) -> None:
        """Note who starts agents by an event; ``finish`` draws it.

        Args:
            event: its name.
            at: what stands below it, or its name in a list.
            agents: the workflow agents that it starts.
            by_members: whether nobody starts them so who has no rights in the repository.
        """
        self._started.append((event, at, tuple(agents), by_members))

    def start_by_updater(self, login: str, at: Node, agents: Sequence[str]) -> None:
        """Note that a program starts agents which opens pull requests for new versions; ``finish`` draws it.

        Args:
            login: of the program.
            at: what stands below the event, or its name in a list.
            agents: the workflow agents that it starts.
        """
        self._updated.append((UPDATERS[login], at, tuple(agents)))

    def close(self, agent: str) -> None:
        """Note that nobody starts an agent who has no rights in the repository, as far as the file says."""
        self._closed.add(agent)

    def used(self, uses: str) -> str | None:
        """The path of the action or workflow of this repository that is used; ``None``: another one's."""
        path = own_path(uses, self._names)
        return None if path is None else path_in_model(self._root, path)

    def action(self, uses: str) -> Document | None:
        """The composite action of this repository that a step uses; ``None``: it is none, or was not read."""
        path = self.used(uses)
        return None if path is None else self._actions.get(path)

    def tell(self, agent: str, leaf: Node, text: str, started_by: Iterable[str]) -> None:
        """Note that a text which an agent is given has words of the event in it; ``finish`` draws it.

        Args:
            agent: its id.
            leaf: where it stands.
            text: what stands there, its inputs put in.
            started_by: the events of its workflow.
        """
        parts = {part for event in started_by for part in (*_parts_of(event), *_dispatch_of(event))}
        words = event_words(text)
        if "workflow_call" in started_by:  # its callers may be elsewhere
            parts |= _parts_with(words - {"*"})
        said = parts if "*" in words else parts & _parts_with(words)
        others = said if "*" in words else parts & _parts_with(words - _OF_STARTERS)
        self._texts.append(
            _GivenText(agent, leaf, tuple(sorted(said)), tuple(sorted(others)), RULES["words-in-prompt"])
        )
        self._out.take(leaf, RULES["words-in-prompt"], ("agent", agent))

    def instruct(self, agent: str, leaf: Node, parts: Sequence[str], rule: FormRule) -> None:
        """Note that who writes in parts of the repository instructs an agent; ``finish`` draws it."""
        self._texts.append(_GivenText(agent, leaf, tuple(parts), tuple(parts), rule))
        self._out.take(leaf, rule, ("agent", agent))

    def finish(self) -> None:
        """Draw what starts agents, now that all is known that tokens write.

        GitHub starts no workflow by what GITHUB_TOKEN did, but for dispatches and, after an approval, pull
        requests (docs.github.com/actions/concepts/security/github_token). So a part that it writes and in
        which workflows are started is two systems: the part, and its events, which it does not write.
        """
        written = {each.part for each in self._granted if each.is_own and "write" in each.actions}
        self._apart = written & {
            part
            for event, _, _, by_members in self._started
            for part in _parts_of(event)
            if not (by_members and event in _EVENTS)
        }
        for each in self._granted:
            if each.part in self._apart and not each.is_own and "write" in each.actions:
                self._write(each, self._events_of(each.part, each.at))
        for event, at, agents, by_members in self._started:
            if event == "workflow_run" and at["workflows"]:
                self._after(at, agents)
            elif event in _DISPATCHES:
                self._dispatched(event, at, agents)
            elif event in _EVENTS and by_members:
                self._started_by_members(event, at, agents)
            elif _parts_of(event):
                self._triggered(event, at, agents)
            elif event in _WORDLESS:
                self._out.take(at, RULES["event-without-words"])
        for name, at, agents in self._updated:
            self._started_by_updater(name, at, agents)
        for given in self._texts:
            self._tell(given)
        self._take_in_content()
        self._out.at_end(self._draw_settings)

    def _tell(self, given: "_GivenText") -> None:
        """Who writes in a part instructs an agent; one that only members start reads what others wrote."""
        agent, leaf = given.agent, given.leaf
        is_closed = agent in self._closed
        parts = [each for each in given.parts if self._is_written(each)]
        systems = [self._events_of(each, leaf) for each in parts if not (is_closed and each in _OUTSIDE)]
        drawn = [self._out.relate(Trigger(each, agent), at=leaf) for each in systems]
        self._out.take(leaf, given.rule, *drawn)
        read = [each for each in given.others if each in _OUTSIDE]
        if is_closed and read:
            self._read_words(agent, leaf, read)

    def _take_in_content(self) -> None:
        """Agents read what outsiders wrote wherever their tokens read it, whatever starts them."""
        readers = {
            credential
            for agent, credential in self._out.ends("hold")
            if self._out.kind("agent", agent) == "ai-agent"
        }
        for each in self._granted:
            if each.part in _OUTSIDE and each.credential in readers and "read" in each.actions:
                self._outsiders_write(each.part, each.at.parent or each.at)  # the leaf says what it may

    def _draw_settings(self) -> None:
        """Whoever writes the code writes the settings of clients in it: people pull what was pushed."""
        beside = self._out.beside.get("mcp")
        text = "Whoever works in the repository pulls what a workflow pushes, also into these settings. True?"
        writers = [each for each in self._granted if each.part == "code" and "write" in each.actions]
        for client in beside.part(Clients) if beside is not None and writers else ():
            folder = client.project_settings
            if folder is None or not self._has(folder):
                continue
            settings = self._systems.settings(client.name, "project", folder, writers[0].at)
            for each in writers:
                self._out.relate(Grant(each.credential, settings, ("write",)), at=each.at)
            above = writers[0].at.parent or writers[0].at  # a leaf says what the token may
            self._out.assume(("system", settings), text, RULES["settings-pulled"], at=above)

    def _has(self, folder: str) -> bool:
        """Whether a folder of a project lies in this repository."""
        if self._root:
            return f"{folder}/".startswith(f"{self._root}/")
        return folder != HOME and not folder.startswith(("..", "/"))

    def _is_written(self, part: str) -> bool:
        """Whether somebody may write in a part; dispatches are drawn where a token asks for them alone."""
        return part not in _DISPATCHES.values() or any(each.part == part for each in self._granted)

    def _write(self, granted: RepositoryGrant, system: str) -> Reference:
        grant = self._out.relate(Grant(granted.credential, system, ("write",)), at=granted.at)
        if granted.at.is_leaf:
            self._out.take(granted.at, RULES["permission"], grant)
        return grant

    def _events_of(self, part: str, at: Node, *, untrusted_input: bool | None = None) -> str:
        """What starts workflows in a part: the part itself, but where GITHUB_TOKEN writes there."""
        if part not in self._apart:
            return self.system(part, at, untrusted_input=untrusted_input)
        return self._apart_from(part, f"events of {part}", at, untrusted_input)

    def _apart_from(self, part: str, name: str, at: Node, untrusted_input: bool | None = None) -> str:
        """A system for some of what is written in a part, which is one for a reader of a scan."""
        found = self._system(name, _KINDS.get(part, "saas"), at, untrusted_input)
        self._out.mark("short", ("system", found), words=self._systems.part_name(self._root, part))
        return found

    def _triggered(self, event: str, at: Node, agents: Sequence[str]) -> None:
        """What is written in a part of the repository, by outsiders or by those who may, starts agents."""
        is_open = event in _EVENTS or None
        for part in _parts_of(event):
            self.system(part, at, untrusted_input=is_open)
        systems = [self._events_of(part, at, untrusted_input=is_open) for part in _parts_of(event)]
        rule, more = RULES["trigger"], list[Became]()
        if is_open:
            text = "Is the repository public? Outsiders are assumed to write where its workflows are started."
            note = self._out.ask(("zone", self.zone(at)), text, RULES["untrusted-event"], at=at)
            rule, more = RULES["untrusted-event"], [note, *(("system", each) for each in systems)]
        elif event == "pull_request":
            rule = RULES["pull-request"]
            systems += self._opened(at)
        drawn = [self._out.relate(Trigger(system, agent), at=at) for system in systems for agent in agents]
        self._out.take(at, rule, *drawn, *more)

    def _started_by_members(self, event: str, at: Node, agents: Sequence[str]) -> None:
        """What members write starts agents; what outsiders wrote there is content all the same."""
        drawn: list[Became] = []
        for part in _parts_of(event):
            self._outsiders_write(part, at)
            system = self._apart_from(part, f"{part} by members", at)
            writers = [each for each in self._granted if each.part == part and not each.is_own]
            drawn += [self._write(each, system) for each in writers if "write" in each.actions]
            drawn += [self._out.relate(Trigger(system, agent), at=at) for agent in agents]
        self._out.take(at, RULES["started-by-members"], *drawn)

    def _started_by_updater(self, name: str, at: Node, agents: Sequence[str]) -> None:
        """What packages say of new versions starts agents, and is read by who reads pull requests."""
        out, rule = self._out, RULES["started-by-updater"]
        system = self._system(f"pull requests by {name}", "saas", at, untrusted_input=True)
        text = f"The pull requests of {name} quote release notes of packages, which strangers write. True?"
        note = out.assume(("system", system), text, rule, at=at)
        out.mark("updater", ("system", system), note, words=name)
        drawn = [out.relate(Trigger(system, agent), at=at) for agent in agents]
        readers = {each.credential for each in self._granted if each.part == "pull requests"}
        drawn += [out.relate(Grant(each, system, ("read",)), at=at) for each in sorted(readers)]
        out.take(at, rule, ("system", system), note, *drawn)

    def _outsiders_write(self, part: str, at: Node) -> tuple[Became, ...]:
        """Outsiders are taken to write in a part, unless the repository is not public: that is asked."""
        system = self.system(part, at, untrusted_input=True)
        text = "Is the repository public? Outsiders are assumed to write where its workflows are started."
        return ("system", system), self._out.ask(
            ("zone", self.zone(at)), text, RULES["untrusted-event"], at=at
        )

    def _read_words(self, agent: str, leaf: Node, parts: Sequence[str]) -> None:
        """An agent that outsiders do not start is given what they wrote: it reads there."""
        out, drawn = self._out, list[Became]()
        for part in parts:
            self._outsiders_write(part, leaf.parent or leaf)
            name = f"words of events for {out.title('agent', agent)}"
            words = out.element(
                "credential", ("words", agent), name, at=leaf, scope=leaf.source, kind="other"
            )
            drawn.append(out.relate(Hold(agent, words), at=leaf))
            drawn.append(out.relate(Grant(words, self.system(part, leaf), ("read",)), at=leaf))
        out.take(leaf, RULES["words-read"], *drawn)

    def _opened(self, at: Node) -> list[str]:
        """The pull requests that GITHUB_TOKEN opens or pushes to, if it may: somebody approves their runs.

        Tools that only write in pull requests open none.
        """
        writers = dict[str, RepositoryGrant]()
        for each in self._granted:
            parts = {"code"} if each.credential in self._limited else {"pull requests", "code"}
            if each.is_own and each.part in parts and "write" in each.actions:
                writers.setdefault(each.credential, each)
        if not writers:
            return []
        system = self._apart_from("pull requests", "pull requests of workflows", at)
        for each in writers.values():
            self._write(each, system)
            self._out.element(
                "checkpoint", ("approval of runs", each.credential), f"approval of runs by {each.credential}",
                at=each.at, scope=each.at.source, kind="human-approval", step="grant", from_=each.credential,
                to=system, state="planned",
            )  # fmt: skip
        return [system]

    def _dispatched(self, event: str, at: Node, agents: Sequence[str]) -> None:
        """A dispatch is asked for by whoever may, which no token here may do, or by a token that may."""
        part = _DISPATCHES[event]
        writers = [each for each in self._granted if each.part == part]
        if not (writers and agents):
            self._out.take(at, RULES["event-without-words"])
            return
        system = self.system(part, at)
        drawn: list[Became] = [self._write(each, system) for each in writers]
        drawn += [self._out.relate(Trigger(system, agent), at=at) for agent in agents]
        self._out.take(at, RULES["dispatch"], *drawn)

    def _after(self, at: Node, agents: Sequence[str]) -> None:
        """Runs of other workflows start agents: those of this import hand on to them."""
        out, names = self._out, [each.text for each in at["workflows"].each()]
        known = [self._workflows[each] for each in names if each in self._workflows]
        drawn = [
            out.relate(Delegation(before, agent), at=at)
            for each in known
            for before in each.agents
            for agent in agents
        ]
        if any(each.runs_forks for each in known):
            text = "It runs after workflows that pull requests of forks start: does it use what they left?"
            drawn += [
                out.ask(("agent", each), text, RULES["workflow-run-of-forks"], at=at) for each in agents[:1]
            ]
        if len(known) < len(names):
            self._triggered("workflow_run", at, agents)
        out.take(at, RULES["workflow-run"], *drawn)

    # Secrets ----------------------------------------------------------------------------------

    def credential(self, name: str, at: Node) -> str:
        """A secret of the repository: the same for all its workflows."""
        key = ("secret", self._root, name)
        return self._out.element("credential", key, name, at=at, kind="static-secret")

    def secret(self, name: str, leaf: Node, agents: Sequence[str]) -> None:
        """Draw a secret of the repository that a leaf gives to agents, unless its name says it is none."""
        if meaning_of(name) in {"public", "setting"} and not _MAY_HOLD_ONE.search(name):
            self._out.take(leaf, RULES["setting"])
            return
        out, credential = self._out, self.credential(name, leaf)
        records: list[Became] = [("credential", credential)]
        records += [out.relate(Hold(each, credential), at=leaf) for each in agents]
        model = _model_of(name, str(leaf.key))
        if model is not None:
            system = self.outside(model[2], model[1], "saas", leaf)
            records.append(out.relate(Grant(credential, system, ("execute",)), at=leaf))
        else:
            self._ask_what_opens(credential, name, leaf)
        out.take(leaf, RULES["model-key"] if model is not None else RULES["secret"], *records)

    def assume_of_github(self, credential: str, name: str, leaf: Node) -> None:
        """Draw what a secret may here that GitHub accepts by its name or where it stands; it is assumed."""
        actions: tuple[Action, ...] = ("read",) if _ONLY_READS.search(name) else ("read", "write")
        for part in ("code", "issues", "pull requests"):
            self.may(credential, part, actions, leaf, is_own=False)
        does = "reads" if actions == ("read",) else "reads and writes"
        text = f"{name} is taken for a token of GitHub that {does} code, issues and pull requests here. True?"
        text += " How long is it valid?"
        self._out.assume(("credential", credential), text, RULES["github-secret"], at=leaf)

    def _ask_what_opens(self, credential: str, name: str, leaf: Node) -> None:
        text = f"Which system accepts {name}, for which actions, and how long is it valid?"
        self._out.ask(("credential", credential), text, RULES["secret-opens"], at=leaf)

    def literal(self, key: tuple[str, ...], name: str, leaf: Node, agents: Sequence[str]) -> None:
        """Draw a secret that stands in the file itself: whoever reads the code obtains it."""
        out = self._out
        credential = out.element(
            "credential", ("literal", *key, name), name, at=leaf, scope=leaf.source, kind="static-secret"
        )
        self._ask_what_opens(credential, name, leaf)
        held = [out.relate(Hold(each, credential), at=leaf) for each in agents]
        kept = out.relate(Custody(self.system("code", leaf), credential), at=leaf)
        out.take(leaf, RULES["literal-secret"], ("credential", credential), *held, kept)
