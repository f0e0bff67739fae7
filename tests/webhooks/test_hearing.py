"""A vendor calls: what is genuine is kept, answered and read; everything else is refused and counted."""

import asyncio
import json
import logging
from datetime import timedelta

import pytest

from servicedesk_core.desk.serving import hearing
from servicedesk_core.features.webhooks import follow_all
from servicedesk_core.hooks import HintKind
from servicedesk_core.store import leases, webhooks
from servicedesk_core.store.holding import held
from tests.webhooks.conftest import nothing_waits, titles, until

pytestmark = pytest.mark.slow  # a desk and a listener each

CHANGED = {"kind": "changed", "ref": "1", "event": "e1"}


async def test_what_a_vendor_names_is_read_at_once(caller, vendor, desk):
    vendor.change(tickets={"1": {"title": "Printer burns"}, "2": {"title": "Not told of"}, "3": {"title": "New"}})
    answer = await caller.tell(CHANGED, {"kind": "added", "ref": "3", "event": "e2"})
    assert (answer.status_code, answer.content, "set-cookie" in answer.headers) == (200, b"", False)
    await until(lambda: nothing_waits(desk))
    assert await titles(desk) == {"1": "Printer burns", "2": "Mail", "3": "New"}
    assert await caller.counted() == {"accepted": 1, "events": 2, "read": 2}
    (row,) = (await desk.webhooks.list()).items
    assert (row.connection, row.heard_at, row.events, row.refused) == ("psa", desk.clock.now(), 2, 0)
    assert caller.endpoint.token not in str(row)


OLD = {**CHANGED, "at": "2026-03-02T06:00:00+00:00"}


@pytest.mark.parametrize(
    ("outcome", "status", "send"),
    [
        ("unsigned", 401, lambda c: c.tell(CHANGED, X_Bell=None)),
        ("wrong_signature", 401, lambda c: c.tell(CHANGED, secret="another")),
        ("wrong_signature", 401, lambda c: c.tell(CHANGED, X_Bell="ÿ".encode("latin-1"))),
        ("too_old", 400, lambda c: c.tell(OLD)),
        ("wrong_type", 415, lambda c: c.tell(CHANGED, Content_Type="text/xml")),
        ("wrong_method", 405, lambda c: c.tell(CHANGED, method="PUT")),
        ("too_large", 413, lambda c: c.send(b" " * 50_001)),
        ("too_large", 413, lambda c: c.send(b" " * 2_000_000)),
        ("unknown_address", 404, lambda c: c.tell(CHANGED, url=f"{c.url[:-1]}~")),
    ],
)
async def test_what_is_not_the_vendors_is_refused_and_counted(caller, caplog, outcome, status, send):
    caplog.set_level(logging.DEBUG, "servicedesk")
    answer = await send(caller)
    assert (answer.status_code, answer.content) == (status, b"")
    assert (await caller.counted())[outcome] == 1
    assert await nothing_waits(caller.desk)
    assert "changed" not in caplog.text
    assert caller.endpoint.token not in caplog.text


@pytest.mark.parametrize("path", ["", "/", "/hooks", "/hooks/", "/metrics", "/hooks/../live", "/hooks/a/b"])
async def test_nothing_else_answers(caller, path):
    answer = await caller.client.get(f"{caller.hearing.listener.address}{path}")
    assert (answer.status_code, answer.content) == (404, b"")


async def test_a_genuine_delivery_that_is_not_understood_is_taken_and_left_to_the_sync(caller, desk):
    answer = await caller.send(b"no json")
    assert answer.status_code == 200
    assert (await caller.counted())["not_understood"] == 1


async def test_a_challenge_is_answered_and_is_no_event(caller, desk):
    answer = await caller.client.post(f"{caller.url}?challenge=abc%3Cb%3E")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"abc<b>", "text/plain")
    assert await nothing_waits(desk)


async def test_what_came_before_is_taken_and_not_read_again(caller, desk, vendor):
    body = json.dumps([CHANGED]).encode()
    for _ in range(3):
        assert (await caller.send(body)).status_code == 200
        await until(lambda: nothing_waits(desk))
    assert (await caller.counted())["repeated"] == 2
    assert vendor.load()["fetched"] == [["1"]]


