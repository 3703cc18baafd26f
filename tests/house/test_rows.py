"""A table that one test reads."""

import pytest

from tests.rows import all_rows


def test_every_row_is_read_afresh_and_those_that_fail_are_named(tmp_path, capsys, monkeypatch):
    read = []

    @all_rows("number, allowed", [(1, True), (2, False), (3, False)])
    def each(number, allowed, tmp_path, capsys, monkeypatch):
        read.append(number)
        monkeypatch.setenv("ROW", str(number))
        assert not list(tmp_path.iterdir())
        (tmp_path / "file").touch()
        assert capsys.readouterr().out == ""
        print(number)
        assert allowed

    with pytest.raises(ExceptionGroup, match="2 rows") as failed:
        each(tmp_path=tmp_path, capsys=capsys, monkeypatch=monkeypatch)
    assert read == [1, 2, 3]
    assert [one.__notes__ for one in failed.value.exceptions] == [
        ["in the row (2, False)"],
        ["in the row (3, False)"],
    ]
    monkeypatch.delenv("ROW", raising=False)
