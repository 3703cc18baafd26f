"""The tools: what each takes, and its answer from one model; nothing here knows the protocol."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.answers.blocks import Answer, Block
from meshmodel.answers.painters import text_of, titled
from meshmodel.answers.style import Style
from meshmodel.mcp_server.proposal import read_proposal
from meshmodel.mcp_server.quoting import quoted
from meshmodel.mcp_server.tool_answers import ToolAnswer
from meshmodel.model import vocabulary as v
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.stop import Stop
from meshmodel.model.text import no_such
from meshmodel.model.vocabulary import Action
from meshmodel.store.load import load

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import PlanOptions

SEARCH: Final = 10.0
"""Seconds that a fix, a plan or a scan may take."""
_STYLE: Final = Style(colour=False, columns=120, glyphs=True)


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What was given at the start; no argument of a tool adds to it.

    Attributes:
        model: where it is.
        folder: the only one that ``scan`` looks through; ``None``: there is no such tool.
        writer: the name under which ``apply`` edits; ``None``: there is no such tool.
        may_approve: whether edits may accept, approve and lower.
    """

    model: Source
    folder: Path | None
    writer: str | None
    may_approve: bool


class NoArguments(BaseModel):
    """No argument."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ViewArguments(NoArguments):
    """A question about the model as built, or as designed."""

    as_designed: bool = Field(False, description="count planned checkpoints as if they were enforced")


class WayArguments(ViewArguments):
    """Which way is to be told; what is left out is chosen: the worst crossing."""

    agent: str | None = Field(None, max_length=64, description="id of an agent")
    system: str | None = Field(None, max_length=64, description="id of a system")
    action: Action | None = Field(None, description="what it does there")


class CompromiseArguments(ViewArguments):
    """What is compromised."""

    start: str = Field(
        max_length=80,
        description="agent:ID, credential:ID, system:ID, or outsider for whoever may only write",
    )


class EditArguments(NoArguments):
    """An edit."""

    text: str = Field(
        max_length=200_000,
        description="sentences, one a line, or records in TOML that begin with format = "
        '"meshmodel/1"; a record replaces the one of the same key',
    )


EXAMPLES: Final = (
    (
        "bot (ai-agent in desk) > ticket-key (api-key, 30d) > tickets (saas in desk, internal): read, write",
        "an agent holds a credential, which a system accepts for these actions; zone desk is made too",
    ),
    ("ci stores deploy-key", "whoever may read the system ci obtains the credential; or: sts issues role"),
    ("user-token exchanges crm-token at sts", "whoever presents the first gets the second from system sts"),
    (
        "server (service in desk) > crm-key > crm (database in desk): read, write",
        "an MCP server or other program that holds a key is an agent, a service; never a system of that name",
    ),
    (
        "bot delegates server only crm:read",
        "all that server does for bot; or passing user-token; in one: add mcp-server server for bot",
    ),
    ("inbox triggers fixer", "what is written into the system inbox starts the agent fixer"),
    ("worker runs on cluster", "whoever may execute on the system cluster controls the agent worker"),
    ('"Ann Lee" (person in desk)', "a name of several words stands in quotes; persons are agents too"),
    ('ask human-approval by "Ann Lee" on ticket-key > tickets: write, planned', "a checkpoint, on a step"),
    ("bot may write tickets from inbox", "intended use, after reading inbox; a person has to apply it"),
    ("question on system tickets: Who can read its log?", "what a person is asked"),
)
"""Sentences from which an assistant can build a model, with what each means."""


def _edit_help() -> str:
    words = {
        "zone": v.ENVIRONMENTS,
        "system": (*v.SYSTEM_KINDS, *v.SENSITIVITIES, "untrusted (outsiders can write there)", "exposed"),
        "agent": v.AGENT_KINDS,
        "credential": (*v.CREDENTIAL_KINDS, *v.BINDINGS, "human", "attested", "1h or 90d or unlimited"),
    }
    said = [
        "One sentence a line; what is named and not there is made, and ids work as names. Examples:",
        *(f"- {sentence}   [{meaning}]" for sentence, meaning in EXAMPLES),
        (
            f"A chain of > is agent > credential > system: {', '.join(v.ACTIONS)}. "
            "What is in parentheses can also follow is and in: tickets is untrusted; tickets in desk. Any "
            "other field is set by its name, in parentheses too: tickets owner Help desk; ticket-key as "
            "svc-desk (an identity); ticket-key on behalf of Ann Lee. A credential opens the same for all "
            "its holders. A boundary: ask policy-decision between desk and cloud at gateway, planned. "
            "rename OLD NEW; delete NAME; delete bot > ticket-key."
        ),
        *(f"Words, {table}: {', '.join(known)}." for table, known in words.items()),
        f"Checkpoints: {', '.join(v.DECISION_KINDS)}.",
    ]
    return "\n".join(said)


@dataclass(frozen=True, slots=True)
class ModelTool:
    """One tool.

    Attributes:
        name: of the tool.
        about: what it does, for the assistant.
        takes: its arguments.
        answer: gives the answer; raises MeshmodelError.
        writes: whether it changes the model.
    """

    name: str
    about: str
    takes: type[BaseModel]
    answer: Callable[[ServerOptions, Any], ToolAnswer]
    writes: bool = False


def tools_of(served: ServerOptions) -> Mapping[str, ModelTool]:
    """The tools that there are with what was given at the start, by name."""
    left_out = {"scan"} if served.folder is None else set[str]()
    left_out |= {"apply"} if served.writer is None else set()
    allowed = "are allowed in this session" if served.may_approve else "need a person: say planned"
    told = f"\nEnforced checkpoints and other approvals {allowed}."
    return {
        each.name: replace(each, about=each.about + told) if each.takes is EditArguments else each
        for each in _TOOLS
        if each.name not in left_out
    }


def _analysed(served: ServerOptions, viewed: ViewArguments) -> Analysis:
    return analyse(quoted(load(served.model)), view="designed" if viewed.as_designed else "built")


def _text(analysis: Analysis, blocks: Iterable[Block]) -> str:
    return text_of(titled(analysis.snapshot, blocks, analysis.view), _STYLE)


def _describe(served: ServerOptions, asked: ViewArguments) -> ToolAnswer:
    from meshmodel.answers.description import Description

    analysis = _analysed(served, asked)
    lines = [line for _, line in Description(analysis).lines()]
    told = {"view": analysis.view, "summary": asdict(analysis.summary), "lines": lines}
    return ToolAnswer(told, "\n".join(lines))


def _reach(served: ServerOptions, asked: ViewArguments) -> ToolAnswer:
    from meshmodel.answers.reach import reach_blocks, reach_json

    analysis = _analysed(served, asked)
    found = analysis.reach()
    return ToolAnswer(reach_json(found), _text(analysis, reach_blocks(analysis.snapshot, found)))


def _findings(served: ServerOptions, asked: ViewArguments) -> ToolAnswer:
    from meshmodel.answers.check import check_blocks, check_json

    analysis = _analysed(served, asked)
    return ToolAnswer(json.loads("".join(check_json(analysis))), _text(analysis, check_blocks(analysis)))


def _explain(served: ServerOptions, asked: WayArguments) -> ToolAnswer:
    from meshmodel.answers.ways import explain_blocks, explain_json

    analysis = _analysed(served, asked)
    snapshot = analysis.snapshot
    for kind, name, known in (
        ("agent", asked.agent, snapshot.agent),
        ("system", asked.system, snapshot.system),
    ):
        if name is not None and name not in known:
            raise MeshmodelError(no_such(kind, name, known))
    found = analysis.explain(asked.agent, asked.system, asked.action, None)
    words = "There is no path to explain."
    if found is not None:
        words = text_of(explain_blocks(analysis.snapshot, found), _STYLE)
    return ToolAnswer(explain_json(found), words)


def _compromise(served: ServerOptions, asked: CompromiseArguments) -> ToolAnswer:
    from meshmodel.answers.compromise import compromise_blocks, compromise_json

    analysis = _analysed(served, asked)
    found = analysis.compromise(asked.start)
    blocks = compromise_blocks(analysis.snapshot, found, analysis.view)
    return ToolAnswer(compromise_json(found), _text(analysis, blocks))


def _fix(served: ServerOptions, asked: ViewArguments) -> ToolAnswer:
    from meshmodel.analysis.fix.results import FIX
    from meshmodel.answers.plan import fix_json

    return _planned(_analysed(served, asked), FIX, fix_json)


def _plan(served: ServerOptions, asked: ViewArguments) -> ToolAnswer:
    from meshmodel.answers.plan import plan_json
    from meshmodel.answers.plan_options import plan_options

    analysis = _analysed(served, asked)
    return _planned(analysis, plan_options(analysis.snapshot), plan_json)


def _planned(analysis: Analysis, options: "PlanOptions", as_json: Callable[..., Answer]) -> ToolAnswer:
    from meshmodel.answers.plan import plan_blocks
    from meshmodel.answers.plan_state import PlanState, in_order, standing_findings

    plan = in_order(analysis, analysis.cheapest_plan(options, deadline=SEARCH))
    known = PlanState(analysis, options, plan, standing=standing_findings(analysis, plan))
    told = as_json(plan, complete=plan.optimal)
    needs = [f"{each.agent}: {', '.join(each.actions)} on {each.system}" for each in plan.needed]
    words = _text(analysis, plan_blocks(known))
    if needs and not plan.is_fix:
        words = "\n".join([words, "", "Taken as needed", *(f"  {each}" for each in needs)])
    return ToolAnswer(told | {"lines": words.splitlines()}, words)


def _questions(served: ServerOptions, asked: ViewArguments) -> ToolAnswer:
    from meshmodel.answers.questions import question_blocks, questions_of

    analysis = _analysed(served, asked)
    listed = [{"element": each.element, "asks": list(each.asks)} for each in questions_of(analysis)]
    notes = [
        each for each in analysis.snapshot.note.values() if (each.kind, each.state) == ("question", "open")
    ]
    asking = [
        {"note": each.id, "about": each.about, "owner": each.owner, "asks": each.text} for each in notes
    ]
    words = [f"? note:{each.id} on {each.about or 'the model'}: {each.text}" for each in notes]
    told = {"questions": listed, "notes": asking}
    return ToolAnswer(told, "\n".join([_text(analysis, question_blocks(analysis)), *words]))


def _scan(served: ServerOptions, asked: NoArguments) -> ToolAnswer:  # noqa: ARG001  # all tools are called alike
    from meshmodel.answers.scan import scan_json, scan_lines
    from meshmodel.app.presentation.scan_words import tell_scan
    from meshmodel.importers.scanning import scan
    from meshmodel.interchange import write_text

    assert served.folder is not None  # else there is no such tool
    stop = Stop(SEARCH, None)
    found = scan([served.folder], served.folder, stop)
    records = write_text(found.done.after)
    told = tell_scan(replace(found, done=replace(found.done, after=quoted(found.done.after))), stop)
    words = "\n".join(scan_lines(told))
    return ToolAnswer(
        scan_json(told) | {"records": records}, f"{words}\n\nAs records, for propose:\n\n{records}"
    )


# Edits ----------------------------------------------------------------------------------------------------


def _propose(served: ServerOptions, asked: EditArguments) -> ToolAnswer:
    return read_proposal(asked.text, load(served.model), may_approve=served.may_approve).answer()


def _apply(served: ServerOptions, asked: EditArguments) -> ToolAnswer:
    """Make the edit on the model as it is now; nothing is done where a sentence is not clear."""
    from meshmodel.store.store import Store

    assert served.writer is not None  # else there is no such tool
    with Store.open(served.model, person=served.writer, is_assistant=True) as store:
        before = store.snapshot
        proposal = read_proposal(asked.text, before, may_approve=served.may_approve)
        refused = proposal.refusal()
        if refused is not None:
            return proposal.answer(refused=refused)
        if proposal.edit.changes:
            store.apply(proposal.edit, on=before)
    return proposal.answer(applied=bool(proposal.edit.changes))


_TOOLS: Final = (
    ModelTool(
        "describe",
        "Describe the model in words: who holds what, and where a checkpoint decides or is missing.",
        ViewArguments,
        _describe,
    ),
    ModelTool("reach", "What every agent can do where, and with which identity.", ViewArguments, _reach),
    ModelTool("findings", "Missing checkpoints, other findings and questions.", ViewArguments, _findings),
    ModelTool("explain", "The attack path from an agent to a system, step by step.", WayArguments, _explain),
    ModelTool("compromise", "What follows if an element is taken over.", CompromiseArguments, _compromise),
    ModelTool("fix", "The fewest checkpoints that close all unchecked paths.", ViewArguments, _fix),
    ModelTool("plan", "The cheapest measures in decisions a day.", ViewArguments, _plan),
    ModelTool(
        "questions", "What the model does not say; ask people, do not guess.", ViewArguments, _questions
    ),
    ModelTool("scan", "The agents that the folder given at the start configures.", NoArguments, _scan),
    ModelTool(
        "propose",
        "Say what an edit would do, which findings it opens or closes, and every sentence that has a problem "
        f"or is doubtful, with one that would be right; changes nothing.\n{_edit_help()}",
        EditArguments,
        _propose,
    ),
    ModelTool(
        "apply",
        "Make an edit, as propose reads it; a person can undo it with u. Nothing is made where a sentence "
        "has a problem or is doubtful.",
        EditArguments,
        _apply,
        writes=True,
    ),
)
