"""Models of Threagile: data assets, technical assets with their links, and trust boundaries.

Entries are maps by display name, each with an id that the others refer to. A model may be spread over files
that include one another; those of one import are read as one model. Rules, questions and words are in
``threagile.toml``; YAML's merge key ``<<`` is followed.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.form_table import FormReading, FormTable, get, quoted
from meshmodel.importers.proposal import Proposal, clean_text
from meshmodel.model.records import Grant, Hold, Reference
from meshmodel.model.text import first_few
from meshmodel.model.vocabulary import INTEGRITIES, SENSITIVITIES, Action

__all__ = ["RULES", "read", "recognise"]

FORM: Final = FormTable.of_module(__file__)
RULES: Final = FORM.rules

_SECTIONS: Final = ("technical_assets", "data_assets", "trust_boundaries", "shared_runtimes")
_LEVELS: Final = {
    "confidentiality": ("public", "internal", "restricted", "confidential", "strictly-confidential"),
    "integrity": ("archive", "operational", "important", "critical", "mission-critical"),
}
_END_USER: Final = ("end-user-identity-propagation", "enduser-identity-propagation")
_HEADERS: Final = frozenset(key for _, key in FORM.rest("model"))
_UNUSUAL: Final = {*_SECTIONS, *_HEADERS, "includes"} - {
    "title", "date", "author", "contributors", "application_description", "questions",
}  # fmt: skip
"""Parts of a model, one of which is in a file that is recognised by its parts."""
_MARKS: Final = (
    "communication_links", "technical_assets_inside", "technical_assets_running", "justification_cia_rating",
)  # fmt: skip
"""Keys of entries that nothing else has."""
_DATA: Final = ("data_assets_processed", "data_assets_stored")
_STATED: Final = ("target", "authentication", "authorization", "readonly", "description")


def recognise(document: Document) -> bool:
    """Whether it says so, has entries as Threagile writes them, or nothing but parts of a model."""
    root = document.root
    if document.syntax == "markdown" or not root.is_map:
        return False
    known = (key in _UNUSUAL | _HEADERS or key.startswith("diagram_tweak_") for key, _ in root.items())
    if root["threagile_version"] or all(known):
        return any(root[key] for key in _UNUSUAL)
    entries = [each for name in _SECTIONS for _, each in root[name].items()]
    return any(each["id"] and any(each[mark] for mark in _MARKS) for each in entries)


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
            _ThreagileModel(parts, out).read()


def _included(document: Document, by_path: dict[str, Document], out: Proposal) -> list[str]:
    """The files that a file includes, as far as they are in the import; the others are asked."""
    found, reading = [], FormReading(FORM, out, document.source)
    for each in document.root["includes"]:
        path = os.path.normpath(document.path.absolute().parent / (each.text or "."))
        if path in by_path:
            found.append(path)
            reading.take("included", [each])
        elif each.text:
            reading.ask("include", None, each, detail=each.text, file=quoted(each.text))
            out.partial(document.source, "it includes files that are not in this import")
    return found


@dataclass(slots=True)
class _Asset:
    """A technical asset: its system, and its agent if it has links."""

    id: str
    name: str
    node: Node
    system: Reference
    zone: str | None
    agent: str = ""
    links: list[tuple[str, Node]] = field(default_factory=list)
    is_called: bool = False

    @property
    def shown(self) -> str:
        """Its name, in quotation marks."""
        return f"“{self.name}”"


class _ThreagileModel(FormReading):
    """One model, of one file or of several that include one another."""

    def __init__(self, documents: Sequence[Document], out: Proposal) -> None:
        super().__init__(FORM, out, documents[0].source)
        self._roots = [each.root for each in documents]
        self._zones: dict[str, list[str]] = defaultdict(list)
        self._data = {get(each, "id").text: each for _, each in reversed([*self._entries("data_assets")])}
        self._assets: dict[str, _Asset] = {}

    def read(self) -> None:
        """Read boundaries, then assets, then links; what is left are words."""
        for name, node in self._entries("trust_boundaries"):
            self._boundary(name, node)
        for name, node in self._entries("technical_assets"):
            if get(node, "id").text not in self._assets:  # an id stands for one: a second is not understood
                self._asset(name, node)
        for asset in self._assets.values():
            for name, node in asset.links:
                self._link(asset, name, node)
                self.rest("link", node)
        for asset in self._assets.values():
            self._ask_of(asset)
        self._ask_of_tenants()
        for name, node in self._entries("shared_runtimes"):
            running = [self._assets.get(each.text) for each in get(node, "technical_assets_running")]
            shown, id_ = first_few([each.shown for each in running if each], 20), get(node, "id")
            self.ask("shared-runtime", None, id_, self.values("runtime", node), id_.text,
                     runtime=name, running=f": {shown}" if shown else "")  # fmt: skip
        self._words()

    def _entries(self, section: str) -> Iterator[tuple[str, Node]]:
        """The entries of a section that have an id, with their names."""
        for root in self._roots:
            for name, node in root[section].items():
                if get(node, "id").text:
                    yield clean_text(name, 120), node

    # Zones and systems ------------------------------------------------------------------------

    def _boundary(self, name: str, node: Node) -> None:
        id_, about, inside = (get(node, key) for key in ("id", "description", "technical_assets_inside"))
        zone = self.element("trust-boundary", "zone", ("boundary", id_.text), name, id_, about, inside,
                            at=node, description=about)  # fmt: skip
        for each in inside:
            self._zones[each.text].append(str(zone[1]))
        nested = get(node, "trust_boundaries_nested")
        self.take("nested-boundary" if nested.value else "property", [nested], zone)
        self.rest("boundary", node)

    def _asset(self, name: str, node: Node) -> None:
        id_, technology = get(node, "id"), get(node, "technology") or get(node, "technologies")[0]
        zones = sorted(set(self._zones[id_.text]))
        system = self.element(
            "technical-asset", "system", ("asset", id_.text), name, id_, at=node, kind=technology,
            zone=zones[0] if len(zones) == 1 else None,
            sensitivity=self._level(node, "confidentiality", SENSITIVITIES),
            integrity=self._level(node, "integrity", INTEGRITIES),
            owner=get(node, "owner"), description=get(node, "description"),
        )  # fmt: skip
        asset = _Asset(id_.text, name, node, system, zones[0] if len(zones) == 1 else None)
        self._assets[id_.text] = asset
        for each in (get(node, key) for key in _DATA):
            self.take("rating" if each.value else "property", [each], system)
        if len(zones) > 1:
            self.ask("in-two-boundaries", system, id_, asset=asset.shown, zones=", ".join(zones))
        links = get(node, "communication_links")
        self.take("property", [ABSENT if links.value else links])
        asset.links = [each for each in links.items() if each[1].is_map]
        if asset.links:
            self._agent(asset, technology)

    def _agent(self, asset: _Asset, technology: Node) -> None:
        """The agent that runs on an asset with outgoing links."""
        human = get(asset.node, "used_as_client_by_human")
        kind = {"ai": "ai-agent", "build-pipeline": "workflow"}.get(technology.text, "service")
        kind = "person" if human.is_true else kind
        name = f"{asset.name} user" if kind == "person" else asset.name
        agent = self.element(
            "asset-acts", "agent", ("asset", asset.id), name, get(asset.node, "id"),
            human if human.is_true else ABSENT,
            at=asset.node, kind=kind, runs_on=asset.system[1], home=asset.zone,
        )  # fmt: skip
        asset.agent = str(agent[1])
        if kind == "ai-agent":
            self.ask("asset-of-ai", agent, technology, asset=asset.shown)

    def _level(self, node: Node, key: str, ours: Sequence[str]) -> str | None:
        """The highest rating of an asset and the data in it: of a scale of five on one of four, rounded."""
        listed = (each for key in _DATA for each in get(node, key))
        rated = [get(each, key) for each in (node, *(self._data.get(each.text, ABSENT) for each in listed))]
        ranks = [_LEVELS[key].index(each.text) for each in rated if each.text in _LEVELS[key]]
        return ours[(max(ranks) * 3 + 2) // 4] if ranks else None

    # Links ------------------------------------------------------------------------------------

    def _link(self, source: _Asset, name: str, node: Node) -> None:
        leaves = [get(node, key) for key in _STATED]
        end, authentication = leaves[:2]
        target = self._assets.get(end.text)
        shown = f"{quoted(name)} from {source.shown} to {target.shown if target else quoted(end.text, 80)}"
        if target is None:
            self.ask("link-to-nothing", source.system, end or node, leaves, name, link=shown)
            return
        target.is_called = target.is_called or target is not source
        if authentication.text in {"", "none"}:
            at, detail = authentication or node, f"{source.id} {name}"
            self.ask("no-authentication", target.system, at, leaves, detail, link=shown)
            return
        self._credential(source, target, name, node)

    def _credential(self, source: _Asset, target: _Asset, name: str, node: Node) -> None:
        """The credential of a link with authentication: held by the source, accepted by the target."""
        end, authentication, authorization, readonly, description = (get(node, key) for key in _STATED)
        is_person = get(source.node, "used_as_client_by_human").is_true
        is_end_user = authorization.text in _END_USER
        credential = self.element(
            "communication-link", "credential", ("link", source.id, name), f"{name} of {source.name}",
            at=node, kind=authentication, description=description,
            subject="human" if is_person or is_end_user else None,
            on_behalf_of="end user" if is_end_user and not is_person else None,
        )  # fmt: skip
        id_, system = str(credential[1]), str(target.system[1])
        actions: tuple[Action, ...] = ("read",) if readonly.is_true else ("read", "write")
        hold = self.out.relate(Hold(source.agent, id_), at=node)
        grant = self.out.relate(Grant(id_, system, actions), at=node)
        shown = f"{quoted(name, 80)} from {source.shown} to {target.shown}"
        self.take("communication-link", [end], grant)
        self.take("communication-link", [authentication], hold)
        self.take("readonly-link" if readonly.is_true else "writing-link", [readonly], grant)
        if authentication.text in {"two-factor", "externalized"}:
            self.ask("second-factor", credential, authentication, link=shown, how=authentication.text)
        if is_end_user:
            self.take("end-user", [authorization], credential)
            self.ask("end-user", credential, authorization, link=shown)
        elif authorization.text:
            rule = "no-authorization" if authorization.text == "none" else "communication-link"
            self.take(rule, [authorization], grant)

    # Questions and words ----------------------------------------------------------------------

    def _ask_of_tenants(self) -> None:
        """One question for all assets that serve several tenants."""
        found = [(each, get(each.node, "multi_tenant")) for each in self._assets.values()]
        shared = {each.shown: (each.system, leaf) for each, leaf in found if leaf.is_true}
        if not shared:
            return
        (system, at), one = next(iter(shared.values())), len(shared) == 1
        note = self.ask("multi-tenant", system if one else None, at,
                        assets=first_few([*shared], 20), serve="serves" if one else "serve")  # fmt: skip
        for system, leaf in shared.values():
            self.take("multi-tenant", [leaf], system, note)

    def _ask_of(self, asset: _Asset) -> None:
        """What the file leaves open about an asset; then the rest of it."""
        node, internet = asset.node, get(asset.node, "internet")
        if internet.is_true:
            self.ask("internet", asset.system, internet, asset=asset.shown)
        if asset.agent and asset.is_called:
            self.ask("acts-for-callers", ("agent", asset.agent), node, asset=asset.shown)
        if get(node, "out_of_scope").is_true:
            scope = (get(node, key) for key in ("out_of_scope", "justification_out_of_scope"))
            self.take("out-of-scope", scope, asset.system)
        self.take("rating", (get(node, key) for key in _LEVELS), asset.system)
        self.rest("asset", node)

    def _words(self) -> None:
        """Take what says nothing about the mesh, but for questions that have no answer yet."""
        users: dict[str, dict[Reference, None]] = defaultdict(dict)
        for asset in self._assets.values():
            for each in (each for key in _DATA for each in get(asset.node, key)):
                users[each.text][asset.system] = None
        for id_, node in self._data.items():
            self.take("data-asset", [get(node, "id")], *users[id_])
            self.take("rating", (get(node, key) for key in _LEVELS), *users[id_])
            self.rest("data", node)
        for root in self._roots:
            for text, answer in root["questions"].items():
                if not answer.text.strip():
                    self.ask("open-question", None, answer, detail=text, text=text)
            self.rest("model", root)
            for key, node in root.items():
                if key.startswith("diagram_tweak_") or (key in {*_SECTIONS, "includes"} and not node.value):
                    self.take("property", [node])
