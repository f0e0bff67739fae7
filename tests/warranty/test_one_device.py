"""One device stays one, in whatever order and spelling sources name it; the report can be recounted from the views."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Asset, Company, StatusCategory, Ticket, TicketKind
from servicedesk_core.domain.warranty import DeviceRef

SLOW = pytest.mark.slow  # the other orders come to the same

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
MAKERS = """
from datetime import date
from servicedesk_core.domain.warranty import Entitlement, EntitlementKind
from servicedesk_core import hookimpl
from servicedesk_core.testing import MemoryMaker


def cover(until, starts=None, hardware=True):
    return Entitlement(kind=EntitlementKind.BASE, starts_on=starts, ends_on=until, covers_hardware=hardware)


class Lenovo(MemoryMaker):
    names = ("Lenovo", "lenovo", "lenovo inc.", "lenovo (beijing) limited")
    ambiguous = {"PF5": ("machine_type",)}
    covers = {
        "PF1": (cover(date(2024, 12, 25)),),
        "PF2": (cover(date(2026, 7, 1)),),
        "PF3": (cover(date(2027, 7, 1), date(2026, 8, 1)),),
        "PF4": (cover(date(2026, 1, 1)), cover(None, hardware=None)),
        "PF5": (cover(date(2028, 1, 1)),),
        "PF6": (cover(date(2026, 6, 30)), cover(date(2029, 1, 1), date(2028, 1, 1))),
        "PF7": (),
        "PF8": (cover(date(2030, 1, 1), hardware=False),),
    }


class Other(MemoryMaker):
    names = ("Other", "other")
    covers = {"TAG7": (cover(date(2026, 7, 1)),)}

    @hookimpl
    def recognise(self, device):
        known = super().recognise(device)
        codes = {"71717171717": "TAG7"}
        return known and known.model_copy(update={"serial_number": codes.get(known.serial_number, known.serial_number)})
