"""Having a vendor call: under a grant, once, noticed when it stops, and taken back."""

import logging
from datetime import timedelta

import httpx
import pytest

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.desk.serving.hearing import Hearing
from servicedesk_core.errors import ServiceDeskError, SettingsError, WriteNotGrantedError
from servicedesk_core.faces.alerting import Watch
from servicedesk_core.features.webhooks import follow_all, look_into_doubts, rules
from servicedesk_core.features.webhooks.model import WebhookState
from servicedesk_core.hooks import HintKind
from servicedesk_core.machine import doctor
from servicedesk_core.store import webhooks
from tests.webhooks.conftest import nothing_waits, until

pytestmark = pytest.mark.slow


async def conditions(desk):
    now = desk.clock.now()
    return await desk.store.read(
        lambda tx: {c.key: c.kind for c in rules.conditions(Watch(tx, desk, now, now.date(), frozenset()))}
    )


async def state(desk):
    (row,) = (await desk.webhooks.list()).items
    return row.state


async def test_without_the_grant_nothing_is_registered(settings, clock, vendor):
    keys = settings()
    keys["connections"]["psa"]["writes"] = []
    async with ServiceDesk(keys, clock=clock) as desk:
        for act in (desk.webhooks.register, desk.webhooks.renew, desk.webhooks.remove):
            with pytest.raises(WriteNotGrantedError):
                await act()
    assert vendor.load()["subscriptions"] == {}


async def test_without_a_public_address_nothing_is_registered(settings, clock, vendor):
    keys = settings() | {"public": {}}
    async with ServiceDesk(keys, clock=clock) as desk:
        with pytest.raises(SettingsError, match=r"\[public\]"):
            await desk.webhooks.register()


async def test_registered_once_noticed_when_dead_and_made_active_again(desk, vendor):
    assert (await desk.webhooks.register()).registered == ("tickets",)
    again = await desk.webhooks.register()
    assert (again.registered, again.unchanged) == ((), ("tickets",))
    told = vendor.load()["subscriptions"]["tickets"]
    address = await desk.webhooks.address()
    assert told["url"] == address.url
    assert address.secret is None  # core has given it to the vendor; nobody has to know it
    assert await state(desk) is WebhookState.ACTIVE

    vendor.change(subscriptions={"tickets": told | {"active": False}})
    (outcome,) = await desk.run_jobs("webhooks")
    assert outcome.outcome == "ok"
    assert await state(desk) is WebhookState.DEAD
    assert await conditions(desk) == {"webhooks:psa/dead": "dead"}
    found = await desk.store.read(lambda tx: [*doctor._inside(tx, desk.clock.now())])
    assert ("Webhooks", "warning") in {(one.subject, one.level) for one in found}
    assert (await desk.webhooks.register()).renewed == ("tickets",)
    assert await conditions(desk) == {}

    vendor.change(subscriptions={})
    await desk.webhooks.check()
    (row,) = (await desk.webhooks.subscriptions()).items
    assert (row.is_active, row.problem) == (False, "the vendor has it no more")
    acts = {(row.action, row.actor) for row in (await desk.audit.list()).items if row.action.startswith("webhooks")}
    assert {action for action, _ in acts} == {"webhooks.registered"}


async def test_removed_the_old_address_is_nobodys(caller, desk, vendor):
    await desk.webhooks.register()
    assert (await caller.tell({"kind": "changed", "ref": "1", "event": "a"})).status_code == 200
    assert (await desk.webhooks.remove()).removed == ("tickets",)
    assert vendor.load()["subscriptions"] == {}
    assert (await desk.webhooks.list()).items == ()
    assert (await caller.tell({"kind": "changed", "ref": "1", "event": "b"})).status_code == 404
    assert (await desk.webhooks.address()).url.rpartition("/")[2] != caller.endpoint.token


async def test_once_the_public_address_is_another_registering_moves_what_calls_the_old_one(
    desk, settings, clock, vendor
):
    await desk.webhooks.register()
    old = vendor.load()["subscriptions"]["tickets"]["url"]
    await desk.aclose()
    async with ServiceDesk(settings(url="http://127.0.0.1:2"), clock=clock) as moved:
        await moved.webhooks.check()
        (row,) = (await moved.webhooks.list()).items
        assert (row.state, row.address) == (WebhookState.ACTIVE, "http://127.0.0.1:1/hooks/…")
        assert await conditions(moved) == {"webhooks:psa/moved": "moved"}
        done = await moved.webhooks.register()
        assert (done.registered, done.removed) == (("tickets",), ("tickets",))
        assert vendor.load()["ended"] == [old]
        url = vendor.load()["subscriptions"]["tickets"]["url"]
        assert url == old.replace("127.0.0.1:1", "127.0.0.1:2") == (await moved.webhooks.address()).url
        assert await conditions(moved) == {}


