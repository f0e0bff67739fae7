"""Rows with content that is legal, rare and breaks careless readers."""

from typing import Any

from servicedesk_autotask.sandbox.store import Store

UNKNOWN_STATUS = 47
_LONG = "A very long description. " * 320
_CHANGES: tuple[dict[str, Any], ...] = (
    {"title": "Drucker im Büro 🖨️ druckt nur 💥 ... 再起動しました", "description": "emoji 👩‍💻 and e\u0301 combined"},
    {"description": "null\u0000byte and \u001b[31mescape\u0007", "title": "Control\u0000characters"},
    {"description": _LONG[:8000], "resolution": _LONG * 4},
    {"description": "x" * 1_000_000, "title": "A description of a megabyte"},
    {"dueDateTime": "0001-01-01T00:00:00Z"},
    {"dueDateTime": "9999-12-31T23:59:59.997Z"},
    {"contactID": None, "queueID": None, "source": None, "issueType": None, "subIssueType": None, "description": None},
    {"status": UNKNOWN_STATUS, "completedDate": None},
    {"priority": 99},
    {"title": "<script>alert(1)</script>", "description": "=cmd|' /C calc'!A0"},
    {"companyID": 99_999_999, "assignedResourceID": 88_888_888},
    {"estimatedHours": 1e-7, "hoursToBeScheduled": -3.5},
    {"title": " ", "description": "\u202eright to left\u202c"},
    {"createDate": "2026-11-21T10:00:00.123Z", "userDefinedFields": []},
)


def add_hostile_rows(store: Store) -> None:
    """Change some tickets into strange ones."""
    rows = store.select("Tickets", tail=f"ORDER BY id LIMIT {len(_CHANGES)}")
    store.put("Tickets", [row | change for row, change in zip(rows, _CHANGES, strict=False)])
    notes = store.select("TicketNotes", tail="ORDER BY id LIMIT 2")
    store.put("TicketNotes", [note | {"title": None, "description": "🔥" * 8000} for note in notes])
    files = store.select("AttachmentInfo", tail="ORDER BY id LIMIT 1")
    store.put("AttachmentInfo", [row | {"fullPath": "C:\\..\\..\\\u202egnp.tnetnoc.exe", "title": ""} for row in files])
    companies = store.select("Companies", tail="ORDER BY id LIMIT 1")
    store.put("Companies", [row | {"phone": None, "userDefinedFields": []} for row in companies])
