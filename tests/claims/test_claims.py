"""A claim from the broken device to the money back, and every way in which that goes wrong."""

import asyncio
import zipfile
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, update

from servicedesk_core import ServiceDesk
from servicedesk_core.claims.content import ClaimWrite
from servicedesk_core.domain.logistics import Shipment
from servicedesk_core.domain.warranty import (
    ClaimEventKind,
    ClaimReport,
    ClaimService,
    ClaimState,
    ClaimStatus,
    Credit,
    CreditKind,
    CreditState,
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LineDecision,
    LookupOutcome,
    PartReturn,
    ReturnState,
)
from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import (
    ClaimExistsError,
    ClaimIncompleteError,
    ClaimStateError,
    NetworkError,
    NotFoundLocallyError,
    UnsupportedError,
    WriteNotGrantedError,
)
from servicedesk_core.store import Store, cover
from servicedesk_core.store.queries.claims import ClaimFilter
from servicedesk_core.store.schema import RECORDS

pytestmark = pytest.mark.slow  # the command line goes through the same acts

PART = {"lines": [{"number": 1, "part_number": "P1", "quantity": "1"}]}


def kinds(detail):
    return [one.event.kind for one in detail.history]


async def test_only_hardware_incidents_of_covered_devices_are_proposed(desk):
    found = await desk.claims.propose()
    assert [one.ticket for one in found.tickets] == ["T50"]
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


async def test_a_check_names_everything_at_once(desk):
    made = await desk.claims.new("T51", changes={"symptom": "x", "troubleshooting": "y" * 1001})
    checked = await desk.claims.check(made.claim.claim_id)
    assert not checked.can_be_sent
    assert [one.field for one in checked.problems if one.is_blocking] == [
        "contact.name", "contact.email or contact.phone",
    ]  # fmt: skip
    await desk.claims.edit(made.claim.claim_id, {"contact_name": "Pat", "contact_phone": "555"})
    checked = await desk.claims.check(made.claim.claim_id)
    assert [one.field for one in checked.problems if one.is_blocking] == ["troubleshooting", "lines"]
    assert any("not covered" in one.reason for one in checked.problems)
    with pytest.raises(ClaimIncompleteError, match="troubleshooting has 1,001 characters"):
        await desk.claims.submit(made.claim.claim_id)


async def test_what_leaves_is_shown_and_nothing_else_is_sent(desk, drafted, vendor):
    going = await desk.claims.departure(drafted)
    assert (going.kind, going.connection, going.environment) == ("claims.submit", "maker", "sandbox")
    assert going.account == "Example MSP at Maker (4711)"
    assert going.values["contact"] == {"name": "Pat Example", "email": "pat@example.com"}
    assert going.values["id"] == drafted
    assert vendor.held() == []


