"""Following what was filed at Cisco: RMAs by number, and cases until they have one.

A claim's reference is the RMA's number, or ``case:`` and the number of a case. Cisco cannot be asked for RMAs by serial
number; a case names its own.
"""

import re
from collections.abc import AsyncIterator, Sequence

from servicedesk_cisco.api.client import Api, Row, rows, text
from servicedesk_cisco.api.errors import error_in
from servicedesk_cisco.capabilities import CASES_PER_REQUEST
from servicedesk_cisco.meaning.days import instant
from servicedesk_cisco.meaning.returns import report
from servicedesk_core.domain.warranty import ClaimReport, ClaimStatus, VendorReference
from servicedesk_core.errors import AuthenticationError, ConnectorError, NotFoundError, ProtocolError
from servicedesk_core.hooks import FetchStatus
from servicedesk_core.hooks.outcomes import ItemOutcome

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
    cases = [ref for ref in refs if ref.startswith(CASE) and _NUMBER.fullmatch(ref.removeprefix(CASE))]
    alone = len(refs) == 1
    for start in range(0, len(cases), CASES_PER_REQUEST):
        batch = cases[start : start + CASES_PER_REQUEST]
        found = await _cases(api, [ref.removeprefix(CASE) for ref in batch], alone=alone)
        for ref in batch:
            yield await _case_outcome(api, ref, found.get(ref.removeprefix(CASE)))
    for ref in refs:
        if ref in cases:
            continue
        if not _NUMBER.fullmatch(ref):
            yield ItemOutcome(ref, FetchStatus.MISSING, reason="This is no number of an RMA.")
            continue
        yield await _rma_outcome(api, ref, alone=alone)


async def _rma_outcome(api: Api, ref: str, *, alone: bool) -> Outcome:
    try:
        rma = await _rma(api, ref)
    except AuthenticationError:
        raise
    except ConnectorError as error:
        if alone:
            raise
        return ItemOutcome(ref, FetchStatus.FAILED, reason=error.message)
    if rma is None:
        return ItemOutcome(ref, FetchStatus.MISSING, reason="Cisco has no such RMA, or hides it.")
    return ItemOutcome(ref, FetchStatus.FOUND, report(ref, rma))


async def _rma(api: Api, number: str) -> Row | None:
    body = await api.get(RMAS, number)
    if (error := error_in(body)) is not None:
        if error.means_absent:
            return None
        raise ProtocolError(f"Cisco answered with error {error.code}.")
    returns = body.get("returns") if isinstance(body, dict) else None
    records = rows(returns.get("RmaRecord") if isinstance(returns, dict) else None)
    mine = next((record for record in records if text(record.get("rmaNo")) == number), None)
    if mine is None:
        raise ProtocolError("Cisco answered with another RMA.")
    return mine


async def _cases(api: Api, numbers: Sequence[str], *, alone: bool) -> dict[str, Row | ConnectorError]:
    try:
        body = await api.get(CASES, *numbers)
    except AuthenticationError:
        raise
    except NotFoundError:
        return {}
    except ConnectorError as error:
        if alone:
            raise
        return dict.fromkeys(numbers, error)
    if error_in(body) is not None:
        return {}
    listed = rows(body.get("cases") if isinstance(body, dict) else None)
    return {number: row for row in listed if (number := text(row.get("case_id")))}


async def _case_outcome(api: Api, ref: str, case: Row | ConnectorError | None) -> Outcome:
    if case is None:
        return ItemOutcome(ref, FetchStatus.MISSING, reason="Cisco has no such case, or hides it.")
    if isinstance(case, ConnectorError):
        return ItemOutcome(ref, FetchStatus.FAILED, reason=case.message)
    numbers = [number for one in _listed(case) if (number := text(one))]
    if len(numbers) == 1:  # with several it is a person's choice which one is the claim's
        followed = await _rma_outcome(api, numbers[0], alone=False)
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
