"""What a desk knows of its claims, from the store alone."""

from dataclasses import replace
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx

from servicedesk_core.config import DeskSettings
from servicedesk_core.domain.warranty import ClaimState
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.claims import tables
from servicedesk_core.features.claims.cover import with_cover
from servicedesk_core.features.claims.model import ClaimDetail, ClaimFile, Proposals
from servicedesk_core.features.claims.proposals import proposals
from servicedesk_core.features.claims.tables import ClaimFilter, ClaimNumbers, ClaimRow, files, reading
from servicedesk_core.features.claims.tables.stored import StoredAttachment
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, outbox
from servicedesk_core.store.queries.scope import Scope

_RESOLVE = "Look into the manufacturer's portal, then `servicedesk claims resolve {0} --found ID`, or `--absent`."


class ClaimReads:
    """Reads claims.

    Args:
        store: The desk's store.
        clock: The time.
        settings: The configuration.
    """

    def __init__(self, store: Store, clock: Clock, settings: DeskSettings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings

    def today(self) -> date:
        """Return the date where the desk is."""
        return self._clock.now().astimezone(ZoneInfo(self._settings.desk.timezone)).date()

    async def propose(
        self,
        *,
        company: str | None = None,
        connection: str | None = None,
        everything: bool = False,
        scope: Scope | None = None,
    ) -> Proposals:
        """Return the tickets that could be claimed.

        Args:
            company: Only of this client, by id or name.
            connection: Only tickets of this connection.
            everything: Also tickets that are done.
            scope: Only what it lets through; one of queues alone lets no device through.
        """
        look = partial(proposals, settings=self._settings, company=company, connection=connection)
        return await self._store.read(lambda tx: look(tx, only_open=not everything, scope=scope))

    async def list(
        self, chosen: ClaimFilter | None = None, *, limit: int | None = None, scope: Scope | None = None
    ) -> tuple[ClaimRow, ...]:
        """Return claims, the newest first.

        Args:
            chosen: Which; ``None`` = all.
            limit: At most so many.
            scope: Only what it lets through.
        """
        return await self._store.read(lambda tx: tables.rows(tx, _within(chosen, scope), limit=limit))

    async def numbers(self, chosen: ClaimFilter | None = None, *, scope: Scope | None = None) -> ClaimNumbers:
        """Return claims by state and age, the approval rate, and the money that came back.

        Args:
            chosen: Which claims; ``None`` = all.
            scope: Only what it lets through.
        """
        now = self._clock.now()
        return await self._store.read(lambda tx: tables.numbers(tx, _within(chosen, scope), now))

    async def get(self, claim: str, *, scope: Scope | None = None) -> ClaimDetail:
        """Return one claim with everything that hangs on it.

        Args:
            claim: Our id, the number, or the manufacturer's id.
            scope: Only if it lets the claim through; ids that might be the claim, but also another's, are left out.

        Raises:
            NotFoundLocallyError: There is no such claim.
        """

        def work(tx: Tx) -> ClaimDetail:
            stored = reading.get(tx, claim)
            if scope is not None and not tables.rows(tx, ClaimFilter(ids=(stored.id,), scope=scope)):
                raise NotFoundLocallyError(f"The store holds no claim {claim}.")
            write = outbox.get(tx, stored.sent_as) if stored.sent_as is not None else None
            doubtful = write is not None and stored.state is ClaimState.IN_DOUBT
            told = write.candidates if write and doubtful and scope is None else ()
            theirs = reading.refs(tx, stored.connection or "", but=stored.id)
            return ClaimDetail(
                claim=row_of(tx, stored.id),
                draft=with_cover(tx, stored.draft, stored.origin) if stored.state.is_ours else stored.draft,
                progress=stored.progress,
                files=tuple(_file(one) for one in files.of(tx, stored.id)),
                history=tuple(reading.history(tx, stored)),
                write=stored.sent_as,
                doubt=write.error if write and doubtful else None,
                waits=write.error if write and not doubtful else None,
                is_unapproved=write is not None and write.state is WriteState.PROPOSED,
                hint=_RESOLVE.format(stored.claim_id) if doubtful else write.hint if write else None,
                candidates=tuple(ref for ref in told if ref not in theirs),
            )

        return await self._store.read(work)


def _within(chosen: ClaimFilter | None, scope: Scope | None) -> ClaimFilter:
    chosen = chosen or ClaimFilter()
    return chosen if scope is None else replace(chosen, scope=scope)


def row_of(tx: Tx, number: int) -> ClaimRow:
    """Return one claim as lists show it, by the desk's own number."""
    return tables.rows(tx, ClaimFilter(ids=(number,)))[0]


def _file(one: StoredAttachment) -> ClaimFile:
    return ClaimFile(one.id, one.name, one.media_type, one.kind, one.size, one.sent_as is not None, one.added_by)
