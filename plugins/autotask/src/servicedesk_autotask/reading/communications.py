"""What was said with a client: notes of a company, by reference and without their texts."""

from datetime import datetime

from servicedesk_autotask.api.client import Api
from servicedesk_autotask.api.query import where, wire_instant
from servicedesk_autotask.checks import picklist_rows
from servicedesk_autotask.meaning import values
from servicedesk_autotask.reading.keyset import whole_number
from servicedesk_autotask.writing.rows import all_rows
from servicedesk_core.domain import Communication

_FIELDS = ["id", "companyID", "actionType", "startDateTime", "name", "contactID", "opportunityID"]


async def communications(api: Api, company: str, since: datetime) -> tuple[Communication, ...]:
    """Return what was said with a company since an instant.

    Args:
        api: The vendor.
        company: Its id.
        since: The instant.

    Raises:
        ConnectorError: The vendor could not be asked.
    """
    number = whole_number(company)
    if number is None:
        return ()
    kinds = {
        str(row.get("value")): str(row.get("label")) for row in await picklist_rows(api, "CompanyNotes", "actionType")
    }
    conditions = [where("companyID", "eq", number), where("startDateTime", "gte", wire_instant(since))]
    rows = await all_rows(api, "CompanyNotes", conditions, fields=_FIELDS)
    found = []
    for row in rows:
        at = values.instant(row.get("startDateTime"), "at", [])
        if at is not None and at >= since:
            kind = values.ref(row.get("actionType"))
            found.append(
                Communication(
                    ref=str(row["id"]),
                    company_ref=company,
                    kind=None if kind is None else kinds.get(kind, kind),
                    at=at,
                    subject=values.text(row.get("name")),
                    contact_ref=values.ref(row.get("contactID")),
                    opportunity_ref=values.ref(row.get("opportunityID")),
                )
            )
    return tuple(found)