async def test_a_claim_is_submitted_once_and_followed_to_the_money(desk, drafted, vendor, clock):
    await desk.claims.attach(drafted, name="log.txt", content=b"disk 0 failed", media_type="text/plain")
    await desk.claims.check(drafted)
    sent = await desk.claims.submit(drafted)
    assert (sent.claim.state, sent.claim.ref, sent.write) == (ClaimState.UNDER_REVIEW, "C1", None)
    assert vendor.held()[0]["files"] == {"log.txt": "disk 0 failed"}
    for act in (desk.claims.departure, desk.claims.submit):
        with pytest.raises(ClaimStateError, match="under review"):
            await act(drafted)
    assert (await desk.claims.check(drafted)).problems[0].reason.startswith("is under review")
    vendor.say("C1", "Ok", status="approved", decisions=[{"number": 1, "is_approved": True}])
    await desk.claims.poll(everything=True)
    vendor.say(
        "C1",
        "Return it",
        status="awaiting_return",
        shipments=[{"carrier": "Example Post", "tracking": "T1"}],
        returns=[{"line": 1, "state": "due", "due_on": "2026-03-10"}],
        credits=[{"kind": "parts", "state": "expected", "claimed": "99.90", "currency": "EUR"}],
    )
    (outcome,) = await desk.claims.poll(everything=True)
    assert (outcome.asked, outcome.changed, outcome.alerts) == (1, 1, ())
    clock.advance(9 * 86_400)
    *_, late = await desk.claims.poll()
    assert [one.kind for one in late.alerts] == [ClaimEventKind.RETURN_OVERDUE]
    assert [one.claim_id for one in await desk.claims.list(ClaimFilter(overdue_on=clock.now().date()))] == [drafted]
    assert len(await desk.claims.poll(everything=True)) == 1, "an overdue part is told once"
    vendor.say(
        "C1",
        "Paid",
        status="closed",
        returns=[{"line": 1, "state": "received", "due_on": "2026-03-10"}],
        credits=[{"kind": "parts", "state": "issued", "approved": "99.90", "currency": "EUR"},
                 {"kind": "fee", "state": "issued", "approved": "5.00", "currency": "EUR"}],
    )  # fmt: skip
    await desk.claims.poll(everything=True)
    ended = await desk.claims.get(drafted)
    assert ended.claim.state is ClaimState.CLOSED
    states = [one.event.after for one in ended.history if one.event.kind is ClaimEventKind.STATE]
    assert states == [
        ClaimState.VALIDATED, ClaimState.UNDER_REVIEW, ClaimState.APPROVED, ClaimState.IN_FULFILMENT,
        ClaimState.AWAITING_RETURN, ClaimState.CLOSED,
    ]  # fmt: skip
    numbers = await desk.claims.numbers()
    assert (numbers.submitted, numbers.approved, numbers.approval_rate, numbers.overdue_parts) == (1, 1, 1.0, 0)
    (money,) = numbers.recovered
    assert (money.month, money.approved, money.issued, money.fees) == (
        "2026-03", Decimal("94.90"), Decimal("94.90"), Decimal("5.00"),
    )  # fmt: skip
    assert (await desk.claims.numbers(ClaimFilter(company="Somebody else"))).submitted == 0


async def test_each_step_leaves_an_internal_note_on_the_ticket(desk, drafted, vendor):
    await desk.claims.submit(drafted)
    assert len(vendor.notes()) == 1, "the note about a step goes with it, not with the next one"
    vendor.say("C1", "Ok", status="approved")
    await desk.claims.poll(everything=True)
    notes = vendor.notes()
    assert {one["ticket"] for one in notes} == {"50"}
    bodies = "\n".join(one["body"] for one in notes)
    assert "now under review (New)" in bodies
    assert "now approved (Ok)" in bodies
    written = await desk.writes.list(states=(), connection="psa")
    assert {one.visibility for one in written} == {"internal"}


async def test_two_operators_submit_at_once_and_one_claim_arrives(home, clock, drafted, desk, vendor):
    async with ServiceDesk.open(home, clock=clock) as other:
        results = await asyncio.gather(
            desk.claims.submit(drafted), other.claims.submit(drafted), return_exceptions=True
        )
    failed = [one for one in results if isinstance(one, BaseException)]
    assert [type(one) for one in failed] == [ClaimStateError]
    assert len(vendor.held()) == 1
    assert (await desk.claims.get(drafted)).claim.state is ClaimState.UNDER_REVIEW


async def test_one_open_claim_for_each_device_and_part_unless_forced(desk, drafted):
    with pytest.raises(ClaimExistsError, match=drafted):
        await desk.claims.new("T50", changes=PART)
    other = await desk.claims.new("T50", changes={"lines": [{"number": 1, "part_number": "P2", "quantity": "1"}]})
    with pytest.raises(ClaimExistsError, match=drafted):
        await desk.claims.edit(other.claim.claim_id, PART)
    assert (await desk.claims.new("T50", changes=PART, force=True)).claim.claim_id != drafted
    await desk.claims.cancel(other.claim.claim_id, "not needed")
    await desk.claims.new("T50", changes={"lines": [{"number": 1, "part_number": "p2", "quantity": "1"}]})


async def test_nothing_is_sent_but_what_was_shown(desk, drafted, vendor):
    shown = await desk.claims.departure(drafted)
    await desk.claims.edit(drafted, {"contact_name": "Somebody Else"})
    with pytest.raises(ClaimStateError, match="not what was shown any more"):
        await desk.claims.submit(drafted, shown=shown)
    assert vendor.held() == []
    sent = await desk.claims.submit(drafted, shown=await desk.claims.departure(drafted))
    assert sent.claim.state is ClaimState.UNDER_REVIEW


