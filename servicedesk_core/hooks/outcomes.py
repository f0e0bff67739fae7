"""The answer for one asked-for item, where the items are typed."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from servicedesk_core.hooks.pulling import FetchStatus

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ItemOutcome(Generic[T]):
    """What became of one reference; every reference gets exactly one.

    Attributes:
        ref: The id that was asked for.
        status: What became of it.
        item: What the vendor answered, when it was found.
        reason: Why there is nothing, for people; no record text.
    """

    ref: str
    status: FetchStatus
    item: T | None = None
    reason: str | None = None
