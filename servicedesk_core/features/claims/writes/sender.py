"""Carries what is sent about claims to the manufacturer, and finds out what became of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.domain.warranty import Claim, ClaimReceipt, ClaimStatus
from servicedesk_core.errors import NotFoundLocallyError, RejectedError, UnsupportedError
from servicedesk_core.features.claims.tables import files, reading
from servicedesk_core.features.claims.writes import results
from servicedesk_core.features.claims.writes.content import AGGREGATE, ClaimWrite, attachment_of, claim_of, file_numbers
from servicedesk_core.features.claims.writes.notes import TicketNotes
from servicedesk_core.hooks import FetchStatus, Found, Inconclusive
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.writing import FindResult
from servicedesk_core.outbox.record_sender import as_hook_sees
from servicedesk_core.outbox.senders import Handling, Sent, Settled, Shown
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store
from servicedesk_core.store.outbox import StoredWrite


class ClaimSender:
    """Implements :class:`servicedesk_core.outbox.senders.Sender` for claims.

    Args:
        store: Where the files of claims are.
        clock: The time.
        notes: Leaves notes on tickets.
    """

    def __init__(self, store: Store, clock: Clock, notes: TicketNotes | None = None) -> None:
        self._store = store
        self._clock = clock
        self._notes = notes

    def carries(self, kind: str) -> bool:
        """Whether it is a kind of the claims family."""
        return kind in ClaimWrite._value2member_map_

    def handling(self, calls: ConnectorCalls, kind: str) -> Handling:
        """Say how writes of a kind are handled, as the connector describes it.

        Raises:
            UnsupportedError: The connector does not implement its hook.
        """
        write = ClaimWrite(kind)
        if not calls.implements(write.hook):
            raise UnsupportedError(
                f"The connector cannot do {kind}.",
                hint="Do it in the manufacturer's portal, then say so with `servicedesk claims record`.",
                connection=calls.connection,
            )
        told = calls.describe_capabilities().write(kind)
        if told is None:
            return Handling(visible_to="customer")
        return Handling(
            may_prove_absence=told.reconcilable_by.may_prove_absence,
            settle_s=told.settle_s,
            timeout_s=told.timeout_s,
            side_effects=told.side_effects,
            visible_to=told.visible_to,
        )

    async def check(self, calls: ConnectorCalls, write: StoredWrite) -> Shown | None:
        """Look before sending whether the claim still waits for this very write.

        Raises:
            RejectedError: It does not: it was sent in another way, or is not what was approved.
        """
        kind = ClaimWrite(write.kind)
        if (told := calls.describe_capabilities().write(kind)) is not None:
            told.check(as_hook_sees(write))
        if kind.carries_claim:
            claim = await self._store.read(lambda tx: reading.get(tx, _id(write)))
            if claim.sent_as != write.id:
                raise RejectedError(
                    "The claim does not wait for this write any more; nothing was sent.",
                    hint=f"`servicedesk claims show {claim.claim_id}` shows where it stands.",
                )
        return None

    async def send(self, calls: ConnectorCalls, write: StoredWrite) -> Sent:
        """Send it, once; see :class:`servicedesk_core.outbox.senders.Sender`."""
        kind, values = ClaimWrite(write.kind), write.values
        receipt: ClaimReceipt
        if kind is ClaimWrite.SUBMIT:
            receipt = await calls.submit_claim(await self._claim(values))
        elif kind is ClaimWrite.RESUBMIT:
            receipt = await calls.resubmit_claim(_target(write), await self._claim(values))
        elif kind is ClaimWrite.CANCEL:
            receipt = await calls.cancel_claim(_target(write), values["reason"])
        elif kind is ClaimWrite.NOTE:
            receipt = await calls.add_claim_note(_parent(write), values["note_id"], values["text"])
        else:
            (file,) = await self._store.read(lambda tx: files.load(tx, file_numbers(values)))
            receipt = await calls.attach_to_claim(_parent(write), attachment_of(file))
        return Sent(receipt.ref, warnings=receipt.warnings, detail=receipt)

    async def find(self, calls: ConnectorCalls, write: StoredWrite, taken: frozenset[str]) -> FindResult:
        """Look for a write whose fate is unknown; only a submission can be looked for by our id."""
        kind = ClaimWrite(write.kind)
        if kind is ClaimWrite.SUBMIT:
            return await self._find_claim(calls, write, taken)
        if kind in _SEEN_AS and calls.implements("fetch_claims"):
            return await _seen(calls, _target(write), kind)
        return Inconclusive("The manufacturer gives no way to look for it: look in its portal.")

    def settled(self, tx: Tx, write: StoredWrite, result: Settled) -> None:
        """Bring the claim to what the end of its write means."""
        receipt = result.sent.detail if result.sent is not None else None
        news = results.apply(
            tx, write, result.state, now=result.at, receipt=receipt, ref=result.ref, error=result.error
        )
        if news is not None and self._notes is not None:
            self._notes.leave(tx, *news, result.at, hops=write.hops)

    async def confirmed(self, calls: ConnectorCalls, write: StoredWrite, sent: Sent | None) -> bool:
        """Find out the name of a claim that was accepted without one; return whether nothing is left to do."""
        if write.kind != ClaimWrite.SUBMIT or (sent is not None and sent.ref is not None):
            return True
        claim = await self._store.read(lambda tx: reading.get(tx, _id(write)))
        if claim.progress.ref is not None or claim.state.is_final:
            return True
        if not calls.implements("find_claim"):
            return True
        taken = await self._store.read(lambda tx: reading.refs(tx, write.connection, but=claim.id))
        answer = await calls.find_claim(await self._claim(write.values), _attempted_at(write))
        if not isinstance(answer, Found) or answer.ref in taken:
            return False
        now = self._clock.now()
        await self._store.write(lambda tx: results.named(tx, write, answer.ref, now))
        return True

    async def _find_claim(self, calls: ConnectorCalls, write: StoredWrite, taken: frozenset[str]) -> FindResult:
        if not calls.implements("find_claim"):
            return Inconclusive("The manufacturer gives no way to look for a claim: look in its portal.")
        claim = await self._store.read(lambda tx: reading.get(tx, _id(write)))
        theirs = taken | await self._store.read(lambda tx: reading.refs(tx, write.connection, but=claim.id))
        answer = await calls.find_claim(await self._claim(write.values), _attempted_at(write))
        if isinstance(answer, Found) and answer.ref in theirs:
            return Inconclusive("What was found belongs to another claim of ours.", (answer.ref,))
        if isinstance(answer, Inconclusive):
            left = tuple(ref for ref in answer.candidates if ref not in theirs)
            return Inconclusive(answer.reason, left, answer.ask_again_at)
        return answer

    async def _claim(self, values: Mapping[str, Any]) -> Claim:
        numbers = file_numbers(values)
        try:
            found = await self._store.read(lambda tx: files.load(tx, numbers)) if numbers else []
            return claim_of(values, found)
        except (ValueError, NotFoundLocallyError) as error:
            raise RejectedError("The claim is not what was approved any more; nothing was sent.") from error


_SEEN_AS = {
    ClaimWrite.CANCEL: lambda status: status is ClaimStatus.CANCELLED,
    ClaimWrite.RESUBMIT: lambda status: status is not None and status is not ClaimStatus.DENIED,
}
"""How the status shows that something arrived. That it does not show proves nothing."""


async def _seen(calls: ConnectorCalls, ref: str, kind: ClaimWrite) -> FindResult:
    async for outcome in calls.fetch_claims((ref,)):
        if outcome.status is FetchStatus.FOUND and outcome.item and _SEEN_AS[kind](outcome.item.status):
            return Found(ref)
    return Inconclusive("The manufacturer does not show it (yet).", (ref,))


def _id(write: StoredWrite) -> str:
    return write.aggregate.removeprefix(AGGREGATE)


def _target(write: StoredWrite) -> str:
    if write.target is None:
        raise RejectedError("The manufacturer has no name for the claim yet; nothing was sent.")
    return write.target


def _parent(write: StoredWrite) -> str:
    if write.parent is None:
        raise RejectedError("The manufacturer has no name for the claim yet; nothing was sent.")
    return write.parent


def _attempted_at(write: StoredWrite) -> datetime:
    return write.sent_at or write.proposed_at
