"""Reading and changing claims. What hangs on a claim is rewritten with it, in one transaction."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from servicedesk_core.domain.warranty import (
    ClaimDraft,
    ClaimEvent,
    ClaimEventKind,
    ClaimProgress,
    ClaimState,
    Credit,
    CreditState,
)
from servicedesk_core.errors import ClaimExistsError, ClaimStateError, NotFoundLocallyError
from servicedesk_core.store import audit
from servicedesk_core.store.claims.model import (
    HistoryEntry,
    Origin,
    StoredClaim,
    decision_of,
    entry_from_row,
    from_row,
)
from servicedesk_core.store.codec import scrub, scrubbed_json
from servicedesk_core.store.fields import MICRO_UNITS, optional_us, to_us
from servicedesk_core.store.schema import (
    claim_credits,
    claim_events,
    claim_guards,
    claim_lines,
    claim_returns,
    claims,
    outbox,
)

MAKER: Final = "maker"
"""Actor of what the manufacturer told."""

NOT_KNOWN: Final = "the manufacturer does not know it by this id"
"""Why a look brought nothing when the manufacturer does not know the claim."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters that are mistaken for digits: people read these ids out on the telephone."""

_ID_LENGTH = 10
_LONGEST_NUMBER = 18
_LIST_HINT = "`servicedesk claims list --all` shows them."


def new_id() -> str:
    """Return our id of a new claim: short enough for every reference field, and never used before."""
    return "SD-" + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def add(
    tx: Connection,
    *,
    connection: str | None,
    maker: str,
    by_hand: bool,
    origin: Origin,
    draft: ClaimDraft,
    filing_due_on: str | None,
    actor: str,
    now: datetime,
    force: bool = False,
) -> StoredClaim:
    """Store a new draft.

    Args:
        tx: A write transaction.
        connection: Connection to the manufacturer, if there is one.
        maker: The manufacturer.
        by_hand: Whether a person sends it.
        origin: What it came from.
        draft: What is claimed.
        filing_due_on: Last day on which it may arrive, as ISO text.
        actor: Who drafts it.
        now: When.
        force: Allow a second open claim for the same device and part.

    Raises:
        ClaimExistsError: There is an open claim for the device and part.
    """
    audit.take_turn(tx)
    row = {
        "claim_id": new_id(),
        "revision": 1,
        "connection": connection,
        "maker": maker,
        "by_hand": by_hand,
        "ticket_source_id": origin.source_id,
        "ticket_ref": origin.ticket_ref,
        "asset_ref": origin.asset_ref,
        "company_ref": origin.company_ref,
        "state": ClaimState.DRAFT.value,
        "state_since": to_us(now),
        "is_open": True,
        "filing_due_on": filing_due_on,
        "created_at": to_us(now),
        "created_by": actor,
        "changed_at": to_us(now),
        "progress": ClaimProgress().model_dump_json(),
        **_of_draft(draft),
    }
    number = tx.execute(insert(claims).values(row).returning(claims.c.id)).scalar_one()
    _guard(tx, number, maker, draft, force=force)
    claim = by_number(tx, number)
    remember(
        tx,
        claim,
        [ClaimEvent(ClaimEventKind.CREATED, now, detail={"forced": True} if force else {})],
        actor=actor,
        now=now,
    )
    return save(tx, claim, now=now)


def by_number(tx: Connection, number: int) -> StoredClaim:
    """Return a claim by the desk's own number.

    Raises:
        NotFoundLocallyError: There is none.
    """
    if found := select_claims(tx, select(claims).where(claims.c.id == number)):
        return found[0]
    message = f"The store holds no claim number {number}."
    raise NotFoundLocallyError(message, hint=_LIST_HINT)


def get(tx: Connection, key: str) -> StoredClaim:
    """Return a claim by our id, else by its number, else by the manufacturer's id.

    Raises:
        NotFoundLocallyError: There is none, or several carry the manufacturer's id.
    """
    conditions = [claims.c.claim_id == key.upper(), claims.c.ref == key]
    if key.isascii() and key.isdecimal() and len(key) <= _LONGEST_NUMBER:
        conditions.insert(1, claims.c.id == int(key))
    for condition in conditions:
        found = select_claims(tx, select(claims).where(condition))
        if len(found) == 1:
            return found[0]
        if found:
            message = f"{len(found)} claims carry the id {key}."
            raise NotFoundLocallyError(message, hint=_LIST_HINT)
    message = f"The store holds no claim {key}."
    raise NotFoundLocallyError(message, hint=_LIST_HINT)


