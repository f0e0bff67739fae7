"""All that is not billed, or not enough, as one list with what was decided about it."""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.features.leakage.model import Judged, LeakRow
from servicedesk_core.features.leakage.tables.contracted import blocks, units
from servicedesk_core.features.leakage.tables.finding import Found, Work
from servicedesk_core.features.leakage.tables.goods import charges, parts
from servicedesk_core.features.leakage.tables.kept import Kept, kept
from servicedesk_core.features.profit import own_currency
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.names import Names


class Look:
    """A look for what is not billed, or not enough.

    Attributes:
        found: Everything.
        not_judged: What was not looked for, and why.

    Args:
        tx: Any transaction.
        since: First day of work and charges; blocks and units are those of now.
        now: The present instant.
        zone: The desk's zone.

    Raises:
        DefinitionsError: A definition does not fit this program.
    """

    def __init__(self, tx: Tx, since: date, now: datetime, zone: tzinfo) -> None:
        self._tx, self._now, today = tx, now, now.astimezone(zone).date()
        work = Work(tx, now, zone)
        above, uncounted = units(tx, now, today)
        goods = (*charges(tx, since, today, zone), *parts(tx, since, now, zone))
        self.found = (*work.found(since, today), *blocks(tx, today), *above, *goods)
        self.not_judged = tuple(one for one in (work.not_judged, uncounted) if one)

    def kept(self) -> Iterator[Kept]:
        """Yield what is kept of each: nothing that a person wrote."""
        for one in self.found:
            yield kept_of(one, self._now)

    def rows(self) -> Iterator[LeakRow]:
        """Yield everything as lists show it, with what was decided about it."""
        names, connections, before = (
            Names(self._tx),
            {one.id: one.name for one in sources.all(self._tx)},
            kept(self._tx),
        )
        own = own_currency(self._tx, self._now)
        for one in self.found:
            names.want(one.source_id, "companies", one.company or None)
        for one in self.found:
            leaked, currency, of = one.leaked, one.currency or own, kept_of(one, self._now)
            there = before.get(of.key, of)
            yield LeakRow(
                key=f"{of.leak}:{connections[one.source_id]}:{one.ref}",
                leak=leaked.leak,
                client=names.of(one.source_id, "companies", one.company or None) or one.company or "no client",
                day=one.day,
                ticket_number=one.ticket_number,
                amount=None if leaked.amount is None else in_cents(leaked.amount, currency),
                currency=currency,
                evidence=leaked.evidence,
                right=leaked.right,
                known_since=there.first_found_at,
                connection=connections[one.source_id],
                ref=one.ref,
                state=Judged.ACCEPTED if there.accepts(of) else Judged.OPEN,
                reason=there.reason if there.accepts(of) else None,
            )


def kept_of(one: Found, now: datetime) -> Kept:
    """Return what is kept of something that was found now for the first time."""
    return Kept(one.source_id, one.leaked.leak.name.lower(), one.ref, one.leaked.amount, one.currency, now)
