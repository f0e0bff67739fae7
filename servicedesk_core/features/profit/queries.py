"""What was earned and spent, what of it nobody knows, and which months are closed."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.faces.namespace import Desk
from servicedesk_core.features.profit.ledger import Cell, Sums, total
from servicedesk_core.features.profit.model import (
    Band,
    By,
    ClosedMonth,
    Line,
    OwnClient,
    ProfitReport,
    ProfitRow,
    Uncosted,
    UncostedRow,
)
from servicedesk_core.features.profit.months import Month, months_of
from servicedesk_core.features.profit.report import KINDS, excluded_of, grouped, key_of, kind_of, rates_of, row
from servicedesk_core.features.profit.tables import closing, uncosted
from servicedesk_core.features.profit.tables.own import own_clients
from servicedesk_core.features.profit.tables.results import results
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.checking import named
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope

UNSCOPED: Final = "what a client's work costs is for no client's eyes"
_STREAMS: Final = {By.CLIENT: "companies", By.CONTRACT: "contracts", By.PROJECT: "projects"}
_PERIOD: Final = Help("A month such as 2026-10, a quarter such as 2026-Q4, or a year [default: this month].")
_NOTHING: Final = "Nothing was worked, bought or billed then."


class MarginDesk(Desk, Protocol):
    """A desk on which somebody acts, who may be a technician."""

    @property
    def technician(self) -> tuple[str, str] | None:
        """Which technician whoever acts is: the connection, and the vendor's id."""
        ...


