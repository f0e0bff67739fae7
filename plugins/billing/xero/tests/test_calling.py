"""Xero calls a desk over real HTTP: the intent to receive, changes, deliveries that come again, and other companies."""

import asyncio
import base64
import hashlib
import hmac
import json
from contextlib import asynccontextmanager

import httpx
import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.desk.serving.hearing import Hearing
from servicedesk_core.store import webhooks
from servicedesk_core.store.schema import sources
from servicedesk_core.testing import FakeClock
from servicedesk_xero.sandbox.seed import id_of

pytestmark = pytest.mark.slow

OURS, OTHERS = id_of("Tenant", "Example Services"), id_of("Tenant", "Example Holdings")
INVOICE = id_of("Invoices", "INV-0003")


@asynccontextmanager
async def called(stand, file):
    """A desk that was synced once, and a way to call it as Xero does."""
    books = {**stand.sandbox.told(stand.url), "connector": "xero", "environment": "sandbox", "organisation": OURS}
    keys = {
        "desk": {"name": "X"},
        "connections": {"books": books},
        "public": {"listen": "127.0.0.1:0", "url": "http://127.0.0.1:1"},
    }
    clock = FakeClock(stand.sandbox.clock.now())
    async with ServiceDesk(keys, store=f"sqlite:///{file}", clock=clock) as desk:
        await desk.sync("books")
        source = await desk.store.read(lambda tx: tx.execute(sources.select()).one().id)
        endpoint = await desk.store.write(lambda tx: webhooks.ensure_endpoint(tx, source, desk.clock.now()))
        hearing = Hearing(desk, gather_s=0)
        async with hearing.open(), httpx.AsyncClient(trust_env=False) as client:

            async def call(*events, key=stand.sandbox.options.webhook_key, entropy="A"):
                told = {"events": events, "firstEventSequence": 0, "lastEventSequence": 0, "entropy": entropy}
                body = json.dumps(told).encode()
                signed = base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()
                headers = {"Content-Type": "application/json", "x-xero-signature": signed}
                return await client.post(
                    f"{hearing.listener.address}/hooks/{endpoint.token}", content=body, headers=headers
                )

            yield desk, call


def event(at="2026-11-20T09:29:00", tenant=OURS):
    return {"resourceId": INVOICE, "eventType": "UPDATE", "eventCategory": "INVOICE", "eventDateUtc": at,
            "tenantId": tenant, "tenantType": "ORGANISATION"}  # fmt: skip


async def shown(desk):
    while await desk.store.read(webhooks.waiting):  # noqa: ASYNC110  # what it waits for is in the store
        await asyncio.sleep(0.01)
    query = f"SELECT reference FROM v_sales_invoices WHERE external_id = '{INVOICE}'"
    return await desk.store.read(lambda tx: tx.exec_driver_sql(query).scalar())


async def test_the_intent_to_receive_is_answered_as_xero_wants_it(stand, tmp_path):
    async with called(stand, tmp_path / "desk.db") as (_, call):
        right, wrong = await call(), await call(key="another key")
        assert (right.status_code, right.content, "set-cookie" in right.headers) == (200, b"", False)
        assert (wrong.status_code, wrong.content) == (401, b"")


async def test_what_changed_is_read_once_whatever_comes_again_or_late_or_from_others(stand, books, tmp_path):
    async with called(stand, tmp_path / "desk.db") as (desk, call):
        books.put("Invoices", {**books.get("Invoices", INVOICE), "Reference": "changed"})
        stand.sandbox.requests.clear()
        assert (await call(event(tenant=OTHERS))).status_code == 200
        assert await shown(desk) is None
        assert stand.requests["GET Invoices"] == 0
        for at, entropy in (("2026-11-20T09:29:00", "A"), ("2026-11-20T09:29:00", "B"), ("2026-11-20T09:20:00", "C")):
            assert (await call(event(at), entropy=entropy)).status_code == 200
            assert await shown(desk) == "changed"
        assert stand.requests["GET Invoices"] == 2  # the same event again was not read
