"""The outbox: every write that was ever intended, where it stands, and what happened to it.

A row here is the truth about sending. It changes only through :func:`move` and :func:`begin`: each checks the
transition, compares the state and the fence that it expects, and writes the history and the audit record in the same
transaction.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from servicedesk_core.domain.writing import BLOCKING, UNFINISHED, IllegalTransitionError, Standing, WriteState
from servicedesk_core.errors import LeaseLostError, NotFoundLocallyError, WriteStateError
from servicedesk_core.store import audit
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.fields import from_us, optional_instant, optional_us, to_json, to_us
from servicedesk_core.store.leases import Fence, now_us
from servicedesk_core.store.schema import outbox, outbox_history
from servicedesk_core.store.schema.writing import UNFINISHED as IS_UNFINISHED
from servicedesk_core.store.sending import require_sending

SYSTEM: Final = "system:writes"
"""Actor of what happens without a person."""

_BLOCKING = tuple(state.value for state in BLOCKING)
_OPEN = (WriteState.SENDING.value, WriteState.IN_DOUBT.value)
"""States in which the vendor may be changing the aggregate at this moment."""


@dataclass(frozen=True, slots=True)
class StoredWrite:
    """A write as the outbox holds it.

    Attributes:
        id: The desk's own number, for people.
        key: Id of the act; the connector puts it into the vendor's reference field or marker.
        request_id: The caller's own id of the act; a second proposal with the same one is the first.
        connection: Name of the connection.
        kind: What is written and how; the grant that it needs.
        aggregate: What is written in order: two writes of one aggregate are never under way together.
        target: The vendor's id of the record, or ``None`` for a new one.
        parent: The vendor's id of the parent record, if any.
        label: What people call the target.
        visibility: ``internal`` or ``public`` where that matters.
        values: Field to new value, as JSON has it.
        base: Field to the value that was read when the write was made; the vendor must still show it.
        base_modified_at: The vendor's stamp of the record then.
        theirs: Field to the value that the vendor showed instead, when it refused or we did.
        theirs_modified_at: The vendor's stamp of that.
        reason: Why, as the proposer gave it.
        proposed_by: Who wanted it.
        proposed_at: When.
        decided_by: Who approved or discarded it last.
        decided_at: When.
        reverts: Number of the write that this one takes back.
        standing: Where it stands.
        sent_at: When its last attempt began; ``None`` when no attempt reached the vendor.
        doubt_at: Since when it is in doubt, by the database's time.
        next_at: Not to be looked at before this.
        asked: How often the vendor was asked about it while in doubt.
        candidates: The vendor's ids that might be it.
        finished_at: When it was confirmed, rejected or discarded.
        ref: The vendor's id of what was written.
        warnings: What the vendor or core added, for people.
        error_code: Code of the last error.
        error: Its message.
        hint: What to do about it.
        copied_at: When the written record was read back into the store.
    """

    id: int
    key: str
    request_id: str | None
    connection: str
    kind: str
    aggregate: str
    target: str | None
    parent: str | None
    label: str
    visibility: str | None
    values: dict[str, Any]
    base: dict[str, Any]
    base_modified_at: datetime | None
    theirs: dict[str, Any] | None
    theirs_modified_at: datetime | None
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reverts: int | None
    standing: Standing
    sent_at: datetime | None
    doubt_at: datetime | None
    next_at: datetime | None
    asked: int
    candidates: tuple[str, ...]
    finished_at: datetime | None
    ref: str | None
    warnings: tuple[str, ...]
    error_code: str | None
    error: str | None
    hint: str | None
    copied_at: datetime | None

    @property
    def state(self) -> WriteState:
        """The state."""
        return self.standing.state

    @property
    def when_absent(self) -> WriteState:
        """Where it goes when the vendor certainly does not have it: nothing is sent that nobody approved."""
        return WriteState.PROPOSED if self.decided_by is None else WriteState.QUEUED

    @property
    def entity(self) -> str:
        """How the audit trail names what it concerns."""
        return f"write:{self.id}"


@dataclass(frozen=True, slots=True)
class WriteEvent:
    """A step in the life of a write.

    Attributes:
        at: When, by the desk's clock.
        before: State before; ``None`` at the start.
        after: State after.
        actor: Who.
        attempt: Number of the attempt.
        fence: Number of the lease, when a sender did it.
        why: Why, for people.
    """

    at: datetime
    before: WriteState | None
    after: WriteState
    actor: str
    attempt: int
    fence: int | None
    why: str


def add(
    tx: Connection,
    *,
    connection: str,
    kind: str,
    aggregate: str,
    label: str,
    values: Mapping[str, Any],
    actor: str,
    now: datetime,
    target: str | None = None,
    parent: str | None = None,
    visibility: str | None = None,
    base: Mapping[str, Any] | None = None,
    base_modified_at: datetime | None = None,
    reason: str = "",
    request_id: str | None = None,
    reverts: int | None = None,
) -> StoredWrite:
    """Store a write as proposed, in the caller's transaction; a known ``request_id`` answers the write that is there.

    See :class:`StoredWrite` for the arguments.
    """
    audit.take_turn(tx)
    row = {
        "key": str(uuid.uuid4()),
        "request_id": request_id,
        "connection": connection,
        "kind": kind,
        "aggregate": aggregate,
        "target": target,
        "parent": parent,
        "label": scrub(label),
        "visibility": visibility,
        "new_values": scrub(to_json(dict(values))),
        "base_values": scrub(to_json(dict(base or {}))),
        "base_modified_at": optional_us(base_modified_at),
        "reason": scrub(reason),
        "proposed_by": actor,
        "proposed_at": to_us(now),
        "reverts": reverts,
        "state": WriteState.PROPOSED.value,
    }
    make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    adding = make(outbox).values(row).on_conflict_do_nothing(index_elements=["request_id"]).returning(outbox.c.id)
    number = tx.execute(adding).scalar_one_or_none()
    if number is None:  # it is there, perhaps since this moment
        return _write(tx.execute(select(outbox).where(outbox.c.request_id == request_id)).mappings().one())
    write = get(tx, number)
    _remember(tx, write, before=None, after=write.standing, actor=actor, now=now, why=reason)
    audit.append(
        tx,
        at=now,
        actor=actor,
        action="write.proposed",
        entity=write.entity,
        before=audit.sealed(tx, write.base),
        after={
            "connection": connection,
            "kind": kind,
            "target": target,
            "parent": parent,
            "visibility": visibility,
            "values": audit.sealed(tx, write.values),
        },
        reason=reason,
    )
    return write


def get(tx: Connection, number: int, only: ColumnElement[bool] | None = None) -> StoredWrite:
    """Return a write by its number.

    Args:
        tx: Any transaction.
        number: Its number.
        only: Only if this is true of it.

    Raises:
        NotFoundLocallyError: There is none.
    """
    query = select(outbox).where(outbox.c.id == number)
    row = tx.execute(query if only is None else query.where(only)).mappings().one_or_none()
    if row is None:
        message = f"There is no write {number}."
        raise NotFoundLocallyError(message, hint="`servicedesk writes list --all` shows them.")
    return _write(row)


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
        facts: Further columns of the outbox, with stored values.

    Raises:
        WriteStateError: It stands elsewhere by now, or cannot go there.
        LeaseLostError: The attempt belongs to another sender by now.
    """
    try:
        standing = write.standing.to(state)
    except IllegalTransitionError as error:
        raise _wrong_state(write, error.before) from error
    more: dict[str, Any] = {}
    if state in {WriteState.CONFIRMED, WriteState.REJECTED, WriteState.DISCARDED}:
        more = {"finished_at": to_us(now)}
    if state is WriteState.IN_DOUBT:
        more = {"doubt_at": now_us(tx), "asked": 0, "next_at": None}
    if state in {WriteState.QUEUED, WriteState.PROPOSED}:
        more = {"doubt_at": None, "finished_at": None, "candidates": "[]"}
    more |= facts or {}
    return _change(tx, write, standing, actor=actor, now=now, why=why, fence=fence, facts=more)


