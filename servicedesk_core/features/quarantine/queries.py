"""What is in quarantine."""

from typing import Annotated

from sqlalchemy import Connection as Tx

from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, query
from servicedesk_core.store import quarantine, sources
from servicedesk_core.store.quarantine import QuarantinedRecord
from servicedesk_core.store.queries.scope import Scope


class QuarantineQueries(Namespace[Manner]):
    """Records that could not be understood."""

    @query(
        "quarantine.list",
        about="Records that could not be understood, without their payload.",
        needs=Capability.DESK_READ,
        version=2,
        sorts=quarantine.COLUMNS,
        empty="No such record is in quarantine. A sync puts one there when it cannot be understood.",
    )
    def list(
        self,
        tx: Tx,
        *,
        connection: Annotated[str | None, Help("Only of this connection.")] = None,
        stream: Annotated[str | None, Help("Only of this stream.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[QuarantinedRecord]:
        """List the records in quarantine, without their content.

        Returns:
            Records by number; with a scope none, because nobody can say whose a record is that was not understood.

        Raises:
            NotFoundLocallyError: The store knows no such connection.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        if scope is not None:
            return Page(())
        source_id = sources.get(tx, connection).id if connection else None
        return quarantine.page(tx, source_id, stream, sort=sort, after=after, limit=limit)

    @query("quarantine.show", about="One of them with its payload.", needs=Capability.DESK_READ)
    def get(
        self,
        tx: Tx,
        number: Annotated[int, Help('Its number in "quarantine list".', names="quarantine.show")],
        *,
        scope: Scope | None = None,
    ) -> QuarantinedRecord:
        """Show one record with the payload that the vendor sent; one of a stream with costs takes money.read too.

        One of a stream with absences takes absences.read.

        Raises:
            NotPermittedError: It is of a stream with costs or absences, and whoever asks may not see them.
            NotFoundLocallyError: It is not there; with a scope there is none.
        """
        if scope is not None:
            raise NotFoundLocallyError("The quarantine belongs to no scope.", hint="Look at it without one.")
        found = quarantine.get(tx, number)
        stream = STREAMS.get(found.stream)
        if stream is not None and (stream.holds_costs or stream.costs):
            self.desk.permitted(Capability.MONEY, "quarantine.show")
        if stream is not None and stream.holds_absences:
            self.desk.permitted(Capability.ABSENCES, "quarantine.show")
        return found
