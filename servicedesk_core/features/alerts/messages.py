"""What a channel is told: one message for everything that happened since it was last told."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from servicedesk_core.features.alerts.model import Notice
from servicedesk_core.printing import one_line


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        key: The same for the same notices, so that a receiver can drop a repetition after a crash.
        subject: One line.
        lines: What happened, a line each; no record text, no secrets.
        events: The same as data.
    """

    key: str
    subject: str
    lines: tuple[str, ...]
    events: tuple[dict[str, Any], ...]

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)


def message_of(desk: str, notices: Sequence[Notice]) -> Message:
    """Return the message about some notices.

    Args:
        desk: Name of the desk.
        notices: What is to be told.
    """
    opened = sum(notice.event == "opened" for notice in notices)
    counts = [f"{opened} new"] * (opened > 0) + [f"{len(notices) - opened} recovered"] * (opened < len(notices))
    only = f": {notices[0].key}" if len(notices) == 1 else ""
    identity = "|".join(f"{n.key}#{n.episode}#{n.event}" for n in notices)
    return Message(
        key=sha256(identity.encode()).hexdigest()[:24],
        subject=one_line(f"[{desk}] servicedesk alert, {' and '.join(counts)}{only}"),
        lines=tuple(one_line(_line(notice)) for notice in notices),
        events=tuple(
            {
                "desk": desk,
                "key": n.key,
                "episode": n.episode,
                "event": n.event,
                "at": n.at.isoformat(),
                "problem": n.problem,
                "hint": n.hint,
            }
            for n in notices
        ),
    )


def _line(notice: Notice) -> str:
    at = f"{notice.at:%Y-%m-%d %H:%M} UTC"
    if notice.event == "recovered":
        return f"RECOVERED {notice.key} at {at}. It was: {notice.problem}"
    return f"ALERT {notice.key} since {at}. {notice.problem}" + (f" → {notice.hint}" if notice.hint else "")