def begin(
    tx: Connection, write: StoredWrite, *, fence: Fence, actor: str, now: datetime, timeout_s: float
) -> StoredWrite:
    """Hand a queued write to a sender; commit this before the first byte leaves.

    Args:
        tx: A write transaction that has verified the fence.
        write: The write as the sender saw it.
        fence: The sender's lease.
        actor: Who sends.
        now: When, by the desk's clock.
        timeout_s: Seconds after which the attempt has ended; well before the lease does.

    Raises:
        WriteStateError: It is not queued any more.
        WriteStoppedError: The store was restored or copied, and nobody adopted it since.
    """
    require_sending(tx)
    not_after = from_us(now_us(tx)) + timedelta(seconds=timeout_s)
    try:
        standing = write.standing.begin(owner=fence.owner, fence=fence.number, not_after=not_after)
    except IllegalTransitionError as error:
        raise _wrong_state(write, error.before) from error
    facts = {"sent_at": to_us(now), "next_at": None, "error_code": None, "error": None, "hint": None}
    return _change(tx, write, standing, actor=actor, now=now, why="", fence=fence, facts=facts)


def note(tx: Connection, write: StoredWrite, **facts: Any) -> None:
    """Store facts about a write that leave its state alone; does nothing when the state changed meanwhile."""
    audit.take_turn(tx)
    tx.execute(
        update(outbox).where(outbox.c.id == write.id, outbox.c.state == write.state.value).values(**_clean(facts))
    )


