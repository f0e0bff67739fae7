"""Devices looked at together: by who made them, whose they are, and which model they are."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select, true

from servicedesk_core.domain.warranty import LookupOutcome
from servicedesk_core.domain.warranty.facts import CoverSource, CoverState
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.features.claims import EligibleTicket
from servicedesk_core.features.warranty.model import TOLD, MakerRow, ModelRow, RenewalRow
from servicedesk_core.features.warranty.tables.standing import Standing
from servicedesk_core.store import Tx, bulk, sources
from servicedesk_core.store.fields import from_micro, from_us
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, claims, cover_devices, cover_facts

_A, _P = RECORDS["assets"].c, RECORDS["products"].c


def makers(tx: Tx) -> Iterator[MakerRow]:
    """Yield what each manufacturer answered when it was asked for covers, and what it decided of claims."""
    facts, devices, answers = cover_facts.c, cover_devices.c, defaultdict[str, Counter[str]](Counter)
    asked: dict[str, int] = {}
    query = (
        select(devices.manufacturer, facts.outcome, func.count(), func.max(facts.asked_at))
        .join(cover_devices, devices.id == facts.device_id)
        .where(facts.source == CoverSource.MAKER.value)
        .group_by(devices.manufacturer, facts.outcome)
    )
    for maker, outcome, count, at_us in tx.execute(query):
        name = maker_name(maker) or "not stated"
        answers[name][outcome] += count
        asked[name] = max(asked.get(name, 0), at_us)
    decided: dict[str, tuple[int, int, int]] = {}
    counted = select(
        claims.c.manufacturer,
        func.count().filter(or_(claims.c.submitted_at.is_not(None), claims.c.is_approved.is_not(None))),
        func.count().filter(claims.c.is_approved.is_(True)),
        func.count().filter(claims.c.is_approved.is_(False)),
    ).group_by(claims.c.manufacturer)
    for maker, *numbers in tx.execute(counted):
        name = maker_name(maker) or maker
        sent, approved, denied = (a + b for a, b in zip(decided.get(name, (0, 0, 0)), numbers, strict=True))
        decided[name] = sent, approved, denied
    for name in sorted({*answers, *decided}):
        found, (sent, approved, denied) = answers[name], decided.get(name, (0, 0, 0))
        yield MakerRow(
            manufacturer=name,
            answered=found[LookupOutcome.FOUND],
            not_found=found[LookupOutcome.NOT_FOUND],
            ambiguous=found[LookupOutcome.AMBIGUOUS],
            denied=found[LookupOutcome.DENIED],
            errors=found[LookupOutcome.FAILED],
            asked_at=from_us(asked[name]) if name in asked else None,
            claims=sent,
            agreed=approved,
            refused=denied,
            agreed_percent=round(100 * approved / (approved + denied)) if approved + denied else None,
        )


class _Client(NamedTuple):
    source_id: int
    ref: str | None


def renewals(tx: Tx, found: Iterable[Standing], day: date, within_days: int) -> Iterator[RenewalRow]:
    """Yield the clients with devices whose cover ends soon or has ended: what there is to offer them.

    Args:
        tx: A read transaction.
        found: How the devices stand.
        day: Today.
        within_days: How far to look ahead.
    """
    devices: defaultdict[_Client, list[Standing]] = defaultdict(list)
    names, connections = Names(tx), {one.id: one.name for one in sources.all(tx)}
    for one in found:
        if one.source_id is not None:
            devices[_Client(one.source_id, one.company_ref)].append(one)
            names.want(one.source_id, "companies", one.company_ref)
    for client, several in devices.items():
        ends = [one.until for one in several if one.ends_within(day, within_days)]
        expired = sum(one.state is CoverState.EXPIRED for one in several)
        if ends or expired:
            yield RenewalRow(
                client=names.of(client.source_id, "companies", client.ref) or client.ref or "no client",
                connection=connections[client.source_id],
                ref=client.ref,
                devices=len(several),
                ending=len(ends),
                first_on=min((one for one in ends if one is not None), default=None),
                expired=expired,
                unknown=sum(one.state not in TOLD for one in several),
            )


class _Model(NamedTuple):
    maker: str
    name: str


def failures(tx: Tx, tickets: Collection[EligibleTicket], scope: Scope | None = None) -> Iterator[ModelRow]:
    """Yield the models that broke, with how many of them there are.

    Args:
        tx: A read transaction.
        tickets: Hardware work on devices.
        scope: Only devices that it lets through are counted.
    """
    if not tickets:
        return
    joined = RECORDS["assets"].outerjoin(
        RECORDS["products"], and_(_P.source_id == _A.source_id, _P.external_id == _A.product_ref)
    )
    maker, model = func.coalesce(_A.manufacturer, _P.manufacturer), func.coalesce(_A.model, _P.model, _P.name)
    of: dict[int, _Model] = {}
    there: Counter[_Model] = Counter()
    own = true() if scope is None else Sight(tx, scope).require("assets")
    whole = select(maker, model, func.count()).select_from(joined).where(_A.gone_at.is_(None), own)
    for made_by, name, count in tx.execute(whole.group_by(maker, model)):
        there[_named(made_by, name)] += count
    broken = {one.asset_id for one in tickets}
    named = (
        "SELECT a.local_id, COALESCE(a.manufacturer, p.manufacturer), COALESCE(a.model, p.model, p.name) FROM assets a "
        "LEFT JOIN products p ON p.source_id = a.source_id AND p.external_id = a.product_ref "
        "WHERE a.local_id IN {values}"
    )
    for asset_id, made_by, name in bulk.select_in(tx, named, None, broken):
        of[asset_id] = _named(made_by, name)
    by_model: defaultdict[_Model, list[EligibleTicket]] = defaultdict(list)
    for ticket in tickets:
        by_model[of[ticket.asset_id]].append(ticket)
    for one, several in by_model.items():
        yield ModelRow(
            model=one.name,
            manufacturer=one.maker or None,
            failures=len(several),
            broken=len({ticket.asset_id for ticket in several}),
            devices=there[one],
            per_hundred=round(100 * Decimal(len(several)) / there[one], 1) if there[one] else None,
            clients=len({(ticket.source_id, ticket.company_ref) for ticket in several}),
            last_on=_newest(several),
        )


def _newest(tickets: Iterable[EligibleTicket]) -> datetime | None:
    return max((ticket.created_at for ticket in tickets if ticket.created_at is not None), default=None)


def _named(maker: str | None, model: str | None) -> _Model:
    return _Model(maker_name(maker) or "", model or "not stated")


def costs_of(tx: Tx, tickets: Collection[tuple[str, str]]) -> dict[tuple[str, str], Decimal]:
    """Return what the charges of tickets cost, in the MSP's own currency; of what nobody knows nothing is there.

    Args:
        tx: A read transaction.
        tickets: Connection and number of each, or the vendor's id.
    """
    of = {one.name: one.id for one in sources.all(tx)}
    found: dict[tuple[str, str], Decimal] = {}
    numbered = "SELECT external_id, number FROM tickets WHERE source_id = {source} AND number IN {values}"
    query = (
        "SELECT ticket_ref, SUM(cost) FROM charges WHERE source_id = {source} AND ticket_ref IN {values} "
        "AND gone_at IS NULL AND cost IS NOT NULL GROUP BY ticket_ref"
    )
    for connection in sorted({one for one, _ in tickets}):
        wanted = {number for where, number in tickets if where == connection}
        found_numbers = bulk.select_in(tx, numbered, of[connection], wanted)
        numbers = {str(ref): str(number) for ref, number in found_numbers}  # what has no number goes by its id
        refs = {*numbers, *(wanted - {*numbers.values()})}
        for ref, micro in bulk.select_in(tx, query, of[connection], refs):
            found[connection, numbers.get(ref, ref)] = from_micro(int(micro))
    return found
