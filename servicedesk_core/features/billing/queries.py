"""Where money stands, and what to look at before it is billed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.faces import (
    After,
    Capability,
    Figures,
    Help,
    Limit,
    Manner,
    Sort,
    Table,
    dashboard,
    piece,
    query,
)
from servicedesk_core.features.billing.kpis import KPIS
from servicedesk_core.features.billing.mapping.queries import LinkQueries
from servicedesk_core.features.billing.model import (
    Billed,
    Doubt,
    DoubtCount,
    Review,
    ReviewRow,
    Stage,
    StageRow,
    Stages,
    StageSum,
)
from servicedesk_core.features.billing.periods.queries import PeriodQueries
from servicedesk_core.features.billing.preview.queries import PreviewQueries
from servicedesk_core.features.billing.reconciling.queries import ReconcilingQueries
from servicedesk_core.features.billing.sending.queries import SendingQueries
from servicedesk_core.features.billing.tables.review import reviewed
from servicedesk_core.features.billing.tables.stages import Standing, standings
from servicedesk_core.features.billing.trusts.queries import TrustQueries
from servicedesk_core.features.profit import own_currency
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.checking import named
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope

REVIEWED: Final = timedelta(days=30)
"""How far back time and tickets are looked at, unless somebody says another day."""

UNSCOPED: Final = "what a client is billed is for no client's eyes"
_NOTHING: Final = "Nothing waits for its money."


class BillingQueries(
    PreviewQueries[Manner], LinkQueries[Manner], SendingQueries[Manner], ReconcilingQueries[Manner],
    TrustQueries[Manner], PeriodQueries[Manner],
):  # fmt: skip
    """Where money stands, and what to look at before it is billed."""

    @query(
        "billing.stages",
        about="Where money stands between work and payment.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty=_NOTHING,
        page="servicedesk_core.features.billing.pages:stages",
    )
    def stages(
        self,
        tx: Tx,
        *,
        stage: Annotated[tuple[Stage, ...], Help("Only what stands there [default: all that is not paid].")] = (),
        client: Annotated[str | None, Help("Only of this client, by name or how it begins, or id.")] = None,
        what: Annotated[Billed | None, Help("Only this.")] = None,
        older_than: Annotated[timedelta | None, Help("Only lines whose oldest piece is older.")] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> Stages:
        """Show what was worked, approved, posted, invoiced and paid, with amount and age, by client.

        An amount is what was posted; before that it is what contract and role say that the work is sold at, and what
        a contract covers or has paid for before comes to nothing more. What nobody knows is counted, and not nothing.

        Raises:
            SettingsError: There is no such column to sort by.
            NotFoundLocallyError: There is no such client.
            CursorError: ``after`` is not a position of this list.
        """
        zone = ZoneInfo(self.desk.timezone)
        today = self.desk.clock.now().astimezone(zone).date()
        clients = None if client is None else named(tx, company=client)
        found = (
            one
            for one in standings(tx, zone, today)
            if (one.stage in stage if stage else one.stage is not Stage.PAID)
            and what in {None, one.what}
            and (clients is None or (one.source_id, one.company) in clients)
        )
        own = own_currency(tx, self.desk.clock.now())
        rows = tuple(
            row
            for row in _rows(tx, found, today, own)
            if older_than is None or (row.age_days is not None and timedelta(row.age_days) > older_than)
        )
        shown = Stages(items=rows, sums=tuple(_sums(rows)))
        return piece(shown, StageRow, by="client,connection,ref", sort=sort, after=after, limit=limit)

    @query(
        "billing.review",
        about="Time to look at before it is approved.",
        needs=Capability.INTERNAL,
        empty="Nothing is wrong with the time that waits for approval.",
        page="servicedesk_core.features.billing.pages:review",
    )
    def review(
        self,
        tx: Tx,
        *,
        doubt: Annotated[Doubt | None, Help("Only what has this wrong.")] = None,
        client: Annotated[str | None, Help("Only of this client, by name or how it begins, or id.")] = None,
        technician: Annotated[str | None, Help("Only of this technician, by name or id.")] = None,
        since: Annotated[
            datetime | None, Help("Only work and tickets closed since then [default: 30 days ago].")
        ] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Review:
        """List billable time that is not posted and has something wrong, and closed tickets without any time.

        Raises:
            SettingsError: There is no such column to sort by.
            DefinitionsError: A definition does not fit this program.
            NotFoundLocallyError: There is no such client or technician.
            CursorError: ``after`` is not a position of this list.
        """
        zone, now = ZoneInfo(self.desk.timezone), self.desk.clock.now()
        found = reviewed(tx, since or now - REVIEWED, now, zone, scope)
        clients = None if client is None else named(tx, scope, company=client)
        who = None if technician is None else named(tx, scope, technician=technician)
        rows = tuple(
            one.row
            for one in found.rows
            if doubt in {None, *one.row.doubts}
            and (clients is None or one.client in clients)
            and (who is None or one.technician in who)
        )
        wrong = Counter(one for row in rows for one in row.doubts)
        counts = tuple(DoubtCount(one, wrong[one]) for one in Doubt if wrong[one])
        shown = Review(
            items=rows, counts=counts, entries=found.entries, tickets=found.tickets, not_judged=found.not_judged
        )
        return piece(shown, ReviewRow, by="day,connection,ticket_number,ref", sort=sort, after=after, limit=limit)

    report = dashboard(
        "billing.report",
        "Billing",
        (
            Figures("Now", tuple(one for one in KPIS if one.over == "instant")),
            Table("What waits", stages),
            Table("To look at before it is approved", review),
        ),
        about="Show what waits for its money, and what to correct before it is billed.",
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """What one line of the list is of."""

    source_id: int
    company: str
    stage: Stage
    what: Billed
    currency: str | None


def _rows(tx: Tx, found: Iterable[Standing], today: date, own: str | None) -> Iterator[StageRow]:
    lines: defaultdict[_Line, list[Standing]] = defaultdict(list)
    names, connections = Names(tx), {one.id: one.name for one in sources.all(tx)}
    for one in found:
        lines[_Line(one.source_id, one.company, one.stage, one.what, one.currency or own)].append(one)
        names.want(one.source_id, "companies", one.company or None)
    stages, kinds = list(Stage), list(Billed)
    for line in sorted(lines, key=lambda one: (stages.index(one.stage), kinds.index(one.what), one.currency or "")):
        several = lines[line]
        oldest = min((one.oldest_on for one in several if one.oldest_on is not None), default=None)
        yield StageRow(
            client=names.of(line.source_id, "companies", line.company or None) or line.company or "no client",
            connection=connections[line.source_id],
            ref=line.company or None,
            stage=line.stage,
            what=line.what,
            pieces=sum(one.pieces for one in several),
            worked_s=sum(one.worked_s for one in several) if line.what is Billed.LABOUR else None,
            amount=in_cents(sum((one.amount for one in several), Decimal(0)), line.currency),
            currency=line.currency,
            unknown=sum(one.unknown for one in several),
            oldest_on=oldest,
            age_days=None if oldest is None else (today - oldest).days,
        )


def _sums(rows: Iterable[StageRow]) -> Iterator[StageSum]:
    """Yield what stands at each stage in each currency, in the order of the stages."""
    together: defaultdict[tuple[Stage, str | None], list[StageRow]] = defaultdict(list)
    for row in rows:
        together[row.stage, row.currency].append(row)
    for (stage, currency), several in sorted(together.items(), key=lambda one: list(Stage).index(one[0][0])):
        yield StageSum(
            stage=stage,
            pieces=sum(row.pieces for row in several),
            amount=sum((row.amount for row in several), Decimal(0)),
            currency=currency,
            unknown=sum(row.unknown for row in several),
            oldest_on=min((row.oldest_on for row in several if row.oldest_on is not None), default=None),
        )
