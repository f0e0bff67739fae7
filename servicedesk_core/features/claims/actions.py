"""The claims of a desk: propose, draft, check, send, follow, and record what a manufacturer answered."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.domain.warranty import ClaimReport, DeviceRef
from servicedesk_core.errors import ClaimIncompleteError, SettingsError
from servicedesk_core.features.claims import acting, pack
from servicedesk_core.features.claims.following import Following, alert_views
from servicedesk_core.features.claims.model import ClaimCheck, ClaimDetail, PackOutcome, PollOutcome
from servicedesk_core.features.claims.polling import overdue_parts
from servicedesk_core.features.claims.preparing import changed
from servicedesk_core.features.claims.queries import row_of
from servicedesk_core.features.claims.sending import ClaimSending
from servicedesk_core.features.claims.tables import reading
from servicedesk_core.features.claims.writes import results
from servicedesk_core.files import replace_file
from servicedesk_core.store.fields import from_us, to_us


class Claims(ClaimSending):
    """The claims of a desk. Nothing here sends without being told so for this very claim."""

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
            ClaimIncompleteError: A value does not fit its field, or nothing is to be changed.
            ClaimExistsError: There is an open claim for the device and part that it would be for.
        """
        stored = await self._preparing.stored(claim)
        rules = await self._preparing.rules(stored)
        if not changes:
            raise ClaimIncompleteError(
                "Nothing was named that is to be changed.",
                hint="Say what: --symptom, --troubleshooting, --service, --part, or --set FIELD=VALUE.",
            )
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
            told = [one.event for one in reading.history(tx, after) if one.recorded_at == from_us(to_us(now))]
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
        today = self.today()
        late = await self._store.write(lambda tx: overdue_parts(tx, today=today, now=self._clock.now()))
        if late:
            outcomes.append(PollOutcome("", alerts=alert_views(late)))
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
        entries = list(pack.contents(stored, content, found, self.today(), with_pdf=pdf))
        path = folder / (f"{stored.claim_id}.zip" if archive else stored.claim_id)
        _write(path, entries, archive=archive)
        now, actor = self._clock.now(), self._writes.actor

        def work(tx: Tx) -> None:
            acting.packed(tx, acting.validated(tx, stored, actor=actor, now=now), actor=actor, now=now)

        await self._store.write(work)
        return PackOutcome(stored.claim_id, str(path), tuple(name for name, _ in entries))


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
