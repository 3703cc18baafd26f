"""Reading JSON with comments, YAML, TOML and Markdown into nodes, and refusing what cannot be read."""

import io
import json
import re
import time
import tomllib

import json5
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from meshmodel.importers.document import ABSENT, ForeignFileError
from meshmodel.importers.foreign_files import read_document, read_files
from meshmodel.importers.json_text import read_json, without_comments
from meshmodel.importers.toml_text import read_toml
from meshmodel.importers.yaml_text import read_yaml
from meshmodel.model.errors import RequestError
from tests.rows import all_rows

SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=12)
KEYS = st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
BLANKS = st.sampled_from(["", " ", "\n", "\t", '// a " comment, ]\n', "/* { \n */", "/**/", "\r\n"])


def plain(node):
    """The value of a node without its positions."""
    if node.is_map:
        return {key: plain(each) for key, each in node.items()}
    return [plain(each) for each in node] if node.is_list else node.value


@st.composite
def jsonc(draw, value):
    """A value written as JSON with comments and trailing commas."""
    blank = draw(BLANKS)
    if not isinstance(value, list | dict) or not value:
        return blank + json.dumps(value, ensure_ascii=False) + draw(BLANKS)  # json5 joins no surrogates
    if isinstance(value, list):
        inner = [draw(jsonc(each)) for each in value]
    else:
        inner = [
            f"{blank}{json.dumps(key, ensure_ascii=False)}{draw(BLANKS)}:{draw(jsonc(each))}"
            for key, each in value.items()
        ]
    end = draw(st.sampled_from(["", ",", ", "])) + draw(BLANKS)
    first, last = "[]" if isinstance(value, list) else "{}"
    return f"{first}{','.join(inner)}{end}{last}"


@given(st.data())
def test_json_with_comments_is_read_as_an_independent_parser_reads_it(data):
    value = data.draw(VALUES)
    text = data.draw(jsonc(value))
    assert plain(read_json(text, "f")) == value == json5.loads(text)
    blanked = without_comments(text)
    assert (len(blanked), blanked.count("\n")) == (len(text), text.count("\n"))


@given(st.dictionaries(st.text("abcxyz", min_size=1, max_size=4), VALUES, min_size=1, max_size=5))
def test_a_leaf_stands_on_its_line(value):
    text = json.dumps(value, indent=1)
    lines = text.split("\n")
    for leaf in read_json(text, "f").leaves():
        shown = json.dumps(leaf.value if not leaf.is_map and not leaf.is_list else plain(leaf))
        assert lines[leaf.line - 1].rstrip(",").endswith(shown)


@given(VALUES.filter(lambda value: isinstance(value, dict)))
def test_yaml_is_read_as_its_own_constructor_reads_it(value):
    text = io.StringIO()
    YAML(typ="safe", pure=True).dump(value, text)
    (root,) = read_yaml(text.getvalue(), "f")
    assert plain(root) == YAML(typ="safe", pure=True).load(text.getvalue())


