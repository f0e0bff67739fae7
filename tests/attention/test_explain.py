"""Why a ticket stands where it stands."""

from datetime import timedelta

import pytest

from servicedesk_core.desk.stored import StoredDesk
from servicedesk_core.domain import ActorType, EventSource, EventType, TicketEvent
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.testing import FakeClock
from tests.attention.conftest import NOW, fill


async def test_the_rule_that_decided_is_told_with_who_said_what_and_when_it_was_learned(store):
    moved = TicketEvent(
        external_id="e1", ticket_ref="2", type=EventType.STATUS_CHANGED, source=EventSource.HISTORY,
        effective_at=NOW - timedelta(hours=6), actor_type=ActorType.TECHNICIAN, actor_ref="ana",
        before={"status": "New"}, after={"status": "Waiting", "status_category": "waiting_customer"},
    )  # fmt: skip
    fill(store, [moved])
    async with StoredDesk({}, store=store, clock=FakeClock(NOW)) as desk:
        found = await desk.explain("T2")
        assert (found.decision.rule, found.reason) == ("replied", "client_replied")
        assert [(rule.name, rule.fits) for rule in found.rules[:3]] == [
            ("meaningless", False),
            ("replied", True),
            ("awaited", False),
        ]
        assert [(one.who, one.what, one.counts) for one in found.said] == [
            ("Ana", "status changed: status New → Waiting", True),
            ("Ana", "wrote a note (internal)", True),
            ("customer", "wrote a note (internal)", True),
            ("Ana", "wrote a note (internal)", False),
            ("API", "wrote a note (internal)", False),
        ]
        assert {one.recorded_at for one in found.said} == {NOW}
        done = await desk.explain("T8")
        assert (done.is_open, done.decision, done.rules) == (False, None, ())
        with pytest.raises(NotFoundLocallyError):
            await desk.explain("T2", scope=Scope("psa", companies="c2"))


async def test_who_asks_for_a_figure_is_told_where_it_is_explained(store):
    async with StoredDesk({}, store=store, clock=FakeClock(NOW)) as desk:
        with pytest.raises(NotFoundLocallyError, match="is a figure") as caught:
            await desk.explain("k01")
        assert caught.value.hint.startswith("servicedesk kpi explain ")
