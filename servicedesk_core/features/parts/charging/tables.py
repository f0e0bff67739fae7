"""How what is charged of parts, and what they cost, is read from the store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement

from servicedesk_core.features.parts.charging.model import CostOf, PartsCost, UnchargedRow
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.queries import taken
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.ownership import own_writes
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.queries.taken import Taken


def uncharged(
    tx: Tx, before: datetime, scope: Scope | None = None, *, costs: bool, connection: str | None = None
) -> Iterator[UnchargedRow]:
    """Yield parts of which not as much is charged as the client owes, the oldest first.

    Args:
        tx: Any transaction.
        before: Only what was taken by then; what is charged without being owed is yielded always.
        scope: Only for tickets that it lets through.
        costs: Whether costs may be seen.
        connection: Only from the stock of this one; ``None`` = from any.
    """
    for part in taken.taken(tx, *of_scope(tx, scope)):
        due = part.uncharged if connection in {None, part.write.connection} else Decimal(0)
        if part.is_taken and due and (due < 0 or taken.done_at(part.write) <= before):
            values = part.write.values
            cost = None if part.unit_cost is None or not costs else part.unit_cost * due
            yield UnchargedRow(
                write=part.write.id,
                ticket=values.get("ticket_number") or values.get("ticket_id") or "",
                name=values.get("part_name") or part.write.parent or "",
                due=due,
                cost=cost,
                currency=part.currency if cost is not None else None,
                claim=part.claim.claim_id if part.claim else None,
                why=_why(tx, part),
                at=taken.done_at(part.write),
            )


def _why(tx: Tx, part: Taken) -> str:
    if part.due < 0:
        if part.claim is not None:
            return f"charged, and claim {part.claim.claim_id} is {part.claim.state.value.replace('_', ' ')} again"
        return "charged, and given back"
    if part.unsent:
        return f"its charge, write {part.unsent[0].id}, is {part.unsent[0].state.value}"
    refused = [one for one in taken.refused_charges(tx, part) if one.error]
    return f"its charge was refused: {refused[-1].error}" if refused else "nobody charged it"


@dataclass(slots=True)
class _Sum:
    parts: Decimal = Decimal(0)
    cost: Decimal | None = None
    charged: Decimal = Decimal(0)
    claimed: Decimal = Decimal(0)
    uncosted: Decimal = Decimal(0)


def costs(tx: Tx, by: CostOf, scope: Scope | None = None, connection: str | None = None) -> Iterator[PartsCost]:
    """Yield what the parts cost that tickets or clients have; what is in several currencies is in several rows.

    Args:
        tx: Any transaction.
        by: Of what.
        scope: Only for tickets that it lets through.
        connection: Only from the stock of this one; ``None`` = from any.
    """
    every = (part for part in taken.taken(tx, *of_scope(tx, scope)) if connection in {None, part.write.connection})
    held = [part for part in every if part.is_taken and part.held]
    clients = _clients(tx, held) if by is CostOf.CLIENT else {}
    sums: dict[tuple[str | None, str | None, str, str | None], _Sum] = {}
    for part in held:
        values = part.write.values
        connection, ref = values.get("ticket_connection"), values.get("ticket_id")
        name = values.get("ticket_number") or ref or "no ticket"
        if by is CostOf.CLIENT:
            ref, name = clients.get((connection, ref), (None, "no client"))
        one = sums.setdefault((connection, ref, name, part.currency), _Sum())
        one.parts += part.held
        one.charged += part.charged
        one.claimed += part.held if part.claim else 0
        if part.cost is None:
            one.uncosted += part.held
        else:
            one.cost = (one.cost or Decimal(0)) + part.cost
    for (connection, ref, name, currency), one in sums.items():
        yield PartsCost(name, connection, ref, one.parts, one.cost, currency, one.charged, one.claimed, one.uncosted)


def _clients(tx: Tx, parts: list[Taken]) -> dict[tuple[str | None, str | None], tuple[str | None, str]]:
    """Return the client of each ticket, by connection and id of the ticket."""
    wanted: dict[str, set[str]] = {}
    for part in parts:
        connection, ref = part.write.values.get("ticket_connection"), part.write.values.get("ticket_id")
        if connection and ref:
            wanted.setdefault(connection, set()).add(ref)
    found: dict[tuple[str | None, str | None], tuple[str | None, str]] = {}
    names = Names(tx)
    for connection, refs in wanted.items():
        source = sources.get(tx, connection).id
        companies = {
            ref: getattr(ticket, "company_ref", None)
            for ref, ticket in records.load(tx, source, "tickets", sorted(refs)).items()
        }
        for company in companies.values():
            names.want(source, "companies", company)
        for ref, company in companies.items():
            found[connection, ref] = company, names.of(source, "companies", company) or company or "no client"
    return found


def of_scope(tx: Tx, scope: Scope | None) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of the writes about tickets that a scope lets through."""
    return () if scope is None else (own_writes(tx, Sight(tx, scope)),)
