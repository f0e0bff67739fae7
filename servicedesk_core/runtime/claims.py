"""The claims of a desk: propose, draft, check, send, follow, and record what a manufacturer answered."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.claims import acting, pack, results
from servicedesk_core.claims.checking import rules_of
from servicedesk_core.claims.content import ClaimWrite, values_of
from servicedesk_core.claims.courier import ClaimCourier
from servicedesk_core.claims.polling import overdue_parts
from servicedesk_core.config import DeskSettings
from servicedesk_core.domain.warranty import ClaimReport, ClaimRules, ClaimState, DeviceRef
from servicedesk_core.errors import ClaimStateError, SettingsError
from servicedesk_core.host import Host, OpenConnection
from servicedesk_core.ports import Clock
from servicedesk_core.runtime.claim_following import Following, alert_views
from servicedesk_core.runtime.claim_preparing import Preparing, changed
from servicedesk_core.runtime.claim_reads import ClaimReads, row_of
from servicedesk_core.runtime.claim_views import ClaimCheck, ClaimDetail, Departure, PackOutcome, PollOutcome
from servicedesk_core.runtime.files import replace_file
from servicedesk_core.runtime.writes import Writes
from servicedesk_core.store import Store
from servicedesk_core.store.claims import rows
from servicedesk_core.store.claims.model import StoredAttachment, StoredClaim
from servicedesk_core.store.fields import from_us, to_us


class Claims(ClaimReads):
    """The claims of a desk. Nothing here sends without being told so for this very claim.

    Args:
        store: The desk's store.
        clock: The time.
        settings: The configuration.
        host: Opens connections.
        writes: The one write path.
    """

    def __init__(self, store: Store, clock: Clock, settings: DeskSettings, host: Host, writes: Writes) -> None:
        super().__init__(store, clock, settings)
        self._host = host
        self._preparing = Preparing(store, clock, settings, host)
        self._writes = writes
        self._notes = writes.ticket_notes  # the same, so that notes about sent claims are known here too

    async def new(
        self,
        ticket: str | None = None,
        *,
        connection: str | None = None,
        device: DeviceRef | None = None,
        through: str | None = None,
        by_hand: bool = False,
        force: bool = False,
        changes: Mapping[str, Any] | None = None,
    ) -> ClaimDetail:
        """Draft a claim, filled in from what the desk knows. Sends nothing.

        Args:
            ticket: The ticket's number, or the vendor's id.
            connection: Where the ticket is; ``None`` = anywhere.
            device: The device, where there is no ticket.
            through: Connection that the claim goes through, whoever the manufacturer is: a distributor's, for example.
                The device stays as its record states it.
            by_hand: A person sends the claim, whatever the manufacturer's connection can do; it may still follow it.
            force: Allow a second open claim for the same device and part.
            changes: Fields of :class:`ClaimDraft` to values that are better than what the desk knows.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            ClaimIncompleteError: Nobody says which device it is, or a value does not fit its field.
            ClaimExistsError: There is an open claim for the device and part.
            ServiceDeskError: The manufacturer's connector cannot be used.
        """
        made = await self._preparing.drafted(
            ticket, device, connection=connection, through=through, by_hand=by_hand, changes=changes or {}
        )
        now = self._clock.now()
        stored = await self._store.write(
            lambda tx: acting.drafted(
                tx,
                made.draft,
                made.origin,
                connection=made.connection,
                maker=made.maker,
                by_hand=made.by_hand,
                filing_due_on=made.filing_due_on,
                actor=self._writes.actor,
                now=now,
                force=force,
            )
        )
        return await self.get(stored.claim_id)

    async def edit(self, claim: str, changes: Mapping[str, Any], *, force: bool = False) -> ClaimDetail:
        """Change what is claimed, while it is not on its way.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            changes: Fields of :class:`ClaimDraft` to new values.
            force: Allow a second open claim for the same device and part.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimStateError: It is on its way, or over.
            ClaimIncompleteError: A value does not fit its field.
            ClaimExistsError: There is an open claim for the device and part that it would be for.
        """
        stored = await self._preparing.stored(claim)
        rules = await self._preparing.rules(stored)
        changed(stored.draft, changes)
        now, actor = self._clock.now(), self._writes.actor
        await self._store.write(
            lambda tx: acting.edit(tx, stored, changes, rules=rules, actor=actor, now=now, force=force)
        )
        return await self.get(stored.claim_id)

    async def check(self, claim: str) -> ClaimCheck:
        """Say what a claim lacks, and what its manufacturer would refuse. Asks nobody: it needs no network.

        Args:
            claim: Our id, the number, or the manufacturer's id.

        Raises:
            NotFoundLocallyError: There is no such claim.
        """
        stored, checked, _ = await self._preparing.checked(claim)
        if checked.can_be_sent:
            now, actor = self._clock.now(), self._writes.actor
            await self._store.write(lambda tx: acting.validated(tx, stored, actor=actor, now=now))
        row = await self._store.read(lambda tx: row_of(tx, stored.id))
        if (why := acting.why_not_sendable(stored)) is not None:
            return ClaimCheck(row, can_be_sent=False, problems=(why, *checked.problems))
        return ClaimCheck(row, checked.can_be_sent, checked.problems)

    async def departure(self, claim: str, *, again: bool | None = None, force: bool = False) -> Departure:
        """Return exactly what :meth:`submit` or :meth:`resubmit` would send, and where to. Sends nothing.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            again: Only as :meth:`resubmit` would, or only as :meth:`submit`; ``None`` = whichever can.
            force: As for :meth:`submit`.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimIncompleteError: Something blocks it; names all of it.
            ClaimStateError: It cannot be sent as it stands.
            WriteNotGrantedError: The configuration does not grant it.
            ServiceDeskError: The manufacturer's connection cannot be opened.
        """
        stored, checked, found = await self._preparing.checked(claim)
        if again is not None:
            _ensure_denied(stored, again=again)
        acting.ensure_sendable(stored)
        content = checked.required(stored.claim_id)
        acting.ensure_covered(stored, force=force)
        opened = self._sendable(stored, await self._opened(stored))
        kind = ClaimWrite.RESUBMIT if stored.progress.state is ClaimState.DENIED else ClaimWrite.SUBMIT
        self._writes.ensure_granted(opened.name, kind.value)
        identity = opened.identity
        manner = ClaimCourier(self._store, self._clock).manner(opened.calls, kind.value)
        return Departure(
            claim_id=stored.claim_id,
            kind=kind.value,
            connection=opened.name,
            environment=opened.settings.environment,
            vendor=opened.capabilities.vendor,
            account=f"{identity.name} ({identity.account})"
            if identity and identity.name
            else (identity.account if identity else None),
            values=values_of(content, found),
            side_effects=manner.side_effects,
            warnings=tuple(problem for problem in checked.problems if not problem.is_blocking),
        )

    async def submit(self, claim: str, *, force: bool = False) -> ClaimDetail:
        """Send a claim to its manufacturer, once. Changes an outside system.

        The claim is checked, stored as a write, approved by the caller and sent. Of two who do it at once, one gets an
        error; an attempt whose fate is unknown leaves the claim in doubt and is never repeated without proof.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            force: Send it although the device was not covered on the day of the failure, as far as the desk knows.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimIncompleteError: Something blocks it; names all of it. Or the device was not covered.
            ClaimStateError: It is on its way, or was sent already.
            WriteNotGrantedError: The configuration does not grant it.
            ServiceDeskError: The manufacturer's connection cannot be opened.
        """
        return await self._send(claim, again=False, force=force)

    async def resubmit(self, claim: str, *, force: bool = False) -> ClaimDetail:
        """Send a denied claim again. Changes an outside system.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            force: As for :meth:`submit`.

        Raises:
            ClaimStateError: It is not denied, or was denied as often as the manufacturer allows.
            ServiceDeskError: As for :meth:`submit`.
        """
        return await self._send(claim, again=True, force=force)

    async def note(self, claim: str, text: str) -> ClaimDetail:
        """Tell the manufacturer something about a claim. Changes an outside system.

        Raises:
            ClaimStateError: The manufacturer does not have the claim, or it is over.
            WriteNotGrantedError: The configuration does not grant it.
        """
        return await self._tell(claim, ClaimWrite.NOTE, text=text)

    async def attach(
        self, claim: str, *, name: str, content: bytes, media_type: str, kind: str = "other", send: bool = False
    ) -> ClaimDetail:
        """Add a file to a claim; it goes with the claim when that is sent.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            name: File name.
            content: The file.
            media_type: Media type.
            kind: ``proof_of_purchase``, ``diagnostics``, ``photo`` or ``other``.
            send: Send it to the manufacturer now. Changes an outside system.

        Raises:
            ClaimStateError: The claim is on its way, or over; or the manufacturer does not have it and it was to be
                sent now.
        """
        stored = await self._preparing.stored(claim)
        now, actor = self._clock.now(), self._writes.actor
        file = await self._store.write(
            lambda tx: acting.add_file(
                tx, stored, name=name, media_type=media_type, kind=kind, content=content, actor=actor, now=now
            )
        )
        return await self._tell(claim, ClaimWrite.ATTACH, file=file) if send else await self.get(stored.claim_id)

    async def cancel(self, claim: str, reason: str) -> ClaimDetail:
        """Withdraw a claim; at the manufacturer if it has it. May change an outside system.

        Raises:
            ClaimStateError: It is on its way or over.
            UnsupportedError: The manufacturer takes no withdrawals from programs.
            WriteNotGrantedError: The configuration does not grant it.
        """
        stored = await self._preparing.stored(claim)
        if stored.progress.ref is not None and not stored.by_hand:
            return await self._tell(claim, ClaimWrite.CANCEL, text=reason)
        now, actor = self._clock.now(), self._writes.actor
        await self._store.write(lambda tx: acting.withdraw(tx, stored, reason=reason, actor=actor, now=now))
        return await self.get(stored.claim_id)

    async def resolve(self, claim: str, *, ref: str | None, reason: str = "") -> ClaimDetail:
        """Settle a claim in doubt after a look at the manufacturer.

        Args:
            claim: Our id or the number.
            ref: The manufacturer's id when it has the claim; ``None`` when it does not: it can be sent again then.
            reason: How it was found out.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimStateError: It is not in doubt, or the id belongs to another claim.
        """
        stored = await self._preparing.stored(claim)
        now, actor = self._clock.now(), self._writes.actor

        def work(tx: Tx) -> None:
            acting.settle(tx, stored, ref=ref, actor=actor, now=now, reason=reason)
            results.catch_up(tx, now)

        await self._store.write(work)
        return await self.get(stored.claim_id)

    async def record(self, claim: str, report: ClaimReport) -> ClaimDetail:
        """Record what the manufacturer answered, where no program can ask it.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            report: What it said; an empty ``ref`` keeps the one that is known.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimStateError: It is a draft, or on its way.
        """
        stored = await self._preparing.stored(claim)
        now, actor = self._clock.now(), self._writes.actor

        def work(tx: Tx) -> None:
            after = acting.record(tx, stored, report, actor=actor, now=now)
            told = [one.event for one in rows.history(tx, after) if one.recorded_at == from_us(to_us(now))]
            self._notes.leave(tx, after, told, now)

        await self._store.write(work)
        await self._send_notes()
        return await self.get(stored.claim_id)

    async def poll(self, connections: Collection[str] = (), *, everything: bool = False) -> tuple[PollOutcome, ...]:
        """Ask manufacturers how claims stand, and tell of parts that should have been back. Reads only.

        Args:
            connections: Only these; empty = all that claims go through.
            everything: Also claims that are not due for a look yet.

        Raises:
            SettingsError: A name is no connection.
            StoreError: The store cannot be used.
        """
        now = self._clock.now()
        await self._store.write(lambda tx: results.catch_up(tx, now))
        names = connections or self._preparing.connections("fetch_claims", "find_claim")
        following = Following(self._store, self._clock, self._host, self._notes)
        outcomes = [await following.run(name, everything=everything) for name in names]
        today = self._preparing.today()
        late = await self._store.write(lambda tx: overdue_parts(tx, today=today, now=self._clock.now()))
        if late:
            outcomes.append(PollOutcome("parts", alerts=alert_views(late)))
        await self._send_notes()
        return tuple(outcomes)

    async def pack(self, claim: str, folder: Path, *, archive: bool = False, pdf: bool = False) -> PackOutcome:
        """Write everything that a person needs to claim by hand; it holds no secret.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            folder: Where to; a folder of the claim's own is made in it, or an archive.
            archive: One ``.zip`` in place of a folder.
            pdf: The form as PDF too.

        Raises:
            ClaimIncompleteError: Something blocks it; names all of it.
            UnsupportedError: The writer of PDF files is not installed.
            SettingsError: The files cannot be written.
        """
        stored, checked, found = await self._preparing.checked(claim)
        content = checked.required(stored.claim_id)
        entries = list(pack.contents(stored, content, found, self._preparing.today(), with_pdf=pdf))
        path = folder / (f"{stored.claim_id}.zip" if archive else stored.claim_id)
        _write(path, entries, archive=archive)
        now, actor = self._clock.now(), self._writes.actor

        def work(tx: Tx) -> None:
            acting.packed(tx, acting.validated(tx, stored, actor=actor, now=now), actor=actor, now=now)

        await self._store.write(work)
        return PackOutcome(stored.claim_id, str(path), tuple(name for name, _ in entries))

    async def _send(self, claim: str, *, again: bool, force: bool) -> ClaimDetail:
        stored, checked, found = await self._preparing.checked(claim)
        _ensure_denied(stored, again=again)
        acting.ensure_sendable(stored)
        content = checked.required(stored.claim_id)
        acting.ensure_covered(stored, force=force)
        opened = self._sendable(stored, await self._opened(stored))
        _ensure_takes_more(stored, rules_of(opened.calls))
        kind = ClaimWrite.RESUBMIT if again else ClaimWrite.SUBMIT
        self._writes.ensure_granted(opened.name, kind.value)
        now, actor = self._clock.now(), self._writes.actor

        def work(tx: Tx) -> int:
            ready = acting.validated(tx, stored, actor=actor, now=now)
            return acting.submit(tx, ready, content, found, actor=actor, now=now, force=force).id

        number = await self._store.write(work)
        await self._writes.approve((number,), send=True)
        await self._send_notes()
        return await self.get(stored.claim_id)

    async def _tell(
        self, claim: str, kind: ClaimWrite, *, text: str = "", file: StoredAttachment | None = None
    ) -> ClaimDetail:
        stored = await self._preparing.stored(claim)
        if (opened := await self._opened(stored)) is not None:
            self._writes.ensure_granted(opened.name, kind.value)
            ClaimCourier(self._store, self._clock).manner(opened.calls, kind.value)
        now, actor = self._clock.now(), self._writes.actor
        write = await self._store.write(
            lambda tx: acting.tell(tx, stored, kind, actor=actor, now=now, text=text, file=file)
        )
        await self._writes.approve((write.id,), send=True)
        await self._send_notes()
        return await self.get(stored.claim_id)

    async def _send_notes(self) -> None:
        """Send the notes that were approved with the steps they tell of."""
        names, self._notes.connections = self._notes.connections, set()
        if self._settings.claims.ticket_notes == "send":
            for name in names:
                await self._writes.run(name)

    async def _opened(self, stored: StoredClaim) -> OpenConnection | None:
        if stored.connection is None or stored.connection not in self._settings.connections:
            return None
        return await self._host.open(stored.connection)

    def _sendable(self, stored: StoredClaim, opened: OpenConnection | None) -> OpenConnection:
        if opened is None or stored.by_hand:
            raise ClaimStateError(
                f"Claim {stored.claim_id} is sent by hand: no connection here sends claims to {stored.maker}.",
                hint=f"`servicedesk claims pack {stored.claim_id}` writes what to send; "
                f"`servicedesk claims record {stored.claim_id}` keeps what they answer.",
            )
        return opened


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


def _write(path: Path, entries: list[tuple[str, bytes]], *, archive: bool) -> None:
    try:
        if archive:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, pack.as_zip(iter(entries)))
            return
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in entries:
            replace_file(path / name, content)
    except OSError as error:
        message = f"The claim pack could not be written to {path}: {error.strerror}."
        raise SettingsError(message, hint="Name a folder that this account may write to.") from error
