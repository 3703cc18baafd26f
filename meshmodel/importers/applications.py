"""Draws what a form that is data says of agents that people build: workflows, and programs with frameworks.

Each agent holds its credentials, and for what needs none a credential of its own that stands for its code.
What a part of it reaches is told by the catalogue, or, of a function of the project, by what that calls. Of a
chart
of steps those are asked before that every way from its beginning leads to through a step that asks a person.
"""

import builtins
import os
import posixpath
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from meshmodel.importers.catalogue import KnownCredential, ShownServer, accesses_in_words, effect_of
from meshmodel.importers.catalogue import KnownServer as Row
from meshmodel.importers.clients import CHECKPOINTS, VERBS, Asking, loosest
from meshmodel.importers.code_names import led_to
from meshmodel.importers.common_systems import CommonSystems, folder_name
from meshmodel.importers.data_form import DataForm, project_of
from meshmodel.importers.document import Document, Node
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.meanings import PLAIN_PACKAGES, left_by, meaning_of
from meshmodel.importers.model_keys import model_key, name_referred_to
from meshmodel.importers.paths import glob
from meshmodel.importers.programs import Program
from meshmodel.importers.project_code import Definition, ProjectCode
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.servers import ServerEntry, Starter, is_off, read_server
from meshmodel.importers.syntax import LANGUAGES
from meshmodel.importers.vocabulary import (
    AgentFact,
    Asks,
    Fact,
    Hands,
    IgnoredFact,
    Inlet,
    LinkFact,
    ModelFact,
    Next,
    PartFact,
    QuestionFact,
    Same,
    SecretsFact,
    ServerFact,
)
from meshmodel.importers.withheld import host_of, is_reference, names_secret, shows_secret
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.open_file import read_small_file
from meshmodel.model.records import Delegation, Grant, Hold, Reference, Trigger
from meshmodel.model.text import first_few
from meshmodel.model.vocabulary import ACTIONS, Action

if TYPE_CHECKING:
    from meshmodel.importers.code_evidence import Evidence
    from meshmodel.importers.code_tree import Place
    from meshmodel.importers.endpoints import Endpoint

RULES: Final = form_rules(__file__)
_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::([^:]*):role/[\w+=,.@/-]+")
_FILLED_IN: Final = "{…}"
"""Stands in a text for what code fills in."""
_MADE_BY: Final = 4
"""So many functions that make an agent are followed one after the other."""
_CONNECTION: Final = re.compile(r"(?:URI|URL|DSN|STRING)\Z", re.IGNORECASE)
"""How names of variables end that hold an address with the login in it."""


def draw_application(form: DataForm, documents: Sequence[Document], out: Proposal) -> None:
    """Draw the agents of files that are understood as one."""
    _ApplicationDrawing(form, documents, out).draw()


class _Systems(CommonSystems):
    """The systems of the place where agents run: what others call the workstation is this place."""

    def __init__(self, out: Proposal, key: tuple[str, ...], title: str, at: Node) -> None:
        super().__init__(out)
        self.key, self.title, self._at = key, title, at

    def workstation(self, at: Node) -> str:
        return self._out.element("zone", ("application", *self.key), self.title, at=at)

    def files(self, folder: str, at: Node) -> str:  # noqa: ARG002  # one place, one set of files
        return self._out.element(
            "system", ("application files", *self.key), f"files of {self.title}", at=at, kind="other",
            zone=self.workstation(at), sensitivity="confidential",
        )  # fmt: skip

    def known(self, system: str, at: Node, *, folder: str = "", host: str = "", **words: str) -> str:
        row = self._out.catalogue.system[system]
        if row.zone != "workstation" or system in {"files", "working-copy"}:
            return super().known(system, at, folder=folder, host=host, **words)
        name = row.name.format_map(
            {"folder": self.title, "server": self.title, **words, "address": self.title}
        )
        found = self._out.element(
            "system", ("application", *self.key, system), name.replace("the workstation", self.title), at=at,
            kind=row.kind, zone=self.workstation(at), sensitivity=row.sensitivity, integrity=row.integrity,
            untrusted_input=row.untrusted_input or None, exposed=row.exposed,
        )  # fmt: skip
        if system == "shell":
            self._out.mark("commands", ("system", found))
        return found


_Step = tuple[str, tuple[str, str]]
"""A grant or delegation by its ends."""


def _readable(title: str) -> str:
    """A title without what code fills in; empty where nothing is left that names anything."""
    left = " ".join(title.replace(_FILLED_IN, " ").split()).strip("-–—:,|/_ ")
    said = left if _FILLED_IN in title else title.strip()
    return said if len(said) > 1 else ""


