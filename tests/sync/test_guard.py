import pytest

from servicedesk_core.errors import MassChangeError
from servicedesk_core.sync.guard import MassChangeGuard

GUARD = MassChangeGuard()


@pytest.mark.parametrize(("missing", "live"), [(0, 0), (0, 10), (3, 10), (5, 100), (50, 5_000)])
def test_ordinary_deletions_pass(missing, live):
    GUARD.check(stream="tickets", missing=missing, live=live, seen=max(1, live - missing))


@pytest.mark.parametrize(("missing", "live"), [(6, 100), (51, 100_000), (4, 10)])
def test_mass_deletions_stop_and_ask(missing, live):
    with pytest.raises(MassChangeError, match=f"{missing} of {live} tickets") as caught:
        GUARD.check(stream="tickets", missing=missing, live=live, seen=live - missing)
    assert "--accept-mass-change" in str(caught.value)


def test_vendor_that_shows_nothing_any_more_has_taken_a_right_away():
    with pytest.raises(MassChangeError):
        GUARD.check(stream="queues", missing=1, live=1, seen=0)
