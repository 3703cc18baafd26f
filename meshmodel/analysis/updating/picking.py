"""Where it may matter who picks credentials up, once others do."""

from collections import Counter
from collections.abc import Iterator
from itertools import repeat

from meshmodel.analysis.marking import SPECIAL
from meshmodel.analysis.steps import ADMIN, bits, without
from meshmodel.analysis.updating.noting import Noted
from meshmodel.analysis.updating.places import Places


class Picking(Noted):
    """Which doors stay as severe as they are, whoever picks their credentials up.

    That is sure where more of those who come there must pick the credential up than there are who may not:
    mostly all do, but for a few.
    """

    def _doubtful(self, credentials: int, before: list[int], places: Places) -> Iterator[int]:
        """The places of grants at which it may matter who picked credentials up, and nothing else changed.

        Args:
            credentials: the nodes of those that others pick up now.
            before: who came by each of all credentials as themselves.
            places: those of all grants.
        """
        if not credentials:
            return
        mesh = self.mesh
        numbers = list(bits(credentials >> mesh.first_credential))
        columns = [list(map(each.__getitem__, numbers)) for each in (self._carried, before, self._own)]
        # Most have the same sets, and it takes long to tell large ones apart.
        keys = list(zip(*(map(id, each) for each in columns), strict=True))
        alike = dict(zip(keys, zip(*columns, strict=True), strict=True))
        counts = Counter(map(id, columns[0]))
        usual = max(alike.values(), key=lambda each: counts[id(each[0])])[0]
        words, most_at_home = self._outside.words(), max(map(int.bit_count, self._home.values()), default=0)

        spare: dict[tuple[int, ...], int] = {}
        for key, (carried, was, now) in alike.items():
            comers = usual if usual & carried == usual else carried
            # So many come to any zone with outsiders' words, and so many agents may not pick it up.
            coming = self._agents(comers & words).bit_count() - most_at_home
            spare[key] = coming - without(self._agents(comers), was & now).bit_count()
        unsure = {key for key, many in spare.items() if many <= self._most_held}
        # Intents excuse nobody who comes with outsiders' words, boundaries may.
        bounded = bool(self._bounded)
        # Where a guarded step is open for nobody it is as if it were not there.
        opened = {(leaves, enters // 5) for leaves, enters in self.open_in}
        guarded = {leaves for leaves, _ in opened}
        for number, key in zip(numbers, keys, strict=True):
            node = number + mesh.first_credential
            if not (bounded or key in unsure or node in guarded):
                continue
            carried, was, now = alike[key]
            held = self._held.get(node, 0)
            picking = without(was & now, held)
            for place in places.of.get(mesh.credentials[number], ()):
                granted, name = places.granted[place], places.keys[place][1]
                if not granted:
                    continue
                system, is_special = mesh.system_number[name], self._kind[name] == SPECIAL
                if spare[key] > held.bit_count() and not is_special and (node, system) not in opened:
                    continue
                zone, through = mesh.zone_of[system], self._through(node, system, carried, granted)
                if is_special or not all(self._is_sure(each, zone, picking) for each in through):
                    yield place

    def _through(self, credential: int, system: int, carried: int, granted: int) -> set[int]:
        """By action those of these groups that find a grant open, where there are any.

        Args:
            credential: the node of the credential.
            system: the number of the system.
            carried: the groups.
            granted: the actions as five bits.
        """
        open_for = self._open_for(credential, system, carried, granted)
        by_admin = open_for.get(ADMIN, 0)
        return {by_admin | each for each in open_for.values()} - {0}

    def _is_sure(self, through: int, zone: str, picking: int) -> bool:
        """Whether some of these agents come to a zone from another one, with outsiders' words if any do.

        Args:
            through: the groups that find a door open.
            zone: the zone.
            picking: agents that pick its credential up.
        """
        here = self._zone(zone)
        entering = self._entering(here, through, exposed=False)
        if not entering.untrusted and here.at_home:
            inside = map(self._coming_home, repeat(zone), range(4))
            if any(through & each.untrusted for each in inside):
                return False
        return bool((entering.untrusted or entering.agents) & picking)
