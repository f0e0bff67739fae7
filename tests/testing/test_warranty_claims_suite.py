"""The claims suite passes a connector that behaves, and catches each sin that it names."""

from decimal import Decimal

import pytest

from servicedesk_core.domain.logistics import Address, Person
from servicedesk_core.domain.warranty import (
    Claim,
    ClaimLine,
    ClaimProblem,
    ClaimReceipt,
    ClaimReport,
    ClaimService,
    ClaimStatus,
    DeviceRef,
)
from servicedesk_core.errors import NetworkError, OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import Connector, FetchStatus, Found, Inconclusive, ProvenAbsent, hookimpl
from servicedesk_core.hooks.context import ConnectorSettings
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.testing import make_context
from servicedesk_core.testing.suites.warranty_claims import ClaimVendor, WarrantyClaimsSuite

WORDS = {"New": ClaimStatus.UNDER_REVIEW, "Denied": ClaimStatus.DENIED}


def good_claim():
    return Claim(
        id="SD-TEST0001",
        device=DeviceRef(manufacturer="maker", serial_number="SN1"),
        service=ClaimService.PARTS,
        symptom="Fan rattles from time to time",
        troubleshooting="Swapped the fan with a spare",
        contact=Person(name="Example Person at Client", email="person@example.com"),
        ship_to=Address(name="Example Client", lines=("1 Example Street",), city="Exampletown", country="US"),
        lines=(ClaimLine(number=1, part_number="P1", quantity=Decimal(1)),),
    )


class Vendor(ClaimVendor):
    """A maker in memory."""

    def __init__(self):
        self.held = {}
        self.next = None
        self.down = False
        self.nameless = False

    async def claims(self):
        return len(self.held)

    async def lose_next_answer(self):
        self.next = "lost"

    async def refuse_next_in_a_success(self):
        self.next = "refused"

    async def refuse_next(self):
        self.next = "refused"

    async def say(self, ref, word):
        self.held[ref][1] = word

    async def deny(self, ref):
        self.held[ref][1] = "Denied"


class Maker(Connector):
    """A connector that behaves."""

    vendor: Vendor

    def _create(self, claim):
        if self.vendor.down:
            raise NetworkError("Connection refused.")
        after, self.vendor.next = self.vendor.next, None
        if after == "refused":
            raise RejectedError("At most four parts.")
        ref = f"C{len(self.vendor.held) + 1}"
        self.vendor.held[ref] = [claim.id, "New"]
        if after == "lost":
            raise OutcomeUnknownError("No answer.")
        return ref

    @hookimpl
    def check_claim(self, claim):
        return (ClaimProblem(field="time_zone", reason="would help", is_blocking=False),)

    @hookimpl
    async def submit_claim(self, claim):
        ref = self._create(claim)
        return ClaimReceipt(ref=None if self.vendor.nameless else ref, status=ClaimStatus.UNDER_REVIEW)

    @hookimpl
    async def resubmit_claim(self, ref, claim):
        self.vendor.held[ref][1] = "New"
        return ClaimReceipt(ref=ref, status=ClaimStatus.UNDER_REVIEW)

    @hookimpl
    async def add_claim_note(self, ref, note_id, text):
        return ClaimReceipt(ref=ref)

    @hookimpl
    async def find_claim(self, claim, attempted_at):
        ref = next((ref for ref, held in self.vendor.held.items() if held[0] == claim.id), None)
        return Found(ref) if ref else ProvenAbsent("searched by reference")

    @hookimpl
    async def fetch_claims(self, refs):
        for ref in reversed(refs):
            held = self.vendor.held.get(ref)
            if held is None:
                yield ItemOutcome(ref, FetchStatus.MISSING)
                continue
            report = ClaimReport(ref=ref, status=WORDS.get(held[1]), vendor_status=held[1])
            yield ItemOutcome(ref, FetchStatus.FOUND, report)


def maker(vendor, kind=Maker):
    connector = kind(make_context(ConnectorSettings()))
    connector.vendor = vendor
    return connector


