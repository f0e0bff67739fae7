"""From one state to another: every change checks the transition and leaves history and an audit record with it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, update

from servicedesk_core.domain.writing import AT_VENDOR, MADE_BEFORE, IllegalTransitionError, Standing, WriteState
from servicedesk_core.errors import LeaseLostError, WriteStateError
from servicedesk_core.store import audit, leases
from servicedesk_core.store.leases import Fence
from servicedesk_core.store.outbox import files
from servicedesk_core.store.outbox.model import WRITES, StoredWrite
from servicedesk_core.store.outbox.reading import get
from servicedesk_core.store.schema import outbox, outbox_history
from servicedesk_core.store.schema.writing import UNFINISHED as IS_UNFINISHED
from servicedesk_core.store.sending import require_sending

# Made once: to make a statement, and the key by which its text is found again, costs as much as to carry it out.
_REMEMBER: Final = insert(outbox_history)
_COPIED: Final = update(outbox).where(outbox.c.id == bindparam("number")).values(copied_at=bindparam("at"))
_BELOW: Final = (
    update(outbox)
    .where(IS_UNFINISHED, outbox.c.after_write == bindparam("made"), outbox.c.parent == MADE_BEFORE)
    .values(parent=bindparam("its_ref"), aggregate=bindparam("its_aggregate"))
)
"""What waits to be put below a record is told its id as soon as that is known."""


def move(
    tx: Connection,
    write: StoredWrite,
    state: WriteState,
    *,
    actor: str,
    now: datetime,
    why: str = "",
    fence: Fence | None = None,
    facts: Mapping[str, Any] | None = None,
) -> StoredWrite:
    """Take a write to another state, if it still stands where the caller saw it.

    Args:
        tx: A write transaction.
        write: The write as the caller saw it.
        state: Where it goes.
        actor: Who does it.
        now: When.
        why: Why, for people; no record text.
        fence: The lease of the sender that does it; an attempt is ended only under the lease it began with.
        facts: Further columns of the outbox.

    Raises:
        WriteStateError: It stands elsewhere by now, or cannot go there.
        LeaseLostError: The attempt belongs to another sender by now.
    """
    try:
        standing = write.standing.to(state)
    except IllegalTransitionError as error:
        raise _wrong_state(write, error.before) from error
    more: dict[str, Any] = {}
    if state in {*AT_VENDOR, WriteState.REJECTED, WriteState.DISCARDED}:
        more = {"finished_at": now}
    if state is WriteState.IN_DOUBT:
        more = {"doubt_at": leases.now(tx), "asked": 0, "next_at": None}
    if state in {WriteState.QUEUED, WriteState.PROPOSED}:
        more = {"doubt_at": None, "finished_at": None, "candidates": (), "unapplied": {}, "moved_to": None}
    more |= facts or {}
    if write.has_file and state in files.KNOWN_FATE:
        files.forget(tx, write.id)
    return _change(tx, write, standing, actor=actor, now=now, why=why, fence=fence, facts=more)


def begin(
    tx: Connection,
    write: StoredWrite,
    *,
    fence: Fence,
    actor: str,
    now: datetime,
    timeout_s: float,
    facts: Mapping[str, Any] | None = None,
) -> StoredWrite:
    """Hand a queued write to a sender; commit this before the first byte leaves.

    Args:
        tx: A write transaction that has verified the fence.
        write: The write as the sender saw it.
        fence: The sender's lease.
        actor: Who sends.
        now: When, by the desk's clock.
        timeout_s: Seconds after which the attempt has ended; well before the lease does.
        facts: Further columns of the outbox.

    Raises:
        WriteStateError: It is not queued any more.
        WriteStoppedError: The store was restored or copied, and nobody adopted it since.
    """
    require_sending(tx)
    not_after = leases.now(tx) + timedelta(seconds=timeout_s)
    try:
        standing = write.standing.begin(owner=fence.owner, fence=fence.number, not_after=not_after)
    except IllegalTransitionError as error:
        raise _wrong_state(write, error.before) from error
    begun = {"sent_at": now, "next_at": None, "copied_at": None, "error_code": None, "error": None, "hint": None}
    return _change(tx, write, standing, actor=actor, now=now, why="", fence=fence, facts=begun | dict(facts or {}))


def note(tx: Connection, write: StoredWrite, **facts: Any) -> None:
    """Store facts about a write that leave its state alone; does nothing when the state changed meanwhile."""
    audit.take_turn(tx)
    tx.execute(update(outbox).where(outbox.c.id == write.id, outbox.c.state == write.state).values(**facts))


def copied(tx: Connection, number: int, at: datetime) -> None:
    """Note that the record of a confirmed write was read back."""
    audit.take_turn(tx)
    tx.execute(_COPIED, {"number": number, "at": at})


def remember(
    tx: Connection,
    write: StoredWrite,
    *,
    before: WriteState | None,
    after: Standing,
    actor: str,
    now: datetime,
    why: str,
    fence: Fence | None = None,
) -> None:
    """Add a step to the history of a write."""
    row = {
        "write_id": write.id,
        "at": now,
        "before": before,
        "after": after.state,
        "actor": actor,
        "attempt": after.attempt,
        "fence": fence.number if fence else None,
        "why": why,
    }
    tx.execute(_REMEMBER, row)


def _change(
    tx: Connection,
    write: StoredWrite,
    standing: Standing,
    *,
    actor: str,
    now: datetime,
    why: str,
    fence: Fence | None,
    facts: Mapping[str, Any],
) -> StoredWrite:
    audit.take_turn(tx)
    was = write.standing
    guarded = update(outbox).where(
        outbox.c.id == write.id, outbox.c.state == was.state, outbox.c.attempt == was.attempt
    )
    if was.state is WriteState.SENDING and fence is not None:
        guarded = guarded.where(outbox.c.owner == fence.owner, outbox.c.fence == fence.number)
    after = WRITES.one(tx, guarded.values(**asdict(standing), **facts).returning(*WRITES.columns))
    if after is None:
        present = get(tx, write.id)
        if was.state is WriteState.SENDING and fence is not None:
            message = f"Write {write.id} belongs to another sender by now; what this one wanted to store was refused."
            raise LeaseLostError(message, hint="Nothing is to be done; the other one settles it.")
        raise _wrong_state(present, present.state)
    remember(tx, after, before=was.state, after=standing, actor=actor, now=now, why=why, fence=fence)
    stream, _, act = after.kind.partition(".")
    if act == "create" and after.ref is not None and standing.state in AT_VENDOR:
        tx.execute(_BELOW, {"made": after.id, "its_ref": after.ref, "its_aggregate": f"{stream}:{after.ref}"})
    audit.append(
        tx,
        at=now,
        actor=actor,
        action=f"write.{standing.state.value}",
        entity=write.entity,
        before={"state": was.state.value},
        after={"state": standing.state.value, "attempt": standing.attempt, "ref": after.ref},
        # The chain is for ever, and a vendor's words may quote the record: of an error it holds the code.
        reason=str(facts.get("error_code") or why) + "".join(f" {field}" for field in facts.get("unapplied") or ()),
    )
    return after


def _wrong_state(write: StoredWrite, state: WriteState) -> WriteStateError:
    by = f" by {write.decided_by}" if state is WriteState.QUEUED and write.decided_by else ""
    return WriteStateError(
        f"Write {write.id} is {state.value.replace('_', ' ')}{by}; that cannot be done with it now.",
        hint=f"`servicedesk writes retry {write.id}` sends it again."
        if state is WriteState.REJECTED
        else f"`servicedesk writes show {write.id}` shows what happened to it.",
    )