class _Accesses:
    """What credentials are used for and which agents are set to work, by all of an import; drawn at the end.

    A person is asked before one only if one is asked wherever it happens, since a checkpoint stands on the
    grant or delegation, whoever holds the credential.
    """

    def __init__(self, out: Proposal) -> None:
        self._out = out
        self._found: dict[_Step, dict[Action, _AskedUse]] = defaultdict(dict)
        self._answered: dict[tuple[str, str], dict[str, tuple[str, Node]]] = {}
        self._unknown: dict[str, tuple[str, Node]] = {}
        self._roles: dict[str, tuple[str, Node]] = {}
        self.usual, self.named = set[str](), set[str]()
        """Credentials that are taken for the usual ones, and those that code names."""
        out.at_end(self._draw)

    def may(
        self, credential: str, system: str, action: Action, asking: Asking, at: Node, agent: "_AgentDrawing"
    ) -> Became:
        """Say that an agent uses a credential; of several uses the one before which less is asked decides."""
        return self._add(("grant", (credential, system)), action, asking, at, agent)

    def sets_to_work(self, agent: "_AgentDrawing", other: str, asking: Asking, at: Node) -> None:
        """Say what is asked before an agent sets another to work."""
        self._add(("delegation", (agent.id, other)), "execute", asking, at, agent)

    def runs_commands(self, agent: str) -> bool:
        """Whether an agent may run any command, with a credential that it holds."""
        held = {credential for holder, credential in self._out.ends("hold") if holder == agent}
        return any(
            step == "grant" and ends[0] in held and self._out.is_marked("commands", ("system", ends[1]))
            for step, ends in self._found
        )

    def ask_what_accepts(self, credential: str, title: str, at: Node) -> None:
        """Ask for the system behind a credential, unless some code shows it to one."""
        self._unknown.setdefault(credential, (title, at))

    def ask_of_role(self, role: str, arn: str, at: Node) -> None:
        """Ask what a role may do, unless an export of its account says it."""
        self._roles.setdefault(role, (arn, at))

    def role_of(self, agent: str) -> str:
        """The role that an agent is known to run as; empty: none."""
        held = (each for holder, each in self._out.ends("hold") if holder == agent)
        return next((each for each in held if each in self._roles), "")

    def _add(self, step: _Step, action: Action, asking: Asking, at: Node, agent: "_AgentDrawing") -> Became:
        found = self._found[step]
        if action not in found or loosest((found[action].asking, asking)) != found[action].asking:
            found[action] = _AskedUse(asking, at, agent)
        return step

    def _draw(self) -> None:
        for each in self.usual - self.named:
            self._out.mark("assumed", ("credential", each))
        for step, uses in self._found.items():
            granted = tuple(each for each in ACTIONS if each in uses and uses[each].asking != "denied")
            if not granted:
                continue
            if step[0] == "grant":
                credential, system = step[1]
                self._out.relate(Grant(credential, system, granted), at=uses[granted[0]].at)
            for asking in CHECKPOINTS:
                actions = tuple(each for each in granted if uses[each].asking == asking)
                if actions:
                    is_whole = step[0] == "delegation" or actions == granted
                    self._draw_checkpoint(step, asking, None if is_whole else actions, uses[actions[0]])
        self._ask_who_answers()
        opening = {credential for credential, _ in self._out.ends("grant")}
        for credential, (title, at) in self._unknown.items():
            if credential not in opening:
                text = f"Which system accepts {title}, for which actions, and how long is it valid?"
                self._out.ask(("credential", credential), text, RULES["credential-opens"], at=at)

        for role, (arn, at) in self._roles.items():
            others = (each for each in self._out.beside.values() if each is not self._out)
            if not any(each.knows("credential", ("principal", arn)) and each.has("grant") for each in others):
                text = f"What may the role {self._out.title('credential', role)} do?"
                self._out.ask(("credential", role), text, RULES["runs-as-role"], at=at)

    def _draw_checkpoint(
        self, step: _Step, asking: Asking, actions: tuple[Action, ...] | None, use: "_AskedUse"
    ) -> None:
        """A prompt on a step, decided where the agent is answered."""
        out, (from_, to) = self._out, step[1]
        ends = ("credential", "system") if step[0] == "grant" else ("agent", "agent")
        keys = [out.key(table, id_) for table, id_ in zip(ends, (from_, to), strict=True)]
        limits: dict[str, Any] = {"step": step[0], "from_": from_, "to": to, "actions": actions}
        out.element(
            "checkpoint", ("asks", *keys, *(() if asking == "asked" else (asking,))),
            f"{use.agent.title} {VERBS[asking]}: {out.title(ends[1], to)}", at=use.at,
            decided_at=self._answers(use.agent, use.at), **limits, **CHECKPOINTS[asking],
        )  # fmt: skip

    def _answers(self, agent: "_AgentDrawing", at: Node) -> str:
        """The system where a person answers an agent: outsiders write there where they may start it."""
        out, chat = self._out, agent.chat
        system = out.element(
            "system", ("answers", out.key("agent", agent.id)), f"answers to {agent.title}", at=at,
            kind="other", zone=agent.home, untrusted_input=True if chat else None,
        )  # fmt: skip
        self._answered.setdefault((agent.home, chat), {})[system] = (agent.title, at)
        return system

    def _ask_who_answers(self) -> None:
        """One question for all agents of a place that are answered alike."""
        for (_, chat), answered in self._answered.items():
            system, (_, at) = next(iter(answered.items()))
            names = first_few([title for title, _ in answered.values()], 6)
            text = f"Who answers the prompts of {names}, and can an agent answer in their place?"
            if chat:
                text = (
                    f"Who sends to {chat} is taken to answer the prompts of {names}, which so decide nothing "
                )
                text += "about what they want. True, or does somebody else answer?"
                self._out.assume(("system", system), text, RULES["asked-by-whom"], at=_above(at))
            else:
                self._out.ask(("system", system), text, RULES["asked-by-whom"], at=_above(at))


class Endpoints:
    """What projects take from outside, looked for once by project."""

    def __init__(self, _: Proposal) -> None:
        self._known: dict[Path, list[Endpoint]] = {}

    def around(self, document: Document) -> "list[Endpoint]":
        """What the project of a file takes."""
        from meshmodel.importers.endpoints import endpoints_of

        source = project_of(document)
        depth = len(document.source.split("/")) - len([each for each in source.split("/") if each]) - 1
        root = document.path.absolute().parents[depth]
        if root not in self._known:
            self._known[root] = [*endpoints_of(root, source)]
        return self._known[root]


class Begun:
    """Agents that files of settings name, by the file that begins their code, which is drawn after them."""

    def __init__(self, out: Proposal) -> None:
        self._out = out
        self._named: dict[str, tuple[str, Node]] = {}
        self._of_code: dict[str, list[str]] = {}
        out.at_end(self._ask)

    def named(self, agent: str, file: str, at: Node) -> None:
        """Keep an agent with the file that begins its code; empty: it is not there."""
        self._named[agent] = file, at

    def agent_of(self, name: str, names: Mapping[str, Sequence[str]]) -> str | None:
        """The agent that is drawn for the only one of a framework where its code begins.

        Args:
            name: what that is called.
            names: by file all agents of the framework that no other sets to work.
        """
        drawn = {each for some in self._of_code.values() for each in some}
        free = (each for each in self._named if each not in drawn)
        return next((each for each in free if self._begun_by(each, names) == [name]), None)

    def of_code(self, agent: str, file: str) -> None:
        """Keep an agent that a framework has in a file, and that no other sets to work."""
        self._of_code.setdefault(file, []).append(agent)

    def led_to(self, path: Path, source: str) -> list[str]:
        """The agents of the code that a file leads to, and that no other sets to work."""
        files = sorted(led_to(path, source).keys() & self._of_code.keys())
        return [*dict.fromkeys(agent for each in files for agent in self._of_code[each])]

    def runs_commands(self, agent: str) -> bool:
        """Whether an agent runs any command, and so uses what stands in its variables."""
        return self._out.part(_Accesses).runs_commands(agent)

    def _begun_by(self, agent: str, of_file: Mapping[str, Sequence[str]]) -> list[str]:
        """What a file has that begins the code of an agent; where it has nothing, the files of its folder."""
        file = self._named[agent][0]
        if not file or file in of_file:
            return [*of_file.get(file, ())]
        begun = {each for each, _ in self._named.values()}
        folder = f"{posixpath.dirname(file)}/".removeprefix("/")
        below = (some for each, some in of_file.items() if each not in begun and each.startswith(folder))
        return [one for some in below for one in some]

    def _ask(self) -> None:
        """Draw that an agent sets those to work that its code has besides; ask where it has none."""
        for agent, (_, at) in self._named.items():
            others = self._begun_by(agent, self._of_code)
            for other in others:
                if other != agent:
                    self._out.relate(Delegation(agent, other), at=at)
            if not others:
                title = self._out.title("agent", agent)
                text = f"What does the code of {title} reach? It is of no framework that is read."
                self._out.ask(("agent", agent), text, RULES["code-elsewhere"], at=_above(at))


@dataclass(frozen=True, slots=True)
class _AskedUse:
    """What is asked before an agent does something, and where that is said."""

    asking: Asking
    at: Node
    agent: "_AgentDrawing"


