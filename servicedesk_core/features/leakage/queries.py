"""What nobody is billed for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Sort, piece, query
from servicedesk_core.features.leakage.model import Judged, Leak, LeakRow, Leaks, LeakSum
from servicedesk_core.features.leakage.tables.leaks import Look
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.checking import named

LOOKS_BACK: Final = timedelta(days=90)
"""How far back work and charges are looked at, unless somebody says another day."""

UNSCOPED: Final = "what a client is billed is for no client's eyes"


class LeakageQueries(Namespace[Manner]):
    """What nobody is billed for."""

    @query(
        "leakage.list",
        about="Money that is not billed.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty="Nothing was found that nobody is billed for.",
        on_page=("leak", "client", "day", "ticket_number", "amount", "currency", "evidence", "right"),
        page="servicedesk_core.features.leakage.pages:leaks",
    )
    def list(
        self,
        tx: Tx,
        *,
        leak: Annotated[Leak | None, Help("Only this kind.")] = None,
        client: Annotated[str | None, Help("Only of this client, by name or how it begins, or id.")] = None,
        since: Annotated[datetime | None, Help("Only work and charges since then [default: 90 days ago].")] = None,
        everything: Annotated[bool, Help("Also what was accepted.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Leaks:
        """List work, services and goods that nobody is billed for, each with what shows it and what would correct it.

        Raises:
            SettingsError: There is no such column to sort by.
            DefinitionsError: A definition does not fit this program.
            NotFoundLocallyError: There is no such client.
            CursorError: ``after`` is not a position of this list.
        """
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        look = Look(tx, (since or now - LOOKS_BACK).astimezone(zone).date(), now, zone)
        names = None if client is None else named(tx, company=client)
        rows = tuple(
            row
            for found, row in zip(look.found, look.rows(), strict=True)
            if (everything or row.state is Judged.OPEN)
            and leak in {None, row.leak}
            and (names is None or (found.source_id, found.company) in names)
        )
        shown = Leaks(items=rows, sums=tuple(_sums(rows)), not_judged=look.not_judged)
        return piece(shown, LeakRow, by="-amount,key", sort=sort, after=after, limit=limit)


def _sums(rows: Iterable[LeakRow]) -> Iterator[LeakSum]:
    """Yield what each kind comes to in each currency, in the order of the kinds."""
    together: defaultdict[tuple[Leak, str | None], list[LeakRow]] = defaultdict(list)
    for row in rows:
        together[row.leak, row.currency].append(row)
    for (leak, currency), several in sorted(together.items(), key=lambda one: list(Leak).index(one[0][0])):
        known = [row.amount for row in several if row.amount is not None]
        yield LeakSum(leak, len(several), sum(known, Decimal(0)), currency, len(several) - len(known))