async def test_an_equal_body_of_a_vendor_without_ids_may_be_another_change_and_is_followed_once_a_minute(desk, clock):
    made = await desk.store.write(lambda tx: webhooks.ensure_endpoint(tx, 1, clock.now()))
    heard = webhooks.Heard("body:1", timedelta(minutes=1), HintKind.CHANGED, "tickets", "1", None, is_named=False)

    async def tell():
        return await desk.store.write(lambda tx: webhooks.hear(tx, 1, made.token, [heard], clock.now()))

    async def read():
        return sum([one.read for one in await follow_all(desk)])

    assert (await tell())["events"] == 1
    assert (await tell())["events"] == 1  # which does not put off what is due
    assert await read() == 1
    for _ in range(3):
        assert (await tell())["events"] == 1
        assert await read() == 0
    clock.advance(61)
    assert await read() == 1
    assert await nothing_waits(desk)
    await tell()
    assert await read() == 1


async def test_a_storm_is_read_once_for_each_record(caller, desk, vendor):
    async with desk.host._opening["psa"]:  # nothing is read meanwhile
        answers = await asyncio.gather(
            *(caller.tell({"kind": "changed", "ref": str(1 + n % 2), "event": f"e{n}"}) for n in range(60))
        )
        assert {answer.status_code for answer in answers} <= {200}
        ((number, _),) = (await desk.store.read(webhooks.waiting)).values()
        assert number == 2
        await desk.host.close("psa")
    await until(lambda: nothing_waits(desk))
    asked = [ref for refs in vendor.load()["fetched"] for ref in refs]
    assert len(asked) <= 4


async def test_hints_wait_for_a_sync_that_is_under_way_and_are_followed_after_it(caller, desk, monkeypatch):
    monkeypatch.setattr(hearing, "BUSY_S", 0.01)
    async with held(desk.store, leases.pulls_of("psa")):
        await caller.tell(CHANGED)
        (followed,) = await follow_all(desk)
        assert (followed.is_busy, followed.read, followed.error) == (True, 0, None)
        assert not await nothing_waits(desk)
    await until(lambda: nothing_waits(desk))


