"""Following claims: one list for many, a single question for what a list does not tell."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from servicedesk_core.domain.warranty import ClaimReport
from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    UnsupportedError,
)
from servicedesk_core.hooks import FetchStatus, ItemOutcome, LogSink
from servicedesk_dell.api.dispatch import BulkRow, DispatchApi
from servicedesk_dell.meaning.reports import report, short_report
from servicedesk_dell.meaning.statuses import PLAIN, status_of

WORTH_A_LIST = 4
"""From so many claims on a list is asked for first."""
_NO_SUCH_CLAIM = re.compile(r"not found|does not exist|no (?:such|matching)|unknown dispatch", re.IGNORECASE)
_FOR_ALL = (AuthenticationError, PermissionDeniedError, UnsupportedError)


async def follow(
    api: DispatchApi, refs: Sequence[str], *, now: datetime, days: int, log: LogSink
) -> AsyncIterator[ItemOutcome[ClaimReport]]:
    """Yield exactly one outcome for each claim.

    Args:
        api: The dispatch service.
        refs: Dispatch codes.
        now: The current instant.
        days: How far back the list reaches.
        log: Told when the list cannot be had.

    Raises:
        AuthenticationError: Dell rejected the key or the technician.
        ConnectorError: Nothing could be asked at all.
    """
    listed = await _listed(api, refs, now - timedelta(days=days), log)
    waiting: list[tuple[str, ConnectorError]] = []
    answered = bool(listed)
    stopped: RateLimitedError | None = None
    for ref in refs:
        row = listed.get(ref)
        if row is not None and status_of(row.status) in PLAIN:
            yield ItemOutcome(ref, FetchStatus.FOUND, short_report(row))
            continue
        try:
            if stopped is not None:
                raise stopped
            outcome = await _single(api, ref)
        except _FOR_ALL:
            raise
        except ConnectorError as error:
            stopped = error if isinstance(error, RateLimitedError) else None
            waiting.append((ref, error))
            continue
        answered = True
        yield outcome
    # One claim that cannot be read spoils no other; only when none could be read, nothing could be asked.
    if waiting and not answered:
        raise waiting[0][1]
    for ref, problem in waiting:
        yield ItemOutcome(ref, FetchStatus.FAILED, reason=problem.message)


async def _listed(api: DispatchApi, refs: Sequence[str], since: datetime, log: LogSink) -> dict[str, BulkRow]:
    if len(refs) < WORTH_A_LIST:
        return {}
    try:
        rows = await api.bulk(since)
    except (*_FOR_ALL, RateLimitedError):
        raise
    except ConnectorError as error:
        log.warning("Dell's list of claims could not be had (%s); asking for each claim", error.code)
        return {}
    wanted = set(refs)
    return {row.code: row for row in rows if row.code in wanted}


async def _single(api: DispatchApi, ref: str) -> ItemOutcome[ClaimReport]:
    try:
        answer = await api.status(ref)
    except (RejectedError, NotFoundError) as error:
        is_unknown = _NO_SUCH_CLAIM.search(error.message)
        return ItemOutcome(ref, FetchStatus.MISSING if is_unknown else FetchStatus.FAILED, reason=error.message)
    if answer.status is not None:
        return ItemOutcome(ref, FetchStatus.FOUND, report(ref, answer))
    if any(_NO_SUCH_CLAIM.search(note) for note in answer.notes):
        return ItemOutcome(ref, FetchStatus.MISSING, reason="Dell does not know this dispatch.")
    return ItemOutcome(ref, FetchStatus.FAILED, reason="Dell answered without a status.")
