"""Claims in lists and numbers: what is open and how old, how much was approved, what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select
from sqlalchemy.sql.selectable import FromClause

from servicedesk_core.domain.warranty import ClaimState, CreditKind, CreditState, ReturnState
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.store.claims.model import shown_state
from servicedesk_core.store.fields import MICRO_UNITS, from_us, optional_instant, to_us
from servicedesk_core.store.queries.ownership import own_claims
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, claim_credits, claim_returns, claims, outbox

_T, _C = RECORDS["tickets"].c, RECORDS["companies"].c
AGES_DAYS = (7, 30, 90)
"""Ages of open claims are counted up to each of these, and beyond the last."""
OPEN_RETURNS = (ReturnState.DUE, ReturnState.IN_TRANSIT, ReturnState.PARTLY_RECEIVED, ReturnState.OVERDUE)
"""Parts that the manufacturer still waits for."""
AGREED = (CreditState.APPROVED, CreditState.ADJUSTED, CreditState.ISSUED)
"""Money that the manufacturer has agreed to."""


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims; what is ``None`` or empty does not restrict.

    Attributes:
        ids: Only these, by the desk's own numbers.
        only_open: Only those of which something is still expected.
        states: Where they stand.
        maker: The manufacturer.
        connection: Connection to the manufacturer.
        company: Client, by id or name.
        ticket: Ticket, by id or number.
        created_since: Drafted at or after.
        created_before: Drafted before.
        overdue_on: Only those with a part that was due back before this day.
        scope: Only what it lets through; see :func:`servicedesk_core.store.queries.ownership.own_claims`.
    """

    ids: tuple[int, ...] = ()
    only_open: bool = False
    states: tuple[ClaimState, ...] = ()
    maker: str | None = None
    connection: str | None = None
    company: str | None = None
    ticket: str | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None
    overdue_on: date | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim in a list.

    Attributes:
        id: The desk's own number.
        claim_id: Our id of the claim.
        maker: The manufacturer.
        connection: Connection to it.
        by_hand: Whether a person sends it.
        serial_number: The device.
        ticket_number: The ticket.
        company_ref: The vendor's id of the client.
        company: Its name.
        state: Where it stands.
        vendor_status: The manufacturer's word.
        ref: The manufacturer's id.
        state_since: Since when it stands there.
        created_at: When it was drafted.
        submitted_at: When the manufacturer had it.
        polled_at: When it was last asked after.
        poll_problem: Why the last look brought nothing.
        filing_due_on: Last day on which it may arrive.
        return_due_on: Earliest day by which a part must be back.
        denial_count: How often it was denied.
    """

    id: int
    claim_id: str
    maker: str
    connection: str | None
    by_hand: bool
    serial_number: str
    ticket_number: str | None
    company_ref: str | None
    company: str | None
    state: ClaimState
    vendor_status: str | None
    ref: str | None
    state_since: datetime
    created_at: datetime
    submitted_at: datetime | None
    polled_at: datetime | None
    poll_problem: str | None
    filing_due_on: str | None
    return_due_on: str | None
    denial_count: int


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many claims stand in a state, by age.

    Attributes:
        state: The state.
        count: How many.
        by_age: How many are up to 7, 30 and 90 days old, and older.
    """

    state: ClaimState
    count: int
    by_age: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Recovered:
    """Money of one month, maker and currency; amounts in different currencies are never added up.

    Attributes:
        month: ``YYYY-MM``, of the day on which the manufacturer agreed.
        maker: The manufacturer.
        currency: ISO 4217 code.
        approved: What it agreed to, fees taken off.
        issued: What of it was issued, fees taken off.
        fees: What it charged.
        claims: How many claims.
    """

    month: str
    maker: str
    currency: str
    approved: Decimal
    issued: Decimal
    fees: Decimal
    claims: int


@dataclass(frozen=True, slots=True)
class ClaimNumbers:
    """The numbers of the warranty report.

    Attributes:
        states: Claims by state and age, in the order of a claim's life; only states that occur.
        submitted: Claims that a manufacturer has or had.
        approved: Of these, how many were approved, also in part.
        denied: How many stand denied or rejected.
        undecided: The rest: waiting, withdrawn, or closed before anybody saw a decision.
        approval_rate: Approved over approved and denied; ``None`` when nothing was decided.
        recovered: Money by month, maker and currency.
        overdue_parts: Parts that should have been back.
    """

    states: tuple[StateCount, ...]
    submitted: int
    approved: int
    denied: int
    undecided: int
    approval_rate: float | None
    recovered: tuple[Recovered, ...]
    overdue_parts: int


