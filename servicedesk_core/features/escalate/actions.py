"""Handing a ticket on to another tier."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError, WriteError, WriteNotGrantedError
from servicedesk_core.faces import Capability, Help, Manner
from servicedesk_core.features.escalate import handing_on
from servicedesk_core.features.escalate.kinds import Tier
from servicedesk_core.features.escalate.model import Mood
from servicedesk_core.features.escalate.queries import EscalationQueries
from servicedesk_core.features.tickets import TicketDetail, child_of, found, resolved, update_of
from servicedesk_core.features.writes import ProposingDesk, proposed, proposes
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.scope import Scope

_NOTE: Final = "notes.create_internal"
_HELPER: Final = "secondary_resources.create"


class Escalate(EscalationQueries[Manner]):
    """Hands tickets on, and shows what comes next on promises."""

    desk: ProposingDesk

    @proposes("escalate", title="Hand on", about="The proposed change.", needs=Capability.TICKETS_WRITE)
    async def __call__(
        self,
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")],
        *,
        to: Annotated[str, Help("Name of the tier, as `[tiers.NAME]` of the definitions says.")],
        tried: Annotated[str, Help("What was tried.", is_long=True)],
        findings: Annotated[str, Help("What was found.", is_long=True)],
        mood: Annotated[Mood, Help("How the client takes it.")],
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        reason: Annotated[str, Help("Why; kept in the audit trail.")] = "",
        request_id: Annotated[str | None, Help("Your own id: a second call changes nothing.")] = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose that another tier goes on with a ticket. With --yes this changes an outside system.

        It goes to the queue of the tier, and nobody has it until somebody there takes it. What was tried and found
        becomes an internal note behind it. Whoever had it stays a helper where the configuration grants
        `secondary_resources.create`; else the note names them. The clock of the tier begins.

        Raises:
            NotFoundLocallyError: The store holds no such ticket or queue, or there is no such tier.
            WriteError: It is done, in that queue already, or it was not said what was tried and found.
            WriteNotGrantedError: The configuration does not grant it.
        """
        if not tried.strip() or not findings.strip():
            raise WriteError("Whoever goes on has to know more.", hint="Say --tried and --findings, each in words.")
        now, actor = self.desk.clock.now(), str(self.desk.actor)
        then: Sequence[Intent] = ()
        row: dict[str, Any] = {}

        def intents(tx: Tx) -> list[Intent]:
            one = found(tx, ticket, connection, scope)
            if not one.row.is_open:
                raise WriteError(f"{one.row.ticket} is done.", hint="Open it again first, if it is not.")
            tier = self._tier(tx, to)
            row.update(
                ticket_id=one.row.local_id,
                tier=tier.name,
                from_queue_ref=one.ticket.queue_ref,
                from_technician_ref=one.ticket.assignee_ref,
                tried=tried.strip(),
                findings=findings.strip(),
                mood=mood.value,
                at=now,
                actor=actor,
            )
            wanted = resolved(tx, one.row.connection, scope, queue=tier.queue) | {"assignee_ref": None}
            first = update_of(tx, one, wanted, scope, reason=reason or f"to {tier.name}", request_id=request_id)
            return [first, *self._behind(tx, one, row, scope)]

        async def intended() -> Intent:
            nonlocal then
            first, *then = await self.desk.store.read(intents)
            return first

        def also(tx: Tx, _write: StoredWrite) -> None:
            handing_on.keep(tx, row)

        return await proposed(
            self.desk,
            intended,
            request_id,
            scope,
            send=send,
            proposing=lambda wanted: self.desk.outbox.propose(wanted, then=then, also=also),
        )

    def _tier(self, tx: Tx, name: str) -> Tier:
        known = handing_on.tiers(tx, self.desk.clock.now())
        if name not in known:
            message = f'There is no tier "{name}".{did_you_mean(name, known)}'
            hint = f"There are {', '.join(known)}." if known else "Write [tiers.NAME] with its queue, and apply it."
            raise NotFoundLocallyError(message, hint=hint)
        return known[name]

    def _behind(self, tx: Tx, one: TicketDetail, row: dict[str, Any], scope: Scope | None) -> list[Intent]:
        """Return what follows the change: the note, and that whoever had the ticket stays a helper."""
        had = one.row.assignee
        keeps = row["from_technician_ref"] is not None and self._may(one.row.connection)
        lines = [f"Tried: {row['tried']}", f"Found: {row['findings']}", f"Client: {row['mood']}"]
        if had and not keeps:
            lines.append(f"First technician: {had}")
        note = {"title": f"Handed on to {row['tier']}", "body": "\n".join(lines)}
        said: dict[str, Any] = {"reason": row["tier"], "request_id": None}
        found = [child_of(tx, one, _NOTE, note, scope, visibility="internal", **said)]
        if keeps:
            helper = {"technician_ref": row["from_technician_ref"]}
            found.append(child_of(tx, one, _HELPER, helper, scope, visibility=None, **said))
        return found

    def _may(self, connection: str) -> bool:
        try:
            self.desk.outbox.grants.ensure(connection, _HELPER)
        except WriteNotGrantedError:
            return False
        return True