async def test_a_withdrawal_that_tells_nobody_says_so(desk, drafted):
    assert await desk.claims.telling(drafted, ClaimWrite.CANCEL, {"reason": "x"}) is None
    with pytest.raises(ClaimStateError, match="its maker does not have it"):
        await desk.claims.telling(drafted, ClaimWrite.NOTE, {"text": "x"})
    await desk.claims.submit(drafted)
    going = await desk.claims.telling(drafted, ClaimWrite.CANCEL, {"reason": "x"})
    assert (going.kind, going.account, going.values) == (
        "claims.cancel",
        "Example MSP at Maker (4711)",
        {"reason": "x"},
    )


async def test_a_lost_answer_is_a_doubt_that_proof_settles(desk, drafted, vendor):
    vendor.next("lost")
    sent = await desk.claims.submit(drafted)
    assert kinds(sent)[-3:] == [ClaimEventKind.IN_DOUBT, ClaimEventKind.SENT, ClaimEventKind.STATE]
    assert (sent.claim.state, sent.claim.ref) == (ClaimState.UNDER_REVIEW, "C1")
    assert len(vendor.held()) == 1


async def test_a_refusal_makes_it_a_draft_again_and_the_old_write_can_never_send_it(desk, drafted, vendor):
    vendor.next("refuse")
    sent = await desk.claims.submit(drafted)
    assert (sent.claim.state, sent.write) == (ClaimState.DRAFT, None)
    (refused,) = [one.event for one in sent.history if one.event.kind is ClaimEventKind.REFUSED]
    assert "Not entitled." in refused.detail["reason"]
    await desk.claims.edit(drafted, {"symptom": "Does not start at all"})
    await desk.claims.submit(drafted)
    await desk.writes.retry((refused.detail["write"],), send=True)
    assert len(vendor.held()) == 1
    (old,) = await desk.writes.list(states=(WriteState.REJECTED,), connection="maker")
    assert "does not wait for this write" in old.error


async def test_a_vendor_that_cannot_be_reached_is_no_doubt_and_is_tried_again(desk, drafted, vendor, clock):
    vendor.next("unreachable")
    sent = await desk.claims.submit(drafted)
    assert (sent.claim.state, vendor.held()) == (ClaimState.SUBMITTING, [])
    clock.advance(120)
    await desk.writes.run()
    assert (await desk.claims.get(drafted)).claim.state is ClaimState.UNDER_REVIEW
    assert len(vendor.held()) == 1


async def test_a_claim_that_is_accepted_without_a_name_gets_it_later(desk, drafted, vendor):
    vendor.next("nameless")
    sent = await desk.claims.submit(drafted)
    assert (sent.claim.state, sent.claim.ref) == (ClaimState.UNDER_REVIEW, "C1")
    assert len(vendor.held()) == 1


@pytest.mark.slow
async def test_a_poll_finds_the_name_of_a_claim_and_sends_nothing(new_home, clock):
    home = new_home(maker="blind = true")
    async with ServiceDesk.open(home, clock=clock) as desk:
        name = (await desk.claims.new("T50", changes=PART)).claim.claim_id
        (home.parent / "vendor" / "script").write_text("nameless")
        sent = await desk.claims.submit(name)
        assert (sent.claim.state, sent.claim.ref) == (ClaimState.UNDER_REVIEW, None)
    home.write_text(home.read_text().replace("blind = true", ""))
    async with ServiceDesk.open(home, clock=clock) as desk:
        (outcome,) = await desk.claims.poll()
        assert (outcome.asked, (await desk.claims.get(name)).claim.ref) == (1, "C1")


async def test_a_claim_goes_through_the_connection_that_somebody_names(desk, vendor):
    device = DeviceRef(manufacturer="Somebody else", serial_number="X9")
    address = (await desk.claims.new("T50")).draft.model_dump(include={
        "contact_name", "contact_email", "ship_to_name", "ship_to_lines", "ship_to_city", "ship_to_country",
    })  # fmt: skip
    made = await desk.claims.new(device=device, through="maker", changes={"symptom": "Dead", **address, **PART})
    assert (made.claim.maker, made.claim.connection, made.claim.by_hand) == ("Somebody else", "maker", False)
    assert (await desk.claims.submit(made.claim.claim_id)).claim.ref == "C1"
    with pytest.raises(UnsupportedError, match="neither sends nor follows"):
        await desk.claims.new(device=device, through="psa", force=True)