class TestWellBehaved(WarrantyClaimsSuite):
    """Every test of the suite runs against it."""

    secrets = ("hunter2-hunter2",)

    @pytest.fixture
    def vendor(self):
        return Vendor()

    @pytest.fixture
    def claim(self):
        return good_claim()

    @pytest.fixture
    async def connector(self, vendor):
        return maker(vendor)

    @pytest.fixture
    async def unreachable_connector(self):
        away = Vendor()
        away.down = True
        return maker(away)


class TestNamesLater(TestWellBehaved):
    """A maker that accepts without naming the claim."""

    @pytest.fixture
    def vendor(self):
        vendor = Vendor()
        vendor.nameless = True
        return vendor


class Twice(Maker):
    """Sends again when the answer is lost."""

    @hookimpl
    async def submit_claim(self, claim):
        try:
            return ClaimReceipt(ref=self._create(claim))
        except OutcomeUnknownError:
            self._create(claim)
            raise


class Blind(Maker):
    """Calls an accepted claim absent."""

    @hookimpl
    async def find_claim(self, claim, attempted_at):
        return ProvenAbsent("looked at the wrong page")


class Guessing(Maker):
    """Takes an unknown word for something."""

    @hookimpl
    async def fetch_claims(self, refs):
        for ref in refs:
            yield ItemOutcome(ref, FetchStatus.FOUND, ClaimReport(ref=ref, status=ClaimStatus.UNDER_REVIEW))


class Trusting(Maker):
    """Takes a refusal for a receipt."""

    @hookimpl
    async def submit_claim(self, claim):
        try:
            return ClaimReceipt(ref=self._create(claim))
        except RejectedError:
            return ClaimReceipt(ref="C0")


class Talkative(Maker):
    """Puts what the client wrote and the password into the error."""

    @hookimpl
    async def submit_claim(self, claim):
        raise RejectedError(f"Refused: {claim.symptom}, password hunter2-hunter2")


SINS = [
    (Twice, "test_a_lost_answer_leaves_a_doubt_and_one_claim"),
    (Blind, "test_a_lost_answer_leaves_a_doubt_and_one_claim"),
    (Blind, "test_a_submitted_claim_is_found"),
    (Guessing, "test_an_unknown_status_word_is_kept_and_not_guessed"),
    (Guessing, "test_every_asked_claim_owes_one_outcome"),
    (Trusting, "test_a_refusal_in_a_success_is_a_rejection"),
    (Talkative, "test_a_plain_refusal_is_a_rejection"),
]


@pytest.mark.parametrize(("sinner", "test"), SINS, ids=lambda one: getattr(one, "__name__", one))
async def test_a_sin_is_caught(sinner, test):
    suite = WarrantyClaimsSuite()
    suite.secrets = ("hunter2-hunter2",)
    vendor = Vendor()
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await getattr(suite, test)(maker(vendor, sinner), good_claim(), vendor)


class FollowsOnly(Connector):
    """A connector that only follows claims."""

    @hookimpl
    async def fetch_claims(self, refs):
        for ref in refs:
            yield ItemOutcome(ref, FetchStatus.MISSING)


async def test_what_is_not_implemented_is_skipped():
    connector = FollowsOnly(make_context(ConnectorSettings()))
    with pytest.raises(pytest.skip.Exception, match="does not implement submit_claim"):
        await WarrantyClaimsSuite().test_a_claim_is_submitted_once_and_can_be_followed(
            connector, good_claim(), ClaimVendor()
        )
    with pytest.raises(pytest.skip.Exception, match="cannot count"):
        await ClaimVendor().claims()


async def test_the_doubt_of_a_lookup_is_no_sin():
    class Unsure(Maker):
        @hookimpl
        async def find_claim(self, claim, attempted_at):
            return Inconclusive("neither tag nor order number in the list", candidates=("C1",))

    vendor = Vendor()
    await WarrantyClaimsSuite().test_a_lost_answer_leaves_a_doubt_and_one_claim(
        maker(vendor, Unsure), good_claim(), vendor
    )
    assert len(vendor.held) == 1
