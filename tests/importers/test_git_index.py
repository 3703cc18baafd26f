"""Which files git tracks, and what follows for the secrets in them and for the settings of clients."""

import contextlib
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.importers.git_index import INDEX_LIMIT, names_in
from meshmodel.importers.importing import prepare
from meshmodel.model.records import Snapshot
from tests.rows import all_rows

NAMES = st.sets(st.binary(min_size=1, max_size=30).map(lambda each: each.replace(b"\0", b"-")), max_size=8)
SECRET = {"mcpServers": {"x": {"command": "x", "env": {"SHOP_API_KEY": "8fK2mQz71LpXw0Rt"}}}}
HOOK = {"permissions": {"allow": ["Bash(*)"]}}
FLOW = {
    "on": "schedule",
    "permissions": {"contents": "write"},
    "jobs": {"a": {"runs-on": "x", "steps": [{"uses": "actions/checkout@v4"}]}},
}


def width(number):
    """A number of variable width, as of offsets in a pack."""
    found = [number & 0x7F]
    while number := number >> 7:
        number -= 1
        found.append(0x80 | number & 0x7F)
    return bytes(reversed(found))


def index(names, version=2, make=hashlib.sha1, extensions=b""):
    """An index as gitformat-index says."""
    content, before = b"DIRC" + version.to_bytes(4) + len(names).to_bytes(4), b""
    for name in sorted(names):
        extended = version > 2 and len(name) % 2
        entry = bytes(40 + make().digest_size)
        entry += (min(len(name), 0xFFF) | (0x4000 if extended else 0)).to_bytes(2)
        entry += b"\x20\0" if extended else b""
        if version == 4:
            pairs = zip(before, name, strict=False)
            same = next(
                (at for at, (one, two) in enumerate(pairs) if one != two), min(len(before), len(name))
            )
            content += entry + width(len(before) - same) + name[same:] + b"\0"
        else:
            content += (entry + name).ljust((len(entry + name) + 8) // 8 * 8, b"\0")
        before = name
    content += extensions
    return content + make(content).digest()


@given(NAMES, st.sampled_from([2, 3, 4]), st.sampled_from([hashlib.sha1, hashlib.sha256]))
def test_the_names_of_an_index_are_read_in_every_version(names, version, make):
    names |= {b"a/" + b"x" * 300}
    assert names_in(index(names, version, make, b"TREE" + (3).to_bytes(4) + b"abc")) == names


@given(st.binary(max_size=200), st.sampled_from([2, 3, 4]), st.integers(0, 2**32 - 1))
def test_what_is_no_index_is_refused_and_nothing_else(rest, version, count):
    content = b"DIRC" + version.to_bytes(4) + count.to_bytes(4) + rest
    with contextlib.suppress(ValueError):
        assert len(names_in(content + hashlib.sha1(content).digest())) <= len(rest)
    for each in (rest, content):
        with pytest.raises(ValueError, match="gitformat-index"):
            names_in(each + b"x")


def drawn(folder, files, tracked=None):
    """The model of a folder, in a repository whose index is given."""
    if tracked is not None:
        (folder / ".git").mkdir()
        (folder / ".git" / "index").write_bytes(tracked)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return prepare([folder], folder, Snapshot(), []).after


FLOW_FILE = ".github/workflows/a.yml"


@all_rows(
    ("tracked", "is_in_code"),
    [
        (None, False),
        (index([b"a/.mcp.json"]), True),
        (index([b"a/"]), True),
        (index([b"README.md", b".mcp.json"]), False),
        (index([]), False),
        (index([b"x"], extensions=b"link\0\0\0\0"), True),
        (b"no index", True),
        (index([]) + bytes(INDEX_LIMIT), True),
    ],
)
def test_a_secret_in_a_file_that_git_tracks_or_may_is_kept_by_the_code(tmp_path, tracked, is_in_code):
    model = drawn(tmp_path, {"a/.mcp.json": SECRET, FLOW_FILE: FLOW}, tracked)
    keeping = {each.system for each in model.custody.values()}
    assert keeping == {"files-of-a", *(["code"] if is_in_code else [])}
    assert [each for each in model.system.values() if each.kind == "code-repository"] == [
        model.system["code"]
    ]


def test_of_a_worktree_every_file_is_assumed_to_be_tracked_and_its_folder_names_the_code(tmp_path):
    (tmp_path / "shop" / "a").mkdir(parents=True)
    (tmp_path / "shop" / ".git").write_text("gitdir: elsewhere", encoding="utf-8")
    model = drawn(tmp_path, {"shop/a/.mcp.json": SECRET, f"shop/{FLOW_FILE}": FLOW})
    assert {each.system for each in model.custody.values()} == {"files-of-a", "code-of-shop"}
    assert [each.id for each in model.zone.values() if "shop" in each.title] == ["shop"]


def test_a_compose_file_that_git_tracks_gives_its_secrets_to_the_code(tmp_path):
    service = {"image": "mcp/x", "environment": {"SHOP_API_KEY": "8fK2mQz71LpXw0Rt"}}
    model = drawn(tmp_path, {"compose.yaml": {"services": {"x": service}}}, index([b"compose.yaml"]))
    assert {"code"} < {each.system for each in model.custody.values()}


@all_rows(
    ("folder", "level", "writes"),
    [("", "write", True), ("a/", "write", True), ("../", "write", False), ("", "read", False)],
)
def test_a_token_that_writes_the_code_writes_the_settings_of_clients_in_it(tmp_path, folder, level, writes):
    base = tmp_path / "base"
    base.mkdir()
    flow = {**FLOW, "permissions": {"contents": level}}
    drawn(base, {FLOW_FILE: flow})
    drawn(base / folder, {".claude/settings.json": HOOK})
    files = [base / FLOW_FILE, base / folder / ".claude/settings.json"]
    model = prepare(files, base, Snapshot(), []).after
    settings = [each.id for each in model.system.values() if each.title.startswith("settings of Claude Code")]
    writers = {each.credential for each in model.grant.values() if each.system in settings}
    assert ("github_token-of-a" in writers) is writes
    assert any("pulls what a workflow pushes" in each.text for each in model.note.values()) is writes