class ProfitQueries(Namespace[Manner]):
    """What clients, contracts and kinds of work earn and cost."""

    desk: MarginDesk

    @query(
        "profit.show",
        about="Margins of a period.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty=_NOTHING,
        page="servicedesk_core.features.profit.pages:show",
    )
    def show(
        self,
        tx: Tx,
        *,
        period: Annotated[str | None, _PERIOD] = None,
        by: Annotated[By, Help("What a line is of.")] = By.CLIENT,
        client: Annotated[str | None, Help("Only of this client, by name or how it begins, or id.")] = None,
        kind: Annotated[str | None, Help("Only of this type of work.", name="type", choices=KINDS)] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> ProfitReport:
        """Show what a period earned and cost; what nobody knows of it is counted, and never nothing.

        A month that was closed is shown as it was closed, and what came later as adjustments.

        Raises:
            SettingsError: That is no period, there is no such column to sort by, nobody decided how margins are
                counted, or months of the period are in different currencies.
            DefinitionsError: A definition does not fit this program.
            NotFoundLocallyError: There is no such client.
            CursorError: ``after`` is not a position of this list.
        """
        months = self._months(period)
        came = results(tx, months, self._zone)
        chosen, currency = _Chosen(tx, client, kind), came.currency
        cells, late = chosen.of(came.cells), chosen.of(came.late)
        rows = (*_rows(tx, cells, by, currency, Line.RESULT), *_rows(tx, late, by, currency, Line.ADJUSTMENT))
        report = ProfitReport(
            items=rows,
            period=period or str(months[0]),
            by=by,
            currency=currency,
            closed=tuple(map(str, came.closed)),
            total=row(total(cells.values()), currency, name="all"),
            adjustment=row(total(late.values()), currency, name="all", line=Line.ADJUSTMENT) if late else None,
            excluded=tuple(one for month, book in came.books.items() for one in excluded_of(str(month), book)),
            rates=tuple(one for book in came.books.values() for one in rates_of(book)),
        )
        return piece(report, ProfitRow, by="line,name,connection,ref", sort=sort, after=after, limit=limit)

    @query(
        "profit.own",
        about="In which band the margins of your own clients lie.",
        needs=Capability.MONEY_OWN,
        empty="No client has you as the owner of the account.",
    )
    def own(
        self,
        tx: Tx,
        *,
        period: Annotated[str | None, _PERIOD] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[OwnClient]:
        """List the clients whose account is yours at the vendor, with the band in which the margin of each lies.

        Raises:
            SettingsError: That is no period, there is no such column to sort by, nobody decided how margins are
                counted, or nothing says which technician you are.
            CursorError: ``after`` is not a position of this list.
        """
        if self.desk.technician is None:
            hint = "`technician` in [people.NAME] says it; your clients are those whose account that one owns."
            raise SettingsError("Nothing says which technician you are at the vendor.", hint=hint)
        clients = own_clients(tx, self.desk.technician, scope)
        came = results(tx, self._months(period), self._zone)
        found, nothing = grouped(came.cells, By.CLIENT), Sums()
        rows = (
            OwnClient(name, connection, ref, Band.of(row(sums, came.currency, name=name).margin_percent))
            for (source_id, ref), (connection, name) in clients.items()
            for sums in (found.get((source_id, ref), nothing),)
        )
        return piece(Page(tuple(rows)), OwnClient, by="name,connection,ref", sort=sort, after=after, limit=limit)

    @query(
        "profit.uncosted",
        about="Work or goods whose cost nobody knows.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty="What that period needed has a cost.",
        sorts=uncosted.COLUMNS,
    )
    def uncosted(
        self,
        tx: Tx,
        *,
        period: Annotated[str | None, _PERIOD] = None,
        of: Annotated[Uncosted, Help("What lacks a cost.")] = Uncosted.TIME,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[UncostedRow]:
        """List work without a cost rate, or charges and services without a cost.

        Raises:
            SettingsError: That is no period, or there is no such column to sort by.
            DefinitionsError: A definition does not fit this program.
            CursorError: ``after`` is not a position of this list.
        """
        return uncosted.page(tx, self._months(period), self._zone, of, sort=sort, limit=limit, after=after)

    @query(
        "profit.months",
        about="Months that are closed, the newest first.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty="No month is closed yet.",
    )
    def months(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[ClosedMonth]:
        """List the months that are closed: by whom, when and why.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = (
            ClosedMonth(str(month), one.at, one.author, one.reason, one.basis.policy.currency)
            for month, one in closing.closed(tx).items()
        )
        return piece(Page(tuple(found)), ClosedMonth, by="-month", sort=sort, after=after, limit=limit)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.desk.timezone)

    def _months(self, period: str | None) -> tuple[Month, ...]:
        if period is not None:
            return months_of(period)
        return (Month.of(self.desk.clock.now().astimezone(self._zone).date()),)


class _Chosen:
    """Which cells are looked at.

    Args:
        tx: Any transaction.
        client: Only of this client.
        kind: Only of this type of work.

    Raises:
        NotFoundLocallyError: There is no such client.
    """

    def __init__(self, tx: Tx, client: str | None, kind: str | None) -> None:
        self._kind = kind
        self._clients = None if client is None else named(tx, company=client)

    def of(self, cells: Mapping[Cell, Sums]) -> dict[Cell, Sums]:
        """Return the cells that are looked at."""
        return {cell: sums for cell, sums in cells.items() if self._has(cell)}

    def _has(self, cell: Cell) -> bool:
        of_client = self._clients is None or key_of(cell, By.CLIENT) in self._clients
        return of_client and self._kind in {None, kind_of(cell)}


def _rows(tx: Tx, cells: Mapping[Cell, Sums], by: By, currency: str, line: Line) -> Sequence[ProfitRow]:
    found = grouped(cells, by)
    names, connections = Names(tx), {one.id: one.name for one in sources.all(tx)}
    stream = _STREAMS.get(by)
    if stream is not None:
        for source_id, ref in found:
            names.want(source_id, stream, ref)
    rows = []
    for (source_id, ref), sums in found.items():
        known = names.of(source_id, stream, ref) if stream is not None else ref.replace("_", " ")
        name = known or ref or f"no {by.value}"
        rows.append(row(sums, currency, name=name, connection=connections.get(source_id), ref=ref or None, line=line))
    return rows