def rows(tx: Connection, chosen: ClaimFilter, *, limit: int | None = None) -> tuple[ClaimRow, ...]:
    """Return claims, the newest first.

    Args:
        tx: A transaction.
        chosen: Which.
        limit: At most so many.
    """
    due = (
        select(func.min(claim_returns.c.due_on))
        .where(claim_returns.c.claim == claims.c.id, claim_returns.c.state.in_(OPEN_RETURNS))
        .scalar_subquery()
    )
    query = (
        select(
            claims,
            due.label("return_due_on"),
            outbox.c.state.label("write_state"),
            _T.number.label("ticket_number"),
            _C.name.label("company"),
        )
        .select_from(_joined())
        .where(*_conditions(tx, chosen))
        .order_by(claims.c.id.desc())
    )
    return tuple(
        ClaimRow(
            id=row["id"],
            claim_id=row["claim_id"],
            maker=row["maker"],
            connection=row["connection"],
            by_hand=bool(row["by_hand"]),
            serial_number=row["serial_number"],
            ticket_number=row["ticket_number"] or row["ticket_ref"],
            company_ref=row["company_ref"],
            company=row["company"],
            state=_shown(row["state"], row["write_state"]),
            vendor_status=row["vendor_status"],
            ref=row["ref"],
            state_since=from_us(row["state_since"]),
            created_at=from_us(row["created_at"]),
            submitted_at=optional_instant(row["submitted_at"]),
            polled_at=optional_instant(row["polled_at"]),
            poll_problem=row["poll_problem"],
            filing_due_on=row["filing_due_on"],
            return_due_on=row["return_due_on"],
            denial_count=row["denial_count"],
        )
        for row in tx.execute(query.limit(limit)).mappings()
    )


def numbers(tx: Connection, chosen: ClaimFilter, now: datetime) -> ClaimNumbers:
    """Return the numbers of the warranty report.

    Args:
        tx: A transaction.
        chosen: Which claims.
        now: Ages are counted up to it.
    """
    where = _conditions(tx, chosen)
    decided = select(
        func.count().filter(claims.c.submitted_at.is_not(None)),
        func.count().filter(claims.c.is_approved.is_(True)),
        func.count().filter(claims.c.is_approved.is_(False)),
    )
    submitted, approved, denied = tx.execute(decided.select_from(_joined()).where(*where)).one()
    return ClaimNumbers(
        states=_states(tx, where, now),
        submitted=submitted,
        approved=approved,
        denied=denied,
        undecided=submitted - approved - denied,
        approval_rate=approved / (approved + denied) if approved + denied else None,
        recovered=_recovered(tx, where),
        overdue_parts=_overdue(tx, where, now.date()),
    )


def _states(tx: Connection, where: Sequence[ColumnElement[bool]], now: datetime) -> tuple[StateCount, ...]:
    edges = [to_us(now - timedelta(days=days)) for days in AGES_DAYS]
    age = case(*((claims.c.created_at >= edge, at) for at, edge in enumerate(edges)), else_=len(edges))
    query = (
        select(claims.c.state, outbox.c.state, age.label("age"), func.count())
        .select_from(_joined())
        .where(*where)
        .group_by(claims.c.state, outbox.c.state, age)
    )
    found: dict[ClaimState, list[int]] = {}
    for state, write_state, at, count in tx.execute(query):
        found.setdefault(_shown(state, write_state), [0] * (len(edges) + 1))[at] += count
    return tuple(
        StateCount(state, sum(ages), (ages[0], ages[1], ages[2], ages[3]))
        for state in ClaimState
        if (ages := found.get(state))
    )


