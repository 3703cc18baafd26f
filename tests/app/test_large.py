"""Large models: long lists follow when a hand has come to rest."""

from meshmodel.app.canvas.paint import paint_row
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.theme import inks, palette_of
from meshmodel.canvas.lighting import Lighting
from meshmodel.canvas.scene import Run
from meshmodel.model.records import System, Zone
from tests.app.desk import desk
from tests.canvas.building import snapshot_of

MANY = snapshot_of(Zone("all"), *(System(f"s{number:03}", zone="all") for number in range(AT_ONCE + 5)))


async def test_panels_follow_a_selection_that_rests(tmp_path):
    async with desk(tmp_path, MANY, size=(200, 60)) as it:
        await it.select("zone", "all")
        await it.press("z")
        for key in ("s001", "s002", "s003"):
            it.bench.context.select(("system", key))
        assert it.bench.shown.selected == ("system", "s003")
        await it.shows("▣ s003  system")


def test_the_title_of_a_selected_lane_stands_out():
    looks = inks(palette_of("mesh-dark"))
    row = [Run(" Help desk ", 11, "lane-title", (("zone", "helpdesk"),))]
    plain, chosen = (
        paint_row(row, looks.lanes[0], Lighting(selected=frozenset(selected)), looks)
        for selected in ((), {("zone", "helpdesk")})
    )
    assert [segment.text for segment in plain] == [segment.text for segment in chosen]
    assert [segment.style for segment in plain] != [segment.style for segment in chosen]
