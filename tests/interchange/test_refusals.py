"""Every refusal of section 10: it names the file, the line, the table, the key and the reason."""

import tomllib
import tracemalloc

import pytest

from meshmodel.interchange import read_file, read_text
from meshmodel.interchange.error_lines import find_line
from meshmodel.model.errors import InvalidModelError
from tests.interchange.refusals import ACCEPTANCE, BASE, CHECKPOINT, NEXT, REFUSED
from tests.rows import all_rows


@all_rows("name", REFUSED)
def test_it_is_refused_with_the_place_and_the_reason(name):
    addition, line, words = REFUSED[name]
    with pytest.raises(InvalidModelError) as caught:
        read_text(BASE + addition + "\n", "shop.toml")
    message = str(caught.value)
    assert message.startswith("shop.toml: " if line is None else f"shop.toml, line {NEXT + line - 1}: "), (
        message
    )
    for word in words:
        assert word in message
    assert message.isprintable()
    assert len(message) < 400


def test_the_base_of_the_refusals_is_accepted():
    assert read_text(BASE).elements == 8


@all_rows(
    ("text", "words"),
    [
        ("", ['"format" is missing', 'write format = "meshmodel/1"']),
        ("[[zone]]\nid = 'x'", ['"format" is missing']),
        ("format = 'meshmodel/2'", ["line 1", '"meshmodel/2"', "newer version"]),
        ("format = 'other/1'", ["line 1", '"other/1"', "not a model"]),
        ("\n\nformat = 1", ["line 3", "not a model"]),
        ("format = 'meshmodel/1'\nname = 1", ["line 2", "the model", '"name"', "is a whole number"]),
        ("format = 'meshmodel/1'\nzone = 1", ["line 2", "zone", "no array of tables"]),
        ("format = 'meshmodel/1'\nzone = [1]", ["line 2", "zone", "no array of tables"]),
        ("format = 'meshmodel/1'\nversion = 1", ["line 2", "unknown key", '"version"']),
        ("format = 'meshmodel/1'\n[about]\nname = 'x'", ["line 2", "unknown table", '"about"']),
    ],
)
def test_what_stands_before_the_tables(text, words):
    with pytest.raises(InvalidModelError) as caught:
        read_text(text, "shop.toml")
    for word in words:
        assert word in str(caught.value)


SECRET = "AKIA" + "Q7ZP2LXV4MKD3TFR"

PLACES = {
    "zone": ("name", "environment", "description"),
    "system": ("name", "kind", "vendor", "owner", "description"),
    "agent": ("name", "kind", "vendor", "owner", "description"),
    "credential": ("name", "kind", "identity", "on_behalf_of", "owner", "description"),
}


@all_rows(("table", "key"), [(table, key) for table, keys in PLACES.items() for key in keys])
def test_a_secret_is_refused_in_every_text_of_an_element_and_never_shown(table, key):
    _refuses_secret(f"[[{table}]]\nid = 'x'\n{key} = 'the {SECRET}'", 3, key)


@all_rows(
    ("addition", "line", "key"),
    [
        (f"[[grant]]\ncredential = 'c2'\nsystem = 's1'\nactions = ['read']\nscope = '{SECRET}'", 5, "scope"),
        (
            CHECKPOINT + f"step = 'hold'\nfrom = 'a1'\nto = 'c1'\napprovers = ['me', '{SECRET}']",
            7,
            "approvers",
        ),
        (CHECKPOINT + f"step = 'hold'\nfrom = 'a1'\nto = 'c1'\ndescription = '{SECRET}'", 7, "description"),
        *(
            (f"[[{table}]]\nid = 'x'\nknown_as = ['a bot', 'the {SECRET}']", 3, "known_as")
            for table in ("system", "agent", "credential")
        ),
        (ACCEPTANCE.replace('"r"', f"'{SECRET}'"), 2, "rule"),
        (ACCEPTANCE.replace('"s"', f"'{SECRET}'"), 3, "subject"),
        (ACCEPTANCE.replace('"because"', f"'{SECRET}'"), 4, "reason"),
        (ACCEPTANCE.replace('"me"', f"'{SECRET}'"), 5, "by"),
        ("[[credential]]\nid = 'xoxb-1234567890-abcdefghijkl'", 2, "id"),
    ],
)
def test_a_secret_is_refused_in_every_other_text(addition, line, key):
    _refuses_secret(addition, line, key)


def _refuses_secret(addition, line, key):
    with pytest.raises(InvalidModelError) as caught:
        read_text(BASE + addition, "shop.toml")
    message = str(caught.value)
    assert message.startswith(f"shop.toml, line {NEXT + line - 1}: ")
    assert f'key "{key}": looks like a' in message
    assert "names only, never the secret" in message
    assert SECRET not in message
    assert "xoxb-1234" not in message


@all_rows(
    "addition",
    [
        f"[[agent]]\nid = 'x'\n'{SECRET}' = 1",
        f"['{SECRET}']\nx = 1",
        f"'{SECRET}' = 1",
        f"[[agent]]\nid = 'x'\nhome = '{SECRET}'",
        f"[[agent]]\nid = '{SECRET}'",
        f"[[agent]]\nid = 'x'\nstatus = '{SECRET}'",
        f"[[credential]]\nid = 'x'\nlifetime = '{SECRET}'",
        f"[[hold]]\nagent = '{SECRET}'",
        f"[[hold]]\nagent = '{SECRET}'\ncredential = 'c1'",
        f"[[grant]]\ncredential = 'c2'\nsystem = 's1'\nactions = ['{SECRET}']",
    ],
)
def test_a_secret_in_the_wrong_place_is_not_shown_either(addition):
    with pytest.raises(InvalidModelError) as caught:
        read_text(BASE + addition, "shop.toml")
    assert SECRET not in str(caught.value)