async def test_more_than_can_wait_is_left_to_the_sync(caller, desk, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_HINTS", 1)
    events = [{"kind": "changed", "ref": str(n), "event": f"e{n}"} for n in range(5)]
    assert (await caller.tell(*events)).status_code == 200
    assert (await caller.counted())["left_to_sync"] == 4


async def test_what_is_said_of_a_subscription_or_of_what_waits_is_taken_however_much_waits(desk, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_HINTS", 1)
    now = desk.clock.now()
    made = await desk.store.write(lambda tx: webhooks.ensure_endpoint(tx, 1, now))
    await desk.store.write(lambda tx: webhooks.keep_subscriptions(tx, 1, (), now))

    async def tell(*events):
        heard = [webhooks.Heard(key, timedelta(days=1), kind, "tickets", ref, None) for key, kind, ref in events]
        return await desk.store.write(lambda tx: webhooks.hear(tx, 1, made.token, heard, now))

    changed = HintKind.CHANGED
    assert await tell(("a", changed, "1"), ("b", changed, "2")) == {"events": 1, "repeated": 0, "left_to_sync": 1}
    (being_read,) = await desk.store.read(lambda tx: webhooks.due(tx, 1, now, 9))
    assert await tell(("c", changed, "1"), ("d", HintKind.SUBSCRIPTION, "s")) == {
        "events": 2,
        "repeated": 0,
        "left_to_sync": 0,
    }
    await desk.store.write(lambda tx: webhooks.done(tx, 1, [being_read]))
    assert not await nothing_waits(desk)
    assert (await desk.store.read(webhooks.endpoints))[0].looked_at is None


async def test_a_deletion_is_believed_only_when_the_vendor_does_not_have_the_record(caller, desk, vendor, clock):
    await caller.tell({"kind": "deleted", "ref": "1", "event": "e1"})
    await until(lambda: nothing_waits(desk))
    assert "1" in await titles(desk)
    vendor.change(tickets={})
    await caller.tell({"kind": "deleted", "ref": "1", "event": "e2"}, {"kind": "changed", "ref": "2", "event": "e3"})
    await until(lambda: _missing(desk))
    assert await titles(desk) == {"2": "Mail"}  # nobody said that it was deleted: it is looked for twice
    clock.advance(301)
    await caller.tell({"kind": "changed", "ref": "9", "event": "e4"})
    await until(lambda: _gone(desk, "2"))


async def _missing(desk):
    found = await desk.store.read(webhooks.waiting)
    return found and not await desk.store.read(lambda tx: webhooks.due(tx, next(iter(found)), desk.clock.now(), 1))


async def _gone(desk, ref):
    return ref not in await titles(desk)


async def test_a_merged_record_is_gone_and_not_asked_for_again(desk, vendor):
    vendor.change(tickets={"2": {"title": "Mail and printer"}}, merged={"1": "2"})
    endpoint = await desk.store.write(lambda tx: webhooks.ensure_endpoint(tx, 1, desk.clock.now()))
    heard = webhooks.Heard("id:e1", timedelta(days=1), HintKind.CHANGED, "tickets", "1", None)
    await desk.store.write(lambda tx: webhooks.hear(tx, 1, endpoint.token, [heard], desk.clock.now()))
    (followed,) = await follow_all(desk)
    assert (followed.read, followed.changed, followed.gone) == (1, 1, 1)
    assert await nothing_waits(desk)
    assert await titles(desk) == {"2": "Mail and printer"}


async def test_many_records_that_vanish_at_once_are_left_to_a_reconciliation(caller, desk, vendor, clock):
    vendor.change(tickets={str(n): {"title": "A ticket"} for n in range(60)})
    clock.advance(90_000)
    await desk.sync()
    vendor.change(tickets={})
    await caller.tell(*({"kind": "deleted", "ref": str(n), "event": f"e{n}"} for n in range(60)))
    await until(lambda: nothing_waits(desk))
    assert len(await titles(desk)) == 60
    assert (await caller.counted())["left_to_sync"] == 60


async def test_records_that_vanish_a_few_at_a_time_are_as_many_in_the_end(desk, vendor, clock):
    vendor.change(tickets={str(n): {"title": "A ticket"} for n in range(120)})
    clock.advance(90_000)
    await desk.sync()
    vendor.change(tickets={})
    gone = []
    for first in range(0, 120, 20):
        found = await desk.read_again("psa", {"tickets": {str(n): True for n in range(first, first + 20)}})
        gone.append(found.gone)
    assert gone == [20, 20, 0, 0, 0, 0]
    clock.advance(7_200)
    assert (await desk.read_again("psa", {"tickets": {"119": True}})).gone == 1


async def test_what_is_gone_already_or_was_never_here_is_not_counted_as_vanishing(desk, vendor):
    vendor.change(tickets={"1": {"title": "A ticket"}, "2": {"title": "Another"}})
    await desk.sync()
    vendor.change(tickets={"2": {"title": "Another"}})
    unknown = {"tickets": {str(n): True for n in range(100, 155)}}
    for asked in (unknown, *[{"tickets": {"1": True}}] * 60):
        assert (await desk.read_again("psa", asked)).held_back == {}
    vendor.change(tickets={})
    assert (await desk.read_again("psa", {"tickets": {"2": True}})).gone == 1


async def test_a_name_of_an_event_that_no_database_takes_costs_no_delivery(caller, desk):
    odd = [{**CHANGED, "event": "e\x00\ud800" + "x" * 600}, {**CHANGED, "ref": "a\x00"}, {**CHANGED, "stream": "\x00"}]
    assert (await caller.tell(*odd)).status_code == 200
    await until(lambda: nothing_waits(desk))
    assert (await caller.counted())["read"] == 1


async def test_what_cannot_be_read_now_is_tried_again_and_then_left(caller, desk, vendor, clock):
    vendor.change(hidden=["1"])
    await caller.tell(CHANGED)
    for attempt in range(1, 6):
        await until(lambda: _missing(desk))
        assert len(vendor.load()["fetched"]) == attempt
        clock.advance(3_601)
        caller.hearing._hinted("psa")
    await until(lambda: nothing_waits(desk))
    assert (await caller.counted())["left_to_sync"] == 1


async def test_an_event_that_comes_while_its_record_is_read_is_not_lost(desk):
    now = desk.clock.now()

    made = await desk.store.write(lambda tx: webhooks.ensure_endpoint(tx, 1, now))

    def event(tx, key):
        heard = webhooks.Heard(key, timedelta(days=1), HintKind.CHANGED, "tickets", "1", None)
        assert webhooks.hear(tx, 1, made.token, [heard], now)["events"] == 1

    await desk.store.write(lambda tx: event(tx, "a"))
    (being_read,) = await desk.store.read(lambda tx: webhooks.due(tx, 1, now, 9))
    await desk.store.write(lambda tx: event(tx, "b"))
    await desk.store.write(lambda tx: webhooks.done(tx, 1, [being_read]))
    (again,) = await desk.store.read(lambda tx: webhooks.due(tx, 1, now, 9))

    # Another process has followed it meanwhile, and then it came as for the first time.
    await desk.store.write(lambda tx: webhooks.done(tx, 1, [again]))
    now += timedelta(seconds=1)
    for key in ("c", "d"):
        await desk.store.write(lambda tx, key=key: event(tx, key))
    await desk.store.write(lambda tx: webhooks.done(tx, 1, [again]))
    assert await desk.store.read(webhooks.waiting)
