"""A file of a ticket as lists show it, and one that was saved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A file on a ticket, or on a note or a time entry of it."""

    external_id: Annotated[str, Column("The vendor's id.", "Id")]
    name: Annotated[str, Column("File name, as the vendor tells it.", cut=20)]
    title: Annotated[str | None, Column("What whoever attached it calls it.", cut=14, spare=2)]
    size_bytes: Annotated[int | None, Column("Its size.", "Bytes", spare=3)]
    media_type: Annotated[str | None, Column("What the vendor says it is.", shown=False)]
    visibility: Annotated[str, Column("Who may see it: `public`, `internal` or `partner`.", "Seen by", spare=4)]
    author_ref: Annotated[str | None, Column("Id of who attached it.", shown=False)]
    author: Annotated[str | None, Column("Their name.", "From", cut=12, spare=1)]
    created_at: Annotated[datetime | None, Column("When it was attached.", "Attached", spare=5)]
    note_ref: Annotated[str | None, Column("Id of the note that it is on.", shown=False)]
    time_entry_ref: Annotated[str | None, Column("Id of the time entry that it is on.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]


@dataclass(frozen=True, slots=True)
class SavedFile:
    """An attachment that is in a file now."""

    path: Annotated[str, Column("Where it is.", "File")]
    size_bytes: Annotated[int, Column("Its size.", "Bytes")]
    sha256: Annotated[str, Column("Digest of its content.", "SHA-256")]