async def test_the_address_of_a_connection_that_is_no_more_is_told_of_once_and_can_be_forgotten(
    desk, settings, clock, caplog
):
    await desk.webhooks.register()
    made = (await desk.store.read(webhooks.endpoints))[0]
    heard = webhooks.Heard("id:1", timedelta(days=1), HintKind.CHANGED, "tickets", "1", None)
    await desk.store.write(lambda tx: webhooks.hear(tx, made.source_id, made.token, [heard], clock.now()))
    await desk.aclose()
    keys = settings()
    keys["connections"] = {"other": keys["connections"]["psa"]}
    async with ServiceDesk(keys, clock=clock) as left:
        hearing = Hearing(left, gather_s=0)
        async with hearing.open(), httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{hearing.listener.address}/hooks/{made.token}", content=b"[]")
            assert answer.status_code == 404
            for _ in range(3):
                assert await follow_all(left) == ()
        told = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
        (said,) = [one for one in told if "psa" in one]
        assert 'webhooks remove psa"' in said
        assert await conditions(left) == {"webhooks:psa/left": "left"}
        with pytest.raises(SettingsError, match="no connection"):
            await left.webhooks.remove("another")
        assert (await left.webhooks.remove("psa")).removed == ()
        assert await nothing_waits(left)
        assert await conditions(left) == {}
        assert (await left.audit.list()).items[0].action == "webhooks.removed"


async def test_hints_of_an_address_that_was_removed_are_followed_all_the_same(desk, clock):
    await desk.webhooks.register()
    made = (await desk.store.read(webhooks.endpoints))[0]
    heard = webhooks.Heard("id:1", timedelta(days=1), HintKind.CHANGED, "tickets", "1", None)
    await desk.store.write(lambda tx: webhooks.hear(tx, made.source_id, made.token, [heard], clock.now()))
    await desk.webhooks.remove()
    assert [one.read for one in await follow_all(desk)] == [1]


async def test_what_a_vendor_says_of_its_subscription_makes_us_look(caller, desk, vendor):
    await desk.webhooks.register()
    vendor.change(subscriptions={})
    assert await state(desk) is WebhookState.ACTIVE
    await caller.tell({"kind": "subscription", "ref": "s-tickets", "event": "x"})

    async def is_dead():
        return await state(desk) is WebhookState.DEAD

    await until(is_dead)


async def test_what_a_vendor_says_of_its_subscription_is_not_believed(caller, desk):
    await desk.webhooks.register()
    await caller.tell({"kind": "subscription", "ref": "s-tickets", "event": "x"})

    async def is_looked_at():
        return (await desk.store.read(webhooks.endpoints))[0].looked_at is not None

    await until(is_looked_at)
    assert await state(desk) is WebhookState.ACTIVE


async def test_a_vendor_that_cannot_be_asked_keeps_nobody_from_looking_at_another(settings, clock, vendor, tmp_path):
    keys = settings()
    there = tmp_path / "there"
    there.mkdir()
    keys["connections"]["there"] = keys["connections"]["psa"] | {"base_dir": str(there)}
    (there / "vendor.json").write_text(vendor.file.read_text())
    async with ServiceDesk(keys, clock=clock) as desk:
        for name in ("psa", "there"):
            await desk.sync(name)
            await desk.webhooks.register(name)
        for one in await desk.store.read(webhooks.endpoints):
            await desk.store.write(lambda tx, one=one: webhooks.look_again(tx, one.source_id))
        vendor.file.unlink()
        with pytest.raises(ServiceDeskError):
            await look_into_doubts(desk)
        looked = {one.connection: one.looked_at is not None for one in await desk.store.read(webhooks.endpoints)}
        assert looked == {"psa": False, "there": True}


async def test_refusals_that_pile_up_are_told(caller, desk):
    for _ in range(rules.MOST_REFUSED):
        await caller.tell({"kind": "changed", "ref": "1"}, secret="another")
    await caller.counted()
    assert await conditions(desk) == {"webhooks:psa/refused": "refused"}


async def test_what_changed_before_it_was_registered_is_no_silence(desk, vendor, clock):
    clock.advance(90_000)
    vendor.change(tickets={str(n): {"title": "New"} for n in range(30)})
    await desk.sync()
    await desk.webhooks.register()
    assert await conditions(desk) == {}
    clock.advance(10_000)
    assert await conditions(desk) == {}


async def test_silence_is_told_when_syncs_find_what_the_vendor_should_have_told(caller, desk, vendor, clock):
    await desk.webhooks.register()
    await caller.tell({"kind": "changed", "ref": "1", "event": "a"})
    await until(lambda: nothing_waits(desk))
    clock.advance(90_000)
    assert await conditions(desk) == {}  # nothing has happened at the vendor either
    vendor.change(tickets={str(n): {"title": "New"} for n in range(30)})
    await desk.sync()
    assert await conditions(desk) == {"webhooks:psa/silent": "silent"}
