"""The channels: each takes a message or raises."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from servicedesk_core.config import DeskSettings, Secrets
from servicedesk_core.config.operating import AppriseChannel, Channel, FileChannel, MailChannel
from servicedesk_core.features.alerts.messages import Message
from servicedesk_core.outbox.apprise import notify
from servicedesk_core.outbox.mail import Carrier, Mail
from servicedesk_core.printing import escaped

Send = Callable[[Message], None]
"""Takes a message, or raises; blocks."""


def sender_of(channel: Channel, secrets: Secrets, settings: DeskSettings, name: str) -> Send:
    """Return how a channel is told something.

    Args:
        channel: Its settings.
        secrets: Resolves its references, at each use.
        settings: The desk, whose folder relative paths start at.
        name: Name of the channel.
    """
    key = f"alerts.channels.{name}"
    match channel:
        case FileChannel():
            return partial(_to_file, settings.beside(channel.path))
        case MailChannel():
            return partial(_by_mail, Carrier(channel, name, secrets, settings.where))
        case AppriseChannel():
            return partial(_by_apprise, channel, secrets, settings.where, key)


def _to_file(path: Path, message: Message) -> None:
    lines = "".join(escaped(json.dumps(event, ensure_ascii=False)) + "\n" for event in message.events)
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8", newline="\n") as file:
        file.write(lines)


def _by_mail(carry: Carrier, message: Message) -> None:
    """Send a message; one whose fate is unknown is told as one that failed, and comes again with its Message-ID."""
    carry(Mail(message.key, message.subject, message.text))


def _by_apprise(channel: AppriseChannel, secrets: Secrets, where: str, key: str, message: Message) -> None:
    address = secrets.resolve(channel.url, key=f"{key}.url", where=where).get_secret_value()
    notify(address, message.subject, message.text, key=f"{key}.url", where=where)
