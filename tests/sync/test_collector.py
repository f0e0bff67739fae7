"""The garbage collector looks seldom while records are read, and only then."""

import gc

import pytest

from servicedesk_core.garbage import SELDOM, collecting_seldom, look_late_then_seldom


@pytest.fixture(autouse=True)
def _as_it_is_by_default():
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_looks_seldom_until_the_last_run_has_ended():
    with collecting_seldom:
        with collecting_seldom:
            assert gc.get_threshold() == (SELDOM, 10, 10)
        assert gc.get_threshold() == (SELDOM, 10, 10)
    assert gc.get_threshold() == (700, 10, 10)


def test_is_as_before_after_a_run_that_failed():
    with pytest.raises(ValueError, match="run"), collecting_seldom:
        raise ValueError("run")
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("chosen", [(0, 10, 10), (2 * SELDOM, 5, 5)])
def test_what_a_programme_chose_stays_where_it_is_rarer(chosen):
    gc.set_threshold(*chosen)
    with collecting_seldom:
        assert gc.get_threshold() == chosen
    assert gc.get_threshold() == chosen


def test_a_process_of_ours_is_looked_at_late_and_then_seldom_also_when_that_happens_during_a_run():
    look_late_then_seldom()
    assert gc.get_threshold()[0] > SELDOM
    with collecting_seldom:
        gc.collect()
        assert gc.get_threshold() == (SELDOM, 10, 10)
    assert gc.get_threshold() == (SELDOM, 10, 10)
    gc.set_threshold(1, 2, 3)
    gc.collect()
    assert gc.get_threshold() == (1, 2, 3)
