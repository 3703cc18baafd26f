"""The steps of the naive reading as a graph to walk: what a witness tells is looked for in it."""

from collections import deque

from tests.reference.mesh import Step, bare
from tests.reference.reading import Reading


class Walking:
    """Ways through the naive mesh of a model.

    What admin implies leaves a session by the access of that grant, as the originals show it.
    """

    def __init__(self, model, view="built"):
        self.reading = Reading(model, view)
        self.steps = list(dict.fromkeys(s for step in self.reading.mesh.steps for s in self._by_admin(step)))

    def _by_admin(self, step):
        used = step.leaves[1] if step.leaves[0] == "stray" else step.leaves
        leaves_session = used[0] == "copy" and step.enters[0] == "access"
        if step.kind == "grant" and leaves_session and step.action == "admin" != step.enters[2]:
            admin = ("copy", ("access", step.enters[1], "admin"), used[2])
            return [step._replace(enters=admin), Step("implies", admin, step.enters, (), None)]
        return [step]

    def starts(self, told):
        """Where the explained crossing, or reach, begins."""
        if told.state is None:
            return {("agent", told.agent)}
        return self.reading.start_of(told.agent, told.source)

    def open_steps(self, told):
        """The steps that are unguarded for the start."""
        _, counting = self.reading.unchecked(self.starts(told))
        covers, meeting = self.reading.covers, self.reading.meeting
        return [s for s in self.steps if not any(k.id in counting and covers(k, s) for k in meeting)]

    def distance(self, steps, starts, target):
        """The number of steps of a shortest way, or ``None``."""
        after = {}
        for step in steps:
            after.setdefault(step.leaves, []).append(step.enters)
        far, queue = dict.fromkeys(starts, 0), deque(starts)
        while queue:
            node = queue.popleft()
            for enters in after.get(node, ()):
                if enters not in far:
                    far[enters] = far[node] + 1
                    queue.append(enters)
        return far.get(target)

    def ends(self, told, steps):
        """Where a told way can end, if it is walked step by step from its start by some of the steps."""
        nodes = self.starts(told)
        for each in told.steps:
            nodes = {s.enters for s in steps if s.leaves in nodes and label(s) == label_of(each)}
        return nodes


def original(node):
    node = bare(node)
    if node[0] in {"session", "copying"}:
        return "agent", node[2 if node[0] == "session" else 1]
    return node


def name(node):
    node = original(node)
    return {"cred": "credential", "access": "system"}.get(node[0], node[0]) + ":" + node[1]


def label(step):
    """A step as a witness tells it."""
    ends = original(step.enters), original(step.leaves)
    action = next((node[2] for node in ends if node[0] == "access"), None)
    # What fits an exchange that is not pinned passes by the credential that it names.
    from_ = f"credential:{step.key[0]}" if step.kind == "exchange" else name(step.leaves)
    return step.kind, from_, name(step.enters), action


def label_of(step):
    return step.step, step.from_, step.to, step.action
