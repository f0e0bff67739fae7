"""What is proposed for a claim, and what a draft is filled with."""

from dataclasses import asdict
from datetime import date

import pytest
from sqlalchemy import update

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.warranty import ClaimService, ClaimState, DeviceRef
from servicedesk_core.errors import ClaimExistsError, ClaimIncompleteError, NotFoundLocallyError
from servicedesk_core.features.claims.model import ClaimFilter
from servicedesk_core.store import Store
from servicedesk_core.store.schema import RECORDS
from tests.claims.conftest import PART

pytestmark = pytest.mark.slow  # the command line goes through the same acts


async def test_only_hardware_incidents_of_covered_devices_are_proposed(desk):
    found = await desk.claims.propose()
    assert [one.ticket for one in found.tickets] == ["T50"]
    assert [(one.through, one.by_hand) for one in found.tickets] == [("maker", False)]
    assert found.unknown_cover == ()
    assert (found.incidents, found.without_device, found.not_hardware) == (4, 1, 1)
    assert (found.not_covered, found.claimed) == (1, 0)
    await desk.claims.new("T50")
    again = await desk.claims.propose()
    assert (again.tickets, again.claimed) == ((), 1)


async def test_a_draft_is_filled_from_ticket_device_contact_site_and_cover(desk):
    made = await desk.claims.new("T50")
    draft, row = made.draft, made.claim
    assert (draft.device.manufacturer, draft.device.serial_number) == ("maker", "SN-0001")
    assert (draft.symptom, draft.troubleshooting) == ("Notebook does not start", "Swapped the memory.")
    assert (draft.contact_name, draft.contact_email) == ("Pat Example", "pat@example.com")
    assert (draft.ship_to_name, draft.ship_to_lines) == ("Example Client", ("1 Example Street", "Floor 2"))
    assert (draft.ship_to_country, draft.time_zone) == ("US", "America/New_York")
    assert (draft.failed_on, draft.covered_on_failure) == (date(2026, 3, 2), True)
    assert (row.state, row.connection, row.ticket_number, row.company) == (
        ClaimState.DRAFT, "maker", "T50", "Example Client",
    )  # fmt: skip
    assert row.claim_id.startswith("SD-")
    assert len(row.claim_id) <= 16


async def test_a_site_without_a_country_is_in_the_companys(home, copied_url, clock):
    with Store.open(copied_url, clock=clock) as store:
        gone = update(RECORDS["sites"]).values(country=None)
        store.write_blocking(lambda tx: tx.execute(gone) and None)
        moved = update(RECORDS["companies"]).values(country="GB")
        store.write_blocking(lambda tx: tx.execute(moved) and None)
    async with ServiceDesk.open(home, clock=clock) as desk:
        assert (await desk.claims.new("T50")).draft.ship_to_country == "GB"


async def test_where_the_psa_names_no_country_the_configured_one_is_taken(home, copied_url, clock):
    with Store.open(copied_url, clock=clock) as store:
        for stream in ("companies", "sites"):
            gone = update(RECORDS[stream]).values(country=None)
            store.write_blocking(lambda tx, gone=gone: tx.execute(gone) and None)
    async with ServiceDesk.open(home, clock=clock) as desk:
        assert (await desk.claims.new("T50")).draft.ship_to_country is None
    home.write_text(home.read_text().replace("[claims]", '[claims]\ncountry = "CA"'))
    async with ServiceDesk.open(home, clock=clock) as desk:
        assert (await desk.claims.new("T50", force=True)).draft.ship_to_country == "CA"


@pytest.mark.parametrize("maker", ["Maker Inc.", "maker", ""])
async def test_a_draft_by_serial_number_is_filled_from_the_asset_that_has_it(home, clock, maker):
    home.write_text(home.read_text().replace("[claims]", '[claims]\ncontact_name = "Desk"\ncontact_phone = "555"'))
    async with ServiceDesk.open(home, clock=clock) as desk:
        made = await desk.claims.new(device=DeviceRef(manufacturer=maker, serial_number=" Sn-0001"))
        assert (made.claim.company, made.claim.ticket_number, made.claim.connection) == (
            "Example Client",
            None,
            "maker",
        )
        draft = made.draft
        assert (draft.contact_name, draft.contact_phone) == ("Desk", "555")
        assert (draft.ship_to_lines, draft.ship_to_country) == (("1 Example Street",), "US")
        assert (draft.device.manufacturer, draft.failed_on, draft.entitlement) == (
            "maker",
            None,
            "base until 2027-01-31",
        )
        with pytest.raises(ClaimExistsError):
            await desk.claims.new("T50")


