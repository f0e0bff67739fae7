"""Answers that come in a spreadsheet, through the desk."""

from datetime import date, timedelta

import pytest

from servicedesk_core.domain import Asset
from servicedesk_core.errors import SettingsError


async def test_a_spreadsheet_gives_the_same_lists_until_a_maker_is_asked(desk, filled, tmp_path):
    path = tmp_path / "w.csv"
    path.write_text(
        "Service Tag;Vendor;Warranty End Date;Level\nac1;ACME Inc.;31.12.2026;Basic\nAC1;ACME Inc.;30.06.2027;Plus\n"
        "Default string;Acme;31.12.2026;\nQQ9;;31.12.2026;\nQQ8;;next year;\n",
        encoding="utf-8",
    )
    dry = await desk.warranty.import_file(path, dry_run=True)
    assert dry.columns == {
        "serial_number": "Service Tag",
        "manufacturer": "Vendor",
        "ends_on": "Warranty End Date",
        "description": "Level",
    }
    assert dry.dates == {"Warranty End Date": "day-first"}
    assert (dry.rows, dry.devices, dry.assets, dry.left_out) == (5, 2, 1, 2)
    assert (await desk.warranty.expiring(within=timedelta(days=9000))).items[0].source == "psa"
    done = await desk.warranty.import_file(path)
    assert (done.new, done.assets, [row.line for row in done.bad]) == (2, 1, [4, 6])
    rows = {row.serial_number: row for row in (await desk.warranty.expiring(within=timedelta(days=9000))).items}
    assert (rows["AC1"].until, rows["AC1"].source, rows["AC1"].level) == (date(2027, 6, 30), "spreadsheet", "Plus")
    assert "QQ9" in rows
    await desk.warranty.lookup(everything=True)
    rows = {row.serial_number: row for row in (await desk.warranty.expiring(within=timedelta(days=9000))).items}
    assert (rows["AC1"].until, rows["AC1"].source) == (date(2026, 7, 1), "maker")
    again = await desk.warranty.import_file(path)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)


async def test_a_date_that_cannot_be_read_is_told_by_its_shape_and_never_by_what_it_holds(desk, tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("Serial,Expires\nAC1,2027-01-31\nAC2,2027-02-28\nAC3,7 Mai 27\n", encoding="utf-8")
    (bad,) = (await desk.warranty.import_file(path, dry_run=True)).bad
    told = 'The field ends_on looks like "9 aaa 99", and dates are read as 2026-03-02: --dates says otherwise.'
    assert (bad.line, bad.reason) == (4, told)


async def test_serial_numbers_that_a_spreadsheet_turned_into_numbers_are_nobodys(desk, put, tmp_path):
    put(
        Asset(external_id="1", name="PC1", serial_number="1.23457E+11", manufacturer="Acme"),
        Asset(external_id="2", name="PC2", serial_number="8939010102358470000", manufacturer="Acme"),
    )
    path = tmp_path / "w.csv"
    path.write_text(
        "Serial,Vendor,Expires\n1.23457E+11,Acme,2027-01-31\n"
        '"1,23457E+11",Acme,2027-01-31\n8.93901E+18,Acme,2027-01-31\n8939010102358480000,Acme,2027-01-31\n'
        "5CG1E11,Acme,2027-01-31\n",
        encoding="utf-8",
    )
    done = await desk.warranty.import_file(path)
    assert (done.devices, [row.line for row in done.bad], [row.line for row in done.doubtful]) == (2, [2, 3, 4], [5])
    assert {row.reason for row in done.bad} == {
        "The device has a serial number that a spreadsheet turned into a number."
    }
    report = await desk.warranty.lookup(everything=True)
    states = {row.name: (row.state.value, row.reason or "") for row in report.rows}
    assert states["PC1"] == ("no_serial", "The device has a serial number that a spreadsheet turned into a number.")
    assert "may have cut it off" in states["PC2"][1]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("Name,Ends\nA,2026-01-01\n", {}, "serial_number"),
        ("Serial,Note\nA1B,x\n", {}, "ends_on"),
        ("Serial,Ends\nA1B,03/04/2026\n", {"columns": {"ends_on": "Ends"}}, "day first or month first"),
        ("Serial,Ends\nA1B,soon\n", {"columns": {"ends_on": "Ends"}}, "does not seem to hold dates"),
        ("Serial,Expires\nA1B,2026-01-01\n", {"columns": {"ends_on": "No such"}}, "has no column"),
        ("Serial,Expires\nA1B,2026-01-01\n", {"columns": {"colour": "Serial"}}, "no field"),
    ],
)
async def test_what_is_not_clear_in_a_spreadsheet_is_asked_for(desk, tmp_path, text, options, message):
    path = tmp_path / "w.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        await desk.warranty.import_file(path, **options)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nSerial Number;Vendor;Warranty End\nAC1;Acme;2027-01-31\n;;\nAC2;Acme;2028-02-29\n",
        "Devices,,\n\nSerial Number,Vendor,Warranty End\nAC1,Acme,2027-01-31\nAC2,Acme,2028-02-29\n",
        "Serial Number,Vendor,Warranty End\nAC1,Acme,31-JAN-2027,\nAC2,Acme,29-FEB-2028,\n",
    ],
)
async def test_a_spreadsheet_is_read_with_the_eyes_that_read_tickets(desk, tmp_path, text):
    path = tmp_path / "w.csv"
    path.write_text(text, encoding="utf-8")
    done = await desk.warranty.import_file(path, dry_run=True)
    assert (done.rows, done.devices, done.left_out) == (2, 2, 0)