def locked(tx: Connection, claim_id: str) -> StoredClaim:
    """Return a claim that nobody else can change until the transaction ends.

    Args:
        tx: A write transaction.
        claim_id: Our id of the claim.

    Raises:
        NotFoundLocallyError: There is none.
    """
    audit.take_turn(tx)
    number = tx.execute(select(claims.c.id).where(claims.c.claim_id == claim_id).with_for_update()).scalar_one_or_none()
    if number is None:
        message = f"The store holds no claim {claim_id}."
        raise NotFoundLocallyError(message)
    return by_number(tx, number)


def select_claims(tx: Connection, query: Select[Any]) -> list[StoredClaim]:
    """Return the claims of a query over their table, with where their writes stand."""
    rows = list(tx.execute(query).mappings())
    numbers = [row["sent_as"] for row in rows if row["sent_as"] is not None]
    states: dict[int, str] = {}
    for start in range(0, len(numbers), 500):
        some = select(outbox.c.id, outbox.c.state).where(outbox.c.id.in_(numbers[start : start + 500]))
        states.update((number, state) for number, state in tx.execute(some))
    return [from_row(row, states.get(row["sent_as"]) if row["sent_as"] else None) for row in rows]


def history(tx: Connection, claim: StoredClaim) -> list[HistoryEntry]:
    """Return everything that happened to a claim, in the order in which the desk learned of it."""
    query = select(claim_events).where(claim_events.c.claim == claim.id).order_by(claim_events.c.id)
    return [entry_from_row(row) for row in tx.execute(query).mappings()]


def save(
    tx: Connection,
    claim: StoredClaim,
    *,
    now: datetime,
    actor: str = MAKER,
    draft: ClaimDraft | None = None,
    progress: ClaimProgress | None = None,
    events: Sequence[ClaimEvent] = (),
    force: bool = False,
    **facts: Any,
) -> StoredClaim:
    """Store what changed about a claim, with its history.

    Args:
        tx: A write transaction.
        claim: The claim as the caller saw it.
        now: When.
        actor: Who changed it.
        draft: What is claimed, if that changed.
        progress: How far it has come, if that changed.
        events: What happened.
        force: Allow a second open claim for the same device and part.
        facts: Further columns, with stored values.

    Raises:
        ClaimExistsError: The changed draft is of a device and part that has an open claim.
        ClaimStateError: Somebody else changed the claim meanwhile.
    """
    audit.take_turn(tx)
    values: dict[str, Any] = {"changed_at": to_us(now), "revision": claim.revision + 1, **facts}
    new_draft, after = draft or claim.draft, progress or claim.progress
    if draft is not None:
        values |= _of_draft(draft)
        _guard(tx, claim.id, claim.maker, draft, force=force)
    if progress is not None:
        values |= _of_progress(claim, progress, events, now)
    seen = (claims.c.id == claim.id) & (claims.c.revision == claim.revision)
    if tx.execute(update(claims).where(seen).values(_cleaned(values))).rowcount != 1:
        raise overtaken(claim)
    remember(tx, claim, events, actor=actor, now=now)
    if after.state.is_final:
        tx.execute(delete(claim_guards).where(claim_guards.c.claim == claim.id))
    _project(tx, claim, new_draft, after, now)
    return by_number(tx, claim.id)


def overtaken(claim: StoredClaim) -> ClaimStateError:
    """Return the error for a claim that somebody else changed between our look and our change."""
    return ClaimStateError(
        f"Somebody else changed claim {claim.claim_id} meanwhile; nothing was done.",
        hint=f"Look at it with `servicedesk claims show {claim.claim_id}`, then try again.",
    )