async def test_a_draft_for_a_device_that_the_psa_does_not_know_has_the_desks_own_contact(home, clock):
    more = '[claims]\ncontact_name = "Desk"\ncontact_email = "d@msp.example"\ncountry = "CA"\ntechnician_id = "t1"'
    home.write_text(home.read_text().replace("[claims]", more))
    async with ServiceDesk.open(home, clock=clock) as desk:
        for serial, named in (("SN-0001", "Other"), ("X-1", "Maker")):  # another maker's device of the same number
            made = await desk.claims.new(device=DeviceRef(manufacturer=named, serial_number=serial))
            draft = made.draft
            assert (draft.contact_name, draft.contact_email, draft.technician_id) == ("Desk", "d@msp.example", "t1")
            assert (draft.ship_to_country, made.claim.company, draft.ship_to_lines) == ("CA", None, ())


async def test_a_device_without_ticket_or_connection_is_claimed_by_hand(desk):
    made = await desk.claims.new(device=DeviceRef(manufacturer="Other", serial_number="X1"))
    assert (made.claim.by_hand, made.claim.connection, made.claim.manufacturer) == (True, None, "Other")
    assert made.draft.service is ClaimService.PARTS
    again = await desk.claims.new(device=DeviceRef(manufacturer="OTHER, Inc.", serial_number="X2"))
    listed = await desk.claims.list(ClaimFilter(manufacturer=("other inc.",)))
    assert {(one.claim_id, one.manufacturer) for one in listed} == {
        (one.claim.claim_id, "Other") for one in (made, again)
    }
    with pytest.raises(ClaimIncompleteError, match="needs a ticket or a device"):
        await desk.claims.new()
    with pytest.raises(ClaimIncompleteError, match="names no device"):
        await desk.claims.new("T54")
    with pytest.raises(NotFoundLocallyError):
        await desk.claims.new("T99")


async def test_one_open_claim_for_each_device_and_part_unless_forced(desk, drafted):
    with pytest.raises(ClaimExistsError, match=drafted):
        await desk.claims.new("T50", changes=PART)
    other = await desk.claims.new("T50", changes={"lines": [{"number": 1, "part_number": "P2", "quantity": "1"}]})
    with pytest.raises(ClaimExistsError, match=drafted):
        await desk.claims.edit(other.claim.claim_id, PART)
    assert (await desk.claims.new("T50", changes=PART, force=True)).claim.claim_id != drafted
    await desk.claims.cancel(other.claim.claim_id, reason="not needed")
    await desk.claims.new("T50", changes={"lines": [{"number": 1, "part_number": "p2", "quantity": "1"}]})


async def test_what_people_do_with_a_claim_is_audited_without_its_texts(desk, drafted):
    await desk.claims.edit(drafted, {"troubleshooting": "Fan of Pat swapped", "contact_name": "Pat Example"})
    await desk.claims.attach(drafted, name="Pats log.txt", content=b"x", media_type="text/plain", kind="diagnostics")
    await desk.claims.submit(drafted)
    told = await desk.audit.list()
    about = {one.action: one for one in told if one.entity == f"claim:{drafted}"}
    assert list(reversed(about)) == ["claim.drafted", "claim.edited", "claim.file_added"]
    assert set(about["claim.edited"].after) == {"troubleshooting", "contact_name"}
    assert about["claim.edited"].before["contact_name"] == about["claim.edited"].after["contact_name"]
    assert about["claim.edited"].before["troubleshooting"] != about["claim.edited"].after["troubleshooting"]
    assert about["claim.file_added"].after["kind"] == "diagnostics"
    assert all(one.actor.startswith("user:") for one in about.values())
    written = repr([(one.before, one.after, one.reason) for one in told])
    texts = ("Pat", "Notebook does not start", "Example Street", "SN-0001", "pat@example.com", "Fan of")
    assert [text for text in texts if text in written] == []


async def test_details_and_lists_are_plain_data(desk, drafted):
    assert asdict((await desk.claims.list()).items[0])["claim_id"] == drafted
    with pytest.raises(NotFoundLocallyError):
        await desk.claims.get("SD-NOTHING")


async def test_of_two_tickets_of_one_number_the_connection_says_which_one_is_meant(desk):
    made = await desk.claims.new("T50")
    assert made.claim.ticket_connection == "psa"
    for connection, found in (("psa", [made.claim.claim_id]), ("maker", [])):
        listed = await desk.claims.list(ClaimFilter(ticket="T50", ticket_connection=connection))
        assert [one.claim_id for one in listed] == found
