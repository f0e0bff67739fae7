"""Charging parts that were taken, and the claims that they are for."""

from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from servicedesk_core.domain.parts.charging import GIVEN_UP
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.faces import Awaited, Capability, Help, Manner, action
from servicedesk_core.features.claims import claim_of
from servicedesk_core.features.parts.charging.guard import not_owed
from servicedesk_core.features.parts.charging.model import ClaimedPart
from servicedesk_core.features.parts.charging.rules import charge_of, last_price
from servicedesk_core.features.parts.charging.tables import of_scope
from servicedesk_core.features.parts.ordering.tables import PLACE
from servicedesk_core.features.parts.queries import PartsQueries
from servicedesk_core.features.warranty import ConnectedDesk
from servicedesk_core.features.writes import proposed, proposes
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx, audit, outbox, schema
from servicedesk_core.store.outbox import StoredWrite, of_parts
from servicedesk_core.store.queries import taken
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.queries.taken import Taken

TAKEN = Annotated[int, Help('Its number in "parts taken".', name="TAKEN", names="parts.taken")]
TAKEN_OR_ORDERED = Annotated[
    int, Help('Its number in "parts taken", or that of the write that orders it.', name="NUMBER", names="parts.taken")
]
REASON = Annotated[str, Help("Why; kept in the audit trail.")]
REQUEST_ID = Annotated[str | None, Help("Your own id: a second call changes nothing.")]
PRICE = Annotated[Decimal | None, Help("What the client pays for one, such as 236.50.")]


def taken_as(tx: Tx, number: int, scope: Scope | None) -> Taken:
    """Return what a write took.

    Raises:
        NotFoundLocallyError: It took nothing, or the scope does not let it through.
    """
    if (found := taken.taken_by(tx, number, *of_scope(tx, scope))) is None:
        raise NotFoundLocallyError(f"Nothing was taken as {number}.", hint="servicedesk parts taken lists it.")
    return found


class Charging(PartsQueries[Manner]):
    """Charging what tickets took."""

    desk: ConnectedDesk

    @proposes("parts.charge", about="What is proposed to the PSA.", needs=Capability.PARTS_TAKE)
    async def charge(
        self: "Charging[Awaited]",
        number: TAKEN,
        *,
        price: PRICE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose to charge a part on its ticket, as far as it is not yet. With --yes this changes the PSA.

        What was charged and is not owed any more, because it was given back or its claim is open again, is taken
        back. A part that is for a claim is charged only when the claim was refused, and with a reason: the decision
        is kept.

        Raises:
            NotFoundLocallyError: Nothing was taken under this number.
            SettingsError: The PSA bills no parts, or the price is below 0.
            WriteError: It is charged, its claim is open or nobody says the price.
            WriteNotGrantedError: The configuration does not grant it.
        """
        settings = self.desk.settings.parts
        clock, actor = self.desk.clock, self.desk.outbox.actor
        today = clock.now().astimezone(ZoneInfo(self.desk.settings.desk.timezone)).date()

        def released(part: Taken) -> bool:
            return part.claim is not None and part.claim.state in GIVEN_UP and not part.claim.released_by

        def intent(tx: Tx) -> Intent:
            part = taken_as(tx, number, scope)
            if settings.billed_by != "psa":
                raise SettingsError("The PSA bills no parts here.", hint='[parts] says who does: billed_by = "psa".')
            due = part.due
            if released(part) and part.claim is not None:
                if not reason:
                    hint = "Say why the client pays after all: --reason."
                    raise WriteError(f"It is for claim {part.claim.claim_id}, which was refused.", hint=hint)
                due = part.held - part.charged
            if not due:
                raise not_owed(part)
            return charge_of(
                part.write.values,
                due,
                settings,
                cost=part.unit_cost,
                currency=part.currency,
                price=price if due > 0 or price is not None else last_price(part),
                on=today,
                reason=reason,
                request_id=request_id,
                after=part.write.id,
            )

        def decide(tx: Tx, write: StoredWrite) -> None:
            part, now = taken_as(tx, number, scope), clock.now()
            for one in taken.refused_charges(tx, part):  # tried again beside this one, it would charge twice
                outbox.move(
                    tx, one, WriteState.DISCARDED, actor=actor, now=now, why=f"charged anew as write {write.id}"
                )
            if released(part):
                taken.release(tx, number, actor=actor, at=now, reason=reason)
                entity = part.write.entity
                audit.append(tx, at=now, actor=actor, action="part.released", entity=entity, reason=reason)

        return await proposed(
            self.desk,
            lambda: self.desk.store.read(intent),
            request_id,
            scope,
            send=send,
            proposing=lambda wanted: self.desk.outbox.propose(wanted, also=decide),
        )

    @action("parts.claim", needs=Capability.PARTS_TAKE, about="The part and its claim.")
    async def claim(
        self: "Charging[Awaited]",
        number: TAKEN_OR_ORDERED,
        claim: Annotated[
            str, Help('Our id of the claim, or the manufacturer\'s; "none" = for none.', none=True, names="claims.list")
        ],
        *,
        reason: REASON = "",
        scope: Scope | None = None,
    ) -> ClaimedPart:
        """Note that a part was taken, or ordered, for a claim: nobody is invoiced for it while that is open.

        A charge of it that was not sent yet is dropped. That it is for none makes it the client's, and takes a reason.

        Raises:
            NotFoundLocallyError: Nothing was taken or ordered under this number, or there is no such claim.
            WriteError: It is for no claim, or the reason is missing.
        """
        clock, actor = self.desk.clock, self.desk.outbox.actor

        def work(tx: Tx) -> ClaimedPart:
            audit.take_turn(tx)
            now, write = clock.now(), _moved_or_ordered(tx, number, scope)
            before = _claim_id(tx, number)
            if not claim:
                if not reason:
                    raise WriteError("It becomes the client's to pay.", hint="Say why: --reason.")
                taken.unlink(tx, number)
            else:
                taken.link(tx, number, claim_of(tx, claim, scope), actor=actor, at=now)
            told, part = _claim_id(tx, number), taken.taken_by(tx, number)
            for one in part.unsent if part is not None and claim else ():
                why = f"the part is for claim {told}"
                outbox.move(tx, one, WriteState.DISCARDED, actor=actor, now=now, why=why)
            audit.append(
                tx, at=now, actor=actor, action="part.claimed", entity=write.entity, before=before, after=told,
                reason=reason,
            )  # fmt: skip
            due = Decimal(0) if part is None else taken_as(tx, number, scope).due
            return ClaimedPart(number, str(write.values.get("part_name") or write.label), told, due)

        return await self.desk.store.write(work)


def _moved_or_ordered(tx: Tx, number: int, scope: Scope | None) -> StoredWrite:
    """Return the write that took a part, or that orders some; orders are the desk's own, and in nobody's scope."""
    if scope is None and (found := of_parts(tx, PLACE, taken.PURSUED, schema.outbox.c.id == number)):
        return found[0]
    return taken_as(tx, number, scope).write


def _claim_id(tx: Tx, number: int) -> str | None:
    linked = taken.claims_of(tx, [number]).get(number)
    return linked.claim_id if linked else None
