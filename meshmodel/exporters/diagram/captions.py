"""The texts of the parts of a diagram, and the shape of each kind of element."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace

from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.analysis.results import StepMark
from meshmodel.exporters.diagram.elements import Edge, Lens, LineLook, Look, Shape, Tone
from meshmodel.exporters.diagram.labels import DOOR_COLUMNS, NODE_COLUMNS, TextReplacer, wrap
from meshmodel.model.records import (
    Agent,
    Checkpoint,
    Credential,
    Custody,
    Delegation,
    Exchange,
    Grant,
    Snapshot,
    System,
)
from meshmodel.model.text import plural
from meshmodel.model.vocabulary import View

_SYSTEM_LOOKS: tuple[tuple[Look, frozenset[str]], ...] = (
    (
        "store",
        frozenset({"object-storage", "database", "data-warehouse", "knowledge-base", "agent-memory"}),
    ),
    ("issuer", frozenset({"secrets-manager", "identity-provider", "token-service"})),
    ("pipeline", frozenset({"ci-pipeline", "message-queue", "api-gateway", "mcp-server"})),
)

_SHORT = {
    "binding": "binds, decides nothing",
    "per-session": "remembered for a session",
    "cached": "remembered",
    "planned": "only planned",
    "advisory": "only advised",
    "no gateway": "no gateway decides",
}
"""Of each shortcoming of a checkpoint what is said."""
_NAMED = 3
"""So many of the accesses that a delegation is limited to are named."""


def agent_look(agent: Agent) -> Look:
    """The shape of an agent."""
    if not agent.is_active:
        return "inactive"
    return "person" if agent.is_person else "agent"


def system_look(system: System) -> Look:
    """The shape of a system, by its kind; unknown kinds are plain systems."""
    return next((look for look, kinds in _SYSTEM_LOOKS if system.kind in kinds), "system")


def in_brackets(*words: str | None, names: TextReplacer) -> list[str]:
    """What stands below a name says its kind in brackets, so that nobody reads it as part of the name."""
    said = ", ".join(word for word in words if word and names.shows(word))
    return [f"[{said}]"] if said else []


def agent_facts(agent: Agent, identities: int, names: TextReplacer) -> list[str]:
    """What stands below an agent's name."""
    facts = in_brackets(agent.kind, names=names)
    if not agent.is_active:
        facts.append("retired")
    if identities > 1:
        facts.append(f"{identities} identities")
    return facts


def system_facts(system: System, *, is_heard: bool) -> list[str]:
    """What stands below a system's name and kind."""
    facts = []
    if system.integrity is not None:
        facts.append(f"{system.integrity} integrity")
    if system.typed:
        facts.append("typed values only")
    if system.untrusted_input:
        facts.append("outsiders write here")
    elif is_heard:
        facts.append("untrusted content brought here")
    if system.is_exposed and system.sensitivity != "public":
        facts.append("outsiders see it")
    elif system.exposes_requests and not system.is_exposed:
        facts.append("outsiders see its requests")
    return facts


def credential_facts(credential: Credential, names: TextReplacer) -> list[str]:
    """What stands below a credential's name: as whom it acts, and for whom."""
    facts = []
    if credential.principal != credential.id:
        facts.append("as " + names.text(credential.principal, credential.id))
    if credential.on_behalf_of is not None:
        facts.append("for " + names.text(credential.on_behalf_of, "somebody"))
    if not credential.is_active:
        facts.append("revoked")
    return facts


def hold_words(givers: Iterable[Agent], names: TextReplacer) -> tuple[str, ...]:
    """What a hold says: nothing, or by whom the credential is passed."""
    passing = ", ".join(names.name(each.title, each.id) for each in givers)
    return wrap(f"passed by {passing}", NODE_COLUMNS) if passing else ()


def grant_words(grant: Grant) -> tuple[str, ...]:
    """What a grant says: the actions, and whether the system honours the delegation."""
    actions = wrap(", ".join(grant.actions), NODE_COLUMNS)
    return (*actions, "as a delegate") if grant.honoured_as == "delegate" else actions


