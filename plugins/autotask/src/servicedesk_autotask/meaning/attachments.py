"""Attachments: what they hang on, what they are called, and who may see them."""

from typing import Any

from servicedesk_autotask.meaning import shapes, values
from servicedesk_autotask.meaning.lists import TenantLists
from servicedesk_autotask.meaning.mappings import joined
from servicedesk_autotask.meaning.reader import Reader
from servicedesk_autotask.meaning.tickets import Visibilities
from servicedesk_autotask.meaning.values import Issues, Raw, UnusableValueError
from servicedesk_core.domain import ActorType, Attachment
from servicedesk_core.hooks import Mapped, VocabularyMapping


class AttachmentMapping:
    """Maps a file of a ticket, a note or a time entry.

    Args:
        lists: The tenant's lists.
        vocabulary: The operator's mapping.
    """

    def __init__(self, lists: TenantLists, vocabulary: VocabularyMapping) -> None:
        self._read = Reader(shapes.ATTACHMENT, lists).read
        self._visibility = Visibilities(lists, vocabulary)

    def __call__(self, raw: Raw) -> Mapped:
        """Return the attachment."""
        issues: Issues = []
        fields: dict[str, Any] = {}
        self._read(raw, issues, fields)
        number = values.ref(raw.get("id"))
        if number is None or not number.isdecimal():
            raise UnusableValueError("no usable id")
        fields["external_id"] = number
        above = (joined(raw, key).get("ticketID") for key in ("note", "time_entry"))
        fields.setdefault("ticket_ref", next((ref for one in above if (ref := values.ref(one))), None))
        # The vendor's "full path" is a path on the machine of whoever attached it, and that may be any system.
        path = (values.text(raw.get("fullPath")) or "").replace("\\", "/")
        fields["name"] = path.rpartition("/")[2] or fields.get("title") or ""
        size = values.decimal(raw.get("fileSize"), "size_bytes")
        fields["size_bytes"] = None if size is None or size < 0 else int(size)
        fields["visibility"] = self._visibility.of(raw, issues)
        contact, resource = values.ref(raw.get("attachedByContactID")), values.ref(raw.get("attachedByResourceID"))
        if contact is not None:
            fields["author_type"], fields["author_ref"] = ActorType.CUSTOMER, contact
        elif resource is not None:
            fields["author_type"], fields["author_ref"] = ActorType.TECHNICIAN, resource
        return Mapped(Attachment.model_validate(fields), issues=tuple(issues))
