"""A look for a write by its key, which proves by other looks of the same kind that it works."""

import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.hooks.writing import FindResult, Found, Inconclusive, Known, ProvenAbsent, Write

MOST_CANDIDATES: Final = 10

Search = Callable[[str, str | None], Awaitable[Iterable[str]]]
"""Returns the vendor's ids of all records that carry a key; the second argument is the record that they belong to."""

Canary = Callable[[], Awaitable[Known | None]]
"""Returns a record that certainly carries a key, or ``None`` where none is known."""


async def looked_for(
    write: Write, search: Search, *, now: datetime, settle_s: float, canary: Canary | None = None
) -> FindResult:
    """Look for a write by its id, in the vendor's reference field or in a marker.

    A search that the vendor does not understand finds nothing, or everything, and neither is an answer. So what was
    found counts only if the same search finds nothing for a key that nobody has; and that nothing was found counts only
    if it finds a write that is certainly there.

    Args:
        write: What is looked for.
        search: The look. It must see all pages, and compare keys exactly.
        now: The present.
        settle_s: :attr:`WriteCapability.settle_s`.
        canary: Asked for a record to look for where no earlier write of ours is known.

    Raises:
        ConnectorError: The vendor could not be asked.
    """
    refs = [ref for ref in await search(write.id, write.parent) if ref not in write.taken_refs]
    if stray := list(await search(uuid.uuid4().hex, write.parent)):
        reason = "The vendor also finds records for a key that nobody has: it does not search by it."
        return Inconclusive(reason, tuple(stray[:MOST_CANDIDATES]))
    if len(refs) == 1:
        return Found(refs[0])
    if refs:
        return Inconclusive(f"{len(refs)} records carry its key.", tuple(refs[:MOST_CANDIDATES]))
    if write.attempted_at is None:
        return Inconclusive("It is not known when it was sent.")
    ready = write.attempted_at + timedelta(seconds=settle_s)
    if now < ready:
        return Inconclusive("The vendor does not show it yet, and may still be working on it.", ask_again_at=ready)
    return await _absent(write, search, canary)


async def _absent(write: Write, search: Search, canary: Canary | None) -> FindResult:
    known = write.earlier
    if not known and canary is not None and (one := await canary()) is not None:
        known = (one,)
    for one in known:
        if one.ref in await search(one.id, one.parent):
            return ProvenAbsent(f"no record carries the key {write.id}", f"the same search finds {one.ref}")
    if known:
        missed = ", ".join(one.ref for one in known)
        return Inconclusive(f"The same search does not find {missed} either, which should be there.")
    return Inconclusive("No record is known that the same search must find, so that it found nothing proves nothing.")
