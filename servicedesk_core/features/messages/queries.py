"""Messages to clients: the words, and who tells what."""

from typing import Annotated

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.definitions import decisions
from servicedesk_core.features.messages import tables
from servicedesk_core.features.messages.bounces.tables import rows as bounces
from servicedesk_core.features.messages.kinds import TEMPLATES
from servicedesk_core.features.messages.lists import answered, detail, of_tickets, rows
from servicedesk_core.features.messages.model import (
    Answer,
    BounceRow,
    LinkRow,
    MessageDetail,
    MessageRow,
    MessageState,
    Post,
    Preview,
    TemplateRow,
    Told,
)
from servicedesk_core.features.messages.posts.links import all_of
from servicedesk_core.features.messages.posts.wall import posts
from servicedesk_core.features.messages.rendering import rendered
from servicedesk_core.features.messages.telling import Decided
from servicedesk_core.features.messages.triggers import Trigger, sample
from servicedesk_core.features.tickets import TicketFilter, found
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, client_messages

_LATELY = 10_000
"""So many messages a list looks through, the newest."""

UNSCOPED_ADDRESSES = "it shows addresses of whoever was mailed, of all clients"

UNSCOPED_LINKS = "it shows links of all clients"

UNSCOPED = "it shows what was decided for the whole desk, and no record"