def copied(tx: Connection, number: int, at: int) -> None:
    """Note that the record of a confirmed write was read back."""
    tx.execute(update(outbox).where(outbox.c.id == number).values(copied_at=at))


def expire(tx: Connection, connection: str, *, actor: str, now: datetime) -> list[StoredWrite]:
    """Turn attempts that passed their end without a result into doubts; return them as they stand then."""
    query = select(outbox).where(
        IS_UNFINISHED,
        outbox.c.connection == connection,
        outbox.c.state == WriteState.SENDING.value,
        outbox.c.not_after <= now_us(tx),
    )
    why = "The attempt ended without a result: the sender was killed, asleep or overtaken."
    facts = {"error_code": "outcome_unknown", "error": why}
    return [
        move(tx, write, WriteState.IN_DOUBT, actor=actor, now=now, why=why, facts=facts)
        for write in map(_write, tx.execute(query.order_by(outbox.c.id)).mappings().all())
    ]


def distrust(tx: Connection, *, actor: str, now: datetime, why: str) -> int:
    """Put every unfinished write into doubt: after a restore or a move the store may be older than what was sent.

    Returns:
        How many.
    """
    states = (WriteState.PROPOSED.value, WriteState.QUEUED.value, WriteState.SENDING.value)
    query = select(outbox).where(IS_UNFINISHED, outbox.c.state.in_(states)).order_by(outbox.c.id)
    writes = [_write(row) for row in tx.execute(query).mappings().all()]
    for write in writes:
        facts = {"sent_at": to_us(write.sent_at or write.proposed_at), "error": why}
        move(tx, write, WriteState.IN_DOUBT, actor=actor, now=now, why=why, facts=facts)
    return len(writes)


def due(
    tx: Connection,
    connection: str,
    *,
    now: datetime,
    limit: int,
    without: Collection[str] = (),
    busy: Collection[str] = (),
    only: Collection[int] = (),
) -> list[StoredWrite]:
    """Return queued writes whose turn it is, in order: nothing goes before it, and it was not told to wait.

    Args:
        tx: Any transaction.
        connection: Name of the connection.
        now: The present.
        limit: At most so many.
        without: Kinds that must wait.
        busy: Aggregates that are under way.
        only: Only these; empty = all.
    """
    earlier = outbox.alias("earlier")
    blocked = (
        select(earlier.c.id)
        .where(
            earlier.c.connection == outbox.c.connection,
            earlier.c.aggregate == outbox.c.aggregate,
            earlier.c.id != outbox.c.id,
            # A later one is in the way too when it was approved first and may be under way.
            ((earlier.c.id < outbox.c.id) & earlier.c.state.in_(_BLOCKING)) | earlier.c.state.in_(_OPEN),
        )
        .exists()
    )
    query = (
        select(outbox)
        .where(
            IS_UNFINISHED,
            outbox.c.connection == connection,
            outbox.c.state == WriteState.QUEUED.value,
            outbox.c.next_at.is_(None) | (outbox.c.next_at <= to_us(now)),
            ~blocked,
        )
        .order_by(outbox.c.id)
        .limit(limit)
    )
    if without:
        query = query.where(outbox.c.kind.not_in(without))
    if busy:
        query = query.where(outbox.c.aggregate.not_in(busy))
    if only:
        query = query.where(outbox.c.id.in_(only))
    return _all(tx, query)


def doubtful(
    tx: Connection, connection: str, *, now: datetime, ask_at_most: int, limit: int = 100
) -> list[StoredWrite]:
    """Return writes in doubt that may be asked about now; after so many looks a person decides."""
    query = select(outbox).where(
        IS_UNFINISHED,
        outbox.c.connection == connection,
        outbox.c.state == WriteState.IN_DOUBT.value,
        outbox.c.asked < ask_at_most,
        outbox.c.next_at.is_(None) | (outbox.c.next_at <= to_us(now)),
    )
    return _all(tx, query.order_by(outbox.c.id).limit(limit))


