"""A baseline: the findings of an earlier state, which a gate does not fail for until they get worse."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from meshmodel.analysis.results import Finding
from meshmodel.answers.blocks import Paragraph
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.secrets import masked
from meshmodel.model.text import counted, one_line, plural
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

FORMAT: Final = "meshmodel-baseline/1"
HOME: Final = "home"
"""How a baseline names the source of an agent that comes from its home."""


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding as a baseline has it.

    Attributes:
        severity, actions, agents: of the finding.
        sources: of a missing checkpoint, by agent: where it comes from uncontrolled; empty for other rules.
    """

    severity: Severity
    actions: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    sources: Mapping[str, tuple[str, ...]] | None = None

    def gained(self, now: "KnownFinding") -> tuple[str, ...]:
        """In words what the finding has now that it had not: severity, actions, agents, sources."""
        more = []
        if SEVERITIES.index(now.severity) > SEVERITIES.index(self.severity):
            more.append(f"severity {self.severity} to {now.severity}")
        more += [f"action {each}" for each in now.actions if each not in self.actions]
        more += [f"agent {each}" for each in now.agents if each not in self.agents]
        before = self.sources or {}
        for agent, sources in (now.sources or {}).items():
            if agent in self.agents:
                new = [each for each in sources if each not in before.get(agent, ())]
                more += [f"source {each} of {agent}" for each in new]
        return tuple(more)


FindingKey = tuple[str, str]
"""Rule and subject of a finding."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The findings of a model beside a baseline.

    Attributes:
        known: those that the baseline has, and that have not got worse.
        reopened: those that it has, with what they gained.
        gone: those of the baseline that the model has no more, without secrets: anybody may have written it.
    """

    known: frozenset[FindingKey]
    reopened: Mapping[FindingKey, tuple[str, ...]]
    gone: tuple[FindingKey, ...]


def known_findings(analysis: "Analysis") -> dict[FindingKey, KnownFinding]:
    """The findings of an analysis as a baseline has them, in their order."""
    sources = _sources(analysis)
    found = {}
    for each in analysis.findings:
        from_ = _sources_of(each, sources) if each.rule == DOOR else None
        found[each.rule, each.subject] = KnownFinding(each.severity, each.actions, each.agents, from_)
    return found


def _sources(analysis: "Analysis") -> dict[tuple[str, str, str], set[str]]:
    """By agent, target and action the sources of unchecked paths."""
    found: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for each in analysis.crossings():
        if each.state == "uncontrolled":
            found[each.agent, each.target, each.action].add(each.source or HOME)
    return found


def _sources_of(
    finding: Finding, sources: Mapping[tuple[str, str, str], set[str]]
) -> dict[str, tuple[str, ...]]:
    """By agent, from where it comes uncontrolled to the actions of a missing checkpoint."""
    system = finding.ends[-1]
    return {
        agent: tuple(
            sorted({s for action in finding.actions for s in sources.get((agent, system, action), ())})
        )
        for agent in finding.agents
    }


def compare(
    baseline: Mapping[FindingKey, KnownFinding], now: Mapping[FindingKey, KnownFinding]
) -> Comparison:
    """The findings of a model beside those of a baseline."""
    gained = {key: baseline[key].gained(found) for key, found in now.items() if key in baseline}
    return Comparison(
        frozenset(key for key, more in gained.items() if not more),
        {key: more for key, more in gained.items() if more},
        tuple(sorted((masked(rule), masked(subject)) for rule, subject in baseline.keys() - now.keys())),
    )


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison for the JSON answer of ``check``."""

    def named(key: FindingKey) -> dict[str, str]:
        return {"rule": key[0], "subject": key[1]}

    return {
        "known": [named(key) for key in sorted(comparison.known)],
        "reopened": [
            {**named(key), "gained": list(gained)} for key, gained in sorted(comparison.reopened.items())
        ],
        "gone": [named(key) for key in comparison.gone],
    }


def comparison_blocks(comparison: Comparison) -> Iterator[Paragraph]:
    """What ``check`` says of a baseline."""
    known, do = counted(len(comparison.known), "finding"), plural(len(comparison.known), "does", "do")
    yield Paragraph(f"Baseline: {known} known, which {do} not fail")
    for (rule, subject), gained in sorted(comparison.reopened.items()):
        more = one_line(", ".join(gained), 500)
        said = f"! open again: {one_line(rule)}, {one_line(subject)}: gained {more}"
        yield Paragraph(said, indent=2, hang=4)
    for rule, subject in comparison.gone:
        said = f"- no longer found: {one_line(rule)}, {one_line(subject)}; write the baseline anew"
        yield Paragraph(said, indent=2, hang=4)


# The file


def baseline_text(models: Mapping[str, Mapping[FindingKey, KnownFinding]]) -> str:
    """The file of a baseline: one finding a line, so that a diff of it shows what changed.

    Args:
        models: the findings by the path of the model, as it was named.
    """
    blocks = []
    for model, findings in sorted(models.items()):
        rows = [f"      {_encode(_row(key, found))}" for key, found in sorted(findings.items())]
        body = ",\n".join(rows)
        listed = f"[\n{body}\n    ]" if rows else "[]"
        blocks.append(f'    {{"model": {_encode(model)}, "findings": {listed}}}')
    listed = ",\n".join(blocks)
    return f'{{\n  "format": "{FORMAT}",\n  "models": [\n{listed}\n  ]\n}}\n'


def _encode(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _row(key: FindingKey, known: KnownFinding) -> dict[str, Any]:
    row: dict[str, Any] = {"rule": key[0], "subject": key[1], "severity": known.severity}
    row |= {"actions": list(known.actions), "agents": list(known.agents)}
    if known.sources is not None:
        row["sources"] = {agent: list(each) for agent, each in known.sources.items()}
    return row


def read_baseline(content: bytes, source: str) -> dict[str, dict[FindingKey, KnownFinding]]:
    """The findings of a baseline by model.

    Args:
        content: of the file.
        source: what errors call it.

    Raises:
        MeshmodelError: it is no baseline; one line. A gate never passes for a baseline that cannot be read.
    """
    try:
        document = json.loads(content.decode())
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise MeshmodelError(f"{one_line(source)}: its format is no {FORMAT}; meshmodel check writes one")
        return {
            _text(model["model"]): dict(map(_read_row, model["findings"])) for model in document["models"]
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = "it is not UTF-8 text" if isinstance(error, UnicodeError) else one_line(error, 120)
        reason = f"the key {said} is missing" if isinstance(error, KeyError) else said
        raise MeshmodelError(
            f"{one_line(source)}: is no baseline ({reason}); meshmodel check writes one"
        ) from None


def _read_row(row: Mapping[str, Any]) -> tuple[FindingKey, KnownFinding]:
    severity: Severity = SEVERITIES[SEVERITIES.index(row["severity"])]
    actions = _texts(row["actions"])
    if unknown := [each for each in actions if each not in ACTIONS]:
        raise ValueError(f"unknown action {unknown[0]}")
    sources = row.get("sources")
    read = None if sources is None else {_text(agent): _texts(each) for agent, each in sources.items()}
    key = _text(row["rule"]), _text(row["subject"])
    return key, KnownFinding(severity, actions, _texts(row["agents"]), read)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{one_line(value, 40)} is no text")
    return value


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise TypeError(f"{one_line(values, 40)} is no list")
    return tuple(map(_text, values))
