"""What changed lately, deletions among it."""

from datetime import datetime, timedelta
from typing import Any

from servicedesk_quickbooks.sandbox.answers import fault
from servicedesk_quickbooks.sandbox.queries import MOST
from servicedesk_quickbooks.sandbox.records import BY_PATH, ZONE, Records

FAR = timedelta(days=30)


def changed(records: Records, entities: str, since: str, now: datetime) -> dict[str, Any]:
    """Return the body that tells what changed.

    Args:
        records: The books.
        entities: Names, joined by commas.
        since: From when on.
        now: The present.

    Raises:
        Refusal: It asks for more than 30 days, or for what does not exist.
    """
    try:
        start = datetime.fromisoformat(since)
    except ValueError:
        raise fault("2010", f"changedSince: {since}", element="changedSince") from None
    start = start if start.tzinfo else start.replace(tzinfo=ZONE)
    if start < now - FAR:
        raise fault("2010", "changedSince lies more than 30 days back", element="changedSince")
    left, answers = MOST, []
    for name in entities.split(","):
        entity = BY_PATH.get(name.strip().lower())
        if entity is None:
            raise fault("2010", f"entities: {name}", element="entities")
        rows = [one for one in records.all(entity) if _at(one["MetaData"]["LastUpdatedTime"]) >= start]
        gone = [
            {"domain": "QBO", "status": "Deleted", "Id": ref, "MetaData": {"LastUpdatedTime": at}}
            for ref, at in records.gone(entity)
            if _at(at) >= start
        ]
        found = [*rows, *gone][:left]
        left -= len(found)
        answers.append({entity: found, "startPosition": 1, "maxResults": len(found)} if found else {})
    return {"CDCResponse": [{"QueryResponse": answers}], "time": records.stamp()}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
