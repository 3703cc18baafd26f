"""What walking over a drawing writes to a terminal: few bytes, since each may have a slow line to go over."""

import pytest

from tests.benchmarks.keys import WALKS, opened, walked

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("elements", "most"), [(15, 4_000), (1_000, 10_000)])
def test_an_arrow_key_writes_few_bytes(elements: int, most: int) -> None:
    with opened(elements, key="\t") as terminal:
        written = [size for _, _, size in walked(terminal, WALKS["arrow"][:15])]
    assert max(written) <= most
