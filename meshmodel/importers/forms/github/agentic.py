"""gh-aw: Markdown whose front matter says what an agent may do and whose text says what it is asked to do."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from meshmodel.importers.document import Document, Node
from meshmodel.importers.forms.github.conditions import POSSIBLE, Start, holds, starts_of
from meshmodel.importers.forms.github.job import Job, ask_callers
from meshmodel.importers.forms.github.repository import Repository
from meshmodel.importers.forms.github.rules import RULES
from meshmodel.importers.forms.github.words import STEPS, events, lets_event_in
from meshmodel.importers.forms.web import WHICH_SITES, fetches, read_web
from meshmodel.importers.ledger import Became
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.withheld import host_of
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.records import Delegation, Hold
from meshmodel.model.vocabulary import Action

ENGINES: Final = MappingProxyType(
    {"copilot": "Copilot", "claude": "Claude Code", "codex": "Codex", "gemini": "Gemini CLI"}
)
SECTIONS: Final = ("tools", "mcp-servers", "safe-outputs", "engine", "steps", "network", "imports")
"""Sections by which Markdown with events is a workflow, and in parts what a workflow can be given."""
_ISSUES: Final = (("issues", "write"),)
_PULLS: Final = (("pull requests", "write"),)
_BOTH: Final = (*_ISSUES, *_PULLS)
OUTPUTS: Final[Mapping[str, tuple[tuple[str, Action], ...]]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "create-issue", "update-issue", "close-issue", "link-sub-issue", "assign-milestone",
                "set-issue-type", "assign-to-user", "unassign-from-user",
            ),
            _ISSUES,
        ),
        **dict.fromkeys(("add-labels", "remove-labels"), _BOTH),
        **dict.fromkeys(("add-comment", "hide-comment"), (*_BOTH, ("discussions", "write"))),
        **dict.fromkeys(
            (
                "update-pull-request", "close-pull-request", "create-pull-request-review-comment",
                "add-reviewer",
                "submit-pull-request-review", "reply-to-pull-request-review-comment",
                "resolve-pull-request-review-thread", "mark-pull-request-as-ready-for-review",
            ),
            _PULLS,
        ),
        "create-pull-request": (("code", "write"), *_PULLS),
        "push-to-pull-request-branch": (("code", "write"), *_PULLS),
        **dict.fromkeys(("update-release", "upload-asset", "upload-assets"), (("code", "write"),)),
        **dict.fromkeys(
            ("create-discussion", "update-discussion", "close-discussion"), (("discussions", "write"),)
        ),
        **dict.fromkeys(
            ("create-project", "update-project", "create-project-status-update"), (("projects", "write"),)
        ),
        **dict.fromkeys(
            ("create-code-scanning-alert", "autofix-code-scanning-alert"), (("security alerts", "write"),)
        ),
        "dispatch-workflow": (("dispatches", "write"),),
    }
)  # fmt: skip
"""By safe output what its job does where."""
_LISTS: Final = WordLists(__file__)
OTHER_OUTPUTS: Final = _LISTS.many("other-outputs")
EMPTY_OUTPUTS: Final = ("noop", "missing-tool", "missing-data", "report-incomplete", "upload-artifact")
OUTPUT_LIMITS: Final = _LISTS.many("output-limits")
WEB_TOOLS: Final = ("web-fetch", "web-search", "playwright", "browser")
KNOWN_TOOLS: Final = (
    "github", "bash", "edit", "agentic-workflows", "timeout", "startup-timeout", "cli-proxy", "serena",
)  # fmt: skip
SERVER_SETTINGS: Final = _LISTS.many("server-settings")
MEMORIES: Final = ("cache-memory", "repo-memory", "drive-memory")
ON_SETTINGS: Final = _LISTS.many("on-settings")
ON_STARTERS: Final = ("roles", "skip-roles", "bots", "skip-bots", "forks", "skip-author-associations")
MARKDOWN_SETTINGS: Final = _LISTS.many("markdown-settings")


def is_agentic(document: Document) -> bool:
    """Whether Markdown is a workflow of gh-aw, or a part that workflows import."""
    root = document.root
    if not root["on"]:
        return ".github/workflows/shared/" in document.source
    return any(root[each] for each in (*SECTIONS, "permissions"))


def read_agentic(
    document: Document,
    sources: Mapping[str, Document],
    used: AbstractSet[str],
    repository: Repository,
    out: Proposal,
) -> None:
    """Draw one workflow, with the parts that it imports; a part by itself is drawn where it is imported."""
    root = document.root
    if not root["on"]:
        text = "Which workflows import this part? Import them together with it."
        out.take(root["body"], RULES["instructions"])
        if any(root[each] for each in SECTIONS) and document.source not in used:
            out.take(
                root, RULES["imports-elsewhere"], out.ask(None, text, RULES["imports-elsewhere"], at=root)
            )
        return
    parts = [root, *(sources[each].root for each in imported(document, sources))]
    _Agentic(document, parts, sources, repository, out).read()


def _imports(node: Node) -> Iterator[tuple[str, Node]]:
    """The paths of the parts that a file imports, as they are written."""
    for each in node["imports"].each() or node.get("imports", "aw").each():
        leaf = each["uses"] or each["path"] or each
        yield leaf.text.partition("#")[0], leaf


def _resolved(source: str, path: str, sources: Mapping[str, Document]) -> str | None:
    """The file of this import that a path means: from the importing file, or from the repository."""
    folder, root = source.rpartition("/")[0], source.rpartition(".github/")[0]
    candidates = (f"{folder}/{path}" if folder else path, f"{root}{path}", f"{root}.github/workflows/{path}")
    return next((each for each in candidates if each in sources and each != source), None)


def imported(document: Document, sources: Mapping[str, Document]) -> list[str]:
    """The parts that a workflow imports, those of parts too, each once."""
    found: dict[str, None] = {}
    waiting = [document]
    while waiting:
        here = waiting.pop()
        for path, _ in _imports(here.root):
            source = _resolved(here.source, path, sources)
            if source is not None and source not in found and source != document.source:
                found[source] = None
                waiting.append(sources[source])
    return list(found)


class _Agentic:
    """One workflow of gh-aw: its agent, what it is given, and the job that writes for it."""

    def __init__(
        self,
        document: Document,
        parts: list[Node],
        sources: Mapping[str, Document],
        repository: Repository,
        out: Proposal,
    ) -> None:
        self._source, self._root, self._parts = document.source, document.root, parts
        self._sources, self._repository, self._out = sources, repository, out
        stem = document.source.rpartition("/")[2].rpartition(".")[0]
        self._title = document.root["name"].text or stem or "workflow"
        self._job = Job(
            repository, out, "agent", document.root, self._title,
            started_by=tuple(event for event, _ in events(document.root["on"])),
        )  # fmt: skip

    def read(self) -> None:
        """Propose all that the workflow says."""
        root, job, out = self._root, self._job, self._out
        job.begin([root["permissions"]] if root["permissions"] else [])
        self._started = [job.workflow]
        self._agent = self._draw_agent()
        for part in self._parts:
            for name in STEPS:
                for each in part[name]:
                    job.step(each)
            self._tools(part["tools"])
            for name, node in part["mcp-servers"].items():
                self._server(name, node)
            self._import(part)
            out.take(part["network"], RULES["network"], ("agent", self._agent))
            out.take(part["sandbox"], RULES["network"], ("agent", self._agent))
            job.values(part["checkout"], self._agent)
            out.take(part["checkout"], RULES["setting"])
            if lets_event_in(part["body"].text):
                self._repository.tell(self._agent, part["body"], part["body"].text, job.started_by)
            else:
                out.take(part["body"], RULES["instructions"], ("agent", self._agent))
            for name in MARKDOWN_SETTINGS:
                out.take(part[name], RULES["setting"])
        job.end([])
        self._outputs()
        self._jobs()
        self._events()

    def _draw_agent(self) -> str:
        out, job = self._out, self._job
        engine = next((each["engine"] for each in self._parts if each["engine"]), None)
        id_ = (engine["id"].text or engine.text) if engine is not None else ""
        product = ENGINES.get(id_ or "copilot", id_ or "Copilot")
        at = self._root
        agent = job.element(
            "agent", ("step", "agent", "agent"), f"{product} in {self._title}", at, kind="ai-agent",
            home=self._repository.zone(at), runs_on=self._repository.system("pipeline", at),
        )  # fmt: skip
        job.agents["agent"] = agent
        delegation = out.relate(Delegation(job.workflow, agent), at=at)
        out.relate(Hold(agent, job.token), at=at)
        for part in self._parts:
            job.values(part["engine"]["env"], agent)
            out.take(part["engine"], RULES["agent-action"], ("agent", agent), delegation)
        return agent

    # Tools ------------------------------------------------------------------------------------

    def _tools(self, tools: Node) -> None:
        for name, node in tools.items():
            agent: Became = ("agent", self._agent)
            if node["command"] or node["url"] or node["container"] or node["mcp"]:
                self._server(name, node["mcp"] if node["mcp"].is_map else node)
                continue
            self._job.values(node, self._agent)
            if name == "github":
                for key in ("allowed", "toolsets", "toolset"):
                    listed = [each.text for each in node[key].each() if each.text]
                    self._job.tools(self._agent, [f"{each} of GitHub" for each in listed], node[key])
            elif name in WEB_TOOLS:
                web: tuple[Became, ...] = ()
                if fetches([name]):
                    web = read_web(self._out, self._agent, self._title, ("agent",), self._root)
                self._out.take(
                    node, RULES["web"], agent, self._out.ask(agent, WHICH_SITES, RULES["web"], at=node), *web
                )
            elif name in MEMORIES:
                text = "Where is its memory kept between runs, and who else reads and writes there?"
                self._out.take(
                    node,
                    RULES["memory"],
                    agent,
                    self._out.ask(agent, text, RULES["memory"], at=node, detail=name),
                )
            elif name == "bash" and node.is_list:
                self._job.tools(self._agent, [f"bash {each.text}" for each in node if each.text], node)
            if name in KNOWN_TOOLS:
                self._out.take(node, RULES["agent-input"], agent)

    def _server(self, name: str, node: Node) -> None:
        """An MCP server: a service that the agent sets to work, with the secrets that it is given."""
        out, address = self._out, node["url"]
        host = host_of(address.text)
        fields: dict[str, str] = {}
        records: list[Became] = []
        if host and "$" not in host:
            system = self._repository.outside(host, name, "mcp-server", address)
            zone = out.element("zone", ("host", host), host, at=address)
            fields = {"home": zone, "runs_on": system}
            records.append(("system", system))
        at = node if node.is_map else self._root
        drawn = self._job.server(self._agent, name, at, **fields)
        service = str(drawn[0][1])
        self._job.values(node["env"], service)
        self._job.values(node["headers"], self._agent)
        for leaf in node["args"].leaves():
            self._job.given(leaf, service)
        if urlsplit(address.text).query if host else False:
            self._job.given(address, self._agent)
        for key in ("command", "container", "registry", "url", "args", "entrypointArgs"):
            out.take(node[key], RULES["tool-server"], *drawn, *records)
        tools = [f"{name} {each.text}" for each in node["allowed"].each() if each.text not in {"", "*"}]
        self._job.tools(self._agent, tools, node["allowed"])
        if node["allowed"] and tools:
            out.take(node["allowed"], RULES["tool-list"], drawn[1])
        for key in ("env", "headers", "allowed", *SERVER_SETTINGS):
            out.take(node[key], RULES["setting"], drawn[0])

    def _import(self, part: Node) -> None:
        for path, leaf in _imports(part):
            if _resolved(leaf.source, path, self._sources) is not None:
                self._out.take(leaf, RULES["imports"], ("agent", self._agent))
            elif path:
                text = f"What does the part {path} add: tools, servers, steps, outputs?"
                about: Became = ("agent", self._agent)
                self._out.ask(about, text, RULES["imports-elsewhere"], at=leaf, detail=path)
        self._out.take(part["imports"], RULES["setting"])

    # Outputs ----------------------------------------------------------------------------------

    def _outputs(self) -> None:
        """The job that writes what the agent proposed: its token, and the limited delegation to it."""
        written = [each["safe-outputs"] for each in self._parts if each["safe-outputs"].is_map]
        if not written:
            return
        out, job, at = self._out, self._job, written[0]
        name = f"safe outputs of {self._title}"
        agent = job.element(
            "agent", ("safe-outputs",), name, at, kind="workflow", home=self._repository.zone(at),
            runs_on=self._repository.system("pipeline", at),
        )  # fmt: skip
        token = job.element(
            "credential", ("token", "safe-outputs"), f"GITHUB_TOKEN of {name}", at, kind="exchanged-token",
            lifetime="6h",
        )  # fmt: skip
        out.relate(Hold(agent, token), at=at)
        only: list[str] = []
        for outputs in written:
            for key, node in outputs.items():
                only += self._output(key, node, agent, token)
        if only:
            delegation = out.relate(Delegation(self._agent, agent, only=tuple(sorted(set(only)))), at=at)
            for outputs in written:
                for key, node in outputs.items():
                    if key in OUTPUTS:
                        for leaf in node.leaves():
                            out.take(leaf, RULES["safe-output"], delegation)

    def _output(self, key: str, node: Node, agent: str, token: str) -> list[str]:
        """One output; what it adds to the list of what the job does for the agent."""
        out = self._out
        if key in {"github-token", "github-app", "app"}:
            self._job.values(node, agent)
            for leaf in node.leaves():
                self._job.given(leaf, agent)
            out.take(node, RULES["safe-output-setting"], ("agent", agent))
        elif key in OTHER_OUTPUTS:
            text = f"Where does the output {key} of {self._title} lead, and what happens there?"
            out.take(
                node,
                RULES["safe-output-elsewhere"],
                out.ask(("agent", agent), text, RULES["safe-output-elsewhere"], at=node, detail=key),
            )
        elif key in EMPTY_OUTPUTS or key in OUTPUT_LIMITS:
            out.take(node, RULES["safe-output-setting"], ("agent", agent))
        if key not in OUTPUTS or node.value is False:
            return []
        for leaf in node.leaves():
            self._job.given(leaf, agent)
        elsewhere = node["target-repo"] or node["allowed-repos"]
        if elsewhere:
            text = f"What may the output {key} of {self._title} do in the other repository, with which token?"
            note = out.ask(("agent", agent), text, RULES["safe-output-elsewhere"], at=elsewhere, detail=key)
            out.take(elsewhere, RULES["safe-output-elsewhere"], note)
        found = []
        for part, action in OUTPUTS[key]:
            system = self._repository.system(part, node)
            grant = self._repository.may(token, part, (action,), node)
            out.take(node, RULES["safe-output"], ("agent", agent), ("credential", token), grant)
            found.append(f"{system}:{action}")
        return found

    def _jobs(self) -> None:
        """Jobs of its own that a workflow adds, and the steps that decide whether it runs."""
        jobs = [
            *self._root["jobs"].items(),
            *([("activation", self._root["on"])] if self._root["on"]["steps"] else []),
        ]
        for id_, node in jobs:
            if not node.is_map:
                continue
            job = Job(self._repository, self._out, id_, node, f"{self._title} / {id_}")
            job.begin([node["permissions"]] if node["permissions"] else [])
            for each in node["steps"]:
                job.step(each)
            job.end([])
            self._out.take(node["needs"], RULES["setting"])
            self._started.append(job.workflow)

    # Events -----------------------------------------------------------------------------------

    def _lets_outsiders(self, starts: Iterable[Start]) -> bool:
        """Whether somebody without rights may start it: by default its first job checks for write access.

        github.github.com/gh-aw/reference/frontmatter, ``roles``.
        """
        roles = {each.text for node in (self._root["on"], self._root) for each in node["roles"].each()}
        return "all" in roles and any(holds(self._root["if"], each) == POSSIBLE for each in starts)

    def _events(self) -> None:
        names = (self._title, self._source.removesuffix(".md"))
        self._repository.add(names, self._started, runs_forks=False)
        out, on, agent = self._out, self._root["on"], ("agent", self._job.workflow)
        for event, node in events(on):
            if event in ON_STARTERS:
                out.take(node, RULES["starters"], agent)
            elif event in ON_SETTINGS:
                out.take(node, RULES["setting"])
            elif event == "manual-approval":
                self._job.environment(node)
            elif event == "workflow_call":
                note = ask_callers(self._title, [self._job.workflow], node, out)
                out.take(node, RULES["workflow-call"], note)
            elif event.split()[0:1] in (["daily"], ["weekly"], ["hourly"], ["every"]):
                self._repository.start("schedule", node, [])
            else:
                outside = [each for each in starts_of(event, node) if each.is_outsider]
                by_members = bool(outside) and not self._lets_outsiders(outside)
                if by_members:
                    self._repository.close(self._agent)
                self._repository.start(event, node, self._started, by_members=by_members)
        for name in ("roles", "bots", "user-rate-limit", "rate-limit"):
            out.take(self._root[name], RULES["starters"], agent)
        if self._root["manual-approval"]:
            self._job.environment(self._root["manual-approval"])
        out.take(self._root["if"], RULES["condition"], agent)
