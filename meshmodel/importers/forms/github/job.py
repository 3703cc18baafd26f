"""A job of a GitHub Actions workflow: the program that it is, the agents among its steps, what each holds."""

import functools
import operator
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from meshmodel.importers import fingerprints
from meshmodel.importers.common_systems import CommonSystems
from meshmodel.importers.document import Node
from meshmodel.importers.forms import CODE_FORM
from meshmodel.importers.forms.github.composite import steps_of, with_inputs
from meshmodel.importers.forms.github.conditions import NEVER, POSSIBLE, Start, checks_rights, holds
from meshmodel.importers.forms.github.followers import (
    FILES,
    WRITES,
    calls_of,
    gives_secrets_after,
    is_taken_up,
    reach_after,
)
from meshmodel.importers.forms.github.model_programs import ModelProgram
from meshmodel.importers.forms.github.options import (
    ENVIRONMENT,
    LIMITED,
    Reach,
    reach_of,
    reach_of_action,
    reached_by_tools,
)
from meshmodel.importers.forms.github.repository import (
    Repository,
    is_model_key,
    is_of_github,
    meaning_of_literal,
)
from meshmodel.importers.forms.github.rules import RULES
from meshmodel.importers.forms.github.scripts import Script, script_of
from meshmodel.importers.forms.github.set_outputs import Branch, branches_of, values_of
from meshmodel.importers.forms.github.words import (
    AGENTS,
    ARGUMENTS,
    CHECKING,
    IDENTIFIERS,
    KEY_INPUT,
    LISTS,
    LOGINS,
    MODEL_INPUT,
    OWN_TOKEN,
    PROMPT_INPUTS,
    PROMPTS,
    SERVER,
    SERVER_INPUTS,
    SERVICES,
    STARTER_INPUTS,
    TOOLS_OF,
    allowed_in,
    asks_token,
    expressions,
    inline_servers,
    lets_event_in,
    path_of,
    secrets_in,
    tools_in,
)
from meshmodel.importers.ledger import Became, FormRule
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.unclear_names import ask_if_secret
from meshmodel.model.records import Delegation, Exchange, Grant, Hold, Reference

_USED: Final = re.compile(r"\bneeds\s?\.\s?([A-Za-z_][\w-]{0,99})\s?\.\s?outputs\b")
_WRITTEN: Final = re.compile(r"\bsteps\s?\.\s?([A-Za-z_][\w-]{0,99})\s?\.")
_OUTPUT: Final = re.compile(r"\bsteps\.[a-z_][\w-]{0,99}\.outputs\.[a-z_][\w-]{0,99}")
_ACTION_DEPTH: Final = 10
"""How deep GitHub lets composite actions use one another."""
_CHECKOUT: Final = "actions/checkout"
_APP_TOKENS: Final = frozenset({"actions/create-github-app-token", "tibdex/github-app-token"})
_APP_KEYS: Final = ("private-key", "private_key")
_APP_INPUTS: Final = (*_APP_KEYS, "app-id", "app_id", "client-id")
_APP_PERMISSION: Final = "permission-"
_IS_THIS: Final = re.compile(r"\s*\$\{\{\s*github\.(?:event\.repository\.name|repository)\s*\}\}\s*")
"""An input that names this repository."""
_STEP_TOKEN: Final = re.compile(r"\bsteps\s?\.\s?([A-Za-z_][\w-]{0,99})\s?\.\s?outputs\s?\.\s?token\b")
_TAKEN: Final = {
    RULES["unknown-agent"]: "its prompt and its model or key",
    RULES["model-program"]: "what it calls: a model decides what it does",
}
"""Why an agent is assumed, by rule."""
_WHOLE_EVENT: Final = "${{ toJSON(github.event) }}"
"""What a program reads that opens the file of the event."""
_APP_ACTION: Final = "anthropics/claude-code-action"
"""It puts the settings of the base branch back before it starts (its page on security, at 24dcd50)."""
_KEEPS_KEY: Final = "openai/codex-action"
"""It hands the key to a proxy, which the commands of its agent cannot look into (its README, at 0006efa)."""
_HEAD: Final = re.compile(r"github\.head_ref|pull_request\.head\.|refs/pull/", re.IGNORECASE)


def _described(product: str, node: Node, script: str) -> str:
    """The description of an agent that a step starts; what it is asked to do is no part of it."""
    if node["uses"].text:
        inputs = {key: leaf.text for key, leaf in node["with"].items() if key.lower() not in PROMPT_INPUTS}
        return fingerprints.of_action(node["uses"].text, inputs)
    return fingerprints.of_script(product, script)


def _is_of_app(leaf: Node) -> bool:
    """Whether an input is the key or the number of a GitHub App, or a permission of its token."""
    key = str(leaf.key)
    return (
        (key in _APP_INPUTS or key.startswith(_APP_PERMISSION))
        and leaf.parent is not None
        and _action_of(leaf.parent.parent) in _APP_TOKENS
    )


def _action_of(step: Node | None) -> str:
    """The action that a step uses, in lower case, without its version."""
    return step["uses"].text.partition("@")[0].lower() if step is not None else ""


def ask_callers(title: str, jobs: Iterable[str], at: Node, out: Proposal) -> Became:
    """Ask who calls a workflow that others call and that none of this import does."""
    out.mark("called", *(("agent", each) for each in jobs))
    text = f"Which workflows call {title}, started by whom, with which secrets and permissions?"
    return out.ask(None, text, RULES["workflow-call"], at=at)


