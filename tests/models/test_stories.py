"""The texts of ``explain`` and ``explain --all`` for the worked examples, as they are printed.

``python -m tests.models.test_stories`` writes them anew; read the difference before keeping it.
"""

from pathlib import Path

from meshmodel.answers.painters import text_of
from meshmodel.answers.style import Style
from meshmodel.answers.ways import ways_blocks
from meshmodel.api import Analysis, analyse
from meshmodel.interchange import read_file
from tests.models.meshes import FOLDER
from tests.rows import all_rows

GOLDENS = Path(__file__).parent / "stories"
CASES = FOLDER.parent / "tests" / "cases"
FILES = {
    path.stem: path
    for path in [
        *sorted(FOLDER.glob("*.toml")),
        CASES / "15-trigger-and-hosting.toml",
        CASES / "16-exchange-and-revocation.toml",
        CASES / "21-steered-by-what-it-reads.toml",
        CASES / "25-bound-secret-at-rest.toml",
    ]
}


MOST_PAIRS = 30
"""Of a larger design not every agent and system are told, but what is worst of each agent, and the first
system that it does not reach: somebody is to read these files."""


def stories(analysis: Analysis) -> str:
    """All ways of every agent to every system, each with its heading."""
    snapshot = analysis.snapshot
    pairs = [(agent, system) for agent in sorted(snapshot.agent) for system in sorted(snapshot.system)]
    if len(pairs) > MOST_PAIRS:
        reached = {(agent.agent, each.system) for agent in analysis.reach() for each in agent.reach}
        worst = [
            (each.agent, each.system)
            for agent in snapshot.agent
            for each in [analysis.explain(agent)]
            if each
        ]
        first = {agent: system for agent, system in reversed(pairs) if (agent, system) not in reached}
        pairs = sorted({*worst, *first.items()})
    told = [
        text_of(ways_blocks(snapshot, ways), Style())
        for pair in pairs
        for ways in [analysis.all_ways(*pair)]
        if ways is not None
    ]
    return "\n\n\n".join(told) + "\n"


@all_rows("name", FILES)
def test_the_stories_of_a_worked_example(name):
    text = (GOLDENS / f"{name}.txt").read_text(encoding="utf-8")
    assert stories(analyse(read_file(FILES[name]))) == text


def test_there_is_a_story_for_every_example_and_no_other():
    assert sorted(path.stem for path in GOLDENS.glob("*.txt")) == sorted(FILES)


def test_every_kind_of_step_is_told_somewhere():
    text = "".join(path.read_text(encoding="utf-8") for path in GOLDENS.glob("*.txt"))
    told = (", with ", "finds ", "exchanges ", "calls ", "starts ", "may follow it", "takes over ")
    assert [words for words in told if words not in text] == []


if __name__ == "__main__":
    GOLDENS.mkdir(exist_ok=True)
    for each, path in FILES.items():
        text = stories(analyse(read_file(path)))
        (GOLDENS / f"{each}.txt").write_text(text, encoding="utf-8")
