"""Where clients and their sites are: as was said of them, else as the PSA says."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select

from servicedesk_core.features.clients.book import Key
from servicedesk_core.features.clients.tables import clients_of
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import to_json
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.wording import folded


class Regions:
    """Regions at an instant.

    Args:
        tx: Any transaction.
        at: The instant; ``None`` = as was said last.
        scope: Only clients that it lets somebody hear of.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """

    def __init__(self, tx: Tx, at: datetime | None = None, scope: Scope | None = None) -> None:
        self._is_sqlite = tx.dialect.name == "sqlite"
        self._at, self._said = at or datetime.max.replace(tzinfo=UTC), clients_of(tx)
        companies, sites = RECORDS["companies"].c, RECORDS["sites"].c
        sight = None if scope is None else Sight(tx, scope)
        seen = {name: () if sight is None else (sight.nameable(name),) for name in ("companies", "sites")}
        rows = tx.execute(
            select(companies.source_id, companies.external_id, companies.region).where(*seen["companies"])
        )
        self._companies: dict[Key, str | None] = {(source, ref): region for source, ref, region in rows}
        of_site = sites.source_id, sites.external_id, sites.company_ref, sites.name, sites.region
        self._sites: dict[Key, tuple[str | None, str | None, str | None]] = {
            (source, ref): (company, name, region)
            for source, ref, company, name, region in tx.execute(select(*of_site).where(*seen["sites"]))
        }

    def of(self, source: int, company: str | None, site: str | None = None) -> str | None:
        """Return where a client, or a site of it, is; ``None`` = nobody said where."""
        said = self._said.at(source, company, self._at)
        _, name, there = self._sites.get((source, site or ""), (None, None, None))
        region = said.at_site(site, name).region if said is not None else None
        return region or there or self._companies.get((source, company or ""))

    def named(self) -> frozenset[str]:
        """Return all regions in which somebody is."""
        return frozenset(filter(None, (*(self.of(*key) for key in self._companies), *self._of_sites().values())))

    def meant(self, word: str) -> frozenset[str]:
        """Return the regions that a word means: those that are called so, else those that begin so."""
        wanted = folded(word)
        begun = {one for one in self.named() if folded(one).startswith(wanted)}
        return frozenset({one for one in begun if folded(one) == wanted} or begun)

    def lies_in(
        self, words: Collection[str], source: ColumnElement[int], company: ColumnElement[Any], site: ColumnElement[Any]
    ) -> ColumnElement[bool]:
        """Return that a record is of a client, or of a site, in one of some regions.

        Args:
            words: The regions, or how they begin; the empty text = where nobody said.
            source: Column with the source of the record.
            company: Its reference to a client.
            site: Its reference to a site.
        """
        wanted: set[str | None] = {region for word in words if word for region in self.meant(word)}
        wanted |= {None} if "" in words else set()
        clients = {key: self.of(*key) in wanted for key in self._companies}
        moved = {
            key: region in wanted
            for key, region in self._of_sites().items()
            if (region in wanted) != clients.get((key[0], self._sites[key][0] or ""), None in wanted)
        }
        there = self._among(source, company, (key for key, is_in in clients.items() if is_in))
        if None in wanted:  # also those of no client, and of one that is not there
            there = not_(self._among(source, company, (key for key, is_in in clients.items() if not is_in)))
        if out := [key for key, is_in in moved.items() if not is_in]:
            there = and_(there, not_(self._among(source, site, out)))
        if inside := [key for key, is_in in moved.items() if is_in]:
            there = or_(there, self._among(source, site, inside))
        return there

    def _of_sites(self) -> dict[Key, str | None]:
        return {(source, ref): self.of(source, one[0], ref) for (source, ref), one in self._sites.items()}

    def _among(self, source: ColumnElement[int], ref: ColumnElement[Any], keys: Iterable[Key]) -> ColumnElement[bool]:
        """Return that a reference is one of some, and never that it is unknown; in SQLite they are one value."""
        by_source: dict[int, list[str]] = {}
        for number, one in keys:
            by_source.setdefault(number, []).append(one)
        return or_(
            false(),
            *(
                and_(source == number, ref.is_not(None), ref.in_(self._values(refs)))
                for number, refs in by_source.items()
            ),
        )

    def _values(self, refs: list[str]) -> Any:
        return select(func.json_each(to_json(refs)).table_valued("value").c.value) if self._is_sqlite else refs
