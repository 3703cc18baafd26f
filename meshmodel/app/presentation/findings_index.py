"""An index of the findings by the records that they are about; there can be ten thousand of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from meshmodel.analysis.results import MOST_HIGHLIGHTED, Finding
from meshmodel.model.records import Key, Reference, Snapshot
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.stop import check_current

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis


class FindingsIndex:
    """The findings by the records that they are about.

    Attributes:
        truncated: by table the findings that name so many of its records that they may leave out others.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Arguments: all of an analysis."""
        self._findings = findings
        self.truncated: defaultdict[str, list[Finding]] = defaultdict(list)
        self._numbers: defaultdict[Reference, list[int]] = defaultdict(list)
        for number, finding in enumerate(findings):
            check_current()
            # Of findings about a relation, such as doors, only agents can be so many; those are all named.
            if ">" not in finding.subject and len(finding.about) >= MOST_HIGHLIGHTED:
                named = Counter(table for table, _ in finding.about if table != "agent")
                for table in (each for each, count in named.items() if count >= MOST_HIGHLIGHTED):
                    self.truncated[table].append(finding)
            for place in _records(finding):
                self._numbers[place].append(number)

    def about(self, table: str, key: Key) -> list[Finding]:
        """The findings about a record, or about a relation of it, in their order."""
        numbers = self._numbers.get((table, key), [])
        if table != "agent":
            return [self._findings[number] for number in numbers]
        named, known = set(numbers), dict[int, bool]()
        for number, finding in enumerate(self._findings):
            agents = finding.agents
            if id(agents) not in known:  # most findings share them with others
                known[id(agents)] = key in agents
            if known[id(agents)]:
                named.add(number)
        return [self._findings[number] for number in sorted(named)]


def is_about(finding: Finding, table: str, key: Key) -> bool:
    """Whether a finding is about a record, or about a relation of it."""
    return (table == "agent" and key in finding.agents) or (table, key) in set(_records(finding))


def may_be_about(finding: Finding, analysis: "Analysis", table: str, key: Key) -> bool:
    """Whether a finding that names so many records of a table that it leaves out some leaves out this one."""
    if is_about(finding, table, key):
        return False
    if table == "system" and isinstance(key, str) and finding.subject in analysis.snapshot.agent:
        return analysis.reaches(finding.subject, key)
    return table == "checkpoint" or _joined(analysis.snapshot, finding.subject, str(key))


def _joined(snapshot: Snapshot, one: str, other: str) -> bool:
    """Whether a credential and a system have a grant or a custody."""
    pairs = (one, other), (other, one)
    return any(pair in snapshot.grant or pair in snapshot.custody for pair in pairs)


def _records(finding: Finding) -> Iterator[Reference]:
    """The records that a finding names, each once: relations with their ends (those of an intent are an agent
    and a system); agents not where all of them are given besides.
    """
    if finding.rule == DOOR:  # its subject says as much, and no words need be made for it
        credential, system = finding.ends
        return iter((("grant", (credential, system)), ("credential", credential), ("system", system)))
    found: dict[Reference, None] = {}
    for table, key in finding.about:
        if table != "agent" or not finding.agents:
            found[table, key] = None
        if isinstance(key, tuple):
            ends = zip(STEP_ENDS.get(table, ("agent", "system")), key, strict=True)
            found.update(dict.fromkeys(ends))
    return iter(found)


_KNOWN: "WeakKeyDictionary[Analysis, FindingsIndex]" = WeakKeyDictionary()


def findings_index(analysis: "Analysis") -> FindingsIndex:
    """The index of an analysis, made once and kept; any thread may ask first."""
    found = _KNOWN.get(analysis)
    if found is None:
        found = _KNOWN[analysis] = FindingsIndex(analysis.findings)
    return found
