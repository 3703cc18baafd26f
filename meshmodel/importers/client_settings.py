"""Draws what a form that is data says of clients of a person's workstation, and of what they ask."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Final, cast

from meshmodel.importers.clients import Account, Asking, Client, Clients, Tools, folder_of, loosest
from meshmodel.importers.common_systems import HOME
from meshmodel.importers.data_form import ClientKind, DataForm, OwnTools, is_named
from meshmodel.importers.document import Document, Node
from meshmodel.importers.ledger import Became
from meshmodel.importers.model_keys import model_key
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import SHARED
from meshmodel.importers.servers import ServerEntry, is_off, read_server
from meshmodel.importers.settings import take_settings
from meshmodel.importers.vocabulary import (
    Asks,
    Fact,
    IgnoredFact,
    ModelFact,
    PartFact,
    QuestionFact,
    ServerFact,
)
from meshmodel.model.vocabulary import ACTIONS

_USE: Final = re.compile(r"([\w*:.-]{1,200})(?:\((.{0,500})\))?", re.DOTALL)
"""A tool, or some uses of it."""
_WHOLE: Final = frozenset({"", "*", "**"})


def draw_clients(form: DataForm, documents: Sequence[Document], out: Proposal) -> None:
    """Draw the clients of some files, those of one client and folder together."""
    found: dict[tuple[str, str], _Settings] = {}
    for document in documents:
        kind = next(each for each in form.clients if each.when is None or _has(document, each))
        end = _end_of(document.source, kind.ends)
        folder = HOME if document.source.startswith("~/") else folder_of(document, end)
        found.setdefault((kind.name, folder), _Settings(form, kind, folder)).documents.append(document)
    for each in found.values():
        each.draw(out)


def _has(document: Document, kind: ClientKind) -> bool:
    return kind.when is not None and any(kind.when.nodes(root) for root in document.roots)


def _end_of(source: str, patterns: Sequence[str]) -> str:
    """The part of a path that the client prescribes."""
    for pattern in patterns:
        if is_named(source, pattern):
            return "/".join(source.split("/")[-len(pattern.split("/")) :])
    return source


@dataclass(slots=True)
class _Settings:
    """The files of one client in one folder."""

    form: DataForm
    kind: ClientKind
    folder: str
    documents: list[Document] = field(default_factory=list)

    def draw(self, out: Proposal) -> None:
        roots = [root for each in self.documents for root in each.roots]
        client = out.part(Clients).client(self.kind.name, self.folder, at=roots[0])
        if self.kind.settings:
            client.settings("user" if self.folder == HOME else "project", roots[0])
        drawing = _ClientDrawing(self, client, self.form.facts(self.documents), roots)
        drawing.draw()
        for root in roots:
            take_settings(client, root, but=self.kind.but)


class _ClientDrawing:
    """The facts of one client as they are drawn."""

    def __init__(
        self, settings: _Settings, client: Client, facts: Sequence[Fact], roots: Sequence[Node]
    ) -> None:
        self._settings, self._client, self._out = settings, client, client.out
        self._facts, self._roots = facts, roots
        self._about: Became = ("agent", client.agent)
        self._said: dict[str, Asking] = {}
        self._base = self._read_asks()

    def draw(self) -> None:
        """Draw what is asked first, since the rest acts with the account."""
        kind, client, at = self._settings.kind, self._client, self._roots[0]
        if kind.asks is not None:
            does = self._groups()
            client.use(
                Tools(
                    read=does["read"], edit=does["edit"], run=does["run"], fetch=does["fetch"],
                    search=does["search"], servers=self._asking("*"),
                ),
                at=at,
            )  # fmt: skip
            own = {name for each in self._settings.form.own for name in each.tools}
            for tool, asking in self._said.items():
                if tool not in own:
                    server, _, name = tool.rpartition(kind.between) if kind.between else ("*", "", tool)
                    client.rule(server or "*", name, asking, at=at)
            if self._base == "denied":
                client.rule("*", "*", "denied", at=at)
        for fact in self._facts:
            self._draw(fact)

    # What is asked ----------------------------------------------------------------------------

    def _read_asks(self) -> Asking | None:
        """What is asked before all tools, where that is said; what is said of others is kept by tool."""
        base: Asking | None = None
        some: list[tuple[Asks, str, str, Asking]] = []
        for fact in (each for each in self._facts if isinstance(each, Asks)):
            found = _USE.fullmatch(fact.tool or "*")
            asking = fact.words.get(fact.says.lower(), fact.words.get(fact.says))
            if found is None or (asking is None and fact.unknown is None):
                continue
            if asking is None and fact.unknown is not None:
                self._out.ask(self._about, fact.unknown.ask, fact.unknown.rule, at=self._roots[0])
                asking = "allowed"
            tool, use = found[1], found[2] or ""
            if tool == "*" and use in _WHOLE:
                base = cast("Asking", asking)
            else:
                some.append((fact, tool, use, cast("Asking", asking)))
        for fact, tool, use, asking in some:
            if fact.under and asking != "denied" and base not in fact.under:
                continue
            self._say(tool, use, asking, fact.at)
        return base

    def _say(self, tool: str, use: str, asking: Asking, at: Node) -> None:
        """Keep what is asked before a tool; before some uses of it where that opens more."""
        does = next((each.does for each in self._settings.form.own if tool in each.tools), "")
        if use in _WHOLE or (asking == "allowed" and does in {"read", "edit"}):
            self._said[tool] = asking
        elif asking == "allowed" and does == "run":
            self._client.run_command(use.partition("*")[0].strip(), "allowed", at=at)
        elif asking == "allowed" and does == "fetch":
            self._client.fetch(use.removeprefix("domain:"), "allowed", at=at)

    def _asking(self, group: str) -> Asking:
        asks = self._settings.kind.asks or {}
        return self._base or cast("Asking", asks.get(group, asks.get("*", "asked")))

    def _groups(self) -> dict[str, Asking]:
        """What is asked before each group of its own tools; ``denied`` of those that are not there."""
        found: dict[str, Asking] = dict.fromkeys(("read", "edit", "run", "fetch", "search"), "denied")
        drawn = set()
        for own in self._settings.form.own:
            if own.does in drawn or not self._is_there(own):
                continue
            drawn.add(own.does)
            usual = self._asking(own.does)
            said = [self._said.get(each) for each in own.tools]
            some = [each for each in said if each is not None]
            if own.named_only:
                found[own.does] = some[0] if some else usual
            else:
                found[own.does] = loosest(each or usual for each in said) if said else usual
        return found

    def _is_there(self, own: OwnTools) -> bool:
        if own.there is None or any(own.there.nodes(root) for root in self._roots):
            return True
        sources = [each.source for each in self._settings.documents]
        return bool(own.without) and not any(is_named(each, own.without) for each in sources)

    # The rest ---------------------------------------------------------------------------------

    @singledispatchmethod
    def _draw(self, fact: Fact) -> None:
        raise AssertionError(f"{type(fact).__name__} is no word for clients")

    @_draw.register
    def _(self, fact: Asks) -> None:
        found = _USE.fullmatch(fact.tool or "*")
        if found is None:
            return
        rule = fact.some.rule if fact.some is not None and found[2] not in {None, *_WHOLE} else fact.rule
        if fact.unknown is not None and not {fact.says, fact.says.lower()} & fact.words.keys():
            rule = fact.unknown.rule
        for leaf in fact.used:
            self._out.take(leaf, rule, self._about)

    @_draw.register
    def _(self, fact: PartFact) -> None:
        out, client, account = self._out, self._client, self._account
        if is_off(out, fact.title, fact.at):
            return
        row = out.catalogue.part_named(*fact.part)
        records: list[Became] = []
        for each in row.reaches if row is not None else ():
            system, _, action = each.rpartition(":")
            assert action in ACTIONS, "a catalogue is checked when it is read"
            drawn = client.systems.known(
                system, fact.at, folder=client.folder, server=client.name, title=client.name
            )
            records.append(account.may(drawn, (action,), self._asking("*"), at=fact.at))
        rule = fact.rule
        if row is None and fact.unknown is not None:
            rule = fact.unknown.rule
            records = [out.ask(self._about, fact.unknown.ask, rule, at=fact.at, detail=fact.title)]
        for leaf in fact.used:
            out.take(leaf, rule, *(records or [self._about]))
        self._take_switch(fact.on)

    def _take_switch(self, on: Node) -> None:
        """What says that something is switched on."""
        if on:
            self._out.take(on, SHARED["setting"], self._about)

    @property
    def _account(self) -> Account:
        return self._client.account

    @_draw.register
    def _(self, fact: ServerFact) -> None:
        words = tuple(each for each in fact.words if each.text)
        if not (words or fact.address) or is_off(self._out, fact.title, fact.at):
            return
        read_server(self._client, ServerEntry(
            fact.title, fact.at, words, fact.address, fact.env, fact.headers, fact.logins, fact.passed,
            tools=fact.tools, refused=fact.refused,
        ))  # fmt: skip
        self._take_switch(fact.on)

    @_draw.register
    def _(self, fact: ModelFact) -> None:
        client = self._client
        if fact.key.text:
            named = f"{fact.title}" or "model"
            records = model_key(
                self._out, client.systems, client.agent, fact.provider, fact.key, named=f"key of {named}",
                own=("model key", *client.key, named), keep=lambda each, at: client.keep(each, at=at),
                at=fact.at,
            )  # fmt: skip
            self._out.take(fact.key, fact.rule, *records)

    @_draw.register
    def _(self, fact: QuestionFact) -> None:
        if self._client.folder != HOME or not fact.elsewhere:
            self._out.ask(self._about, fact.text, fact.rule, at=fact.at)

    @_draw.register
    def _(self, fact: IgnoredFact) -> None:
        self._out.take(fact.at, fact.rule)
