"""The summary of a round as minutes in Markdown."""

from meshmodel.answers.blocks import Heading
from meshmodel.answers.report.markdown import markdown
from meshmodel.answers.report.tree import Report
from meshmodel.answers.round.summary import RoundSummary, summary_blocks
from meshmodel.model.records import Snapshot


def minutes(snapshot: Snapshot, found: RoundSummary) -> str:
    """What was decided, as Markdown.

    Args:
        snapshot: the model as it is now.
        found: the summary.
    """
    title = f"{snapshot.about.name or 'A model without a name'}: what was decided"
    blocks = (Heading(1, title), *summary_blocks(found))
    return markdown(Report.of(title, f"since entry {found.since} of the journal", blocks), "")