async def test_a_doubt_that_cannot_be_proven_waits_for_a_person(new_home, clock):
    home = new_home(maker="blind = true")
    async with ServiceDesk.open(home, clock=clock) as desk:
        first = (await desk.claims.new("T50", changes=PART)).claim.claim_id
        second = (await desk.claims.new("T50", changes=PART, force=True)).claim.claim_id
        await desk.claims.submit(first)
        (home.parent / "vendor" / "script").write_text("lost")
        await desk.claims.submit(second)
        clock.advance(120)
        await desk.writes.run()
        with pytest.raises(ClaimStateError, match="in doubt"):
            await desk.claims.submit(second)
        with pytest.raises(ClaimStateError, match="in doubt"):
            await desk.claims.edit(second, {"symptom": "other"})
        doubtful = await desk.claims.get(second)
        assert doubtful.claim.state is ClaimState.IN_DOUBT
        assert doubtful.candidates == ("C2",), "C1 belongs to the other claim"
        assert f"claims resolve {second} --found ID" in doubtful.hint
        with pytest.raises(ClaimStateError, match="belongs to another claim"):
            await desk.claims.resolve(second, ref="C1")
        settled = await desk.claims.resolve(second, ref="C2", reason="seen in the portal")
        assert (settled.claim.state, settled.claim.ref) == (ClaimState.UNDER_REVIEW, "C2")
        assert len(list((home.parent / "vendor").glob("claim-*.json"))) == 2


@pytest.mark.slow
async def test_a_doubt_that_a_person_calls_absent_can_be_sent_again(new_home, clock):
    home = new_home(maker="blind = true")
    async with ServiceDesk.open(home, clock=clock) as desk:
        name = (await desk.claims.new("T50", changes=PART)).claim.claim_id
        (home.parent / "vendor" / "script").write_text("lost")
        await desk.claims.submit(name)
        (home.parent / "vendor" / "claim-C1.json").unlink()
        back = await desk.claims.resolve(name, ref=None, reason="not in the portal")
        assert back.claim.state is ClaimState.VALIDATED
        clock.advance(3600)  # the vendor is given a rest after an answer that did not come
        assert (await desk.claims.submit(name)).claim.ref == "C1"


@pytest.mark.slow
async def test_a_decision_in_the_list_of_writes_reaches_the_claim(desk, drafted, vendor):
    vendor.next("unreachable")
    sent = await desk.claims.submit(drafted)
    await desk.writes.discard((sent.write,), reason="wrong device")
    after = await desk.claims.check(drafted)
    assert after.claim.state is ClaimState.VALIDATED
    assert vendor.held() == []


async def test_unknown_words_are_kept_told_once_and_never_guessed(desk, drafted, vendor):
    await desk.claims.submit(drafted)
    vendor.say("C1", "Awaiting Planetary Alignment")
    (first,) = await desk.claims.poll(everything=True)
    (second,) = await desk.claims.poll(everything=True)
    assert [one.kind for one in first.alerts] == [ClaimEventKind.UNKNOWN_STATUS]
    assert second.alerts == ()
    found = await desk.claims.get(drafted)
    assert (found.claim.state, found.claim.vendor_status) == (ClaimState.UNDER_REVIEW, "Awaiting Planetary Alignment")


async def test_a_claim_that_the_maker_does_not_know_is_told_once(desk, drafted, vendor):
    await desk.claims.submit(drafted)
    (vendor.folder / "claim-C1.json").unlink()
    (first,) = await desk.claims.poll(everything=True)
    (second,) = await desk.claims.poll(everything=True)
    assert (first.not_found, [one.kind for one in first.alerts]) == (1, [ClaimEventKind.NOT_FOUND])
    assert (second.not_found, second.alerts) == (1, ())


async def test_a_denied_claim_is_sent_again_as_often_as_the_maker_allows(desk, drafted, vendor):
    await desk.claims.submit(drafted)
    with pytest.raises(ClaimStateError, match="was not denied"):
        await desk.claims.resubmit(drafted)
    vendor.say("C1", "Denied", denial_reason="insufficient evidence")
    await desk.claims.poll(everything=True)
    with pytest.raises(ClaimStateError, match="resubmit"):
        await desk.claims.submit(drafted)
    await desk.claims.edit(drafted, {"troubleshooting": "Tested with another board."})
    again = await desk.claims.resubmit(drafted)
    assert again.claim.state is ClaimState.UNDER_REVIEW
    for word, count in (("Denied", 1), ("New", 1), ("Denied", 2)):  # the first is the one before, shown late
        vendor.say("C1", word)
        await desk.claims.poll(everything=True)
        assert (await desk.claims.get(drafted)).claim.denial_count == count
    with pytest.raises(ClaimStateError, match="denied 2 times"):
        await desk.claims.resubmit(drafted)
    assert (await desk.claims.numbers()).denied == 1