@dataclass(slots=True)
class _AgentDrawing:
    """One agent.

    Attributes:
        id: its element.
        title: what people call it.
        home: the zone where it runs.
        facts: the rows that say it.
        own: the credential for what needs none, once it is drawn.
        known: sentences on what its parts reach, for one assumption.
        usual: names of credentials that nothing states.
        steps: of its chart, by name.
        next: from step to step.
        is_started: whether something starts it.
        chats: what outsiders may send to that also is where it is answered.
        starters: the agents that set it to work.
    """

    id: str
    title: str
    home: str
    facts: list[AgentFact]
    own: str = ""
    known: dict[str, None] = field(default_factory=dict)
    usual: dict[str, None] = field(default_factory=dict)
    steps: dict[str, list[PartFact]] = field(default_factory=dict)
    next: dict[str, list[str]] = field(default_factory=dict)
    is_started: bool = False
    chats: list[str] = field(default_factory=list)
    starters: list["_AgentDrawing"] = field(default_factory=list)

    @property
    def chat(self) -> str:
        """Where outsiders answer it: its own chat, or of an agent that starts it; empty: nowhere."""
        waiting, seen = [self], list[_AgentDrawing]()
        while waiting:
            each = waiting.pop()
            if each.chats:
                return each.chats[0]
            seen.append(each)
            waiting += [one for one in each.starters if not any(one is two for two in seen)]
        return ""


@dataclass(slots=True)
class _Meaning:
    """What a part is: rows with what it is set to, and the code behind it.

    Attributes:
        rows: of the catalogue, each for one use.
        definition: of the project; ``None``: it is no function of the project.
        calls_model: whether that calls what may be a model.
        unknown: what that calls of which nothing is known.
    """

    rows: list["_RowUse"] = field(default_factory=list)
    definition: Definition | None = None
    calls_model: bool = False
    unknown: dict[str, None] = field(default_factory=dict)

    def is_role(self, role: str) -> bool:
        return any(each.row.role == role for each in self.rows)

    @property
    def asks_person(self) -> bool:
        """Whether it asks a person, by itself or as it is set."""
        return any(
            (use.row.role == "asks" and not use.row.asks_person)
            or any(
                glob(one.value).fullmatch(use.settings.get(one.setting, "")) for one in use.row.asks_person
            )
            for use in self.rows
        )


@dataclass(frozen=True, slots=True)
class _RowUse:
    """A row of the catalogue where it is called for.

    Attributes:
        at: where.
        settings: what it is set to.
        shown: the variable or secret that the code gives it; ``None``: it gives none.
    """

    row: Row
    at: Node
    settings: Mapping[str, str]
    shown: "Evidence | None" = None


