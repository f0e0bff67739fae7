"""The content of a file that an interface answers as base64 inside JSON, taken out while it comes."""

import base64
import binascii
import re
from typing import Final

from servicedesk_core.errors import NotFoundError, ProtocolError
from servicedesk_core.ports import Receiver

_ESCAPE: Final = re.compile(rb"\\(?:u00([0-9a-fA-F]{2})|([/rnt]))")
_LONGEST_ESCAPE: Final = 6
_SPACE: Final = b" \t\r\n"


class EmbeddedContent:
    """Takes a JSON answer piece by piece, and hands on what one of its members says in base64.

    ::

        taking = EmbeddedContent("data", into)
        await http.get(f"tickets/{ticket}/attachments/{ref}", into=taking)
        taking.finish()

    No more than a piece is in memory. The first member of that name counts, wherever it stands: a text in which the
    same characters stand escapes its quotes.

    Args:
        member: Its name.
        into: Gets the content.
    """

    def __init__(self, member: str, into: Receiver) -> None:
        self._into = into
        self._begin = re.compile(rb'"' + re.escape(member.encode()) + rb'"\s*:\s*"')
        self._longest = len(member) + 64
        self.restart()

    def restart(self) -> None:
        """See :meth:`Receiver.restart`."""
        self._into.restart()
        self._left = b""
        self._inside = self._ended = False

    def write(self, piece: bytes) -> None:
        """See :meth:`Receiver.write`.

        Raises:
            ProtocolError: The member holds something else than base64.
        """
        if self._ended:
            return
        text = self._left + piece
        if not self._inside:
            found = self._begin.search(text)
            if found is None:
                self._left = text[-self._longest :]
                return
            self._inside, text = True, text[found.end() :]
        end = text.find(b'"')
        self._ended = end >= 0
        self._decode(text[:end] if self._ended else text)

    def finish(self) -> None:
        """Make sure, after the answer, that all of it came.

        Raises:
            NotFoundError: The answer holds no content.
            ProtocolError: It ended within.
        """
        if not self._inside:
            raise NotFoundError("The vendor's answer holds no content of the file.", hint="Sync, and look again.")
        if not self._ended:
            raise ProtocolError("The vendor's answer ended within the content of the file.", hint="Try it again.")

    def _decode(self, text: bytes) -> None:
        """Hand on what is whole; half an escape, and part of a group of four, wait for the next piece."""
        kept = b""
        cut = text.rfind(b"\\", -_LONGEST_ESCAPE) if not self._ended else -1
        if cut >= 0:
            text, kept = text[:cut], text[cut:]
        plain = _ESCAPE.sub(_unescaped, text).translate(None, _SPACE)
        whole = len(plain) if self._ended else len(plain) - len(plain) % 4
        try:
            self._into.write(base64.b64decode(plain[:whole], validate=True))
        except binascii.Error as error:
            raise ProtocolError("The vendor sent the content of the file in no base64.") from error
        self._left = plain[whole:] + kept


def _unescaped(found: re.Match[bytes]) -> bytes:
    code, char = found.groups()
    return bytes([int(code, 16)]) if code else b"/" if char == b"/" else b""
