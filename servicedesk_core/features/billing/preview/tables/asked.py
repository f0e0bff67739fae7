"""What is asked for: which days, whose, and what was billed before; and what of the store every reading needs."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from servicedesk_core.features.billing.drafts import Sold, Source, Subject
from servicedesk_core.features.billing.kinds import BillingPolicy
from servicedesk_core.features.billing.periods.tables import locked
from servicedesk_core.features.billing.preview.pieces import Left, Payer, Why
from servicedesk_core.features.profit import Month, Terms, contract_terms, midnight
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import RECORDS

COMPANIES: Final = RECORDS["companies"]

_DAY: Final = timedelta(days=1)


AT_ONCE: Final = 2_000
"""So many records are looked up at once."""

FEW: Final = 500
"""So many clients are named to the database; of more everything is read, and chosen here."""


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        tx: Any transaction.
        first: First day.
        last: Last day.
        zone: The desk's zone.
        policy: How is billed.
        own: The MSP's own currency; ``None`` = nobody named it.
        payers: Who is billed, by the number of the company's record.
        are_all: Whether that is everybody, so that what belongs to nobody is told as well.
        billed: Returns which of some records documents of ours bill, as a whole or that part.
        is_whole: Whether also what the PSA has posted counts, as if it were still to be billed.
    """

    tx: Tx
    first: date
    last: date
    zone: tzinfo
    policy: BillingPolicy
    own: str | None
    payers: Mapping[int, Payer]
    are_all: bool
    billed: Callable[[Collection[Source]], Collection[Source]]
    is_whole: bool = False

    NO_CURRENCY: ClassVar[str] = 'Nothing says its currency: write currency = "…" into [profit].'

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The months of which there are days."""
        found = [Month.of(self.first)]
        while found[-1].days[1] < self.last:
            found.append(found[-1].next)
        return tuple(found)

    @cached_property
    def terms(self) -> Mapping[tuple[int, str], Terms]:
        """What contracts say."""
        return contract_terms(self.tx)

    @cached_property
    def connections(self) -> Mapping[int, str]:
        """Names of connections."""
        return {one.id: one.name for one in sources.all(self.tx)}

    @cached_property
    def roles(self) -> Mapping[tuple[int, str], str]:
        """Names of roles."""
        return self._names("roles")

    @cached_property
    def codes(self) -> Mapping[tuple[int, str], str]:
        """Names of billing codes."""
        return self._names("billing_codes")

    def _names(self, stream: str) -> dict[tuple[int, str], str]:
        of = RECORDS[stream].c
        rows = self.tx.execute(select(of.source_id, of.external_id, of.name))
        return {(source_id, ref): name for source_id, ref, name in rows}

    def within(
        self, day: ColumnElement[Any], at: ColumnElement[Any] | None = None, came: ColumnElement[Any] | None = None
    ) -> ColumnElement[bool]:
        """Return that a record is of one of the days, of none that anybody knows, or came too late for its own.

        Args:
            day: Its day.
            at: An instant for records that have no day.
            came: When it could be billed first.
        """
        found = [and_(day >= self.first.isoformat(), day <= self.last.isoformat())]
        if at is None:
            return or_(*found, day.is_(None))
        since, until = (to_us(midnight(one, self.zone)) for one in (self.first, self.last + _DAY))
        found.append(and_(day.is_(None), or_(at.is_(None), and_(at >= since, at < until))))
        if came is not None:
            for month, locked_at in self.late.items():
                first, last = (one.isoformat() for one in month.days)
                found.append(and_(day >= first, day <= last, came >= to_us(locked_at)))
        return or_(*found)

    @cached_property
    def late(self) -> Mapping[Month, datetime]:
        """The locked months right before the first day: what came after they were locked is billed now."""
        locks = locked(self.tx)
        found: dict[Month, datetime] = {}
        month = Month.of(self.first - _DAY)
        while month in locks:
            found[month] = locks[month].at
            month = Month.of(month.first - _DAY)
        return found

    def day(self, day: str | None, at: int | None = None) -> date | None:
        """Return the day of a record in the desk's zone."""
        if day:
            return date.fromisoformat(day)
        return None if at is None else from_us(at).astimezone(self.zone).date()

    @property
    def is_theirs(self) -> ColumnElement[bool]:
        """That a record is of a client who is asked for, by their company; the MSP itself is none."""
        of = COMPANIES.c
        named = or_(of.local_id.in_(list(self.payers)), of.local_id.is_(None)) if len(self.payers) <= FEW else None
        is_client = func.coalesce(of.is_own, False).is_(False)
        return is_client if named is None else and_(is_client, named)

    def source(self, source_id: int, stream: str, ref: str, part: str = "") -> Source:
        """Return a record as documents name it."""
        return Source(connection=self.connections[source_id], stream=stream, ref=ref, part=part)

    def posted_by(self, source: Source, sells: Sold, says: str | None, **about: Any) -> Left | None:
        """Return that the PSA bills something already; ``None`` = it does not, or that shall not matter.

        Args:
            source: The record.
            sells: What it sells.
            says: What the PSA did with it, as a sentence; ``None`` = nothing.
            about: What else is told of it.
        """
        if says is None or self.is_whole:
            return None
        return Left(source=source, sells=sells, why=Why.BILLED, says=says, **about)


CLIENT: Final = func.coalesce(COMPANIES.c.local_id, 0).label("client")
"""The number of the company's record, by which everything is read in the same order on every database; 0 = none."""


def of_company(source_id: ColumnElement[Any], ref: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition of a join with the company that is named."""
    return and_(COMPANIES.c.source_id == source_id, COMPANIES.c.external_id == ref)


def payers_of(tx: Tx) -> dict[int, tuple[int, Payer]]:
    """Return all clients by the number of their record, with their source; the MSP itself is none."""
    of, names = COMPANIES.c, {one.id: one.name for one in sources.all(tx)}
    query = select(of.local_id, of.source_id, of.external_id, of.name).where(func.coalesce(of.is_own, False).is_(False))
    return {
        row.local_id: (row.source_id, Payer(names[row.source_id], row.external_id, row.name))
        for row in tx.execute(query)
    }


@lru_cache(maxsize=1_000)
def subject(stream: str, ref: str | None, name: str | None) -> tuple[Subject, ...]:
    """Return what a line is about, if anything."""
    return () if ref is None else (Subject(stream=stream, ref=ref, name=name or ref),)
