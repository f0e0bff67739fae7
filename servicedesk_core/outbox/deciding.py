"""What a person decides about a write: approve, edit, discard, try again, settle a doubt."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from servicedesk_core.domain.comparing import differing
from servicedesk_core.domain.writing import EDITABLE, Intent, WriteState
from servicedesk_core.errors import AnotherPersonError, WriteStateError
from servicedesk_core.outbox import lanes
from servicedesk_core.people import names_in
from servicedesk_core.store import Tx, audit, outbox
from servicedesk_core.store.outbox import StoredWrite

_THEIRS = ("their_values", "their_modified_at", "their_revision")
"""What the vendor showed instead of the base: settled when a write is edited or tried again."""

_NOT_SENT = frozenset({WriteState.PROPOSED, WriteState.QUEUED, WriteState.REJECTED})
"""States in which its vendor has nothing of a write."""


AnotherPerson = Callable[[Tx, StoredWrite], str | None]
"""Returns why a write takes the approval of another person than who proposed or edited it; ``None`` = it does not."""


def approve(
    tx: Tx,
    number: int,
    *,
    actor: str,
    now: datetime,
    by_another: AnotherPerson = lambda _tx, _write: None,
    version: int | None = None,
) -> StoredWrite:
    """Approve a proposed write: it is sent when its turn comes. Of two who approve at once one gets an error.

    What somebody else edited is approved by its version only: who names the number alone may mean an earlier one.

    Args:
        tx: A write transaction.
        number: Number of the write.
        actor: Who.
        now: When.
        by_another: Says whether it takes another person.
        version: The version that was looked at; ``None`` = nobody said.

    Raises:
        NotFoundLocallyError: There is no such write.
        WriteStateError: It is not proposed (any more), somebody edited it since it was looked at, or it has no such
            version.
        AnotherPersonError: It takes another person.
    """
    audit.take_turn(tx)  # whoever edits it at the same time is done, and what they made of it is looked at
    write = outbox.get(tx, number)
    if write.state is not WriteState.PROPOSED:
        raise _unfit(write, "Only a proposed write can be approved.")
    if is_own := bool(names_in(write.proposed_by) & names_in(actor)):
        _ensure_another(tx, write, actor, by_another, f"They approve it with `servicedesk writes approve {number}`.")
    present = outbox.versions(tx, [number])[number]
    if version != present and (version is not None or (present > 1 and not is_own)):
        message = f"{write.proposed_by} edited write {number} since it was proposed; nothing was approved."
        if version is not None and version not in range(1, present):
            message = f"Write {number} has no version {version}; nothing was approved."
        hint = f"`servicedesk writes show {number}` says what it is now: approve that as {number}@{present}."
        raise WriteStateError(message, hint=hint)
    facts: dict[str, Any] = {"decided_by": actor, "decided_at": now, "next_at": None}
    return outbox.move(tx, write, WriteState.QUEUED, actor=actor, now=now, why="approved", facts=facts)


def ensure_editable(write: StoredWrite) -> None:
    """Make sure that a write can be edited.

    Raises:
        WriteStateError: It is being sent, in doubt, or done.
    """
    if write.state not in EDITABLE:
        raise _unfit(write, "Only what was not sent yet, or was refused, can be edited.")
    _ensure_no_second(write)


def edit(
    tx: Tx,
    seen: StoredWrite,
    intent: Intent,
    *,
    actor: str,
    now: datetime,
    warnings: Sequence[str] = (),
    reason: str = "",
) -> StoredWrite:
    """Give a write other fields. It is proposed anew: whoever approved it approved something else.

    Args:
        tx: A write transaction.
        seen: The write as it was when the intent was made of it.
        intent: What it shall be.
        actor: Who.
        now: When.
        warnings: What whoever approves it should know.
        reason: Why.

    Raises:
        WriteStateError: It is being sent, in doubt, or done; or somebody edited it since it was looked at.
    """
    audit.take_turn(tx)
    write = outbox.get(tx, seen.id)
    ensure_editable(write)
    if (write.values, write.base) != (seen.values, seen.base):
        raise _unfit(write, "Somebody edited it at this moment.")
    fields = dict.fromkeys((*differing(intent.values, write.values), *differing(write.values, intent.values)))
    why = f"edited: {', '.join(fields)}" + (f" ({reason})" if reason else "")
    facts: dict[str, Any] = {
        **outbox.content_of(intent, warnings),
        "proposed_by": actor,
        **dict.fromkeys((*_THEIRS, "decided_by", "decided_at", "next_at")),
        **dict.fromkeys(("error_code", "error", "hint")),
    }
    edited = outbox.move(tx, write, WriteState.PROPOSED, actor=actor, now=now, why=why, facts=facts)
    audit.append(
        tx,
        at=now,
        actor=actor,
        action="write.edited",
        entity=write.entity,
        before=audit.sealed(tx, write.values),
        after={"kind": write.kind, "values": audit.sealed(tx, intent.values)},
        reason=reason,
    )
    return edited


def discard(tx: Tx, number: int, *, actor: str, now: datetime, reason: str = "") -> StoredWrite:
    """Decide that a write is not pursued; possible while the vendor certainly does not have it.

    Of one that was partly applied the rest is left: it is done, as far as the vendor took it. What waits for a write
    goes with it, because it can never be sent.

    Args:
        tx: A write transaction.
        number: Number of the write.
        actor: Who.
        now: When.
        reason: Why.

    Raises:
        NotFoundLocallyError: There is no such write.
        WriteStateError: It is being sent, in doubt, or done.
    """
    write = outbox.get(tx, number)
    if write.state is WriteState.IN_DOUBT:
        raise _unfit(write, "Settle the doubt first.", f"`servicedesk writes resolve {number}` says how.")
    facts: dict[str, Any] = {"decided_by": actor, "decided_at": now}
    if write.state is WriteState.PARTLY_APPLIED:
        facts |= dict.fromkeys(("error_code", "error", "hint"))
        why = f"the rest is left: {', '.join(write.unapplied)}" + (f" ({reason})" if reason else "")
        return outbox.move(tx, write, WriteState.CONFIRMED, actor=actor, now=now, why=why, facts=facts)
    return _discarded(tx, write, actor=actor, now=now, why=reason or "discarded")


def retry(
    tx: Tx, number: int, *, actor: str, now: datetime, by_another: AnotherPerson = lambda _tx, _write: None
) -> StoredWrite:
    """Send a rejected write again, or a waiting one at once; look at once for one in doubt.

    A write that was refused because the record had changed is now based on the version that was shown: if somebody
    changes it once more, it is refused again. To send a rejected one again is an approval of it, unless another person
    gave one before.

    Args:
        tx: A write transaction.
        number: Number of the write.
        actor: Who.
        now: When.
        by_another: Says whether it takes another person.

    Raises:
        NotFoundLocallyError: There is no such write.
        WriteStateError: It is neither rejected, waiting nor in doubt.
        AnotherPersonError: It takes another person, and none has approved it.
    """
    audit.take_turn(tx)  # what others approve at the same time counts
    write = outbox.get(tx, number)
    if write.state is WriteState.IN_DOUBT:
        outbox.note(tx, write, next_at=None, asked=0)
        return outbox.get(tx, number)
    if write.state not in {WriteState.QUEUED, WriteState.REJECTED, WriteState.PARTLY_APPLIED}:
        raise _unfit(write, "Only a rejected, a waiting or a doubtful write can be tried again, or the rest of one.")
    _ensure_no_second(write)
    lanes.clear(tx, write.connection, write.kind)
    if write.state is WriteState.QUEUED:
        outbox.note(tx, write, next_at=None)
        return outbox.get(tx, number)
    proposers = names_in(write.proposed_by)
    by = write.decided_by if write.decided_by and not proposers & names_in(write.decided_by) else None
    if by is None:
        hint = f"They send it again with `servicedesk writes retry {number}`."
        _ensure_another(tx, write, actor, by_another, hint)
    facts: dict[str, Any] = {
        "decided_by": by if by and proposers & names_in(actor) else actor,
        "decided_at": now,
        "next_at": None,
        "error_code": None,
        "error": None,
        "hint": None,
    }
    if write.theirs is not None:
        facts |= {
            "base_values": write.base | write.theirs,
            "base_modified_at": write.theirs_modified_at,
            "base_revision": write.theirs_revision,
            **dict.fromkeys(_THEIRS),
        }
    return outbox.move(tx, write, WriteState.QUEUED, actor=actor, now=now, why="tried again", facts=facts)


def resolve(
    tx: Tx,
    number: int,
    *,
    outcome: WriteState,
    actor: str,
    now: datetime,
    ref: str | None = None,
    reason: str = "",
) -> StoredWrite:
    """Settle a doubt by a person who has looked at the vendor.

    Args:
        tx: A write transaction.
        number: Number of the write.
        outcome: ``confirmed``: the vendor has it; ``queued``: it does not, send again (``proposed`` where nobody has
            approved it yet); ``discarded``: leave it.
        actor: Who.
        now: When.
        ref: The vendor's id of the record, when confirmed and known.
        reason: How it was found out.

    Raises:
        NotFoundLocallyError: There is no such write.
        WriteStateError: It is not in doubt, or what it is said to be belongs to another write.
    """
    write = outbox.get(tx, number)
    if write.state is not WriteState.IN_DOUBT:
        raise _unfit(write, "Only a doubt can be settled.")
    if outcome is WriteState.QUEUED:
        outcome = write.when_absent
    facts: dict[str, Any] = {}
    if outcome is not WriteState.PROPOSED:
        facts = {"decided_by": actor, "decided_at": now}
    if outcome is WriteState.CONFIRMED:
        facts["ref"] = ref or write.target
    if outcome in {WriteState.QUEUED, WriteState.PROPOSED}:
        lanes.clear(tx, write.connection, write.kind)
        facts |= {"sent_at": None, "next_at": None, "error": None, "error_code": None, "hint": None}
    why = reason or "settled by a person"
    if outcome is WriteState.DISCARDED:
        return _discarded(tx, write, actor=actor, now=now, why=why)
    settled = outbox.move(tx, write, outcome, actor=actor, now=now, why=why, facts=facts)
    # Looked at after the move, whose audit record lets two who settle at once go one after the other.
    if outcome is WriteState.CONFIRMED and write.target is None and settled.ref in outbox.taken_refs(tx, write):
        raise _unfit(write, f"{settled.ref} belongs to another write of ours.", "Name the id of this one.")
    return settled


def _discarded(tx: Tx, write: StoredWrite, *, actor: str, now: datetime, why: str) -> StoredWrite:
    """Discard a write, and what waits for it."""
    facts: dict[str, Any] = {"decided_by": actor, "decided_at": now}
    done = outbox.move(tx, write, WriteState.DISCARDED, actor=actor, now=now, why=why, facts=facts)
    for one in outbox.following(tx, [write.id]):
        if one.state in _NOT_SENT:
            _discarded(tx, one, actor=actor, now=now, why=f"write {write.id}, which goes first, was discarded")
    return done


def _ensure_another(tx: Tx, write: StoredWrite, actor: str, by_another: AnotherPerson, how: str) -> None:
    """Make sure that nobody approves alone what they proposed and another person must approve."""
    same = names_in(write.proposed_by) & names_in(actor)
    if same and (reason := by_another(tx, write)):
        why = f"{min(same)} proposed it, and another person must approve it."
        raise AnotherPersonError(f"Write {write.id}: {why}", hint=f"{how} {reason}")


def _ensure_no_second(write: StoredWrite) -> None:
    """Make sure that nothing which the vendor made in part is made a second time."""
    if write.state is WriteState.PARTLY_APPLIED and write.target is None:
        hint = (
            f"Propose the rest by itself, or as a change of {write.ref}; "
            f"`servicedesk writes discard {write.id}` leaves it."
        )
        raise _unfit(write, "The vendor has the record; sent again, it would be a second one.", hint)


def _unfit(write: StoredWrite, what: str, hint: str | None = None) -> WriteStateError:
    by = f" by {write.decided_by}" if write.state is WriteState.QUEUED and write.decided_by else ""
    return WriteStateError(
        f"Write {write.id} is {write.state.value.replace('_', ' ')}{by}. {what}",
        hint=hint or f"`servicedesk writes show {write.id}` shows what happened to it.",
    )
