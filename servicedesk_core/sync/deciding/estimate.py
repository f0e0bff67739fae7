"""What a first sync will cost: requests, time at the permitted rate, disk; nothing is pulled."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from servicedesk_core.hooks.pulling import PullMode, PullRequest
from servicedesk_core.ports import BudgetPolicy, BudgetUse, Clock
from servicedesk_core.store import Tx, children
from servicedesk_core.store.queries.remaining import requests_for
from servicedesk_core.sync.deciding.pace import hours_of, permitted_per_hour
from servicedesk_core.sync.deciding.plan import slices
from servicedesk_core.sync.names import TICKETS
from servicedesk_core.sync.run import StreamRun

BYTES_WITH_RAW: Final = 2_000
BYTES_WITHOUT_RAW: Final = 800
"""Disk for a record, indexes included: about twice what short texts take."""


@dataclass(frozen=True, slots=True)
class StreamEstimate:
    """One stream of a plan.

    Attributes:
        stream: Name of the stream.
        records: Records that the vendor counts, or ``None`` when it cannot.
        open_records: Open tickets among them; they come first.
        requests: Requests to read them once: what it took when they were read before, else the pages at least; ``None``
            when the number of records is not known.
        parents: Where records can be read only below others: below how many they are still to be read, each of which is
            a request at least; ``None`` = it is not so, or not known.
    """

    stream: str
    records: int | None
    open_records: int | None
    requests: int | None
    parents: int | None = None


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What a first sync will cost.

    Attributes:
        connection: Name of the connection.
        streams: The streams, in the order in which they are read.
        requests: Requests of all streams whose size is known; ``None`` when none is, as in what follows from it.
        requests_per_hour: What the quota leaves for us now, or ``None`` when nothing limits us.
        hours: Time at that rate.
        minutes_until_open_usable: Time until reference data and all open tickets are there; ``None`` when it is not
            known, or there are no tickets.
        disk_bytes: Room that the store will need.
        history_requests: Requests that each run may spend beside these on the vendor's own ticket history; 0 where
            there is none.
        unknown: Streams that the vendor cannot count.
        use: Requests in the present window: ours, those of all integrations, and what the vendor allows; ``None`` =
            there is no quota.
        our_limit: Requests of the window that this desk may use.
    """

    connection: str
    streams: tuple[StreamEstimate, ...]
    requests: int | None
    requests_per_hour: float | None
    hours: float | None
    minutes_until_open_usable: float | None
    disk_bytes: int | None
    history_requests: int
    unknown: tuple[str, ...]
    use: BudgetUse | None
    our_limit: int | None = None


Accounted = Callable[[BudgetUse | None], Awaitable[BudgetUse | None]]
"""Takes the vendor's own count of its quota; returns it with what of it was ours."""


async def estimate(
    streams: list[StreamRun],
    clock: Clock,
    policy: BudgetPolicy,
    accounted: Accounted | None = None,
    *,
    per_record: Mapping[str, float] = MappingProxyType({}),
) -> SyncPlan:
    """Count what is to be read and say what it takes.

    Args:
        streams: The streams, in the order in which they are read.
        clock: The time.
        policy: What the vendor allows, and our share of it.
        accounted: Knows which requests were ours; without it all count as those of others.
        per_record: By stream, how many requests a record took before.

    Raises:
        ConnectorError: The vendor could not count.
    """
    run = streams[0].run
    calls = run.connection.calls
    rows: list[StreamEstimate] = []
    first: list[int | None] = []
    for stream in streams:
        if stream.capability.part_of is not None:
            continue
        if stream.capability.children_of is not None:
            known = {row.stream: row.records for row in rows}.get(stream.capability.children_of)
            parents = await run.store.read(partial(_parents_left, stream=stream, counted=known))
            rows.append(StreamEstimate(stream.stream, None, None, parents, parents))
            continue
        needed = partial(
            requests_for,
            page_size=max(1, stream.capability.page_size),
            per_record=per_record.get(stream.stream, 0.0),
        )
        total = await calls.count(stream.request(PullMode.BACKFILL))
        is_open = None
        if stream.capability.has_open:
            is_open = await calls.count(PullRequest(stream.stream, PullMode.BACKFILL, only_open=True))
        pieces = slices(stream.capability, anchor=clock.now(), since=stream.since, expected=total)
        opening = None if is_open is None or len(pieces) == 1 else needed(is_open)
        later = None if total is None else total if opening is None else max(0, total - (is_open or 0))
        requests = None if later is None else needed(later) + len(pieces) + (opening or 0)
        if pieces[0].phase == 0 or stream.stream == TICKETS:
            first.append(requests if opening is None else opening + 1)
        rows.append(StreamEstimate(stream.stream, total, is_open, requests))
    use = await calls.usage()
    if accounted is not None:
        use = await accounted(use)
    rate = permitted_per_hour(policy, use)
    requests_of = [row.requests for row in rows if row.requests is not None]
    all_requests = sum(requests_of) if requests_of else None
    until_open = None
    if any(row.stream == TICKETS and row.requests is not None for row in rows):
        until_open = hours_of(sum(one or 0 for one in first), rate) * 60
    size = BYTES_WITH_RAW if run.connection.raw.keeps_any else BYTES_WITHOUT_RAW
    return SyncPlan(
        connection=run.connection.name,
        streams=tuple(rows),
        requests=all_requests,
        requests_per_hour=rate,
        hours=None if all_requests is None else hours_of(all_requests, rate),
        minutes_until_open_usable=until_open,
        disk_bytes=sum(row.records or 0 for row in rows) * size if requests_of else None,
        history_requests=run.connection.history_requests if reads_history(streams) else 0,
        unknown=tuple(row.stream for row in rows if row.records is None and row.parents is None),
        use=use,
        our_limit=None if policy.requests is None else int(((use and use.allowed) or policy.requests) * policy.share),
    )


def _parents_left(tx: Tx, stream: StreamRun, counted: int | None) -> int | None:
    """Return below how many records those of a stream are still to be read; those that will come first are to be, too.

    Args:
        tx: A read transaction.
        stream: The stream of children.
        counted: How many parents the vendor has, if it could count them.
    """
    kin = stream.kinship()
    stored, unread = children.counts(tx, kin)
    if counted is None:
        return unread if stored else None
    return max(counted - stored, 0) + unread


def reads_history(streams: list[StreamRun]) -> bool:
    """Say whether a run over these streams asks for the vendor's own ticket history."""
    calls = streams[0].run.connection.calls
    return calls.implements("fetch_history") and any(stream.stream == TICKETS for stream in streams)
