"""The intent that would approve a crossing, where one can (section 6)."""

from meshmodel.analysis.engine import Engine, Group, Traveller
from meshmodel.analysis.intents import intent_sources
from meshmodel.analysis.listing import Listing
from meshmodel.analysis.steps import READ, bits, implied_mask
from meshmodel.model.records import Intent
from meshmodel.model.vocabulary import ACTIONS


class Intending:
    """Works out intents for one reading."""

    def __init__(self, engine: Engine, listing: Listing) -> None:
        self.engine = engine
        self.listing = listing

    def intent(self, traveller: Traveller, group: Group, source: int | None, access: int) -> Intent | None:
        """The intent after which every open door of the crossing is approved, or ``None``.

        It adds the action and the source to what the agent's intent on the system says.
        """
        mesh, snapshot = self.engine.mesh, self.engine.snapshot
        system, number = divmod(access, 5)
        name, action = mesh.systems[system], ACTIONS[number]
        if snapshot.system[name].audit == "none":
            return None
        if source is not None and mesh.untrusted >> (5 * source + READ) & 1:
            return None
        held = self.engine.held.row(traveller.node)
        doors = self.listing.doors.at(group, access)
        if not doors or any(not held >> each & 1 for each in doors):
            return None
        origin = "home" if source is None else mesh.systems[source]
        known = snapshot.intent.get((traveller.id, name))
        if known is None:
            return Intent(traveller.id, name, (action,), (origin,))
        actions = known.actions
        if not implied_mask(actions) >> number & 1:
            actions = tuple(each for each in ACTIONS if each in actions or each == action)
        sources, home = intent_sources(mesh, snapshot, known)
        named = home if source is None else bool(sources >> (5 * source + READ) & 1)
        from_ = known.from_
        if not named:
            every = {mesh.systems[read // 5] for read in bits(sources)} | {origin}
            from_ = tuple(sorted(every | ({"home"} if home else set())))
        return Intent(traveller.id, name, actions, from_)
