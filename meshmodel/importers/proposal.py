"""``Proposal``: what a form makes of the files it reads: records, their identities, questions, the ledger."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from meshmodel.edits.draft import new_element
from meshmodel.edits.edit import Edit, Put, apply_edit, numbered_id
from meshmodel.edits.ids import id_of
from meshmodel.importers.catalogue import Catalogue, load_catalogue
from meshmodel.importers.document import Document, Node
from meshmodel.importers.ledger import Became, FormRule, Ledger
from meshmodel.importers.withheld import shows_secret, without_secret_parts
from meshmodel.model.records import (
    Agent,
    Checkpoint,
    Custody,
    Delegation,
    Exchange,
    Grant,
    Hold,
    Note,
    Record,
    Reference,
    Snapshot,
    key_of,
    table_of,
)
from meshmodel.model.schema import SCHEMA
from meshmodel.model.secrets import HIDDEN, looks_like_secret, masked
from meshmodel.model.stop import check_current
from meshmodel.model.text import LINE_LIMIT, PARAGRAPH_LIMIT, clean_line
from meshmodel.model.vocabulary import NUMBER

_LIMITS: Final[Mapping[str, int]] = {"line": LINE_LIMIT, "suggestion": 60, "paragraph": PARAGRAPH_LIMIT}
_KEY_LIMIT: Final = 400
_LOOKED_AT: Final = 4_000
"""Characters beyond the limit of a text that are looked at: a secret that begins before it is found whole."""
_Part = TypeVar("_Part")
Mark = Literal[
    "unsaid", "default", "partly", "condition", "called", "switched_off", "taken", "updater", "guessed",
    "assumed", "network", "assistant", "commands", "site", "short", "account",
]  # fmt: skip
"""What ``answers.scan.Marks`` tells of records."""
_UNITED: Final = ("actions", "passes", "entitled", "known_as")
"""Lists that are united where two places say them; ``only`` is a limit and needs care."""


UNSEEN: Final = FormRule("agents-unseen", "credentials without agents", "question", "who uses them is asked")


@dataclass(frozen=True, slots=True)
class Identity:
    """What came in, whatever it is called in the model.

    Attributes:
        scope: the file in which the key is unique; empty: it is the same thing in every file.
        key: the stable key, its parts joined by line feeds.
    """

    scope: str
    key: str

    @property
    def digest(self) -> str:
        """The key as a model file keeps it: it may tell more than the model; empty of none."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:32] if self.key else ""


@dataclass(frozen=True, slots=True)
class Pick:
    """Of which principals of a file alone something is made, with what these may become.

    Attributes:
        names: what was named; each must be there.
        reached: identities that the agents of a model reach; those that are there.
    """

    names: frozenset[str]
    reached: frozenset[str] = frozenset()


@dataclass(slots=True)
class ProposedModel:
    """What an import proposes, with ids of its own.

    Attributes:
        form: the form that made it.
        model: the records, as a valid model.
        identities: of every record with an id: what came in.
        sources: of every record: the files that say it.
        partial: files that were read in part, and why.
        ledger: who took which leaf.
        documents: the files.
        marks: of records what a scan tells of them and the model does not keep, with words that go with it.
    """

    form: str
    model: Snapshot
    identities: dict[Reference, Identity]
    sources: dict[Reference, set[str]]
    partial: dict[str, str]
    ledger: Ledger
    documents: Sequence[Document] = ()
    marks: Mapping[Mark, Mapping[Reference, str]] = field(default_factory=dict)


