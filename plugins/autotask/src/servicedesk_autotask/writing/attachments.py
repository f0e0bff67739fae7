"""Files that are added to tickets: as they are sent, and as they are known again."""

import base64
import io
from datetime import datetime, timedelta
from typing import Final

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.writing.checking import Values
from servicedesk_autotask.writing.notes import publish_of
from servicedesk_autotask.writing.wire import Body
from servicedesk_autotask.writing.words import Words
from servicedesk_core.errors import NotFoundError, TooLargeError, TransientError
from servicedesk_core.hooks import Clock, Content, StateStore, Write, WriteCapability

MOST_BYTES: Final = 10_000_000
WINDOW: Final = timedelta(minutes=5)
"""So many bytes of files the vendor takes in this time; of one more it refuses all files for five minutes."""

_KEY: Final = "files_sent"


class Pace:
    """Holds files back that would be too much for the vendor now.

    What was sent is kept with the connection: the next file may be another process's.

    Args:
        clock: The time.
        state: Memory of the connection.
    """

    def __init__(self, clock: Clock, state: StateStore) -> None:
        self._clock = clock
        self._state = state

    async def take(self, size_bytes: int) -> None:
        """Count a file that is sent now.

        Raises:
            TransientError: It would be too much; nothing was sent.
        """
        now = self._clock.now()
        sent = [(datetime.fromisoformat(at), size) for at, size in await self._state.get(_KEY) or ()]
        lately = [(at, size) for at, size in sent if abs(now - at) < WINDOW]
        if lately and sum(size for _, size in lately) + size_bytes > MOST_BYTES:
            message = f"Autotask takes {MOST_BYTES:,} bytes of files in five minutes; this one waits."
            raise TransientError(message, retry_after_s=(lately[0][0] + WINDOW - now).total_seconds())
        await self._state.put(_KEY, [(at.isoformat(), size) for at, size in (*lately, (now, size_bytes))])


def new_attachment(write: Write, kind: WriteCapability, values: Values, words: Words) -> Body:
    """Return the fields of a new file.

    Raises:
        RejectedError: The tenant has no such visibility, or the file is not the one that was approved.
    """
    return {
        "attachmentType": "FILE_ATTACHMENT",
        "data": base64.b64encode(kind.file_of(write)).decode(),
        "fullPath": values["name"],
        "publish": publish_of(kind, words),
        "title": _title(values),
    }


def may_be(row: Row, kind: WriteCapability, values: Values) -> bool:
    """Return whether a row, which has no content, may be a file that was sent."""
    told = (row.get("fullPath"), row.get("title"), row.get("publish"), row.get("fileSize"))
    sent = (values["name"], _title(values), kind.flags["publish"], values["size_bytes"])
    by_client: object = row.get("attachedByContactID")
    return by_client is None and told == sent


async def is_same(api: Api, parent: int, row: Row, values: Values) -> bool:
    """Return whether the content of a file of a ticket is the one that was sent; read for nothing but its digest."""
    content = Content(io.BytesIO(), values["size_bytes"])
    try:
        await api.content(f"Tickets/{parent}/Attachments/{row['id']}", content)
    except (NotFoundError, TooLargeError):
        return False
    return bool(content.sha256 == values["sha256"])


def _title(values: Values) -> str:
    return str(values.get("title") or values["name"])
