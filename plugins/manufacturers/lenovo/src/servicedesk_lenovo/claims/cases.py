"""Cases as the vendor shows them."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from servicedesk_core.domain.warranty import ClaimReport, ClaimStatus, ClaimStep
from servicedesk_core.errors import AuthenticationError, ConnectorError, ProtocolError
from servicedesk_core.hooks import FetchStatus, ItemOutcome
from servicedesk_lenovo.api.client import NOT_FOUND, Api, Role, error_in, rows_of
from servicedesk_lenovo.capabilities import CASES_PER_REQUEST

Row = Mapping[str, Any]

_REF = re.compile(r"[\w.-]{1,64}", re.ASCII)
_STATUSES = {"open": ClaimStatus.UNDER_REVIEW, "closed": ClaimStatus.CLOSED}
"""The two words that are known. Whatever else the vendor says is shown as it stands."""


async def read_cases(api: Api, refs: Sequence[str]) -> dict[str, Row | ConnectorError | None]:
    """Return cases by id: the vendor's record, ``None`` for one that it does not have, or why it could not be read.

    Raises:
        AuthenticationError: The ClientID was refused.
        ConnectorError: Nothing could be asked at all.
    """
    found: dict[str, Row | ConnectorError | None] = {ref: None for ref in refs if not _REF.fullmatch(ref)}
    asked = [ref for ref in refs if ref not in found]
    for start in range(0, len(asked), CASES_PER_REQUEST):
        batch = asked[start : start + CASES_PER_REQUEST]
        rows = await _batch(api, batch) if len(batch) > 1 else {}
        for ref in batch:  # a case that a list leaves out is asked for alone: only that answer says that it is absent
            found[ref] = rows[ref] if ref in rows else await _one(api, ref, alone=len(refs) == 1)
    return found


async def _batch(api: Api, refs: Sequence[str]) -> dict[str, Row]:
    body = await api.get(Role.CASE, "case", {"ID": ",".join(refs)})
    rows = () if error_in(body) else rows_of(body)
    if rows is None:
        raise ProtocolError("Lenovo's answer to a question for cases is no list.")
    return {ref: row for row in rows if (ref := str(row.get("ID")))}


async def _one(api: Api, ref: str, *, alone: bool) -> Row | ConnectorError | None:
    try:
        body = await api.get(Role.CASE, f"case/{quote(ref, safe='')}")
    except AuthenticationError:
        raise
    except ConnectorError as error:
        if alone:
            raise
        return error
    inside = error_in(body)
    if inside is not None:
        return None if inside.code == NOT_FOUND else ProtocolError(f"Lenovo answered with error {inside.code}.")
    rows = rows_of(body) or ()
    match = next((row for row in rows if str(row.get("ID")) == ref), None)
    return match if match is not None else ProtocolError("Lenovo answered with another case.")


async def outcomes(api: Api, refs: Sequence[str], *, orders: bool) -> AsyncIterator[ItemOutcome[ClaimReport]]:
    """Yield how each case stands.

    Args:
        api: The vendor's interface.
        refs: Ids of cases.
        orders: Whether to read service requests and orders too.

    Raises:
        AuthenticationError: The ClientID was refused.
        ConnectorError: Nothing could be asked at all.
    """
    for start in range(0, len(refs), CASES_PER_REQUEST):
        batch = refs[start : start + CASES_PER_REQUEST]
        try:
            found = await read_cases(api, batch)
        except AuthenticationError:
            raise
        except ConnectorError as error:
            if start == 0:  # nothing could be asked yet
                raise
            found = dict.fromkeys(batch, error)
        for ref, row in found.items():
            if row is None:
                yield ItemOutcome(ref, FetchStatus.MISSING, reason="Lenovo has no such case, or hides it.")
            elif isinstance(row, ConnectorError):
                yield ItemOutcome(ref, FetchStatus.FAILED, reason=row.message)
            else:
                more = await _support(api, ref, row) if orders else {}
                yield ItemOutcome(ref, FetchStatus.FOUND, report(ref, row, more))


def report(ref: str, row: Row, more: Row | None = None) -> ClaimReport:
    """Return how a case stands.

    Args:
        ref: Id of the case.
        row: The vendor's record.
        more: Service requests and orders; their fields are not published, so they are kept as they are.
    """
    word = row.get("Status")
    vendor_status = word.strip() if isinstance(word, str) and word.strip() else None
    steps = (("Opened", ClaimStatus.UNDER_REVIEW), ("Closed", ClaimStatus.CLOSED))
    return ClaimReport(
        ref=ref,
        status=_STATUSES.get((vendor_status or "").lower()),
        vendor_status=vendor_status,
        history=tuple(
            ClaimStep(at=at, vendor_status=name, status=status)
            for name, status in steps
            if (at := instant(row.get(name))) is not None
        ),
        raw={**row, **(more or {})},
    )


def instant(value: object) -> datetime | None:
    """Return an instant; one without a zone is taken for UTC."""
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


async def _support(api: Api, ref: str, row: Row) -> dict[str, Any]:
    """Return what the vendor has ordered for a case; without the role, or in trouble, a note of that."""
    product = row.get("Product")
    serial = product.get("Serial") if isinstance(product, Mapping) else None
    if not isinstance(serial, str) or not serial.strip():
        return {}
    name = quote(serial.strip(), safe="")
    more: dict[str, Any] = {}
    paths = {
        "ServiceRequests": f"ServiceRequests/{quote(ref, safe='')}/{name}",
        "ServiceOrders": f"ServiceOrders/{name}",
    }
    for key, path in paths.items():
        try:
            body = await api.get(Role.SUPPORT, path)
        except ConnectorError as error:
            body = {"unread": error.code}
        more[key] = body
    return more
