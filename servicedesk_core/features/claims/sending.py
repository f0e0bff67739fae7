"""Sending claims, and what is told about those that a manufacturer has: shown first, sent once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain.warranty import ClaimProblem, ClaimRules, ClaimState
from servicedesk_core.errors import ClaimStateError
from servicedesk_core.faces import Awaited, Manner, method
from servicedesk_core.features.claims import drafts
from servicedesk_core.features.claims.model import ClaimDetail, ClaimFile, ClaimPreview
from servicedesk_core.features.claims.preparing import ClaimsDesk, checked_claim, stored_claim
from servicedesk_core.features.claims.queries import ClaimQueries
from servicedesk_core.features.claims.rules import rules_of
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.features.claims.writes import notes, proposing
from servicedesk_core.features.claims.writes.content import ClaimWrite, values_of
from servicedesk_core.features.claims.writes.sender import ClaimSender
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.store.queries.scope import Scope


class ClaimSending(ClaimQueries[Manner]):
    """Shows what would leave, and sends it."""

    desk: ClaimsDesk

    @method(Capability.CLAIMS_SEND)
    async def preview(
        self: "ClaimSending[Awaited]",
        claim: str,
        *,
        again: bool | None = None,
        force: bool = False,
        scope: Scope | None = None,
    ) -> ClaimPreview:
        """Return exactly what :meth:`submit` or :meth:`resubmit` would send, and where to. Sends nothing.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            again: Only as :meth:`resubmit` would, or only as :meth:`submit`; ``None`` = whichever can.
            force: As for :meth:`submit`.
            scope: Only a claim that it lets through.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimIncompleteError: Something blocks it; names all of it.
            ClaimStateError: It cannot be sent as it stands.
            WriteNotGrantedError: The configuration does not grant it.
            ServiceDeskError: The manufacturer's connection cannot be opened.
        """
        stored, checked, found = await checked_claim(self.desk, claim, scope)
        if again is not None:
            _ensure_denied(stored, again=again)
        proposing.ensure_sendable(stored)
        content = checked.required(stored.claim_id)
        proposing.ensure_covered(stored, force=force)
        opened = self._sendable(stored, await self._opened(stored))
        kind = ClaimWrite.RESUBMIT if stored.progress.state is ClaimState.DENIED else ClaimWrite.SUBMIT
        warnings = tuple(problem for problem in checked.problems if not problem.is_blocking)
        return self._leaving(stored, opened, kind, values_of(content, found), warnings)

    @method(Capability.CLAIMS_SEND)
    async def preview_update(
        self: "ClaimSending[Awaited]",
        claim: str,
        kind: ClaimWrite,
        values: Mapping[str, Any],
        *,
        scope: Scope | None = None,
    ) -> ClaimPreview | None:
        """Return what a note, a file or a withdrawal would send, and where to. Sends nothing.

        Args:
            claim: Our id of the claim, the number, or the manufacturer's id.
            kind: What is to be told: :attr:`ClaimWrite.NOTE`, :attr:`~ClaimWrite.ATTACH` or :attr:`~ClaimWrite.CANCEL`.
            values: What would leave.
            scope: Only a claim that it lets through.

        Returns:
            What would leave; ``None`` when nothing does, because a claim is withdrawn that the manufacturer does not
            have, or that a person sends.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimStateError: The manufacturer does not have it, or it is over.
            UnsupportedError: The manufacturer takes no such thing from programs.
            WriteNotGrantedError: The configuration does not grant it.
            ServiceDeskError: The manufacturer's connection cannot be opened.
        """
        stored = await stored_claim(self.desk, claim, scope)
        if kind is ClaimWrite.CANCEL and not _is_theirs(stored):
            return None
        proposing.ensure_tellable(stored)
        return self._leaving(stored, self._sendable(stored, await self._opened(stored)), kind, dict(values), ())

    def _leaving(
        self,
        stored: StoredClaim,
        opened: OpenConnection,
        kind: ClaimWrite,
        values: dict[str, Any],
        warnings: tuple[ClaimProblem, ...],
    ) -> ClaimPreview:
        handling = ClaimSender(self.desk.store, self.desk.clock).handling(opened.calls, kind.value)
        self.desk.outbox.grants.ensure(opened.name, kind.value)
        identity = opened.identity
        return ClaimPreview(
            claim_id=stored.claim_id,
            kind=kind.value,
            connection=opened.name,
            environment=opened.settings.environment,
            vendor=opened.capabilities.vendor,
            account=f"{identity.name} ({identity.account})"
            if identity and identity.name
            else (identity.account if identity else None),
            values=values,
            side_effects=handling.side_effects,
            warnings=warnings,
        )

    @method(Capability.CLAIMS_SEND)
    async def submit(
        self: "ClaimSending[Awaited]",
        claim: str,
        *,
        force: bool = False,
        shown: ClaimPreview | None = None,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Send a claim to its manufacturer, once. Changes an outside system.

        The claim is checked, stored as a write, approved by the caller and sent. Of two who do it at once, one gets an
        error; an attempt whose fate is unknown leaves the claim in doubt and is never repeated without proof.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            force: Send it although the device was not covered on the day of the failure, as far as the desk knows.
            shown: What somebody has seen and agreed to, from :meth:`preview`: nothing else is sent.
            scope: Only a claim that it lets through.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimIncompleteError: Something blocks it; names all of it. Or the device was not covered.
            ClaimStateError: It is on its way, was sent already, or is not what was shown any more.
            WriteNotGrantedError: The configuration does not grant it.
            ServiceDeskError: The manufacturer's connection cannot be opened.
        """
        return await self._send(claim, again=False, force=force, shown=shown, scope=scope)

    @method(Capability.CLAIMS_SEND)
    async def resubmit(
        self: "ClaimSending[Awaited]",
        claim: str,
        *,
        force: bool = False,
        shown: ClaimPreview | None = None,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Send a denied claim again. Changes an outside system.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            force: As for :meth:`submit`.
            shown: As for :meth:`submit`.
            scope: Only a claim that it lets through.

        Raises:
            ClaimStateError: It is not denied, or was denied as often as the manufacturer allows.
            ServiceDeskError: As for :meth:`submit`.
        """
        return await self._send(claim, again=True, force=force, shown=shown, scope=scope)

    @method(Capability.CLAIMS_SEND)
    async def note(self: "ClaimSending[Awaited]", claim: str, text: str, *, scope: Scope | None = None) -> ClaimDetail:
        """Tell the manufacturer something about a claim. Changes an outside system.

        Raises:
            ClaimStateError: The manufacturer does not have the claim, or it is over.
            WriteNotGrantedError: The configuration does not grant it.
        """
        return await self._tell(claim, ClaimWrite.NOTE, scope, text=text)

    @method(Capability.CLAIMS_DRAFT)
    async def attach(
        self: "ClaimSending[Awaited]",
        claim: str,
        *,
        name: str,
        content: bytes,
        media_type: str,
        kind: str = "other",
        send: bool = False,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Add a file to a claim; it goes with the claim when that is sent.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            name: File name.
            content: The file.
            media_type: Media type.
            kind: ``proof_of_purchase``, ``diagnostics``, ``photo`` or ``other``.
            send: Send it to the manufacturer now. Changes an outside system.
            scope: Only a claim that it lets through.

        Raises:
            ClaimStateError: The claim is on its way, or over; or the manufacturer does not have it and it was to be
                sent now.
        """
        stored = await stored_claim(self.desk, claim, scope)
        if send:
            self.desk.permitted(Capability.CLAIMS_SEND, "claims.attach")
            await self._ready_to_tell(stored, ClaimWrite.ATTACH)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor
        file = await self.desk.store.write(
            lambda tx: drafts.add_file(
                tx, stored, name=name, media_type=media_type, kind=kind, content=content, actor=actor, now=now
            )
        )
        if send:
            return await self._tell(claim, ClaimWrite.ATTACH, scope, file=file)
        return await self.get(stored.claim_id, scope=scope)

    @method(Capability.CLAIMS_SEND)
    async def cancel(
        self: "ClaimSending[Awaited]", claim: str, reason: str, *, scope: Scope | None = None
    ) -> ClaimDetail:
        """Withdraw a claim; at the manufacturer if it has it. May change an outside system.

        Raises:
            ClaimStateError: It is on its way or over.
            UnsupportedError: The manufacturer takes no withdrawals from programs.
            WriteNotGrantedError: The configuration does not grant it.
        """
        stored = await stored_claim(self.desk, claim, scope)
        if _is_theirs(stored):
            return await self._tell(claim, ClaimWrite.CANCEL, scope, text=reason)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor
        await self.desk.store.write(lambda tx: drafts.withdraw(tx, stored, reason=reason, actor=actor, now=now))
        return await self.get(stored.claim_id, scope=scope)

    async def _send(
        self: "ClaimSending[Awaited]",
        claim: str,
        *,
        again: bool,
        force: bool,
        shown: ClaimPreview | None,
        scope: Scope | None,
    ) -> ClaimDetail:
        stored, checked, found = await checked_claim(self.desk, claim, scope)
        _ensure_denied(stored, again=again)
        proposing.ensure_sendable(stored)
        content = checked.required(stored.claim_id)
        proposing.ensure_covered(stored, force=force)
        opened = self._sendable(stored, await self._opened(stored))
        _ensure_takes_more(stored, rules_of(opened.calls))
        kind = ClaimWrite.RESUBMIT if again else ClaimWrite.SUBMIT
        self.desk.outbox.grants.ensure(opened.name, kind.value)
        if shown is not None:
            _ensure_as_shown(self._leaving(stored, opened, kind, values_of(content, found), ()), shown)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor

        def work(tx: Tx) -> int:
            ready = drafts.validated(tx, stored, actor=actor, now=now)
            return proposing.submit(tx, ready, content, found, actor=actor, now=now, force=force).id

        number = await self.desk.store.write(work)
        await self.desk.outbox.approve_own((number,), send=True)
        await self._send_notes(stored.claim_id)
        return await self.get(stored.claim_id, scope=scope)

    async def _tell(
        self: "ClaimSending[Awaited]",
        claim: str,
        kind: ClaimWrite,
        scope: Scope | None,
        *,
        text: str = "",
        file: ClaimFile | None = None,
    ) -> ClaimDetail:
        stored = await stored_claim(self.desk, claim, scope)
        await self._ready_to_tell(stored, kind)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor
        write = await self.desk.store.write(
            lambda tx: proposing.tell(tx, stored, kind, actor=actor, now=now, text=text, file=file)
        )
        await self.desk.outbox.approve_own((write.id,), send=True)
        await self._send_notes(stored.claim_id)
        return await self.get(stored.claim_id, scope=scope)

    async def _ready_to_tell(self, stored: StoredClaim, kind: ClaimWrite) -> None:
        proposing.ensure_tellable(stored)
        opened = self._sendable(stored, await self._opened(stored))
        ClaimSender(self.desk.store, self.desk.clock).handling(
            opened.calls, kind.value
        )  # whether it can be done, then may
        self.desk.outbox.grants.ensure(opened.name, kind.value)

    async def _send_notes(self, claim_id: str = "") -> None:
        """Send the notes that were approved with the steps they tell of: of one claim, or of all."""
        if self.desk.settings.claims.ticket_notes == "send":
            now = self.desk.clock.now()
            waiting = await self.desk.store.read(lambda tx: notes.waiting(tx, now, claim_id))
            for name, numbers in waiting.items():
                await self.desk.outbox.run(name, only=numbers)

    async def _opened(self, stored: StoredClaim) -> OpenConnection | None:
        if stored.connection is None or stored.connection not in self.desk.settings.connections:
            return None
        return await self.desk.host.open(stored.connection)

    def _sendable(self, stored: StoredClaim, opened: OpenConnection | None) -> OpenConnection:
        if opened is None or stored.by_hand:
            raise ClaimStateError(
                f"Claim {stored.claim_id} is sent by hand: no connection here sends claims to {stored.manufacturer}.",
                hint=f"`servicedesk claims pack {stored.claim_id}` writes what to send; "
                f"`servicedesk claims record {stored.claim_id}` keeps what they answer.",
            )
        return opened


def _is_theirs(stored: StoredClaim) -> bool:
    """Whether a program has to tell the manufacturer that the claim is withdrawn."""
    return stored.progress.ref is not None and not stored.by_hand


def _ensure_as_shown(going: ClaimPreview, shown: ClaimPreview) -> None:
    told = (shown.claim_id, shown.kind, shown.connection, shown.environment, shown.account, shown.values)
    if told != (going.claim_id, going.kind, going.connection, going.environment, going.account, going.values):
        raise ClaimStateError(
            f"Claim {going.claim_id} is not what was shown any more: somebody changed it meanwhile. Nothing was sent.",
            hint="Send it again, and look at what is shown then.",
        )


def _ensure_denied(stored: StoredClaim, *, again: bool) -> None:
    if (stored.progress.state is ClaimState.DENIED) != again:
        what = "was not denied" if again else "was denied: send it again with resubmit"
        hint = f"`servicedesk claims show {stored.claim_id}` shows where it stands."
        raise ClaimStateError(f"Claim {stored.claim_id} {what}.", hint=hint)


def _ensure_takes_more(stored: StoredClaim, rules: ClaimRules) -> None:
    count = stored.progress.denial_count
    if not rules.may_resubmit(count):
        hint = f"`servicedesk claims show {stored.claim_id}` shows where it stands."
        raise ClaimStateError(f"Claim {stored.claim_id} was denied {count} times; its maker takes no more.", hint=hint)