def remember(tx: Connection, claim: StoredClaim, events: Sequence[ClaimEvent], *, actor: str, now: datetime) -> None:
    """Add steps to a claim's history."""
    rows = [
        {
            "claim": claim.id,
            "at": to_us(event.at),
            "recorded_at": to_us(now),
            "kind": event.kind.value,
            "before": event.before.value if event.before else None,
            "after": event.after.value if event.after else None,
            "vendor_status": scrub(event.vendor_status) if event.vendor_status else None,
            "is_inferred": event.is_inferred,
            "actor": actor,
            "detail": scrubbed_json(event.detail),
        }
        for event in events
    ]
    if rows:
        tx.execute(insert(claim_events), rows)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at one claim brought, when it changed nothing.

    Attributes:
        id: The desk's number of the claim.
        next_at: When to ask again.
        problem: Why it brought nothing, if it did not.
    """

    id: int
    next_at: datetime
    problem: str | None = None


def looked(tx: Connection, looks: Sequence[Look], now: datetime) -> None:
    """Remember that claims were asked after."""
    if not looks:
        return
    audit.take_turn(tx)
    statement = (
        update(claims)
        .where(claims.c.id == bindparam("number"))
        .values(polled_at=to_us(now), poll_at=bindparam("next_at"), poll_problem=bindparam("problem"))
    )
    rows = [{"number": one.id, "next_at": to_us(one.next_at), "problem": one.problem} for one in looks]
    tx.execute(statement, rows)


def due(tx: Connection, connection: str, *, now: datetime | None, after: int, limit: int) -> list[StoredClaim]:
    """Return open claims of a connection that the manufacturer names, by number.

    Args:
        tx: A transaction.
        connection: Name of the connection.
        now: Only those that are to be asked after by now; ``None`` = all.
        after: Go on behind this number.
        limit: At most so many.
    """
    query = select(claims).where(*_is_due(connection, now), claims.c.id > after)
    return select_claims(tx, query.order_by(claims.c.id).limit(limit))


def count_due(tx: Connection, connection: str, *, now: datetime | None) -> int:
    """Return how many claims :func:`due` would return."""
    query = select(func.count()).select_from(claims).where(*_is_due(connection, now))
    return tx.execute(query).scalar_one()


def _is_due(connection: str, now: datetime | None) -> list[ColumnElement[bool]]:
    conditions = [claims.c.is_open, claims.c.connection == connection, claims.c.ref.is_not(None)]
    return conditions if now is None else [*conditions, claims.c.poll_at <= to_us(now)]


def nameless(tx: Connection, connection: str) -> list[tuple[StoredClaim, int]]:
    """Return claims that a manufacturer accepted without naming them, with the numbers of the writes that sent them."""
    query = select(claims).where(
        claims.c.is_open, claims.c.connection == connection, claims.c.ref.is_(None), claims.c.submitted_at.is_not(None)
    )
    found: list[tuple[StoredClaim, int]] = []
    for claim in select_claims(tx, query.order_by(claims.c.id)):
        sent = select(func.max(outbox.c.id)).where(
            outbox.c.connection == connection,
            outbox.c.aggregate == f"claims:{claim.claim_id}",
            outbox.c.kind == "claims.submit",
            outbox.c.state == "confirmed",
        )
        if (number := tx.execute(sent).scalar_one()) is not None:
            found.append((claim, number))
    return found


def refs(tx: Connection, connection: str, *, but: int) -> frozenset[str]:
    """Return the manufacturer's ids that belong to other claims of a connection."""
    query = select(claims.c.ref).where(claims.c.connection == connection, claims.c.ref.is_not(None), claims.c.id != but)
    return frozenset(tx.execute(query).scalars())


def unapplied(tx: Connection) -> list[StoredClaim]:
    """Return claims whose write was finished by somebody else than its courier: a person, or before a crash."""
    finished = ("confirmed", "rejected", "discarded")
    query = select(claims).join(outbox, outbox.c.id == claims.c.sent_as).where(outbox.c.state.in_(finished))
    return select_claims(tx, query)


def _of_draft(draft: ClaimDraft) -> dict[str, Any]:
    return {
        "serial_number": draft.device.serial_number,
        "failed_on": draft.failed_on.isoformat() if draft.failed_on else None,
        "body": scrub(draft.model_dump_json()),
    }


def _of_progress(
    claim: StoredClaim, progress: ClaimProgress, events: Sequence[ClaimEvent], now: datetime
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "progress": scrub(progress.model_dump_json()),
        "ref": progress.ref,
        "vendor_status": progress.vendor_status,
        "denial_count": progress.denial_count,
    }
    if progress.state is not claim.progress.state:
        values |= {"state": progress.state.value, "state_since": to_us(now), "is_open": not progress.state.is_final}
        if progress.state.is_final:
            values["closed_at"] = to_us(now)
    if decided := decision_of(events):
        values |= {"decided_at": to_us(decided[0]), "is_approved": decided[1]}
    return values


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: scrub(value) if isinstance(value, str) else value for name, value in values.items()}


def guard_keys(maker: str, draft: ClaimDraft) -> frozenset[str]:
    """Return what may have one open claim: the device with each of its parts, or the device as a whole."""
    device = f"{maker.casefold()}|{draft.device.serial_number.upper()}|"
    return frozenset(device + line.part_number.upper() for line in draft.lines) or frozenset({device})


