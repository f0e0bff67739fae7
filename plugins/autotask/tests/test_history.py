"""What the vendor's history of a ticket means; pure, without a network."""

from datetime import UTC, datetime

import pytest

from servicedesk_autotask.meaning.lists import EntityLists, TenantLists
from servicedesk_autotask.meaning.mapper import Mapper
from servicedesk_core.domain import (
    ActorType,
    EventType,
)
from servicedesk_core.hooks import VocabularyMapping

LISTS = TenantLists(
    {
        "Tickets": EntityLists(
            datetime(2026, 11, 20, tzinfo=UTC),
            {
                "status": {"1": "New", "5": "Complete", "8": "In Progress"},
                "priority": {"1": "High", "2": "Medium", "3": "Low", "4": "Critical"},
                "queueID": {"8": "Monitoring Alert"},
            },
        )
    }
)


def history(detail, action="Edited", **raw):
    row = {"id": 9, "ticketID": 2, "date": "2026-11-20T10:00:00Z", "action": action, "detail": detail, "resourceID": 8}
    return Mapper(LISTS, VocabularyMapping()).map("ticket_events", row | raw)


@pytest.mark.parametrize(
    "detail",
    [
        'Status: "New" -> "In Progress"',
        "Status changed from New to In Progress.",
        "status: New → in progress",
        "Ticket Status was changed from 'New' to 'In Progress'",
    ],
)
def test_history_of_a_status_is_read_in_several_wordings(detail):
    event = history(detail).entity
    assert event.type is EventType.STATUS_CHANGED
    assert event.before == {"status": "New", "status_category": "new"}
    assert event.after == {"status": "In Progress", "status_category": "in_progress"}
    assert (event.external_id, event.source_seq, event.actor_ref) == ("9", 9, "8")


def test_history_of_priority_queue_and_person():
    assert history('Priority: "Medium" -> "Critical"').entity.after == {"priority_name": "Critical", "priority": "P1"}
    assert history('Queue: "" -> "Monitoring Alert"').entity.before == {"queue_ref": None}
    assert history('Queue: "" -> "Monitoring Alert"').entity.after == {"queue_ref": "8"}
    assert history('Primary Resource: "" -> "29682885"').entity.after == {"assignee_ref": "29682885"}
    assert history('Primary Resource: "" -> "Example, Ana"').entity.after == {"assignee": "Example, Ana"}


def test_history_row_with_several_changes_gives_several_events():
    found = history('Status: "New" -> "Complete"\nTitle: "a" -> "b"\nPriority: "Low" -> "High"')
    assert [event.type.value for event in (found.entity, *found.also)] == ["status_changed", "priority_changed"]
    assert [event.external_id for event in (found.entity, *found.also)] == ["9", "9#2"]


@pytest.mark.parametrize("detail", ["Checklist item done", "", None, 'Title: "a" -> "b"', "->", "Status: ->:"])
def test_history_that_is_not_understood_stays_an_activity(detail):
    found = history(detail, action="Forwarded")
    assert found.entity.type in {EventType.ACTIVITY, EventType.STATUS_CHANGED}
    assert found.entity.vendor_word == "Forwarded"
    if detail != "Status: ->:":
        assert found.entity.type is EventType.ACTIVITY


def test_history_of_creation_and_of_workflows():
    assert history("Ticket created", action="Created").entity.type is EventType.CREATED
    assert history("x", resourceID=4).entity.actor_type is ActorType.SYSTEM


def test_unknown_word_in_history_is_reported():
    assert ("unmapped_status", "status", "Nap") in [
        (issue.kind, issue.field, issue.value) for issue in history('Status: "New" -> "Nap"').issues
    ]
