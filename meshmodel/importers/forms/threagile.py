"""Models of Threagile: data assets, technical assets with their links, and trust boundaries.

Entries are maps by display name, each with an id that the others refer to. A model may be spread over files
that include one another; those of one import are read as one model. YAML's merge key ``<<`` is followed.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from meshmodel.importers.document import ABSENT, Document, Node
from meshmodel.importers.ledger import Rule
from meshmodel.importers.proposal import Proposal, clean_text
from meshmodel.model.records import Grant, Hold, Reference
from meshmodel.model.text import first_few
from meshmodel.model.vocabulary import INTEGRITIES, SENSITIVITIES, Action

__all__ = ["RULES", "read", "recognise"]

BOUNDARY: Final = Rule("trust-boundary", "trust boundary", "mapped", "a zone, and what it lists is in it")
NESTED: Final = Rule(
    "nested-boundary",
    "trust boundary within another",
    "assumed",
    "zones do not lie in one another: each is a zone by itself, and an asset is in the one that lists it",
)
ASSET: Final = Rule(
    "technical-asset", "technical asset", "mapped", "a system; its kind is made of its technology"
)
AGENT: Final = Rule(
    "asset-acts",
    "asset with outgoing links",
    "assumed",
    "an agent that runs on the system: a person where people use it as a client, a workflow on a build "
    "pipeline, else a service",
)
AI: Final = Rule(
    "asset-of-ai",
    "asset with outgoing links and the technology ai",
    "question",
    "an agent of kind ai-agent; whether what it reads steers what it does is asked",
)
RATING: Final = Rule(
    "rating",
    "confidentiality and integrity",
    "assumed",
    "the highest of an asset and of the data in it, by rank and not by word: of five levels four are made, "
    "public, internal, restricted and confidential, strictly-confidential; and archive, operational, "
    "important and critical, mission-critical",
)
LINK: Final = Rule(
    "communication-link",
    "communication link with authentication",
    "mapped",
    "a credential that the agent of the source holds and the target accepts; its kind is made of the "
    "authentication",
)
READS: Final = Rule("readonly-link", "link that only reads", "mapped", "the credential is good for read only")
WRITES: Final = Rule(
    "writing-link", "link that does not only read", "assumed", "the credential is good for read and write"
)
NO_AUTHENTICATION: Final = Rule(
    "no-authentication",
    "link without authentication",
    "question",
    "no credential is shown, so nothing is drawn: whether anybody may do it is asked",
)
AUTHENTICATION: Final = Rule(
    "second-factor",
    "authentication by two factors or elsewhere",
    "question",
    "whether a person decides at each action or once, or where it takes place, is not in the file",
)
END_USER: Final = Rule(
    "end-user",
    "identity of the end user passed on",
    "question",
    "the credential is of a person, on behalf of the end user where a program holds it; what that user may "
    "do is asked",
)
NO_AUTHORIZATION: Final = Rule(
    "no-authorization",
    "link without authorization",
    "assumed",
    "the credential is good for all that the link does",
)
NO_TARGET: Final = Rule(
    "link-to-nothing", "link to an asset that is not there", "question", "which system is meant is asked"
)
CALLED: Final = Rule(
    "acts-for-callers",
    "asset with links in both directions",
    "question",
    "whether callers set its agent to work on what it reaches is not in the file, so no delegation is drawn",
)
INTERNET: Final = Rule(
    "internet", "asset on the internet", "question", "whether outsiders can put content into it is asked"
)
TENANTS: Final = Rule(
    "multi-tenant",
    "asset of several tenants",
    "question",
    "whether one can read what another stores is asked, once for all of them",
)
TWICE: Final = Rule(
    "in-two-boundaries", "asset in two trust boundaries", "question", "which zone it is in is asked"
)
RUNTIME: Final = Rule(
    "shared-runtime",
    "shared runtime",
    "question",
    "who controls the runtime, and with it all that runs there, is asked",
)
QUESTION: Final = Rule("open-question", "question without an answer", "question", "it is asked here too")
INCLUDE: Final = Rule(
    "include",
    "another file that belongs to the model",
    "question",
    "it is read if it is imported together with this one; nothing is opened by itself",
)
INCLUDED: Final = Rule(
    "included", "another file of this import", "mapped", "read as a part of the same model"
)
DATA: Final = Rule(
    "data-asset", "data asset", "mapped", "its ratings are those of the assets that process or store it"
)
SCOPE: Final = Rule(
    "out-of-scope",
    "asset out of scope",
    "assumed",
    "drawn like all others: what is reached does not depend on who looked at it",
)
RISK: Final = Rule(
    "risk",
    "risks, abuse cases and requirements",
    "mapped",
    "words about the design; a risk that is tracked as mitigated is no checkpoint, so none is drawn",
)
MERGED: Final = Rule(
    "merged", "value of an alias that is replaced", "mapped", "the value beside it stands in its place"
)
SETTING: Final = Rule(
    "property", "another property", "mapped", "it changes nothing about who may do what, so it is not kept"
)
HEADER: Final = Rule(
    "header", "title, people and overviews", "mapped", "about the file and the work on it, not about the mesh"
)
RULES: Final[tuple[Rule, ...]] = (
    BOUNDARY, NESTED, ASSET, AGENT, AI, RATING, LINK, READS, WRITES, NO_AUTHENTICATION, AUTHENTICATION,
    END_USER, NO_AUTHORIZATION, NO_TARGET, CALLED, INTERNET, TENANTS, TWICE, RUNTIME, QUESTION, INCLUDE,
    INCLUDED, DATA, SCOPE, RISK, MERGED, SETTING, HEADER,
)  # fmt: skip

_SECTIONS: Final = ("technical_assets", "data_assets", "trust_boundaries", "shared_runtimes")
_CONFIDENTIALITY: Final = ("public", "internal", "restricted", "confidential", "strictly-confidential")
_INTEGRITY: Final = ("archive", "operational", "important", "critical", "mission-critical")
_KINDS: Final = {
    "build-pipeline": "ci-pipeline",
    "data-lake": "data-warehouse",
    "gateway": "api-gateway",
    "hsm": "secrets-manager",
    "identity-store-database": "identity-provider",
    "identity-store-ldap": "identity-provider",
    "ldap-server": "identity-provider",
    "mail-server": "messaging",
    "sourcecode-repository": "code-repository",
    "stream-processing": "message-queue",
    "unknown-technology": None,
    "vault": "secrets-manager",
}
"""Kinds of systems by technology; other words are kept as they are."""
_CREDENTIAL_KINDS: Final = {"credentials": "static-secret", "session-id": "session-cookie"}
"""Kinds of credentials by authentication; other words are kept as they are."""
_END_USER: Final = ("end-user-identity-propagation", "enduser-identity-propagation")
_OF_ASSET: Final = (
    "type", "usage", "size", "tags", "machine", "encryption", "availability", "justification_cia_rating",
    "multi_tenant", "redundant", "custom_developed_parts", "data_formats_accepted", "diagram_tweak_order",
    "internet", "used_as_client_by_human", "technology", "technologies", "owner", "description",
)  # fmt: skip
_OF_LINK: Final = (
    "protocol", "tags", "vpn", "ip_filtered", "usage", "data_assets_sent", "data_assets_received",
    "diagram_tweak_weight", "diagram_tweak_constraint", "authorization", "readonly", "description",
)  # fmt: skip
_OF_DATA: Final = (
    "description", "usage", "tags", "origin", "owner", "quantity", "availability", "justification_cia_rating",
)  # fmt: skip
_OF_RUNTIME: Final = ("id", "description", "tags", "technical_assets_running")
_HEADERS: Final = (
    "threagile_version", "title", "date", "author", "contributors", "management_summary_comment",
    "business_criticality", "business_overview", "technical_overview", "application_description",
    "tags_available", "questions",
)  # fmt: skip
_RISKS: Final = (
    "abuse_cases", "security_requirements", "individual_risk_categories", "custom_risk_categories",
    "risk_tracking",
)  # fmt: skip
_DISTINCT: Final = (
    *_SECTIONS, *_RISKS, "threagile_version", "includes", "tags_available", "business_criticality",
    "business_overview", "technical_overview", "management_summary_comment",
)  # fmt: skip
"""Parts of a model, one of which is in a file that is recognised by its parts."""
_MARKS: Final = (
    "communication_links", "technical_assets_inside", "technical_assets_running", "justification_cia_rating",
)  # fmt: skip
"""Keys of entries that nothing else has."""


def is_part(key: str) -> bool:
    """Whether a key is that of a part of a model."""
    return key in (*_DISTINCT, *_HEADERS) or key.startswith("diagram_tweak_")


def sensitivity(found: Sequence[Node]) -> str | None:
    """The highest of some ratings of confidentiality, as our sensitivity."""
    return _level(found, _CONFIDENTIALITY, SENSITIVITIES)


def integrity(found: Sequence[Node]) -> str | None:
    """The highest of some ratings of integrity, as our integrity."""
    return _level(found, _INTEGRITY, INTEGRITIES)


def _level(found: Sequence[Node], words: Sequence[str], ours: Sequence[str]) -> str | None:
    """The highest of some ratings on a scale of five, by its rank on a scale of four, rounded."""
    ranks = [words.index(each.text) for each in found if each.text in words]
    return ours[(max(ranks) * 3 + 2) // 4] if ranks else None


def get(node: Node, key: str) -> Node:
    """The value under a key, or under it in what ``<<`` takes over."""
    found = node[key]
    for base in node["<<"].each() if not found else ():
        found = found or get(base, key)
    return found


def replaced(node: Node, overriding: frozenset[str] = frozenset()) -> Iterator[Node]:
    """The values in what ``<<`` takes over that have another in their place."""
    names = overriding | {key for key, _ in node.items()}
    for base in node["<<"].each():
        for key, value in base.items():
            if key != "<<" and key in names:
                yield value
        yield from replaced(base, names)
        names |= {key for key, _ in base.items()}


def recognise(document: Document) -> bool:
    """Whether it says so, has entries as Threagile writes them, or nothing but parts of a model."""
    root = document.root
    if document.syntax == "markdown" or not root.is_map:
        return False
    if root["threagile_version"] or all(is_part(key) for key, _ in root.items()):
        return any(root[key] for key in _DISTINCT)
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
        self._shared: dict[str, tuple[Reference, Node]] = {}

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
                self._rest(node, _OF_LINK)
        for asset in self._assets.values():
            self._ask_of(asset)
        self._ask_of_tenants()
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
            kind=_KINDS.get(technology.text, technology.text) or None,
            zone=zone,
            sensitivity=sensitivity(self._ratings(node, "confidentiality")),
            integrity=integrity(self._ratings(node, "integrity")),
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
        end_user = authorization.text in _END_USER
        credential = out.element(
            "credential", ("link", source.id, name), f"{name} of {source.name}", at=node,
            scope=self._scope, kind=_CREDENTIAL_KINDS.get(authentication.text, authentication.text),
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

    def _ask_of_tenants(self) -> None:
        """One question for all assets that serve several tenants."""
        if not self._shared:
            return
        shown, serves = first_few(list(self._shared), 20), "serves" if len(self._shared) == 1 else "serve"
        about, at = next(iter(self._shared.values()))
        text = f"{shown} {serves} several tenants: can one read what another stores?"
        note = self._out.ask(about if len(self._shared) == 1 else None, text, TENANTS, at=at)
        for system, leaf in self._shared.values():
            self._out.take(leaf, TENANTS, system, note)

    def _ask_of(self, asset: _Asset) -> None:
        """What the file leaves open about an asset; then the rest of it."""
        node, out, about = asset.node, self._out, ("system", asset.system)
        internet, tenants = get(node, "internet"), get(node, "multi_tenant")
        if internet.is_true:
            text = f"{asset.shown} is on the internet: can outsiders put content into it?"
            out.ask(about, text, INTERNET, at=internet)
        if tenants.is_true:
            self._shared[asset.shown] = (about, tenants)
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
        self._rest(node, _OF_ASSET)

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
        for key in _OF_RUNTIME:
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
            self._rest(node, _OF_DATA)
        for root in self._roots:
            self._root_words(root)

    def _root_words(self, root: Node) -> None:
        """Take the headers, the risks and the settings of a file, and ask its questions without an answer."""
        out = self._out
        for text, answer in root["questions"].items():
            if not answer.text.strip():
                out.ask(None, text, QUESTION, at=answer, detail=text)
        for key in _HEADERS:
            out.take(root[key], HEADER)
        for key in _RISKS:
            out.take(root[key], RISK)
        for key, node in root.items():
            if key.startswith("diagram_tweak_") or (key in (*_SECTIONS, "includes") and not node.value):
                out.take(node, SETTING)
