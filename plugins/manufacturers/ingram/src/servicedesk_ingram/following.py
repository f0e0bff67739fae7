"""Returns after they were opened: found again, and followed."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from servicedesk_core.domain.warranty import Claim, ClaimReport
from servicedesk_core.errors import AuthenticationError, ConnectorError, NotFoundError
from servicedesk_core.hooks import FetchStatus, FindResult, Found, Inconclusive, ProvenAbsent
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_ingram.api.client import Api
from servicedesk_ingram.reports import report, text
from servicedesk_ingram.settings import IngramSettings

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
    rows = await api.search(referenceNumber=claim.id)
    numbers = sorted(
        {
            number
            for row in rows
            if text(row.get("referenceNumber")) == claim.id and (number := text(row.get("caseRequestNumber")))
        }
    )
    if len(numbers) == 1:
        return Found(numbers[0])
    if numbers:
        return Inconclusive("Several returns carry our reference.", candidates=tuple(numbers))
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
    for ref in refs:
        if not _NUMBER.fullmatch(ref):
            yield ItemOutcome(ref, FetchStatus.MISSING, reason="This is no number of a return.")
            continue
        try:
            details = await api.details(ref)
            listed = await api.search(caseRequestNumber=ref)
        except AuthenticationError:
            raise
        except NotFoundError:
            yield ItemOutcome(ref, FetchStatus.MISSING, reason="Ingram Micro has no such return, or hides it.")
        except ConnectorError as error:
            if len(refs) == 1:
                raise
            yield ItemOutcome(ref, FetchStatus.FAILED, reason=error.message)
        else:
            mine = next((row for row in listed if row.get("caseRequestNumber") == ref), {})
            yield ItemOutcome(ref, FetchStatus.FOUND, report(ref, details, mine, settings.currency))
