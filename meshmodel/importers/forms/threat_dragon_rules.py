"""The table of mapping of models of OWASP Threat Dragon 2."""

from typing import Final

from meshmodel.importers.ledger import Rule

ZONE: Final = Rule("trust-boundary", "box of a trust boundary", "mapped", "a zone")
PERSON: Final = Rule(
    "actor",
    "actor",
    "question",
    "an agent of kind person; an actor may as well be a program or a company, so it is asked",
)
STORE: Final = Rule("store", "store", "mapped", "a system")
PROCESS: Final = Rule(
    "process",
    "process",
    "question",
    "it may be an agent, a system, or an agent that runs on a system; drawing one of these would be a guess",
)
FLOW: Final = Rule(
    "flow",
    "flow",
    "question",
    "data that moves is no access: who acts, by which credential and with which action is asked, with what "
    "the file knows of it",
)
CURVE: Final = Rule(
    "trust-boundary-curve",
    "curve of a trust boundary",
    "question",
    "a curve encloses nothing, so which zones lie on its sides is asked",
)
POSITION: Final = Rule(
    "position",
    "position and size",
    "assumed",
    "an element is in the zone of the smallest box around all of it",
)
OVERLAP: Final = Rule(
    "overlap",
    "element across the edge of a box",
    "question",
    "it is partly in, or in two boxes that cross each other, so its zone is asked",
)
CREDENTIALS: Final = Rule(
    "stores-credentials",
    "store that holds credentials",
    "question",
    "which credentials, and who obtains them there, is asked",
)
AUTHENTICATES: Final = Rule(
    "provides-authentication",
    "actor that provides authentication",
    "question",
    "it may be an identity provider, which is a system, so it is asked",
)
SAME_NAME: Final = Rule(
    "same-name",
    "names in several diagrams",
    "question",
    "diagrams share no elements, and a name joins nothing; whether they are the same is asked",
)
SCOPE: Final = Rule(
    "out-of-scope",
    "element out of scope",
    "assumed",
    "drawn and asked like all others: what is reached does not depend on who looked at it",
)
THREAT: Final = Rule(
    "threat",
    "threat and its mitigation",
    "mapped",
    "words about the design; a threat that is marked mitigated is no checkpoint, so none is drawn",
)
DESCRIPTION: Final = Rule(
    "description", "description", "mapped", "the description of the element, or in its question"
)
PROPERTY: Final = Rule(
    "property", "another property", "mapped", "it changes nothing about who may do what, so it is not kept"
)
DRAWING: Final = Rule(
    "drawing", "how it is drawn", "mapped", "colours, ports, bends and texts mean nothing here"
)
HEADER: Final = Rule(
    "header", "title, people and versions", "mapped", "about the file and the work on it, not about the mesh"
)
RULES: Final[tuple[Rule, ...]] = (
    ZONE, PERSON, STORE, PROCESS, FLOW, CURVE, POSITION, OVERLAP, CREDENTIALS, AUTHENTICATES, SAME_NAME,
    SCOPE, THREAT, DESCRIPTION, PROPERTY, DRAWING, HEADER,
)  # fmt: skip
