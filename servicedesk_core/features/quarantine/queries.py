"""What is in quarantine."""

from typing import Annotated

from sqlalchemy import Connection as Tx

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Capability, Help, Manner, Namespace, Page, number_after, query
from servicedesk_core.features.quarantine.model import QuarantinedRecord
from servicedesk_core.store import quarantine, sources
from servicedesk_core.store.queries.scope import Scope


class QuarantineQueries(Namespace[Manner]):
    """Records that could not be understood."""

    @query(
        "quarantine.list",
        about="Records that could not be understood, without their payload.",
        needs=Capability.DESK_READ,
        version=2,
        empty="No such record is in quarantine. A sync puts one there when it cannot be understood.",
    )
    def list(
        self,
        tx: Tx,
        *,
        connection: Annotated[str | None, Help("Only of this connection.")] = None,
        stream: Annotated[str | None, Help("Only of this stream.")] = None,
        limit: Annotated[int, Help("At most so many.", between=(1, 10_000))] = 100,
        after: Annotated[str | None, Help('"next" of the page before.')] = None,
        scope: Scope | None = None,
    ) -> Page[QuarantinedRecord]:
        """List the records in quarantine, without their content.

        Returns:
            Records by number; with a scope none, because nobody can say whose a record is that was not understood.

        Raises:
            NotFoundLocallyError: The store knows no such connection.
        """
        if scope is not None:
            return Page(())
        source_id = sources.get(tx, connection).id if connection else None
        found = quarantine.list(tx, source_id, stream, after_id=number_after(after), limit=limit + 1)
        names = {source.id: source.name for source in sources.all(tx)}
        more = str(found[limit - 1].id) if len(found) > limit else None
        return Page(tuple(_record(row, names) for row in found[:limit]), more)

    @query("quarantine.show", about="One of them with its payload.", needs=Capability.DESK_READ)
    def get(
        self,
        tx: Tx,
        number: Annotated[int, Help('Its number in "quarantine list".')],
        *,
        scope: Scope | None = None,
    ) -> QuarantinedRecord:
        """Show one record with the payload that the vendor sent.

        Raises:
            NotFoundLocallyError: It is not there; with a scope there is none.
        """
        if scope is not None:
            raise NotFoundLocallyError("The quarantine belongs to no scope.", hint="Look at it without one.")
        names = {source.id: source.name for source in sources.all(tx)}
        return _record(quarantine.get(tx, number), names, with_payload=True)


def _record(row: quarantine.Quarantined, names: dict[int, str], *, with_payload: bool = False) -> QuarantinedRecord:
    return QuarantinedRecord(
        id=row.id,
        connection=names.get(row.source_id, "?"),
        stream=row.stream,
        external_id=row.external_id,
        reason=row.reason,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        attempts=row.attempts,
        raw=row.raw if with_payload else None,
    )