class _ApplicationDrawing:
    """The facts of some files as they are drawn."""

    def __init__(self, form: DataForm, documents: Sequence[Document], out: Proposal) -> None:
        self._form, self._documents, self._out = form, documents, out
        self._at = next(root for each in documents for root in each.roots)
        self._code = ProjectCode(documents, out, form.packages)
        self._facts = form.facts(documents)
        self._by_word: dict[type[Fact], list[Fact]] = defaultdict(list)
        for each in self._facts:
            self._by_word[type(each)].append(each)
        self._scope = documents[0].source if form.together == "file" else ""
        self._names = _EqualNames(self._facts, documents)
        self._systems = self._place()
        self._accesses = out.part(_Accesses)
        self._begun = out.part(Begun)
        self._agents: dict[str, _AgentDrawing] = {}
        self._links: dict[str, list[str]] = defaultdict(list)
        self._parts: dict[int, _Meaning] = {}
        self._asks_by_name = {self._names.of(each.tool): each for each in self._of(Asks) if each.tool}

    def draw(self) -> None:
        """Draw agents first, since all else is theirs."""
        for fact in self._of(LinkFact):
            to = fact.to or fact.of or next(iter(fact.above), "")
            self._links[self._names.of(fact.called)].append(self._names.of(to))
            self._take(fact)
        self._draw_agents()
        for fact in self._of(Next):
            self._add_next(fact)
        for fact in (each for each in self._of(PartFact) if each.step):
            for agent in self._agents_of(fact):
                agent.steps.setdefault(fact.called, []).append(fact)
        self._draw_parts()
        self._draw_each(
            (ServerFact, self._draw_server), (ModelFact, self._draw_own_model),
            (SecretsFact, self._draw_secrets), (Hands, self._draw_hands),
        )  # fmt: skip
        self._draw_charts()
        self._draw_each(
            (Inlet, self._draw_own_inlet), (Same, self._take), (Asks, self._take), (QuestionFact, self._ask)
        )
        for agent in self._agents.values():
            self._tell(agent)
        self._start_by_endpoints()
        self._ask_who_starts()
        for fact in self._of(IgnoredFact):
            self._out.take(fact.at, fact.rule)

    def _draw_each(self, *drawn: tuple[type[Fact], Callable[[Any], None]]) -> None:
        for word, draw in drawn:
            for fact in self._of(word):
                draw(fact)

    def _draw_own_model(self, fact: ModelFact) -> None:
        for agent in self._agents_of(fact):
            self._draw_model(agent, fact.provider, fact)

    def _draw_own_inlet(self, fact: Inlet) -> None:
        agents = [*self._called(fact.to)] or [*self._agents_of(fact)] or self._beginning()
        if fact.first and any(each.is_started for each in agents):
            self._take(fact, *(("agent", each.id) for each in agents))
        else:
            self._draw_inlet(fact, fact.title, fact.who, agents, answers=fact.answers)

    def _ask(self, fact: QuestionFact) -> None:
        agents = self._agents_of(fact)
        about: Became | None = ("agent", agents[0].id) if agents else None
        self._take(fact, self._out.ask(about, fact.text, fact.rule, at=fact.at, detail=fact.text))

    def _of(self, word: type[Any]) -> Iterator[Any]:
        return iter(self._by_word.get(word, ()))

    def _take(self, fact: Fact, *became: Became, rule: FormRule | None = None) -> None:
        for leaf in fact.used:
            self._out.take(leaf, fact.rule, *became)
            if rule is not None:
                self._out.take(leaf, rule, *became)

    # Where it runs, and its agents --------------------------------------------------------------

    def _place(self) -> _Systems:
        form, at = self._form, self._at
        sources = [posixpath.dirname(each.source) or "." for each in self._documents]
        paths = [str(each.path.absolute().parent) for each in self._documents]
        key = form.application.key or posixpath.normpath(posixpath.commonpath(sources))
        named = form.application.zone.of(at) if form.application.zone is not None else ""
        title = named or folder_name(os.path.commonpath(paths))
        return _Systems(self._out, (form.name if form.application.key else "", key), title, at)

    def _draw_agents(self) -> None:
        by_name: dict[str, list[AgentFact]] = defaultdict(list)
        for fact in self._of(AgentFact):
            by_name[self._names.of(fact.called)].append(fact)
        asking = self._asking_models()
        first = self._first_in_files(by_name)
        for name, facts in by_name.items():
            if any(each.asks_model for each in facts) and name not in asking:
                for each in facts:
                    self._out.take(each.at, RULES["no-model"])
                continue
            best = next((each for each in facts if each.named and each.title), None) or next(
                (each for each in facts if each.title), facts[0]
            )
            kind = best.kind if best.kind != "workflow" or name not in asking else "orchestrator"
            title = _readable(best.title) or (
                f"agent of {posixpath.basename(best.at.source)}, line {best.at.line}"
            )
            drawn = self._begun.agent_of(name, first)
            id_ = drawn or self._out.element(
                "agent", (self._form.name, self._systems.key[1], name), title, at=best.at, scope=self._scope,
                kind=kind, home=self._systems.workstation(best.at),
            )  # fmt: skip
            title = self._out.title("agent", id_) if drawn else title
            self._agents[name] = _AgentDrawing(id_, title, self._systems.workstation(best.at), facts)
            self._agents[name].is_started = drawn is not None  # by what the form that names it says
            for file in (each for each, names in first.items() if name in names):
                self._begun.of_code(id_, file)
            if any(each.code for each in facts):
                self._begun.named(id_, self._file_that_begins(facts), best.at)
            for each in facts:
                self._take(each, ("agent", id_))

    def _file_that_begins(self, facts: Sequence[AgentFact]) -> str:
        """The first file that is there of those that may begin the code of an agent; empty: none is."""
        for each in facts:
            document = next(one for one in self._documents if one.source == each.at.source)
            folder = posixpath.dirname(document.source)
            for one in each.code:
                written = one.partition(":")[0]
                if posixpath.isabs(written):  # on the machine of whoever wrote it
                    written = posixpath.join(folder, posixpath.basename(written))
                way = posixpath.relpath(written, folder or ".")
                if os.path.isfile(document.path.parent / way):  # noqa: PTH113  # of a name too long too
                    return posixpath.normpath(written)
        return ""

    def _first_in_files(self, facts: Mapping[str, Sequence[AgentFact]]) -> dict[str, list[str]]:
        """By file of code what the agents in it are called that no other sets to work."""
        others = {self._names.of(each.to) for each in self._of(Hands)}
        found: dict[str, list[str]] = {}
        for name, some in facts.items():
            for file in dict.fromkeys(each.at.source for each in some):
                if name not in others and _is_code(file):
                    found.setdefault(file, []).append(name)
        return found

    def _asking_models(self) -> set[str]:
        """What the agents are called that ask a model, or that set an agent to work in their chart."""
        found = set[str]()
        called = {self._names.of(each.called) for each in self._of(AgentFact) if not each.asks_model}
        for fact in self._of(ModelFact):
            found.update(self._owners(fact))
        for fact in self._of(PartFact):
            if self._may_ask_model(fact):
                found.update(self._owners(fact))
        for fact in self._of(Next):
            if {self._names.of(fact.called), self._names.of(fact.to)} & called:
                found.update(self._owners(fact))
        for fact in self._of(Hands):
            found.update(self._owners(fact))
        return found

    def _may_ask_model(self, fact: PartFact) -> bool:
        """Whether a part is a model or calls one; code that is not here, or calls what is not known, may."""
        meaning = self._meaning(fact)
        if meaning.is_role("model"):
            return True
        is_code = any(each.startswith("code:") for each in fact.part)
        return (
            meaning.calls_model
            or bool(meaning.unknown)
            or (is_code and meaning.definition is None and not meaning.rows)
        )

    def _owners(self, fact: Fact) -> list[str]:
        """What the agents are called that a fact is of."""
        if fact.of:
            return list(self._agents) if fact.of == "*" else [self._names.of(fact.of)]
        called = self._names.of(getattr(fact, "called", "") or "")
        if called and called in self._links:
            return [each for each in self._links[called] if each]
        return [self._names.of(each) for each in fact.above[:1]]

    def _agents_of(self, fact: Fact) -> list[_AgentDrawing]:
        return [*self._called(self._owners(fact))]

    def _called(self, names: Iterable[str]) -> Iterator[_AgentDrawing]:
        return (self._agents[name] for each in names if (name := self._name_of_agent(each)))

    def _name_of_agent(self, name: str) -> str:
        """What an agent is called that a name leads to, by the functions that make variables; empty: none."""
        for _ in range(_MADE_BY):
            found = self._names.of(name)
            while found not in self._agents and "." in found.rpartition(":")[2]:  # of X.crew.kickoff also X
                if self._code.is_local(found):  # what its function makes is something else
                    break
                found = self._names.of(found.rpartition(".")[0])
            if found in self._agents:
                return found
            name = self._code.maker(name)
        return ""

    def _beginning(self) -> list[_AgentDrawing]:
        said = [each for each in self._agents.values() if any(fact.starts for fact in each.facts)]
        return said or list(self._agents.values())

    def _draw_hands(self, fact: Hands) -> None:
        for agent in self._agents_of(fact):
            for other in self._called([fact.to]):
                asking = self._asking_for([fact.to, other.title]) or "allowed"
                self._take(fact, *self._delegate(agent, other, fact.at, asking))
                if fact.back:
                    self._delegate(other, agent, fact.at)

    def _draw_charts(self) -> None:
        for agent in self._agents.values():
            asked = self._asked_steps(agent)
            for step in agent.next:
                for other in self._called([step]):
                    self._delegate(agent, other, agent.facts[0].at, "asked" if step in asked else "allowed")

    def _delegate(
        self, agent: _AgentDrawing, other: _AgentDrawing, at: Node, asking: Asking = "allowed"
    ) -> tuple[Became, ...]:
        if agent is other:
            return ()
        other.is_started = True
        other.starters.append(agent)
        self._accesses.sets_to_work(agent, other.id, asking, at)
        return (self._out.relate(Delegation(agent.id, other.id), at=at),)

    # Charts -------------------------------------------------------------------------------------

    def _add_next(self, fact: Next) -> None:
        agents = self._agents_of(fact)
        self._take(fact, *(("agent", each.id) for each in agents))
        for agent in agents:
            agent.next.setdefault(fact.called, []).append(fact.to)
            agent.next.setdefault(fact.to, [])

    def _asked_steps(self, agent: _AgentDrawing) -> set[str]:
        """The steps to which every way from the beginning leads through one that asks a person."""
        if not agent.next:
            return set()
        asking = {
            name
            for name, parts in agent.steps.items()
            if any(self._meaning(each).asks_person or each.asks for each in parts)
        }
        own = [each for each in self._of(Asks) if agent in self._agents_of(each)]
        before = {each.before for each in own if each.before}
        asking |= before | {each.after for each in own if each.after}
        if not asking:
            return set()
        led_to = {each for some in agent.next.values() for each in some}
        waiting = [each for each in agent.next if each not in led_to] or [*agent.next][:1]
        open_: set[str] = set()
        while waiting:
            step = waiting.pop()
            if step in open_ or step in before:
                continue
            open_.add(step)
            if step not in asking:
                waiting += agent.next.get(step, [])
        reached = set(agent.next)
        return reached - open_

    # Parts --------------------------------------------------------------------------------------

    def _draw_parts(self) -> None:
        asked = {each.id: self._asked_steps(each) for each in self._agents.values()}
        for fact in self._of(PartFact):
            agents = self._agents_of(fact)
            if not agents:
                if any(each.asks_model for each in self._of(AgentFact)):
                    self._take(fact, rule=RULES["no-model"])
                continue
            for agent in agents:
                meaning = self._meaning(fact)
                is_asked = fact.asks or (fact.step and fact.called in asked[agent.id])
                is_asked = is_asked or (meaning.definition is not None and meaning.asks_person)
                asking: Asking = "asked" if is_asked else "allowed"
                names = [*(self._names.of(each.partition(":")[2]) for each in fact.part), fact.title]
                self._draw_part(agent, fact, self._asking_for(names) or asking)

    def _asking_for(self, names: Iterable[str]) -> Asking | None:
        """What a row says is asked before a tool, server or agent of one of some names; ``None``: nothing."""
        for each in names:
            fact = self._asks_by_name.get(each)
            if fact is not None and fact.words.get(fact.says.lower()):
                return cast("Asking", fact.words[fact.says.lower()])
        return None

    def _meaning(self, fact: PartFact) -> _Meaning:
        known = self._parts.get(id(fact))
        if known is None:
            known = self._parts[id(fact)] = self._read_meaning(fact)
        return known

    def _read_meaning(self, fact: PartFact) -> _Meaning:
        found = _Meaning()
        catalogue, language = self._out.catalogue, _language(fact.at.source)
        names = (each for each in fact.part if each.count(":") == 1 or not each.startswith("code:"))
        row = catalogue.part_named(*(re.sub(r"^code:", language, each) for each in names))
        if row is not None:
            shown = _shown(row, self._code.given(fact.at))
            found.rows.append(_RowUse(row, fact.at, _settings(fact.settings), shown))
            return found
        for each in (one.removeprefix("code:") for one in fact.part if one.startswith("code:")):
            definition = self._code.definition(each)
            if definition is None:
                continue
            found.definition = definition
            for evidence in definition.calls:
                written = _language(evidence.module.source)
                known = catalogue.part_named(
                    f"{written}{evidence.name.lstrip('?')}", f"{written}{evidence.name}"
                )
                reaches = known.reaches if known is not None else ()
                found.calls_model |= any(
                    one.startswith("api:") or one.endswith(":execute") for one in reaches
                )
                if known is None and _is_unknown(evidence.name, written):
                    found.unknown.setdefault(evidence.name.lstrip("?"))
                if known is not None:
                    shown = _shown(known, self._code.given(evidence))
                    found.rows.append(_RowUse(known, self._code.leaf(evidence), evidence.settings, shown))
            break
        return found

    def _draw_part(self, agent: _AgentDrawing, fact: PartFact, asking: Asking) -> None:
        out, meaning = self._out, self._meaning(fact)
        if fact.off.is_true or fact.on.text.lower() == "false":
            self._take(fact, rule=RULES["tool-off"])
            out.take(fact.off or fact.on, RULES["tool-off"])
            return
        others = [*self._called(each.partition(":")[2] for each in fact.part)]
        if others and not meaning.rows:  # a part that is an agent itself, such as a graph within a graph
            self._take(fact, *(one for each in others for one in self._delegate(agent, each, fact.at)))
            return
        title = (fact.title or (fact.part[0].rpartition(":")[2] if fact.part else "")).lstrip("?")
        records: list[Became] = [("agent", agent.id)]
        unknown = fact.unknown
        # a function that chooses a model is no tool: what it calls says nothing of the provider
        if not meaning.rows and (meaning.definition is None or (unknown is not None and unknown.ask)):
            text = f"What does {title} reach, which {agent.title} uses, and with which credential?"
            if not title:
                text = f"Which tools does {agent.title} use? They are not named where they are given."
            text = unknown.ask if unknown is not None and unknown.ask else text
            asks = unknown.rule if unknown is not None else RULES["unknown-tool"]
            self._take(fact, out.ask(("agent", agent.id), text, asks, at=fact.at, detail=title), rule=asks)
            return
        rule: FormRule | None = None
        for use in meaning.rows:
            drawn, how = self._draw_row(agent, fact, use, asking)
            records += drawn
            rule = how or rule
            if use.at is not fact.at:
                out.take(use.at, RULES["called-in-code"], *drawn)
        if meaning.definition is not None and self._is_server(fact):
            rule = RULES["tools-of-server"]
        elif meaning.definition is not None:
            rule = RULES["own-tool"]
            records += self._draw_own(agent, fact, meaning, title)
        if meaning.asks_person:
            rule = rule or RULES["person-asked"]
        self._take(fact, *dict.fromkeys(records), rule=rule)
        for leaf in (fact.on, fact.off):
            if leaf:
                out.take(leaf, RULES["setting"])

    def _draw_row(
        self,
        agent: _AgentDrawing,
        fact: PartFact,
        use: _RowUse,
        asking: Asking,
    ) -> tuple[list[Became], FormRule | None]:
        """What a row says of a part: the records, and the rule that its leaves are taken by."""
        row, at = use.row, use.at
        match row.role:
            case "nothing" | "asks":
                return [], None
            case "inlet":
                title = fact.title or row.title
                inlet = self._draw_inlet(fact, title, row.who, [agent], row.id, answers=row.answers)
                return [*inlet], RULES["inlet"]
            case "model":
                return self._draw_model(agent, row.provider, fact, use), RULES["asked-model"]
        given = {**row.defaults, **use.settings}
        reaches = left_by(
            given.get("operation", ""), effect_of(row, ShownServer(_NO_PROGRAM, settings=given)).reaches
        )
        if not reaches:
            return [], None
        records: list[Became] = []
        titles: dict[str, str] = {}
        for access in reaches:
            system, _, action = access.rpartition(":")
            assert action in ACTIONS, "a catalogue is checked when it is read"
            address = given.get(row.address.removeprefix("setting:"), "") if row.address else ""
            host = host_of(address.lstrip("=")) if "{" not in host_of(address.lstrip("=")) else ""
            host = given.get("@maker") or "services" if system == "aws-service" else host
            drawn = self._system(system, row, host, at, agent, fact)
            titles[system] = self._out.title("system", drawn)
            credential = self._credential(agent, fact, use, system)
            records += [self._accesses.may(credential, drawn, action, asking, at, agent)]
        words = accesses_in_words(reaches, lambda each: titles.get(each, each))
        agent.known.setdefault(f"{fact.title or row.title or row.id}, which {words}")
        return records, RULES["known-tool"]

    def _system(
        self, system: str, row: Row, host: str, at: Node, agent: _AgentDrawing, fact: PartFact
    ) -> str:
        """A system of a row; behind an address of a host that the catalogue knows that system."""
        known = self._out.catalogue.system[system]
        if known.zone == "address" and host:
            for each in self._out.catalogue.system.values():
                if each.zone.count(".") and (host == each.zone or host.endswith(f".{each.zone}")):
                    return self._systems.known(each.id, at)
        given = [node["name"].text for _, node in fact.credentials]
        one = (given or [self._systems.title])[0] if known.zone == "address" else agent.title
        address = host or (f"an address that {agent.title} calls" if system == "api" else "")
        return self._systems.known(
            system, at, host=host, address=address, server=one, title=row.title or row.id
        )

    def _credential(self, agent: _AgentDrawing, fact: PartFact, use: _RowUse, system: str) -> str:
        """With what an agent reaches a system: what the part is given, what the row knows, or nothing."""
        out, row, at = self._out, use.row, use.at
        for kind, node in fact.credentials:
            name = node["name"].text or node.text or kind
            known = next((each for each in row.credential if each.named in {"", kind}), None)
            key = ("kept credential", *self._systems.key, name)
            found = out.element(
                "credential", key, name, at=node, kind=known.kind if known else "static-secret",
                subject=known.subject if known else None,
            )  # fmt: skip
            out.relate(Hold(agent.id, found), at=node)
            for leaf in node.leaves():
                out.take(leaf, RULES["kept-credential"], ("credential", found), ("hold", (agent.id, found)))
            return found
        known = next((each for each in row.credential if each.system == system), None)
        if use.shown is not None and out.catalogue.system[system].zone != "workstation":
            return self._draw_shown(agent, use.shown, known, row.title or row.id)
        role = self._accesses.role_of(agent.id)
        if role and known is not None and known.kind == "instance-role":
            return role
        for each in (one for one in row.credential if one.system == system):
            name = each.env or each.file
            if not name and not each.oauth:
                continue
            account = each.named or row.id
            is_variable = each.env and _is_code(at.source)  # what a library reads by itself
            key = ("variable", name) if is_variable else ("login", *self._systems.key, account)
            title = name if is_variable or each.file else f"login of {each.named or row.title or row.id}"
            found = out.element("credential", key, title, at=at, kind=each.kind, subject=each.subject)
            out.relate(Hold(agent.id, found), at=at)
            if is_variable:
                agent.usual.setdefault(each.env)
                self._accesses.usual.add(found)
            return found
        return self._own_credential(agent, at)

    def _draw_shown(
        self, agent: _AgentDrawing, shown: "Evidence", known: KnownCredential | None, title: str
    ) -> str:
        """The variable that code gives a call, or the secret that stands in the code for it."""
        out, leaf = self._out, self._code.leaf(shown)
        is_variable = shown.kind == "variable"
        name = shown.name if is_variable or shown.name.isupper() else f"{shown.name or 'secret'} of {title}"
        variable = out.catalogue.variable_named(shown.name) if is_variable else None
        of = known or (variable if variable is not None and variable.is_secret else None)
        found = out.element(
            "credential", ("variable", name) if is_variable else ("literal", *self._systems.key, name), name,
            at=leaf, scope="" if is_variable else leaf.source, kind=of.kind if of else "static-secret",
            subject=of.subject if of else None,
        )  # fmt: skip
        self._accesses.named.add(found)
        records: list[Became] = [("credential", found), out.relate(Hold(agent.id, found), at=leaf)]
        self._accesses.named.add(found)
        if not is_variable:
            records += self._systems.keep(found, self._systems.files("", leaf), leaf)
        out.take(leaf, RULES["variable-in-code"] if is_variable else RULES["literal-secret"], *records)
        return found

    def _own_credential(self, agent: _AgentDrawing, at: Node) -> str:
        """What an agent reaches without a credential: by its code, from where it runs."""
        if not agent.own:
            key = (self._form.name, self._systems.key[1], "code", self._out.key("agent", agent.id))
            agent.own = self._out.element("credential", key, f"code of {agent.title}", at=at, kind="other")
            self._out.mark("network", ("credential", agent.own))
            self._out.relate(Hold(agent.id, agent.own), at=at)
        return agent.own

    def _draw_own(self, agent: _AgentDrawing, fact: PartFact, meaning: _Meaning, title: str) -> list[Became]:
        """A function of the project: variables that it reads; where it calls nothing known that is asked.

        One that calls nothing but Python, and the methods of texts and lists, only computes. Of one that
        chooses a model what it calls says nothing.
        """
        out, definition, records = self._out, meaning.definition, list[Became]()
        assert definition is not None, "it is one"
        for evidence in definition.variables:
            may_ask = fact.step or meaning.is_role("model")
            records += self._draw_variable(agent, evidence.name, self._code.leaf(evidence), asks=may_ask)
        is_model = fact.unknown is not None and fact.unknown.ask
        if fact.step or is_model or any(each.row.reaches for each in meaning.rows):
            return records
        others = [each for each in definition.packages if not self._is_framework(each)]
        others = others or [each for each in meaning.unknown if not self._is_framework(each)]
        if others:
            called = ", ".join(others[:8])
            text = f"What does {title} of {agent.title} reach, and as which identity? It calls {called}."
            records.append(
                out.ask(("agent", agent.id), text, RULES["unknown-tool"], at=fact.at, detail=title)
            )
        return records

    def _is_server(self, fact: PartFact) -> bool:
        """Whether a part is a server, which a variable stands for, or a function returns."""
        places = {self._code.place(each.at) for each in self._of(ServerFact)}
        return not places.isdisjoint(self._code.behind(fact.at, self._agent_places())) if places else False

    def _is_framework(self, name: str) -> bool:
        return any(name == each or name.startswith((f"{each}.", f"{each}/")) for each in self._form.packages)

    def _draw_variable(
        self, agent: _AgentDrawing, name: str, leaf: Node, *, is_secret: bool = False, asks: bool = True
    ) -> list[Became]:
        """A variable that code reads, or that it is given.

        Args:
            agent: who has it.
            name: of the variable.
            leaf: where that is said.
            is_secret: whether it is one, whatever its name says.
            asks: whether the key of a model asks that model.
        """
        out = self._out
        if not is_secret and (not names_secret(name) or meaning_of(name) != "secret"):
            out.take(leaf, RULES["setting"], ("agent", agent.id))
            return []
        row = out.catalogue.variable_named(name)
        credential = out.element(
            "credential", ("variable", name), name, at=leaf,
            kind=row.kind if row and row.is_secret else "static-secret", subject=row.subject if row else None,
        )  # fmt: skip
        self._accesses.named.add(credential)
        records: list[Became] = [("credential", credential), out.relate(Hold(agent.id, credential), at=leaf)]
        if row is not None and row.model and asks:
            api = self._systems.model_asked(row, name, leaf)
            records.append(out.relate(Grant(credential, api, ("execute",)), at=leaf))
        else:
            self._accesses.ask_what_accepts(credential, name, leaf.parent or leaf)
        out.take(leaf, RULES["variable-in-code"], *records)
        return records

    # Servers, models, secrets, inlets -----------------------------------------------------------

    def _draw_server(self, fact: ServerFact) -> None:
        words = tuple(each for each in fact.words if each.text)
        if is_off(self._out, fact.title, fact.at) or not (words or fact.address.text):
            return
        title = fact.title or "server"
        agents = self._owners_of_server(fact)
        if not agents:
            text = f"Which agent uses the server {title}, and is somebody asked before?"
            asked = self._out.ask(None, text, RULES["whose-server"], at=fact.at, detail=title)
            self._take(fact, asked, rule=RULES["whose-server"])
        for agent in agents:
            starter = Starter(
                self._out, agent.id, (self._form.name, self._systems.key[1], agent.id),
                self._systems.title, self._systems, lambda at: self._systems.files("", at),
            )  # fmt: skip
            served = read_server(starter, ServerEntry(
                title, fact.at, words, fact.address, fact.env, fact.headers, fact.logins,
                fact.passed, tools=fact.tools, refused=fact.refused,
            ))  # fmt: skip
            self._out.relate(Delegation(agent.id, served.agent, only=served.only), at=fact.at)
            asking = self._asking_for([fact.title, self._names.of(fact.called)]) or "allowed"
            self._accesses.sets_to_work(agent, served.agent, asking, fact.at)
            self._take(fact, ("agent", served.agent))

    def _agent_places(self) -> "frozenset[Place]":
        """Where the calls stand that make agents."""
        places = (self._code.place(fact.at) for each in self._agents.values() for fact in each.facts)
        return frozenset(each for each in places if each is not None)

    def _owners_of_server(self, fact: ServerFact) -> list[_AgentDrawing]:
        """The agents that use a server: as rows say, by what they are given, or since there is no other."""
        place, ends = self._code.place(fact.at), self._agent_places()
        found = self._agents_of(fact) or [
            agent for agent in self._agents.values()
            if any(place in self._code.behind(each.at, ends) for each in agent.facts)
        ]  # fmt: skip
        return found or (list(self._agents.values()) if len(self._agents) == 1 else [])

    def _draw_model(
        self, agent: _AgentDrawing, provider: str, fact: Fact, use: _RowUse | None = None
    ) -> list[Became]:
        """A model: with the key that is given, else by the usual variable of its provider."""
        out = self._out
        if isinstance(fact, ModelFact) and fact.key.text:
            named = fact.title or provider
            records = model_key(
                out, self._systems, agent.id, provider, fact.key, named=f"key of {named}",
                own=("model key", *self._systems.key, named),
                keep=lambda each, node: self._systems.keep(each, self._systems.files("", node), node),
                at=fact.at, host=host_of(fact.address.text),
            )  # fmt: skip
        elif isinstance(fact, PartFact) and fact.credentials:
            row = out.catalogue.variable_named(f"{provider.upper()}_API_KEY")
            api = (
                self._systems.model_api(row.model, row.zone, fact.at)
                if row
                else self._systems.model_api(provider, "", fact.at)
            )
            credential = self._credential(agent, fact, use or _RowUse(_NO_ROW, fact.at, {}), "")
            records = [
                ("credential", credential),
                self._accesses.may(credential, api, "execute", "allowed", fact.at, agent),
            ]
        else:
            records = self._draw_usual_key(agent, provider, fact, use)
        self._take(fact, *records)
        return records

    def _draw_usual_key(
        self, agent: _AgentDrawing, provider: str, fact: Fact, use: _RowUse | None
    ) -> list[Became]:
        """The key that a model's library is given in code, else the variable that it reads by itself."""
        out, name = self._out, f"{provider.upper()}_API_KEY"
        row = out.catalogue.variable_named(name)
        if not provider or row is None or not row.model:
            return [("agent", agent.id)]
        at = use.at if use is not None else fact.at
        api = self._systems.model_api(row.model, row.zone, at)
        if use is not None and use.shown is not None:
            credential = self._draw_shown(
                agent, use.shown, KnownCredential("", row.kind, row.subject), row.model
            )
        else:
            credential = out.element("credential", ("variable", name), name, at=at, kind=row.kind)
            self._accesses.usual.add(credential)
        hold = out.relate(Hold(agent.id, credential), at=at)
        return [("credential", credential), hold, out.relate(Grant(credential, api, ("execute",)), at=at)]

    def _draw_secrets(self, fact: SecretsFact) -> None:
        for agent in self._agents_of(fact) or self._beginning():
            if fact.named:
                for leaf in fact.used:
                    self._draw_variable(agent, fact.named, leaf)
            if fact.role:
                self._draw_role(agent, fact)
            for name, node in fact.env:
                text = node.text
                if (names_secret(name) and meaning_of(name) == "secret") or shows_secret(text):
                    self._draw_given(agent, name, node)
                else:
                    self._out.take(node, RULES["setting"], ("agent", agent.id))

    def _draw_role(self, agent: _AgentDrawing, fact: SecretsFact) -> None:
        """The role of an account that an agent runs as, which an export of the account may describe."""
        out, arn = self._out, fact.role.text
        read = _ROLE.fullmatch(arn)
        if read is None:
            text = f"What may the role do as which {agent.title} runs?"
            self._take(
                fact,
                out.ask(("agent", agent.id), text, RULES["runs-as-role"], at=_above(fact.role)),
                rule=RULES["runs-as-role"],
            )
            return
        name, is_whole = arn.rpartition("/")[2], read[1].isdecimal()
        role = out.element(
            "credential", ("principal", arn), name, at=fact.role, kind="exchanged-token",
            identity=arn if is_whole else None, known_as=(arn,) if is_whole else (),
        )  # fmt: skip
        self._take(fact, ("credential", role), out.relate(Hold(agent.id, role), at=fact.role))
        self._accesses.ask_of_role(role, arn, _above(fact.role))

    def _draw_given(self, agent: _AgentDrawing, name: str, node: Node) -> None:
        """A secret: of the variable that it refers to, or one that stands here, under a name of many."""
        out, text, variable = self._out, node.text, name_referred_to(node.text)
        if variable or not text or out.catalogue.variable_named(name) is not None or name.isupper():
            records = self._draw_variable(agent, variable or name, node, is_secret=True)
        else:
            above = node.parent.key if node.parent is not None else ""
            title = f"{name} of {above}" if isinstance(above, str) and above else name
            credential = out.element(
                "credential", ("literal", *self._systems.key, node.path), title, at=node,
                scope=node.source, kind="static-secret",
            )  # fmt: skip
            records = [("credential", credential), out.relate(Hold(agent.id, credential), at=node)]
            self._accesses.ask_what_accepts(credential, title, node.parent or node)
            out.take(node, RULES["variable-in-code"], *records)
        if text and not is_reference(text):
            self._systems.keep(str(records[0][1]), self._systems.files("", node), node)

    def _draw_inlet(
        self,
        fact: Fact,
        title: str,
        who: str,
        agents: Sequence[_AgentDrawing],
        key: str = "",
        *,
        answers: bool = True,
    ) -> tuple[Became, ...]:
        """A system whose writers start agents."""
        out = self._out
        for agent in agents:
            agent.is_started = True
        if who == "nobody" or not agents:
            self._take(fact, *(("agent", each.id) for each in agents))
            return ()
        is_known = who not in {"", "anybody"}
        given = fact.credentials if isinstance(fact, PartFact) else ()
        system = out.element(
            "system", ("inlet", *self._systems.key, self._scope, key, title), title, at=fact.at, kind="other",
            zone=self._systems.workstation(fact.at), untrusted_input=None if is_known else True,
        )  # fmt: skip
        records: list[Became] = [("system", system)]
        records += [out.relate(Trigger(system, each.id), at=fact.at) for each in agents]
        for leaf in (one for _, node in given for one in node.leaves()):
            out.take(leaf, RULES["kept-credential"], ("system", system))
        if not is_known:
            for agent in agents if answers else ():
                agent.chats.append(title)
            names = [node["name"].text or kind for kind, node in given]
            records.append(self._ask_who_sends(fact, system, title, agents, names, is_unsaid=not who))
        self._take(fact, *records, rule=RULES["inlet"])
        return tuple(records)

    def _ask_who_sends(
        self,
        fact: Fact,
        system: str,
        title: str,
        agents: Sequence[_AgentDrawing],
        guards: Sequence[str],
        *,
        is_unsaid: bool,
    ) -> Reference:
        """Ask who may send what starts agents: only who has what guards it, or an account, or anybody."""
        whose = "outsiders'"
        if is_unsaid and self._asks_for_account(fact):
            self._out.mark("account", ("system", system))
            whose = "those of people with an account"
        named = ", ".join(each.title for each in agents[:6])
        text = f"Who may send to {title}, which starts {named}, and whose words are that? "
        text += f"Only who has {', '.join(guards)} can. " if guards else ""
        text += f"Computed as {whose}. True?"
        return self._out.assume(("system", system), text, RULES["inlet"], at=fact.at)

    def _asks_for_account(self, fact: Fact) -> bool:
        """Whether the file of what starts agents asks for an account where it takes words."""
        path = self._out.paths.get(fact.at.source)
        if path is None or path.suffix not in LANGUAGES:
            return False
        from meshmodel.importers.routes import asks_for_account

        try:
            return asks_for_account(read_small_file(path).decode("utf-8", "replace"))
        except OSError:
            return False

    # What is drawn at the end -------------------------------------------------------------------

    def _tell(self, agent: _AgentDrawing) -> None:
        """One assumption on what its known tools reach."""
        out, at = self._out, agent.facts[0].at
        if agent.known:
            told = [*agent.known]
            text = "; ".join(told[:12]) + (f"; and {len(told) - 12} more" if len(told) > 12 else "")
            usual = ""
            if agent.usual:
                named = ", ".join(f"{each} (assumed)" for each in agent.usual)
                usual = f" No credential is named there; as usual it is {named}."
            text = f"{agent.title} uses {text}.{usual} True?"
            out.assume(("agent", agent.id), text, RULES["known-tool"], at=_above(at))

    def _start_by_endpoints(self) -> None:
        """Agents that nothing starts are started by what the project takes from outside, where that leads."""
        document = next((each for each in self._documents if each.syntax in {"python", "typescript"}), None)
        left = [each for each in self._agents.values() if not each.is_started]
        for each in () if document is None or not left else self._out.part(Endpoints).around(document):
            agents = [
                one for one in left if any(each.reaches(fact.at.source, fact.at.line) for fact in one.facts)
            ]
            if not agents:
                continue
            at = _above(agents[0].facts[0].at)
            system = self._out.element(
                "system", ("endpoint", each.source), each.title, at=at, kind="other", zone=agents[0].home,
                untrusted_input=True if each.is_open or each.for_accounts else None,
            )  # fmt: skip
            if each.for_accounts:
                self._out.mark("account", ("system", system))
            for agent in agents:
                agent.is_started = True
                self._out.relate(Trigger(system, agent.id), at=at)
            named, whose = (
                first_few([one.title for one in agents], 6),
                "outsiders'"
                if each.is_open
                else "those of people with an account"
                if each.for_accounts
                else "members'",
            )
            text = f"Who may send {each.title} ({each.source}), taken to start {named}, and whose words are "
            text += f"these? Computed as {whose}. True?"
            self._out.assume(("system", system), text, RULES["endpoint"], at=at)

    def _ask_who_starts(self) -> None:
        names = [each for each in self._agents.values() if not each.is_started]
        if names:
            listed = ", ".join(each.title for each in names[:8]) + (", …" if len(names) > 8 else "")
            text = f"Who starts {listed}, and who writes what it is asked to do?"
            self._out.ask(("agent", names[0].id), text, RULES["who-starts"], at=_above(names[0].facts[0].at))


