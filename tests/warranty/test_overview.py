"""Devices looked at together: how they stand, whose they are, and which models broke."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core.domain import Asset, Charge, Company, Ticket, TicketKind
from servicedesk_core.domain.warranty import DeviceRef, Entitlement, EntitlementKind, EntitlementResult, LookupOutcome
from servicedesk_core.domain.warranty.facts import CoverSource, CoverState
from servicedesk_core.errors import CursorError, NotFoundLocallyError
from servicedesk_core.faces import Period
from servicedesk_core.features.warranty.kpis import MISSED
from servicedesk_core.features.warranty.tables import answers
from servicedesk_core.features.warranty.tables.rows import row_of
from servicedesk_core.features.warranty.tables.standing import standings
from servicedesk_core.store import Store
from servicedesk_core.store.cover.assets import AssetFilter, every_asset
from servicedesk_core.store.queries.scope import Scope
from tests.stored import ON_BOTH
from tests.stored import put as stored
from tests.warranty.conftest import NOW, names

DAY = NOW.date()


def told(draw, device):
    """Return what some sources say of a device, at random."""
    day = lambda: DAY + timedelta(days=draw.randint(-400, 400))  # noqa: E731
    for source in draw.sample(list(CoverSource), draw.randint(0, 4)):
        outcome = draw.choice(list(LookupOutcome))
        covers = tuple(
            Entitlement(
                kind=EntitlementKind.BASE,
                starts_on=draw.choice([None, day()]),
                ends_on=draw.choice([None, day(), day()]),
                covers_hardware=draw.choice([True, True, False, None]),
            )
            for _ in range(draw.randint(0, 3) if outcome is LookupOutcome.FOUND else 0)
        )
        yield source, EntitlementResult(device=device, outcome=outcome, entitlements=covers)


@pytest.mark.parametrize("address", ON_BOTH)
def test_all_devices_are_judged_as_each_of_them_is(request, address, clock):
    draw = random.Random(7)
    devices = [DeviceRef(manufacturer="acme", serial_number=f"AC{number:03}") for number in range(80)]

    def fill(tx):
        assets = [
            Asset(
                external_id=str(number),
                serial_number=one.serial_number if number % 9 else "To be filled by O.E.M.",
                manufacturer="Acme",
                warranty_until=draw.choice([None, DAY + timedelta(days=draw.randint(-90, 90))]),
            )
            for number, one in enumerate(devices)
        ]
        stored(tx, assets, now=NOW)
        for device in devices:
            for source, result in told(draw, device):
                answers.put(tx, [result], origin=source.value, source=source, now=NOW)

    with Store.open(request.getfixturevalue(address), clock=clock) as store:
        store.write_blocking(fill)
        chosen = AssetFilter()
        each = store.read_blocking(lambda tx: {one.asset_id: row_of(one, DAY) for one in every_asset(tx, chosen)})
        found = store.read_blocking(lambda tx: {one.number: one for one in standings(tx, chosen, DAY)})
    assert {number: (row.state, row.until) for number, row in each.items()} == {
        number: (one.state, one.until) for number, one in found.items() if number > 0
    }
    assert len({row.state for row in each.values()}) > 5


async def test_devices_are_listed_by_how_they_stand_in_pages(desk, filled):
    await desk.warranty.lookup(everything=True)
    first = await desk.warranty.devices(limit=2)
    assert names(first.items) == ["PC3", "PC1"]
    assert first.states == {"covered": 3, "no_serial": 1}
    assert names(await desk.warranty.devices(limit=2, after=first.next)) == ["PC2", "PC4"]
    latest = await desk.warranty.devices(sort="-until", limit=1)
    assert names(latest.items) == ["PC2"]
    assert names(await desk.warranty.devices(sort="-until", after=latest.next)) == ["PC1", "PC3", "PC4"]
    assert names(await desk.warranty.devices(state=(CoverState.NO_SERIAL, CoverState.EXPIRED))) == ["PC4"]
    assert names(await desk.warranty.devices(scope=Scope("psa", companies="6"))) == ["PC3", "PC2"]
    with pytest.raises(NotFoundLocallyError, match="no client"):
        await desk.warranty.devices(company=("Nobody",))
    with pytest.raises(CursorError):
        await desk.warranty.devices(after=".no-day:1")


async def test_a_device_is_shown_with_every_word_about_it(desk, filled):
    await desk.warranty.lookup(everything=True)
    found = await desk.warranty.show(" ac1 ")
    assert (found.device.name, found.device.state, [one.source for one in found.sources]) == (
        "PC1",
        "covered",
        ["maker"],
    )
    assert (found.claims, found.others) == ((), ())
    for serial, scope in (("AC9", None), ("AC1", Scope("psa", companies="6"))):
        with pytest.raises(NotFoundLocallyError, match="no device"):
            await desk.warranty.show(serial, scope=scope)


async def test_what_there_is_to_renew_and_what_makers_answered(desk, filled):
    await desk.warranty.lookup(everything=True)
    soon = list(await desk.warranty.renewals(within=timedelta(days=9)))
    assert [(row.client, row.devices, row.ending, row.first_on) for row in soon] == [
        ("Other Client", 2, 1, date(2026, 6, 10))
    ]
    assert [row.client for row in await desk.warranty.renewals()] == ["Example <Client>", "Other Client"]
    assert [row.client for row in await desk.warranty.renewals(scope=Scope("psa", companies="5"))] == [
        "Example <Client>"
    ]
    (maker,) = await desk.warranty.answers()
    assert (maker.manufacturer, maker.answered, maker.errors, maker.claims, maker.agreed_percent) == (
        "Acme", 2, 0, 0, None,
    )  # fmt: skip


async def test_models_that_broke_and_what_nobody_claimed(desk, put):
    at = datetime(2026, 5, 1, tzinfo=UTC)
    asset = Asset(external_id="1", serial_number="AC1", manufacturer="Acme", model="T1", company_ref="5")
    put(Company(external_id="5", name="Mill"))
    put(asset, replace_asset(asset, "2", "AC2"), replace_asset(asset, "3", "AC3"))
    ticket = {"kind": TicketKind.INCIDENT, "category": "Hardware", "created_at": at, "company_ref": "5"}
    put(
        Ticket(external_id="1", number="T1", asset_ref="1", title="Disk", **ticket),
        Ticket(external_id="2", number="T2", asset_ref="1", title="Board", **ticket),
        Ticket(external_id="3", number="T3", asset_ref="2", title="Fan", **ticket),
    )
    put(Charge(external_id="9", ticket_ref="1", cost="85.00"), Charge(external_id="10", ticket_ref="2"))
    await desk.warranty.lookup(everything=True)
    (model,) = await desk.warranty.failures()
    assert (model.model, model.failures, model.broken, model.devices, model.clients) == ("T1", 3, 2, 3, 1)
    assert str(model.per_hundred) == "100.0"
    assert not await desk.warranty.failures(since=datetime(2026, 5, 2, tzinfo=UTC))
    assert not await desk.warranty.failures(scope=Scope("psa", companies="6"))
    quarter = Period(datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC), NOW)
    missed = await desk.call(MISSED, quarter)
    assert (missed.value, missed.sample) == (85, 1)
    assert missed.excluded == {"nothing says what its goods cost": 2}
    assert (await desk.call(MISSED, replace(quarter, start=quarter.start + timedelta(days=60)))).value == 0


def replace_asset(asset, number, serial):
    return asset.model_copy(update={"external_id": number, "serial_number": serial})
