"""A topic of a guided review as lines of pieces: some run a command when they are clicked."""

from collections.abc import Callable, Iterator, Sequence
from itertools import starmap
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.results import PathSentence
from meshmodel.answers.lines import Look, Words
from meshmodel.answers.ways import numbered_words
from meshmodel.app.presentation.round_answers import AnswerName, credential_of, logging_systems
from meshmodel.edits.operations import title_of
from meshmodel.model.records import Reference
from meshmodel.model.text import counted, one_line, pad, shorten, shorten_name, width

if TYPE_CHECKING:
    from meshmodel.analysis.results import Explanation, PathStep
    from meshmodel.answers.round.stops import RoundStop
    from meshmodel.app.presentation.rounding import RoundState


class Piece(NamedTuple):
    """Some words of a line.

    Attributes:
        text: the words.
        look: how they stand out.
        command: the id of the command that a click on them runs; empty: none.
    """

    text: str
    look: Look = ""
    command: str = ""


class RoundLine(NamedTuple):
    """One line: its pieces, and whether it may be wrapped where there is room, else it is cut."""

    pieces: Sequence[Piece]
    wraps: bool = False


_MOVES: Final = (
    ("round_park", "later"),
    ("round_assume", "assumption"),
    ("round_note", "note"),
    ("round_next", "next"),
    ("round_back", "back"),
    ("round_present", "large"),
    ("undo", "undo"),
    ("close", "leave"),
)


def large_cards(shown: "RoundState", cells: int) -> Iterator[RoundLine]:
    """The way alone for a room: who, by which credential, into what; and the question in capitals.

    Args:
        shown: the round, at a stop.
        cells: of the screen.
    """
    stop, way = shown.stop, shown.way
    if stop is None:
        return
    if way is not None:
        yield from _cards(stop, way, cells, mark="◆" if shown.is_done else "✖")
    asks = "WHO DECIDES EACH TIME?" if stop.step else "IS THE RISK ACCEPTED?"
    after = f" → {stop.after}" if stop.step is not None and not shown.is_done else ""
    yield RoundLine([Piece("")])
    yield RoundLine(
        [Piece(f"  {asks}", "accent"), Piece(f"   ✖ {stop.before}{after} unchecked paths", "bold")]
    )
    yield RoundLine([Piece("")])


