"""What somebody may write where a ticket names something: technicians, queues, clients, statuses, priorities."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from sqlalchemy import Connection as Tx

from servicedesk_core.faces import After, Capability, Column, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.store.queries.scope import Scope


class WordsOf(StrEnum):
    """What words are of."""

    TECHNICIANS = "technicians"
    QUEUES = "queues"
    CLIENTS = "clients"
    STATUSES = "statuses"
    PRIORITIES = "priorities"


@dataclass(frozen=True, slots=True)
class Word:
    """A word that somebody may write."""

    word: Annotated[str, Column("What is written.")]
    meaning: Annotated[str, Column("What it is for people.")]
    connection: Annotated[str | None, Column("Where it is understood; nothing = everywhere.")]


class TicketWords(Namespace[Manner]):
    """Words that tickets are described with."""

    @query(
        "tickets.words",
        about="Words that can be written where a ticket names something.",
        needs=Capability.INTERNAL,
        empty="There is none. A sync brings them.",
    )
    def words(
        self,
        tx: Tx,
        of: Annotated[WordsOf, Help("Of what: technicians, queues, clients, statuses or priorities.")],
        *,
        connection: Annotated[str | None, Help("Only of this connection.")] = None,
        sort: Sort = None,
        limit: Limit = 500,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Word]:
        """List words that are understood where a ticket names something, such as whose it is.

        Of statuses and priorities these are those that the newest tickets show, then our own.

        Raises:
            NotFoundLocallyError: The store knows no such connection.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        from servicedesk_core.features.tickets.tables.words import words_of  # noqa: PLC0415  # lists need none of it

        found = words_of(tx, of, connection, scope)
        return piece(Page(tuple(found)), Word, by="connection,word", sort=sort, after=after, limit=limit)