async def test_notes_files_and_withdrawals_go_to_the_maker(desk, drafted, vendor):
    with pytest.raises(ClaimStateError):
        await desk.claims.note(drafted, "Hello")
    await desk.claims.submit(drafted)
    await desk.claims.note(drafted, "The fan was swapped.")
    await desk.claims.attach(drafted, name="a.txt", content=b"a", media_type="text/plain", send=True)
    gone = await desk.claims.cancel(drafted, "Works again")
    assert gone.claim.state is ClaimState.CANCELLED
    (held,) = vendor.held()
    assert (held["note"], held["attached"], held["status"]) == ("The fan was swapped.", "a.txt", "Cancelled")
    assert [one.is_sent for one in gone.files] == [True]


async def test_nothing_is_sent_without_a_grant(home, clock, vendor):
    home.write_text(home.read_text().replace('"claims.submit", ', ""))
    async with ServiceDesk.open(home, clock=clock) as desk:
        name = (await desk.claims.new("T50", changes=PART)).claim.claim_id
        with pytest.raises(WriteNotGrantedError):
            await desk.claims.departure(name)
        with pytest.raises(WriteNotGrantedError):
            await desk.claims.submit(name)
        assert (await desk.claims.get(name)).write is None
    assert vendor.held() == []


async def test_the_manual_way_ends_in_the_same_states_and_the_pack_holds_no_secret(desk, tmp_path):
    made = await desk.claims.new("T50", by_hand=True, changes={"contact_phone": "555", **PART})
    name = made.claim.claim_id
    await desk.claims.attach(
        name, name="../../etc/invoice 1.pdf", content=b"%PDF", media_type="application/pdf", kind="proof_of_purchase"
    )
    with pytest.raises(ClaimStateError, match="by hand"):
        await desk.claims.submit(name)
    folder = await desk.claims.pack(name, tmp_path / "packs", pdf=True)
    archive = await desk.claims.pack(name, tmp_path / "packs", archive=True)
    assert folder.files == ("claim.html", "claim.pdf", "01-invoice 1.pdf")
    assert zipfile.ZipFile(archive.path).namelist() == ["claim.html", "01-invoice 1.pdf"]
    written = b"".join((Path(folder.path) / one).read_bytes() for one in folder.files)
    page = (Path(folder.path) / "claim.html").read_text()
    wanted = (name, "SN-0001", "Notebook does not start", "pat@example.com")
    assert [word for word in wanted if word not in page] == []
    assert b"hunter2" not in written
    assert (Path(folder.path) / "claim.pdf").read_bytes().startswith(b"%PDF")
    await desk.claims.record(name, ClaimReport(ref="RMA 1", status=ClaimStatus.UNDER_REVIEW, vendor_status="received"))
    await desk.claims.record(name, ClaimReport(ref="", status=ClaimStatus.AWAITING_CREDIT, credits=(
        Credit(kind=CreditKind.PARTS, state=CreditState.APPROVED, approved=Decimal("10.50"), currency="USD"),
    ), returns=(PartReturn(state=ReturnState.RECEIVED),)))  # fmt: skip
    ended = await desk.claims.record(name, ClaimReport(ref="", status=ClaimStatus.CLOSED))
    assert (ended.claim.state, ended.claim.ref, ended.claim.by_hand) == (ClaimState.CLOSED, "RMA 1", True)
    assert (await desk.claims.numbers()).recovered[0].approved == Decimal("10.50")


