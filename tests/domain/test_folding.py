"""Tickets folded from events."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from servicedesk_core.domain import EventSource, EventType, StatusCategory, TicketEvent
from servicedesk_core.domain.folding import FINAL, INITIAL, SPAN, Derivable, fold_tickets, in_order

DONE: tuple[Derivable, ...] = ("resolved_at", "closed_at", "completed_by_ref")


def day(number: int) -> datetime:
    return datetime(2024, 1, number, 12, tzinfo=UTC)


def event(
    number: int, category: str | None = None, *, seq: int = 0, actor: str | None = None, **after: Any
) -> TicketEvent:
    if category is not None:
        after["status_category"] = category
    return TicketEvent(
        external_id=f"e{number}-{seq}", ticket_ref="T1", type=after.pop("type", EventType.ACTIVITY),
        source=EventSource.IMPORTED, effective_at=day(number), source_seq=seq, actor_ref=actor, after=after,
    )  # fmt: skip


def test_a_field_has_the_value_that_was_stated_last():
    ticket = fold_tickets("T1", [event(1, title="a", sla="gold"), event(2, title="b")])
    assert (ticket.external_id, ticket.number, ticket.title, ticket.sla) == ("T1", "T1", "b", "gold")
    assert (ticket.created_at, ticket.last_activity_at) == (day(1), day(2))


def test_initial_values_are_the_first_and_final_ones_the_last_of_all():
    events = [
        event(1, **{INITIAL: {"company_ref": "c1"}, FINAL: {"status": "Open"}, "status": "x"}),
        event(2, **{INITIAL: {"company_ref": "c2"}, FINAL: {"status": "Done", "closed_at": day(9).isoformat()}}),
        event(3, status="y"),
    ]
    ticket = fold_tickets("T1", events)
    assert (ticket.company_ref, ticket.status, ticket.closed_at) == ("c1", "Done", day(9))


def test_labels_of_custom_fields_are_merged():
    ticket = fold_tickets("T1", [event(1, custom_fields={"a": "1", "b": "1"}), event(2, custom_fields={"b": "2"})])
    assert ticket.custom_fields == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("categories", "resolved", "closed"),
    [
        (["new", "in_progress"], None, None),
        (["new", "resolved"], 2, None),
        (["new", "resolved", "resolved"], 3, None),
        (["new", "resolved", "closed"], 2, 3),
        (["new", "closed"], 2, 2),
        (["new", "closed", "closed"], 2, 2),
        (["new", "resolved", "in_progress"], None, None),
        (["new", "closed", "in_progress", "closed"], 4, 4),
        (["new", "closed", "resolved"], 3, None),
        (["new", "cancelled"], None, 2),
        (["new", "resolved", None], 2, None),
    ],
)
def test_resolved_and_closed_follow_the_categories(categories, resolved, closed):
    ticket = fold_tickets("T1", [event(n, category) for n, category in enumerate(categories, 1)], DONE)
    assert ticket.resolved_at == (resolved and day(resolved))
    assert ticket.closed_at == (closed and day(closed))


def test_who_resolved_and_who_created_are_taken_from_the_events():
    events = [
        event(1, "new", actor="ana", type=EventType.CREATED),
        event(2, "resolved", actor="ben"),
        event(3, "closed"),
    ]
    ticket = fold_tickets("T1", events, (*SPAN, *DONE))
    assert (ticket.creator_ref, ticket.completed_by_ref) == ("ana", "ben")
    assert ticket.status_category is StatusCategory.CLOSED


def test_what_may_not_be_derived_is_what_the_events_state_or_empty():
    events = [
        event(1, "new", actor="ana", type=EventType.CREATED),
        event(2, "closed", actor="ben", resolved_at=day(9).isoformat()),
    ]
    plain = fold_tickets("T1", events)
    assert (plain.created_at, plain.resolved_at) == (day(1), day(9))
    assert (plain.closed_at, plain.completed_by_ref) == (None, None)
    bare = fold_tickets("T1", events[:1], ())
    assert (bare.created_at, bare.creator_ref, bare.last_activity_at) == (None, None, None)


def test_order_is_by_time_or_by_the_sources_sequence():
    late, early, tie = event(2, seq=1), event(1, seq=3), event(1, seq=2)
    assert in_order([late, early, tie], "time") == [tie, early, late]
    assert in_order([late, early, tie], "sequence") == [late, tie, early]


def test_last_activity_is_the_latest_whatever_the_order():
    assert fold_tickets("T1", [event(5, seq=1), event(2, seq=2)]).last_activity_at == day(5)


def test_unknown_fields_are_left_out_and_wrong_ones_refused():
    assert fold_tickets("T1", [event(1, colour="red", external_id="T9")]).external_id == "T1"
    with pytest.raises(ValidationError):
        fold_tickets("T1", [event(1, created_at="yesterday")])


def test_no_event_makes_no_ticket():
    with pytest.raises(ValueError, match="has no event"):
        fold_tickets("T1", [])