def _guard(tx: Connection, number: int, maker: str, draft: ClaimDraft, *, force: bool) -> None:
    tx.execute(delete(claim_guards).where(claim_guards.c.claim == number))
    make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    for key in sorted(guard_keys(maker, draft)):
        statement = make(claim_guards).values(key=key, claim=number).on_conflict_do_nothing()
        if tx.execute(statement.returning(claim_guards.c.key)).first() is not None or force:
            continue
        holder = tx.execute(select(claim_guards.c.claim).where(claim_guards.c.key == key)).scalar_one()
        other = by_number(tx, holder)
        part = key.rpartition("|")[2]
        what = f"part {part} of this device" if part else "this device"
        raise ClaimExistsError(
            f"Claim {other.claim_id} ({other.state.value.replace('_', ' ')}) is open for {what}.",
            hint=f"Look at it with `servicedesk claims show {other.claim_id}`, or say --force for a second one.",
        )


def _project(tx: Connection, claim: StoredClaim, draft: ClaimDraft, progress: ClaimProgress, now: datetime) -> None:
    """Bring the rows that people query up to date, where something changed."""
    before = claim.progress
    if draft.lines != claim.draft.lines or progress.decisions != before.decisions or claim.revision == 1:
        _replace(tx, claim_lines, claim.id, _lines(claim.id, draft, progress))
    if progress.returns != before.returns:
        told = select(claim_returns.c.number, claim_returns.c.alerted_for).where(claim_returns.c.claim == claim.id)
        alerted = {row.number: row.alerted_for for row in tx.execute(told)}
        _replace(tx, claim_returns, claim.id, _returns(claim.id, progress, alerted))
    if progress.credits != before.credits:
        query = select(claim_credits).where(claim_credits.c.claim == claim.id)
        known = {row["number"]: row for row in tx.execute(query).mappings()}
        today = now.date().isoformat()
        money = [_credit(claim.id, at, one, known.get(at), today) for at, one in enumerate(progress.credits, 1)]
        _replace(tx, claim_credits, claim.id, money)


def _lines(number: int, draft: ClaimDraft, progress: ClaimProgress) -> list[dict[str, Any]]:
    decisions = {one.number: one for one in progress.decisions}
    return [
        {
            "claim": number,
            "number": line.number,
            "part_number": scrub(line.part_number),
            "quantity": _micro(line.quantity),
            "is_approved": decision.is_approved if (decision := decisions.get(line.number)) else None,
            "approved_quantity": _micro(decision.approved_quantity) if decision else None,
            "reason": scrub(decision.reason) if decision and decision.reason else None,
        }
        for line in draft.lines
    ]


def _returns(number: int, progress: ClaimProgress, alerted: Mapping[int, str | None]) -> list[dict[str, Any]]:
    return [
        {
            "claim": number,
            "number": at,
            "line": one.line,
            "state": one.state.value,
            "due_on": one.due_on.isoformat() if one.due_on else None,
            "label_ref": one.label_ref,
            "carrier": one.carrier,
            "tracking": one.tracking,
            "expected_quantity": _micro(one.expected_quantity),
            "received_quantity": _micro(one.received_quantity),
            "received_at": optional_us(one.received_at),
            "alerted_for": alerted.get(at),
        }
        for at, one in enumerate(progress.returns, 1)
    ]


_AGREED = frozenset({CreditState.APPROVED, CreditState.ADJUSTED, CreditState.ISSUED})


def _credit(number: int, at: int, one: Credit, known: Any, today: str) -> dict[str, Any]:
    """Return the row of a credit; the day on which money was first agreed or issued stays."""
    same = known is not None and (known["kind"], known["currency"]) == (one.kind.value, one.currency)
    before = known if same else {"approved_on": None, "issued_on": None}
    issued = one.issued_on.isoformat() if one.issued_on else before["issued_on"] or today
    return {
        "claim": number,
        "number": at,
        "kind": one.kind.value,
        "state": one.state.value,
        "claimed": _micro(one.claimed),
        "approved": _micro(one.approved),
        "currency": one.currency,
        "reference": scrub(one.reference) if one.reference else None,
        "approved_on": (before["approved_on"] or today) if one.state in _AGREED else None,
        "issued_on": issued if one.state is CreditState.ISSUED else None,
    }


def _replace(tx: Connection, table: Any, number: int, rows: Collection[dict[str, Any]]) -> None:
    tx.execute(delete(table).where(table.c.claim == number))
    if rows:
        tx.execute(insert(table), list(rows))


def _micro(value: Any) -> int | None:
    return None if value is None else int(value * MICRO_UNITS)
