"""Addresses of databases that lead nowhere: one line each, and no traceback."""

from tests.rows import all_rows


@all_rows(
    "address",
    [
        "postgresql://bad..host/models",
        "postgresql://.host/models",
        f"postgresql://{'a' * 80}.example/models",
        "postgresql://[::1/models",
        "postgresql://ho st/models",
    ],
)
def test_a_malformed_host_is_refused_in_a_line(called, address):
    status, out, complaint = called("list", address)
    assert (status, out) == (2, "")
    assert complaint.startswith("meshmodel: ")
    assert len(complaint.splitlines()) == 1
    assert "cannot be re" in complaint
