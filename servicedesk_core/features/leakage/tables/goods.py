"""Goods that nobody is billed for: charges without a price, and parts without a charge."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from decimal import Decimal

from sqlalchemy import and_, func, select

from servicedesk_core.features.billing import BILLING, BillingPolicy, is_a_clients
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.leakage.model import Leak
from servicedesk_core.features.leakage.rules import Leaked
from servicedesk_core.features.leakage.tables.finding import Found
from servicedesk_core.store import Tx, bulk, sources
from servicedesk_core.store.fields import from_micro, from_us
from servicedesk_core.store.queries.taken import Taken, done_at, taken
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c


def charges(tx: Tx, first: date, last: date, zone: tzinfo) -> Iterator[Found]:
    """Yield billable charges of some days that cost something and have no price: no line's, and no service's."""
    of = RECORDS["charges"].c
    on = and_(_T.source_id == of.source_id, _T.external_id == of.ticket_ref)
    items = RECORDS["billing_items"].c
    priced = (
        select(items.source_id, items.charge_ref)
        .where(items.gone_at.is_(None), items.charge_ref.is_not(None), func.coalesce(items.own_price, items.price) != 0)
        .distinct()
        .subquery("priced")
    )
    is_priced = and_(priced.c.source_id == of.source_id, priced.c.charge_ref == of.external_id)
    price = func.coalesce(of.own_price, of.price)
    query = (
        select(of.source_id, of.external_id, of.name, of.bought_on, of.created_at, of.cost, _T.number, _T.company_ref)
        .select_from(RECORDS["charges"].outerjoin(RECORDS["tickets"], on).outerjoin(priced, is_priced))
        .where(priced.c.source_id.is_(None), of.contract_service_ref.is_(None))
        .where(of.gone_at.is_(None), func.coalesce(of.is_billable, True), of.cost > 0, func.coalesce(price, 0) == 0)
        .where(is_a_clients(of.source_id, _T.company_ref))
        .order_by(of.local_id)
    )
    for row in tx.execute(query):
        day = date.fromisoformat(row.bought_on) if row.bought_on else None
        day = day or (None if row.created_at is None else from_us(row.created_at).astimezone(zone).date())
        if day is None or first <= day <= last:
            evidence = f"{row.name or 'a charge'}, which cost {from_micro(row.cost):.2f}"
            leaked = Leaked(Leak.CHARGE, None, evidence, "give it a price, or say that it is not billable")
            yield Found(leaked, row.source_id, row.company_ref or "", row.external_id, day, row.number)


def parts(tx: Tx, first: date, now: datetime, zone: tzinfo) -> Iterator[Found]:
    """Yield parts that clients owe, that tickets took since a day, and that nobody charged in good time.

    One that a charge of its ticket names was charged by hand, or by another program.
    """
    policy = next(iter(in_force(tx, BILLING, now)), BillingPolicy())
    wanted: defaultdict[str, list[tuple[date, Taken]]] = defaultdict(list)
    for part in taken(tx):
        day = done_at(part.write).astimezone(zone).date()
        is_late = (now.astimezone(zone).date() - day).days > policy.unposted_days
        if part.is_taken and part.uncharged > 0 and is_late and day >= first:
            wanted[part.write.values.get("ticket_connection") or ""].append((day, part))
    known = {one.name: one.id for one in sources.all(tx)}
    for connection, several in wanted.items():
        if connection in known:
            yield from _uncharged(tx, known[connection], several)


def _uncharged(tx: Tx, source_id: int, several: list[tuple[date, Taken]]) -> Iterator[Found]:
    refs = {part.write.values.get("ticket_id") or "" for _, part in several}
    of_tickets = "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL"
    query = f"SELECT ticket_ref, name FROM charges {of_tickets}"  # noqa: S608  # our own words
    charged = {(ref, (name or "").casefold()) for ref, name in bulk.select_in(tx, query, source_id, refs)}
    query = (
        "SELECT t.external_id, t.number, t.company_ref FROM tickets t "
        "LEFT JOIN companies c ON c.source_id = t.source_id AND c.external_id = t.company_ref "
        "WHERE t.source_id = {source} AND t.external_id IN {values} AND c.is_own IS NOT TRUE"
    )
    tickets = {ref: (number, company) for ref, number, company in bulk.select_in(tx, query, source_id, refs)}
    for day, part in several:
        ref, name = part.write.values.get("ticket_id") or "", part.write.values.get("part_name") or "a part"
        if ref in tickets and (part.charges or (ref, name.casefold()) not in charged):
            number, company = tickets[ref]
            yield Found(_of_part(name, part.uncharged, part), source_id, company or "", str(part.write.id), day, number)


def _of_part(name: str, due: Decimal, part: Taken) -> Leaked:
    cost = "" if part.unit_cost is None else f", which cost {part.unit_cost * due:.2f} {part.currency or ''}"
    evidence = f"{due.normalize():f} of {name}{cost}".rstrip()
    right = f"servicedesk parts charge {part.write.id}, or charge it in the PSA"
    if part.unsent:
        right = f"servicedesk writes show {part.unsent[0].id} says why its charge waits"
    return Leaked(Leak.PART, None, evidence, right)
