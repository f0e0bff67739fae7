"""What happened to a ticket that its client may be told of: read off how a change left it. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from servicedesk_core.domain import StatusCategory
from servicedesk_core.domain.status import DONE
from servicedesk_core.features.messages.triggers import Trigger

TOO_OLD: Final = timedelta(hours=24)
"""What happened longer ago when the desk learns of it is history, and told to nobody."""

TOGETHER: Final = timedelta(minutes=10)
"""What happens to a ticket within this is one message: the last of it."""

REMINDED_AFTER: Final = (2, 5)
"""After so many working days it is said again that we wait for the client."""

BEFORE_VISIT: Final = timedelta(hours=24)
"""So long before a visit its client is reminded of it."""

_ENDED: Final = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED})


class Happening(NamedTuple):
    """Something that happened to a ticket.

    Attributes:
        trigger: What it is.
        told: What is told of it beside the ticket.
    """

    trigger: Trigger
    told: Mapping[str, Any] = {}


def happened(
    kind: str, before: Mapping[str, Any], after: Mapping[str, Any], *, is_open: bool = True
) -> Iterator[Happening]:
    """Yield what a change of a ticket means for its client.

    Args:
        kind: ``created`` or ``updated``, as the changes feed says.
        before: Fields that changed, as they were.
        after: The same, as they are.
        is_open: Whether the ticket is open as the desk knows it now: of one that is done nobody hears whose it became.
    """
    if kind == "created":
        yield Happening(Trigger.RECEIVED)
        return
    was, became = (_category(state.get("status_category")) for state in (before, after))
    if became in _ENDED and was is not None and was not in DONE:
        yield Happening(Trigger.RESOLVED)
        return
    if was in _ENDED and became is not None and became not in DONE:
        yield Happening(Trigger.REOPENED)
        return
    if became in DONE or not is_open:
        return
    if after.get("assignee_ref") and after["assignee_ref"] != before.get("assignee_ref"):
        yield Happening(Trigger.ASSIGNED, {"assignee": after["assignee_ref"]})
    old, new = _instant(before.get("due_at")), _instant(after.get("due_at"))
    if old is not None and new is not None and new > old:
        yield Happening(Trigger.DELAYED, {"before": old.isoformat(), "at": new.isoformat()})
    if became is StatusCategory.WAITING_CUSTOMER:
        yield Happening(Trigger.WAITING)


def is_waiting_over(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether we do not wait for the client any more, so that nobody reminds them."""
    was, became = (_category(state.get("status_category")) for state in (before, after))
    return was is StatusCategory.WAITING_CUSTOMER and became is not StatusCategory.WAITING_CUSTOMER


def is_news(at: datetime, now: datetime, since: datetime) -> bool:
    """Whether something happened lately enough to be told, and after the desk began to tell."""
    return max(since, now - TOO_OLD) <= at


def _category(word: Any) -> StatusCategory | None:
    return StatusCategory(word) if word in StatusCategory._value2member_map_ else None


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