class Proposal:
    """Collects what a form makes of its files; ``forms`` says how it is used.

    Attributes:
        picked: for a form that ``picks``: what is picked; ``None``: all.
        paths: by what a file is called where it lies.
        beside: by form the proposals of the same import, this one too; an element with the same key is the
            same in each.
        read: by what a file is called it, all of those that are read.
        also_read: files that were opened because a file of the import names them.
    """

    def __init__(self, form: str, picked: Pick | None = None, catalogue: Catalogue | None = None) -> None:
        self.picked = picked
        self.paths: dict[str, Path] = {}
        self.beside: Mapping[str, Proposal] = {}
        self.read: dict[str, Document] = {}
        self.also_read: list[Document] = []
        self._form = form
        self._records: dict[Reference, Record] = {}
        self._ids: dict[tuple[str, Identity], str] = {}
        self._taken: dict[str, set[str]] = {}
        self._numbers: dict[Reference, int] = {}
        self._identities: dict[Reference, Identity] = {}
        self._sources: dict[Reference, set[str]] = {}
        self._partial: dict[str, str] = {}
        self._ledger = Ledger()
        self._marks: dict[Mark, dict[Reference, str]] = {}
        self._given = catalogue
        self._parts: dict[Callable[[Proposal], Any], Any] = {}
        self._at_end: list[Callable[[], None]] = []

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue of well-known servers; raises MeshmodelError where a person's own cannot be read."""
        return self._given or load_catalogue()

    def part(self, make: "Callable[[Proposal], _Part]") -> _Part:
        """What forms that are read together share: made once for this proposal."""
        if make not in self._parts:
            self._parts[make] = make(self)
        found: _Part = self._parts[make]
        return found

    def followed(self, source: str, path: Path) -> Document:
        """Add a file that was opened because a file of the import names it."""
        root = Node({}, 1, source)
        self.also_read.append(Document(source, path, "python", root, (root,)))
        self.paths[source] = path
        self.read[source] = self.also_read[-1]
        return self.also_read[-1]

    def at_end(self, draw: Callable[[], None]) -> None:
        """Have something drawn when all files of all forms that are read together have been read."""
        self._at_end.append(draw)

    # Records ----------------------------------------------------------------------------------

    def element(
        self, table: str, key: tuple[str, ...], name: str, *, at: Node, scope: str = "", **fields: Any
    ) -> str:
        """Add a zone, system, agent, credential or checkpoint, or say more of the one with that key.

        Args:
            table: which of these.
            key: the stable key of what came in.
            name: what it is called; its id is made of it.
            at: where it stands.
            scope: ``at.source`` where the key is unique in its file only.
            **fields: of the record; ``None`` says nothing, and what was said first stays.

        Returns:
            Its id within this import.
        """
        identity = _identity(scope, key)
        known = self._ids.get((table, identity))
        if known is None:
            known = self._new(table, identity, name, fields)
        else:
            self._say_more((table, known), fields)
        self._sources.setdefault((table, known), set()).add(at.source)
        return known

    def _new(self, table: str, identity: Identity, name: str, fields: Mapping[str, Any]) -> str:
        shown = clean_text(name, LINE_LIMIT)
        id_ = self._free_id(table, id_of(shown) or table)
        given = _clean(table, {name: value for name, value in fields.items() if value is not None})
        if table == "checkpoint":
            record: Record = Checkpoint(id_, **given)
        else:
            record = replace(new_element(table, id_, None if shown in {"", id_} else shown), **given)
        self._ids[table, identity] = id_
        self._identities[table, id_] = identity
        self._records[table, id_] = record
        return id_

    def _free_id(self, table: str, slug: str) -> str:
        """A free id, tried from the last number of that slug on: thousands may be called the same."""
        taken = self._taken.setdefault(table, set())
        number = self._numbers.get((table, slug), 0) + 1
        while numbered_id(slug, number) in taken:
            number += 1
        self._numbers[table, slug] = number
        id_ = numbered_id(slug, number)
        taken.add(id_)
        return id_

    def _say_more(self, reference: Reference, fields: Mapping[str, Any]) -> None:
        record = self._records[reference]
        table = SCHEMA[reference[0]]
        defaults = {field.attribute: field.default for field in table.fields}
        more = {
            name: value
            for name, value in fields.items()
            if value is not None and getattr(record, name) == defaults[name]
        }
        self._records[reference] = replace(record, **_clean(reference[0], more))

    def change(self, table: str, id_: str, **fields: Any) -> None:
        """Set fields of an element that was added before, whatever was said of them."""
        self._records[table, id_] = replace(self._records[table, id_], **_clean(table, fields))

    def relate(self, record: Record, *, at: Node) -> Reference:
        """Add a relation between elements of this import; the same ends again unite what they allow.

        Args:
            record: a hold, grant, custody, exchange, delegation, trigger or intent.
            at: where it stands.

        Returns:
            Its table and key, for ``take``.
        """
        reference: Reference = (table_of(record), key_of(record))
        if isinstance(reference[1], tuple) and len(set(reference[1])) == 1 and reference[0] in _OF_ONE_KIND:
            return reference  # to itself: the model has no such relation
        before = self._records.get(reference)
        cleaned = replace(record, **_clean(reference[0], _values(record)))
        self._records[reference] = cleaned if before is None else united(before, cleaned)
        self._sources.setdefault(reference, set()).add(at.source)
        return reference

    def network(self, agent: str, key: tuple[str, ...], name: str, *, at: Node, scope: str = "") -> str:
        """The credential that stands for what an agent needs none for: what its network reaches."""
        found = self.element("credential", key, f"network of {name}", at=at, scope=scope, kind="other")
        self.mark("network", ("credential", found))
        self.relate(Hold(agent, found), at=at)
        return found

    def mark(self, mark: Mark, *records: Reference, words: str = "") -> None:
        """Say of records of this import what a scan tells of them and the model does not keep."""
        self._marks.setdefault(mark, {}).update(dict.fromkeys(records, words))

    def is_marked(self, mark: Mark, record: Reference) -> bool:
        """Whether something is said of a record of this import that a scan tells."""
        return record in self._marks.get(mark, {})

    def same(self, other: "Proposal", table: str, id_: str, *, at: Node) -> str:
        """The element of another form, in this one: its id here."""
        identity = other._identities[table, id_]  # noqa: SLF001  # of the same class
        kind = other.kind(table, id_)
        key = tuple(identity.key.split("\n"))
        return self.element(table, key, other.title(table, id_), at=at, scope=identity.scope, kind=kind)

    def title(self, table: str, id_: str) -> str:
        """What an element of this import is called."""
        record = self._records[table, id_]
        return str(getattr(record, "name", None) or id_)

    def kind(self, table: str, id_: str) -> str | None:
        """The kind of an element of this import, where it has one."""
        found: str | None = getattr(self._records[table, id_], "kind", None)
        return found

    def ends(self, table: str) -> list[tuple[str, str]]:
        """The ends of all relations of a table in this import."""
        return [key for name, key in self._records if name == table and isinstance(key, tuple)]

    def runs_on(self, agent: str) -> str | None:
        """The system on which an agent of this import runs, where it is said."""
        found: str | None = getattr(self._records["agent", agent], "runs_on", None)
        return found

    def key(self, table: str, id_: str) -> str:
        """The stable key of an element of this import, with the file in which it is unique."""
        identity = self._identities[table, id_]
        return f"{identity.scope}\n{identity.key}"

    def grant(self, credential: str, system: str) -> Grant:
        """A grant of this import."""
        found = self._records["grant", (credential, system)]
        assert isinstance(found, Grant)
        return found

    # Leaves and questions ---------------------------------------------------------------------

    def take(self, node: Node, rule: FormRule, *became: Became) -> None:
        """Say what became of a leaf, or of what nobody took yet below a list or map; ``ABSENT`` is none."""
        check_current()
        self._ledger.take(node, rule, became)

    def ask(
        self, about: Reference | None, text: str, rule: FormRule, *, at: Node, detail: str = ""
    ) -> Reference:
        """Ask what the file does not say: a note of kind question. A leaf it stands at becomes a question.

        Args:
            about: the element; ``None``: the model.
            text: the question, in a sentence or two.
            rule: the rule that asks; one question for each rule and element.
            at: where it arises.
            detail: what tells apart several questions of one rule about one element.
        """
        return self._say("question", about, text, rule, at, detail)

    def assume(
        self, about: Reference | None, text: str, rule: FormRule, *, at: Node, detail: str = ""
    ) -> Reference:
        """Say what is assumed, to be confirmed: a note of kind assumption; else as ``ask``."""
        return self._say("assumption", about, text, rule, at, detail)

    def _say(
        self,
        kind: Literal["question", "assumption"],
        about: Reference | None,
        text: str,
        rule: FormRule,
        at: Node,
        detail: str,
    ) -> Reference:
        named = self._identities.get(about) if about else None
        scope, key = (named.scope, named.key) if named else (at.source, "")
        identity = _identity(scope, (rule.name, about[0] if about else "", key, detail))
        id_ = self._ids.get(("note", identity))
        if id_ is None:
            id_ = self._free_id("note", id_of(f"{kind}-{about[1]}" if about else kind)[:60])
            self._ids["note", identity] = id_
            self._identities["note", id_] = identity
            self._records["note", id_] = Note(
                id_,
                clean_text(text, PARAGRAPH_LIMIT),
                f"{about[0]}:{about[1]}" if about else None,
                kind,
                source=f"{clean_text(at.source, LINE_LIMIT - 12)}:{at.line}",
            )
        reference: Reference = ("note", id_)
        self._sources.setdefault(reference, set()).add(at.source)
        if at.is_leaf:
            self.take(at, rule, reference)
        return reference

    def knows(self, table: str, key: tuple[str, ...]) -> bool:
        """Whether an element with a key that is unique in all files is in it."""
        return (table, _identity("", key)) in self._ids

    def has(self, table: str) -> bool:
        """Whether anything of a table is in it; of agents, any that is no person."""
        found = (record for (name, _), record in self._records.items() if name == table)
        return any(not isinstance(each, Agent) or each.kind != "person" for each in found)

    def ask_for_agents(self, at: Node) -> None:
        """Ask which agents there are, where the files show credentials alone."""
        text = "Which agents work with these credentials? The files show none that acts."
        self.ask(None, text, UNSEEN, at=at)

    def partial(self, source: str, why: str) -> None:
        """Say that a file was read in part: nothing that it no longer says is taken for gone."""
        self._partial.setdefault(source, why)

    # The whole ---------------------------------------------------------------------------------

    def finish(self) -> ProposedModel:
        """All of it, checked as a model is; raises InvalidModelError where a form made no valid model."""
        for draw in self._at_end:
            draw()
        self._ledger.keep(self._records.keys())
        puts = tuple(Put(each) for each in self._records.values() if not isinstance(each, Checkpoint))
        model = apply_edit(Snapshot(), Edit("", puts))
        checkpoints = tuple(Put(each) for each in self._records.values() if isinstance(each, Checkpoint))
        if checkpoints:
            model = apply_edit(model, Edit("", checkpoints))
        return ProposedModel(
            self._form,
            replace(model, touched={}),
            self._identities,
            self._sources,
            self._partial,
            self._ledger,
            marks=self._marks,
        )


