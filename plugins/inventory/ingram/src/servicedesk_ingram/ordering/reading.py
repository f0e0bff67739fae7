"""Orders of the account as a stream.

The search knows no change of an order, only when it was placed. So all orders are listed, and details are read of those
that are open, and of those whose end was seen not long ago: parcels are delivered after it. The others stay as they
were read last.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from servicedesk_core.errors import (
    ConnectorError,
    CursorError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RejectedError,
    VendorUnavailableError,
)
from servicedesk_core.hooks import (
    Clock,
    FetchOutcome,
    FetchStatus,
    Page,
    PullMode,
    PullRequest,
    SourceRecord,
    StateStore,
    StreamCheck,
)
from servicedesk_core.http import together
from servicedesk_ingram.api.client import Api
from servicedesk_ingram.capabilities import ORDERS_RIGHT
from servicedesk_ingram.ordering.meaning import has_ended
from servicedesk_ingram.settings import IngramSettings
from servicedesk_ingram.values import Row, day, key, text

STREAM = "purchase_orders"
PAGE_SIZE = 100
_MARK = "1"
_FOLLOWED = "followed_orders"


@dataclass(frozen=True, slots=True)
class OrderReader:
    """Reads orders.

    Attributes:
        api: The vendor's interface.
        settings: Of the connection.
        clock: The time.
        state: Remembers the orders that are followed, each with the day on which it was first seen at its end.
    """

    api: Api
    settings: IngramSettings
    clock: Clock
    state: StateStore

    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Yield the pages of all orders.

        Raises:
            CursorError: The position is of another version.
            ConnectorError: Ingram Micro could not be asked, or refused.
        """
        number, came = _position(request.resume)
        size = min(request.page_size or PAGE_SIZE, PAGE_SIZE)
        only_ids = request.mode is PullMode.RECONCILE
        while True:
            rows, total = await self.api.order_page(number, size)
            if not rows and came < total:
                raise ProtocolError("Ingram Micro's list of orders leaves out what it says it has found.")
            records = [_bare(row) for row in rows] if only_ids else await self._records(rows)
            number, came = number + 1, came + len(rows)
            last = not rows or 0 < total <= came
            yield Page(records, None if last else f"{_MARK}:{number}:{came}", last, vendor_count=len(rows))
            if last:
                return

    async def count(self) -> int:
        """Return how many orders there are."""
        _, total = await self.api.order_page(1, 1)
        return total

    async def fetch(self, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Yield named orders."""
        for ref in refs:
            try:
                details = await self.api.order_details(ref)
            except PermissionDeniedError as error:
                yield FetchOutcome(ref, FetchStatus.DENIED, reason=error.message)
            except NotFoundError:
                yield FetchOutcome(ref, FetchStatus.MISSING, reason="Ingram Micro has no such order.")
            except ConnectorError as error:
                yield FetchOutcome(ref, FetchStatus.FAILED, reason=error.message)
            else:
                yield FetchOutcome(ref, FetchStatus.FOUND, (SourceRecord(ref, {"details": dict(details)}),))

    async def check(self, stream: str) -> StreamCheck:
        """Look whether orders can be read, and how many are visible."""
        try:
            total = await self.count()
        except PermissionDeniedError:
            return StreamCheck(stream, readable=False, note=f"The application needs: {ORDERS_RIGHT}.")
        return StreamCheck(stream, readable=True, visible=total)

    async def _records(self, rows: Sequence[Row]) -> list[SourceRecord]:
        before = await self.state.get(_FOLLOWED) or {}
        followed = dict(before)
        for row in rows:
            if ref := key(row.get("ingramOrderNumber")):
                self._follow(ref, row, followed)
        if followed != before:
            await self.state.put(_FOLLOWED, followed)
        read = await together(*(self._record(row, followed) for row in rows))
        failed = [one for one in read if isinstance(one, ConnectorError)]
        asked = sum(1 for row in rows if key(row.get("ingramOrderNumber")) in followed)
        if len(failed) == asked > 1:
            raise failed[0]  # it is not about an order: nobody gets any
        # One that cannot be shown now stays as it was read last; it is followed on, and read again by the next pass.
        return [_bare(row) if isinstance(one, ConnectorError) else one for row, one in zip(rows, read, strict=True)]

    def _follow(self, ref: str, row: Row, followed: dict[str, str | None]) -> None:
        """Note that an order is open, or when it was first seen at its end; forget one that ended long ago."""
        if not has_ended(text(row.get("orderStatus"))):
            followed[ref] = None
            return
        today = self.clock.now().date()
        ended = day(followed.get(ref)) or (today if ref in followed else day(row.get("ingramOrderDate")) or today)
        if today - ended > timedelta(days=self.settings.order_days):
            followed.pop(ref, None)
        else:
            followed[ref] = ended.isoformat()

    async def _record(self, row: Row, followed: Collection[str]) -> SourceRecord | ConnectorError:
        """Return an order, or why its details cannot be shown now."""
        bare = _bare(row)
        if bare.external_id not in followed:
            return bare
        try:
            details = await self.api.order_details(bare.external_id)
        except (NotFoundError, RejectedError):  # the vendor does not show every kind of order
            return SourceRecord(bare.external_id, {"listed": dict(row)})
        except (VendorUnavailableError, ProtocolError) as error:
            return error
        return SourceRecord(bare.external_id, {"details": dict(details)})


def _bare(row: Row) -> SourceRecord:
    ref = key(row.get("ingramOrderNumber"))
    return SourceRecord(ref, None) if ref else SourceRecord("", {"listed": dict(row)})


def _position(resume: str | None) -> tuple[int, int]:
    """Return the page to read next, and how many orders came before it.

    Raises:
        CursorError: The position is of another version.
    """
    if resume is None:
        return 1, 0
    mark, *numbers = resume.split(":")
    if mark != _MARK or len(numbers) != 2 or not all(one.isdecimal() for one in numbers):  # noqa: PLR2004
        message = "This position was not written by this version of the connector."
        raise CursorError(message)
    return int(numbers[0]), int(numbers[1])
