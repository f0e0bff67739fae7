"""Following what was filed at Cisco: RMAs by number, and cases until they have one.

A claim's reference is the RMA's number, or ``case:`` and the number of a case. Cisco cannot be asked for RMAs by serial
number; a case names its own.
"""

import re
from collections.abc import AsyncIterator, Sequence

from servicedesk_cisco.api.client import Api, Row, rows, text
from servicedesk_cisco.api.errors import VendorError, error_in
from servicedesk_cisco.capabilities import CASES_PER_REQUEST
from servicedesk_cisco.meaning.days import instant
from servicedesk_cisco.meaning.returns import report
from servicedesk_core.domain.warranty import ClaimReport, ClaimStatus, VendorReference
from servicedesk_core.errors import AuthenticationError, ConnectorError, NotFoundError, ProtocolError, RateLimitedError
from servicedesk_core.hooks import FetchStatus, ItemOutcome

RMAS = "return/v1.0/returns/rma_numbers"
CASES = "case/v3/cases/case_ids"
CASE = "case:"
_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
_CASE_STATUSES = {
    "cisco pending": ClaimStatus.UNDER_REVIEW,
    "customer pending": ClaimStatus.INFO_REQUIRED,
    "closed": ClaimStatus.CLOSED,
}

Outcome = ItemOutcome[ClaimReport]


async def outcomes(api: Api, refs: Sequence[str]) -> AsyncIterator[Outcome]:
    """Yield how each claim stands.

    Args:
        api: The vendor's interface.
        refs: Numbers of RMAs, and of cases behind ``case:``.

    Raises:
        AuthenticationError: The credentials were refused.
        ConnectorError: Nothing could be asked at all.
    """
    unread: list[tuple[str, ConnectorError]] = []
    answered = False
    async for ref, outcome in _asked(api, [ref for ref in refs if _number_in(ref)]):
        if isinstance(outcome, ConnectorError):
            unread.append((ref, outcome))
        else:
            answered = True
            yield outcome
    # One that cannot be read spoils no other; only when none could be read, nothing could be asked.
    if unread and not answered:
        raise unread[0][1]
    for ref, error in unread:
        yield ItemOutcome(ref, FetchStatus.FAILED, reason=error.message)
    for ref in refs:
        if not _number_in(ref):
            yield ItemOutcome(ref, FetchStatus.MISSING, reason="This is no number of an RMA or a case.")


def _number_in(ref: str) -> bool:
    return _NUMBER.fullmatch(ref.removeprefix(CASE)) is not None


async def _asked(api: Api, refs: Sequence[str]) -> AsyncIterator[tuple[str, Outcome | ConnectorError]]:
    cases = [ref for ref in refs if ref.startswith(CASE)]
    for start in range(0, len(cases), CASES_PER_REQUEST):
        batch = cases[start : start + CASES_PER_REQUEST]
        found = await _cases(api, [ref.removeprefix(CASE) for ref in batch])
        for ref in batch:
            yield ref, await _case_outcome(api, ref, found.get(ref.removeprefix(CASE)))
    stopped: RateLimitedError | None = None
    for ref in refs:
        if not ref.startswith(CASE):
            outcome = stopped or await _rma_outcome(api, ref)
            stopped = outcome if isinstance(outcome, RateLimitedError) else None
            yield ref, outcome


async def _rma_outcome(api: Api, ref: str) -> Outcome | ConnectorError:
    try:
        rma = await _rma(api, ref)
    except AuthenticationError:
        raise
    except ConnectorError as error:
        return error
    if rma is None:
        return ItemOutcome(ref, FetchStatus.MISSING, reason="Cisco has no such RMA, or hides it.")
    return ItemOutcome(ref, FetchStatus.FOUND, report(ref, rma))


async def _rma(api: Api, number: str) -> Row | None:
    body = await api.get(RMAS, number)
    if (error := error_in(body)) is not None:
        if error.means_absent:
            return None
        raise _unexpected(error)
    returns = body.get("returns") if isinstance(body, dict) else None
    records = rows(returns.get("RmaRecord") if isinstance(returns, dict) else None)
    mine = next((record for record in records if text(record.get("rmaNo")) == number), None)
    if mine is None:
        raise ProtocolError("Cisco answered with another RMA.")
    return mine


def _unexpected(error: VendorError) -> ProtocolError:
    return ProtocolError(f"Cisco answered with error {error.code}.")


async def _cases(api: Api, numbers: Sequence[str]) -> dict[str, Row | ConnectorError]:
    """Return cases by number, or why one could not be read; those that Cisco does not have are left out."""
    try:
        body = await api.get(CASES, *numbers)
        if (error := error_in(body)) is not None:
            raise NotFoundError("Cisco has no such case.") if error.means_absent else _unexpected(error)
    except AuthenticationError:
        raise
    except NotFoundError:
        if len(numbers) == 1:
            return {}
        middle = len(numbers) // 2  # nothing says which of them it was
        return await _cases(api, numbers[:middle]) | await _cases(api, numbers[middle:])
    except ConnectorError as error:
        return dict.fromkeys(numbers, error)
    listed = rows(body.get("cases") if isinstance(body, dict) else None)
    return {number: row for row in listed if (number := text(row.get("case_id")))}


async def _case_outcome(api: Api, ref: str, case: Row | ConnectorError | None) -> Outcome | ConnectorError:
    if case is None:
        return ItemOutcome(ref, FetchStatus.MISSING, reason="Cisco has no such case, or hides it.")
    if isinstance(case, ConnectorError):
        return case
    numbers = [number for one in _listed(case) if (number := text(one))]
    if len(numbers) == 1:  # with several it is a person's choice which one is the claim's
        followed = await _rma_outcome(api, numbers[0])
        if isinstance(followed, ConnectorError):
            return followed  # the case alone would tell less than is known already
        if followed.item is not None:
            return ItemOutcome(ref, FetchStatus.FOUND, followed.item.model_copy(update={"ref": ref}))
    word = text(case.get("status"))
    return ItemOutcome(
        ref,
        FetchStatus.FOUND,
        ClaimReport(
            ref=ref,
            other_refs=tuple(VendorReference(kind="RMA", value=number) for number in numbers),
            status=_CASE_STATUSES.get((word or "").lower()),
            vendor_status=word,
            modified_at=instant(case.get("updated_date")),
            raw=dict(case),
        ),
    )


def _listed(case: Row) -> list[object]:
    """Return the RMAs that a case names: numbers, or records with one."""
    listed = case.get("rmas")
    if not isinstance(listed, list):
        return []
    return [one.get("rma_number", one.get("rmaNo")) if isinstance(one, dict) else one for one in listed]
