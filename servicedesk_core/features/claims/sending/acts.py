"""Sending claims to their manufacturers: shown first, sent once."""

from collections.abc import Coroutine
from functools import partial
from typing import Annotated, Any

from sqlalchemy import Connection as Tx

from servicedesk_core.domain.warranty import ClaimRules
from servicedesk_core.errors import ClaimIncompleteError, ClaimStateError
from servicedesk_core.faces import Awaited, Help, Manner
from servicedesk_core.features.claims.drafting import acts as drafts
from servicedesk_core.features.claims.model import ClaimDetail, ClaimPreview
from servicedesk_core.features.claims.pages import REFUSED, after_sending
from servicedesk_core.features.claims.rules import rules_of
from servicedesk_core.features.claims.sending.preparing import checked_claim
from servicedesk_core.features.claims.sending.previewing import (
    WHICH,
    ClaimPreviewing,
    ensure_as_shown,
    ensure_denied,
    previewed_act,
)
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.features.claims.writes import notes, proposing
from servicedesk_core.features.claims.writes.content import ClaimWrite, values_of
from servicedesk_core.features.writes import code_of
from servicedesk_core.store.queries.scope import Scope

FORCE = Annotated[bool, Help("Send it although the device was not covered that day, as far as we know.")]


def _fails(sent: ClaimDetail) -> int:
    if sent.write_state is not None:
        return code_of(sent.write_state, sent.error_code)
    return ClaimIncompleteError.exit_code if sent.claim.state in REFUSED else 0


def _sending(claims: Any, claim: str, *, again: bool, force: bool = False, **_: Any) -> Coroutine[Any, Any, Any]:
    return claims.preview(claim, again=again, force=force)  # type: ignore[no-any-return]


class ClaimSending(ClaimPreviewing[Manner]):
    """Sends what was shown."""

    @previewed_act(
        "claims.submit",
        preview=partial(_sending, again=False),
        asks=lambda *_, **__: "Send exactly this?",
        about="The claim after it was sent.",
        tells=after_sending,
        fails=_fails,
    )
    async def submit(
        self: "ClaimSending[Awaited]",
        claim: WHICH,
        *,
        force: FORCE = False,
        shown: ClaimPreview | None = None,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Send a claim to its manufacturer, once, after showing exactly what leaves and where to.

        This can change an outside system: the manufacturer's. The claim is checked, stored as a write, approved by the
        caller and sent. Of two who do it at once, one gets an error; an attempt whose fate is unknown leaves the claim
        in doubt and is never repeated without proof.

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

    @previewed_act(
        "claims.resubmit",
        preview=partial(_sending, again=True),
        asks=lambda *_, **__: "Send exactly this?",
        about="The claim after it was sent again.",
        tells=after_sending,
        fails=_fails,
    )
    async def resubmit(
        self: "ClaimSending[Awaited]",
        claim: WHICH,
        *,
        force: FORCE = False,
        shown: ClaimPreview | None = None,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Send a denied claim again, after showing exactly what leaves and where to.

        This can change an outside system: the manufacturer's.

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
        ensure_denied(stored, again=again)
        proposing.ensure_sendable(stored)
        content = checked.required(stored.claim_id)
        proposing.ensure_covered(stored, force=force)
        opened = self._sendable(stored, await self._opened(stored))
        _ensure_takes_more(stored, rules_of(opened.calls))
        kind = ClaimWrite.RESUBMIT if again else ClaimWrite.SUBMIT
        self.desk.outbox.grants.ensure(opened.name, kind.value)
        if shown is not None:
            ensure_as_shown(self._leaving(stored, opened, kind, values_of(content, found), ()), shown)
        now, actor, hops = self.desk.clock.now(), self.desk.outbox.actor, self.desk.outbox.hops

        def work(tx: Tx) -> int:
            ready = drafts.validated(tx, stored, actor=actor, now=now)
            return proposing.submit(tx, ready, content, found, actor=actor, now=now, force=force, hops=hops).id

        number = await self.desk.store.write(work)
        await self.desk.outbox.approve_own((number,), send=True)
        await self._send_notes(stored.claim_id)
        return await self.get(stored.claim_id, scope=scope)

    async def _send_notes(self, claim_id: str = "") -> None:
        """Send the notes that were approved with the steps they tell of: of one claim, or of all."""
        if self.desk.settings.claims.ticket_notes == "send":
            now = self.desk.clock.now()
            waiting = await self.desk.store.read(lambda tx: notes.waiting(tx, now, claim_id))
            for name, numbers in waiting.items():
                await self.desk.outbox.run(name, only=numbers)


def _ensure_takes_more(stored: StoredClaim, rules: ClaimRules) -> None:
    count = stored.progress.denial_count
    if not rules.may_resubmit(count):
        hint = f"`servicedesk claims show {stored.claim_id}` shows where it stands."
        raise ClaimStateError(f"Claim {stored.claim_id} was denied {count} times; its maker takes no more.", hint=hint)
