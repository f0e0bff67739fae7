"""The content of files; the vendor gives it only below what a file hangs on."""

from servicedesk_autotask.api.client import Api
from servicedesk_autotask.reading.keyset import whole_number
from servicedesk_core.domain import Attachment
from servicedesk_core.errors import NotFoundError
from servicedesk_core.hooks import Receiver

_PLACES = (("note_ref", "TicketNotes"), ("time_entry_ref", "TimeEntries"), ("ticket_ref", "Tickets"))
"""What a file hangs on, the nearest first: one on a note names the ticket as well."""


async def fetch_content(api: Api, attachment: Attachment, into: Receiver) -> None:
    """Read the content of a file; see the hook of this name."""
    number = whole_number(attachment.external_id)
    for field, entity in _PLACES:
        above = whole_number(getattr(attachment, field))
        if above is not None and number is not None:
            await api.content(f"{entity}/{above}/Attachments/{number}", into)
            return
    raise NotFoundError("The file hangs on nothing that Autotask can be asked for it by.", hint="Sync, and look again.")
