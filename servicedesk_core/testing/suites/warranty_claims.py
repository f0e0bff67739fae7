"""What every connector that sends or follows claims must do, as tests that its author subclasses.

::

    class TestAcmeClaims(WarrantyClaimsSuite):
        @pytest.fixture
        async def connector(self, sandbox):
            async with opened(Acme, AcmeSettings(...), http=granted_http("claims.submit")) as acme:
                yield acme

        @pytest.fixture
        def vendor(self, sandbox):
            return AcmeVendor(sandbox)  # a ClaimVendor: what the tests may do behind the connector's back

        @pytest.fixture
        def claim(self):
            return Claim(id="SD-TEST0001", ...)  # one that the vendor accepts

A test of a hook that the connector does not implement, or of something that the stand-in cannot do, skips itself and
says so.
"""

from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import pytest

from servicedesk_core.clock import SystemClock
from servicedesk_core.domain.warranty import Attachment, Claim, ClaimReceipt, ClaimReport, ClaimStatus
from servicedesk_core.errors import OutcomeUnknownError, RejectedError, ServiceDeskError, TransientError
from servicedesk_core.hooks import Clock, FetchStatus, Found, Inconclusive, ProvenAbsent
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.http import HttpFactory, InMemoryLedger
from servicedesk_core.redaction import Redactor
from servicedesk_core.testing.suites.skipping import implements, require

UNKNOWN_WORD = "Awaiting Planetary Alignment"
"""A status word that no manufacturer has."""

CLAIM_GRANTS = ("claims.submit", "claims.resubmit", "claims.cancel", "claims.note", "claims.attach")
"""Every grant of the claims family."""


class ClaimVendor:
    """What the tests may do with the vendor's stand-in behind the connector's back.

    Override what your stand-in can do. Each method may be called once or often, always on the test's event loop. What
    is not overridden makes the tests that need it skip.
    """

    async def claims(self) -> int:
        """Return how many claims the vendor holds."""
        self._cannot("count its claims")

    async def lose_next_answer(self) -> None:
        """Accept the next submission, then let the connection break or time out before the answer."""
        self._cannot("lose an answer")

    async def refuse_next_in_a_success(self) -> None:
        """Refuse the next submission in an answer that calls itself a success: HTTP 200 with an error in it."""
        self._cannot("refuse in a success")

    async def refuse_next(self) -> None:
        """Refuse the next submission with a plain error of the vendor, such as HTTP 400."""
        self._cannot("refuse")

    async def say(self, ref: str, word: str) -> None:
        """Let the claim show a status word of the test's own."""
        del ref, word
        self._cannot("say an unknown word")

    async def deny(self, ref: str) -> None:
        """Deny the claim in a way that lets it be sent again."""
        del ref
        self._cannot("deny a claim")

    async def settle(self) -> None:
        """Let the vendor do what it does later by itself: name an asynchronous case, for example."""

    def _cannot(self, what: str) -> NoReturn:
        pytest.skip(f"{type(self).__name__} cannot {what}")


def granted_http(
    *grants: str, connection: str = "test", redactor: Redactor | None = None, clock: Clock | None = None, **options: Any
) -> HttpFactory:
    """Return the HTTP kit of a connection that may send what the grants allow, with a ledger of its own.

    Args:
        grants: What may be written; none = all of the claims family.
        connection: Name of the connection.
        redactor: Learns and masks secrets.
        clock: The time; the machine's own by default. Retries are slept for on it: see ``ImpatientClock``.
        **options: More arguments of :class:`HttpFactory`.
    """
    time = clock or SystemClock()
    return HttpFactory(
        connection=connection,
        ledger=InMemoryLedger(time),
        clock=time,
        grants=frozenset(grants or CLAIM_GRANTS),
        redactor=redactor or Redactor(),
        **options,
    )


async def _fetched(connector: AnyConnector, *refs: str) -> dict[str, ItemOutcome[ClaimReport]]:
    found: dict[str, ItemOutcome[ClaimReport]] = {}
    async with aclosing(connector.fetch_claims(refs)) as outcomes:  # type: ignore[type-var]  # a generator, by contract
        async for outcome in outcomes:
            assert outcome.ref not in found, f"{outcome.ref} was answered twice"
            found[outcome.ref] = outcome
    assert set(found) == set(refs), "every asked-for claim owes exactly one outcome, and nothing else may come"
    return found