@dataclass(slots=True)
class Job:
    """One job as it is drawn: ``begin``, then ``step`` for each, then ``end``.

    Attributes:
        repository: where it runs.
        out: what is told.
        id: its id in the workflow.
        node: the job.
        title: what it is called in names.
        aliases: by name in a called workflow the secrets that its callers pass.
        started_by: the events of its workflow, and of those that call it.
        inputs: by name what those that call it give its workflow.
        workflow: the agent that is its program.
        token: the credential of its GITHUB_TOKEN.
        oidc: the credential of its OIDC token, and the leaf that allows it.
        agents: by stable key the agents that its steps start.
        users: by id of another job the agents here that are given its outputs, and where.
        services: by product the agents elsewhere that its scripts ask.
        checked: by the names that other jobs use its outputs that say whether who started it has rights.
    """

    repository: Repository
    out: Proposal
    id: str
    node: Node
    title: str
    aliases: dict[str, list[str]] = field(default_factory=dict)
    started_by: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    workflow: str = ""
    token: str = ""
    oidc: tuple[str, Node] | None = None
    agents: dict[str, str] = field(default_factory=dict)
    users: dict[str, dict[str, Node]] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    checked: frozenset[str] = frozenset()
    _checked: frozenset[str] = frozenset()
    """Outputs of its steps that look up who started it."""
    _scripted: dict[str, tuple[str, str, list[Branch]]] = field(default_factory=dict)
    """By the names that other jobs use its outputs that scripts set: name there, script and branches."""
    _outer_conditions: list[Node] = field(default_factory=list)
    _conditions: dict[str, tuple[list[Node], bool]] = field(default_factory=dict)
    """By agent the conditions of its step, and whether its action starts for those with write access only."""
    _is_injected: bool = False
    _is_given_key: bool = False
    _left: dict[str, tuple[Node, FormRule]] = field(default_factory=dict)
    _products: list[str] = field(default_factory=list)
    _exchanged: bool = False
    _head: Node | None = None
    _app_tokens: dict[str, str] = field(default_factory=dict)
    _reached: dict[str, AbstractSet[str]] = field(default_factory=dict)
    """By agent what its tools reach, of those whose options limit them."""
    _shells: dict[str, Node] = field(default_factory=dict)
    """Agents that show variables by a command that they may run, or may run any, and where that is said."""
    _placed: dict[str, str] = field(default_factory=dict)
    """By path in the job's folder the other repository that a step checked out there, in lower case."""
    _persons: dict[str, str] = field(default_factory=dict)
    """Secrets that GitHub accepts, and their names; what they may is assumed where an agent has them."""
    _stated: set[str] = field(default_factory=set)
    """Tokens of which it is stated what they may, and where."""
    _known: set[str] = field(default_factory=set)
    """Agents of which it is known what their options say."""
    _programs: list[tuple[str, str, Path, Node]] = field(default_factory=list)
    """Programs of the repository that its steps run: its folder, the path in it, the file, and the step."""
    _cut: dict[tuple[str, str], str] = field(default_factory=dict)
    """By agent and token the credential of what its tools can use of it."""

    def element(self, table: str, key: tuple[str, ...], name: str, at: Node, **fields: Any) -> str:
        """An element of this workflow only."""
        return self.out.element(table, key, name, at=at, scope=self.node.source, **fields)

    # The job ----------------------------------------------------------------------------------

    def begin(self, permissions: Sequence[Node], *, is_call: bool = False) -> None:
        """Draw its program and its token.

        Args:
            permissions: what its token may, as its own file or its callers say; empty: nothing says.
            is_call: whether it only calls a workflow whose jobs are drawn: these have tokens of their own.
        """
        self._find_checks()
        self._find_scripted()
        self._is_given_key = self._has_key()
        out, at = self.out, self.node
        pipeline, zone = self.repository.system("pipeline", at), self.repository.zone(at)
        self.workflow = self.element(
            "agent", ("job", self.id), self.title, at, kind="workflow", home=zone, runs_on=pipeline,
            known_as=(path_of(self.node.source),),
        )  # fmt: skip
        if is_call:
            return
        name = f"GITHUB_TOKEN of {self.title}"
        self.token = self.element(
            "credential", ("token", self.id), name, at, kind="exchanged-token", lifetime=self._lifetime()
        )
        out.relate(Hold(self.workflow, self.token), at=at)
        out.take(at["timeout-minutes"], RULES["timeout"], ("credential", self.token))
        for each in permissions:
            leaf = self.repository.grant(self.token, each)
            if leaf is not None:
                name = f"OIDC token of {self.title}"
                oidc = self.element("credential", ("oidc", self.id), name, leaf, kind="oidc-federation")
                self.oidc = self.oidc or (oidc, leaf)
                out.take(
                    leaf, RULES["oidc"], ("credential", oidc), out.relate(Hold(self.workflow, oidc), at=leaf)
                )
        if permissions:
            self._stated.add(self.token)
        else:
            text = "Which permissions has GITHUB_TOKEN by default? Jobs that state none get them."
            out.ask(("system", pipeline), text, RULES["no-permissions"], at=at)

    def _lifetime(self) -> str:
        """As long as the job may run: six hours, unless it says another time."""
        minutes = self.node["timeout-minutes"].value
        stated = isinstance(minutes, int) and not isinstance(minutes, bool) and 0 < minutes < 100_000
        return f"{minutes}m" if stated else "6h"

    def end(self, environments: Sequence[Node]) -> None:
        """Draw what all its steps are given: variables of the workflow and its own, the OIDC token."""
        for environment in (*environments, self.node["env"]):
            self.values(environment, self.workflow, *self.agents.values())
            self.out.take(environment, RULES["setting"])
        for key in ("env", "with", "if", "strategy"):
            self._note_uses(self.node[key], self.workflow)
        self._settings()
        for agent, leaf in self._shells.items():
            self._read_environment(agent, leaf)
        if self._programs:
            self.out.at_end(lambda: self._start_programs([*environments, self.node["env"]]))
        if self.oidc is None:
            return
        credential, leaf = self.oidc
        for agent in self.agents.values():
            if agent not in self._reached:  # no tool of these can ask for it
                self.out.relate(Hold(agent, credential), at=leaf)
        if not self._exchanged:
            text = f"Which provider accepts the OIDC token of {self.title}, and for which credential?"
            self.out.ask(("credential", credential), text, RULES["oidc-to-whom"], at=leaf)

    def _settings(self) -> None:
        node, out, agent = self.node, self.out, ("agent", self.workflow)
        out.take(node["if"], RULES["condition"], agent)
        runner = node["runs-on"]
        if any(each.text == "self-hosted" for each in (*runner.each(), *runner["labels"].each())):
            text = f"What can {self.title} reach from its own runner, and who shares that runner?"
            out.take(
                runner,
                RULES["self-hosted-runner"],
                out.ask(agent, text, RULES["self-hosted-runner"], at=node),
            )
        self.environment(node["environment"])
        for each in ("container", "services"):
            for leaf in node[each].leaves():
                self.given(leaf, self.workflow, literal=RULES["service-secret"])
            out.take(node[each], RULES["setting"])
        for each in ("strategy", "concurrency", "defaults", "continue-on-error"):
            out.take(node[each], RULES["setting"])
        out.take(node["outputs"], RULES["outputs"], agent)
        for each in ("name", "runs-on"):
            out.take(node[each], RULES["job"], agent)

    def environment(self, node: Node) -> None:
        """Ask whether an environment has reviewers."""
        named = node["name"] or node
        if named.text:
            text = f"Does the environment {named.text} ask reviewers before {self.title} runs, and whom?"
            note = self.out.ask(("agent", self.workflow), text, RULES["environment"], at=named)
            self.out.take(named, RULES["environment"], ("agent", self.workflow), note)
        self.out.take(node, RULES["setting"])

    # Steps ------------------------------------------------------------------------------------

    def step(self, node: Node, depth: int = 0) -> None:
        """Draw one step: an agent, or a part of the program; of a composite action its steps too."""
        out = self.out
        action = self._action(node)
        is_followed = depth < _ACTION_DEPTH and action not in AGENTS
        composite = self.repository.action(node["uses"].text) if is_followed else None
        for inner in steps_of(composite, node["with"]) if composite is not None else ():
            self._outer_conditions.append(node["if"])
            self.step(inner, depth + 1)
            self._outer_conditions.pop()
        is_own = composite is not None or action.startswith("./")
        script = script_of(node, self.node, out, has_key=self._is_given_key)
        self._programs += [(script.root, path, file, node) for path, file in script.programs.items()]
        products, rule = [AGENTS[action]] if action in AGENTS else script.products, RULES["agent-action"]
        if not (products or is_own) and self._starts_agent(node, action):
            products, rule = [action.rpartition("/")[2]], RULES["unknown-agent"]
        agents = [
            self._agent(each, node, RULES["model-program"] if each in script.models else rule, script)
            for each in products
        ]
        if action == _CHECKOUT:
            self._checkout(node)
        if action in _APP_TOKENS:
            self._token_of_app(node)
        host = "" if agents else script.service([*node["env"].leaves(), *self.node["env"].leaves()])
        if host:
            self._service(host, node)
        for agent in agents or [self.workflow]:
            self._part(node, agent, action)
        rule = RULES["local-action"] if is_own else RULES["step"]
        drawn: list[Became] = [("agent", each) for each in agents or [self.workflow]]
        for each in ("uses", "run"):
            out.take(node[each], rule, *drawn)
        out.take(node["if"], RULES["condition"], *drawn)
        for each in (
            "name", "id", "shell", "working-directory", "continue-on-error", "timeout-minutes", "env", "with",
        ):  # fmt: skip
            out.take(node[each], RULES["setting"])

    def _has_key(self) -> bool:
        """Whether it is given the key of a model, logs in to a cloud, or asks the models of GitHub."""
        workflow = self.node.parent.parent if self.node.parent is not None else None
        outside = (workflow["permissions"], workflow["env"]) if workflow is not None else ()
        leaves = [leaf for each in (self.node, *outside) for leaf in each.leaves()]
        return any(
            (leaf.key == "models" and leaf.text != "none")
            or leaf.key in LOGINS
            or is_model_key(str(leaf.key), leaf.text)
            or any(KEY_INPUT.fullmatch(each.lower().replace("_", "-")) for each in secrets_in(leaf.text))
            for leaf in leaves
        )

    def _start_programs(self, environments: Sequence[Node]) -> None:
        """Draw that it starts the agents of programs that its steps run, now that all code has been read."""
        from meshmodel.importers.applications import Begun

        out, code = self.out, self.out.beside.get(CODE_FORM)
        if code is None:
            return
        begun = code.part(Begun)
        for root, path, file, node in self._programs:
            for each in begun.led_to(file, posixpath.normpath(posixpath.join(root, path))):
                agent = out.same(code, "agent", each, at=node)
                call = out.relate(Delegation(self.workflow, agent), at=node["run"])
                out.take(node["run"], RULES["program"], ("agent", agent), call)
                if begun.runs_commands(each):
                    for variables in (*environments, node["env"]):
                        self.values(variables, agent)
                    for credential, (leaf, left_by) in self._left.items():
                        out.take(leaf, left_by, *self._holds(agent, credential, leaf))

    def _service(self, host: str, node: Node) -> None:
        """Draw an agent elsewhere that a script asks by its API: it has the key, and an app here."""
        out, leaf, product, rule = self.out, node["run"], SERVICES[host], RULES["agent-service"]
        name = f"{product} for {self.title}"
        if product in self.services:
            return
        agent = self.services[product] = self.element(
            "agent", ("service", self.id, product), name, node, kind="ai-agent",
            home=self.repository.zone(node),
            runs_on=self.repository.outside(host, f"{product} API", "saas", leaf),
        )  # fmt: skip
        self._conditions[agent] = [node["if"], *self._outer_conditions], False
        call = out.relate(Delegation(self.workflow, agent, returns="values"), at=node)
        app = self.element(
            "credential", ("service", self.id, product), f"{product} app", node, kind="exchanged-token"
        )
        text = (
            f"{name} is taken for an agent, by the address asked. It pushes as {product} app (assumed). True?"
        )
        out.mark("taken", ("agent", agent), out.assume(("agent", agent), text, rule, at=node))
        out.mark("assumed", ("credential", app))
        drawn = [
            self.repository.may(app, part, ("read", "write"), node, is_own=False)
            for part in ("code", "pull requests")
        ]
        drawn += [out.relate(Hold(agent, app), at=leaf), call]
        out.take(leaf, rule, ("agent", agent), ("credential", app), *drawn)
        for each in (leaf, *node["env"].leaves(), *self.node["env"].leaves()):
            for secret in secrets_in(each.text):
                if product.split()[0].lower() in secret.lower():
                    self.repository.secret(secret, each, [agent])
        self._tell(node, agent)

    def _tell(self, node: Node, agent: str) -> None:
        """Draw who writes in what an agent is given."""
        for leaf in (*node["with"].leaves(), *node["env"].leaves(), node["run"]):
            text = with_inputs(leaf.text, self.inputs) if self.inputs else leaf.text
            if lets_event_in(text):
                self.repository.tell(agent, leaf, text, self.started_by)

    def _part(self, node: Node, agent: str, action: str) -> None:
        """Draw what a step gives to one that acts in it: an agent, or the program of the job."""
        self._note_uses(node, agent)
        for each in ("env", "with"):
            self.values(node[each], agent)
        self._login(node, agent)
        if agent != self.workflow:
            self._inputs(node, agent, action)
        for leaf in (node["run"], node.get("with", "script")):
            self.given(leaf, agent)
            if lets_event_in(leaf.text):
                self.out.change("agent", agent, steerable=True)
                self._is_injected |= agent == self.workflow
                self.out.take(leaf, RULES["script-injection"], ("agent", agent))

    def _starts_agent(self, node: Node, action: str) -> bool:
        """Whether an action that is not known is given a prompt and the key of a model.

        A key without a prompt is asked about.
        """
        given = [leaf for each in (node["with"], node["env"], self.node["env"]) for leaf in each.leaves()]
        inputs = {key.lower() for key, _ in node["with"].items()}
        if not action or action.partition("/")[0] in TOOLS_OF:
            return False
        has_key = any(is_model_key(str(leaf.key), leaf.text) for leaf in given)
        names_model = any(MODEL_INPUT.fullmatch(each) for each in inputs)
        if inputs & PROMPT_INPUTS and (has_key or names_model):
            return True
        if inputs & PROMPTS and any(KEY_INPUT.fullmatch(each) for each in inputs):
            return True
        if not has_key:
            return False
        text = f"Does the action {action} start an agent? It is given the key of a model, and no prompt."
        self.out.ask(
            ("agent", self.workflow), text, RULES["key-without-prompt"], at=node["uses"], detail=action
        )
        return False

    def _agent(self, product: str, node: Node, rule: FormRule, script: Script) -> str:
        """An agent that a step starts, with what the steps before it left."""
        self._products.append(product)
        out, number = self.out, self._products.count(product)
        key = node["id"].text or product
        if key in self.agents:
            key = f"{product} {number}"
        name = f"{product} in {self.title}" + (f" ({key})" if number > 1 else "")
        agent = self.element(
            "agent", ("step", self.id, key), name, node, kind="ai-agent", home=self.repository.zone(node),
            runs_on=self.repository.system("pipeline", node),
            description=_described(product, node, script.text),
        )  # fmt: skip
        self.agents[key] = agent
        if rule in _TAKEN:
            text = f"{name} is taken for an agent, by {_TAKEN[rule]}. True?"
            out.mark("taken", ("agent", agent), out.assume(("agent", agent), text, rule, at=node))
        self._conditions[agent] = [node["if"], *self._outer_conditions], self._checks_starter(node)
        if self._head is not None and self._action(node) != _APP_ACTION:
            self.repository.instruct(agent, self._head, ("pull requests",), RULES["settings-of-head"])
        for each in script.leaves(product, out):
            out.take(each, RULES["script-file"], ("agent", agent))
        program = script.models.get(product)
        if program is None:
            self._limit(agent, product, node, script)
            left: Mapping[str, tuple[Node, FormRule]] = self._left
        else:
            left = self._use_answer(agent, program, node, script)
        limited = self._reached.get(agent)  # what follows the agent by the job's token is in it
        is_heard = is_taken_up(node, script, WRITES if limited is None else limited, out.catalogue)
        is_heard = is_heard and (limited is None or gives_secrets_after(node))
        call = Delegation(self.workflow, agent, returns="words" if is_heard else "values")
        out.take(node["uses"] or node["run"], rule, ("agent", agent), out.relate(call, at=node))
        for credential, (leaf, left_by) in left.items():
            out.take(leaf, left_by, *self._holds(agent, credential, leaf))
        return agent

    def _use_answer(
        self, agent: str, program: ModelProgram, step: Node, script: Script
    ) -> Mapping[str, tuple[Node, FormRule]]:
        """Limit a program that calls a model to what follows it, but for the token that it is itself given.

        Returns:
            What it uses of what the steps before it left, and the token of its job.
        """
        leaf = step["run"] or step["uses"]
        if program.reads_event:
            self.repository.tell(agent, leaf, _WHOLE_EVENT, self.started_by)
        if program.runs_commands:
            return self._left
        done = calls_of(step.get("with", "script").text) | reach_after(
            step, script, WRITES, self.out.catalogue
        )
        after = done.accesses
        given = (*step["env"].leaves(), *self.node["env"].leaves(), step["run"])
        if after is not None and not any(asks_token(each.text) for each in given):
            self._reached[agent] = after
        is_used = after is None or not after <= FILES
        return {**self._left, self.token: (leaf, RULES["taken-up"])} if is_used and self.token else {}

    def _checks_starter(self, node: Node) -> bool:
        """Whether the action of an agent starts for people with write access alone."""
        opens = CHECKING.get(self._action(node))
        return opens is not None and "*" not in (node.get("with", opens).text if opens else "")

    def _action(self, step: Node) -> str:
        """The action that a step uses, in lower case; where it is from, if a step before checked it out."""
        action = _action_of(step)
        path = posixpath.normpath(action) if action.startswith("./") else ""
        for below, repository in self._placed.items():
            if f"{path}/".startswith(f"{below}/"):
                return f"{repository}{path.removeprefix(below)}"
        return action

    def _find_checks(self) -> None:
        """Find the outputs of its steps that look up who started it."""
        steps = {each["id"].text.lower() for each in self.node["steps"] if checks_rights(each)} - {""}
        if not steps:
            return
        named = {name for leaf in self.node.leaves() for name in _OUTPUT.findall(leaf.text.lower())}
        self._checked = frozenset(each for each in named if each.split(".")[1] in steps)
        self.checked = frozenset(
            f"needs.{self.id}.outputs.{name}".lower()
            for name, leaf in self.node["outputs"].items()
            if not self._checked.isdisjoint(_OUTPUT.findall(leaf.text.lower()))
        )

    def outputs_when(self, start: Start) -> dict[str, frozenset[str]]:
        """What its outputs may be when it is started so, by the names that other jobs use, where known."""
        event, found = f"{start.event}.{start.action}", dict[str, frozenset[str]]()
        for name, (output, script, branches) in self._scripted.items():
            if texts := values_of(output, script, branches, event):
                found[name] = texts
        return found

    def _find_scripted(self) -> None:
        """Find its outputs that scripts of its steps set."""
        scripts = {each["id"].text.lower(): each.get("with", "script").text for each in self.node["steps"]}
        read = {id_: branches_of(script) for id_, script in scripts.items() if id_}
        for name, leaf in self.node["outputs"].items():
            for each in _OUTPUT.findall(leaf.text):
                _, step, _, output = each.split(".")
                if read.get(step.lower()):
                    branches = read[step.lower()]
                    key = f"needs.{self.id}.outputs.{name}".lower()
                    self._scripted[key] = output, scripts[step.lower()], branches

    def starts(self, start: Start, agent: str = "") -> int:
        """How far an agent of it, or if none is named what it does at all, is started so.

        A script that outsiders can change is started with the job; without one the agents count alone.
        """
        start = start._replace(checked=start.checked | self._checked)
        steps = [self._conditions[agent]] if agent else [*self._conditions.values()]
        if not steps or (self._is_injected and not agent):
            return POSSIBLE
        return max(
            NEVER if start.is_outsider and checks else min(holds(each, start) for each in conditions)
            for conditions, checks in steps
        )

    # What options limit -----------------------------------------------------------------------

    def _limit(self, agent: str, product: str, step: Node, script: Script) -> None:
        """Limit an agent by the options of its command, unless what it writes is taken up by what follows."""
        out, leaf = self.out, step["run"] or step["uses"]
        if script.text and product not in LIMITED:
            self.tools(agent, allowed_in(script.text), leaf)
            return
        self._servers_in(agent, allowed_in(script.text), leaf)
        found = self._reaches(product, step, script)
        known = [each for each in found if each is not None]
        own = self.repository.unasked(product)
        if len(known) < len(found) or own is None or self._head is not None:
            return  # whoever wrote the head of a pull request wrote the settings in it too
        reach = functools.reduce(operator.or_, known, Reach(frozenset(own)))
        self._known.add(agent)
        is_any = reach.accesses is None and not reach.unsaid and self._action(step) != _KEEPS_KEY
        if is_any or ENVIRONMENT in (reach.accesses or ()):
            self._shells[agent] = leaf
        if reach.unsaid:
            text = (
                f"Its options do not say {reach.unsaid}. Which tools are that, on which systems? Until that "
            )
            out.ask(("agent", agent), f"{text}is said they limit nothing.", RULES["tool-list"], at=leaf)
        elif reach.accesses is None:
            self._read_sites(agent, reach, leaf)
        elif (after := reach_after(step, script, reach.accesses, out.catalogue).accesses) is None:
            out.take(leaf, RULES["taken-up"], ("agent", agent))
        else:
            self._reached[agent] = reach.accesses | after
            text = "Its options alone are seen: settings of the user or of the runner allow no more. True?"
            out.assume(("agent", agent), text, RULES["tool-limit"], at=leaf)
            out.take(leaf, RULES["tool-limit"], ("agent", agent), *self._read_sites(agent, reach, leaf))

    def _reaches(self, product: str, step: Node, script: Script) -> list[Reach | None]:
        """What the tools of an agent reach, by each command that starts it, or by its action."""
        rows = self.out.catalogue

        def policy(name: str) -> Node | None:
            return self.repository.policy(step, name)

        if not script.text:
            return [reach_of_action(self._action(step), step["with"], rows, policy)]
        return [reach_of(each, rows, policy) for each in script.commands if each.product == product]

    def _read_sites(self, agent: str, reach: Reach, at: Node) -> list[Became]:
        """The web, or the hosts of it, that its tools read without a token; any command reads the web."""
        reads = {"web:read"} if reach.accesses is None else reach.accesses
        systems = self.out.part(CommonSystems)
        found = [systems.site(each, at) for each in sorted(reach.hosts)]
        found += [systems.known(each, at) for each in ("web", "search") if f"{each}:read" in reads]
        if not found:
            return []
        key, name = ("network", self.id, agent), self.out.title("agent", agent)
        network = self.out.network(agent, key, name, at=at, scope=self.node.source)
        return [
            ("hold", (agent, network)),
            *(self.out.relate(Grant(network, each, ("read",)), at=at) for each in found),
        ]

    def _read_environment(self, agent: str, at: Node) -> None:
        """Draw that an agent reads the secrets that it is given: its commands show its variables."""
        out, title = self.out, self.out.title("agent", agent)
        held = (each for holder, each in out.ends("hold") if holder == agent)
        if not any(out.kind("credential", each) == "static-secret" for each in held):
            return
        key = ("environment", self.id, agent)
        zone = self.element("zone", key, f"environment of {title}", at)
        secrets = self.element(
            "system", key, f"secrets in its environment, {title}", at, kind="secrets-manager", zone=zone,
            sensitivity="restricted",
        )  # fmt: skip
        out.mark("short", ("system", secrets), words="secrets in its environment")
        key = ("network", self.id, agent)
        network = out.network(agent, key, title, at=at, scope=self.node.source)
        grant = out.relate(Grant(network, secrets, ("read",)), at=at)
        out.take(at, RULES["environment-shown"], ("agent", agent), ("system", secrets), grant)

    def _holds(self, agent: str, credential: str, at: Node) -> list[Reference]:
        """Let an agent hold a credential; of a token what its tools can use, if they are limited."""
        if credential in self._persons and agent != self.workflow:
            self.repository.assume_of_github(credential, self._persons[credential], at)
            self._stated.add(credential)
        if agent in self._reached and credential in self._stated:
            credential = self._as_tools(agent, credential, at)
        return [self.out.relate(Hold(agent, credential), at=at)] if credential else []

    def _as_tools(self, agent: str, token: str, at: Node) -> str:
        """The credential of what tools of an agent can use of a token; empty: they use nothing of it."""
        if (agent, token) in self._cut:
            return self._cut[agent, token]
        used = self.repository.as_tools(token, self._reached[agent])
        if not used:
            return token if used is None else ""
        out = self.out
        shown, kind = out.title("credential", token).partition(" of ")[0], out.kind("credential", token)
        lifetime = self._lifetime() if token == self.token else None if kind == "static-secret" else "1h"
        found = self._cut[agent, token] = self.element(
            "credential", ("as tools", self.id, agent, token),
            f"{shown}, as tools of {out.title('agent', agent)}", at, kind=kind, lifetime=lifetime,
        )  # fmt: skip
        out.mark("short", ("credential", found), words=shown)
        self.repository.give(found, used, at)
        return found

    def values(self, variables: Node, *agents: str) -> None:
        """Draw the secrets among variables or inputs."""
        for leaf in variables.leaves():
            if _is_of_app(leaf):
                continue  # drawn with the token of the app
            if leaf.key in IDENTIFIERS:  # what is logged in to: no proof of anything
                self.out.take(leaf, RULES["setting"])
            else:
                self.given(leaf, *agents)

    def given(self, leaf: Node, *agents: str, literal: FormRule | None = None) -> None:
        """Draw what a leaf gives to agents: secrets by name, the job's token, a secret as it is."""
        names = [each for name in secrets_in(leaf.text) for each in self.aliases.get(name, [name])]
        for each in names:
            if each == OWN_TOKEN:
                continue
            if not is_of_github(each, str(leaf.key)) or {*agents} == {self.workflow}:
                self.repository.secret(each, leaf, agents)
                continue
            token = self.repository.credential(each, leaf)
            self._persons[token] = each
            held = [one for agent in agents for one in self._holds(agent, token, leaf)]
            self.out.take(leaf, RULES["github-secret"], ("credential", token), *held)
        if OWN_TOKEN in names or asks_token(leaf.text):
            held = (
                [one for each in agents for one in self._holds(each, self.token, leaf)] if self.token else []
            )
            self.out.take(leaf, RULES["token"], *([("credential", self.token), *held] if self.token else []))
        for each in self._app_tokens_in(leaf.text):
            held = [one for agent in agents for one in self._holds(agent, each, leaf)]
            self.out.take(leaf, RULES["token"], ("credential", each), *held)
        meaning = meaning_of_literal(str(leaf.key), leaf.text)
        if meaning == "unclear" and literal is None:
            ask_if_secret(self.out, ("agent", agents[0]), str(leaf.key), leaf)
        if meaning != "secret":
            return
        if literal is None:
            self.repository.literal((self.id,), str(leaf.key), leaf, agents)
        else:
            self.out.take(leaf, literal)

    def _checkout(self, node: Node) -> None:
        given = node["with"]
        if given["path"].text and given["repository"].text and "${{" not in given["repository"].text:
            self._placed[posixpath.normpath(given["path"].text.lower())] = given["repository"].text.lower()
        head = next((given[each] for each in ("ref", "repository") if _HEAD.search(given[each].text)), None)
        if "pull_request_target" in self.started_by:
            self._head = head or self._head
        keeps = node.get("with", "persist-credentials")
        if keeps.text.lower() == "false":
            self.out.take(keeps, RULES["checkout-forgets-token"])
            return
        texts = [node.get("with", each).text for each in ("token", "ssh-key")]
        names = [
            each for text in texts for name in secrets_in(text) for each in self.aliases.get(name, [name])
        ]
        persons = {
            self.repository.credential(each, node["uses"]): each for each in names if each != OWN_TOKEN
        }
        self._persons |= persons
        kept = [*persons]
        kept += [each for text in texts for each in self._app_tokens_in(text)]
        kept = kept or [self.token]
        self._left.update((each, (node["uses"], RULES["checkout-keeps-token"])) for each in kept)

    def _app_tokens_in(self, text: str) -> list[str]:
        """The tokens of GitHub Apps, made by steps before, that a text asks for."""
        names = dict.fromkeys(each for one in expressions(text) for each in _STEP_TOKEN.findall(one))
        return [self._app_tokens[each] for each in names if each in self._app_tokens]

    def _token_of_app(self, node: Node) -> None:
        """A step that has GitHub make a token of an app: its key, the exchange, and what the token may."""
        out, given = self.out, node["with"]
        key = next((given[each] for each in _APP_KEYS if given[each]), node["uses"])
        names = [each for name in secrets_in(key.text) for each in self.aliases.get(name, [name])]
        id_ = node["id"].text or f"app {len(self._app_tokens) + 1}"
        shown = f"GitHub App token of {self.title}" + (f" ({id_})" if self._app_tokens else "")
        if names:
            private = self.repository.credential(names[0], key)
        else:
            private = self.element(
                "credential", ("app-key", self.id, id_), f"private key of an app in {self.title}", key,
                kind="static-secret",
            )  # fmt: skip
        token = self.element(
            "credential", ("github-app", self.id, id_), shown, node,
            kind="exchanged-token", lifetime="1h",
        )  # fmt: skip
        system = self.repository.outside("api.github.com", "GitHub Apps", "token-service", key)
        exchange = out.relate(Exchange(private, token, at=system), at=key)
        held = out.relate(Hold(self.workflow, private), at=key)
        out.take(key, RULES["app-key"], ("credential", private), held, ("credential", token), exchange)
        self._app_tokens[id_] = token
        self._app_grants(given, token)

    def _app_grants(self, given: Node, token: str) -> None:
        """What the token of an app may, in which repositories; what is not named is asked."""
        out, owner = self.out, given["owner"]
        named = [each for each in re.split(r"[\s,\[\]\"']+", given["repositories"].text) if each]
        is_computed = "${{" in given["repositories"].text or "${{" in owner.text
        others = [] if is_computed else [each.rpartition("/")[2] for each in named]
        where = [self.repository.other(owner.text, each) for each in others] or [self.repository]
        permissions = [(key, leaf) for key, leaf in given.items() if key.startswith(_APP_PERMISSION)]
        unknown = [key for key, leaf in permissions if not self._grant_to_app(where, token, key, leaf)]
        about: Became = ("credential", token)
        is_elsewhere = (owner or named) and not (others or _IS_THIS.fullmatch(given["repositories"].text))
        if permissions and not unknown and not is_elsewhere:
            self._stated.add(token)
        if not permissions or unknown:
            shown = ", ".join(unknown[:10]) or "all permissions of the installation"
            text = f"What may the token do by {shown}, and on which systems?"
            note = out.ask(about, text, RULES["app-installation"], at=given, detail="permissions")
            for key in unknown:
                out.take(given[key], RULES["app-installation"], note)
        if is_elsewhere:
            text = (
                f"For which repositories{f' of {owner.text}' if owner else ''} is the token besides this one?"
            )
            note = out.ask(about, text, RULES["app-installation"], at=given, detail="owner")
            for each in (owner, given["repositories"]):
                out.take(each, RULES["app-installation"], note)

    @staticmethod
    def _grant_to_app(where: Sequence[Repository], token: str, key: str, leaf: Node) -> bool:
        scope = key.removeprefix(_APP_PERMISSION)
        return [each.grant_to_app(token, scope, leaf) for each in where].count(False) == 0

    def _login(self, node: Node, agent: str) -> None:
        """A login with the OIDC token: what it yields is for the steps after it, or for the agent itself."""
        leaf = next((each for each in map(node["with"].__getitem__, LOGINS) if each), None)
        if leaf is None or self.oidc is None:
            return
        name, host = LOGINS[str(leaf.key)]
        account = node.get("with", "service_account").text or leaf.text
        if account and "${{" not in account:
            key, scope, shown = ("login", host, account), "", f"{account.rpartition('/')[2]} at {name}"
        else:
            shown = f"{name} credential of {self.title}"
            key, scope = ("login", self.id, node["id"].text or host), node.source
        credential = self.out.element(
            "credential", key, shown, at=leaf, scope=scope, kind="exchanged-token",
            known_as=(account,) if not scope else None,
        )  # fmt: skip
        self._exchange(credential, name, host, leaf)
        held = self.out.relate(Hold(agent, credential), at=leaf)
        self.out.take(leaf, RULES["federation"], ("credential", credential), held)
        if agent == self.workflow:
            self._left[credential] = leaf, RULES["federation"]
        text = f"Which workflows and branches does {name} trust for {shown}, and what may it do there?"
        self.out.ask(("credential", credential), text, RULES["federation-trust"], at=leaf)

    def _exchange(self, credential: str, name: str, host: str, leaf: Node) -> None:
        if self.oidc is not None:
            system = self.repository.outside(host, name, "token-service", leaf)
            exchange = self.out.relate(Exchange(self.oidc[0], credential, at=system), at=leaf)
            self.out.take(leaf, RULES["federation"], exchange)
            self._exchanged = True

    # What an agent is told and given -----------------------------------------------------------

    def _inputs(self, node: Node, agent: str, action: str) -> None:
        """The inputs of an agent's action: instructions, tools, who may start it; and its own token."""
        out = self.out
        for name, leaf in node["with"].items():
            lower = name.lower()
            if lower in PROMPT_INPUTS and not lets_event_in(with_inputs(leaf.text, self.inputs)):
                out.take(leaf, RULES["instructions"], ("agent", agent))
            elif lower in STARTER_INPUTS:
                out.take(leaf, RULES["starters"], ("agent", agent))
            elif lower in LISTS | ARGUMENTS:
                listed = tools_in(leaf.text) if lower in LISTS else allowed_in(leaf.text)
                (self._servers_in if agent in self._known else self.tools)(agent, listed, leaf)
            if lower in SERVER_INPUTS or (lower in ARGUMENTS and "mcp" in leaf.text.replace("mcp__", "")):
                servers = inline_servers(leaf.text)
                for server, described in servers.items():
                    out.take(
                        leaf, RULES["tool-server"], *self.server(agent, server, leaf, description=described)
                    )
                if not servers:
                    text = "Which servers does its MCP configuration start, and what do they reach?"
                    out.ask(("agent", agent), text, RULES["tool-server"], at=leaf)
        self._tell(node, agent)
        out.take(node["with"], RULES["agent-input"], ("agent", agent))
        if action == _APP_ACTION and not node.get("with", "github_token").text:
            self._app_token(node["uses"], agent)

    def tools(self, agent: str, tools: list[str], at: Node) -> None:
        """Ask what the tools of a list do; each MCP server named in it is a service.

        Those that read the web do, whatever else is said.
        """
        if not tools:
            return
        self._read_sites(agent, reached_by_tools(tools, self.out.catalogue), at)
        shown = ", ".join(tools[:20]) + (", …" if len(tools) > 20 else "")
        text = (
            f"Which action is each of its tools, on which system, and what else may it do? They are: {shown}."
        )
        detail = f"{at.parent.key if at.parent else ''} {at.key}"
        self.out.take(
            at,
            RULES["tool-list"],
            self.out.ask(("agent", agent), text, RULES["tool-list"], at=at, detail=detail),
        )
        self._servers_in(agent, tools, at)

    def _servers_in(self, agent: str, tools: list[str], at: Node) -> None:
        """Draw each MCP server whose tools are named."""
        for name in dict.fromkeys(SERVER.findall("\n".join(tools))):
            self.out.take(at, RULES["tool-server"], *self.server(agent, name, at))

    def server(self, agent: str, name: str, at: Node, **fields: str) -> tuple[Became, ...]:
        """An MCP server that an agent sets to work, and the delegation to it; what it reaches is asked."""
        shown = f"{name} tools of {self.title}"
        service = self.element("agent", ("server", self.id, name), shown, at, kind="service", **fields)
        text = f"What does the MCP server {name} reach, and with which credentials?"
        note = self.out.ask(("agent", service), text, RULES["tool-server"], at=at)
        return ("agent", service), self.out.relate(Delegation(agent, service), at=at), note

    def _app_token(self, at: Node, agent: str) -> None:
        """The token of the app that ``claude-code-action`` exchanges the OIDC token for."""
        out = self.out
        if self.oidc is None:
            text = "It is given no github_token and no id-token: write. Which token does it work with?"
            out.ask(("agent", agent), text, RULES["no-app-token"], at=at)
            return
        name, key = f"Claude app token of {self.title}", next(k for k, v in self.agents.items() if v == agent)
        credential = self.element(
            "credential", ("app-token", self.id, key), name, at, kind="exchanged-token", lifetime="1h"
        )
        self._exchange(credential, "Claude GitHub app", "api.anthropic.com", at)
        records: list[Became] = [
            self.repository.may(credential, part, ("read", "write"), at, is_own=False)
            for part in ("code", "pull requests", "issues")
        ]
        self._stated.add(credential)
        held = self._holds(agent, credential, at)
        out.take(at, RULES["app-token"], ("credential", credential), *held, *records)

    # Between jobs -----------------------------------------------------------------------------

    def _note_uses(self, node: Node, agent: str) -> None:
        for leaf in node.leaves():
            for job in _USED.findall(leaf.text):
                self.users.setdefault(job, {}).setdefault(agent, leaf)
                self.out.take(leaf, RULES["outputs"], ("agent", agent))

    def writers(self) -> list[str]:
        """Who wrote the outputs of this job: the agents whose steps they name, else its program."""
        steps = [each for leaf in self.node["outputs"].leaves() for each in _WRITTEN.findall(leaf.text)]
        return [self.agents[each] for each in dict.fromkeys(steps) if each in self.agents] or [self.workflow]
