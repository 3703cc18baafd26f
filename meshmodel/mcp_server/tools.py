"""The tools: what each takes, and its answer from one model; nothing here knows the protocol."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.answers.blocks import Answer, Block
from meshmodel.answers.painters import text_of, titled
from meshmodel.answers.style import Style
from meshmodel.edits.edit import Change, Edit, Put, apply_edit
from meshmodel.interchange import is_fragment, read_records
from meshmodel.language import LINES_LIMIT, lines_of, parse_lines
from meshmodel.mcp_server.approvals import approvals
from meshmodel.mcp_server.marked import Answered
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.snapshot import Snapshot
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
class Served:
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


class Nothing(BaseModel):
    """No argument."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Viewed(Nothing):
    """A question about the model as built, or as designed."""

    as_designed: bool = Field(False, description="count planned checkpoints as if they were enforced")


class Way(Viewed):
    """Which way is to be told; what is left out is chosen: the worst crossing."""

    agent: str | None = Field(None, max_length=64, description="id of an agent")
    system: str | None = Field(None, max_length=64, description="id of a system")
    action: Action | None = Field(None, description="what it does there")


class Started(Viewed):
    """What is compromised."""

    start: str = Field(
        max_length=80,
        description="agent:ID, credential:ID, system:ID, or outsider for whoever may only write",
    )


class Edited(Nothing):
    """An edit."""

    text: str = Field(
        max_length=200_000,
        description="sentences of the quick line, one a line (bot > token > tickets: read), or records in "
        'TOML that begin with format = "meshmodel/1"; a record replaces the one of the same key',
    )


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
    answer: Callable[[Served, Any], Answered]
    writes: bool = False


def tools_of(served: Served) -> Mapping[str, ModelTool]:
    """The tools that there are with what was given at the start, by name."""
    left_out = {"scan"} if served.folder is None else set[str]()
    left_out |= {"apply"} if served.writer is None else set()
    return {each.name: each for each in _TOOLS if each.name not in left_out}


def _analysed(served: Served, viewed: Viewed) -> Analysis:
    return analyse(load(served.model), view="designed" if viewed.as_designed else "built")


def _text(analysis: Analysis, blocks: Iterable[Block]) -> str:
    return text_of(titled(analysis.snapshot, blocks, analysis.view), _STYLE)


def _describe(served: Served, asked: Viewed) -> Answered:
    from meshmodel.answers.description import description

    analysis = _analysed(served, asked)
    about = analysis.snapshot.about
    summary = {"name": about.name, "view": analysis.view, "summary": asdict(analysis.summary)}
    return Answered(summary, description(analysis, _STYLE))


def _reach(served: Served, asked: Viewed) -> Answered:
    from meshmodel.answers.reach import reach_blocks, reach_json

    analysis = _analysed(served, asked)
    found = analysis.reach()
    return Answered(reach_json(found), _text(analysis, reach_blocks(found)))


def _findings(served: Served, asked: Viewed) -> Answered:
    from meshmodel.answers.check import check_blocks, check_json

    analysis = _analysed(served, asked)
    return Answered(json.loads("".join(check_json(analysis))), _text(analysis, check_blocks(analysis)))


def _explain(served: Served, asked: Way) -> Answered:
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
    words = "There is no crossing to explain." if found is None else text_of(explain_blocks(found), _STYLE)
    return Answered(explain_json(found), words)


def _compromise(served: Served, asked: Started) -> Answered:
    from meshmodel.answers.compromise import compromise_blocks, compromise_json

    analysis = _analysed(served, asked)
    found = analysis.compromise(asked.start)
    blocks = compromise_blocks(analysis.snapshot, found, analysis.view)
    return Answered(compromise_json(found), _text(analysis, blocks))


def _fix(served: Served, asked: Viewed) -> Answered:
    from meshmodel.analysis.fix.results import FIX
    from meshmodel.answers.plan import fix_json

    return _planned(_analysed(served, asked), FIX, fix_json)


def _plan(served: Served, asked: Viewed) -> Answered:
    from meshmodel.answers.plan import plan_json
    from meshmodel.answers.plan_options import plan_options

    analysis = _analysed(served, asked)
    return _planned(analysis, plan_options(analysis.snapshot), plan_json)


def _planned(analysis: Analysis, options: "PlanOptions", as_json: Callable[..., Answer]) -> Answered:
    from meshmodel.answers.plan import plan_blocks
    from meshmodel.answers.plan_state import PlanState, in_order, standing_findings

    plan = in_order(analysis.cheapest_plan(options, deadline=SEARCH))
    known = PlanState(analysis, options, plan, standing=standing_findings(analysis, plan))
    return Answered(as_json(plan, complete=plan.optimal), _text(analysis, plan_blocks(known)))