def custody_words(custody: Custody) -> tuple[str, ...]:
    """What a custody says: how, and by which actions where they are not the usual ones."""
    usual = Custody(custody.system, custody.credential, custody.how)
    if set(custody.obtained_by) == set(usual.obtained_by):
        return (custody.how,)
    return wrap(f"{custody.how} on {', '.join(custody.obtained_by)}", NODE_COLUMNS)


def exchange_words(exchange: Exchange, snapshot: Snapshot, names: TextReplacer) -> tuple[str, ...]:
    """What an exchange says: where, and what is unusual about it."""
    words = ["exchanged"]
    if exchange.at is not None:
        at = snapshot.system[exchange.at]
        words += wrap("at " + names.name(at.title, at.id), NODE_COLUMNS)
    if exchange.semantics == "impersonation":
        words.append("by impersonation")
    if not exchange.pinned:
        words.append("not pinned")
    return tuple(words)


def delegation_words(delegation: Delegation, second: Agent) -> tuple[str, ...]:
    """What a delegation says: what it is limited to, and what comes back.

    Args:
        delegation: the delegation.
        second: the agent that is set to work: a steerable one is only asked to keep to a limit
            (``docs/semantics.md#limited-delegations``).
    """
    words = ["calls"]
    if delegation.only:
        named, more = delegation.only[:_NAMED], len(delegation.only) - _NAMED
        listed = [
            *(f"{each}," for each in named[:-1]),
            named[-1],
            *([f"and {more} more"] if more > 0 else []),
        ]
        listed[0] = f"for {listed[0]}"
        listed[-1] = f"{listed[-1]} only"
        words += ["advised:"] if second.is_steerable else []
        words += [line for each in listed for line in wrap(each, DOOR_COLUMNS)]  # an access stays whole
    if delegation.returns == "values":
        words.append("returns values")
    return tuple(words)


def checkpoint_words(
    placed: Iterable[Checkpoint],
    view: View,
    self_approved: Container[str],
    became: Mapping[str, tuple[str, ...]],
    *,
    is_void: bool,
) -> tuple[list[str], Look]:
    """What the checkpoints on one step are and whether each counts; and the look of all by whether any does.

    Args:
        placed: the checkpoints.
        view: as built or as designed.
        self_approved: the ids of those that their own subject approves.
        became: by ``checkpoint:ID`` what became of it since an earlier model.
        is_void: whether none counts, though it may be a decision.
    """
    lines: list[str] = []
    any_counts = False
    for each in placed:
        lines += wrap(each.kind, NODE_COLUMNS)
        if each.actions:
            lines += wrap("for " + ", ".join(each.actions), NODE_COLUMNS)
        change = became.get(f"checkpoint:{each.id}", ())
        is_gone = change == ("removed",)
        for word in () if is_gone else change:
            lines += wrap(word, NODE_COLUMNS)
        wrong = ["removed"] if is_gone else [_SHORT[why] for why in shortcomings(each, view)]
        if each.id in self_approved:
            wrong.append("approved by its own subject")
        if not wrong and is_void:
            wrong.append("controlled by the agent")
        any_counts = any_counts or not wrong
        if wrong:
            lines += ["not effective:", *(line for word in wrong for line in wrap(word, NODE_COLUMNS))]
        else:
            lines.append("effective")
    return lines, "counts" if any_counts else "does-not-count"


def count(number: int, word: str) -> str:
    """``1 agent``, ``2 agents``."""
    return f"{number} {plural(number, word)}"


TITLES: Mapping[Lens, str] = {
    "structure": "identities and trust boundaries",
    "missing": "missing checkpoints",
    "boundaries": "what crosses the trust boundaries",
    "before": "before the fix",
    "after": "after the fix",
    "changes": "what changed",
}
"""What a lens shows, for the title; that of the reach names its agent."""


def elements(nodes: Iterable[Shape], *kinds: str) -> list[Shape]:
    """The elements among the shapes, of some kinds or all."""
    starts = tuple(f"{kind}/" for kind in kinds or ("agent", "system", "credential"))
    return [node for node in nodes if node.id.startswith(starts)]


