"""A maker that lists whole accounts: its list is read where that costs fewer requests than asking for devices."""

import sys
from collections.abc import Collection, Iterator
from contextlib import aclosing
from typing import TypeVar

from servicedesk_core.domain.warranty import DeviceRef, EntitlementResult, LookupOutcome
from servicedesk_core.domain.warranty.listing import Listing
from servicedesk_core.errors import ConnectorError
from servicedesk_core.features.warranty.lookup.asking import Asker, Batch, Line, unanswered
from servicedesk_core.features.warranty.lookup.turns import in_turns
from servicedesk_core.http.together import together
from servicedesk_core.ports import Clock, Transactions
from servicedesk_core.store import cover

T = TypeVar("T")

KEPT_AT_ONCE = 500
"""So many answers of a list are one transaction."""
_CUT_OFF = "The maker's list of the account was cut off."


class AccountLine(Line):
    """The devices that wait for a maker with a list. They are one batch, because the list is read once for all.

    Args:
        asker: The maker.
        store: Where answers go.
        clock: The time.
    """

    def __init__(self, asker: Asker, store: Transactions, clock: Clock) -> None:
        super().__init__(asker, store, clock)
        self._listing = Listing()
        self._has_begun = self._is_whole = False

    @property
    def workers(self) -> int:
        """How many batches are worked on at once."""
        return 1

    @property
    def size(self) -> int:
        """How many devices one batch has at most: all."""
        return sys.maxsize

    async def work(self) -> None:
        """Serve one batch after the other until the end."""
        while (batch := await self._batches.get()) is not None:
            try:
                if self.problem is None:
                    await self._serve(batch)
            finally:
                batch.settled.set()

    async def _serve(self, batch: Batch) -> None:
        error = None
        if not self._has_begun and self._is_worth(batch.devices):
            error = await self._read({cover.key_of(device).serial_number for device in batch.devices})
        found: list[EntitlementResult] = []
        left: list[DeviceRef] = []
        async for device in in_turns(batch.devices):
            if (answer := self._listing.answer(device, is_whole=self._is_whole)) is not None:
                found.append(answer)
            else:
                left.append(device)
        if not self.asker.asks:
            found += self._without(left, error)
        self._note(error, found)
        for part in _cut(found, KEPT_AT_ONCE):
            await self._keep(batch, part)
        if self.asker.asks and left:
            parts = _cut(left, super().size)
            await together(*(self._ask_for(batch, parts) for _ in range(super().workers)))

    async def _ask_for(self, batch: Batch, parts: Iterator[list[DeviceRef]]) -> None:
        for part in parts:
            if self.problem is None:
                await self._keep(batch, await self._answered(part))

    async def _read(self, wanted: set[str]) -> ConnectorError | None:
        """Read the list to its end, or until asking for what it lacks so far costs less; return what went wrong."""
        self._has_begun = True
        pages, total, left = 0, None, set(wanted)
        try:
            async with aclosing(self.asker.calls.list_entitlements()) as listed:
                async for page in listed:
                    pages += 1
                    self.calls += 1
                    self._listing.add(page.results)
                    left -= {cover.key_of(result.device).serial_number for result in page.results}
                    total = total if page.total is None else page.total
                    if page.last:
                        self._is_whole = total is None or len(self._listing) >= total
                        break
                    if not self._is_worth(left, pages=pages, total=total):
                        break
        except ConnectorError as error:
            return error
        return None

    def _is_worth(self, left: Collection[object], *, pages: int = 1, total: int | None = None) -> bool:
        """Return whether reading on costs fewer requests than asking; one of unknown length is taken for half read."""
        if not self.asker.asks:
            return True
        asking = -(-len(left) // super().size)
        listing = pages
        if total is not None:
            listing = -(-(total - len(self._listing)) // max(1, self.asker.capability.listed_per_request))
        return listing < asking

    def _without(self, devices: Collection[DeviceRef], error: ConnectorError | None) -> list[EntitlementResult]:
        """Return what there is to store of devices that the list does not name, and that nobody can be asked for."""
        if error is not None or not self._is_whole:
            return unanswered(devices, error or ConnectorError(_CUT_OFF, connection=self.asker.name))
        reason = "The account at the maker does not have it."
        return [EntitlementResult(device=one, outcome=LookupOutcome.NOT_FOUND, reason=reason) for one in devices]


def _cut(items: list[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
