"""Chains: ``support-bot > ticket-token > tickets: read, write``, longer and shorter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from meshmodel.edits import relations
from meshmodel.edits.draft import Draft, Name, SentenceError
from meshmodel.language import limits
from meshmodel.language.actions import read_actions
from meshmodel.language.tokens import Token, name_of, span, split
from meshmodel.model.vocabulary import Action

_COSTS: Final[Mapping[tuple[str, str], int]] = {
    ("agent", "credential"): 0,
    ("credential", "system"): 0,
    ("system", "credential"): 1,
    ("agent", "system"): 2,
    ("agent", "agent"): 2,
    ("credential", "credential"): 2,
    ("system", "agent"): 2,
}
"""The pairs of kinds that can follow each other in a chain, with a cost; the cheapest reading is taken."""

_NEW: Final = 10
_KINDS: Final = ("agent", "credential", "system")


OPTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "at": ("credential", "credential"),
    **dict.fromkeys(limits.OPTIONS, ("agent", "agent")),
}
"""The words that may follow a name in a chain, with the kinds of the two that they relate."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One link of a chain.

    Attributes:
        name: what is linked with the one before.
        actions: those after its colon; ``None`` without one.
        options: the tokens after each of ``OPTIONS`` that says more of an exchange or a delegation.
    """

    name: Name
    actions: tuple[Action, ...] | None
    options: limits.Parts

    def fits(self, before: str, kind: str) -> bool:
        """Whether a link between these kinds can have the options."""
        return all(OPTIONS[word] == (before, kind) for word in self.options)


def carry_out(tokens: Sequence[Token], draft: Draft) -> None:
    """Connect each link of a chain with the next; raises SentenceError or InvalidModelError."""
    segments = parse_chain(tokens, draft)
    kinds = resolve_kinds(draft, segments)
    ids = [draft.find_or_add(each.name, kind) for each, kind in zip(segments, kinds, strict=True)]
    before = draft.snapshot
    for index in range(len(segments) - 1):
        actions, options = segments[index + 1].actions, segments[index + 1].options
        start, end = ids[index], ids[index + 1]
        match kinds[index], kinds[index + 1]:
            case "agent", "credential":
                relations.hold(draft, start, end)
            case "credential", "system":
                known = draft.snapshot.grant.get((start, end))
                lost = [each for each in known.actions if each not in actions] if known and actions else []
                if lost and "agent" in kinds[:index] and (ids[index - 1], start) not in before.hold:
                    why = f"{start} opens {end} for its other holders too: {', '.join(lost)} is taken away"
                    draft.warnings.append(why)
                relations.grant(draft, start, end, actions or (known.actions if known else ("read",)))
            case "system", "credential":
                if (start, end) not in draft.snapshot.custody:
                    if draft.snapshot.system[start].kind == "mcp-server":
                        why = f"as a system, {start} would store {end} for whoever may read there"
                        draft.warnings.append(f"{why}; a program that holds a key is an agent: a service")
                    relations.custody(draft, start, end, "stores", None)
            case "agent", "system":
                relations.grant_new_credential(draft, start, end, actions or ("read",))
            case "agent", "agent":
                said = limits.values(options, span(tokens), draft)
                relations.delegation(draft, start, end, limits.passed(options, span(tokens), draft), **said)
            case "credential", "credential":
                at = (
                    None
                    if "at" not in options
                    else draft.find_or_add(_service(options["at"], tokens), "system")
                )
                relations.exchange(draft, start, end, at)
            case _:
                relations.trigger(draft, start, end)


def parse_chain(tokens: Sequence[Token], draft: Draft) -> list[Segment]:
    """The links of a chain; raises SentenceError where one has no name or no action is known."""
    found = []
    for part in split(tokens, ">"):
        head, options = limits.split_options(part, draft, tuple(OPTIONS), ("agent", "credential"))
        before, *after = split(head, ":")
        name = name_of(before)
        if name is None:
            start, end = span(part or tokens)
            raise SentenceError("a name is needed on both sides of each >", start, end)
        if len(after) > 1:
            raise SentenceError("one : and its actions after a system", *span(after[1], span(part)))
        actions = read_actions(after[0], span(part)) if after else None
        found.append(Segment(name, actions, options))
    return found


def _service(tokens: Sequence[Token], chain: Sequence[Token]) -> Name:
    name = name_of(tokens)
    if name is None:
        raise SentenceError("at which system is it exchanged?", *span(tokens, span(chain)))
    return name


def resolve_kinds(draft: Draft, segments: Sequence[Segment]) -> tuple[str, ...]:
    """The kind of each link, from known names and the links beside it; raises SentenceError if unclear."""
    known = [{table for table, _ in draft.find(each.name, _KINDS)} for each in segments]
    best = _best(segments, known)
    if best is None:
        raise _no_reading(draft, segments)
    for index, tables in enumerate(known):
        others = tables - {best[1][index]}
        if best[1][index] not in tables:
            continue
        for other in sorted(others):
            forced = [{other} if each == index else tables_ for each, tables_ in enumerate(known)]
            rival = _best(segments, forced)
            if rival is not None and rival[0] == best[0] and rival[1][index] == other:
                draft.single_match(
                    segments[index].name, draft.find(segments[index].name, (best[1][index], other))
                )
    return best[1]


def _best(segments: Sequence[Segment], known: Sequence[set[str]]) -> tuple[int, tuple[str, ...]] | None:
    """The cheapest reading: its cost and its kinds; ``None`` if none fits. Linear in the links."""
    ways: dict[str, tuple[int, tuple[str, ...]]] = {}
    for index, segment in enumerate(segments):
        here: dict[str, tuple[int, tuple[str, ...]]] = {}
        for kind in _KINDS:
            if segment.name.table not in {None, kind} or (segment.actions is not None and kind != "system"):
                continue
            own = 0 if kind in known[index] else _NEW * (2 if known[index] else 1)
            if index == 0:
                if segment.actions is None and not segment.options:
                    here[kind] = own, (kind,)
                continue
            options = [
                (cost + own + _COSTS[before, kind], (*kinds, kind))
                for before, (cost, kinds) in ways.items()
                if (before, kind) in _COSTS and segment.fits(before, kind)
            ]
            if options:
                here[kind] = min(options, key=lambda option: (option[0], option[1]))
        ways = here
    if not ways:
        return None
    return min(ways.values(), key=lambda option: (option[0], option[1]))


def _no_reading(draft: Draft, segments: Sequence[Segment]) -> SentenceError:
    start, end = segments[0].name.start, segments[-1].name.end
    if segments[0].actions is not None:
        return SentenceError("actions belong after a system that something opens: a > b: read", start, end)
    if any(each.options for each in segments):
        hint = (
            "in a chain, at follows the second of two credentials; only, passing, returns that of two agents"
        )
        return SentenceError(hint, start, end)
    said = []
    for each in segments:
        found = draft.find(each.name, _KINDS)
        said.append(each.name.table or (found[0][0] if found else "something"))
    return SentenceError(
        f"no relation fits {' > '.join(said)}; usual is agent > credential > system: read", start, end
    )