"""
SPELLINGS = ["Lenovo", "lenovo", "LENOVO", "Lenovo (Beijing) Limited", "Lenovo Inc.", "", "N/A"]


@pytest.fixture
async def desk(tmp_path, store, clock):
    (tmp_path / "makers.py").write_text(MAKERS, encoding="utf-8")
    made = {
        name.lower(): {"connector": f"{tmp_path / 'makers.py'}:{name}", "environment": "live"}
        for name in ("Lenovo", "Other")
    }
    psa = {"connector": "autotask", "environment": "live", "streams": ["assets"]}
    keys = {"desk": {"name": "Example MSP"}, "claims": {"hardware": ["hardware"]}, "connections": {"psa": psa, **made}}
    async with ServiceDesk(keys, store=store, clock=clock) as opened:
        yield opened


@pytest.fixture
def rows(store):
    return lambda sql: [dict(r) for r in store.read_blocking(lambda tx: tx.execute(text(sql)).mappings().all())]


@pytest.fixture
def sheet(tmp_path, desk):
    """Import a spreadsheet of serial number, manufacturer and end."""

    async def sheet(*lines, columns="Serial,Vendor,Expires"):
        path = tmp_path / "w.csv"
        path.write_text("\n".join([columns, *lines]) + "\n", encoding="utf-8")
        return await desk.warranty.import_file(path)

    return sheet


@pytest.fixture
def only(desk, rows):
    """Tell of the one device that there is: its maker, its state, whose word that is."""

    async def only():
        report = await desk.warranty.report()
        (device,) = rows("SELECT * FROM v_devices")
        (believed,) = rows("SELECT * FROM v_cover WHERE is_believed")
        assert (believed["device_key"], believed["cover_key"]) == (device["device_key"], device["cover_key"])
        (told,) = report.states
        assert (report.devices, report.sources) == (1, {device["source"]: 1})
        return device["manufacturer"], told, device["source"]

    return only


@pytest.mark.parametrize("maker", SPELLINGS)
async def test_a_device_of_a_spreadsheet_is_the_one_that_is_looked_up(desk, sheet, only, maker):
    await sheet(f"pf1,{maker},2026-12-15")
    assert (await only())[1:] == ("covered", "spreadsheet")
    report = await desk.warranty.lookup(["PF1"])
    assert [(row.state.value, row.source) for row in report.rows] == [("expired", "maker")]
    assert await only() == ("Lenovo", "expired", "maker")
    assert (await desk.warranty.expiring(within=timedelta(days=900))).items == ()
    await sheet(f"pf1,{maker},2027-12-15")
    assert await only() == ("Lenovo", "expired", "maker")


@pytest.mark.parametrize("maker", SPELLINGS)
@pytest.mark.parametrize("recorded", ["Lenovo (Beijing) Limited", "lenovo", None])
@pytest.mark.parametrize("first", [pytest.param("asset", marks=SLOW), "sheet", pytest.param("lookup", marks=SLOW)])
async def test_a_device_of_a_spreadsheet_is_the_asset_of_the_psa(desk, put, sheet, rows, only, maker, recorded, first):  # noqa: PLR0917
    asset = Asset(
        external_id="1", name="PC1", serial_number=" pf1", manufacturer=recorded, warranty_until=date(2026, 9, 1)
    )
    if first == "asset":
        put(asset)
    elif first == "lookup":
        await desk.warranty.lookup(["PF1"])
    await sheet(f"PF1,{maker},2026-12-15")
    put(asset)
    assert (await only())[1] == ("expired" if first == "lookup" else "covered")
    await desk.warranty.lookup(["PF1"])
    assert await only() == ("Lenovo", "expired", "maker")
    (device,) = rows("SELECT asset_ref, maker_until, psa_until, spreadsheet_until FROM v_devices")
    assert [str(value) for value in device.values()] == ["1", "2024-12-25", "2026-09-01", "2026-12-15"]


async def test_an_asset_whose_manufacturer_nobody_knows_is_asked_for_by_its_serial_number(desk, put, only):
    put(Asset(external_id="1", name="PC1", serial_number="PF1", manufacturer="To be filled by O.E.M."))
    for chosen in ({"devices": ["PF1"]}, {"everything": True}):
        report = await desk.warranty.lookup(**chosen)
        assert [(row.name, row.state.value) for row in report.rows] == [("PC1", "expired")]
    assert await only() == ("Lenovo", "expired", "maker")


async def test_rows_that_spell_one_device_differently_are_covers_of_it(sheet, only, rows):
    done = await sheet("pf1,Lenovo,2026-12-15", "PF1,,2027-12-15", "' PF1 ',LENOVO (Beijing),2028-12-15")
    assert (done.devices, done.new) == (1, 1)
    assert await only() == ("Lenovo", "covered", "spreadsheet")
    assert len(rows("SELECT 1 FROM v_entitlements")) == 3


async def test_a_newer_spreadsheet_that_spells_it_otherwise_is_believed(sheet, only, desk, clock, rows):
    await sheet("PF1,,2027-12-15")
    clock.advance(60)
    await sheet("PF1,Lenovo Inc,2026-05-31")
    assert await only() == ("Lenovo", "expired", "spreadsheet")


async def test_what_is_only_asked_at_a_maker_is_no_further_device(desk, sheet, only):
    report = await desk.warranty.lookup(["QQ9"])  # both makers are asked, and know nothing
    assert [row.state.value for row in report.rows] == ["not_found"]
    assert (await only())[1] == "not_found"
    await sheet("QQ9,Other,2026-12-15")
    assert await only() == ("Other", "covered", "spreadsheet")


async def test_a_machine_type_that_makes_a_serial_number_clear_makes_no_second_device(desk, only):
    await desk.warranty.lookup(["PF5"])
    assert (await only())[1] == "ambiguous"
    await desk.warranty.lookup([DeviceRef(manufacturer="", serial_number="PF5", machine_type="20XX")])
    assert await only() == ("Lenovo", "covered", "maker")


@pytest.mark.parametrize("first", ["sheet", "lookup"])
async def test_a_number_that_the_maker_writes_otherwise_is_the_same_device(desk, sheet, only, put, first):
    code = "71717171717"  # as an Express Service Code is a tag read as a number
    if first == "sheet":
        await sheet(f"{code},Other,2030-12-15")
    named = DeviceRef(manufacturer="other", serial_number=code)
    report = await desk.warranty.lookup([named])
    assert [row.source for row in report.rows] == ["maker"]
    assert await only() == ("Other", "covered", "maker")
    await sheet(f"{code},Other,2031-12-15")
    await sheet("tag7,,2031-12-15")
    assert await only() == ("Other", "covered", "maker")
    put(Asset(external_id="1", name="PC1", serial_number="TAG7", manufacturer="Other"))
    assert await only() == ("Other", "covered", "maker")


async def test_two_makers_devices_with_one_serial_number_stay_two(desk, sheet):
    await sheet("123450,Canon,2026-12-15", "123450,Brother,2025-12-15")
    assert (await desk.warranty.report()).states == {"covered": 1, "expired": 1}


async def test_an_asset_whose_manufacturer_was_corrected_is_the_new_ones(put, sheet, rows):
    await sheet("PF1,Lenovo,2026-12-15")
    put(Asset(external_id="1", serial_number="PF1", manufacturer="Dell"))
    assert sorted(row["manufacturer"] for row in rows("SELECT manufacturer FROM v_devices")) == ["Dell", "Lenovo"]
    put(Asset(external_id="1", serial_number="PF1", manufacturer="LENOVO"))
    assert rows("SELECT manufacturer, source FROM v_devices") == [{"manufacturer": "Lenovo", "source": "spreadsheet"}]


@pytest.fixture
async def fleet(desk, put, sheet):
    """Devices of every kind and state, of which some are retired."""
    put(Company(external_id="5", name="Example Client"))
    psa = {"7": date(2026, 5, 31), "8": date(2026, 6, 1), "9": date(2031, 1, 1)}
    put(
        *(
            Asset(
                external_id=str(n), name=f"PC{n}", serial_number=f"PF{n}", manufacturer="Lenovo Inc.", company_ref="5",
                warranty_until=psa.get(str(n)),
            )
            for n in range(1, 11)
        ),
        Asset(external_id="20", name="OLD", serial_number="PF2", is_active=False, company_ref="5"),
        Asset(external_id="21", name="OLD2", serial_number="ZZ1", is_active=False, warranty_until=date(2026, 6, 9)),
        Asset(external_id="22", name="NEW", serial_number="To be filled by O.E.M.", is_active=True),
        Asset(external_id="23", name="BARE", warranty_until=date(2026, 6, 5)),
    )  # fmt: skip
    await sheet("PF1,Lenovo,2030-05-05", "PF10,dell,2030-05-05", "SH1,DELL,2026-08-01", "SH2,,2020-01-01")
    await desk.warranty.lookup(everything=True)


RECOUNTED = """
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM v_entitlements e WHERE e.cover_key = d.cover_key AND e.covers_hardware
            AND COALESCE(e.starts_on, e.ends_on) <= e.ends_on
            AND COALESCE(e.starts_on, {day}) <= {day} AND e.ends_on >= {day}) THEN 'covered'
        WHEN d.is_without_hardware_cover THEN 'no_hardware_cover'
        WHEN EXISTS (SELECT 1 FROM v_entitlements e WHERE e.cover_key = d.cover_key)
            AND NOT EXISTS (SELECT 1 FROM v_entitlements e WHERE e.cover_key = d.cover_key
                AND COALESCE(e.covers_hardware, TRUE) AND COALESCE(e.ends_on, {day}) >= {day})
            THEN 'expired'
        ELSE 'else' END AS state, count(*) AS devices
    FROM v_devices d WHERE NOT d.is_retired GROUP BY 1"""


async def test_the_report_can_be_recounted_from_the_views(desk, fleet, rows):
    report = await desk.warranty.report()
    counted = {row["state"]: row["devices"] for row in rows(RECOUNTED.format(day=f"'{TODAY}'"))}
    told = {state: report.states[state] for state in ("covered", "expired", "no_hardware_cover")}
    assert counted == {**told, "else": report.devices - sum(told.values())}
    for days, number in report.ending.items():
        ends = f"'{TODAY + timedelta(days=days)}'"
        (row,) = rows(
            "SELECT count(*) AS n FROM v_devices d WHERE NOT is_retired AND EXISTS (SELECT 1 FROM v_entitlements e "
            f"WHERE e.cover_key = d.cover_key AND e.covers_hardware AND COALESCE(e.starts_on, '{TODAY}') <= '{TODAY}' "
            f"AND e.ends_on BETWEEN '{TODAY}' AND {ends})"
        )
        assert row["n"] == number, days
    (row,) = rows("SELECT count(*) AS n, count(DISTINCT device_key) AS keys FROM v_devices WHERE NOT is_retired")
    assert (row["n"], row["keys"]) == (report.devices, report.devices)
    sources = rows("SELECT COALESCE(source, 'none') AS s, count(*) AS n FROM v_devices WHERE NOT is_retired GROUP BY 1")
    assert {row["s"]: row["n"] for row in sources} == report.sources
    twice = "SELECT device_key FROM v_cover WHERE is_believed GROUP BY device_key HAVING count(*) > 1"
    assert rows(twice) == []
    client = await desk.warranty.report(company="Example Client")
    (row,) = rows("SELECT count(*) AS n FROM v_devices WHERE company_name = 'Example Client' AND NOT is_retired")
    assert row["n"] == client.devices == len(client.device_rows)


async def test_the_views_hold_what_the_psa_says(fleet, rows):
    told = rows("SELECT asset_ref, origin, hardware_until, is_believed FROM v_cover WHERE source = 'psa' ORDER BY 1")
    assert [(row["asset_ref"], str(row["hardware_until"])) for row in told] == [
        ("21", "2026-06-09"), ("23", "2026-06-05"), ("7", "2026-05-31"), ("8", "2026-06-01"), ("9", "2031-01-01"),
    ]  # fmt: skip
    assert {row["origin"] for row in told} == {"psa"}
    assert [row["asset_ref"] for row in told if row["is_believed"]] == ["21", "23", "7", "9"]


async def test_retired_devices_are_left_out_counted_and_to_be_had(desk, fleet, put):
    report, whole = await desk.warranty.report(), await desk.warranty.report(retired=True)
    assert (report.retired, whole.retired, whole.devices - report.devices) == (2, 0, 2)
    soon = timedelta(days=30)
    few, all_of_them = (
        await desk.warranty.expiring(within=soon),
        await desk.warranty.expiring(within=soon, retired=True),
    )
    assert {"OLD", "OLD2"} & {row.name for row in few.items} == set()
    assert {"OLD", "OLD2"} == {row.name for row in all_of_them.items if row.is_retired}
    assert (few.retired, all_of_them.retired) == (2, 0)
    asked = await desk.warranty.lookup(everything=True)
    assert (asked.retired, asked.devices) == (2, 12)
    assert (await desk.warranty.lookup(everything=True, retired=True)).devices == 14
    assert (await desk.warranty.lookup(company="5")).retired == 1
    named = await desk.warranty.lookup(assets=["OLD"])
    assert (named.retired, [row.name for row in named.rows]) == (0, ["OLD"])
    changed = {change.asset for change in await desk.warranty.date_changes()}
    assert "OLD" not in changed
    assert "OLD" in {change.asset for change in await desk.warranty.date_changes(retired=True)}
    put(
        Ticket(
            external_id="1", number="T1", title="Broken", kind=TicketKind.INCIDENT, category="Hardware", asset_ref="20",
            created_at=NOW, status_category=StatusCategory.CLOSED,
        )
    )  # fmt: skip
    assert [len(one.items) for one in (await desk.warranty.missed(), await desk.warranty.missed(retired=True))] == [
        0,
        1,
    ]
    assert (await desk.warranty.missed()).retired == 1
