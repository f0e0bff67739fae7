"""Who is asked about a device and its parts, by whom, when, and what is kept of the answers."""

from datetime import date

import pytest
from sqlalchemy import text

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Asset
from servicedesk_core.domain.warranty import (
    DeviceRef,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource, CoverState
from servicedesk_core.errors import ConnectorError, SettingsError
from servicedesk_core.features.warranty.jobs import refresh_covers
from servicedesk_core.features.warranty.tables import answers
from tests.warranty.conftest import MAKER, NOW


async def test_without_anybody_to_ask_a_look_up_is_no_success(settings, store, clock, filled):
    keys = settings()
    del keys["connections"]["acme"]
    async with ServiceDesk(keys, store=store, clock=clock) as desk:
        report = await desk.warranty.lookup(["nope"])
        assert (report.makers, report.exit_code, report.rows[0].state.value) == ((), 2, "not_recognised")


async def test_what_a_maker_said_of_a_device_is_shown_and_stays_known(desk, filled, store):
    device = DeviceRef(manufacturer="acme", serial_number="AC1")
    told = {
        "product": "Model 1",
        "shipped_on": date(2024, 4, 20),
        "purchased_on": date(2024, 5, 2),
        "supported_until": date(2030, 1, 31),
    }

    def answer(**more):
        result = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, **more)
        landed = store.write_blocking(
            lambda tx: answers.put(tx, [result], origin="acme", source=CoverSource.MAKER, now=NOW)
        )
        fact = CoverFact.of(result, source=CoverSource.MAKER, origin="acme", at=NOW)
        return landed, fact

    landed, blank = answer()
    assert landed.new == 1
    landed, full = answer(**told)
    assert landed.changed == 1
    answer()
    (row,) = (await desk.warranty.lookup(["AC1"])).rows
    assert {name: getattr(row, name) for name in ("shipped_on", "purchased_on", "supported_until")} == {
        name: told[name] for name in ("shipped_on", "purchased_on", "supported_until")
    }
    assert blank.after(full) == full
    sql = "SELECT product, shipped_on, purchased_on, supported_until FROM v_cover WHERE serial_number = 'AC1'"
    assert store.read_blocking(lambda tx: tuple(tx.execute(text(sql)).one())) == tuple(map(str, told.values()))


@pytest.mark.parametrize("keeping", [("days:30", 29, True), ("days:30", 31, False), ("full", 999, True)])
async def test_a_makers_own_answers_are_kept_as_long_as_the_connection_says(settings, store, clock, keeping):
    kept, days, held = keeping
    keys = settings()
    keys["connections"]["acme"]["raw"] = kept
    device = DeviceRef(manufacturer="acme", serial_number="AC9")
    found = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, raw={"tag": "AC9"})
    store.write_blocking(lambda tx: answers.put(tx, [found], origin="acme", source=CoverSource.MAKER, now=NOW))
    clock.advance(days * 86_400)
    async with ServiceDesk(keys, store=store, clock=clock) as desk:
        await desk.warranty.lookup(["AC1"])
    raw = store.read_blocking(lambda tx: answers.raw(tx, 1, "acme"))
    assert raw == ({"tag": "AC9"} if held else None)


async def test_the_job_asks_again_only_what_is_old(desk, filled, clock):
    assert await refresh_covers(desk, None) == "4 devices, 3 asked, 0 changed"
    assert await refresh_covers(desk, None) == "4 devices, 0 asked, 0 changed"
    clock.advance(40 * 86_400)
    assert await refresh_covers(desk, None) == "4 devices, 2 asked, 0 changed"


@pytest.mark.parametrize(("serials", "is_failed"), [(("AC1", "AC2"), False), (("AC1", "AC2", "AC5"), True)])
async def test_the_job_fails_with_its_maker_and_not_with_a_device_or_two(  # noqa: PLR0917  # fixtures
    settings, store, clock, put, tmp_path, serials, is_failed
):
    reads_nothing = "\n    spoil = staticmethod(lambda results: [one.model_copy(update=FAILED) for one in results])\n"
    failed = 'FAILED = {"outcome": LookupOutcome.FAILED, "entitlements": (), "reason": "It is a page."}\n'
    put(*(Asset(external_id=one, serial_number=one, manufacturer="Acme") for one in serials))
    keys = settings()
    (tmp_path / "maker.py").write_text(MAKER + reads_nothing + failed, encoding="utf-8")
    async with ServiceDesk(keys, store=store, clock=clock) as desk:
        if is_failed:
            with pytest.raises(ConnectorError, match="acme: It is a page"):
                await refresh_covers(desk, None)
        else:
            assert await refresh_covers(desk, None) == "2 devices, 2 asked, 0 changed"


async def test_only_connections_that_can_look_up_are_asked(desk, filled):
    with pytest.raises(SettingsError, match="cannot look up warranty"):
        await desk.warranty.lookup(["AC1"], connections=["psa"])
    with pytest.raises(SettingsError, match="No device was named"):
        await desk.warranty.lookup()
    report = await desk.warranty.lookup(["AC1"])
    assert [one.connection for one in report.makers] == ["acme"]
    assert report.rows[0].state is CoverState.COVERED


async def test_parts_come_from_the_maker_that_recognises_the_device(desk):
    found = await desk.warranty.parts(DeviceRef(manufacturer="ACME", serial_number="ac1"))
    assert (found.connection, found.device.serial_number) == ("acme", "AC1")
    assert [part.number for part in found.parts] == ["P-1", "P-2"]
    assert (await desk.warranty.parts(found.device, connection="acme")).parts == found.parts


async def test_parts_are_asked_for_at_the_maker_that_the_psa_names(desk, put):
    put(Asset(external_id="1", serial_number="AC1", manufacturer="Somebody Else"))
    with pytest.raises(SettingsError, match="No connection recognises"):
        await desk.warranty.parts("AC1")


async def test_parts_of_nobodys_device_say_who_was_asked(desk):
    with pytest.raises(SettingsError, match="acme"):
        await desk.warranty.parts(DeviceRef(manufacturer="Somebody Else", serial_number="X1"))
    with pytest.raises(SettingsError, match="psa lists no service parts"):
        await desk.warranty.parts("AC1", connection="psa")


async def test_a_manufacturer_has_no_job_that_pulls(desk):
    assert desk.unread == ("acme",)
    names = {job.job for job in await desk.jobs()}
    assert {job.job for job in (await desk.status()).schedule} == names
    assert {job.job for job in (await desk.health()).jobs} == names
    assert "sync:psa" in names
    assert "sync:acme" not in names
    with pytest.raises(SettingsError, match="no job"):
        await desk.run_jobs("sync:acme")
