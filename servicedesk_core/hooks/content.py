"""Takes the content of a file out of a connector: bounded, counted, and held against what is known of it."""

import hashlib
from typing import BinaryIO

from servicedesk_core.domain import Attachment
from servicedesk_core.errors import ProtocolError, SettingsError, TooLargeError


class Content:
    """Writes what comes into a file, up to a limit.

    Args:
        file: Where it goes; from its present position on it is this content's alone.
        largest: Most bytes.
    """

    def __init__(self, file: BinaryIO, largest: int) -> None:
        self._file = file
        self._start = file.tell()
        self._largest = largest
        self.restart()

    def restart(self) -> None:
        """See :meth:`Receiver.restart`."""
        self._file.seek(self._start)
        self._file.truncate()
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def write(self, piece: bytes) -> None:
        """See :meth:`Receiver.write`.

        Raises:
            TooLargeError: It is more than the limit.
            SettingsError: The disk is full, or gone: no fault of the connector in whose hook it comes up.
        """
        self.size_bytes += len(piece)
        ensure_fits(self.size_bytes, self._largest)
        self._digest.update(piece)
        try:
            self._file.write(piece)
        except OSError as error:
            message = f"The file cannot be written: {error.strerror or type(error).__name__}."
            raise SettingsError(message, hint="Choose a folder that you may write to, with room.") from error

    @property
    def sha256(self) -> str:
        """Digest of what came so far, in hexadecimal."""
        return self._digest.hexdigest()

    def ensure_whole(self, attachment: Attachment) -> None:
        """Refuse content that is not what the vendor said of it.

        Raises:
            ProtocolError: It has another size, or another digest.
        """
        if attachment.size_bytes not in {None, self.size_bytes}:
            told = f"{self.size_bytes:,} bytes of {attachment.size_bytes:,}"
            raise ProtocolError(f"The vendor sent {told}; nothing was kept.", hint="Sync, and try it again.")
        if attachment.sha256 is not None and attachment.sha256.lower() != self.sha256:
            message = "The vendor sent something else than the file that it names; nothing was kept."
            raise ProtocolError(message, hint="Sync, and try it again.")


def ensure_fits(size_bytes: int, largest: int) -> None:
    """Refuse what is too large.

    Raises:
        TooLargeError: It is.
    """
    if size_bytes > largest:
        message = f"The file is larger than {largest:,} bytes; nothing of it was kept."
        raise TooLargeError(message, hint="Ask for it with a larger limit.")