def uncopied(tx: Connection, connection: str, *, since: datetime, limit: int = 100) -> list[StoredWrite]:
    """Return writes sent and confirmed since an instant whose record was not read back yet."""
    query = select(outbox).where(
        outbox.c.connection == connection,
        outbox.c.state == WriteState.CONFIRMED.value,
        outbox.c.copied_at.is_(None),
        outbox.c.ref.is_not(None),
        outbox.c.sent_at >= to_us(since),
    )
    return _all(tx, query.order_by(outbox.c.sent_at, outbox.c.id).limit(limit))


def expired_at(tx: Connection, connection: str) -> datetime | None:
    """Return when the last attempt that is under way has ended at the latest, by the database's time."""
    query = select(func.max(outbox.c.not_after)).where(
        IS_UNFINISHED, outbox.c.connection == connection, outbox.c.state == WriteState.SENDING.value
    )
    return optional_instant(tx.execute(query).scalar_one_or_none())


def in_way(tx: Connection, write: StoredWrite) -> int | None:
    """Return the number of the earliest write that must end before this one is sent, or ``None``."""
    query = select(func.min(outbox.c.id)).where(
        outbox.c.connection == write.connection,
        outbox.c.aggregate == write.aggregate,
        outbox.c.id != write.id,
        ((outbox.c.id < write.id) & outbox.c.state.in_(_BLOCKING)) | outbox.c.state.in_(_OPEN),
    )
    return tx.execute(query).scalar_one_or_none()


def lately(tx: Connection, write: StoredWrite, since: datetime) -> list[StoredWrite]:
    """Return what was sent to the same aggregate since an instant, oldest first, without the write itself."""
    query = select(outbox).where(
        outbox.c.connection == write.connection,
        outbox.c.aggregate == write.aggregate,
        outbox.c.sent_at >= to_us(since),
        outbox.c.id != write.id,
        outbox.c.state != WriteState.REJECTED.value,
    )
    return _all(tx, query.order_by(outbox.c.sent_at, outbox.c.id))


def sent_since(tx: Connection, connection: str, since: datetime) -> int:
    """Return how many writes of a connection were sent since an instant."""
    query = select(func.count()).where(outbox.c.connection == connection, outbox.c.sent_at >= to_us(since))
    return int(tx.execute(query).scalar_one())


def doubted_at(tx: Connection, write: StoredWrite) -> datetime | None:
    """Return when a write last became doubtful, by the desk's clock: its attempt had ended by then."""
    query = select(func.max(outbox_history.c.at)).where(
        outbox_history.c.write_id == write.id, outbox_history.c.after == WriteState.IN_DOUBT.value
    )
    return optional_instant(tx.execute(query).scalar_one_or_none())


def taken_refs(tx: Connection, write: StoredWrite) -> frozenset[str]:
    """Return the vendor's ids that belong to other writes of the same kind and parent."""
    query = select(outbox.c.ref).where(
        outbox.c.connection == write.connection,
        outbox.c.kind == write.kind,
        outbox.c.aggregate == write.aggregate,
        outbox.c.id != write.id,
        outbox.c.ref.is_not(None),
    )
    return frozenset(tx.execute(query).scalars())


def recent(
    tx: Connection,
    *,
    states: Sequence[WriteState] = (),
    connection: str | None = None,
    aggregate: str | None = None,
    before: int | None = None,
    limit: int = 100,
    only: ColumnElement[bool] | None = None,
) -> list[StoredWrite]:
    """Return writes, the newest first.

    Args:
        tx: Any transaction.
        states: Only in these states; empty = in any.
        connection: Only of this connection.
        aggregate: Only to this.
        before: Only with a smaller number.
        limit: At most so many.
        only: Only those of which this is true.
    """
    query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
    if only is not None:
        query = query.where(only)
    if states:
        query = query.where(outbox.c.state.in_([state.value for state in states]))
    if states and UNFINISHED.issuperset(states):
        query = query.where(IS_UNFINISHED)
    if connection is not None:
        query = query.where(outbox.c.connection == connection)
    if aggregate is not None:
        query = query.where(outbox.c.aggregate == aggregate)
    if before is not None:
        query = query.where(outbox.c.id < before)
    return _all(tx, query)


def connections_at_work(tx: Connection, only: Collection[int] = ()) -> list[str]:
    """Return the connections that have something to send or to settle, or that writes with these numbers go over."""
    condition = outbox.c.id.in_(only) if only else IS_UNFINISHED & outbox.c.state.in_(_BLOCKING)
    return sorted(tx.execute(select(outbox.c.connection).where(condition).distinct()).scalars())


