"""Where agents carry outsiders' words is told in the inspector and by the facts of the canvas; the help tells
what the signs of the canvas mean.
"""

from meshmodel.analysis.analysis import analyse
from meshmodel.app.dialogs.help import help_rows
from meshmodel.app.presentation.inspection import reach_sections
from meshmodel.app.presentation.lenses import facts_of
from meshmodel.canvas.glyphs import FLAGS, SIGNS
from meshmodel.canvas.layout.elements import MARK_GLYPHS
from meshmodel.model.records import Agent, Credential, Custody, Grant, Hold, System
from tests.canvas.building import snapshot_of

MESH = snapshot_of(
    System("inbox", untrusted_input=True),
    System("memory"),
    System("table", typed=True),
    Agent("bot", kind="ai-agent"),
    Agent("aide", kind="ai-agent"),
    Agent("job", kind="service"),
    *(Credential(f"{name}-key") for name in ("bot", "aide", "job")),
    *(Hold(name, f"{name}-key") for name in ("bot", "aide", "job")),
    *(Grant(f"{name}-key", "inbox", ("read",)) for name in ("bot", "aide", "job")),
    *(Grant(f"{name}-key", "memory", ("write",)) for name in ("bot", "aide", "job")),
    Grant("bot-key", "table", ("write",)),
)


def test_a_system_tells_which_agents_carry_outsiders_words_there() -> None:
    told = {}
    for name, system in MESH.system.items():
        sections = reach_sections(MESH, analyse(MESH), system)
        told[name] = [
            line.value
            for title, lines in sections
            for line in lines
            if title.startswith("⚐ untrusted content")
        ]
    assert told == {
        "inbox": [],
        "memory": [("agent", "aide"), ("agent", "bot"), ("agent", "job")],
        "table": [],
    }


def test_where_outsiders_write_with_a_key_that_lies_open_no_carrier_is_missed() -> None:
    mesh = snapshot_of(
        System("image", sensitivity="public"),
        System("script"),
        Credential("key"),
        Custody("image", "key"),
        Grant("key", "script", ("write",)),
    )
    (section,) = reach_sections(mesh, analyse(mesh), mesh.system["script"])
    assert section == ("⚐ outsiders write here, with a credential that they get", [])


def test_the_canvas_knows_where_outsiders_words_come_to() -> None:
    assert facts_of(analyse(MESH)).heard == {"inbox", "memory"}
    assert facts_of(None).heard == frozenset()


def test_the_help_tells_every_sign_of_the_canvas() -> None:
    texts = [row.content.plain for row in help_rows()]
    signs = {sign for sign, _ in SIGNS}
    assert {*MARK_GLYPHS.values(), *FLAGS} <= signs
    for sign, meaning in SIGNS:
        assert any(sign in text and meaning in text for text in texts)
