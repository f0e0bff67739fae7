"""How much of a first sync is still to be read, from what the vendor counted when it began."""

from sqlalchemy import Connection

from servicedesk_core.store import passes
from servicedesk_core.store.passes import Pass
from servicedesk_core.store.queries.completeness import BACKFILL, CHILDREN, OPEN_PIECE, PLAN, SWEEP
from servicedesk_core.store.runs import requests_per_record

PAGE = 500
"""Records that are taken for a page until one was read."""


def remaining_requests(tx: Connection, source_id: int) -> int | None:
    """Return the requests that the unfinished backfills of a connection still need.

    Args:
        tx: A read transaction.
        source_id: The connection.

    Returns:
        0 when all are finished; ``None`` when none was begun, or the vendor could not count one that is not finished.
    """
    by_stream: dict[str, list[Pass]] = {}
    for one in passes.all(tx, source_id):
        by_stream.setdefault(one.key.stream, []).append(one)
    if not any(one.key.mode in (PLAN, SWEEP) for found in by_stream.values() for one in found):
        return None
    total = 0
    per_record = requests_per_record(tx, source_id)
    for stream, found in by_stream.items():
        left = _of_stream(found, per_record.get(stream, 0.0))
        if left is None:
            return None
        total += left
    return total


def _of_stream(found: list[Pass], per_record: float) -> int | None:
    if below := [one for one in found if one.key.mode == CHILDREN]:
        return below[-1].records  # a parent is a request at least
    plans = [one for one in found if one.key.mode == PLAN]
    if not plans:
        return 0
    scope = plans[-1].key.scope_hash
    pieces = [one for one in found if one.key.mode == BACKFILL and one.key.scope_hash == scope]
    if pieces and _is_whole(plans[-1], pieces):
        return 0
    if not plans[-1].pages:
        return None
    # Open tickets are read again with their year, so what their piece brought does not count.
    read = [one for one in pieces if one.key.slice != OPEN_PIECE]
    left = max(plans[-1].records - sum(one.records for one in read), 0)
    pages = sum(one.pages for one in read)
    size = max(sum(one.records for one in read) // pages, 1) if pages and sum(one.records for one in read) else PAGE
    return requests_for(left, page_size=size, per_record=per_record)


def requests_for(records: int, *, page_size: int, per_record: float) -> int:
    """Return how many requests it takes to read records: their pages, or what it took before if that was more.

    Args:
        records: How many.
        page_size: Records on a page.
        per_record: Requests that a record took before; 0 = not known.
    """
    return max(-(-records // page_size), round(records * per_record))


def _is_whole(plan: Pass, pieces: list[Pass]) -> bool:
    """Follow complete pieces from now back, without a gap."""
    done = {one.until: one for one in pieces if one.state == "complete" and one.key.slice != OPEN_PIECE}
    at = None
    while (piece := done.pop(at, None)) is not None:
        at = piece.since
        if at is None or (plan.since is not None and at <= plan.since):
            return True
    return False