def history(tx: Connection, number: int) -> tuple[WriteEvent, ...]:
    """Return what happened to a write, in order."""
    query = select(outbox_history).where(outbox_history.c.write_id == number).order_by(outbox_history.c.id)
    return tuple(
        WriteEvent(
            at=from_us(r["at"]),
            before=WriteState(r["before"]) if r["before"] else None,
            after=WriteState(r["after"]),
            actor=r["actor"],
            attempt=r["attempt"],
            fence=r["fence"],
            why=r["why"],
        )
        for r in tx.execute(query).mappings()
    )


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
        outbox.c.id == write.id, outbox.c.state == was.state.value, outbox.c.attempt == was.attempt
    )
    if was.state is WriteState.SENDING and fence is not None:
        guarded = guarded.where(outbox.c.owner == fence.owner, outbox.c.fence == fence.number)
    values = {
        "state": standing.state.value,
        "attempt": standing.attempt,
        "owner": standing.owner,
        "fence": standing.fence,
        "not_after": optional_us(standing.not_after),
        **_clean(facts),
    }
    if tx.execute(guarded.values(**values)).rowcount != 1:
        present = get(tx, write.id)
        if was.state is WriteState.SENDING and fence is not None:
            message = f"Write {write.id} belongs to another sender by now; what this one wanted to store was refused."
            raise LeaseLostError(message, hint="Nothing is to be done; the other one settles it.")
        raise _wrong_state(present, present.state)
    after = get(tx, write.id)
    _remember(tx, after, before=was.state, after=standing, actor=actor, now=now, why=why, fence=fence)
    audit.append(
        tx,
        at=now,
        actor=actor,
        action=f"write.{standing.state.value}",
        entity=write.entity,
        before={"state": was.state.value},
        after={"state": standing.state.value, "attempt": standing.attempt, "ref": after.ref},
        # The chain is for ever, and a vendor's words may quote the record: of an error it holds the code.
        reason=str(facts.get("error_code") or why),
    )
    return after


def _remember(
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
    tx.execute(
        insert(outbox_history).values(
            write_id=write.id,
            at=to_us(now),
            before=before.value if before else None,
            after=after.state.value,
            actor=actor,
            attempt=after.attempt,
            fence=fence.number if fence else None,
            why=scrub(why),
        )
    )


def _wrong_state(write: StoredWrite, state: WriteState) -> WriteStateError:
    by = f" by {write.decided_by}" if state is WriteState.QUEUED and write.decided_by else ""
    return WriteStateError(
        f"Write {write.id} is {state.value.replace('_', ' ')}{by}; that cannot be done with it now.",
        hint=f"`servicedesk writes retry {write.id}` sends it again."
        if state is WriteState.REJECTED
        else f"`servicedesk writes show {write.id}` shows what happened to it.",
    )


def _clean(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: scrub(value) if isinstance(value, str) else value for name, value in facts.items()}


def _all(tx: Connection, query: Select[Any]) -> list[StoredWrite]:
    return [_write(row) for row in tx.execute(query).mappings()]


def _write(row: RowMapping) -> StoredWrite:
    return StoredWrite(
        id=row["id"],
        key=row["key"],
        request_id=row["request_id"],
        connection=row["connection"],
        kind=row["kind"],
        aggregate=row["aggregate"],
        target=row["target"],
        parent=row["parent"],
        label=row["label"],
        visibility=row["visibility"],
        values=orjson.loads(row["new_values"]),
        base=orjson.loads(row["base_values"]),
        base_modified_at=optional_instant(row["base_modified_at"]),
        theirs=orjson.loads(row["their_values"]) if row["their_values"] else None,
        theirs_modified_at=optional_instant(row["their_modified_at"]),
        reason=row["reason"],
        proposed_by=row["proposed_by"],
        proposed_at=from_us(row["proposed_at"]),
        decided_by=row["decided_by"],
        decided_at=optional_instant(row["decided_at"]),
        reverts=row["reverts"],
        standing=Standing(
            WriteState(row["state"]), row["attempt"], row["owner"], row["fence"], optional_instant(row["not_after"])
        ),
        sent_at=optional_instant(row["sent_at"]),
        doubt_at=optional_instant(row["doubt_at"]),
        next_at=optional_instant(row["next_at"]),
        asked=row["asked"],
        candidates=tuple(orjson.loads(row["candidates"])),
        finished_at=optional_instant(row["finished_at"]),
        ref=row["ref"],
        warnings=tuple(orjson.loads(row["warnings"])),
        error_code=row["error_code"],
        error=row["error"],
        hint=row["hint"],
        copied_at=optional_instant(row["copied_at"]),
    )
