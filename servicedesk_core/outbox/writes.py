"""The writes of a desk: look at them, decide about them, send them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from servicedesk_core.config import DeskSettings
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import (
    AnotherPersonError,
    NotFoundError,
    NotFoundLocallyError,
    SettingsError,
    WriteNotGrantedError,
    WriteStateError,
)
from servicedesk_core.faces.automatic import AutomaticAct, Suggestion
from servicedesk_core.hooks.pulling import FetchStatus
from servicedesk_core.hooks.write_capability import WriteCapability
from servicedesk_core.outbox import deciding
from servicedesk_core.outbox.acting import Acted, Acting
from servicedesk_core.outbox.changing import edited
from servicedesk_core.outbox.checking import WriteChecks
from servicedesk_core.outbox.copying import Copier
from servicedesk_core.outbox.duplicates import warnings_of
from servicedesk_core.outbox.grants import Grants
from servicedesk_core.outbox.guards import Guards
from servicedesk_core.outbox.limits import ensure_no_circle, exceeding
from servicedesk_core.outbox.outcomes import Reverted, SendOutcome
from servicedesk_core.outbox.record_sender import RecordSender
from servicedesk_core.outbox.reverting import ensure_revertible, reversal
from servicedesk_core.outbox.senders import Sender, Senders
from servicedesk_core.outbox.sending import Sending
from servicedesk_core.outbox.standing import NoApprovals, StandingApprovals
from servicedesk_core.outbox.values import Fields
from servicedesk_core.outbox.views import WriteView, asked_before, view_of
from servicedesk_core.people import Actor
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, Tx, audit, outbox
from servicedesk_core.store.outbox import StoredWrite

UNFINISHED = (WriteState.PROPOSED, WriteState.QUEUED, WriteState.SENDING, WriteState.IN_DOUBT)


class Writes:
    """The outbox of a desk. Nothing here sends without an approval.

    Args:
        store: The desk's store.
        clock: The time.
        settings: The configuration, which grants.
        opener: Opens a connection.
        checks: Look at what somebody wants before it is stored.
        senders: Of kinds that are carried in another way than records are.
        guards: Returns where what features hold their writes against is, by stream; see :class:`Guards`.
        another_person: Says which writes take the approval of another person, where the configuration does not say it
            of all.
        standing: The standing approvals of the desk.
        actor: Who acts.
        hops: How many writes lie before what is proposed here, each made because of the change before.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: DeskSettings,
        opener: Callable[[str], Awaitable[OpenConnection]],
        checks: WriteChecks,
        *,
        senders: Sequence[Sender] = (),
        guards: Callable[[], Mapping[str, str]] = dict,
        another_person: deciding.AnotherPerson = lambda _tx, _write: None,
        standing: StandingApprovals | None = None,
        actor: Actor,
        hops: int = 0,
    ) -> None:
        self._store = store
        self._clock = clock
        self._zone = ZoneInfo(settings.desk.timezone)
        self._opener = opener
        self._checks = checks
        self._guards = Guards(guards)
        self._copier = Copier.of(store, clock, settings.connections)
        self.actor = str(actor)
        self.hops = hops
        """How many writes lie before what is proposed here."""
        self.asks_another = settings.writes.approval == "another-person"
        """Whether every write takes the approval of another person than the one who proposed it."""
        self._another_person = another_person
        self._standing = standing or NoApprovals()
        self.grants = Grants(settings)
        carrying = Senders([*senders, RecordSender(self._copier)])
        self.sending = Sending(store, clock, settings, opener, carrying, actor=self.actor, standing=self._standing)

    async def propose(
        self,
        intent: Intent,
        *,
        then: Sequence[Intent] = (),
        also: Callable[[Tx, StoredWrite], None] | None = None,
    ) -> WriteView:
        """Store what somebody wants; nothing is sent before it is approved.

        Args:
            intent: What is wanted.
            then: What is to follow it, each sent once its vendor has it. All of it is stored, or nothing.
            also: Stores what belongs to it, in the same transaction.

        Raises:
            SettingsError: There is no such connection.
            WriteNotGrantedError: The configuration does not grant it.
            UnsupportedError: The connector cannot write such a thing.
            WriteError: The vendor would refuse it: a field is missing, unknown or too long, or a list does not have a
                word; names those that it has. Or what is there does not allow it.
            WriteStoppedError: Too many writes lie before it, each made because of the change before.
        """
        for one in (intent, *then):
            self.grants.ensure(one.connection, one.kind)
            ensure_no_circle(self.hops, one.connection)
        if (first := await self._store.read(partial(asked_before, request_id=intent.request_id))) is not None:
            return first
        checked, following = await self._checked(intent), [await self._checked(one) for one in then]

        def work(tx: Tx) -> int:
            audit.take_turn(tx)  # whoever wants the same at the same time has stored it, or comes later
            if intent.request_id and (number := outbox.asked_before(tx, intent.request_id)) is not None:
                return number
            write = self._propose(tx, checked, also)
            for one in following:
                self._propose(tx, replace(one, after=write.id))
            return write.id

        return await self._view(await self._store.write(work))

    async def act(self, act: AutomaticAct, suggestions: Sequence[Suggestion], *, send: bool = False) -> Acted:
        """Do what an automatic act suggests, as far as standing approvals cover it; of the rest nothing is written.

        What a person decided about already, edited, or must approve is left to people.

        Args:
            act: The act.
            suggestions: What it would do now, the most important first.
            send: Send at once what was approved; else the job ``writes`` does.

        Raises:
            ValueError: It suggests a kind of writes that it does not declare.
            StoreError: The store cannot be used.
        """
        run = Acting(self._store, self._clock, self._standing, act, actor=self.actor, needs_person=self._another_person)
        done = await run.carry_out(suggestions, self.propose)
        if send and done.approved:
            await self.sending.send(done.approved)
        return done

    async def edit(self, number: int, fields: Fields, *, reason: str = "") -> WriteView:
        """Give a write other values, as long as the vendor certainly does not have it.

        It is checked like a new proposal, based on what the store shows now, and waits for an approval, also when it
        had one. Its history and the audit trail say who changed which fields.

        Args:
            number: Which.
            fields: Domain field to its new value; the others stay. ``None`` takes a field out of a new record, and
                empties it in one that is there.
            reason: Why.

        Raises:
            NotFoundLocallyError: There is no such write.
            WriteStateError: It is being sent, in doubt, or done; or somebody edited it at the same moment.
            WriteNotGrantedError: The configuration does not grant it.
            WriteError: A field is unknown, or the vendor would refuse what it becomes.
        """
        seen = await self._stored(number)
        deciding.ensure_editable(seen)
        self.grants.ensure(seen.connection, seen.kind)
        intent = await self._checked(await self._store.read(partial(edited, write=seen, fields=fields)))

        def work(tx: Tx) -> None:
            audit.take_turn(tx)
            warnings, now = self._warnings(tx, intent, without=number), self._clock.now()
            write = deciding.edit(tx, seen, intent, actor=self.actor, now=now, warnings=warnings, reason=reason)
            self._ensure(tx, write)

        await self._store.write(work, durable=True)
        return await self._view(number)

    async def approve(
        self,
        numbers: Sequence[int],
        *,
        versions: Mapping[int, int] | None = None,
        send: bool = False,
        agreed: bool = False,
    ) -> tuple[WriteView, ...]:
        """Approve proposed writes: all of them, or none. Of two who approve the same at once one gets an error.

        Args:
            numbers: Which; one that is named twice is meant once.
            versions: Those that were looked at, by number; what somebody else edited is approved in no other way.
            send: Send them at once.
            agreed: Whether somebody was shown all of them and agreed: then sending does not stop among them to ask.

        Raises:
            NotFoundLocallyError: There is no such write.
            WriteStateError: One is not proposed (any more), or was edited since it was looked at.
            AnotherPersonError: Another person must approve one.
            WriteNotGrantedError: The configuration does not grant one.
        """

        def approve(tx: Tx, number: int, *, actor: str, now: datetime) -> StoredWrite:
            another, version = self.another_person, (versions or {}).get(number)
            return deciding.approve(tx, number, actor=actor, now=now, by_another=another, version=version)

        return await self._decided(approve, numbers, grants=True, send=send, agreed=agreed)

    async def exceeding(self, numbers: Sequence[int]) -> Mapping[str, tuple[int, int]]:
        """Return of which connections sending would stop to ask: how many would go, and how many still may."""
        policy, now = self.sending.policy, self._clock.now()
        return await self._store.read(lambda tx: exceeding(tx, numbers, policy, now))

    async def approve_own(
        self, numbers: Sequence[int], *, send: bool = False, agreed: bool = False
    ) -> tuple[WriteView, ...]:
        """Approve what the same act proposed, unless another person must: then it waits; see :meth:`approve`."""
        if await self._store.read(lambda tx: any(self.another_person(tx, outbox.get(tx, one)) for one in numbers)):
            return tuple([await self._view(number) for number in dict.fromkeys(numbers)])
        return await self.approve(numbers, send=send, agreed=agreed)

    def another_person(self, tx: Tx, write: StoredWrite) -> str | None:
        """Return why a write takes the approval of another person than who proposed it; ``None`` = it does not."""
        if self.asks_another:
            return '[writes] says approval = "another-person".'
        return self._another_person(tx, write)

    async def discard(self, numbers: Sequence[int], *, reason: str = "") -> tuple[WriteView, ...]:
        """Decide that writes are not pursued: all of them, or none.

        Raises:
            NotFoundLocallyError: There is no such write.
            WriteStateError: One is being sent, in doubt, or done.
        """
        return await self._decided(partial(deciding.discard, reason=reason), numbers)

    async def retry(self, numbers: Sequence[int], *, send: bool = False) -> tuple[WriteView, ...]:
        """Send rejected or waiting writes again, and look again for those in doubt: all of them, or none.

        Args:
            numbers: Which; one that is named twice is meant once.
            send: Do it at once.

        Raises:
            NotFoundLocallyError: There is no such write.
            WriteStateError: One is neither rejected, waiting nor in doubt.
            AnotherPersonError: Another person must approve one, and none has.
            WriteNotGrantedError: The configuration does not grant one.
        """
        retry = partial(deciding.retry, by_another=self.another_person)
        return await self._decided(retry, numbers, grants=True, send=send)

    async def resolve(self, number: int, outcome: WriteState, *, ref: str | None = None, reason: str = "") -> WriteView:
        """Settle a doubt after a look at the vendor.

        Args:
            number: Which.
            outcome: ``confirmed``: the vendor has it; ``queued``: it does not, send it again; ``discarded``: leave it.
            ref: The vendor's id of the record, when confirmed and known.
            reason: How it was found out.

        Raises:
            NotFoundLocallyError: There is no such write.
            WriteStateError: It is not in doubt.
        """
        write = await self._stored(number)
        if ref is not None and write.target is None:
            taken = await self._store.read(lambda tx: outbox.taken_refs(tx, write))
            if ref in taken:
                raise SettingsError(f"{ref} belongs to another write of ours.", hint="Name the id of this one.")
        decision = partial(deciding.resolve, outcome=outcome, ref=ref, reason=reason)
        return (await self._decided(decision, [number]))[0]

    async def revert(self, number: int, *, reason: str = "") -> Reverted:
        """Propose to restore the old values of a confirmed update, where the vendor still shows ours.

        Args:
            number: Which.
            reason: Why.

        Raises:
            NotFoundLocallyError: There is no such write.
            WriteStateError: The vendor does not have it.
            WriteError: It made something new, or nothing of it is left.
            ConnectorError: The vendor could not be asked what it shows.
        """
        write = await self._stored(number)
        ensure_revertible(write)
        opened = await self._opener(write.connection)
        stream = write.kind.partition(".")[0]
        outcome = await self._copier.fetch(opened.calls, stream, write.target or "")
        if outcome.status is not FetchStatus.FOUND or not outcome.records:
            message = "The vendor does not show the record now; nothing was proposed."
            raise NotFoundError(message, connection=write.connection)
        entity = self._copier.entity(opened.calls, stream, outcome.records[0])
        back = reversal(write, entity.model_dump(mode="json") if entity else {}, reason=reason)
        view = await self.propose(back.intent)
        irrevocable = "Mails, workflow rules and SLA events that the first write set off stay as they are."
        return Reverted(view, back.left, irrevocable)

    async def run(
        self, connection: str | None = None, *, only: Collection[int] = (), allow: int = 0
    ) -> tuple[SendOutcome, ...]:
        """Settle doubts, send what is approved, and read back what was confirmed.

        Args:
            connection: Only over this one; ``None`` = over all that have something to do.
            only: Send only these.
            allow: Let so many more go after sending stopped and asked; counting begins anew.

        Raises:
            SettingsError: There is no such connection.
            StoreError: The store cannot be used.
        """
        return await self.sending.run(connection, only=only, allow=allow)

    async def capability(self, connection: str, kind: str) -> WriteCapability | None:
        """Return what a connector says about a kind of writes; ``None`` when that cannot be found out now.

        Raises:
            UnsupportedError: It cannot write such a thing.
        """
        return await self._checks.capability(connection, kind)

    async def _decided(
        self,
        decision: Callable[..., StoredWrite],
        numbers: Sequence[int],
        *,
        grants: bool = False,
        send: bool = False,
        agreed: bool = False,
    ) -> tuple[WriteView, ...]:
        """Decide about writes in one transaction: what cannot be done with one is done with none."""
        chosen = tuple(dict.fromkeys(numbers))
        now = self._clock.now()

        def work(tx: Tx) -> None:
            for number in chosen:
                write = outbox.get(tx, number)
                if grants:
                    self.grants.ensure(write.connection, write.kind)
                decision(tx, number, actor=self.actor, now=now)

        try:
            await self._store.write(work, durable=True)
        except (NotFoundLocallyError, WriteNotGrantedError, WriteStateError, AnotherPersonError) as error:
            if len(chosen) > 1:
                error.hint = " ".join(filter(None, ("Nothing was done with any of them.", error.hint)))
            raise
        if send and chosen:
            await self.sending.send(chosen, agreed=agreed)
        return tuple([await self._view(number) for number in chosen])

    def _propose(self, tx: Tx, intent: Intent, also: Callable[[Tx, StoredWrite], None] | None = None) -> StoredWrite:
        warnings = self._warnings(tx, intent)
        carried = replace(intent, hops=self.hops)
        write = outbox.propose(tx, carried, actor=self.actor, now=self._clock.now(), warnings=warnings)
        if also is not None:
            also(tx, write)
        self._ensure(tx, write)
        return write

    def _warnings(self, tx: Tx, intent: Intent, *, without: int | None = None) -> tuple[str, ...]:
        guard = self._guards.of(intent.kind)
        theirs = () if guard is None else guard.warnings(tx, intent, without=without)
        return (*warnings_of(tx, intent, self._zone, without=without), *theirs)

    def _ensure(self, tx: Tx, write: StoredWrite) -> None:
        if (guard := self._guards.of(write.kind)) is not None:
            guard.stored(tx, write)

    async def _checked(self, intent: Intent) -> Intent:
        """Return an intent that its vendor may take, with who will see it."""
        can = await self.capability(intent.connection, intent.kind)
        await self._checks.ensure_takeable(intent, can)
        if can is None or intent.visibility is not None:
            return intent
        return replace(intent, visibility="public" if can.visible_to == "customer" else "internal")

    async def _stored(self, number: int) -> StoredWrite:
        return await self._store.read(lambda tx: outbox.get(tx, number))

    async def _view(self, number: int) -> WriteView:
        return await self._store.read(lambda tx: view_of(tx, number))
