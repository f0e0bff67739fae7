"""When technicians are away."""

from typing import Any

from servicedesk_autotask.sandbox.seed.base import FIRST_TECHNICIAN, row
from servicedesk_autotask.sandbox.seed.moments import DAY, HOUR, day_stamp, stamp, weekday
from servicedesk_autotask.sandbox.store import Store

_SUBMITTED, _APPROVED, _REJECTED = 1, 2, 3
_VACATION, _SICK = 1, 2
_LENGTH, _WEEK, _WORKDAYS = 9, 7, 5


def seed_absences(store: Store, now: int) -> None:
    """Write a vacation of each technician, a day of sickness, and wishes for the next months."""
    rows: list[dict[str, Any]] = []
    technicians = store.db.execute("SELECT id FROM Resources WHERE id >= ? ORDER BY id", (FIRST_TECHNICIAN,)).fetchall()
    for n, (technician,) in enumerate(technicians):
        away = now // DAY - 60 + 11 * n
        days = [(day, _VACATION) for day in range(away, away + _LENGTH)] + [(now // DAY - 5 * (n + 2), _SICK)]
        for day, kind in days:
            begins = day * DAY + 13 * HOUR
            if weekday(begins) >= _WORKDAYS:
                continue
            asked = min(begins - 30 * DAY, now - HOUR) if kind == _VACATION else begins
            status = _APPROVED if begins < now + 20 * DAY else (_SUBMITTED, _SUBMITTED, _REJECTED)[n % 3]
            decided = None if status == _SUBMITTED else stamp(min(asked + DAY, now - HOUR))
            rows.append(
                row(
                    "TimeOffRequests",
                    id=3000 + len(rows),
                    resourceID=technician,
                    requestDate=day_stamp(begins),
                    startTime=stamp(begins),
                    endTime=stamp(begins + 9 * HOUR),
                    hours=8.0,
                    timeOffRequestType=kind,
                    status=status,
                    rejectReason="Too many are away." if status == _REJECTED else None,
                    approvedDateTime=decided if status == _APPROVED else None,
                    approveRejectResourceID=FIRST_TECHNICIAN if decided else None,
                    createDateTime=stamp(asked),
                    createdByResourceID=technician,
                    lastModifiedDateTime=decided or stamp(asked),
                    lastModifiedByResourceID=FIRST_TECHNICIAN if decided else technician,
                )
            )
    store.put("TimeOffRequests", rows)