_OF_ONE_KIND: Final = frozenset({"exchange", "delegation"})


def clean_text(text: str, limit: int) -> str:
    """A text of a file as a model takes it: one line, without secrets, at most so long."""
    shown = clean_line(text[: limit + _LOOKED_AT])
    if shows_secret(shown) or ("${" in shown and looks_like_secret(shown)):  # the same where no reference is
        shown = clean_line(masked(without_secret_parts(shown)))
        if shows_secret(shown):
            return HIDDEN
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _identity(scope: str, key: Iterable[str]) -> Identity:
    parts = (HIDDEN if shows_secret(each) else clean_line(each)[:_KEY_LIMIT] for each in key)
    return Identity(scope, "\n".join(parts))


def _clean(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every free text cleaned; an empty one says nothing."""
    check_current()
    found = dict(values)
    for known in SCHEMA[table].fields:
        value = found.get(known.attribute)
        if isinstance(value, str) and known.type in _LIMITS:
            found[known.attribute] = clean_text(value, _LIMITS[known.type]) or None
        elif value is not None and known.type == "aliases":  # of use only as it is
            whole = (each for each in value if each and clean_text(each, LINE_LIMIT) == each)
            found[known.attribute] = tuple(dict.fromkeys(whole)) or None
        elif value is not None and known.type == "names":
            found[known.attribute] = tuple(clean_text(each, LINE_LIMIT) for each in value if each) or None
        elif isinstance(value, tuple | list | set | frozenset):
            found[known.attribute] = tuple(dict.fromkeys(value)) or None
    return found


def _values(record: Record) -> dict[str, Any]:
    return {each.attribute: getattr(record, each.attribute) for each in SCHEMA[table_of(record)].fields}


def united(one: Record, other: Record) -> Record:
    """A record that two places say: a relation allows what either allows, an element is what either says."""
    made: dict[str, Any] = {}
    for each in SCHEMA[table_of(one)].fields:
        first, second = getattr(one, each.attribute), getattr(other, each.attribute)
        if each.attribute in _UNITED and (first or second):
            both = {*(first or ()), *(second or ())}
            made[each.attribute] = tuple(sorted(both, key=_in_order))
        elif first == each.default:
            made[each.attribute] = second
    match one, other:
        case Custody(), Custody():
            made["by"] = tuple(sorted({*one.obtained_by, *other.obtained_by}, key=_in_order))
        case Delegation(), Delegation():
            limited = one.only and other.only
            made["only"] = tuple(sorted({*(one.only or ()), *(other.only or ())})) if limited else None
            made["returns"] = one.returns if one.returns == other.returns else "words"
        case Exchange(), Exchange():
            made["pinned"] = one.pinned and other.pinned
    return replace(one, **made)


def _in_order(each: str) -> tuple[int, str]:
    """Actions in the order of ``ACTIONS``, other words by themselves."""
    return (NUMBER.get(each, len(NUMBER)), each)