async def test_what_a_person_records_later_takes_nothing_away(desk):
    made = await desk.claims.new("T50", by_hand=True, changes=PART)
    name = made.claim.claim_id
    await desk.claims.check(name)

    def money(kind, state, amount):
        agreed = state is not CreditState.EXPECTED
        return Credit(kind=kind, state=state, currency="USD", **{"approved" if agreed else "claimed": Decimal(amount)})

    due = PartReturn(state=ReturnState.DUE, due_on=date(2026, 3, 20), tracking="BACK1")
    first = ClaimReport(
        ref="R1", status=ClaimStatus.APPROVED, returns=(due,), shipments=(Shipment(tracking="T1"),),
        credits=(money(CreditKind.PARTS, CreditState.EXPECTED, "10"),),
    )  # fmt: skip
    await desk.claims.record(name, first)
    second = ClaimReport(
        ref="", returns=(PartReturn(state=ReturnState.RECEIVED),), shipments=(Shipment(tracking="T2"),),
        credits=(money(CreditKind.LABOUR, CreditState.APPROVED, "7.50"),),
    )  # fmt: skip
    await desk.claims.record(name, second)
    paid = ClaimReport(ref="", credits=(money(CreditKind.PARTS, CreditState.APPROVED, "9"),))
    after = (await desk.claims.record(name, paid)).progress
    assert [one.tracking for one in after.shipments] == ["T1", "T2"]
    assert after.returns == (due.model_copy(update={"state": ReturnState.RECEIVED}),)
    assert {(one.kind, one.approved) for one in after.credits} == {
        (CreditKind.LABOUR, Decimal("7.50")), (CreditKind.PARTS, Decimal(9)),
    }  # fmt: skip
    assert (await desk.claims.numbers()).recovered[0].approved == Decimal("16.50")


async def test_a_person_records_a_decision_for_each_part(desk):
    parts = [{"number": number, "part_number": f"P{number}", "quantity": "1"} for number in (1, 2)]
    name = (await desk.claims.new("T50", by_hand=True, changes={"lines": parts})).claim.claim_id
    await desk.claims.check(name)
    denied = LineDecision(number=2, is_approved=False, reason="Worn out.")
    told = ClaimReport(ref="R1", status=ClaimStatus.APPROVED, decisions=(denied,))
    assert (await desk.claims.record(name, told)).claim.state is ClaimState.PARTIALLY_APPROVED
    rest = ClaimReport(ref="", decisions=(LineDecision(number=1, is_approved=True),))
    after = await desk.claims.record(name, rest)
    assert {one.number: one.is_approved for one in after.progress.decisions} == {1: True, 2: False}
    with pytest.raises(ClaimStateError, match="has no part 3"):
        await desk.claims.record(name, ClaimReport(ref="", decisions=(LineDecision(number=3, is_approved=True),)))


@pytest.mark.slow
async def test_a_person_may_record_that_a_claim_went_back(desk):
    made = await desk.claims.new("T50", by_hand=True, changes=PART)
    name = made.claim.claim_id
    await desk.claims.check(name)
    await desk.claims.record(name, ClaimReport(ref="R1", status=ClaimStatus.APPROVED))
    back = await desk.claims.record(name, ClaimReport(ref="", status=ClaimStatus.UNDER_REVIEW))
    told = [one for one in await desk.audit.list() if one.action == "claim.recorded"]
    assert {one.entity for one in told} == {f"claim:{name}"}
    assert len(told) == 2
    assert back.claim.state is ClaimState.UNDER_REVIEW
    assert ClaimEventKind.WENT_BACK not in kinds(back)


async def test_a_device_without_ticket_or_connection_is_claimed_by_hand(desk):
    made = await desk.claims.new(device=DeviceRef(manufacturer="Other", serial_number="X1"))
    assert (made.claim.by_hand, made.claim.connection, made.claim.maker) == (True, None, "Other")
    assert made.draft.service is ClaimService.PARTS
    with pytest.raises(ClaimIncompleteError, match="needs a ticket or a device"):
        await desk.claims.new()
    with pytest.raises(ClaimIncompleteError, match="names no device"):
        await desk.claims.new("T54")
    with pytest.raises(NotFoundLocallyError):
        await desk.claims.new("T99")


async def test_details_and_lists_are_plain_data(desk, drafted):
    assert asdict((await desk.claims.list())[0])["claim_id"] == drafted
    with pytest.raises(NotFoundLocallyError):
        await desk.claims.get("SD-NOTHING")


async def test_a_maker_without_pdf_writer_says_how_to_get_it(desk, drafted, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "reportlab.platypus", None)
    with pytest.raises(UnsupportedError, match="not installed"):
        await desk.claims.pack(drafted, tmp_path, pdf=True)


UNCOVERED = {"contact_name": "Pat", "contact_phone": "555", **PART}


