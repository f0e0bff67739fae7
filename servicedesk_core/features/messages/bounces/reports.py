"""Reads reports of mail servers about mails that did not arrive (RFC 3464). Pure but for the reading of files.

What stands in such a report anybody could have written: it counts only for a mail that this desk sent to that address.
"""

import email
import email.policy
from collections.abc import Iterable, Iterator
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Final, NamedTuple

from servicedesk_core.features.messages.making.composing import MARK
from servicedesk_core.printing import one_line

LARGEST: Final = 2_000_000
"""Bytes of a file that is read: a report has some kilobytes, and the mail that it is about perhaps more."""

LONGEST: Final = 300
_MOST: Final = 100
_OF_SENDER: Final = frozenset({"5.1.7", "5.1.8", "5.1.90"})
"""Codes of addresses that are about whoever sends."""


class Report(NamedTuple):
    """What a mail server says of one recipient of a mail.

    Attributes:
        address: Whom it did not reach, in lower case.
        key: Key of our write that carried the mail; empty = the report names no mail of ours.
        message_id: Message-ID of the mail; empty = it does not name it.
        status: Its code, such as ``5.1.1``.
        is_final: Whether the address is gone; else the mail is late, or did not arrive for another reason.
        told: What the server said.
    """

    address: str
    key: str
    message_id: str
    status: str
    is_final: bool
    told: str


class NoReportError(ValueError):
    """A file is no report of a mail server."""


def files_in(path: Path) -> list[Path]:
    """Return the files of a folder and all below it, or the file itself, by name."""
    return sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def read(path: Path) -> list[Report]:
    """Return what a file reports.

    Raises:
        NoReportError: It is no report, or too large for one.
        OSError: It cannot be read.
    """
    if path.stat().st_size > LARGEST:
        msg = f"it has more than {LARGEST:,} bytes"
        raise NoReportError(msg)
    return parsed(path.read_bytes())


def parsed(content: bytes) -> list[Report]:
    """Return what a report says of each recipient; those whom the mail reached are not among them.

    Raises:
        NoReportError: It is no report.
    """
    try:
        mail = email.message_from_bytes(content, policy=email.policy.default)
        return [*_reports(mail)]
    except NoReportError:
        raise
    except Exception as error:  # the library breaks in many ways over what is no mail
        msg = f"it cannot be understood ({type(error).__name__})"
        raise NoReportError(msg) from error


def _reports(mail: EmailMessage) -> Iterator[Report]:
    parts = [*mail.walk()]
    told = next((one for one in parts if one.get_content_type() == "message/delivery-status"), None)
    if told is None:
        msg = "it is no report of a mail server"
        raise NoReportError(msg)
    message_id, key = _of(parts)
    for block in _within(told)[:_MOST]:
        action = str(block.get("Action", "")).strip().lower()
        address = _address(block)
        if address and action in {"failed", "delayed"}:
            status = one_line(str(block.get("Status", "")).strip())[:20]
            said = one_line(str(block.get("Diagnostic-Code", "")).partition(";")[2].strip())[:LONGEST]
            yield Report(address, key, message_id, status, action == "failed" and _is_gone(status), said)


def _is_gone(status: str) -> bool:
    """Whether a code says that an address is not there or takes no mail (RFC 3463, 3.2 and 3.3).

    Policies against us, a mailbox that is full, and routes that are broken say nothing of the address.
    """
    return status == "5.2.1" or (status.startswith("5.1.") and status not in _OF_SENDER)


def _address(block: Message) -> str:
    word = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
    return one_line(word.rpartition(";")[2].strip().strip("<>")).lower()[:LONGEST]


def _within(part: Message) -> list[Message]:
    """Return the messages that a part of a mail is made of."""
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _of(parts: Iterable[Message]) -> tuple[str, str]:
    """Return the Message-ID of the mail that a report is about, and the key of the write that carried it."""
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822":
            found = next(iter(_within(part)), Message())
        elif kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            found = email.message_from_bytes(payload if isinstance(payload, bytes) else b"")
        else:
            continue
        message_id = one_line(str(found.get("Message-ID", "")).strip())[:LONGEST]
        key = str(found.get(MARK, "")).strip() or message_id.strip("<>").partition("@")[0]
        return message_id, key[:LONGEST]
    return "", ""
