"""Links that clients follow: made, and taken back."""

from typing import Annotated

from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Awaited, Capability, Help, Manner, action
from servicedesk_core.features.messages.model import Made, Revoked
from servicedesk_core.features.messages.posts import links
from servicedesk_core.features.messages.posts.links import Shows
from servicedesk_core.features.messages.queries import UNSCOPED_LINKS, MessageQueries
from servicedesk_core.features.tickets import found
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx, audit, sources
from servicedesk_core.store.queries.scope import Scope


class Linking(MessageQueries[Manner]):
    """Links that clients follow."""

    desk: ProposingDesk

    @action("messages.link", about="The link.", needs=Capability.MESSAGES)
    async def link(
        self: "Linking[Awaited]",
        ticket: Annotated[str, Help("Number of a ticket, or the vendor's id.", names="tickets.show")],
        *,
        client: Annotated[bool, Help("All tickets of its client, in place of this one.")] = False,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        days: Annotated[int, Help("How many days it leads anywhere.", between=(1, 366))] = 30,
        scope: Scope | None = None,
    ) -> Made:
        """Make a link to what a client may read: public notes and messages of a ticket, or of all of its client.

        Whoever has the link reads that, so give it to the client alone; `servicedesk messages revoke` takes it back.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            SettingsError: Nothing listens to the open net, or the ticket is no client's.
        """
        settings = self.desk.settings

        def work(tx: Tx) -> Made:
            audit.take_turn(tx)
            row, now, by = found(tx, ticket, connection, scope).row, self.desk.clock.now(), str(self.desk.actor)
            shows, ref = (Shows.CLIENT, row.company_ref) if client else (Shows.TICKET, row.external_id)
            if ref is None:
                raise SettingsError(f"{row.ticket} is no client's.")
            source = sources.get(tx, row.connection).id
            one = links.make(tx, shows, source, ref, by=by, now=now, days=days)
            if (address := one.address(settings)) is None:
                raise SettingsError("Nothing listens to the open net.", hint="Write [public] listen and url.")
            entity, after = f"link:{one.id}", {"shows": shows.value, "ends_at": one.ends_at.isoformat()}
            audit.append(tx, at=now, actor=by, action="messages.linked", entity=entity, after=after)
            return Made(one.id, address, one.ends_at)

        return await self.desk.store.write(work)

    @action("messages.revoke", about="What was taken back.", needs=Capability.MESSAGES, unscoped=UNSCOPED_LINKS)
    async def revoke(
        self: "Linking[Awaited]", number: Annotated[int, Help("Number of the link.", names="messages.links")]
    ) -> Revoked:
        """Take a link back: it leads nowhere any more.

        Raises:
            NotFoundLocallyError: There is none of this number that leads anywhere.
        """

        def work(tx: Tx) -> Revoked:
            audit.take_turn(tx)
            now, by = self.desk.clock.now(), str(self.desk.actor)
            if not links.revoke(tx, number, now):
                hint = "`servicedesk messages links` lists them."
                raise NotFoundLocallyError(f"There is no link {number} that leads anywhere.", hint=hint)
            audit.append(tx, at=now, actor=by, action="messages.revoked", entity=f"link:{number}")
            return Revoked(number)

        return await self.desk.store.write(work)
