"""Trying records in quarantine again, and forgetting them."""

from collections.abc import Collection, Mapping
from typing import Annotated, Protocol

from sqlalchemy import Connection as Tx

from servicedesk_core.faces import Capability, Desk, Help, Manner, action
from servicedesk_core.features.quarantine.model import DropOutcome, RetryOutcome
from servicedesk_core.features.quarantine.queries import QuarantineQueries
from servicedesk_core.store import quarantine, sources
from servicedesk_core.wording import counted


class PullingDesk(Desk, Protocol):
    """A desk that can ask its vendors for single records."""

    async def retry_records(self, by_connection: Mapping[str, Collection[int]]) -> None:
        """Try records again, given their numbers in the quarantine."""
        ...


class Quarantine(QuarantineQueries[Manner]):
    """Records that could not be understood, and what can be done about them."""

    desk: PullingDesk

    @action(
        "quarantine.retry",
        about="What became of the retried records.",
        needs=Capability.DESK_OPERATE,
        unscoped="whose a record is that was not understood, nobody knows",
    )
    async def retry(
        self,
        numbers: Annotated[
            Collection[int], Help('Numbers in "quarantine list" [default: all that match].', names="quarantine.show")
        ] = (),
        *,
        connection: Annotated[str | None, Help("Only of this connection.")] = None,
        stream: Annotated[str | None, Help("Only of this stream.")] = None,
    ) -> RetryOutcome:
        """Try records again, after a plugin, the mapping or the vendor's data was corrected.

        They come from the vendor where it gives single records, else from their payload.

        Raises:
            NotFoundLocallyError: A number is not in the quarantine.
            ServiceDeskError: A connection cannot be used, as for a sync.
        """

        def chosen(tx: Tx) -> dict[str, tuple[int, ...]]:
            source_id = sources.get(tx, connection).id if connection else None
            found = [quarantine.get(tx, number) for number in numbers] or quarantine.each(tx, source_id, stream)
            by_connection: dict[str, tuple[int, ...]] = {}
            for row in found:
                by_connection[row.connection] = (*by_connection.get(row.connection, ()), row.id)
            return by_connection

        wanted = await self.desk.store.read(chosen)
        await self.desk.retry_records(wanted)
        asked = {number for ids in wanted.values() for number in ids}
        kept = await self.desk.store.read(lambda tx: sum(row.id in asked for row in quarantine.each(tx)))
        return RetryOutcome(released=len(asked) - kept, kept=kept)

    @action(
        "quarantine.drop",
        about="How many records were dropped.",
        needs=Capability.DESK_OPERATE,
        unscoped="whose a record is that was not understood, nobody knows",
        asks=lambda numbers: f"Forget {counted(len(numbers), 'quarantined record')} for good?",
    )
    async def drop(
        self, numbers: Annotated[Collection[int], Help('Numbers in "quarantine list".', names="quarantine.show")]
    ) -> DropOutcome:
        """Forget records for good, all of them or none. They come back only if the vendor sends them again.

        Raises:
            NotFoundLocallyError: A number is not there.
        """

        def work(tx: Tx) -> DropOutcome:
            for number in numbers:
                quarantine.get(tx, number)
            return DropOutcome(quarantine.drop(tx, numbers))

        return await self.desk.store.write(work)