async def test_a_claim_for_an_uncovered_device_is_sent_only_by_somebody_who_insists(desk, vendor):
    name = (await desk.claims.new("T51", changes=UNCOVERED)).claim.claim_id
    checked = await desk.claims.check(name)
    assert checked.can_be_sent
    assert any("not covered on 2026-03-02" in one.reason for one in checked.problems)
    for act in (desk.claims.departure, desk.claims.submit):
        with pytest.raises(ClaimIncompleteError, match="not covered on 2026-03-02") as refused:
            await act(name)
        assert "--force" in refused.value.hint
    assert vendor.held() == []
    sent = await desk.claims.submit(name, force=True)
    assert sent.claim.ref == "C1"
    assert [one.event.detail.get("forced") for one in sent.history if one.event.kind is ClaimEventKind.ASKED] == [True]


async def test_cover_that_is_learned_after_the_draft_counts(desk, vendor):
    name = (await desk.claims.new("T51", changes=UNCOVERED)).claim.claim_id
    device = DeviceRef(manufacturer="maker", serial_number="SN-0002")
    renewed = Entitlement(kind=EntitlementKind.EXTENDED, description="Plus", starts_on=date(2020, 1, 1),
                          ends_on=date(2027, 1, 1), covers_hardware=True)  # fmt: skip

    def learn(tx):
        asset = tx.execute(select(RECORDS["assets"].c.local_id).where(RECORDS["assets"].c.external_id == "41"))
        found = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, entitlements=(renewed,))
        cover.put(tx, [found], origin="maker", source=CoverSource.MAKER, now=desk.clock.now())
        cover.link(tx, [(asset.scalar_one(), "SN-0002", [device])], desk.clock.now())

    await desk.store.write(learn)
    known = (await desk.claims.get(name)).draft
    assert (known.covered_on_failure, known.entitlement) == (True, "Plus until 2027-01-01")
    assert (await desk.claims.submit(name)).claim.ref == "C1"


@pytest.mark.parametrize(("day", "covered"), [("2026-03-01", True), ("2027-03-01", False), (None, None)])
async def test_a_draft_by_serial_number_rests_on_what_was_looked_up(desk, day, covered):
    device = DeviceRef(manufacturer="Maker Inc.", serial_number="x-9")
    held = Entitlement(kind=EntitlementKind.BASE, code="B", ends_on=date(2027, 1, 1), covers_hardware=True)
    found = EntitlementResult(
        device=DeviceRef(manufacturer="maker", serial_number="X-9"), outcome=LookupOutcome.FOUND, entitlements=(held,)
    )
    await desk.store.write(
        lambda tx: cover.put(tx, [found], origin="maker", source=CoverSource.MAKER, now=desk.clock.now())
    )
    made = await desk.claims.new(device=device, changes={"failed_on": day})
    words = None if covered is False else "B until 2027-01-01"
    assert (made.draft.covered_on_failure, made.draft.entitlement) == (covered, words)
    edited = await desk.claims.edit(made.claim.claim_id, {"failed_on": "2028-01-01"})
    assert edited.draft.covered_on_failure is False


async def test_a_draft_is_written_and_checked_while_its_maker_is_down(home, clock):
    down = home.parent / "vendor" / "down"
    down.touch()
    async with ServiceDesk.open(home, clock=clock) as desk:
        name = (await desk.claims.new("T50", changes={"troubleshooting": "y" * 1001, **PART})).claim.claim_id
        (problem,) = (await desk.claims.check(name)).problems
        assert problem.reason == "has 1,001 characters, and 1,000 are accepted"
        await desk.claims.edit(name, {"troubleshooting": "y"})
        assert (await desk.claims.check(name)).can_be_sent
        with pytest.raises(NetworkError):
            await desk.claims.submit(name)
        down.unlink()
        assert (await desk.claims.submit(name)).claim.ref == "C1"


async def test_a_check_without_its_connector_says_what_it_could_not_check(home, clock):
    async with ServiceDesk.open(home, clock=clock) as desk:
        name = (await desk.claims.new("T50", changes={"contact_email": None, **PART})).claim.claim_id
    home.write_text(home.read_text().replace('"./maker.py:Maker"', '"gone"'))
    async with ServiceDesk.open(home, clock=clock) as desk:
        checked = await desk.claims.check(name)
    assert [one.field for one in checked.problems] == ["contact.email or contact.phone", "connection"]
    assert "was not checked" in checked.problems[-1].reason
    assert not checked.can_be_sent
