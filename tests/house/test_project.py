"""What holds of the project as a whole: sizes, words, documentation, packaging."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from meshmodel.store import examples as stored
from tests.house.sources import ROOT, modules, nodes, tree

SOURCES = tuple(modules().values())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def tracked() -> list[Path]:
    """The files of the project: what git knows and is there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_no_path_of_a_machine_is_in_the_project():
    folders = "work|root|home/[a-z]|Users/[A-Za-z]"
    pattern = re.compile(rf"(?<![\w.$}}:/-])/(?:{folders})[\w-]*/")
    assert [(str(path), found[0]) for path, text in texts() if (found := pattern.search(text))] == []


def test_nothing_is_left_open():
    words = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "NotImplemented" + "Error")
    pattern = re.compile(rf"\b({'|'.join(words)})\b")
    assert [(str(path), found[0]) for path, text in texts() if (found := pattern.search(text))] == []


def test_no_test_is_skipped_but_those_that_need_a_server():
    pattern = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b")
    here = Path(__file__).relative_to(ROOT)
    found = [str(path) for path, text in texts() if path != here and pattern.search(text)]
    assert found == ["tests/store/servers.py"], "a database of PostgreSQL, which .ci/run starts"


def test_every_exception_from_a_check_says_why():
    pattern = re.compile(r"#\s*(noqa|type: ignore)(?P<codes>[^#\n]*)(?P<reason>#.*)?$", re.MULTILINE)
    bare = [
        f"{path}: {found[0]}"
        for path, text in texts()
        if path.suffix == ".py" and path != Path(__file__).relative_to(ROOT)
        for found in pattern.finditer(text)
        if not re.search(r"[:\[]", found["codes"])
    ]
    assert bare == []


def test_everything_public_is_documented():
    bare = []

    def look(node, prefix):
        for each in ast.iter_child_nodes(node):
            if not isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if each.name.startswith("_") or any(
                isinstance(mark, ast.Attribute) and mark.attr == "setter" for mark in each.decorator_list
            ):
                continue
            if not ast.get_docstring(each):
                bare.append(f"{prefix} {each.name}")
            if isinstance(each, ast.ClassDef):
                look(each, f"{prefix} {each.name}")

    for path in SOURCES:
        name = str(path.relative_to(ROOT))
        bare += [] if ast.get_docstring(tree(path)) else [name]
        look(tree(path), name)
    assert bare == []


def test_no_error_below_the_command_line_names_an_option():
    """A dialog shows it too, and names its rows; the command line puts the option before it."""
    named = [
        f"{path.relative_to(ROOT)}, line {text.lineno}: {text.value}"
        for path in SOURCES
        if path.relative_to(ROOT / "meshmodel").parts[0] not in {"commands", "cli.py"}
        for node in nodes(path)
        if isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("Error"))
        for text in ast.walk(node)
        if isinstance(text, ast.Constant) and re.search(r"(?<![\w-])--[a-z]", str(text.value))
    ]
    assert named == []


def test_importing_the_package_is_cheap():
    code = (
        "import sys, meshmodel, meshmodel.api, meshmodel.edits.edit, meshmodel.analysis.rules\n"
        "print(' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    heavy = {"textual", "rich", "sqlmodel", "sqlalchemy", "networkx", "numpy", "pydantic", "graphviz"}
    assert heavy.isdisjoint(done.stdout.split())


def test_the_examples_travel_in_the_wheel():
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["meshmodel"]
    assert wheel["force-include"] == {"models": "meshmodel/examples"}


def test_examples_are_found_where_a_wheel_puts_them(tmp_path, monkeypatch):
    package = tmp_path / "meshmodel"
    (package / "store").mkdir(parents=True)
    (package / "examples").mkdir()
    for each in stored.examples():
        (package / "examples" / each.path.name).write_bytes(each.path.read_bytes())
    shutil.copytree(ROOT / "models" / "answer-desk", package / "examples" / "answer-desk")
    expected = [each.description for each in stored.examples()]
    monkeypatch.setattr(stored, "__file__", str(package / "store" / "examples.py"))
    assert [each.description for each in stored.examples()] == expected
    assert all(each.path.is_relative_to(package) for each in stored.examples())
    found = {each.id: each for each in stored.examples()}["answer-desk"]
    assert len(found.logs) == 4
    assert all(each.is_relative_to(package) for each in (*found.logs, found.log_map))


def test_the_program_has_the_version_of_the_project():
    from importlib.metadata import version

    assert version("meshmodel") == PROJECT["project"]["version"]


def test_the_app_imports_the_language_as_a_whole():
    """Two threads import it: a part that imports others of it, entered first, would be met half made."""
    language = ROOT / "meshmodel" / "language"
    parts = {path.stem for path in language.glob("*.py") if "meshmodel.language" in path.read_text("utf-8")}
    wrong = [
        f"{path.name}: {part}"
        for path in SOURCES
        if path.is_relative_to(ROOT / "meshmodel" / "app")
        for part in re.findall(r"from meshmodel\.language\.(\w+) import", path.read_text("utf-8"))
        if part in parts
    ]
    assert "pasted_lines" in parts
    assert not wrong
