"""The floor: the least a programme can do. httpx, orjson, one upsert of the same columns and the raw payload.

No validation, no change detection, no resume, no second process: what a careful script would do in fifty lines.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import httpx
import orjson

from benchmarks.vendor import Vendor

COLUMNS = (
    "ticketNumber",
    "title",
    "description",
    "resolution",
    "ticketType",
    "ticketCategory",
    "issueType",
    "subIssueType",
    "status",
    "priority",
    "source",
    "queueID",
    "assignedResourceID",
    "assignedResourceRoleID",
    "companyID",
    "companyLocationID",
    "contactID",
    "configurationItemID",
    "contractID",
    "billingCodeID",
    "projectID",
    "problemTicketId",
    "externalID",
    "purchaseOrderNumber",
    "creatorResourceID",
    "completedByResourceID",
    "createDate",
    "dueDateTime",
    "completedDate",
    "lastTrackedModificationDateTime",
    "lastActivityDate",
    "lastCustomerVisibleActivityDateTime",
    "estimatedHours",
    "serviceLevelAgreementID",
    "serviceLevelAgreementHasBeenMet",
    "firstResponseDueDateTime",
    "firstResponseDateTime",
    "resolutionPlanDueDateTime",
    "resolutionPlanDateTime",
    "resolvedDueDateTime",
    "resolvedDateTime",
)
"""What the desk keeps of an Autotask ticket in columns; the payload is kept whole beside them."""


def first_sync(vendor: Vendor, path: Path, *, page_size: int = 500) -> tuple[int, float]:
    """Pull all tickets by keyset into SQLite.

    Returns:
        Records and seconds.
    """
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    statement = create(database, (*COLUMNS, "udf"))
    last_id = 0
    records = 0
    with httpx.Client(base_url=vendor.api, headers=vendor.headers, timeout=60) as client:
        client.get("ThresholdInformation")  # the connection is open before the clock starts
        started = perf_counter()
        while True:
            search = {"filter": [{"op": "gt", "field": "id", "value": last_id}], "maxRecords": page_size}
            answer = client.post("Tickets/query", content=orjson.dumps(search))
            items = orjson.loads(answer.content)["items"]
            rows = [
                (item["id"], *map(item.get, COLUMNS), orjson.dumps(item.get("userDefinedFields")), orjson.dumps(item))
                for item in items
            ]
            with database:
                database.executemany(statement, rows)
            records += len(items)
            if len(items) < page_size:
                break
            last_id = items[-1]["id"]
        seconds = perf_counter() - started
    database.close()
    return records, seconds


def create(database: sqlite3.Connection, fields: Sequence[str]) -> str:
    """Make a table of tickets with some columns and the payload; return the statement that upserts a row."""
    columns = ", ".join(f'"{name}"' for name in (*fields, "raw"))
    database.execute(f"CREATE TABLE tickets (id INTEGER PRIMARY KEY, {columns})")
    marks = ", ".join("?" * (len(fields) + 2))
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in (*fields, "raw"))
    return f"INSERT INTO tickets (id, {columns}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {sets}"
