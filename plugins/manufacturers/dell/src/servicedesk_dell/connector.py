"""The connector: what core calls. Each hook is a few lines over the rooms below."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from servicedesk_core import hookimpl
from servicedesk_core.domain.warranty import (
    Claim,
    ClaimProblem,
    ClaimReceipt,
    ClaimReport,
    DeviceRef,
    EntitlementResult,
    PartInfo,
)
from servicedesk_core.errors import ConnectorError, OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import (
    Capabilities,
    Connector,
    ConnectorContext,
    ConnectorSettings,
    FindResult,
    Inconclusive,
    ItemOutcome,
    StreamCheck,
    VendorIdentity,
)
from servicedesk_dell.api.dispatch import Created, DispatchApi
from servicedesk_dell.api.profile import VENDOR
from servicedesk_dell.api.warranty import WarrantyApi
from servicedesk_dell.capabilities import capabilities
from servicedesk_dell.following import follow
from servicedesk_dell.lookup import Lookup
from servicedesk_dell.meaning import devices as our_devices
from servicedesk_dell.meaning.claims import new_dispatch, repeated_dispatch
from servicedesk_dell.meaning.problems import problems
from servicedesk_dell.meaning.reports import receipt
from servicedesk_dell.parts import service_parts
from servicedesk_dell.settings import DellSettings
from servicedesk_dell.technician import admitted, check_account, refusal

NO_SUCH_TAG = "ZZZZZZ0"
"""Asked for when only the way to the vendor is to be tried."""
_CLOCKS_DIFFER = timedelta(minutes=5)
_LATECOMERS = timedelta(minutes=15)
_LONGEST_NOTE = 300
_SUCCESS, _REFUSAL = "Success", "ValidationError"


class Dell(Connector[DellSettings]):
    """One connection to Dell: warranty look-up, and claims by Self-Dispatch."""

    Settings: ClassVar[type[ConnectorSettings]] = DellSettings

    def __init__(self, ctx: ConnectorContext[DellSettings]) -> None:
        super().__init__(ctx)
        self._warranty = WarrantyApi(ctx)
        self._dispatch = DispatchApi(ctx)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be asked and claimed, and how access is obtained."""
        return capabilities(self.ctx.settings)

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the account by the operator's word or by its key, as Dell tells no other; show whom it claims for."""
        settings = self.ctx.settings
        account = settings.account or settings.warranty_client_id or settings.dispatch_client_id or ""
        name = " / ".join(part for part in (settings.branch, settings.customer, settings.track) if part)
        return VendorIdentity(vendor=VENDOR, account=account, name=name)

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Ask each interface once that has a key; the technician's account is looked at too."""
        del streams
        if self.ctx.settings.can_look_up:
            await self._warranty.headers([NO_SUCH_TAG])
        if self.ctx.settings.can_claim:
            self._dispatch.forget_refusal()
            check_account(self.ctx, self._dispatch, await self._dispatch.check_user())
            for warning in await admitted(self.ctx, self._dispatch):
                self.ctx.log.warning("%s", warning)
        return ()

    @hookimpl
    def recognise(self, device: DeviceRef) -> DeviceRef | None:
        """Recognise Dell's names, service tags and Express Service Codes."""
        return our_devices.recognise(device)

    @hookimpl
    async def find_entitlements(self, devices: Sequence[DeviceRef]) -> AsyncIterator[EntitlementResult]:
        """Ask for a hundred devices at a time."""
        lookup = Lookup(self._warranty, self.ctx.settings.service_levels, self.ctx.clock, self.ctx.log)
        async for result in lookup.ask(devices):
            yield result

    @hookimpl
    async def find_service_parts(self, device: DeviceRef) -> tuple[PartInfo, ...]:
        """List the parts that a claim may name; asked for once in thirty days."""
        return await service_parts(self.ctx, self._dispatch, self._warranty, device)

    @hookimpl
    def check_claim(self, claim: Claim) -> tuple[ClaimProblem, ...]:
        """Hold a claim against everything that Dell is known to refuse."""
        return tuple(problems(claim, self.ctx.settings))

    @hookimpl
    async def submit_claim(self, claim: Claim) -> ClaimReceipt:
        """Ask whether the technician may claim, then make the dispatch, once."""
        self._refuse_what_dell_refuses(claim)
        warnings = await admitted(self.ctx, self._dispatch)
        created = await self._dispatch.create(new_dispatch(claim, self.ctx.settings))
        if created.code is None or created.result not in {None, _SUCCESS}:
            raise self._not_done(created, is_refusal=created.result == _REFUSAL and created.code is None)
        return receipt(self._discreet(created), warnings=warnings)

    @hookimpl
    async def resubmit_claim(self, ref: str, claim: Claim) -> ClaimReceipt:
        """Send a denied dispatch again with its new note and parts; files do not travel."""
        self._refuse_what_dell_refuses(claim)
        warnings = await admitted(self.ctx, self._dispatch)
        created = await self._dispatch.resubmit(repeated_dispatch(ref, claim))
        # Without a result, notes are reasons here; the code of the claim may stand in a refusal too.
        if created.result != _SUCCESS and (created.result is not None or created.code is None or created.notes):
            raise self._not_done(created, is_refusal=created.result == _REFUSAL)
        left_out = ("Files do not travel with a resubmission.",) if claim.attachments else ()
        return receipt(self._discreet(created), ref=ref, warnings=warnings + left_out)

    @hookimpl
    async def find_claim(self, claim: Claim, attempted_at: datetime) -> FindResult:
        """List what was claimed since: candidates for a person, because Dell's list names neither tag nor reference."""
        rows = await self._dispatch.bulk(attempted_at - _CLOCKS_DIFFER)
        look_for = f"service tag {claim.device.serial_number} and reference {claim.id}"
        if rows:
            listed = "one dispatch" if len(rows) == 1 else f"{len(rows)} dispatches"
            return Inconclusive(
                f"Dell lists {listed} made since, without saying for what. Open what belongs to no other claim in "
                f"TechDirect and look for {look_for}.",
                candidates=tuple(row.code for row in rows),
            )
        return Inconclusive(
            f"Dell lists no dispatch made since; it may list it late. Look in TechDirect for {look_for}.",
            ask_again_at=self.ctx.clock.now() + _LATECOMERS,
        )

    @hookimpl
    async def fetch_claims(self, refs: Sequence[str]) -> AsyncIterator[ItemOutcome[ClaimReport]]:
        """Follow many claims by one list, and one by one where a list does not tell enough."""
        ctx = self.ctx
        outcomes = follow(self._dispatch, refs, now=ctx.clock.now(), days=ctx.settings.bulk_days, log=ctx.log)
        async for outcome in outcomes:
            yield outcome

    def _refuse_what_dell_refuses(self, claim: Claim) -> None:
        """Core has checked the claim; a claim that Dell must refuse is not sent by anybody else either."""
        blocking = [problem for problem in problems(claim, self.ctx.settings) if problem.is_blocking]
        if blocking:
            raise RejectedError(
                "Dell would refuse this claim; nothing was sent.",
                field_errors=tuple(f"{problem.field} {problem.reason}" for problem in blocking),
                hint="Correct what 'servicedesk claims check' names.",
                connection=self.ctx.connection,
            )

    def _not_done(self, created: Created, *, is_refusal: bool) -> ConnectorError:
        """Return the error for an answer that confirms nothing: a refusal, or a doubt."""
        if not is_refusal:
            return OutcomeUnknownError(
                "Dell's answer calls itself neither a success nor a refusal.",
                hint="It is looked up before it is sent again.",
                connection=self.ctx.connection,
            )
        notes = self._discreet(created).notes
        return refusal(self._dispatch, notes) or RejectedError(
            "Dell refused the claim; nothing was done.",
            field_errors=notes,
            hint="Correct the claim and submit it again.",
            connection=self.ctx.connection,
        )

    def _discreet(self, created: Created) -> Created:
        """Return the answer with notes that are short and hold no secret, whatever Dell puts into them."""
        password = self.ctx.settings.technician_password
        secret = password.get_secret_value() if password else ""
        notes = (note.replace(secret, "***") if secret else note for note in created.notes)
        return Created(
            result=created.result,
            code=created.code,
            dispatch_id=created.dispatch_id,
            status=created.status,
            notes=tuple(" ".join(note.split())[:_LONGEST_NOTE] for note in notes),
        )
