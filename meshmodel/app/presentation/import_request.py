"""What is to be imported into an open model file, as a person chose it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.app.session import Session
    from meshmodel.importers.importing import Import


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Files to be read together.

    Attributes:
        paths: files and folders.
        form: what all files are; ``None``: their content says it.
        only: for a form that ``picks``: of which principals alone.
    """

    paths: tuple[Path, ...] = ()
    form: str | None = None
    only: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The files in a few words."""
        first = one_line(self.paths[0].name, 40) if self.paths else "nothing"
        return first if len(self.paths) < 2 else f"{first} and {len(self.paths) - 1} more"

    def prepare(self, session: "Session", model: Snapshot, rejected: AbstractSet[Reference]) -> "Import":
        """Read the files and compare them with a model; any thread may ask.

        Args:
            session: the open model, which is only read.
            model: what is in it.
            rejected: records about which nothing is to be done, now and at later imports.

        Raises:
            MeshmodelError: one line; a file cannot be read.
        """
        from meshmodel.importers.importing import prepare

        done = prepare(
            self.paths,
            session.path.parent,
            model,
            session.imported(),
            renamed=session.renamed,
            form=self.form,
            rejected=rejected,
            only=self.only,
        )
        _ = done.rows  # made here, so that no key press waits for it
        return done
