"""Contracts that are used for more than was sold: hours bought in advance, and counted units."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, not_, or_, select

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing import CONTRACT, TIME, Posted, is_a_clients, is_billed, is_to_pay
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.leakage.kinds import COUNTED, CountedService, Counts
from servicedesk_core.features.leakage.rules import of_block, of_units
from servicedesk_core.features.leakage.tables.finding import Found
from servicedesk_core.features.profit import Terms, contract_terms
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.queries.names import meant_each
from servicedesk_core.store.schema import RECORDS


def blocks(tx: Tx, today: date) -> Iterator[Found]:
    """Yield the contracts whose hours, bought in advance and in force now, are used up and more.

    Where no block is in force of a contract that is, it has none left.
    """
    of, terms, waiting = RECORDS["contract_blocks"].c, contract_terms(tx), _waiting(tx)
    query = select(
        of.source_id, of.contract_ref, of.bought_s, of.used_s, of.hourly_price, of.currency,
        and_(
            func.coalesce(of.is_active, True),
            or_(of.start_on.is_(None), of.start_on <= today.isoformat()),
            or_(of.end_on.is_(None), of.end_on >= today.isoformat()),
        ).label("is_in_force"),
    ).where(of.gone_at.is_(None), of.contract_ref.is_not(None))  # fmt: skip
    held: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in tx.execute(query.order_by(of.start_on, of.local_id)):
        held[row.source_id, row.contract_ref].append(row)
    for key, several in held.items():
        contract, there = terms.get(key), [one for one in several if one.is_in_force]
        if (
            contract is None
            or contract.kind is not ContractKind.BLOCK_HOURS
            or not (there or _runs(contract, today))
            or any(one.bought_s is None or one.used_s is None for one in there)
        ):
            continue
        newest = (there or several)[-1]
        leaked = of_block(
            sum(one.bought_s for one in there),
            sum(one.used_s for one in there),
            waiting.get(key, 0),
            None if newest.hourly_price is None else from_micro(newest.hourly_price),
        )
        if leaked is not None:
            yield Found(leaked, key[0], contract.company, key[1], currency=newest.currency)


def _runs(contract: Terms, today: date) -> bool:
    first, last = contract.days
    return contract.is_active and first <= today <= last


def _waiting(tx: Tx) -> dict[tuple[int, str], int]:
    """Return the billable work on contracts that nobody billed; what was done after their end is another leak."""
    end_on = RECORDS["contracts"].c.end_on
    of, posted = RECORDS["time_entries"].c, Posted("time_entries", "time_entry_ref")
    facts = (
        select(of.source_id, CONTRACT.label("contract"), func.coalesce(of.billed_s, of.worked_s, 0).label("billed_s"))
        .select_from(posted.joined(TIME))
        .where(is_to_pay("time_entries"), posted.are_not, CONTRACT.is_not(None))
        .where(not_(is_billed("time_entries", of.source_id, of.external_id, in_part=True)))
        .where(or_(end_on.is_(None), of.work_date.is_(None), of.work_date <= end_on))
        .subquery("facts")
    )
    query = select(facts.c.source_id, facts.c.contract, func.sum(facts.c.billed_s)).group_by(
        facts.c.source_id, facts.c.contract
    )
    return {(source_id, contract): int(seconds) for source_id, contract, seconds in tx.execute(query)}


def units(tx: Tx, now: datetime, today: date) -> tuple[list[Found], str | None]:
    """Return where a client has more than was contracted, and what was not counted, and why."""
    counted = in_force(tx, COUNTED, now)
    if not counted:
        return [], "devices and users above contracted units: write [counted_services.NAME] to say what services count"
    found: list[Found] = []
    missing: list[str] = []
    for one in counted:
        services = {(m.source_id, m.external_id) for m in _services(tx, one)}
        if not services:
            missing.append(f"{one.name}: no service of a contract is called {' or '.join(one.services)}")
        found += _above(tx, one, services, today)
    return found, "; ".join(missing) or None


def _services(tx: Tx, one: CountedService) -> list[Any]:
    return [each for several in meant_each(tx, "contract_services", set(one.services)).values() for each in several]


def _above(tx: Tx, one: CountedService, services: set[tuple[int, str]], today: date) -> Iterator[Found]:
    of, contracts = RECORDS["contract_units"].c, RECORDS["contracts"].c
    on = and_(contracts.source_id == of.source_id, contracts.external_id == of.contract_ref)
    query = (
        select(
            of.source_id, of.contract_service_ref, of.units, of.price, of.own_price, of.currency, contracts.company_ref
        )
        .select_from(RECORDS["contract_units"].join(RECORDS["contracts"], on))
        .where(of.gone_at.is_(None), of.start_on <= today.isoformat(), of.end_on >= today.isoformat())
        .where(is_a_clients(of.source_id, contracts.company_ref), of.units.is_not(None))
        .order_by(of.local_id)
    )
    contracted: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in tx.execute(query):
        if (row.source_id, row.contract_service_ref) in services and row.company_ref:
            contracted[row.source_id, row.company_ref].append(row)
    there = _count(tx, one)
    for (source_id, company), rows in contracted.items():
        sold = sum(row.units for row in rows)
        priced = next((row for row in reversed(rows) if row.units and (row.own_price or row.price)), None)
        price = None if priced is None else from_micro(priced.own_price or priced.price) / priced.units
        leaked = of_units(one.counts.value, there.get((source_id, company), 0), sold, price)
        if leaked is not None:
            own = priced is not None and priced.own_price is not None
            yield Found(
                leaked,
                source_id,
                company,
                f"{one.name}/{company}",
                currency=None if own or not priced else priced.currency,
            )


def _count(tx: Tx, one: CountedService) -> dict[tuple[int, str], int]:
    """Return how many active devices or contacts each client has."""
    of = RECORDS["assets" if one.counts is Counts.DEVICES else "contacts"].c
    where = [of.gone_at.is_(None), func.coalesce(of.is_active, True), of.company_ref.is_not(None)]
    if one.counts is Counts.DEVICES and one.kinds:
        where.append(func.lower(of.kind).in_([kind.lower() for kind in one.kinds]))
    query = select(of.source_id, of.company_ref, func.count()).where(*where).group_by(of.source_id, of.company_ref)
    return {(source_id, company): count for source_id, company, count in tx.execute(query)}
