"""Whether the condition of a job lets outsiders start it, as far as the file says.

A condition is worked out for each way in which an event can start the job: by which action, by an outsider or
by a member, at which ref. What the starter writes can be whatever a condition wants; what other jobs and
variables say is not known. Sources: docs.github.com/actions/reference/workflows-and-actions/expressions and
events-that-trigger-workflows.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from meshmodel.importers.document import Node
from meshmodel.importers.json_text import read_json
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.errors import MeshmodelError

NEVER, UNKNOWN, POSSIBLE = 0, 1, 2
"""How far something can be: not at all, perhaps (it is not in the file), by what the starter does."""
_LENGTH_LIMIT: Final = 10_000
_DEPTH_LIMIT: Final = 50

_LISTS: Final = WordLists(__file__)
_OUTSIDE_ACTIONS: Final = _LISTS.lists("outside-actions")
"""By event what somebody without rights in the repository can do; labels and assignees are set by members."""
_INSIDE_ACTIONS: Final = _LISTS.many("inside-actions")
_DEFAULT_ACTIONS: Final = _LISTS.lists("default-actions")
UPDATERS: Final = _LISTS.by_word("updaters")
"""By login the programs that open pull requests for new versions; they quote what packages say of these."""
_PARTS_OF: Final = _LISTS.sets("parts")
"""What an event has; of another part of this table there is nothing in it."""
_ALL_PARTS: Final = frozenset[str]().union(*_PARTS_OF.values())
_MEMBERS: Final = frozenset({"owner", "member", "collaborator"})
_STRANGERS: Final = frozenset({"none", "contributor", "first_time_contributor", "first_timer", "mannequin"})
_AT_DEFAULT: Final = ("refs/heads/",)


class Start(NamedTuple):
    """One way in which an event starts a workflow.

    Attributes:
        event: its name.
        action: what was done; empty where the event has no actions.
        is_outsider: whether somebody did it who has no rights in the repository.
        refs: what the ref begins with.
        updater: the login of the program that did it, of those that open pull requests for new versions.
        checked: names of outputs of steps that look up whether whoever did it has rights in the repository.
        outputs: by names of outputs of other jobs what these may be when it is started so.
        run_of: of a workflow that runs after another one the event that started that one, if it is known.
    """

    event: str
    action: str
    is_outsider: bool
    refs: tuple[str, ...]
    updater: str = ""
    run_of: str = ""
    checked: frozenset[str] = frozenset()
    outputs: Mapping[str, frozenset[str]] = MappingProxyType({})


def starts_of(event: str, node: Node) -> Iterator[Start]:
    """All ways in which an event starts a workflow, by what stands below it."""
    said = [each.text for each in node["types"].each()]
    refs = _refs(event, node)
    outside = _OUTSIDE_ACTIONS.get(event, ())
    listed = said or _DEFAULT_ACTIONS.get(event) or ()
    for action in [each for each in outside if not listed or each in listed]:
        yield Start(event, action, is_outsider=True, refs=refs)
    for action in listed or (*dict.fromkeys((*outside, *_INSIDE_ACTIONS)),):
        yield Start(event, action, is_outsider=False, refs=refs)
    if event in _DEFAULT_ACTIONS:
        for action in [each for each in _DEFAULT_ACTIONS[event] if not said or each in said]:
            yield from (Start(event, action, False, refs, each) for each in UPDATERS)


def _refs(event: str, node: Node) -> tuple[str, ...]:
    if event == "push":
        tags, branches = (node[each] or node[f"{each}-ignore"] for each in ("tags", "branches"))
        if tags and not branches:
            return ("refs/tags/",)
        return ("refs/heads/",) if branches and not tags else ("refs/heads/", "refs/tags/")
    if event in {"release", "create", "delete"}:
        return ("refs/tags/", "refs/heads/")
    if event in {"pull_request", "pull_request_review", "pull_request_review_comment"}:
        return ("refs/pull/",)
    return ("refs/heads/", "refs/tags/") if event in {"workflow_dispatch", "workflow_call"} else _AT_DEFAULT


def holds(condition: Node, start: Start) -> int:
    """Whether a condition can hold when a job is started so; of none it does."""
    if not condition:
        return POSSIBLE
    text = condition.text.strip()
    if len(text) > _LENGTH_LIMIT:
        return UNKNOWN
    plain = re.sub(r"\$\{\{(.*?)\}\}", r"(\1)", text, flags=re.DOTALL) if "${{" in text else text
    try:
        parser = _Parser([*_tokens(plain)], start)
        found = parser.either()
    except _UnreadableError:
        return UNKNOWN
    return found.true if parser.is_done else UNKNOWN


def checks_rights(step: Node) -> bool:
    """Whether a step looks up which rights whoever did something has, so that its outputs say it."""
    script = step["run"].text + step.get("with", "script").text
    return _CHECKS.search(script) is not None or _CHECKING.search(step["uses"].text) is not None


def always_runs(condition: Node) -> bool:
    """Whether a job runs although one that it needs was left out."""
    return re.search(r"\b(?:always|cancelled|failure)\s*\(", condition.text) is not None


class _UnreadableError(Exception):
    """A condition that is no expression."""


class _Truth(NamedTuple):
    """How far something can be true, and how far false."""

    true: int
    false: int


_IS: Final = _Truth(POSSIBLE, NEVER)
_IS_NOT: Final = _Truth(NEVER, POSSIBLE)
_EITHER: Final = _Truth(POSSIBLE, POSSIBLE)
_ASKED: Final = _Truth(UNKNOWN, UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Value:
    """What a part of an expression can be.

    Attributes:
        kind: ``is``: one of the words; ``list``: all of them; ``starts``: begins with one; ``any``: whatever
            the starter wants but the words; ``other``: a name that no file has, as that of a stranger;
            ``own``: what is of this repository; ``unknown``; ``truth``: a truth value.
        words: in lower case: GitHub compares so.
        truth: of a truth value.
    """

    kind: Literal["is", "list", "starts", "any", "other", "own", "unknown", "truth"]
    words: frozenset[str] = frozenset()
    truth: _Truth = _ASKED

    @property
    def as_truth(self) -> _Truth:
        match self.kind:
            case "truth":
                return self.truth
            case "is":
                falsy = self.words & {"", "false", "0", "null"}
                return _Truth(POSSIBLE if self.words - falsy else NEVER, POSSIBLE if falsy else NEVER)
            case "any":
                return _EITHER
            case "unknown":
                return _ASKED
            case _:
                return _IS


def _word(*words: str) -> _Value:
    return _Value("is", frozenset(each.lower() for each in words))


_ANY: Final = _Value("any")
_MEMBER: Final = _Value("any", frozenset(UPDATERS))
"""The login of somebody with rights: no program that opens pull requests for new versions."""
_OTHER: Final = _Value("other")
_OWN: Final = _Value("own")
_NOT_KNOWN: Final = _Value("unknown")
_TOKEN: Final = re.compile(
    r"\s+|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)\b|(&&|\|\||==|!=|<=|>=|[<>!(),])"
    r"|([A-Za-z_][\w-]*(?:\.(?:[A-Za-z_][\w-]*|\*)|\[(?:'[^']*'|\d+|\*)\])*)"
)


class _ConditionToken(NamedTuple):
    kind: Literal["text", "sign", "name"]
    text: str


def _tokens(text: str) -> Iterator[_ConditionToken]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _UnreadableError
        at = found.end()
        if found[1] is not None:
            yield _ConditionToken("text", found[1].replace("''", "'"))
        elif found[2] is not None:
            yield _ConditionToken("text", found[2])
        elif found[3] is not None:
            yield _ConditionToken("sign", found[3])
        elif found[4] is not None:
            yield _ConditionToken("name", re.sub(r"\[(?:'([^']*)'|(\d+|\*))\]", r".\1\2", found[4]).lower())


class _Parser:
    """Reads an expression and works it out for one start."""

    def __init__(self, tokens: Sequence[_ConditionToken], start: Start) -> None:
        self._tokens, self._start, self._at, self._depth = tokens, start, 0, 0

    @property
    def is_done(self) -> bool:
        return self._at == len(self._tokens)

    def _takes(self, *signs: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at] in {("sign", each) for each in signs}:
            self._at += 1
            return self._tokens[self._at - 1].text
        return ""

    def either(self) -> _Truth:
        return self._value_of_either().as_truth

    def _value_of_either(self) -> _Value:
        self._depth += 1
        if self._depth > _DEPTH_LIMIT:
            raise _UnreadableError
        found = self._both()
        while self._takes("||"):
            found = _or(found, self._both())
        self._depth -= 1
        return found

    def _both(self) -> _Value:
        found = self._compared()
        while self._takes("&&"):
            found = _and(found, self._compared())
        return found

    def _compared(self) -> _Value:
        found = self._single()
        sign = self._takes("==", "!=", "<", ">", "<=", ">=")
        if not sign:
            return found
        same = _equal(found, self._single())
        if sign == "==":
            return _truth(*same)
        return _truth(same.false, same.true) if sign == "!=" else _NOT_KNOWN

    def _single(self) -> _Value:
        if self._takes("!"):
            truth = self._single().as_truth
            return _truth(truth.false, truth.true)
        if self._takes("("):
            found = self._value_of_either()
            if not self._takes(")"):
                raise _UnreadableError
            return found
        if self.is_done or self._tokens[self._at].kind == "sign":
            raise _UnreadableError
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "text":
            return _word(text)
        return self._called(text) if self._takes("(") else _path(text, self._start)

    def _called(self, name: str) -> _Value:
        given: list[_Value] = []
        while not self._takes(")"):
            given.append(self._value_of_either())
            if not self._takes(",") and not (
                self._at < len(self._tokens) and self._tokens[self._at].text == ")"
            ):
                raise _UnreadableError
        function = _FUNCTIONS.get(name)
        return _NOT_KNOWN if function is None else function(given)


def _truth(true: int, false: int) -> _Value:
    return _Value("truth", truth=_Truth(true, false))


def _or(one: _Value, other: _Value) -> _Value:
    """The first value that holds, as the language has it: of texts a text."""
    true, false = one.as_truth
    if NEVER in (true, false):
        return one if false == NEVER else other
    if one.kind == other.kind == "is":
        return _Value("is", (one.words - {""}) | other.words)
    if "any" in {one.kind, other.kind} and {one.kind, other.kind} <= {"is", "any"}:
        return _ANY
    more = other.as_truth
    return _truth(max(true, more.true), min(false, more.false))


def _and(one: _Value, other: _Value) -> _Value:
    """The last value, if the first one holds; else the first."""
    true, false = one.as_truth
    if NEVER in (true, false):
        return one if true == NEVER else other
    more = other.as_truth
    return _truth(min(true, more.true), max(false, more.false))


def _excludes(one: _Value, other: _Value) -> bool:
    """Whether a value can be none of the words of another."""
    return one.kind == "any" and other.kind in {"is", "list"} and other.words <= one.words


def _equal(one: _Value, other: _Value) -> _Truth:
    if one.kind == "truth" or other.kind == "truth":
        value, word = (one, other) if one.kind == "truth" else (other, one)
        if word.kind == "is" and word.words <= {"true", "false"} and len(word.words) == 1:
            truth = value.truth
            return truth if "true" in word.words else _Truth(truth.false, truth.true)
        return _ASKED
    kinds = {one.kind, other.kind}
    if "unknown" in kinds or "list" in kinds:
        return _ASKED
    if _excludes(one, other) or _excludes(other, one):
        return _IS_NOT
    if "any" in kinds or one.kind == other.kind == "other":
        return _EITHER
    if "other" in kinds:
        return _IS_NOT
    if "own" in kinds:
        return _EITHER
    if "starts" in kinds:
        start, word = (one, other) if one.kind == "starts" else (other, one)
        return _EITHER if any(each.startswith(tuple(start.words)) for each in word.words) else _IS_NOT
    both = one.words & other.words
    is_one = len(one.words | other.words) == 1
    return _Truth(POSSIBLE if both else NEVER, NEVER if is_one else POSSIBLE)


def _fits(test: Callable[[str, str], bool]) -> Callable[[Sequence[_Value]], _Value]:
    def fits(given: Sequence[_Value]) -> _Value:
        if len(given) != 2 or any(each.kind in {"unknown", "truth"} for each in given):
            return _NOT_KNOWN
        text, part = given
        if text.kind == "list" and _excludes(part, text):
            return _truth(*_IS_NOT)
        if not {"any", "own"}.isdisjoint({text.kind, part.kind}):
            return _truth(*_EITHER)
        if "other" in {text.kind, part.kind}:
            return _truth(*_IS_NOT)
        if text.kind == "list":
            return _truth(*_in_list(text, part))
        if text.kind == "starts":
            return _truth(*_EITHER) if _may_begin(text, part) else _truth(*_IS_NOT)
        found = {test(one, other) for one in text.words for other in part.words}
        return _truth(POSSIBLE if True in found else NEVER, POSSIBLE if False in found else NEVER)

    return fits


def _may_begin(text: _Value, part: _Value) -> bool:
    return any(one.startswith(other) or other.startswith(one) for one in text.words for other in part.words)


def _in_list(listed: _Value, part: _Value) -> _Truth:
    known = part.words & listed.words
    return _Truth(POSSIBLE if known else NEVER, POSSIBLE if part.words - listed.words else NEVER)


def _from_json(given: Sequence[_Value]) -> _Value:
    if len(given) != 1 or given[0].kind != "is" or len(given[0].words) != 1:
        return _NOT_KNOWN
    try:
        root = read_json(next(iter(given[0].words)), "")
    except MeshmodelError:
        return _NOT_KNOWN
    return _Value("list", frozenset(each.text for each in root)) if root.is_list else _NOT_KNOWN


def _always(_: Sequence[_Value]) -> _Value:
    return _truth(*_IS)


def _sometimes(_: Sequence[_Value]) -> _Value:
    return _truth(*_EITHER)


_FUNCTIONS: Final[Mapping[str, Callable[[Sequence[_Value]], _Value]]] = {
    "contains": _fits(lambda text, part: part in text),
    "startswith": _fits(str.startswith),
    "endswith": _fits(str.endswith),
    "fromjson": _from_json,
    "always": _always,
    "success": _always,
    "failure": _sometimes,
    "cancelled": _sometimes,
}
_CHECKS: Final = re.compile(
    r"author_?association|getCollaboratorPermissionLevel|checkCollaborator|collaborators/\S{1,200}/permission"
    r"|(?:get|check)Membership\w*ForUser",
    re.IGNORECASE,
)
_CHECKING: Final = re.compile(
    r"check-(?:user|actor|actor-?s|collaborator)-permissions?|get-user-teams-membership", re.IGNORECASE
)
"""Actions that do nothing else."""
_FREE: Final = re.compile(
    r"github\.event\.(?:comment|review|issue|pull_request|discussion|head_commit|workflow_run)\."
    r"(?:body|title|message|state|draft|number|locked|conclusion|name|head_branch|event|path|head\.ref|head\.label"
    r"|base\.ref|pull_request|html_url|id|category\.\w+|in_reply_to_id)"
    r"|github\.event\.(?:issue\.pull_request(?:\.\w+)?|review|comment|issue|pull_request|discussion|number)"
    r"|github\.(?:head_ref|base_ref|run_attempt|run_id|sha|event\.changes\S*)"
)
"""What the starter can make of it what a condition wants, or what is there in every case that counts."""
_STARTERS: Final = re.compile(
    r"github\.(?:actor|triggering_actor|actor_id|event\.sender\.(?:login|id)|event\.comment\.user\.(?:login|id)"
    r"|event\.review\.user\.(?:login|id))"
)
_AUTHORS: Final = re.compile(r"github\.event\.(?:issue|pull_request|discussion)\.user\.(?:login|id)")
_THIS: Final = re.compile(r"github\.(?:repository|repository_owner|repository_id|event\.repository\..*)")
_ASSOCIATION: Final = re.compile(r"github\.event\.(\w+)\.author_association")
_HEAD: Final = re.compile(r"github\.event\.pull_request\.head\.repo\.(full_name|owner\.login|fork|id)")
_OF_LABELS: Final = re.compile(r"github\.event\.(label\.name|label|assignee\.login|assignee)")


def _path(path: str, start: Start) -> _Value:  # noqa: C901  # one short case a name
    """What a name of a context can be when a job is started so."""
    if path in {"true", "false", "null"}:
        return _word(path if path != "null" else "")
    if path in start.outputs or path in start.checked:
        return _of_output(path, start)
    part = path.removeprefix("github.event.").partition(".")[0] if path.startswith("github.event.") else ""
    if part in _ALL_PARTS and part not in _PARTS_OF.get(start.event, _ALL_PARTS):
        return _word("")
    said = {"github.event_name": start.event, "github.event.action": start.action}
    if path in said or (path == "github.event.workflow_run.event" and start.run_of):
        return _word(said.get(path, start.run_of))
    if path == "github.ref":
        return _Value("starts", frozenset(start.refs))
    if path == "github.ref_type":
        return _word(*("tag" if each == "refs/tags/" else "branch" for each in start.refs))
    if path == "github.event.pull_request.merged":
        return _word("false") if start.is_outsider else _ANY
    if path == "github.event.sender.type" or path.endswith(".user.type"):
        return _word("user") if start.is_outsider else _word("bot") if start.updater else _ANY
    association, head, label = (each.fullmatch(path) for each in (_ASSOCIATION, _HEAD, _OF_LABELS))
    if association is not None:
        return _association(association[1], start)
    if head is not None:
        return _ANY if not start.is_outsider else _word("true") if head[1] == "fork" else _OTHER
    if label is not None:
        is_there = start.action.endswith("labeled" if label[1].startswith("label") else "assigned")
        return _ANY if is_there else _word("")
    if _STARTERS.fullmatch(path):
        return _OTHER if start.is_outsider else _word(start.updater) if start.updater else _MEMBER
    if _AUTHORS.fullmatch(path):
        if start.updater:
            return _word(start.updater)
        if start.event.endswith(("_comment", "_review")):
            return _ANY  # somebody else's
        return _OTHER if start.is_outsider else _MEMBER
    if _THIS.fullmatch(path):
        return _OWN
    return _ANY if _FREE.fullmatch(path) else _NOT_KNOWN


def _of_output(path: str, start: Start) -> _Value:
    """What an output can be of which it is known what sets it."""
    if path in start.outputs:
        return _word(*start.outputs[path])
    return _word("false", "") if start.is_outsider else _ANY


def _association(of: str, start: Start) -> _Value:
    """What the author of a part of the event is to the repository: the starter, or somebody else."""
    is_starters = of in {"comment", "review"} or not start.event.endswith(("_comment", "_review"))
    if not is_starters:
        return _word(*_MEMBERS, *_STRANGERS)
    if start.is_outsider or start.updater:
        return _word(*_STRANGERS)
    is_elsewhere = of not in {"comment", "review"}  # a member labels what an outsider wrote
    return _word(*_MEMBERS, *(_STRANGERS if is_elsewhere else ()))
