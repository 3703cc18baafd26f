"""The configuration file, whatever is in it, and private copies of the examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.app.config import (
    Configuration,
    configuration_path,
    read_configuration,
)
from meshmodel.store.examples import ORDER, copies_path, examples, private_copy
from meshmodel.store.store import Store


def write_configuration(text: str | bytes) -> Configuration:
    path = configuration_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_configuration()


def test_without_a_file_all_is_as_usual() -> None:
    assert read_configuration() == Configuration()


def test_what_the_file_says_is_used() -> None:
    found = write_configuration(
        'theme = "light"\nascii = true\n[keys]\nundo = "ctrl+u"\nfind = "ctrl+f,slash"\n'
    )
    assert found == Configuration("light", True, {"undo": "ctrl+u", "find": "ctrl+f,slash"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('theme = "pink"', "theme is one of"),
        ("ascii = 3", "true or false"),
        ("colour = 1", "is not known"),
        ("[keys]\nundo = 3", "[keys] has lines like"),
        ("keys = 3", "[keys] has lines like"),
        ('[keys]\nundo = "a"', "both"),
        ('[keys]\nfly = "f"', "no action"),
        ('[keys]\nundo = ""', "has no key"),
        ("theme = ", "nothing of it is used"),
        (b"\xff\xfe", "nothing of it is used"),
        ("a = " + "[" * 5000, "nothing of it is used"),
        ("x" * 1_100_000, "too large"),
        ("a." * 50_000 + "a = 1", "line 1: is nested too deep: a key has more than 16 parts"),
        ('"\\u001b[31m" = 1', "is not known"),
    ],
)
def test_what_is_wrong_is_reported_in_one_line(text: str | bytes, said: str) -> None:
    found = write_configuration(text)
    assert any(said in each for each in found.problems)
    assert all(each.isprintable() for each in found.problems)
    assert found.theme in {None, "dark", "light", "high-contrast"}


@given(st.binary(max_size=80))
def test_no_bytes_in_the_file_stop_the_program(data: bytes) -> None:
    write_configuration(data)


def test_examples_and_their_private_copies() -> None:
    found = examples()
    assert [each.id for each in found] == list(ORDER)
    assert all(each.sentence and each.name and each.path.is_file() for each in found)
    before = found[0].path.read_bytes()
    first, second = (private_copy(found[0], copies_path()) for _ in range(2))
    assert first != second
    assert first.parent == copies_path()
    with Store.open(first) as store:
        assert "support-bot" in store.snapshot.agent
    assert found[0].path.read_bytes() == before