class WarrantyClaimsSuite:
    """Subclass it in a test file and give it the fixtures ``connector``, ``claim`` and ``vendor``.

    Attributes:
        unknown_ref: A claim id of the right shape that the vendor does not have.
        secrets: Every secret that the connector's settings hold; none may appear in an error.
        looks: How often ``find_claim`` is asked for a claim that was accepted without a name, settling in between.
    """

    unknown_ref = "999999999"
    secrets: tuple[str, ...] = ()
    looks = 10

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector that may send claims; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    @pytest.fixture
    def claim(self) -> Claim:
        """Return a claim that the vendor accepts; the subclass overrides this when it can submit."""
        pytest.skip("there is no claim to send: override the fixture 'claim'")

    @pytest.fixture
    def vendor(self) -> ClaimVendor:
        """Return what can be done behind the connector's back; the subclass overrides this."""
        return ClaimVendor()

    @pytest.fixture
    async def unreachable_connector(self) -> AnyConnector:
        """Return an opened connector, with a token if it needs one, whose vendor refuses every connection."""
        pytest.skip("override the fixture 'unreachable_connector' to test a vendor that cannot be reached")

    async def test_a_good_claim_has_no_blocking_problem(self, connector: AnyConnector, claim: Claim) -> None:
        """The claim of the tests passes the connector's own check, twice alike, and the check leaves it as it is."""
        require(connector, "check_claim")
        before = claim.model_copy(deep=True)
        first, second = connector.check_claim(claim), connector.check_claim(claim)
        assert first == second
        assert claim == before
        assert [problem.reason for problem in first if problem.is_blocking] == []

    async def test_checking_sends_nothing(self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor) -> None:
        """A check is pure: the vendor holds as many claims as before."""
        require(connector, "check_claim")
        before = await vendor.claims()
        connector.check_claim(claim)
        assert await vendor.claims() == before

    async def test_a_claim_is_submitted_once_and_can_be_followed(
        self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor
    ) -> None:
        """One call makes one claim; the receipt, or ``find_claim``, names it; ``fetch_claims`` knows that name."""
        require(connector, "submit_claim")
        receipt = await connector.submit_claim(claim)
        ref = await self._named(connector, claim, receipt, vendor)
        if _counts(vendor):
            assert await vendor.claims() == 1
        if ref is not None and implements(connector, "fetch_claims"):
            outcome = (await _fetched(connector, ref))[ref]
            assert outcome.status is FetchStatus.FOUND, outcome.reason
            assert outcome.item is not None
            assert outcome.item.ref == ref

    async def test_a_submitted_claim_is_found(self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor) -> None:
        """A claim that certainly exists is never called absent."""
        require(connector, "submit_claim", "find_claim")
        before = datetime.now(UTC) - timedelta(seconds=5)
        receipt = await connector.submit_claim(claim)
        await vendor.settle()
        answer = await connector.find_claim(claim, before)
        assert not isinstance(answer, ProvenAbsent)
        if isinstance(answer, Found) and receipt.ref is not None:
            assert answer.ref == receipt.ref

    async def test_a_refusal_in_a_success_is_a_rejection(
        self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor
    ) -> None:
        """HTTP 200 that is an error creates nothing and is no receipt."""
        require(connector, "submit_claim")
        await vendor.refuse_next_in_a_success()
        with pytest.raises(RejectedError) as caught:
            await connector.submit_claim(claim)
        self._assert_discreet(caught.value, claim)
        if _counts(vendor):
            assert await vendor.claims() == 0

    async def test_a_plain_refusal_is_a_rejection(
        self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor
    ) -> None:
        """A refused claim is not in doubt: nothing was created, and a person may correct it."""
        require(connector, "submit_claim")
        await vendor.refuse_next()
        with pytest.raises(RejectedError) as caught:
            await connector.submit_claim(claim)
        self._assert_discreet(caught.value, claim)

    async def test_a_lost_answer_leaves_a_doubt_and_one_claim(
        self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor
    ) -> None:
        """The vendor accepted, the answer got lost: the outcome is unknown, and looking finds it or admits a doubt."""
        require(connector, "submit_claim")
        await vendor.lose_next_answer()
        attempted_at = datetime.now(UTC)
        with pytest.raises(OutcomeUnknownError) as caught:
            await connector.submit_claim(claim)
        self._assert_discreet(caught.value, claim)
        if _counts(vendor):
            assert await vendor.claims() == 1, "the connector must not send a submission again by itself"
        if not implements(connector, "find_claim"):
            return
        await vendor.settle()
        answer = await connector.find_claim(claim, attempted_at - timedelta(seconds=5))
        assert isinstance(answer, Found | Inconclusive), "an accepted claim must not be called absent"
        if _counts(vendor):
            assert await vendor.claims() == 1, "looking must not create anything"

    async def test_nothing_reaches_a_vendor_that_refuses_connections(
        self, unreachable_connector: AnyConnector, claim: Claim
    ) -> None:
        """A connection that was refused before a byte was sent is no doubt: it may simply be tried again later."""
        require(unreachable_connector, "submit_claim")
        with pytest.raises(TransientError) as caught:
            await unreachable_connector.submit_claim(claim)
        self._assert_discreet(caught.value, claim)

    async def test_an_unknown_status_word_is_kept_and_not_guessed(
        self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor
    ) -> None:
        """The word stands in ``vendor_status`` as the vendor wrote it, and ``status`` stays empty."""
        require(connector, "fetch_claims")
        ref = await self._existing(connector, claim, vendor)
        await vendor.say(ref, UNKNOWN_WORD)
        outcome = (await _fetched(connector, ref))[ref]
        assert outcome.item is not None
        assert outcome.item.status is None
        assert UNKNOWN_WORD in (outcome.item.vendor_status or "")

    async def test_every_asked_claim_owes_one_outcome(
        self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor
    ) -> None:
        """A claim that the vendor does not know is reported as such beside one that it knows, and spoils nothing."""
        require(connector, "fetch_claims")
        ref = await self._existing(connector, claim, vendor)
        found = await _fetched(connector, self.unknown_ref, ref)
        assert found[ref].status is FetchStatus.FOUND
        assert found[self.unknown_ref].status is not FetchStatus.FOUND

    async def test_following_changes_nothing(self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor) -> None:
        """Two looks at a claim that nobody touched tell the same."""
        require(connector, "fetch_claims")
        ref = await self._existing(connector, claim, vendor)
        first, second = (await _fetched(connector, ref))[ref], (await _fetched(connector, ref))[ref]
        assert first.item is not None
        assert second.item is not None
        assert first.item.model_dump(exclude={"raw"}) == second.item.model_dump(exclude={"raw"})

    async def test_a_denied_claim_can_be_sent_again(
        self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor
    ) -> None:
        """A denial is told as one, not as a rejection for good, and sending again makes no second claim."""
        require(connector, "submit_claim", "fetch_claims", "resubmit_claim")
        ref = await self._existing(connector, claim, vendor)
        await vendor.deny(ref)
        outcome = (await _fetched(connector, ref))[ref]
        assert outcome.item is not None
        assert outcome.item.status is ClaimStatus.DENIED
        await connector.resubmit_claim(ref, claim)
        if _counts(vendor):
            assert await vendor.claims() == 1

    async def test_notes_and_files_are_confirmed(
        self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor
    ) -> None:
        """What is added to a claim answers with a receipt."""
        note, attach = (
            hasattr(getattr(type(connector), hook), "servicedesk_impl")
            for hook in ("add_claim_note", "attach_to_claim")
        )
        if not note and not attach:
            pytest.skip(f"{type(connector).__name__} adds nothing to claims")
        ref = await self._existing(connector, claim, vendor)
        if note:
            assert isinstance(await connector.add_claim_note(ref, "SD-NOTE1", "The fan was swapped."), ClaimReceipt)
        if attach:
            log = Attachment(name="diagnostics.txt", media_type="text/plain", content=b"ok", kind="diagnostics")
            assert isinstance(await connector.attach_to_claim(ref, log), ClaimReceipt)

    async def _existing(self, connector: AnyConnector, claim: Claim, vendor: ClaimVendor) -> str:
        """Return the id of a claim at the vendor; override it for a connector that only follows claims."""
        require(connector, "submit_claim")
        receipt = await connector.submit_claim(claim)
        ref = await self._named(connector, claim, receipt, vendor)
        if ref is None:
            pytest.skip("the vendor names a new claim to nobody")
        return ref

    async def _named(
        self, connector: AnyConnector, claim: Claim, receipt: ClaimReceipt, vendor: ClaimVendor
    ) -> str | None:
        if receipt.ref is not None:
            return receipt.ref
        assert implements(connector, "find_claim"), "a receipt without a name needs find_claim"
        for _ in range(self.looks):
            await vendor.settle()
            answer = await connector.find_claim(claim, datetime.now(UTC) - timedelta(minutes=5))
            assert not isinstance(answer, ProvenAbsent), "the vendor confirmed it"
            if isinstance(answer, Found):
                return answer.ref
        return None

    def _assert_discreet(self, error: ServiceDeskError, claim: Claim) -> None:
        """No secret, and nothing that a client or a technician wrote, stands in an error."""
        said = " ".join((error.message, error.hint or "", error.detail or "", *getattr(error, "field_errors", ())))
        assert [secret for secret in self.secrets if secret in said] == []
        private = (claim.symptom, claim.troubleshooting, claim.contact.name, claim.contact.email or "")
        assert [text for text in private if len(text) > 12 and text in said] == []


def _counts(vendor: ClaimVendor) -> bool:
    return type(vendor).claims is not ClaimVendor.claims
