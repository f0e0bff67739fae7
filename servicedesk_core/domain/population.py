"""Which tickets count in figures of what the desk does for its clients. Pure."""

from collections.abc import Mapping
from typing import Final

from servicedesk_core.domain.status import StatusCategory

_PUT_AWAY: Final[Mapping[StatusCategory | None, str]] = {
    StatusCategory.MERGED: "merged",
    StatusCategory.CANCELLED: "cancelled",
    StatusCategory.SPAM: "spam",
}


def why_outside(category: StatusCategory | None, *, is_gone: bool, is_merged: bool, is_own: bool) -> str:
    """Return why a ticket counts in no figure, as a word or two; empty = it counts.

    Args:
        category: What its status means.
        is_gone: Whether the vendor has it no more.
        is_merged: Whether it went up in another one, whatever its status says: some vendors only complete it.
        is_own: Whether it is of our own company.
    """
    if is_gone:
        return "deleted"
    if is_merged:
        return "merged"
    return _PUT_AWAY.get(category) or ("our own" if is_own else "")
