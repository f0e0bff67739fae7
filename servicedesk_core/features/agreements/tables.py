"""Agreements as they stand: contracts of the PSA, with what definitions say of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.agreements.kinds import AGREEMENTS, VENDOR_AGREEMENTS, Agreement, policy_at
from servicedesk_core.features.agreements.model import VendorRow
from servicedesk_core.features.agreements.rules import State, Term, follows, is_over, standing, term_on
from servicedesk_core.features.definitions import in_force
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import meant_each
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, sources

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """An agreement with a client on a day.

    Attributes:
        source_id: The source of its contract.
        connection: The same by name.
        ref: The vendor's id of the contract.
        name: What it is called.
        company: The vendor's id of the client.
        client: What the client is called.
        kind: How it earns.
        term: The term that runs.
        state: Where it stands.
        reminder: The reminder that it has reached, in days before the deadline.
        followed_by: Name of the contract that takes its place.
    """

    source_id: int
    connection: str
    ref: str
    name: str
    company: str | None
    client: str
    kind: ContractKind | None
    term: Term
    state: State
    reminder: int | None
    followed_by: str | None


def agreements_on(tx: Tx, day: date, now: datetime, scope: Scope | None = None) -> Iterator[Standing]:
    """Yield the agreements with clients that run on a day, or ended not long before it.

    Args:
        tx: Any transaction.
        day: The day.
        now: The present instant: what was decided by then holds.
        scope: Only what it lets through.

    Raises:
        DefinitionsError: A definition does not fit this program.
        NotFoundLocallyError: No contract can be in the scope.
    """
    policy, said = policy_at(tx, now), _said(tx, now)
    rows = [
        row for row in _contracts(tx, scope) if (row.source_id, row.external_id) in said or row.kind in policy.kinds
    ]
    beside: dict[tuple[int, str | None, str | None], list[Any]] = {}
    for row in rows:
        beside.setdefault((row.source_id, row.company_ref, row.kind), []).append(row)
    for row in rows:
        told = said.get((row.source_id, row.external_id), Agreement(name=row.name))
        ends_on = told.ends_on or _day(row.end_on)
        if ends_on is None:
            continue
        term = term_on(day, ends_on, told.notice(policy.notice_days), told.renews_months)
        if is_over(term, day):
            continue
        state, reminder = standing(term, day, policy.before_days)
        others = beside[row.source_id, row.company_ref, row.kind]
        yield Standing(
            row.source_id,
            row.connection,
            row.external_id,
            row.name,
            row.company_ref,
            row.client or row.company_ref or "no client",
            ContractKind(row.kind) if row.kind else None,
            term,
            state,
            reminder,
            next((one.name for one in others if one is not row and _follows(one, term)), None),
        )


def vendor_agreements_on(tx: Tx, day: date, now: datetime, client: Mapping[str, str]) -> Iterator[VendorRow]:
    """Yield the agreements with vendors that run on a day by definition, or ended not long before it.

    Args:
        tx: Any transaction.
        day: The day.
        now: The present instant.
        client: What the clients are called that they name.
    """
    policy = policy_at(tx, now)
    for one in in_force(tx, VENDOR_AGREEMENTS, now):
        term = term_on(day, one.ends_on, one.notice(), one.renews_months)
        if is_over(term, day):
            continue
        state, _ = standing(term, day, policy.before_days)
        yield VendorRow(
            deadline=term.deadline,
            days_left=(term.deadline - day).days,
            state=state,
            name=one.name,
            vendor=one.vendor,
            about=one.about,
            client=client.get(one.client or "", one.client),
            term_end=term.end,
            renews=term.renews,
            owner=one.owner,
            link=one.link,
        )


def _said(tx: Tx, now: datetime) -> dict[Key, Agreement]:
    """Return what is said of contracts; what names a client is of no contract of another one."""
    decided = in_force(tx, AGREEMENTS, now)
    found = meant_each(tx, "contracts", {one.name for one in decided})
    companies = meant_each(tx, "companies", {one.company for one in decided if one.company})
    c = RECORDS["contracts"].c
    refs = [each.external_id for several in found.values() for each in several]
    query = select(c.source_id, c.external_id, c.company_ref).where(c.external_id.in_(refs))
    whose = {(source_id, ref): (source_id, company) for source_id, ref, company in tx.execute(query)} if refs else {}
    said: dict[Key, Agreement] = {}
    for one in decided:
        clients = None if one.company is None else {each[:2] for each in companies[one.company]}
        for source_id, ref, *_ in found[one.name]:
            if clients is None or whose.get((source_id, ref)) in clients:
                said[source_id, ref] = one
    return said


def _contracts(tx: Tx, scope: Scope | None) -> list[Any]:
    """Return the contracts in force with clients, the oldest first."""
    c, companies = RECORDS["contracts"].c, RECORDS["companies"].c
    own = select(companies.external_id).where(companies.source_id == c.source_id, companies.is_own)
    clients = RECORDS["companies"].alias("clients")
    is_client = and_(clients.c.source_id == c.source_id, clients.c.external_id == c.company_ref)
    query = (
        select(
            *(c.source_id, c.external_id, c.name, c.kind, c.company_ref, c.start_on, c.end_on),
            *(sources.c.name.label("connection"), clients.c.name.label("client")),
        )
        .join(sources, sources.c.id == c.source_id)
        .outerjoin(clients, is_client)
        .where(
            c.gone_at.is_(None),
            func.coalesce(c.is_active, True),
            func.coalesce(c.company_ref, "").not_in(own),
            *(() if scope is None else (Sight(tx, scope).require("contracts"),)),
        )
    )
    return list(tx.execute(query.order_by(c.local_id)))


def _follows(row: Any, term: Term) -> bool:
    return follows(term.end, _day(row.start_on), _day(row.end_on))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
