"""Files of settings of one client that are read together: an administrator's, a person's, a project's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from meshmodel.importers.clients import Scope
from meshmodel.importers.common_systems import HOME
from meshmodel.importers.document import Document, Node


@dataclass(frozen=True, slots=True)
class Layer:
    """One file.

    Attributes:
        document: the file.
        folder: of its project, as ``folder_of`` gives it.
        scope: whose it is.
        rank: where it stands among the files that are read together, the lowest first.
        name: of a file that is no settings, or that a person chooses: the agent, profile or policy in it.
    """

    document: Document
    folder: str
    scope: Scope
    rank: int
    name: str = ""

    @property
    def root(self) -> Node:
        """What stands in it."""
        return self.document.root


def by_project(layers: Iterable[Layer], also: Iterable[str] = ()) -> Iterator[tuple[str, list[Layer]]]:
    """Each project with its own files and those of all, in their order; these alone where there is none.

    Args:
        layers: the files.
        also: folders of which there are other files.
    """
    ordered, others = sorted(layers, key=lambda each: each.rank), [*also]
    projects = dict.fromkeys([each.folder for each in ordered if each.scope == "project"])
    projects |= dict.fromkeys(each for each in others if each != HOME)
    for folder in projects or ([HOME] if ordered or others else ()):
        yield folder, [each for each in ordered if each.scope != "project" or each.folder == folder]
