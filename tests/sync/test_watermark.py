from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.sync.watermark import CLOCK_DOUBT, OVERLAP, lower_bound, next_watermark

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_stamp_ahead_of_the_pass_is_capped_at_its_start():
    earned = next_watermark(pass_started_at=TEN, max_seen=TEN + 7 * SECOND)
    assert earned == datetime(2026, 3, 2, 9, 58, tzinfo=UTC)


def test_record_from_the_future_does_not_pull_the_watermark_ahead():
    assert next_watermark(pass_started_at=TEN, max_seen=TEN + timedelta(days=900)) == TEN - OVERLAP


def test_empty_pass_moves_to_its_own_start_less_what_our_clock_may_be_ahead():
    assert next_watermark(pass_started_at=TEN, max_seen=None, previous=TEN - timedelta(hours=3)) == TEN - CLOCK_DOUBT


def test_quiet_vendor_does_not_push_the_watermark_back():
    previous = TEN - timedelta(hours=1)
    assert next_watermark(pass_started_at=TEN, max_seen=previous + SECOND, previous=previous) == previous


def test_clock_that_went_back_takes_the_watermark_back_just_as_far():
    previous = TEN + timedelta(hours=1)
    assert next_watermark(pass_started_at=TEN, max_seen=None, previous=previous) == TEN - OVERLAP
    assert lower_bound(previous, pass_started_at=TEN) == TEN - OVERLAP


BEGIN, END = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001  # hypothesis wants them naive
instants = st.datetimes(min_value=BEGIN, max_value=END, timezones=st.just(UTC))


@given(instants, st.none() | instants, st.none() | instants)
def test_watermark_is_never_ahead_of_the_pass(start, seen, previous):
    earned = next_watermark(pass_started_at=start, max_seen=seen, previous=previous)
    assert earned <= start - OVERLAP
    if previous is not None and previous <= start - OVERLAP:
        assert earned >= previous
