"""Hooks of connectors to manufacturers: what is covered, and claims."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from servicedesk_core.domain.warranty import (
    Attachment,
    Claim,
    ClaimProblem,
    ClaimReceipt,
    ClaimReport,
    DeviceRef,
    EntitlementPage,
    EntitlementResult,
    PartInfo,
)
from servicedesk_core.hooks.markers import hookspec
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.hooks.writing import FindResult


class WarrantySpecs:
    """How a manufacturer is asked for cover and for claims.

    A connector implements what its manufacturer offers: looking up, claiming, following, or all of it.
    """

    @hookspec
    def recognise(self, device: DeviceRef) -> DeviceRef | None:
        """Say whether a device is of this manufacturer. Pure and quick: no I/O; called for every device of the desk.

        Args:
            device: As another source states it: the manufacturer's name in any spelling, the serial number untrimmed.
                An empty manufacturer means that nobody knows it: then the shape of the serial number decides.

        Returns:
            The device as this manufacturer writes it, or ``None`` when it is not its own or the serial number cannot be
            one of its own. It says nothing about cover.

        Raises:
            Exception: A fault of the connector; the device counts as not recognised and the fault is reported.

        Added in 1.0.
        """

    @hookspec
    def find_entitlements(self, devices: Sequence[DeviceRef]) -> AsyncIterator[EntitlementResult]:
        """Look up what is covered; implement it as an async generator.

        Called with devices as ``recognise`` gave them back. Core asks for at most
        ``WarrantyCapability.devices_per_request`` of them at a time and has up to ``WarrantyCapability.parallel`` calls
        in flight; called with more, the connector cuts them into the vendor's batches. Must not change anything at the
        vendor.

        Args:
            devices: The devices, without duplicates.

        Yields:
            Exactly one result for each device, in any order, with the asked-for device in it. One bad serial number
            never spoils the others, and an empty answer never stands for "not covered": a device that the vendor left
            out of its answer is ``FAILED``, unless that is the vendor's way of saying that it does not know it:
            ``NOT_FOUND``. Dates are days in the maker's
            zone, the last one included; lifetime cover ends on ``9999-12-31`` or as the vendor says.

        Raises:
            AuthenticationError: The vendor rejected the credentials.
            ConnectorError: Nothing could be asked at all.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    def list_entitlements(self) -> AsyncIterator[EntitlementPage]:
        """List what is covered, of every device that the account has; implement it as an async generator.

        For manufacturers that list an account page by page, instead of answering for serial numbers or beside it. Core
        uses it where it costs fewer requests, and stops reading when what is left would cost more than asking. Where
        ``find_entitlements`` is implemented too, devices that the list does not name are asked for; else they are not
        found, and only by a list that was read to its end. Must not change anything at the vendor.

        Yields:
            Pages, each one request, of at most ``WarrantyCapability.listed_per_request`` devices; every device as
            ``recognise`` would give it back. The last page says ``last``, and only where the vendor's own word is that
            nothing follows: a page with fewer devices than were asked for is no such word. Ask in an order that does
            not change while it is read.

        Raises:
            AuthenticationError: The vendor rejected the credentials.
            ConnectorError: The list could not be read on; what was yielded stays good.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    def check_claim(self, claim: Claim) -> tuple[ClaimProblem, ...]:
        """Say why the manufacturer would refuse a claim. Pure and quick: no I/O; called while the claim is written.

        Args:
            claim: The claim, complete or not.

        Returns:
            The problems; empty = it can be sent. Warnings have ``is_blocking`` false.

        Raises:
            Exception: A fault of the connector; the claim cannot be sent.

        Added in 1.0.
        """

    @hookspec
    async def submit_claim(self, claim: Claim) -> ClaimReceipt:
        """Send a claim, once.

        Called after ``check_claim`` found no blocking problem, after the claim was approved and its intent was stored.
        ``claim.id`` must travel in the vendor's reference field if it has one.

        Args:
            claim: The claim.

        Returns:
            The vendor's confirmation. A refusal in an answer that calls itself a success is not one.

        Raises:
            RejectedError: The vendor refused it; nothing was created.
            OutcomeUnknownError: The request may have reached the vendor; ``find_claim`` is asked before anything else.
            TransientError: The request certainly did not reach the vendor.

        Added in 1.0.
        """

    @hookspec
    async def resubmit_claim(self, ref: str, claim: Claim) -> ClaimReceipt:
        """Send a denied claim again with better evidence, once.

        Args:
            ref: The vendor's id of the denied claim.
            claim: The claim as it stands now.

        Returns:
            The vendor's confirmation; its ``ref`` may differ.

        Raises:
            RejectedError: The vendor refused it, for example after too many denials.
            OutcomeUnknownError: The request may have reached the vendor.
            TransientError: The request certainly did not reach the vendor.

        Added in 1.0.
        """

    @hookspec
    async def cancel_claim(self, ref: str, reason: str) -> ClaimReceipt:
        """Withdraw a claim.

        Args:
            ref: The vendor's id of the claim.
            reason: Why, for the vendor.

        Returns:
            The vendor's confirmation.

        Raises:
            RejectedError: It is too late.
            OutcomeUnknownError: The request may have reached the vendor; ``fetch_claims`` tells.
            TransientError: The request certainly did not reach the vendor.

        Added in 1.0.
        """

    @hookspec
    async def add_claim_note(self, ref: str, note_id: str, text: str) -> ClaimReceipt:
        """Tell the manufacturer something about a claim.

        Args:
            ref: The vendor's id of the claim.
            note_id: Our own id of the note.
            text: What to say; the manufacturer reads it.

        Returns:
            The vendor's confirmation.

        Raises:
            RejectedError: The vendor refused it.
            OutcomeUnknownError: The request may have reached the vendor.
            TransientError: The request certainly did not reach the vendor.

        Added in 1.0.
        """

    @hookspec
    async def attach_to_claim(self, ref: str, attachment: Attachment) -> ClaimReceipt:
        """Add a file to a claim.

        Args:
            ref: The vendor's id of the claim.
            attachment: The file.

        Returns:
            The vendor's confirmation.

        Raises:
            RejectedError: The vendor refused it: too large, or of a wrong type.
            OutcomeUnknownError: The request may have reached the vendor.
            TransientError: The request certainly did not reach the vendor.

        Added in 1.0.
        """

    @hookspec
    async def find_claim(self, claim: Claim, attempted_at: datetime) -> FindResult:
        """Look for a claim whose fate is unknown.

        Args:
            claim: The claim that may have been created.
            attempted_at: When sending began; nothing older can be it.

        Returns:
            ``Found``, or ``ProvenAbsent`` only when the way of looking proves it, else ``Inconclusive``. ``None`` and
            an exception count as ``Inconclusive``.

        Added in 1.0.
        """

    @hookspec
    def fetch_claims(self, refs: Sequence[str]) -> AsyncIterator[ItemOutcome[ClaimReport]]:
        """Read how claims stand; implement it as an async generator.

        Args:
            refs: The vendor's ids, without duplicates.

        Yields:
            Exactly one outcome for each id, in any order. A status word without a meaning here leaves ``status`` at
            ``None`` and stands in ``vendor_status``.

        Raises:
            ConnectorError: Nothing could be asked at all.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def find_service_parts(self, device: DeviceRef) -> tuple[PartInfo, ...]:
        """List the service parts of a device.

        Args:
            device: A device that ``recognise`` accepted.

        Returns:
            The parts; empty when the manufacturer lists none.

        Raises:
            NotFoundError: The manufacturer does not know the device.
            ConnectorError: The vendor could not be asked.

        Added in 1.0.
        """
