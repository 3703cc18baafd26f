"""GitHub Actions workflows, and gh-aw Markdown that is compiled to them: agents that run in a pipeline."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from meshmodel.importers.document import Document, Node
from meshmodel.importers.forms.github.agentic import imported, is_agentic, read_agentic
from meshmodel.importers.forms.github.composite import is_composite
from meshmodel.importers.forms.github.conditions import (
    NEVER,
    POSSIBLE,
    UNKNOWN,
    UPDATERS,
    Start,
    always_runs,
    holds,
    starts_of,
)
from meshmodel.importers.forms.github.job import Job, ask_callers
from meshmodel.importers.forms.github.repository import Repository, names_by_remotes
from meshmodel.importers.forms.github.rules import RULES
from meshmodel.importers.forms.github.words import (
    OWN_TOKEN,
    asks_token,
    check_size,
    events,
    root_of,
    secrets_in,
)
from meshmodel.importers.proposal import Proposal
from meshmodel.model.records import Delegation

__all__ = ["RULES", "read", "recognise"]

_CALL_DEPTH: Final = 10
"""How deep GitHub lets workflows call one another."""
_PULLS: Final = ("pull_request", "pull_request_target")


def recognise(document: Document) -> bool:
    """Whether it is a workflow: YAML with events and jobs, or Markdown for gh-aw; or a composite action."""
    root = document.root
    if is_composite(document):
        return True
    if document.syntax == "markdown":
        return is_agentic(document)
    jobs = [each for _, each in root["jobs"].items()]
    return bool(document.syntax == "yaml" and root["on"] and jobs and any(_is_job(each) for each in jobs))


def _is_job(node: Node) -> bool:
    return node["steps"].is_list or bool(node["uses"].text)


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read workflows together: those that call one another, and the parts that Markdown imports."""
    repositories: dict[str, Repository] = {}
    sources = {each.source: each for each in documents}
    used = {part for each in documents if each.syntax == "markdown" for part in imported(each, sources)}
    workflows: dict[str, _Workflow] = {}
    actions = {each.source.rpartition("/")[0]: each for each in documents if is_composite(each)}
    for document in actions.values():
        check_size(document)
        out.take(document.root, RULES["composite-action"])
    for document in (each for each in documents if not is_composite(each)):
        check_size(document)
        root = root_of(document.source)
        if root not in repositories:
            names = names_by_remotes(out, document.root)
            repositories[root] = Repository(root, out, actions, names)
        repository = repositories[root]
        if document.syntax == "markdown":
            read_agentic(document, sources, used, repository, out)
        elif document.source.removesuffix(".lock.yml") + ".md" in sources:
            out.take(document.root, RULES["compiled"])
        else:
            workflows[document.source] = _Workflow(document, repository, out)
    for each in workflows.values():
        each.find_calls(workflows)
    for each in workflows.values():
        each.read()
    for each in workflows.values():
        each.start()
    for each in workflows.values():
        each.join()
    for repository in repositories.values():
        out.at_end(repository.finish)


def _after(event: str) -> Start:
    """The start of a workflow after another one that an event started."""
    return Start("workflow_run", "completed", event in _PULLS, ("refs/heads/",), run_of=event)


