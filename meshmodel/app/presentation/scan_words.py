"""What a scan found, told for the command and for the start screen."""

import shlex
from pathlib import Path

from meshmodel.answers.scan import Marks, ScanAnswer, ScanScope, answer_scan
from meshmodel.importers.scanning import Scan
from meshmodel.model.stop import Stop


def tell_scan(
    found: Scan, stop: Stop, *, kept: Path | None = None, also: str = "", name: str = ""
) -> ScanAnswer:
    """What a scan tells.

    Args:
        found: what was found.
        stop: when answers to questions are no longer tried.
        kept: the file that keeps the model, if one does.
        also: what was looked at besides the folder, in words.
        name: what was looked at, if it was no folder.
    """
    scope = ScanScope(
        name or found.name,
        also,
        found.walked.files,
        found.read,
        [*found.unread, *found.walked.refused],
        len(found.walked.examples),
        found.walked.unopened,
        found.late,
        found.is_whole,
        sum(len(each.ledger.taken_by("server-disabled")) for each in found.done.proposals),
        len(found.walked.idle),
        found.seeming,
        {
            str(ids.get(record, record)[1])
            for proposed, ids in zip(found.done.proposals, found.done.ids, strict=True)
            for _, became in proposed.ledger.taken_by("rating")
            for record in became
            if record[0] == "system"
        },
        shlex.quote(str(kept or f"{found.name}.mesh")),
        kept is not None,
        Marks(**found.done.marks),
    )
    return answer_scan(scope, found.done.after, stop)
