"""Every hook of warranty works through the façade, with a connector that keeps everything in memory."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from servicedesk_core.domain.logistics import Address, Person, Shipment
from servicedesk_core.domain.warranty import (
    Attachment,
    Claim,
    ClaimLine,
    ClaimProblem,
    ClaimReceipt,
    ClaimReport,
    ClaimService,
    ClaimStatus,
    ClaimStep,
    Credit,
    CreditKind,
    CreditState,
    Delivery,
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LineDecision,
    LookupOutcome,
    PartInfo,
    PartLevel,
    PartReturn,
    ReturnState,
    VendorReference,
)
from servicedesk_core.errors import OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import (
    Connector,
    FetchStatus,
    Found,
    ProvenAbsent,
    hookimpl,
)
from servicedesk_core.hooks.outcomes import ItemOutcome

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SITE = Address(name="Example Client", lines=("1 Example Street",), city="Exampletown", country="US")


def outcomes(known, refs):
    for ref in refs:
        found = ref in known
        yield ItemOutcome(ref, FetchStatus.FOUND if found else FetchStatus.MISSING, known.get(ref))


class Maker(Connector):
    """A manufacturer."""

    def __init__(self, ctx):
        super().__init__(ctx)
        self.claims = {}
        self.answers_get_lost = False

    @hookimpl
    def recognise(self, device):
        if device.manufacturer.casefold() not in {"maker", "maker inc."}:
            return None
        return device.model_copy(update={"manufacturer": "maker", "serial_number": device.serial_number.strip()})

    @hookimpl
    async def find_entitlements(self, devices):
        for device in reversed(devices):
            if device.serial_number == "UNKNOWN":
                yield EntitlementResult(device=device, outcome=LookupOutcome.NOT_FOUND, reason="no such serial number")
                continue
            base = Entitlement(
                kind=EntitlementKind.BASE,
                starts_on=date(2023, 1, 1),
                ends_on=date(2024, 12, 31),
                delivery=Delivery.ON_SITE,
                covers_hardware=True,
            )
            software = Entitlement(kind=EntitlementKind.OTHER, ends_on=date(2099, 1, 1), covers_hardware=False)
            yield EntitlementResult(device=device, outcome=LookupOutcome.FOUND, entitlements=(base, software))

    @hookimpl
    def check_claim(self, claim):
        return () if claim.troubleshooting else (ClaimProblem(field="troubleshooting", reason="is asked for"),)

    @hookimpl
    async def submit_claim(self, claim):
        if any(line.quantity > 4 for line in claim.lines):
            raise RejectedError("At most four parts.", field_errors=("lines",))
        ref = f"C{len(self.claims) + 1}"
        self.claims[ref] = claim
        if self.answers_get_lost:
            raise OutcomeUnknownError("No answer.")
        return ClaimReceipt(ref=ref, status=ClaimStatus.UNDER_REVIEW, vendor_status="NEW")

    @hookimpl
    async def resubmit_claim(self, ref, claim):
        self.claims[ref] = claim
        return ClaimReceipt(ref=ref, status=ClaimStatus.UNDER_REVIEW)

    @hookimpl
    async def cancel_claim(self, ref, reason):
        del self.claims[ref]
        return ClaimReceipt(ref=ref, status=ClaimStatus.CANCELLED)

    @hookimpl
    async def add_claim_note(self, ref, note_id, text):
        return ClaimReceipt(ref=ref, other_refs=(VendorReference(kind="note", value=note_id),))

    @hookimpl
    async def attach_to_claim(self, ref, attachment):
        return ClaimReceipt(ref=ref, warnings=(f"{len(attachment.content)} bytes",))

    @hookimpl
    async def find_claim(self, claim, attempted_at):
        ref = next((ref for ref, known in self.claims.items() if known.id == claim.id), None)
        return Found(ref) if ref else ProvenAbsent("searched by reference")

    @hookimpl
    async def fetch_claims(self, refs):
        report = ClaimReport(
            ref="C1",
            status=ClaimStatus.AWAITING_RETURN,
            vendor_status="RET",
            decisions=(LineDecision(number=1, is_approved=True, approved_quantity=Decimal(1)),),
            shipments=(Shipment(carrier="Example Post", tracking="T1", quantity=Decimal(1)),),
            returns=(PartReturn(line=1, state=ReturnState.DUE, due_on=date(2024, 6, 1)),),
            credits=(
                Credit(kind=CreditKind.PARTS, state=CreditState.EXPECTED, claimed=Decimal("9.90"), currency="USD"),
            ),
            history=(ClaimStep(at=NOW, vendor_status="NEW", status=ClaimStatus.UNDER_REVIEW),),
        )
        for outcome in outcomes({"C1": report}, refs):
            yield outcome

    @hookimpl
    async def find_service_parts(self, device):
        return (PartInfo(number="P1", description="Fan", level=PartLevel.AS_BUILT),)


LAPTOP = DeviceRef(manufacturer="maker", serial_number="SN1")
CLAIM = Claim(
    id="our-claim-1",
    device=LAPTOP,
    service=ClaimService.PARTS,
    symptom="Does not start",
    contact=Person(name="Example Person", email="desk@example.com"),
    ship_to=SITE,
    lines=(ClaimLine(number=1, part_number="P1", quantity=Decimal(1)),),
)


async def everything(stream):
    return [item async for item in stream]


async def test_a_manufacturer_is_asked_for_cover_and_parts(calls_of):
    calls = calls_of(Maker)
    assert calls.recognise(DeviceRef(manufacturer="Maker Inc.", serial_number=" SN1 ")) == LAPTOP
    assert calls.recognise(DeviceRef(manufacturer="Other", serial_number="SN1")) is None
    unknown = DeviceRef(manufacturer="maker", serial_number="UNKNOWN")
    by_device = {one.device: one for one in await everything(calls.find_entitlements((LAPTOP, unknown)))}
    assert by_device[LAPTOP].covered_on(date(2024, 12, 31)) is True
    assert by_device[LAPTOP].covered_on(date(2025, 1, 1)) is False
    assert by_device[unknown].covered_on(date(2024, 1, 1)) is None
    assert [part.number for part in await calls.find_service_parts(LAPTOP)] == ["P1"]


async def test_a_claim_is_checked_sent_followed_and_withdrawn(calls_of):
    calls = calls_of(Maker)
    assert [problem.field for problem in calls.check_claim(CLAIM)] == ["troubleshooting"]
    claim = CLAIM.model_copy(update={"troubleshooting": "Swapped the fan"})
    assert calls.check_claim(claim) == ()
    receipt = await calls.submit_claim(claim)
    assert receipt.status is ClaimStatus.UNDER_REVIEW
    assert await calls.find_claim(claim, NOW) == Found("C1")
    found, missing = await everything(calls.fetch_claims(("C1", "C9")))
    assert (found.item.returns[0].state, found.item.credits[0].claimed) == (ReturnState.DUE, Decimal("9.90"))
    assert (missing.status, missing.item) == (FetchStatus.MISSING, None)
    assert (await calls.resubmit_claim("C1", claim)).ref == "C1"
    assert (await calls.add_claim_note("C1", "n1", "Hello")).other_refs[0].value == "n1"
    attachment = Attachment(name="log.txt", media_type="text/plain", content=b"12345")
    assert (await calls.attach_to_claim("C1", attachment)).warnings == ("5 bytes",)
    assert "12345" not in repr(attachment)
    assert (await calls.cancel_claim("C1", "Works again")).status is ClaimStatus.CANCELLED
    assert await calls.find_claim(claim, NOW) == ProvenAbsent("searched by reference")


async def test_a_claim_whose_answer_got_lost_is_found_again(calls_of):
    class Lossy(Maker):
        def __init__(self, ctx):
            super().__init__(ctx)
            self.answers_get_lost = True

    calls = calls_of(Lossy)
    with pytest.raises(OutcomeUnknownError):
        await calls.submit_claim(CLAIM)
    assert await calls.find_claim(CLAIM, NOW) == Found("C1")


def test_cover_without_an_end_is_unknown_and_never_guessed():
    def covered(**row):
        result = EntitlementResult(
            device=LAPTOP,
            outcome=LookupOutcome.FOUND,
            entitlements=(Entitlement(kind=EntitlementKind.BASE, **row),),
        )
        return result.covered_on(date(2024, 1, 1))

    assert covered(covers_hardware=True) is None
    assert covered(ends_on=date(2025, 1, 1)) is None
    assert covered(starts_on=date(2024, 6, 1), ends_on=date(2025, 1, 1), covers_hardware=True) is False


def test_money_is_never_a_float():
    with pytest.raises(ValueError, match="float"):
        Credit(kind=CreditKind.PARTS, state=CreditState.EXPECTED, claimed=9.9, currency="USD")
