"""Writes in doubt and a quota that runs out are told once, and once more when they are well again."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.alerts import open_alerts, tables
from servicedesk_core.features.alerts.doubts import PATIENCE, doubts
from servicedesk_core.features.alerts.quota_use import heavy_use
from servicedesk_core.hooks import VendorIdentity
from servicedesk_core.ports import BudgetKey, BudgetPolicy, BudgetUse
from servicedesk_core.store import leases, outbox, sending, sources
from servicedesk_core.store.budgets.ledger import StoreLedger
from servicedesk_core.store.schema import outbox as table
from tests.queued_write import queue_write


async def found_by(rule, desk):
    """What a rule says is wrong with a desk now."""
    now = desk.clock.now()
    return await desk.store.read(
        lambda tx: rule(Watch(tx, desk, now, now.date(), frozenset(alert.key for alert in open_alerts(tx))))
    )


async def doubt(desk, *, connection="log", hours=0.0, candidates=()):
    """Leave a write in doubt since some hours; return its number."""

    def work(tx):
        now = desk.clock.now()
        write = queue_write(tx, now, connection=connection, label="secret", values={"title": "secret"})
        write = outbox.move(tx, write, WriteState.IN_DOUBT, actor="user:ana", now=now)
        since = leases.now(tx) - timedelta(hours=hours)
        tx.execute(update(table).where(table.c.id == write.id).values(doubt_at=since, candidates=candidates))
        return write.id

    return await desk.store.write(work)


async def settle(desk, number):
    def work(tx):
        write = outbox.get(tx, number)
        outbox.move(tx, write, WriteState.CONFIRMED, actor="user:ana", now=desk.clock.now())

    await desk.store.write(work)


@pytest.mark.parametrize(
    ("how", "waits"),
    [
        ({}, False),
        ({"hours": PATIENCE.total_seconds() / 3600 - 0.05}, False),
        ({"hours": PATIENCE.total_seconds() / 3600 + 0.05}, True),
        ({"candidates": ("4711",)}, True),
    ],
)
async def test_a_doubt_waits_for_a_person_when_the_desk_cannot_settle_it(desk, how, waits):
    await doubt(desk, **how)
    found = await found_by(doubts, desk)
    assert [(one.key, one.kind) for one in found] == ([("writes:log", "in_doubt")] if waits else [])
    assert not any("secret" in one.problem + one.hint for one in found)


async def test_while_sending_is_off_every_doubt_waits(desk):
    await doubt(desk)
    await doubt(desk, connection="other")
    await desk.store.write(lambda tx: sending.switch_off(tx, "it was restored.", desk.clock.now()))
    found = await found_by(doubts, desk)
    assert [one.key for one in found] == ["writes:log", "writes:other"]
    assert "servicedesk store adopt" in found[0].hint


async def test_doubts_of_a_connection_are_told_once_and_once_when_none_is_left(desk, caplog):
    numbers = [await doubt(desk, hours=2)]
    with caplog.at_level("WARNING", logger="servicedesk.alerts"):
        await desk.run_jobs("alerts")
        numbers.append(await doubt(desk, hours=2))
        await desk.run_jobs("alerts")
        await settle(desk, numbers[0])
        await desk.run_jobs("alerts")
        assert [a.key for a in (await desk.status()).alerts] == ["writes:log"]
        await settle(desk, numbers[1])
        await desk.run_jobs("alerts")
        await desk.run_jobs("alerts")
    assert [message.partition(" writes:log")[0] for message in caplog.messages] == ["ALERT", "RECOVERED"]
    assert f"servicedesk writes resolve {numbers[0]}" in caplog.messages[0]


@pytest.mark.parametrize(
    ("total", "is_told", "expected"),
    [(7_500, False, False), (7_501, False, True), (6_501, True, True), (6_500, True, False), (None, False, False)],
)
async def test_a_quota_is_told_above_three_quarters_and_over_well_below(desk, total, is_told, expected):
    desk.settings.connections["second"] = desk.settings.connections["log"]
    key = BudgetKey("acme", "tenant-1")
    policy = BudgetPolicy(requests=10_000, share=1.0)

    def known(tx):
        for name in ("log", "second"):
            source = sources.ensure(tx, name, "tabular", "live", desk.clock.now())
            sources.remember_identity(tx, source, VendorIdentity("acme", "tenant-1", "Tenant"))
        if is_told:
            told = [Condition("quota:log+second", "heavy_use", "It was.", "")]
            tables.settle(tx, told, ["log"], desk.clock.now())

    await desk.store.write(known)
    ledger = StoreLedger(desk.store)
    async with await ledger.acquire(key, policy):
        pass
    await ledger.correct(key, BudgetUse(ours=1, total=total, allowed=10_000, as_of=desk.clock.now()))
    await ledger.aclose()
    found = await found_by(heavy_use, desk)
    assert [one.key for one in found] == (["quota:log+second"] if expected else [])
    assert not expected or "by other integrations" in found[0].problem
