"""The claims of a desk: propose, draft, check, send, follow, and record what a manufacturer answered."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from sqlalchemy import Connection as Tx

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain.warranty import ClaimReport, DeviceRef
from servicedesk_core.errors import ClaimIncompleteError, SettingsError
from servicedesk_core.faces import Awaited, Help, Manner, action
from servicedesk_core.features.claims.drafting import acts as drafts
from servicedesk_core.features.claims.drafting import pack
from servicedesk_core.features.claims.drafting.written import Answer, ClaimChanges, device_of
from servicedesk_core.features.claims.model import (
    ClaimCheck,
    ClaimDetail,
    Owner,
    PackOutcome,
    Polled,
    PollOutcome,
    Proposals,
)
from servicedesk_core.features.claims.queries import detail, today
from servicedesk_core.features.claims.sending import preparing
from servicedesk_core.features.claims.sending.polling import follow, overdue_parts
from servicedesk_core.features.claims.sending.preparing import (
    changed,
    checked_claim,
    connections_with,
    rules,
    stored_claim,
    unlisted_parts,
)
from servicedesk_core.features.claims.sending.telling import ClaimTelling
from servicedesk_core.features.claims.tables import changing, listing, reading
from servicedesk_core.features.claims.tables.guards import naming_only_seen
from servicedesk_core.features.claims.writes import proposing, results
from servicedesk_core.features.claims.writes.notes import TicketNotes
from servicedesk_core.store import audit
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.queries.scope import Scope

_PAGES: Final = "servicedesk_core.features.claims.pages"
_CLAIM: Final = Help("Our id (SD-…), its number, or the manufacturer's id.", names="claims.show")
_AS_KNOWN: Final = ClaimChanges()
_FORCE: Final = Help("Allow a second open claim for the same device and part.", is_rare=True)


class Claims(ClaimTelling[Manner]):
    """The claims of a desk. Nothing here sends without being told so for this very claim."""

    @action(
        "claims.propose",
        needs=Capability.CLAIMS_READ,
        about="Tickets that could be claimed.",
        page=f"{_PAGES}:proposals",
    )
    async def propose(
        self,
        *,
        company: Annotated[tuple[str, ...], Help("Only of this client, by name or how it begins, or id.")] = (),
        connection: Annotated[str | None, Help("Only tickets of this connection.")] = None,
        everything: Annotated[bool, Help("Also tickets that are done.", name="all")] = False,
        scope: Scope | None = None,
    ) -> Proposals:
        """List tickets that could be claimed: incidents of the hardware of devices that were covered that day.

        Each says how a claim would reach its manufacturer. Nothing is asked there.

        Returns:
            The tickets; with a scope of queues alone none, because it lets no device through.

        Raises:
            NotFoundLocallyError: There is no such connection; or no ticket, and no such client.
        """
        found = await self.desk.store.read(
            lambda tx: self.proposals(tx, company, connection, scope, everything=everything)
        )
        return await preparing.carried(self.desk, found)

    @action(
        "claims.new",
        title="New claim",
        needs=Capability.CLAIMS_DRAFT,
        about="The draft that was made.",
        version=3,
        page=f"{_PAGES}:drafted",
    )
    async def new(
        self: "Claims[Awaited]",
        ticket: Annotated[str | None, Help("Ticket to claim for.", names="tickets.show")] = None,
        *,
        connection: Annotated[str | None, Help("Where the ticket is.")] = None,
        device: Annotated[
            DeviceRef | None,
            Help(
                "The device, where there is no ticket: its serial number, or MANUFACTURER:SERIAL.",
                metavar="[MANUFACTURER:]SERIAL",
                names="warranty.devices",
                reads=device_of,
            ),
        ] = None,
        changes: ClaimChanges | Mapping[str, Any] = _AS_KNOWN,
        through: Annotated[
            str | None, Help("Through this connection, whoever made the device.", metavar="CONNECTION", is_rare=True)
        ] = None,
        by_hand: Annotated[bool, Help("A person sends it: claim pack and record.", is_rare=True)] = False,
        force: Annotated[bool, _FORCE] = False,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Draft a claim, filled in from ticket, device, contact, site and cover. Sends nothing.

        Args:
            ticket: The ticket's number, or the vendor's id.
            connection: Where the ticket is; ``None`` = anywhere.
            device: The device, where there is no ticket.
            changes: What is better than what the desk knows; also fields of :class:`ClaimDraft` to values.
            through: Connection that the claim goes through, whoever the manufacturer is: a distributor's, for example.
                The device stays as its record states it.
            by_hand: A person sends the claim, whatever the manufacturer's connection can do; it may still follow it.
            force: Allow a second open claim for the same device and part.
            scope: Only for a ticket or a device that it lets through.

        Raises:
            NotFoundLocallyError: There is no such ticket, or no such device in the scope.
            ClaimIncompleteError: Nobody says which device it is, or a value does not fit its field.
            ClaimExistsError: There is an open claim for the device and part.
            ServiceDeskError: The manufacturer's connector cannot be used.
        """
        made = await preparing.drafted(
            self.desk,
            ticket,
            device,
            connection=connection,
            through=through,
            by_hand=by_hand,
            changes=_values(changes),
            scope=scope,
        )
        now, actor = self.desk.clock.now(), self.desk.outbox.actor

        def work(tx: Tx) -> ClaimDetail:
            with naming_only_seen(tx, scope):
                stored = drafts.drafted(tx, made, actor=actor, now=now, force=force)
            return detail(tx, stored.claim_id, scope=scope)

        return await self.desk.store.write(work)

    @action("claims.edit", needs=Capability.CLAIMS_DRAFT, about="The changed claim.", version=2, page=f"{_PAGES}:whole")
    async def edit(
        self: "Claims[Awaited]",
        claim: Annotated[str, _CLAIM],
        changes: ClaimChanges | Mapping[str, Any],
        *,
        force: Annotated[bool, _FORCE] = False,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Change what is claimed, while it is not on its way.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            changes: What becomes other; also fields of :class:`ClaimDraft` to new values.
            force: Allow a second open claim for the same device and part.
            scope: Only a claim that it lets through.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimStateError: It is on its way, or over.
            ClaimIncompleteError: A value does not fit its field, or nothing is to be changed.
            ClaimExistsError: There is an open claim for the device and part that it would be for.
        """
        stored = await stored_claim(self.desk, claim, scope)
        accepted = await rules(self.desk, stored)
        values = _values(changes)
        if not values:
            hint = "Say what: the symptom, what was tried, the service, parts, or any other field."
            raise ClaimIncompleteError("Nothing was named that is to be changed.", hint=hint)
        changed(stored.draft, values)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor

        def work(tx: Tx) -> ClaimDetail:
            with naming_only_seen(tx, scope):
                drafts.edit(tx, stored, values, rules=accepted, actor=actor, now=now, force=force)
            return detail(tx, stored.claim_id, scope=scope)

        return await self.desk.store.write(work)

    @action(
        "claims.check",
        needs=Capability.CLAIMS_DRAFT,
        about="What a claim lacks.",
        version=2,
        page=f"{_PAGES}:check",
        fails=lambda checked: not checked.can_be_sent,
    )
    async def check(self, claim: Annotated[str, _CLAIM], *, scope: Scope | None = None) -> ClaimCheck:
        """Say everything that a claim lacks, and what its manufacturer would refuse. Nothing is sent.

        Parts are held against those that the manufacturer lists for the device, where it has such a list.

        Raises:
            NotFoundLocallyError: There is no such claim.
        """
        stored, checked, _ = await checked_claim(self.desk, claim, scope)
        problems = (*checked.problems, *await unlisted_parts(self.desk, stored))
        if checked.can_be_sent:
            now, actor = self.desk.clock.now(), self.desk.outbox.actor
            await self.desk.store.write(lambda tx: drafts.validated(tx, stored, actor=actor, now=now))
        row = await self.desk.store.read(lambda tx: listing.row_of(tx, stored.id))
        if (why := proposing.why_not_sendable(stored)) is not None:
            return ClaimCheck(row, can_be_sent=False, problems=(why, *problems))
        return ClaimCheck(row, checked.can_be_sent, problems)

    @action(
        "claims.resolve",
        needs=Capability.CLAIMS_DRAFT,
        about="The claim after its doubt was settled.",
        version=2,
        page=f"{_PAGES}:brief",
    )
    async def resolve(
        self: "Claims[Awaited]",
        claim: Annotated[str, _CLAIM],
        *,
        found: Annotated[str | None, Help("The manufacturer has it under this id.")] = None,
        absent: Annotated[bool, Help("It does not: the claim can be sent again.")] = False,
        reason: Annotated[str, Help("How it was found out; kept in the history.")] = "",
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Settle a claim in doubt, after you have looked at the manufacturer. Sends nothing.

        Raises:
            SettingsError: It is neither said to be found nor to be absent, or both.
            NotFoundLocallyError: There is no such claim.
            ClaimStateError: It is not in doubt, or the id belongs to another claim.
        """
        if (found is None) != absent:
            raise SettingsError("Say either --found ID or --absent.", hint="Look into the manufacturer's portal first.")
        stored = await stored_claim(self.desk, claim, scope)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor

        def work(tx: Tx) -> ClaimDetail:
            proposing.settle(tx, stored, ref=found, actor=actor, now=now, reason=reason)
            results.catch_up(tx, now)
            return detail(tx, stored.claim_id, scope=scope)

        return await self.desk.store.write(work)

    @action(
        "claims.credits",
        needs=Capability.CLAIMS_SEND,
        about="The claim, and whose its money is.",
        version=1,
        page=f"{_PAGES}:brief",
    )
    async def credits(
        self: "Claims[Awaited]",
        claim: Annotated[str, _CLAIM],
        owner: Annotated[Owner, Help("Whose the money is: ours, or the client's.")],
        *,
        reason: Annotated[str, Help("Why; kept in the audit trail.")] = "",
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Say whose the money of a claim is. What is the client's is no recovery of ours in any figure.

        Raises:
            NotFoundLocallyError: There is no such claim.
        """
        stored = await stored_claim(self.desk, claim, scope)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor

        def work(tx: Tx) -> ClaimDetail:
            changing.give_credits(tx, stored.id, to_client=owner is Owner.CLIENT)
            entity, after = f"claim:{stored.claim_id}", {"credits": owner.value}
            audit.append(tx, at=now, actor=actor, action="claim.credits", entity=entity, after=after, reason=reason)
            return detail(tx, stored.claim_id, scope=scope)

        return await self.desk.store.write(work, durable=True)

    @action(
        "claims.record",
        needs=Capability.CLAIMS_SEND,
        about="The claim with what was recorded.",
        version=2,
        page=f"{_PAGES}:whole",
    )
    async def record(
        self: "Claims[Awaited]",
        claim: Annotated[str, _CLAIM],
        answer: Answer | ClaimReport,
        *,
        scope: Scope | None = None,
    ) -> ClaimDetail:
        """Record what a manufacturer answered that no program can ask. The claim moves through the same states.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            answer: What it said, as a person tells it or as a whole report; without a ``ref`` the known one stays.
            scope: Only a claim that it lets through.

        Raises:
            NotFoundLocallyError: There is no such claim.
            ClaimStateError: It is a draft, or on its way.
            SettingsError: Nothing was answered.
        """
        report = answer.report() if isinstance(answer, Answer) else answer
        stored = await stored_claim(self.desk, claim, scope)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor

        def work(tx: Tx) -> None:
            after = drafts.record(tx, stored, report, actor=actor, now=now)
            told = [one.event for one in reading.history(tx, after) if one.recorded_at == from_us(to_us(now))]
            notes.leave(tx, after, told, now, hops=self.desk.outbox.hops)

        notes = TicketNotes(self.desk.settings)
        await self.desk.store.write(work)
        await self._send_notes(stored.claim_id)
        return await self.get(stored.claim_id, scope=scope)

    @action(
        "claims.poll",
        title="Ask manufacturers",
        needs=Capability.CLAIMS_SEND,
        unscoped="a manufacturer is asked after all claims that it has",
        about="What following claims brought.",
        version=3,
        page=f"{_PAGES}:polled",
        fails=lambda found: max((one.error.exit_code for one in found if one.error is not None), default=0),
    )
    async def poll(
        self: "Claims[Awaited]",
        connections: Annotated[
            tuple[str, ...], Help("Only over these connections; without any, all that claims go through.", is_rare=True)
        ] = (),
        *,
        everything: Annotated[bool, Help("Also claims that are not due for a look yet.", name="all")] = False,
    ) -> Polled:
        """Ask manufacturers how open claims stand, and tell of parts that should have been back. Sends no claim.

        Raises:
            SettingsError: A name is no connection.
            StoreError: The store cannot be used.
        """
        now = self.desk.clock.now()
        await self.desk.store.write(lambda tx: results.catch_up(tx, now))
        names = connections or connections_with(self.desk, "fetch_claims", "find_claim")
        store, clock, notes = self.desk.store, self.desk.clock, TicketNotes(self.desk.settings)
        outcomes = [await follow(name, store, clock, self.desk.host, notes, everything=everything) for name in names]
        day = today(self.desk)
        late = await store.write(lambda tx: overdue_parts(tx, today=day, now=clock.now()))
        if late:
            outcomes.append(PollOutcome("", alerts=tuple(late)))
        await self._send_notes()
        return Polled(tuple(outcomes))

    @action(
        "claims.pack",
        needs=Capability.CLAIMS_DRAFT,
        off_web="it writes a file of the machine",
        about="Where the claim pack is.",
        page=f"{_PAGES}:packed",
    )
    async def pack(
        self,
        claim: Annotated[str, _CLAIM],
        *,
        to: Annotated[Path, Help("Folder that the pack is made in.")] = Path(),
        archive: Annotated[bool, Help("One archive in place of a folder.", name="zip")] = False,
        pdf: Annotated[bool, Help("The form as PDF too; needs servicedesk-core[pdf].")] = False,
        scope: Scope | None = None,
    ) -> PackOutcome:
        """Write everything that a person needs to claim by hand: the filled-in form and the documents. No secret.

        Raises:
            ClaimIncompleteError: Something blocks it; names all of it.
            UnsupportedError: The writer of PDF files is not installed.
            SettingsError: The files cannot be written.
        """
        stored, checked, found = await checked_claim(self.desk, claim, scope)
        content = checked.required(stored.claim_id)
        entries = list(pack.contents(stored, content, found, today(self.desk), with_pdf=pdf))
        path = to / (f"{stored.claim_id}.zip" if archive else stored.claim_id)
        pack.write(path, entries, archive=archive)
        now, actor = self.desk.clock.now(), self.desk.outbox.actor

        def work(tx: Tx) -> None:
            drafts.packed(tx, drafts.validated(tx, stored, actor=actor, now=now), actor=actor, now=now)

        await self.desk.store.write(work)
        return PackOutcome(stored.claim_id, str(path), tuple(name for name, _ in entries))


def _values(changes: ClaimChanges | Mapping[str, Any]) -> Mapping[str, Any]:
    return changes.values() if isinstance(changes, ClaimChanges) else changes
