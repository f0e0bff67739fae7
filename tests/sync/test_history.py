import pytest

from servicedesk_core.domain import EventSource, EventType, TicketEvent
from servicedesk_core.hooks import FetchOutcome, FetchStatus, Mapped, SourceRecord


async def test_vendor_history_replaces_what_was_observed_within_its_allowance(desk, monkeypatch):
    import fake_vendor

    asked = []

    async def fetch_history(refs):
        asked.extend(refs)
        for ref in refs:
            row = {"id": f"h-{ref}", "ticket": ref, "at": desk.clock.now().isoformat()}
            yield FetchOutcome(ref, FetchStatus.FOUND, (SourceRecord(row["id"], row),))

    def told(raw):
        return Mapped(
            TicketEvent(
                external_id=raw["id"],
                ticket_ref=raw["ticket"],
                type=EventType.STATUS_CHANGED,
                source=EventSource.HISTORY,
                effective_at=raw["at"],
            )
        )

    monkeypatch.setattr(desk.calls, "fetch_history", fetch_history)
    monkeypatch.setitem(fake_vendor.MAPPERS, "ticket_events", told)
    for n in range(5):
        desk.vendor.ticket(f"{n}")
    await desk.sync()
    assert asked == []
    desk.clock.advance(600)
    desk.vendor.ticket("3", status="Doing")
    desk.clock.advance(600)
    desk.settings = {"history_requests": 2}
    await desk.sync()
    assert len(asked) == 2
    assert asked[0] == "3"
    events = desk.sql("SELECT source, gone_reason FROM ticket_events WHERE ticket_ref = '3' ORDER BY local_id")
    assert events == [("observed", None), ("observed", "superseded"), ("history", None)]
    await desk.sync()
    await desk.sync()
    assert sorted(asked) == ["0", "1", "2", "3", "4"]


def no_events(desk, monkeypatch, fetch_history):
    import fake_vendor

    monkeypatch.setattr(desk.calls, "fetch_history", fetch_history)
    monkeypatch.setitem(fake_vendor.MAPPERS, "ticket_events", lambda raw: None)


@pytest.mark.slow
async def test_old_tickets_of_a_backfill_cost_no_history(desk, monkeypatch):
    asked = []

    async def fetch_history(refs):
        asked.extend(refs)
        for ref in refs:
            yield FetchOutcome(ref, FetchStatus.FOUND)

    no_events(desk, monkeypatch, fetch_history)
    desk.vendor.ticket("old", status="Complete")
    desk.clock.advance(30 * 86_400)
    desk.vendor.ticket("fresh", status="Complete")
    desk.vendor.ticket("open")
    desk.clock.advance(600)
    desk.settings = {"history_requests": 10}
    await desk.sync()
    assert sorted(asked) == ["fresh", "open"]
    await desk.sync()
    assert len(asked) == 2


async def test_the_plan_names_what_history_may_cost_beside_it(desk):
    desk.seed(tickets=10, notes=0)
    plan = await desk.engine().plan(desk.connection(history_requests=40))
    assert plan.history_requests == 40
    desk.calls.hidden = {"fetch_history"}
    assert (await desk.engine().plan(desk.connection(history_requests=40))).history_requests == 0
