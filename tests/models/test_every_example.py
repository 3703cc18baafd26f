"""What holds of every worked example, whatever its story."""

from meshmodel.api import analyse
from meshmodel.edits.edit import Edit, apply_edit
from meshmodel.interchange import write_text
from meshmodel.store.examples import ORDER, example, examples
from tests.models.meshes import FOLDER, NAMES, mesh
from tests.rows import all_rows


@all_rows("name", NAMES)
def test_it_is_written_as_the_program_writes_it(name):
    assert write_text(mesh(name)) == (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


@all_rows("name", NAMES)
def test_it_tells_its_story(name):
    about = mesh(name).about
    assert about.name
    assert about.description
    assert about.description.count(". ") >= 2


@all_rows("name", NAMES)
def test_it_leaves_few_questions(name):
    assert len(analyse(mesh(name)).questions) <= 2


@all_rows("name", NAMES)
def test_everybody_knows_whose_it_is(name):
    snapshot = mesh(name)
    for table in (snapshot.system, snapshot.agent, snapshot.credential):
        assert [each.id for each in table.values() if not each.owner] == []


def test_the_folder_has_just_these():
    assert sorted(path.name for path in FOLDER.glob("*.toml")) == sorted(f"{name}.toml" for name in NAMES)
    assert ORDER == NAMES


def test_the_program_finds_them_in_the_order_of_reading():
    found = examples()
    assert [each.id for each in found] == list(NAMES)
    for each in found:
        assert each.name == mesh(each.id).about.name
        assert mesh(each.id).about.description.startswith(each.sentence)
        assert example(each.id) == each


def test_an_edit_of_nothing_changes_nothing():
    for name in NAMES:
        assert apply_edit(mesh(name), Edit("nothing", ())) == mesh(name)
