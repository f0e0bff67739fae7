"""Files on tickets, notes and time entries; which ones have any follows from their ids."""

from servicedesk_autotask.sandbox.attachments import PARENT_TYPES
from servicedesk_autotask.sandbox.entities import catalogue
from servicedesk_autotask.sandbox.store import Store

_EVERY = {"Tickets": (23, "createDate"), "TicketNotes": (41, "createDateTime"), "TimeEntries": (97, "createDateTime")}
"""Of each entity one row in so many has a file, made when the row was."""
_KINDS = (("screenshot.png", "image/png"), ("eventlog.txt", "text/plain"), ("offer.pdf", "application/pdf"))
_PUBLIC, _INTERNAL = 1, 2


def seed_files(store: Store) -> None:
    """Attach files to rows that are there."""
    blank = catalogue()["AttachmentInfo"].blank | {"userDefinedFields": []}
    own = catalogue()["TicketAttachments"].blank
    number = 1000
    for entity, (every, made) in _EVERY.items():
        for row in store.select(entity, f"id % {every} = 0", ()):
            number += 1
            name, kind = _KINDS[number % len(_KINDS)]
            data = f"{name} of {entity} {row['id']}\n".encode() * (1 + number % 50)
            key = {"Tickets": "ticketID", "TicketNotes": "ticketNoteID", "TimeEntries": "timeEntryID"}[entity]
            info = blank | {
                "id": number,
                "attachDate": row[made],
                "attachedByResourceID": row.get("resourceID") or row.get("creatorResourceID"),
                "attachmentType": "FILE_ATTACHMENT",
                "contentType": kind,
                "creatorType": 1,
                "fileSize": len(data),
                "fullPath": name,
                "parentID": row["id"],
                "parentType": PARENT_TYPES[entity],
                "publish": row.get("publish") or (_INTERNAL if number % 3 == 0 else _PUBLIC),
                "title": name,
                key: row["id"],
            }
            store.put("AttachmentInfo", [info])
            store.db.execute("INSERT INTO _files VALUES (?, ?)", (number, data))
            if entity == "Tickets":
                mirrored = {name: info.get(name) for name in own}
                store.put("TicketAttachments", [mirrored | {"userDefinedFields": []}])
