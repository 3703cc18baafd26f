"""Importing again: the last import, the file now and the model now."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.edit import Edit, Put, Remove, Rename, apply_edit
from meshmodel.importers.foreign_files import read_files
from meshmodel.importers.importing import prepare
from meshmodel.importers.plan import plan
from meshmodel.interchange import write_text
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import (
    Agent,
    Checkpoint,
    Credential,
    Custody,
    Grant,
    Hold,
    Note,
    Snapshot,
    Zone,
    key_of,
    table_of,
)
from meshmodel.store.store import Store
from tests.store.sample import imported_in


def started(*names, **more):
    """A configuration with servers that are started, and others."""
    return {"mcpServers": {**{name: {"command": name} for name in names}, **more}}


class Desk:
    """A model file and the configurations beside it."""

    def __init__(self, folder):
        self.folder = folder
        self.model = folder / "m.mesh"
        Store.create(self.model).close()

    def write(self, content, name=".mcp.json"):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
        return path

    def prepare(self, *names, rejected=()):
        with Store.open(self.model, read_only=True) as store:
            return prepare(
                [self.folder / name for name in names or [".mcp.json"]],
                self.folder,
                store.snapshot,
                store.imported(),
                renamed=store.renamed,
                rejected=frozenset(rejected),
            )

    def bring_in(self, content=None, *names, rejected=()):
        """Import files, apply what is proposed, and give what was done by kind: table and key."""
        if content is not None:
            self.write(content)
        done = self.prepare(*names, rejected=rejected)
        with Store.open(self.model) as store:
            store.apply(done.edit, imported=done.imported)
            assert store.snapshot == done.after
        found = {}
        for each in done.outcomes:
            found.setdefault(each.kind, set()).add((each.table, each.key))
        return found

    def edit(self, *changes):
        with Store.open(self.model) as store:
            store.apply(Edit("by hand", changes))

    def undo(self):
        with Store.open(self.model) as store:
            return store.undo().label

    @property
    def now(self):
        with Store.open(self.model, read_only=True) as store:
            return store.snapshot


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def rows_of(desk):
    return len(imported_in(desk.model))


def test_importing_an_unchanged_file_changes_nothing(desk):
    desk.bring_in(started("a", "b"))
    before = desk.model.read_bytes()
    assert desk.bring_in() == {}
    done = desk.prepare()
    assert (done.edit.changes, done.imported) == ((), ())
    assert desk.model.read_bytes() == before
    desk.write(started("b", "a"))  # in another order only the lines of the questions change
    assert desk.bring_in() == {}


def test_what_only_the_file_changed_is_changed(desk):
    url = {"url": "https://one.example.com/mcp"}
    desk.bring_in(started(far=url))
    desk.edit(Put(replace(desk.now.system["far"], owner="me", sensitivity="internal")))
    assert desk.bring_in(started("more", far=url))["new"] >= {("agent", "more")}
    assert desk.now.system["far"].owner == "me"


def test_a_change_of_the_user_wins_and_the_conflict_is_shown_once(desk):
    desk.bring_in(started("a"))
    note = next(each for each in desk.now.note.values() if each.about == "agent:a")
    desk.edit(Put(replace(note, source="by hand")))
    desk.write({"version": 1, **started("a")})
    done = desk.prepare()
    (conflict,) = (each for each in done.outcomes if each.kind == "conflict")
    assert conflict.key == note.id
    assert [(key, ours) for key, ours, _ in conflict.fields] == [("source", "by hand")]
    desk.bring_in()
    assert desk.now.note[note.id].source == "by hand"
    assert "conflict" not in desk.bring_in()


def test_an_answered_question_stays_answered(desk):
    desk.bring_in(started("a"))
    note = next(each for each in desk.now.note.values() if each.about == "agent:a")
    desk.edit(Put(replace(note, state="done")))
    assert desk.bring_in() == {}
    assert desk.now.note[note.id].state == "done"


def test_what_vanished_is_removed(desk):
    desk.bring_in(started("a", "b"))
    done = desk.bring_in(started("a"))
    assert done["gone"] >= {("agent", "b"), ("delegation", ("claude-code", "b"))}
    assert list(desk.now.agent) == ["a", "claude-code"]
    assert desk.bring_in() == {}


def test_what_vanished_stays_where_the_user_changed_it(desk):
    desk.bring_in(started("a", "b"))
    desk.edit(Put(replace(desk.now.agent["b"], owner="me")))
    done = desk.bring_in(started("a"))
    assert ("agent", "b") in done["kept"]
    assert ("delegation", ("claude-code", "b")) in done["gone"]
    assert desk.now.agent["b"].owner == "me"
    assert desk.bring_in() == {"kept": {("agent", "b")}}
    desk.edit(Put(replace(desk.now.agent["b"], owner=None)))
    assert ("agent", "b") in desk.bring_in()["gone"]


@pytest.mark.parametrize(
    "tied",
    [
        [Put(Credential("k")), Put(Hold("b", "k"))],
        [Put(Note("n", "remember", "agent:b"))],
        [Put(Checkpoint("c", "policy-decision", "delegation", "claude-code", "b"))],
    ],
)
def test_what_vanished_stays_where_something_is_tied_to_it(desk, tied):
    desk.bring_in(started("a", "b"))
    desk.edit(*tied)
    done = desk.bring_in(started("a"))
    assert ("agent", "b") in done["kept"]
    after = desk.now
    assert all(after.get(table_of(each.record), key_of(each.record)) == each.record for each in tied)


def test_moving_it_on_the_canvas_is_no_change(desk):
    desk.bring_in(started("a", "b"))
    desk.edit(Put(replace(desk.now.agent["b"], at=(1, 2))))
    assert ("agent", "b") in desk.bring_in(started("a"))["gone"]


def test_what_the_user_deleted_stays_deleted_with_all_that_belongs_to_it(desk):
    content = started(a={"command": "a", "env": {"A_TOKEN": "x1"}})
    desk.bring_in(content)
    desk.edit(Remove("agent", "a"))
    content["mcpServers"]["a"]["env"]["B_TOKEN"] = "x2"  # no secret
    done = desk.bring_in(content)
    assert {key for _, key in done["new"]} == {
        "b_token-of-a",
        "question-b_token-of-a",
        ("files-of-the-project", "b_token-of-a"),
    }
    assert "a" not in desk.now.agent
    assert ("hold", ("a", "b_token-of-a")) in done["left out"]


def test_a_rejected_row_stays_rejected(desk):
    desk.bring_in(started("a"))
    done = desk.bring_in(started("a", "b"), rejected={("agent", "b")})
    assert {("agent", "b"), ("delegation", ("claude-code", "b"))} <= done["left out"]
    assert "b" not in desk.now.agent
    assert "new" not in desk.bring_in()
    done = desk.bring_in(started("b"), rejected={("agent", "a")})
    assert ("agent", "a") in done["kept"]
    assert "a" in desk.now.agent
    assert "gone" not in desk.bring_in()


def test_only_what_is_proposed_can_be_rejected(desk):
    desk.write(started("a"))
    with pytest.raises(MeshmodelError, match='agent "nobody": nothing is proposed'):
        desk.prepare(rejected={("agent", "nobody")})


def test_a_file_that_was_read_in_part_removes_nothing(desk):
    desk.bring_in(started("a", "b"))
    path = desk.write(started("a"))
    (proposed,) = read_files([path], desk.folder).propose()
    last = imported_in(desk.model)
    whole = plan(proposed, [".mcp.json"], desk.now, last)
    proposed.partial[".mcp.json"] = "the rest is elsewhere"
    in_part = plan(proposed, [".mcp.json"], desk.now, last)
    assert {each.kind for each in whole.outcomes} == {"gone"}
    assert (in_part.outcomes, in_part.imported) == ([], [])


def test_two_files_never_delete_each_others(desk):
    shared = {"crm": {"url": "https://mcp.example.com/crm"}}
    desk.write(started("a", **shared), "one/.mcp.json")
    desk.write(started("b", **shared), "two/.mcp.json")
    desk.bring_in(None, "one/.mcp.json")
    done = desk.bring_in(None, "two/.mcp.json")
    assert ("system", "crm") not in done["new"], "the same address is the same server"
    desk.write(started("a"), "one/.mcp.json")
    done = desk.bring_in(None, "one/.mcp.json")
    assert done["gone"] == {("delegation", ("claude-code-in-one", "crm-service"))}
    desk.write(started("b"), "two/.mcp.json")
    done = desk.bring_in(None, "two/.mcp.json")
    assert {("system", "crm"), ("agent", "crm-service"), ("zone", "mcp.example.com")} <= done["gone"]
    assert sorted(desk.now.agent) == ["a", "b", "claude-code-in-one", "claude-code-in-two"]


def test_a_name_that_the_model_has_already_is_another_thing(desk):
    desk.edit(Put(Agent("a", owner="me")))
    assert ("agent", "a-2") in desk.bring_in(started("a"))["new"]
    assert desk.now.agent["a"].owner == "me"
    assert desk.bring_in() == {}


def test_new_ids_are_followed_also_through_undo(desk):
    desk.bring_in(started("a", "b"))
    desk.edit(Rename("agent", "a", "alpha"))
    desk.edit(Rename("agent", "alpha", "alef"))
    assert desk.bring_in() == {}
    assert ("agent", "c") in desk.bring_in(started("a", "b", "c"))["new"]
    assert desk.bring_in(started("b", "c"))["gone"] >= {("agent", "alef")}
    assert desk.undo().startswith("import")
    assert "alef" in desk.now.agent


@pytest.mark.slow
def test_an_id_that_undo_gave_back_is_followed(desk):
    desk.bring_in(started("a"))
    desk.edit(Rename("agent", "a", "alpha"))
    desk.bring_in(started("a", "b"))
    desk.undo()
    desk.undo()
    assert ("agent", "a") not in desk.bring_in(started("a", "b")).get("new", set())
    assert sorted(desk.now.agent) == ["a", "b", "claude-code"]


def test_undo_takes_back_what_was_kept_too(desk):
    before = write_text(desk.now)
    first = desk.bring_in(started("a"))
    assert desk.undo() == "import .mcp.json"
    assert write_text(desk.now) == before
    assert rows_of(desk) == 0
    assert desk.bring_in() == first


@pytest.mark.slow
def test_several_imports_undone_one_by_one(desk):
    texts = [write_text(desk.now)]
    for names in ("a", "ab", "b", "bc"):
        desk.bring_in(started(*names))
        texts.append(write_text(desk.now))
    for text in reversed(texts[:-1]):
        desk.undo()
        assert write_text(desk.now) == text
    with Store.open(desk.model) as store:
        while store.redo():
            pass
        assert write_text(store.snapshot) == texts[-1]
    assert desk.bring_in() == {}


def test_an_interchange_file_is_compared_in_two_ways(desk):
    path = desk.write(started("a"))
    made = prepare([path], desk.folder, Snapshot(), None)
    assert not made.is_compared_with_last
    edited = apply_edit(
        made.after, Edit("", (Put(replace(made.after.agent["a"], kind="broker", owner="me")),))
    )
    again = prepare([path], desk.folder, edited, None)
    assert [(each.kind, each.key, [key for key, _, _ in each.fields]) for each in again.outcomes] == [
        ("conflict", "a", ["kind"])
    ]
    assert again.after == edited
    desk.write(started("b"))
    later = prepare([path], desk.folder, edited, None)
    assert {each.kind for each in later.outcomes} == {"new"}
    assert {"a", "b"} <= set(later.after.agent)
    assert later.imported == ()


# Any sequence of files and edits --------------------------------------------------------------

NAMES = st.sets(st.sampled_from("abcd"), max_size=4)
SERVERS = st.sampled_from(
    [
        {"command": "x"},
        {"command": "x", "env": {"X_TOKEN": "${X}"}},
        {"command": "x", "env": {"X_TOKEN": "literal"}},
        {"url": "https://one.example.com/mcp"},
        {"url": "https://two.example.com/mcp", "headers": {"Authorization": "Bearer ${X}"}},
    ]
)
CONFIGS = st.dictionaries(st.sampled_from("abcd"), SERVERS, min_size=1, max_size=3)


def by_hand(draw, model, number):
    """An edit that a user may make: a change, a deletion, or something that is tied to it."""
    elements = [
        (table, key) for table in ("agent", "system", "credential", "zone") for key in model.table(table)
    ]
    if not elements:
        return Put(Zone(f"mine-{number}"))
    table, key = draw(st.sampled_from(sorted(elements)))
    match draw(st.integers(0, 4)):
        case 0:
            return Remove(table, key)
        case 1:
            return Put(replace(model.get(table, key), description=f"edited {number}"))
        case 2 if model.credential and model.system:
            return Put(Custody(min(model.system), min(model.credential), by=("write",)))
        case 3 if model.credential and model.system:
            return Put(Grant(max(model.credential), max(model.system), ("admin",)))
    return Put(Note(f"mine-{number}", "remember", f"{table}:{key}"))


def folded(kept, rows):
    """What is kept after rows were added, as the store reads it."""
    found = {each.place: each for each in kept}
    found.update({each.place: each for each in rows})
    return [each for each in found.values() if each.record is not None]


@pytest.mark.slow
@given(st.data())
def test_whatever_is_edited_between_imports_the_users_edits_stay(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("again")
    path = folder / ".mcp.json"
    model, kept, edited = Snapshot(), [], {}
    for number in range(data.draw(st.integers(2, 4))):
        path.write_text(json.dumps({"mcpServers": data.draw(CONFIGS)}, indent=1), encoding="utf-8")
        done = prepare([path], folder, model, kept)
        model, kept = done.after, folded(kept, done.imported)
        for (table, key), record in edited.items():
            here = model.get(table, key)
            if record is None:
                assert here is None, "what was deleted does not come back"
            else:
                assert here is not None
                assert getattr(here, "description", None) == getattr(record, "description", None)
                assert getattr(here, "actions", None) == getattr(record, "actions", None)
        again = prepare([path], folder, model, kept)
        assert (again.after, again.imported) == (model, ())
        change = by_hand(data.draw, model, number)
        before, model = model, apply_edit(model, Edit("by hand", (change,)))
        for table in ("agent", "system", "credential", "zone", "note", "grant", "custody"):
            for key in {*before.table(table), *model.table(table)}:
                if before.get(table, key) != model.get(table, key):
                    edited[table, key] = model.get(table, key)


def test_what_is_the_same_thing_in_every_file_is_one_element_in_all_forms(tmp_path):
    servers = {"mcpServers": {"x": {"url": "https://api.openai.com/mcp"}}}
    (tmp_path / ".mcp.json").write_text(json.dumps(servers), encoding="utf-8")
    flow = tmp_path / ".github" / "workflows" / "a.yml"
    flow.parent.mkdir(parents=True)
    flow.write_text(
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: openai/codex-action@v1\n"
        "        with: {openai-api-key: '${{ secrets.K }}', prompt: x}\n",
        encoding="utf-8",
    )
    done = prepare([tmp_path], tmp_path, Snapshot(), [])
    hosts = [each.id for each in done.after.zone.values() if each.title == "api.openai.com"]
    assert len(hosts) == 1
    assert {each.form for each in done.proposals} == {"mcp", "github-actions"}
    store = tmp_path / "m.mesh"
    Store.create(store, done.after, done.imported).close()
    again = prepare([tmp_path], tmp_path, done.after, imported_in(store))
    assert (again.outcomes, again.edit.changes) == ((), ())
    (tmp_path / ".mcp.json").write_text('{"mcpServers": {"y": {"command": "y"}}}', encoding="utf-8")
    later = prepare([tmp_path], tmp_path, done.after, imported_in(store))
    assert hosts[0] in later.after.zone, "the workflow still says it"