def counts_line(nodes: Sequence[Shape], edges: Iterable[Edge], questions: int) -> str:
    """What is drawn, counted, for a title; so many open questions are about what is not."""
    facts = ", ".join(count(len(elements(nodes, kind)), kind) for kind in ("agent", "system", "credential"))
    missing = {edge.id.rpartition("/")[0] for edge in edges if edge.mark == "missing"}
    doors = count(len(missing), "missing checkpoint") if missing else "no missing checkpoint"
    if questions:
        doors += f" in what is drawn, {count(questions, 'open question')}"
    return f"{facts}; {doors}"


_LEGEND: tuple[tuple[Look, str], ...] = (
    ("agent", "agent"),
    ("person", "person"),
    ("system", "system"),
    ("store", "store"),
    ("issuer", "secrets,\ntokens"),
    ("pipeline", "pipeline,\ngateway"),
    ("credential", "credential\nas identity"),
    ("words", "credential,\nactions"),
    ("inactive", "retired,\nrevoked"),
    ("missing", "missing\ncheckpoint"),
    ("counts", "effective\ncheckpoint"),
    ("does-not-count", "checkpoint,\nnot effective"),
    ("stub", "goes on\nelsewhere"),
    ("uncontrolled", "some\nunchecked"),
    ("approved", "some\nintended"),
    ("controlled", "all\nchecked"),
)
_LINES: Mapping[LineLook, str] = {
    "hold": "holds",
    "grant": "may do there",
    "custody": "stores or issues",
    "exchange": "exchanged for",
    "delegation": "calls",
    "trigger": "starts",
    "hearing": "read by",
    "hosting": "runs",
    "boundary": "boundary",
    "decides": "decides",
    "crossing": "crosses",
    "step": "step",
    "lifeline": "takes part",
}
_MARKS: Mapping[StepMark, str] = {
    "missing": "missing checkpoint (×)",
    "counts": "effective checkpoint",
    "does-not-count": "checkpoint, not effective",
}
_TONES: Mapping[Tone, str] = {
    "direct": "direct",
    "hidden": "found",
    "deputy": "through another agent",
    "added": "added",
    "removed": "removed",
    "changed": "changed",
}
"""What the styles of lines are called: dashes and arrows by the step, colours by mark, else by tone."""


def legend(
    nodes: Iterable[Shape], edges: Iterable[Edge], stamp: str
) -> tuple[tuple[Shape, ...], tuple[Edge, ...]]:
    """One sample of each shape and of each style of line that occurs.

    Args:
        nodes: the shapes of the diagram.
        edges: its lines.
        stamp: the small line below the samples.

    Returns:
        The shapes, with the words for the lines, and the sampled lines.
    """
    looks = {node.look for node in nodes}
    shapes = [
        Shape(f"legend/{look}", tuple(said.split("\n")), look) for look, said in _LEGEND if look in looks
    ]
    drawn = [*edges]
    styles: list[tuple[str, Edge]] = []
    for look, said in _LINES.items():
        one = next((edge for edge in drawn if edge.look == look), None)
        if one is not None:
            styles.append(
                (said, Edge(f"legend/line/{look}", "", "", look, arrow=look not in {"hold", "lifeline"}))
            )
    for mark, said in _MARKS.items():
        if any(edge.mark == mark for edge in drawn):
            styles.append((said, Edge(f"legend/line/{mark}", "", "", "grant", mark)))
    for tone, said in _TONES.items():
        if any(edge.tone == tone for edge in drawn):
            styles.append((said, Edge(f"legend/line/{tone}", "", "", "grant", None, tone)))
    samples = []
    for said, edge in styles:
        start, end = f"{edge.id}/start", f"{edge.id}/words"
        shapes += [Shape(start, ("",), "point"), Shape(end, (said,), "key")]
        samples.append(replace(edge, tail=start, head=end))
    shapes.append(Shape("legend/stamp", (stamp,), "anchor"))
    return tuple(shapes), tuple(samples)
