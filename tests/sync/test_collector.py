"""The garbage collector rests during a batch, and only then."""

import gc

import pytest

from servicedesk_core.sync.collector import collector_resting


@pytest.fixture(autouse=True)
def _collector_is_on():
    gc.enable()
    yield
    gc.enable()


def test_rests_until_the_last_batch_is_stored():
    with collector_resting:
        with collector_resting:
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_works_again_after_a_batch_that_failed():
    with pytest.raises(ValueError, match="batch"), collector_resting:
        raise ValueError("batch")
    assert gc.isenabled()


def test_stays_off_for_a_programme_that_switched_it_off():
    gc.disable()
    with collector_resting:
        pass
    assert not gc.isenabled()
