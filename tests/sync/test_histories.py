"""Of which tickets the whole past is known: kept in the transactions that bring events, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from servicedesk_core.domain import EventSource, EventType, TicketEvent
from servicedesk_core.hooks import FetchOutcome, FetchStatus, Mapped, SourceRecord
from servicedesk_core.store import histories
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.sync.options import SyncMode


def tell(desk, monkeypatch, rows, key):
    """Let the vendor tell histories: by ticket, type and status, before and after, an hour apart since the creation."""
    import fake_vendor

    async def fetch_history(refs):
        for ref in refs:
            found = (SourceRecord(f"{ref}-{key}{n}", {"of": ref, "n": n}) for n in range(len(rows.get(ref, ()))))
            yield FetchOutcome(ref, FetchStatus.FOUND, tuple(found))

    def told(raw):
        kind, before, after = rows[raw["of"]][raw["n"]]
        began = fake_vendor.datetime.fromisoformat(desk.vendor.tables["tickets"][raw["of"]]["created"])
        return Mapped(TicketEvent(external_id=f"{raw['of']}-{key}{raw['n']}", ticket_ref=raw["of"], type=kind,
                                  source=EventSource.HISTORY, effective_at=began + timedelta(hours=raw["n"]),
                                  before=before, after=after))  # fmt: skip

    monkeypatch.setattr(desk.calls, "fetch_history", fetch_history)
    monkeypatch.setitem(fake_vendor.MAPPERS, "ticket_events", told)


def known(desk):
    tickets = RECORDS["tickets"].c
    query = select(tickets.external_id, histories.state_of_ticket())
    return desk.store.read_blocking(lambda tx: dict(tx.execute(query).all()))


def counted(desk):
    live = len(desk.ids("tickets"))
    found = desk.store.read_blocking(lambda tx: histories.counts(tx, 1, live))
    return found.complete, found.partial, found.none


async def test_what_is_known_of_the_past_follows_what_is_learned(desk, monkeypatch):
    desk.vendor.ticket("old", status="Complete")
    desk.vendor.ticket("under way", status="Doing")
    desk.vendor.ticket("gone", status="Doing")
    desk.clock.advance(60)
    for ref in ("old", "under way", "gone"):
        desk.vendor.ticket(ref, title="Changed")
    desk.vendor.ticket("new")
    desk.clock.advance(600)
    await desk.sync()
    assert known(desk) == {"old": "none", "under way": "partial", "gone": "partial", "new": "complete"}
    del desk.vendor.tables["tickets"]["gone"]
    desk.vendor.ticket("old", status="Doing")
    desk.vendor.ticket("new", status="Complete")
    desk.clock.advance(600)
    await desk.sync(mode=SyncMode.RECONCILE, accept_mass_change=True)
    assert known(desk) == {"old": "partial", "under way": "partial", "gone": "partial", "new": "complete"}
    assert counted(desk) == (1, 2, 0)
    tell(desk, monkeypatch, {"under way": [(EventType.CREATED, {}, {})]}, "first")
    await desk.sync(desk.connection(history_requests=10))
    assert known(desk)["under way"] == "partial"  # nothing tells how it came to be under way
    tell(desk, monkeypatch, {"under way": [(EventType.CREATED, {}, {"status": "Doing"})]}, "second")
    desk.vendor.ticket("under way", status="Doing", title="Changed again")
    desk.clock.advance(600)
    await desk.sync(desk.connection(history_requests=10))
    assert counted(desk) == (2, 1, 0)


@pytest.mark.parametrize("later_s", [0, 1], ids=["with the ticket's stamp", "a moment before it"])
async def test_a_change_is_told_once_whichever_of_history_and_ticket_comes_first(desk, monkeypatch, later_s):
    import fake_vendor

    from servicedesk_core.hooks import Capabilities, StreamCapability

    def told(raw):
        return Mapped(TicketEvent(external_id=raw["id"], ticket_ref="1", type=EventType.STATUS_CHANGED,
                                  source=EventSource.HISTORY, effective_at=raw["modified"],
                                  before={"status": "New"}, after={"status": "Doing"}))  # fmt: skip

    monkeypatch.setitem(fake_vendor.MAPPERS, "ticket_events", told)
    streams = (*desk.vendor.capabilities.streams, StreamCapability("ticket_events", has_stamp=False))
    desk.vendor.capabilities = Capabilities("Fake", streams)
    desk.vendor.tables["ticket_events"] = {}
    desk.vendor.ticket("1")
    desk.clock.advance(600)
    await desk.sync()
    desk.vendor.put("ticket_events", "h1")
    desk.clock.advance(later_s)
    desk.vendor.ticket("1", status="Doing")
    desk.clock.advance(86_400)
    await desk.sync(streams=("ticket_events",))
    await desk.sync(streams=("tickets",))
    changes = "SELECT source, gone_at IS NULL FROM ticket_events WHERE type = 'status_changed'"
    assert desk.sql(changes) == [("history", 1)]
    # its first state and the change: what the desk observed itself is in no vendor's list, and not gone for that
    assert desk.sql("SELECT kind FROM changes WHERE entity = 'ticket_events'") == [("created",)] * 2


@pytest.mark.slow
async def test_what_must_not_be_stored_takes_it_along(desk):
    from servicedesk_core.sync.exclusions import Exclusions

    desk.seed(tickets=12, notes=0)
    await desk.sync()
    assert counted(desk) == (3, 0, 9)
    await desk.sync(desk.connection(exclusions=Exclusions.of((), ("c0",), {})))
    assert desk.sql("SELECT COUNT(*) FROM ticket_histories") == [(2,)]
    await desk.sync(desk.connection(exclusions=Exclusions.of(("ticket_events",), ("c0",), {})))
    assert desk.sql("SELECT COUNT(*) FROM ticket_histories") == [(0,)]