TOML_VALUES = st.recursive(
    st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=12) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def toml_text(text):
    """A text in quotes; JSON leaves out one escape that TOML needs."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_key(key):
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else toml_text(key)


@st.composite
def inline(draw, value):
    """A value as TOML has it in a line, or in several where it is a list."""
    if isinstance(value, list):
        blank = draw(st.sampled_from(["", " ", "\n", " # a ] comment\n", "\r\n"]))
        inner = [f"{blank}{draw(inline(each))}{blank}" for each in value]
        return f"[{','.join(inner)}{blank}{',' if inner and blank else ''}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{toml_key(key)} = {draw(inline(each))}' for key, each in value.items())}}}"
    return toml_text(value) if isinstance(value, str) else str(value).lower()


@st.composite
def toml(draw, value, above=()):
    """A map as TOML: values of it first, then tables and lists of tables."""
    lines, below = [], []
    for key, each in value.items():
        path = (*above, toml_key(key))
        if isinstance(each, dict) and draw(st.booleans()):
            below.append(f"[ {' . '.join(path)} ] # [x]\n{draw(toml(each, path))}")
        elif isinstance(each, list) and each and all(isinstance(one, dict) for one in each):
            below += [f"[[{'.'.join(path)}]]\n{draw(toml(one, path))}" for one in each]
        else:
            lines.append(f"{toml_key(key)} = {draw(inline(each))}\n")
    return "".join((*lines, *below))


@given(st.data())
def test_toml_is_read_as_an_independent_parser_reads_it_and_a_leaf_stands_on_its_line(data):
    value = data.draw(st.dictionaries(KEYS, TOML_VALUES, max_size=5))
    text = data.draw(toml(value))
    root = read_toml(text, "f")
    assert plain(root) == value == tomllib.loads(text)
    lines = text.split("\n")
    for leaf in root.leaves():
        if not isinstance(leaf.value, dict | list):
            shown = toml_text(leaf.value) if isinstance(leaf.value, str) else str(leaf.value).lower()
            assert shown in lines[leaf.line - 1]


DATED = """# first
a.'b c'."d\\u0065" = 1979-05-27 07:32:00
[[list]]
x = \"\"\"
[no]
\"\"\"
[list.below]
y = 1
[[list]]
z = [
  {q = 1}, # ]
  '''}''',
]
"""


def test_toml_keeps_dates_as_texts_and_knows_where_each_value_stands():
    assert [(each.path, each.line, each.text) for each in read_toml(DATED, "f").leaves()] == [
        ('a["b c"].de', 2, "1979-05-27T07:32:00"),
        ("list[0].x", 4, "[no]\n"),
        ("list[0].below.y", 8, "1"),
        ("list[1].z[0].q", 11, "1"),
        ("list[1].z[1]", 12, "}"),
    ]


def test_yaml_keeps_words_lines_and_documents():
    text = "on: [push]\nyes: no\n---\n\n---\na: &x {b: 1}\nc: *x\n"
    first, second, *_ = [each for each in read_yaml(text, "f") if each.is_map]
    assert plain(first) == {"on": ["push"], "yes": "no"}
    assert [(each.path, each.line) for each in second.leaves()] == [("a.b", 6), ("c.b", 6)]


def test_markdown_has_its_front_matter_and_the_rest(tmp_path):
    path = tmp_path / "flow.md"
    path.write_text("---\non: issues\n---\n\n# Task\nDo it.\n", encoding="utf-8")
    root = read_document(path, tmp_path).root
    assert (root["on"].text, root["on"].line) == ("issues", 2)
    assert (root["body"].text, root["body"].line) == ("\n# Task\nDo it.\n", 4)


def test_front_matter_that_is_no_yaml_is_read_line_by_line(tmp_path):
    path = tmp_path / "agent.md"
    path.write_text(
        "---\nname: a\ndescription: when: <x>user: 'y'\n\ntools: Read\n---\nDo it.\n", encoding="utf-8"
    )
    root = read_document(path, tmp_path).root
    assert (root["description"].text, root["tools"].line) == ("when: <x>user: 'y'", 5)
    assert root["body"].text == "Do it.\n"
    for front in ("on: a: b\n  c: d", "a: b: c\na: d", "- a: b: c", "a: b: \x1b"):
        path.write_text(f"---\n{front}\n---\nx", encoding="utf-8")
        with pytest.raises(ForeignFileError):
            read_document(path, tmp_path)


def test_what_is_missing_is_absent_and_false():
    root = read_json('{"a": [1], "b": null}', "f")
    assert root["b"]
    assert not root["c"]
    assert root.get("a", 0).value == 1
    assert root.get("a", 5, "x", 7) is ABSENT
    assert [each.value for each in root["a"].each()] == [1]
    assert (root["c"].text, list(root["c"].leaves()), root["c"].items(), root["b"].each()) == ("", [], [], [])


HOSTILE = {
    "empty.json": "",
    "blank.yaml": "\n\n",
    "deep.json": "[" * 100_000,
    "deep-closed.json": "[" * 5_000 + "]" * 5_000,
    "deep-object.json": '{"a":' * 200 + "1" + "}" * 200,
    "deep.yaml": "".join(f"{' ' * depth}a:\n" for depth in range(150)),
    "flow.yaml": "[" * 5_000,
    "twice.json": '{"a": 1, "a": 2}',
    "twice.yaml": "a: 1\na: 2\n",
    "nan.json": '{"a": NaN}',
    "digits.json": '{"a": ' + "9" * 5_000 + "}",
    "cut.json": '{"a": "b',
    "comment.json": "/*/" * 20_000,
    "quotes.json": '"' * 99_999,
    "comma.json": "[,]",
    "commas.json": "[1,,]",
    "nul.json": '{"a": "\0"}',
    "nul.yaml": "a: \0",
    "control.yaml": "a: \x01",
    "utf16.json": b'\xff\xfe{\x00"\x00',
    "latin.yaml": "name: caf\xe9".encode("latin-1"),
    "bomb.yaml": "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(8)),
    "self.yaml": "a: &a [*a]\n",
    "self-map.yaml": "a: &a {b: *a}\n",
    "no-anchor.yaml": "a: *nowhere\n",
    "tab.yaml": "a:\n\t- b\n",
    "complex-key.yaml": "? [a, b]\n: c\n",
    "template.yaml": "a: {{ .Values.a }}\n{{- if .b }}\nc: d\n{{- end }}\n",
    "python.yaml": "!!python/object/apply:os.system ['true']\n",
    "binary.yaml": "a: !!binary '%%%'\n",
    "text.json": '"only a text"',
    "number.yaml": "42\n",
    "list.json": "[1, 2]",
    "wrong-types.json": '{"mcpServers": 5, "servers": ["x", 3], "projects": [], "mcp": null}',
    "surrogate.json": '{"\\ud800": 1}',
    "unclosed.md": "---\na: b\n",
    "empty.toml": "",
    "cut.toml": '[mcp_servers.a]\ncommand = "b',
    "twice.toml": "sandbox_mode = 'a'\nsandbox_mode = 'b'\n",
    "table-twice.toml": "[mcp_servers.a]\n[mcp_servers.a]\n",
    "deep.toml": f"a = {'[' * 100_000}",
    "deep-closed.toml": f"a = {'[' * 150}{']' * 150}",
    "deep-inline.toml": f"a = {'{b = ' * 150}1{'}' * 150}",
    "deep-key.toml": f"{'.'.join(['a'] * 5_000)} = 1",
    "digits.toml": f"a = {'9' * 900_000}",
    "hex.toml": f"a = 0x{'f' * 900_000}",
    "decimals.toml": f"a = 1.{'7' * 900_000}",
    "millions.toml": f"a = {'9' * 3_000_000}",
    "many.toml": f"a = [{'1,' * 60_000}]",
    "quotes.toml": f"a = {chr(34) * 99_999}",
    "brackets.toml": "[" * 99_999,
    "escapes.toml": 'a = "' + '\\"' * 400_000,
    "control.toml": "a = 'b\x01'",
    "return.toml": "a = 1\rb = 2",
    "other.toml": "[tool.poetry]\nname = 'x'\n",
    # Each of these took hours, as the time grew with the square of the length.
    "unterminated.json": '{"a": "' + '\\"' * 500_000,
    "unterminated-after-comment.json": '{"a": // x\n "' + '\\"' * 500_000,
    "blank-lines.yaml": "\n" * 200_000 + "a: [\n",
    "tag.yaml": f"a: !{'x' * 100_000} 1\n",
    "tag-handle.yaml": f"a: !{'x' * 100_000}!y 1\n",
    "verbatim-tag.yaml": f"a: !<{'x' * 100_000}> 1\n",
}


@all_rows("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(name, tmp_path):
    path = tmp_path / name
    content = HOSTILE[name]
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises((ForeignFileError, RequestError)) as refused:
        read_files([path], tmp_path)
    line = str(refused.value)
    assert line.isprintable()
    assert name in line
    assert len(line) < 600


@all_rows("number", ["0x" + "f" * 200_000, "0o" + "7" * 200_000, "9" * 200_000, "1." + "7" * 200])
def test_an_endless_number_of_yaml_stays_a_text(number):
    (root,) = read_yaml(f"a: {number}\n", "f")
    assert root["a"].text == number


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(17 << 20)
    with pytest.raises(ForeignFileError, match="larger than 16 MiB"):
        read_files([path], tmp_path)


def test_a_folder_gives_the_names_that_are_known_and_lists_the_others(tmp_path):
    good = {"mcpServers": {"a": {"command": "a"}}}
    for name, text in {
        ".mcp.json": json.dumps(good),
        "sub/.vscode/mcp.json": json.dumps({"servers": good["mcpServers"]}),
        "package.json": "{}",
        ".roo/config.toml": "",
        "broken/.mcp.json": "{",
        "node_modules/x/.mcp.json": json.dumps(good),
        "notes.txt": "no",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "linked").symlink_to(tmp_path / ".mcp.json")
    reading = read_files([tmp_path], tmp_path)
    assert [each.source for each in reading.all_documents()] == [".mcp.json", "sub/.vscode/mcp.json"]
    assert [name for name, _ in reading.skipped] == [
        "broken/.mcp.json",
        ".roo/config.toml",
        "package.json",
    ]


@pytest.mark.slow
def test_large_files_are_read_within_a_second(tmp_path):
    servers = {
        f"server {n}": {"command": "x", "args": ["a", "b", "c"], "env": {"A": "b"}} for n in range(8_000)
    }
    text = json.dumps({"mcpServers": servers}, indent=1)
    assert len(text) > 820_000
    begun = time.process_time()
    read_json(text, "f")
    assert time.process_time() - begun < 4  # beside other tests on a slow machine
    yaml = "".join(f"job{n}:\n  name: n{n}\n  steps: [a, b, c]\n  text: hello there\n" for n in range(1_000))
    begun = time.process_time()
    read_yaml(yaml[:60_000].rpartition("job")[0], "f")
    assert time.process_time() - begun < 4  # beside other tests on a slow machine
