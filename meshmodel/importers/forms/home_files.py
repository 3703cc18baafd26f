"""Files of a person's home folder that hold credentials, known by their names: none of them is ever opened.

An agent that may read the home folder obtains what lies in them. See ``docs/scan.md#your-own-configuration``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from meshmodel.importers.common_systems import HOME, CommonSystems
from meshmodel.importers.document import Document, Node
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import form_rules
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.records import Custody

__all__ = ["RULES", "existing", "read", "recognise"]

RULES: Final = form_rules(__file__)
_LISTS: Final = WordLists(__file__)
_FILES: Final = _LISTS.rows("files")


def existing(home: Path) -> list[Document]:
    """Those that are there, unopened, called ``~/…``."""
    found = []
    for pattern, _, _ in _FILES:
        for path in sorted(home.glob(pattern)):
            if path.is_file() and path.suffix != ".pub":
                source = f"{HOME}/{path.relative_to(home).as_posix()}"
                root = Node(None, 0, source)
                found.append(Document(source, path, "json", root, (root,)))
    return found


def recognise(document: Document) -> bool:  # noqa: ARG001  # the shape of all forms
    """No file is of this form by its content, which is not looked at."""
    return False


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Draw a credential for each, in the home folder."""
    systems = CommonSystems(out)
    for document in documents:
        _, name, kind = next(each for each in _FILES if Path(document.source).match(each[0]))
        at, shown = document.root, f"{name} ({document.source})"
        credential = out.element(
            "credential", ("file", document.source), shown, at=at, kind=kind, subject="human"
        )
        lies = out.relate(Custody(systems.files(HOME, at), credential), at=at)
        text = f"What do the credentials in {document.source} open, and how far?"
        out.ask(("credential", credential), text, RULES["credential-file"], at=at)
        out.take(at, RULES["credential-file"], ("credential", credential), lies)