@dataclass(slots=True)
class _Workflow:
    """One workflow file.

    Attributes:
        calls: by job the workflow of this import that it calls.
        callers: the workflows that call this one, and by which job.
        others: the workflows of this import.
        jobs: what was drawn.
    """

    document: Document
    repository: Repository
    out: Proposal
    calls: dict[str, "_Workflow"] = field(default_factory=dict)
    callers: list[tuple["_Workflow", Node]] = field(default_factory=list)
    others: Collection["_Workflow"] = ()
    jobs: dict[str, Job] = field(default_factory=dict)

    @property
    def root(self) -> Node:
        return self.document.root

    @property
    def title(self) -> str:
        stem = self.document.source.rpartition("/")[2].rpartition(".")[0]
        return self.root["name"].text or stem or "workflow"

    @property
    def is_called(self) -> bool:
        """Whether others may call it."""
        return any(event == "workflow_call" for event, _ in events(self.root["on"]))

    def find_calls(self, workflows: dict[str, "_Workflow"]) -> None:
        """Find the workflows of this import that its jobs call."""
        self.others = workflows.values()
        for id_, node in self.root["jobs"].items():
            called = workflows.get(self.repository.used(node["uses"].text) or "")
            if called is not None and called is not self and called.is_called:
                self.calls[id_] = called
                called.callers.append((self, node))

    # Jobs -------------------------------------------------------------------------------------

    def read(self) -> None:
        """Draw its jobs, each by itself, and what starts them."""
        jobs = [(id_, node) for id_, node in self.root["jobs"].items() if node.is_map]
        aliases, started_by = self._aliases(), tuple(self.started_by())
        for id_, node in jobs:
            title = self.title if len(jobs) == 1 else f"{self.title} / {id_}"
            job = self.jobs[id_] = Job(
                self.repository, self.out, id_, node, title, aliases, started_by, self._inputs()
            )
            job.begin(self.permissions(node), is_call=id_ in self.calls)
            for step in node["steps"]:
                job.step(step)
            job.end([self.root["env"]])
        self.out.take(self.root["permissions"], RULES["permissions-replaced"])
        for key in ("name", "run-name", "defaults", "concurrency", "description", "env"):
            self.out.take(self.root[key], RULES["setting"])

    def permissions(self, node: Node, depth: int = 0) -> list[Node]:
        """What the token of a job may: the job's own word, else its file's, else that of its callers."""
        for each in (node["permissions"], self.root["permissions"]):
            if each:
                return [each]
        if depth > _CALL_DEPTH:
            return []
        found = {
            id(each): each for caller, job in self.callers for each in caller.permissions(job, depth + 1)
        }
        return list(found.values())

    def started_by(self, depth: int = 0) -> set[str]:
        """Its events, and those of the workflows that call it."""
        found = {event for event, _ in events(self.root["on"])}
        for caller, _ in self.callers if depth <= _CALL_DEPTH else ():
            found |= caller.started_by(depth + 1)
        return found

    def _aliases(self) -> dict[str, list[str]]:
        """By name of a secret here the secrets that the callers pass under it."""
        found: dict[str, list[str]] = {}
        for _, job in self.callers:
            for name, leaf in job["secrets"].items():
                names = found.setdefault(name, [])
                passed = [*secrets_in(leaf.text), *([OWN_TOKEN] if asks_token(leaf.text) else [])]
                names += [each for each in passed if each not in names]
        return {name: names for name, names in found.items() if names}

    def _inputs(self) -> dict[str, str]:
        """By name of an input what the callers give it."""
        found: dict[str, list[str]] = {}
        for _, job in self.callers:
            for name, leaf in job["with"].items():
                found.setdefault(name, []).append(leaf.text)
        return {name: " ".join(dict.fromkeys(texts)) for name, texts in found.items()}

    # Events -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Say who starts its jobs, and the agents among their steps."""
        agents = [each.workflow for each in self.jobs.values()]
        path = self.document.source.removeprefix(f"{root_of(self.document.source)}/")
        is_of_forks = any(event == "pull_request" for event, _ in events(self.root["on"]))
        self.repository.add((self.title, path), agents, runs_forks=is_of_forks)
        for event, node in events(self.root["on"]):
            if event == "workflow_call":
                self._called(node)
            elif event == "workflow_run":
                self._started_after(node)
            elif agents:
                self._started_by_event(event, node)
        for id_, job in self.jobs.items():
            for agent in (*job.agents.values(), *job.services.values()):
                outside = [
                    min(before, self._lets(id_, start), job.starts(start, agent))
                    for start, before in self._starts()
                    if start.is_outsider
                ]
                if POSSIBLE not in outside:
                    self.repository.close(agent)

    def _started_by_event(self, event: str, node: Node) -> None:
        """Note which jobs an event starts, by whom; where the file does not say whether, by members."""
        said = " ".join(leaf.text.lower() for leaf in self.root.leaves() if leaf.key == "if")
        by = defaultdict[str, list[str]](list)
        for id_, job in self.jobs.items():
            found = defaultdict[str, int](lambda: NEVER)
            for start in starts_of(event, node):
                who = start.updater or ("anyone" if start.is_outsider else "members")
                found[who] = max(found[who], self.opens(id_, start))
            if found["anyone"] == POSSIBLE:
                by["anyone"].append(job.workflow)
            elif found["anyone"] or found["members"]:
                by["members"].append(job.workflow)
                if found["anyone"] == UNKNOWN:
                    text = f"Who can start {job.title}? Its condition depends on a script or a variable."
                    self.out.ask(("agent", job.workflow), text, RULES["condition-not-in-file"], at=job.node)
                    self.out.mark("condition", ("agent", job.workflow))
            for login in UPDATERS:
                if found[login] == POSSIBLE and login in said:
                    by[login].append(job.workflow)
        if by["anyone"] or not any(by.values()):
            self.repository.start(event, node, by.pop("anyone"))
        if by["members"]:
            self.repository.start(event, node, by["members"], by_members=True)
        for login in by.keys() & UPDATERS.keys():
            self.repository.start_by_updater(login, node, by[login])

    def _started_after(self, node: Node) -> None:
        """Note which jobs start after other workflows; those that do not after pull requests do by what else
        starts the others.
        """
        names = {each.text for each in node["workflows"].each()}
        before = [each for each in self.others if each.title in names and each.repository is self.repository]
        all_events = [each for one in before for each in events(one.root["on"])]
        left, is_whole = list[str](), len({each.title for each in before}) == len(names)
        for id_, job in self.jobs.items():
            by = [(event, at) for event, at in all_events if self._lets(id_, _after(event))]
            if is_whole and len(by) < len(all_events) and not any(event in _PULLS for event, _ in by):
                for event, at in by:
                    self.repository.start(event, at, [job.workflow])
            else:
                left.append(job.workflow)
        self.repository.start("workflow_run", node, left)

    def opens(self, id_: str, start: Start, depth: int = 0) -> int:
        """How far a start leads to something that a job does: to its agents, if it has any."""
        job = self.jobs[id_]
        called = self.calls.get(id_)
        within = POSSIBLE
        if called is not None and called.jobs and depth <= _CALL_DEPTH:
            within = max(called.opens(each, start, depth + 1) for each in called.jobs)
        return min(self._lets(id_, start), job.starts(start), within)

    def _lets(self, id_: str, start: Start) -> int:
        """How far the conditions of a job, and of the jobs that it needs, let a start through."""
        checked = frozenset[str]().union(*(each.checked for each in self.jobs.values()))
        outputs = {
            name: texts for each in self.jobs.values() for name, texts in each.outputs_when(start).items()
        }
        start = start._replace(checked=checked, outputs=outputs)
        found, waiting, seen = POSSIBLE, [id_], set[str]()
        while waiting:
            job = self.jobs.get(waiting.pop())
            if job is None or job.id in seen:
                continue
            seen.add(job.id)
            found = min(found, holds(job.node["if"], start))
            if not always_runs(job.node["if"]):
                waiting += [each.text for each in job.node["needs"].each()]
        return found

    def _starts(self, depth: int = 0) -> list[tuple[Start, int]]:
        """The ways in which it is started, by its events and by those that call it, and how far each."""
        found = [
            (start, POSSIBLE)
            for event, node in events(self.root["on"])
            if event != "workflow_call"
            for start in starts_of(event, node)
        ]
        for caller, job in self.callers if depth <= _CALL_DEPTH else ():
            found += [
                (start, min(before, caller._lets(str(job.key), start)))  # noqa: SLF001  # of the same class
                for start, before in caller._starts(depth + 1)  # noqa: SLF001
            ]
        return found

    def _called(self, node: Node) -> None:
        if self.callers:
            self.out.take(
                node, RULES["called-workflow"], *(("agent", each.workflow) for each in self.jobs.values())
            )
            return
        jobs = [each.workflow for each in self.jobs.values()]
        self.out.take(node, RULES["workflow-call"], ask_callers(self.title, jobs, node, self.out))

    # What jobs hand on ------------------------------------------------------------------------

    def join(self) -> None:
        """Draw what its jobs hand to one another, and to the workflows that they call."""
        for id_, job in self.jobs.items():
            for name in dict.fromkeys(each.text for each in job.node["needs"].each()):
                if name in self.jobs and name in job.users:
                    self._hand_on(self.jobs[name], job, name)
            self.out.take(job.node["needs"], RULES["needs"])
            if job.node["uses"].text:
                self._call(job, self.calls.get(id_))

    def _hand_on(self, writer: Job, user: Job, name: str) -> None:
        for agent, leaf in user.users[name].items():
            for each in writer.writers():
                delegation = self.out.relate(Delegation(each, agent), at=leaf)
                needs = [need for need in user.node["needs"].each() if need.text == name]
                for said in (leaf, *needs, *writer.node["outputs"].leaves()):
                    self.out.take(said, RULES["outputs"], delegation)

    def _call(self, job: Job, called: "_Workflow | None") -> None:
        node, out = job.node, self.out
        for leaf in node["secrets"].leaves():
            job.given(leaf, job.workflow)
        if called is not None:
            drawn = [
                out.relate(Delegation(job.workflow, each.workflow), at=node["uses"])
                for each in called.jobs.values()
            ]
            out.take(node["uses"], RULES["called-workflow"], *drawn)
            out.take(node["secrets"], RULES["secrets-inherit"])
        else:
            text = f"What does the workflow do that {job.title} calls, and with which secrets?"
            note = out.ask(("agent", job.workflow), text, RULES["workflow-elsewhere"], at=node["uses"])
            out.take(node["secrets"], RULES["workflow-elsewhere"], note)
        out.take(node["with"], RULES["setting"])
