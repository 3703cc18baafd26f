import subprocess
import sys

import pytest

import meshmodel
from meshmodel.analysis.analysis import analyse
from meshmodel.interchange import read_file
from meshmodel.model import records as r
from meshmodel.store.examples import ORDER, example
from tests.analysis.meshes_by_hand import support
from tests.benchmarks.meshes import clustered
from tests.rows import all_rows


def test_questions_ask_what_is_not_drawn():
    asked = {each.element: each.asks for each in analyse(support()).questions}
    assert set(asked) == {
        "agent:bot",
        "credential:file-key",
        "credential:ticket-token",
        "system:files",
        "system:tickets",
    }
    assert asked["agent:bot"] == ("Who owns it?", "What is it meant to do (it can be prompt-injected)?")
    assert len(asked["system:files"]) == 2
    complete = support(
        r.Agent("bot", kind="service", home="helpdesk", owner="desk"),
        r.Credential("file-key", owner="desk", lifetime="1h"),
        r.Credential("ticket-token", status="revoked"),
        r.System("files", zone="cloud", sensitivity="internal", audit="identity", owner="desk"),
        r.System("tickets", zone="helpdesk", sensitivity="internal", audit="none", owner="desk"),
    )
    assert analyse(complete).questions == ()


def test_two_identities_in_one_zone_are_asked_about():
    one_zone = support(r.System("files", zone="helpdesk"))
    asks = {each.element: each.asks for each in analyse(one_zone).questions}["agent:bot"]
    assert "It reaches only Help desk: is Help desk really one trust zone?" in asks


def test_a_large_mesh_is_counted_and_its_counts_agree_with_the_list():
    analysis = analyse(clustered(150, 290, dense=False, seed=4))
    states = [each.state for each in analysis.crossings()]
    assert analysis.summary.crossings == len(states)
    assert analysis.summary.uncontrolled == states.count("uncontrolled")


def test_the_public_names_are_there():
    assert meshmodel.__version__
    for name in meshmodel.__all__:
        assert name in dir(meshmodel)
        assert getattr(meshmodel, name) is not None
    with pytest.raises(AttributeError):
        _ = meshmodel.nothing
    assert meshmodel.analyse(support()).summary.missing == 1


def test_an_analysis_imports_nothing_heavy():
    code = (
        "import sys, meshmodel\n"
        "from meshmodel.model.records import Snapshot\n"
        "meshmodel.analyse(Snapshot()).summary\n"
        "heavy = {'textual', 'rich', 'sqlmodel', 'sqlalchemy', 'networkx', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@all_rows("name", ORDER)
def test_identities_are_counted_as_they_are_named(name):
    analysis = analyse(read_file(example(name).path))
    counted = {each.agent: len(each.identities) for each in analysis.reach()}
    assert counted
    assert analysis.identity_counts() == counted