def _shown(row: Row, given: Sequence["Evidence"]) -> "Evidence | None":
    """By which of the variables and secrets that it is given a call shows who it is."""
    usual = {each.env for each in row.credential if each.env}
    is_address = any(_CONNECTION.search(each) for each in usual)
    named = [each for each in given if each.kind == "variable" and each.name in usual]
    secret = [each for each in given if each.kind == "secret" or _names_credential(each)]
    linked = [each for each in given if is_address and _CONNECTION.search(each.name)]
    return next(iter([*named, *secret, *linked]), None)


def _names_credential(variable: "Evidence") -> bool:
    """Whether a variable, or the argument that it is given as, is called a secret."""
    says = names_secret(variable.name) or names_secret(variable.under)
    return says and meaning_of(variable.name) in {"secret", "unclear"}


_OF_PYTHON: Final = frozenset({*dir(builtins), *dir(dict), *dir(list), *dir(set), *dir(str)})
_LISTS: Final = WordLists(__file__)
_OF_SCRIPTS: Final = _LISTS.all_of("of-scripts")
"""What JavaScript has of its own: objects, functions, and methods of texts, lists and maps."""
_LOGGING: Final = _LISTS.all_of("logging")
_ASKING_ELSEWHERE: Final = _LISTS.all_of("asking-elsewhere")
"""Modules of Python that reach beyond the program."""