def _cards(stop: "RoundStop", way: "Explanation", cells: int, *, mark: str) -> Iterator[RoundLine]:
    left_title, by, right_title = _step_card(stop, way)
    size = max(min(cells // 3, 30), 12)
    between = max(cells - 2 * size - 2, 12)
    said = shorten(f" {by} ", between - 5)
    arrow = f"━━{said}{'━' * (between - 5 - width(said))}{mark} ▶"
    left, right = (
        pad(f" {shorten_name(each.upper(), size - 4)}", size - 2) for each in (left_title, right_title)
    )
    edge, gap = "━" * (size - 2), " " * between
    yield RoundLine([Piece(f"  ┏{edge}┓{gap}┏{edge}┓")])
    yield RoundLine([Piece(f"  ┃{left}┃", "bold"), Piece(arrow, "error"), Piece(f"┃{right}┃", "bold")])
    yield RoundLine([Piece(f"  ┗{edge}┛{gap}┗{edge}┛")])


def _step_card(stop: "RoundStop", way: "Explanation") -> tuple[str, str, str]:
    """What the cards say: who takes the step of the stop, by what, and what that leads to.

    Of a finding it is the last grant of its way. Who presents a credential is the agent that acts there, and
    not the one whose way it is where that is another.
    """
    snapshot = stop.analysis.snapshot
    ends = {(each.step, *_ids(each)): number for number, each in enumerate(way.steps)}
    grants = [number for number, each in enumerate(way.steps) if each.step == "grant"]
    at = ends.get(stop.step) if stop.step is not None else grants[-1] if grants else None
    if at is None:
        return snapshot.agent[way.agent].title, way.action or "", snapshot.system[way.system].title
    step = way.steps[at]
    one, other = (title_of(snapshot, (table, key)) for table, key in _references(step))
    acting = [each.to for each in way.steps[:at] if each.to.startswith("agent:")]
    actor = snapshot.agent[acting[-1].partition(":")[2] if acting else way.agent].title
    match step.step:
        case "grant":
            return actor, one, other
        case "hold":
            entered = next((each for each in way.steps[at:] if each.step == "grant"), None)
            target = other if entered is None else title_of(snapshot, _references(entered)[1])
            return one, other, target
        case "custody":
            return actor, f"finds it in {one}", other
        case "exchange":
            return actor, f"exchanges {one}", other
        case "delegation":
            return one, "calls", other
        case _:
            return one, {"trigger": "starts", "hearing": "is read by"}.get(step.step, "runs"), other


def _references(step: "PathStep") -> list[Reference]:
    """The elements at both ends of a step."""
    return [(table, key) for table, _, key in (each.partition(":") for each in (step.from_, step.to))]


def _ids(step: "PathStep") -> list[str]:
    return [str(key) for _, key in _references(step)]


def round_lines(
    shown: "RoundState", key: Callable[[str], str], *, is_path_short: bool = False
) -> Iterator[RoundLine]:
    """All that a topic says and asks.

    Args:
        shown: the round.
        key: the key of a command, as people read it.
        is_path_short: whether all steps of the path share a line, else each has its own.
    """
    stop = shown.stop
    if stop is None:
        return
    yield RoundLine([*_title(shown, stop)], wraps=True)
    if stop.step is None and stop.finding is not None:
        yield _fact("Finding", f"{stop.finding.message} Fix: {stop.finding.remedy}")
    if shown.way is not None:
        path = [*_path(stop, shown.way)]
        short = (f"{sentence}{here}" for sentence, here in path)
        yield from [_fact("Path", " ".join(short))] if is_path_short else starmap(_step_line, path)
    for name in ("closes", "lowers", "will wait", "related", "unknown", "parked", "answered"):
        if shown.facts.get(name):
            yield _fact(name, shown.facts[name])
    yield from _questions(shown, stop, _Asker(shown, key))
    moves = [Piece("")]
    for name, label in _MOVES:
        moves += [Piece(f" {key(name)}", "accent", name), Piece(f" {label} ", "", name)]
    yield RoundLine(moves)


def _questions(shown: "RoundState", stop: "RoundStop", asker: "_Asker") -> Iterator[RoundLine]:
    yield asker.question("1 Should this happen at all?", _stays(shown))
    yield asker.answers(("yes", _yes(shown)), ("no", "no: remove it …"), ("less", "with fewer actions …"))
    if stop.step is not None:
        yield asker.question("2 Who decides each time?", "")
        yield asker.answers(
            ("rule", "policy check"), ("person", "a person …"), ("planned", "planned"),
            ("accept", "accept the risk …"),
        )  # fmt: skip
    else:
        yield asker.question("2 This needs a change, not a checkpoint. Is the risk accepted for a time?", "")
        yield asker.answers(("accept", "accepted until …"))
    if credential_of(stop) is not None:
        yield asker.question("3 If the credential is stolen?", shown.facts.get("if stolen", ""))
        yield asker.answers(("lifetime", "lifetime …"), ("binding", "binding …"), ("owner", "owner …"))
    if logging_systems(stop):
        yield asker.question("4 Can the log name the person?", shown.facts.get("log", ""))
        yield asker.answers(("log", "what it records …"))


class _Asker:
    """Makes the lines of questions and answers."""

    def __init__(self, shown: "RoundState", key: Callable[[str], str]) -> None:
        self._shown = shown
        self._key = key

    @staticmethod
    def question(text: str, says: str) -> RoundLine:
        return RoundLine([Piece(f" {text}", "bold"), Piece(f"  {says}" if says else "", "muted")], wraps=True)

    def answers(self, *offered: tuple[AnswerName, str]) -> RoundLine:
        """The answers that can be given, each behind its key; the others are not offered."""
        pieces = [Piece(" ")]
        for answer, text in offered:
            if not self._shown.why_not(answer):
                command = f"round_{answer}"
                pieces.append(Piece(f"  {self._key(command)}", "accent", command))
                pieces.append(Piece(f" {text}", "", command))
        if len(pieces) == 1:
            pieces.append(Piece(f"  {self._shown.why_not(offered[0][0])}", "muted"))
        return RoundLine(pieces)


def _path(stop: "RoundStop", way: "Explanation") -> Iterator[tuple[PathSentence, str]]:
    """The sentences of a path, and at that of the step of the topic that a checkpoint may come there."""
    keys = [(each.step, *_ids(each)) for each in way.steps]
    at = keys.index(stop.step) if stop.step in keys else len(keys)
    for sentence in way.path:
        is_there = sentence.step is not None and way.steps.index(sentence.step) >= at
        yield sentence, "   ← the checkpoint would be here" if is_there else ""
        at = len(keys) if is_there else at


def _step_line(sentence: PathSentence, here: str) -> RoundLine:
    """The line of a sentence of a path, its number set off."""
    words: Words = ((f"    {sentence}", "muted"),)
    if sentence.step is not None:
        *words_before, (last, look) = numbered_words(sentence)
        words = (*words_before, (f"{last}{here}", look))
    return RoundLine([Piece(text, look) for text, look in words], wraps=True)


def _fact(name: str, text: str) -> RoundLine:
    return RoundLine([Piece(f" {name}  ", "muted"), Piece(text)], wraps=True)


def _title(shown: "RoundState", stop: "RoundStop") -> list[Piece]:
    number = len(shown.earlier) + 1
    where = _capital(stop.words) if stop.step is not None else stop.finding.headline if stop.finding else ""
    counts = ""
    if stop.step is not None:
        counts = f"Unchecked paths {stop.before} → {stop.after} with a checkpoint here"
    if shown.is_done:
        counts = f"✔ done: {stop.before} unchecked paths, {shown.began} when the review began"
    elif stop.parked is not None:
        counts = f"to be decided later; {counts}"
    pieces = [Piece(f" Topic {number}: ", "muted"), Piece(one_line(where), "bold"), Piece(f"  {counts}")]
    return [*pieces, Piece(f"  {_to_come(shown)}", "muted")]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _to_come(shown: "RoundState") -> str:
    to_come = [each for each in shown.to_come if each.parked is None]
    steps = sum(each.step is not None for each in to_come)
    parked = len(shown.to_come) - len(to_come)
    said = [
        counted(steps, "more step") if steps else "",
        counted(len(to_come) - steps, "finding") if len(to_come) > steps else "",
        f"{parked} to be decided later" if parked else "",
    ]
    proven = (
        "" if shown.plan is None or shown.plan.optimal else "; not proven to be the fewest: time was over"
    )
    return f"{', '.join(filter(None, said)) or 'the last one'}{proven}"


def _yes(shown: "RoundState") -> str:
    yes, stop = shown.yes, shown.stop
    if yes is None or stop is None:
        return ""
    said = f"yes, by design: {counted(len(yes.edit.changes), 'intended use')}"
    return said if stop.step is None else f"{said}, {yes.closes} of {len(stop.changes)} closed"


def _stays(shown: "RoundState") -> str:
    if shown.yes is None:
        return shown.why_not("yes")
    stays = ", ".join(each.subject for each in shown.yes.stays)
    opens = f"; {shown.yes.opens}" if shown.yes.opens else ""
    return f"yes leaves {shown.yes.after} unchecked{f', and open: {stays}' if stays else ''}{opens}"
