"""How much of a ticket's past its events tell."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.domain import EventSource, EventType, StatusCategory, TicketEvent
from servicedesk_core.domain.histories import StatusNow, history_of

CREATED = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEW = {"status": "New", "status_category": "new"}
DOING = {"status": "Doing", "status_category": "in_progress"}
DONE = {"status": "Complete", "status_category": "closed"}
SNAPSHOT, CHANGED, ACTIVITY = EventType.SNAPSHOT, EventType.STATUS_CHANGED, EventType.ACTIVITY
HISTORY, OBSERVED, IMPORTED = EventSource.HISTORY, EventSource.OBSERVED, EventSource.IMPORTED


def event(hours, kind, source, after=None, before=None):
    at = CREATED + timedelta(hours=hours)
    return TicketEvent(external_id=f"{hours}{kind}", ticket_ref="7", type=kind, source=source, effective_at=at,
                       before=before or {}, after=after or {})  # fmt: skip


BORN = event(0, EventType.CREATED, HISTORY)
CASES = {
    "nothing is told": ([], DONE, "none"),
    "seen new, and watched from then on": (
        [event(1, SNAPSHOT, OBSERVED, NEW), event(5, CHANGED, OBSERVED, DONE, NEW)],
        DONE,
        "complete",
    ),
    "seen as it was created": ([event(0, SNAPSHOT, OBSERVED, DOING)], DOING, "complete"),
    "seen when it was under way": ([event(1, SNAPSHOT, OBSERVED, DOING)], DOING, "partial"),
    "the vendor tells its creation and all after it": (
        [BORN, event(2, CHANGED, HISTORY, DOING, NEW), event(3, SNAPSHOT, OBSERVED, DOING)],
        DOING,
        "complete",
    ),
    "the vendor's word for the creation is not known": (
        [event(0, ACTIVITY, HISTORY), event(2, CHANGED, HISTORY, DONE, DOING)],
        DONE,
        "complete",
    ),
    "the vendor tells no creation, but that it was new": ([event(2, CHANGED, HISTORY, DONE, NEW)], DONE, "complete"),
    "the vendor tells only what came later": ([event(2, CHANGED, HISTORY, DONE, DOING)], DONE, "partial"),
    "what the vendor tells cannot be read": ([BORN, event(2, ACTIVITY, HISTORY)], DONE, "partial"),
    "what was seen is not what the vendor tells": (
        [BORN, event(2, CHANGED, HISTORY, DOING, NEW), event(3, SNAPSHOT, OBSERVED, DONE)],
        DONE,
        "partial",
    ),
    "the words have another meaning by now": (
        [event(0, SNAPSHOT, OBSERVED, NEW), event(2, CHANGED, OBSERVED, DONE, NEW)],
        {"status": "Complete", "status_category": "resolved"},
        "complete",
    ),
    "a log": ([event(3, CHANGED, IMPORTED, DOING)], DOING, "complete"),
    "still new": ([BORN], NEW, "complete"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_history_is_complete_when_it_leads_from_the_creation_to_the_present(case):
    events, present, expected = CASES[case]
    now = StatusNow(CREATED, present["status"], StatusCategory(present["status_category"]))
    assert history_of(reversed(events), now) == expected


def test_events_of_an_unknown_ticket_are_a_part():
    assert history_of([BORN], None) == "partial"
