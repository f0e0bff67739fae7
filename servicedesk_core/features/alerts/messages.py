"""What a channel is told: one message for everything that happened since it was last told."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from servicedesk_core.features.alerts.model import Notice
from servicedesk_core.printing import one_line

_SHOWN: Final = 40
"""So many lines a message has at most, and one that says how many more there are."""

_KINDS: Final = 5


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
    opened, ended = (sum(notice.event == event for notice in notices) for event in ("opened", "recovered"))
    told = ((opened, "new"), (len(notices) - opened - ended, "still open"), (ended, "recovered"))
    counts = [f"{many} {what}" for many, what in told if many]
    only = f": {notices[0].key}" if len(notices) == 1 else ""
    identity = "|".join(f"{n.key}#{n.episode}#{n.event}" for n in notices)
    return Message(
        key=sha256(identity.encode()).hexdigest()[:24],
        subject=one_line(f"[{desk}] servicedesk alert, {' and '.join(counts)}{only}"),
        lines=tuple(one_line(line) for line in _lines(notices)),
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


def _lines(notices: Sequence[Notice]) -> Iterator[str]:
    """Yield a line each; of very many the first, and how many more there are of what."""
    yield from map(_line, notices[:_SHOWN])
    if rest := notices[_SHOWN:]:
        kinds = Counter(notice.key.partition("/")[0] for notice in rest)
        some = ", ".join(f"{many} of {kind}" for kind, many in kinds.most_common(_KINDS))
        yield f"And {len(rest):,} more ({some}{' …' if len(kinds) > _KINDS else ''}): servicedesk alerts list"


def _line(notice: Notice) -> str:
    at = f"{notice.at:%Y-%m-%d %H:%M} UTC"
    if notice.event == "recovered":
        return f"RECOVERED {notice.key} at {at}. It was: {notice.problem}"
    word = "ALERT" if notice.event == "opened" else "STILL OPEN"
    return f"{word} {notice.key} since {at}. {notice.problem}" + (f" → {notice.hint}" if notice.hint else "")
