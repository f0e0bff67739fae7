"""Files that are added to tickets: as they are sent, and as they are known again."""

import base64
import io
from collections import deque
from typing import Final

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.writing.checking import Values
from servicedesk_autotask.writing.notes import publish_of
from servicedesk_autotask.writing.wire import Body
from servicedesk_autotask.writing.words import Words
from servicedesk_core.errors import NotFoundError, TooLargeError, TransientError
from servicedesk_core.hooks import Clock, Content, Write, WriteCapability

MOST_BYTES: Final = 10_000_000
WINDOW_S: Final = 300.0
"""So many bytes of files the vendor takes in five minutes; of one more it refuses all files for five minutes."""


class Pace:
    """Holds files back that would be too much for the vendor now.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lately: deque[tuple[float, int]] = deque()

    def take(self, size_bytes: int) -> None:
        """Count a file that is sent now.

        Raises:
            TransientError: It would be too much; nothing was sent.
        """
        now = self._clock.monotonic()
        while self._lately and self._lately[0][0] <= now - WINDOW_S:
            self._lately.popleft()
        if self._lately and sum(size for _, size in self._lately) + size_bytes > MOST_BYTES:
            message = f"Autotask takes {MOST_BYTES:,} bytes of files in five minutes; this one waits."
            raise TransientError(message, retry_after_s=self._lately[0][0] + WINDOW_S - now)
        self._lately.append((now, size_bytes))


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
