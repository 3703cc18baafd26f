"""The table of mapping of Threagile models."""

from typing import Final

from meshmodel.importers.ledger import Rule

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
    "whether one can read what another stores is asked",
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
