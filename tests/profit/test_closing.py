"""Closing a month: what was counted stays, and what comes later is an adjustment."""

import asyncio
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.errors import NotPermittedError, PeriodClosedError, SettingsError
from servicedesk_core.features.profit.model import By, Line
from tests.profit.conftest import HOUR, NOW, entry, example

pytestmark = pytest.mark.slow  # many desks with much in them

NOVEMBER = date(2026, 11, 3)
ANA = Actor("user:ana", Way.CLI)

CHILD = """\
import sys
from servicedesk_core import BlockingServiceDesk
from servicedesk_core.errors import PeriodClosedError

with BlockingServiceDesk({"desk": {"name": "X", "timezone": "America/New_York", "store": sys.argv[1]}}) as desk:
    print("ready", flush=True)
    input()
    try:
        print(desk.profit.close("2025-10", reason=sys.argv[2]).month)
    except PeriodClosedError as refused:
        print(refused.code)
"""


@pytest.fixture
async def acme(desk, folder, put):
    """The desk with the worked example, without the recovery."""
    await desk.definitions.apply(reason="the first rates", folder=folder)
    await put(*example())
    return desk


async def lines(desk, **more):
    found = await desk.profit.show(period="2026-10", by=By.TYPE, **more)
    rows = {(one.line, one.name): (one.worked_s, one.revenue, one.cost) for one in found}
    return found, rows


async def test_a_closed_month_stays_and_what_comes_later_is_an_adjustment(acme, put, folder):
    before, results = await lines(acme)
    closed = await acme.acting_as(ANA).profit.close("2026-10", reason="invoiced")
    assert (closed.month, closed.revenue, closed.cost) == ("2026-10", Decimal("3240.00"), Decimal("1164.00"))
    found, rows = await lines(acme)
    assert (rows, found.total, found.adjustment, found.closed) == (results, before.total, None, ("2026-10",))

    await put(entry("late", "2", 2))
    path = folder / "profit.toml"
    path.write_text(path.read_text().replace("42.00", "99.00").replace('currency = "EUR"', 'currency = "USD"', 1))
    await acme.definitions.apply(reason="all dearer from now on", folder=folder)
    found, rows = await lines(acme)
    assert {key: value for key, value in rows.items() if key[0] is Line.RESULT} == results
    late = {name: value for (line, name), value in rows.items() if line is Line.ADJUSTMENT}
    assert late["service request"][0::2] == (2 * HOUR, Decimal("84.00"))
    assert sum(revenue for _, revenue, _ in late.values()) == 0, "a contract is shared out anew, and earns no more"
    assert (found.currency, found.total, found.adjustment.cost) == ("EUR", before.total, Decimal("84.00"))

    [month] = await acme.profit.months()
    assert (month.month, month.author, month.reason, month.at) == ("2026-10", "user:ana via cli", "invoiced", NOW)
    [record] = await acme.audit.list(entity="profit:2026-10")
    assert (record.actor, record.action, record.reason) == ("user:ana via cli", "profit.closed", "invoiced")
    assert (await acme.audit.verify()).is_valid


async def test_months_that_were_closed_together_or_not_adjust_only_themselves(acme, put, clock):
    await acme.profit.close("2026-10", reason="invoiced")
    await put(entry("e9", "2", 1, day=NOVEMBER))
    clock.advance(30 * 24 * HOUR)
    await acme.profit.close("2026-11", reason="invoiced")
    await put(entry("late", "2", 1, day=NOVEMBER), entry("open", "2", 1, day=NOVEMBER.replace(month=12)))
    quarter = await acme.profit.show(period="2026-Q4", by=By.MONTH)
    assert [(one.line, one.name, one.labour) for one in quarter] == [
        (Line.RESULT, "2026-10", Decimal("984.00")),
        (Line.RESULT, "2026-11", Decimal("42.00")),
        (Line.RESULT, "2026-12", Decimal("42.00")),
        (Line.ADJUSTMENT, "2026-11", Decimal("42.00")),
    ]
    assert quarter.closed == ("2026-10", "2026-11")


async def test_what_hours_cost_is_told_by_definitions_to_who_may_see_costs(desk, folder, tmp_path):
    await desk.definitions.apply(reason="the first rates", folder=folder)
    path = folder / "profit.toml"
    path.write_text(path.read_text().replace("42.00", "43.00"))
    seen = await desk.definitions.diff(folder=folder)
    assert [(one.before, one.after) for one in seen] == [('"42.00"', '"43.00"')]
    settings = {"desk": desk.settings.desk, "people": {"cora": {"roles": ["coordinator"]}}}
    async with ServiceDesk(settings, clock=desk.clock) as other:
        cora = other.acting_as(Actor("user:cora", Way.CLI))
        [told] = await cora.definitions.diff(folder=folder)
        assert (told.definition, told.field, told.before, told.after) == (seen.items[0].definition, None, None, None)
        [told] = await cora.definitions.plan(folder=folder)
        assert (told.field, told.before, told.after) == (None, None, None)
        with pytest.raises(NotPermittedError, match=r"money\.read"):
            await cora.definitions.export(to=tmp_path / "out")


async def test_a_month_is_closed_once_when_it_is_over_and_with_a_reason(acme, clock):
    with pytest.raises(SettingsError, match="2026-11 is not over yet"):
        await acme.profit.close("2026-11", reason="early")
    with pytest.raises(SettingsError, match="more than a month"):
        await acme.profit.close("2026-Q3", reason="all")
    with pytest.raises(SettingsError, match="reason is empty"):
        await acme.profit.close("2026-10", reason=" ")
    first, second = await asyncio.gather(
        *(acme.profit.close("2026-10", reason=reason) for reason in ("one", "two")), return_exceptions=True
    )
    refused = second if isinstance(second, Exception) else first
    assert isinstance(refused, PeriodClosedError)
    assert "2026-10 was closed by" in refused.message
    assert len(await acme.profit.months()) == 1


async def test_a_closed_month_whose_record_was_taken_out_of_the_trail_shows(acme):
    await acme.profit.close("2026-10", reason="invoiced")
    await acme.store.write(lambda tx: tx.exec_driver_sql("DELETE FROM audit WHERE action = 'profit.closed'"))
    assert not (await acme.audit.verify()).is_valid


async def test_closing_takes_a_capability_of_its_own(settings, clock):
    people = {"ada": {"roles": ["auditor"]}, "flo": {"roles": ["finance"]}}
    async with ServiceDesk(settings | {"people": people}, clock=clock) as desk:
        with pytest.raises(NotPermittedError, match=r"periods\.close"):
            await desk.acting_as(Actor("user:ada", Way.CONSOLE)).profit.close("2026-10", reason="x")
        with pytest.raises(SettingsError, match="Nobody decided"):
            await desk.acting_as(Actor("user:flo", Way.CONSOLE)).profit.close("2026-10", reason="x")


@pytest.mark.slow
async def test_of_two_processes_that_close_a_month_at_once_one_is_refused(acme, store_url):
    def started(reason):
        command = [sys.executable, "-c", CHILD, store_url, reason]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def both():
        children = [started(reason) for reason in ("one", "two")]
        assert [child.stdout.readline().strip() for child in children] == ["ready", "ready"]
        for child in children:
            child.stdin.write("\n")
            child.stdin.flush()
        return sorted(child.communicate()[0].strip() for child in children)

    assert await asyncio.to_thread(both) == ["2025-10", "period_closed"]
    assert [one.month for one in await acme.profit.months()] == ["2025-10"]
