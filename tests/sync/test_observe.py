from datetime import UTC, datetime, timedelta

from servicedesk_core.domain import EventSource, EventType, Priority, StatusCategory, Ticket, TicketEvent
from servicedesk_core.sync.landing.observe import changes, happening, snapshot
from servicedesk_core.sync.landing.superseding import superseded

SEEN = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD = Ticket(
    external_id="7", status="New", status_category=StatusCategory.NEW, priority=Priority.P3, modified_at=SEEN - 5 * HOUR
)


def test_first_sight_is_a_snapshot_and_not_a_change():
    event = snapshot(OLD, seen_at=SEEN)
    assert event.type is EventType.SNAPSHOT
    assert event.source is EventSource.OBSERVED
    assert event.effective_at == OLD.modified_at
    assert event.after == {"status": "New", "status_category": StatusCategory.NEW, "priority": Priority.P3}
    assert event.before == {}


def test_events_are_valid_domain_records():
    new = OLD.model_copy(update={"status": "Doing", "modified_at": SEEN - HOUR})
    for event in (
        snapshot(OLD, seen_at=SEEN),
        *changes(OLD, new, seen_at=SEEN),
        happening(OLD, EventType.DELETED, at=SEEN),
    ):
        assert TicketEvent.model_validate(event.model_dump()) == event


def test_each_group_of_fields_makes_one_event():
    new = OLD.model_copy(
        update={
            "status": "Doing",
            "status_category": StatusCategory.IN_PROGRESS,
            "assignee_ref": "3",
            "queue_ref": "9",
            "priority": Priority.P1,
            "title": "Other",
            "modified_at": SEEN - HOUR,
        }
    )
    events = list(changes(OLD, new, seen_at=SEEN))
    assert [e.type.value for e in events] == ["status_changed", "priority_changed", "assigned", "queue_changed"]
    assert {e.effective_at for e in events} == {SEEN - HOUR}
    assert {e.effective_after for e in events} == {SEEN - 5 * HOUR}
    assert events[2].before == {"assignee_ref": None}
    assert events[2].after == {"assignee_ref": "3"}


def test_change_lies_after_the_last_pass_that_saw_none():
    new = OLD.model_copy(update={"assignee_ref": "3", "modified_at": SEEN - HOUR})
    (event,) = changes(OLD, new, seen_at=SEEN, unchanged_until=SEEN - 2 * HOUR)
    assert (event.effective_after, event.effective_at) == (SEEN - 2 * HOUR, SEEN - HOUR)


def test_stamp_that_did_not_move_says_nothing_about_when():
    new = OLD.model_copy(update={"assignee_ref": "3"})
    (event,) = changes(OLD, new, seen_at=SEEN)
    assert (event.effective_after, event.effective_at) == (OLD.modified_at, SEEN)


def test_stamp_from_the_future_is_not_believed():
    new = OLD.model_copy(update={"assignee_ref": "3", "modified_at": SEEN + HOUR})
    (event,) = changes(OLD, new, seen_at=SEEN)
    assert event.effective_at == SEEN


def test_keys_are_stable_for_one_sight_and_differ_between_two():
    new = OLD.model_copy(update={"assignee_ref": "3"})
    (first,), (again,) = changes(OLD, new, seen_at=SEEN), changes(OLD, new, seen_at=SEEN)
    (later,) = changes(OLD, new, seen_at=SEEN + HOUR)
    assert first.external_id == again.external_id != later.external_id


def test_history_replaces_what_was_observed_up_to_its_newest_entry():
    def event(key, kind, at, source=EventSource.OBSERVED):
        return TicketEvent(external_id=key, ticket_ref="7", type=kind, source=source, effective_at=at)

    observed = [
        event("snapshot", EventType.SNAPSHOT, SEEN - 5 * HOUR),
        event("old", EventType.STATUS_CHANGED, SEEN - 2 * HOUR),
        event("news", EventType.STATUS_CHANGED, SEEN),
        event("other", EventType.ASSIGNED, SEEN - 2 * HOUR),
    ]
    told = [event("h1", EventType.STATUS_CHANGED, SEEN - HOUR, EventSource.HISTORY)]
    assert superseded(observed, told) == ["old"]


def test_history_replaces_the_change_that_it_tells_of_though_the_ticket_was_stamped_later():
    def event(key, at, status, source=EventSource.OBSERVED, after=None):
        return TicketEvent(external_id=key, ticket_ref="7", type=EventType.STATUS_CHANGED, source=source,
                           effective_at=at, effective_after=after, after={"status": status})  # fmt: skip

    told = [event("h1", SEEN - HOUR, "Doing", EventSource.HISTORY)]
    same = event("same", SEEN, "Doing", after=SEEN - 2 * HOUR)
    other = event("other", SEEN, "Done", after=SEEN - 2 * HOUR)
    again = event("again", SEEN, "Doing", after=SEEN - HOUR)  # by then the ticket had left what the history tells of
    assert superseded([same, other, again], told) == ["same"]


def test_a_ticket_that_goes_up_in_another_was_merged_and_one_that_comes_out_of_it_was_not():
    merged = OLD.model_copy(update={"merged_into_ref": "8", "modified_at": SEEN - HOUR})
    (event,) = changes(OLD, merged, seen_at=SEEN)
    assert (event.type, event.effective_at) == (EventType.MERGED, SEEN - HOUR)
    assert event.after == {"merged_into_ref": "8"}
    assert list(changes(merged, OLD, seen_at=SEEN)) == []
