"""Opening a case, and finding one whose fate is unknown."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from servicedesk_core.domain.warranty import Claim, ClaimReceipt
from servicedesk_core.errors import OutcomeUnknownError, ProtocolError, RejectedError
from servicedesk_core.hooks import FindResult, Found, Inconclusive
from servicedesk_lenovo.api.client import NOT_FOUND, Api, Role, error_in, rows_of
from servicedesk_lenovo.claims.cases import instant, read_cases
from servicedesk_lenovo.claims.text import case_body
from servicedesk_lenovo.devices import asked_as, recognise

_CLOCKS_DIFFER = timedelta(minutes=10)
_SHOWS_UP_AFTER = timedelta(minutes=15)
_MOST_CANDIDATES = 40


async def submit(api: Api, claim: Claim, language: str) -> ClaimReceipt:
    """Open a case. A plain success names no case: its number is mailed to the contact.

    Raises:
        RejectedError: Lenovo refused it; nothing was created.
        OutcomeUnknownError: It may have been opened.
        TransientError: It certainly was not.
    """
    answer = await api.post(Role.CASE, "case", case_body(_as_lenovo_writes_it(claim), language))
    body = answer.json() if answer.content.strip() else None  # cut off or no JSON at all: the outcome is unknown
    error = error_in(body)
    if error is not None:
        code = error.code if error.code is not None else "without a code"
        raise RejectedError(
            f"Lenovo refused the case: error {code}.",
            hint="Check serial number and machine type." if error.code else None,
        )
    number = body.get("ID") if isinstance(body, Mapping) else body
    if number is None:
        return ClaimReceipt(ref=None, warnings=("Lenovo mails the number of the case to the contact.",))
    if isinstance(number, str | int) and not isinstance(number, bool) and str(number).strip():
        return ClaimReceipt(ref=str(number).strip())
    raise OutcomeUnknownError("Lenovo answered the new case with something that names none.")


async def find(api: Api, claim: Claim, attempted_at: datetime, now: datetime) -> FindResult:
    """Look for a case of ours: opened for this device since then, with our reference in its text.

    Absence is never proven: new cases are listed late, and Lenovo's staff may edit the text.

    Raises:
        ConnectorError: The vendor could not be asked.
    """
    claim = _as_lenovo_writes_it(claim)
    since = attempted_at - _CLOCKS_DIFFER
    listed: dict[str, Mapping[str, Any]] = {}
    for status in ("Open", "Closed"):  # it may have been closed before we look
        query = {"Serial": asked_as(claim.device), "Status": status, "Updated": since.date().isoformat()}
        body = await api.get(Role.CASE, "case", query)
        error = error_in(body)
        if error is not None and error.code != NOT_FOUND:
            return Inconclusive(f"Lenovo answered the search for cases with error {error.code}.")
        rows = () if error is not None else rows_of(body)
        if rows is None:
            raise ProtocolError("Lenovo's answer to the search for cases is no list.")
        listed |= {str(row["ID"]): row for row in rows if row.get("ID")}
    young = {ref: row for ref, row in listed.items() if (instant(row.get("Opened")) or now) >= since}
    candidates = sorted(young)[-_MOST_CANDIDATES:]
    cases = await read_cases(api, candidates) if candidates else {}
    named = [ref for ref, case in cases.items() if isinstance(case, Mapping) and _names(case, claim.id)]
    if len(named) == 1:
        return Found(named[0])
    if named:
        return Inconclusive("Several cases carry our reference.", candidates=tuple(named))
    return Inconclusive(
        "No case carries our reference yet; Lenovo lists new ones with a delay.",
        candidates=tuple(candidates),
        ask_again_at=now + _SHOWS_UP_AFTER,
    )


def _names(case: Mapping[str, Any], claim_id: str) -> bool:
    """Return whether our reference stands in a case, whole: SD-4 is not in SD-42."""
    text = " ".join(str(case.get(field) or "") for field in ("Summary", "Description", "Problem"))
    return re.search(rf"(?<![\w-]){re.escape(claim_id)}(?![\w-])", text) is not None


def _as_lenovo_writes_it(claim: Claim) -> Claim:
    device = recognise(claim.device)
    return claim if device is None else claim.model_copy(update={"device": device})
