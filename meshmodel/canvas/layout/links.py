"""Makes links, the lines between cards, of the relations of a snapshot.

A credential is a line from everybody who holds, stores or is passed it to every system that accepts it. It is
a card of its own if it is exchanged, if nobody has it, or if no system accepts it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from meshmodel.canvas.layout.elements import MARK_GLYPHS, Arrow, Card
from meshmodel.canvas.scene import CanvasFacts, Mark
from meshmodel.model.phrases import glyph_of, letters
from meshmodel.model.records import Agent, Credential, Delegation, Reference, Snapshot, System
from meshmodel.model.stop import check_current
from meshmodel.model.vocabulary import Action

_GUARD = "guard"
"""The word on a step that a fix would guard."""
_RANK: dict[Mark | None, int] = {None: 0, **{mark: n for n, mark in enumerate(reversed(MARK_GLYPHS), 1)}}


def worst_mark(marks: list[Mark | None]) -> Mark | None:
    """The first of these marks that is among them: proposed, missing, does not count, counts."""
    return max(marks, key=_RANK.__getitem__, default=None)


def agent_card(agent: Agent, facts: CanvasFacts) -> Card:
    """The card of an agent: its name, and how many identities it effectively carries."""
    if not agent.is_active:
        fact = agent.status
    else:
        count = facts.identities.get(agent.id)
        fact = (agent.kind or "agent") if count is None else f"{count} identit{'y' if count == 1 else 'ies'}"
    return Card(("agent", agent.id), "agent", agent.title, fact, glyph_of(agent))


def system_card(system: System, facts: CanvasFacts) -> Card:
    """The card of a system: its name, its sensitivity, and a flag if it holds untrusted content."""
    fact = system.sensitivity or system.kind or "system"
    flag = "⚑" if system.untrusted_input else "⚐" if system.id in facts.heard else ""
    fact = f"{fact} {flag}".rstrip()
    is_kind = system.sensitivity is None
    return Card(("system", system.id), "system", system.title, fact, glyph_of(system), flag, is_kind)


def credential_card(credential: Credential) -> Card:
    """The card of a credential: its name, and the identity it acts as, or that it is revoked."""
    is_kind = False
    if not credential.is_active:
        fact = credential.status
    elif credential.identity and credential.identity != credential.title:
        fact = f"as {credential.identity}"
    else:
        fact, is_kind = credential.kind or "credential", True
    sign = glyph_of(credential)
    return Card(("credential", credential.id), "credential", credential.title, fact, sign, is_kind=is_kind)


Label = tuple[tuple[str, str], ...]
_NO_WORDS: Label = (("", ""),) * 4


@lru_cache(maxsize=16_384)
def _grant_label(  # of plain values, which can be keys of the cache
    principal: str, title: str, status: str, actions: tuple[Action, ...], *, card: bool, guard: bool = False
) -> Label:
    """The label of a grant, as ``Arrow.label``."""
    words = _GUARD if guard else "+".join(actions)
    short = letters(actions)
    if card:
        return (("", words), ("", words), ("", short), ("", short))
    tail = f" {status}" if status else ""
    return (
        (f"as {principal}", f" {words}{tail}"),
        (title, f" {words}{tail}"),
        (title, f" {short}{tail}"),
        (title, f" {short}{tail}"),
    )


class CardLinks:
    """All links of one snapshot and the credentials that need a card.

    Attributes:
        cards: the ids of credentials drawn as cards.
        links: the links, in a fixed order.
        checkpoints: by (step, from, to), the ids of the checkpoints there.
        holders: by credential, the agents that hold it or are passed it.
        stores: by credential, the systems that store or issue it.
        grants: by credential, the systems that accept it.
        exchanged: the credentials that are exchanged or come of an exchange.
    """

    def __init__(self, snapshot: Snapshot, facts: CanvasFacts) -> None:
        self._snapshot = snapshot
        self._marks = facts.marks
        self.checkpoints: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for checkpoint in snapshot.checkpoint.values():
            self.checkpoints[checkpoint.step, checkpoint.from_, checkpoint.to].append(checkpoint.id)
        self.holders: dict[str, list[str]] = defaultdict(list)
        self.stores: dict[str, list[str]] = defaultdict(list)
        self.grants: dict[str, list[str]] = defaultdict(list)
        for agent, credential in snapshot.hold:
            self.holders[credential].append(agent)
        for delegation in snapshot.delegation.values():
            for credential in delegation.passes or ():
                if delegation.to not in self.holders[credential]:
                    self.holders[credential].append(delegation.to)
        for system, credential in snapshot.custody:
            self.stores[credential].append(system)
        for credential, system in snapshot.grant:
            self.grants[credential].append(system)
        self.exchanged = {end for ends in snapshot.exchange for end in ends}
        self.cards = sorted(
            credential
            for credential in snapshot.credential
            if credential in self.exchanged
            or not self.grants.get(credential)
            or not (self.holders.get(credential) or self.stores.get(credential))
        )
        self.links: list[Arrow] = []
        self._add_credentials()
        self._add_relations()

    def mark(self, step: str, from_: str, to: str) -> Mark | None:
        """The mark of a step; a checkpoint that is not analysed yet is shown as one that does not count."""
        known = self._marks.get((step, from_, to))
        if known is None and (step, from_, to) in self.checkpoints:
            return "does-not-count"
        return known

    def _approvers(self, step: str, from_: str, to: str) -> str:
        """The names of those who approve at the checkpoints of a step, those of agents as on their cards."""
        checkpoints = (self._snapshot.checkpoint[key] for key in self.checkpoints.get((step, from_, to), ()))
        names = dict.fromkeys(name for each in checkpoints for name in each.approvers or ())
        agents = self._snapshot.agent
        return " or ".join(agents[name].title if name in agents else name for name in names)

    def _sources(self, credential: str) -> tuple[list[tuple[Reference, Reference]], dict[Reference, Mark]]:
        """The cards that have a credential, with their relations to it, and the marks on these relations."""
        sources: list[tuple[Reference, Reference]] = []
        marks: dict[Reference, Mark] = {}
        for table, step, ends in (("agent", "hold", self.holders), ("system", "custody", self.stores)):
            for end in sorted(ends.get(credential, ())):
                relation: Reference = (step, (end, credential))
                sources.append(((table, end), relation))
                mark = self.mark(step, end, credential)
                if mark is not None:
                    marks[relation] = mark
        return sources, marks

    def _add_credentials(self) -> None:
        """Add the links of holds, custodies and grants."""
        snapshot = self._snapshot
        carded = set(self.cards)
        for key in sorted(snapshot.credential):
            check_current()
            reference: Reference = ("credential", key)
            sources, marks = self._sources(key)
            record, card = snapshot.credential[key], key in carded
            if card:
                for source, relation in sources:
                    own, mark = [(source, relation)], marks.get(relation)
                    self.links.append(
                        Arrow(own, reference, relation, "credential", _NO_WORDS, reference, mark)
                    )
                sources, marks = [(reference, reference)], {}
            principal, title = record.identity or record.title, record.title
            status = "" if record.is_active else record.status
            for system in sorted(self.grants.get(key, ())):
                mark = self.mark("grant", key, system)
                actions = snapshot.grant[key, system].actions
                label = replaced = _grant_label(principal, title, status, actions, card=card)
                if mark == "proposed":
                    label = _grant_label(principal, title, status, actions, card=card, guard=True)
                self.links.append(
                    Arrow(
                        sources,
                        ("system", system),
                        ("grant", (key, system)),
                        "credential",
                        label,
                        reference,
                        mark,
                        marks,
                        replaced=replaced if mark == "proposed" else (),
                        approvers=self._approvers("grant", key, system),
                    )
                )

    def _add_relations(self) -> None:
        """Add the links of exchanges, delegations, triggers, of hearing that is marked, and of hosting."""
        snapshot = self._snapshot
        for (from_, to), exchange in sorted(snapshot.exchange.items()):
            service = snapshot.system.get(exchange.at or "")
            words = f"at {service.title}" if service else "exchanges"
            self._add("exchange", "credential", from_, "credential", to, words, "credential")
            if service:
                issuer: Reference = ("system", service.id)
                relation: Reference = ("exchange", (from_, to))
                to_card: Reference = ("credential", to)
                self.links.append(Arrow([(issuer, issuer)], to_card, relation, "hosting", _NO_WORDS))
        for (from_, to), delegation in sorted(snapshot.delegation.items()):
            words, limit = _delegation_words(delegation, snapshot.agent[to])
            self._add("delegation", "agent", from_, "agent", to, words, "delegation", limit)
        marked = {(from_, to) for step, from_, to in (*self._marks, *self.checkpoints) if step == "hearing"}
        for from_, to in sorted(snapshot.trigger):
            self._add("trigger", "system", from_, "agent", to, "starts", "trigger")
            if (from_, to) in marked:
                self._join_hearing(self.links[-1], from_, to)
        for from_, to in sorted(marked.difference(snapshot.trigger)):
            if from_ in snapshot.system and to in snapshot.agent:
                self._add("hearing", "system", from_, "agent", to, "read by", "hearing")
        for agent in sorted(snapshot.agent.values(), key=lambda found: found.id):
            if agent.runs_on is not None and agent.runs_on in snapshot.system:
                self._add("hosting", "system", agent.runs_on, "agent", agent.id, "hosts", "hosting")

    def _join_hearing(self, trigger: Arrow, from_: str, to: str) -> None:
        """Show a checkpoint on hearing on the line of the trigger between the same ends: it guards both."""
        trigger.records = frozenset({trigger.relation, ("hearing", (from_, to))})
        trigger.mark = mark = self.mark("hearing", from_, to)
        trigger.approvers = self._approvers("hearing", from_, to) or trigger.approvers
        if mark == "proposed":
            trigger.replaced, trigger.label = trigger.label, _relation_label(_GUARD, "")

    def _add(
        self,
        step: str,
        source: str,
        from_: str,
        target: str,
        to: str,
        words: str,
        style: str,
        limit: str = "",
    ) -> None:
        """Add the link of one relation; ``limit`` is a part of its label that is never cut."""
        check_current()
        start: Reference = (source, from_)
        relation: Reference = (step, (from_, to))
        mark = self.mark(step, from_, to)
        label = replaced = _relation_label(words, limit)
        if mark == "proposed":
            label = _relation_label(_GUARD, "")
        self.links.append(
            Arrow(
                [(start, relation)],
                (target, to),
                relation,
                style,  # type: ignore[arg-type]  # closed by callers
                label,
                None,
                mark,
                replaced=replaced if mark == "proposed" else (),
                approvers=self._approvers(step, from_, to),
            )
        )


def _relation_label(words: str, limit: str) -> Label:
    """The label of a relation between two cards, as ``Arrow.label``."""
    whole = (words, f" {limit}" if limit else "")
    return (whole, whole, whole, ("", limit))


def _delegation_words(delegation: Delegation, second: Agent) -> tuple[str, str]:
    """The label of a delegation: a part that may be cut, and the word for its limit, if that counts.

    An ``only`` does not count if the second agent is steerable: it only asks a model
    (``docs/semantics.md#limited-delegations``).
    """
    passed = delegation.passes or ()
    words = "delegates"
    if passed:
        words += f" +{passed[0] if len(passed) == 1 else len(passed)}"
    if delegation.only and not second.is_steerable:
        named = delegation.only[0] if len(delegation.only) == 1 else f"{len(delegation.only)} actions"
        return f"{words} {named}", "only"
    return (f"{words} for", "values") if delegation.returns == "values" else (words, "")


def fold_links(links: list[Arrow], card_for: Mapping[Reference, Reference]) -> list[Arrow]:
    """The links that are drawn if some elements are folded into the card of their zone.

    Args:
        links: those between the elements.
        card_for: the card that shows an element, for those that are folded away.

    Returns:
        The links between elements that are not folded; and one counted link for each pair of cards of which
        at least one is a folded zone, with the number of relations and of each kind of mark.
    """
    drawn: list[Arrow] = []
    counted: dict[tuple[Reference, Reference], list[tuple[Reference, Arrow]]] = defaultdict(list)
    for link in links:
        check_current()
        target = card_for.get(link.target, link.target)
        kept: list[tuple[Reference, Reference]] = []
        for source, relation in link.sources:
            shown = card_for.get(source, source)
            if shown == source and target == link.target:
                kept.append((source, relation))
            elif shown != target:
                counted[shown, target].append((relation, link))
        if kept == link.sources:
            drawn.append(link)
        elif kept:
            drawn.append(replace(link, sources=kept))
    for (source, target), found in sorted(counted.items(), key=lambda item: str(item[0])):
        check_current()
        unique = {link.relation: link for _, link in found}
        marks = [link.mark for link in unique.values()]
        text = str(len(unique))
        for mark, glyph in MARK_GLYPHS.items():
            if mark in marks:
                text += f" {marks.count(mark)}{glyph}"
        flow: Reference = ("flow", (f"{source[0]}:{source[1]}", f"{target[0]}:{target[1]}"))
        records = {flow, *unique} | {relation for relation, _ in found}
        records |= {link.credential for link in unique.values() if link.credential}
        drawn.append(
            Arrow(
                [(source, flow)],
                target,
                flow,
                "flow",
                (("", text),) * 4,
                None,
                worst_mark(marks),
                {},
                frozenset(records),
            )
        )
    return drawn


def hidden_marks(links: Iterable[Arrow], card_for: Mapping[Reference, Reference]) -> Mapping[Reference, str]:
    """How many missing checkpoints and proposed measures are on lines within a folded zone.

    Returns:
        By card of a zone that has some, a text such as ``2◈ 1✖``.
    """
    hidden: dict[tuple[Reference, Mark], set[Reference]] = defaultdict(set)
    for link in links:
        check_current()
        target = card_for.get(link.target)
        if target and link.mark and all(card_for.get(each) == target for each, _ in link.sources):
            hidden[target, link.mark].add(link.relation)
    found: dict[Reference, str] = {}
    marks: tuple[Mark, ...] = ("dropped", "proposed", "limited", "missing")
    for mark in marks:
        for card, steps in ((card, steps) for (card, each), steps in hidden.items() if each == mark):
            found[card] = f"{found.get(card, '')} {len(steps)}{MARK_GLYPHS[mark]}".lstrip()
    return found
