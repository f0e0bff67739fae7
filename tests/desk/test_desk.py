"""The desk as an integrator uses it."""

import asyncio
import io
import logging
import os

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.clock import SystemClock
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, StoreError
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.store import Store


async def test_a_desk_needs_neither_files_nor_environment(settings, sqlite_url, monkeypatch, capfd):
    monkeypatch.setattr(os, "environ", {})
    async with ServiceDesk(settings(), store=sqlite_url) as desk:
        report = await desk.sync("log")
        assert report.ok
        page = await desk.tickets.list(TicketFilter())
        assert {row.external_id for row in page} == {"2", "3"}
        assert await desk.tickets.count() == 2
        detail = await desk.tickets.get("1", connection="log")
        assert [event.vendor_word for event in detail.events] == ["New", "Closed"]
    assert capfd.readouterr() == ("", "")


def test_a_desk_that_is_not_open_says_so(settings, sqlite_url):
    with pytest.raises(AttributeError, match="tickets': open the desk first, `async with"):
        _ = ServiceDesk(settings(), store=sqlite_url).tickets
    assert not hasattr(ServiceDesk(settings(), store=sqlite_url), "tikets")


async def test_the_only_connection_need_not_be_named_but_one_of_several_must(settings, sqlite_url):
    async with ServiceDesk(settings("one", "two"), store=sqlite_url) as desk:
        with pytest.raises(SettingsError, match="Which connection"):
            await desk.sync()
        with pytest.raises(SettingsError, match='Did you mean "one"'):
            await desk.sync("onne")
        outcomes = await desk.sync_all()
        assert [(o.connection, o.exit_code) for o in outcomes] == [("one", 0), ("two", 0)]


async def test_a_connection_that_fails_leaves_the_others_alone(settings, sqlite_url):
    keys = settings("good", "bad")
    keys["connections"]["bad"]["connector"] = "nothing-like-it"
    async with ServiceDesk(keys, store=sqlite_url) as desk:
        bad, good = sorted(await desk.sync_all(), key=lambda outcome: outcome.connection)
        assert (bad.error.code, bad.exit_code, bad.report) == ("unknown_connector", 2, None)
        assert good.report.ok
        checks = {check.connection: check for check in await desk.check_all()}
        assert checks["bad"].error.code == "unknown_connector"
        assert checks["good"].error is None


async def test_several_desks_live_in_one_process(settings, tmp_path):
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("a", "b")]
    async with ServiceDesk(settings(), store=urls[0]) as one, ServiceDesk(settings(), store=urls[1]) as other:
        await asyncio.gather(one.sync(), other.sync())
        assert await one.tickets.count() == await other.tickets.count() == 2


async def test_an_open_store_is_used_and_stays_open(settings, sqlite_url):
    store = await asyncio.to_thread(Store.open, sqlite_url, clock=SystemClock())
    async with store:
        async with ServiceDesk(settings(), store=store) as desk:
            await desk.sync()
        assert await store.read(lambda tx: 1) == 1


async def test_secrets_come_from_the_programs_own_resolver_and_are_redacted(settings, sqlite_url):
    keys = settings()
    keys["connections"]["log"]["account"] = "env:ACCOUNT_NAME"
    async with ServiceDesk(
        keys, store=sqlite_url, secrets=lambda reference: "hidden-account" if "ACCOUNT" in reference else None
    ) as desk:
        await desk.sync()
        assert desk.redactor.text("of hidden-account") == "of ***"


async def test_nothing_configures_logging(settings, sqlite_url):
    before = list(logging.getLogger().handlers), list(logging.getLogger("servicedesk").handlers)
    async with ServiceDesk(settings(), store=sqlite_url) as desk:
        await desk.sync()
    assert (list(logging.getLogger().handlers), list(logging.getLogger("servicedesk").handlers)) == before


async def test_the_feed_is_durable_for_a_named_consumer(settings, sqlite_url, log):
    async with ServiceDesk(settings(), store=sqlite_url) as desk:
        await desk.sync()
        everything = [change async for change in desk.changes(include_backfill=True, entities=["tickets"])]
        assert {change.external_id for change in everything} == {"1", "2", "3"}
        assert [change async for change in desk.changes(consumer="mine")] == []
        with log.open("a") as file:
            file.write("4,New,2024-02-01T10:00:00Z\n5,New,2024-02-02T10:00:00Z\n")
        await desk.sync(mode="full")
    async with ServiceDesk(settings(), store=sqlite_url) as desk:
        feed = desk.changes(consumer="mine", entities=["tickets"], include_backfill=True)
        first = await anext(feed)
        await feed.aclose()  # the consumer dies while it works on the first one
        again = [change async for change in desk.changes(consumer="mine", entities=["tickets"], include_backfill=True)]
        assert again[0] == first
        assert [c async for c in desk.changes(consumer="mine", entities=["tickets"], include_backfill=True)] == []
        assert (await anext(desk.changes(since=first.seq, include_backfill=True))).seq > first.seq


async def test_following_the_feed_waits_for_more_and_can_be_cancelled(settings, sqlite_url):
    async with ServiceDesk(settings(), store=sqlite_url) as desk:
        feed = desk.changes(entities=["tickets"], include_backfill=True, poll_s=0.01)
        listener = asyncio.ensure_future(anext(feed))
        await desk.sync()
        async with asyncio.timeout(100):
            heard = [await listener, await anext(feed), await anext(feed)]
        assert {change.external_id for change in heard} == {"1", "2", "3"}
        listener = asyncio.ensure_future(anext(feed))
        await asyncio.sleep(0.05)
        listener.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listener


async def test_export_goes_to_any_binary_file(settings, sqlite_url, tmp_path):
    async with ServiceDesk(settings(), store=sqlite_url) as desk:
        await desk.sync()
        memory = io.BytesIO()
        assert await desk.export("tickets", memory) == 3
        target = tmp_path / "tickets.csv"
        assert await desk.export("tickets", target) == 3
        assert target.read_bytes() == memory.getvalue()
        with pytest.raises(NotFoundLocallyError, match="holds nothing of a connection"):
            await desk.export("tickets", io.BytesIO(), connection="nobody")


async def test_a_read_only_desk_never_makes_a_store(settings, tmp_path):
    with pytest.raises(StoreError):
        async with ServiceDesk(settings(), store=f"sqlite:///{tmp_path / 'desk.db'}", read_only=True):
            pass
    assert not (tmp_path / "desk.db").exists()


async def test_status_and_report_come_from_the_store_alone(settings, sqlite_url, log):
    async with ServiceDesk(settings(), store=sqlite_url) as desk:
        await desk.sync()
        log.unlink()
        assert (await desk.status()).connections[0].name == "log"
        assert (await desk.report.desk_page()).numbers.open.count == 2
        with pytest.raises(NotFoundLocallyError):
            await desk.tickets.get("99")


async def test_closing_twice_does_no_harm(settings, sqlite_url):
    desk = ServiceDesk(settings(), store=sqlite_url)
    async with desk:
        await desk.aclose()
    await desk.aclose()
