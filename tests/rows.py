"""A test that reads a table in one go, where each row by itself would cost more than what it says."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any


def all_rows(
    names: str | tuple[str, ...], rows: Iterable[object]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """What makes one test of a table, whose arguments it names as `pytest.mark.parametrize` does.

    Every row is read, whichever fails. Each has a folder ``tmp_path`` of its own and begins with nothing
    patched or printed; all other fixtures are the same for all of them.
    """
    of = [each.strip() for each in names.split(",")] if isinstance(names, str) else list(names)
    table = [row if len(of) > 1 else (row,) for row in rows]
    assert table, "a table without rows tests nothing"

    def made(test: Callable[..., None]) -> Callable[..., None]:
        def of_all(**fixtures: Any) -> None:
            failed: list[Exception] = []
            for number, row in enumerate(table):
                try:
                    with fresh(fixtures, number) as own:
                        test(**own, **dict(zip(of, row, strict=True)))
                except Exception as error:  # noqa: BLE001  # told below, with its row
                    error.add_note(f"in the row {row!r:.500}")
                    failed.append(error)
            if failed:
                raise failed[0] if len(failed) == 1 else ExceptionGroup(f"{len(failed)} rows", failed)

        taken = inspect.signature(test)
        left = [each for name, each in taken.parameters.items() if name not in of]
        of_all.__signature__ = taken.replace(parameters=left)  # type: ignore[attr-defined]
        of_all.__name__, of_all.__doc__, of_all.__module__ = test.__name__, test.__doc__, test.__module__
        return of_all

    return made


@contextmanager
def fresh(fixtures: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """The fixtures as a row finds them: its own folder, nothing printed before it or patched after it."""
    own = dict(fixtures)
    if "tmp_path" in own:
        own["tmp_path"] = fixtures["tmp_path"] / str(number)
        own["tmp_path"].mkdir()
    if "capsys" in own:
        own["capsys"].readouterr()
    patch = own.get("monkeypatch")
    with patch.context() if patch else nullcontext() as patched:
        if patch:
            own["monkeypatch"] = patched
        yield own