def _is_unknown(called: str, language: str) -> bool:
    """Whether a call is neither of the language itself nor a method of its texts, lists and maps."""
    first, last = re.split(r"[./]", called.lstrip("?"))[0], called.lstrip("?").rpartition(".")[2]
    if first in PLAIN_PACKAGES or last in _LOGGING:
        return False
    if language == "ts:":
        return first not in _OF_SCRIPTS and last not in _OF_SCRIPTS
    if called.startswith("?") or first == called:
        return last not in _OF_PYTHON
    return first not in sys.stdlib_module_names or first in _ASKING_ELSEWHERE


def _is_code(source: str) -> bool:
    return posixpath.splitext(source)[1] in LANGUAGES


def _language(source: str) -> str:
    """What stands before names of code in the catalogue."""
    return "py:" if source.endswith(".py") else "ts:"


def _above(at: Node) -> Node:
    """What stands around a leaf, since the leaf says something else."""
    return at.parent if at.is_leaf and at.parent is not None else at


def _settings(node: Node) -> dict[str, str]:
    """What a part is set to: texts by key, those further in by their last key unless that is taken."""
    found = {key: each.text for key, each in node.items() if each.text}
    for leaf in node.leaves():
        found.setdefault(str(leaf.key), leaf.text)
    for key, each in node.items():
        if each["value"].text:
            found.setdefault(key, each["value"].text)
    return found


class _EqualNames:
    """Names that mean the same: as rows say, and of functions that return an agent."""

    def __init__(self, facts: Iterable[Fact], documents: Iterable[Document]) -> None:
        self._above: dict[str, str] = {}
        same = [(each.of, each.called) for each in facts if isinstance(each, Same)]
        same += [
            (each["@gives"].text, each["@def"].text) for one in documents for each in one.root["defs"].each()
        ]
        known = {each.called for each in facts if isinstance(each, AgentFact)} | {
            called for _, called in same
        }
        for of, called in same:
            while of not in known and "." in of.rpartition(":")[2]:
                of = of.rpartition(".")[0]  # noqa: PLW2901  # of X.agent_id also X
            first, second = self.of(of), self.of(called)
            if of in known and called and first != second:
                self._above[second] = first

    def of(self, name: str) -> str:
        """The first of the names that mean what one means."""
        for _ in range(len(self._above) + 1):
            if name not in self._above:
                break
            name = self._above[name]
        return name


_NO_ROW: Final = Row("", ())
_NO_PROGRAM: Final = Program()
