from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.hooks import StreamCapability
from servicedesk_core.ports import BudgetPolicy, BudgetUse, Window
from servicedesk_core.sync.deciding.pace import permitted_per_hour
from servicedesk_core.sync.deciding.plan import complete_back_to, is_due, ordered, slices
from servicedesk_core.sync.scope_hash import scope_hash

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TICKETS = StreamCapability("tickets", has_created=True, has_open=True, needs=("companies",))


def test_streams_come_after_those_they_need():
    notes = StreamCapability("notes", needs=("tickets",))
    companies = StreamCapability("companies")
    assert [c.stream for c in ordered([notes, TICKETS, companies])] == ["companies", "tickets", "notes"]


def test_circle_and_unknown_needs_do_not_stop_the_order():
    a, b = StreamCapability("a", needs=("b",)), StreamCapability("b", needs=("a", "unknown"))
    assert [c.stream for c in ordered([a, b])] == ["a", "b"]


def test_open_tickets_come_first_then_recent_then_older():
    pieces = slices(TICKETS, anchor=NOW, since=NOW - timedelta(days=500))
    assert [p.name for p in pieces] == ["open", "recent", "older-1", "older-2"]
    assert pieces[0].only_open
    assert pieces[-1].since == NOW - timedelta(days=500)


def test_small_stream_is_read_in_one_piece():
    assert [p.name for p in slices(TICKETS, anchor=NOW, since=None, expected=20_000)] == ["whole"]


def test_stream_that_hangs_on_tickets_and_cannot_be_cut_comes_last():
    (notes,) = slices(StreamCapability("notes", needs=("tickets",)), anchor=NOW, since=None)
    (companies,) = slices(StreamCapability("companies"), anchor=NOW, since=None)
    assert companies.phase == 0
    assert notes.phase > slices(TICKETS, anchor=NOW, since=None)[-1].phase


@given(st.none() | st.integers(min_value=0, max_value=20_000))
def test_slices_cover_everything_once(days):
    since = None if days is None else NOW - timedelta(days=days)
    pieces = [p for p in slices(TICKETS, anchor=NOW, since=since) if not p.only_open]
    assert pieces[0].until is None
    assert pieces[-1].since == since
    assert all(newer.since == older.until for newer, older in pairwise(pieces))
    assert len({p.name for p in pieces}) == len(pieces)


def test_completeness_counts_without_gaps():
    pieces = slices(TICKETS, anchor=NOW, since=None)
    assert complete_back_to(pieces, ["open"]) == (False, None)
    assert complete_back_to(pieces, ["open", "recent", "older-2"]) == (False, NOW - timedelta(days=90))
    assert complete_back_to(pieces, [p.name for p in pieces]) == (True, None)


def test_schedule_does_not_believe_the_future():
    day = timedelta(days=1)
    assert is_due(None, every=day, now=NOW)
    assert not is_due(NOW - timedelta(hours=3), every=day, now=NOW)
    assert is_due(NOW - day, every=day, now=NOW)
    assert is_due(NOW + day, every=day, now=NOW)


def test_scope_names_what_decides_which_records_there_are():
    scope = scope_hash("tickets", since=NOW, filters={"a": 1, "b": 2})
    assert scope == scope_hash("tickets", since=NOW, filters={"b": 2, "a": 1})
    assert scope != scope_hash("tickets", since=None, filters={"a": 1, "b": 2})
    assert scope != scope_hash("tickets", since=NOW, filters={"a": 1})
    assert scope != scope_hash("notes", since=NOW, filters={"a": 1, "b": 2})


def test_the_tightest_window_sets_the_pace_and_the_vendors_count_speaks_of_its_own():
    plain = BudgetPolicy(1_000, 3600.0, reserved=0.0, pause_at=1.0)
    assert permitted_per_hour(plain, None) == 1_000
    two = BudgetPolicy(1_000, 3600.0, reserved=0.0, pause_at=1.0, further=(Window(10, 60.0),))
    assert permitted_per_hour(two, None) == 600
    use = BudgetUse(ours=0, total=700, allowed=1_000)
    assert permitted_per_hour(two, use) == 300
    assert permitted_per_hour(BudgetPolicy(None, further=(Window(10, 60.0),), reserved=0.0, pause_at=1.0), None) == 600
    assert permitted_per_hour(BudgetPolicy(None), None) is None
