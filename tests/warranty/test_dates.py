"""Dates that a maker gave are proposed for the PSA."""

from datetime import date

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.warranty import (
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.errors import WriteNotGrantedError
from servicedesk_core.features.warranty.tables import answers
from tests.warranty.conftest import NOW


async def test_only_a_makers_own_dates_are_proposed_for_the_psa(desk, filled):
    await desk.warranty.lookup(everything=True)
    changes = await desk.warranty.date_changes()
    assert [(c.asset, c.before, c.after, c.origin) for c in changes] == [("PC1", None, date(2026, 7, 1), "acme")]
    with pytest.raises(WriteNotGrantedError):
        await desk.warranty.write_dates(shown=changes)


async def test_dates_are_ordinary_writes_that_keep_the_old_value(settings, store, clock, filled):
    granted = settings(writes=["assets.update"])
    async with ServiceDesk(granted, store=store, clock=clock) as desk:
        await desk.warranty.lookup(everything=True)
        changes = await desk.warranty.date_changes()
        (write,) = (await desk.warranty.write_dates(shown=changes, send=False)).writes
        (change,) = write.changes
        assert (write.kind, write.target, write.state.value) == ("assets.update", "1", "queued")
        assert (change.field, change.before, change.after) == ("warranty_until", None, "2026-07-01")
        (again,) = (await desk.warranty.write_dates(send=False)).writes
        assert again.id == write.id


async def test_dates_of_a_spreadsheet_are_never_written(desk, filled, store):
    device = DeviceRef(manufacturer="acme", serial_number="AC1")
    row = Entitlement(kind=EntitlementKind.OTHER, ends_on=date(2030, 1, 1), covers_hardware=True)
    result = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, entitlements=(row,))

    def work(tx):
        for origin, source in (("spreadsheet", CoverSource.SPREADSHEET), ("shop", CoverSource.DISTRIBUTOR)):
            answers.put(tx, [result], origin=origin, source=source, now=NOW)

    store.write_blocking(work)
    assert await desk.warranty.date_changes() == ()


async def test_no_date_is_written_of_a_device_that_may_still_be_covered(desk, filled, store):
    device = DeviceRef(manufacturer="Acme", serial_number="AC1")
    ended = Entitlement(kind=EntitlementKind.BASE, ends_on=date(2026, 5, 1), covers_hardware=True)
    contract = Entitlement(kind=EntitlementKind.CONTRACT, vendor_status="YES")

    def say(*covers):
        result = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, entitlements=covers)

        def work(tx):
            answers.put(tx, [result], origin="acme", source=CoverSource.MAKER, now=NOW)

        store.write_blocking(work)

    say(ended, contract)
    assert await desk.warranty.date_changes() == ()
    say(ended)
    assert [change.after for change in await desk.warranty.date_changes()] == [date(2026, 5, 1)]