def test_lines_are_right_after_texts_of_several_lines():
    text = (
        'format = "meshmodel/1"\n'
        'description = """one \\\n[[zone]] \\\n id = "no" \\\n "quoted" \\""" # still text"""\n'
        "[[zone]]\n"
        "id = 'z'\n"
        "name = '[[zone]]' # [[zone]]\n"
        '"description" = "id = 1 \\" [[zone]]"\n'
        "[['zone']]\n"
        "at = [\n  0,\n  1,\n]\n"
        '"id" = "BAD"\n'
    )
    with pytest.raises(InvalidModelError, match=r"^m, line 15: .*is not an id"):
        read_text(text, "m")


def test_a_file_of_another_program_is_answered_with_import():
    for name, hinted in (("mcp.json", True), ("pod.YAML", True), ("m.toml", False)):
        with pytest.raises(InvalidModelError, match="is not TOML") as refused:
            read_text("{", name)
        assert ("meshmodel import" in str(refused.value)) is hinted


def test_bytes_that_are_not_utf_8(tmp_path):
    path = tmp_path / "m.toml"
    path.write_bytes(b'format = "meshmodel/1"\nname = "\xff"\n')
    with pytest.raises(InvalidModelError, match=r"m\.toml, line 2: is not UTF-8 text$"):
        read_file(path)
    path.write_bytes('format = "meshmodel/1"'.encode("utf-16"))
    with pytest.raises(InvalidModelError, match="is not UTF-8 text"):
        read_file(path)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = tmp_path / "m.toml"
    path.write_bytes(b'\xef\xbb\xbfformat = "meshmodel/1"\r\nname = "x"\r\n')
    assert read_file(path).about.name == "x"


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    path = tmp_path / "m.toml"
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(InvalidModelError, match=r"m\.toml: is larger than 64 MiB"):
        read_file(path)


def test_a_file_that_cannot_be_read(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path, str(tmp_path) + "/\0", tmp_path / "\n\x1b[2J"):
        with pytest.raises(InvalidModelError, match=r"not found|cannot be read") as caught:
            read_file(path)
        assert str(caught.value).isprintable()


@all_rows("string", ['"{}"', "'{}'", '"""{}"""', "'''{}'''"])
def test_the_place_of_an_error_is_found_beside_a_long_string_without_much_memory(string):
    text = f"description = {string.format('x' * 2_000_000)}\nname = 1\n"
    tracemalloc.start()
    try:
        assert find_line(text, "about", None, "name") == 2
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@all_rows(
    "string",
    [
        '"""\n[[zone]]\nname = 1"" \\""" \n"""',
        '""""\n[[zone]] # "\nname = 1\n"""""',
        "'''\n[[zone]]\nname = 1'' \\\n'''",
        "''''\n[[zone]]\nname = 1\n'''''",
        '""\n# """\n\n',
    ],
)
def test_what_stands_in_a_string_is_no_place_of_an_error(string):
    text = f"description = {string}\n[[zone]]\nid = 'z'\nname = 2\n"
    assert find_line(text, "zone", 1, "name") == 7


@all_rows("number", ["0x" + "f" * 500_000, "9" * 500_000, "1." + "7" * 500_000, "1e" + "9" * 500_000])
def test_an_endless_number_takes_no_memory(number):
    tracemalloc.start()
    try:
        with pytest.raises(InvalidModelError, match=r"line 2: has a number that is out of range"):
            read_text(f"format = 'meshmodel/1'\nrate = {number}\n")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000  # the parser took 130 bytes a digit
    finally:
        tracemalloc.stop()


def test_digits_in_a_comment_or_string_are_no_number():
    digits = "9 " * 5 + "9" * 1_500
    text = f"format = 'meshmodel/1'\ndescription = '{digits}'\n# {digits}\n"
    assert read_text(text).about.description == digits


def test_strings_that_do_not_end_are_looked_at_once():
    text = '\\"""\n' * 100_000  # each quotation mark seemed to begin a string up to the end
    assert find_line(text, "zone", 1, None) is None


ROWS = 'format = "meshmodel/1"\n' + "".join(
    f'[[agent]]\nid = "a{n}"\ndescription = "{"d " * 50}"\n' for n in range(3_000)
)


def test_a_long_file_is_read_in_pieces_as_if_in_one():
    assert len(ROWS) > 300_000
    assert [*read_text(ROWS).agent] == [each["id"] for each in tomllib.loads(ROWS)["agent"]]
    assert read_text(ROWS + "[[agent]]\nid = 'last'\n").elements == 3_001


def test_a_piece_that_ends_within_a_text_is_read_whole():
    begin = 'format = "meshmodel/1"\nname = """' + "x" * 300_000
    with pytest.raises(InvalidModelError, match=r"line 2: the model, key \"name\": has 300,"):
        read_text(begin + '\n[[agent]]\n"""\n[[agent]]\nid = "a"\n')


@all_rows(
    ("more", "line", "words"),
    [
        ("[[agent]]\nid = \n", 9_003, "is not TOML"),
        ('[[agent]]\nid = """x\n', 9_003, "is not TOML"),
        ("[agent]\nid = 'x'\n", 9_002, "is not TOML"),
        ("[[agent]]\nid = 'a1'\n", 9_003, "is there twice"),
    ],
)
def test_an_error_in_a_late_piece_has_its_line(more, line, words):
    with pytest.raises(InvalidModelError, match=rf"line {line}.*: .*{words}"):
        read_text(ROWS + more)


def test_a_piece_without_a_table_is_refused_where_it_is_too_long():
    with pytest.raises(InvalidModelError, match="more than 2 MiB without a"):
        read_text(ROWS + "#" * (3 << 20))
