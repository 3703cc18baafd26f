"""Witnesses told in sentences."""

from collections.abc import Mapping, Sequence
from typing import Final

from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import CrossingState, WitnessStep
from meshmodel.analysis.rules.base import verb
from meshmodel.model.snapshot import Snapshot

UNASKED: Final = " ✖ nobody asks"
INTENDED: Final = " ◇ nobody asks, which is intended"
AGAIN: Final = ", nobody asks again"


class Story:
    """Tells what happens along a path, one numbered sentence for what one does in one go."""

    def __init__(self, snapshot: Snapshot, mesh: Mesh, heard: Sequence[bool]) -> None:
        """Arguments: the model, whose names are told; its mesh; and by system whether it is heard."""
        self.snapshot, self._mesh, self._heard = snapshot, mesh, heard

    def tell(
        self,
        opening: str,
        steps: Sequence[WitnessStep],
        path: Sequence[int],
        unasked: Mapping[int, str],
        state: CrossingState | None,
    ) -> tuple[str, ...]:
        """An opening, the numbered sentences, and the zones crossed if any are.

        Args:
            opening: where it begins.
            steps: what happens, one for each step of
            path: its nodes.
            unasked: what is said of grant steps, counted from 0, on which nobody asks.
            state: of the crossing, if it is one.
        """
        sentences = self._sentences(steps, path, unasked)
        told = [opening, *(f"{number} {text}" for number, text in enumerate(sentences, 1))]
        zones = [zone for step in steps for zone in (step.zone_from, step.zone_to) if step.zone_to and zone]
        if len(zones) > 1:
            named = [self.zone(zone) for one, zone in zip([None, *zones], zones, strict=False) if one != zone]
            told.append(f"{'passes' if state is None else 'crosses'} {' → '.join(named)}")
        return tuple(told)

    def zone(self, zone: str) -> str:
        """A zone as people call it."""
        record = self.snapshot.zone.get(zone)
        return record.title if record is not None else self.title(zone)

    def opening(self, agent: str, source: str | None, identity: str | None) -> str:
        """Where a crossing begins.

        Args:
            agent: who acts.
            source: the system that it comes from.
            identity: as whom it reads there; ``None``: that triggers it.
        """
        who = self.snapshot.agent[agent]
        if source is None:
            return f"{who.title} starts at home in {self.zone(who.home or '')}, then"
        system = self.snapshot.system[source]
        name = system.title
        if system.untrusted_input:
            name += ", where outsiders write,"
        elif self._heard[self._mesh.system[source]]:
            name += ", where outsiders' words are carried,"
        if identity is None:
            return f"what is written into {name} triggers {who.title}, which"
        return f"{who.title} reads {name} as {identity}, then"

    def _sentences(
        self, steps: Sequence[WitnessStep], path: Sequence[int], unasked: Mapping[int, str]
    ) -> list[str]:
        sentences: list[str] = []
        acting, caller, held, asked = "", "", False, list[str]()  # nobody: the agent whose way it is
        for number, step in enumerate(steps):
            asked += [step.checkpoint] if step.checkpoint is not None else []
            after = steps[number + 1] if number + 1 < len(steps) else None
            text = self._sentence(step, after, path[number + 1], held=held)
            held = step.step == "hold" or (held and text is None)
            if text is not None:
                subject = f"{self.title(acting)} " if acting else ""
                mark = f" ◆ {asked[0]} asks" if asked else unasked.get(number, "")
                sentences.append(f"{subject}{text}{mark}")
                asked = []
            is_agent = step.to.startswith("agent:")
            if path[number + 1] not in self._mesh.origin:  # what leaves a session is its caller's
                caller = acting = step.to if is_agent else caller
            elif is_agent:
                acting = step.to
        return sentences

    def _sentence(
        self, step: WitnessStep, after: WitnessStep | None, enters: int, *, held: bool
    ) -> str | None:
        """What a step says; holding and what is implied are told with the step after or before."""
        one, other = self.title(step.from_), self.title(step.to)
        ends = step.from_.partition(":")[2], step.to.partition(":")[2]
        match step.step:
            case "grant":
                unnamed = step.from_ == f"credential:{step.identity}"  # it names its identity itself
                using = f" with {one}" if held and not unnamed else ""
                implies = after is not None and after.step == "implies"
                more = f", which includes {after.action}" if after is not None and implies else ""
                return f"{verb(step.action or 'read')} {other} as {step.identity}{using}{more}"
            case "custody":
                if self.snapshot.custody[ends].how == "issues":
                    return f"is issued {other} by {one}"
                return f"finds {other} stored in {one}"
            case "exchange":
                place = "" if step.yielded_by is None else f" at {self.title(f'system:{step.yielded_by}')}"
                return f"exchanges {one} for {other}{place}"
            case "delegation":
                session = self._mesh.sessions.by_node.get(enters)
                if session is None:
                    return f"sets {other} to work"
                back = ", and only values come back" if session.copies.values else ""
                return (
                    f"sets {other} to work for {self.title(f'agent:{session.delegation.from_}')} only{back}"
                )
            case "trigger":
                heard = "" if ends in self.snapshot.trigger else f", where {other} reads what outsiders wrote"
                return f"steers {other} by what it writes into {one}{heard}"
            case "hosting":
                return f"takes over {other}, which runs on {one}"
            case _:
                return None

    def title(self, reference: str) -> str:
        """An element as people call it."""
        table, _, key = reference.partition(":")
        record = self.snapshot.table(table).get(key)
        return key if record is None else str(record.title)
