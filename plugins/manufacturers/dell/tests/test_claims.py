"""Claims: what is checked here, what travels, and what Dell's answers mean."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.logistics import Person
from servicedesk_core.domain.warranty import Attachment, ClaimLine, ClaimService, ClaimStatus, ReturnState
from servicedesk_core.domain.warranty.rules import problems_of
from servicedesk_core.errors import (
    AuthenticationError,
    PermissionDeniedError,
    RejectedError,
    UnsupportedError,
    VendorUnavailableError,
    WriteNotGrantedError,
)
from servicedesk_core.hooks import FetchStatus
from servicedesk_dell.api.soap import clean, envelope
from servicedesk_dell.meaning.claims import new_dispatch, note_of
from servicedesk_dell.settings import DellSettings


def line(part="KBD", number=1, **more):
    return ClaimLine(number=number, part_number=part, quantity=more.pop("quantity", Decimal(1)), **more)


def blocking(dell, claim):
    return {problem.field for problem in dell.check_claim(claim) if problem.is_blocking}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": ()}, "lines"),
        ({"lines": tuple(line(number=n) for n in range(1, 6))}, "lines"),
        ({"lines": tuple(line(number=n) for n in range(1, 5)), "service": ClaimService.DEPOT}, "lines"),
        ({"lines": (line("BAT"),)}, "lines.1.failed_serial_number"),
        ({"lines": (line(), line("mon", 2))}, "lines.2.failed_serial_number"),
        ({"lines": (line(quantity=Decimal("1.5")),)}, "lines.1.quantity"),
        ({"lines": (line(" "),)}, "lines.1.part_number"),
        ({"lines": (line("RTD"),)}, "lines.1.part_number"),
        ({"troubleshooting": "x" * 1000}, "troubleshooting"),
        ({"symptom": " "}, "symptom"),
        ({"service": ClaimService.RETURN_FOR_CREDIT}, "service"),
        ({"time_zone": None}, "time_zone"),
        ({"contact": Person(name="Example Person")}, "contact.phone"),
        ({"contact": Person(name="Example Person")}, "contact.email"),
        ({"attachments": (Attachment(name="a", media_type="text/plain", content=b""),)}, "attachments.1"),
        (
            {"attachments": (Attachment(name="a", media_type="text/plain", content=bytes(5 * 1024 * 1024 + 1)),)},
            "attachments.1",
        ),
    ],
)
async def test_what_dell_refuses_is_named_before_anything_is_sent(dell, maker, changes, field, make_claim):
    claim = make_claim(**changes)
    assert field in blocking(dell, claim)
    with pytest.raises(RejectedError, match="nothing was sent"):
        await dell.submit_claim(claim)
    assert maker.requests["CreateDispatch"] == 0


@pytest.mark.parametrize("changes", [{"region": None}, {"postal_code": None}, {"city": " "}, {"lines": ("a",) * 4}])
async def test_address_must_be_complete(dell, changes, make_claim):
    claim = make_claim()
    claim = claim.model_copy(update={"ship_to": claim.ship_to.model_copy(update=changes)})
    assert blocking(dell, claim) == {f"ship_to.{next(iter(changes))}"}


async def test_foreign_serial_is_no_claim_for_dell(dell, make_claim):
    claim = make_claim()
    claim = claim.model_copy(update={"device": claim.device.model_copy(update={"serial_number": "TOO-LONG-1"})})
    assert "device.serial_number" in blocking(dell, claim)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"troubleshooting": ""}, "troubleshooting"),
        ({"symptom": "Taste klemmt 鍵"}, "symptom"),
        ({"time_zone": "Europe/Berlin"}, "time_zone"),
        ({"purchase_order": "PO-1"}, "purchase_order"),
    ],
)
async def test_what_makes_dell_ask_back_is_a_warning(dell, changes, field, make_claim):
    (problem,) = dell.check_claim(make_claim(**changes))
    assert (problem.field, problem.is_blocking) == (field, False)


async def test_rules_as_data_agree_with_the_check(dell, make_claim):
    rules = dell.describe_capabilities().warranty.claim_rules
    today = date(2026, 11, 20)
    assert problems_of(make_claim(), rules, today) == ()
    for changes in ({"time_zone": None}, {"symptom": ""}, {"lines": tuple(line(number=n) for n in range(1, 6))}):
        claim = make_claim(**changes)
        assert {one.field for one in problems_of(claim, rules, today)} <= blocking(dell, claim)
    assert rules.may_resubmit(3)
    assert not rules.may_resubmit(4)


async def test_our_id_travels_as_reference_and_every_field_arrives(dell, maker, make_claim):
    files = (Attachment(name="epsa.txt", media_type="text/plain", content=b"error & <more>", kind="diagnostics"),)
    receipt = await dell.submit_claim(make_claim(attachments=files, is_accidental=True))
    claim = maker.sandbox.claims.get(receipt.ref)
    asked = claim["asked"]
    assert (claim["reference"], claim["tag"], claim["files"]) == ("SD-TEST000001", "AB12CD3", ["epsa.txt"])
    assert asked["TechEmail"] == "tech@msp.example"
    assert asked["ShipToAddress"] == {
        "AddressBookName": "", "CountryISOCode": "US", "City": "Austin", "State": "TX", "ZipPostalCode": "78701",
        "AddressLine1": "1 Example Street", "AddressLine2": "", "AddressLine3": "", "TimeZone": "US/Central",
    }  # fmt: skip
    flags = ("RequestCompleteCare", "RequestReturnToDepot", "RequestOnSiteTechnician")
    assert [asked[flag] for flag in flags] == ["true", "false", "true"]
    assert claim["parts"] == [{"PartNumber": "KBD", "PPID": "", "Quanitity": "1"}]
    assert (receipt.status, receipt.vendor_status) == (ClaimStatus.UNDER_REVIEW, "Parts Review")
    assert receipt.other_refs[0].kind == "DispatchID"


def test_fields_stand_in_the_order_of_the_vendors_schema(make_claim):
    names = [name for name, _ in new_dispatch(make_claim(), DellSettings.model_construct())]
    assert names == [
        "TechEmail", "Branch", "Customer", "Track", "ServiceTag", "PrimaryContactName", "PrimaryContactPhone",
        "PrimaryContactEmail", "AlternativeContactName", "AlternativeContactPhone", "ShipToAddress",
        "ReferencePONumber", "RequestCompleteCare", "RequestReturnToDepot", "RequestOnSiteTechnician",
        "TroubleshootingNote", "OverrideDPSType", "Parts", "Attachments",
    ]  # fmt: skip


async def test_depot_repair_brings_its_pseudo_part(dell, maker, make_claim):
    receipt = await dell.submit_claim(make_claim(service=ClaimService.DEPOT))
    parts = maker.sandbox.claims.get(receipt.ref)["parts"]
    assert [part["PartNumber"] for part in parts] == ["KBD", "RTD"]


async def test_operators_name_of_a_zone_is_sent(maker, make_claim):
    async with maker.connector(time_zones={"Europe/Berlin": "Europe/Central"}) as dell:
        claim = make_claim(time_zone="Europe/Berlin")
        assert dell.check_claim(claim) == ()
        receipt = await dell.submit_claim(claim)
    assert maker.sandbox.claims.get(receipt.ref)["asked"]["ShipToAddress"]["TimeZone"] == "Europe/Central"


@given(symptom=st.text(max_size=200), troubleshooting=st.text(max_size=200))
def test_any_text_arrives_as_it_was_cleaned(symptom, troubleshooting, make_claim):
    claim = make_claim(symptom=symptom, troubleshooting=troubleshooting)
    note = note_of(claim)
    root = fromstring(envelope("CreateDispatch", "CreateDispatchRequest", (("TroubleshootingNote", note),)))
    (element,) = root.iter("{http://api.dell.com}TroubleshootingNote")
    assert (element.text or "") == note == clean(note)


async def test_denied_claim_is_sent_again_up_to_three_times(dell, maker, follow, make_claim):
    ref = (await dell.submit_claim(make_claim())).ref
    for _ in range(3):
        maker.sandbox.deny(ref, "Insufficient evidence")
        report = (await follow(dell, ref))[ref].item
        assert (report.status, report.denial_reason) == (ClaimStatus.DENIED, "Insufficient evidence")
        again = await dell.resubmit_claim(ref, make_claim(troubleshooting="Better evidence: replaced and swapped back"))
        assert (again.ref, again.status) == (ref, ClaimStatus.UNDER_REVIEW)
    maker.sandbox.deny(ref)
    with pytest.raises(RejectedError) as caught:
        await dell.resubmit_claim(ref, make_claim())
    assert "more than three times" in caught.value.field_errors[0]
    assert maker.sandbox.claims.count() == 1


async def test_files_do_not_travel_with_a_resubmission(dell, maker, make_claim):
    ref = (await dell.submit_claim(make_claim())).ref
    maker.sandbox.deny(ref)
    files = (Attachment(name="a.txt", media_type="text/plain", content=b"a"),)
    receipt = await dell.resubmit_claim(ref, make_claim(attachments=files))
    assert receipt.warnings == ("Files do not travel with a resubmission.",)


async def test_claim_is_followed_from_review_to_the_returned_part(dell, maker, follow, make_claim):
    ref = (await dell.submit_claim(make_claim())).ref
    seen = []
    for hours in (1, 4, 20, 72):
        maker.sandbox.advance(hours)
        seen.append((await follow(dell, ref))[ref].item)
    assert [one.status for one in seen] == [
        ClaimStatus.UNDER_REVIEW, ClaimStatus.APPROVED, ClaimStatus.IN_FULFILMENT, ClaimStatus.RETURN_RECEIVED,
    ]  # fmt: skip
    assert seen[1].other_refs[0].kind == "DPSNumber"
    assert seen[2].shipments[0].tracking.startswith("1Z")
    assert seen[3].returns[0].state is ReturnState.RECEIVED
    assert seen[3].raw["DispatchCode"] == ref


async def test_many_claims_are_followed_by_one_list(dell, maker, follow, make_claim):
    refs = [(await dell.submit_claim(make_claim(id=f"SD-{n:010d}"))).ref for n in range(6)]
    maker.sandbox.deny(refs[0], "Too little")
    maker.sandbox.say(refs[1], "Awaiting Planetary Alignment")
    maker.requests.clear()
    outcomes = await follow(dell, *refs, "SR9999999999")
    assert (maker.requests["BulkDispatchesInquiry"], maker.requests["GetDispatchStatus"]) == (1, 3)
    assert outcomes[refs[0]].item.denial_reason == "Too little"
    assert (outcomes[refs[1]].item.status, outcomes[refs[1]].item.vendor_status) == (
        None, "Awaiting Planetary Alignment",
    )  # fmt: skip
    assert outcomes[refs[5]].item.status is ClaimStatus.UNDER_REVIEW
    assert outcomes["SR9999999999"].status is FetchStatus.MISSING


async def test_list_that_fails_is_made_up_for_one_by_one(dell, maker, follow, make_claim):
    refs = [(await dell.submit_claim(make_claim(id=f"SD-{n:010d}"))).ref for n in range(4)]
    maker.sandbox.faults([{"kind": "status", "action": "BulkDispatchesInquiry", "status": 500, "times": None}])
    outcomes = await follow(dell, *refs)
    assert {outcome.status for outcome in outcomes.values()} == {FetchStatus.FOUND}


async def test_one_claim_that_fails_spoils_no_other(dell, maker, follow, make_claim):
    refs = [(await dell.submit_claim(make_claim(id=f"SD-{n:010d}"))).ref for n in range(3)]
    maker.sandbox.faults([{"kind": "status", "action": "GetDispatchStatus", "status": 500, "times": 5}])
    outcomes = await follow(dell, *refs)
    statuses = [outcomes[ref].status for ref in refs]
    assert statuses == [FetchStatus.FAILED, FetchStatus.FOUND, FetchStatus.FOUND]


async def test_claiming_needs_its_grant_and_nothing_is_sent_without(maker, make_claim):
    async with maker.connector(grants=frozenset({"claims.resubmit"})) as dell:
        with pytest.raises(WriteNotGrantedError, match="not granted"):
            await dell.submit_claim(make_claim())
    assert maker.requests["CreateDispatch"] == 0


async def test_key_of_look_up_alone_cannot_claim(maker, device, make_claim):
    only = {"dispatch_client_id": None, "dispatch_client_secret": None}
    async with maker.connector(**only) as dell:
        assert "device" in blocking(dell, make_claim())
        parts = await dell.find_service_parts(device())
        assert {part.level.value for part in parts} == {"as_built"}
        with pytest.raises(UnsupportedError):
            await dell.find_claim(make_claim(), datetime(2026, 1, 1, tzinfo=UTC))


async def test_expired_password_is_told_before_sending_and_asked_once(maker_with, make_claim):
    with maker_with(password_ends_at=datetime(2026, 11, 19, tzinfo=UTC)) as maker:
        async with maker.connector() as dell:
            for _ in range(3):
                with pytest.raises(AuthenticationError, match="password has expired") as caught:
                    await dell.submit_claim(make_claim())
                assert "renew the password" in caught.value.hint
        assert dict(maker.requests) == {"token": 1, "CheckLogin": 1}
        assert maker.sandbox.dispatch.logins_refused == 0


async def test_password_that_ends_soon_is_a_warning(maker_with, make_claim):
    with maker_with(password_ends_at=datetime(2026, 11, 25, tzinfo=UTC)) as maker:
        async with maker.connector() as dell:
            receipt = await dell.submit_claim(make_claim())
    assert "ends on 2026-11-25" in receipt.warnings[0]


@pytest.mark.parametrize("word", ["is_locked", "is_inactive"])
async def test_locked_or_inactive_technician_is_told_and_left_alone(maker_with, word, make_claim):
    with maker_with(**{word: True}) as maker:
        async with maker.connector() as dell:
            for _ in range(2):
                with pytest.raises(AuthenticationError, match=word[3:]):
                    await dell.submit_claim(make_claim())
        assert maker.requests["CheckLogin"] == 1


async def test_wrong_password_is_sent_once_and_does_not_lock_the_login(maker, make_claim):
    async with maker.connector(technician_password="wrong-password") as dell:
        for _ in range(5):
            with pytest.raises(AuthenticationError) as caught:
                await dell.submit_claim(make_claim())
    assert maker.sandbox.dispatch.logins_refused == 1
    assert "wrong-password" not in f"{caught.value!r} {caught.value} {caught.value.detail}"


async def test_refusal_about_the_login_in_a_200_stops_as_well(dell, maker, make_claim):
    reason = "The password of this login has expired"
    maker.sandbox.faults([{"kind": "refuse", "action": "CreateDispatch", "reason": reason, "times": None}])
    for _ in range(2):
        with pytest.raises(AuthenticationError, match="expired"):
            await dell.submit_claim(make_claim())
    assert maker.requests["CreateDispatch"] == 1


async def test_refusal_about_the_customer_is_no_refusal_of_the_login(dell, maker, make_claim):
    reason = "Invalid branch, customer or track for this user"
    maker.sandbox.faults([{"kind": "refuse", "action": "CreateDispatch", "reason": reason}])
    with pytest.raises(RejectedError):
        await dell.submit_claim(make_claim())


async def test_wrong_relationship_names_those_that_techdirect_knows(maker, make_claim):
    async with maker.connector(track="Tier 9") as dell:
        with pytest.raises(PermissionDeniedError) as caught:
            await dell.submit_claim(make_claim())
    assert "North / Acme / Tier 1" in caught.value.hint
    assert maker.requests["CreateDispatch"] == 0


async def test_connection_test_looks_at_both_interfaces_and_the_technician(maker):
    async with maker.connector(grants=frozenset()) as dell:
        assert await dell.check_connection(()) == ()
    assert dict(maker.requests) == {"token": 2, "assets": 1, "CheckUser": 1, "CheckLogin": 1}


async def test_connection_test_may_try_again_after_a_refusal(maker_with, make_claim):
    with maker_with(is_locked=True) as maker:
        async with maker.connector() as dell:
            with pytest.raises(AuthenticationError):
                await dell.check_connection(())
            maker.sandbox.dispatch._options = replace(maker.sandbox.options, is_locked=False)
            await dell.check_connection(())
            assert (await dell.submit_claim(make_claim())).ref


async def test_following_that_fails_for_all_is_an_error(dell, maker, follow):
    maker.sandbox.faults([{"kind": "status", "action": "GetDispatchStatus", "status": 503, "times": None}])
    with pytest.raises(VendorUnavailableError):
        await follow(dell, "SR1000000001", "SR1000000002")