def _recovered(tx: Connection, where: Sequence[ColumnElement[bool]]) -> tuple[Recovered, ...]:
    month = func.substr(claim_credits.c.approved_on, 1, 7)
    fee = claim_credits.c.kind == CreditKind.FEE.value
    signed = case((fee, -func.abs(claim_credits.c.approved)), else_=claim_credits.c.approved)
    issued = claim_credits.c.state == CreditState.ISSUED.value
    query = (
        select(
            month,
            claims.c.maker,
            claim_credits.c.currency,
            func.coalesce(func.sum(signed), 0),
            func.coalesce(func.sum(signed).filter(issued), 0),
            func.coalesce(func.sum(func.abs(claim_credits.c.approved)).filter(fee), 0),
            func.count(claims.c.id.distinct()),
        )
        .select_from(_joined().join(claim_credits, claim_credits.c.claim == claims.c.id))
        .where(*where, claim_credits.c.state.in_(AGREED), claim_credits.c.approved.is_not(None))
        .group_by(month, claims.c.maker, claim_credits.c.currency)
        .order_by(month, claims.c.maker, claim_credits.c.currency)
    )
    return tuple(
        Recovered(at, maker, currency, _money(a), _money(i), _money(f), count)
        for at, maker, currency, a, i, f, count in tx.execute(query)
    )


def _overdue(tx: Connection, where: Sequence[ColumnElement[bool]], today: date) -> int:
    query = (
        select(func.count())
        .select_from(_joined().join(claim_returns, claim_returns.c.claim == claims.c.id))
        .where(*where, is_overdue(today))
    )
    return tx.execute(query).scalar_one()


def is_overdue(today: date) -> ColumnElement[bool]:
    """Return what is true of the rows of defective parts that should have been back by a day; that day is in time."""
    late = and_(claim_returns.c.state.in_(OPEN_RETURNS), claim_returns.c.due_on < today.isoformat())
    return or_(claim_returns.c.state == ReturnState.OVERDUE.value, late)


def _joined() -> FromClause:
    return (
        claims.outerjoin(outbox, outbox.c.id == claims.c.sent_as)
        .outerjoin(
            RECORDS["tickets"], (_T.source_id == claims.c.ticket_source_id) & (_T.external_id == claims.c.ticket_ref)
        )
        .outerjoin(
            RECORDS["companies"],
            (_C.source_id == claims.c.ticket_source_id) & (_C.external_id == claims.c.company_ref),
        )
    )


def _conditions(tx: Connection, chosen: ClaimFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.scope is not None:
        found.append(own_claims(Sight(tx, chosen.scope)))
    if chosen.ids:
        found.append(claims.c.id.in_(chosen.ids))
    if chosen.only_open:
        found.append(claims.c.is_open)
    if chosen.states:
        found.append(_in_states(chosen.states))
    if chosen.maker is not None:
        found.append(func.lower(claims.c.maker) == chosen.maker.lower())
    if chosen.connection is not None:
        found.append(claims.c.connection == chosen.connection)
    if chosen.company is not None:
        found.append(or_(claims.c.company_ref == chosen.company, _C.name == chosen.company))
    if chosen.ticket is not None:
        found.append(or_(claims.c.ticket_ref == chosen.ticket, _T.number == chosen.ticket))
    if chosen.created_since is not None:
        found.append(claims.c.created_at >= to_us(chosen.created_since))
    if chosen.created_before is not None:
        found.append(claims.c.created_at < to_us(chosen.created_before))
    if chosen.overdue_on is not None:
        late = select(claim_returns.c.claim).where(claim_returns.c.claim == claims.c.id, is_overdue(chosen.overdue_on))
        found.append(late.exists())
    return found


def _in_states(states: Sequence[ClaimState]) -> ColumnElement[bool]:
    """Return the condition for where claims are shown to stand, with what their writes say."""
    underway = ("proposed", "queued", "sending")
    write = outbox.c.state
    told = or_(write.is_(None), write.not_in((*underway, "in_doubt")))
    parts = [and_(claims.c.state.in_([state.value for state in states]), told)]
    if ClaimState.SUBMITTING in states:
        parts.append(write.in_(underway))
    if ClaimState.IN_DOUBT in states:
        parts.append(write == "in_doubt")
    return or_(*parts)


def _shown(state: str, write_state: str | None) -> ClaimState:
    return shown_state(ClaimState(state), WriteState(write_state) if write_state else None)


def _money(micro: int) -> Decimal:
    return Decimal(int(micro)) / MICRO_UNITS
