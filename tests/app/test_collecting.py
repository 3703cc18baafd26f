"""The collector of garbage looks while nobody does anything."""

import gc

import pytest

from meshmodel.app.app import MeshmodelApp
from meshmodel.app.terminal import collector


@pytest.mark.parametrize(
    ("rest", "young", "middle", "looks"),
    [
        (0.5, 10**6, 99, []),
        (1.5, 100, 99, []),
        (1.5, 10**5, 99, [0]),
        (1.5, 10**6, 99, []),
        (3.5, 10**6, 99, [0]),
        (11.0, 10**6, 99, [0]),
        (11.0, 100, 99, [1]),
        (11.0, 100, 3, []),
    ],
)
async def test_it_looks_at_rest_and_at_what_is_older_after_a_long_rest(
    rest, young, middle, looks, monkeypatch
):
    app = MeshmodelApp()
    seen = []
    async with app.run_test() as pilot:
        now = collector.monotonic()
        monkeypatch.setattr(collector, "monotonic", lambda: now)
        await pilot.press("down")  # a key begins the rest anew
        monkeypatch.setattr(collector, "monotonic", lambda: now + rest)
        with monkeypatch.context() as patched:
            patched.setattr(gc, "get_count", lambda: (young, middle, 0))
            patched.setattr(gc, "collect", seen.append)
            app.collector.look()
    assert seen == looks
