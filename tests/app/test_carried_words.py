"""Where agents carry outsiders' words is told in the inspector and by the facts of the canvas; the help tells
what the signs of the canvas mean.
"""

from meshmodel.analysis.analysis import analyse
from meshmodel.app.presentation.inspection import reach_sections
from meshmodel.model.records import Agent, Credential, Grant, Hold, System
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
