"""The inspector of a checkpoint says which approvers nothing else in the model names."""

from meshmodel.app.panels.inspector import Inspector
from meshmodel.edits.edit import apply_edit
from meshmodel.language import parse
from meshmodel.model.snapshot import Snapshot
from tests.app.form_host import Host
from tests.edits.models import full_snapshot


def after(text: str) -> Snapshot:
    edit = parse(text, full_snapshot()).edit
    assert edit is not None
    return apply_edit(full_snapshot(), edit)


async def test_an_unknown_approver_is_told_until_there_is_such_a_person() -> None:
    inspector = Inspector()
    asked = "ask human-approval by ann on file-key > files"
    app = Host(inspector, after(asked), ("checkpoint", "ask"))
    async with app.run_test(size=(60, 40)) as pilot:

        async def told() -> bool:
            await pilot.pause()
            return any("approver ann is unknown" in row.content.plain for row in inspector.rows.shown_rows)

        assert await told()
        app.show(type(app.shown)(after(f"{asked}; ann is person"), selected=("checkpoint", "ask")))
        assert not await told()
