"""An acceptance still covers its finding after what the finding is about got another id."""

from datetime import timedelta

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.rules import RULES
from meshmodel.edits.edit import Put, Rename, apply_edit, edit
from meshmodel.model.records import Acceptance
from tests.analysis.rules.drawing import TODAY
from tests.analysis.rules.test_every_rule import TABLES
from tests.rows import all_rows

FIRST = {row[0]: (row[1], row[-1][0][0]) for row in reversed(TABLES) if row[-1]}
"""By rule a mesh in which it finds something, and the subject of that."""


@all_rows("rule", [each.id for each in RULES])
def test_it_follows_each_id_of_its_subject(rule: str) -> None:
    snapshot, subject = FIRST[rule]
    accepted = Acceptance(rule, subject, "a pilot", "CISO", TODAY + timedelta(days=1))
    (finding,) = [
        each
        for each in analyse(snapshot, today=TODAY).findings
        if (each.rule, each.subject) == (rule, subject)
    ]
    named = [(table, key) for table, key in finding.about if key in subject.split(">")]
    assert len({key for _, key in named}) == len(subject.split(">"))
    for table, key in named:
        changes = edit("rename", [Put(accepted), Rename(table, str(key), "renamed")])
        after = analyse(apply_edit(snapshot, changes), today=TODAY).findings
        (still,) = [each for each in after if each.accepted is not None]
        assert "renamed" in still.subject.split(">")
