"""What is put into queries."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from servicedesk_autotask.api.query import MAX_IDS, any_of, where, wire_instant
from servicedesk_autotask.reading.position import read_range
from servicedesk_autotask.reading.pull import conditions_for, newest_stamp
from servicedesk_autotask.reading.streams import STREAMS
from servicedesk_core.hooks import PullMode, PullRequest

SINCE = datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("operator", ["noteExist", "EQ", "like", ""])
def test_misspelt_operators_never_leave_the_house(operator):
    with pytest.raises(ValueError, match="has no operator"):
        where("id", operator, 1)


def test_existence_has_no_value():
    assert where("id", "exist") == {"op": "exist", "field": "id"}


def test_every_comparison_carries_its_value():
    assert where("isActive", "eq", value=False) == {"op": "eq", "field": "isActive", "value": False}
    assert where("contactID", "eq") == {"op": "eq", "field": "contactID", "value": None}


def test_instants_are_sent_as_utc_with_milliseconds():
    assert wire_instant(SINCE) == "2026-11-20T10:00:00.123Z"
    assert wire_instant(SINCE.astimezone(timezone(timedelta(hours=-5)))) == "2026-11-20T10:00:00.123Z"


def test_id_lists_stay_far_below_the_limit_of_alternatives():
    assert MAX_IDS <= 500


def test_either_stamp_of_a_ticket_counts():
    (condition,) = conditions_for(
        STREAMS["tickets"].sources[0], PullRequest("tickets", PullMode.INCREMENTAL, SINCE), ()
    )
    assert condition["op"] == "or"
    assert [item["field"] for item in condition["items"]] == ["lastActivityDate", "lastTrackedModificationDateTime"]
    assert {item["op"] for item in condition["items"]} == {"gte"}
    assert any_of(where("id", "gt", 1)) == where("id", "gt", 1)


def test_slice_is_half_open_and_piece_is_a_range_of_ids():
    request = PullRequest("notes", PullMode.BACKFILL, since=SINCE, until=SINCE, partition="1:5..9")
    found = conditions_for(STREAMS["notes"].sources[0], request, ())
    assert [(one["field"], one["op"]) for one in found] == [
        ("createDateTime", "gte"), ("createDateTime", "lt"), ("id", "gt"), ("id", "lte"),
    ]  # fmt: skip
    assert read_range("1:..9").conditions() == [where("id", "lte", 9)]


def test_fields_that_the_vendor_refuses_to_filter_are_not_filtered():
    refused = {"creatorType", "lastActivityPersonType"}
    for stream in STREAMS.values():
        for source in stream.sources:
            assert not refused & {*source.stamps, source.created}


def test_newest_stamp_knows_fractions_and_leaves_out_impossible_years():
    rows = [
        {"a": "2026-11-20T10:00:00Z", "b": None},
        {"a": "2026-11-20T10:00:00.500Z", "b": "9999-12-31T23:59:59Z"},
        {"a": "0001-01-01T00:00:00Z", "b": "2026-11-20T09:00:00Z"},
    ]
    assert newest_stamp(rows, ("a", "b")) == datetime(2026, 11, 20, 10, 0, 0, 500_000, tzinfo=UTC)
    assert newest_stamp([{"a": None}], ("a",)) is None
    assert newest_stamp([{"a": "2026-11-20T10:00:00+01:00"}], ("a",)) is None


def test_a_stamp_that_is_no_date_does_not_hide_the_others():
    rows = [{"a": "2026-99-99T10:00:00Z"}, {"a": ["2026"]}, {"a": "2026-11-20T10:00:00Z"}]
    assert newest_stamp(rows, ("a",)) == datetime(2026, 11, 20, 10, tzinfo=UTC)