def _questions(served: Served, asked: Viewed) -> Answered:
    from meshmodel.answers.questions import question_blocks, questions_of

    analysis = _analysed(served, asked)
    listed = [{"element": each.element, "asks": list(each.asks)} for each in questions_of(analysis)]
    return Answered({"questions": listed}, _text(analysis, question_blocks(analysis)))


def _scan(served: Served, asked: Nothing) -> Answered:  # noqa: ARG001  # all tools are called alike
    from meshmodel.answers.scan import scan_json, scan_lines
    from meshmodel.app.presentation.scanned import tell_scan
    from meshmodel.importers.scanning import scan
    from meshmodel.interchange import write_text

    assert served.folder is not None  # else there is no such tool
    stop = Stop(SEARCH, None)
    found = scan([served.folder], served.folder, stop)
    told = tell_scan(found, stop)
    words = "\n".join(scan_lines(told))
    return Answered(scan_json(told), f"{words}\n\nAs records, for propose:\n\n{write_text(found.done.after)}")


# Edits ----------------------------------------------------------------------------------------------------


def _propose(served: Served, asked: Edited) -> Answered:
    before = load(served.model)
    edit, said = _edit_of(asked.text, before)
    return _effect(before, edit, said)[0]


def _apply(served: Served, asked: Edited) -> Answered:
    """Make the edit on the model as it is now; nothing is done where a line has a problem."""
    from meshmodel.store.store import Store

    assert served.writer is not None  # else there is no such tool
    with Store.open(served.model, person=served.writer, is_assistant=True) as store:
        before = store.snapshot
        edit, said = _edit_of(asked.text, before)
        answer, refused = _effect(before, edit, said)
        if refused and not served.may_approve:
            first, more = refused[0], f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
            raise MeshmodelError(f"nothing was changed, since a person has to decide it: {first}{more}")
        if edit.changes:
            store.apply(edit, on=before)
    return Answered(answer.json | {"applied": bool(edit.changes)}, f"Applied.\n{answer.words}")


def _edit_of(text: str, snapshot: Snapshot) -> tuple[Edit, Sequence[str]]:
    """The edit that a text means, and what it does in words.

    Raises:
        MeshmodelError: it is too long, or a line or a record of it cannot be carried out.
    """
    if is_fragment(text):
        changes: list[Change] = [Put(each) for each in read_records(text, "text")]
        return Edit(f"{len(changes)} records", tuple(changes)), ()
    lines = lines_of(text)
    if len(lines) > LINES_LIMIT:
        raise MeshmodelError(f"text: has {len(lines):,} lines; at most {LINES_LIMIT} are taken at once")
    read = parse_lines(lines, snapshot)
    if (place := read.first_problem) is not None:
        raise MeshmodelError(f"text, line {place + 1}: {read.sentences[place].shown}")
    return read.edit or Edit("nothing", ()), [each.shown for each in read.sentences if each.shown]


def _effect(before: Snapshot, edit: Edit, previews: Sequence[str]) -> tuple[Answered, list[str]]:
    """What an edit changes, opens and closes, and why a person has to decide it."""
    from meshmodel.answers.diff.answer import diff_json
    from meshmodel.answers.diff.compare import compare

    after = apply_edit(before, edit)
    old = analyse(before)
    diff = compare(old, analyse(after, today=old.today))
    refused = approvals(before, after)
    words = [*previews] or [f"{each.change} {each.table}: {each.says}" for each in diff.drawn]
    for each in diff.findings:
        if each.change != "still":
            found = each.finding
            words.append(f"{each.change}: {found.severity} {found.rule} {found.subject}: {found.message}")
    words += [f"needs a person: {each}" for each in refused]
    told = "\n".join(words) or "Nothing changes."
    return Answered(diff_json(diff) | {"needs_a_person": refused}, told), refused


_TOOLS: Final = (
    ModelTool("describe", "Tell the model in words: who holds what, and what is marked.", Viewed, _describe),
    ModelTool("reach", "What every agent can do where, and as whom.", Viewed, _reach),
    ModelTool("findings", "Missing checkpoints, other findings and questions.", Viewed, _findings),
    ModelTool("explain", "The way from an agent to a system, step by step.", Way, _explain),
    ModelTool("compromise", "What follows if an element is taken over.", Started, _compromise),
    ModelTool("fix", "The fewest checkpoints that leave nothing uncontrolled.", Viewed, _fix),
    ModelTool("plan", "The cheapest measures in decisions a day.", Viewed, _plan),
    ModelTool("questions", "What the model does not say; ask people, do not guess.", Viewed, _questions),
    ModelTool("scan", "The agents that the folder given at the start configures.", Nothing, _scan),
    ModelTool("propose", "Say what an edit would change, open and close; changes nothing.", Edited, _propose),
    ModelTool("apply", "Make an edit, which a person can undo with u.", Edited, _apply, writes=True),
)
