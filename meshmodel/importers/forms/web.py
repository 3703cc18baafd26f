"""What tools that fetch addresses read: the web, where outsiders write, and see what is asked."""

import re
from collections.abc import Iterable
from typing import Final

from meshmodel.importers.document import Node
from meshmodel.importers.ledger import Became
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.records import Grant

WHICH_SITES: Final = "Which sites can it read and ask? What is written there is untrusted content."

_WORD: Final = re.compile(r"[a-z0-9]+")
_LISTS: Final = WordLists(__file__)
_FETCHING: Final = _LISTS.all_of("fetching")


def fetches(words: Iterable[str]) -> bool:
    """Whether a server or tool fetches addresses that it is told, by its name and the words of its command.

    Options, which begin with a hyphen, and paths from the root say nothing about that.
    """
    named = (each for each in words if not each.startswith(("-", "/")))
    return any(not _FETCHING.isdisjoint(_WORD.findall(each.lower()[:200])) for each in named)


def read_web(out: Proposal, agent: str, name: str, key: tuple[str, ...], at: Node) -> tuple[Became, ...]:
    """Let an agent read the web, and return what that became.

    Args:
        out: where it is drawn.
        agent: its id.
        name: what the agent is called.
        key: the stable key of the agent within its file.
        at: where it is said.
    """
    web = out.element(
        "system", ("web",), "web", at=at, kind="browser", sensitivity="public", untrusted_input=True,
        exposed_requests=True,
    )  # fmt: skip
    network = out.network(agent, ("network", *key), name, at=at, scope=at.source)
    held: Became = ("hold", (agent, network))
    return ("system", web), ("credential", network), held, out.relate(Grant(network, web, ("read",)), at=at)
