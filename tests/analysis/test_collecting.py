"""The collector of garbage is as it was before, however analyses end and overlap."""

import gc
import weakref

import pytest

import meshmodel
from meshmodel.analysis import analysis as module
from meshmodel.analysis.collecting import collector_at_rest
from tests.analysis.random_models import random_model


@pytest.fixture(params=[True, False], ids=["on", "off"])
def before(request):
    was = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if was else gc.disable)()


def test_it_rests_until_the_last_of_several_is_done(before):
    first, second = collector_at_rest(), collector_at_rest()
    first.__enter__()
    second.__enter__()
    assert not gc.isenabled()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled() == before


def test_it_is_as_before_after_an_error(before):
    with pytest.raises(ZeroDivisionError), collector_at_rest():
        _ = 1 // 0
    assert gc.isenabled() == before


def test_findings_are_made_with_the_collector_at_rest(before, monkeypatch):
    seen = []
    found = module.findings
    monkeypatch.setattr(
        module, "findings", lambda *some, **more: seen.append(gc.isenabled()) or found(*some, **more)
    )
    _ = meshmodel.analyse(random_model(1, 4)).findings
    assert seen == [False]
    assert gc.isenabled() == before


@pytest.mark.parametrize("frozen", [False, True])
def test_what_was_made_meanwhile_is_old_unless_somebody_keeps_objects_frozen(frozen):
    if frozen:
        gc.freeze()
    count, threshold = gc.get_freeze_count(), gc.get_threshold()
    gc.set_threshold(10**9)  # no collection comes in between
    try:
        with collector_at_rest():
            made = [[number] for number in range(20_000)]
        young = {id(each) for each in gc.get_objects(generation=0)}
        assert any(id(each) in young for each in made) == frozen
        # What is frozen can still be let go, by whatever runs beside.
        assert (0 < gc.get_freeze_count() <= count) if frozen else gc.get_freeze_count() == count
    finally:
        gc.set_threshold(*threshold)
        gc.unfreeze()


def test_rings_that_were_set_aside_are_found_later():
    class Ring:
        pass

    with collector_at_rest():
        made = [[number] for number in range(20_000)]
        ring = Ring()
        ring.itself = ring
        seen = weakref.ref(ring)
        del ring
    assert made
    gc.collect()
    assert seen() is None
