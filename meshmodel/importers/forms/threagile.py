"""Models of Threagile: data assets, technical assets with their links, and trust boundaries.

Entries are maps by display name, each with an id that the others refer to. A model may be spread over files
that include one another; those of one import are read as one model. YAML's merge key ``<<`` is followed.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.forms import threagile_words as words
from meshmodel.importers.forms.threagile_rules import (
    AGENT,
    AI,
    ASSET,
    AUTHENTICATION,
    BOUNDARY,
    CALLED,
    DATA,
    END_USER,
    HEADER,
    INCLUDE,
    INCLUDED,
    INTERNET,
    LINK,
    MERGED,
    NESTED,
    NO_AUTHENTICATION,
    NO_AUTHORIZATION,
    NO_TARGET,
    QUESTION,
    RATING,
    READS,
    RISK,
    RULES,
    RUNTIME,
    SCOPE,
    SETTING,
    TENANTS,
    TWICE,
    WRITES,
)
from meshmodel.importers.forms.threagile_words import get, replaced
from meshmodel.importers.ledger import Rule
from meshmodel.importers.proposal import Proposal, clean_text
from meshmodel.model.records import Grant, Hold, Reference
from meshmodel.model.text import first_few
from meshmodel.model.vocabulary import Action

__all__ = ["RULES", "read", "recognise"]


def recognise(document: Document) -> bool:
    """Whether it says so, has entries as Threagile writes them, or nothing but parts of a model."""
    root = document.root
    if document.syntax == "markdown" or not root.is_map:
        return False
    if root["threagile_version"] or all(words.is_part(key) for key, _ in root.items()):
        return any(root[key] for key in words.DISTINCT)
    entries = [each for name in words.SECTIONS for _, each in root[name].items()]
    return any(each["id"] and any(each[mark] for mark in words.MARKS) for each in entries)


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read models: each file that no other of them includes, with those that it includes."""
    by_path = {os.path.normpath(each.path.absolute()): each for each in documents}
    includes = {path: _included(each, by_path, out) for path, each in by_path.items()}
    others = {each for path, found in includes.items() for each in found if each != path}
    done = set[str]()
    for path in [*(each for each in by_path if each not in others), *by_path]:
        parts, waiting = list[Document](), [path]
        while waiting:
            now = waiting.pop()
            if now not in done:
                done.add(now)
                parts.append(by_path[now])
                waiting += includes[now]
        if parts:
            _Model(parts, out).read()


def _included(document: Document, by_path: dict[str, Document], out: Proposal) -> list[str]:
    """The files that a file includes, as far as they are in the import; the others are asked."""
    found = []
    for each in document.root["includes"]:
        path = os.path.normpath(document.path.absolute().parent / (each.text or "."))
        if path in by_path:
            found.append(path)
            out.take(each, INCLUDED)
        elif each.text:
            name = f"“{clean_text(each.text, 120)}”"
            text = f"The model includes {name}, which is not in this import: what does it say?"
            out.ask(None, text, INCLUDE, at=each, detail=each.text)
            out.partial(document.source, "it includes files that are not in this import")
    return found


@dataclass(slots=True)
class _Asset:
    """A technical asset: its system, and its agent if it has links."""

    id: str
    name: str
    node: Node
    system: str
    zone: str | None
    agent: str = ""
    links: list[tuple[str, Node]] = field(default_factory=list)
    is_called: bool = False

    @property
    def shown(self) -> str:
        """Its name, in quotation marks."""
        return f"“{self.name}”"