class MessageQueries(Namespace[Manner]):
    """Messages to clients."""

    desk: ConfiguredDesk

    @query(
        "messages.templates",
        about="Templates of messages to clients.",
        needs=Capability.DEFINITIONS_READ,
        empty="There is no template: [message_templates.NAME] in the definitions.",
        unscoped=UNSCOPED,
    )
    def templates(
        self,
        tx: Tx,
        *,
        trigger: Annotated[Trigger | None, Help("Only those for this.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[TemplateRow]:
        """List the templates that hold: what they tell of, for whom, and in which language.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        versions = decisions(tx, TEMPLATES)
        rows = (
            TemplateRow(
                one.name, one.triggers, one.clients, one.language, one.subject, one.html is not None,
                versions[one.name].version,
            )
            for one in Decided(tx, self.desk.clock.now()).templates
            if trigger is None or trigger in one.triggers
        )  # fmt: skip
        return piece(Page(tuple(rows)), TemplateRow, by="name", sort=sort, after=after, limit=limit)

    @query(
        "messages.plan",
        about="Who tells clients what: the desk, the PSA, or both.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
    )
    def plan(
        self,
        tx: Tx,
        *,
        both: Annotated[bool, Help("Only what desk and PSA may both tell.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[Told]:
        """List what clients can be told of, who tells it, whether by itself, and what is to be done about that.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        decided = Decided(tx, self.desk.clock.now())
        rows = (decided.row(trigger) for trigger in Trigger)
        found = tuple(one for one in rows if one.both or not both)
        return piece(Page(found), Told, by="trigger", sort=sort, after=after, limit=limit)

    @query(
        "messages.preview",
        about="A template as a client would read it, with a sample of each thing it tells of.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=UNSCOPED,
    )
    def preview(
        self,
        tx: Tx,
        template: Annotated[str, Help("Name of the template.")],
        *,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[Preview]:
        """Show a template with a sample of each thing that it tells of.

        Raises:
            NotFoundLocallyError: There is no such template.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        known = {one.name: one for one in Decided(tx, self.desk.clock.now()).templates}
        if (one := known.get(template)) is None:
            raise NotFoundLocallyError(
                f'There is no template "{template}".{did_you_mean(template, known)}',
                hint="`servicedesk messages templates` lists them.",
            )
        rows = tuple(Preview(each, one.name, *rendered(one, sample(each))) for each in one.triggers)
        return piece(Page(rows), Preview, by="trigger", sort=sort, after=after, limit=limit)

    @query(
        "messages.queue",
        about="Messages that wait for somebody, those that happened first, first.",
        empty="No message waits for anybody.",
    )
    def queue(
        self,
        tx: Tx,
        *,
        trigger: Annotated[Trigger | None, Help("Only what tells of this.")] = None,
        client: Annotated[str | None, Help("Only those of this client, by name or id.")] = None,
        held: Annotated[bool, Help("Only those for which something is missing.")] = False,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[MessageRow]:
        """List the messages that somebody is to release or leave, those that are held, refused or in doubt.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        chosen = TicketFilter(company=(client,) if client else ())
        wanted = (
            one
            for one in rows(tx, [*of_tickets(tx, chosen, scope), tables.in_queue()])
            if trigger in (None, one.trigger) and (not held or one.state is MessageState.HELD)
        )
        return piece(Page(tuple(wanted)), MessageRow, by="happened_at,number", sort=sort, after=after, limit=limit)

    @query("messages.list", about="Messages to clients, the newest first.", empty="No client was told anything.")
    def list(
        self,
        tx: Tx,
        *,
        ticket: Annotated[str | None, Help("Only those of this ticket, by number or id.")] = None,
        connection: Annotated[str | None, Help("Where that is, if several have it.")] = None,
        client: Annotated[str | None, Help("Only those of this client, by name or id.")] = None,
        state: Annotated[MessageState | None, Help("Only those that stand so.")] = None,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[MessageRow]:
        """List messages to clients, whatever became of them.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        where = of_tickets(tx, TicketFilter(company=(client,) if client else ()), scope)
        if ticket is not None:
            local_id = found(tx, ticket, connection, scope).row.local_id
            where.append(client_messages.c.ticket_id == local_id)
        shown = tuple(one for one in rows(tx, where, _LATELY) if state in (None, one.state))
        return piece(Page(shown), MessageRow, by="-number", sort=sort, after=after, limit=limit)

    @query(
        "messages.show",
        about="A message with all that it says.",
        page="servicedesk_core.features.messages.pages:detail",
    )
    def show(
        self,
        tx: Tx,
        number: Annotated[int, Help("Its number.", names="messages.list")],
        *,
        scope: Scope | None = None,
    ) -> MessageDetail:
        """Show a message: where it stands, and what its client reads.

        Raises:
            NotFoundLocallyError: There is no such message.
        """
        if (one := detail(tx, number, scope)) is None:
            raise NotFoundLocallyError(f"There is no message {number}.", hint="`servicedesk messages list` lists them.")
        return one

    @query(
        "messages.bounced",
        about="Addresses that mails did not reach.",
        needs=Capability.MESSAGES,
        empty="Every mail arrived, as far as reports of mail servers were read: servicedesk messages bounces.",
        unscoped=UNSCOPED_ADDRESSES,
    )
    def bounced(
        self,
        tx: Tx,
        *,
        everything: Annotated[bool, Help("Also those that somebody cleared.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[BounceRow]:
        """List addresses that mails did not reach; nothing is mailed to one before somebody clears it.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = tuple(one for one in bounces(tx) if everything or one.cleared_at is None)
        return piece(Page(found), BounceRow, by="-at,address", sort=sort, after=after, limit=limit)

    @query("messages.wall", about="What a client may read of a ticket, the newest first.", empty="Nothing yet.")
    def wall(
        self,
        tx: Tx,
        ticket: Annotated[str, Help("Number of a ticket, or the vendor's id.", names="tickets.show")],
        *,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Post]:
        """List what a client may read of a ticket: public notes and messages, and nothing else.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        row = found(tx, ticket, connection, scope).row
        mine = RECORDS["tickets"].c.local_id == row.local_id
        shown = tuple(posts(tx, sources.get(tx, row.connection).id, [mine]))
        return piece(Page(shown), Post, by="-at", sort=sort, after=after, limit=limit)

    @query(
        "messages.links",
        about="Links that clients follow, the newest first.",
        needs=Capability.MESSAGES,
        empty="There is no link.",
        unscoped=UNSCOPED_LINKS,
    )
    def links(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[LinkRow]:
        """List links that clients follow, with what they show and until when; never the links themselves.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        rows = tuple(
            LinkRow(one.id, one.shows, one.ref, one.made_by, one.made_at, one.ends_at, one.revoked_at)
            for one in all_of(tx)
        )
        return piece(Page(rows), LinkRow, by="-number", sort=sort, after=after, limit=limit)

    @query("messages.answers", about="How clients say that it went, the newest first.", empty="Nobody answered.")
    def answers(
        self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None, scope: Scope | None = None
    ) -> Page[Answer]:
        """List what clients answered to the surveys of this desk.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        return piece(Page(tuple(answered(tx, scope))), Answer, by="-at,ticket", sort=sort, after=after, limit=limit)
