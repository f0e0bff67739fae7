"""A write: what is wanted, in which states it can be, and what may follow what. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

MADE_BEFORE: Final = "@made-before"
"""As the parent of a write that follows another one: the record that the other one makes, whatever its id will be."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that somebody wants to be different at a vendor.

    Attributes:
        connection: Name of the connection.
        kind: What is written and how; the grant that it needs, for example ``tickets.update``.
        aggregate: What is written in order, for example ``tickets:4711``; two writes of one aggregate are never under
            way together.
        label: What people call the target.
        values: Field to new value; only what changes. Values that JSON can hold; instants as ISO 8601 text.
        target: The vendor's id of the record, or ``None`` for a new one.
        parent: The vendor's id of the parent record, if any, or :data:`MADE_BEFORE`.
        base: Field to the value that was read; the vendor must still show it when the write is sent.
        base_modified_at: The vendor's stamp of the record then.
        base_revision: The vendor's token of that version of the record, where it has one.
        visibility: ``internal`` or ``public`` where that matters.
        reason: Why, for people and for the audit trail.
        request_id: The caller's own id of the act, where it generates them: a second proposal with the same one is the
            first.
        reverts: Number of the write that this one takes back.
        after: Number of the write that its vendor must have before this one is sent, over whichever connection.
        hops: How many writes lie before it, each made because of the change that the one before made.
        content: The file that goes with it; ``values`` say its name, its size and its digest.
    """

    connection: str
    kind: str
    aggregate: str
    label: str
    values: Mapping[str, Any]
    target: str | None = None
    parent: str | None = None
    base: Mapping[str, Any] = field(default_factory=dict)
    base_modified_at: datetime | None = None
    base_revision: str | None = None
    visibility: str | None = None
    reason: str = ""
    request_id: str | None = None
    reverts: int | None = None
    after: int | None = None
    hops: int = 0
    content: bytes | None = field(default=None, repr=False)


class WriteState(StrEnum):
    """Where a write stands."""

    PROPOSED = "proposed"
    """Stored, and waiting for somebody's approval."""
    QUEUED = "queued"
    """Approved; certainly not at the vendor; sent when its turn comes."""
    SENDING = "sending"
    """Handed to one sender. Committed before the first byte leaves."""
    CONFIRMED = "confirmed"
    """The vendor has it."""
    PARTLY_APPLIED = "partly_applied"
    """The vendor has some of its fields and refused the others; a person decides about these."""
    REJECTED = "rejected"
    """The vendor, or a check before sending, refused it; the vendor does not have it."""
    IN_DOUBT = "in_doubt"
    """The vendor may or may not have it. Never sent again without proof that it does not."""
    DISCARDED = "discarded"
    """A person decided that it is not pursued."""


_S = WriteState

TRANSITIONS: dict[WriteState, frozenset[WriteState]] = {
    _S.PROPOSED: frozenset({_S.PROPOSED, _S.QUEUED, _S.DISCARDED, _S.IN_DOUBT}),
    _S.QUEUED: frozenset({_S.SENDING, _S.REJECTED, _S.PROPOSED, _S.DISCARDED, _S.IN_DOUBT}),
    _S.SENDING: frozenset({_S.CONFIRMED, _S.PARTLY_APPLIED, _S.REJECTED, _S.QUEUED, _S.IN_DOUBT}),
    _S.IN_DOUBT: frozenset({_S.CONFIRMED, _S.PARTLY_APPLIED, _S.QUEUED, _S.PROPOSED, _S.DISCARDED}),
    _S.REJECTED: frozenset({_S.PROPOSED, _S.QUEUED, _S.DISCARDED}),
    _S.PARTLY_APPLIED: frozenset({_S.PROPOSED, _S.QUEUED, _S.CONFIRMED}),
    _S.CONFIRMED: frozenset(),
    _S.DISCARDED: frozenset(),
}
"""What may follow each state.

``proposed`` and ``queued`` become doubtful only in a store that was restored or copied: what it remembers may be older
than what was sent. One that nobody has approved goes back to ``proposed`` when it proves absent. ``queued`` goes back
to ``proposed`` when the loop breaker wants a person to look. What was edited is ``proposed`` anew. Of a write that was
partly applied the rest is sent again, edited, or left: then it is ``confirmed`` as far as it went.
"""

EDITABLE = frozenset({_S.PROPOSED, _S.QUEUED, _S.REJECTED, _S.PARTLY_APPLIED})
"""States in which the vendor certainly does not have a write, or not all of it, and it may still be pursued."""

AT_VENDOR = frozenset({_S.CONFIRMED, _S.PARTLY_APPLIED})
"""States in which the vendor has a write, as far as it took it."""

UNFINISHED = frozenset({_S.PROPOSED, _S.QUEUED, _S.SENDING, _S.IN_DOUBT})
"""States from which something can still happen by itself or is waited for."""

BLOCKING = frozenset({_S.QUEUED, _S.SENDING, _S.IN_DOUBT})
"""States in which a write holds back later ones of the same aggregate."""


class IllegalTransitionError(ValueError):
    """A write cannot go from its state to the one that was asked for."""

    def __init__(self, before: WriteState, after: WriteState) -> None:
        super().__init__(f"a write that is {before.value} cannot become {after.value}")
        self.before = before
        self.after = after


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a write stands, with the proof of who sends it.

    Attributes:
        state: The state.
        attempt: How often sending has begun.
        owner: Which process sends it.
        fence: Number of the lease under which it is sent.
        not_after: When the attempt has ended at the latest; after it, an attempt without a result is a doubt.
    """

    state: WriteState = WriteState.PROPOSED
    attempt: int = 0
    owner: str | None = None
    fence: int | None = None
    not_after: datetime | None = None

    def to(self, state: WriteState) -> "Standing":
        """Return the standing after a transition; leaving ``sending`` clears the sender.

        Raises:
            IllegalTransitionError: It may not follow.
        """
        if state not in TRANSITIONS[self.state] or state is WriteState.SENDING:
            raise IllegalTransitionError(self.state, state)
        return replace(self, state=state, owner=None, fence=None, not_after=None)

    def begin(self, *, owner: str, fence: int, not_after: datetime) -> "Standing":
        """Return the standing of a write that is handed to a sender.

        Raises:
            IllegalTransitionError: It is not queued.
        """
        if WriteState.SENDING not in TRANSITIONS[self.state]:
            raise IllegalTransitionError(self.state, WriteState.SENDING)
        return Standing(WriteState.SENDING, self.attempt + 1, owner, fence, not_after)

    def is_expired(self, now: datetime) -> bool:
        """Whether an attempt has passed its end without a result; it becomes a doubt, never queued again."""
        return self.state is WriteState.SENDING and self.not_after is not None and now >= self.not_after
