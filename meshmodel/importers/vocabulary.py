"""What a file can say of agents, whatever its form: the words in which a form that is data says it.

A row of such a form names one of these words, and by its fields where in the file stands what the word needs
(``meshmodel.importers.data_form``). ``applications`` and ``client_settings`` draw them.

Fields are written as the type of each says: ``str`` as a text with paths in braces, ``Names`` as one or
several of these, ``Node`` as a path, ``Many`` as paths to values that are taken one by one, ``Lists`` as
paths to lists, ``Pairs`` as a path to a map of names and values, ``Words`` as a table of what a value means,
``bool`` as it is, and ``Otherwise`` as a table of what holds where the usual does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from meshmodel.importers.document import ABSENT, Node
from meshmodel.importers.ledger import FormRule, Verdict

Many = tuple[Node, ...]
Lists = Annotated[tuple[Node, ...], "as they stand"]
Pairs = tuple[tuple[str, Node], ...]
Words = Mapping[str, str]
Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What holds of a value that is not as usual.

    Attributes:
        rule: by which its leaf is taken.
        ask: the question about it; empty: none.
    """

    rule: FormRule
    ask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that a file says.

    Attributes:
        at: where it stands.
        rule: the row that says it.
        used: the leaves that it is made of.
        above: what the nodes that it stands in are called: by that its agent is found, unless ``of`` says it.
        of: what its agent is called.
    """

    at: Node
    rule: FormRule
    used: Many = ()
    above: Names = ()
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFact(Fact):
    """Something that acts.

    Attributes:
        title: what people call it.
        called: what other rows call it; the same name again is the same agent.
        kind: of the documented vocabulary; of a ``workflow`` in which a model is asked it is
            ``orchestrator``.
        asks_model: whether it is drawn only if it asks a model, or sets an agent to work.
        starts: whether it is what comes in from elsewhere that begins with it.
        named: whether ``title`` is a better name than those that other rows give.
        code: the files of which one begins its code: the agent that a framework has there is this one.
    """

    title: str
    called: str
    kind: str = "ai-agent"
    asks_model: bool = False
    starts: bool = False
    named: bool = False
    code: Names = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Same(Fact):
    """Another name of what ``of`` names."""

    called: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFact(Fact):
    """What an agent uses, by its name in the catalogue, which says what it is: a tool, a model, an inlet, …

    Attributes:
        part: names of which the first one that is known counts, as ``n8n:TYPE``; ``code:`` stands for
            ``py:`` or
            ``ts:``, by the file, and a name of the project, ``code:PATH:NAME``, for what that calls.
        title: what people call it here.
        called: what links call it.
        settings: by which limits of its row are found.
        credentials: names of credentials that it is given.
        step: whether it is a step of a chart: what ``next`` rows lead to.
        asks: whether a person is asked before each use.
        unknown: where the catalogue knows none of the names; by default it is asked what it reaches.
        on: what says whether it is switched on.
        off: what says whether it is switched off.
    """

    part: Names
    title: str = ""
    called: str = ""
    settings: Node = ABSENT
    credentials: Pairs = ()
    step: bool = False
    asks: bool = False
    unknown: Otherwise | None = None
    on: Node = ABSENT
    off: Node = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFact(Fact):
    """An MCP server that an agent starts or calls; the fields are those of ``servers.ServerEntry``."""

    title: str
    called: str = ""
    words: Many = ()
    address: Node = ABSENT
    env: Pairs = ()
    headers: Pairs = ()
    passed: Many = ()
    logins: Many = ()
    tools: Lists = ()
    refused: Lists = ()
    on: Node = ABSENT
    """What says whether it is switched on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands(Fact):
    """An agent sets another to work.

    Attributes:
        to: what that is called.
        back: whether it is set to work by that in turn.
    """

    to: str
    back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFact(Fact):
    """A part or server that stands elsewhere, ``called``, belongs to the agent ``to``."""

    called: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next(Fact):
    """After one step of a chart another may come."""

    called: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks(Fact):
    """What is asked before a tool is used.

    Attributes:
        tool: its name; empty: all tools. ``(VALUE)`` behind it: for that use alone.
        says: the word that stands for what is asked.
        words: by word ``allowed``, ``judged``, ``once``, ``session``, ``asked`` or ``denied``.
        unknown: where a word is not in the table, which is then computed as ``allowed``.
        under: what must be asked before all tools for this to count; ``denied`` always does.
        some: where it says it of some uses of a tool alone.
        before: the step or tool before which a person is asked.
        after: the step after which a person looks at what it did: what comes next waits.
    """

    tool: str = ""
    says: str = ""
    words: Words
    unknown: Otherwise | None = None
    under: Names = ()
    some: Otherwise | None = None
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFact(Fact):
    """A model that an agent asks.

    Attributes:
        provider: as the catalogue names it.
        key: its key, or what refers to it; where there is none, the variable of the provider is assumed.
        title: what people call it.
        address: where it is asked.
    """

    provider: str
    key: Node = ABSENT
    title: str = ""
    address: Node = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Inlet(Fact):
    """What comes in from elsewhere and starts an agent; without ``of`` it starts those that ``starts``.

    Attributes:
        title: what it is called.
        who: who may send; empty: it is not said, which is assumed to be anybody, and asked.
        to: what the agents that it starts are called.
        first: whether it is there only where no other agent starts them.
        answers: whether who sends also answers what the agents ask a person, as in a chat.
    """

    title: str
    who: str = ""
    to: Names = ()
    first: bool = False
    answers: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsFact(Fact):
    """Variables that an agent is given; those with secrets are credentials that it holds.

    Attributes:
        env: with their values.
        named: the name of one whose value the file does not say.
        role: the role of an account of AWS that the agent runs as.
    """

    env: Pairs = ()
    named: str = ""
    role: Node = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFact(Fact):
    """Something that the file does not say.

    Attributes:
        text: the question.
        elsewhere: whether it is asked only where the file does not lie in a home folder.
    """

    text: str
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredFact(Fact):
    """What says nothing about who may do what: the row says why."""


WORDS: Final[Mapping[str, tuple[type[Fact], Verdict]]] = {
    "agent": (AgentFact, "mapped"),
    "same": (Same, "mapped"),
    "part": (PartFact, "mapped"),
    "server": (ServerFact, "mapped"),
    "hands": (Hands, "mapped"),
    "link": (LinkFact, "mapped"),
    "next": (Next, "mapped"),
    "asks": (Asks, "mapped"),
    "model": (ModelFact, "mapped"),
    "inlet": (Inlet, "assumed"),
    "secrets": (SecretsFact, "mapped"),
    "question": (QuestionFact, "question"),
    "nothing": (IgnoredFact, "mapped"),
}
"""Every word with what its leaves are, where a row says no other: what a part is makes it heavier."""
