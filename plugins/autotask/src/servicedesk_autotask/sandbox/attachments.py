"""Attachments: written and read below a record, described in AttachmentInfo."""

import base64
import binascii
import time
from collections import deque
from typing import Any

from servicedesk_autotask.sandbox.desk import API_RESOURCE, Desk
from servicedesk_autotask.sandbox.entities import Entity, catalogue
from servicedesk_autotask.sandbox.errors import VendorError, no_record
from servicedesk_autotask.sandbox.query.parse import lower_keys

PARENT_TYPES = {"Tickets": 4, "Tasks": 4, "TimeEntries": 18, "TicketNotes": 23, "TaskNotes": 23}
_REQUIRED = ("attachmentType", "fullPath", "publish", "title")
_WINDOW_S = 300.0


class Attachments:
    """Files of records, with the vendor's size limits."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._recent: deque[tuple[float, int]] = deque()

    def add(self, parent: Entity, number: int, body: dict[str, Any]) -> int:
        """Attach a file and answer its id."""
        sent = lower_keys(body)
        if self._desk.store.get(parent.plural, number) is None:
            raise VendorError("Value does not reference an existing entity for parentID . ")
        missing = [name for name in _REQUIRED if sent.get(name.lower()) in {None, ""}]
        if missing:
            raise VendorError(*(f"Value does not exist for the required field {name}" for name in missing))
        data = self._data(sent.get("data"))
        key = f"{parent.name[0].lower()}{parent.name[1:]}ID"
        row = catalogue()["AttachmentInfo"].blank | {
            "attachDate": self._desk.stamp(),
            "attachedByResourceID": API_RESOURCE,
            "attachmentType": sent["attachmenttype"],
            "contentType": sent.get("contenttype"),
            "creatorType": 1,
            "fileSize": len(data),
            "fullPath": sent["fullpath"],
            "parentID": number,
            "parentType": PARENT_TYPES.get(parent.plural, 0),
            "publish": int(sent["publish"]),
            "title": sent["title"],
            "userDefinedFields": [],
        }
        if key in row:
            row[key] = number
        with self._desk.store.transaction():
            record = self._desk.insert("AttachmentInfo", row)["id"]
            self._desk.store.db.execute("INSERT INTO _files VALUES (?, ?)", (record, data))
            if parent.plural == "Tickets":
                self._mirror(row)
        return int(record)

    def listing(self, parent: Entity, number: int) -> list[dict[str, Any]]:
        """The files of a record, without their content."""
        where = '"parentID" = ? AND "parentType" = ?'
        rows = self._desk.store.select("AttachmentInfo", where, (number, PARENT_TYPES.get(parent.plural, 0)))
        return [row | {"data": None} for row in rows]

    def one(self, parent: Entity, number: int, record: int) -> list[dict[str, Any]]:
        """One file with its content; the vendor answers a collection here."""
        row = self._find(parent, number, record)
        if row is None:
            return []
        (data,) = self._desk.store.db.execute("SELECT data FROM _files WHERE id = ?", (record,)).fetchone()
        return [row | {"data": base64.b64encode(data).decode()}]

    def remove(self, parent: Entity, number: int, record: int) -> int:
        """Delete a file."""
        if self._find(parent, number, record) is None:
            raise no_record("delete")
        self._desk.store.db.execute("DELETE FROM _files WHERE id = ?", (record,))
        for entity in ("AttachmentInfo", "TicketAttachments"):
            self._desk.store.delete(entity, record)
        return record

    def _find(self, parent: Entity, number: int, record: int) -> dict[str, Any] | None:
        row = self._desk.store.get("AttachmentInfo", record)
        kind = PARENT_TYPES.get(parent.plural, 0)
        return row if row and (row["parentID"], row["parentType"]) == (number, kind) else None

    def _mirror(self, row: dict[str, Any]) -> None:
        entity = catalogue()["TicketAttachments"]
        own = {name: row.get(name) for name in entity.blank}
        self._desk.store.put(entity.plural, [own | {"userDefinedFields": []}])

    def _data(self, raw: Any) -> bytes:
        try:
            data = base64.b64decode(str(raw or ""), validate=True)
        except (binascii.Error, ValueError) as error:
            raise VendorError("The attachment data is not a valid base64 string.") from error
        options = self._desk.options
        if len(data) > options.file_bytes:
            raise VendorError(f"The attachment exceeds the maximum size of {options.file_bytes} bytes.")
        horizon = time.monotonic() - _WINDOW_S * options.time_scale
        while self._recent and self._recent[0][0] < horizon:
            self._recent.popleft()
        if sum(size for _, size in self._recent) + len(data) > options.attachment_bytes:
            raise VendorError("The attachment limit of the last five minutes has been exceeded.")
        self._recent.append((time.monotonic(), len(data)))
        return data