class _Model:
    """One model, of one file or of several that include one another."""

    def __init__(self, documents: Sequence[Document], out: Proposal) -> None:
        self._roots = [each.root for each in documents]
        self._scope = documents[0].source
        self._out = out
        self._zones: dict[str, list[str]] = defaultdict(list)
        self._data: dict[str, Node] = {}
        self._assets: dict[str, _Asset] = {}

    def read(self) -> None:
        """Read boundaries, then assets, then links; what is left are words."""
        for name, node in self._entries("trust_boundaries"):
            self._boundary(name, node)
        for _, node in self._entries("data_assets"):
            self._data.setdefault(get(node, "id").text, node)
        for name, node in self._entries("technical_assets"):
            self._asset(name, node)
        for asset in self._assets.values():
            for name, node in asset.links:
                self._link(asset, name, node)
                self._rest(node, words.OF_LINK)
        for asset in self._assets.values():
            self._ask_of(asset)
        for name, node in self._entries("shared_runtimes"):
            self._runtime(name, node)
        self._words()

    def _entries(self, section: str) -> Iterator[tuple[str, Node]]:
        """The entries of a section that have an id, with their names."""
        for root in self._roots:
            for name, node in root[section].items():
                if get(node, "id").text:
                    yield clean_text(name, 120), node

    # Zones and systems ------------------------------------------------------------------------

    def _boundary(self, name: str, node: Node) -> None:
        out, id_ = self._out, get(node, "id")
        zone = out.element(
            "zone", ("boundary", id_.text), name, at=node, scope=self._scope,
            description=get(node, "description").text or None,
        )  # fmt: skip
        inside = get(node, "technical_assets_inside")
        for each in inside:
            self._zones[each.text].append(zone)
        nested = get(node, "trust_boundaries_nested")
        out.take(nested, NESTED if nested.value else SETTING, ("zone", zone))
        for each in (id_, get(node, "description"), inside):
            out.take(each, BOUNDARY, ("zone", zone))
        self._rest(node, ("type", "tags"))

    def _asset(self, name: str, node: Node) -> None:
        out, id_ = self._out, get(node, "id")
        if id_.text in self._assets:
            return  # an id stands for one asset: the second is not understood
        zones = sorted(set(self._zones[id_.text]))
        zone = zones[0] if len(zones) == 1 else None
        technology = get(node, "technology") or get(node, "technologies")[0]
        system = out.element(
            "system", ("asset", id_.text), name, at=node, scope=self._scope,
            kind=words.KINDS.get(technology.text, technology.text) or None,
            zone=zone,
            sensitivity=words.sensitivity(self._ratings(node, "confidentiality")),
            integrity=words.integrity(self._ratings(node, "integrity")),
            owner=get(node, "owner").text or None,
            description=get(node, "description").text or None,
        )  # fmt: skip
        asset = _Asset(id_.text, name, node, system, zone)
        self._assets[id_.text] = asset
        for each in (id_, technology, get(node, "owner"), get(node, "description")):
            if each.text:
                out.take(each, ASSET, ("system", system))
        for key in ("data_assets_processed", "data_assets_stored"):
            out.take(get(node, key), RATING if get(node, key).value else SETTING, ("system", system))
        if len(zones) > 1:
            text = (
                f"{asset.shown} is listed in several trust boundaries: in which of {', '.join(zones)} is it?"
            )
            out.ask(("system", system), text, TWICE, at=id_)
        links = get(node, "communication_links")
        out.take(ABSENT if links.value else links, SETTING)
        asset.links = [each for each in links.items() if each[1].is_map]
        if asset.links:
            self._agent(asset, technology)

    def _agent(self, asset: _Asset, technology: Node) -> None:
        """The agent that runs on an asset with outgoing links."""
        out, human = self._out, get(asset.node, "used_as_client_by_human")
        kind = "service"
        if human.is_true:
            kind = "person"
        elif technology.text == "ai":
            kind = "ai-agent"
        elif technology.text == "build-pipeline":
            kind = "workflow"
        asset.agent = out.element(
            "agent", ("asset", asset.id),
            f"{asset.name} user" if kind == "person" else asset.name,
            at=asset.node, scope=self._scope, kind=kind, runs_on=asset.system, home=asset.zone,
        )  # fmt: skip
        reference = ("agent", asset.agent)
        out.take(get(asset.node, "id"), AGENT, reference)
        if human.is_true:
            out.take(human, AGENT, reference)
        if kind == "ai-agent":
            text = f"Does a model decide what {asset.shown} does, so that what it reads can steer it?"
            out.ask(reference, text, AI, at=technology)

    def _ratings(self, node: Node, key: str) -> list[Node]:
        """The ratings of an asset and of the data in it."""
        listed = (*get(node, "data_assets_processed"), *get(node, "data_assets_stored"))
        return [get(each, key) for each in (node, *(self._data.get(each.text, ABSENT) for each in listed))]

    # Links ------------------------------------------------------------------------------------

    def _link(self, source: _Asset, name: str, node: Node) -> None:
        out, target_id = self._out, get(node, "target")
        target = self._assets.get(target_id.text)
        shown = f"“{clean_text(name, 120)}” from {source.shown} to "
        if target is None:
            text = f"The link {shown}“{clean_text(target_id.text, 80)}” leads to no asset: which is meant?"
            note = out.ask(("system", source.system), text, NO_TARGET, at=target_id or node, detail=name)
            self._take_link(node, NO_TARGET, note)
            return
        target.is_called = target.is_called or target is not source
        authentication = get(node, "authentication")
        if authentication.text in {"", "none"}:
            text = f"The link {shown}{target.shown} has no authentication: who else may do the same?"
            at = authentication or node
            note = out.ask(
                ("system", target.system), text, NO_AUTHENTICATION, at=at, detail=f"{source.id} {name}"
            )
            self._take_link(node, NO_AUTHENTICATION, note)
            return
        self._credential(source, target, name, node)

    def _take_link(self, node: Node, rule: Rule, note: Reference) -> None:
        """Take a link that is asked, and not drawn."""
        for key in ("target", "authentication", "authorization", "readonly", "description"):
            self._out.take(get(node, key), rule, note)

    def _credential(self, source: _Asset, target: _Asset, name: str, node: Node) -> None:
        """The credential of a link with authentication: held by the source, accepted by the target."""
        out = self._out
        authentication, authorization = get(node, "authentication"), get(node, "authorization")
        readonly, person = get(node, "readonly"), get(source.node, "used_as_client_by_human").is_true
        end_user = authorization.text in words.END_USER
        credential = out.element(
            "credential", ("link", source.id, name), f"{name} of {source.name}", at=node,
            scope=self._scope, kind=words.CREDENTIAL_KINDS.get(authentication.text, authentication.text),
            subject="human" if person or end_user else None,
            on_behalf_of="end user" if end_user and not person else None,
            description=get(node, "description").text or None,
        )  # fmt: skip
        actions: tuple[Action, ...] = ("read",) if readonly.is_true else ("read", "write")
        reference: Reference = ("credential", credential)
        hold = out.relate(Hold(source.agent, credential), at=node)
        grant = out.relate(Grant(credential, target.system, actions), at=node)
        shown = f"“{clean_text(name, 80)}” from {source.shown} to {target.shown}"
        out.take(get(node, "target"), LINK, grant)
        out.take(authentication, LINK, reference, hold)
        out.take(readonly, READS if readonly.is_true else WRITES, grant)
        if authentication.text in {"two-factor", "externalized"}:
            text = (
                f"How is {shown} authenticated ({authentication.text}): by whom, and for each action or once?"
            )
            out.ask(reference, text, AUTHENTICATION, at=authentication)
        if end_user:
            text = f"Whose identity does {shown} carry, what may that user do there, and is the caller known?"
            out.take(authorization, END_USER, reference)
            out.ask(reference, text, END_USER, at=authorization)
        elif authorization.text:
            out.take(authorization, NO_AUTHORIZATION if authorization.text == "none" else LINK, grant)
        if get(node, "description").text:
            out.take(get(node, "description"), LINK, reference)

    # Questions and words ----------------------------------------------------------------------

    def _ask_of(self, asset: _Asset) -> None:
        """What the file leaves open about an asset; then the rest of it."""
        node, out, about = asset.node, self._out, ("system", asset.system)
        internet, tenants = get(node, "internet"), get(node, "multi_tenant")
        if internet.is_true:
            text = f"{asset.shown} is on the internet: can outsiders put content into it?"
            out.ask(about, text, INTERNET, at=internet)
        if tenants.is_true:
            text = f"{asset.shown} serves several tenants: can one read what another stores?"
            out.ask(about, text, TENANTS, at=tenants)
        if asset.agent and asset.is_called:
            text = (
                f"Does {asset.shown} act for those who call it: can they set it to work on what it reaches?"
            )
            out.ask(("agent", asset.agent), text, CALLED, at=node)
        is_out = get(node, "out_of_scope").is_true
        for key in ("out_of_scope", "justification_out_of_scope"):
            out.take(get(node, key), SCOPE if is_out else SETTING, *([about] if is_out else []))
        for key in ("confidentiality", "integrity"):
            out.take(get(node, key), RATING, about)
        self._rest(node, words.OF_ASSET)

    def _rest(self, node: Node, keys: Sequence[str]) -> None:
        """Take the properties of an entry that nothing has used."""
        for key in keys:
            self._out.take(get(node, key), SETTING)
        for each in replaced(node):
            self._out.take(each, MERGED)

    def _runtime(self, name: str, node: Node) -> None:
        running = [self._assets.get(each.text) for each in get(node, "technical_assets_running")]
        names = [each.shown for each in running if each]
        shown = first_few(names, 20)
        text = (
            f"Who controls the runtime “{name}”, and with it what runs there{': ' + shown if shown else ''}?"
        )
        note = self._out.ask(None, text, RUNTIME, at=get(node, "id"), detail=get(node, "id").text)
        for key in words.OF_RUNTIME:
            self._out.take(get(node, key), RUNTIME, note)

    def _words(self) -> None:
        """Take what says nothing about the mesh, but for questions that have no answer yet."""
        out = self._out
        users: dict[str, dict[Reference, None]] = defaultdict(dict)
        for asset in self._assets.values():
            for key in ("data_assets_processed", "data_assets_stored"):
                for each in get(asset.node, key):
                    users[each.text]["system", asset.system] = None
        for id_, node in self._data.items():
            for key in ("id", "confidentiality", "integrity"):
                out.take(get(node, key), DATA if key == "id" else RATING, *users[id_])
            self._rest(node, words.OF_DATA)
        for root in self._roots:
            self._root_words(root)

    def _root_words(self, root: Node) -> None:
        """Take the headers, the risks and the settings of a file, and ask its questions without an answer."""
        out = self._out
        for text, answer in root["questions"].items():
            if not answer.text.strip():
                out.ask(None, text, QUESTION, at=answer, detail=text)
        for key in words.HEADERS:
            out.take(root[key], HEADER)
        for key in words.RISKS:
            out.take(root[key], RISK)
        for key, node in root.items():
            if key.startswith("diagram_tweak_") or (key in (*words.SECTIONS, "includes") and not node.value):
                out.take(node, SETTING)
