"""What a comparison comes to, in a line."""

from meshmodel.answers.diff.changes import Diff
from meshmodel.model.phrases import VIEWS
from meshmodel.model.text import counted, one_line


def title_words(diff: Diff) -> str:
    """The name of the model, or both names where they differ, and how it was looked at."""
    names = [one_line(each.name or "A model without a name", 200) for each in (diff.old, diff.new)]
    return f"{' → '.join(dict.fromkeys(names))}, {VIEWS[diff.view]}"


def summary_words(diff: Diff) -> str:
    """How many uncontrolled crossings are new, worse and closed; or that nothing changed."""
    if not diff.drawn:
        return "no change"
    words = [each.change for each in diff.crossings]
    told = [f"{words.count(word)} {word}" for word in ("new", "worse", "milder", "closed") if word in words]
    if not told:
        return "no unchecked path came or went"
    return f"of the unchecked paths {', '.join(told)}"


def verdict_words(diff: Diff) -> str:
    """Whether agents can do more unasked than before, and whether all of the answer is there."""
    new = sum(each.change == "new" for each in diff.opened)
    worse = len(diff.opened) - new
    told = [counted(new, "new unchecked path")] if new else []
    told += [f"{counted(worse, 'path')} more severe"] if worse else []
    said = f"{', '.join(told)}, worst {diff.worst}" if told else "no new unchecked path"
    return said if diff.is_complete else f"{said}; the fix was not found in time"
