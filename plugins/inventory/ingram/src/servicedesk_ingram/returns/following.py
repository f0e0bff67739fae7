"""Returns after they were opened: found again, and followed."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from servicedesk_core.domain.warranty import Claim, ClaimReport
from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
)
from servicedesk_core.hooks import FetchStatus, FindResult, Found, Inconclusive, ItemOutcome, ProvenAbsent
from servicedesk_ingram.api.client import Api
from servicedesk_ingram.returns.reports import report
from servicedesk_ingram.settings import IngramSettings
from servicedesk_ingram.values import text

_NUMBER = re.compile(r"[A-Za-z0-9-]{3,40}", re.ASCII)


async def find(api: Api, claim: Claim, attempted_at: datetime, now: datetime, settle_s: float) -> FindResult:
    """Look for a return by our reference.

    Args:
        api: The vendor's interface.
        claim: What may have been opened.
        attempted_at: When sending began.
        now: The present.
        settle_s: Seconds after which the search shows a return for certain.
    """
    ours: set[str] = set()
    silent: set[str] = set()
    for row in await api.search(referenceNumber=claim.id):
        number, reference = text(row.get("caseRequestNumber")), text(row.get("referenceNumber"))
        if number and (reference is None or reference == claim.id):
            (silent if reference is None else ours).add(number)
    if len(ours) == 1:
        return Found(ours.pop())
    if ours:
        return Inconclusive("Several returns carry our reference.", candidates=tuple(sorted(ours)))
    if silent:
        return Inconclusive("What the search found does not say its reference.", candidates=tuple(sorted(silent)))
    sure_at = attempted_at + timedelta(seconds=settle_s)
    if now < sure_at:
        return Inconclusive("The search does not show it yet.", ask_again_at=sure_at)
    return ProvenAbsent("searched by our reference after the time within which the search shows every return")


async def outcomes(api: Api, refs: Sequence[str], settings: IngramSettings) -> AsyncIterator[ItemOutcome[ClaimReport]]:
    """Yield how each return stands.

    Args:
        api: The vendor's interface.
        refs: Numbers of returns.
        settings: Of the connection.

    Raises:
        AuthenticationError: The credentials were refused.
        ConnectorError: Nothing could be asked at all.
    """
    unread: list[tuple[str, ConnectorError]] = []
    answered = False
    stopped: RateLimitedError | None = None
    for ref in refs:
        if not _NUMBER.fullmatch(ref):
            yield ItemOutcome(ref, FetchStatus.MISSING, reason="This is no number of a return.")
            continue
        try:
            if stopped is not None:
                raise stopped
            outcome = await _outcome(api, ref, settings)
        except (AuthenticationError, PermissionDeniedError):
            raise
        except ConnectorError as error:
            stopped = error if isinstance(error, RateLimitedError) else None
            unread.append((ref, error))
            continue
        answered = True
        yield outcome
    # One that cannot be read spoils no other; only when none could be read, nothing could be asked.
    if unread and not answered:
        raise unread[0][1]
    for ref, problem in unread:
        yield ItemOutcome(ref, FetchStatus.FAILED, reason=problem.message)


async def _outcome(api: Api, ref: str, settings: IngramSettings) -> ItemOutcome[ClaimReport]:
    try:
        details = await api.details(ref)
    except NotFoundError:
        return ItemOutcome(ref, FetchStatus.MISSING, reason="Ingram Micro has no such return, or hides it.")
    try:
        listed = await api.search(caseRequestNumber=ref)
    except NotFoundError:  # the return is there; only what the search adds to it is not
        listed = []
    mine = next((row for row in listed if row.get("caseRequestNumber") == ref), {})
    return ItemOutcome(ref, FetchStatus.FOUND, report(ref, details, mine, settings.currency))
