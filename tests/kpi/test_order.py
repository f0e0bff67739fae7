"""In which order open tickets are taken: by our promises, and where none is ours by the vendor's due time."""

from datetime import UTC, datetime, timedelta

from servicedesk_core.domain import Priority, StatusCategory
from servicedesk_core.features.attention.model import Standing
from servicedesk_core.features.kpi import OpenDesk, OpenTicket
from servicedesk_core.features.next.rules import upcoming
from servicedesk_core.features.sla import Clock

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
ME = ("psa", "7")


def ticket(number, *, priority=Priority.P3, vendor=None, **more):
    due_at = None if vendor is None else NOW + vendor
    standing = Standing(NOW, StatusCategory.TRIAGED, priority, is_assigned=True, due_at=due_at)
    return OpenTicket(number, standing, "7", connection="psa", local_id=int(number[1:]), **more)


def test_the_vendors_due_time_counts_where_there_is_no_promise_of_ours():
    urgent = ticket("T1", priority=Priority.P1)
    theirs = ticket("T2", vendor=timedelta(hours=2))
    ours = ticket("T3", clock=Clock.COMPLETION, due_at=NOW + timedelta(hours=3), vendor=timedelta(hours=1))
    found = upcoming(OpenDesk(NOW, NOW + timedelta(hours=1), [urgent, ours, theirs]), ME)
    assert [one.record for one in found.ready] == ["T2", "T3", "T1"]
    assert found.why == "Its completion at the vendor is due before that of every other ticket that can be begun."
