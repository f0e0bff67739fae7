from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.sync.deciding.watermark import CLOCK_DOUBT, lower_bound, next_watermark

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
OVERLAP = timedelta(minutes=5)


def earned(*, max_seen, since=TEN - 3 * HOUR, records=1):
    return next_watermark(since=since, records=records, max_seen=max_seen, pass_started_at=TEN, overlap=OVERLAP)


def bound(watermark, before=None):
    return lower_bound(watermark, now=TEN, overlap=OVERLAP, before=before)


def test_newest_stamp_is_reached_back_behind_by_the_overlap():
    assert earned(max_seen=TEN - HOUR) == TEN - HOUR - OVERLAP


def test_stamp_ahead_of_the_pass_is_capped_at_its_start():
    assert earned(max_seen=TEN + 7 * SECOND) == TEN - OVERLAP
    assert earned(max_seen=TEN + timedelta(days=900)) == TEN - OVERLAP


def test_empty_pass_proves_nothing_and_the_next_one_reads_from_the_same_instant():
    assert earned(max_seen=None, records=0) == TEN - 3 * HOUR


def test_records_without_stamps_move_to_the_start_of_the_pass_less_what_clocks_may_differ_by():
    assert earned(max_seen=None) == TEN - CLOCK_DOUBT


def test_quiet_vendor_does_not_push_the_watermark_back():
    assert earned(since=TEN - HOUR, max_seen=TEN - HOUR + SECOND) == TEN - HOUR


def test_watermark_ahead_of_the_vendor_gives_way_to_what_the_pass_before_began_with():
    assert bound(TEN - HOUR, before=TEN - 2 * HOUR) == TEN - HOUR
    assert bound(TEN + HOUR, before=TEN - 2 * HOUR) == TEN - 2 * HOUR
    assert bound(TEN + HOUR, before=TEN + HOUR) == TEN - OVERLAP
    assert bound(TEN + HOUR) == TEN - OVERLAP


BEGIN, END = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001  # hypothesis wants them naive
instants = st.datetimes(min_value=BEGIN, max_value=END, timezones=st.just(UTC))


@given(instants, st.none() | instants, instants, st.none() | instants, st.integers(0, 2))
def test_watermark_is_never_ahead_of_the_pass_nor_behind_what_it_read_from(start, seen, watermark, before, records):
    since = lower_bound(watermark, now=start, overlap=OVERLAP, before=before)
    found = next_watermark(since=since, records=records, max_seen=seen, pass_started_at=start, overlap=OVERLAP)
    assert since <= found <= start - OVERLAP
