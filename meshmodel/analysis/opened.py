"""Which credentials open an access for a start (section 6)."""

from meshmodel.analysis.engine import Engine, Group
from meshmodel.analysis.steps import ADMIN


class Doors:
    """The grant steps that are open for a start, by the access to which they are a door."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.into: dict[int, list[int]] = {}
        for credential, access in engine.mesh.steps["grant"]:
            self.into.setdefault(access, []).append(credential)

    def at(self, group: Group, access: int) -> list[int]:
        """The credentials of the open doors of an access, were no boundary closed."""
        unchecked, guards = group.unchecked, self.engine.candidates.guards
        entered = {access, access - access % 5 + ADMIN}
        return sorted(
            {
                credential
                for node in entered
                for credential in self.into.get(node, ())
                if unchecked.row >> credential & 1
                and not guards.get((credential, node), 0) & ~unchecked.dropped
            }
        )
