"""``names``: what neither a map nor the model knows of the names in logs, as text, JSON, rules of a map."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from meshmodel.answers.blocks import Answer, Block, Paragraph, Section, fields_json
from meshmodel.interchange.writer import toml_string
from meshmodel.model.events import time_text
from meshmodel.model.secrets import masked, shortened
from meshmodel.model.text import counted

if TYPE_CHECKING:
    from meshmodel.logs.likely_elements import Likely, NameWithMatches
    from meshmodel.logs.unknown_names import UnknownName

_TITLES: Final[Mapping[str, str]] = {
    "identity": "identity: who acted",
    "resource": "resource: what was acted on",
    "action": "action: what was done",
    "session": "session: which run it was of",
    "agent": "agent, in events of our own form",
    "credential": "credential, in events of our own form",
    "principal": "identity, in events of our own form",
    "system": "system, in events of our own form",
    "checkpoint": "checkpoint, in events of our own form",
}
_IN_A_MAP: Final = ("identity", "resource", "action", "session")
_NAMELESS: Final = "(without a name)"


class NamesAnswer(NamedTuple):
    """What ``names`` answers.

    Attributes:
        names: in the order in which they are told.
        logs: name, form and number of records of each log.
        left_out: records with names beyond the most that are kept.
        complete: whether the logs were read to their end.
    """

    names: "Sequence[NameWithMatches]"
    logs: Sequence[tuple[str, str, int]]
    left_out: int = 0
    complete: bool = True


def names_json(answer: NamesAnswer) -> Answer:
    """As ``meshmodel-names/1`` (``docs/json.md#names-what-logs-name-and-nothing-knows``)."""
    found: dict[str, Any] = {
        "format": "meshmodel-names/1",
        "logs": [{"log": log, "form": form, "records": records} for log, form, records in answer.logs],
        "names": [
            {
                "table": unknown.table,
                "name": shown_name(unknown),
                "records": unknown.records,
                "first": None if unknown.first is None else time_text(unknown.first),
                "last": None if unknown.last is None else time_text(unknown.last),
                "logs": sorted(unknown.logs),
                "likely": [
                    {**fields_json(each, "key", "value", "why"), "certain": each.is_certain}
                    for each in likely
                ],
            }
            for unknown, likely in answer.names
        ],
        "left_out": answer.left_out,
    }
    return found if answer.complete else found | {"complete": False}


def shown_name(unknown: "UnknownName") -> str:
    """A name as it is shown: what looks like a secret only by its ends."""
    return shortened(unknown.name) if unknown.name else _NAMELESS


def names_blocks(answer: NamesAnswer) -> Iterator[Block]:
    """The names by table, each with its records, its time and what it is likely to mean."""
    records = counted(sum(each for _, _, each in answer.logs), "record")
    if not answer.names:
        yield Paragraph(f"The map or the model knows every name in {records}")
    for table, title in _TITLES.items():
        blocks = [
            block for each in answer.names if each.unknown.table == table for block in name_blocks(each)
        ]
        if blocks:
            yield Section(title, blocks, indent=0)
    yield Paragraph("")
    if answer.names:
        number = counted(len(answer.names), "name")
        yield Paragraph(f"{number} in {records} that neither a map nor the model knows")
    if answer.left_out:
        yield Paragraph(f"{counted(answer.left_out, 'record')} with further names are left out")


def name_blocks(listed: "NameWithMatches") -> Iterator[Paragraph]:
    """A name with its records and times, and what it is likely to mean."""
    unknown, likely = listed
    key = unknown.table, unknown.name
    yield Paragraph(shown_name(unknown), indent=2, hang=2, key=key)
    yield Paragraph(_records_words(unknown), "muted", indent=4, hang=2, key=(*key, "records"))
    for each in likely:
        yield Paragraph(likely_words(each), indent=4, hang=2, key=(*key, each))


def _records_words(unknown: "UnknownName") -> str:
    records = counted(unknown.records, "record")
    return f"{records}, {when_words(unknown)}, in {', '.join(sorted(unknown.logs))}"


def likely_words(likely: "Likely") -> str:
    """What a name may mean, and why."""
    sure = "surely" if likely.is_certain else "perhaps"
    return f"{sure} {likely.key} {likely.value}: {likely.why}"


def when_words(unknown: "UnknownName") -> str:
    """From when to when records have it."""
    if unknown.first is None or unknown.last is None:
        return "at no time"
    first, last = time_text(unknown.first), time_text(unknown.last)
    return first if first == last else f"{first} to {last}"


def names_toml(answer: NamesAnswer, form: str | None = None) -> str:
    """Rules of a map: those that are certain, and as comments those that are likely.

    Args:
        answer: what was found.
        form: that of the map which it begins; ``None``: it is to be put behind the rules of one.
    """
    parts = [] if form is None else [f"format = {toml_string(form)}"]
    parts += [_rule(each) for each in answer.names if each.unknown.table in _IN_A_MAP]
    return "".join(f"{each}\n\n" for each in parts).rstrip("\n") + "\n"


def _rule(listed: "NameWithMatches") -> str:
    unknown, likely = listed
    counts = _records_words(unknown)
    if not unknown.name or masked(unknown.name) != unknown.name:
        return f"# {unknown.table}: {shown_name(unknown)} ({counts}) is not written into a file"
    sure = [each for each in likely if each.is_certain]
    lines = [f"[[{unknown.table}]]", f"match = {toml_string(unknown.name)}"]
    if unknown.table == "session":
        lines.append('session = "*"')
    lines += [f"{each.key} = {toml_string(each.value)}  # {each.why}" for each in sure]
    if not sure:
        lines = [f"# {each}" for each in lines]
    lines += [
        f"# {each.key} = {toml_string(each.value)}  # {each.why}" for each in likely if not each.is_certain
    ]
    return "\n".join([f"# {counts}", *lines])
